//! What becomes of an open payment that is due to be looked at: ask, and only then decide.

use domain::{
    Payment,
    acquirer::{InquiryOutcome, OperationOutcome, ReverseOutcome, UnknownCause},
    payment::{Next, Ruling},
};
use store::{StoreError, Written};

use crate::{ASK_LIMIT, Charging};

/// What a look at a due payment came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// There was nothing to do, or it was done without the acquirer.
    Quiet,
    /// The acquirer answered.
    Answered,
    /// The acquirer did not answer; the payment is filed for later.
    Unanswered,
}

impl Charging {
    /// Looks at a due payment and moves it on as far as the acquirer's answers allow. `ask` false: the acquirer is known not to answer at present, so only the next look is filed.
    ///
    /// # Errors
    /// [`StoreError`]: look again later; nothing is lost, because every intent was stored before its call.
    pub async fn look(&self, payment: Payment, ask: bool) -> Result<Looked, StoreError> {
        match payment.next(self.clock.now()) {
            Next::Nothing => Ok(Looked::Quiet),
            Next::Wait(at) => self.payments.file(&payment, at).await.map(|()| Looked::Quiet),
            Next::Close => {
                let Ok(closed) = payment.close(self.clock.now()) else { return Ok(Looked::Quiet) };
                self.payments.advance(&closed, None).await.map(|_| Looked::Quiet)
            }
            Next::Inquire { n } => {
                let outcome = if ask {
                    self.acquirer.inquire(&payment.reference(n), ASK_LIMIT).await
                } else {
                    InquiryOutcome::NoAnswer(UnknownCause::Connection)
                };
                let looked = match outcome {
                    InquiryOutcome::NoAnswer(_) => Looked::Unanswered,
                    InquiryOutcome::Approved { .. }
                    | InquiryOutcome::Declined(_)
                    | InquiryOutcome::Reversed
                    | InquiryOutcome::NotFound => Looked::Answered,
                };
                if looked == Looked::Unanswered {
                    self.say_how_long(&payment);
                }
                let ruling = payment.inquired(outcome, self.clock.now());
                match self.store(ruling).await? {
                    Some(payment) if looked == Looked::Answered => self.undo(payment).await,
                    Some(_) | None => Ok(looked),
                }
            }
            Next::Reverse { .. } | Next::Void { .. } if !ask => self.defer(payment).await,
            Next::Reverse { .. } | Next::Void { .. } => self.undo(payment).await,
        }
    }

    /// Carries out a stored intent to reverse or void; anything else is left for its due time.
    async fn undo(&self, payment: Payment) -> Result<Looked, StoreError> {
        let (unanswered, ruling) = match payment.next(self.clock.now()) {
            Next::Reverse { n } => {
                let outcome = self.acquirer.reverse(&payment.reference(n), ASK_LIMIT).await;
                (matches!(outcome, ReverseOutcome::NoAnswer(_)), payment.reversed(outcome, self.clock.now()))
            }
            Next::Void { n, void_n } => {
                let (own, original) = (payment.reference(void_n), payment.reference(n));
                let outcome = self.acquirer.void(&own, &original, ASK_LIMIT).await;
                (matches!(outcome, OperationOutcome::Unknown(_)), payment.voided(outcome, self.clock.now()))
            }
            Next::Nothing | Next::Inquire { .. } | Next::Close | Next::Wait(_) => return Ok(Looked::Answered),
        };
        let looked = if unanswered { Looked::Unanswered } else { Looked::Answered };
        self.store(ruling).await.map(|_| looked)
    }

    /// An alarm counts the records in which this is long.
    fn say_how_long(&self, payment: &Payment) {
        let unknown_for_s = payment.unknown_since().map_or(0, |since| self.clock.now().duration_since(since).as_secs());
        tracing::warn!(payment.id = %payment.key, unknown_for_s, "the acquirer does not say what became of a payment");
    }

    async fn defer(&self, payment: Payment) -> Result<Looked, StoreError> {
        let no_answer = ReverseOutcome::NoAnswer(UnknownCause::Connection);
        let ruling = payment.reversed(no_answer, self.clock.now());
        self.store(ruling).await.map(|_| Looked::Unanswered)
    }

    /// Stores a ruling and sounds its alarm. None: someone else moved the payment, and decides.
    async fn store(&self, ruling: Ruling) -> Result<Option<Payment>, StoreError> {
        let Ruling { payment, look_at, alarm } = ruling;
        match self.payments.advance(&payment, look_at).await? {
            Written::Done => {
                if let Some(alarm) = alarm {
                    tracing::error!(alarm = true, payment.id = %payment.key, state = payment.state.name(), "{alarm}");
                }
                Ok(Some(payment))
            }
            Written::Refused(_) => Ok(None),
        }
    }
}
