//! Merchants' endpoints for notifications.

use domain::{
    MerchantId,
    webhook::{Endpoint, EndpointId},
};

use crate::{
    StoreError, Table,
    document::{Place, document, put_next, readable, unless_refused},
    keys::{self, PK, SK, VERSION},
    payments::image_item,
    table::{deleted, number, text},
};

/// The endpoints of all merchants.
#[derive(Clone, Debug)]
pub struct Endpoints {
    table: Table,
}

/// A merchant's endpoints.
#[derive(Debug)]
pub struct MerchantEndpoints {
    /// Those that can be read, by id.
    pub endpoints: Vec<Endpoint>,
    /// Those that can't: a person must look, and nobody else has to wait for it.
    pub unreadable: Vec<StoreError>,
}

impl Endpoints {
    /// The endpoints in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// All of a merchant's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(&self, merchant: &MerchantId) -> Result<MerchantEndpoints, StoreError> {
        let (endpoints, unreadable) = readable(self.table.all(keys::endpoints(merchant)).await?);
        Ok(MerchantEndpoints { endpoints, unreadable })
    }

    /// Reads one, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
        document(self.table.get(&keys::endpoints(merchant), id.as_str()).await?)
    }

    /// Writes an endpoint in place of version - 1, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn put(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        let pk = keys::endpoints(&endpoint.merchant);
        let place = Place { pk, sk: endpoint.id.as_str(), forgotten_at: None, due: None };
        unless_refused(put_next(&self.table, place, endpoint, endpoint.version).await?)
    }

    /// Removes an endpoint as it was seen, with its keys. What was on its way to it is never sent.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn delete(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        let deletion = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::endpoints(&endpoint.merchant)))
            .key(SK, text(endpoint.id.as_str()))
            .condition_expression("attribute_not_exists(#pk) OR #v = :version")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#v", VERSION)
            .expression_attribute_values(":version", number(endpoint.version));
        deleted(deletion.send().await)
    }
}

/// Reads the image of a stream record. None: the item is not an endpoint.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn from_stream(image: &serde_json::Map<String, serde_json::Value>) -> Result<Option<Endpoint>, StoreError> {
    let item = image_item(image);
    let is_endpoint = item.get(PK).and_then(|pk| pk.as_s().ok()).is_some_and(|pk| pk.starts_with("N#"));
    if is_endpoint { document(Some(item)) } else { Ok(None) }
}
