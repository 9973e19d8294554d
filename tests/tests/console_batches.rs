//! Batches in the console (console-batches): the way of a file from its upload to its result, who may do what, and that what is asked twice is done once.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use bytes::Bytes;
use domain::{
    account::UserId,
    audit::Action,
    batch::{Batch, BatchId, BatchState, Chunk, ChunkState, Counts, FileFault, Piece, Refused, Repeated},
    merchant::Status,
};
use http::{Request, StatusCode, header};
use jiff::Timestamp;
use local::{
    admin::GivenRole,
    cloud::{Fault, When},
    world::World,
};
use system_tests::{Clerk, Form, Page, audit_log, batch_in, batches, change_merchant, fresh, put_batch};

const LIST: &str = "/console/batches";
const SECOND: Duration = Duration::from_secs(1);

/// Ours, as records name people.
fn somebody() -> UserId {
    UserId::from_random([9; 10])
}

const COUNTS: Counts =
    Counts { done: 5_000, approved: 4_900, yen: 12_000_000, declined: 90, unknown: 0, errors: 10, not_run: 0 };

fn waiting(world: &World) -> BatchState {
    BatchState::Waiting { since: world.now() }
}

fn running(world: &World) -> BatchState {
    BatchState::Running { chunks: Some(50), since: world.now() }
}

fn done(world: &World, counts: Counts) -> BatchState {
    BatchState::Done { counts, at: world.now() }
}

async fn put(world: &World, state: BatchState) -> Batch {
    put_batch(world, &batch_in(world, state)).await
}

fn address(batch: &Batch) -> String {
    format!("{LIST}/{}", batch.id)
}

async fn stored(world: &World, batch: &Batch) -> Batch {
    batches(world).load(&batch.merchant, &batch.id).await.unwrap().unwrap()
}

/// Merchant 4000 lets batches of these limits run at once.
async fn limits(world: &World, rows: u32, yen: u32) {
    change_merchant(world, "4000", |merchant| {
        merchant.batch.at_once_rows = rows;
        merchant.batch.at_once_yen = yen;
    })
    .await;
}

/// The form in front that sends this act.
fn form(page: &Page, act: &str) -> Form {
    let button = ("act".to_owned(), act.to_owned());
    let form = page.forms.iter().find(|form| form.buttons.contains(&button));
    form.unwrap_or_else(|| panic!("no button {act} on {:?}: {}", page.heading(), page.text)).clone().pressed("act", act)
}

fn policy(page: &Page) -> &str {
    page.header("content-security-policy").split("; ").find(|part| part.starts_with("form-action")).unwrap()
}

/// The messages in a queue.
fn queued(world: &World, name: &str) -> Vec<String> {
    let names = world.cloud().queue_names().unwrap();
    let name = names.iter().find(|known| known.contains(name)).unwrap_or_else(|| panic!("no {name} among {names:?}"));
    world.cloud().queue(name).unwrap().bodies().unwrap()
}

/// What stands in the log of batches, newest first.
async fn logged(world: &World) -> Vec<Action> {
    let of_batches = |action: &Action| {
        matches!(
            action,
            Action::BatchConfirmed { .. }
                | Action::BatchDropped { .. }
                | Action::BatchStopped { .. }
                | Action::BatchAgain { .. }
                | Action::BatchFetched { .. }
        )
    };
    audit_log(world, "4000").await.into_iter().map(|entry| entry.action).filter(of_batches).collect()
}

