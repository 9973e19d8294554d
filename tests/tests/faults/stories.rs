//! What shoppers do, and what passes until all is quiet.

use jiff::Timestamp;
use local::world::{Options, World};
use std::time::Duration;
use store::{Cursor, DueCursor, keys::DueMinute};

use super::invariants::{Expected, broken};
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
            Self::Amount(1902 | 1904 | 1905 | 1907 | 1909 | 1910) => Expected::Unpaid,
            Self::Amount(_) => Expected::Settled,
        }
    }

    /// How it ends when nothing goes wrong but what the amount asks for.
    pub(crate) fn expected_without_faults(self) -> Expected {
        match self {
            Self::Amount(1901 | 1903 | 1906 | 1908) => Expected::Paid,
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

/// Lives through a story in a world where faults may be planned, lets all become quiet, and says what does not hold.
pub(crate) async fn play(world: &World, story: Story, expected: Expected) -> Vec<String> {
    let mut shopper = Shopper::new(world, "1001", story.amount());
    story.live(&mut shopper).await;
    quiet(&mut shopper).await;
    // whoever wants to pay and has not comes again; whoever has paid is not asked again
    for _ in 0..2 {
        let paid = shopper.look().await.is_some_and(|payment| payment.state.is_paid());
        let shown = shopper.open().await;
        match (shown, expected) {
            (Page::Form(_), _) if paid => shopper.complaints.push("a paid order shows a form".to_owned()),
            (Page::Form(token), Expected::Paid) => {
                shopper.submit(&token, APPROVED).await;
                quiet(&mut shopper).await;
            }
            _ => break,
        }
    }
    broken(&mut shopper, expected).await
}

/// Over the lease's end and the look at it.
const LEASE_S: u64 = 45;
/// Over reconcile's questions and their back-off, half an hour of quiet, a day of asking and the looks after it.
const LATER_S: [u64; 8] = [75, 6 * 60, 31 * 60, 65 * 60, 24 * 3600, 65 * 60, 65 * 60, 25 * 3600];

/// Lets time pass until the payment is settled and told, and one look longer. A settled payment has nothing to wait for: what is left
/// of it in the index is looked at in the lease's minute and the next.
async fn quiet(shopper: &mut Shopper<'_>) {
    shopper.world.settle().await.unwrap();
    pass(shopper, LEASE_S).await;
    for step_s in LATER_S {
        let done = is_done(shopper).await;
        pass(shopper, step_s).await;
        if done {
            break;
        }
    }
}

async fn is_done(shopper: &mut Shopper<'_>) -> bool {
    let settled = shopper.look().await.is_none_or(|payment| payment.state.is_settled());
    let told = shopper.world.queues().unwrap().iter().all(|queue| queue.waiting + queue.in_flight == 0);
    settled && told
}

async fn pass(shopper: &mut Shopper<'_>, step_s: u64) {
    shopper.look().await;
    shopper.world.advance(Duration::from_secs(step_s)).await.unwrap();
    shopper.look().await;
    shopper.reload().await;
}
