//! Counting tries before they are made, so that a thousand at once are no more than five.

use domain::lockout::{DeviceStanding, Gate, Tries};
use store::{StoreError, StoredTries};

use crate::Console;

/// How often counting is tried again behind somebody else's.
const TRIES: usize = 4;

/// A try that was counted and may be made.
#[derive(Clone, Debug)]
pub struct Counted {
    what: String,
    before: Tries,
    stands: StoredTries,
}

impl Console {
    /// Counts a try of `what`. None: it is shut, and whatever is typed is as good as wrong.
    ///
    /// # Errors
    /// [`StoreError`]: what could not be counted is not tried.
    pub async fn count_try(&self, what: &str, standing: DeviceStanding) -> Result<Option<Counted>, StoreError> {
        for _ in 0..TRIES {
            let before = self.tries.load(what).await?;
            let now = self.now();
            let tries = match before.tries.gate(standing, now) {
                Gate::Open(tries) => tries,
                Gate::Shut { .. } => return Ok(None),
            };
            match self.tries.put(what, before, tries, now).await {
                Ok(stands) => return Ok(Some(Counted { what: what.to_owned(), before: before.tries, stands })),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        // So many at once are nobody who types.
        Ok(None)
    }

    /// Takes back the counting of a try that was no failure; those before it stay counted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forgive_try(&self, counted: Counted) -> Result<(), StoreError> {
        let before = counted.before;
        self.write_tries(counted, before).await
    }

    /// Forgets all tries: it was the right person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clear_tries(&self, counted: Counted) -> Result<(), StoreError> {
        self.write_tries(counted, Tries::default()).await
    }

    async fn write_tries(&self, counted: Counted, tries: Tries) -> Result<(), StoreError> {
        match self.tries.put(&counted.what, counted.stands, tries, self.now()).await {
            // Somebody else tried in between: then this one stays counted.
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
