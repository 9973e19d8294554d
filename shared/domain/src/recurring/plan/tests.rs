#![expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]

use jiff::{SignedDuration, civil::date};
use proptest::prelude::*;

use super::*;
use crate::{
    Approval, Brand, Decline, Expiry, Initiator, LeaseId, MaskedCard, Nonce, PaymentKey, Yen,
    acquirer::AuthorizeOutcome,
    payment::{Decision, Details, Failure, Intent, Interface, Lease, Order, Origin, State},
    recurring::{
        calendar::Cycle,
        offer::{FirstAmount, TrialDays, tests::offer},
        retry::{Chance, Retries},
    },
    tries::Limit,
};

pub(crate) fn at(text: &str) -> Timestamp {
    format!("{text}+09:00").parse().unwrap()
}

/// The first payment, made by a link's page.
pub(crate) fn first_payment(order: &str, at: Timestamp) -> Payment {
    let details = Details {
        terms: Some(TermsShown::of(1, "x", at)),
        billed_on: Some(Anchor::USUAL),
        mail: "a@example.jp".to_owned(),
        ..Details::default()
    };
    let order = Order {
        key: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new(order).unwrap()),
        amount: Yen::new(1_000).unwrap(),
        interface: Interface::Link,
        origin: Origin::Page,
        attempts_allowed: 5,
        details,
    };
    let intent = intent(1, Nonce::from_random([1; 16]), at);
    let Decision::Start(payment) = Payment::decide(None, &order, &intent, at) else { panic!("not started") };
    payment.resolve(AuthorizeOutcome::Approved(approval()), at).unwrap()
}

pub(crate) fn intent(n: u32, nonce: Nonce, at: Timestamp) -> Intent {
    let expiry = Expiry::parse("12/40", date(2026, 11, 21)).unwrap();
    Intent {
        generation: 0,
        n,
        nonce,
        lease: Lease { id: LeaseId::from_random([1; 8]), until: at },
        initiator: Initiator::Cardholder,
        card: MaskedCard { brand: Brand::Visa, last4: "4242".to_owned(), expiry },
        holder: "TARO".to_owned(),
        fingerprint: None,
        card_id: None,
        keeping: None,
    }
}

pub(crate) fn approval() -> Approval {
    let acquirer_id = "a1".to_owned();
    Approval { acquirer_id, network_id: None, valid_until: None, captured: true, authentication: None, token: None }
}

/// Joined on 30 November 2026: 1,000 yen a month, next on 27 December, a Sunday.
fn plan() -> Plan {
    Plan::join(&offer(1_000, 1), &first_payment("100", at("2026-11-30T12:00:00"))).unwrap()
}

fn decline(code: DeclineCode) -> Decline {
    Decline { code, network_code: None, advice_code: None, authentication: None }
}

fn fails(plan: &Plan, code: DeclineCode, now: Timestamp) -> Plan {
    let failed = Failed { decline: &decline(code), brand: Brand::Visa, wait: None, retries: Retries::TwoWeeks };
    plan.declined(plan.period, plan.nonce_of(plan.period, plan.tries + 1), failed, now).unwrap()
}

fn renewal(plan: &Plan, now: Timestamp) -> Renewal {
    match plan.due(now) {
        Due::Charge(renewal) => renewal,
        other @ (Due::Later(_) | Due::Ask | Due::Nothing) => panic!("{other:?}"),
    }
}

#[test]
fn a_period_is_charged_on_its_business_day_and_once() {
    let plan = plan();
    let (sunday, monday) = (at("2026-12-27T12:00:00"), at("2026-12-28T09:00:00"));
    assert_eq!(plan.nominal, date(2026, 12, 27));
    assert_eq!(plan.looked_at_on(), Some(date(2026, 12, 28)));
    assert_eq!(plan.due(sunday), Due::Later(at("2026-12-28T07:00:00")));
    assert_eq!(plan.due(at("2026-12-28T06:59:59")), Due::Later(at("2026-12-28T07:00:00")));
    let tick = renewal(&plan, monday);
    assert_eq!((tick.period, tick.nonce, tick.amount.get()), (2, plan.nonce_of(2, 1), 1_000));
    assert_eq!(tick.initiator, Initiator::MerchantRecurring);
    assert_eq!(tick, renewal(&plan, at("2026-12-29T20:00:00")), "a second tick, or a late one, is the same try");
    let charged = plan.charged(2, monday, monday).unwrap();
    assert_eq!((charged.period, charged.nominal, charged.version), (3, date(2027, 1, 27), 2));
    assert_eq!(charged.due(monday), Due::Later(at("2027-01-27T07:00:00")));
    assert_eq!(charged.charged(2, monday, monday), None, "a repeat changes nothing");
    let late =
        Failed { decline: &decline(DeclineCode::DoNotHonor), brand: Brand::Visa, wait: None, retries: Retries::None };
    assert_eq!(charged.declined(2, tick.nonce, late, monday), None, "nor does what comes late");
}

