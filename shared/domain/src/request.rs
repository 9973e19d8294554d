//! A shop's request to the payment page, from raw parameters to an order that can be paid.
//!
//! First [`merchant_of`], then the merchant's record and secrets are fetched, then [`verify_and_parse`]: no look-up but the merchant's own comes before the signature.

pub mod explain;
mod names;
mod problem;
mod proof;
mod rules;

use jiff::Timestamp;

pub(crate) use names::renamed;
pub use names::{Field, NameMapError, check_names};
pub use problem::{OtherMethod, Problem, RequestError};
pub use rules::{MAX_MAIL, MAX_WIDTH, check_free_text, check_mail, check_order, check_tel, is_user};

use crate::{
    Lang, Merchant, MerchantId, OrderId, PaymentKey, Yen,
    merchant::Status,
    payment::{Details, Interface, Order, Origin},
    recurring::offer::{Offer, OfferId},
    signing::{KeyFields, KeyPassword, SigSecret, verify_key, verify_request},
    text,
    wire::Parameters,
};

/// A request whose signatures hold and whose every value is in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayRequest {
    /// The shop's number for the order.
    pub order: OrderId,
    /// What to charge.
    pub amount: Yen,
    /// The language the shop asked for. Without one the browser decides.
    pub lang: Option<Lang>,
    /// How the order is processed.
    pub interface: Interface,
    /// The offer that it wants to begin as a regular purchase: [`joining`](Self::joining) says whether it can.
    pub regular: Option<OfferId>,
    /// The rest. `user` is verified; `lang` is the shop's wish or, without one, the merchant's own.
    pub details: Details,
}

impl PayRequest {
    /// The same request, for a regular purchase with what its offer says. `offer` is the newest version of the one that it names.
    ///
    /// # Errors
    /// `RegularOfferClosed` or `RegularAmountConflict`.
    pub fn joining(self, merchant: &Merchant, offer: Option<&Offer>) -> Result<Self, RequestError> {
        if self.regular.is_none() {
            return Ok(self);
        }
        let offer = rules::joining(merchant, offer, self.amount)?;
        Ok(Self {
            amount: offer.first.authorized(),
            interface: offer.first.interface(self.interface),
            details: Details { item: offer.item.clone(), offer: Some(offer.chosen()), ..self.details },
            ..self
        })
    }

    /// The order to pay. `accepted` is what the browser prefers, for when the shop asked for no language.
    pub fn into_order(self, merchant: &Merchant, accepted: Option<Lang>) -> Order {
        let lang = self.lang.or(accepted).unwrap_or(merchant.lang);
        Order {
            key: PaymentKey::new(merchant.id.clone(), self.order),
            amount: self.amount,
            interface: self.interface,
            origin: Origin::Page,
            attempts_allowed: merchant.attempts,
            details: Details { lang, ..self.details },
        }
    }
}

/// The secrets of a merchant that are valid now, opened. Two of a kind during a rotation.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Passwords of the card-on-file key.
    pub key_passwords: Vec<KeyPassword>,
    /// Secrets of `sig`, newest first.
    pub sig_secrets: Vec<SigSecret>,
}

/// Whose request it is, by the address (`/pay/{admin}`), else by `admin`, else by the 24 dialect's `SID`.
///
/// A shop that calls its merchant's parameter otherwise uses the address: its names are known only once its record is read.
///
/// # Errors
/// `MerchantMissing` or `MerchantMalformed`.
pub fn merchant_of(parameters: &Parameters, path_admin: Option<&str>) -> Result<MerchantId, RequestError> {
    let by_name = |field_name| parameters.value(field_name).filter(|value| !value.is_empty()).map(|v| (field_name, v));
    let named = || by_name(Field::Admin.name()).or_else(|| by_name(Field::Admin.name_24()));
    let (name, number) = match path_admin {
        Some(number) => (Field::Admin.name(), number.as_bytes()),
        None => named().ok_or_else(|| RequestError::of(Problem::MerchantMissing, Field::Admin.name()))?,
    };
    let id = std::str::from_utf8(number).ok().and_then(|number| MerchantId::new(number).ok());
    id.ok_or_else(|| RequestError::of(Problem::MerchantMalformed, name))
}

