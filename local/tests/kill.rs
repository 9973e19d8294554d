//! The process is killed between any two steps of a payment and started again on the same files: nobody pays twice, and nobody who has paid goes untold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test ends where it can't go on"
)]

use domain::{MerchantId, OrderId, PaymentKey};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const CARD: &str = "4242424242424242";
/// Its issuer asks the payer.
const CHALLENGED: &str = "4000002760003184";
const AMOUNT: u32 = 2000;
/// The acquirer approves it and its answer is lost.
const AMOUNT_IN_DOUBT: u32 = 1901;
/// Longer than a queue hides a message that was received.
const QUIET_S: u32 = 400;
/// How many instants of a step are tried, evenly over the time that it takes.
const INSTANTS: u32 = 6;

#[test]
fn a_killed_process_goes_on_where_it_stood() {
    let files = Files::new();
    let mut kessai = Kessai::start(&files.0);
    let mut order = Order::new(1);
    let mut kills = 0;

    // how long a payment takes, so that its instants can be told
    let form = kessai.form(&order).expect("a form");
    let started = Instant::now();
    kessai.submit(&form);
    let takes = started.elapsed();
    kessai.paid_once(&order);

    // between the page and the submit
    order = order.next(AMOUNT);
    let form = kessai.form(&order).expect("a form");
    kessai = kessai.killed_and_started();
    kills += 1;
    kessai.submit(&form);
    kessai.paid_once(&order);

    // while the card is charged, and after the answer, while others are told of it
    for instant in 0..INSTANTS * 2 {
        order = order.next(AMOUNT);
        let form = kessai.form(&order).expect("a form");
        let sent = kessai.send_only("POST", "/pay/authorize", &form.body);
        sleep(takes * instant / INSTANTS);
        kessai = kessai.killed_and_started();
        kills += 1;
        drop(sent);
        kessai.submit(&form); // the shopper presses the button again
        kessai.paid_once(&order);
    }

    // while the payer is sent to the issuer, and while what came of it is fetched
    let mut fetching = takes;
    for instant in 0..INSTANTS {
        order = order.next(AMOUNT);
        let form = kessai.form_with(&order, CHALLENGED).expect("a form");
        let mut hop = kessai.hop(&form);
        if instant % 3 == 2 {
            kessai = kessai.killed_and_started();
            kills += 1;
            hop = kessai.hop(&form); // the button again: the same challenge
        }
        let response = kessai.passed(&hop);
        let sent = kessai.send_only("POST", &hop.ours, &response);
        sleep(fetching * instant / INSTANTS);
        kessai = kessai.killed_and_started();
        kills += 1;
        drop(sent);
        let started = Instant::now();
        kessai.ask("POST", &hop.ours, &response).expect("an answer");
        fetching = fetching.max(started.elapsed());
        kessai.paid_once(&order);
    }

    // while reconcile finds out what became of a payment, and the mail that follows
    let mut asking = Duration::from_millis(200);
    for instant in 0..INSTANTS {
        order = order.next(AMOUNT_IN_DOUBT);
        let form = kessai.form(&order).expect("a form");
        kessai.submit(&form);
        let sent = kessai.send_only("POST", "/_local/clock", r#"{"advance_s": 60}"#);
        sleep(asking * instant / INSTANTS);
        kessai = kessai.killed_and_started();
        kills += 1;
        drop(sent);
        let started = Instant::now();
        kessai.advance(60);
        asking = started.elapsed();
        kessai.paid_once(&order);
    }
    println!("kills: {kills}");
}

/// One order of the demo shop.
#[derive(Clone)]
struct Order {
    number: u32,
    amount: u32,
}

impl Order {
    fn new(number: u32) -> Self {
        Self { number, amount: AMOUNT }
    }

    fn next(&self, amount: u32) -> Self {
        Self { number: self.number + 1, amount }
    }

    fn charge(&self) -> String {
        format!("7731{:04}", self.number)
    }

    /// What the acquirer's references of this order begin with.
    fn family(&self) -> String {
        let key = PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new(self.charge()).unwrap());
        key.reference(1).as_str().split_once('-').unwrap().0.to_owned()
    }
}

/// A card form, filled.
struct Form {
    body: String,
}

/// The way to the issuer and back.
struct Hop {
    issuer: String,
    request: String,
    ours: String,
}

/// The running program.
struct Kessai {
    child: Child,
    port: u16,
    aws_port: u16,
    files: PathBuf,
}

impl Kessai {
    fn start(files: &Path) -> Self {
        Self::on(files, free_port(), free_port())
    }

