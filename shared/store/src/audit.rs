//! The audit logs: append-only, each entry bound to all before it, their ends signed once a day.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    MerchantId,
    audit::{Action, Actor, Entry},
    audit_chain::{ChainDigest, Chained, SignedHead},
    merchant::{Kept, Retention},
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, PK, SK, TTL, WRITER, audit_entry as attribute},
    table::{Item, Write, json, number, text, writer, written_by_put},
};

/// How often an entry is tried again behind one that someone else appended first.
const TRIES: usize = 16;
/// An entry as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logged {
    /// It says who did what.
    Entry(Entry),
    /// It can't be read: a later version wrote it, or it is not what was written.
    Unreadable {
        /// Its place, from 1.
        sequence: u64,
        /// When.
        at: Timestamp,
    },
}

impl Logged {
    /// Its place, from 1.
    pub const fn sequence(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.sequence,
            Self::Unreadable { sequence, .. } => *sequence,
        }
    }

    /// What it says, if it can be read.
    pub fn entry(self) -> Option<Entry> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Unreadable { .. } => None,
        }
    }
}

/// The audit logs of all merchants.
#[derive(Clone, Debug)]
pub struct AuditLog {
    table: Table,
}

impl AuditLog {
    /// The logs in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Appends an entry, which the table forgets when the merchant's period for it is over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn append(
        &self,
        merchant: &MerchantId,
        by: &Actor,
        action: &Action,
        at: Timestamp,
        retention: &Retention,
    ) -> Result<Entry, StoreError> {
        let said = Entry::text(by, action).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let writer = writer()?;
        for _ in 0..TRIES {
            let end = self.end(merchant).await?;
            let next = Chained::after(end.as_ref(), merchant, at, said.clone());
            if self.put(merchant, &next, &writer, retention.ends(Kept::Audit, at)).await? {
                return Ok(Entry { sequence: next.number, at, by: by.clone(), action: action.clone() });
            }
        }
        Err(StoreError::Conflict)
    }

    /// Appends an entry and then does what it says: without the entry nothing is done. Where someone else came first ([`StoreError::Conflict`]), a
    /// second entry says that nothing was done; where nobody knows what became of it, the first one stands alone.
    ///
    /// # Errors
    /// [`StoreError`]: of the entry, or of what was to be done.
    pub async fn ahead<T>(
        &self,
        merchant: &MerchantId,
        by: &Actor,
        action: &Action,
        at: Timestamp,
        retention: &Retention,
        doing: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let entry = self.append(merchant, by, action, at, retention).await?.sequence;
        let done = doing.await;
        if let Err(StoreError::Conflict) = done {
            self.append(merchant, by, &Action::CameToNothing { entry }, at, retention).await?;
        }
        done
    }

    /// Entries, newest first: those before `before`, or the newest. One whose text can't be read hides no other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(
        &self,
        merchant: &MerchantId,
        before: Option<u64>,
        limit: i32,
    ) -> Result<Vec<Logged>, StoreError> {
        let read = |Chained { number: sequence, at, text, .. }: Chained| {
            Entry::read(sequence, at, &text).map_or(Logged::Unreadable { sequence, at }, Logged::Entry)
        };
        Ok(self.newest(merchant, before, limit).await?.into_iter().map(read).collect())
    }

    /// The last entry, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end(&self, merchant: &MerchantId) -> Result<Option<Chained>, StoreError> {
        Ok(self.newest(merchant, None, 1).await?.into_iter().next())
    }

    /// The whole log, oldest first, as it stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chain(&self, merchant: &MerchantId) -> Result<Vec<Chained>, StoreError> {
        let items = self.all(&keys::audit(merchant)).await?;
        items.iter().map(|item| read(merchant, item)).collect()
    }

    /// All signed heads, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn heads(&self, merchant: &MerchantId) -> Result<Vec<SignedHead>, StoreError> {
        let pk = keys::audit_heads(merchant);
        self.all(&pk).await?.iter().map(|item| read_head(&pk, item)).collect()
    }

    /// The head that was signed last, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_head(&self, merchant: &MerchantId) -> Result<Option<SignedHead>, StoreError> {
        let pk = keys::audit_heads(merchant);
        let last = self.backwards(&pk, None, 1).await?;
        last.first().map(|item| read_head(&pk, item)).transpose()
    }

    /// Writes a head behind the one that it follows. They are never deleted: with them gone nothing would say that entries were there.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone signed in between.
    pub async fn sign(&self, merchant: &MerchantId, head: &SignedHead) -> Result<(), StoreError> {
        let document = json(head)?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::audit_heads(merchant)))
            .item(SK, text(keys::sequence(head.number)))
            .item(DOCUMENT, text(&document))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match written_by_put(put.send().await)? {
            Write::Done => Ok(()),
            // Our own write, whose reply was lost.
            Write::Refused(stands) if stands.get(DOCUMENT) == Some(&text(&document)) => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }

    async fn newest(&self, merchant: &MerchantId, before: Option<u64>, limit: i32) -> Result<Vec<Chained>, StoreError> {
        let items = self.backwards(&keys::audit(merchant), before, limit).await?;
        items.iter().map(|item| read(merchant, item)).collect()
    }

    /// Items under a partition key, the last first: those before `before`, or the last of all.
    async fn backwards(&self, pk: &str, before: Option<u64>, limit: i32) -> Result<Vec<Item>, StoreError> {
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :log AND #sk < :before")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":log", text(pk))
            .expression_attribute_values(":before", text(keys::sequence(before.unwrap_or(u64::MAX))))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit)
            .send()
            .await?;
        Ok(page.items.unwrap_or_default())
    }

    /// Every item under a partition key, in the order of their sort keys.
    async fn all(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .key_condition_expression("#pk = :pk")
                .expression_attribute_names("#pk", PK)
                .expression_attribute_values(":pk", text(pk))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await?;
            items.extend(page.items.unwrap_or_default());
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return Ok(items),
            }
        }
    }

    /// False: the place is taken by another entry.
    async fn put(
        &self,
        merchant: &MerchantId,
        entry: &Chained,
        writer: &str,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::audit(merchant)))
            .item(SK, text(keys::sequence(entry.number)))
            .item(DOCUMENT, text(&entry.text))
            .item(attribute::AT, number(entry.at.as_millisecond()))
            .item(attribute::DIGEST, text(entry.digest.to_string()))
            .item(WRITER, text(writer))
            .item(TTL, number(until.as_second()))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match written_by_put(put.send().await)? {
            Write::Done => Ok(true),
            // Our own write, whose reply was lost.
            Write::Refused(stands) => Ok(stands.get(WRITER) == Some(&text(writer))),
        }
    }
}

