//! Who comes into the console, made from the template's routes: none without a session, a token and the role; none to another merchant's things; every change in the log (console-audit, audit-sign).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use domain::{
    MerchantId, OrderId, PaymentKey,
    account::{Role, UserId},
    api::Scope,
    batch::{Batch, BatchId, BatchState},
    recurring::plan::{PlanId, PlanState, Progress},
};
use http::{Method, Request, StatusCode};
use local::{
    admin::{Admin, AuditCommand, GivenRole},
    cloud::{Fault, When},
    world::World,
};
use system_tests::{
    Card, Clerk, ContinuationDesk, DELIVERY, DEMO_PASSWORD, DEMO_SECRET, ENDPOINT, Log, OWNER, Page, ShopRequest,
    Shopper, administer, batch_in, cards, endpoint_with_delivery, fresh, housekept, offer_in, offers, plan_in,
    put_api_key, put_batch, put_plan,
};
use tracing_subscriber::filter::LevelFilter;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Nobody need be signed in: it has its own ways to tell.
    Outside,
    /// Whoever has at least this role.
    Least(Role),
}

use Access::{Least, Outside};

/// Every route of the console. One that is not here fails the test: say who may use it, and in [`ids`] what its parameters name.
const ROUTES: &[(&str, Access)] = &[
    ("GET /console", Least(Role::Viewer)),
    ("GET /console/sales", Least(Role::Viewer)),
    ("POST /console/attention", Least(Role::Operator)),
    ("GET /console/login", Outside),
    ("POST /console/login", Outside),
    ("GET /console/login/totp", Outside),
    ("POST /console/login/totp", Outside),
    ("POST /console/logout", Least(Role::Viewer)),
    ("GET /console/join/{handle}", Outside),
    ("POST /console/join/{handle}", Outside),
    ("GET /console/reset", Outside),
    ("POST /console/reset", Outside),
    ("GET /console/reset/{handle}", Outside),
    ("POST /console/reset/{handle}", Outside),
    ("GET /console/language", Outside),
    ("GET /console/team", Least(Role::Owner)),
    ("POST /console/team", Least(Role::Owner)),
    ("GET /console/team/{user}", Least(Role::Owner)),
    ("POST /console/team/{user}", Least(Role::Owner)),
    ("GET /console/keys", Least(Role::Owner)),
    ("POST /console/keys", Least(Role::Owner)),
    ("GET /console/keys/{key}", Least(Role::Owner)),
    ("POST /console/keys/{key}", Least(Role::Owner)),
    ("GET /console/audit", Least(Role::Owner)),
    ("GET /console/audit/verify", Least(Role::Owner)),
    ("GET /console/transactions", Least(Role::Viewer)),
    ("GET /console/transactions/{order}", Least(Role::Viewer)),
    ("GET /console/payments/{order}/{act}", Least(Role::Operator)),
    ("POST /console/payments/{order}/{act}", Least(Role::Operator)),
    ("GET /console/charge", Least(Role::Operator)),
    ("POST /console/charge", Least(Role::Operator)),
    ("GET /console/batches", Least(Role::Viewer)),
    ("GET /console/batches/template", Least(Role::Viewer)),
    ("GET /console/batches/{batch}", Least(Role::Viewer)),
    ("POST /console/batches/{batch}", Least(Role::Operator)),
    ("GET /console/continuation", Least(Role::Viewer)),
    ("POST /console/continuation", Least(Role::Operator)),
    ("GET /console/continuation/{run}", Least(Role::Viewer)),
    ("POST /console/continuation/{run}", Least(Role::Operator)),
    ("GET /console/notifications", Least(Role::Operator)),
    ("POST /console/notifications", Least(Role::Owner)),
    ("GET /console/notifications/{endpoint}", Least(Role::Operator)),
    ("POST /console/notifications/{endpoint}", Least(Role::Operator)),
    ("GET /console/notifications/{endpoint}/{delivery}", Least(Role::Operator)),
    ("POST /console/notifications/{endpoint}/{delivery}", Least(Role::Operator)),
    ("GET /console/exports", Least(Role::Operator)),
    ("POST /console/exports", Least(Role::Operator)),
    ("GET /console/exports/{export}", Least(Role::Operator)),
    ("POST /console/exports/{export}", Least(Role::Operator)),
    ("GET /console/links", Least(Role::Viewer)),
    ("POST /console/links", Least(Role::Operator)),
    ("GET /console/links/{link}", Least(Role::Viewer)),
    ("POST /console/links/{link}", Least(Role::Operator)),
    ("GET /console/links/mails", Least(Role::Operator)),
    ("POST /console/links/mails", Least(Role::Operator)),
    ("GET /console/recurring", Least(Role::Viewer)),
    ("GET /console/recurring/download", Least(Role::Operator)),
    ("GET /console/recurring/offers", Least(Role::Viewer)),
    ("POST /console/recurring/offers", Least(Role::Operator)),
    ("GET /console/recurring/new-offer", Least(Role::Operator)),
    ("GET /console/recurring/offers/{offer}", Least(Role::Viewer)),
    ("POST /console/recurring/offers/{offer}", Least(Role::Operator)),
    ("GET /console/recurring/{plan}", Least(Role::Viewer)),
    ("POST /console/recurring/{plan}", Least(Role::Operator)),
    ("GET /console/guide", Least(Role::Viewer)),
    ("GET /console/settings", Least(Role::Owner)),
    ("POST /console/settings", Least(Role::Owner)),
    ("GET /console/settings/{section}", Least(Role::Owner)),
    ("POST /console/settings/{section}", Least(Role::Owner)),
];