    fn on(files: &Path, port: u16, aws_port: u16) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_kessai"))
            .args(["--port", &port.to_string(), "--aws-port", &aws_port.to_string(), "--data-dir"])
            .arg(files)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut kessai = Self { child, port, aws_port, files: files.to_owned() };
        let started = Instant::now();
        while kessai.ask("GET", "/_local/ready", "").is_none_or(|answer| answer.status != 200) {
            let ended = kessai.child.try_wait().unwrap();
            assert!(ended.is_none(), "the program ended by itself: {ended:?}");
            assert!(started.elapsed() < Duration::from_secs(120), "the program does not serve");
            sleep(Duration::from_millis(20));
        }
        kessai
    }

    /// Killed where it stands (SIGKILL: nothing of it runs any more), and started on the same files.
    fn killed_and_started(mut self) -> Self {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let (files, port, aws_port) = (self.files.clone(), self.port, self.aws_port);
        drop(self);
        Self::on(&files, port, aws_port)
    }

    /// The card form of an order; none if the order may not be paid now.
    fn form(&self, order: &Order) -> Option<Form> {
        self.form_with(order, CARD)
    }

    fn form_with(&self, order: &Order, card: &str) -> Option<Form> {
        let page = self.page(order);
        page.contains(r#"action="/pay/authorize""#).then(|| {
            let token = between(&page, r#"name="order" value=""#, "\"");
            let typed = "card_expiry=12%2F30&card_code=123&card_name=TARO+YAMADA&mail=buyer%40example.jp";
            Form { body: format!("order={token}&card_number={card}&{typed}") }
        })
    }

    fn page(&self, order: &Order) -> String {
        let path = format!(
            "/pay?admin=4000&amount={}&charge={}&mail=buyer%40example.jp&return=1",
            order.amount,
            order.charge()
        );
        let answer = self.ask("GET", &path, "").expect("an answer");
        match answer.location {
            Some(location) => self.ask("GET", &location, "").expect("an answer").body,
            None => answer.body,
        }
    }

    fn submit(&self, form: &Form) -> String {
        let answer = self.ask("POST", "/pay/authorize", &form.body).expect("an answer");
        assert_eq!(answer.status, 303, "{}", answer.body);
        let mut location = answer.location.expect("a way on");
        loop {
            let answer = self.ask("GET", &location, "").expect("an answer");
            match answer.location {
                Some(further) => location = further,
                None => return answer.body,
            }
        }
    }

    /// Submits a card whose issuer asks; answers the page on the way there.
    fn hop(&self, form: &Form) -> Hop {
        let page = self.submit(form);
        let action = |class: &str| between(page.split_once(class).expect("a form").1, "action=\"", "\"").to_owned();
        let issuer = action(r#"<form id="handover""#);
        let (_, path) = issuer.split_once("/test-acquirer").expect("the issuer's page");
        Hop {
            issuer: format!("/test-acquirer{path}"),
            request: between(&page, r#"name="creq" value=""#, "\"").to_owned(),
            ours: action(r#"<form class="leave""#),
        }
    }

    /// Passes the challenge; answers what the issuer's page sends back.
    fn passed(&self, hop: &Hop) -> String {
        let choice = format!("creq={}&choice=pass", hop.request);
        let page = self.ask("POST", &hop.issuer, &choice).expect("an answer").body;
        format!("cres={}", between(&page, r#"name="cres" value=""#, "\""))
    }

    fn advance(&self, seconds: u32) {
        let moved = self.ask("POST", "/_local/clock", &format!(r#"{{"advance_s": {seconds}}}"#)).expect("an answer");
        assert_eq!(moved.status, 200, "{}", moved.body);
    }

    fn json(&self, path: &str) -> Vec<Value> {
        let answer = self.ask("GET", path, "").expect("an answer");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Lets all become quiet; a shopper who has not paid then does. In the end the order is paid, once, and told.
    fn paid_once(&self, order: &Order) {
        self.advance(60);
        for seconds in [60, 120, 600] {
            let page = self.page(order);
            if page.contains(r#"class="mood good""#) {
                break;
            }
            if let Some(form) = self.form(order) {
                self.submit(&form);
            }
            self.advance(seconds);
        }
        self.advance(QUIET_S); // a mail that was in somebody's hands comes back to the queue
        let name = order.charge();
        let page = self.page(order);
        assert!(page.contains(r#"class="mood good""#), "order {name} is not shown as paid: {page}");
        assert!(self.form(order).is_none(), "the paid order {name} shows a form");

        let family = order.family();
        let entries = self.json("/_local/acquirer.json");
        let ours = entries.iter().filter(|entry| entry["reference"].as_str().unwrap().starts_with(&family));
        let done: Vec<_> = ours.filter(|entry| entry["outcome"] == "approved").collect();
        let of = |kinds: &[&str]| {
            let of = done.iter().filter(|entry| kinds.contains(&entry["kind"].as_str().unwrap()));
            of.filter(|entry| entry["amount"].as_u64().unwrap() > 0).count()
        };
        let (approved, undone) = (of(&["authorize"]), of(&["reverse", "void"]));
        assert_eq!(approved - undone, 1, "order {name}: {done:?}");
        assert_eq!(undone, 0, "order {name} was undone though nothing but the process went wrong: {done:?}");

        let mails = self.json("/_local/mail.json");
        let told = mails.iter().filter(|mail| mail["text"].as_str().is_some_and(|text| text.contains(&name)));
        assert!(told.count() >= 1, "nobody was told of order {name}");
        let queues = self.json("/_local/queues.json");
        for queue in &queues {
            let left = queue["waiting"].as_u64().unwrap()
                + queue["in_flight"].as_u64().unwrap()
                + queue["dead"].as_u64().unwrap();
            assert_eq!(left, 0, "after order {name}: {queue}");
        }
    }

    /// Sends a request and does not wait for its answer.
    fn send_only(&self, method: &str, path: &str, body: &str) -> TcpStream {
        self.send(method, path, body).unwrap()
    }

    fn send(&self, method: &str, path: &str, body: &str) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n",
            self.port
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        Ok(stream)
    }

    /// None: nobody answers.
    fn ask(&self, method: &str, path: &str, body: &str) -> Option<Answer> {
        let mut text = Vec::new();
        self.send(method, path, body).ok()?.read_to_end(&mut text).ok()?;
        let text = String::from_utf8_lossy(&text);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).map(str::to_owned);
        Some(Answer { status, location, body: body.to_owned() })
    }
}

impl Drop for Kessai {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

/// A directory that goes with the test.
struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kill-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    text.split_once(start)
        .and_then(|(_, rest)| rest.split_once(end))
        .unwrap_or_else(|| panic!("no {start} in {text}"))
        .0
}
