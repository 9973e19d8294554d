//! The keys of stored cards, wrapped by KMS: one item for each data key, one for the fingerprint key, each made once.

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use domain::card::DataKeyId;
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    keys::{CARD_DATA_KEYS, CARD_FINGERPRINT_KEY, DOCUMENT, ONLY, PK, SK, data_key},
    table::{Item, Write, number, text, written_by_put, written_by_update},
};

const RETIRING: &str = "retiring";
const DONE: &str = "done";
const DESTROYED: &str = "destroyed";

/// The wrapped keys of stored cards.
#[derive(Clone, Debug)]
pub struct CardKeys {
    table: Table,
}

/// A data key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Which.
    pub id: DataKeyId,
    /// As KMS wrapped it. None once it is destroyed.
    pub wrapped: Option<Vec<u8>>,
    /// How far it is on its way out.
    pub stage: KeyStage,
}

/// How far a data key is on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStage {
    /// It seals, or cards are under it.
    InUse,
    /// Its cards are to be sealed under a newer one.
    Retiring {
        /// When it was marked.
        since: Timestamp,
    },
    /// No card is under it any more. It still opens what a restored table may bring back.
    Done,
    /// Its bytes are gone for good.
    Destroyed,
}

impl KeyStage {
    /// As it is stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InUse => "in use",
            Self::Retiring { .. } => RETIRING,
            Self::Done => DONE,
            Self::Destroyed => DESTROYED,
        }
    }
}

impl CardKeys {
    /// The keys in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a data key, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, id: &DataKeyId) -> Result<Option<StoredKey>, StoreError> {
        self.table.get(CARD_DATA_KEYS, id.as_str()).await?.map(|item| read(&item)).transpose()
    }

    /// Stores a data key unless there is one of this name; answers the wrapped bytes that stand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create(&self, id: &DataKeyId, wrapped: Vec<u8>) -> Result<StoredKey, StoreError> {
        match self.put(CARD_DATA_KEYS, id.as_str(), &wrapped).await? {
            Write::Done => Ok(StoredKey { id: id.clone(), wrapped: Some(wrapped), stage: KeyStage::InUse }),
            Write::Refused(stands) => read(&stands),
        }
    }

    /// All data keys, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self) -> Result<Vec<StoredKey>, StoreError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .key_condition_expression("#pk = :keys")
                .expression_attribute_names("#pk", PK)
                .expression_attribute_values(":keys", text(CARD_DATA_KEYS))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await?;
            for item in page.items() {
                found.push(read(item)?);
            }
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return Ok(found),
            }
        }
    }

    /// Marks a key in use to be retired. One that is further on stays so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retire(&self, id: &DataKeyId, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(CARD_DATA_KEYS))
            .key(SK, text(id.as_str()))
            .update_expression("SET #s = :retiring, #t = :now")
            .condition_expression("attribute_exists(#pk) AND attribute_not_exists(#s)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#s", data_key::STAGE)
            .expression_attribute_names("#t", data_key::SINCE)
            .expression_attribute_values(":retiring", text(RETIRING))
            .expression_attribute_values(":now", number(now.as_second()));
        written_by_update(update.send().await).map(drop)
    }

    /// Marks a retiring key as done: no card is under it any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn done(&self, id: &DataKeyId) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(CARD_DATA_KEYS))
            .key(SK, text(id.as_str()))
            .update_expression("SET #s = :done")
            .condition_expression("#s = :retiring")
            .expression_attribute_names("#s", data_key::STAGE)
            .expression_attribute_values(":retiring", text(RETIRING))
            .expression_attribute_values(":done", text(DONE));
        written_by_update(update.send().await).map(drop)
    }

    /// Destroys a key that is done. Its item stays, so that its name is not given again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] unless it is done.
    pub async fn destroy(&self, id: &DataKeyId) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(CARD_DATA_KEYS))
            .key(SK, text(id.as_str()))
            .update_expression("SET #s = :destroyed REMOVE #doc")
            .condition_expression("#s = :done OR #s = :destroyed")
            .expression_attribute_names("#s", data_key::STAGE)
            .expression_attribute_names("#doc", DOCUMENT)
            .expression_attribute_values(":done", text(DONE))
            .expression_attribute_values(":destroyed", text(DESTROYED));
        match written_by_update(update.send().await)? {
            Write::Done => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }

    /// The wrapped fingerprint key, if it was made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_fingerprint_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(item) = self.table.get(CARD_FINGERPRINT_KEY, ONLY).await? else { return Ok(None) };
        blob(&item).map(Some).ok_or_else(|| unreadable(CARD_FINGERPRINT_KEY, DOCUMENT))
    }

    /// Stores the wrapped fingerprint key unless there is one; answers the bytes that stand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_fingerprint_key(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        match self.put(CARD_FINGERPRINT_KEY, ONLY, &wrapped).await? {
            Write::Done => Ok(wrapped),
            Write::Refused(stands) => blob(&stands).ok_or_else(|| unreadable(CARD_FINGERPRINT_KEY, DOCUMENT)),
        }
    }

    async fn put(&self, pk: &str, sk: &str, wrapped: &[u8]) -> Result<Write, StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(pk))
            .item(SK, text(sk))
            .item(DOCUMENT, AttributeValue::B(Blob::new(wrapped)))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        written_by_put(put.send().await)
    }
}

fn read(item: &Item) -> Result<StoredKey, StoreError> {
    let string = |name: &str| item.get(name).and_then(|v| v.as_s().ok());
    let since = || {
        let seconds = item.get(data_key::SINCE).and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok());
        seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    let id = string(SK).and_then(|sk| DataKeyId::new(sk).ok()).ok_or_else(|| unreadable(CARD_DATA_KEYS, SK))?;
    let stage = match string(data_key::STAGE).map(String::as_str) {
        None => Some(KeyStage::InUse),
        Some(RETIRING) => since().map(|since| KeyStage::Retiring { since }),
        Some(DONE) => Some(KeyStage::Done),
        Some(DESTROYED) => Some(KeyStage::Destroyed),
        Some(_) => None,
    };
    let stage = stage.ok_or_else(|| unreadable(CARD_DATA_KEYS, data_key::STAGE))?;
    let wrapped = blob(item);
    if wrapped.is_none() && stage != KeyStage::Destroyed {
        return Err(unreadable(CARD_DATA_KEYS, DOCUMENT));
    }
    Ok(StoredKey { id, wrapped, stage })
}

fn blob(item: &Item) -> Option<Vec<u8>> {
    item.get(DOCUMENT).and_then(|v| v.as_b().ok()).map(|b| b.as_ref().to_vec())
}

fn unreadable(pk: &str, what: &'static str) -> StoreError {
    StoreError::Unreadable { pk: pk.to_owned(), what }
}
