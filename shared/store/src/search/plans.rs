//! Regular purchases in the read model: one item each, in place of an older one only, and pages of a search that cost the same however many there are.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    MerchantId,
    search::{PlanRow, PlanSearch, SearchKey},
};
use jiff::Timestamp;

use super::write::SearchIndex;
use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, ONLY, PK, SK, VERSION, search as s},
    table::{Item, json, number, text, written_by_update},
};

/// How many rows one page looks through at most for those that it is asked for.
const LOOKED_THROUGH: usize = 1_000;
/// How many rows one query looks through where not all are asked for.
const STRIDE: usize = 250;

impl SearchIndex {
    /// Writes the row of a regular purchase. A repeat changes nothing, an older row takes nothing back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_plan(&self, row: &PlanRow) -> Result<(), StoreError> {
        let hashed = |key: Option<SearchKey>| key.map(|key| s::plans_hashed(&row.merchant, &key));
        let values = [
            (VERSION, Some(number(row.version))),
            (DOCUMENT, Some(text(json(row)?))),
            (s::TIME, Some(text(s::plan_time(row)))),
            (s::LIST, Some(text(s::plans(&row.merchant)))),
            (s::STATUS, Some(text(s::plans_standing(&row.merchant, row.status)))),
            (s::MAIL, hashed(row.mail_key()).map(text)),
            (s::USER, hashed(row.user_key()).map(text)),
        ];
        let set: Vec<String> =
            values.iter().filter(|(_, value)| value.is_some()).map(|(name, _)| format!("#{name} = :{name}")).collect();
        let gone: Vec<String> =
            values.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| format!("#{name}")).collect();
        let gone = if gone.is_empty() { String::new() } else { format!(" REMOVE {}", gone.join(", ")) };
        let names = values.iter().map(|(name, _)| (format!("#{name}"), (*name).to_owned())).collect();
        let values: HashMap<String, AttributeValue> =
            values.into_iter().filter_map(|(name, value)| Some((format!(":{name}"), value?))).collect();
        let update = self
            .table()
            .client
            .update_item()
            .table_name(&self.table().name)
            .key(PK, text(keys::plan(&row.merchant, &row.id)))
            .key(SK, text(ONLY))
            .update_expression(format!("SET {}{gone}", set.join(", ")))
            .condition_expression(format!("attribute_not_exists(#{VERSION}) OR #{VERSION} < :{VERSION}"))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        // Refused: this row or a newer one stands.
        written_by_update(update.send().await).map(drop)
    }
}

/// The regular purchases of the read model, for those who search them.
#[derive(Clone, Debug)]
pub struct PlanSearches {
    table: Table,
}

/// Where a page ended: the next begins below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanCursor(String);

/// One page of a search, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanRows {
    /// What was found.
    pub rows: Vec<PlanRow>,
    /// Where the next page begins. None: this is the end.
    pub next: Option<PlanCursor>,
    /// It ends because enough was looked through, not because the page is full: how far back it has looked.
    pub looked_back_to: Option<Timestamp>,
}

impl PlanCursor {
    /// Reads what an address carries. None: it is no such place.
    pub fn parse(text: &str) -> Option<Self> {
        s::is_plan_time(text).then(|| Self(text.to_owned()))
    }

    /// As an address carries it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(row: &PlanRow) -> Self {
        Self(s::plan_time(row))
    }
}

