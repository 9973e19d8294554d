//! What shoppers do, and what passes until all is quiet.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use local::cloud::{Call, Fault, NoAnswer, When};
use local::world::{Options, World};
use std::time::Duration;
use store::{Cursor, DueCursor, keys::DueMinute};

use super::invariants::{Evidence, Expected, broken};
use super::shopper::{APPROVED, DECLINED, Page, Shopper, table};

/// A shopper's way through a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Story {
    /// Pays with a card that is approved.
    Approved,
    /// The same, but at any trouble opens the page anew and pays there, too.
    Impatient,
    /// Is declined, and pays with another card.
    AnotherCard,
    /// Is declined once and goes away.
    GoesAway,
    /// Gives up, and comes back later to pay.
    GivesUp,
    /// Submits the same form twice.
    Twice,
    /// Pays an amount at which the acquirer fails in its own way.
    Amount(u32),
}

/// What of that which follows without the shopper meets faults. The rest goes as in another story, and is tried there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Every call.
    Whole,
    /// Every call that leaves something behind.
    Effects,
    /// The questions to the acquirer and what is stored of its answers.
    Questions,
    /// None.
    AnotherStorys,
}

impl Story {
    /// Every story.
    pub(crate) const ALL: [Self; 16] = [
        Self::Approved,
        Self::Impatient,
        Self::AnotherCard,
        Self::GoesAway,
        Self::GivesUp,
        Self::Twice,
        Self::Amount(1901),
        Self::Amount(1902),
        Self::Amount(1903),
        Self::Amount(1904),
        Self::Amount(1905),
        Self::Amount(1906),
        Self::Amount(1907),
        Self::Amount(1908),
        Self::Amount(1909),
        Self::Amount(1910),
    ];

    /// What of that which follows without the shopper meets faults.
    pub(crate) fn ending(self) -> Ending {
        match self {
            Self::Approved | Self::GoesAway | Self::Amount(1901) => Ending::Whole,
            Self::Amount(1902) => Ending::Effects,
            Self::Amount(1904 | 1905 | 1909 | 1910) => Ending::Questions,
            Self::Impatient | Self::AnotherCard | Self::GivesUp | Self::Twice | Self::Amount(_) => {
                Ending::AnotherStorys
            }
        }
    }

    fn amount(self) -> u32 {
        match self {
            Self::Amount(amount) => amount,
            Self::Approved | Self::Impatient | Self::AnotherCard | Self::GoesAway | Self::GivesUp | Self::Twice => 2000,
        }
    }

    /// How it ends whatever single thing goes wrong, with a shopper who comes back until it is paid where that is possible.
    pub(crate) fn expected(self) -> Expected {
        match self {
            Self::Approved | Self::Impatient | Self::AnotherCard | Self::GivesUp | Self::Twice => Expected::Paid,
            Self::GoesAway => Expected::Unpaid,
            Self::Amount(1902 | 1905 | 1907 | 1909) => Expected::Unpaid,
            // …904 and …910 approve late: a question that gets no answer before may find it after
            Self::Amount(_) => Expected::Settled,
        }
    }

    /// How it ends when nothing goes wrong but what the amount asks for.
    pub(crate) fn expected_without_faults(self) -> Expected {
        match self {
            Self::Amount(1901 | 1903 | 1906 | 1908) => Expected::Paid,
            Self::Amount(1904 | 1910) => Expected::Unpaid,
            other => other.expected(),
        }
    }

    async fn live(self, shopper: &mut Shopper<'_>) {
        match self {
            Self::Approved | Self::Amount(1901..=1907 | 1909 | 1910) => {
                shopper.pay(APPROVED).await;
            }
            Self::Impatient => impatient(shopper).await,
            Self::AnotherCard => {
                if let Page::Form(token) = shopper.pay(DECLINED).await {
                    shopper.submit(&token, APPROVED).await;
                }
            }
            Self::GoesAway => {
                shopper.pay(DECLINED).await;
            }
            Self::GivesUp => {
                if let Page::Form(token) = shopper.open().await {
                    shopper.give_up(&token).await;
                }
            }
            Self::Twice => {
                if let Page::Form(token) = shopper.open().await {
                    let mut other = Shopper::new(shopper.world, &shopper.order, shopper.amount);
                    tokio::join!(shopper.submit(&token, APPROVED), other.submit(&token, APPROVED));
                    shopper.complaints.append(&mut other.complaints);
                }
            }
            Self::Amount(_) => {
                let mut page = shopper.pay(APPROVED).await;
                for _ in 0..2 {
                    if let Page::Form(token) = page {
                        page = shopper.submit(&token, APPROVED).await;
                    }
                }
            }
        }
    }
}

/// Two tabs: whatever the first shows, the second is opened and paid in too, then the first is sent again.
async fn impatient(shopper: &mut Shopper<'_>) {
    let Page::Form(first) = shopper.open().await else { return };
    let shown = shopper.submit_once(&first, APPROVED).await;
    if let Page::Form(second) = shopper.open().await {
        if matches!(shown, Page::HandOver { paid: true }) {
            shopper.complaints.push("a paid order shows a form".to_owned());
        }
        shopper.submit_once(&second, APPROVED).await;
    }
    shopper.submit_once(&first, APPROVED).await;
    shopper.reload().await;
}

/// A world of its own for one case. Reconcile stands where its rounds before would have brought it.
pub(crate) async fn world() -> World {
    let start: Timestamp = "2026-11-21T10:30:17Z".parse().unwrap();
    let world = World::start(Options::test(start)).await.unwrap();
    let cursor = Cursor { minute: DueMinute::reached(start), outage: false };
    DueCursor::new(table(&world)).advance(None, cursor).await.unwrap();
    world
}

