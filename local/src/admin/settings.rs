//! Settings as `key=value`: each is read strictly, and a wrong one says what would be right.

use domain::acquirer::Unavailable;
use domain::guard::{GuardLimit, LimitError};
use domain::handover::check_destinations;
use domain::merchant::{
    Capture, Destination, Dialect, Encoding, FreeItem, FreeItemRule, Method, Mode, Status, ThreeDsPolicy,
};
use domain::payment::Interface;
use domain::{Lang, Merchant, Yen};
use inbound::Keyring;
use jiff::Timestamp;

use super::secrets::{self, NewSecret};

/// What `set --help` says.
pub(super) const HELP: &str = "\
Settings:
  name=…                        mode=test|live             status=active|suspended|closed
  dialect=asj|24                encoding=utf-8|shift_jis   lang=ja|en
  destination1='POST https://…' (2, 3; GET; none)          back_address=https://…|none
  max_amount=yen                attempts=1-10              capture=at_once|later
  card_on_file=on|off           window_past_s=3600         window_future_s=300
  key_password=generate|…       sig_secret=generate|hex    sig_required=on|off  sig_hand_over=on|off
  three_ds=at_payment|at_registration|recurring            three_ds_unavailable=decline|proceed
  continuation=on|off
  mail_off=link,data_linkage|none                          shop_copy=address|none
  accent=#rrggbb  legal_address=…|none  privacy_address=…|none  contact=…|none
  tax_included=on|off           asks_consent_itself=on|off
  guard_address_hour=20  guard_address_day=60  guard_address_percent=80   against card testing: declines of one
  guard_buyer_hour=10    guard_buyer_day=20    guard_card_day=10          address, buyer, card, issuer number, shop
  guard_bin_hour=20      guard_bin_day=40      guard_bin_percent=80
  guard_merchant_hour=80 guard_merchant_day=160 guard_merchant_percent=80
  free1_label=…                 free1_rule=hidden|shown|asked|required (2, 3)
  request_name.amount=KINGAKU   handover_name.amount=KINGAKU (24 dialect; empty removes)";

/// Why a setting can't be made.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// It isn't `key=value`.
    #[error("{0:?} is not key=value")]
    Shape(String),
    /// There is no such setting.
    #[error("there is no setting {0}; `kessai admin merchant set --help` lists them")]
    Unknown(String),
    /// The value isn't one.
    #[error("{key}: expected {expected}")]
    Wrong {
        /// The setting.
        key: String,
        /// What would be right.
        expected: String,
    },
    /// A threshold of the guard is out of bounds.
    #[error(transparent)]
    Guard(#[from] LimitError),
    /// The settings don't fit together.
    #[error("{0}")]
    Together(String),
    /// The random source failed.
    #[error("no random bytes could be drawn")]
    Random,
}

impl SettingError {
    pub(super) fn wrong(key: &str, expected: &str) -> Self {
        Self::Wrong { key: key.to_owned(), expected: expected.to_owned() }
    }
}