/// A payment of merchant 4000, for routes that name one.
const ORDER: &str = "2026112101";

/// A batch and a run of continuation of merchant 4000.
const BATCH: &str = "019aa5b1d40012345678";

/// A route's path: with what merchant 4000 has, and with what nobody has.
fn ids(path: &str) -> (String, String) {
    let ours = UserId::from_random([1; 10]);
    let nobody = UserId::from_random([99; 10]);
    let plan = |order: &str| PlanId::of(&PaymentKey::new(merchant(), OrderId::new(order).unwrap())).to_string();
    let filled = |order: &str, user: &UserId, link: &str, export: &str, batch: &str| {
        path.replace("{order}", order)
            .replace("{user}", user.as_str())
            .replace("{key}", user.as_str())
            .replace("{link}", link)
            .replace("{export}", export)
            .replace("{batch}", batch)
            .replace("{run}", batch)
            .replace("{plan}", &plan(order))
            .replace("{offer}", if link == "demo" { "coffee" } else { "nocoffee" })
            .replace("{endpoint}", if link == "demo" { ENDPOINT } else { "we_00000000000000000000000000" })
            .replace("{delivery}", DELIVERY)
            .replace("{act}", "refund")
            .replace("{section}", "mail")
            .replace("{handle}", "nothing")
    };
    (
        filled(ORDER, &ours, "demo", "0123456789abcdef", BATCH),
        filled("2026999999", &nobody, "nolink", "fedcba9876543210", "019aa5b1d40fedcba987"),
    )
}

fn routes(world: &World) -> Vec<(Method, String)> {
    let routes = world.template().routes().filter(|(_, route)| route.path.starts_with("/console"));
    routes.map(|(_, route)| (route.method.parse().unwrap(), route.path.clone())).collect()
}

fn access(method: &Method, path: &str) -> Access {
    let name = format!("{method} {path}");
    let known = ROUTES.iter().find(|(route, _)| *route == name);
    known.unwrap_or_else(|| panic!("{name} is a new route: say in ROUTES who may use it")).1
}

