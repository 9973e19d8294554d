//! A merchant's year of regular purchases through the whole system: joins, stops, pauses, declines, lost and expired cards, outcomes that nobody knows, days
//! without a schedule, messages twice. At the end the acquirer's ledger, our payments and the plans have to be one.

use domain::Yen;
use domain::clock::{JAPAN, japan_date};
use domain::payment::Payment;
use domain::recurring::calendar::{Cycle, run_day};
use domain::recurring::offer::Offer;
use domain::recurring::plan::{By, PauseReason, Plan, PlanId, PlanState, Progress, Rate};
use jiff::civil::{Date, date};
use local::cloud::{Fault, When};
use local::world::{Delivery, World};
use outbound::acquirer::{Kind, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::books::acquirer_calls;
use crate::card::cards;
use crate::regular::{RegularDesk, take_cards_for_checked};

/// What came of a year.
#[derive(Clone, Copy, Debug)]
pub struct YearReport {
    /// Plans that were joined.
    pub plans: usize,
    /// Periods that were charged.
    pub charged: usize,
    /// Tries that were declined.
    pub declined: usize,
    /// Periods that were let go.
    pub let_go: usize,
    /// Plans that nothing but time befell: every date of theirs was known beforehand, and kept.
    pub untroubled: usize,
    /// How long the year took, without the comparison at its end.
    pub took: Duration,
}

const FIRST_DAY: Date = date(2026, 12, 1);
/// When the cards that end in March are over.
const OVER_ON: Date = date(2027, 4, 1);
const LAST_DAY: Date = date(2027, 11, 30);
/// The schedule does not run on these: a day by itself, and three in a row with the busiest among them.
const SILENT: [Date; 5] =
    [date(2027, 1, 27), date(2027, 5, 6), date(2027, 9, 27), date(2027, 9, 28), date(2027, 9, 29)];

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

struct Buyer {
    name: String,
    id: PlanId,
    offer: Offer,
    joined: Date,
    untroubled: bool,
    let_go: BTreeSet<u32>,
    /// The month on the card ends before this day.
    over_on: Option<Date>,
}

struct Year<'a> {
    world: &'a World,
    desk: RegularDesk,
    offers: Vec<Offer>,
    buyers: Vec<Buyer>,
    dice: Dice,
}

/// Lives through a year of so many plans; ends the test where anything does not hold.
pub async fn year_of(world: &World, plans: usize) -> YearReport {
    let begun = Instant::now();
    let desk = RegularDesk::of(world, "4000");
    let mut offers = Vec::new();
    // of amounts that end in 901 nobody knows the outcome at first; 908 is declined twice and approved then
    let terms = [
        ("month", 1_000, 1),
        ("months-2", 2_000, 2),
        ("quarter", 3_000, 3),
        ("half", 6_000, 6),
        ("year", 12_000, 12),
        ("doubt", 1_901, 1),
        ("third", 1_908, 1),
    ];
    for (name, yen, months) in terms {
        offers.push(desk.offer(name, yen, months).await);
    }
    let mut year = Year { world, desk, offers, buyers: Vec::new(), dice: Dice(0x2026_1130) };
    let mut day = FIRST_DAY;
    while day <= LAST_DAY {
        year.day(day, plans).await;
        day = day.tomorrow().expect("a day");
    }
    year.until(LAST_DAY, 18).await;
    let took = begun.elapsed();
    year.report(took).await
}

