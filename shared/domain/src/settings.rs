//! A merchant's settings by name: how each is read, its bounds, and what only shows when all are made. The console and the
//! operator's command line set them by this one way.

mod entry;
mod list;
mod operator;
mod problem;

pub use list::{Change, changes, values};
pub use operator::{floor_values, set_floor};
pub use problem::{SettingError, SettingProblem};

use crate::{
    Lang, Merchant, Yen,
    acquirer::Unavailable,
    guard::GuardLimit,
    handover::{DestinationAddress, check_destination},
    merchant::{
        BatchSettings, Capture, Dialect, Encoding, FloorError, FreeItemRule, IncludedTax, Kept, OwnText, OwnTextError,
        PageSettings, RegularKind, ThreeDsPolicy,
    },
    recurring::{calendar::Anchor, retry::Retries},
    request::{NameMapError, check_mail, check_names},
};
use entry::Entry;

/// The widest name of a shop, in characters. It stands in subjects of mails.
const NAME: usize = 64;
/// The longest way to reach a shop, in characters.
const CONTACT: usize = 128;

/// Makes one of a merchant's own settings. Secrets, the page's HTML and its logo are made where they can be sealed, sanitized and stored.
///
/// # Errors
/// [`SettingError`].
pub fn set(merchant: &mut Merchant, key: &str, value: &str) -> Result<(), SettingError> {
    let entry = Entry { key, value };
    match key {
        "name" => merchant.name = entry.text(1, NAME)?,
        "dialect" => merchant.dialect = entry.one_of(&[("asj", Dialect::Asj), ("24", Dialect::TwentyFour)])?,
        "encoding" => {
            merchant.encoding = entry.one_of(&[("utf-8", Encoding::Utf8), ("shift_jis", Encoding::ShiftJis)])?;
        }
        "lang" => merchant.lang = entry.one_of(&[("ja", Lang::Ja), ("en", Lang::En)])?,
        "back_address" => merchant.back_address = entry.optional(),
        "max_amount" => {
            merchant.max_amount = Yen::parse(value).ok_or_else(|| entry.outside(1, Yen::MAX.get()))?;
        }
        "refund_confirm_over" => {
            merchant.refund_confirm_over = Yen::parse(entry.value).ok_or_else(|| entry.outside(1, Yen::MAX.get()))?;
        }
        "attempts" => merchant.attempts = entry.number(1, 10)?,
        "capture" => merchant.capture = entry.one_of(&[("at_once", Capture::AtOnce), ("later", Capture::Later)])?,
        "card_on_file" => merchant.card_on_file = entry.switch()?,
        "window_past_s" => merchant.request_window.past_s = entry.number(60, 86_400)?,
        "window_future_s" => merchant.request_window.future_s = entry.number(0, 3_600)?,
        "sig_required" => merchant.sig.required = entry.switch()?,
        "sig_hand_over" => merchant.sig.hand_over = entry.switch()?,
        "three_ds" => {
            merchant.three_ds = entry.one_of(&[
                ("at_payment", ThreeDsPolicy::AtPayment),
                ("at_registration", ThreeDsPolicy::AtRegistration),
                ("recurring", ThreeDsPolicy::Recurring),
            ])?;
        }
        "three_ds_unavailable" => {
            merchant.three_ds_unavailable =
                entry.one_of(&[("decline", Unavailable::Decline), ("proceed", Unavailable::Proceed)])?;
        }
        "continuation" => merchant.continuation = entry.switch()?,
        "regular_anchor" => {
            let day = entry.number(1, 31)?;
            merchant.regular.anchor = Anchor::new(day).map_err(|_| entry.outside(1, 31))?;
        }
        "regular_retries" => {
            merchant.regular.retries = entry.one_of(&[("two_weeks", Retries::TwoWeeks), ("none", Retries::None)])?;
        }
        "continuation_day" => merchant.continuation_day = entry.day_of_month()?,
        "batch_at_once_rows" => merchant.batch.at_once_rows = entry.number(0, BatchSettings::MOST_ROWS)?,
        "batch_at_once_yen" => merchant.batch.at_once_yen = entry.number(0, BatchSettings::MOST_YEN)?,
        _ => return set_shown(merchant, &entry),
    }
    Ok(())
}