/// The upload as a browser sends it: the form's fields, then the file.
fn upload(form: &Form, file: &[u8]) -> Request<Bytes> {
    let mut body = Vec::new();
    for (name, value) in form.fields.iter().filter(|(name, _)| name != "file") {
        body.extend_from_slice(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    body.extend_from_slice(b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rows.csv\"\r\n");
    body.extend_from_slice(b"Content-Type: text/csv\r\n\r\n");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = Request::post(&form.action).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    request.body(Bytes::from(body)).unwrap()
}

fn upload_form(page: &Page) -> Form {
    let form = page.forms.iter().find(|form| form.fields.iter().any(|(name, _)| name == "policy"));
    form.unwrap_or_else(|| panic!("no form for a file: {}", page.text)).clone()
}

#[tokio::test]
async fn a_file_goes_straight_into_the_bucket_and_its_page_waits_for_it() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(LIST).await.clone();
    assert!(page.text.contains("まだ一括処理はありません") && page.text.contains("ひな形のCSV"), "{}", page.text);
    let form = upload_form(&page);
    let origin = form.action.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    assert_eq!(policy(&page), format!("form-action 'self' {origin}"), "this origin alone");
    let id = BatchId::new(
        form.value("key").unwrap().strip_prefix("4000/inbox/console-").unwrap().strip_suffix(".csv").unwrap(),
    );
    let own = format!("{LIST}/{}", id.unwrap());

    let answer = world.cloud().visit(upload(&form, b"charge,amount,user\r\n1,100,alice\r\n")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let back = answer.headers()["location"].to_str().unwrap().strip_prefix("http://localhost:9000").unwrap().to_owned();
    assert!(back.starts_with(&format!("{own}?")), "{back}");
    let page = clerk.get(&back).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.refresh().is_some_and(|refresh| refresh.contains(&own)), "it looks again: {:?}", page.refresh());
    assert_eq!(policy(page), "form-action 'self'", "no other page sends files");
}

#[tokio::test]
async fn what_does_not_come_is_waited_for_two_minutes_and_another_merchants_is_the_same() {
    let world = fresh().await;
    let theirs = put(&world, waiting(&world)).await;
    let mut clerk = Clerk::owner_24(&world).await;
    for id in [theirs.id.as_str(), "019aa5b1d40fedcba987"] {
        let address = format!("{LIST}/{id}");
        assert_eq!(clerk.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            clerk.get(&format!("{address}?key=4000/inbox/console-{id}.csv")).await.status,
            StatusCode::NOT_FOUND
        );
        let page = clerk.get(&format!("{address}?bucket=b&key=2400%2Finbox%2Fconsole-{id}.csv&etag=%22e%22")).await;
        assert_eq!(page.status, StatusCode::OK);
        let again = page.refresh().unwrap().to_owned();
        assert!(page.text.contains("受信中"), "{}", page.text);
        world.advance(119 * SECOND).await.unwrap();
        assert!(clerk.get(&again).await.text.contains("受信中"));
        world.advance(SECOND).await.unwrap();
        let page = clerk.get(&again).await;
        assert_eq!((page.status, page.refresh()), (StatusCode::NOT_FOUND, None));
        assert!(page.text.contains("ファイルが届いていません"), "{}", page.text);
        let future = format!("{address}?since=99999999999");
        assert_eq!(clerk.get(&future).await.code(), "not_there");
    }
}

#[tokio::test]
async fn every_state_says_how_it_stands_in_both_languages() {
    let world = fresh().await;
    let now = world.now();
    let refused = |why| BatchState::Refused { why, at: now };
    let cancelled = |ran| BatchState::Cancelled { counts: COUNTS, ran, by: somebody(), at: now };
    let states: Vec<(BatchState, &str, &str)> = vec![
        (BatchState::Checking { bytes: 60_000, since: now }, "検査中", "59 of "),
        (waiting(&world), "1行に誤りがあります", "1 row has a mistake"),
        (running(&world), "0 / 5,000行", "0 of 5,000 rows"),
        (
            BatchState::Cancelling { chunks: Some(50), since: now, by: somebody(), at: now },
            "新しい行はもう始まりません",
            "No row begins any more",
        ),
        (done(&world, COUNTS), "結果のCSVをダウンロードする", "Download the result CSV"),
        (done(&world, Counts { unknown: 3, ..COUNTS }), "もう一度請求しないでください", "do not charge them again"),
        (cancelled(true), "中止した人", "Stopped by"),
        (cancelled(false), "何も請求していません", "Nothing was charged"),
        (refused(Refused::Broken(FileFault::QuoteUnclosed(12))), "12行目", "line 12"),
        (refused(Refused::CardNumbers), "ファイルはすべて削除し", "Every copy of it was deleted"),
        (
            refused(Refused::SameFile { earlier: BatchId::new("019aa5b1d40fedcba987").unwrap() }),
            "同じファイルをもう一度使う",
            "Use the same file again",
        ),
        (refused(Refused::NoGoodRow), "1行に誤りがあります", "1 row has a mistake"),
        (refused(Refused::Suspended), "決済を停止しています", "does not trade"),
        (refused(Refused::Gone), "もう一度アップロードしてください", "upload it again"),
    ];
    let mut japanese = Clerk::owner(&world).await;
    let mut english = Clerk::joined(&world, "operator@example.jp", GivenRole::Operator).await;
    for (state, ja, en) in states {
        let batch = put(&world, state.clone()).await;
        for (clerk, said, other) in [(&mut japanese, ja, en), (&mut english, en, ja)] {
            let page = clerk.get(&address(&batch)).await;
            assert_eq!(page.status, StatusCode::OK, "{state:?}");
            assert!(page.text.contains(said), "{state:?} does not say {said}: {}", page.text);
            assert!(!page.text.contains(other), "{state:?} says {other} in another language");
            let goes_on = matches!(
                state,
                BatchState::Checking { .. } | BatchState::Running { .. } | BatchState::Cancelling { .. }
            ) || matches!(state, BatchState::Done { counts, .. } if counts.unknown > 0);
            assert_eq!(page.refresh().is_some(), goes_on, "{state:?}: {:?}", page.refresh());
            assert!(clerk.get(LIST).await.text.contains("december.csv"));
        }
    }
}

#[tokio::test]
async fn a_mistake_is_named_by_line_and_column_and_the_rest_is_charged_once() {
    let world = fresh().await;
    limits(&world, 5_000, 99_999_999).await;
    let batch = put(&world, waiting(&world)).await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&address(&batch)).await;
    let cells: Vec<&str> = page.tags("td").map(|cell| cell.text.as_str()).collect();
    assert_eq!((cells[0], cells[1]), ("37", "決済金額"), "{cells:?}");
    assert!(cells[2].contains("がありません。入力してください"), "what is wrong, and what to do: {cells:?}");
    assert!(page.text.contains("正しい4,999行、9,998,000円の請求へ進む"), "{}", page.text);
    clerk.get(&format!("{}?act=confirm", address(&batch))).await;
    let text = &clerk.page().text;
    assert!(text.contains("4,999行、合計9,998,000円を請求します") && text.contains("999万8,000円"), "{text}");
    assert_eq!(stored(&world, &batch).await, batch, "nothing happened by looking");

    let confirmed = form(clerk.page(), "confirm");
    let mut colleague = Clerk::joined(&world, "operator@example.jp", GivenRole::Operator).await;
    colleague.get(&format!("{}?act=confirm", address(&batch))).await;
    let theirs = form(colleague.page(), "confirm");
    clerk.submit(&confirmed).await;
    let runs = stored(&world, &batch).await;
    assert!(matches!(runs.state, BatchState::Running { chunks: None, .. }), "{:?}", runs.state);
    assert!(runs.confirmed_by.is_some());
    assert_eq!(clerk.page().address, address(&batch), "no word of anything else");
    let asked = Action::BatchConfirmed { batch: batch.id.clone(), rows: 4_999, yen: 9_998_000 };
    assert_eq!(logged(&world).await, std::slice::from_ref(&asked));
    let orders = queued(&world, "IntakeQueue");
    assert!(orders.len() == 1 && orders[0].contains(batch.id.as_str()), "{orders:?}");

    clerk.submit(&confirmed).await;
    assert_eq!(clerk.page().address, address(&batch), "the same form again is answered as before");
    colleague.submit(&theirs).await;
    assert!(colleague.page().text.contains("Somebody else was faster"), "{}", colleague.page().text);
    assert_eq!((stored(&world, &batch).await, logged(&world).await), (runs, vec![asked]), "and nothing more was done");
    assert_eq!(queued(&world, "IntakeQueue").len(), 1);
}

