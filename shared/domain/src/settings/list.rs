//! A merchant's settings as names and values, as [`set`](super::set) takes them, and what differs between two records. Secrets appear as how they stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::floor_values;
use crate::{
    Merchant,
    acquirer::Unavailable,
    guard::GuardLimit,
    merchant::{
        Capture, Destination, Dialect, Encoding, FreeItemRule, IncludedTax, Kept, Method, SealedSecret, ThreeDsPolicy,
    },
    payment::Interface,
    recurring::retry::Retries,
};

/// The settings in the order in which they are shown.
pub fn values(merchant: &Merchant) -> Vec<(String, String)> {
    let mut all = of_shop(merchant);
    all.extend(of_payment(merchant));
    all.extend(of_page(merchant));
    all.extend(GuardLimit::ALL.map(|limit| named(limit.name(), merchant.guard.limit(limit).to_string())));
    all.extend(Kept::ALL.map(|kept| named(kept.name(), merchant.retention.days(kept).to_string())));
    for (number, item) in (1_u8..).zip(&merchant.free_items) {
        all.push((format!("free{number}_label"), item.label.clone()));
        all.push((format!("free{number}_rule"), rule(item.rule).to_owned()));
    }
    let names = |prefix: &str, map: &[(String, String)]| -> Vec<(String, String)> {
        map.iter().map(|(ours, wire)| (format!("{prefix}.{ours}"), wire.clone())).collect()
    };
    all.extend(merchant.regular.kinds.iter().map(|(kind, offer)| (format!("regular_kind.{kind}"), offer.to_string())));
    all.extend(names("request_name", &merchant.request_names));
    all.extend(names("handover_name", &merchant.handover_names));
    all
}

fn of_shop(merchant: &Merchant) -> Vec<(String, String)> {
    let mut all = vec![
        named("name", merchant.name.clone()),
        named("dialect", dialect(merchant.dialect)),
        named("encoding", encoding(merchant.encoding)),
        named("lang", merchant.lang.tag()),
    ];
    for (number, destination) in (1_u8..).zip(&merchant.destinations) {
        all.push((format!("destination{number}"), destination.as_ref().map_or_else(none, address)));
    }
    all.push(named("back_address", optional(merchant.back_address.as_ref())));
    all
}

fn of_payment(merchant: &Merchant) -> [(String, String); 19] {
    [
        named("max_amount", merchant.max_amount.to_string()),
        named("attempts", merchant.attempts.to_string()),
        named("capture", capture(merchant.capture)),
        named("refund_confirm_over", merchant.refund_confirm_over.to_string()),
        named("card_on_file", switch(merchant.card_on_file)),
        named("window_past_s", merchant.request_window.past_s.to_string()),
        named("window_future_s", merchant.request_window.future_s.to_string()),
        named("key_password", secrets(&merchant.key_passwords)),
        named("sig_secret", secrets(&merchant.sig.secrets)),
        named("sig_required", switch(merchant.sig.required)),
        named("sig_hand_over", switch(merchant.sig.hand_over)),
        named("three_ds", three_ds(merchant.three_ds)),
        named("three_ds_unavailable", unavailable(merchant.three_ds_unavailable)),
        named("continuation", switch(merchant.continuation)),
        named("regular_anchor", merchant.regular.anchor.day().to_string()),
        named("regular_retries", retries(merchant.regular.retries)),
        named("continuation_day", merchant.continuation_day.map_or_else(none, |anchor| anchor.day().to_string())),
        named("batch_at_once_rows", merchant.batch.at_once_rows.to_string()),
        named("batch_at_once_yen", merchant.batch.at_once_yen.to_string()),
    ]
}

fn of_page(merchant: &Merchant) -> [(String, String); 19] {
    let (mail, page) = (&merchant.mail, &merchant.page);
    let off: Vec<&str> = mail.off.iter().copied().map(interface).collect();
    [
        named("mail_off", if off.is_empty() { none() } else { off.join(",") }),
        named("shop_copy", optional(mail.shop_copy.as_ref())),
        named("mail_intro_ja", mail.texts.ja.intro.as_str()),
        named("mail_outro_ja", mail.texts.ja.outro.as_str()),
        named("mail_intro_en", mail.texts.en.intro.as_str()),
        named("mail_outro_en", mail.texts.en.outro.as_str()),
        named("accent", page.accent.clone()),
        named("legal_address", optional(page.legal_address.as_ref())),
        named("privacy_address", optional(page.privacy_address.as_ref())),
        named("contact", optional(page.contact.as_ref())),
        named("receipt_issuer", merchant.receipt.issuer.clone()),
        named("receipt_address", merchant.receipt.address.clone()),
        named(
            "receipt_registration",
            merchant.receipt.registration.as_ref().map_or_else(none, |n| n.as_str().to_owned()),
        ),
        named("receipt_tax", tax(merchant.receipt.tax)),
        named("tax_included", switch(page.tax_included)),
        named("asks_consent_itself", switch(page.asks_consent_itself)),
        named("page_before", page.before.as_str()),
        named("page_after", page.after.as_str()),
        named("logo", page.logo.as_ref().map_or_else(none, |logo| logo.path.clone())),
    ]
}