#[test]
fn a_period_is_one_order_of_our_range_and_a_try_one_form() {
    let plan = plan();
    let key = plan.order_of(2);
    assert!(key.order.as_str().len() == 18 && key.order.as_str().starts_with('9'));
    let other = Plan { id: PlanId::new("a".repeat(20)).unwrap(), ..plan.clone() };
    let orders = [plan.order_of(2), plan.order_of(3), other.order_of(2)];
    assert_eq!(orders.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    let nonces = [plan.nonce_of(2, 1), plan.nonce_of(2, 2), plan.nonce_of(3, 1), other.nonce_of(2, 1)];
    assert_eq!(nonces.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    assert_eq!(
        plan.id,
        PlanId::of(&first_payment("100", at("2026-12-01T00:00:00")).key),
        "joining twice is joining once"
    );
    for origin in [
        plan.id.origin_of(2),
        Origin::Continuation {
            month: crate::recurring::continuation::Month::parse("2026-12").unwrap(),
            root: key.order,
        },
    ] {
        let json = serde_json::to_string(&origin).unwrap();
        assert_eq!(serde_json::from_str::<Origin>(&json).unwrap(), origin);
    }
}

#[test]
fn nobody_joins_by_a_payment_that_failed_or_showed_no_terms() {
    let paid = first_payment("100", at("2026-11-30T12:00:00"));
    let join = |payment: &Payment| Plan::join(&offer(1_000, 1), payment);
    let failed =
        |reason| Payment { state: State::Failed { reason, decline: None, at: paid.opened_at }, ..paid.clone() };
    assert!(join(&failed(Failure::Quiet)).is_none());
    assert!(join(&failed(Failure::Registered)).is_some(), "a free beginning registers the card");
    let mut bare = paid.clone();
    bare.details.terms = None;
    assert!(join(&bare).is_none());
    let trial = offer(1_000, 1);
    let trial = crate::recurring::offer::Offer { trial: TrialDays::new(14).ok(), first: FirstAmount::Free, ..trial };
    let plan = Plan::join(&trial, &failed(Failure::Registered)).unwrap();
    assert_eq!(plan.trial_until, Some(date(2026, 12, 13)));
}

#[test]
fn the_dates_are_those_that_were_shown_whenever_the_money_came() {
    let trial = crate::recurring::offer::Offer { trial: TrialDays::new(14).ok(), ..offer(1_000, 1) };
    let shown_at = at("2026-11-30T23:50:00");
    for (offer, nominal, trial_until) in
        [(offer(1_000, 1), date(2026, 12, 27), None), (trial, date(2026, 12, 27), Some(date(2026, 12, 13)))]
    {
        for paid_at in [shown_at, at("2026-12-01T00:10:00"), at("2026-12-20T12:00:00")] {
            let mut paid = first_payment("100", paid_at);
            paid.details.terms = Some(TermsShown::of(1, "x", shown_at));
            let plan = Plan::join(&offer, &paid).unwrap();
            assert_eq!((plan.nominal, plan.trial_until, plan.joined_at), (nominal, trial_until, paid_at));
        }
    }
}

#[test]
fn what_is_too_late_asks_the_merchant_and_two_periods_are_never_charged_by_themselves() {
    let plan = plan();
    assert!(matches!(plan.due(at("2027-01-07T12:00:00")), Due::Charge(_)), "ten days late");
    let late = at("2027-01-08T12:00:00");
    assert_eq!(plan.due(late), Due::Ask);
    let asked = plan.ask(late).unwrap();
    assert_eq!((asked.due(late), asked.looked_at_on(), asked.ask(late)), (Due::Nothing, None, None));
    let by_hand = asked.charged_by_hand(late).unwrap();
    assert_eq!(renewal(&by_hand, late).order, plan.order_of(2));
    let skipped = asked.skipped(late).unwrap();
    assert_eq!((skipped.period, skipped.nominal), (3, date(2027, 1, 27)));
    assert_eq!(skipped.charged(2, late, late), None, "what was let go is closed");
    let months = asked.skipped(at("2027-06-28T12:00:00")).unwrap();
    assert_eq!((months.period, months.nominal, months.version), (3, date(2027, 7, 27), asked.version + 1));
    let failing = fails(&plan, DeclineCode::InsufficientFunds, at("2026-12-28T09:00:00"));
    assert_eq!(failing.due(at("2027-01-27T10:00:00")), Due::Ask, "the next period is due as well");
}

#[test]
fn a_try_that_is_more_than_ten_days_late_asks_the_merchant_however_far_the_next_period_is() {
    for months in [1, 12] {
        let plan = Plan { agreed: Rate { cycle: Cycle::new(months).unwrap(), ..plan().agreed }, reminded: 2, ..plan() };
        let failing = fails(&plan, DeclineCode::InsufficientFunds, at("2026-12-28T09:00:00"));
        assert_eq!(failing.charged_on(), Some(date(2026, 12, 29)));
        assert!(matches!(failing.due(at("2027-01-08T12:00:00")), Due::Charge(_)), "{months}: ten days behind its day");
        assert_eq!(failing.due(at("2027-01-09T12:00:00")), Due::Ask, "{months}");
        let until = crate::recurring::calendar::run_day(failing.following()).date.yesterday().unwrap();
        assert_eq!(
            failing.with_new_card(date(2027, 1, 9)),
            Some(NewCard::Charged { until }),
            "{months}: the buyer's word"
        );
    }
}

#[test]
fn nothing_is_promised_to_be_tried_on_a_day_on_which_the_next_period_is_due() {
    // ten days late, and the next period on 27 January: tries would be due on 8, 10, 12, 14, 17 and 21 January
    let nominal = date(2026, 12, 18);
    let mut plan = Plan { nominal, anchor: Anchor::new(18).unwrap(), ..plan() };
    let mut now = at("2026-12-28T10:00:00");
    let (mut tried, mut told) = (Vec::new(), Vec::new());
    while let Due::Charge(_) = plan.due(now) {
        let failed = Plan { first_failed: Some(date(2027, 1, 7)), ..plan.clone() };
        let failed = if plan.tries == 0 { failed } else { plan.clone() };
        let next = fails(&failed, DeclineCode::InsufficientFunds, now);
        told.extend(tidings(Some(&plan), &next));
        tried.push(japan_date(now));
        plan = next;
        if let Due::Later(then) = plan.due(now) {
            now = then;
        }
    }
    let day = |day| date(2027, 1, day);
    assert_eq!(tried, [date(2026, 12, 28), day(8), day(10), day(12), day(14), day(17)], "and not on the 21st");
    assert_eq!(told, [PlanTidings::Failed, PlanTidings::LastTry, PlanTidings::Unpaid]);
    assert!(matches!(plan.state, PlanState::Paused { why: PauseReason::Unpaid(_), .. }), "{:?}", plan.state);
    // what is learnt of only when the next period is due
    let due = Plan { nominal, anchor: Anchor::new(18).unwrap(), ..super::tests::plan() };
    let late = fails(&due, DeclineCode::InsufficientFunds, at("2027-01-18T10:00:00"));
    assert!(matches!(late.state, PlanState::Active(Progress::Asked { .. })), "{:?}", late.state);
    assert_eq!(tidings(Some(&due), &late), [PlanTidings::Asked]);
}

#[test]
fn a_soft_decline_is_tried_six_times_more_and_then_waits_for_a_new_card() {
    let mut plan = plan();
    let mut now = at("2026-12-28T09:00:00");
    let mut told = Vec::new();
    let mut days = Vec::new();
    loop {
        let tick = renewal(&plan, now);
        days.push(japan_date(now).day());
        let next = fails(&plan, DeclineCode::InsufficientFunds, now);
        assert_eq!(
            next.declined(
                2,
                tick.nonce,
                Failed {
                    decline: &decline(DeclineCode::LostCard),
                    brand: Brand::Visa,
                    wait: None,
                    retries: Retries::None
                },
                now
            ),
            None,
            "a repeat"
        );
        told.extend(tidings(Some(&plan), &next));
        plan = next;
        match plan.due(now) {
            Due::Later(at) => now = at,
            Due::Nothing => break,
            other @ (Due::Charge(_) | Due::Ask) => panic!("{other:?}"),
        }
    }
    assert_eq!(days, [28, 29, 31, 2, 4, 7, 11]);
    assert_eq!(told, [PlanTidings::Failed, PlanTidings::LastTry, PlanTidings::Unpaid]);
    assert_eq!(plan.state, PlanState::Paused { at: now, why: PauseReason::Unpaid(DeclineCode::InsufficientFunds) });
    let changed = plan.card_changed(&card(1), now).unwrap();
    let tick = renewal(&changed, at("2027-01-12T03:00:00"));
    assert_eq!(
        (tick.initiator, tick.nonce, tick.period),
        (Initiator::Cardholder, plan.nonce_of(2, 8), 2),
        "at once, even at night: the buyer is there"
    );
    let again = fails(&changed, DeclineCode::InsufficientFunds, now);
    assert!(matches!(again.state, PlanState::Paused { why: PauseReason::Unpaid(_), .. }), "one try");
    assert_eq!(
        (changed.card.clone(), changed.card_changed(&card(1), now)),
        (Some(card(1)), None),
        "and the plan knows it"
    );
    assert_eq!(again.card_changed(&card(1), now), None, "told twice of the same card, it is tried once");
    assert!(again.card_changed(&card(2), now).is_some());
    let paid = changed.charged(2, now, now).unwrap();
    assert_eq!((paid.state, paid.nominal), (PlanState::Active(Progress::Waiting), date(2027, 1, 27)));
}

#[test]
fn only_what_another_day_may_mend_is_tried_again() {
    let now = at("2026-12-28T09:00:00");
    for code in DeclineCode::ALL {
        let after = fails(&plan(), code, now);
        let expected = match (code.is_revocation(), code.category()) {
            (true, _) => "ended",
            (false, crate::acquirer::DeclineCategory::RetryLater) => "retrying",
            (false, _) => "unpaid",
        };
        let stands = match after.state {
            PlanState::Ended { why: EndReason::Network, .. } => "ended",
            PlanState::Active(Progress::Retrying { .. }) => "retrying",
            PlanState::Paused { why: PauseReason::Unpaid(_), .. } => "unpaid",
            other @ (PlanState::Active(_) | PlanState::Paused { .. } | PlanState::Ended { .. }) => panic!("{other:?}"),
        };
        assert_eq!(stands, expected, "{code:?}");
        assert_eq!(after.charged_by_hand(now).is_some(), expected == "retrying", "{code:?}: nor by hand");
        assert_eq!(after.card_changed(&card(1), now).is_some(), expected != "ended", "{code:?}: but with another card");
    }
}

#[test]
fn a_networks_limit_holds_a_try_back() {
    let (plan, now) = (plan(), at("2026-12-28T09:00:00"));
    let held = |limit| plan.held_back(2, limit, Retries::TwoWeeks, now).unwrap();
    let until = held(Limit::Until(at("2026-12-30T12:00:00")));
    assert_eq!((until.due(now), until.tries), (Due::Later(at("2026-12-31T10:00:00")), 0), "nothing was tried");
    let late = held(Limit::Until(at("2027-01-08T12:00:00")));
    let then = at("2027-01-09T10:00:00");
    assert_eq!(late.due(now), Due::Later(then), "twelve days behind the period's day");
    assert_eq!(renewal(&late, then).nonce, plan.nonce_of(2, 1), "the buyer was told so");
    assert_eq!(late.due(at("2027-01-20T10:00:00")), Due::Ask);
    assert!(matches!(held(Limit::Until(at("2027-03-01T12:00:00"))).state, PlanState::Paused { .. }));
    for limit in [Limit::Never, Limit::Revoked] {
        let why = PauseReason::Unpaid(DeclineCode::DoNotTryAgain);
        assert_eq!(held(limit).state, PlanState::Paused { at: now, why }, "{limit:?}: for another card");
    }
    assert_eq!(plan.held_back(1, Limit::Never, Retries::TwoWeeks, now), None);
}

#[test]
fn what_happens_in_the_same_instant_as_a_tick_keeps_both() {
    let (plan, now) = (plan(), at("2026-12-28T09:00:00"));
    for (stopped, by) in [(plan.paused(By::Buyer, now), "paused"), (plan.ended(By::Buyer, now), "ended")] {
        let stopped = stopped.unwrap();
        assert_eq!(stopped.due(now), Due::Nothing, "{by}: nothing new starts");
        let charged = stopped.charged(2, now, now).unwrap();
        assert_eq!((charged.state, charged.period), (stopped.state, 3), "{by}: what was on its way is closed");
        let failed = fails(&stopped, DeclineCode::InsufficientFunds, now);
        assert_eq!(failed.state, stopped.state, "{by}");
    }
    let cheaper = Rate { amount: Yen::new(500).unwrap(), cycle: Cycle::MONTHLY };
    let changed = plan.changed(cheaper, now).unwrap();
    assert_eq!(renewal(&changed, now).amount.get(), 1_000, "its day has begun: the next period is cheaper");
    assert_eq!(changed.charged(2, now, now).unwrap().rate(), cheaper);
}

#[test]
fn pausing_and_going_on_charges_nothing_for_the_time_between() {
    let plan = plan();
    let paused = plan.paused(By::Merchant, at("2026-12-01T12:00:00")).unwrap();
    assert_eq!(paused.paused(By::Buyer, at("2026-12-02T12:00:00")), None);
    let soon = paused.resumed(By::Merchant, at("2026-12-10T12:00:00")).unwrap();
    assert_eq!((soon.period, soon.nominal, soon.version), (2, date(2026, 12, 27), 3));
    let later = paused.resumed(By::Merchant, at("2027-03-29T12:00:00")).unwrap();
    assert_eq!(
        (later.period, later.nominal, later.version),
        (3, date(2027, 4, 27), 3),
        "29 March was the 27th's run day"
    );
    let ended = later.ended(By::Merchant, at("2027-04-01T12:00:00")).unwrap();
    assert_eq!(
        (ended.resumed(By::Merchant, at("2027-04-02T12:00:00")), ended.ended(By::Buyer, at("2027-04-02T12:00:00"))),
        (None, None),
        "it stays"
    );
}

#[test]
fn a_number_of_times_counts_what_was_charged() {
    let offer = crate::recurring::offer::Offer { times: Times::new(3).ok(), ..offer(1_000, 1) };
    let plan = Plan::join(&offer, &first_payment("100", at("2026-11-30T12:00:00"))).unwrap();
    let now = at("2026-12-28T09:00:00");
    let skipped = plan.skipped(now).unwrap();
    let second = skipped.charged(3, at("2027-01-27T09:00:00"), at("2027-01-27T09:00:00")).unwrap();
    assert!(matches!(second.state, PlanState::Active(_)), "one was let go");
    let third = second.charged(4, at("2027-03-01T09:00:00"), at("2027-03-01T09:00:00")).unwrap();
    assert!(matches!(third.state, PlanState::Ended { why: EndReason::Completed, .. }));
}

#[test]
fn a_higher_amount_or_a_shorter_cycle_takes_the_buyers_agreement() {
    let (plan, now) = (plan(), at("2026-12-10T12:00:00"));
    let rate = |amount, months| Rate { amount: Yen::new(amount).unwrap(), cycle: Cycle::new(months).unwrap() };
    let two_months = Plan { agreed: rate(1_000, 2), ..plan.clone() };
    for (new, free) in [
        (rate(900, 2), true),
        (rate(1_000, 3), true),
        (rate(1_001, 2), false),
        (rate(1_000, 1), false),
        (rate(1, 1), false),
        (rate(1_001, 12), false),
    ] {
        assert_eq!(two_months.changed(new, now).is_ok(), free, "{new:?}");
    }
    assert_eq!(plan.changed(plan.agreed, now), Err(ChangeError::Same));
    let higher = rate(1_500, 1);
    let proposed = plan.proposed(higher).unwrap();
    assert_eq!(tidings(Some(&plan), &proposed), [PlanTidings::Proposed]);
    assert_eq!(renewal(&proposed, at("2026-12-28T09:00:00")).amount.get(), 1_000, "nothing changes before");
    assert_eq!(proposed.agreed_to(rate(2_000, 1), &by("1"), now), Err(ChangeError::NotProposed), "not what was shown");
    let agreed = proposed.agreed_to(higher, &by("1"), now).unwrap();
    assert_eq!((agreed.rate(), agreed.proposal), (higher, None), "27 December leaves 17 days");
    assert_eq!(agreed.agreed_to(higher, &by("1"), now), Err(ChangeError::NotProposed), "once");
    let lowered = agreed.changed(plan.agreed, now).unwrap().proposed(higher).unwrap();
    assert_eq!(
        lowered.agreed_to(higher, &by("1"), now),
        Err(ChangeError::NotProposed),
        "a repeat agrees to nothing new"
    );
    assert!(lowered.agreed_to(higher, &by("2"), now).is_ok());
    let short = proposed.agreed_to(higher, &by("1"), at("2026-12-21T12:00:00")).unwrap();
    assert_eq!(
        (short.rate().amount.get(), &*short.then),
        (1_000, &[Scheduled { rate: higher, from: date(2027, 1, 27) }][..]),
        "six days are too few"
    );
    let next = short.charged(2, at("2026-12-28T09:00:00"), at("2026-12-28T09:00:00")).unwrap();
    assert_eq!(next.reminder(), Some(Reminder { kind: ReminderKind::PriceChanges, on: date(2027, 1, 20), period: 3 }));
    assert_eq!(renewal(&next, at("2027-01-27T09:00:00")).amount.get(), 1_500);
    let over = plan.ended(By::Buyer, now).unwrap();
    assert_eq!(
        (over.proposed(higher), over.changed(rate(1, 1), now)),
        (Err(ChangeError::Ended), Err(ChangeError::Ended))
    );
}

#[test]
fn the_day_moves_to_a_later_one_and_the_anchor_stays_as_agreed() {
    let (plan, now) = (plan(), at("2026-12-10T12:00:00"));
    let moved = plan.moved_to(Anchor::new(5).unwrap(), now).unwrap();
    assert_eq!(moved.nominal, date(2027, 1, 5), "never sooner");
    let last = plan.moved_to(Anchor::new(31).unwrap(), now).unwrap();
    let mut dates = vec![last.nominal];
    let mut next = last;
    for _ in 0..3 {
        next = next.charged(next.period, now, now).unwrap();
        dates.push(next.nominal);
    }
    assert_eq!(dates, [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]);
    assert_eq!(plan.moved_to(Anchor::new(5).unwrap(), at("2026-12-28T06:00:00")), None, "its day has begun");
    assert_eq!(tidings(Some(&plan), &moved), [PlanTidings::Moved]);
    let lower = plan.changed(Rate { amount: Yen::new(500).unwrap(), ..plan.agreed }, now).unwrap();
    assert_eq!(tidings(Some(&lower), &lower.moved_to(Anchor::new(5).unwrap(), now).unwrap()), [PlanTidings::Moved]);
}

#[test]
fn what_was_announced_of_a_day_that_moves_is_announced_of_the_new_one() {
    let rare = Plan { agreed: Rate { cycle: Cycle::new(6).unwrap(), ..plan().agreed }, ..plan() };
    let told = rare.reminded(date(2026, 12, 20)).unwrap();
    let moved = |day, now| told.moved_to(Anchor::new(day).unwrap(), at(now)).unwrap();
    let far = moved(5, "2026-12-24T12:00:00");
    assert_eq!(far.reminder(), Some(Reminder { kind: ReminderKind::Billing, on: date(2026, 12, 29), period: 2 }));
    assert_eq!(tidings(Some(&told), &far), [PlanTidings::Moved]);
    let near = moved(29, "2026-12-24T12:00:00");
    assert_eq!((near.reminder(), near.version), (None, told.version + 1), "the mail of the move announces it");
    assert_eq!(near.run_day().date, date(2027, 1, 4), "a week later, and the banks are closed");
    assert_eq!(tidings(Some(&told), &near), [PlanTidings::Moved]);
    let late = rare.reminded(date(2026, 12, 26)).unwrap();
    assert_eq!(late.run_day().date, date(2027, 1, 4));
    let later = late.moved_to(Anchor::new(20).unwrap(), at("2026-12-26T12:00:00")).unwrap();
    assert_eq!(later.run_day().date, date(2027, 1, 20), "what was put off was another day");
}

#[test]
fn a_buyer_hears_once_of_a_period_that_its_next_try_is_the_last() {
    let mut plan = plan();
    let mut now = at("2026-12-28T09:00:00");
    while !matches!(plan.state, PlanState::Active(Progress::Retrying { next: Retry { chance: Chance::Last, .. }, .. }))
    {
        plan = fails(&plan, DeclineCode::InsufficientFunds, now);
        let Due::Later(then) = plan.due(now) else { panic!("{:?}", plan.state) };
        now = then;
    }
    let now = at("2027-01-08T09:00:00");
    let clicked = plan.charged_by_hand(now).unwrap();
    let changed = plan.card_changed(&card(1), now).unwrap();
    for between in [clicked, changed] {
        let again = fails(&between, DeclineCode::InsufficientFunds, now);
        assert!(matches!(again.state, PlanState::Active(Progress::Retrying { .. })));
        assert_eq!(tidings(Some(&between), &again), []);
    }
    let next = Plan { tries: 5, first_failed: Some(date(2027, 1, 27)), ..plan.charged(2, now, now).unwrap() };
    let failed = fails(&next, DeclineCode::InsufficientFunds, at("2027-02-06T10:00:00"));
    assert_eq!(tidings(Some(&next), &failed), [PlanTidings::LastTry], "of another period, again");
}

#[test]
fn trials_rare_billings_and_prices_are_announced_a_week_before() {
    let join = |offer| Plan::join(&offer, &first_payment("100", at("2026-11-30T12:00:00"))).unwrap();
    let trial = join(crate::recurring::offer::Offer { trial: TrialDays::new(14).ok(), ..offer(1_000, 1) });
    let reminder = trial.reminder().unwrap();
    assert_eq!((reminder.kind, reminder.on), (ReminderKind::TrialEnds, date(2026, 12, 6)));
    assert_eq!(trial.looked_at_on(), Some(date(2026, 12, 6)));
    assert_eq!(trial.reminded(date(2026, 12, 5)), None, "its day is to come");
    let reminded = trial.reminded(date(2026, 12, 6)).unwrap();
    assert_eq!(
        (reminded.reminder(), reminded.reminded(date(2026, 12, 7)), reminded.looked_at_on()),
        (None, None, Some(date(2026, 12, 28)))
    );
    assert_eq!(
        reminded.charged(2, at("2026-12-28T09:00:00"), at("2026-12-28T09:00:00")).unwrap().reminder(),
        None,
        "a trial ends once"
    );
    for (months, announced) in [(5, false), (6, true), (12, true)] {
        assert_eq!(join(offer(1_000, months)).reminder().is_some(), announced, "{months}");
    }
    let yearly = join(offer(1_000, 12));
    assert_eq!(yearly.reminder(), Some(Reminder { kind: ReminderKind::Billing, on: date(2027, 11, 20), period: 2 }));
    let paid = yearly
        .reminded(date(2027, 11, 20))
        .unwrap()
        .charged(2, at("2027-11-29T10:00:00"), at("2027-11-29T10:00:00"))
        .unwrap();
    let monthly = Rate { cycle: Cycle::MONTHLY, ..paid.agreed };
    let now = at("2028-06-01T12:00:00");
    let sooner = paid.proposed(monthly).unwrap().agreed_to(monthly, &by("1"), now).unwrap();
    let reminder = Some(Reminder { kind: ReminderKind::Billing, on: date(2028, 11, 20), period: 3 });
    assert_eq!((sooner.rate(), sooner.reminder()), (monthly, reminder), "a year after the one before");
    let third = sooner
        .reminded(date(2028, 11, 20))
        .unwrap()
        .charged(3, at("2028-11-27T10:00:00"), at("2028-11-27T10:00:00"))
        .unwrap();
    assert_eq!(third.reminder(), None, "and then monthly");
    let cheap_first = Plan { paid: Some(Paid { period: 1, amount: Yen::new(500).unwrap() }), ..join(offer(1_000, 1)) };
    let reminder = Some(Reminder { kind: ReminderKind::PriceChanges, on: date(2026, 12, 20), period: 2 });
    assert_eq!(cheap_first.reminder(), reminder, "the second costs something else than the first");
    assert_eq!(Plan { paid: None, ..cheap_first }.reminder(), reminder, "the first was free");
}

#[test]
fn a_reminder_that_is_late_puts_off_what_it_announces() {
    let yearly = Plan {
        nominal: date(2027, 11, 27),
        agreed: Rate { cycle: Cycle::new(12).unwrap(), ..plan().agreed },
        ..plan()
    };
    let in_time = yearly.reminded(date(2027, 11, 20)).unwrap();
    assert_eq!(in_time.run_day().date, date(2027, 11, 29), "27 November is a Saturday");
    let late = yearly.reminded(date(2027, 11, 28)).unwrap();
    assert_eq!(
        (late.run_day().date, late.looked_at_on()),
        (date(2027, 12, 6), Some(date(2027, 12, 6))),
        "a week, and Sunday"
    );
    assert_eq!(late.due(at("2027-11-29T10:00:00")), Due::Later(at("2027-12-06T07:00:00")));
    assert!(matches!(late.due(at("2027-12-16T10:00:00")), Due::Charge(_)), "ten days late are counted from then");
    let charged = late.charged(2, at("2027-12-06T10:00:00"), at("2027-12-06T10:00:00")).unwrap();
    assert_eq!((charged.nominal, charged.run_day().date), (date(2028, 11, 27), date(2028, 11, 27)), "the anchor stays");
    let cheaper = Rate { amount: Yen::new(800).unwrap(), ..plan().agreed };
    let lowered = plan().changed(cheaper, at("2026-12-26T12:00:00")).unwrap().reminded(date(2026, 12, 26)).unwrap();
    assert_eq!(
        (lowered.rate(), lowered.run_day().date),
        (cheaper, date(2026, 12, 28)),
        "a lower price waits for nobody"
    );
}

#[test]
fn what_the_merchant_was_asked_about_is_announced_when_it_wants_it_and_waits_its_week() {
    let asked_at = at("2027-01-08T12:00:00");
    let cheap_first = Plan { paid: Some(Paid { period: 1, amount: Yen::new(500).unwrap() }), ..plan() };
    let asked = cheap_first.ask(asked_at).unwrap();
    assert_eq!(asked.reminded(date(2027, 1, 9)), None, "nothing comes by itself");
    assert!(asked.skipped(asked_at).is_some());
    let clicked = asked.charged_by_hand(asked_at).unwrap().reminded(date(2027, 1, 8)).unwrap();
    assert_eq!(clicked.due(asked_at), Due::Later(at("2027-01-15T07:00:00")));
    assert!(matches!(clicked.due(at("2027-01-16T07:00:00")), Due::Charge(_)), "a day from then");
    assert_eq!(clicked.due(at("2027-01-16T07:00:01")), Due::Ask);
}

#[test]
fn what_the_final_screen_named_is_kept_where_it_is_less_than_a_week_away() {
    let trial = crate::recurring::offer::Offer { trial: TrialDays::new(3).ok(), ..offer(1_000, 1) };
    let joined = Plan::join(&trial, &first_payment("100", at("2026-12-24T12:00:00"))).unwrap();
    let reminded = joined.reminded(date(2026, 12, 24)).unwrap();
    assert_eq!((reminded.nominal, reminded.run_day().date), (date(2026, 12, 27), date(2026, 12, 28)));
}

#[test]
fn a_lower_price_that_was_promised_is_not_raised_without_agreement() {
    let (plan, rate) = (plan(), |amount| Rate { amount: Yen::new(amount).unwrap(), ..plan().agreed });
    let failed = fails(&plan, DeclineCode::InsufficientFunds, at("2026-12-28T09:00:00"));
    let lower = failed.changed(rate(500), at("2026-12-28T12:00:00")).unwrap();
    let raised =
        lower.proposed(rate(1_200)).unwrap().agreed_to(rate(1_200), &by("1"), at("2027-01-22T12:00:00")).unwrap();
    assert_eq!(raised.changed(rate(1_000), at("2027-01-22T12:00:00")), Err(ChangeError::NeedsAgreement));
    assert!(raised.changed(rate(500), at("2027-01-22T12:00:00")).is_ok());
}

#[test]
fn what_was_announced_for_a_period_holds_for_it_whatever_is_agreed_for_later_ones() {
    let (plan, rate) = (plan(), |amount| Rate { amount: Yen::new(amount).unwrap(), ..plan().agreed });
    let amounts = |plan: &Plan| plan.upcoming().take(3).map(|(_, rate)| rate.amount.get()).collect::<Vec<_>>();
    let lower = plan.changed(rate(800), at("2026-12-10T12:00:00")).unwrap();
    let raised = lower.proposed(rate(900)).unwrap().agreed_to(rate(900), &by("1"), at("2026-12-22T12:00:00")).unwrap();
    assert_eq!(amounts(&raised), [800, 900, 900]);
    let tried = fails(&lower, DeclineCode::InsufficientFunds, at("2026-12-28T09:00:00"));
    let lowest = tried.changed(rate(700), at("2026-12-28T12:00:00")).unwrap();
    assert_eq!(amounts(&lowest), [800, 700, 700]);
    assert_eq!(renewal(&lowest, at("2026-12-29T10:00:00")).amount.get(), 800);
    let asked = plan.ask(at("2027-01-08T12:00:00")).unwrap().changed(rate(800), at("2027-01-09T12:00:00")).unwrap();
    let raised = asked.proposed(rate(900)).unwrap().agreed_to(rate(900), &by("1"), at("2027-01-22T12:00:00")).unwrap();
    assert_eq!(amounts(&raised), [1_000, 800, 900]);
    assert_eq!(amounts(&raised.changed(rate(600), at("2027-01-22T12:00:00")).unwrap()), [1_000, 600, 600]);
}

#[test]
fn one_word_charges_one_period() {
    let plan = plan();
    let both = at("2027-01-28T09:00:00");
    let clicked = plan.ask(both).unwrap().charged_by_hand(both).unwrap();
    let charged = clicked.charged(2, both, both).unwrap();
    assert_eq!((charged.state, charged.period), (PlanState::Active(Progress::Asked { at: both }), 3));
    assert_eq!(tidings(Some(&clicked), &charged), [PlanTidings::Asked]);
    let before = at("2027-01-20T09:00:00");
    let clicked = plan.ask(before).unwrap().charged_by_hand(before).unwrap();
    let known_late = clicked.charged(2, before, both).unwrap();
    assert!(matches!(known_late.due(both), Due::Charge(_)), "its money was asked for before the next day came");
}

#[test]
fn one_word_charges_one_period_also_where_it_was_announced_late_or_had_to_wait() {
    let cheap_first = Plan { paid: Some(Paid { period: 1, amount: Yen::new(500).unwrap() }), ..plan() };
    let asked_at = at("2027-01-21T12:00:00");
    let clicked = cheap_first.ask(asked_at).unwrap().charged_by_hand(asked_at).unwrap();
    let announced = clicked.reminded(date(2027, 1, 21)).unwrap();
    let put_off = at("2027-01-28T07:00:00");
    assert_eq!(announced.due(asked_at), Due::Later(put_off), "a week, in which the next period's day comes");
    assert_eq!(renewal(&announced, put_off).period, 2);
    let eve = at("2027-01-26T20:00:00");
    let waited = plan().ask(eve).unwrap().charged_by_hand(eve).unwrap();
    let next_day = at("2027-01-27T10:00:00");
    assert_eq!(renewal(&waited, next_day).period, 2, "the day before had no room for it");
    for (clicked, charged_at) in [(announced, put_off), (waited, next_day)] {
        let charged = clicked.charged(2, charged_at, charged_at).unwrap();
        assert_eq!((charged.state, charged.period), (PlanState::Active(Progress::Asked { at: charged_at }), 3));
    }
}

#[test]
fn what_somebody_wanted_at_once_is_not_done_days_later() {
    let (plan, late) = (plan(), at("2027-01-08T12:00:00"));
    let clicked = plan.ask(late).unwrap().charged_by_hand(late).unwrap();
    assert!(matches!(clicked.due(at("2027-01-09T12:00:00")), Due::Charge(_)));
    assert_eq!(clicked.due(at("2027-01-09T12:00:01")), Due::Ask);
    let failed = fails(&plan, DeclineCode::LostCard, at("2026-12-28T09:00:00"));
    let changed = failed.card_changed(&card(1), at("2026-12-28T21:00:00")).unwrap();
    assert_eq!(renewal(&changed, at("2026-12-29T02:00:00")).initiator, Initiator::Cardholder);
    assert_eq!(
        renewal(&changed, at("2027-01-05T10:00:00")).initiator,
        Initiator::MerchantRecurring,
        "the buyer is gone"
    );
    assert_eq!(changed.due(at("2027-01-05T03:00:00")), Due::Later(at("2027-01-05T07:00:00")), "and nobody is up");
    assert_eq!(changed.due(at("2027-01-27T10:00:00")), Due::Ask, "the next period is due as well");
}

#[test]
fn every_change_of_the_card_is_written_once_whether_something_had_failed_or_not() {
    let (plan, now) = (plan(), at("2026-12-10T12:00:00"));
    for standing in
        [plan.clone(), plan.paused(By::Merchant, now).unwrap(), plan.ask(at("2027-01-10T12:00:00")).unwrap()]
    {
        let changed = standing.card_changed(&card(1), now).unwrap();
        assert_eq!((changed.card.clone(), changed.state), (Some(card(1)), standing.state), "nothing is tried");
        assert_eq!(changed.changed_card, None, "a try that is still to fail is made up for by this card");
        assert_eq!(changed.card_changed(&card(1), now), None, "once");
        assert!(tidings(Some(&standing), &changed).is_empty(), "the buyer did it and needs no mail");
    }
    let joined = Plan { card: Some(card(1)), ..plan.clone() };
    assert_eq!(joined.card_changed(&card(1), now), None, "the card that it began with is no other");
    assert_eq!(plan.ended(By::Buyer, now).unwrap().card_changed(&card(1), now), None, "no card pays what is over");
}

#[test]
fn a_card_that_was_given_while_a_try_was_in_doubt_is_tried_once_whatever_that_came_to() {
    let now = at("2026-12-28T09:00:00");
    let failing = fails(&plan(), DeclineCode::InsufficientFunds, now);
    let then = at("2026-12-29T10:00:00");
    let order = Order {
        key: failing.order_of(2),
        amount: failing.rate().amount,
        interface: Interface::Regular,
        origin: failing.id.origin_of(2),
        attempts_allowed: 1,
        details: Details::default(),
    };
    let intent = Intent { card_id: Some(card(1).id), ..intent(1, failing.nonce_of(2, 2), then) };
    let Decision::Start(open) = Payment::decide(None, &order, &intent, then) else { panic!("not started") };
    let changed = failing.card_changed(&card(2), then).unwrap();
    for code in [DeclineCode::InsufficientFunds, DeclineCode::LostCard] {
        let failed = open.resolve(AuthorizeOutcome::Declined(decline(code)), then).unwrap();
        let settled = changed.settled_by(&failed, None, Retries::TwoWeeks, then).unwrap();
        assert_eq!(settled.tries, 2, "{code:?}");
        assert_eq!(settled.card_changed(&card(2), then), None, "{code:?}: the message of the card came before");
        let again = settled.card_passed_over(&failed, &card(2), then).unwrap();
        assert_eq!(renewal(&again, then).nonce, settled.nonce_of(2, 3), "{code:?}");
        assert_eq!(again.card_passed_over(&failed, &card(2), then), None, "{code:?}: once");
        let tried = fails(&again, code, then);
        assert_eq!(tried.card_passed_over(&failed, &card(2), then), None, "{code:?}: that was the card before's");
        assert_eq!(settled.card_passed_over(&failed, &card(1), then), None, "{code:?}: this one was tried");
        let ended = settled.ended(By::Buyer, then).unwrap();
        assert_eq!(ended.card_passed_over(&failed, &card(2), then), None, "{code:?}");
    }
    let revoked =
        open.resolve(AuthorizeOutcome::Declined(decline(DeclineCode::RevocationOfAuthorization)), then).unwrap();
    let over = changed.settled_by(&revoked, None, Retries::TwoWeeks, then).unwrap();
    assert!(over.is_over() && over.card_passed_over(&revoked, &card(2), then).is_none());
}

#[test]
fn who_paused_it_lets_it_go_on() {
    let (plan, now) = (plan(), at("2026-12-10T12:00:00"));
    for (by, other) in [(By::Buyer, By::Merchant), (By::Merchant, By::Buyer)] {
        let paused = plan.paused(by, now).unwrap();
        assert_eq!(paused.resumed(other, now), None, "{by:?}");
        assert!(paused.resumed(by, now).is_some(), "{by:?}");
    }
    let unpaid = fails(&plan, DeclineCode::LostCard, at("2026-12-28T09:00:00"));
    assert_eq!(unpaid.resumed(By::Buyer, now), None, "a new card does that");
}

#[test]
fn what_is_unpaid_is_not_shed_by_a_pause_of_its_buyer() {
    let (plan, due) = (plan(), at("2026-12-28T09:00:00"));
    let retried = fails(&plan, DeclineCode::InsufficientFunds, due);
    let at_once = retried.card_changed(&card(9), due).unwrap();
    let asked = plan.ask(at("2027-01-10T12:00:00")).unwrap();
    let unpaid = fails(&plan, DeclineCode::LostCard, due);
    for (owing, what) in [(retried, "tried again"), (at_once, "tried at once"), (asked, "asked"), (unpaid, "unpaid")] {
        assert!(owing.owes(), "{what}");
        assert_eq!(owing.paused(By::Buyer, due), None, "{what}");
        assert!(owing.paused(By::Merchant, due).is_some(), "{what}: the merchant may let it go");
        assert!(owing.ended(By::Buyer, due).is_some(), "{what}: the buyer may end it");
    }
    assert!(!plan.owes() && plan.paused(By::Buyer, due).is_some(), "its day has begun, and nothing was tried");
}

#[test]
fn no_contract_grows_out_of_what_can_be_stored() {
    let most = Plan { times: Some(Times::new(Times::MAX).unwrap()), ..plan() };
    let skipped = most.skipped(at("2026-12-28T09:00:00")).unwrap();
    let json = serde_json::to_string(&skipped).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), skipped);
}

