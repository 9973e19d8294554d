//! A row and its history as an item, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    MaskedCard, Yen,
    mail_return::{ReturnKind, ReturnTrace},
    payment::{Interface, Reader},
    search::{MailTrace, Row, Status, Step},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    StoreError,
    keys::{self, DOCUMENT, PK, VERSION, search as s},
    table::{Item, json},
};

/// A row without what its key says. Short names, because four indexes hold it too.
#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    at: Timestamp,
    #[serde(rename = "a")]
    amount: Yen,
    #[serde(rename = "r", default, skip_serializing_if = "is_nothing")]
    refunded: u32,
    #[serde(rename = "s")]
    status: Status,
    #[serde(rename = "i")]
    interface: Interface,
    #[serde(rename = "f", default, skip_serializing_if = "is_blank")]
    free: [String; 3],
    #[serde(rename = "m", default, skip_serializing_if = "String::is_empty")]
    mail: String,
    #[serde(rename = "h", default, skip_serializing_if = "String::is_empty")]
    holder: String,
    #[serde(rename = "u", default, skip_serializing_if = "String::is_empty")]
    user: String,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    card: Option<MaskedCard>,
}

const fn is_nothing(yen: &u32) -> bool {
    *yen == 0
}

fn is_blank(free: &[String; 3]) -> bool {
    free.iter().all(String::is_empty)
}

/// The row's document.
pub(super) fn document(row: &Row) -> Result<String, StoreError> {
    json(&Document {
        at: row.at,
        amount: row.amount,
        refunded: row.refunded,
        status: row.status,
        interface: row.interface,
        free: row.free.clone(),
        mail: row.mail.clone(),
        holder: row.holder.clone(),
        user: row.user.clone(),
        card: row.card.clone(),
    })
}

/// The row of an item. None: a mail's trace came before the payment.
pub(super) fn row(item: &Item) -> Result<Option<Row>, StoreError> {
    let Some(version) = version(item, VERSION) else { return Ok(None) };
    let string = |name: &str| item.get(name).and_then(|v| v.as_s().ok());
    let wrong = |what| StoreError::Unreadable { pk: string(PK).cloned().unwrap_or_default(), what };
    let key = string(PK).and_then(|pk| keys::parse_payment(pk)).ok_or_else(|| wrong(PK))?;
    let document: Option<Document> = string(DOCUMENT).and_then(|doc| serde_json::from_str(doc).ok());
    let Document { at, amount, refunded, status, interface, free, mail, holder, user, card } =
        document.ok_or_else(|| wrong(DOCUMENT))?;
    Ok(Some(Row { key, version, at, amount, refunded, status, interface, free, mail, holder, user, card }))
}

/// The steps of an item, oldest first.
pub(super) fn steps(item: &Item) -> Result<Vec<Step>, StoreError> {
    let mut steps: Vec<Step> = Vec::new();
    for (name, value) in item {
        if s::parse_step(name).is_some() {
            steps.push(stored(item, Some(value), "a step")?);
        }
    }
    steps.sort_by_key(|step| step.version);
    Ok(steps)
}

/// What is kept of a sent mail.
#[derive(Serialize, Deserialize)]
struct Mailed<T> {
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::second::required")]
    at: Timestamp,
    #[serde(rename = "k")]
    tidings: T,
    #[serde(rename = "r")]
    reader: Reader,
}

pub(super) fn mailed<T: Copy + Serialize>(trace: &MailTrace<T>) -> Result<String, StoreError> {
    json(&Mailed { at: trace.at, tidings: trace.tidings, reader: trace.reader })
}

/// Reads a sent mail back that stands in an item.
pub(super) fn read_mailed<T: DeserializeOwned>(
    item: &Item,
    event_id: &str,
    value: Option<&AttributeValue>,
) -> Result<MailTrace<T>, StoreError> {
    let Mailed { at, tidings, reader } = stored(item, value, "a mail")?;
    Ok(MailTrace { event_id: event_id.to_owned(), at, tidings, reader })
}

/// The mails of an item, oldest first.
pub(super) fn mails(item: &Item) -> Result<Vec<MailTrace>, StoreError> {
    let mut mails = Vec::new();
    for (name, value) in item {
        if let Some(event_id) = s::parse_mailed(name) {
            mails.push(read_mailed(item, event_id, Some(value))?);
        }
    }
    mails.sort_by(|one, other| (one.at, &one.event_id).cmp(&(other.at, &other.event_id)));
    Ok(mails)
}

/// What is kept of a mail that did not reach its reader.
#[derive(Serialize, Deserialize)]
struct Returned {
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::second::required")]
    at: Timestamp,
    #[serde(rename = "r")]
    reader: Reader,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    kind: Option<ReturnKind>,
}

pub(super) fn returned(trace: &ReturnTrace) -> Result<String, StoreError> {
    json(&Returned { at: trace.at, reader: trace.reader, kind: trace.kind })
}

/// Reads a mail back that did not reach its reader and stands in an item.
pub(super) fn read_returned(item: &Item, id: &str, value: Option<&AttributeValue>) -> Result<ReturnTrace, StoreError> {
    let Returned { at, reader, kind } = stored(item, value, "a returned mail")?;
    Ok(ReturnTrace { id: id.to_owned(), at, reader, kind })
}

/// The mails of an item that did not reach their readers, oldest first.
pub(super) fn returns(item: &Item) -> Result<Vec<ReturnTrace>, StoreError> {
    let mut returns = Vec::new();
    for (name, value) in item {
        if let Some(id) = s::parse_returned(name) {
            returns.push(read_returned(item, id, Some(value))?);
        }
    }
    returns.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(returns)
}

/// A counted version of an item.
pub(super) fn version(item: &Item, name: &str) -> Option<u32> {
    item.get(name).and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok())
}

/// Reads what stands in an item as JSON.
fn stored<T: DeserializeOwned>(
    item: &Item,
    value: Option<&AttributeValue>,
    what: &'static str,
) -> Result<T, StoreError> {
    let read = value.and_then(|value| value.as_s().ok()).and_then(|json| serde_json::from_str(json).ok());
    read.ok_or_else(|| {
        let pk = item.get(PK).and_then(|pk| pk.as_s().ok()).cloned();
        StoreError::Unreadable { pk: pk.unwrap_or_default(), what }
    })
}

/// In which list a payment stands.
pub(super) fn list(row: &Row) -> String {
    match row.interface {
        Interface::CardRegistration => s::registrations(&row.key.merchant),
        Interface::Link
        | Interface::DataLinkage
        | Interface::Batch
        | Interface::Continuation
        | Interface::Single
        | Interface::Regular => s::list(&row.key.merchant),
    }
}
