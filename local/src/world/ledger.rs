//! The acquirer's side: its ledger to look into, and answers of its that must not arrive.

use bytes::Bytes;
use http::Response;
use outbound::acquirer::Entry;
use test_acquirer::HANG_UP_HEADER;

use super::{World, WorldError};
use crate::cloud::NoAnswer;

impl World {
    /// Every call to the acquirer that had an effect or an answer, in order.
    ///
    /// # Errors
    /// [`WorldError::Outside`] when the ledger can't be read.
    pub async fn acquirer_log(&self) -> Result<Vec<Entry>, WorldError> {
        self.inner.books.ledger.entries(None, self.now()).await.map_err(WorldError::outside)
    }

    /// The acquirer's own books, for its totals of one order.
    #[must_use]
    pub fn books(&self) -> &test_acquirer::Ledger {
        &self.inner.books.ledger
    }
}

/// Breaks the connection where the test acquirer asks for it.
pub(super) fn carried(mut response: Response<Bytes>) -> Response<Bytes> {
    let fault = response.headers().get(HANG_UP_HEADER).map(|what| what == "reply-lost");
    if let Some(lost) = fault {
        response.extensions_mut().insert(if lost { NoAnswer::Lost } else { NoAnswer::Timeout });
    }
    response
}