impl PlanSearches {
    /// The read model in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// One page of at most `limit` rows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(
        &self,
        merchant: &MerchantId,
        search: &PlanSearch,
        after: Option<&PlanCursor>,
        limit: usize,
    ) -> Result<PlanRows, StoreError> {
        let view = self.view(merchant, search).await?;
        let stride = if view.looks { STRIDE } else { limit.saturating_add(1) };
        let mut below = after.cloned();
        let mut page = PlanRows::default();
        let mut looked = 0_usize;
        loop {
            let mut stretches = Vec::new();
            for partition in &view.partitions {
                stretches.push(self.stretch(view.index, partition, below.as_ref(), stride).await?);
            }
            let whole = stretches.iter().all(|stretch| stretch.whole);
            for row in merged(stretches) {
                if page.rows.len() >= limit {
                    page.next = below; // one more is there
                    return Ok(page);
                }
                if looked >= LOOKED_THROUGH.max(limit) {
                    page.looked_back_to = Some(row.joined_at);
                    page.next = below;
                    return Ok(page);
                }
                looked = looked.saturating_add(1);
                below = Some(PlanCursor::of(&row));
                if !view.looks || search.admits(&row) {
                    page.rows.push(row);
                }
            }
            if whole {
                return Ok(page);
            }
        }
    }

    /// Under which keys a search looks: a mail address and a buyer id have their own.
    async fn view(&self, merchant: &MerchantId, search: &PlanSearch) -> Result<View, StoreError> {
        if let Some(mail) = search.mail_key(merchant) {
            let looks = search.standing.is_some();
            return Ok(View { index: s::MAIL, partitions: vec![s::plans_hashed(merchant, &mail)], looks });
        }
        if let Some(user) = search.user_key(merchant) {
            let partition = s::plans_hashed(merchant, &user);
            if !self.stretch(s::USER, &partition, None, 1).await?.rows.is_empty() {
                return Ok(View { index: s::USER, partitions: vec![partition], looks: search.standing.is_some() });
            }
        }
        let looks = !search.text.is_empty();
        Ok(match search.standing {
            None => View { index: s::LIST, partitions: vec![s::plans(merchant)], looks },
            Some(standing) => {
                let statuses = standing.statuses().iter();
                let partitions = statuses.map(|status| s::plans_standing(merchant, *status)).collect();
                View { index: s::STATUS, partitions, looks }
            }
        })
    }

    /// The newest rows of a partition below a place.
    async fn stretch(
        &self,
        index: &'static str,
        partition: &str,
        below: Option<&PlanCursor>,
        limit: usize,
    ) -> Result<Stretch, StoreError> {
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name(index)
            .expression_attribute_names("#key", index)
            .expression_attribute_values(":key", text(partition))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let query = match below {
            None => query.key_condition_expression("#key = :key"),
            Some(PlanCursor(below)) => query
                .key_condition_expression("#key = :key AND #w < :below")
                .expression_attribute_names("#w", s::TIME)
                .expression_attribute_values(":below", text(below)),
        };
        let page = query.send().await?;
        let rows: Result<Vec<PlanRow>, StoreError> = page.items().iter().map(row).collect();
        Ok(Stretch { rows: rows?, whole: page.last_evaluated_key.is_none() })
    }
}

/// Under which keys a search looks.
struct View {
    index: &'static str,
    partitions: Vec<String>,
    /// Whether the rows under them have to be looked at one by one.
    looks: bool,
}

/// What one query of one partition gave.
struct Stretch {
    rows: Vec<PlanRow>,
    /// Nothing older is there.
    whole: bool,
}

/// The rows of several partitions, newest first, down to where one of them may hold more.
fn merged(stretches: Vec<Stretch>) -> Vec<PlanRow> {
    let ends = stretches.iter().filter(|stretch| !stretch.whole).filter_map(|stretch| stretch.rows.last());
    let safe = ends.map(s::plan_time).max();
    let rows = stretches.into_iter().flat_map(|stretch| stretch.rows).map(|row| (s::plan_time(&row), row));
    let mut rows: Vec<(String, PlanRow)> =
        rows.filter(|(time, _)| safe.as_ref().is_none_or(|safe| time >= safe)).collect();
    rows.sort_by(|(one, _), (other, _)| other.cmp(one));
    // a plan that changed its state between two queries stands once
    rows.dedup_by(|(one, _), (other, _)| one == other);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(item: &Item) -> Result<PlanRow, StoreError> {
    let read = |name: &str| item.get(name).and_then(|v| v.as_s().ok());
    let row = read(DOCUMENT).and_then(|doc| serde_json::from_str(doc).ok());
    row.ok_or_else(|| StoreError::Unreadable { pk: read(PK).cloned().unwrap_or_default(), what: DOCUMENT })
}
