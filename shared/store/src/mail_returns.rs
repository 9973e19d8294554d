//! Addresses that merchants' mails came back from: one item for each address of a merchant, in place of the one before.

use domain::{
    MerchantId,
    mail_return::{AddressMark, ReturnedAddress},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    StoreError, Table,
    document::{Place, document, documents, put_next, unless_refused},
    keys::{self, PK, SK, VERSION},
    table::{deleted, number, text},
};

/// How long an address is remembered after its mail came back: longer than a yearly order lies apart.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How often a refused write is decided again over what stands.
const TRIES: usize = 4;

/// The returned mails of all merchants.
#[derive(Clone, Debug)]
pub struct MailReturns {
    table: Table,
}

impl MailReturns {
    /// The returned mails in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What is known of an address, strongly read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, mark: &AddressMark) -> Result<Option<ReturnedAddress>, StoreError> {
        document(self.table.get(&keys::mail_returns(merchant), mark.as_str()).await?)
    }

    /// Whether no mail goes to an address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stop(&self, merchant: &MerchantId, address: &str) -> Result<bool, StoreError> {
        let known = self.load(merchant, &AddressMark::of(address)).await?;
        Ok(known.is_some_and(|known| known.kind.stops()))
    }

    /// Notes that a mail came back. A repeat, and what says less than what is known, change nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note(&self, merchant: &MerchantId, returned: &ReturnedAddress) -> Result<(), StoreError> {
        let mark = AddressMark::of(&returned.address);
        for _ in 0..TRIES {
            let before = self.load(merchant, &mark).await?;
            let Some(after) = returned.clone().on_top_of(before.as_ref()) else { return Ok(()) };
            match self.put(merchant, &mark, &after).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => {} // another mail to it came back at the same time
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Forgets an address, so that mails go to it again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another mail came back meanwhile.
    pub async fn forget(&self, merchant: &MerchantId, known: &ReturnedAddress) -> Result<(), StoreError> {
        let delete = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::mail_returns(merchant)))
            .key(SK, text(AddressMark::of(&known.address).as_str()))
            .condition_expression("attribute_not_exists(#pk) OR #v = :version")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#v", VERSION)
            .expression_attribute_values(":version", number(known.version));
        deleted(delete.send().await)
    }

    /// The addresses that a merchant's mails came back from, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, merchant: &MerchantId, limit: i32) -> Result<Vec<ReturnedAddress>, StoreError> {
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :returns")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":returns", text(keys::mail_returns(merchant)))
            .consistent_read(true)
            .limit(limit)
            .send()
            .await?;
        documents(page.items.unwrap_or_default())
    }

    async fn put(&self, merchant: &MerchantId, mark: &AddressMark, known: &ReturnedAddress) -> Result<(), StoreError> {
        let until = known.at.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        let place = Place { pk: keys::mail_returns(merchant), sk: mark.as_str(), forgotten_at: Some(until), due: None };
        unless_refused(put_next(&self.table, place, known, known.version).await?)
    }
}
