//! A simulated year of a merchant with 10,000 plans: joins, stops, declines, lost and expired cards, unknown outcomes, days without a schedule, every message
//! twice. Charged as the functions would, by plans, payments and histories of tries; the acquirer's ledger is a list of its own.

#![expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, civil::date};

use super::{tests::*, *};
use crate::{
    Brand, Decline, OrderId, PaymentKey, Yen,
    acquirer::AuthorizeOutcome,
    payment::{Decision, Details, Intent, Interface, Order, Origin},
    recurring::{
        calendar::{Cycle, run_day},
        offer::{Offer, tests::offer},
        retry::Retries,
    },
    tries::{Limit, TryHistory},
};

const PLANS: usize = 10_000;
const FIRST_DAY: Date = date(2026, 12, 1);
const LAST_DAY: Date = date(2027, 11, 30);

/// What a plan's card is like.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Card {
    Good,
    /// Declined for the day so often in a hundred tries.
    Tight(u64),
    /// From this day on.
    Expired(Date),
    /// From this day on.
    Lost(Date),
}

/// A small generator: the year is the same at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// How a period ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Closed {
    Charged { on: Date, nominal: Date, amount: Yen },
    LetGo,
}

struct Buyer {
    plan: Plan,
    offer: Offer,
    card: Card,
    tries: TryHistory,
    /// Nothing but time befell it: then every date is known beforehand.
    untroubled: bool,
    closed: BTreeMap<u32, Closed>,
}

struct Year {
    dice: Dice,
    buyers: Vec<Buyer>,
    /// Ours: payments as stored.
    payments: BTreeMap<PaymentKey, Payment>,
    /// The acquirer's: every approval, by order.
    ledger: Vec<(OrderId, Yen)>,
    /// Outcomes that nobody knows yet.
    unknown: Vec<(usize, PaymentKey, AuthorizeOutcome)>,
}

impl Year {
    /// One message: this buyer's plan is due. It may come twice, and late.
    fn tick(&mut self, which: usize, now: Timestamp) {
        let buyer = &mut self.buyers[which];
        let renewal = match buyer.plan.due(now) {
            Due::Charge(renewal) => renewal,
            Due::Ask => {
                buyer.untroubled = false;
                buyer.plan = buyer.plan.ask(now).unwrap();
                return;
            }
            Due::Later(_) | Due::Nothing => return,
        };
        if let Err(limit) = buyer.tries.may_try(now, Brand::Visa, None) {
            assert!(buyer.card != Card::Good, "{limit}");
            buyer.untroubled = false;
            buyer.plan = buyer.plan.held_back(renewal.period, limit, Retries::TwoWeeks, now).unwrap();
            return;
        }
        let order = Order {
            key: renewal.order.clone(),
            amount: renewal.amount,
            interface: Interface::Batch,
            origin: renewal.origin.clone(),
            attempts_allowed: 1,
            details: Details::default(),
        };
        let stored = self.payments.get(&renewal.order);
        let visit = |payment: &Payment| payment.generation + u16::from(payment.state.is_unpaid());
        let (n, generation) = (stored.map_or(1, Payment::next_n), stored.map_or(0, visit));
        let intent = Intent { generation, initiator: renewal.initiator, ..intent(n, renewal.nonce, now) };
        let payment = match Payment::decide(stored, &order, &intent, now) {
            Decision::Start(payment) => *payment,
            // it was tried before, and its outcome comes or came by itself
            Decision::Started(_) | Decision::Stands(_) => return,
        };
        let outcome = self.acquirer(which, &renewal, now);
        self.payments.insert(payment.key.clone(), payment);
        if self.dice.below(100) == 0 {
            self.buyers[which].untroubled &= matches!(outcome, AuthorizeOutcome::Approved(_));
            self.unknown.push((which, renewal.order, outcome));
        } else {
            self.learnt(which, &renewal.order, outcome, now);
        }
    }

