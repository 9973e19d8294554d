//! Rows of a batch a second through the functions' handlers in this process: a file in the bucket, its check, its chunks, its charges.

use crate::{
    measure::{cost, ms},
    table,
};
use domain::merchant::BatchSettings;
use local::world::{Ledger, Options, World};
use std::time::Duration;
use system_tests::{BatchDesk, change_merchant};

/// Rows of the file.
const ROWS: u32 = 5_000;
/// Buyers whose cards they charge.
const BUYERS: u32 = 50;

/// Measures and prints.
pub(crate) async fn print() {
    let options = Options { ledger: Ledger::Memory, mail: false, ..Options::serving(9000, None) };
    let world = World::start(options).await.unwrap();
    let at_once = BatchSettings { at_once_rows: BatchSettings::MOST_ROWS, at_once_yen: BatchSettings::MOST_YEN };
    change_merchant(&world, "4000", |merchant| merchant.batch = at_once).await;
    let desk = BatchDesk::of(&world, "4000");
    for buyer in 0..BUYERS {
        desk.keep(&format!("buyer-{buyer}"), system_tests::cards::VISA).await;
    }
    // what the stream's readers do with results is another measurement's
    for reader in ["OutboxRelay", "SearchIndex"] {
        world.cloud().stream("Table").unwrap().of(reader).advance(i64::MAX as u64).unwrap();
    }
    desk.put("warm", file(1_000_000, 100)).await;
    world.settle().await.unwrap();
    let before = world.usage().dynamodb;
    desk.put("rows", file(1, ROWS)).await;
    let ((), spent) = cost(async { world.settle().await.unwrap() }).await;
    let after = world.usage().dynamodb;
    tokio::time::sleep(Duration::from_secs(6)).await;
    world.settle().await.unwrap();
    let batch = desk.newest().await;
    assert_eq!(BatchDesk::counts(&batch).approved, ROWS, "every row is approved");
    let rows = f64::from(ROWS);
    let build = if cfg!(debug_assertions) { "a build for tests, which is slower" } else { "release build" };
    table::print(
        &format!("a batch of {ROWS} rows (one thread, {build})"),
        &["", "rows a second", "CPU ms a row", "write units a row", "read units a row"],
        &[vec![
            "checked, cut, charged".to_owned(),
            format!("{:.0}", rows / spent.wall.as_secs_f64()),
            format!("{:.3}", ms(spent.cpu) / rows),
            format!("{:.3}", (after.write_units - before.write_units) / rows),
            format!("{:.3}", (after.read_units - before.read_units) / rows),
        ]],
    );
}

fn file(from: u32, rows: u32) -> String {
    let line = |order: u32| format!("{order},2000,buyer-{},\r\n", order % BUYERS);
    let lines: String = (from..from + rows).map(line).collect();
    format!("{}\r\n{lines}", system_tests::HEADER)
}
