//! What the step of a regular purchase tells the merchant's server. One step may tell more than one thing: a period's money came, and it was the last.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Event, EventId, Facts, Kind};
use crate::{
    OrderId,
    recurring::{
        offer::OfferId,
        plan::{PauseReason, Plan, PlanId, PlanState, Progress},
    },
    search::PlanStatus,
};

/// A regular purchase as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFacts {
    /// Which; `renewal` in the JSON API.
    pub plan: PlanId,
    /// The order that it began with: that knows the buyer.
    pub first_order: OrderId,
    /// The offer that was joined.
    pub offer: OfferId,
    /// The state's name, as in the JSON API.
    pub status: String,
    /// Who or what paused or ended it, or the code of the decline where a period failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the period costs that is charged next. Yen.
    pub amount: u32,
    /// How many months it has.
    pub cycle_months: u8,
    /// The period that is charged next; the first payment was 1.
    pub period: u32,
    /// The day on which it is charged, or tried again. None: nothing is charged as it stands, or it is charged at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<Date>,
    /// When a period that failed is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try: Option<Timestamp>,
    /// The period that was charged, tried or let go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<PlanCharge>,
}

/// A period of a regular purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCharge {
    /// Which.
    pub period: u32,
    /// The order of its payment.
    pub order: OrderId,
    /// Yen.
    pub amount: u32,
}

/// What the step of a plan tells, what happened to its period first. `seen` is when the step was written.
pub fn of_plan(old: Option<&Plan>, new: &Plan, seen: Timestamp) -> Vec<Event> {
    let Some(old) = old else { return vec![event(None, new, Kind::PlanJoined, seen)] };
    let of_step = [of_period(old, new), of_terms(old, new), of_card(old, new), of_state(old.state, new.state)];
    of_step.into_iter().flatten().map(|kind| event(Some(old), new, kind, seen)).collect()
}

fn of_period(old: &Plan, new: &Plan) -> Option<Kind> {
    if new.paid != old.paid {
        return Some(Kind::PlanRenewed);
    }
    if new.period != old.period {
        return match old.state {
            PlanState::Active(_) => Some(Kind::PlanSkipped),
            PlanState::Paused { .. } | PlanState::Ended { .. } => None, // what passed while nothing was charged
        };
    }
    let stands_failed = match new.state {
        PlanState::Active(Progress::Retrying { .. }) | PlanState::Paused { why: PauseReason::Unpaid(_), .. } => true,
        PlanState::Active(Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. })
        | PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. }
        | PlanState::Ended { .. } => false,
    };
    (new.tries > old.tries || (stands_failed && new.state != old.state)).then_some(Kind::PlanRenewalFailed)
}

fn of_terms(old: &Plan, new: &Plan) -> Option<Kind> {
    // a change that was agreed on before sets in with its period: that is no news
    let same = new.period != old.period || (old.agreed, &old.then) == (new.agreed, &new.then);
    (!same || old.anchor != new.anchor).then_some(Kind::PlanChanged)
}

fn of_card(old: &Plan, new: &Plan) -> Option<Kind> {
    (new.card.is_some() && new.card != old.card).then_some(Kind::PlanCardChanged)
}

fn of_state(old: PlanState, new: PlanState) -> Option<Kind> {
    let pause = |state: PlanState| match state {
        PlanState::Paused { why, .. } => Some(why),
        PlanState::Active(_) | PlanState::Ended { .. } => None,
    };
    match (old, new) {
        (_, PlanState::Paused { why, .. }) => (pause(old) != Some(why)).then_some(Kind::PlanPaused),
        (PlanState::Ended { .. }, PlanState::Ended { .. }) => None,
        (PlanState::Active(_) | PlanState::Paused { .. }, PlanState::Ended { .. }) => Some(Kind::PlanEnded),
        (PlanState::Active(Progress::Asked { .. }), PlanState::Active(Progress::Asked { .. })) => None,
        (_, PlanState::Active(Progress::Asked { .. })) => Some(Kind::PlanAsked),
        (PlanState::Paused { .. }, PlanState::Active(_)) => Some(Kind::PlanResumed),
        (PlanState::Active(_) | PlanState::Ended { .. }, PlanState::Active(_)) => None,
    }
}