#[tokio::test]
async fn above_the_limit_a_fresh_code_is_asked_for_and_taken_once() {
    let world = fresh().await;
    for (rows, yen, asks) in [(4_998, 99_999_999, true), (4_999, 9_997_999, true), (4_999, 9_998_000, false)] {
        limits(&world, rows, yen).await;
        world.advance(31 * SECOND).await.unwrap(); // merchants are cached for so long
        let batch = put(&world, waiting(&world)).await;
        let mut clerk = Clerk::owner(&world).await;
        clerk.get(&format!("{}?act=confirm", address(&batch))).await;
        let form = form(clerk.page(), "confirm");
        assert_eq!(clerk.page().by_id("totp").is_some(), asks, "{rows} {yen}");
        if !asks {
            continue;
        }
        assert_eq!(clerk.submit(&form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(clerk.page().text.contains("コードが正しくないか"), "{}", clerk.page().text);
        assert_eq!(stored(&world, &batch).await, batch, "nothing runs without a code");
        let code = clerk.code().await;
        let typed = form.with("totp", &code);
        clerk.submit(&typed).await;
        assert!(matches!(stored(&world, &batch).await.state, BatchState::Running { .. }));
        assert_eq!(clerk.submit(&typed).await.address, address(&batch), "sent twice it is the same");
    }
}

#[tokio::test]
async fn nothing_is_decided_where_the_log_can_not_be_written() {
    let world = fresh().await;
    limits(&world, 5_000, 99_999_999).await;
    let mut clerk = Clerk::owner(&world).await;
    for (state, path, act) in [
        (waiting(&world), "?act=confirm", "confirm"),
        (waiting(&world), "", "drop"),
        (running(&world), "?act=stop", "stop"),
    ] {
        let batch = put(&world, state).await;
        clerk.get(&format!("{}{path}", address(&batch))).await;
        let form = form(clerk.page(), act);
        world.faults().restart();
        // every write but the log's comes after it
        let caller = Some("ConsoleBatches".to_owned());
        for nth in 0..8 {
            let when = When::Nth { caller: caller.clone(), operation: "PutItem".to_owned(), nth };
            world.faults().plan(when, Fault::FailBefore);
        }
        let page = clerk.submit(&form).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{act}: {}", page.text);
        world.faults().stop();
        assert_eq!(stored(&world, &batch).await, batch, "{act}");
    }
    assert_eq!(logged(&world).await, []);
}

#[tokio::test]
async fn a_queue_that_does_not_answer_is_asked_again_by_a_button() {
    let world = fresh().await;
    limits(&world, 5_000, 99_999_999).await;
    let batch = put(&world, waiting(&world)).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&format!("{}?act=confirm", address(&batch))).await;
    let confirmed = form(clerk.page(), "confirm");
    world.faults().restart();
    for nth in 0..8 {
        let (caller, operation) = (Some("ConsoleBatches".to_owned()), "SendMessageBatch".to_owned());
        world.faults().plan(When::Nth { caller, operation, nth }, Fault::FailBefore);
    }
    clerk.submit(&confirmed).await;
    world.faults().stop();
    assert!(clerk.page().text.contains("もう一度依頼してください"), "{}", clerk.page().text);
    assert!(matches!(stored(&world, &batch).await.state, BatchState::Running { chunks: None, .. }));
    assert_eq!(queued(&world, "IntakeQueue").len(), 0);
    let again = form(clerk.page(), "queue");
    clerk.submit(&again).await;
    assert!(clerk.page().text.contains("もう一度依頼しました"), "{}", clerk.page().text);
    assert_eq!(queued(&world, "IntakeQueue").len(), 1);
}

#[tokio::test]
async fn a_file_is_dropped_or_charged_and_never_both() {
    let world = fresh().await;
    limits(&world, 5_000, 99_999_999).await;
    let batch = put(&world, waiting(&world)).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&format!("{}?act=confirm", address(&batch))).await;
    let late = form(clerk.page(), "confirm");
    clerk.get(&address(&batch)).await;
    let dropped = form(clerk.page(), "drop");
    for _ in 0..2 {
        assert!(clerk.submit(&dropped).await.text.contains("ファイルを取り下げました"), "{}", clerk.page().text);
    }
    assert!(matches!(stored(&world, &batch).await.state, BatchState::Cancelled { ran: false, .. }));
    clerk.submit(&late).await;
    assert!(clerk.page().text.contains("先に行われた"), "{}", clerk.page().text);
    assert!(matches!(stored(&world, &batch).await.state, BatchState::Cancelled { ran: false, .. }));
    assert_eq!(logged(&world).await, [Action::BatchDropped { batch: batch.id }]);
    assert!(queued(&world, "IntakeQueue").is_empty());
}