/// Settings of what shoppers see and read.
fn set_shown(merchant: &mut Merchant, entry: &Entry<'_>) -> Result<(), SettingError> {
    let texts = &mut merchant.mail.texts;
    match entry.key {
        "mail_off" => merchant.mail.off = entry.interfaces()?,
        "shop_copy" => merchant.mail.shop_copy = entry.optional(),
        "mail_intro_ja" => texts.ja.intro = entry.own_text()?,
        "mail_outro_ja" => texts.ja.outro = entry.own_text()?,
        "mail_intro_en" => texts.en.intro = entry.own_text()?,
        "mail_outro_en" => texts.en.outro = entry.own_text()?,
        "accent" => merchant.page.accent = entry.colour()?,
        "legal_address" => merchant.page.legal_address = entry.optional(),
        "privacy_address" => merchant.page.privacy_address = entry.optional(),
        "contact" => merchant.page.contact = entry.line(CONTACT)?,
        "receipt_issuer" => merchant.receipt.issuer = entry.text(0, NAME)?,
        "receipt_address" => merchant.receipt.address = entry.text(0, CONTACT)?,
        "receipt_registration" => merchant.receipt.registration = entry.invoice_number()?,
        "receipt_tax" => {
            merchant.receipt.tax = entry.one_of(&[
                ("unsaid", IncludedTax::Unsaid),
                ("standard", IncludedTax::Standard),
                ("reduced", IncludedTax::Reduced),
                ("exempt", IncludedTax::Exempt),
            ])?;
        }
        "tax_included" => merchant.page.tax_included = entry.switch()?,
        "asks_consent_itself" => merchant.page.asks_consent_itself = entry.switch()?,
        _ => return set_named(merchant, entry),
    }
    Ok(())
}

/// Settings that come in families: thresholds, periods, names on the wire, and what there is three of.
fn set_named(merchant: &mut Merchant, entry: &Entry<'_>) -> Result<(), SettingError> {
    if let Some(limit) = GuardLimit::named(entry.key) {
        let value = entry.number(limit.floor().into(), limit.ceiling().into())?;
        return merchant
            .guard
            .set(limit, value)
            .map_err(|_| entry.outside(limit.floor().into(), limit.ceiling().into()));
    }
    if let Some(kept) = Kept::named(entry.key) {
        let (least, most) = kept.bounds();
        *merchant.retention.days_mut(kept) = entry.number(least.into(), most.into())?;
        return Ok(());
    }
    if let Some(field) = entry.key.strip_prefix("request_name.") {
        rename(&mut merchant.request_names, field, entry.value);
        return Ok(());
    }
    if let Some(kind) = entry.key.strip_prefix("regular_kind.").and_then(RegularKind::parse) {
        match entry.offer()? {
            Some(offer) => merchant.regular.kinds.insert(kind, offer),
            None => merchant.regular.kinds.remove(&kind),
        };
        return Ok(());
    }
    if let Some(field) = entry.key.strip_prefix("handover_name.") {
        rename(&mut merchant.handover_names, field, entry.value);
        return Ok(());
    }
    set_numbered(merchant, entry)
}

fn set_numbered(merchant: &mut Merchant, entry: &Entry<'_>) -> Result<(), SettingError> {
    for (number, slot) in ["1", "2", "3"].into_iter().zip(&mut merchant.destinations) {
        if entry.key.strip_prefix("destination") == Some(number) {
            *slot = entry.destination()?;
            return Ok(());
        }
    }
    for (number, item) in ["1", "2", "3"].into_iter().zip(&mut merchant.free_items) {
        match entry.key.strip_prefix("free").and_then(|rest| rest.strip_prefix(number)) {
            Some("_label") => item.label = entry.text(0, NAME)?,
            Some("_rule") => {
                item.rule = entry.one_of(&[
                    ("hidden", FreeItemRule::Hidden),
                    ("shown", FreeItemRule::Shown),
                    ("asked", FreeItemRule::Asked),
                    ("required", FreeItemRule::Required),
                ])?;
            }
            Some(_) | None => continue,
        }
        return Ok(());
    }
    Err(entry.refuse(SettingProblem::Unknown))
}

