//! The card networks' limits on tries of one card, around a charge: asked before the intent, kept after a decline, on every path to the acquirer.

use domain::{
    Decline, KeptCard, Payment,
    acquirer::{AuthorizeOutcome, InquiryOutcome},
    tries::{Limit, TriedBy, TriedCard},
};
use jiff::Timestamp;
use store::StoreError;

use crate::{ChargeError, Charging};

/// How often a refused write is tried again over what stands; more means that many declines of one card arrive at once.
const WRITES: usize = 8;

impl Charging {
    /// Why a kept card may not be tried now, if it may not: what a charge of it would be refused with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn limit_of(&self, card: &KeptCard, by: TriedBy) -> Result<Option<Limit>, StoreError> {
        match card.tried(by) {
            Some(tried) => {
                let stored = self.tries.load(&tried).await?;
                Ok(stored.history.may_try(self.clock.now(), tried.brand, Some(card.consent.at)).err())
            }
            None => Ok(None),
        }
    }

    /// Asks whether the networks allow a try of a card that was kept by an agreement of then. A card without a fingerprint can't be known again, and is let through.
    ///
    /// # Errors
    /// [`ChargeError::Limited`], and [`ChargeError::Store`] where the history can't be read: without it no card is tried.
    pub(crate) async fn may_try(&self, card: Option<&TriedCard>, agreed: Option<Timestamp>) -> Result<(), ChargeError> {
        let Some(card) = card else { return Ok(()) };
        let stored = self.tries.load(card).await?;
        stored.history.may_try(self.clock.now(), card.brand, agreed).map_err(|limit| {
            tracing::info!(merchant.id = %card.merchant, %limit, "a card was not tried");
            limit.into()
        })
    }

    /// Keeps what the acquirer said of operation `n`, if it was a decline.
    pub(crate) async fn note_outcome(&self, payment: &Payment, n: u32, outcome: &AuthorizeOutcome) {
        match outcome {
            AuthorizeOutcome::Declined(decline) => self.note_decline(payment, n, decline).await,
            AuthorizeOutcome::Approved(_) | AuthorizeOutcome::ChallengeRequired(_) | AuthorizeOutcome::Unknown(_) => {}
        }
    }

    /// The same, for what was learnt later.
    pub(crate) async fn note_found(&self, payment: &Payment, n: u32, found: &InquiryOutcome) {
        match found {
            InquiryOutcome::Declined(decline) => self.note_decline(payment, n, decline).await,
            InquiryOutcome::Approved { .. }
            | InquiryOutcome::ChallengePending(_)
            | InquiryOutcome::Reversed
            | InquiryOutcome::NotFound
            | InquiryOutcome::NoAnswer(_) => {}
        }
    }

    /// Adds a decline to its card's history, before the result is stored: who is killed in between learns of it again, and it counts once.
    /// A history that can't be written does not hold up the result, and a person is called: the card has one try more than its network allows.
    async fn note_decline(&self, payment: &Payment, n: u32, decline: &Decline) {
        let Some(card) = payment.tried() else { return };
        if let Err(error) = self.add_decline(&card, payment, n, decline).await {
            tracing::error!(
                alarm = true,
                payment.id = %payment.key,
                operation = n,
                error = %domain::Causes::of(&error),
                "a decline is missing among its card's tries"
            );
        }
    }

    async fn add_decline(
        &self,
        card: &TriedCard,
        payment: &Payment,
        n: u32,
        decline: &Decline,
    ) -> Result<(), StoreError> {
        let reference = payment.reference(n);
        for _ in 0..WRITES {
            let stored = self.tries.load(card).await?;
            let Some(next) = stored.history.declined_once(&reference, self.clock.now(), card.brand, decline) else {
                return Ok(());
            };
            match self.tries.put(card, &stored, next).await {
                Err(StoreError::Conflict) => {}
                written => return written,
            }
        }
        Err(StoreError::Conflict)
    }
}
