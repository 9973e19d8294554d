//! What is charged when, and what becomes of a plan when that ended.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use super::{Cause, EndReason, Paid, PauseReason, Plan, PlanState, Progress};
use crate::{
    Brand, Decline, Initiator, Nonce, PaymentKey, Yen,
    acquirer::{DeclineCategory, DeclineCode},
    clock::{JAPAN, japan_date},
    payment::Origin,
    recurring::{
        calendar::run_day,
        retry::{Chance, MORNING, Retries, Retry, is_daytime},
    },
    tries::{Limit, Verdict},
};

/// How many days after its day a period is still charged without asking the merchant (spec).
pub const OVERDUE_DAYS: i32 = 10;

/// For how long what somebody wants at once is done as they wanted it: after that nobody waits for it any more.
const AT_ONCE: SignedDuration = SignedDuration::from_hours(24);

/// What there is to do for a plan now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Charge this.
    Charge(Renewal),
    /// Nothing before then.
    Later(Timestamp),
    /// The merchant has to be asked: the period is more than [`OVERDUE_DAYS`] late, or the next one is due as well. See [`Plan::ask`].
    Ask,
    /// Nothing, until somebody does something.
    Nothing,
}

/// One try of one period: all that a charge is made of. A repeat makes the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// The period.
    pub period: u32,
    /// Its order.
    pub order: PaymentKey,
    /// Who claims that.
    pub origin: Origin,
    /// The form that this try is sent from.
    pub nonce: Nonce,
    /// How much.
    pub amount: Yen,
    /// Who starts it.
    pub initiator: Initiator,
}

impl Plan {
    /// What there is to do now. Asked again before every charge, from what is stored then: a message that is late, or comes twice, finds that its period is closed.
    pub fn due(&self, now: Timestamp) -> Due {
        let PlanState::Active(progress) = self.state else { return Due::Nothing };
        match progress {
            Progress::Waiting => match first_hour(self.run_day().date) {
                Some(opens) if now < opens => Due::Later(opens),
                Some(_) | None => self.unless_late(self.in_time_until(), now),
            },
            Progress::Retrying { next, .. } if now < next.at => Due::Later(next.at),
            Progress::Retrying { next, .. } => self.unless_late(self.retried_until(next), now),
            Progress::Immediate { at, cause } => match self.put_off() {
                Some(opens) if now < opens => Due::Later(opens),
                opens => {
                    self.at_once(cause, now.duration_since(opens.map_or(at, |opens| opens.max(at))) <= AT_ONCE, now)
                }
            },
            Progress::Asked { .. } => Due::Nothing,
        }
    }

    /// Until when what was announced late waits, whoever wants it sooner. None: nothing was.
    fn put_off(&self) -> Option<Timestamp> {
        self.announced.and_then(|_| first_hour(self.run_day().date))
    }

    /// What was wanted out of turn. Where trade rested meanwhile, a buyer's new card is charged as any other, and the merchant is asked again.
    fn at_once(&self, cause: Cause, is_awaited: bool, now: Timestamp) -> Due {
        match (cause, is_awaited) {
            (Cause::ByHand, true) => Due::Charge(self.renewal(Initiator::MerchantRecurring)),
            (Cause::ByHand, false) => Due::Ask,
            (Cause::NewCard, true) if !self.is_late(japan_date(now)) => {
                Due::Charge(self.renewal(Initiator::Cardholder))
            }
            (Cause::NewCard, true | false) => self.unless_late(self.in_time_until(), now),
        }
    }

    /// What is due after its last day, the merchant is asked about.
    fn unless_late(&self, last_day: Date, now: Timestamp) -> Due {
        if last_day < japan_date(now) {
            Due::Ask
        } else if is_daytime(now) {
            Due::Charge(self.renewal(Initiator::MerchantRecurring))
        } else {
            first_hour(japan_date(now)).map_or(Due::Nothing, Due::Later)
        }
    }

    /// Whether the next period is due as well, or this one has waited too long for its first try.
    fn is_late(&self, today: Date) -> bool {
        self.in_time_until() < today
    }

