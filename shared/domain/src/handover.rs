//! What a shop gets back: the registered address and the parameters of its dialect, in order, signed if it likes.

mod address;

use jiff::Timestamp;

pub(crate) use address::address_query;
pub use address::{AddressError, DestinationAddress, check_destination, check_destinations};

use crate::{
    Merchant, Payment,
    merchant::{Dialect, Encoding, Method},
    payment::Interface,
    request::renamed,
    signing::{SigSecret, sign_handover},
    text,
};

/// A form that takes the shopper back to the shop.
///
/// `fields` are signed. `address_fields` are the registered address's own query, which a GET form would lose; the signature covers
/// them with the address, not among the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// The form's address: the registered one, for GET without its query.
    pub action: String,
    /// The form's method.
    pub method: Method,
    /// The form's encoding.
    pub encoding: Encoding,
    /// The registered address's own query, for GET. They come first.
    pub address_fields: Vec<(String, String)>,
    /// Our parameters, in the dialect's order, as text that this encoding carries unharmed.
    pub fields: Vec<(String, String)>,
}

/// Why there is nothing to hand over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoHandover {
    /// The payment is neither paid nor over without money; a running one is never handed over.
    #[error("the payment is not settled")]
    NotSettled,
    /// The merchant has not registered this destination.
    #[error("the destination is not registered")]
    NoDestination,
}

impl Handover {
    /// The hand-over of a stored result. With a secret, and where the merchant wants it, `time` and `sig` are added.
    ///
    /// # Errors
    /// [`NoHandover`] when the payment isn't settled or its destination isn't registered.
    pub fn new(
        payment: &Payment,
        merchant: &Merchant,
        secret: Option<&SigSecret>,
        now: Timestamp,
    ) -> Result<Self, NoHandover> {
        let outcome = Outcome::of(payment).ok_or(NoHandover::NotSettled)?;
        let destination = merchant.destination(payment.details.destination).ok_or(NoHandover::NoDestination)?;
        let encoding = merchant.encoding;
        let mut fields = told(payment, merchant, outcome);
        if let Some(secret) = secret.filter(|_| merchant.sig.hand_over) {
            fields.push((Field::Time.wire_name(merchant).to_owned(), now.as_second().to_string()));
            let sig = signature(secret, &destination.address, &fields, encoding);
            fields.push((Field::Sig.wire_name(merchant).to_owned(), sig));
        }
        let (action, address_fields) = match destination.method {
            Method::Post => (destination.address.clone(), Vec::new()),
            Method::Get => without_query(&destination.address, &fields, encoding),
        };
        Ok(Self { action, method: destination.method, encoding, address_fields, fields })
    }
}

/// What a shop is told of a result, in its dialect's names and order, as text that its encoding carries unharmed; without `time` and `sig`.
pub(crate) fn told(payment: &Payment, merchant: &Merchant, outcome: Outcome) -> Vec<(String, String)> {
    let value = |field: Field| text::fit(&field.value(payment, merchant, outcome), merchant.encoding);
    fields(merchant).map(|(field, name)| (name.to_owned(), value(field))).collect()
}

/// What `time` and `sig` are called on the wire.
pub(crate) fn time_and_sig(merchant: &Merchant) -> [&str; 2] {
    [Field::Time.wire_name(merchant), Field::Sig.wire_name(merchant)]
}

/// Signs the bytes that the browser will send.
fn signature(secret: &SigSecret, address: &str, fields: &[(String, String)], encoding: Encoding) -> String {
    let bytes: Vec<_> = fields.iter().map(|(name, value)| (name.as_bytes(), text::encode(value, encoding))).collect();
    sign_handover(secret, address, bytes.iter().map(|(name, value)| (*name, value.as_slice())))
}

/// The address before its query, and the query as fields. One that would pass for a field of ours is left out; registering refuses it.
fn without_query(address: &str, ours: &[(String, String)], encoding: Encoding) -> (String, Vec<(String, String)>) {
    let read =
        |bytes: Vec<u8>| text::decode(&bytes, encoding).unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
    let own = address_query(address).into_iter().map(|(name, value)| (read(name), read(value)));
    let own = own.filter(|(name, _)| !ours.iter().any(|(n, _)| n == name)).collect();
    (address.split('?').next().unwrap_or_default().to_owned(), own)
}

/// What the shop is told of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has its money.
    Paid,
    /// It has not.
    Unpaid,
}

impl Outcome {
    fn of(payment: &Payment) -> Option<Self> {
        match (payment.state.is_paid() || payment.joined_free(), payment.state.is_unpaid()) {
            (true, _) => Some(Self::Paid),
            (_, true) => Some(Self::Unpaid),
            (false, false) => None,
        }
    }
}

/// A parameter of a hand-over, whatever it is called on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Admin,
    Amount,
    Charge,
    Mail,
    Free1,
    Free2,
    Free3,
    Result,
    Payment,
    User,
    Cardholder,
    Time,
    Sig,
}

