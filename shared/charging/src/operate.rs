//! One operation on money that is held or taken: capture, cancel, adjust, refund. The same steps as a charge: intent, call, result.

use std::time::Duration;

use domain::{
    ActorId, Nonce, Payment, PaymentKey,
    acquirer::{InquiryOutcome, OperationInquiry, OperationOutcome, UnknownCause, WithdrawOutcome},
    attention::{Difference, Matter, MatterKind, Sums},
    payment::{
        End, Next, Operation, OperationDecision, OperationIntent, OperationKind, OperationRecord, OperationStanding,
        Overtime, Stage,
    },
};
use jiff::{SignedDuration, Timestamp};
use outbound::acquirer::Totals;
use store::{StoreError, Written};

use crate::{ACQUIRER_LIMIT, ASK_LIMIT, ChargeError, Charging, Looked};

/// How often a refused write is decided again with what stands; more means that others keep moving it.
const DECISIONS: usize = 4;
/// When an authorization that the acquirer does not let go of is looked at again.
const AFTER_A_REFUSAL: SignedDuration = SignedDuration::from_hours(1);
/// When one is looked at again of which the acquirer took money that our books know nothing of.
const AFTER_A_DIFFERENCE: SignedDuration = SignedDuration::from_hours(24);
/// What an operation of the system's own takes besides the acquirer's call: its writes.
const WRITES: Duration = Duration::from_secs(2);

/// An operation as an operator's form asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operate {
    /// What is to be done.
    pub operation: Operation,
    /// The operation number that the form stands for: [`Payment::next_n`] when it was rendered.
    pub n: u32,
    /// The rendering.
    pub nonce: Nonce,
    /// Who asks.
    pub by: ActorId,
    /// When the invocation is cut off.
    pub deadline: Timestamp,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operated {
    /// The acquirer was asked; this is what is stored now. [`Payment::operation_from`] says what became of it.
    Tried(Box<Payment>),
    /// The acquirer was not asked, because of how the payment stands.
    Stands(OperationStanding, Box<Payment>),
    /// It is not there any more.
    NoPayment,
}

impl Charging {
    /// Captures, cancels, adjusts or refunds a payment as the caller has just read it: the conditional write of the intent says whether that still stands.
    ///
    /// # Errors
    /// [`ChargeError`]: nothing was tried. Once the intent is stored there is no error, only how the payment stands.
    pub async fn operate(&self, read: Payment, operate: Operate) -> Result<Operated, ChargeError> {
        let lease = self.lease(operate.deadline)?;
        let Operate { operation, n, nonce, by, deadline } = operate;
        let intent = OperationIntent { operation, n, nonce, by, lease };
        let payment = match self.intend_operation(read, &intent).await? {
            Ok(payment) => payment, // record the intent
            Err(stands) => return Ok(stands),
        };
        let outcome = self.ask_to_operate(&payment, &intent, deadline).await; // act: a timeout is an outcome too
        Ok(Operated::Tried(Box::new(self.record_operation(payment, n, outcome).await))) // record the result
    }

    /// Asks the acquirer again about what nobody knows, now and not at its due time. What is not open, or still running, is answered as it stands.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was asked, or the answer is not stored; ask again.
    pub async fn ask_again(&self, key: &PaymentKey) -> Result<Option<Payment>, StoreError> {
        let Some(payment) = self.payments.load(key).await? else { return Ok(None) };
        match payment.next(self.clock.now()) {
            Next::Inquire { .. }
            | Next::Reverse { .. }
            | Next::Void { .. }
            | Next::AskOperation { .. }
            | Next::Withdraw { .. }
            | Next::AskValidity { .. } => {
                Box::pin(self.look(payment, true)).await?;
                self.payments.load(key).await
            }
            Next::Nothing | Next::Wait(_) | Next::CancelChallenge | Next::Close | Next::Warn => Ok(Some(payment)),
        }
    }