#[test]
fn a_card_that_ends_before_its_day_is_known() {
    let day = date(2026, 11, 30);
    let plan = Plan { nominal: date(2027, 1, 31), ..plan() };
    let good = |expiry| Expiry::parse(expiry, day).unwrap();
    assert!(plan.outlives(good("01/27"), day), "31 January is a Sunday: it is charged in February");
    assert!(!plan.outlives(good("02/27"), day));
    let first = Plan { nominal: date(2026, 12, 1), anchor: Anchor::new(1).unwrap(), ..plan };
    let today = date(2026, 12, 1);
    assert!(first.outlives(good("12/26"), today), "what is due today it pays, and no more");
    let warned = first.warned_of_card(good("12/26"), today).unwrap();
    assert_eq!(warned.card_warned, Some(date(2027, 1, 1)));
    assert_eq!(warned.warned_of_card(good("12/26"), today), None, "once");
    assert_eq!(first.warned_of_card(good("01/27"), today), None, "1 January is charged on the 4th");
}

#[test]
fn a_plan_reads_back_and_is_small() {
    let plan = plan();
    for state in [
        fails(&plan, DeclineCode::InsufficientFunds, at("2026-12-28T09:00:00")),
        plan.paused(By::Buyer, at("2026-12-28T09:00:00")).unwrap(),
        plan.ended(By::Merchant, at("2026-12-28T09:00:00")).unwrap(),
        plan,
    ] {
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), state);
        assert!(json.len() < 1_024, "{} bytes", json.len());
    }
}