#[tokio::test]
async fn a_batch_is_stopped_after_a_question_whatever_is_noted_meanwhile() {
    let world = fresh().await;
    let batch = put(&world, running(&world)).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&format!("{}?act=stop", address(&batch))).await;
    assert!(clerk.page().text.contains("すでに承認された行は、そのまま残ります"), "{}", clerk.page().text);
    let stop = form(clerk.page(), "stop");
    put(&world, BatchState::Running { chunks: Some(51), since: world.now() }).await; // batch-intake noted something
    world.faults().restart();
    clerk.submit(&stop).await;
    clerk.submit(&stop).await;
    let stands = stored(&world, &batch).await;
    assert!(matches!(stands.state, BatchState::Cancelling { chunks: Some(51), .. }), "{:?}", stands.state);
    assert_eq!(logged(&world).await, [Action::BatchStopped { batch: batch.id.clone() }]);
    assert!(clerk.page().text.contains("中止しています"), "{}", clerk.page().text);
    put(&world, done(&world, COUNTS)).await;
    clerk.submit(&stop).await;
    assert!(clerk.page().text.contains("先に行われた"), "what is over is not stopped: {}", clerk.page().text);
}

#[tokio::test]
async fn progress_is_the_sum_of_the_chunks() {
    let world = fresh().await;
    let batch = put(&world, running(&world)).await;
    world.advance(20 * SECOND).await.unwrap();
    for (number, approved, declined, unknown) in [(0, 95, 5, 0), (1, 99, 0, 1)] {
        let counts = Counts { done: 100, approved, yen: 200_000, declined, unknown, errors: 0, not_run: 0 };
        let first_line = number * 100 + 2;
        let piece = Piece { start: 0, end: 1, first_line, rows: 100, blank: 0, repeated: Repeated::default() };
        let chunk = Chunk { number, version: 1, piece, at: world.now(), counts, state: ChunkState::Done };
        batches(&world).put_chunk(&batch, &chunk).await.unwrap();
    }
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&address(&batch)).await;
    for said in ["200 / 5,000行", "194行 / 400,000円", "5行", "1行", "毎秒10行", "約8分"] {
        assert!(page.text.contains(said), "{said} is not said: {}", page.text);
    }
    assert_eq!(page.tags("progress").next().unwrap().attribute("value"), Some("4"));
}

