//! A merchant's settings as lines to read. Secrets appear as a count.

use domain::Merchant;
use domain::guard::GuardLimit;
use domain::merchant::{Capture, Dialect, Encoding, Mode, SealedSecret, Status};
use serde::Serialize;

/// The settings, one a line, as `set` takes them.
#[must_use]
pub fn show(merchant: &Merchant) -> Vec<String> {
    let mut lines = vec![
        line("merchant", merchant.id.as_str()),
        line("version", &merchant.version.to_string()),
        line("name", &merchant.name),
        line("mode", mode(merchant.mode)),
        line("status", status(merchant.status)),
        line("dialect", dialect(merchant.dialect)),
        line("encoding", encoding(merchant.encoding)),
        line("lang", merchant.lang.tag()),
    ];
    for (number, destination) in (1_u8..).zip(&merchant.destinations) {
        let text = match destination {
            Some(destination) => format!("{} {}", plain(&destination.method), destination.address),
            None => "none".to_owned(),
        };
        lines.push(line(&format!("destination{number}"), &text));
    }
    lines.extend([
        line("back_address", optional(merchant.back_address.as_ref())),
        line("max_amount", &merchant.max_amount.to_string()),
        line("attempts", &merchant.attempts.to_string()),
        line("capture", capture(merchant.capture)),
        line("card_on_file", switch(merchant.card_on_file)),
        line("window_past_s", &merchant.request_window.past_s.to_string()),
        line("window_future_s", &merchant.request_window.future_s.to_string()),
        line("key_password", &secrets(&merchant.key_passwords)),
        line("sig_secret", &secrets(&merchant.sig.secrets)),
        line("sig_required", switch(merchant.sig.required)),
        line("sig_hand_over", switch(merchant.sig.hand_over)),
        line("three_ds", &plain(&merchant.three_ds)),
        line("three_ds_unavailable", &plain(&merchant.three_ds_unavailable)),
        line("continuation", switch(merchant.continuation)),
        line("mail_off", &list(&merchant.mail.off)),
        line("shop_copy", optional(merchant.mail.shop_copy.as_ref())),
        line("accent", &merchant.page.accent),
        line("legal_address", optional(merchant.page.legal_address.as_ref())),
        line("privacy_address", optional(merchant.page.privacy_address.as_ref())),
        line("contact", optional(merchant.page.contact.as_ref())),
        line("tax_included", switch(merchant.page.tax_included)),
        line("asks_consent_itself", switch(merchant.page.asks_consent_itself)),
    ]);
    let limits = GuardLimit::ALL.into_iter();
    lines.extend(limits.map(|limit| line(limit.name(), &merchant.guard.limit(limit).to_string())));
    for (number, item) in (1_u8..).zip(&merchant.free_items) {
        lines.push(line(&format!("free{number}_label"), &item.label));
        lines.push(line(&format!("free{number}_rule"), &plain(&item.rule)));
    }
    let names = |prefix: &str, map: &[(String, String)]| -> Vec<String> {
        map.iter().map(|(ours, wire)| line(&format!("{prefix}.{ours}"), wire)).collect()
    };
    lines.extend(names("request_name", &merchant.request_names));
    lines.extend(names("handover_name", &merchant.handover_names));
    lines
}

fn line(key: &str, value: &str) -> String {
    format!("{key}={value}")
}

fn optional(value: Option<&String>) -> &str {
    value.map_or("none", String::as_str)
}

fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn secrets(sealed: &[SealedSecret]) -> String {
    let ends: Vec<_> = sealed.iter().filter_map(|secret| secret.until).map(|until| until.to_string()).collect();
    match (sealed.len(), ends.as_slice()) {
        (0, _) => "none".to_owned(),
        (_, []) => "set".to_owned(),
        (_, ends) => format!("set (the one before is good until {})", ends.join(", ")),
    }
}

/// How the record itself writes a choice.
pub(super) fn plain(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn list(values: &[impl Serialize]) -> String {
    if values.is_empty() { "none".to_owned() } else { values.iter().map(plain).collect::<Vec<_>>().join(",") }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Test => "test",
        Mode::Live => "live",
    }
}

/// Whether a merchant may trade, as `set` takes it.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Closed => "closed",
    }
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Asj => "asj",
        Dialect::TwentyFour => "24",
    }
}

fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::ShiftJis => "shift_jis",
    }
}

fn capture(capture: Capture) -> &'static str {
    match capture {
        Capture::AtOnce => "at_once",
        Capture::Later => "later",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::MerchantId;

    #[test]
    fn a_secret_is_never_shown() {
        let mut merchant = Merchant::new(MerchantId::new("4000").unwrap(), "Shop");
        let sealed = SealedSecret { generation: 1, sealed: "c2VhbGVk".to_owned(), made_at: None, until: None };
        merchant.key_passwords = vec![sealed.clone()];
        merchant.sig.secrets = vec![sealed];
        let lines = show(&merchant).join("\n");
        assert!(lines.contains("key_password=set\n") && lines.contains("sig_secret=set\n"));
        assert!(!lines.contains("c2VhbGVk"));
    }

    #[test]
    fn what_is_shown_can_be_set() {
        let merchant = Merchant::new(MerchantId::new("4000").unwrap(), "Shop");
        let not_settings = ["merchant=", "version=", "key_password=", "sig_secret="];
        for line in show(&merchant) {
            if not_settings.iter().any(|name| line.starts_with(name)) {
                continue;
            }
            let mut other = merchant.clone();
            let keyring = inbound::Keyring::from_root([7; 32]);
            super::super::apply(&mut other, &line, &keyring, jiff::Timestamp::UNIX_EPOCH).unwrap();
            assert_eq!(other, merchant, "{line}");
        }
    }
}