    /// Decides and stores the intent. A refused write brings what stands, and the decision is made again with that.
    async fn intend_operation(
        &self,
        read: Payment,
        intent: &OperationIntent,
    ) -> Result<Result<Payment, Operated>, StoreError> {
        let mut stored = read;
        for _ in 0..DECISIONS {
            match stored.decide_operation(intent, self.clock.now()) {
                OperationDecision::Started(payment) => return Ok(Ok(*payment)),
                OperationDecision::Stands(standing) => return Ok(Err(Operated::Stands(standing, Box::new(stored)))),
                OperationDecision::Start(payment) => {
                    match self.payments.advance(&payment, Some(intent.lease.until)).await? {
                        Written::Done => return Ok(Ok(*payment)),
                        Written::Refused(Some(stands)) => stored = *stands,
                        Written::Refused(None) => return Ok(Err(Operated::NoPayment)),
                    }
                }
            }
        }
        Err(StoreError::Conflict)
    }

    /// Asks the acquirer, if its limit still fits after the intent was stored.
    async fn ask_to_operate(
        &self,
        payment: &Payment,
        intent: &OperationIntent,
        deadline: Timestamp,
    ) -> OperationOutcome {
        let Some(original) = payment.state.approved_n().filter(|_| self.fits(deadline)) else {
            // Nothing was sent, but only an inquiry may say so.
            return OperationOutcome::Unknown(UnknownCause::Timeout);
        };
        let (own, original) = (payment.reference(intent.n), payment.reference(original));
        let Operation { kind, amount } = intent.operation;
        let started = self.clock.now();
        let outcome = match kind {
            OperationKind::Capture => self.acquirer.capture(&own, &original, amount, ACQUIRER_LIMIT).await,
            OperationKind::Cancel => self.acquirer.void(&own, &original, ACQUIRER_LIMIT).await,
            OperationKind::Adjust => self.acquirer.adjust(&own, &original, amount, ACQUIRER_LIMIT).await,
            OperationKind::Refund => self.acquirer.refund(&own, &original, amount, ACQUIRER_LIMIT).await,
        };
        if let OperationOutcome::Unknown(cause) = outcome {
            let duration_ms = self.clock.now().duration_since(started).as_millis();
            tracing::warn!(
                payment.id = %payment.key,
                operation = intent.n,
                kind = kind.name(),
                %cause,
                duration_ms = %duration_ms,
                "an operation's outcome is unknown"
            );
        }
        outcome
    }

    /// Stores the outcome of operation `n` and answers what stands then. A write that something else came before is decided again with what stands.
    async fn record_operation(&self, payment: Payment, n: u32, outcome: OperationOutcome) -> Payment {
        let mut stands = payment;
        for _ in 0..DECISIONS {
            let Ok(resolved) = stands.resolve_operation(n, outcome.clone(), self.clock.now()) else {
                self.say_if_late(&stands, n, &outcome).await;
                return stands;
            };
            match self.payments.advance(&resolved, None).await {
                Ok(Written::Done) => {
                    self.close_matters(&stands, &resolved).await;
                    return resolved;
                }
                Ok(Written::Refused(Some(other))) => stands = *other,
                Ok(Written::Refused(None)) => return stands,
                Err(error) => {
                    // The lease runs out and reconcile asks the acquirer: the operator is told "being checked".
                    tracing::error!(payment.id = %stands.key, operation = n, error = %domain::Causes::of(&error), "an operation's result could not be stored");
                    return stands;
                }
            }
        }
        stands
    }

    /// The operation was done after it had been given up: what the acquirer promised did not hold, and someone has to hear of it.
    async fn say_if_late(&self, stands: &Payment, n: u32, outcome: &OperationOutcome) {
        let ended_so = stands.operation().filter(|record| record.n == n).and_then(OperationRecord::end);
        let agrees = ended_so.is_some_and(|end| matches!(end, End::Done));
        if matches!(outcome, OperationOutcome::Done) && !agrees {
            self.raise(Matter::of_payment(stands, MatterKind::LateOperation, n, stands.opened_at)).await;
            tracing::error!(alarm = true, payment.id = %stands.key, reference = %stands.reference(n), "an operation was done after it was given up");
        }
    }

