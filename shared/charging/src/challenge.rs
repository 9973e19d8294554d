//! The payer at the issuer (3-D Secure): the result is fetched from the acquirer, or the challenge is cancelled there. Nothing is taken from the browser.

use domain::{
    Nonce, Payment, PaymentKey,
    acquirer::{AuthorizeOutcome, UnknownCause},
    payment::{Failure, State},
};
use jiff::Timestamp;
use store::Written;

use crate::{ACQUIRER_LIMIT, ChargeError, Charging, charge::approval_of};

impl Charging {
    /// The payer is back from the issuer: fetches the result and stores it. Answers what stands then; a second return finds what the first one did.
    ///
    /// None: no attempt of this rendering is stored.
    ///
    /// # Errors
    /// [`ChargeError`]: nothing was asked; the challenge still waits.
    pub async fn finish_challenge(
        &self,
        key: &PaymentKey,
        nonce: Nonce,
        deadline: Timestamp,
    ) -> Result<Option<Payment>, ChargeError> {
        let lease = self.lease(deadline)?;
        let Some(payment) = self.sent_from(key, nonce).await? else { return Ok(None) };
        let State::Challenging { n, .. } = payment.state else { return Ok(Some(payment)) };
        let Ok(intent) = payment.fetch_challenge_result(n, lease) else { return Ok(Some(payment)) };
        match self.payments.advance(&intent, None).await? {
            Written::Done => {}
            Written::Refused(stands) => return Ok(stands.map(|payment| *payment)),
        }
        let outcome = self.fetch(&intent, n, deadline).await;
        let approval = approval_of(&outcome);
        self.note_outcome(&intent, n, &outcome).await;
        let payment = self.record(intent, outcome).await;
        Ok(Some(self.after_approval(payment, approval, None).await))
    }

    async fn fetch(&self, payment: &Payment, n: u32, deadline: Timestamp) -> AuthorizeOutcome {
        if !self.fits(deadline) {
            return AuthorizeOutcome::Unknown(UnknownCause::Timeout);
        }
        let started = self.clock.now();
        let fetched = self.acquirer.finish_challenge(&payment.reference(n), payment.amount, ACQUIRER_LIMIT).await;
        let outcome = fetched.unwrap_or(AuthorizeOutcome::Unknown(UnknownCause::Fault));
        self.say_if_unknown(payment, n, &outcome, started);
        outcome
    }

    /// The payer turns away from the issuer to pay with another card. Answers what stands then.
    ///
    /// None: no attempt of this rendering is stored.
    ///
    /// # Errors
    /// [`ChargeError`]: the challenge still waits, or its cancelling is left to reconcile.
    pub async fn cancel_challenge(&self, key: &PaymentKey, nonce: Nonce) -> Result<Option<Payment>, ChargeError> {
        let Some(payment) = self.sent_from(key, nonce).await? else { return Ok(None) };
        let Ok(ruling) = payment.cancel_challenge(Failure::ChallengeCancelled, self.clock.now()) else {
            return Ok(Some(payment));
        };
        match self.store(&payment, ruling).await? {
            Some(cancelling) => Ok(Some(self.undo(cancelling).await?.1)),
            None => Ok(self.payments.load(key).await?),
        }
    }

    /// The payment, if its last attempt was sent from this rendering.
    async fn sent_from(&self, key: &PaymentKey, nonce: Nonce) -> Result<Option<Payment>, ChargeError> {
        Ok(self.payments.load(key).await?.filter(|payment| payment.nonce == nonce))
    }
}
