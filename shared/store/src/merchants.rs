//! Merchants' records: documents that only their owner's settings change.

use domain::{Merchant, MerchantId};

use crate::{
    StoreError, Table,
    document::{document, put_document},
    keys::{self, MERCHANTS, ONLY, PK, SK, VERSION},
    table::{Item, number, text, written_by_put},
};

/// The merchants.
#[derive(Clone, Debug)]
pub struct Merchants {
    table: Table,
}

impl Merchants {
    /// The merchants in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a merchant's record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        document(self.table.get(&keys::merchant(id), ONLY).await?)
    }

    /// Writes a new merchant.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the number is taken.
    pub async fn create(&self, merchant: &Merchant) -> Result<(), StoreError> {
        self.put(merchant, None).await?;
        let entry = Item::from([
            (PK.to_owned(), text(MERCHANTS)),
            (SK.to_owned(), text(merchant.id.as_str())),
            (VERSION.to_owned(), number(1)),
        ]);
        // The entry holds the number alone, so writing it twice is the same as once.
        let put = self.table.client.put_item().table_name(&self.table.name).set_item(Some(entry));
        let put = put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK);
        written_by_put(put.send().await).map(drop)
    }

    /// Writes a changed merchant in place of the version before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn update(&self, merchant: &Merchant) -> Result<(), StoreError> {
        self.put(merchant, Some(merchant.version.saturating_sub(1))).await
    }

    /// The merchant numbers, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self) -> Result<Vec<MerchantId>, StoreError> {
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .key_condition_expression("#pk = :merchants")
                .expression_attribute_names("#pk", PK)
                .expression_attribute_values(":merchants", text(MERCHANTS))
                .set_exclusive_start_key(start)
                .send()
                .await?;
            let numbers = page.items().iter().filter_map(|item| item.get(SK)?.as_s().ok());
            ids.extend(numbers.filter_map(|number| MerchantId::new(number).ok()));
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return Ok(ids),
            }
        }
    }

    async fn put(&self, merchant: &Merchant, previous: Option<u32>) -> Result<(), StoreError> {
        put_document(&self.table, keys::merchant(&merchant.id), merchant, merchant.version, previous).await
    }
}