    /// Asks about the pending operation and, where the acquirer does not know it for good, forbids it.
    pub(crate) async fn look_at_operation(&self, payment: Payment, ask: bool) -> Result<Looked, StoreError> {
        let Some(record) = payment.pending().cloned() else { return Ok(Looked::Quiet) };
        let own = payment.reference(record.n);
        let amount = asked_amount(record.operation);
        let outcome = if ask {
            self.acquirer.inquire_operation(&own, amount, ASK_LIMIT).await
        } else {
            OperationInquiry::NoAnswer(UnknownCause::Connection)
        };
        let looked = match outcome {
            OperationInquiry::NoAnswer(_) => Looked::Unanswered,
            OperationInquiry::Done | OperationInquiry::Refused(_) | OperationInquiry::NotFound => Looked::Answered,
        };
        if looked == Looked::Unanswered {
            let unknown_for_s = self.clock.now().duration_since(record.since).as_secs();
            tracing::warn!(payment.id = %payment.key, operation = record.n, unknown_for_s, "the acquirer does not say what became of an operation");
        }
        let Ok(ruling) = payment.operation_inquired(outcome, self.clock.now()) else { return Ok(Looked::Quiet) };
        match self.store(&payment, ruling).await? {
            Some(payment) if is_withdrawing(&payment) => self.withdraw(payment, ask).await,
            Some(_) | None => Ok(looked),
        }
    }

    /// Carries out a stored intent to forbid an operation; one that was acknowledged without a promise is left for its due time.
    pub(crate) async fn withdraw(&self, payment: Payment, ask: bool) -> Result<Looked, StoreError> {
        let Next::Withdraw { n } = payment.next(self.clock.now()) else { return Ok(Looked::Answered) };
        let amount = payment.pending().and_then(|record| asked_amount(record.operation));
        let outcome = if ask {
            self.acquirer.withdraw(&payment.reference(n), amount, ASK_LIMIT).await
        } else {
            WithdrawOutcome::NoAnswer(UnknownCause::Connection)
        };
        let unanswered = matches!(outcome, WithdrawOutcome::NoAnswer(_));
        let Ok(ruling) = payment.operation_withdrawn(outcome, self.clock.now()) else { return Ok(Looked::Quiet) };
        self.store(&payment, ruling).await?;
        Ok(if unanswered { Looked::Unanswered } else { Looked::Answered })
    }

    /// Warns the shop that what is held will lapse. Nobody is asked.
    pub(crate) async fn warn(&self, payment: &Payment) -> Result<Looked, StoreError> {
        let Ok(ruling) = payment.warned(self.clock.now()) else { return Ok(Looked::Quiet) };
        if let Some(warning) = Matter::lapse_warning(&ruling.payment) {
            self.attention.raise(&warning).await?;
        }
        self.store(payment, ruling).await.map(|_| Looked::Quiet)
    }

    /// Asks whether an authorization whose time is over still stands. One that the acquirer holds all the same is cancelled, as the system's own operation.
    pub(crate) async fn end_of_validity(&self, payment: Payment, n: u32, ask: bool) -> Result<Looked, StoreError> {
        let outcome = if ask {
            self.acquirer.inquire(&payment.reference(n), ASK_LIMIT).await
        } else {
            InquiryOutcome::NoAnswer(UnknownCause::Connection)
        };
        let looked = if matches!(outcome, InquiryOutcome::NoAnswer(_)) { Looked::Unanswered } else { Looked::Answered };
        match payment.validity_asked(&outcome, self.clock.now()) {
            Ok(Overtime::Ruled(ruling)) => self.store(&payment, *ruling).await.map(|_| looked),
            Ok(Overtime::LetGo) => Box::pin(self.let_go(&payment, n)).await,
            Err(_moved_on) => Ok(Looked::Quiet),
        }
    }

