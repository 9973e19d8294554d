//! Keys of the JSON API, each with the item that counts its use.

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::ReturnValue};
use domain::{
    MerchantId,
    api::{ApiKey, KeyId, Window},
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    document::{Place, document, put_next, unless_refused},
    keys::{
        self, PK, SK,
        api_use::{COUNT, WINDOW},
    },
    table::{Item, number, text},
};

/// How often a refused count is tried again: more means that the clock of several functions stands on two sides of a stretch's end.
const TRIES: usize = 3;

/// The keys.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    table: Table,
}

/// A key, and when it was used last, to within a stretch of time that requests are counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub key: ApiKey,
    /// None: never.
    pub used_at: Option<Timestamp>,
}

impl ApiKeys {
    /// The keys in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a key of a merchant.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, id: &KeyId) -> Result<Option<ApiKey>, StoreError> {
        document(self.table.get(&keys::api_keys(merchant), id.as_str()).await?)
    }

    /// Writes a key in place of the version before, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn put(&self, key: &ApiKey) -> Result<(), StoreError> {
        let place = Place { pk: keys::api_keys(&key.merchant), sk: key.id.as_str(), forgotten_at: None, due: None };
        unless_refused(put_next(&self.table, place, key, key.version).await?)
    }

    /// All of a merchant's keys, the newest first. Revoked ones stay: a log names them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, merchant: &MerchantId) -> Result<Vec<KeyUse>, StoreError> {
        let items = self.table.all(keys::api_keys(merchant)).await?;
        let (uses, keys): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.contains_key(WINDOW));
        let mut listed = Vec::with_capacity(keys.len());
        for item in keys {
            if let Some(key) = document::<ApiKey>(Some(item))? {
                let used_at = uses.iter().find_map(|item| used_at(item, &key.id));
                listed.push(KeyUse { key, used_at });
            }
        }
        listed.sort_by(|one, other| (other.key.made_at, &other.key.id).cmp(&(one.key.made_at, &one.key.id)));
        Ok(listed)
    }

    /// Counts a request of a key; answers how many there were in this stretch of time, itself included.
    ///
    /// A count whose reply was lost is counted twice by the SDK's retry: that errs to the safe side.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count(&self, merchant: &MerchantId, id: &KeyId, window: Window) -> Result<u32, StoreError> {
        for _ in 0..TRIES {
            if let Some(count) = self.count_on(merchant, id, window).await? {
                return Ok(count);
            }
            if self.count_first(merchant, id, window).await? {
                return Ok(1);
            }
        }
        Err(StoreError::Conflict)
    }

    /// Counts within the stretch that stands. None: another one stands, or none.
    async fn count_on(&self, merchant: &MerchantId, id: &KeyId, window: Window) -> Result<Option<u32>, StoreError> {
        let counted = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::api_keys(merchant)))
            .key(SK, text(keys::api_key_use(id)))
            .condition_expression("#w = :w")
            .update_expression("ADD #n :one")
            .expression_attribute_names("#w", WINDOW)
            .expression_attribute_names("#n", COUNT)
            .expression_attribute_values(":w", number(window.begins()))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await;
        match counted {
            Ok(counted) => {
                let count = counted.attributes().and_then(|item| item.get(COUNT)?.as_n().ok()?.parse().ok());
                let unreadable = || StoreError::Unreadable { pk: keys::api_keys(merchant), what: COUNT };
                count.map(Some).ok_or_else(unreadable)
            }
            Err(error) => refused(error).map(|()| None),
        }
    }

    /// Begins a stretch that is not the one that stands: a function whose clock is behind begins an earlier one again. False: it stands.
    async fn count_first(&self, merchant: &MerchantId, id: &KeyId, window: Window) -> Result<bool, StoreError> {
        let begun = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::api_keys(merchant)))
            .key(SK, text(keys::api_key_use(id)))
            .condition_expression("attribute_not_exists(#w) OR #w <> :w")
            .update_expression("SET #w = :w, #n = :one")
            .expression_attribute_names("#w", WINDOW)
            .expression_attribute_names("#n", COUNT)
            .expression_attribute_values(":w", number(window.begins()))
            .expression_attribute_values(":one", number(1))
            .send()
            .await;
        match begun {
            Ok(_) => Ok(true),
            Err(error) => refused(error).map(|()| false),
        }
    }
}

type UpdateError = aws_sdk_dynamodb::error::SdkError<UpdateItemError>;

/// A condition that did not hold is an answer.
fn refused(error: UpdateError) -> Result<(), StoreError> {
    let refused = error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception);
    if refused { Ok(()) } else { Err(error.into()) }
}

fn used_at(item: &Item, id: &KeyId) -> Option<Timestamp> {
    let own = item.get(SK)?.as_s().ok()? == &keys::api_key_use(id);
    let second = item.get(WINDOW)?.as_n().ok()?.parse().ok()?;
    own.then(|| Timestamp::from_second(second).ok()).flatten()
}
