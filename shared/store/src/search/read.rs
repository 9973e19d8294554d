//! Reading the read model: pages of a search that cost the same however many payments there are, a payment's history, the sums of days.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    MerchantId, OrderId, PaymentKey, PaymentNumber,
    mail_return::ReturnTrace,
    search::{DaySums, Figure, MailTrace, Row, Search, Step, Sum, View, Wanted},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::item;
use crate::{
    Payments, StoreError, Table,
    keys::{self, ONLY, PK, SK, search as s},
    table::{Item, text},
};

/// How many rows one page looks through at most for those that it is asked for: about 40 read units.
const LOOKED_THROUGH: usize = 1_000;
/// How many rows one query looks through where not all are asked for.
const STRIDE: usize = 250;

/// The read model, for those who search it.
#[derive(Clone, Debug)]
pub struct Searches {
    table: Table,
    payments: Payments,
}

/// Where a page ended: the next begins below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(String);

/// One page of a search, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPage {
    /// What was found.
    pub rows: Vec<Row>,
    /// Where the next page begins. None: this is the end.
    pub next: Option<Cursor>,
    /// How many rows were looked through.
    pub looked: usize,
    /// It ends because enough was looked through, not because the page is full: how far back it has looked.
    pub looked_back_to: Option<Timestamp>,
}

/// What is recorded of a payment's past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Its steps, oldest first. Versions that are missing are not recorded yet, or were lost.
    pub steps: Vec<Step>,
    /// The mails, oldest first.
    pub mails: Vec<MailTrace>,
    /// Those that did not reach their readers, oldest first.
    pub returns: Vec<ReturnTrace>,
}

impl Cursor {
    fn of(row: &Row) -> Self {
        Self(s::time(row))
    }
}

impl Searches {
    /// The read model in `table`, and the payments themselves for a search that names one.
    pub fn new(table: Table, payments: Payments) -> Self {
        Self { table, payments }
    }

    /// One page of at most `limit` rows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(
        &self,
        merchant: &MerchantId,
        search: &Search,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<SearchPage, StoreError> {
        match &search.wanted {
            Some(wanted) => self.wanted(merchant, wanted).await,
            None => Walk { searches: self, merchant, search, limit }.page(after).await,
        }
    }

    /// What is recorded of a payment's past.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn history(&self, key: &PaymentKey) -> Result<History, StoreError> {
        let item = self.table.get(&keys::payment(key), ONLY).await?.unwrap_or_default();
        Ok(History { steps: item::steps(&item)?, mails: item::mails(&item)?, returns: item::returns(&item)? })
    }

    /// The row that stands for a payment in lists. None: it is not listed yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn row(&self, key: &PaymentKey) -> Result<Option<Row>, StoreError> {
        let item = self.table.get(&keys::payment(key), ONLY).await?;
        item.map_or(Ok(None), |item| item::row(&item))
    }

    /// The sums of the days from the first to the last. A day on which nothing happened is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sums(
        &self,
        merchant: &MerchantId,
        first: Date,
        last: Date,
    ) -> Result<BTreeMap<Date, DaySums>, StoreError> {
        let mut days = BTreeMap::<Date, DaySums>::new();
        let mut start = None;
        loop {
            let page = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
                .expression_attribute_names("#pk", PK)
                .expression_attribute_names("#sk", SK)
                .expression_attribute_values(":pk", text(s::sums(merchant)))
                .expression_attribute_values(":first", text(s::sum_part(first, 0)))
                .expression_attribute_values(":last", text(s::sum_part(last, 9)))
                .set_exclusive_start_key(start)
                .send()
                .await?;
            for item in page.items() {
                let day = item.get(SK).and_then(|sk| sk.as_s().ok()).and_then(|sk| s::parse_sum_day(sk));
                let wrong = || StoreError::Unreadable { pk: s::sums(merchant), what: SK };
                add_part(days.entry(day.ok_or_else(wrong)?).or_default(), item);
            }
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return Ok(days),
            }
        }
    }

    /// The payment itself, read strongly: it is there before any list has it.
    async fn wanted(&self, merchant: &MerchantId, wanted: &Wanted) -> Result<SearchPage, StoreError> {
        let by_order = self.by_order(merchant, wanted.order()).await?;
        let rows = match (by_order, wanted) {
            (Some(row), _) => vec![row],
            (None, Wanted::Order(_)) => Vec::new(),
            (None, Wanted::OrderOrNumber(_, number)) => self.by_number(merchant, number).await?,
        };
        Ok(SearchPage { looked: rows.len(), rows, next: None, looked_back_to: None })
    }

    async fn by_order(&self, merchant: &MerchantId, order: &OrderId) -> Result<Option<Row>, StoreError> {
        let payment = self.payments.load(&PaymentKey::new(merchant.clone(), order.clone())).await?;
        Ok(payment.as_ref().map(Row::of))
    }

    /// A payment number begins with the millisecond that a list is sorted by.
    async fn by_number(&self, merchant: &MerchantId, number: &PaymentNumber) -> Result<Vec<Row>, StoreError> {
        let at = number.as_str().get(..13).unwrap_or_default();
        let span = Span { newest: format!("{at}~"), oldest: at.to_owned() };
        let mut found = Vec::new();
        for partition in [s::list(merchant), s::registrations(merchant)] {
            let stretch = self.stretch(s::LIST, &partition, &span, STRIDE).await?;
            found.extend(stretch.rows.into_iter().filter(|row| row.number() == *number));
        }
        Ok(found)
    }

    /// The newest rows of a partition within a span.
    async fn stretch(&self, index: &str, partition: &str, span: &Span, limit: usize) -> Result<Stretch, StoreError> {
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name(index)
            .key_condition_expression("#key = :key AND #w BETWEEN :oldest AND :newest")
            .expression_attribute_names("#key", index)
            .expression_attribute_names("#w", s::TIME)
            .expression_attribute_values(":key", text(partition))
            .expression_attribute_values(":oldest", text(&span.oldest))
            .expression_attribute_values(":newest", text(&span.newest))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await?;
        let rows: Result<Vec<Option<Row>>, StoreError> = page.items().iter().map(item::row).collect();
        Ok(Stretch { rows: rows?.into_iter().flatten().collect(), whole: page.last_evaluated_key.is_none() })
    }
}