#[tokio::test]
async fn the_same_bytes_wait_again_if_somebody_says_so() {
    let world = fresh().await;
    let earlier = BatchId::new("019aa5b1d40fedcba987").unwrap();
    let batch =
        put(&world, BatchState::Refused { why: Refused::SameFile { earlier: earlier.clone() }, at: world.now() }).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&address(&batch)).await;
    assert!(clerk.page().tags("a").any(|tag| tag.attribute("href") == Some(&format!("{LIST}/{earlier}"))));
    let again = form(clerk.page(), "again");
    clerk.submit(&again).await;
    assert!(clerk.page().text.contains("以前の一括処理で支払われなかった行を"), "{}", clerk.page().text);
    clerk.get(&format!("{}?act=confirm", address(&batch))).await;
    let asked = &clerk.page().text;
    assert!(asked.contains("支払われていない行だけを請求します（最大4,999行、最大9,998,000円）"), "{asked}");
    let stands = stored(&world, &batch).await;
    assert!(stands.again && matches!(stands.state, BatchState::Waiting { .. }), "{stands:?}");
    clerk.submit(&again).await;
    assert_eq!(stored(&world, &batch).await, stands);
    assert_eq!(logged(&world).await.len(), 1);
}

#[tokio::test]
async fn what_was_not_paid_is_made_ready_once_whoever_asks() {
    let world = fresh().await;
    let unknown = put(&world, done(&world, Counts { unknown: 1, ..COUNTS })).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&address(&unknown)).await;
    assert!(clerk.page().text.contains("確認中の行があるあいだは"), "{}", clerk.page().text);
    assert!(
        clerk.page().forms.iter().all(|form| form.buttons.is_empty()),
        "nothing is charged again before all is known"
    );
    let token = clerk.token().await;
    let by_hand = Request::post(address(&unknown))
        .header("origin", "http://localhost:9000")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(format!("token={token}&act=again&version={}", unknown.version)))
        .unwrap();
    clerk.follow(by_hand).await;
    assert_eq!(logged(&world).await, []);

    let batch = put(&world, done(&world, COUNTS)).await;
    let mut colleague = Clerk::joined(&world, "operator@example.jp", GivenRole::Operator).await;
    let mut next = Vec::new();
    for clerk in [&mut clerk, &mut colleague] {
        clerk.get(&address(&batch)).await;
        let again = form(clerk.page(), "again");
        next.push(clerk.submit(&again).await.address.clone());
    }
    assert_eq!(next[0], next[1], "two clerks, one batch");
    let id = BatchId::new(next[0].rsplit('/').next().unwrap()).unwrap();
    let stands = batches(&world).load(&batch.merchant, &id).await.unwrap().unwrap();
    assert!(stands.again && stands.confirmed_by.is_none() && stands.source == batch.source, "{stands:?}");
    assert!(matches!(stands.state, BatchState::Waiting { .. }));
    assert_eq!(logged(&world).await, [Action::BatchAgain { batch: id, of: batch.id.clone() }]);
    assert_eq!(stored(&world, &batch).await, batch, "the earlier one stays as it is");
    // line 37 is wrong in the same file again
    let all_paid = Counts { approved: 4_999, declined: 0, errors: 1, ..COUNTS };
    put(&world, done(&world, all_paid)).await;
    assert!(!clerk.get(&address(&batch)).await.text.contains("もう一度請求する"), "there is nothing to charge again");
}

