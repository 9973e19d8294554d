//! CSV of a search: what stands in the file, in which characters, who may have it, and that a run that is cut off loses nothing (console-export, export-worker).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what goes wrong is meant to end it"
)]

use bytes::Bytes;
use domain::merchant::Encoding;
use http::{Request, StatusCode};
use local::admin::GivenRole;
use local::cloud::{Fault, When};
use local::world::World;
use std::time::Instant;
use system_tests::{Card, Clerk, Log, ShopRequest, Shopper, cards, fill_search, fresh, spoil};
use tracing_subscriber::filter::LevelFilter;

/// Pays an order of merchant 4000 with these free items.
async fn pay(world: &World, order: &str, free: [&str; 3]) {
    let request = ShopRequest::new("4000", 2000, order);
    let request =
        ["free1", "free2", "free3"].iter().zip(free).fold(request, |request, (name, value)| request.with(name, value));
    let mut shopper = Shopper::new(world);
    shopper.open(&request).await;
    shopper.pay(&Card::of(cards::VISA)).await;
}

/// Every payment stands in the file once, newest first, however many pages of the search it takes: 2,500, or as many as `EXPORT_ROWS` says.
#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a setting of the test run, not of the product")]
async fn a_long_search_is_written_to_its_end() {
    let rows = std::env::var("EXPORT_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(2_500);
    let world = fresh().await;
    fill_search(&world, 0, rows).await;
    let mut clerk = Clerk::owner(&world).await;
    let started = Instant::now();
    export(&world, &mut clerk, "", "utf-8").await;
    println!("{rows} rows were written in {:?}", started.elapsed());
    let (_, bytes) = file(&world, &mut clerk).await;
    let text = std::str::from_utf8(&bytes).unwrap();
    let written = text.lines().skip(1).map(|line| line.split(',').next().unwrap());
    let wanted: Vec<String> = (0..rows).map(|place| format!("r{place}")).collect();
    assert!(written.eq(wanted.iter().map(String::as_str)), "each once, in order");
}

/// Asks for the CSV of what is in front and waits until it is written.
async fn export(world: &World, clerk: &mut Clerk, query: &str, encoding: &str) {
    clerk.get(&format!("/console/exports?{query}")).await;
    let form = clerk.form("/console/exports").clone().chosen("encoding", encoding);
    clerk.submit(&form).await;
    assert_eq!(clerk.page().status, StatusCode::OK, "{}", clerk.page().text);
    world.settle().await.unwrap();
}

/// The file behind the page in front, as a browser downloads it.
async fn file(world: &World, clerk: &mut Clerk) -> (String, Vec<u8>) {
    let address = clerk.page().address.clone();
    clerk.get(&address).await;
    let ready = clerk.page().tags("a").find_map(|tag| tag.attribute("href").filter(|to| to.ends_with("?file")));
    let ready = ready.unwrap_or_else(|| panic!("not ready: {}", clerk.page().text)).to_owned();
    let answer = clerk.send(Request::get(ready).body(Bytes::new()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let signed = Request::get(answer.location().unwrap()).body(Bytes::new()).unwrap();
    let answer = world.cloud().visit(signed).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    (name, answer.into_body().to_vec())
}

#[tokio::test]
async fn a_search_becomes_a_file_with_the_consoles_columns() {
    let world = fresh().await;
    pay(&world, "0071", ["=cmd|' /C calc'!A0", "カンマ,と\"引用符\"", "表示"]).await;
    pay(&world, "72", ["", "", ""]).await;
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    export(&world, &mut clerk, "", "utf-8").await;
    let (name, bytes) = file(&world, &mut clerk).await;
    assert!(name.contains("attachment") && name.contains("-4000-20261121-"), "{name}");
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap()).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("伝票番号,決済金額,決済結果,自由設定項目1,自由設定項目2,自由設定項目3,メールアドレス,カード名義,処理区分,決済日時"));
    assert!(lines[1].starts_with("72,2000,"), "newest first: {}", lines[1]);
    assert!(lines[2].starts_with("0071,2000,"), "leading zeros stay: {}", lines[2]);
    assert!(lines[2].contains(",'=cmd|' /C calc'!A0,\"カンマ,と\"\"引用符\"\"\",表示,"), "{}", lines[2]);
    assert!(lines[2].contains(",shopper@example.com,TARO YAMADA,"), "{}", lines[2]);
    assert!(!text.contains("4242424242424242") && lines[2].ends_with("4242"), "{}", lines[2]);
    assert_eq!(lines.len(), 4, "a head line, two payments, and the end");
}

#[tokio::test]
async fn only_what_the_search_finds_is_written_and_cp932_says_what_it_lacks() {
    let world = fresh().await;
    pay(&world, "81", ["髙橋😀", "", ""]).await;
    pay(&world, "82", ["", "", ""]).await;
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    export(&world, &mut clerk, "order=81", "cp932").await;
    let (_, bytes) = file(&world, &mut clerk).await;
    let text = domain::text::decode(&bytes, Encoding::ShiftJis).expect("CP932");
    assert!(text.contains("髙橋〓") && !text.contains("&#") && !text.contains("\r\n82,"), "{text}");
    assert!(clerk.page().text.contains("1文字"), "the page says how many were replaced: {}", clerk.page().text);
}

#[tokio::test]
async fn a_run_that_is_cut_off_at_any_call_ends_in_the_same_file() {
    let world = fresh().await;
    for order in ["91", "92", "93"] {
        pay(&world, order, ["", "", ""]).await;
    }
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    export(&world, &mut clerk, "", "utf-8").await;
    let (_, whole) = file(&world, &mut clerk).await;
    let mut cut = 0;
    for operation in ["GetItem", "Query", "PutItem", "PutObject"] {
        for fault in [Fault::FailBefore, Fault::ReplyLost, Fault::DropBefore, Fault::DropAfter, Fault::Twice] {
            world.faults().restart();
            let caller = Some("ExportWorker".to_owned());
            world.faults().plan(When::Nth { caller, operation: operation.to_owned(), nth: 0 }, fault);
            export(&world, &mut clerk, "", "utf-8").await;
            // what was dropped is given again when the queue's visibility ends
            world.advance(std::time::Duration::from_secs(3601)).await.unwrap();
            let mut again = Clerk::owner(&world).await;
            again.get(&clerk.page().address.clone()).await;
            assert_eq!(file(&world, &mut again).await.1, whole, "{operation} {fault:?}");
            clerk = again;
            cut += 1;
        }
    }
    world.faults().restart();
    assert_eq!(cut, 20);
}

#[tokio::test]
async fn a_download_is_its_merchants_own_and_for_those_who_may() {
    let world = fresh().await;
    pay(&world, "61", ["", "", ""]).await;
    world.settle().await.unwrap();
    let mut owner = Clerk::owner(&world).await;
    export(&world, &mut owner, "", "utf-8").await;
    let address = owner.page().address.clone();
    let mut other = Clerk::owner_24(&world).await;
    let theirs = other.get(&address).await.clone();
    let nowhere = other.get("/console/exports/0123456789abcdef").await.clone();
    assert_eq!((theirs.status, &theirs.text), (StatusCode::NOT_FOUND, &nowhere.text), "not yours is not there");
    assert_eq!(other.get(&format!("{address}?file")).await.status, StatusCode::NOT_FOUND);
    let mut viewer = Clerk::joined(&world, "viewer@example.jp", GivenRole::Viewer).await;
    assert_eq!(viewer.get("/console/exports").await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.get(&format!("{address}?file")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_wrong_search_or_form_makes_nothing() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    assert_eq!(clerk.get("/console/exports?from=2026-13-01").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    clerk.get("/console/exports").await;
    let form = clerk.form("/console/exports").clone();
    for (name, value) in [("encoding", "latin-1"), ("query", "from=yesterday")] {
        assert_eq!(clerk.submit(&form.clone().with(name, value)).await.status, StatusCode::BAD_REQUEST, "{name}");
    }
    world.settle().await.unwrap();
    assert!(clerk.get("/console/exports").await.text.contains("まだ出力はありません"));
}

#[tokio::test]
async fn a_download_that_lists_a_record_that_cant_be_read_says_so() {
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let world = fresh().await;
    for order in ["1", "2"] {
        pay(&world, order, ["", "", ""]).await;
    }
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let table = world.template().tables.iter().find(|table| table.name == "SearchTable").unwrap().name.clone();
    let spoilt = spoil(world.cloud(), &table, "doc", |pk, _| pk == "P#4000#1").await;
    export(&world, &mut clerk, "", "utf-8").await;
    let address = clerk.page().address.clone();
    assert!(clerk.get(&address).await.text.contains("作成できませんでした"), "{}", clerk.page().text);
    assert!(clerk.get("/console/exports").await.text.contains("作成できませんでした"), "{}", clerk.page().text);
    assert_eq!(log.alarms().len(), 1, "{:?}", log.alarms());
    assert_eq!(world.cloud().queue("ExportDeadLetters").unwrap().bodies().unwrap(), [""; 0]);
    spoilt.mend().await;
    export(&world, &mut clerk, "", "utf-8").await;
    assert_eq!(std::str::from_utf8(&file(&world, &mut clerk).await.1).unwrap().lines().count(), 3);
}
