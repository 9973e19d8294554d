//! What an acquirer's answer makes of a payment. A timeout is not a decline, and nothing here maps one to the other.

use jiff::{SignedDuration, Timestamp};

use super::{
    ASKING, Doubt, Failure, Hold, Interface, Lease, NOT_FOUND_GRACE, Open, Origin, Payment, QUIET, Reversal, State,
    Taken, TransitionError,
};
use crate::{
    Approval, Decline,
    acquirer::{AuthorizeOutcome, Challenge, InquiryOutcome, OperationOutcome, ReverseOutcome, TransStatus},
};

/// How long a payer may be with the issuer.
const CHALLENGE: SignedDuration = SignedDuration::from_mins(15);
/// When a connector that cannot promise is asked again after a reversal it acknowledged.
pub(super) const LATER_LOOKS: [SignedDuration; 3] =
    [SignedDuration::from_mins(5), SignedDuration::from_hours(1), SignedDuration::from_hours(24)];

/// What an open payment needs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it is settled.
    Nothing,
    /// Ask the acquirer about operation `n`.
    Inquire {
        /// The operation.
        n: u32,
    },
    /// Reverse operation `n`; the intent is already stored.
    Reverse {
        /// The operation.
        n: u32,
    },
    /// Void operation `n` under the number `void_n`; the intent is already stored.
    Void {
        /// The approved operation.
        n: u32,
        /// The void's own number.
        void_n: u32,
    },
    /// Cancel a challenge that the payer did not answer in time.
    CancelChallenge,
    /// Close a declined order that nobody tried again.
    Close,
    /// Ask the acquirer about operation `n` on money that is held or taken.
    AskOperation {
        /// The operation.
        n: u32,
    },
    /// Forbid operation `n`, which the acquirer does not know; the intent is already stored.
    Withdraw {
        /// The operation.
        n: u32,
    },
    /// Warn the shop that what is held will lapse.
    Warn,
    /// Ask the acquirer whether the authorization under `n`, whose time is over, still stands.
    AskValidity {
        /// The operation that authorized it.
        n: u32,
    },
    /// Look again then.
    Wait(Timestamp),
}

/// A payment after an answer: how to store it, and when it is looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The payment to store.
    pub payment: Payment,
    /// Move the due index to this instant. None leaves the index alone.
    pub look_at: Option<Timestamp>,
    /// Someone must hear of this: money stood where it should not, or nobody knows.
    pub alarm: Option<Alarm>,
}

/// What someone must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alarm {
    /// An approval without the authentication that has to be.
    NotAuthenticated,
    /// An approval of another amount than was asked.
    OtherAmount,
    /// An approval that came after its reversal.
    ApprovedAfterReversal,
    /// Whether it was approved is not known after a day.
    Unanswered,
    /// It could not be undone for a day.
    ReversalUnanswered,
    /// What became of an operation is not known after a day.
    OperationUnanswered,
    /// An operation could not be withdrawn for a day.
    WithdrawalUnanswered,
}

impl Alarm {
    /// For the log.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotAuthenticated => "the acquirer approved without authentication; it is being reversed",
            Self::OtherAmount => "the acquirer approved another amount; it is being reversed",
            Self::ApprovedAfterReversal => "an approval came after its reversal; it is being voided",
            Self::Unanswered => "a day of asking gave no answer",
            Self::ReversalUnanswered => "a reversal found no answer for a day",
            Self::OperationUnanswered => "a day of asking about an operation gave no answer",
            Self::WithdrawalUnanswered => "the withdrawal of an operation found no answer for a day",
        }
    }
}

impl Payment {
    /// The result of this invocation's own authorization.
    ///
    /// # Errors
    /// [`TransitionError`] unless it is being authorized.
    pub fn resolve(&self, outcome: AuthorizeOutcome, now: Timestamp) -> Result<Self, TransitionError> {
        let State::Authorizing { n, lease, challenged } = &self.state else {
            return Err(TransitionError { from: self.state.name(), to: "a result" });
        };
        let in_doubt = || self.in_doubt(Doubt::new(*n, now, lease.until));
        Ok(match outcome {
            AuthorizeOutcome::Approved(approval) if approval.may_stand() => self.approved(*n, approval, now),
            // Reconcile asks once more, finds the same, and reverses it.
            AuthorizeOutcome::Approved(_) | AuthorizeOutcome::Unknown(_) => in_doubt(),
            AuthorizeOutcome::Declined(decline) => self.declined(*n, decline, now),
            AuthorizeOutcome::ChallengeRequired(challenge) => {
                self.challenging(*n, challenged.unwrap_or_else(|| later(now, CHALLENGE)), challenge)
            }
        })
    }

