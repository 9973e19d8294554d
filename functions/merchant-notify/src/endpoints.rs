//! Merchants' endpoints, kept in memory for a moment: most events of an hour are of few merchants.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    Clock, MerchantId,
    webhook::{Endpoint, EndpointId},
};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;
use tokio::sync::Semaphore;

/// How long a change may go unseen (ours): as long as one that stopped to answer is still called.
const FRESH: SignedDuration = SignedDuration::from_secs(5);
/// How many merchants are kept; beyond that all are dropped and read again.
const KEPT: usize = 1_000;
/// How many tries one endpoint gets at once from one worker (ours): of a batch of ten, most go to others.
const AT_ONCE: usize = 4;

/// Reads endpoints, from memory while they are fresh.
#[derive(Debug)]
pub(crate) struct Endpoints {
    store: store::Endpoints,
    clock: Clock,
    kept: Mutex<HashMap<MerchantId, Seen>>,
    lanes: Mutex<HashMap<EndpointId, Arc<Semaphore>>>,
}

#[derive(Clone, Debug)]
struct Seen {
    at: Timestamp,
    endpoints: Arc<[Endpoint]>,
}

impl Endpoints {
    pub(crate) fn new(store: store::Endpoints, clock: Clock) -> Self {
        Self { store, clock, kept: Mutex::default(), lanes: Mutex::default() }
    }

    /// All of a merchant's.
    pub(crate) async fn of(&self, merchant: &MerchantId) -> Result<Arc<[Endpoint]>, StoreError> {
        let now = self.clock.now();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(merchant).cloned();
        match kept {
            Some(seen) if now.duration_since(seen.at).abs() < FRESH => Ok(seen.endpoints),
            Some(_) | None => {
                let endpoints: Arc<[Endpoint]> = self.store.of(merchant).await?.into();
                let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() >= KEPT {
                    kept.clear();
                }
                kept.insert(merchant.clone(), Seen { at: now, endpoints: Arc::clone(&endpoints) });
                Ok(endpoints)
            }
        }
    }

    /// One of them. None: it was removed.
    pub(crate) async fn one(&self, merchant: &MerchantId, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
        Ok(self.of(merchant).await?.iter().find(|endpoint| endpoint.id == *id).cloned())
    }

    /// Writes a changed endpoint. False: someone changed it first, and knows better.
    pub(crate) async fn put(&self, endpoint: &Endpoint) -> Result<Put, StoreError> {
        let written = match self.store.put(endpoint).await {
            Ok(()) => Put::Done,
            Err(StoreError::Conflict) => Put::Overtaken,
            Err(error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. })) => return Err(error),
        };
        // what is remembered is what was before
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&endpoint.merchant);
        Ok(written)
    }

    /// Where tries to one endpoint stand in line.
    pub(crate) fn lane(&self, id: &EndpointId) -> Arc<Semaphore> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.len() >= KEPT {
            lanes.clear();
        }
        Arc::clone(lanes.entry(id.clone()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
    }
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It stands.
    Done,
    /// Someone changed the endpoint first.
    Overtaken,
}
