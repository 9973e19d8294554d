//! What shoppers do, and what passes until all is quiet.

use bytes::Bytes;
use domain::{CardOwner, Payment};
use http::Response;
use jiff::Timestamp;
use local::cloud::{Call, Fault, NoAnswer, When};
use local::world::{Options, World};
use std::time::Duration;
use store::{Cursor, DueCursor, keys::DueMinute};

use super::invariants::{Evidence, Expected, broken};
use super::shopper::{APPROVED, CHALLENGED, DECLINED, Page, Shopper, Turn, kept_card, table};
use super::{heard, kept};

/// How many shoppers share a world, where nothing keeps them apart.
const MANY: usize = 16;

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
    /// Pays with a card whose issuer asks, and takes this turn there.
    Challenge(Turn),
    /// The same, and the issuer's page sends the payer back twice, at once.
    ReturnsTwice,
    /// Passes the issuer's challenge, then the acquirer fails in its own way.
    ChallengeAmount(u32),
    /// Pays with this card, and lets it be kept.
    Keeps(&'static str),
    /// The same with an amount at which the acquirer fails in its own way.
    KeepsAmount(u32),
    /// Pays with a kept card whose number we have sealed.
    WithSealed,
    /// Pays with a kept card that the acquirer holds for us, and whose issuer asks.
    WithToken,
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

/// What of that which the shopper causes meets faults. The rest goes as in another story, and is tried there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acts {
    /// Every call.
    Whole,
    /// Every call of ours, but not what the acquirer does inside: whatever that is, it is an answer of the acquirer's.
    Ours,
    /// The calls of this function, in a world where it has done the like before.
    Of(&'static str),
    /// The calls of this function, in a world where nothing is kept in memory yet.
    ColdOf(&'static str),
    /// None: lived through once, without any fault but the amount's.
    AnotherStorys,
}

impl Story {
    /// Every story.
    pub(crate) const ALL: [Self; 38] = [
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
        Self::Challenge(Turn::Pass),
        Self::Challenge(Turn::Fail),
        Self::Challenge(Turn::CancelThere),
        Self::Challenge(Turn::CancelHere),
        Self::Challenge(Turn::Leave),
        Self::ReturnsTwice,
        Self::ChallengeAmount(1901),
        Self::ChallengeAmount(1902),
        Self::ChallengeAmount(1903),
        Self::ChallengeAmount(1904),
        Self::ChallengeAmount(1905),
        Self::ChallengeAmount(1906),
        Self::ChallengeAmount(1907),
        Self::ChallengeAmount(1908),
        Self::ChallengeAmount(1909),
        Self::ChallengeAmount(1910),
        Self::Keeps(APPROVED),
        Self::Keeps(CHALLENGED),
        Self::KeepsAmount(1901),
        Self::KeepsAmount(1905),
        Self::WithSealed,
        Self::WithToken,
    ];

    /// What of that which follows without the shopper meets faults.
    pub(crate) fn ending(self) -> Ending {
        match self {
            Self::Approved | Self::GoesAway | Self::Amount(1901) => Ending::Whole,
            Self::Amount(1902) => Ending::Effects,
            Self::Amount(1904 | 1905 | 1909 | 1910) | Self::Challenge(Turn::Leave) | Self::KeepsAmount(1901) => {
                Ending::Questions
            }
            Self::Impatient
            | Self::AnotherCard
            | Self::GivesUp
            | Self::Twice
            | Self::Amount(_)
            | Self::Challenge(_)
            | Self::ReturnsTwice
            | Self::ChallengeAmount(_)
            | Self::Keeps(_)
            | Self::KeepsAmount(_)
            | Self::WithSealed
            | Self::WithToken => Ending::AnotherStorys,
        }
    }

    /// What of that which the shopper causes meets faults.
    pub(crate) fn acts(self) -> Acts {
        match self {
            Self::Approved
            | Self::Impatient
            | Self::AnotherCard
            | Self::GoesAway
            | Self::GivesUp
            | Self::Twice
            | Self::Amount(_) => Acts::Whole,
            Self::Challenge(Turn::Pass) | Self::WithToken => Acts::Ours,
            Self::Challenge(Turn::Fail | Turn::CancelHere)
            | Self::ReturnsTwice
            | Self::ChallengeAmount(1901 | 1902 | 1904 | 1905 | 1910)
            | Self::Keeps(CHALLENGED) => Acts::Of("ChallengeReturn"),
            Self::Keeps(_) | Self::WithSealed => Acts::ColdOf("Authorize"),
            // From the issuer's page it is the same as failing there, and who leaves causes nothing more.
            Self::Challenge(Turn::CancelThere | Turn::Leave) | Self::ChallengeAmount(_) | Self::KeepsAmount(_) => {
                Acts::AnotherStorys
            }
        }
    }

    fn amount(self) -> u32 {
        match self {
            Self::Amount(amount) | Self::ChallengeAmount(amount) | Self::KeepsAmount(amount) => amount,
            Self::Approved
            | Self::Impatient
            | Self::AnotherCard
            | Self::GoesAway
            | Self::GivesUp
            | Self::Twice
            | Self::Challenge(_)
            | Self::ReturnsTwice
            | Self::Keeps(_)
            | Self::WithSealed
            | Self::WithToken => 2000,
        }
    }

    /// How it ends whatever single thing goes wrong, with a shopper who comes back until it is paid where that is possible.
    pub(crate) fn expected(self) -> Expected {
        match self {
            Self::GoesAway | Self::Challenge(Turn::Fail | Turn::Leave) => Expected::Unpaid,
            Self::Amount(1902 | 1905 | 1907 | 1909)
            | Self::ChallengeAmount(1902 | 1905 | 1907 | 1909)
            | Self::KeepsAmount(1905) => Expected::Unpaid,
            // …904 and …910 approve late: a question that gets no answer before may find it after
            Self::Amount(_) | Self::ChallengeAmount(_) | Self::KeepsAmount(_) => Expected::Settled,
            Self::Approved
            | Self::Impatient
            | Self::AnotherCard
            | Self::GivesUp
            | Self::Twice
            | Self::Challenge(_)
            | Self::ReturnsTwice
            | Self::Keeps(_)
            | Self::WithSealed
            | Self::WithToken => Expected::Paid,
        }
    }

    /// How it ends when nothing goes wrong but what the amount asks for.
    pub(crate) fn expected_without_faults(self) -> Expected {
        match self {
            Self::Amount(1901 | 1903 | 1906 | 1908)
            | Self::ChallengeAmount(1901 | 1903 | 1906 | 1908)
            | Self::KeepsAmount(1901) => Expected::Paid,
            Self::Amount(1904 | 1910) | Self::ChallengeAmount(1904 | 1910) => Expected::Unpaid,
            other => other.expected(),
        }
    }

    /// How many shoppers share a world. Where cards are declined they are few: the guard against card testing lets a card be declined 10 times in a day.
    pub(crate) fn together(self) -> usize {
        match self {
            Self::AnotherCard | Self::GoesAway | Self::Amount(1908) => 3,
            Self::Approved
            | Self::Impatient
            | Self::GivesUp
            | Self::Twice
            | Self::Amount(_)
            | Self::Challenge(_)
            | Self::ReturnsTwice
            | Self::ChallengeAmount(_)
            | Self::Keeps(_)
            | Self::KeepsAmount(_)
            | Self::WithSealed
            | Self::WithToken => MANY,
        }
    }

    /// Who lives through it: a buyer whom the shop knows, if a card is or was kept.
    async fn shopper(self, world: &World, order: u32) -> Shopper<'_> {
        let mut shopper = Shopper::new(world, &order.to_string(), self.amount());
        let user = format!("buyer-{order}");
        match self {
            Self::Challenge(turn) => shopper.turn = turn,
            Self::Keeps(_) | Self::KeepsAmount(_) => {
                shopper.user = Some(user);
                shopper.keeps = true;
            }
            Self::WithSealed => shopper.kept_before = Some(kept::sealed_elsewhere(world, &user).await),
            Self::WithToken => shopper.kept_before = Some(kept::by_token(world, &user, order).await),
            Self::Approved
            | Self::Impatient
            | Self::AnotherCard
            | Self::GoesAway
            | Self::GivesUp
            | Self::Twice
            | Self::Amount(_)
            | Self::ReturnsTwice
            | Self::ChallengeAmount(_) => {}
        }
        if let Some(CardOwner::Buyer(user)) = shopper.kept_before.as_ref().map(|card| &card.owner) {
            shopper.user = Some(user.clone());
        }
        shopper
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
            Self::Amount(_) => thrice(shopper, APPROVED).await,
            Self::Challenge(turn) => {
                let page = shopper.pay(CHALLENGED).await;
                let page = shopper.if_asked(page).await;
                if let (Page::Form(token), Turn::CancelHere | Turn::CancelThere) = (page, turn) {
                    shopper.submit(&token, APPROVED).await;
                }
            }
            Self::ReturnsTwice => returns_twice(shopper).await,
            Self::ChallengeAmount(_) => thrice(shopper, CHALLENGED).await,
            Self::Keeps(card) => {
                let page = shopper.pay(card).await;
                shopper.if_asked(page).await;
            }
            Self::KeepsAmount(_) => {
                shopper.pay(APPROVED).await;
            }
            Self::WithSealed | Self::WithToken => {
                let page = shopper.pay_with_kept().await;
                shopper.if_asked(page).await;
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

/// Pays, and after a decline again with the same card.
async fn thrice(shopper: &mut Shopper<'_>, card: &str) {
    let mut page = shopper.pay(card).await;
    for again in 0..3 {
        page = shopper.if_asked(page).await;
        match page {
            Page::Form(token) if again < 2 => page = shopper.submit(&token, card).await,
            _ => return,
        }
    }
}

/// The issuer's page is sent twice, as a browser does that is told to load it again, and once more from another tab.
async fn returns_twice(shopper: &mut Shopper<'_>) {
    let page = shopper.pay(CHALLENGED).await;
    let Page::Hop(hop) = page else { return };
    let mut other = Shopper::new(shopper.world, &shopper.order, shopper.amount);
    tokio::join!(shopper.if_asked(Page::Hop(hop.clone())), other.if_asked(Page::Hop(hop.clone())));
    other.come_back(&hop, &[]).await;
    shopper.complaints.append(&mut other.complaints);
}

/// A world of its own for one case. Reconcile stands where its rounds before would have brought it.
pub(crate) async fn world() -> World {
    world_at("2026-11-21T10:30:17Z").await
}

/// The same, begun at another instant.
pub(crate) async fn world_at(start: &str) -> World {
    let start: Timestamp = start.parse().unwrap();
    let world = World::start(Options::test(start)).await.unwrap();
    let cursor = Cursor { minute: DueMinute::reached(start), outage: false };
    DueCursor::new(table(&world)).advance(None, cursor).await.unwrap();
    heard::listens(&world).await;
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
    let mut shoppers = Vec::new();
    for (order, _) in (1001..).zip(plans) {
        shoppers.push(story.shopper(&world, order).await);
    }
    if reach == Reach::Shopper {
        // what functions keep in memory is there for the first as for the last
        Shopper::new(&world, "1000", 2000).pay(APPROVED).await;
        if story.together() < MANY {
            Story::AnotherCard.live(&mut story.shopper(&world, 999).await).await;
        } else if story.acts() != Acts::Whole {
            story.live(&mut story.shopper(&world, 999).await).await;
        }
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
    for shopper in &mut shoppers {
        // far too late, the issuer's page is sent back to us once more
        if let Some(hop) = shopper.hop.clone() {
            shopper.come_back(&hop, &[]).await;
        }
    }
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
                (Page::KeptForm(_), _) if paid => shopper.complaints.push("a paid order shows a form".to_owned()),
                (Page::Form(token), Expected::Paid) => {
                    shopper.submit(&token, APPROVED).await;
                    paid_now = true;
                }
                (Page::KeptForm(token), Expected::Paid) => {
                    let page = shopper.submit_kept(&token).await;
                    shopper.if_asked(page).await;
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
        let Some(payment) = shopper.look().await else { continue };
        let missing = payment.state.is_paid() && payment.keeping.is_some() && !is_kept(world, &payment).await;
        if missing || !payment.state.is_settled() {
            return false;
        }
    }
    let is_told_by =
        |name: &str| ["MailQueue", "NotifyQueue", "NotifyAgainQueue"].iter().any(|queue| name.contains(queue));
    let tellings = world.queues().unwrap().into_iter().filter(|queue| is_told_by(&queue.name));
    tellings.map(|queue| queue.waiting + queue.in_flight).sum::<u64>() == 0
}

/// Whether the payment's card is the kept one.
async fn is_kept(world: &World, payment: &Payment) -> bool {
    kept_card(world, &payment.card_owner()).await.is_some_and(|card| Some(card.id) == payment.card_id)
}

async fn pass(world: &World, shoppers: &mut [Shopper<'_>], step_s: u64) {
    world.advance(Duration::from_secs(step_s)).await.unwrap();
    for shopper in shoppers {
        shopper.look().await;
        shopper.reload().await;
    }
}