/// An answer of the test acquirer as a network carries it: where it asks for that, the connection breaks.
pub(crate) fn carried(mut response: Response<Bytes>) -> Response<Bytes> {
    let fault = response.headers().get(test_acquirer::HANG_UP_HEADER).map(|what| what == "reply-lost");
    if let Some(lost) = fault {
        response.extensions_mut().insert(if lost { NoAnswer::Lost } else { NoAnswer::Timeout });
    }
    response
}

/// Faults to meet, in the order of planning.
pub(crate) type Plan = Vec<(When, Fault)>;

/// How far the faults of a plan reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Into what the shopper does. Many shoppers then share one world, each with an order of their own, and the time that passes.
    Shopper,
    /// Into all that follows, too: one shopper in a world.
    All,
}

/// What became of a story.
#[derive(Default)]
pub(crate) struct Played {
    /// What does not hold, shopper by shopper.
    pub(crate) broken: Vec<Vec<String>>,
    /// The outside calls that the (last) shopper caused directly.
    pub(crate) by_shopper: Vec<Call>,
    /// Those that followed until all was quiet, where the plans reach that far.
    pub(crate) after: Vec<Call>,
}

/// Shoppers live through a story, each under a plan of faults; then all becomes quiet, and what does not hold is told.
pub(crate) async fn play(story: Story, expected: Expected, reach: Reach, plans: &[Plan]) -> Played {
    let world = world().await;
    let mut played = Played::default();
    let mut shoppers: Vec<_> =
        (1001..).zip(plans).map(|(order, _)| Shopper::new(&world, &order.to_string(), story.amount())).collect();
    if reach == Reach::Shopper {
        // what functions keep in memory is there for the first as for the last
        Shopper::new(&world, "1000", 2000).pay(APPROVED).await;
    }
    for (shopper, plan) in shoppers.iter_mut().zip(plans) {
        world.faults().restart();
        plan.iter().for_each(|(when, fault)| world.faults().plan(when.clone(), *fault));
        story.live(shopper).await;
        if reach == Reach::Shopper {
            complain_of_unmet(shopper, plan);
        }
    }
    played.by_shopper = world.faults().calls();
    if reach == Reach::Shopper {
        world.faults().stop();
    }
    quiet(&world, &mut shoppers).await;
    played.after = world.faults().calls().split_off(played.by_shopper.len().min(world.faults().calls().len()));
    if let ([shopper], [plan], Reach::All) = (&mut *shoppers, plans, reach) {
        complain_of_unmet(shopper, plan);
    }
    come_again(&world, &mut shoppers, expected).await;
    let evidence = Evidence::of(&world).await;
    for shopper in &mut shoppers {
        played.broken.push(broken(shopper, expected, &evidence).await);
    }
    played
}

fn complain_of_unmet(shopper: &mut Shopper<'_>, plan: &Plan) {
    if !plan.is_empty() && shopper.world.faults().pending() == plan.len() {
        shopper.complaints.push("no call met the fault".to_owned());
    }
}

/// Who wants to pay and has not comes again; who has paid is not asked again.
pub(crate) async fn come_again(world: &World, shoppers: &mut [Shopper<'_>], expected: Expected) {
    for _ in 0..2 {
        let mut paid_now = false;
        for shopper in shoppers.iter_mut() {
            let paid = shopper.look().await.is_some_and(|payment| payment.state.is_paid());
            match (shopper.open().await, expected) {
                (Page::Form(_), _) if paid => shopper.complaints.push("a paid order shows a form".to_owned()),
                (Page::Form(token), Expected::Paid) => {
                    shopper.submit(&token, APPROVED).await;
                    paid_now = true;
                }
                _ => {}
            }
        }
        if !paid_now {
            return;
        }
        quiet(world, shoppers).await;
    }
}

/// Over the lease's end and the look at it.
const LEASE_S: u64 = 45;
/// Over reconcile's questions and their back-off, half an hour of quiet, a day of asking and the looks after it.
const LATER_S: [u64; 8] = [75, 6 * 60, 31 * 60, 65 * 60, 24 * 3600, 65 * 60, 65 * 60, 25 * 3600];
/// Over the minute of the lease's end and the next: what is left in the index of a settled payment is looked at there.
const ONE_MORE_LOOK_S: u64 = 120;

/// Lets time pass until the payments are settled and told, and one look longer.
pub(crate) async fn quiet(world: &World, shoppers: &mut [Shopper<'_>]) {
    world.settle().await.unwrap();
    for step_s in std::iter::once(LEASE_S).chain(LATER_S) {
        if is_done(world, shoppers).await {
            break;
        }
        pass(world, shoppers, step_s).await;
    }
    pass(world, shoppers, ONE_MORE_LOOK_S).await;
}

async fn is_done(world: &World, shoppers: &mut [Shopper<'_>]) -> bool {
    for shopper in shoppers {
        if shopper.look().await.is_some_and(|payment| !payment.state.is_settled()) {
            return false;
        }
    }
    let mails = world.queues().unwrap().into_iter().filter(|queue| queue.name.contains("MailQueue"));
    mails.map(|queue| queue.waiting + queue.in_flight).sum::<u64>() == 0
}

async fn pass(world: &World, shoppers: &mut [Shopper<'_>], step_s: u64) {
    world.advance(Duration::from_secs(step_s)).await.unwrap();
    for shopper in shoppers {
        shopper.look().await;
        shopper.reload().await;
    }
}