/// What can befall a plan, in any order.
#[derive(Clone, Copy, Debug)]
enum Event {
    Days(u8),
    Approve,
    Decline(usize),
    Pause,
    Resume,
    NewCard,
    ByHand,
    Ask,
    Skip,
    Lower,
    Move(u8),
    End,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (0..40_u8).prop_map(Event::Days),
        6 => Just(Event::Approve),
        3 => (0..DeclineCode::ALL.len()).prop_map(Event::Decline),
        1 => Just(Event::Pause),
        2 => Just(Event::Resume),
        1 => Just(Event::NewCard),
        1 => Just(Event::ByHand),
        2 => Just(Event::Ask),
        1 => Just(Event::Skip),
        1 => Just(Event::Lower),
        1 => (1..32_u8).prop_map(Event::Move),
        1 => Just(Event::End),
    ]
}

proptest! {
    /// Whatever happens: a period is charged once, on its day or later, by day unless a person asked for it; periods and dates only grow; the end is the end.
    #[test]
    fn no_sequence_charges_a_period_twice_or_too_early(events in prop::collection::vec(event(), 0..120)) {
        let mut plan = plan();
        let mut now = at("2026-12-01T09:30:00");
        let mut charged = std::collections::BTreeSet::new();
        let mut cards = 1_u8;
        for event in events {
            let due = plan.due(now);
            let next = match event {
                Event::Days(days) => { now += SignedDuration::from_hours(i64::from(days) * 24); None }
                Event::Approve => match due {
                    Due::Charge(tick) => {
                        prop_assert!(charged.insert(tick.order.clone()), "{} twice", tick.period);
                        prop_assert!(crate::recurring::calendar::run_day(plan.nominal).date <= japan_date(now));
                        Some(plan.charged(tick.period, now, now).unwrap())
                    }
                    Due::Later(at) => { prop_assert!(at > now); None }
                    Due::Ask | Due::Nothing => None,
                },
                Event::Decline(code) => match due {
                    Due::Charge(_) => Some(fails(&plan, DeclineCode::ALL[code], now)),
                    Due::Later(_) | Due::Ask | Due::Nothing => None,
                },
                Event::Pause => plan.paused(By::Buyer, now),
                Event::Resume => plan.resumed(By::Buyer, now).or_else(|| plan.resumed(By::Merchant, now)),
                Event::NewCard => { cards += 1; plan.card_changed(&card(cards), now) }
                Event::ByHand => plan.charged_by_hand(now),
                Event::Ask => plan.ask(now),
                Event::Skip => plan.skipped(now),
                Event::Lower => plan.changed(Rate { amount: Yen::new(500).unwrap(), ..plan.agreed }, now).ok(),
                Event::Move(day) => plan.moved_to(Anchor::new(day).unwrap(), now),
                Event::End => plan.ended(By::Merchant, now),
            };
            let Some(next) = next else { continue };
            prop_assert_eq!(next.version, plan.version + 1);
            prop_assert!(next.period >= plan.period && next.period <= plan.period + 1 && next.nominal >= plan.nominal);
            if let PlanState::Ended { .. } = plan.state {
                prop_assert_eq!(next.state, plan.state);
            }
            plan = next;
        }
    }
}