    fn acquirer(&mut self, which: usize, renewal: &Renewal, now: Timestamp) -> AuthorizeOutcome {
        let today = japan_date(now);
        let declined = |code, network: &str| {
            let network_code = Some(network.to_owned());
            AuthorizeOutcome::Declined(Decline { code, network_code, advice_code: None, authentication: None })
        };
        match self.buyers[which].card {
            Card::Tight(percent) if self.dice.below(100) < percent => declined(DeclineCode::InsufficientFunds, "51"),
            Card::Expired(from) if today >= from => declined(DeclineCode::ExpiredCard, "54"),
            Card::Lost(from) if today >= from => declined(DeclineCode::LostCard, "41"),
            Card::Good | Card::Tight(_) | Card::Expired(_) | Card::Lost(_) => {
                self.ledger.push((renewal.order.order.clone(), renewal.amount));
                AuthorizeOutcome::Approved(approval())
            }
        }
    }

    /// An outcome is known, at once or by inquiry; it is told twice.
    fn learnt(&mut self, which: usize, key: &PaymentKey, outcome: AuthorizeOutcome, now: Timestamp) {
        let payment = self.payments[key].resolve(outcome.clone(), now).unwrap();
        let buyer = &mut self.buyers[which];
        let Origin::Renewal { period, .. } = payment.origin else { panic!("{:?}", payment.origin) };
        for _ in 0..2 {
            let nominal = buyer.plan.nominal;
            match &outcome {
                AuthorizeOutcome::Approved(_) => {
                    let Some(next) = buyer.plan.charged(period, payment.opened_at, now) else { continue };
                    let on = japan_date(payment.opened_at);
                    let charged = Closed::Charged { on, nominal, amount: payment.amount };
                    assert_eq!(buyer.closed.insert(period, charged), None, "closed once");
                    buyer.plan = next;
                }
                AuthorizeOutcome::Declined(decline) => {
                    buyer.untroubled = false;
                    let tries = buyer.tries.declined(now, Brand::Visa, decline);
                    let wait = match tries.may_try(now, Brand::Visa, None) {
                        Err(Limit::Until(then)) => Some(then),
                        Ok(()) | Err(Limit::Never | Limit::Revoked) => None,
                    };
                    let failed = Failed { decline, brand: Brand::Visa, wait, retries: Retries::TwoWeeks };
                    let Some(next) = buyer.plan.declined(period, payment.nonce, failed, now) else { continue };
                    (buyer.plan, buyer.tries) = (next, tries);
                }
                AuthorizeOutcome::ChallengeRequired(_) | AuthorizeOutcome::Unknown(_) => panic!("{outcome:?}"),
            }
        }
        self.payments.insert(key.clone(), payment);
    }

    /// What people do on a day: they join, stop, pause, go on, change cards and prices; the merchant answers what it is asked.
    fn people(&mut self, now: Timestamp) {
        for which in 0..self.buyers.len() {
            let roll = self.dice.below(10_000);
            let buyer = &mut self.buyers[which];
            let plan = &buyer.plan;
            let unpaid = matches!(plan.state, PlanState::Paused { why: PauseReason::Unpaid(_), .. });
            let (next, lets_go) = match (plan.state, roll) {
                (PlanState::Active(Progress::Asked { .. }), 0..5_000) => (plan.skipped(now), true),
                (PlanState::Active(Progress::Asked { .. }), _) => (plan.charged_by_hand(now), false),
                (_, 0..3) => (plan.ended(By::Buyer, now), false),
                (_, 3..5) => (plan.paused(By::Merchant, now), false),
                (PlanState::Paused { .. }, 0..300) if !unpaid => (plan.resumed(By::Merchant, now), true),
                (PlanState::Paused { .. }, 0..1_000) if unpaid => {
                    (buyer.card, buyer.tries) = (Card::Good, TryHistory::new());
                    (plan.card_changed(&new_card(plan), now), false)
                }
                (_, 1_000..1_004) => {
                    (plan.moved_to(Anchor::new(u8::try_from(roll % 31 + 1).unwrap()).unwrap(), now), false)
                }
                (_, 2_000..2_004) => {
                    (plan.changed(Rate { amount: Yen::new(500).unwrap(), ..plan.rate() }, now).ok(), false)
                }
                (PlanState::Active(_) | PlanState::Paused { .. } | PlanState::Ended { .. }, _) => (None, false),
            };
            let Some(next) = next else { continue };
            if lets_go && next.period != plan.period {
                assert_eq!(buyer.closed.insert(plan.period, Closed::LetGo), None);
            }
            (buyer.plan, buyer.untroubled) = (next, false);
        }
    }

