//! No card number and no security code anywhere: every published card goes through every flow, fault and typing mistake, and then everything
//! that was stored, sent, shown or logged is searched. The request to the acquirer is the only place for them, and it is kept nowhere.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

mod flows;
mod search;
mod visitor;

use std::{fs, path::Path};

use aws_sdk_dynamodb::Client;
use local::{
    cloud::Caller,
    world::{Housekeeping, Options, World},
};
use search::Search;
use system_tests::Log;
use tracing_subscriber::filter::LevelFilter;
use visitor::Canary;

#[tokio::test]
async fn no_card_number_or_code_is_stored_shown_sent_or_logged() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("canary");
    let _absent = fs::remove_dir_all(&folder);
    let (log, guard) = Log::capture(LevelFilter::INFO);
    let Canary { mut seen, codes, .. } = {
        let housekeeping = Housekeeping::Daily;
        let options = Options { data_dir: Some(folder.clone()), housekeeping, ..system_tests::options() };
        let world = system_tests::fresh_with(options).await;
        let mut canary = Canary::new(world.clone());
        flows::all(&mut canary).await;
        let mails = world.mailbox().unwrap();
        assert!(mails.len() >= 20, "the mails of what was paid were sent: {}", mails.len());
        canary.seen.extend(mails.iter().map(|mail| (mail.subject.clone(), format!("{mail:?}").into_bytes())));
        let tables = tables(&world).await;
        canary.seen.extend(tables);
        canary
    };
    drop(guard);
    let shown = seen.len();
    seen.push(("the log".to_owned(), log.bytes()));
    let said = [
        "payment tried",
        "back from the issuer",
        "card registration tried",
        "single charge tried",
        "cards sealed anew",
        "a kept card was deleted",
        "a batch file was refused",
        "a batch ended",
        "charge tried by the API",
        "a kept card was deleted by the API",
    ];
    let troubles = ["the guard refused a card", "request refused", "no charge was tried", "a card was not kept"];
    for message in said.iter().chain(&troubles) {
        assert!(search::holds(&log.bytes(), message.as_bytes()), "the flows came that far: {message}");
    }
    collect(&folder, &mut seen);

    let stored = |what: &str| seen.iter().skip(shown - 3).any(|(_, bytes)| search::holds(bytes, what.as_bytes()));
    for what in ["TARO YAMADA", "4242", "captured", "challenging"] {
        assert!(stored(what), "the search finds what is there: {what}");
    }
    let search = Search::new(&codes);
    let hits: Vec<String> = seen
        .iter()
        .flat_map(|(place, bytes)| {
            let hits = if place.ends_with(flows::FIGURES) { search.numbers(bytes) } else { search.hits(bytes) };
            hits.into_iter().map(move |hit| format!("{place}: {hit}"))
        })
        .collect();
    assert!(hits.is_empty(), "{} hits:\n{}", hits.len(), hits[..hits.len().min(40)].join("\n"));
    let bytes: usize = seen.iter().map(|(_, bytes)| bytes.len()).sum();
    say(seen.len(), bytes, codes.len());
    fs::remove_dir_all(&folder).unwrap();
}

/// Says what was searched, even where the test runner keeps what passing tests print.
fn say(places: usize, bytes: usize, codes: usize) {
    use std::io::Write as _;
    let line = format!(
        "canary: {} numbers and {codes} codes in {places} places, {bytes} bytes: 0 hits",
        search::NUMBERS.len()
    );
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Every item of every table, the acquirer's too, past the files' own format.
async fn tables(world: &World) -> Vec<(String, Vec<u8>)> {
    let client = Client::new(&world.cloud().sdk_config(Caller::Operator));
    let mut found = Vec::new();
    for table in &world.template().tables {
        let mut start = None;
        loop {
            let page = client.scan().table_name(&table.name).set_exclusive_start_key(start).send().await.unwrap();
            found.extend(
                page.items()
                    .iter()
                    .map(|item| (format!("{} {item:.60?}", table.name), format!("{item:?}").into_bytes())),
            );
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
    }
    assert!(found.len() > 50, "{} items", found.len());
    found
}

fn collect(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}
