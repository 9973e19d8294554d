//! A merchant's year of regular purchases through the whole system, and a day of many in the schedule.

use crate::{
    measure::{cost, ms},
    table,
};
use local::world::{Housekeeping, Ledger, Options, World};
use std::time::Duration;
use system_tests::{RegularDesk, START, cards, tick, year_of};

/// Plans of the year, unless `PLANS` says otherwise.
const PLANS: usize = 10_000;
/// Plans that are due on one day, unless `DUE` says otherwise.
const DUE: u32 = 100_000;

/// Measures and prints: `cargo bench --workspace --bench payments -- year`.
pub(crate) async fn print() {
    let plans = std::env::var("PLANS").ok().and_then(|plans| plans.parse().ok()).unwrap_or(PLANS);
    let report = year_of(&world().await, plans).await;
    table::print(
        &format!("a year of {plans} regular purchases through the whole system (one thread)"),
        &["plans", "charged", "declined", "let go", "as agreed to the day", "minutes"],
        &[vec![
            report.plans.to_string(),
            report.charged.to_string(),
            report.declined.to_string(),
            report.let_go.to_string(),
            report.untroubled.to_string(),
            format!("{:.1}", report.took.as_secs_f64() / 60.0),
        ]],
    );
}

/// Measures and prints: `cargo bench --workspace --bench payments -- due`.
pub(crate) async fn print_due() {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    // 21 November to 28 December, an hour before its schedule
    world.advance(Duration::from_secs(36 * 86_400 + 20 * 3_600)).await.unwrap();
    // what the stream's readers do with new plans is nothing of the schedule's
    for reader in ["OutboxRelay", "SearchIndex"] {
        world.cloud().stream("Table").unwrap().of(reader).advance(i64::MAX as u64).unwrap();
    }
    let due = std::env::var("DUE").ok().and_then(|due| due.parse().ok()).unwrap_or(DUE);
    desk.fill(&plan, due).await;
    let (tally, spent) = cost(tick(&world)).await;
    assert_eq!(tally.queued, due + 1);
    table::print(
        &format!("{due} regular purchases due on one day, put into the queue (one thread)"),
        &["queued", "CPU s", "s"],
        &[vec![
            tally.queued.to_string(),
            format!("{:.1}", ms(spent.cpu) / 1_000.0),
            format!("{:.1}", spent.wall.as_secs_f64()),
        ]],
    );
}

async fn world() -> World {
    let options =
        Options { ledger: Ledger::Memory, housekeeping: Housekeeping::Daily, ..Options::test(START.parse().unwrap()) };
    World::start(options).await.unwrap()
}