    fn join(&mut self, day: Date) {
        let which = self.buyers.len();
        let [cycle, anchor, card] = [7, 31, 100].map(|n| self.dice.below(n));
        let cycle = [1, 1, 1, 2, 3, 6, 12][usize::try_from(cycle).unwrap()];
        let anchor = Anchor::new(u8::try_from(anchor + 1).unwrap()).unwrap();
        let some_day = FIRST_DAY.saturating_add(jiff::Span::new().days(i64::try_from(self.dice.below(365)).unwrap()));
        let card = match card {
            0..8 => Card::Tight(30),
            8..10 => Card::Tight(95),
            10..13 => Card::Expired(some_day),
            13..15 => Card::Lost(some_day),
            _ => Card::Good,
        };
        let offer = Offer { cycle: Cycle::new(cycle).unwrap(), ..offer(1_000, 1) };
        let joined = at(&format!("{day}T12:00:00"));
        let mut first = first_payment(&format!("{which}"), joined);
        first.details.billed_on = Some(anchor);
        let plan = Plan::join(&offer, &first).unwrap();
        let tries = TryHistory::new();
        self.buyers.push(Buyer { plan, offer, card, tries, untroubled: true, closed: BTreeMap::new() });
    }
}

#[test]
fn a_year_of_ten_thousand_plans_charges_every_period_once_and_misses_none() {
    let begun = std::time::Instant::now();
    let dice = Dice(0x2026_1130);
    let mut year =
        Year { dice, buyers: Vec::new(), payments: BTreeMap::new(), ledger: Vec::new(), unknown: Vec::new() };
    // the schedule does not run on these: once a day, and once three in a row
    let silent = [date(2027, 1, 27), date(2027, 5, 6), date(2027, 9, 27), date(2027, 9, 28), date(2027, 9, 29)];
    let mut day = FIRST_DAY;
    while day <= LAST_DAY {
        // joins in the first half, none too late to be charged within the year
        let joins = if day < date(2027, 6, 1) { PLANS.div_ceil(182) } else { 0 };
        for _ in 0..joins.min(PLANS - year.buyers.len()) {
            year.join(day);
        }
        let morning = at(&format!("{day}T10:00:00"));
        for (which, key, outcome) in std::mem::take(&mut year.unknown) {
            year.learnt(which, &key, outcome, morning);
        }
        year.people(morning - SignedDuration::from_hours(1));
        if !silent.contains(&day) {
            for which in 0..year.buyers.len() {
                if year.buyers[which].plan.looked_at_on().is_some_and(|look| look <= day) {
                    year.tick(which, morning);
                    year.tick(which, morning + SignedDuration::from_mins(1));
                }
            }
        }
        day = day.tomorrow().unwrap();
    }
    let end = at(&format!("{}T10:00:00", LAST_DAY.tomorrow().unwrap()));
    for (which, key, outcome) in std::mem::take(&mut year.unknown) {
        year.learnt(which, &key, outcome, end);
    }
    let took = begun.elapsed();
    year.is_right();
    println!(
        "{PLANS} plans, {} renewals charged, {} payments: 0 double, 0 missed; {took:?}",
        year.ledger.len(),
        year.payments.len()
    );
}

