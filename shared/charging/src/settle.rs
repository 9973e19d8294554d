//! What becomes of an open payment that is due to be looked at: ask, and only then decide.

use domain::{
    Approval, Payment, State,
    acquirer::{AuthorizeOutcome, InquiryOutcome, OperationOutcome, ReverseOutcome, UnknownCause},
    attention::Matter,
    payment::{Failure, Next, Open, Ruling},
};
use store::{StoreError, Written};

use crate::{ASK_LIMIT, Charging};

const NO_ANSWER: ReverseOutcome = ReverseOutcome::NoAnswer(UnknownCause::Connection);

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

/// Whether a look may ask the acquirer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// It may.
    Ask,
    /// The acquirer is known not to answer at present: only the next look is filed.
    Spare,
}

impl Charging {
    /// Looks at a due payment and moves it on as far as the acquirer's answers allow.
    ///
    /// # Errors
    /// [`StoreError`]: look again later; nothing is lost, because every intent was stored before its call.
    pub async fn look(&self, payment: Payment, asking: Asking) -> Result<Looked, StoreError> {
        match payment.next(self.clock.now()) {
            Next::Nothing => {
                self.keep_if_missed(&payment).await?;
                Ok(Looked::Quiet)
            }
            Next::Wait(at) => {
                self.keep_if_missed(&payment).await?;
                self.payments.file(&payment, at).await.map(|()| Looked::Quiet)
            }
            Next::Warn => self.warn(&payment).await,
            Next::AskValidity { n } => self.end_of_validity(payment, n, asking).await,
            Next::AskOperation { .. } => self.look_at_operation(payment, asking).await,
            Next::Withdraw { .. } => self.withdraw(payment, asking).await,
            Next::CancelChallenge => {
                let Ok(ruling) = payment.cancel_challenge(Failure::ChallengeExpired, self.clock.now()) else {
                    return Ok(Looked::Quiet);
                };
                match self.store(&payment, ruling).await? {
                    Some(payment) if asking == Asking::Ask => self.undo(payment).await.map(|(looked, _)| looked),
                    Some(_) | None => Ok(Looked::Unanswered),
                }
            }
            Next::Close => {
                let Ok(closed) = payment.close(self.clock.now()) else { return Ok(Looked::Quiet) };
                self.payments.advance(&closed, None).await.map(|_| Looked::Quiet)
            }
            Next::Inquire { n } => self.inquire(payment, n, asking).await,
            Next::Reverse { .. } | Next::Void { .. } if asking == Asking::Spare => self.defer(payment).await,
            Next::Reverse { n } => {
                if Box::pin(self.keep_before_undoing(&payment, n)).await? {
                    self.undo(payment).await.map(|(looked, _)| looked)
                } else {
                    self.defer(payment).await
                }
            }
            Next::Void { .. } => self.undo(payment).await.map(|(looked, _)| looked),
        }
    }

    /// Asks what became of the attempt in doubt.
    async fn inquire(&self, payment: Payment, n: u32, asking: Asking) -> Result<Looked, StoreError> {
        let outcome = match asking {
            Asking::Ask => {
                let found = self.acquirer.inquire(&payment.reference(n), ASK_LIMIT).await;
                self.fetched(&payment, n, found).await
            }
            Asking::Spare => InquiryOutcome::NoAnswer(UnknownCause::Connection),
        };
        let looked = match outcome {
            InquiryOutcome::NoAnswer(_) => Looked::Unanswered,
            InquiryOutcome::Approved { .. }
            | InquiryOutcome::Declined(_)
            | InquiryOutcome::ChallengePending(_)
            | InquiryOutcome::Reversed
            | InquiryOutcome::NotFound => Looked::Answered,
        };
        if looked == Looked::Unanswered {
            self.say_how_long(&payment);
        }
        self.note_found(&payment, n, &outcome).await;
        let approval = found_approved(&payment, &outcome);
        let ruling = payment.inquired(outcome, self.clock.now());
        match self.store(&payment, ruling).await? {
            Some(payment) if looked == Looked::Answered => {
                // Before what only served to register a card is undone: the approval is not stored then.
                self.keep_found(&payment, approval.as_ref()).await?;
                self.undo(payment).await.map(|(looked, _)| looked)
            }
            Some(_) | None => Ok(looked),
        }
    }

    /// Where a challenge is said to be pending, the payer may have answered it already and whoever was to fetch the result was cut off: it is fetched now.
    /// The operation's intent stands, and the acquirer gives the same result however often it is asked.
    async fn fetched(&self, payment: &Payment, n: u32, found: InquiryOutcome) -> InquiryOutcome {
        let InquiryOutcome::ChallengePending(challenge) = found else { return found };
        if !in_doubt(payment) {
            return InquiryOutcome::ChallengePending(challenge);
        }
        match self.acquirer.finish_challenge(&payment.reference(n), payment.amount, ASK_LIMIT).await {
            Ok(AuthorizeOutcome::Approved(approval)) => {
                InquiryOutcome::Approved { approval, amount: u64::from(payment.amount.get()) }
            }
            Ok(AuthorizeOutcome::Declined(decline)) => InquiryOutcome::Declined(decline),
            Ok(AuthorizeOutcome::ChallengeRequired(challenge)) => InquiryOutcome::ChallengePending(challenge),
            Ok(AuthorizeOutcome::Unknown(cause)) => InquiryOutcome::NoAnswer(cause),
            Err(_not_supported) => InquiryOutcome::ChallengePending(challenge),
        }
    }