#[tokio::test]
async fn a_result_is_for_those_who_may_and_noted_before_it_is_fetched() {
    let world = fresh().await;
    let batch = put(&world, done(&world, COUNTS)).await;
    let mut viewer = Clerk::joined(&world, "viewer@example.jp", GivenRole::Viewer).await;
    let page = viewer.get(&address(&batch)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.forms.iter().all(|form| form.buttons.is_empty()) && !page.html().contains("?file"), "{}", page.text);
    assert_eq!(viewer.get(&format!("{}?file", address(&batch))).await.code(), "role_too_low");
    assert_eq!(viewer.get(LIST).await.forms.len(), 1, "a viewer signs out, and uploads nothing");
    let mut clerk = Clerk::owner(&world).await;
    let fetch = Request::get(format!("{}?file", address(&batch))).body(Bytes::new()).unwrap();
    let answer = clerk.send(fetch).await;
    assert!(answer.location().unwrap().contains(&format!("4000/results/{}.csv", batch.id)), "{:?}", answer.location());
    assert_eq!(logged(&world).await, [Action::BatchFetched { batch: batch.id.clone() }]);
    for state in [waiting(&world), running(&world)] {
        put(&world, state).await;
        assert_eq!(clerk.get(&format!("{}?file", address(&batch))).await.code(), "not_there");
    }
    for act in ["confirm", "stop"] {
        put(&world, if act == "stop" { running(&world) } else { waiting(&world) }).await;
        assert_eq!(viewer.get(&format!("{}?act={act}", address(&batch))).await.code(), "role_too_low");
    }
}