impl Year {
    fn is_right(&self) {
        // none double: the acquirer approved each order once
        let orders: BTreeSet<&OrderId> = self.ledger.iter().map(|(order, _)| order).collect();
        assert_eq!(orders.len(), self.ledger.len(), "an order was approved twice");
        // the acquirer's ledger equals our payments, and these what the plans know
        let sum = |amounts: &mut dyn Iterator<Item = Yen>| amounts.map(|amount| u64::from(amount.get())).sum::<u64>();
        let theirs = sum(&mut self.ledger.iter().map(|(_, amount)| *amount));
        let ours =
            sum(&mut self.payments.values().filter(|payment| payment.state.is_paid()).map(|payment| payment.amount));
        let of_plan = |closed: &Closed| match closed {
            Closed::Charged { amount, .. } => Some(*amount),
            Closed::LetGo => None,
        };
        let plans = sum(&mut self.buyers.iter().flat_map(|buyer| buyer.closed.values().filter_map(of_plan)));
        assert_eq!((theirs, ours), (plans, plans));
        let untroubled = self.buyers.iter().filter(|buyer| buyer.untroubled).count();
        assert!(untroubled > PLANS / 2 && untroubled < PLANS, "{untroubled}");
        let stand = |stands: fn(&PlanState) -> bool| self.buyers.iter().any(|buyer| stands(&buyer.plan.state));
        assert!(
            stand(|state| matches!(state, PlanState::Ended { .. }))
                && stand(|state| matches!(state, PlanState::Paused { why: PauseReason::Unpaid(_), .. }))
        );
        let tried_again =
            self.payments.values().filter(|payment| payment.state.is_paid() && payment.last_n > 1).count();
        let let_go = self
            .buyers
            .iter()
            .flat_map(|buyer| buyer.closed.values())
            .filter(|closed| **closed == Closed::LetGo)
            .count();
        assert!(
            tried_again > 100 && let_go > 100,
            "the year was too calm: {tried_again} charged by a further try, {let_go} let go"
        );
        for buyer in &self.buyers {
            buyer.is_right();
        }
    }
}

impl Buyer {
    /// None missed: no period is left out, none is open whose day is over, and where nothing befell a plan its dates are those of the contract.
    fn is_right(&self) {
        let plan = &self.plan;
        let closed: Vec<u32> = self.closed.keys().copied().collect();
        assert_eq!(closed, (2..plan.period).collect::<Vec<_>>(), "{}: a gap", plan.id);
        if let PlanState::Active(Progress::Waiting) = plan.state {
            assert!(run_day(plan.nominal).date > LAST_DAY, "{}: {} was missed", plan.id, plan.nominal);
        }
        for closed in self.closed.values() {
            if let Closed::Charged { on, nominal, .. } = closed {
                assert!(*on >= run_day(*nominal).date, "{}: {nominal} was charged too early", plan.id);
            }
        }
        if self.untroubled {
            let contract: Vec<Date> = self
                .offer
                .dates(plan.anchor, japan_date(plan.joined_at))
                .take_while(|nominal| run_day(*nominal).date <= LAST_DAY)
                .collect();
            let charged: Vec<Date> = self
                .closed
                .values()
                .map(|closed| match closed {
                    Closed::Charged { on, nominal, .. } => {
                        let late = run_day(*nominal).date.until(*on).unwrap().get_days();
                        assert!((0..=3).contains(&late), "{}: {nominal} was charged on {on}", plan.id);
                        *nominal
                    }
                    Closed::LetGo => panic!("{}: untroubled, and let go", plan.id),
                })
                .collect();
            assert_eq!(charged, contract, "{}", plan.id);
        }
    }
}

/// A card that was not tried so before.
fn new_card(plan: &Plan) -> PlanCard {
    let mut id = [0; 8];
    id[..4].copy_from_slice(&plan.version.to_be_bytes());
    PlanCard { id: CardId::from_random(id), last4: "4242".to_owned() }
}
