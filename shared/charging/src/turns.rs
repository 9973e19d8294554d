//! Charges of one card go one after another in an environment, so that each knows of the declines before it. Rows of a batch are charged side by side.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::tries::TriedCard;
use tokio::sync::OwnedMutexGuard;

/// How many cards are kept in mind; beyond that those that nobody charges are forgotten.
const KEPT: usize = 1_000;

/// Whose turn it is with each card. Cheap to clone; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<TriedCard, Arc<tokio::sync::Mutex<()>>>>>);

/// A turn with a card, until it is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl Turns {
    /// Waits for a turn with a card. None: a card that can't be known again has none.
    pub(crate) async fn take(&self, card: Option<&TriedCard>) -> Option<Turn> {
        let turn = self.of(card?);
        Some(turn.lock_owned().await)
    }

    fn of(&self, card: &TriedCard) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= KEPT {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(card.clone()).or_default())
    }
}
