//! The one place where a card is charged: intent → acquirer → result, and what is done when nobody knows the result.
//!
//! The page, the console, the JSON API, batch rows and renewals come in by one door.

mod challenge;
mod charge;
mod day_limit;
pub mod guard;
mod keep;
mod operate;
mod people;
mod refresh;
mod settle;
mod tries;
mod turns;
mod vault;

use std::{sync::Arc, time::Duration};

use domain::{Clock, tries::Limit};
use outbound::Acquirer;
use store::{Attention, CardTries, Cards, Payments, StoreError};
use turns::Turns;

pub use charge::{Attempt, Charge, Charged, Means, Watch};
pub use day_limit::{DayLimits, Takings};
pub use operate::{Operate, Operated};
pub use settle::{Asking, Looked};
pub use vault::{NEWS_WITHIN, Vault, VaultError};

/// How long the acquirer may take for one call that moves money. The function's own limit is 28 s, the gateway's 30 s.
pub const ACQUIRER_LIMIT: Duration = Duration::from_secs(20);
/// How long one inquiry or reversal may take.
pub const ASK_LIMIT: Duration = Duration::from_secs(5);
/// How long a start waits for the acquirer's connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How much longer than its function a lease lives, so that no result is on its way when it ends.
pub const LEASE_GRACE: Duration = Duration::from_secs(5);

/// Charges, and finds out what became of charges. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Charging {
    payments: Payments,
    cards: Cards,
    attention: Attention,
    tries: CardTries,
    turns: Turns,
    acquirer: Arc<dyn Acquirer>,
    clock: Clock,
}

impl Charging {
    /// Charges at `acquirer`, records in `payments`, keeps in `cards`; what a person has to look at is a row beside the payments.
    pub fn new(payments: Payments, cards: Cards, acquirer: Arc<dyn Acquirer>, clock: Clock) -> Self {
        let (attention, tries) = (payments.attention(), payments.card_tries());
        Self { payments, cards, attention, tries, turns: Turns::default(), acquirer, clock }
    }

    /// Opens the connection to the acquirer, so that the first payment does not wait for a handshake.
    pub async fn connect(&self) {
        self.acquirer.connect(CONNECT_LIMIT).await;
    }
}

/// Why no charge was tried. Nothing was sent to the acquirer and nothing has to be checked.
#[derive(Debug, thiserror::Error)]
pub enum ChargeError {
    /// The intent could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The invocation has too little time left for the acquirer.
    #[error("too little time is left to ask the acquirer")]
    TooLate,
    /// The kept card's number can't be opened at present.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The kept card's number does not open and never will; the operator was called.
    #[error("the kept card does not open")]
    CardUnusable,
    /// Cards are being tried from there: none is let through for a while.
    #[error("refused by the guard against card testing")]
    CardTesting,
    /// The day's payments come to as much as the operator allows the merchant.
    #[error("the operator's bound on the day is reached")]
    DayLimit,
    /// The card's network allows no try of it now, or none any more.
    #[error(transparent)]
    Limited(#[from] Limit),
    /// The system's random source failed.
    #[error("no random bytes")]
    Random(#[from] getrandom::Error),
}
