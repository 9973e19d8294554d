//! The product's table: one client, one name, the few calls that the repositories share.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::retry::RetryConfig,
    error::SdkError,
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, query::builders::QueryFluentBuilder,
        update_item::UpdateItemError,
    },
    types::{AttributeValue, KeysAndAttributes, error::ConditionalCheckFailedException},
};
use aws_types::SdkConfig;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;

use crate::{
    StoreError,
    keys::{DUE, DUE_INDEX, ONLY, PK, SK},
};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// How many keys one BatchGetItem takes (DynamoDB's limit).
const BATCH: usize = 100;
/// The pause before what a BatchGetItem left out is asked for again; each further one is twice as long. It leaves out what the table has no room for at the
/// moment, and asking again at once makes that worse.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// How often in a row a call may bring nothing at all.
const EMPTY_CALLS: u32 = 6;

/// A BatchGetItem brought nothing, several times in a row.
#[derive(Debug, thiserror::Error)]
#[error("the table has no room for reads")]
struct NoRoom;

/// A value as it is stored.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unavailable(Box::new(error)))
}

/// The product's table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
}

/// What became of a conditional write.
pub(crate) enum Write {
    Done,
    /// The condition did not hold; this is what stood there, if anything did.
    Refused(Item),
}

impl Table {
    /// The table called `name`, reached with `sdk`.
    ///
    /// A conditional write is retried by the SDK when its reply is lost; every writer here recognises its own.
    pub fn new(sdk: &SdkConfig, name: impl Into<String>) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(sdk)
            .retry_config(sdk.retry_config().cloned().unwrap_or_else(RetryConfig::standard))
            .build();
        Self { client: Client::from_conf(config), name: name.into() }
    }

    /// Another table, reached by the same client.
    #[must_use]
    pub fn called(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.clone(), name: name.into() }
    }

    /// Opens the connection, so that the first payment does not wait for a handshake.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn connect(&self) -> Result<(), StoreError> {
        self.get("connect", ONLY).await.map(drop)
    }

    pub(crate) async fn get(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(PK, text(pk))
            .key(SK, text(sk))
            .consistent_read(true)
            .send()
            .await?;
        Ok(got.item)
    }

    /// Reads many items that are alone under their partition key, strongly, in no order. Those that are not there are left out.
    pub(crate) async fn many(&self, pks: impl Iterator<Item = String>) -> Result<Vec<Item>, StoreError> {
        let keys: Vec<Item> =
            pks.map(|pk| Item::from([(PK.to_owned(), text(pk)), (SK.to_owned(), text(ONLY))])).collect();
        let mut items = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(BATCH) {
            let request = KeysAndAttributes::builder().set_keys(Some(chunk.to_vec())).consistent_read(true).build();
            let mut wanted = Some(request.map_err(|error| StoreError::Unavailable(Box::new(error)))?);
            let mut empty = 0_u32;
            while let Some(request) = wanted.take() {
                let got = self.client.batch_get_item().request_items(&self.name, request).send().await?;
                let found = got.responses.and_then(|mut tables| tables.remove(&self.name)).unwrap_or_default();
                empty = if found.is_empty() { empty.saturating_add(1) } else { 0 };
                items.extend(found);
                wanted = got.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
                if wanted.is_some() {
                    if empty == EMPTY_CALLS {
                        return Err(StoreError::Unavailable(Box::new(NoRoom)));
                    }
                    tokio::time::sleep(FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(empty))).await;
                }
            }
        }
        Ok(items)
    }

    /// All items under a partition key, by their sort keys, strongly.
    pub(crate) async fn all(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        let query = self.under(pk).key_condition_expression("#pk = :pk");
        let mut pages = query.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            items.extend(page?.items.unwrap_or_default());
        }
        Ok(items)
    }

    /// The last items under a partition key, those before `below` only, strongly; the last first. As many as there are, `limit` at most: one answer ends
    /// after a megabyte (DynamoDB's limit), and what comes behind it is asked for.
    pub(crate) async fn newest(&self, pk: String, below: Option<&str>, limit: i32) -> Result<Vec<Item>, StoreError> {
        let query = self.under(pk).scan_index_forward(false);
        let query = match below {
            None => query.key_condition_expression("#pk = :pk"),
            Some(below) => query
                .key_condition_expression("#pk = :pk AND #sk < :below")
                .expression_attribute_names("#sk", SK)
                .expression_attribute_values(":below", text(below)),
        };
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let wanted = limit.saturating_sub(i32::try_from(items.len()).unwrap_or(i32::MAX));
            let page = query.clone().limit(wanted).set_exclusive_start_key(start).send().await?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() || i32::try_from(items.len()).is_ok_and(|found| found >= limit) {
                return Ok(items);
            }
        }
    }

    /// A page of what is filed under `due` in the index of that name, `limit` items at most, behind the item that is stored at `after`; and where the next
    /// page begins, if there are more.
    pub(crate) async fn due(
        &self,
        due: String,
        after: Option<(String, &str)>,
        limit: Option<i32>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let start = after.map(|(pk, sk)| {
            HashMap::from([(PK.to_owned(), text(pk)), (SK.to_owned(), text(sk)), (DUE.to_owned(), text(&due))])
        });
        let page = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(DUE_INDEX)
            .key_condition_expression("#due = :due")
            .expression_attribute_names("#due", DUE)
            .expression_attribute_values(":due", text(&due))
            .set_exclusive_start_key(start)
            .set_limit(limit)
            .send()
            .await?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
    }

    fn under(&self, pk: String) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.name).consistent_read(true);
        query.expression_attribute_names("#pk", PK).expression_attribute_values(":pk", text(pk))
    }
}

/// A name for one write, by which it finds itself when its reply was lost. Two writes of the same content are not taken for one.
pub(crate) fn writer() -> Result<String, StoreError> {
    let mut bytes = [0; 9];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn written_by_put<T>(result: Result<T, SdkError<PutItemError>>) -> Result<Write, StoreError> {
    written(result, |error| {
        if let PutItemError::ConditionalCheckFailedException(refusal) = error { Ok(refusal) } else { Err(error) }
    })
}

pub(crate) fn written_by_update<T>(result: Result<T, SdkError<UpdateItemError>>) -> Result<Write, StoreError> {
    written(result, |error| {
        if let UpdateItemError::ConditionalCheckFailedException(refusal) = error { Ok(refusal) } else { Err(error) }
    })
}

/// What became of a deletion. Deleting what is gone already is done.
///
/// # Errors
/// [`StoreError::Conflict`] when the condition did not hold.
pub(crate) fn deleted<T>(result: Result<T, SdkError<DeleteItemError>>) -> Result<(), StoreError> {
    let write = written(result, |error| {
        if let DeleteItemError::ConditionalCheckFailedException(refusal) = error { Ok(refusal) } else { Err(error) }
    })?;
    match write {
        Write::Done => Ok(()),
        Write::Refused(_) => Err(StoreError::Conflict),
    }
}

/// A refused condition is an answer, not a failure.
fn written<T, E: std::error::Error + Send + Sync + 'static>(
    result: Result<T, SdkError<E>>,
    refusal: impl FnOnce(E) -> Result<ConditionalCheckFailedException, E>,
) -> Result<Write, StoreError> {
    let error = match result {
        Ok(_) => return Ok(Write::Done),
        Err(SdkError::ServiceError(answer)) => answer.into_err(),
        Err(other) => return Err(other.into()),
    };
    let refused = refusal(error).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    Ok(Write::Refused(refused.item.unwrap_or_default()))
}