/// A request as a browser sends it; `token` is what its form carries.
fn request(method: &Method, path: &str, token: &str) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(path);
    if *method == Method::GET {
        return request.body(Bytes::new()).unwrap();
    }
    let request = request.header("origin", "http://localhost:9000").header("sec-fetch-site", "same-origin");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(Bytes::from(format!("token={token}"))).unwrap()
}

fn merchant() -> MerchantId {
    MerchantId::new("4000").unwrap()
}

/// A world in which merchant 4000 has a payment, a batch, a run of continuation and a regular purchase.
async fn with_payment() -> World {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 2000, ORDER)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    let waiting = BatchState::Waiting { since: world.now() };
    put_api_key(&world, "4000", [1; 10], &[Scope::PaymentsRead]).await;
    endpoint_with_delivery(&world).await;
    put_batch(&world, &Batch { id: BatchId::new(BATCH).unwrap(), ..batch_in(&world, waiting) }).await;
    ContinuationDesk::put(&world, BATCH).await;
    offers(&world).put(None, &offer_in(&world)).await.unwrap();
    let plan = plan_in(&world, ORDER, PlanState::Active(Progress::Waiting));
    put_plan(&world, &plan).await;
    world.settle().await.unwrap();
    world
}

#[tokio::test]
async fn every_route_has_its_line() {
    let world = fresh().await;
    let routes = routes(&world);
    for (method, path) in &routes {
        access(method, path);
    }
    // Two of one path are one route; lines of routes that are gone would test nothing.
    let names: BTreeSet<String> = routes.iter().map(|(method, path)| format!("{method} {path}")).collect();
    for needed in ["GET /console/login", "POST /console/team/{user}", "GET /console/audit/verify"] {
        assert!(names.contains(needed), "{needed} is gone");
    }
}