    /// The last day on which the period is charged without asking the merchant.
    pub(super) fn in_time_until(&self) -> Date {
        match self.tries {
            0 => self.before_next().min(self.run_day().date.saturating_add(OVERDUE_DAYS.days())),
            1.. => self.before_next(),
        }
    }

    /// The same of a try that has a day of its own, which may lie behind the period's by more than that.
    fn retried_until(&self, next: Retry) -> Date {
        self.before_next().min(japan_date(next.at).saturating_add(OVERDUE_DAYS.days()))
    }

    fn before_next(&self) -> Date {
        run_day(self.following()).date.saturating_sub(1.days())
    }

    fn renewal(&self, initiator: Initiator) -> Renewal {
        let nth = self.tries.saturating_add(1);
        Renewal {
            period: self.period,
            order: self.order_of(self.period),
            origin: self.id.origin_of(self.period),
            nonce: self.nonce_of(self.period, nth),
            amount: self.rate().amount,
            initiator,
        }
    }

    /// The day on which a schedule has to look at it. None: somebody has to do something first.
    pub fn looked_at_on(&self) -> Option<Date> {
        let PlanState::Active(progress) = self.state else { return None };
        match progress {
            Progress::Waiting => {
                let run = self.run_day().date;
                Some(self.reminder().map_or(run, |reminder| reminder.on.min(run)))
            }
            Progress::Retrying { next, .. } => Some(japan_date(next.at)),
            Progress::Immediate { at, .. } => Some(japan_date(at)),
            Progress::Asked { .. } => None,
        }
    }

    /// The merchant is asked whether the period is charged after all. None: there is nothing to ask.
    #[must_use]
    pub fn ask(&self, now: Timestamp) -> Option<Self> {
        let asks = self.due(now) == Due::Ask;
        asks.then(|| self.written(|plan| plan.state = PlanState::Active(Progress::Asked { at: now })))
    }

    /// The money of a period came. None: that period was closed before, so that a repeat changes nothing.
    ///
    /// A plan that was paused or ended in the same instant stays so; the period is closed all the same. Where it was charged at somebody's word and the
    /// next one's day had come when it was (`tried_at`), the merchant is asked about that: one word charges one period.
    #[must_use]
    pub fn charged(&self, period: u32, tried_at: Timestamp, now: Timestamp) -> Option<Self> {
        (period == self.period).then(|| {
            let asks = match self.state {
                // what was announced late, or had to wait, is charged days after the word
                PlanState::Active(Progress::Immediate { at, .. }) => {
                    run_day(self.following()).date <= japan_date(tried_at.max(at))
                }
                PlanState::Active(Progress::Waiting | Progress::Retrying { .. } | Progress::Asked { .. })
                | PlanState::Paused { .. }
                | PlanState::Ended { .. } => false,
            };
            let next = Self { paid: Some(Paid { period, amount: self.rate().amount }), ..self.closed(now) };
            match next.state {
                PlanState::Active(_) if asks => Self { state: PlanState::Active(Progress::Asked { at: now }), ..next },
                PlanState::Active(_) | PlanState::Paused { .. } | PlanState::Ended { .. } => next,
            }
        })
    }

    /// A try of a period failed; `nonce` is the form that the payment was sent from. A charge that came to nothing without a decline is one of
    /// [`DeclineCode::ProcessingError`]. None: it is not the try that is open, so that a repeat changes nothing.
    ///
    /// `wait` is what the networks set as a minimum ([`Limit::Until`] after this decline).
    #[must_use]
    pub fn declined(&self, period: u32, nonce: Nonce, failed: Failed<'_>, now: Timestamp) -> Option<Self> {
        let nth = self.tries.saturating_add(1);
        let open = period == self.period && nonce == self.nonce_of(period, nth);
        open.then(|| {
            let next = self.failed(failed, now);
            Self { tries: nth, ..next }
        })
    }

