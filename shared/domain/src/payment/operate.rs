//! Operations on money that is held or taken: may this form start one, and what an acquirer's answer makes of it.

use jiff::Timestamp;

use super::{
    ASKING, Alarm, End, Hold, Lease, NOT_FOUND_GRACE, Next, Operation, OperationDoubt, OperationKind, OperationRecord,
    Payment, Ruling, Stage, State, Taken, TransitionError, Withdrawal,
    resolve::{LATER_LOOKS, ask_again, later},
};
use crate::{
    ActorId, Decline, Nonce, Yen,
    acquirer::{OperationInquiry, OperationOutcome, WithdrawOutcome},
};

/// An operation that wants to start: what the sealed form said, and who would hold the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationIntent {
    /// What is to be done.
    pub operation: Operation,
    /// The operation number that the form stands for: the payment's next when it was rendered.
    pub n: u32,
    /// The rendering.
    pub nonce: Nonce,
    /// Who asks.
    pub by: ActorId,
    /// The hold.
    pub lease: Lease,
}

/// What to do with an operation that wants to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationDecision {
    /// Write this in place of what was looked at, then call the acquirer.
    Start(Box<Payment>),
    /// This very invocation already wrote its intent (a write whose reply was lost): call the acquirer.
    Started(Box<Payment>),
    /// No operation: say how it stands.
    Stands(OperationStanding),
}

/// Why no operation starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationStanding {
    /// The same form was sent before: [`Payment::operation_from`] says what became of it.
    SameSubmit,
    /// Another operation runs or is being checked.
    Running,
    /// The form is older than what happened since: nothing was done.
    Stale,
    /// It can't be done with this payment.
    Impossible(Impossible),
}

/// Why an operation can't be done with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Impossible {
    /// Nothing is held: it is not paid, was taken already, or was let go.
    NothingHeld,
    /// Nothing was taken.
    NothingTaken,
    /// The six months for a capture, or the authorization's validity, are over.
    TooLate,
    /// More than there is.
    TooMuch {
        /// The most that can be.
        most: u32,
    },
    /// A cancellation lets go of all that is held, and the form says another amount.
    NotTheWhole {
        /// What is held.
        held: Yen,
    },
    /// That much is held already.
    SameAmount,
    /// The cardholder disputes it.
    Disputed,
}

impl Payment {
    /// Decides about an operation, given the payment as it is stored.
    pub fn decide_operation(&self, intent: &OperationIntent, now: Timestamp) -> OperationDecision {
        let stands = OperationDecision::Stands;
        if let Some(OperationRecord { stage: Stage::Running(lease), .. }) = self.operation()
            && lease.id == intent.lease.id
        {
            return OperationDecision::Started(Box::new(self.clone()));
        }
        if self.operation_from(intent.nonce).is_some() {
            return stands(OperationStanding::SameSubmit);
        }
        if self.pending().is_some() {
            return stands(OperationStanding::Running);
        }
        if intent.n != self.next_n() {
            return stands(OperationStanding::Stale);
        }
        if let Some(why) = self.impossible(intent.operation, now) {
            return stands(OperationStanding::Impossible(why));
        }
        let record = OperationRecord {
            operation: intent.operation,
            n: intent.n,
            by: intent.by.clone(),
            nonce: intent.nonce,
            since: now,
            stage: Stage::Running(intent.lease),
            earlier: self.operation().map(|last| last.remembered(now)).unwrap_or_default(),
        };
        match self.with_operation(record) {
            Ok(started) => OperationDecision::Start(Box::new(Self { last_n: intent.n, ..started })),
            Err(_nothing_there) => stands(OperationStanding::Impossible(Impossible::NothingHeld)),
        }
    }

