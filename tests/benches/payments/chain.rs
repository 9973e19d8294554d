//! Payments a second through the functions' handlers in this process: page, authorize, return; and the full chain beside it.

use crate::{
    measure::{Cost, cost, median, ms},
    pair, table,
};
use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{Request, Response, StatusCode, header};
use local::world::{Ledger, Options, World};
use std::io::Read as _;

/// Payments in one run.
const RUN: usize = 500;
const RUNS: usize = 9;
const SIZES: [usize; 2] = [1_000, 100_000];

/// What each part of a payment cost, over some payments.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    page: Cost,
    authorize: Cost,
    back: Cost,
    told: Cost,
}

impl Parts {
    fn sum(&self) -> Cost {
        let mut sum = self.page;
        sum += self.authorize;
        sum += self.back;
        sum += self.told;
        sum
    }
}

/// Measures and prints.
pub(crate) async fn print() {
    let mut bench = Bench::start(Ledger::Memory, false).await;
    for size in SIZES {
        bench.fill(size).await;
        let payments = row("page + authorize + return", &bench.runs(Told::Never).await);
        let pairs = plain_row("put + update pair alone", &pair::runs(bench.world.cloud(), RUN, RUNS).await);
        print_table(&format!("{size} payments in the table"), &[payments, pairs]);
    }
    let mut chain = Bench::start(Ledger::Table, true).await;
    chain.fill(SIZES[0]).await;
    let payments = row("page to mails", &chain.runs(Told::Always).await);
    print_table(
        &format!("{} payments in the table, the acquirer's ledger in its own, streams, queues, mails", SIZES[0]),
        &[payments],
    );
}

fn print_table(title: &str, rows: &[Vec<String>]) {
    let head = ["one thread, release build", "a second", "CPU ms", "page", "authorize", "return", "told"];
    table::print(&format!("{title} (medians of {RUNS} runs of {RUN})"), &head, rows);
}

fn row(title: &str, runs: &[Parts]) -> Vec<String> {
    let each = |part: fn(&Parts) -> Cost| format!("{:.3}", per_payment(runs, part));
    let mut row = plain_row(title, &runs.iter().map(Parts::sum).collect::<Vec<_>>());
    row.extend([each(|run| run.page), each(|run| run.authorize), each(|run| run.back), each(|run| run.told)]);
    row
}

fn plain_row(title: &str, runs: &[Cost]) -> Vec<String> {
    let rate = median(runs.iter().map(|run| RUN as f64 / run.wall.as_secs_f64()).collect());
    let cpu = median(runs.iter().map(|run| ms(run.cpu) / RUN as f64).collect());
    vec![title.to_owned(), format!("{rate:.0}"), format!("{cpu:.3}")]
}

/// Milliseconds on the processor.
fn per_payment(runs: &[Parts], part: fn(&Parts) -> Cost) -> f64 {
    median(runs.iter().map(|run| ms(part(run).cpu) / RUN as f64).collect())
}

/// Whether streams and queues are delivered as part of a payment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Always,
    Never,
}

struct Bench {
    world: World,
    /// Orders so far, which is payments in the table.
    orders: usize,
}

impl Bench {
    async fn start(ledger: Ledger, mail: bool) -> Self {
        let options = Options { ledger, mail, ..Options::serving(9000, None) };
        Self { world: World::start(options).await.unwrap(), orders: 0 }
    }

    /// Pays until the table holds this many payments.
    async fn fill(&mut self, size: usize) {
        while self.orders < size {
            self.pay(RUN.min(size - self.orders), Told::Never).await;
        }
    }

    async fn runs(&mut self, told: Told) -> Vec<Parts> {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            runs.push(self.pay(RUN, told).await);
        }
        runs
    }

    /// Pays this many orders, part by part: what a browser does in between is not measured.
    async fn pay(&mut self, count: usize, told: Told) -> Parts {
        let visits: Vec<_> = (0..count).map(|place| visit(self.orders + place)).collect();
        self.orders += count;
        let (pages, page) = cost(self.send(visits)).await;
        let submits = pages.iter().map(|page| submit(&text(page))).collect();
        let (answers, authorize) = cost(self.send(submits)).await;
        let returns = answers.iter().map(follow).collect();
        let (handed_over, back) = cost(self.send(returns)).await;
        assert!(handed_over.iter().all(|page| page.status() == StatusCode::OK));
        assert!(text(&handed_over[0]).contains(r#"name="result" value="0""#));
        let told = match told {
            Told::Always => cost(async { self.world.settle().await.unwrap() }).await.1,
            Told::Never => {
                // nobody reads it here: without this it would grow with every run
                self.world.cloud().stream("Table").unwrap().advance(i64::MAX as u64).unwrap();
                Cost::default()
            }
        };
        Parts { page, authorize, back, told }
    }

    async fn send(&self, requests: Vec<Request<Bytes>>) -> Vec<Response<Bytes>> {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            answers.push(self.world.http(request).await);
        }
        answers
    }
}

fn browser(request: http::request::Builder, body: String) -> Request<Bytes> {
    request
        .header(header::HOST, "localhost:9000")
        .header(header::USER_AGENT, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15")
        .header(header::ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header(header::ACCEPT_LANGUAGE, "ja")
        .header(header::ACCEPT_ENCODING, "gzip, deflate, br")
        .body(Bytes::from(body))
        .unwrap()
}

fn visit(order: usize) -> Request<Bytes> {
    let query = format!("admin=4000&amount=2000&charge={order}&mail=buyer%40example.jp&free1=%E8%B5%A4&return=1");
    browser(Request::get(format!("/pay?{query}")), String::new())
}

fn submit(page: &str) -> Request<Bytes> {
    let (_, rest) = page.split_once(r#"name="order" value=""#).unwrap();
    let order = rest.split_once('"').unwrap().0;
    let body = format!(
        "order={order}&card_number=4242424242424242&card_expiry=12%2F30&card_code=123&card_name=TARO+YAMADA&mail=buyer%40example.jp"
    );
    let request = Request::post("/pay/authorize").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    browser(request, body)
}

fn follow(answer: &Response<Bytes>) -> Request<Bytes> {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    browser(Request::get(answer.headers()[header::LOCATION].to_str().unwrap()), String::new())
}

fn text(page: &Response<Bytes>) -> String {
    let mut text = String::new();
    GzDecoder::new(page.body().as_ref()).read_to_string(&mut text).unwrap();
    text
}
