//! The acquirer's side of a test: what it was asked, and what it holds at the end.

use domain::Payment;
use local::world::World;
use outbound::acquirer::{Entry, Kind, Outcome};
use test_acquirer::Totals;

/// Every call of one kind that had an effect or an answer, in order.
pub async fn acquirer_calls(world: &World, kind: Kind) -> Vec<Entry> {
    let log = world.acquirer_log().await.expect("the ledger answers");
    log.into_iter().filter(|entry| entry.kind == kind).collect()
}

/// How many authorizations were approved, whatever became of them later.
pub async fn approvals(world: &World) -> usize {
    acquirer_calls(world, Kind::Authorize).await.iter().filter(|entry| entry.outcome == Outcome::Approved).count()
}

/// Where the money of one order stands at the acquirer.
pub async fn totals(world: &World, payment: &Payment) -> Totals {
    let now = world.now();
    world.books().totals(&payment.reference(1), now).await.expect("the ledger answers")
}