    /// Why an operation can't be done now; whether another one runs is not asked. None: it can.
    pub fn impossible(&self, operation: Operation, now: Timestamp) -> Option<Impossible> {
        let Operation { kind, amount } = operation;
        match kind {
            OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust => {
                let Some(held) = self.held() else { return Some(Impossible::NothingHeld) };
                match kind {
                    OperationKind::Cancel => (amount != held).then_some(Impossible::NotTheWhole { held }),
                    OperationKind::Capture | OperationKind::Adjust | OperationKind::Refund if self.is_over(now) => {
                        Some(Impossible::TooLate)
                    }
                    OperationKind::Adjust => (amount == held).then_some(Impossible::SameAmount),
                    OperationKind::Capture | OperationKind::Refund => {
                        (amount > held).then_some(Impossible::TooMuch { most: held.get() })
                    }
                }
            }
            OperationKind::Refund => {
                let Some(taken) = self.taken() else { return Some(Impossible::NothingTaken) };
                let most = self.refundable();
                if taken.disputed.is_some() {
                    return Some(Impossible::Disputed);
                }
                (amount.get() > most).then_some(Impossible::TooMuch { most })
            }
        }
    }

    /// The result of the operation `n` that is pending.
    ///
    /// # Errors
    /// [`TransitionError`] unless that operation is pending.
    pub fn resolve_operation(
        &self,
        n: u32,
        outcome: OperationOutcome,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let record = self.pending().filter(|record| record.n == n).ok_or_else(|| self.no_operation())?;
        match outcome {
            OperationOutcome::Done => self.operation_ended(record, End::Done, now),
            OperationOutcome::Refused(decline) => self.operation_ended(record, End::Refused(decline), now),
            OperationOutcome::NotSupported => self.operation_ended(record, End::NotSupported, now),
            OperationOutcome::Unknown(_) => match &record.stage {
                Stage::Running(lease) => {
                    let doubt = OperationDoubt { lease_until: lease.until, asks: 0, person: false };
                    self.at_stage(record, Stage::Unknown(doubt))
                }
                Stage::Unknown(_) | Stage::Withdrawing(_) | Stage::Ended { .. } => Err(self.no_operation()),
            },
        }
    }

    /// What an inquiry's answer makes of the pending operation.
    ///
    /// # Errors
    /// [`TransitionError`] unless an operation is pending.
    pub fn operation_inquired(&self, outcome: OperationInquiry, now: Timestamp) -> Result<Ruling, TransitionError> {
        let record = self.pending().ok_or_else(|| self.no_operation())?;
        match (outcome, &record.stage) {
            (OperationInquiry::Done, _) => self.operation_ended(record, End::Done, now).map(Ruling::kept),
            (OperationInquiry::Refused(decline), _) => {
                self.operation_ended(record, End::Refused(decline), now).map(Ruling::kept)
            }
            (OperationInquiry::NotFound, Stage::Withdrawing(withdrawal)) => {
                self.still_not_found(record, withdrawal, now)
            }
            (OperationInquiry::NotFound, stage) => {
                let doubt = OperationDoubt::of(stage, now);
                let given_up_at = later(doubt.lease_until, NOT_FOUND_GRACE);
                if now < given_up_at {
                    let payment = self.at_stage(record, Stage::Unknown(doubt))?;
                    return Ok(Ruling { look_at: Some(given_up_at), ..Ruling::kept(payment) });
                }
                let withdrawal = Withdrawal { asks: 0, acknowledged: None, looks: 0, person: doubt.person };
                let payment = self.at_stage(record, Stage::Withdrawing(withdrawal))?;
                Ok(Ruling { look_at: Some(ask_again(now, 1, self.key.shard(), now)), ..Ruling::kept(payment) })
            }
            (OperationInquiry::NoAnswer(_), Stage::Withdrawing(withdrawal)) => {
                self.withdrawal_unanswered(record, withdrawal, now)
            }
            (OperationInquiry::NoAnswer(_), stage) => {
                let doubt = OperationDoubt::of(stage, now);
                let asks = doubt.asks.saturating_add(1);
                let person = now >= later(record.since, ASKING);
                let alarm = (person && !doubt.person).then_some(Alarm::OperationUnanswered);
                let doubt = OperationDoubt { asks, person: person || doubt.person, ..doubt };
                let payment = self.at_stage(record, Stage::Unknown(doubt))?;
                Ok(Ruling { payment, look_at: Some(ask_again(record.since, asks, self.key.shard(), now)), alarm })
            }
        }
    }