fn rename(map: &mut Vec<(String, String)>, field: &str, wire: &str) {
    map.retain(|(ours, _)| ours != field);
    if !wire.is_empty() {
        map.push((field.to_owned(), wire.to_owned()));
    }
}

/// What only shows when all settings of one change are made: addresses, names on the wire, what needs a secret, what the operator allows.
///
/// `local_origin` is the local system's own, the one place where http may lead to; None elsewhere.
///
/// # Errors
/// The first [`SettingError`].
pub fn check(merchant: &Merchant, local_origin: Option<&str>) -> Result<(), SettingError> {
    check_addresses(merchant, local_origin)?;
    check_names(merchant)
        .map_err(|error| SettingError { key: name_key(&error), problem: SettingProblem::Names(error) })?;
    if let Some(copy) = &merchant.mail.shop_copy {
        check_mail(copy).map_err(|_| SettingError::new("shop_copy", SettingProblem::MailAddress))?;
    }
    if merchant.card_on_file && merchant.key_passwords.is_empty() && merchant.sig.secrets.is_empty() {
        return Err(SettingError::new("card_on_file", SettingProblem::NeedsSecret));
    }
    if merchant.sig.required && merchant.sig.secrets.is_empty() {
        return Err(SettingError::new("sig_required", SettingProblem::NeedsSigSecret));
    }
    merchant.floors.check(merchant).map_err(floor_error)
}

fn check_addresses(merchant: &Merchant, local_origin: Option<&str>) -> Result<(), SettingError> {
    let wrong = |key: &str, error| SettingError::new(key, SettingProblem::Address(error));
    for (number, destination) in (1_u8..).zip(&merchant.destinations) {
        let Some(destination) = destination else { continue };
        check_destination(merchant, destination, local_origin)
            .map_err(|error| wrong(&format!("destination{number}"), error))?;
    }
    let PageSettings { legal_address, privacy_address, .. } = &merchant.page;
    for (key, address) in [
        ("back_address", &merchant.back_address),
        ("legal_address", legal_address),
        ("privacy_address", privacy_address),
    ] {
        let Some(address) = address else { continue };
        DestinationAddress::parse(address, local_origin).map_err(|error| wrong(key, error))?;
    }
    Ok(())
}

/// The setting at which a mistake in the two name maps is shown.
fn name_key(error: &NameMapError) -> String {
    match error {
        NameMapError::FixedDialect => "dialect".to_owned(),
        NameMapError::Unknown(name) | NameMapError::Malformed(name) | NameMapError::Shared(name) => name.clone(),
    }
}

fn floor_error(error: FloorError) -> SettingError {
    match error {
        FloorError::MaxAmount(most) => SettingError::new("max_amount", SettingProblem::FloorAmount(most)),
        FloorError::ThreeDs => SettingError::new("three_ds", SettingProblem::FloorChoice),
        FloorError::ThreeDsUnavailable => SettingError::new("three_ds_unavailable", SettingProblem::FloorChoice),
        FloorError::Guard(limit, most) => SettingError::new(limit.name(), SettingProblem::FloorGuard(most)),
    }
}

impl From<OwnTextError> for SettingProblem {
    fn from(error: OwnTextError) -> Self {
        match error {
            OwnTextError::TooLong => Self::Length { least: 0, most: OwnText::MAX },
            OwnTextError::Control => Self::Control,
            OwnTextError::UnknownPlaceholder(name) => Self::UnknownPlaceholder(name),
            OwnTextError::OpenBrace => Self::OpenBrace,
        }
    }
}

#[cfg(test)]
mod tests;