    /// What an open payment needs, seen from its due entry.
    pub fn next(&self, now: Timestamp) -> Next {
        match &self.state {
            State::Authorizing { n, lease, .. } if lease.until <= now => Next::Inquire { n: *n },
            State::Authorizing { lease, .. } => Next::Wait(lease.until),
            State::Challenging { due, .. } if *due <= now => Next::CancelChallenge,
            State::Challenging { due, .. } => Next::Wait(*due),
            State::Unknown(doubt) | State::NeedsPerson(Open::Unknown(doubt)) => Next::Inquire { n: doubt.n },
            State::Reversing(reversal) | State::NeedsPerson(Open::Reversing(reversal)) => reversal.next(now),
            State::Declined { at, .. } => match later(*at, QUIET) {
                quiet_at if quiet_at <= now => Next::Close,
                quiet_at => Next::Wait(quiet_at),
            },
            State::Authorized { .. } | State::Captured { .. } => match self.pending() {
                Some(operation) => operation.next(now),
                None => self.next_of_held(now),
            },
            State::Cancelled { .. } | State::Lapsed { .. } | State::Failed { .. } | State::Abandoned { .. } => {
                Next::Nothing
            }
        }
    }

    /// Since when nobody has known whether it was paid.
    pub fn unknown_since(&self) -> Option<Timestamp> {
        match &self.state {
            State::Unknown(doubt) | State::NeedsPerson(Open::Unknown(doubt)) => Some(doubt.since),
            State::Reversing(reversal) | State::NeedsPerson(Open::Reversing(reversal)) => Some(reversal.since),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. } => None,
        }
    }

    /// The operation that is or was last in doubt.
    pub fn doubted_n(&self) -> u32 {
        match &self.state {
            State::Unknown(doubt) | State::NeedsPerson(Open::Unknown(doubt)) => doubt.n,
            State::Reversing(reversal) | State::NeedsPerson(Open::Reversing(reversal)) => reversal.n,
            State::Authorizing { n, .. } | State::Challenging { n, .. } | State::Declined { n, .. } => *n,
            State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. } => self.last_n,
        }
    }

    /// A declined order that nobody tried again fails.
    ///
    /// # Errors
    /// [`TransitionError`] unless it stands declined.
    pub fn close(&self, now: Timestamp) -> Result<Self, TransitionError> {
        match &self.state {
            State::Declined { .. } => Ok(self.failed(Failure::Quiet, now)),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Err(TransitionError { from: self.state.name(), to: "failed" }),
        }
    }

    /// What an inquiry's answer makes of an open payment.
    pub fn inquired(&self, outcome: InquiryOutcome, now: Timestamp) -> Ruling {
        match &self.state {
            State::Authorizing { n, lease, .. } => self.doubt_answered(&Doubt::new(*n, now, lease.until), outcome, now),
            State::Challenging { n, due, .. } => self.doubt_answered(&Doubt::new(*n, now, *due), outcome, now),
            State::Unknown(doubt) | State::NeedsPerson(Open::Unknown(doubt)) => {
                self.doubt_answered(doubt, outcome, now)
            }
            State::Reversing(reversal) | State::NeedsPerson(Open::Reversing(reversal)) => {
                self.reversal_looked_at(reversal, outcome, now)
            }
            State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. } => Ruling::kept(self.clone()),
        }
    }

    fn doubt_answered(&self, doubt: &Doubt, outcome: InquiryOutcome, now: Timestamp) -> Ruling {
        match outcome {
            InquiryOutcome::Approved { approval, .. } if !approval.may_stand() => Ruling {
                alarm: Some(Alarm::NotAuthenticated),
                ..self.reversing(doubt.n, Failure::NotAuthenticated, now)
            },
            InquiryOutcome::Approved { approval, amount } if amount == u64::from(self.amount.get()) => {
                let approved = self.approved(doubt.n, approval, now);
                let look_at = (!approved.state.is_settled()).then(|| ask_again(now, 1, self.key.shard(), now));
                Ruling { payment: approved, look_at, alarm: None }
            }
            InquiryOutcome::Approved { .. } => {
                Ruling { alarm: Some(Alarm::OtherAmount), ..self.reversing(doubt.n, Failure::AmountMismatch, now) }
            }
            InquiryOutcome::Declined(decline) => self.left_declined(doubt.n, decline, now),
            // The answer that would have sent the payer there was lost: the page that waits goes there now.
            InquiryOutcome::ChallengePending(challenge) => match later(doubt.since, CHALLENGE) {
                due if now < due => {
                    Ruling { payment: self.challenging(doubt.n, due, challenge), look_at: Some(due), alarm: None }
                }
                _ => self.reversing(doubt.n, Failure::ChallengeExpired, now),
            },
            InquiryOutcome::Reversed => Ruling::kept(self.failed(Failure::Reversed, now)),
            InquiryOutcome::NotFound => {
                let given_up_at = later(doubt.lease_until, NOT_FOUND_GRACE);
                if given_up_at <= now {
                    return self.reversing(doubt.n, Failure::NotFound, now);
                }
                Ruling { payment: self.in_doubt(doubt.clone()), look_at: Some(given_up_at), alarm: None }
            }
            InquiryOutcome::NoAnswer(_) => self.unanswered(doubt, now),
        }
    }

    /// Nobody answered: ask again, more slowly, and call a person after a day.
    fn unanswered(&self, doubt: &Doubt, now: Timestamp) -> Ruling {
        let doubt = Doubt { asks: doubt.asks.saturating_add(1), ..doubt.clone() };
        let look_at = Some(ask_again(doubt.since, doubt.asks, self.key.shard(), now));
        if now < later(doubt.since, ASKING) {
            return Ruling { payment: self.in_doubt(doubt), look_at, alarm: None };
        }
        let alarm = matches!(self.state, State::Unknown(_)).then_some(Alarm::Unanswered);
        let payment = Self { doubted: true, ..self.moved(State::NeedsPerson(Open::Unknown(doubt))) };
        Ruling { payment, look_at, alarm }
    }

    /// Declined by a look and not by the payer's own submit: the order closes if nobody tries again.
    fn left_declined(&self, n: u32, decline: Decline, now: Timestamp) -> Ruling {
        let declined = self.declined(n, decline, now);
        let look_at = (!declined.state.is_settled()).then(|| later(now, QUIET));
        Ruling { payment: declined, look_at, alarm: None }
    }

    /// The payer is back from the issuer: the intent to fetch the result, stored before the acquirer is asked.
    ///
    /// # Errors
    /// [`TransitionError`] unless operation `n` waits for its challenge.
    pub fn fetch_challenge_result(&self, n: u32, lease: Lease) -> Result<Self, TransitionError> {
        match &self.state {
            State::Challenging { n: waiting, due, .. } if *waiting == n => {
                Ok(self.moved(State::Authorizing { n, lease, challenged: Some(*due) }))
            }
            State::Challenging { .. }
            | State::Authorizing { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Err(TransitionError { from: self.state.name(), to: "a fetched result" }),
        }
    }

    /// The intent to cancel a challenge at the acquirer, because its time is over or the payer turned away.
    ///
    /// # Errors
    /// [`TransitionError`] unless a challenge waits.
    pub fn cancel_challenge(&self, reason: Failure, now: Timestamp) -> Result<Ruling, TransitionError> {
        match &self.state {
            State::Challenging { n, .. } => {
                let ruling = self.reversing(*n, reason, now);
                // The payer knows of the challenge; nobody was told that anything is being checked.
                Ok(Ruling { payment: Self { doubted: self.doubted, ..ruling.payment }, ..ruling })
            }
            State::Authorizing { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Err(TransitionError { from: self.state.name(), to: "a cancelled challenge" }),
        }
    }

    /// When to look again at what a challenge's result made of this: its due entry stands at the challenge's end, which is late for a doubt.
    pub fn look_after_challenge(&self, resolved: &Self) -> Option<Timestamp> {
        if let (State::Authorizing { challenged: Some(_), .. }, State::Unknown(doubt)) = (&self.state, &resolved.state)
        {
            Some(doubt.lease_until)
        } else {
            None
        }
    }

    /// Whether a challenge is being cancelled: that is believed only when an inquiry confirms it.
    pub fn cancels_challenge(&self) -> bool {
        self.reversal()
            .is_some_and(|reversal| matches!(reversal.reason, Failure::ChallengeExpired | Failure::ChallengeCancelled))
    }

    /// Whether the card may be kept after this approval, by what the buyer agreed to and how the payer was authenticated.
    pub fn may_keep(&self, approval: &Approval) -> bool {
        self.keeping.as_ref().is_some_and(|keeping| is_authenticated(approval) || !keeping.authenticated_only)
    }

    /// Whether an approval is what its payment was made for: who agrees to something has to be authenticated.
    fn proves(&self, approval: &Approval) -> bool {
        !matches!(self.origin, Origin::Agreement { .. }) || is_authenticated(approval)
    }

    fn challenging(&self, n: u32, due: Timestamp, challenge: Challenge) -> Self {
        self.moved(State::Challenging { n, due, challenge })
    }

    fn in_doubt(&self, doubt: Doubt) -> Self {
        Self { doubted: true, ..self.moved(State::Unknown(doubt)) }
    }

    /// The intent of a reversal: stored before the acquirer is asked to undo.
    fn reversing(&self, n: u32, reason: Failure, now: Timestamp) -> Ruling {
        let reversal = Reversal { n, since: now, reason, asks: 0, acknowledged: None, looks: 0, void_n: None };
        let payment = Self { doubted: true, ..self.moved(State::Reversing(reversal)) };
        Ruling { payment, look_at: Some(ask_again(now, 1, self.key.shard(), now)), alarm: None }
    }

    /// What a reversal's answer makes of the payment.
    pub fn reversed(&self, outcome: ReverseOutcome, now: Timestamp) -> Ruling {
        let Some(reversal) = self.reversal() else { return Ruling::kept(self.clone()) };
        match outcome {
            ReverseOutcome::Tombstoned => self.undone(reversal, now),
            ReverseOutcome::NothingHeld => {
                let reversal = Reversal { acknowledged: Some(now), ..reversal.clone() };
                let look_at = reversal.next_look();
                Ruling { payment: self.moved(State::Reversing(reversal)), look_at, alarm: None }
            }
            ReverseOutcome::NoAnswer(_) => self.reversal_unanswered(reversal, now),
        }
    }

    /// What the void of a late approval makes of the payment.
    pub fn voided(&self, outcome: OperationOutcome, now: Timestamp) -> Ruling {
        let Some(reversal) = self.reversal() else { return Ruling::kept(self.clone()) };
        match outcome {
            OperationOutcome::Done => self.undone(reversal, now),
            // A refused void is looked at again: the next inquiry says whether anything is still held.
            OperationOutcome::Refused(_) | OperationOutcome::NotSupported | OperationOutcome::Unknown(_) => {
                self.reversal_unanswered(reversal, now)
            }
        }
    }

    fn reversal_looked_at(&self, reversal: &Reversal, outcome: InquiryOutcome, now: Timestamp) -> Ruling {
        match outcome {
            InquiryOutcome::Approved { .. } => {
                let void_n = reversal.void_n.unwrap_or_else(|| self.next_n());
                let state = State::Reversing(Reversal { void_n: Some(void_n), asks: 0, ..reversal.clone() });
                let payment = Self { last_n: self.last_n.max(void_n), ..self.moved(state) };
                let look_at = Some(ask_again(now, 1, self.key.shard(), now));
                Ruling { payment, look_at, alarm: Some(Alarm::ApprovedAfterReversal) }
            }
            InquiryOutcome::Reversed | InquiryOutcome::NotFound | InquiryOutcome::Declined(_) => {
                // A void that was asked for and after which nothing is held has done its work.
                let looks = reversal.looks.saturating_add(1);
                if reversal.void_n.is_some() || usize::from(looks) >= LATER_LOOKS.len() {
                    return self.undone(reversal, now);
                }
                let reversal = Reversal { looks, ..reversal.clone() };
                let look_at = reversal.next_look();
                Ruling { payment: self.moved(State::Reversing(reversal)), look_at, alarm: None }
            }
            InquiryOutcome::ChallengePending(_) | InquiryOutcome::NoAnswer(_) => {
                self.reversal_unanswered(reversal, now)
            }
        }
    }

    /// Nothing is held any more.
    fn undone(&self, reversal: &Reversal, now: Timestamp) -> Ruling {
        match reversal.reason {
            // The payer turned away to try another card.
            Failure::ChallengeCancelled => self.left_declined(reversal.n, Decline::not_authenticated(), now),
            reason @ (Failure::AttemptsUsedUp
            | Failure::Quiet
            | Failure::NotFound
            | Failure::Reversed
            | Failure::AmountMismatch
            | Failure::NotAuthenticated
            | Failure::ChallengeExpired
            | Failure::Registered) => Ruling::kept(self.failed(reason, now)),
        }
    }

    fn reversal_unanswered(&self, reversal: &Reversal, now: Timestamp) -> Ruling {
        let reversal = Reversal { asks: reversal.asks.saturating_add(1), ..reversal.clone() };
        let since = reversal.acknowledged.unwrap_or(reversal.since);
        let look_at = Some(ask_again(since, reversal.asks, self.key.shard(), now));
        let overdue = reversal.acknowledged.is_none() && now >= later(reversal.since, ASKING);
        if !overdue {
            return Ruling { payment: self.moved(State::Reversing(reversal)), look_at, alarm: None };
        }
        let alarm = matches!(self.state, State::Reversing(_)).then_some(Alarm::ReversalUnanswered);
        Ruling { payment: self.moved(State::NeedsPerson(Open::Reversing(reversal))), look_at, alarm }
    }

    fn reversal(&self) -> Option<&Reversal> {
        match &self.state {
            State::Reversing(reversal) | State::NeedsPerson(Open::Reversing(reversal)) => Some(reversal),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(Open::Unknown(_)) => None,
        }
    }

    fn approved(&self, n: u32, approval: Approval, now: Timestamp) -> Self {
        if self.details.offer.is_some() && !self.may_keep(&approval) {
            // Nobody may join by a card that can't be charged again.
            return Self { doubted: self.doubted, ..self.reversing(n, Failure::NotAuthenticated, now).payment };
        }
        if self.interface == Interface::CardRegistration {
            let reason = if self.proves(&approval) { Failure::Registered } else { Failure::NotAuthenticated };
            return Self { doubted: self.doubted, ..self.reversing(n, reason, now).payment };
        }
        self.moved(if approval.captured {
            State::Captured { n, approval, at: now, taken: Taken::untouched() }
        } else {
            State::Authorized { n, approval, at: now, hold: Hold::untouched() }
        })
    }

    fn declined(&self, n: u32, decline: Decline, now: Timestamp) -> Self {
        match self.attempts_left() {
            0 => self.moved(State::Failed { reason: Failure::AttemptsUsedUp, decline: Some(decline), at: now }),
            _ => self.moved(State::Declined { n, decline, at: now }),
        }
    }

    fn failed(&self, reason: Failure, now: Timestamp) -> Self {
        self.moved(State::Failed { reason, decline: None, at: now })
    }
}

impl Doubt {
    fn new(n: u32, since: Timestamp, lease_until: Timestamp) -> Self {
        Self { n, since, lease_until, asks: 0 }
    }
}

impl Reversal {
    fn next(&self, now: Timestamp) -> Next {
        match (self.void_n, self.next_look()) {
            // A void may have been done without an answer: ask before doing it again.
            (Some(void_n), _) if self.asks == 0 => Next::Void { n: self.n, void_n },
            (Some(_), _) => Next::Inquire { n: self.n },
            (None, None) => Next::Reverse { n: self.n },
            (None, Some(look_at)) if look_at <= now => Next::Inquire { n: self.n },
            (None, Some(look_at)) => Next::Wait(look_at),
        }
    }

    /// When a reversal that was acknowledged without a promise is looked at again.
    fn next_look(&self) -> Option<Timestamp> {
        let after = LATER_LOOKS.get(usize::from(self.looks))?;
        self.acknowledged.map(|at| later(at, *after))
    }
}

impl Ruling {
    pub(super) fn kept(payment: Payment) -> Self {
        Self { payment, look_at: None, alarm: None }
    }
}

/// After 1 minute, then every 5 minutes, after a day every hour; up to a minute more by shard, so that an outage's payments do not come back in one wave.
pub(super) fn ask_again(since: Timestamp, asks: u16, shard: u8, now: Timestamp) -> Timestamp {
    let jitter = SignedDuration::from_secs(i64::from(shard).saturating_mul(4));
    let wait = match asks {
        0 | 1 => SignedDuration::from_mins(1),
        _ if now < later(since, ASKING) => SignedDuration::from_mins(5).saturating_add(jitter),
        _ => SignedDuration::from_hours(1).saturating_add(jitter),
    };
    later(now, wait)
}

pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Full authentication (transStatus Y).
fn is_authenticated(approval: &Approval) -> bool {
    approval.authentication.as_ref().is_some_and(|result| result.status == TransStatus::Y)
}
