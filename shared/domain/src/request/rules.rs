//! What each value may be: the table of the merchant interface, one function a row.

use super::{Field, OtherMethod, Problem, RequestError, Wire};
use crate::{
    Lang, Merchant, OrderId, Yen,
    card::contains_card_number,
    merchant::{DestinationNumber, Dialect, RegularKind},
    money::TypedAmountError,
    recurring::offer::{Offer, OfferId},
    text,
};

/// The widest name and free item, in half-width columns (ASJ: 全角64文字, 半角128文字).
pub const MAX_WIDTH: usize = 128;
/// The longest mail address, in characters (ASJ).
pub const MAX_MAIL: usize = 128;
/// The longest telephone number (ASJ).
const MAX_TEL: usize = 32;
/// The longest buyer id (ASJ).
const MAX_USER: usize = 30;

pub(super) fn amount(wire: Wire<'_>) -> Result<Yen, RequestError> {
    let text = wire.text(Field::Amount)?.ok_or_else(|| wire.refuse(Field::Amount, Problem::AmountMissing))?;
    Yen::parse_plain(&text, wire.merchant.max_amount).map_err(|error| {
        let problem = match error {
            TypedAmountError::Missing => Problem::AmountMissing,
            TypedAmountError::Malformed => Problem::AmountMalformed,
            TypedAmountError::OutOfRange => Problem::AmountOutOfRange,
        };
        wire.refuse(Field::Amount, problem)
    })
}

pub(super) fn order(wire: Wire<'_>) -> Result<OrderId, RequestError> {
    let text = wire.text(Field::Charge)?.ok_or_else(|| wire.refuse(Field::Charge, Problem::OrderMissing))?;
    check_order(&text, wire.merchant.dialect).map_err(|problem| wire.refuse(Field::Charge, problem))
}

/// Reads an order number of a shop's own, from a request or typed in the console.
///
/// # Errors
/// `OrderReserved` or `OrderMalformed`.
pub fn check_order(text: &str, dialect: Dialect) -> Result<OrderId, Problem> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let in_dialect = match dialect {
        Dialect::Asj => digits && text.len() <= 18,
        Dialect::TwentyFour => true,
    };
    if digits && text.len() == 18 && text.starts_with('9') {
        return Err(Problem::OrderReserved);
    }
    OrderId::new(text).ok().filter(|_| in_dialect).ok_or(Problem::OrderMalformed)
}

pub(super) fn charge_type(wire: Wire<'_>) -> Result<(), RequestError> {
    let problem = match wire.text(Field::ChargeType)?.as_deref() {
        None | Some("1") => return Ok(()),
        Some("2") => Problem::NoContract(OtherMethod::ConvenienceStore),
        Some("3") => Problem::NoContract(OtherMethod::BuyerChooses),
        Some("5") => Problem::NoContract(OtherMethod::AccountTransfer),
        Some("7") => Problem::NoContract(OtherMethod::PayLater),
        Some(_) => Problem::ChargeTypeInvalid,
    };
    Err(wire.refuse(Field::ChargeType, problem))
}

/// A name or a free item.
pub(super) fn free_text(wire: Wire<'_>, field: Field) -> Result<String, RequestError> {
    let text = wire.text(field)?.unwrap_or_default();
    check_free_text(&text).map_err(|problem| wire.refuse(field, problem))?;
    Ok(text)
}

/// Checks a name or free item, from a request or typed on the page.
///
/// # Errors
/// `ControlCharacter`, `TooLong` or `CardNumber`.
pub fn check_free_text(text: &str) -> Result<(), Problem> {
    if text::has_control(text) {
        return Err(Problem::ControlCharacter);
    }
    if text::width(text) > MAX_WIDTH {
        return Err(Problem::TooLong);
    }
    if contains_card_number(text) { Err(Problem::CardNumber) } else { Ok(()) }
}

pub(super) fn mail(wire: Wire<'_>) -> Result<String, RequestError> {
    let Some(mail) = wire.text(Field::Mail)? else { return Ok(String::new()) };
    check_mail(&mail).map_err(|problem| wire.refuse(Field::Mail, problem))?;
    Ok(mail)
}

