//! A payment as an item, and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Nonce, Payment, State, Yen,
    merchant::DestinationNumber,
    payment::{Details, Interface, Origin},
};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::{
    StoreError,
    keys::{self, DUE, ONLY, PK, SK, VERSION, payment as p},
    table::{Item, json, number, text},
};

/// The whole item. Empty texts are left out.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub(crate) fn write(payment: &Payment, due: Option<String>) -> Result<Item, StoreError> {
    let details = &payment.details;
    let mut item = HashMap::from([
        (PK.to_owned(), text(keys::payment(&payment.key))),
        (SK.to_owned(), text(ONLY)),
        (p::ATTEMPTS_ALLOWED.to_owned(), number(payment.attempts_allowed)),
        (p::AMOUNT.to_owned(), number(payment.amount)),
        (p::INTERFACE.to_owned(), text(letter(payment.interface))),
        (p::OPENED_AT.to_owned(), number(payment.opened_at.as_millisecond())),
        (p::DESTINATION.to_owned(), number(u8::from(details.destination))),
        (p::LANG.to_owned(), text(details.lang.tag())),
        (p::ATTEMPTS.to_owned(), number(payment.attempts)),
        (p::GENERATION.to_owned(), number(payment.generation)),
    ]);
    let texts = [
        (p::HOLDER, &payment.holder),
        (p::NAME, &details.name),
        (p::MAIL, &details.mail),
        (p::TEL, &details.tel),
        (p::USER, &details.user),
        (p::ITEM, &details.item),
    ];
    let free = p::FREE.into_iter().zip(&details.free);
    for (name, value) in texts.into_iter().chain(free).filter(|(_, value)| !value.is_empty()) {
        item.insert(name.to_owned(), text(value));
    }
    if payment.origin != Origin::Page {
        item.insert(p::ORIGIN.to_owned(), text(json(&payment.origin)?));
    }
    if payment.initiator != payment.origin.usual_initiator(payment.card_id) {
        item.insert(p::INITIATOR.to_owned(), text(json(&payment.initiator)?));
    }
    if let Some(card) = &payment.card {
        item.insert(p::CARD.to_owned(), text(json(card)?));
    }
    if let Some(fingerprint) = &payment.fingerprint {
        item.insert(p::FINGERPRINT.to_owned(), text(fingerprint.to_string()));
    }
    if let Some(id) = &payment.card_id {
        item.insert(p::CARD_ID.to_owned(), text(id.to_string()));
    }
    if let Some(keeping) = &payment.keeping {
        item.insert(p::KEEPING.to_owned(), text(json(keeping)?));
    }
    if let Some(terms) = &details.terms {
        item.insert(p::TERMS.to_owned(), text(json(terms)?));
    }
    if let Some(offer) = &details.offer {
        item.insert(p::OFFER.to_owned(), text(String::from(offer.clone())));
    }
    if let Some(anchor) = &details.billed_on {
        item.insert(p::BILLED_ON.to_owned(), text(json(anchor)?));
    }
    if let Some(order) = &details.card_of {
        item.insert(p::CARD_OF.to_owned(), text(order.as_str()));
    }
    if details.mobile {
        item.insert(p::MOBILE.to_owned(), AttributeValue::Bool(true));
    }
    if let Some(due) = due {
        item.insert(DUE.to_owned(), text(due));
    }
    item.extend(mutable(payment)?.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Ok(item)
}

/// What a result may change.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub(crate) fn mutable(payment: &Payment) -> Result<Vec<(&'static str, AttributeValue)>, StoreError> {
    Ok(vec![
        (VERSION, number(payment.version)),
        (p::STATE, text(json(&payment.state)?)),
        (p::LAST_N, number(payment.last_n)),
        (p::NONCE, text(payment.nonce.to_string())),
        (p::DOUBTED, AttributeValue::Bool(payment.doubted)),
    ])
}

/// Reads an item that this crate wrote.
pub(crate) fn read(item: &Item) -> Result<Payment, StoreError> {
    Reader { item }.payment()
}

/// Reads the image of a stream record, whose attributes come as DynamoDB JSON. None: the item is not a payment.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn from_stream(image: &serde_json::Map<String, serde_json::Value>) -> Result<Option<Payment>, StoreError> {
    let item = image_item(image);
    match item.get(PK) {
        Some(AttributeValue::S(pk)) if keys::parse_payment(pk).is_some() => read(&item).map(Some),
        _ => Ok(None),
    }
}

/// The item of a stream record's image.
pub(crate) fn image_item(image: &serde_json::Map<String, serde_json::Value>) -> Item {
    image.iter().filter_map(|(name, value)| Some((name.clone(), attribute(value)?))).collect()
}

/// The three kinds of attribute that payments and kept cards are made of.
fn attribute(value: &serde_json::Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    match (kind.as_str(), value) {
        ("S", serde_json::Value::String(s)) => Some(AttributeValue::S(s.clone())),
        ("N", serde_json::Value::String(n)) => Some(AttributeValue::N(n.clone())),
        ("BOOL", serde_json::Value::Bool(b)) => Some(AttributeValue::Bool(*b)),
        _ => None,
    }
}