    /// Carries out a stored intent to reverse or void; anything else is left for its due time. Answers what stands then.
    pub(crate) async fn undo(&self, payment: Payment) -> Result<(Looked, Payment), StoreError> {
        let (unanswered, ruling) = match payment.next(self.clock.now()) {
            Next::Reverse { n } => self.reverse(&payment, n).await,
            Next::Void { n, void_n } => {
                let (own, original) = (payment.reference(void_n), payment.reference(n));
                let outcome = self.acquirer.void(&own, &original, ASK_LIMIT).await;
                (matches!(outcome, OperationOutcome::Unknown(_)), payment.voided(outcome, self.clock.now()))
            }
            Next::Nothing
            | Next::Inquire { .. }
            | Next::CancelChallenge
            | Next::Close
            | Next::AskOperation { .. }
            | Next::Withdraw { .. }
            | Next::Warn
            | Next::AskValidity { .. }
            | Next::Wait(_) => {
                return Ok((Looked::Answered, payment));
            }
        };
        let looked = if unanswered { Looked::Unanswered } else { Looked::Answered };
        let stored = self.store(&payment, ruling).await?;
        Ok((looked, stored.unwrap_or(payment)))
    }

    /// Reverses. That a challenge was cancelled is believed only when an inquiry says so too: the payer may have answered it at the last moment.
    async fn reverse(&self, payment: &Payment, n: u32) -> (bool, Ruling) {
        let reference = payment.reference(n);
        let outcome = self.acquirer.reverse(&reference, ASK_LIMIT).await;
        let now = self.clock.now();
        if !payment.cancels_challenge() || matches!(outcome, ReverseOutcome::NoAnswer(_)) {
            return (matches!(outcome, ReverseOutcome::NoAnswer(_)), payment.reversed(outcome, now));
        }
        let found = self.acquirer.inquire(&reference, ASK_LIMIT).await;
        // The payer had answered it, and the card was declined.
        self.note_found(payment, n, &found).await;
        match found {
            found @ InquiryOutcome::Approved { .. } => (false, payment.inquired(found, now)),
            InquiryOutcome::ChallengePending(_) => (true, payment.reversed(NO_ANSWER, now)),
            InquiryOutcome::NoAnswer(cause) => (true, payment.reversed(ReverseOutcome::NoAnswer(cause), now)),
            InquiryOutcome::Declined(_) | InquiryOutcome::Reversed | InquiryOutcome::NotFound => {
                (false, payment.reversed(outcome, now))
            }
        }
    }

    /// An alarm counts the records in which this is long.
    fn say_how_long(&self, payment: &Payment) {
        let unknown_for_s = payment.unknown_since().map_or(0, |since| self.clock.now().duration_since(since).as_secs());
        tracing::warn!(payment.id = %payment.key, unknown_for_s, "the acquirer does not say what became of a payment");
    }

    async fn defer(&self, payment: Payment) -> Result<Looked, StoreError> {
        let ruling = payment.reversed(NO_ANSWER, self.clock.now());
        self.store(&payment, ruling).await.map(|_| Looked::Unanswered)
    }

    /// Stores a ruling on what was looked at and sounds its alarm. None: someone else moved the payment, and decides.
    ///
    /// A person's row is written first: a ruling that is stored sounds no second time.
    pub(crate) async fn store(&self, before: &Payment, ruling: Ruling) -> Result<Option<Payment>, StoreError> {
        let Ruling { payment, look_at, alarm } = ruling;
        if let Some(alarm) = alarm {
            self.attention.raise(&Matter::of_alarm(&payment, alarm)).await?;
        }
        match self.payments.advance(&payment, look_at).await? {
            Written::Done => {
                if let Some(alarm) = alarm {
                    tracing::error!(alarm = true, payment.id = %payment.key, state = payment.state.name(), "{}", alarm.text());
                }
                self.close_matters(before, &payment).await;
                Ok(Some(payment))
            }
            Written::Refused(_) => Ok(None),
        }
    }
}

/// Nobody knows yet whether it was approved, and nobody is undoing it.
const fn in_doubt(payment: &Payment) -> bool {
    matches!(payment.state, State::Authorizing { .. } | State::Unknown(_) | State::NeedsPerson(Open::Unknown(_)))
}

/// The approval that ends a doubt. One that comes after its reversal is not meant: that one is voided.
fn found_approved(payment: &Payment, outcome: &InquiryOutcome) -> Option<Approval> {
    match outcome {
        InquiryOutcome::Approved { approval, .. } => in_doubt(payment).then(|| approval.clone()),
        InquiryOutcome::Declined(_)
        | InquiryOutcome::ChallengePending(_)
        | InquiryOutcome::Reversed
        | InquiryOutcome::NotFound
        | InquiryOutcome::NoAnswer(_) => None,
    }
}
