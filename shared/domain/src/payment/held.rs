//! Money that is held and not taken: until when it can be, when the shop is warned, and what happens when its time is over.

use jiff::{SignedDuration, Span, Timestamp};

use super::{
    Hold, Next, Payment, Ruling, State, TransitionError,
    resolve::{ask_again, later},
};
use crate::{
    acquirer::InquiryOutcome,
    clock::{JAPAN, japan_date},
};

/// Within how many months of the payment date it can be captured (ASJ: 決済確定は6か月以内).
const CAPTURE_MONTHS: i32 = 6;
/// How long before the end the shop is warned.
const WARNING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long the acquirer may say that it still stands after its time, before it is let go by us.
const OVERTIME: SignedDuration = SignedDuration::from_hours(24);

/// The first instant at which a payment of `at` can no longer be captured: six months from the payment date in Japan, the same day of the month, or the
/// month's last day where there is no such day; that day is included.
pub fn capture_ends(at: Timestamp) -> Timestamp {
    let months = Span::new().months(CAPTURE_MONTHS);
    let day_after = japan_date(at).checked_add(months).and_then(|last_day| last_day.tomorrow());
    day_after.ok().and_then(|day| JAPAN.to_timestamp(day.at(0, 0, 0, 0)).ok()).unwrap_or(Timestamp::MAX)
}

impl Payment {
    /// Until when (exclusive) what is held can be captured: its validity and the six months, whichever ends first. None: nothing is held.
    pub fn capturable_until(&self) -> Option<Timestamp> {
        match &self.state {
            State::Authorized { approval, at, .. } => {
                let term = capture_ends(*at);
                Some(approval.valid_until.map_or(term, |valid_until| valid_until.min(term)))
            }
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => None,
        }
    }

    /// When the shop is warned that what is held will lapse: a week before, and not before it was approved. None: nothing is held.
    pub fn warning_at(&self) -> Option<Timestamp> {
        let paid_at = self.state.paid_at()?;
        self.capturable_until().map(|end| end.saturating_sub(WARNING).unwrap_or(end).max(paid_at))
    }

    /// Whether the time for a capture is over.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.capturable_until().is_some_and(|end| end <= now)
    }

    /// What a payment without a pending operation needs: warn, and when the time is over, ask.
    pub(super) fn next_of_held(&self, now: Timestamp) -> Next {
        let (State::Authorized { n, hold, .. }, Some(end)) = (&self.state, self.capturable_until()) else {
            return Next::Nothing;
        };
        match self.warning_at().unwrap_or(end) {
            _ if end <= now => Next::AskValidity { n: *n },
            _ if hold.warned.is_some() => Next::Wait(end),
            warning if warning <= now => Next::Warn,
            warning => Next::Wait(warning),
        }
    }

    /// The shop is warned that what is held will lapse.
    ///
    /// # Errors
    /// [`TransitionError`] unless something is held and nobody warned yet.
    pub fn warned(&self, now: Timestamp) -> Result<Ruling, TransitionError> {
        let end = self.capturable_until();
        match &self.state {
            State::Authorized { n, approval, at, hold } if hold.warned.is_none() => {
                let (n, approval, at) = (*n, approval.clone(), *at);
                let hold = Hold { warned: Some(now), ..hold.clone() };
                let payment = self.moved(State::Authorized { n, approval, at, hold });
                Ok(Ruling { look_at: end, ..Ruling::kept(payment) })
            }
            State::Authorized { .. }
            | State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Err(TransitionError { from: self.state.name(), to: "warned" }),
        }
    }

    /// What the acquirer's answer makes of an authorization whose time is over.
    ///
    /// # Errors
    /// [`TransitionError`] unless something is held, its time is over, and no operation is pending.
    pub fn validity_asked(&self, outcome: &InquiryOutcome, now: Timestamp) -> Result<Overtime, TransitionError> {
        let refusal = || TransitionError { from: self.state.name(), to: "lapsed" };
        let end = self.capturable_until().filter(|end| *end <= now && self.pending().is_none()).ok_or_else(refusal)?;
        let State::Authorized { n, approval, at, hold } = &self.state else { return Err(refusal()) };
        let amount = hold.amount.unwrap_or(self.amount);
        let still_held = match outcome {
            InquiryOutcome::Reversed | InquiryOutcome::NotFound | InquiryOutcome::Declined(_) => {
                let lapsed = self.moved(State::Lapsed { n: *n, amount, at: now });
                return Ok(Overtime::Ruled(Box::new(Ruling::kept(lapsed))));
            }
            InquiryOutcome::Approved { .. } => true,
            InquiryOutcome::ChallengePending(_) | InquiryOutcome::NoAnswer(_) => false,
        };
        if still_held && later(end, OVERTIME) <= now {
            return Ok(Overtime::LetGo);
        }
        let asks = hold.asks.saturating_add(1);
        let hold = Hold { asks, ..hold.clone() };
        let payment = self.moved(State::Authorized { n: *n, approval: approval.clone(), at: *at, hold });
        let asks = u16::try_from(asks).unwrap_or(u16::MAX);
        let look_at = Some(ask_again(end, asks, self.key.shard(), now));
        Ok(Overtime::Ruled(Box::new(Ruling { look_at, ..Ruling::kept(payment) })))
    }
}

/// What becomes of an authorization whose time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overtime {
    /// This is stored.
    Ruled(Box<Ruling>),
    /// The acquirer holds it all the same: it is to be cancelled, as an operation of the system's own.
    LetGo,
}