/// A stretch of the sort key, both ends included.
struct Span {
    newest: String,
    oldest: String,
}

/// What one query of one partition gave.
struct Stretch {
    rows: Vec<Row>,
    /// Nothing older is in the span.
    whole: bool,
}

/// One page on its way down a search's keys.
struct Walk<'a> {
    searches: &'a Searches,
    merchant: &'a MerchantId,
    search: &'a Search,
    limit: usize,
}

impl Walk<'_> {
    async fn page(&self, after: Option<&Cursor>) -> Result<SearchPage, StoreError> {
        let view = self.search.view(self.merchant);
        let (index, partitions) = self.partitions(&view);
        let stride = if self.search.has_filters(&view) {
            STRIDE.div_euclid(partitions.len().max(1)).max(1)
        } else {
            self.limit.saturating_add(2) // the row that the page before ended with, and one to know whether there is a next
        };
        let (from, to) = self.search.period();
        let oldest = s::instant(from.unwrap_or(Timestamp::UNIX_EPOCH));
        let mut below = after.cloned();
        let mut page = SearchPage { rows: Vec::new(), next: None, looked: 0, looked_back_to: None };
        loop {
            let newest = match &below {
                Some(Cursor(time)) => time.clone(),
                None => s::instant(to.unwrap_or(Timestamp::MAX)),
            };
            let span = Span { newest, oldest: oldest.clone() };
            if span.newest < span.oldest {
                return Ok(page);
            }
            let mut stretches = Vec::new();
            for partition in &partitions {
                stretches.push(self.searches.stretch(index, partition, &span, stride).await?);
            }
            let whole = stretches.iter().all(|stretch| stretch.whole);
            for row in merged(stretches, &span) {
                if page.rows.len() >= self.limit {
                    page.next = below; // one more is there
                    return Ok(page);
                }
                if page.looked >= LOOKED_THROUGH.max(self.limit) {
                    page.looked_back_to = Some(row.at);
                    page.next = below;
                    return Ok(page);
                }
                page.looked = page.looked.saturating_add(1);
                below = Some(Cursor::of(&row));
                if self.search.admits(&row) {
                    page.rows.push(row);
                }
            }
            if whole {
                return Ok(page);
            }
        }
    }

    fn partitions(&self, view: &View) -> (&'static str, Vec<String>) {
        let merchant = self.merchant;
        match view {
            View::All => (s::LIST, vec![s::list(merchant)]),
            View::Registrations => (s::LIST, vec![s::registrations(merchant)]),
            View::Statuses(of) => (s::STATUS, of.iter().map(|status| s::status(merchant, *status)).collect()),
            View::Mail(key) => (s::MAIL, vec![s::hashed(merchant, key)]),
            View::User(key) => (s::USER, vec![s::hashed(merchant, key)]),
        }
    }
}

/// The rows of several partitions, newest first, down to where one of them may hold more. What the page before ended with is left out.
fn merged(stretches: Vec<Stretch>, span: &Span) -> Vec<Row> {
    let ends = stretches.iter().filter(|stretch| !stretch.whole).filter_map(|stretch| stretch.rows.last());
    let safe = ends.map(s::time).max();
    let rows = stretches.into_iter().flat_map(|stretch| stretch.rows).map(|row| (s::time(&row), row));
    let mut rows: Vec<(String, Row)> =
        rows.filter(|(time, _)| *time < span.newest && safe.as_ref().is_none_or(|safe| time >= safe)).collect();
    rows.sort_by(|(one, _), (other, _)| other.cmp(one));
    // a payment that changed its state between two queries stands once
    rows.dedup_by(|(one, _), (other, _)| one == other);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn add_part(sums: &mut DaySums, item: &Item) {
    let read = |name: String| item.get(&name).and_then(|v: &AttributeValue| v.as_n().ok()).and_then(|n| n.parse().ok());
    for sum in Sum::ALL {
        let of = |letter: &str| read(format!("{}{letter}", sum.name())).unwrap_or(0);
        sums.plus(sum, Figure { count: of("n"), yen: of("y") });
    }
}