    /// Cancels an authorization that the acquirer holds past its time, unless money was taken there of which our books know nothing.
    async fn let_go(&self, payment: &Payment, n: u32) -> Result<Looked, StoreError> {
        let Ok(theirs) = self.acquirer.totals(&payment.reference(n), ASK_LIMIT).await else {
            return self.look_later(payment, AFTER_A_REFUSAL, Looked::Unanswered).await;
        };
        if theirs.captured > 0 {
            self.say_taken(payment, n, theirs).await?;
            return self.look_later(payment, AFTER_A_DIFFERENCE, Looked::Answered).await;
        }
        match self.cancel_for_the_system(payment).await {
            // A refusal would be the same a minute later.
            Ok(Operated::Tried(tried)) if tried.pending().is_none() && tried.state.is_paid() => {
                self.look_later(&tried, AFTER_A_REFUSAL, Looked::Answered).await
            }
            Ok(Operated::Tried(_) | Operated::Stands(..) | Operated::NoPayment) => Ok(Looked::Answered),
            Err(ChargeError::Store(error)) => Err(error),
            Err(
                error @ (ChargeError::TooLate
                | ChargeError::Vault(_)
                | ChargeError::CardUnusable
                | ChargeError::CardTesting
                | ChargeError::DayLimit
                | ChargeError::Limited(_)
                | ChargeError::Random(_)),
            ) => {
                tracing::error!(payment.id = %payment.key, error = %domain::Causes::of(&error), "an authorization past its time could not be let go of");
                self.look_later(payment, AFTER_A_REFUSAL, Looked::Quiet).await
            }
        }
    }

    async fn cancel_for_the_system(&self, payment: &Payment) -> Result<Operated, ChargeError> {
        let Some(amount) = payment.held() else { return Ok(Operated::NoPayment) };
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce)?;
        let cancel = Operate {
            operation: Operation { kind: OperationKind::Cancel, amount },
            n: payment.next_n(),
            nonce: Nonce::from_random(nonce),
            by: ActorId::system(),
            deadline: self.clock.now().saturating_add(ACQUIRER_LIMIT.saturating_add(WRITES)).unwrap_or(Timestamp::MAX),
        };
        self.operate(payment.clone(), cancel).await
    }

    /// Money was taken at the acquirer's console, or by a capture that was given up here: a person has to look, and nothing is voided.
    async fn say_taken(&self, payment: &Payment, n: u32, theirs: Totals) -> Result<(), StoreError> {
        let ours =
            Sums { authorized: payment.held().map_or(0, |held| u64::from(held.get())), captured: 0, refunded: 0 };
        let theirs = Sums { authorized: theirs.authorized, captured: theirs.captured, refunded: theirs.refunded };
        let kind = MatterKind::Difference(Difference::Sums { ours, theirs });
        self.attention.raise(&Matter::of_payment(payment, kind, n, payment.opened_at)).await?;
        tracing::error!(alarm = true, payment.id = %payment.key, "money was taken that our books know nothing of");
        Ok(())
    }

    async fn look_later(&self, payment: &Payment, after: SignedDuration, looked: Looked) -> Result<Looked, StoreError> {
        let at = self.clock.now().saturating_add(after).unwrap_or(Timestamp::MAX);
        self.payments.file(payment, at).await.map(|()| looked)
    }
}

/// What the acquirer was asked for: a void names no amount.
const fn asked_amount(operation: Operation) -> Option<domain::Yen> {
    match operation.kind {
        OperationKind::Capture | OperationKind::Adjust | OperationKind::Refund => Some(operation.amount),
        OperationKind::Cancel => None,
    }
}

fn is_withdrawing(payment: &Payment) -> bool {
    payment.pending().is_some_and(|record| matches!(record.stage, Stage::Withdrawing(_)))
}
