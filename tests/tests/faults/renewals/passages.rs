//! What happens to a regular purchase besides joining and the day's charge, each under every single fault at every call that it has for itself.
//!
//! The schedule that queues a day's plans, and a first charge or decline by it, are the renewal's (`super`), and what is reminded, asked or charged here begins with
//! the same messages; the pages that write a card, a proposal or a click are tested by their flows, and so those writes are made here as they make them.

use domain::acquirer::DeclineCode;
use domain::clock::japan_date;
use domain::payment::{Failure, Interface, Origin, Payment, State};
use domain::recurring::offer::Offer;
use domain::recurring::plan::{PauseReason, Plan, PlanId, PlanState, Progress, Rate};
use domain::recurring::work::RecurringWork;
use domain::tries::{TriedBy, TriedCard};
use domain::{CardOwner, OrderId, PaymentKey, Yen};
use jiff::SignedDuration;
use jiff::civil::{Date, date};
use local::cloud::Call;
use local::world::World;
use std::collections::HashSet;
use std::time::{Duration, Instant};
use system_tests::{
    BatchDesk, RegularDesk, card_tries, cards, change_merchant, japan, leave_cards_from, payment, smuggle_payment,
    take_cards_for_checked,
};

use super::super::case::{Case, cases};
use super::super::enumerate::{block, is_read, on_threads, stands_for_itself};
use super::super::say;
use super::super::stories::world;
use super::until;

/// A Sunday, half an hour after the schedule has been past: a day's cases come to their ends before it comes again.
const START: &str = "2026-11-22 10:30";
/// Two tries of a message, and a lease that ran out between them.
const AGAIN: Duration = Duration::from_secs(40 * 60);
const DAY: Duration = Duration::from_secs(86_400);
/// A Friday whose period is due when the plan is given it.
const DUE: Date = date(2026, 11, 20);
/// A Monday, so long ago that the merchant is asked.
const TOO_LATE: Date = date(2026, 11, 9);
/// The Friday within a week of which the buyer is reminded.
const SOON: Date = date(2026, 11, 27);
/// The first date of whoever joins on the day of the start.
const NEXT: Date = date(2026, 12, 27);
/// A date at the end of the schedule's walk over the cards.
const FAR: Date = date(2027, 12, 20);
const SHOP: &str = "shop@example.jp";

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passage {
    /// A billing that comes twice a year is announced, late, and charged a week after.
    Reminder,
    /// What was declined is tried at once with another card.
    NewCard,
    /// The other card is declined, too: it is tried on the days that are left.
    NewCardDeclined,
    /// A buyer who was authenticated agreed to a higher amount.
    Agreed,
    /// The schedule's walk over the days to come, for their cards.
    CardsOfMonth,
    /// A card that will be over is looked at.
    CheckCard,
    /// A period is too late to be charged without the merchant's word.
    TooLate,
    /// The merchant says the word.
    ByHand,
    /// Nobody knows what came of a charge, until the acquirer is asked: the money came.
    FoundPaid,
    /// It did not.
    FoundUnpaid,
}

impl Passage {
    const ALL: [Self; 10] = [
        Self::Reminder,
        Self::NewCard,
        Self::NewCardDeclined,
        Self::Agreed,
        Self::CardsOfMonth,
        Self::CheckCard,
        Self::TooLate,
        Self::ByHand,
        Self::FoundPaid,
        Self::FoundUnpaid,
    ];

    /// Cases that share a world: as many as a day has room for. The walk over all cards would find those of the others, too.
    const fn together(self) -> usize {
        match self {
            Self::CardsOfMonth => 1,
            Self::Reminder
            | Self::NewCard
            | Self::NewCardDeclined
            | Self::Agreed
            | Self::CheckCard
            | Self::TooLate
            | Self::ByHand
            | Self::FoundPaid
            | Self::FoundUnpaid => 18,
        }
    }