/// One setting that differs. Values are absent where they are secrets or texts of the merchant, which no log holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The setting's name; `floor.` before it where it is the operator's.
    pub key: String,
    /// Before and after.
    pub values: Option<(String, String)>,
}

/// What differs between two records of a merchant, by name.
pub fn changes(before: &Merchant, after: &Merchant) -> Vec<Change> {
    let all = |merchant: &Merchant| -> BTreeMap<String, String> {
        let floors = floor_values(merchant).into_iter().map(|(key, value)| (format!("floor.{key}"), value));
        values(merchant).into_iter().chain(floors).collect()
    };
    let (mut before_values, after_values) = (all(before), all(after));
    let mut changes = Vec::new();
    for (key, now) in after_values {
        let then = before_values.remove(&key);
        if then.as_ref() != Some(&now) || secret_changed(&key, before, after) {
            changes.push(Change::of(key, then.unwrap_or_else(none), now));
        }
    }
    // a name on the wire, or a bound of the operator's, that is gone
    changes.extend(before_values.into_iter().map(|(key, then)| Change::of(key, then, none())));
    changes
}

/// Two secrets look the same by how they stand.
fn secret_changed(key: &str, before: &Merchant, after: &Merchant) -> bool {
    match key {
        "key_password" => before.key_passwords != after.key_passwords,
        "sig_secret" => before.sig.secrets != after.sig.secrets,
        _ => false,
    }
}

impl Change {
    fn of(key: String, then: String, now: String) -> Self {
        let untold = ["key_password", "sig_secret", "page_before", "page_after"].contains(&key.as_str())
            || key.starts_with("mail_intro")
            || key.starts_with("mail_outro");
        Self { values: (!untold).then_some((then, now)), key }
    }
}

fn named(key: &str, value: impl Into<String>) -> (String, String) {
    (key.to_owned(), value.into())
}

fn none() -> String {
    "none".to_owned()
}

fn optional(value: Option<&String>) -> String {
    value.cloned().unwrap_or_else(none)
}

/// `on` or `off`.
pub(super) const fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn address(destination: &Destination) -> String {
    let method = match destination.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    format!("{method} {}", destination.address)
}

fn secrets(sealed: &[SealedSecret]) -> String {
    let ends: Vec<_> = sealed.iter().filter_map(|secret| secret.until).map(|until| until.to_string()).collect();
    match (sealed.len(), ends.as_slice()) {
        (0, _) => none(),
        (_, []) => "set".to_owned(),
        (_, ends) => format!("set (the one before is good until {})", ends.join(", ")),
    }
}

const fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Asj => "asj",
        Dialect::TwentyFour => "24",
    }
}

const fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::ShiftJis => "shift_jis",
    }
}

const fn capture(capture: Capture) -> &'static str {
    match capture {
        Capture::AtOnce => "at_once",
        Capture::Later => "later",
    }
}

const fn three_ds(policy: ThreeDsPolicy) -> &'static str {
    match policy {
        ThreeDsPolicy::AtPayment => "at_payment",
        ThreeDsPolicy::AtRegistration => "at_registration",
        ThreeDsPolicy::Recurring => "recurring",
    }
}

const fn retries(retries: Retries) -> &'static str {
    match retries {
        Retries::TwoWeeks => "two_weeks",
        Retries::None => "none",
    }
}

const fn unavailable(unavailable: Unavailable) -> &'static str {
    match unavailable {
        Unavailable::Decline => "decline",
        Unavailable::Proceed => "proceed",
    }
}

const fn rule(rule: FreeItemRule) -> &'static str {
    match rule {
        FreeItemRule::Hidden => "hidden",
        FreeItemRule::Shown => "shown",
        FreeItemRule::Asked => "asked",
        FreeItemRule::Required => "required",
    }
}

const fn tax(tax: IncludedTax) -> &'static str {
    match tax {
        IncludedTax::Unsaid => "unsaid",
        IncludedTax::Standard => "standard",
        IncludedTax::Reduced => "reduced",
        IncludedTax::Exempt => "exempt",
    }
}

const fn interface(interface: Interface) -> &'static str {
    match interface {
        Interface::Link => "link",
        Interface::DataLinkage => "data_linkage",
        Interface::Batch => "batch",
        Interface::Continuation => "continuation",
        Interface::Single => "single",
        Interface::Regular => "regular",
        Interface::CardRegistration => "card_registration",
    }
}
