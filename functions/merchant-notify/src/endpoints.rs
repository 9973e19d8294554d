//! Merchants' endpoints, read once for the messages that came together.
//!
//! All of them came before the read, so an endpoint that was made, or switched on, before something happened is known when that is told. Nothing is kept
//! from one batch to the next.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    MerchantId,
    webhook::{Endpoint, EndpointId},
};
use store::{MerchantEndpoints, StoreError};
use tokio::sync::OnceCell;

use crate::attempt::{Wrote, wrote};

/// What is known of a merchant's endpoints in this batch.
type Seen = Arc<OnceCell<Arc<MerchantEndpoints>>>;

/// Reads endpoints, each merchant's once.
#[derive(Debug)]
pub(crate) struct Endpoints {
    store: store::Endpoints,
    seen: Mutex<HashMap<MerchantId, Seen>>,
}

impl Endpoints {
    pub(crate) fn new(store: store::Endpoints) -> Self {
        Self { store, seen: Mutex::default() }
    }

    /// All of a merchant's.
    pub(crate) async fn of(&self, merchant: &MerchantId) -> Result<Arc<MerchantEndpoints>, StoreError> {
        let seen = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(seen.entry(merchant.clone()).or_default())
        };
        seen.get_or_try_init(async || Ok(self.store.of(merchant).await?.into())).await.cloned()
    }

    /// One of them. None: it was removed.
    pub(crate) async fn one(&self, merchant: &MerchantId, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
        let all = self.of(merchant).await?;
        match all.endpoints.iter().find(|endpoint| endpoint.id == *id) {
            Some(endpoint) => Ok(Some(endpoint.clone())),
            None if all.unreadable.is_empty() => Ok(None),
            None => self.anew(merchant, id).await, // what can't be read is not removed
        }
    }

    /// One of them as it stands right now.
    pub(crate) async fn anew(&self, merchant: &MerchantId, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
        self.store.load(merchant, id).await
    }

    /// Writes a changed endpoint.
    pub(crate) async fn put(&self, endpoint: &Endpoint) -> Result<Wrote, StoreError> {
        let written = wrote(self.store.put(endpoint).await)?;
        // what was seen is what was before
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&endpoint.merchant);
        Ok(written)
    }
}