/// Verifies what signs the request, over its bytes, and only then decodes and checks every value.
///
/// An optional parameter that is sent empty counts as not sent. What the merchant's names don't know is ignored (`sig` covers it all the same).
///
/// # Errors
/// [`RequestError`]; the first problem in the order: merchant, signatures, status, values by the documentation's table.
pub fn verify_and_parse(
    parameters: &Parameters,
    merchant: &Merchant,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<PayRequest, RequestError> {
    let wire = Wire { parameters, merchant };
    same_merchant(wire)?;
    proof::verify(wire, secrets, now)?;
    trades(merchant)?;
    let (amount, order) = (rules::amount(wire)?, rules::order(wire)?);
    rules::charge_type(wire)?;
    let name = rules::free_text(wire, Field::Name)?;
    let mail = rules::mail(wire)?;
    let tel = rules::tel(wire)?;
    let [one, two, three] = [Field::Free1, Field::Free2, Field::Free3].map(|field| rules::free_text(wire, field));
    let free = [one?, two?, three?];
    let mobile = rules::mobile(wire)?;
    let regular = rules::regular(wire)?;
    let user = rules::user(wire)?;
    let destination = rules::destination(wire)?;
    let lang = rules::lang(wire)?;
    let details = Details {
        name,
        mail,
        tel,
        free,
        user,
        destination,
        lang: lang.unwrap_or(merchant.lang),
        mobile,
        item: String::new(),
        terms: None,
        offer: None,
        billed_on: None,
        card_of: None,
    };
    Ok(PayRequest { order, amount, lang, interface: Interface::DataLinkage, regular, details })
}

/// The address and the parameter name one merchant.
fn same_merchant(wire: Wire<'_>) -> Result<(), RequestError> {
    let other = wire.given(Field::Admin).is_some_and(|number| number != wire.merchant.id.as_str().as_bytes());
    if other { Err(wire.refuse(Field::Admin, Problem::MerchantConflict)) } else { Ok(()) }
}

fn trades(merchant: &Merchant) -> Result<(), RequestError> {
    match merchant.status {
        Status::Active => Ok(()),
        Status::Suspended => Err(Problem::MerchantSuspended.into()),
        Status::Closed => Err(Problem::MerchantClosed.into()),
    }
}

/// Refuses a request to a merchant that doesn't exist, with the same error and the same work as a wrong `key` or `sig`.
pub fn refuse_unknown_merchant(parameters: &Parameters) -> RequestError {
    let value = |field: Field| parameters.value(field.name()).unwrap_or_default();
    let fields = KeyFields {
        admin: value(Field::Admin),
        amount: value(Field::Amount),
        charge: value(Field::Charge),
        user: value(Field::User),
        time: value(Field::Time),
    };
    let passwords: Vec<_> = KeyPassword::new("nobody").into_iter().collect();
    let signed = proof::but_sig(parameters, Field::Sig.name());
    let _ = std::hint::black_box((
        verify_key(value(Field::Key), fields, &passwords),
        verify_request(value(Field::Sig), &[SigSecret::from_bytes([0; 32])], signed),
    ));
    Problem::MerchantOrSignature.into()
}

/// A request's parameters under the names of its merchant.
#[derive(Clone, Copy)]
struct Wire<'a> {
    parameters: &'a Parameters,
    merchant: &'a Merchant,
}

impl<'a> Wire<'a> {
    /// The bytes of a parameter. Sent empty is not sent.
    fn given(self, field: Field) -> Option<&'a [u8]> {
        self.parameters.value(field.wire_name(self.merchant)).filter(|value| !value.is_empty())
    }

    /// A parameter as text in the merchant's encoding, without control characters.
    fn text(self, field: Field) -> Result<Option<String>, RequestError> {
        let Some(bytes) = self.given(field) else { return Ok(None) };
        let text = text::decode(bytes, self.merchant.encoding);
        let text = text.ok_or_else(|| self.refuse(field, Problem::Undecodable))?;
        if text::has_control(&text) { Err(self.refuse(field, Problem::ControlCharacter)) } else { Ok(Some(text)) }
    }

    /// Refuses a parameter by the name that the shop's engineer knows.
    fn refuse(self, field: Field, problem: Problem) -> RequestError {
        RequestError::of(problem, field.wire_name(self.merchant))
    }
}

#[cfg(test)]
mod tests;