/// Checks a mail address, from a request or typed on the page: enough to catch a typing mistake and to be safe in a header.
///
/// The local part is taken as Japanese carriers gave it out: `a..b.@docomo.example` is fine. Whether it exists, only a mail can tell.
///
/// # Errors
/// `ControlCharacter`, `TooLong`, `CardNumber` or `MailMalformed`.
pub fn check_mail(mail: &str) -> Result<(), Problem> {
    if text::has_control(mail) {
        return Err(Problem::ControlCharacter);
    }
    if mail.chars().count() > MAX_MAIL {
        return Err(Problem::TooLong);
    }
    if contains_card_number(mail) {
        return Err(Problem::CardNumber);
    }
    let plain = mail.bytes().all(|b| b.is_ascii_graphic() && !br#""(),:;<>[\]"#.contains(&b));
    let whole = mail.split_once('@').is_some_and(|(local, domain)| {
        let labels = || domain.split('.');
        let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        !local.is_empty() && labels().count() > 1 && labels().all(label)
    });
    if plain && whole { Ok(()) } else { Err(Problem::MailMalformed) }
}

pub(super) fn tel(wire: Wire<'_>) -> Result<String, RequestError> {
    let tel = wire.text(Field::CardTel)?.unwrap_or_default();
    check_tel(&tel).map_err(|problem| wire.refuse(Field::CardTel, problem))?;
    Ok(tel)
}

/// Checks a telephone number, from a request or typed in the console.
///
/// # Errors
/// `TelMalformed`, `TooLong` or `CardNumber`.
pub fn check_tel(tel: &str) -> Result<(), Problem> {
    if !tel.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return Err(Problem::TelMalformed);
    }
    if tel.len() > MAX_TEL {
        return Err(Problem::TooLong);
    }
    // A telephone number of 13 digits can pass for a card by chance; 14 and more are hardly telephones (E.164: 15 at most).
    let digits = tel.bytes().filter(u8::is_ascii_digit).count();
    if digits > 13 && contains_card_number(tel) { Err(Problem::CardNumber) } else { Ok(()) }
}

pub(super) fn mobile(wire: Wire<'_>) -> Result<bool, RequestError> {
    match wire.text(Field::Mobile)?.as_deref() {
        None => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(wire.refuse(Field::Mobile, Problem::MobileInvalid)),
    }
}

/// The offer that a regular purchase begins. None: the order is paid once.
pub(super) fn regular(wire: Wire<'_>) -> Result<Option<OfferId>, RequestError> {
    let asked = match wire.text(Field::Regular)?.as_deref() {
        None => false,
        Some("on") => true,
        Some(_) => return Err(wire.refuse(Field::Regular, Problem::RegularInvalid)),
    };
    let kind = |problem| wire.refuse(Field::RegularKind, problem);
    let named = wire.text(Field::RegularKind)?;
    let named =
        named.map(|text| RegularKind::parse(&text).ok_or_else(|| kind(Problem::RegularKindInvalid))).transpose()?;
    let regular = &wire.merchant.regular;
    match named {
        _ if !asked => Ok(None),
        _ if regular.kinds.is_empty() => Err(wire.refuse(Field::Regular, Problem::RegularNotAvailable)),
        Some(named) => regular.kinds.get(&named).ok_or_else(|| kind(Problem::RegularKindUnknown)).cloned().map(Some),
        None => regular.usual().ok_or_else(|| kind(Problem::RegularKindMissing)).cloned().map(Some),
    }
}

/// Whether the offer of a regular purchase can be begun with this amount: a request says what joining costs, so that a signature covers it.
pub(super) fn joining<'a>(
    merchant: &Merchant,
    offer: Option<&'a Offer>,
    amount: Yen,
) -> Result<&'a Offer, RequestError> {
    let refuse = |field: Field, problem| RequestError::of(problem, field.wire_name(merchant));
    let open = offer.filter(|offer| offer.is_open());
    let offer = open.ok_or_else(|| refuse(Field::RegularKind, Problem::RegularOfferClosed))?;
    if offer.asked_amount() == amount { Ok(offer) } else { Err(refuse(Field::Amount, Problem::RegularAmountConflict)) }
}

/// The buyer id; the proof has verified that the shop sent it.
pub(super) fn user(wire: Wire<'_>) -> Result<String, RequestError> {
    let user = wire.text(Field::User)?.unwrap_or_default();
    if is_user(&user) { Ok(user) } else { Err(wire.refuse(Field::User, Problem::UserMalformed)) }
}

/// Whether a text can be a buyer id, or none.
pub fn is_user(text: &str) -> bool {
    text.len() <= MAX_USER && text.bytes().all(|b| b.is_ascii_graphic())
}

/// The destination. Unless the shop asks for one, a merchant without any is fine: it ends on our result page.
pub(super) fn destination(wire: Wire<'_>) -> Result<DestinationNumber, RequestError> {
    let number = match wire.text(Field::Return)?.as_deref() {
        None => return Ok(DestinationNumber::One),
        Some("1") => DestinationNumber::One,
        Some("2") => DestinationNumber::Two,
        Some("3") => DestinationNumber::Three,
        Some(_) => return Err(wire.refuse(Field::Return, Problem::ReturnInvalid)),
    };
    let registered = wire.merchant.destination(number).is_some();
    if registered { Ok(number) } else { Err(wire.refuse(Field::Return, Problem::ReturnNotRegistered)) }
}

pub(super) fn lang(wire: Wire<'_>) -> Result<Option<Lang>, RequestError> {
    match wire.text(Field::Lang)? {
        None => Ok(None),
        Some(text) => Lang::parse(&text).map(Some).ok_or_else(|| wire.refuse(Field::Lang, Problem::LangInvalid)),
    }
}