struct Reader<'a> {
    item: &'a Item,
}

impl Reader<'_> {
    fn payment(&self) -> Result<Payment, StoreError> {
        let key = keys::parse_payment(self.text(PK)).ok_or_else(|| self.wrong(PK))?;
        let nonce = Nonce::try_from(self.text(p::NONCE).to_owned()).map_err(|_| self.wrong(p::NONCE))?;
        let amount: u32 = self.number(p::AMOUNT)?;
        let opened_at =
            Timestamp::from_millisecond(self.number(p::OPENED_AT)?).map_err(|_| self.wrong(p::OPENED_AT))?;
        let origin = self.optional(p::ORIGIN)?.unwrap_or(Origin::Page);
        let card_id = self.id(p::CARD_ID)?;
        let initiator = self.optional(p::INITIATOR)?.unwrap_or_else(|| origin.usual_initiator(card_id));
        Ok(Payment {
            key,
            version: self.number(VERSION)?,
            generation: self.number(p::GENERATION)?,
            last_n: self.number(p::LAST_N)?,
            attempts: self.number(p::ATTEMPTS)?,
            attempts_allowed: self.number(p::ATTEMPTS_ALLOWED)?,
            amount: Yen::new(amount).map_err(|_| self.wrong(p::AMOUNT))?,
            interface: interface(self.text(p::INTERFACE)).ok_or_else(|| self.wrong(p::INTERFACE))?,
            origin,
            details: self.details()?,
            nonce,
            opened_at,
            initiator,
            card: self.optional(p::CARD)?,
            holder: self.text(p::HOLDER).to_owned(),
            fingerprint: self.id(p::FINGERPRINT)?,
            card_id,
            keeping: self.optional(p::KEEPING)?,
            doubted: self.flag(p::DOUBTED),
            state: self.json::<State>(p::STATE)?,
        })
    }

    fn details(&self) -> Result<Details, StoreError> {
        let destination: u8 = self.number(p::DESTINATION)?;
        Ok(Details {
            name: self.text(p::NAME).to_owned(),
            mail: self.text(p::MAIL).to_owned(),
            tel: self.text(p::TEL).to_owned(),
            free: p::FREE.map(|name| self.text(name).to_owned()),
            user: self.text(p::USER).to_owned(),
            destination: DestinationNumber::try_from(destination).map_err(|_| self.wrong(p::DESTINATION))?,
            lang: domain::Lang::parse(self.text(p::LANG)).ok_or_else(|| self.wrong(p::LANG))?,
            mobile: self.flag(p::MOBILE),
            item: self.text(p::ITEM).to_owned(),
            terms: self.optional(p::TERMS)?,
            offer: self.id(p::OFFER)?,
            billed_on: self.optional(p::BILLED_ON)?,
            card_of: self.id(p::CARD_OF)?,
        })
    }

    fn text(&self, name: &str) -> &str {
        self.item.get(name).and_then(|v| v.as_s().ok()).map_or("", String::as_str)
    }

    /// An id that may be absent.
    fn id<T: TryFrom<String>>(&self, name: &'static str) -> Result<Option<T>, StoreError> {
        let text = Some(self.text(name)).filter(|text| !text.is_empty());
        text.map(|text| T::try_from(text.to_owned()).map_err(|_| self.wrong(name))).transpose()
    }

    fn flag(&self, name: &str) -> bool {
        self.item.get(name).and_then(|v| v.as_bool().ok()).copied().unwrap_or(false)
    }

    fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, StoreError> {
        let number = self.item.get(name).and_then(|v| v.as_n().ok());
        number.and_then(|n| n.parse().ok()).ok_or_else(|| self.wrong(name))
    }

    fn json<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(self.text(name)).map_err(|_| self.wrong(name))
    }

    fn optional<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, StoreError> {
        self.item.contains_key(name).then(|| self.json(name)).transpose()
    }

    fn wrong(&self, what: &'static str) -> StoreError {
        StoreError::Unreadable { pk: self.text(PK).to_owned(), what }
    }
}

const INTERFACES: [Interface; 7] = [
    Interface::Link,
    Interface::DataLinkage,
    Interface::Batch,
    Interface::Continuation,
    Interface::Single,
    Interface::Regular,
    Interface::CardRegistration,
];

const fn letter(interface: Interface) -> &'static str {
    match interface {
        Interface::Link => "l",
        Interface::DataLinkage => "d",
        Interface::Batch => "b",
        Interface::Continuation => "c",
        Interface::Single => "s",
        Interface::Regular => "g",
        Interface::CardRegistration => "r",
    }
}

fn interface(name: &str) -> Option<Interface> {
    INTERFACES.into_iter().find(|interface| letter(*interface) == name)
}
