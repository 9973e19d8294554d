//! A merchant's settings as lines to read. Secrets appear as how they stand.

use domain::Merchant;
use domain::merchant::{Mode, Status};
use domain::settings::{floor_values, values};
use serde::Serialize;

/// The settings, one a line, as `set` takes them, and what the operator allows, as `floor` takes it.
#[must_use]
pub fn show(merchant: &Merchant) -> Vec<String> {
    let mut lines = vec![
        line("merchant", merchant.id.as_str()),
        line("version", &merchant.version.to_string()),
        line("mode", mode(merchant.mode)),
        line("status", status(merchant.status)),
    ];
    if let Some(request) = &merchant.live_request {
        lines.push(line("live_request", &format!("{} at {}", request.by, request.at)));
    }
    lines.extend(values(merchant).into_iter().map(|(key, value)| line(&key, &value.replace('\n', "\\n"))));
    lines.extend(floor_values(merchant).into_iter().map(|(key, value)| line(&format!("floor.{key}"), &value)));
    lines
}

fn line(key: &str, value: &str) -> String {
    format!("{key}={value}")
}

/// How the record itself writes a choice.
pub(super) fn plain(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Test => "test",
        Mode::Live => "live",
    }
}

/// Whether a merchant may trade.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Closed => "closed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::MerchantId;
    use domain::merchant::SealedSecret;

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
}
