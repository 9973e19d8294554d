//! What the queues hold, for people and tests.

use serde::Serialize;

use super::{World, WorldError};

/// One queue and how many messages it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueState {
    /// Its name.
    pub name: String,
    /// To be received now or later.
    pub waiting: u64,
    /// Received, and not done.
    pub in_flight: u64,
    /// In its queue of dead letters.
    pub dead: u64,
}

impl World {
    /// Every queue, in order of names.
    ///
    /// # Errors
    /// [`WorldError::Cloud`].
    pub fn queues(&self) -> Result<Vec<QueueState>, WorldError> {
        let cloud = self.cloud();
        let mut states = Vec::new();
        for name in cloud.queue_names()? {
            let counts = cloud.queue(&name)?.counts()?;
            states.push(QueueState { name, waiting: counts.waiting, in_flight: counts.in_flight, dead: counts.dead });
        }
        Ok(states)
    }
}