    /// What a withdrawal's answer makes of the pending operation.
    ///
    /// # Errors
    /// [`TransitionError`] unless an operation is being withdrawn.
    pub fn operation_withdrawn(&self, outcome: WithdrawOutcome, now: Timestamp) -> Result<Ruling, TransitionError> {
        let record = self.pending().ok_or_else(|| self.no_operation())?;
        let Stage::Withdrawing(withdrawal) = &record.stage else { return Err(self.no_operation()) };
        match outcome {
            WithdrawOutcome::Withdrawn => self.operation_ended(record, End::GivenUp, now).map(Ruling::kept),
            WithdrawOutcome::Done => self.operation_ended(record, End::Done, now).map(Ruling::kept),
            WithdrawOutcome::Refused(decline) => {
                self.operation_ended(record, End::Refused(decline), now).map(Ruling::kept)
            }
            WithdrawOutcome::NotDone => {
                let withdrawal = Withdrawal { acknowledged: Some(now), ..withdrawal.clone() };
                let look_at = withdrawal.next_look();
                let payment = self.at_stage(record, Stage::Withdrawing(withdrawal))?;
                Ok(Ruling { look_at, ..Ruling::kept(payment) })
            }
            WithdrawOutcome::NoAnswer(_) => self.withdrawal_unanswered(record, withdrawal, now),
        }
    }

    /// The cardholder disputes what was taken. Known already, it changes nothing.
    ///
    /// # Errors
    /// [`TransitionError`] unless money was taken and no dispute is known.
    pub fn dispute(&self, since: Timestamp) -> Result<Self, TransitionError> {
        match &self.state {
            State::Captured { n, approval, at, taken } if taken.disputed.is_none() => {
                let taken = Taken { disputed: Some(since), ..taken.clone() };
                Ok(self.moved(State::Captured { n: *n, approval: approval.clone(), at: *at, taken }))
            }
            State::Captured { .. }
            | State::Authorized { .. }
            | State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Err(TransitionError { from: self.state.name(), to: "disputed" }),
        }
    }

    /// A look after a withdrawal that was acknowledged without a promise: after the last one it is given up.
    fn still_not_found(
        &self,
        record: &OperationRecord,
        withdrawal: &Withdrawal,
        now: Timestamp,
    ) -> Result<Ruling, TransitionError> {
        let looks = withdrawal.looks.saturating_add(1);
        if usize::from(looks) >= LATER_LOOKS.len() {
            return self.operation_ended(record, End::GivenUp, now).map(Ruling::kept);
        }
        let withdrawal = Withdrawal { looks, ..withdrawal.clone() };
        let look_at = withdrawal.next_look();
        let payment = self.at_stage(record, Stage::Withdrawing(withdrawal))?;
        Ok(Ruling { look_at, ..Ruling::kept(payment) })
    }

    fn withdrawal_unanswered(
        &self,
        record: &OperationRecord,
        withdrawal: &Withdrawal,
        now: Timestamp,
    ) -> Result<Ruling, TransitionError> {
        let asks = withdrawal.asks.saturating_add(1);
        let since = withdrawal.acknowledged.unwrap_or(record.since);
        let overdue = withdrawal.acknowledged.is_none() && now >= later(record.since, ASKING);
        let alarm = (overdue && !withdrawal.person).then_some(Alarm::WithdrawalUnanswered);
        let withdrawal = Withdrawal { asks, person: overdue || withdrawal.person, ..withdrawal.clone() };
        let payment = self.at_stage(record, Stage::Withdrawing(withdrawal))?;
        Ok(Ruling { payment, look_at: Some(ask_again(since, asks, self.key.shard(), now)), alarm })
    }