fn event(old: Option<&Plan>, new: &Plan, kind: Kind, seen: Timestamp) -> Event {
    let rate = new.rate();
    let facts = PlanFacts {
        plan: new.id.clone(),
        first_order: new.first_order.clone(),
        offer: new.offer.clone(),
        status: PlanStatus::of(&new.state).name().to_owned(),
        reason: new.state.reason().map(str::to_owned),
        amount: rate.amount.get(),
        cycle_months: rate.cycle.months(),
        period: new.period,
        next_on: new.charged_on(),
        next_try: match new.state {
            PlanState::Active(Progress::Retrying { next, .. }) => Some(next.at),
            PlanState::Active(Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. })
            | PlanState::Paused { .. }
            | PlanState::Ended { .. } => None,
        },
        charge: old.filter(|_| tells_of_period(kind)).map(|old| PlanCharge {
            period: old.period,
            order: old.order_of(old.period).order,
            amount: old.rate().amount.get(),
        }),
    };
    Event {
        id: EventId::of(&format!("{}.{}", new.merchant, new.id), new.version, kind),
        merchant: new.merchant.clone(),
        kind,
        sequence: new.version,
        at: seen,
        facts: Facts::Plan(facts),
    }
}

const fn tells_of_period(kind: Kind) -> bool {
    matches!(kind, Kind::PlanRenewed | Kind::PlanRenewalFailed | Kind::PlanSkipped | Kind::PlanAsked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Brand, CardId, Decline, Yen,
        acquirer::DeclineCode,
        recurring::{
            calendar::{Anchor, Cycle},
            offer::{Times, tests::offer},
            plan::{By, Failed, PlanCard, Rate, tests::*, without_words},
            retry::Retries,
        },
    };

    fn joined() -> Plan {
        Plan::join(&offer(1_000, 1), &first_payment("100", at("2026-11-30T12:00:00"))).unwrap()
    }

    fn failed(plan: &Plan, code: DeclineCode, retries: Retries) -> Plan {
        let decline: Decline = without_words(code);
        let failed = Failed { decline: &decline, brand: Brand::Visa, wait: None, retries };
        let nonce = plan.nonce_of(plan.period, plan.tries.saturating_add(1));
        plan.declined(plan.period, nonce, failed, monday()).unwrap()
    }

    fn monday() -> Timestamp {
        at("2026-12-28T11:00:00")
    }

    fn kinds(old: &Plan, new: &Plan) -> Vec<Kind> {
        of_plan(Some(old), new, monday()).into_iter().map(|event| event.kind).collect()
    }

    fn facts(old: Option<&Plan>, new: &Plan) -> PlanFacts {
        match of_plan(old, new, monday()).remove(0).facts {
            Facts::Plan(facts) => facts,
            Facts::Payment(_) | Facts::Card(_) | Facts::Batch(_) | Facts::Test => panic!("of a plan"),
        }
    }

    #[test]
    fn every_step_that_a_shop_has_to_know_of_is_told_and_no_other() {
        let plan = joined();
        let rate = |yen, months| Rate { amount: Yen::new(yen).unwrap(), cycle: Cycle::new(months).unwrap() };
        let retrying = failed(&plan, DeclineCode::InsufficientFunds, Retries::TwoWeeks);
        let unpaid = failed(&plan, DeclineCode::ExpiredCard, Retries::TwoWeeks);
        let last = Plan { times: Some(Times::new(2).unwrap()), ..plan.clone() };
        let paused = plan.paused(By::Buyer, monday()).unwrap();
        let late = at("2027-02-20T11:00:00");
        let another = PlanCard { id: CardId::from_random([1; 8]), last4: "4444".to_owned() };
        use Kind::*;
        for (what, old, new, told) in [
            ("charged", &plan, plan.charged(2, monday(), monday()), vec![PlanRenewed]),
            ("charged for the last time", &last, last.charged(2, monday(), monday()), vec![PlanRenewed, PlanEnded]),
            ("charged after it was paused", &paused, paused.charged(2, monday(), monday()), vec![PlanRenewed]),
            ("declined", &plan, Some(retrying.clone()), vec![PlanRenewalFailed]),
            (
                "declined again",
                &retrying,
                Some(failed(&retrying, DeclineCode::InsufficientFunds, Retries::TwoWeeks)),
                vec![PlanRenewalFailed],
            ),
            ("declined for good", &plan, Some(unpaid.clone()), vec![PlanRenewalFailed, PlanPaused]),
            (
                "withdrawn at the issuer",
                &plan,
                Some(failed(&plan, DeclineCode::RevocationOfAuthorization, Retries::TwoWeeks)),
                vec![PlanRenewalFailed, PlanEnded],
            ),
            (
                "without a card",
                &plan,
                plan.without_card(2, DeclineCode::CardMissing, monday()),
                vec![PlanRenewalFailed, PlanPaused],
            ),
            ("another card", &unpaid, unpaid.card_changed(&another, monday()), vec![PlanCardChanged, PlanResumed]),
            (
                "another card, where nothing had failed",
                &plan,
                plan.card_changed(&another, monday()),
                vec![PlanCardChanged],
            ),
            (
                "another card, while it is paused",
                &paused,
                paused.card_changed(&another, monday()),
                vec![PlanCardChanged],
            ),
            ("let go by the merchant", &plan, plan.skipped(monday()), vec![PlanSkipped]),
            ("too late", &plan, plan.ask(late), vec![PlanAsked]),
            ("paused by the buyer", &plan, Some(paused.clone()), vec![PlanPaused]),
            ("paused while it was unpaid", &unpaid, unpaid.paused(By::Merchant, monday()), vec![PlanPaused]),
            ("gone on", &paused, paused.resumed(By::Buyer, late), vec![PlanResumed]),
            ("ended", &plan, plan.ended(By::Buyer, monday()), vec![PlanEnded]),
            ("made cheaper", &plan, plan.changed(rate(900, 1), monday()).ok(), vec![PlanChanged]),
            ("moved", &plan, plan.moved_to(Anchor::new(5).unwrap(), at("2026-12-10T12:00:00")), vec![PlanChanged]),
            ("proposed", &plan, plan.proposed(rate(1_100, 1)).ok(), vec![]),
            ("reminded", &plan, Some(Plan { reminded: 2, version: 2, ..plan.clone() }), vec![]),
        ] {
            let new = new.unwrap_or_else(|| panic!("{what}: it changes nothing"));
            assert_eq!(kinds(old, &new), told, "{what}");
            assert!(kinds(&new, &Plan { version: new.version.saturating_add(1), ..new.clone() }).is_empty(), "{what}");
        }
        assert_eq!(of_plan(None, &plan, monday())[0].kind, PlanJoined);
    }

    #[test]
    fn an_event_says_where_the_plan_stands_which_period_it_was_and_nothing_of_the_buyer() {
        let plan = Plan { name: "TARO".to_owned(), ..joined() };
        let charged = plan.charged(2, monday(), monday()).unwrap();
        let told = facts(Some(&plan), &charged);
        let charge = PlanCharge { period: 2, order: plan.order_of(2).order, amount: 1_000 };
        assert_eq!((told.charge, told.period, told.status.as_str()), (Some(charge), 3, "active"));
        assert_eq!(told.next_on.map(|day| day.to_string()).as_deref(), Some("2027-01-27"));
        let retrying = failed(&plan, DeclineCode::InsufficientFunds, Retries::TwoWeeks);
        let told = facts(Some(&plan), &retrying);
        assert_eq!((told.reason.as_deref(), told.next_try.is_some()), (Some("insufficient_funds"), true));
        assert_eq!(told.next_on.map(|day| day.to_string()).as_deref(), Some("2026-12-29"), "the day of the next try");
        let asked = plan.ask(at("2027-02-20T11:00:00")).unwrap();
        assert_eq!(facts(Some(&plan), &asked).next_on, None);
        let ended = plan.ended(By::Merchant, monday()).unwrap();
        let told = facts(Some(&plan), &ended);
        assert_eq!((told.reason.as_deref(), told.status.as_str(), told.next_on), (Some("merchant"), "ended", None));
        let event = of_plan(None, &plan, monday()).remove(0);
        assert_eq!(event.id.as_str(), format!("4000.{}.1.plan_joined", plan.id));
        assert_eq!(event.payment_key().map(|key| key.order), Some(plan.first_order.clone()));
        let json = serde_json::to_string(&event).unwrap();
        for personal in ["TARO", "a@example"] {
            assert!(!json.contains(personal), "{json}");
        }
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
    }
}