    /// The network's limits forbid the try that is due, so nothing was tried. None: that period is closed.
    #[must_use]
    pub fn held_back(&self, period: u32, limit: Limit, retries: Retries, now: Timestamp) -> Option<Self> {
        let code = match self.state {
            PlanState::Active(Progress::Retrying { code, .. })
            | PlanState::Paused { why: PauseReason::Unpaid(code), .. } => code,
            PlanState::Active(Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. })
            | PlanState::Paused { .. }
            | PlanState::Ended { .. } => DeclineCode::CardVelocityExceeded,
        };
        let active = matches!(self.state, PlanState::Active(_));
        (period == self.period && active).then(|| match limit {
            // what was revoked was another plan's charge: this one waits for another card
            Limit::Never | Limit::Revoked => self.stopped(EndOrPause::Pause(DeclineCode::DoNotTryAgain), now),
            Limit::Until(then) => self.tried_again(code, retries, Some(then), now),
        })
    }

    /// No card is there that may be charged, so nothing was tried: the period waits for another, unpaid. None: that period is closed, or not to be charged.
    #[must_use]
    pub fn without_card(&self, period: u32, code: DeclineCode, now: Timestamp) -> Option<Self> {
        let active = matches!(self.state, PlanState::Active(_));
        (period == self.period && active).then(|| self.stopped(EndOrPause::Pause(code), now))
    }

    fn failed(&self, failed: Failed<'_>, now: Timestamp) -> Self {
        let Failed { decline, brand, wait, retries } = failed;
        match (decline.verdict(brand), decline.category(brand)) {
            (Verdict::Revoked, _) => self.stopped(EndOrPause::End, now),
            (Verdict::Never | Verdict::After(_) | Verdict::Counted, category) => match category {
                DeclineCategory::RetryLater => self.tried_again(decline.code, retries, wait, now),
                DeclineCategory::NeverRetry | DeclineCategory::FixData | DeclineCategory::BringPayerBack => {
                    self.stopped(EndOrPause::Pause(decline.code), now)
                }
            },
        }
    }

    fn tried_again(&self, code: DeclineCode, retries: Retries, wait: Option<Timestamp>, now: Timestamp) -> Self {
        let (today, last_day) = (japan_date(now), self.before_next());
        let first = self.first_failed.unwrap_or(today);
        let is_next_due = last_day < today;
        // What is to come behind the next period's day is not charged without the merchant's word, and nobody is told that it were.
        let next = retries.after(first, now, wait, if is_next_due { Date::MAX } else { last_day });
        let Some(next) = next else { return self.stopped(EndOrPause::Pause(code), now) };
        self.written(|plan| {
            plan.first_failed = Some(first);
            match self.state {
                PlanState::Active(_) if is_next_due => plan.state = PlanState::Active(Progress::Asked { at: now }),
                PlanState::Active(_) => {
                    plan.state = PlanState::Active(Progress::Retrying { code, next });
                    match next.chance {
                        Chance::Last => plan.last_told = plan.period,
                        Chance::Further => {}
                    }
                }
                PlanState::Paused { .. } | PlanState::Ended { .. } => {}
            }
        })
    }

    fn stopped(&self, how: EndOrPause, now: Timestamp) -> Self {
        self.written(|plan| {
            plan.first_failed = Some(self.first_failed.unwrap_or(japan_date(now)));
            plan.state = match (self.state, how) {
                (PlanState::Ended { .. }, _) => self.state,
                (_, EndOrPause::End) => PlanState::Ended { at: now, why: EndReason::Network },
                (PlanState::Active(_), EndOrPause::Pause(code)) => {
                    PlanState::Paused { at: now, why: PauseReason::Unpaid(code) }
                }
                (PlanState::Paused { .. }, EndOrPause::Pause(_)) => self.state,
            };
        })
    }
}

/// A try that failed.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'a> {
    /// Why.
    pub decline: &'a Decline,
    /// Of which brand the card is.
    pub brand: Brand,
    /// Until when the networks want us to wait.
    pub wait: Option<Timestamp>,
    /// Whether the merchant lets it be tried again.
    pub retries: Retries,
}

enum EndOrPause {
    End,
    Pause(DeclineCode),
}

/// The first instant of a day in Japan at which something is charged by itself.
fn first_hour(date: Date) -> Option<Timestamp> {
    JAPAN.to_timestamp(date.to_datetime(MORNING)).ok()
}
