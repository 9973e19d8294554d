//! Items that are one document and the number of its version: how they are read, and written in place of the version before.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    StoreError, Table,
    keys::{DOCUMENT, DUE, ONLY, PK, SK, TTL, VERSION},
    table::{Item, Write, json, number, text, written_by_put},
};

/// Where a document stands, and until when.
pub(crate) struct Place<'a> {
    pub(crate) pk: String,
    pub(crate) sk: &'a str,
    /// The table forgets it then. None: it stays.
    pub(crate) forgotten_at: Option<Timestamp>,
    /// Where the index [`DUE`] finds it. None: nowhere.
    pub(crate) due: Option<String>,
}

/// Reads an item that is one document.
pub(crate) fn document<T: DeserializeOwned>(item: Option<Item>) -> Result<Option<T>, StoreError> {
    item.map(read).transpose()
}

/// Reads items that are one document each.
pub(crate) fn documents<T: DeserializeOwned>(items: Vec<Item>) -> Result<Vec<T>, StoreError> {
    items.into_iter().map(read).collect()
}

/// Reads items that are one document each, as far as they can be read: one that can't stands in no other's way.
pub(crate) fn readable<T: DeserializeOwned>(items: Vec<Item>) -> (Vec<T>, Vec<StoreError>) {
    let (mut documents, mut unreadable) = (Vec::with_capacity(items.len()), Vec::new());
    for item in items {
        match read(item) {
            Ok(document) => documents.push(document),
            Err(error) => unreadable.push(error),
        }
    }
    (documents, unreadable)
}

fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let read = |name: &str| item.get(name).and_then(|v| v.as_s().ok());
    let document = read(DOCUMENT).and_then(|doc| serde_json::from_str(doc).ok());
    let pk = || read(PK).cloned().unwrap_or_default();
    document.ok_or_else(|| StoreError::Unreadable { pk: pk(), what: DOCUMENT })
}

/// Writes a document that is alone under its partition key, in place of the version before or where nothing was.
///
/// # Errors
/// [`StoreError::Conflict`] when someone changed it first.
pub(crate) async fn put_document<T: Serialize + Sync>(
    table: &Table,
    pk: String,
    document: &T,
    version: u32,
    previous: Option<u32>,
) -> Result<(), StoreError> {
    let place = Place { pk, sk: ONLY, forgotten_at: None, due: None };
    unless_refused(put_over(table, place, document, version, previous).await?)
}

/// Writes a document in place of version - 1, or where nothing was. A write that finds itself there, because its reply was lost, is done.
pub(crate) async fn put_next<T: Serialize + Sync>(
    table: &Table,
    place: Place<'_>,
    document: &T,
    version: u32,
) -> Result<Write, StoreError> {
    let previous = version.checked_sub(1).filter(|previous| *previous > 0);
    put_over(table, place, document, version, previous).await
}

/// # Errors
/// [`StoreError::Conflict`] when the write was refused.
pub(crate) fn unless_refused(write: Write) -> Result<(), StoreError> {
    match write {
        Write::Done => Ok(()),
        Write::Refused(_) => Err(StoreError::Conflict),
    }
}

async fn put_over<T: Serialize + Sync>(
    table: &Table,
    place: Place<'_>,
    document: &T,
    version: u32,
    previous: Option<u32>,
) -> Result<Write, StoreError> {
    let document = json(document)?;
    let put = table
        .client
        .put_item()
        .table_name(&table.name)
        .item(PK, text(place.pk))
        .item(SK, text(place.sk))
        .item(VERSION, number(version))
        .item(DOCUMENT, text(&document))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let put = match place.forgotten_at {
        Some(at) => put.item(TTL, number(at.as_second())),
        None => put,
    };
    let put = match place.due {
        Some(due) => put.item(DUE, text(due)),
        None => put,
    };
    let put = match previous {
        None => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
        Some(previous) => put
            .condition_expression("#v = :previous")
            .expression_attribute_names("#v", VERSION)
            .expression_attribute_values(":previous", number(previous)),
    };
    Ok(match written_by_put(put.send().await)? {
        Write::Refused(stands) if is(&stands, version, &document) => Write::Done,
        write @ (Write::Done | Write::Refused(_)) => write,
    })
}

/// Whether what stands is this very document.
fn is(stands: &Item, version: u32, document: &str) -> bool {
    stands.get(VERSION) == Some(&number(version)) && stands.get(DOCUMENT) == Some(&text(document))
}
