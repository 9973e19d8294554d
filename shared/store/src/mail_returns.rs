//! Addresses that merchants' mails came back from: one item for each address of a merchant, in place of the one before.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    MerchantId,
    mail_return::{AddressMark, ReturnedAddress},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, PK, SK, TTL, VERSION},
    merchants::document,
    table::{Write, deleted, number, text, written_by_put},
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
        let read = page.items().iter().map(|item| document(Some(item.clone())));
        read.filter_map(Result::transpose).collect()
    }

    async fn put(&self, merchant: &MerchantId, mark: &AddressMark, known: &ReturnedAddress) -> Result<(), StoreError> {
        let document = serde_json::to_string(known).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
        let until = known.at.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::mail_returns(merchant)))
            .item(SK, text(mark.as_str()))
            .item(VERSION, number(known.version))
            .item(DOCUMENT, text(&document))
            .item(TTL, number(until.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match known.version.saturating_sub(1) {
            0 => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
            previous => put
                .condition_expression("#v = :previous")
                .expression_attribute_names("#v", VERSION)
                .expression_attribute_values(":previous", number(previous)),
        };
        match written_by_put(put.send().await)? {
            Write::Done => Ok(()),
            // Our own write, whose reply was lost.
            Write::Refused(stands) if stands.get(DOCUMENT).and_then(|v| v.as_s().ok()) == Some(&document) => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }
}
