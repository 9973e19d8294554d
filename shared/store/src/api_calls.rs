//! Calls of the JSON API, by their idempotency keys.

use domain::{
    MerchantId,
    api::{ApiCall, IdempotencyKey},
    merchant::Mode,
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    document::{Place, document, put_next},
    keys::{self, ONLY},
    table::Write,
};

/// The calls.
#[derive(Clone, Debug)]
pub struct ApiCalls {
    table: Table,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallWritten {
    /// It stands.
    Done,
    /// Something else stood there, or nothing did.
    Refused(Option<Box<ApiCall>>),
}

impl ApiCalls {
    /// The calls in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Writes a call in place of the version before, or where nothing was. A write whose reply was lost finds itself. What a merchant tried out under a key
    /// in its test mode is no answer once it is live.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put(
        &self,
        merchant: (&MerchantId, Mode),
        key: &IdempotencyKey,
        call: &ApiCall,
    ) -> Result<CallWritten, StoreError> {
        let forgotten_at = call.begun_at.saturating_add(IdempotencyKey::KEPT_FOR).unwrap_or(Timestamp::MAX);
        let place = Place { pk: keys::api_call(merchant, key), sk: ONLY, forgotten_at: Some(forgotten_at), due: None };
        Ok(match put_next(&self.table, place, call, call.version).await? {
            Write::Done => CallWritten::Done,
            Write::Refused(stands) => {
                let stands = Some(stands).filter(|item| !item.is_empty());
                CallWritten::Refused(document(stands)?.map(Box::new))
            }
        })
    }
}
