//! "Check my request": what a shop sent, read by the payment page's own parser and rules, with everything that is wrong rather than the first thing.
//!
//! Only the rules decide; what this adds is why. Where a signature is wrong it is made again in the ways that shops get wrong, until one of them fits.
//! For the merchant's own people only: the message that is signed is shown. A secret, the right signature and a card number never are.

mod advice;
mod construction;
mod paste;

use jiff::Timestamp;

pub use advice::Advice;
pub use construction::Step;
pub use paste::Shape;

use super::{Field, Problem, RequestError, Secrets, Wire, merchant_of, proof, rules, same_merchant, trades};
use crate::{
    Merchant,
    card::contains_card_number,
    merchant::Encoding,
    recurring::offer::Offer,
    signing::{canonical_form, verify_key, verify_request},
    text,
    wire::ParameterName,
};
use construction::{diagnose_key, diagnose_sig, key_message};
use paste::Paste;

/// What a shop's request comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What it was read as.
    pub shape: Shape,
    /// The parameters, in the order they came.
    pub read: Vec<ReadParameter>,
    /// What is wrong or worth knowing, in the order that the payment page looks at it.
    pub findings: Vec<Finding>,
    /// Whether the payment page would open.
    pub opens: bool,
}

/// A parameter as it was read. Its value is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadParameter {
    /// Its name on the wire.
    pub name: ParameterName,
    /// Which of ours it is. None: it is ignored, but signed.
    pub field: Option<Field>,
    /// The length of its value in bytes, decoded. One that is sent empty counts as not sent.
    pub length_bytes: usize,
    /// The characters that its bytes are.
    pub seen: Seen,
}

/// What the bytes of a value can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// ASCII, the same in every encoding.
    Ascii,
    /// UTF-8 and nothing else.
    Utf8,
    /// Shift_JIS and nothing else.
    ShiftJis,
    /// Both; where it is Japanese it is UTF-8.
    Either,
    /// Neither.
    Neither,
}

impl Seen {
    fn of(bytes: &[u8]) -> Self {
        let reads = |encoding| text::decode(bytes, encoding).is_some();
        match (bytes.is_ascii(), reads(Encoding::Utf8), reads(Encoding::ShiftJis)) {
            (true, _, _) => Self::Ascii,
            (false, true, true) => Self::Either,
            (false, true, false) => Self::Utf8,
            (false, false, true) => Self::ShiftJis,
            (false, false, false) => Self::Neither,
        }
    }
}

/// What proves who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The card-on-file key.
    Key,
    /// The strong signature.
    Sig,
}

/// One thing that is wrong, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A rule of the payment page refuses it.
    Refused(RequestError),
    /// It is for another merchant than the one that asks.
    OtherMerchant(ParameterName),
    /// It is signed, and the merchant has nothing to check that with.
    NothingToCheckWith(Proof),
    /// The key or `sig` is not what it must be.
    Differs {
        /// Which.
        proof: Proof,
        /// How the shop must have made it. None are known: the secret or a value is another.
        steps: Vec<Step>,
        /// The message that must be signed, without the secret. None where a card number is in it.
        message: Option<String>,
    },
    /// Nothing is refused for this alone, but it is a likely cause, or a risk.
    Advice(Advice, Option<ParameterName>),
}

impl Finding {
    /// The stable code, the same in every language and version.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.code(),
            Self::OtherMerchant(_) => "other_merchant",
            Self::NothingToCheckWith(Proof::Key) => "no_key_password",
            Self::NothingToCheckWith(Proof::Sig) => "no_sig_secret",
            Self::Differs { proof: Proof::Key, .. } => "key_differs",
            Self::Differs { proof: Proof::Sig, .. } => "sig_differs",
            Self::Advice(advice, _) => advice.code(),
        }
    }

    /// The parameter to look at.
    pub const fn parameter(&self) -> Option<&ParameterName> {
        match self {
            Self::Refused(error) => error.parameter(),
            Self::OtherMerchant(name) => Some(name),
            Self::Advice(_, name) => name.as_ref(),
            Self::NothingToCheckWith(_) | Self::Differs { .. } => None,
        }
    }

    /// Whether the payment page stops at it.
    pub const fn stops(&self) -> bool {
        match self {
            Self::Refused(_) | Self::OtherMerchant(_) | Self::NothingToCheckWith(_) | Self::Differs { .. } => true,
            Self::Advice(..) => false,
        }
    }
}

/// Explains what a shop sent: a query string, a form's body, a whole address, an HTTP request, or the HTML of a form or link.
///
/// `offers` are the merchant's, in their newest versions: what a regular purchase may begin.
pub fn explain(
    pasted: &[u8],
    (merchant, secrets): (&Merchant, &Secrets),
    offers: &[Offer],
    now: Timestamp,
) -> Explanation {
    let paste = Paste::of(pasted, merchant);
    let mut findings: Vec<Finding> = paste.advice.iter().map(|advice| Finding::Advice(*advice, None)).collect();
    let parameters = match paste.parameters() {
        Ok(parameters) => parameters,
        Err(error) => {
            findings.push(Finding::Refused(error.into()));
            return Explanation { shape: paste.shape, read: Vec::new(), findings, opens: false };
        }
    };
    let wire = Wire { parameters: &parameters, merchant };
    findings.extend(addressee(wire, &paste));
    findings.extend(proven(wire, secrets, now));
    findings.extend(trades(merchant).err().map(Finding::Refused));
    findings.extend(values(wire, offers).map(Finding::Refused));
    findings.extend(advice::of_values(wire, &paste.raw));
    findings.extend(advice::of_the_whole(wire, now));
    let opens = !findings.iter().any(Finding::stops);
    Explanation { shape: paste.shape, read: read(wire), findings, opens }
}

