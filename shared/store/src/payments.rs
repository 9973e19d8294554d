//! Payments: conditional writes, strong reads, and the index of what has to be looked at.

mod item;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use domain::{CardOwner, Payment, PaymentKey};
use jiff::Timestamp;

use crate::{
    Attention, CardTries, StoreError, Table,
    keys::{self, DUE, DueMinute, ONLY, PK, SK, VERSION},
    table::{Item, Write, number, text, written_by_put, written_by_update},
};

pub use item::from_stream;
pub(crate) use item::image_item;

/// The payments of all merchants.
#[derive(Clone, Debug)]
pub struct Payments {
    table: Table,
}

/// What became of a conditional write of a payment.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// It stands, by this write or by an earlier try of the same one.
    Done,
    /// Someone was first; this stands instead. None: nothing stands there.
    Refused(Option<Box<Payment>>),
}

/// A page of the index: who has to be looked at.
#[derive(Debug)]
pub struct DuePage {
    /// The payments.
    pub keys: Vec<PaymentKey>,
    /// Where the next page begins.
    pub next: Option<PaymentKey>,
}

/// Many payments, as far as they can be read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The payments.
    pub payments: Vec<Payment>,
    /// The others, each with [`StoreError::Unreadable`]. A person has to look.
    pub unreadable: Vec<(PaymentKey, StoreError)>,
}

impl Payments {
    /// The payments in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What a person has to look at, in the same table.
    pub fn attention(&self) -> Attention {
        Attention::new(self.table.clone())
    }

    /// What is known of tries of one card, in the same table.
    pub fn card_tries(&self) -> CardTries {
        CardTries::new(self.table.clone())
    }

    /// Reads a payment, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, key: &PaymentKey) -> Result<Option<Payment>, StoreError> {
        let item = self.table.get(&keys::payment(key), ONLY).await?;
        item.map(|item| item::read(&item)).transpose()
    }

    /// Whose card an order names: its buyer's; the order's own where no payment of it is known (the card is kept longer, or was brought from elsewhere).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn card_owner(&self, key: &PaymentKey) -> Result<CardOwner, StoreError> {
        let own = || CardOwner::Order(key.order.clone());
        Ok(self.load(key).await?.map_or_else(own, |payment| payment.card_owner()))
    }

    /// Writes an intent (or the record of a visit given up): in place of version - 1, or where nothing was. Due at `look_at`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put(&self, payment: &Payment, look_at: Timestamp) -> Result<Written, StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(item::write(payment, Some(due(&payment.key, look_at)))?))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match payment.version.saturating_sub(1) {
            0 => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
            previous => put
                .condition_expression("#v = :previous")
                .expression_attribute_names("#v", VERSION)
                .expression_attribute_values(":previous", number(previous)),
        };
        refused_or_own(payment, written_by_put(put.send().await)?)
    }

    /// Writes a result in place of version - 1. Moves the due entry only where `look_at` says so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn advance(&self, payment: &Payment, look_at: Option<Timestamp>) -> Result<Written, StoreError> {
        let mut update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::payment(&payment.key)))
            .key(SK, text(ONLY))
            .condition_expression("#v = :previous")
            .expression_attribute_values(":previous", number(payment.version.saturating_sub(1)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut changed = item::mutable(payment)?;
        if let Some(look_at) = look_at {
            changed.push((DUE, text(due(&payment.key, look_at))));
        }
        let mut expression = String::from("SET ");
        for (place, (name, value)) in changed.into_iter().enumerate() {
            let joint = if place == 0 { "" } else { ", " };
            expression.push_str(&format!("{joint}#{name} = :{name}"));
            update = update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        refused_or_own(payment, written_by_update(update.update_expression(expression).send().await)?)
    }

    /// Moves the due entry alone: the payment stays as it is, and whoever holds it is not disturbed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn file(&self, payment: &Payment, look_at: Timestamp) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::payment(&payment.key)))
            .key(SK, text(ONLY))
            .condition_expression("#v = :version")
            .update_expression("SET #due = :due")
            .expression_attribute_names("#v", VERSION)
            .expression_attribute_names("#due", DUE)
            .expression_attribute_values(":version", number(payment.version))
            .expression_attribute_values(":due", text(due(&payment.key, look_at)));
        // Refused: someone moved the payment on, and filed it if it needs another look.
        written_by_update(update.send().await).map(drop)
    }

    /// Moves the due entry of a payment that can't be read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn file_unread(&self, key: &PaymentKey, look_at: Timestamp) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::payment(key)))
            .key(SK, text(ONLY))
            .condition_expression("attribute_exists(#pk)")
            .update_expression("SET #due = :due")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#due", DUE)
            .expression_attribute_values(":due", text(due(key, look_at)));
        // Refused: it is gone.
        written_by_update(update.send().await).map(drop)
    }

    /// One page of what is due in one shard of a minute.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due(&self, minute: DueMinute, shard: u8, after: Option<&PaymentKey>) -> Result<DuePage, StoreError> {
        let after = after.map(|key| (keys::payment(key), ONLY));
        let (items, next) = self.table.due(minute.shard(shard), after, None).await?;
        Ok(DuePage { keys: items.iter().filter_map(key_of).collect(), next: next.as_ref().and_then(key_of) })
    }

    /// Reads many payments, strongly. Those that do not exist are left out.
    ///
    /// # Errors
    /// [`StoreError`]; one that can't be read hides the others, too.
    pub async fn load_all(&self, keys: &[PaymentKey]) -> Result<Vec<Payment>, StoreError> {
        let items = self.table.many(keys.iter().map(keys::payment)).await?;
        items.iter().map(item::read).collect()
    }

    /// Reads many payments like [`Self::load_all`], where one that can't be read must hold up no other.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn load_each(&self, keys: &[PaymentKey]) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded::default();
        for item in self.table.many(keys.iter().map(keys::payment)).await? {
            match (item::read(&item), key_of(&item)) {
                (Ok(payment), _) => loaded.payments.push(payment),
                (Err(error), Some(key)) => loaded.unreadable.push((key, error)),
                (Err(error), None) => return Err(error), // it was found by its key
            }
        }
        Ok(loaded)
    }
}

fn due(key: &PaymentKey, look_at: Timestamp) -> String {
    DueMinute::not_before(look_at).shard(key.shard())
}

fn key_of(item: &Item) -> Option<PaymentKey> {
    item.get(PK).and_then(|pk: &AttributeValue| pk.as_s().ok()).and_then(|pk| keys::parse_payment(pk))
}

/// A refused write that finds exactly itself was done by an earlier try whose reply was lost.
fn refused_or_own(payment: &Payment, write: Write) -> Result<Written, StoreError> {
    match write {
        Write::Done => Ok(Written::Done),
        Write::Refused(item) if item.is_empty() => Ok(Written::Refused(None)),
        Write::Refused(item) => {
            let stands = item::read(&item)?;
            Ok(if stands == *payment { Written::Done } else { Written::Refused(Some(Box::new(stands))) })
        }
    }
}