/// Makes one setting; answers a secret that was made by it.
///
/// # Errors
/// [`SettingError`].
pub fn apply(
    merchant: &mut Merchant,
    setting: &str,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Option<NewSecret>, SettingError> {
    let (key, value) = setting.split_once('=').ok_or_else(|| SettingError::Shape(setting.to_owned()))?;
    match key {
        "key_password" => return secrets::key_password(merchant, value, keyring, now),
        "sig_secret" => return secrets::sig_secret(merchant, value, keyring, now),
        _ => {}
    }
    let entry = Entry { key, value };
    match key {
        "name" => merchant.name = entry.text(1, 64)?,
        "mode" => merchant.mode = entry.one_of(&[("test", Mode::Test), ("live", Mode::Live)])?,
        "status" => {
            merchant.status = entry.one_of(&[
                ("active", Status::Active),
                ("suspended", Status::Suspended),
                ("closed", Status::Closed),
            ])?;
        }
        "dialect" => merchant.dialect = entry.one_of(&[("asj", Dialect::Asj), ("24", Dialect::TwentyFour)])?,
        "encoding" => {
            merchant.encoding = entry.one_of(&[("utf-8", Encoding::Utf8), ("shift_jis", Encoding::ShiftJis)])?
        }
        "lang" => merchant.lang = entry.one_of(&[("ja", Lang::Ja), ("en", Lang::En)])?,
        "back_address" => merchant.back_address = entry.optional(),
        "max_amount" => {
            merchant.max_amount = Yen::parse(value).ok_or_else(|| entry.wrong("1 to 9999999, digits only"))?;
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
        "mail_off" => merchant.mail.off = entry.interfaces()?,
        "shop_copy" => merchant.mail.shop_copy = entry.optional(),
        "accent" => merchant.page.accent = entry.colour()?,
        "legal_address" => merchant.page.legal_address = entry.optional(),
        "privacy_address" => merchant.page.privacy_address = entry.optional(),
        "contact" => merchant.page.contact = entry.optional(),
        "tax_included" => merchant.page.tax_included = entry.switch()?,
        "asks_consent_itself" => merchant.page.asks_consent_itself = entry.switch()?,
        _ => match GuardLimit::named(key) {
            Some(limit) => merchant.guard.set(limit, entry.number(0, u32::from(u16::MAX))?)?,
            None => return numbered(merchant, &entry).map(|()| None),
        },
    }
    Ok(None)
}

/// Settings that come in threes, and the name maps.
fn numbered(merchant: &mut Merchant, entry: &Entry<'_>) -> Result<(), SettingError> {
    if let Some(field) = entry.key.strip_prefix("request_name.") {
        rename(&mut merchant.request_names, field, entry.value);
        return Ok(());
    }
    if let Some(field) = entry.key.strip_prefix("handover_name.") {
        rename(&mut merchant.handover_names, field, entry.value);
        return Ok(());
    }
    for number in 1_u8..=3 {
        let place = usize::from(number).saturating_sub(1);
        if entry.key == format!("destination{number}") {
            let destination = entry.destination()?;
            if let Some(slot) = merchant.destinations.get_mut(place) {
                *slot = destination;
            }
            return Ok(());
        }
        let Some(item) = merchant.free_items.get_mut(place) else { continue };
        if entry.key == format!("free{number}_label") {
            item.label = entry.text(0, 64)?;
            return Ok(());
        }
        if entry.key == format!("free{number}_rule") {
            return set_rule(item, entry);
        }
    }
    Err(SettingError::Unknown(entry.key.to_owned()))
}

fn set_rule(item: &mut FreeItem, entry: &Entry<'_>) -> Result<(), SettingError> {
    item.rule = entry.one_of(&[
        ("hidden", FreeItemRule::Hidden),
        ("shown", FreeItemRule::Shown),
        ("asked", FreeItemRule::Asked),
        ("required", FreeItemRule::Required),
    ])?;
    Ok(())
}

fn rename(map: &mut Vec<(String, String)>, field: &str, wire: &str) {
    map.retain(|(ours, _)| ours != field);
    if !wire.is_empty() {
        map.push((field.to_owned(), wire.to_owned()));
    }
}

/// What only shows when all settings of one command are made.
///
/// # Errors
/// [`SettingError::Together`].
pub(super) fn check(merchant: &Merchant, local_origin: Option<&str>) -> Result<(), SettingError> {
    let together = |error: &dyn std::error::Error| SettingError::Together(error.to_string());
    check_destinations(merchant, local_origin).map_err(|error| together(&error))?;
    domain::request::check_names(merchant).map_err(|error| together(&error))?;
    if merchant.card_on_file && merchant.key_passwords.is_empty() && merchant.sig.secrets.is_empty() {
        return Err(SettingError::Together(
            "card_on_file needs key_password=generate or sig_secret=generate".to_owned(),
        ));
    }
    Ok(())
}

struct Entry<'a> {
    key: &'a str,
    value: &'a str,
}

impl Entry<'_> {
    fn wrong(&self, expected: &str) -> SettingError {
        SettingError::wrong(self.key, expected)
    }

    fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, SettingError> {
        let hit = choices.iter().find(|(name, _)| *name == self.value).map(|(_, choice)| *choice);
        hit.ok_or_else(|| self.wrong(&choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" or ")))
    }

    fn switch(&self) -> Result<bool, SettingError> {
        self.one_of(&[("on", true), ("off", false)])
    }

    fn number<T: TryFrom<u32>>(&self, least: u32, most: u32) -> Result<T, SettingError> {
        let number = self.value.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| self.wrong(&format!("{least} to {most}")))
    }

    fn text(&self, least: usize, most: usize) -> Result<String, SettingError> {
        let length = self.value.chars().count();
        if (least..=most).contains(&length) && !domain::text::has_control(self.value) {
            Ok(self.value.to_owned())
        } else {
            Err(self.wrong(&format!("{least} to {most} characters on one line")))
        }
    }

    fn optional(&self) -> Option<String> {
        (self.value != "none" && !self.value.is_empty()).then(|| self.value.to_owned())
    }

    fn destination(&self) -> Result<Option<Destination>, SettingError> {
        if self.value == "none" {
            return Ok(None);
        }
        let expected = || self.wrong("'GET https://…' or 'POST https://…' or none");
        let (method, address) = self.value.split_once(' ').ok_or_else(expected)?;
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            _ => return Err(expected()),
        };
        Ok(Some(Destination { address: address.trim().to_owned(), method }))
    }

    fn interfaces(&self) -> Result<Vec<Interface>, SettingError> {
        let names = self.value.split(',').filter(|name| *name != "none" && !name.is_empty());
        names
            .map(|name| {
                Entry { key: self.key, value: name }.one_of(&[
                    ("link", Interface::Link),
                    ("data_linkage", Interface::DataLinkage),
                    ("batch", Interface::Batch),
                    ("continuation", Interface::Continuation),
                    ("single", Interface::Single),
                ])
            })
            .collect()
    }

    fn colour(&self) -> Result<String, SettingError> {
        let digits = self.value.strip_prefix('#').filter(|hex| hex.len() == 6);
        match digits {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => Ok(self.value.to_ascii_lowercase()),
            _ => Err(self.wrong("#rrggbb")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::MerchantId;

    fn merchant() -> Merchant {
        Merchant::new(MerchantId::new("4000").unwrap(), "Shop")
    }

    fn set(merchant: &mut Merchant, setting: &str) -> Result<Option<NewSecret>, SettingError> {
        apply(merchant, setting, &Keyring::from_root([7; 32]), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_wrong_setting_says_what_would_be_right() {
        for (setting, said) in [
            ("lang", "not key=value"),
            ("langue=ja", "no setting langue"),
            ("lang=fr", "ja or en"),
            ("attempts=0", "1 to 10"),
            ("max_amount=10000000", "1 to 9999999"),
            ("destination1=https://shop.example/", "'POST https://…'"),
            ("destination4=GET https://shop.example/", "no setting destination4"),
            ("key_password=short", "16 to 32"),
            ("sig_secret=abc", "64 hex digits"),
            ("accent=blue", "#rrggbb"),
            ("free1_rule=maybe", "hidden or shown or asked or required"),
            ("mail_off=fax", "data_linkage"),
            ("guard_address_hour=9", "guard_below_floor: guard_address_hour is below the floor 10"),
            ("guard_address_hour=51", "guard_above_ceiling"),
            ("guard_bin_percent=off", "0 to 65535"),
        ] {
            let error = set(&mut merchant(), setting).unwrap_err().to_string();
            assert!(error.contains(said), "{setting}: {error}");
        }
    }

    #[test]
    fn settings_are_made() {
        let mut merchant = merchant();
        for setting in [
            "destination2=GET https://shop.example/members?x=1",
            "dialect=24",
            "request_name.amount=KINGAKU",
            "free3_rule=required",
            "mail_off=link,data_linkage",
            "shop_copy=shop@shop.example",
            "guard_address_hour=30",
        ] {
            set(&mut merchant, setting).unwrap();
        }
        assert_eq!(merchant.destinations[1].as_ref().unwrap().method, Method::Get);
        assert_eq!(merchant.request_names, [("amount".to_owned(), "KINGAKU".to_owned())]);
        assert_eq!(merchant.free_items[2].rule, FreeItemRule::Required);
        assert_eq!(merchant.mail.off.len(), 2);
        assert_eq!(merchant.guard.limit(GuardLimit::AddressHour), 30);
        check(&merchant, None).unwrap();
        set(&mut merchant, "request_name.amount=").unwrap();
        assert!(merchant.request_names.is_empty());
        set(&mut merchant, "destination1=POST http://shop.example/").unwrap();
        assert!(check(&merchant, None).unwrap_err().to_string().contains("https"));
    }

    #[test]
    fn the_secret_before_goes_on_for_a_week() {
        let mut merchant = merchant();
        let first = set(&mut merchant, "sig_secret=generate").unwrap().unwrap();
        let second = set(&mut merchant, "sig_secret=generate").unwrap().unwrap();
        assert_ne!(first.text, second.text);
        assert_eq!(format!("{second:?}"), "NewSecret(sig_secret)");
        let ends: Vec<_> =
            merchant.sig.secrets.iter().map(|secret| (secret.generation, secret.until.is_some())).collect();
        assert_eq!(ends, [(2, false), (1, true)]);
        assert!(set(&mut merchant, "key_password=0123456789abcdef").unwrap().is_none(), "an own one isn't shown again");
    }
}