/// The ASJ notice, in the manual's order; `user` only with the card-on-file option.
const ASJ: [Field; 10] = [
    Field::Admin,
    Field::Amount,
    Field::Charge,
    Field::Mail,
    Field::Free1,
    Field::Free2,
    Field::Free3,
    Field::Result,
    Field::Payment,
    Field::User,
];

/// The 24 dialect's, in our order: that service prints none.
const TWENTY_FOUR: [Field; 8] = [
    Field::Result,
    Field::Charge,
    Field::Amount,
    Field::Mail,
    Field::Cardholder,
    Field::Free1,
    Field::Free2,
    Field::Free3,
];

/// The fields of this merchant's hand-overs with their wire names, without `time` and `sig`.
fn fields(merchant: &Merchant) -> impl Iterator<Item = (Field, &str)> {
    let fields = match merchant.dialect {
        Dialect::Asj => &ASJ[..],
        Dialect::TwentyFour => &TWENTY_FOUR[..],
    };
    let kept = |field: &&Field| **field != Field::User || merchant.card_on_file;
    fields.iter().filter(kept).map(|field| (*field, field.wire_name(merchant)))
}

/// The names that both dialects hand over, as this merchant's shop knows them: (ours, on the wire).
pub(crate) fn wire_names(merchant: &Merchant) -> Vec<(&'static str, &str)> {
    let both = [Field::Amount, Field::Charge, Field::Mail, Field::Result, Field::Time, Field::Sig];
    both.map(|field| (field.name(), field.wire_name(merchant))).to_vec()
}

/// What `result` says of a paid order, in either dialect.
pub(crate) const PAID: &str = "0";

/// All names of a 24 merchant's hand-overs: (ours, on the wire).
pub(crate) fn names_24(merchant: &Merchant) -> Vec<(&'static str, &str)> {
    let all = TWENTY_FOUR.iter().chain(&[Field::Time, Field::Sig]);
    all.map(|field| (field.name(), field.wire_name(merchant))).collect()
}

/// What a merchant of the 24 dialect may rename of what is handed back: our name and the default. `RC` is fixed.
pub fn names_of_24() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = TWENTY_FOUR.iter().chain(&[Field::Time, Field::Sig]);
    all.filter(|field| !matches!(field, Field::Result)).map(|field| (field.name(), field.name_24()))
}

impl Field {
    const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Amount => "amount",
            Self::Charge => "charge",
            Self::Mail => "mail",
            Self::Free1 => "free1",
            Self::Free2 => "free2",
            Self::Free3 => "free3",
            Self::Result => "result",
            Self::Payment => "payment",
            Self::User => "user",
            Self::Cardholder => "cardholder",
            Self::Time => "time",
            Self::Sig => "sig",
        }
    }

    /// The 24 dialect's name. `RC` is printed by that service; the rest is ours.
    const fn name_24(self) -> &'static str {
        match self {
            Self::Result => "RC",
            Self::Charge => "OID",
            Self::Amount => "AMT",
            Self::Mail => "EMAIL",
            Self::Cardholder => "CARDNAME",
            Self::Free1 => "ITEM1",
            Self::Free2 => "ITEM2",
            Self::Free3 => "ITEM3",
            Self::Admin | Self::Payment | Self::User | Self::Time | Self::Sig => self.name(),
        }
    }

    fn wire_name(self, merchant: &Merchant) -> &str {
        match (merchant.dialect, self) {
            (Dialect::Asj, _) => self.name(),
            (Dialect::TwentyFour, Self::Result) => self.name_24(), // fixed
            (Dialect::TwentyFour, _) => {
                renamed(&merchant.handover_names, self.name()).unwrap_or_else(|| self.name_24())
            }
        }
    }

    fn value(self, payment: &Payment, merchant: &Merchant, outcome: Outcome) -> String {
        let details = &payment.details;
        let [free1, free2, free3] = &details.free;
        match self {
            Self::Admin => payment.key.merchant.to_string(),
            // Nothing was charged, and the one yen that was authorized is not the shop's business.
            Self::Amount if payment.interface == Interface::CardRegistration => "0".to_owned(),
            Self::Amount => payment.amount.to_string(),
            Self::Charge => payment.key.order.to_string(),
            Self::Mail => details.mail.clone(),
            Self::Free1 => free1.clone(),
            Self::Free2 => free2.clone(),
            Self::Free3 => free3.clone(),
            Self::Result => match (merchant.dialect, outcome) {
                (_, Outcome::Paid) => PAID,
                (Dialect::Asj, Outcome::Unpaid) => "1",
                (Dialect::TwentyFour, Outcome::Unpaid) => "9",
            }
            .to_owned(),
            Self::Payment => payment.number().to_string(),
            Self::User => details.user.clone(),
            Self::Cardholder => payment.holder.clone(),
            Self::Time | Self::Sig => String::new(), // not of the payment: added when it is signed
        }
    }
}

#[cfg(test)]
mod tests;