fn read_head(pk: &str, item: &Item) -> Result<SignedHead, StoreError> {
    let document = item.get(DOCUMENT).and_then(|v| v.as_s().ok());
    let head = document.and_then(|document| serde_json::from_str(document).ok());
    head.ok_or_else(|| StoreError::Unreadable { pk: pk.to_owned(), what: DOCUMENT })
}

fn read(merchant: &MerchantId, item: &Item) -> Result<Chained, StoreError> {
    let text_of = |name: &str| item.get(name).and_then(|v| v.as_s().ok());
    let unreadable = |what| StoreError::Unreadable { pk: keys::audit(merchant), what };
    let number = text_of(SK).and_then(|sk| sk.parse().ok()).ok_or_else(|| unreadable(SK))?;
    let at = item.get(attribute::AT).and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok());
    let at = at.and_then(|ms| Timestamp::from_millisecond(ms).ok()).ok_or_else(|| unreadable(attribute::AT))?;
    let said = text_of(DOCUMENT).ok_or_else(|| unreadable(DOCUMENT))?;
    let digest = text_of(attribute::DIGEST).and_then(|digest| ChainDigest::try_from(digest.clone()).ok());
    let digest = digest.ok_or_else(|| unreadable(attribute::DIGEST))?;
    Ok(Chained { number, at, text: said.clone(), digest })
}