    /// When all that follows has followed.
    const fn end(self) -> &'static str {
        match self {
            Self::NewCard | Self::CardsOfMonth | Self::TooLate | Self::ByHand | Self::FoundPaid => "2026-11-25 12:00",
            Self::Reminder => "2026-12-01 12:00",
            Self::NewCardDeclined | Self::FoundUnpaid => "2026-11-23 12:00",
            Self::Agreed | Self::CheckCard => "2026-12-28 12:00",
        }
    }

    /// Those of its calls that meet faults: the others are what another passage, or the renewal, has already.
    fn own(self, calls: &[Call]) -> HashSet<u64> {
        let first = |caller: &str, operation: &str| {
            let is_it = |call: &&Call| call.caller == caller && call.operation.contains(operation);
            calls.iter().find(is_it).map_or(u64::MAX, |call| call.index)
        };
        let (tried, found) = (first("RecurringCharge", "/authorize"), first("Reconcile", "/inquire"));
        let is_own = |place: &usize| {
            let call = &calls[*place];
            let of = |callers: &[&str]| callers.contains(&&*call.caller);
            match self {
                Self::CardsOfMonth => of(&["RecurringSchedule"]) && stands_for_itself(calls, *place),
                // a charge up to its doubt is the renewal's; what reconcile reads, and how it reverses, is the payments'
                Self::FoundPaid => {
                    let is_ours = of(&["RecurringCharge", "OutboxRelay"]) || (of(&["Reconcile"]) && !is_read(call));
                    is_ours && call.index >= found
                }
                Self::FoundUnpaid => of(&["RecurringCharge", "OutboxRelay"]) && call.index >= found,
                // up to the acquirer it is the one that is declined
                Self::NewCard => of(&["RecurringCharge", "OutboxRelay"]) && call.index >= tried,
                // what it reads a new card's charge reads, too
                Self::ByHand => of(&["RecurringCharge", "OutboxRelay"]) && !is_read(call),
                Self::Reminder | Self::NewCardDeclined | Self::Agreed | Self::CheckCard | Self::TooLate => {
                    of(&["RecurringCharge", "OutboxRelay"])
                }
            }
        };
        (0..calls.len()).filter(is_own).map(|place| calls[place].index).collect()
    }
}