    /// What the end of an operation makes of the payment: the only place where money moves in our books.
    fn operation_ended(&self, record: &OperationRecord, end: End, now: Timestamp) -> Result<Self, TransitionError> {
        let done = matches!(end, End::Done);
        let ended = OperationRecord { stage: Stage::Ended { end, at: now }, ..record.clone() };
        if !done {
            return self.with_operation(ended);
        }
        let Operation { kind, amount } = record.operation;
        let operation = Box::new(ended);
        match (kind, &self.state) {
            (OperationKind::Capture, State::Authorized { n, approval, at, hold }) => {
                let (n, approval, at) = (*n, approval.clone(), *at);
                let (amount, held) = ((amount != self.amount).then_some(amount), hold.amount);
                let operation = Some(operation);
                let taken = Taken { amount, held, at: Some(now), operation, ..Taken::untouched() };
                Ok(self.moved(State::Captured { n, approval, at, taken }))
            }
            (OperationKind::Cancel, State::Authorized { n, .. }) => {
                Ok(self.moved(State::Cancelled { n: *n, amount, at: now, operation }))
            }
            (OperationKind::Adjust, State::Authorized { n, approval, at, hold }) => {
                let (n, approval, at) = (*n, approval.clone(), *at);
                let amount = (amount != self.amount).then_some(amount);
                let hold = Hold { amount, operation: Some(operation), ..hold.clone() };
                Ok(self.moved(State::Authorized { n, approval, at, hold }))
            }
            (OperationKind::Refund, State::Captured { n, approval, at, taken }) => {
                let (n, approval, at) = (*n, approval.clone(), *at);
                let refunded = taken.refunded.saturating_add(amount.get());
                let taken = Taken { refunded, operation: Some(operation), ..taken.clone() };
                Ok(self.moved(State::Captured { n, approval, at, taken }))
            }
            (OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust | OperationKind::Refund, _) => {
                Err(self.no_operation())
            }
        }
    }

    fn at_stage(&self, record: &OperationRecord, stage: Stage) -> Result<Self, TransitionError> {
        self.with_operation(OperationRecord { stage, ..record.clone() })
    }

    /// This payment with another record of an operation, by one write.
    fn with_operation(&self, record: OperationRecord) -> Result<Self, TransitionError> {
        let operation = Some(Box::new(record));
        match &self.state {
            State::Authorized { n, approval, at, hold } => {
                let (n, approval, at) = (*n, approval.clone(), *at);
                let hold = Hold { operation, ..hold.clone() };
                Ok(self.moved(State::Authorized { n, approval, at, hold }))
            }
            State::Captured { n, approval, at, taken } => {
                let (n, approval, at) = (*n, approval.clone(), *at);
                let taken = Taken { operation, ..taken.clone() };
                Ok(self.moved(State::Captured { n, approval, at, taken }))
            }
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Err(self.no_operation()),
        }
    }

    fn no_operation(&self) -> TransitionError {
        TransitionError { from: self.state.name(), to: "another operation's result" }
    }
}

impl OperationRecord {
    /// What a pending operation needs.
    pub(super) fn next(&self, now: Timestamp) -> Next {
        match &self.stage {
            Stage::Running(lease) if now < lease.until => Next::Wait(lease.until),
            Stage::Running(_) | Stage::Unknown(_) => Next::AskOperation { n: self.n },
            Stage::Withdrawing(withdrawal) => match withdrawal.next_look() {
                None => Next::Withdraw { n: self.n },
                Some(look_at) if look_at <= now => Next::AskOperation { n: self.n },
                Some(look_at) => Next::Wait(look_at),
            },
            Stage::Ended { .. } => Next::Nothing,
        }
    }

    /// The refusal, if it was refused.
    pub const fn decline(&self) -> Option<&Decline> {
        match self.end() {
            Some(End::Refused(decline)) => Some(decline),
            Some(End::Done | End::NotSupported | End::GivenUp) | None => None,
        }
    }
}

impl OperationDoubt {
    /// The doubt of an operation that an inquiry was made about.
    fn of(stage: &Stage, now: Timestamp) -> Self {
        match stage {
            Stage::Running(lease) => Self { lease_until: lease.until, asks: 0, person: false },
            Stage::Unknown(doubt) => doubt.clone(),
            Stage::Withdrawing(_) | Stage::Ended { .. } => Self { lease_until: now, asks: 0, person: false },
        }
    }
}

impl Withdrawal {
    /// When a withdrawal that was acknowledged without a promise is looked at again.
    fn next_look(&self) -> Option<Timestamp> {
        let after = LATER_LOOKS.get(usize::from(self.looks))?;
        self.acknowledged.map(|at| later(at, *after))
    }
}
