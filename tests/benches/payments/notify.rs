//! Notifications a second through the functions' handlers in this process, and what one costs in calls and units.

use crate::{
    measure::{cost, ms},
    table,
};
use domain::{
    MerchantId,
    webhook::{Event, Form, Kind, Notice},
};
use local::world::{Ledger, Options, World};
use system_tests::Hook;

/// Events of a measurement.
const EVENTS: u64 = 2_000;

/// Measures and prints.
pub(crate) async fn print() {
    let mut rows = Vec::new();
    for (what, status) in [("heard at once", 200), ("not heard: the first try", 500)] {
        rows.push(measure(what, status).await);
    }
    let build = if cfg!(debug_assertions) { "a build for tests, which is slower" } else { "release build" };
    table::print(
        &format!("{EVENTS} notifications to one endpoint (one thread, {build})"),
        &[
            "",
            "a second",
            "CPU ms each",
            "write units each",
            "read units each",
            "DynamoDB calls each",
            "SQS calls each",
        ],
        &rows,
    );
}

async fn measure(what: &str, status: u16) -> Vec<String> {
    let options = Options { ledger: Ledger::Memory, mail: false, ..Options::serving(9000, None) };
    let world = World::start(options).await.unwrap();
    let hook = Hook::at(&world, "shop.example.com");
    hook.answers(status);
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let queue = world.template().queues.iter().find(|queue| queue.name.contains("NotifyQueue")).unwrap().name.clone();
    let queue = world.cloud().queue(&queue).unwrap();
    let merchant = MerchantId::new("4000").unwrap();
    let send = |from: u64, events: u64| {
        for number in from..from + events {
            let event = Event::test(merchant.clone(), number, 1, world.now());
            queue.send(&serde_json::to_string(&Notice::Event(event)).unwrap(), None).unwrap();
        }
    };
    send(0, 10);
    world.settle().await.unwrap();
    let heard = hook.calls().len();
    send(1_000_000, EVENTS);
    let before = world.usage();
    let ((), spent) = cost(async { world.settle().await.unwrap() }).await;
    let after = world.usage();
    assert!(hook.calls().len() >= heard + usize::try_from(EVENTS).unwrap(), "every event is told");
    assert_eq!(hook.endpoint(&endpoint).await.id, endpoint.id);
    let each = |sum: f64| format!("{:.2}", sum / EVENTS as f64);
    let calls = |usage: &local::cloud::Usage| usage.dynamodb.calls.values().sum::<u64>() as f64;
    vec![
        what.to_owned(),
        format!("{:.0}", EVENTS as f64 / spent.wall.as_secs_f64()),
        format!("{:.3}", ms(spent.cpu) / EVENTS as f64),
        each(after.dynamodb.write_units - before.dynamodb.write_units),
        each(after.dynamodb.read_units - before.dynamodb.read_units),
        each(calls(&after) - calls(&before)),
        each((after.sqs.calls - before.sqs.calls) as f64),
    ]
}