fn card(id: u8) -> PlanCard {
    PlanCard { id: CardId::from_random([id; 8]), last4: "4242".to_owned() }
}

fn by(order: &str) -> OrderId {
    OrderId::new(order).unwrap()
}

#[test]
fn another_address_is_mailed_once_in_a_while() {
    let (plan, now) = (plan(), at("2026-12-10T12:00:00"));
    let asked = plan.asked_for_link(now).unwrap();
    assert_eq!(tidings(Some(&plan), &asked), [PlanTidings::Link]);
    assert_eq!(asked.asked_for_link(at("2026-12-10T12:09:59")), None);
    assert!(asked.asked_for_link(at("2026-12-10T12:10:00")).is_some());
    let over = asked.ended(By::Buyer, now).unwrap();
    assert!(over.asked_for_link(at("2027-12-10T12:10:00")).is_some(), "what is over can still be looked at");
}

#[test]
fn a_period_is_not_let_go_while_its_money_may_be_on_the_way() {
    let (plan, due) = (plan(), at("2026-12-28T09:00:00"));
    let paid = first_payment("900", due);
    let order = Order {
        key: plan.order_of(2),
        amount: plan.rate().amount,
        interface: Interface::Regular,
        origin: plan.id.origin_of(2),
        attempts_allowed: 10,
        details: Details::default(),
    };
    let started = Payment::decide(None, &order, &intent(1, plan.nonce_of(2, 1), due), due);
    let Decision::Start(open) = started else { panic!("not started") };
    let asked = Plan { state: PlanState::Active(Progress::Asked { at: due }), ..plan.clone() };
    let clicked = asked.charged_by_hand(due).unwrap();
    let paused = plan.paused(By::Merchant, due).unwrap();
    let later = due + SignedDuration::from_mins(4);
    for (plan, payment, now, held, why) in [
        (&plan, None, due, Some(Held::BeingCharged), "a worker may have read it"),
        (&plan, None, at("2026-12-20T09:00:00"), None, "its day is to come"),
        (&plan, None, at("2026-12-29T00:02:00"), Some(Held::BeingCharged), "a worker may have read it before midnight"),
        (&plan, None, at("2026-12-29T00:05:00"), None, "that worker is done, and nothing begins at night"),
        (
            &plan,
            None,
            at("2027-01-08T00:02:00"),
            Some(Held::BeingCharged),
            "the merchant is to be asked since midnight",
        ),
        (
            &clicked,
            None,
            due + SignedDuration::from_mins(24 * 60 + 2),
            Some(Held::BeingCharged),
            "and of a word that is a day old",
        ),
        (&clicked, None, due + SignedDuration::from_mins(24 * 60 + 5), None, "that worker is done, too"),
        (&asked, None, due, Some(Held::BeingCharged), "a worker may have read it before it was asked about"),
        (&asked, None, later, None, "nobody charges it before somebody says so"),
        (&asked, Some(&*open), due, Some(Held::Open), "nobody knows yet"),
        (&asked, Some(&paid), due, Some(Held::Paid), "its plan is about to move on"),
        (&paused, None, due, Some(Held::BeingCharged), "a worker may have read it before it was paused"),
        (&paused, None, later, None, "that worker is done by now"),
        (&paused, Some(&*open), later, Some(Held::Open), "nobody knows yet"),
    ] {
        assert_eq!(plan.may_let_go(payment, now).err(), held, "{why}");
    }
}