fn read(wire: Wire<'_>) -> Vec<ReadParameter> {
    let field = |name: &[u8]| Field::ALL.into_iter().find(|field| field.wire_name(wire.merchant).as_bytes() == name);
    let one = |(name, value): (&[u8], &[u8])| ReadParameter {
        name: ParameterName::of(name),
        field: field(name),
        length_bytes: value.len(),
        seen: Seen::of(value),
    };
    wire.parameters.iter().map(one).collect()
}

/// Whose request it is. Parameters alone may have been sent to `/pay/{admin}`, so a missing number is no fault in them.
fn addressee(wire: Wire<'_>, paste: &Paste) -> Option<Finding> {
    match merchant_of(wire.parameters, paste.path_admin.as_deref()) {
        Ok(id) if id != wire.merchant.id => {
            Some(Finding::OtherMerchant(ParameterName::of(Field::Admin.name().as_bytes())))
        }
        Ok(_) => same_merchant(wire).err().map(Finding::Refused),
        Err(error) if error.problem() == Problem::MerchantMissing && paste.shape == Shape::Parameters => {
            Some(Finding::Advice(Advice::NumberInAddress, None))
        }
        Err(error) => Some(Finding::Refused(error)),
    }
}

/// What the proof says; where it says no more than "wrong", which part and how.
fn proven(wire: Wire<'_>, secrets: &Secrets, now: Timestamp) -> Vec<Finding> {
    match proof::verify(wire, secrets, now) {
        Ok(()) => Vec::new(),
        Err(error) if error.problem() == Problem::MerchantOrSignature => {
            let refused = Finding::Refused(error);
            std::iter::once(refused).chain(wrong_key(wire, secrets)).chain(wrong_sig(wire, secrets)).collect()
        }
        Err(error) => vec![Finding::Refused(error)],
    }
}

fn wrong_key(wire: Wire<'_>, secrets: &Secrets) -> Option<Finding> {
    let (key, time) = (wire.given(Field::Key)?, wire.given(Field::Time).unwrap_or_default());
    let fields = proof::key_fields(wire, time);
    if verify_key(key, fields, &secrets.key_passwords) {
        return None;
    }
    if secrets.key_passwords.is_empty() {
        return Some(Finding::NothingToCheckWith(Proof::Key));
    }
    let steps = diagnose_key(key, wire, fields, &secrets.key_passwords);
    Some(Finding::Differs { proof: Proof::Key, steps, message: shown(wire, || key_message(fields)) })
}

fn wrong_sig(wire: Wire<'_>, secrets: &Secrets) -> Option<Finding> {
    let (sig, sig_name) = (wire.given(Field::Sig)?, Field::Sig.wire_name(wire.merchant));
    let signed = || proof::but_sig(wire.parameters, sig_name);
    if verify_request(sig, &secrets.sig_secrets, signed()) {
        return None;
    }
    if secrets.sig_secrets.is_empty() {
        return Some(Finding::NothingToCheckWith(Proof::Sig));
    }
    let steps = diagnose_sig(sig, wire, &secrets.sig_secrets);
    let message = shown(wire, || format!("kessai-sig-v2\nrequest\n{}", canonical_form(signed())));
    Some(Finding::Differs { proof: Proof::Sig, steps, message })
}

/// A message for people, unless a card number would stand in it.
fn shown(wire: Wire<'_>, message: impl FnOnce() -> String) -> Option<String> {
    let holds_card = |bytes: &[u8]| contains_card_number(&String::from_utf8_lossy(bytes));
    let clean = !wire.parameters.iter().any(|(name, value)| holds_card(name) || holds_card(value));
    clean.then(message)
}

/// Every rule of the values, in the order of the documentation's table.
fn values(wire: Wire<'_>, offers: &[Offer]) -> impl Iterator<Item = RequestError> {
    let free = |field| rules::free_text(wire, field).err();
    [
        rules::amount(wire).err(),
        rules::order(wire).err(),
        rules::charge_type(wire).err(),
        free(Field::Name),
        rules::mail(wire).err(),
        rules::tel(wire).err(),
        free(Field::Free1),
        free(Field::Free2),
        free(Field::Free3),
        rules::mobile(wire).err(),
        rules::regular(wire).err().or_else(|| cannot_join(wire, offers)),
        rules::user(wire).err(),
        rules::destination(wire).err(),
        rules::lang(wire).err(),
    ]
    .into_iter()
    .flatten()
}

/// Why a regular purchase can't begin, where the request names its offer and an amount.
fn cannot_join(wire: Wire<'_>, offers: &[Offer]) -> Option<RequestError> {
    let id = rules::regular(wire).ok()??;
    let amount = rules::amount(wire).ok()?;
    rules::joining(wire.merchant, offers.iter().find(|offer| offer.id == id), amount).err()
}

#[cfg(test)]
mod tests;