#[tokio::test]
async fn a_merchant_that_may_not_trade_confirms_nothing() {
    let world = fresh().await;
    limits(&world, 5_000, 99_999_999).await;
    let batch = put(&world, waiting(&world)).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&format!("{}?act=confirm", address(&batch))).await;
    let confirmed = form(clerk.page(), "confirm");
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(31 * SECOND).await.unwrap();
    clerk.submit(&confirmed).await;
    assert_eq!(stored(&world, &batch).await, batch);
    assert!(clerk.page().text.contains("請求できません"), "{}", clerk.page().text);
    assert!(clerk.get(LIST).await.text.contains("決済を停止しています"));
}

#[tokio::test]
async fn today_lists_what_waits_and_what_does_not_go_on() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let long_ago: Timestamp = world.now() - jiff::SignedDuration::from_mins(21);
    for (state, said) in [
        (waiting(&world), Some("4,999行、9,998,000円が請求の確認を待っています")),
        (BatchState::Checking { bytes: 1, since: long_ago }, Some("処理が進んでいません")),
        (BatchState::Running { chunks: None, since: long_ago }, Some("処理が進んでいません")),
        (BatchState::Checking { bytes: 1, since: world.now() }, None),
        (done(&world, COUNTS), None),
    ] {
        let batch = put(&world, state.clone()).await;
        let page = clerk.get("/console").await;
        let linked = page.tags("a").any(|tag| tag.attribute("href") == Some(&address(&batch)));
        assert_eq!(linked, said.is_some(), "{state:?}");
        assert!(said.is_none_or(|said| page.text.contains(said)), "{state:?}: {}", page.text);
    }
}

#[tokio::test]
async fn older_batches_are_on_further_pages() {
    let world = fresh().await;
    let now = world.now();
    for number in 0..55_u64 {
        let id = BatchId::at(now + jiff::SignedDuration::from_secs(i64::try_from(number).unwrap()), number);
        put_batch(&world, &Batch { id, ..batch_in(&world, done(&world, COUNTS)) }).await;
    }
    let mut clerk = Clerk::owner(&world).await;
    let rows = |page: &Page| {
        page.tags("tbody").count().min(1) * page.tags("td").filter(|cell| cell.text == "december.csv").count()
    };
    assert_eq!(rows(clerk.get(LIST).await), 50);
    let older = clerk
        .page()
        .tags("a")
        .find_map(|tag| tag.attribute("href").filter(|to| to.contains("before=")))
        .unwrap()
        .to_owned();
    assert_eq!(rows(clerk.get(&older).await), 5);
    assert!(clerk.page().html().contains("最新の一覧へ"));
}

#[tokio::test]
async fn the_template_holds_the_names_of_the_columns_and_no_row() {
    let world = fresh().await;
    let mut viewer = Clerk::joined(&world, "viewer@example.jp", GivenRole::Viewer).await;
    for (names, first) in [("ja", "伝票番号,決済金額,購入者ID,元伝票番号"), ("en", "charge,amount,user,source")]
    {
        let page = viewer.get(&format!("{LIST}/template?names={names}")).await;
        assert!(page.header("content-disposition").starts_with("attachment; filename=\"batch-template-"));
        let text = std::str::from_utf8(page.body.strip_prefix(b"\xef\xbb\xbf").unwrap()).unwrap();
        assert!(text.starts_with(first) && text.lines().count() == 1, "{text}");
    }
    assert_eq!(viewer.get(&format!("{LIST}/template?names=fr")).await.status, StatusCode::NOT_FOUND);
}