#[test]
fn what_comes_is_listed_with_its_rate_to_the_contracts_end() {
    let plan = Plan { times: Some(Times::new(4).unwrap()), ..plan() };
    let cheaper = Rate { amount: Yen::new(800).unwrap(), cycle: plan.agreed.cycle };
    let changed = plan.changed(cheaper, at("2026-12-28T09:00:00")).unwrap();
    let coming: Vec<(Date, u32)> = changed.upcoming().map(|(date, rate)| (date, rate.amount.get())).collect();
    assert_eq!(coming, [(date(2026, 12, 27), 1_000), (date(2027, 1, 27), 800), (date(2027, 2, 27), 800)]);
    assert_eq!(Plan { times: None, ..changed }.upcoming().take(100).count(), 100, "without an end");
}

#[test]
fn a_new_card_is_promised_a_charge_only_while_it_is_charged_without_asking() {
    let plan = plan();
    let unpaid = fails(&plan, DeclineCode::LostCard, at("2026-12-28T09:00:00"));
    let until = date(2027, 1, 26);
    let card = card(7);
    for (day, comes) in [
        (date(2026, 12, 28), NewCard::Charged { until }),
        (until, NewCard::Charged { until }),
        (date(2027, 1, 27), NewCard::Asked),
    ] {
        assert_eq!(unpaid.with_new_card(day), Some(comes), "{day}");
        let changed = unpaid.card_changed(&card, at(&format!("{day}T12:00:00"))).unwrap();
        let asked = matches!(changed.state, PlanState::Active(Progress::Asked { .. }));
        assert_eq!(asked, comes == NewCard::Asked, "{day}");
    }
    let untried = plan.without_card(2, DeclineCode::CardMissing, at("2026-12-28T09:00:00")).unwrap();
    assert_eq!(
        untried.with_new_card(date(2026, 12, 28)),
        Some(NewCard::Charged { until: date(2027, 1, 7) }),
        "what was never tried is asked about after ten days"
    );
    assert_eq!(plan.with_new_card(date(2026, 12, 28)), None, "nothing had failed");
}