impl Year<'_> {
    async fn until(&self, day: Date, hour: i8) {
        let at = JAPAN.to_timestamp(day.at(hour, 0, 0, 0)).expect("an instant");
        let by = Duration::try_from(at.duration_since(self.world.now())).unwrap_or_default();
        self.world.advance(by).await.expect("the world goes on");
    }

    async fn day(&mut self, day: Date, plans: usize) {
        self.until(day, 8).await;
        if day.day() == 1 && day.month() % 4 != 1 {
            take_cards_for_checked(self.world, day).await; // three walks over the days to come are as good as twelve
        }
        self.world.faults().restart();
        // joins in the first half, none too late to be charged within the year
        let joins = if day < date(2027, 6, 1) { plans.div_ceil(182).min(plans - self.buyers.len()) } else { 0 };
        for _ in 0..joins {
            self.join(day).await;
        }
        self.world.settle().await.expect("the world goes on");
        for which in 0..self.buyers.len() {
            self.something_befalls(which).await;
        }
        let busy = day.day() == 28 && day.month() % 4 == 2;
        self.world.deliver_twice(if busy { Delivery::Twice } else { Delivery::Once });
        if SILENT.contains(&day) {
            let (caller, operation) = (Some("RecurringSchedule".to_owned()), "GetItem".to_owned());
            self.world.faults().plan(When::Nth { caller, operation, nth: 0 }, Fault::DropBefore);
        }
        if busy || SILENT.contains(&day) {
            self.until(day, 18).await;
        }
        self.world.faults().stop();
    }

    async fn join(&mut self, day: Date) {
        let which = self.buyers.len();
        let offer = [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6][usize::try_from(self.dice.below(12)).expect("small")];
        let offer = self.offers[offer].clone();
        let name = format!("buyer-{which}");
        let (number, expires) = match self.dice.below(100) {
            0..4 => (cards::NO_FUNDS, None),
            4..6 => (cards::LOST, None),
            6..10 if day < OVER_ON => (cards::VISA, Some("03/27")),
            10..40 => (cards::MASTERCARD, None),
            _ => (cards::VISA, None),
        };
        let id = self.desk.join_until(&offer, &name, number, expires).await;
        let over_on = expires.map(|_| OVER_ON);
        let declines = offer.amount.get() % 1_000 == 908 || matches!(number, cards::NO_FUNDS | cards::LOST);
        self.buyers.push(Buyer {
            name,
            id,
            offer,
            joined: day,
            untroubled: !declines,
            let_go: BTreeSet::new(),
            over_on,
        });
    }

    /// What people do: they stop, pause, go on, change cards and prices; the merchant answers what it is asked.
    async fn something_befalls(&mut self, which: usize) {
        let roll = self.dice.below(10_000);
        if roll >= 2_010 && self.buyers[which].over_on.is_none() && self.buyers[which].untroubled {
            return; // most days are quiet, and need no look at the plan
        }
        let now = self.world.now();
        let plan = self.desk.plan(&self.buyers[which].id).await;
        let unpaid = matches!(plan.state, PlanState::Paused { why: PauseReason::Unpaid(_), .. });
        let next = match (plan.state, roll) {
            (PlanState::Ended { .. }, _) => None,
            (PlanState::Active(Progress::Asked { .. }), 0..5_000) => plan.skipped(now),
            (PlanState::Active(Progress::Asked { .. }), _) => plan.charged_by_hand(now),
            (PlanState::Paused { .. }, 0..300) if !unpaid => plan.resumed(By::Merchant, now),
            (PlanState::Paused { .. }, 0..1_500) if unpaid => {
                let card = self.desk.change_card(&self.buyers[which].name, cards::JCB).await;
                self.buyers[which].over_on = None;
                plan.card_changed(&card, now)
            }
            (_, 2_000..2_003) => plan.ended(By::Buyer, now),
            (_, 2_003..2_005) => plan.paused(By::Merchant, now),
            (_, 2_005..2_008) => {
                plan.changed(Rate { amount: Yen::new(500).expect("an amount"), ..plan.rate() }, now).ok()
            }
            (_, 2_008..2_010) => {
                let longer = Cycle::new(12).expect("a cycle");
                plan.changed(Rate { cycle: longer, ..plan.rate() }, now).ok()
            }
            (PlanState::Active(_) | PlanState::Paused { .. }, _) => None,
        };
        let Some(next) = next else { return };
        let lets_go = next.period != plan.period;
        // what nobody knows is found out before it is let go, as the console does
        if lets_go && self.desk.payment(&plan, plan.period).await.is_some_and(|payment| !payment.state.is_unpaid()) {
            return;
        }
        let written = self.desk.change(&plan.id, |stands| (stands.version == plan.version).then(|| next.clone())).await;
        assert_eq!(written, next, "nobody else moves a plan at eight in the morning");
        let buyer = &mut self.buyers[which];
        buyer.untroubled = false;
        if lets_go {
            buyer.let_go.insert(plan.period);
        }
    }

    /// Compares the acquirer's ledger, the payments and the plans.
    async fn report(&self, took: Duration) -> YearReport {
        let calls = acquirer_calls(self.world, Kind::Authorize).await;
        let (mut approved, mut declined) = (BTreeMap::new(), 0);
        for call in calls {
            let order = call.order.expect("every order is named");
            match call.outcome {
                Outcome::Approved => {
                    assert!(approved.insert(order, call.amount).is_none(), "an order was approved twice")
                }
                Outcome::Declined => declined += 1,
                Outcome::NotFound | Outcome::Pending | Outcome::Error => panic!("{order}: {:?}", call.outcome),
            }
        }
        let (mut charged, mut let_go, mut untroubled) = (0, 0, 0);
        for buyer in &self.buyers {
            let plan = self.desk.plan(&buyer.id).await;
            let mut paid = Vec::new();
            for period in 2..=plan.period {
                let payment = self.desk.payment(&plan, period).await;
                let money = approved.remove(&plan.order_of(period));
                let stands = payment.as_ref().filter(|payment| payment.state.is_paid());
                assert_eq!(
                    money,
                    stands.map(|payment| u64::from(payment.amount.get())),
                    "{}: period {period}: the books differ",
                    buyer.name
                );
                let closed = period < plan.period;
                assert_eq!(
                    stands.is_some() || buyer.let_go.contains(&period),
                    closed,
                    "{}: period {period} of {plan:?}",
                    buyer.name
                );
                paid.extend(stands.cloned());
            }
            charged += paid.len();
            let_go += buyer.let_go.len();
            buyer.misses_nothing(&plan, &paid);
            untroubled += usize::from(buyer.untroubled && buyer.over_on.is_none());
        }
        assert!(approved.is_empty(), "money that no plan knows of: {approved:?}");
        YearReport { plans: self.buyers.len(), charged, declined, let_go, untroubled, took }
    }
}

impl Buyer {
    /// No period is open whose day is over, none was charged too early, and where nothing befell the plan its dates are the contract's.
    fn misses_nothing(&self, plan: &Plan, paid: &[Payment]) {
        let name = &self.name;
        if let PlanState::Active(Progress::Waiting) = plan.state {
            assert!(plan.run_day().date > LAST_DAY, "{name}: {} was missed: {plan:?}", plan.nominal);
        }
        let known = self.untroubled && self.over_on.is_none();
        if !known {
            return;
        }
        let dates = self.offer.dates(plan.anchor, self.joined).map(|nominal| run_day(nominal).date);
        let contract: Vec<Date> = dates.take_while(|day| *day <= LAST_DAY).collect();
        assert_eq!(paid.len(), contract.len(), "{name}: {plan:?}");
        for (payment, day) in paid.iter().zip(contract) {
            let on = japan_date(payment.opened_at);
            let late = day.until(on).expect("days").get_days();
            assert!((0..=3).contains(&late), "{name}: {day} was charged on {on}");
            assert!(late == 0 || SILENT.contains(&day), "{name}: {day} was charged on {on}");
        }
    }
}