#[tokio::test]
async fn no_route_opens_without_a_session() {
    let world = fresh().await;
    let mut nobody = Clerk::new(&world);
    for (method, path) in routes(&world) {
        if access(&method, &path) == Outside {
            continue;
        }
        let (address, _) = ids(&path);
        for cookie in [None, Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), Some("nonsense")] {
            nobody.set_cookie("__Host-console", cookie);
            let page = nobody.send(request(&method, &address, "x")).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{method} {path}");
            assert!(page.location().unwrap().starts_with("/console/login"), "{method} {path}");
            assert!(page.body.is_empty(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn no_form_is_taken_without_its_token_or_from_another_site() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let other = Clerk::owner_24(&world).await.token().await;
    let token = owner.token().await;
    for (method, path) in routes(&world).into_iter().filter(|(method, _)| *method != Method::GET) {
        let (address, _) = ids(&path);
        for wrong in ["", "x", &other] {
            let page = owner.send(request(&method, &address, wrong)).await;
            let refused = (page.status, page.code().to_owned());
            // An address that opens nothing is said to open nothing, with or without a token.
            let nothing = path.ends_with("{handle}") && page.status == StatusCode::NOT_FOUND;
            assert!(nothing || page.status == StatusCode::FORBIDDEN, "{method} {path} {wrong:?}: {refused:?}");
        }
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost:9001"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let mut foreign = request(&method, &address, &token);
            foreign.headers_mut().insert(name, value.parse().unwrap());
            let page = owner.send(foreign).await;
            assert_eq!(
                (page.status, page.code()),
                (StatusCode::FORBIDDEN, "form_forged"),
                "{method} {path} {name} {value}"
            );
        }
        let mut silent = request(&method, &address, &token);
        silent.headers_mut().remove("origin");
        silent.headers_mut().remove("sec-fetch-site");
        let page = owner.send(silent).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{method} {path}: nothing is said of where it comes from");
    }
    assert_eq!(owner.get("/console/team").await.status, StatusCode::OK, "and nobody was signed out by it");
}

#[tokio::test]
async fn no_route_opens_to_a_role_that_is_too_low() {
    let world = Box::pin(with_payment()).await;
    let mut viewer = Clerk::joined(&world, "viewer@example.com", GivenRole::Viewer).await;
    let mut operator = Clerk::joined(&world, "operator@example.com", GivenRole::Operator).await;
    let tokens = [viewer.token().await, operator.token().await];
    let mut tried = 0;
    for (method, path) in routes(&world) {
        let Least(least) = access(&method, &path) else { continue };
        let (address, _) = ids(&path);
        for (role, clerk, token) in
            [(Role::Viewer, &mut viewer, &tokens[0]), (Role::Operator, &mut operator, &tokens[1])]
        {
            if role >= least {
                continue;
            }
            let page = clerk.send(request(&method, &address, token)).await;
            assert_eq!((page.status, page.code()), (StatusCode::FORBIDDEN, "role_too_low"), "{role:?} {method} {path}");
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

/// What somebody can see of an answer: its status, its code and how long it is, to the next hundred bytes.
fn seen(page: &Page, address: &str) -> (StatusCode, String, usize, String) {
    // The address of the page stands in the link to the other language; it is the reader's own.
    let text = page.text.replace(address, "");
    (page.status, page.code().to_owned(), (page.body.len() - 3 * address.len()) / 100, text)
}

#[tokio::test]
async fn another_merchants_things_can_not_be_told_from_what_is_not_there() {
    let world = Box::pin(with_payment()).await;
    let mut stranger = Clerk::owner_24(&world).await;
    let token = stranger.token().await;
    let mut tried = 0;
    for (method, path) in routes(&world) {
        let (theirs, nowhere) = ids(&path);
        if access(&method, &path) == Outside || theirs == nowhere {
            continue;
        }
        let one = stranger.send(request(&method, &theirs, &token)).await;
        let other = stranger.send(request(&method, &nowhere, &token)).await;
        assert_eq!((one.status, one.code()), (StatusCode::NOT_FOUND, "not_there"), "{method} {path}");
        assert_eq!(seen(&one, &theirs).0, seen(&other, &nowhere).0, "{method} {path}");
        assert_eq!(seen(&one, &theirs).1, seen(&other, &nowhere).1, "{method} {path}");
        assert_eq!(seen(&one, &theirs).3, seen(&other, &nowhere).3, "{method} {path}");
        assert!(
            one.body.len().abs_diff(other.body.len()) <= 200,
            "{method} {path}: {} {}",
            one.body.len(),
            other.body.len()
        );
        tried += 1;
    }
    assert!(tried >= 5, "{tried}");
}

/// Tries to sign in; answers whether a session came of it.
async fn try_to_sign_in(world: &World) -> bool {
    let mut clerk = Clerk::new(world);
    clerk.give_password(OWNER, DEMO_PASSWORD).await;
    if clerk.page().form("/console/login/totp").is_some() {
        let code = clerk.code().await;
        clerk.give_code(&code).await;
    }
    clerk.cookie("__Host-console").is_some()
}

#[tokio::test]
async fn a_table_that_does_not_answer_signs_nobody_in() {
    let world = fresh().await;
    world.faults().restart();
    assert!(try_to_sign_in(&world).await);
    // What follows after signing in is the page behind it.
    let calls = world.faults().calls();
    let until = calls.iter().rposition(|call| call.caller == "ConsoleLogin").unwrap() + 1;
    assert!(until >= 10, "{calls:?}");
    for (from, call) in calls.iter().enumerate().take(until) {
        world.faults().stop();
        world.advance(Duration::from_secs(25 * 3600)).await.unwrap();
        world.faults().restart();
        // From this call on nothing answers, however often it is asked.
        for index in from..from + 60 {
            world.faults().plan(When::Index(u64::try_from(index).unwrap()), Fault::FailBefore);
        }
        assert!(!try_to_sign_in(&world).await, "without an answer from call {from} on: {call:?}");
    }
    world.faults().stop();
    world.advance(Duration::from_secs(25 * 3600)).await.unwrap();
    assert!(try_to_sign_in(&world).await, "and then it goes on");
}

#[tokio::test]
async fn nothing_that_opens_the_console_is_logged() {
    let world = fresh().await;
    let (log, guard) = Log::capture(LevelFilter::TRACE);
    let mut clerk = Clerk::owner(&world).await;
    clerk.give_password(OWNER, "wrong wrong wrong").await;
    let hanako = Clerk::joined(&world, "hanako@example.com", GivenRole::Owner).await;
    clerk.get("/console/reset").await;
    let form = clerk.form("/console/reset").clone().with("mail", OWNER);
    clerk.submit(&form).await;
    drop(guard);
    let ours = log.records().into_iter().filter(|record| {
        let target = record["target"].as_str().unwrap_or_default();
        target.starts_with("console")
            || target.starts_with("inbound")
            || target.starts_with("store")
            || target.starts_with("audit")
    });
    let text = ours.map(|record| record.to_string()).collect::<Vec<_>>().join("\n");
    assert!(text.contains("signed in"), "{text}");
    let secrets = [
        OWNER,
        "hanako@example.com",
        DEMO_PASSWORD,
        "wrong wrong wrong",
        DEMO_SECRET,
        "/console/join/",
        "/console/reset/",
    ];
    for secret in
        secrets.into_iter().chain(clerk.cookies().values().chain(hanako.cookies().values()).map(String::as_str))
    {
        assert!(!text.contains(secret), "{secret} is logged: {text}");
    }
}

/// The log's newest entries, as its page shows them.
async fn logged(owner: &mut Clerk) -> Vec<String> {
    owner.get("/console/audit").await.tags("td").map(|cell| cell.text.clone()).collect()
}

#[tokio::test]
async fn every_change_is_in_the_log() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let mut expected: BTreeMap<&str, &str> = BTreeMap::new();
    expected.insert("sign in", "サインインしました");
    let hanako = Clerk::joined(&world, "hanako@example.com", GivenRole::Operator).await;
    expected.insert("invite", "として招待しました");
    expected.insert("join", "担当者として登録しました");
    owner.get("/console/team").await;
    let path = owner.page().tags("a").find(|tag| tag.text == "Hanako").unwrap().attribute("href").unwrap().to_owned();
    for (act, said) in [
        ("role", "の権限を"),
        ("app", "の認証アプリの設定を解除しました"),
        ("resend", "再送しました"),
        ("remove", "を削除しました"),
    ] {
        owner.get(&path).await;
        let code = owner.code().await;
        let form = owner.form_by_id(act).clone().with("totp", &code);
        let form = if act == "role" { form.chosen("role", "viewer") } else { form };
        owner.submit(&form).await;
        expected.insert(act, said);
    }
    drop(hanako);
    let entries = logged(&mut owner).await;
    for (what, said) in expected {
        assert!(entries.iter().any(|entry| entry.contains(said)), "{what}: {said} is not in {entries:?}");
    }
    let out = owner.form("/console/logout").clone();
    owner.submit(&out).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    owner.sign_in(OWNER, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
    assert!(logged(&mut owner).await.iter().any(|entry| entry == "サインアウトしました"));
}

#[tokio::test]
async fn the_log_is_signed_daily_and_checked_in_the_console_and_by_the_operator() {
    let world = housekept().await;
    let mut owner = Clerk::owner(&world).await;
    assert!(owner.get("/console/audit/verify").await.text.contains("記録は書かれたときのままです。"));
    assert!(owner.page().text.contains("まだ署名されていません"));
    // audit-sign runs on its schedule.
    world.advance(Duration::from_secs(2 * 86_400)).await.unwrap();
    owner.sign_in(OWNER, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
    let page = owner.get("/console/audit/verify").await;
    assert!(page.text.contains("最後に署名した日時"), "{}", page.text);
    let verify = || Admin::Audit(AuditCommand::Verify { merchant: "4000".to_owned() });
    let said = administer(&world, verify()).await;
    assert!(said[0].contains("is what was written") && said[0].contains("signed up to entry"), "{said:?}");
}