#[test]
fn no_day_that_is_past_is_one_to_come() {
    let plan = plan();
    let (sunday, monday, tuesday) = (date(2026, 12, 27), date(2026, 12, 28), date(2026, 12, 29));
    let comes =
        |plan: &Plan, today: Date| (plan.overdue_since(today), plan.next_to_come(today).map(|(run, _)| run.date));
    assert_eq!(plan.charged_on(), Some(monday));
    assert_eq!(comes(&plan, sunday), (None, Some(monday)));
    assert_eq!(comes(&plan, monday), (None, Some(monday)), "it is charged today");
    assert_eq!(comes(&plan, tuesday), (Some(monday), Some(date(2027, 1, 27))), "nobody charged it");
    let asked = plan.ask(at("2027-02-01T12:00:00")).unwrap();
    assert_eq!(comes(&asked, date(2027, 2, 1)), (Some(monday), Some(date(2027, 3, 1))));
    let clicked = asked.charged_by_hand(at("2027-02-01T12:00:00")).unwrap();
    assert_eq!((asked.charged_on(), clicked.charged_on()), (None, None), "by nobody but the merchant, and at once");
    let unpaid = fails(&plan, DeclineCode::LostCard, at("2026-12-28T09:00:00"));
    assert_eq!(comes(&unpaid, monday), (Some(monday), None));
    assert_eq!(comes(&plan.paused(By::Buyer, at("2026-12-27T12:00:00")).unwrap(), tuesday), (None, None));
    let last = Plan { times: Times::new(2).ok(), ..asked };
    assert_eq!(comes(&last, date(2027, 2, 1)), (Some(monday), None));
}

