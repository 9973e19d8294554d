//! What a person has to look at: a row for each matter, of each merchant, newest first.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    MerchantId, OrderId, Reference,
    attention::{Matter, MatterId, MatterKind, Settled},
    batch::BatchId,
    webhook::EndpointId,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, PK, SETTLED, SK, TTL},
    table::{Item, Write, json, number, text, written_by_put, written_by_update},
};

/// How long a closed matter is kept: a year and a month, so that a year's books can be gone through.
const KEPT_CLOSED: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The matters of all merchants.
#[derive(Clone, Debug)]
pub struct Attention {
    table: Table,
}

/// What became of a matter that was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// It is a row now.
    New,
    /// It was one already, open or closed: nothing was written.
    Known,
}

/// A page of a merchant's matters, newest first.
#[derive(Debug)]
pub struct MatterPage {
    /// The matters.
    pub matters: Vec<Matter>,
    /// One [`StoreError::Unreadable`] for each that can't be read.
    pub unreadable: Vec<StoreError>,
    /// After whom the next page begins.
    pub next: Option<MatterId>,
}

/// What is open, newest first.
#[derive(Debug, Default)]
pub struct OpenMatters {
    /// The matters.
    pub matters: Vec<Matter>,
    /// One [`StoreError::Unreadable`] for each that can't be read.
    pub unreadable: Vec<StoreError>,
}

/// Which matters are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that nobody has closed.
    Open,
    /// All that are kept.
    All,
}

impl Attention {
    /// The matters in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Raises a matter, once: a repeat finds it and leaves it as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn raise(&self, matter: &Matter) -> Result<Raised, StoreError> {
        let document = json(&Document::of(matter))?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::attention(matter.merchant.as_ref())))
            .item(SK, text(matter.id().as_str()))
            .item(DOCUMENT, text(document))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        match written_by_put(put.send().await)? {
            Write::Done => Ok(Raised::New),
            Write::Refused(_) => Ok(Raised::Known),
        }
    }

    /// Closes a matter. One that is closed stays as it was closed; one that is not there is nobody's to close. Answers what stands then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle(
        &self,
        merchant: Option<&MerchantId>,
        id: &MatterId,
        settled: &Settled,
    ) -> Result<Option<Matter>, StoreError> {
        let closed = json(settled)?;
        let forget_at = settled.at.saturating_add(KEPT_CLOSED).unwrap_or(Timestamp::MAX);
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::attention(merchant)))
            .key(SK, text(id.as_str()))
            .condition_expression("attribute_exists(#pk) AND attribute_not_exists(#settled)")
            .update_expression("SET #settled = :settled, #ttl = :ttl")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#settled", SETTLED)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":settled", text(closed))
            .expression_attribute_values(":ttl", number(forget_at.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match written_by_update(update.send().await)? {
            Write::Refused(item) if item.is_empty() => Ok(None),
            Write::Refused(item) => read(merchant, &item).map(Some),
            Write::Done => self.load(merchant, id).await,
        }
    }

    /// Reads a matter, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: Option<&MerchantId>, id: &MatterId) -> Result<Option<Matter>, StoreError> {
        let item = self.table.get(&keys::attention(merchant), id.as_str()).await?;
        item.map(|item| read(merchant, &item)).transpose()
    }

    /// A page of a merchant's matters, newest first; `None`: those that are nobody's. A page may hold fewer than `most`, and still have one after it. A matter
    /// that can't be read hides no other.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn list(
        &self,
        merchant: Option<&MerchantId>,
        which: Which,
        after: Option<&MatterId>,
        most: u16,
    ) -> Result<MatterPage, StoreError> {
        let pk = keys::attention(merchant);
        let start = after.map(|id| HashMap::from([(PK.to_owned(), text(&pk)), (SK.to_owned(), text(id.as_str()))]));
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":pk", text(&pk))
            .scan_index_forward(false)
            .limit(i32::from(most))
            .set_exclusive_start_key(start);
        let query = match which {
            Which::All => query,
            Which::Open => query
                .filter_expression("attribute_not_exists(#settled)")
                .expression_attribute_names("#settled", SETTLED),
        };
        let page = query.send().await?;
        let next = page.last_evaluated_key().and_then(|key| key.get(SK)?.as_s().ok());
        let next = next.and_then(|sk| MatterId::new(sk.as_str()).ok());
        let mut found = MatterPage { matters: Vec::new(), unreadable: Vec::new(), next };
        for item in page.items() {
            match read(merchant, item) {
                Ok(matter) => found.matters.push(matter),
                Err(error) => found.unreadable.push(error),
            }
        }
        Ok(found)
    }

    /// A merchant's matters since `from` that notifications to this endpoint were not heard, open or closed, read strongly. One that can't be
    /// read is left out: the pages of matters say so.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn unheard(
        &self,
        merchant: &MerchantId,
        endpoint: &EndpointId,
        from: Timestamp,
    ) -> Result<Vec<Matter>, StoreError> {
        let pk = keys::attention(Some(merchant));
        let mut pages = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :pk AND #sk >= :from")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", text(&pk))
            .expression_attribute_values(":from", text(MatterId::least(from)))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = pages.next().await {
            let Ok(matter) = read(Some(merchant), &item?) else { continue };
            if matter.kind == MatterKind::Unheard && matter.endpoint.as_ref() == Some(endpoint) {
                found.push(matter);
            }
        }
        Ok(found)
    }

    /// The open matters of these merchants and of nobody, newest first, at most `most` of each.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn open_of_all(&self, merchants: &[MerchantId], most: u16) -> Result<OpenMatters, StoreError> {
        let mut open = OpenMatters::default();
        for merchant in merchants.iter().map(Some).chain([None]) {
            let mut after = None;
            let mut found = Vec::new();
            loop {
                let page = self.list(merchant, Which::Open, after.as_ref(), most).await?;
                found.extend(page.matters);
                open.unreadable.extend(page.unreadable);
                after = page.next;
                if after.is_none() || found.len() >= usize::from(most) {
                    break;
                }
            }
            open.matters.extend(found.into_iter().take(usize::from(most)));
        }
        open.matters.sort_by_key(|matter| std::cmp::Reverse(matter.id()));
        Ok(open)
    }
}

/// A matter without what its key says.
#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(rename = "s", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    since: Timestamp,
    #[serde(rename = "k")]
    kind: MatterKind,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    order: Option<OrderId>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    reference: Option<Reference>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    batch: Option<BatchId>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<EndpointId>,
}

impl Document {
    fn of(matter: &Matter) -> Self {
        let Matter { since, kind, order, reference, batch, endpoint, .. } = matter.clone();
        Self { since, kind, order, reference, batch, endpoint }
    }
}

fn read(merchant: Option<&MerchantId>, item: &Item) -> Result<Matter, StoreError> {
    let field = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let unreadable = |what| StoreError::Unreadable { pk: keys::attention(merchant), what };
    let document = field(DOCUMENT).and_then(|text| serde_json::from_str(text).ok());
    let Document { since, kind, order, reference, batch, endpoint } = document.ok_or_else(|| unreadable(DOCUMENT))?;
    let settled = field(SETTLED).map(|text| serde_json::from_str(text).map_err(|_| unreadable(SETTLED)));
    let (merchant, settled) = (merchant.cloned(), settled.transpose()?);
    Ok(Matter { merchant, since, kind, order, reference, batch, endpoint, settled })
}