#[test]
fn no_single_fault_breaks_what_else_happens_to_a_regular_purchase() {
    let started = Instant::now();
    let passages = passages();
    let counted: Vec<Vec<Case>> = on_threads(&passages, |passage| block(Box::pin(count(*passage))));
    let worlds: Vec<(Passage, &[Case])> = passages
        .iter()
        .zip(&counted)
        .flat_map(|(passage, cases)| cases.chunks(passage.together()).map(|cases| (*passage, cases)))
        .collect();
    let failures: Vec<String> =
        on_threads(&worlds, |(passage, cases)| block(Box::pin(run(*passage, cases)))).into_iter().flatten().collect();
    for (passage, cases) in passages.iter().zip(&counted) {
        say(&format!("    {passage:?}: {}", cases.len()));
        assert!(cases.len() >= 10, "{passage:?}: whose calls are they?");
    }
    let count: usize = counted.iter().map(Vec::len).sum();
    say(&format!("  faults in regular purchases: {count} cases in {} worlds, {:?}", worlds.len(), started.elapsed()));
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// Every passage, or, to see one again, those whose names `FAULT_PASSAGE` holds.
fn passages() -> Vec<Passage> {
    let wanted = std::env::var("FAULT_PASSAGE").unwrap_or_default();
    Passage::ALL.into_iter().filter(|passage| format!("{passage:?}").contains(&wanted)).collect()
}

/// Lives through it without faults in a world that has seen it; every call becomes its cases.
async fn count(passage: Passage) -> Vec<Case> {
    let stage = Stage::of(passage).await;
    stage.warm_up().await;
    let plan = stage.begin(2).await;
    stage.world.faults().restart();
    stage.act(&plan).await;
    let calls = stage.world.faults().calls();
    stage.world.faults().stop();
    until(&stage.world, japan(passage.end())).await;
    let found = stage.broken(&plan.id).await;
    assert!(found.is_empty(), "{passage:?} without a fault: {found:?}");
    let own = passage.own(&calls);
    cases(&calls).into_iter().filter(|case| own.contains(&case.call.index)).collect()
}

async fn run(passage: Passage, cases: &[Case]) -> Vec<String> {
    let stage = Stage::of(passage).await;
    stage.warm_up().await;
    let mut lived = Vec::new();
    for (place, case) in (2..).zip(cases) {
        let plan = stage.begin(place).await;
        case.plan(&stage.world);
        stage.act(&plan).await;
        let unmet = case.is_unmet(&stage.world);
        stage.world.faults().stop();
        lived.push((plan.id, case, unmet));
    }
    until(&stage.world, japan(passage.end())).await;
    let mut failures = Vec::new();
    for (plan, case, unmet) in lived {
        let mut found = stage.broken(&plan).await;
        if unmet {
            found.push("no call met the fault".to_owned());
        }
        failures.extend(case.said(&format!("{passage:?}: "), &found));
    }
    for queue in ["RecurringDeadLetters", "StreamFailures", "MailDeadLetters"] {
        let mut parked = stage.world.cloud().queue(queue).unwrap().bodies().unwrap();
        parked.retain(|body| !body.contains("card_replaced")); // of the card before no payment tells, as of no real one
        if !parked.is_empty() {
            failures.push(format!("{passage:?}: {queue}: {parked:?}"));
        }
    }
    failures
}

/// A world in which one passage is lived through again and again, each time by another buyer.
struct Stage {
    passage: Passage,
    world: World,
    desk: RegularDesk,
    offer: Offer,
}

impl Stage {
    async fn of(passage: Passage) -> Self {
        let world = world().await;
        change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some(SHOP.to_owned())).await;
        take_cards_for_checked(&world, date(2030, 1, 1)).await; // no part of most, and long
        until(&world, japan(START)).await;
        let desk = RegularDesk::of(&world, "4000");
        // of 1,901 yen nobody knows at first that they came, of 1,902 that they did not
        let (yen, months) = match passage {
            Passage::Reminder => (6_000, 6),
            Passage::FoundPaid => (1_901, 1),
            Passage::FoundUnpaid => (1_902, 1),
            Passage::NewCard
            | Passage::NewCardDeclined
            | Passage::Agreed
            | Passage::CardsOfMonth
            | Passage::CheckCard
            | Passage::TooLate
            | Passage::ByHand => (1_000, 1),
        };
        let offer = desk.offer("coffee", yen, months).await;
        Self { passage, world, desk, offer }
    }

    /// Somebody lives through it first, so that what functions keep in memory is there. The walk over the cards would find that plan again, and keeps nothing.
    async fn warm_up(&self) {
        if self.passage != Passage::CardsOfMonth {
            let first = self.begin(1).await;
            self.act(&first).await;
        }
    }

    /// A buyer joins, and the plan comes to where the passage begins.
    async fn begin(&self, place: usize) -> Plan {
        let (number, expires) = match self.passage {
            Passage::NewCard | Passage::NewCardDeclined => (cards::NO_FUNDS, None),
            Passage::CardsOfMonth | Passage::CheckCard => (cards::VISA, Some("11/26")),
            Passage::Reminder
            | Passage::Agreed
            | Passage::TooLate
            | Passage::ByHand
            | Passage::FoundPaid
            | Passage::FoundUnpaid => (cards::VISA, None),
        };
        let id = self.desk.join_until(&self.offer, &format!("buyer-{place}"), number, expires).await;
        self.world.settle().await.unwrap();
        match self.passage {
            // what the final screen names needs no reminder
            Passage::Reminder => {
                let earlier = self.world.now() - SignedDuration::from_hours(40 * 24);
                self.move_to(&id, |plan| Plan { joined_at: earlier, ..plan }).await;
            }
            Passage::NewCard | Passage::NewCardDeclined => {
                self.move_to(&id, |plan| Plan { nominal: DUE, ..plan }).await
            }
            Passage::Agreed => drop(self.desk.change(&id, |plan| plan.proposed(dearer(plan)).ok()).await),
            Passage::ByHand => self.move_to(&id, |plan| Plan { nominal: TOO_LATE, ..plan }).await,
            // the end of the walk is like the whole, and a twentieth of it
            Passage::CardsOfMonth => {
                self.move_to(&id, |plan| Plan { nominal: FAR, ..plan }).await;
                leave_cards_from(&self.world, date(2026, 10, 1), FAR.first_of_month()).await;
            }
            Passage::CheckCard | Passage::TooLate | Passage::FoundPaid | Passage::FoundUnpaid => {}
        }
        self.world.settle().await.unwrap();
        self.desk.plan(&id).await
    }

    /// What happens, and what follows while the fault is there.
    async fn act(&self, plan: &Plan) {
        match self.passage {
            Passage::Reminder => self.move_to(&plan.id, |plan| Plan { nominal: SOON, ..plan }).await,
            Passage::NewCard => drop(self.desk.changed_by_buyer(plan, cards::VISA).await),
            Passage::NewCardDeclined => drop(self.desk.changed_by_buyer(plan, cards::DECLINED).await),
            Passage::Agreed => smuggle_payment(&self.world, &self.agreement(plan).await).await,
            Passage::CardsOfMonth => drop(self.world.advance(DAY).await.unwrap()),
            Passage::CheckCard => {
                let work = RecurringWork::CheckCard { merchant: plan.merchant.clone(), plan: plan.id.clone() };
                BatchDesk::of(&self.world, "4000").tell("RecurringQueue", &serde_json::to_string(&work).unwrap());
            }
            Passage::TooLate => self.move_to(&plan.id, |plan| Plan { nominal: TOO_LATE, ..plan }).await,
            Passage::ByHand => {
                drop(self.desk.change(&plan.id, |plan| plan.charged_by_hand(self.world.now())).await);
            }
            Passage::FoundPaid | Passage::FoundUnpaid => {
                self.move_to(&plan.id, |plan| Plan { nominal: DUE, ..plan }).await;
            }
        }
        self.world.advance(AGAIN).await.unwrap();
    }

    async fn move_to(&self, id: &PlanId, change: impl Fn(Plan) -> Plan) {
        let plan = self.desk.plan(id).await;
        let next = Plan { version: plan.version + 1, ..change(plan.clone()) };
        let written = self.desk.change(id, |stands| (stands.version == plan.version).then(|| next.clone())).await;
        assert_eq!(written, next, "nobody else moves it");
    }

    /// The payment that served to authenticate a buyer who agrees, undone as it always is.
    async fn agreement(&self, plan: &Plan) -> Payment {
        let first = payment(&self.world, "4000", plan.first_order.as_str()).await.unwrap();
        let order = OrderId::derived("test agreement", &[plan.id.as_str().as_bytes()]);
        let mut details = first.details.clone();
        (details.offer, details.billed_on, details.terms) = (None, None, None);
        Payment {
            key: PaymentKey::new(plan.merchant.clone(), order),
            version: 1,
            amount: Yen::MIN,
            interface: Interface::CardRegistration,
            origin: Origin::Agreement { plan: plan.id.clone(), rate: dearer(plan) },
            details,
            opened_at: self.world.now(),
            state: State::Failed { reason: Failure::Registered, decline: None, at: self.world.now() },
            ..first
        }
    }

    /// What does not hold.
    async fn broken(&self, id: &PlanId) -> Vec<String> {
        let Some(plan) = self.desk.find(id).await else { return vec!["there is no plan".to_owned()] };
        let mut broken = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                broken.push(what);
            }
        };
        for period in 2..=plan.period {
            let (approved, _) = self.desk.calls(&plan, period).await;
            let closed = usize::from(period < plan.period);
            check(approved == closed, format!("period {period} of {} was approved {approved} times", plan.period));
            let payment = self.desk.payment(&plan, period).await;
            let paid = payment.as_ref().is_some_and(|payment| payment.state.is_paid());
            check(paid == (closed == 1), format!("period {period} of {} is paid: {paid}", plan.period));
            check(payment.is_none_or(|payment| payment.state.is_settled()), format!("period {period} is not settled"));
        }
        let stands = format!("period {}, {} tries, {:?}", plan.period, plan.tries, plan.state);
        check(self.is_at_its_end(&plan), format!("it stands at {stands}"));
        for (reader, subject) in self.told(&plan) {
            let told = |mail: &local::cloud::Mail| mail.to == [reader.as_str()] && mail.subject.contains(subject);
            let told = self.world.mailbox().unwrap().iter().filter(|mail| told(mail)).count();
            check(told >= 1, format!("{reader} was not told: {subject}"));
        }
        if let Some(what) = self.miscounted(&plan).await {
            check(false, what);
        }
        broken
    }

    /// How many declines of a card are kept.
    async fn declines(&self, card: &TriedCard) -> usize {
        let history = card_tries(&self.world).load(card).await.unwrap().history;
        serde_json::to_value(history).unwrap()["d"].as_array().map_or(0, Vec::len)
    }

    fn is_at_its_end(&self, plan: &Plan) -> bool {
        let unpaid = |state| match state {
            PlanState::Paused { why: PauseReason::Unpaid(code), .. } => Some(code),
            PlanState::Paused { .. } | PlanState::Active(_) | PlanState::Ended { .. } => None,
        };
        let waits = plan.state == PlanState::Active(Progress::Waiting);
        let retries = matches!(plan.state, PlanState::Active(Progress::Retrying { .. }));
        match self.passage {
            Passage::Reminder => (plan.period, waits) == (3, true) && plan.reminded == 2,
            Passage::NewCard => (plan.period, waits, plan.changed_card.is_some()) == (3, true, true),
            // the day itself, the card, and the day after
            Passage::NewCardDeclined => (plan.period, plan.tries, retries) == (2, 3, true),
            Passage::Agreed => {
                let agreed = plan.proposal.is_none() && plan.agreed_by.is_some();
                (plan.period, waits, agreed) == (3, true, true) && plan.paid.is_some_and(|paid| paid.amount == DEARER)
            }
            Passage::CardsOfMonth => (plan.period, waits) == (2, true) && plan.card_warned == Some(FAR),
            Passage::CheckCard => {
                let over = unpaid(plan.state) == Some(DeclineCode::ExpiredCard);
                (plan.period, plan.tries, over) == (2, 0, true) && plan.card_warned == Some(NEXT)
            }
            Passage::TooLate => {
                plan.period == 2 && matches!(plan.state, PlanState::Active(Progress::Asked { .. })) && plan.tries == 0
            }
            Passage::ByHand | Passage::FoundPaid => (plan.period, waits) == (3, true),
            Passage::FoundUnpaid => (plan.period, plan.tries, retries) == (2, 2, true),
        }
    }

    /// Who has to have heard what, at least once.
    fn told(&self, plan: &Plan) -> Vec<(String, &'static str)> {
        let (buyer, shop) = (plan.mail.clone(), SHOP.to_owned());
        match self.passage {
            Passage::Reminder => vec![(buyer.clone(), "決済日が近づいています"), (buyer, "6,000円")],
            Passage::NewCard => vec![(buyer.clone(), "お支払いができませんでした"), (buyer, "お支払い完了 1,000円")],
            Passage::NewCardDeclined | Passage::FoundUnpaid => vec![(buyer, "お支払いができませんでした")],
            Passage::Agreed => vec![
                (buyer.clone(), "条件が変わります"),
                (buyer.clone(), "金額が変わります"),
                (buyer, "お支払い完了 1,500円"),
            ],
            Passage::CardsOfMonth => vec![(buyer, "カードの有効期限")],
            Passage::CheckCard => vec![(buyer.clone(), "カードの有効期限"), (buyer, "お支払いができないため")],
            Passage::TooLate => vec![(shop, "ご判断が必要です")],
            Passage::ByHand => vec![(shop, "ご判断が必要です"), (buyer, "お支払い完了 1,000円")],
            Passage::FoundPaid => vec![(buyer, "お支払い完了 1,901円")],
        }
    }

    /// What is wrong with when or how often it was tried.
    async fn miscounted(&self, plan: &Plan) -> Option<String> {
        match self.passage {
            Passage::Reminder => {
                let on = self.desk.payment(plan, 2).await.map(|payment| japan_date(payment.opened_at));
                // a week after the reminder is a Sunday
                (on != Some(date(2026, 11, 30))).then(|| format!("it was charged on {on:?}"))
            }
            Passage::NewCardDeclined => {
                let (_, declined) = self.desk.calls(plan, 2).await;
                let card = self.desk.card(&user_of(plan)).await;
                let [buyers, merchants] = [TriedBy::Shopper, TriedBy::Merchant].map(|by| card.tried(by).unwrap());
                let kept = (self.declines(&buyers).await, self.declines(&merchants).await);
                // a try that did not come to the acquirer is one all the same, and a decline that could not be kept calls a person
                let expected = (2..=3).contains(&declined) && kept.0.max(kept.1) == 1;
                (!expected).then(|| format!("{declined} declines at the acquirer, and of the other card {kept:?} kept"))
            }
            Passage::NewCard
            | Passage::FoundUnpaid
            | Passage::Agreed
            | Passage::CardsOfMonth
            | Passage::CheckCard
            | Passage::TooLate
            | Passage::ByHand
            | Passage::FoundPaid => None,
        }
    }
}

fn user_of(plan: &Plan) -> String {
    match &plan.owner {
        CardOwner::Buyer(user) => user.clone(),
        CardOwner::Order(order) => panic!("{order} has no buyer"),
    }
}

const DEARER: Yen = match Yen::new(1_500) {
    Ok(yen) => yen,
    Err(_) => panic!("an amount"),
};

fn dearer(plan: &Plan) -> Rate {
    Rate { amount: DEARER, ..plan.rate() }
}