#[test]
fn a_buyer_is_told_of_what_the_merchant_let_go_and_of_what_was_charged_by_its_receipt() {
    let plan = plan();
    let late = at("2027-02-01T12:00:00");
    let asked = plan.ask(late).unwrap();
    let skipped = asked.skipped(late).unwrap();
    assert_eq!(skipped.left_out, [date(2026, 12, 27), date(2027, 1, 27)]);
    assert_eq!(tidings(Some(&asked), &skipped), [PlanTidings::Skipped]);
    let unpaid = fails(&plan, DeclineCode::LostCard, at("2026-12-28T09:00:00"));
    let resumed = unpaid.resumed(By::Merchant, late).unwrap();
    assert_eq!(tidings(Some(&unpaid), &resumed), [PlanTidings::Skipped]);
    let paused = asked.paused(By::Merchant, late).unwrap();
    assert_eq!(tidings(Some(&paused), &paused.resumed(By::Merchant, late).unwrap()), [PlanTidings::Resumed]);
    let by_hand = plan.ask(at("2027-01-08T12:00:00")).unwrap().charged_by_hand(at("2027-01-08T12:00:00")).unwrap();
    assert_eq!(
        tidings(Some(&by_hand), &by_hand.charged(2, at("2027-01-08T12:00:00"), at("2027-01-08T12:00:00")).unwrap()),
        []
    );
}

#[test]
fn what_is_known_of_the_card_that_pays_is_brought_up_whatever_it_was_before() {
    let known = Plan { card: Some(card(1)), ..plan() };
    assert_eq!(known.card_refreshed(&card(1)), None);
    let renumbered = PlanCard { last4: "1881".to_owned(), ..card(1) };
    for found in [renumbered, card(2)] {
        let stands = known.card_refreshed(&found).unwrap();
        assert_eq!((stands.card, stands.state), (Some(found), known.state), "nothing is tried");
    }
    let over = known.ended(By::Buyer, at("2026-12-27T12:00:00")).unwrap();
    assert_eq!(over.card_refreshed(&card(2)), None);
}
