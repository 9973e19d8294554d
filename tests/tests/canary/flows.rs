//! Every way a card number or a code comes in.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use domain::{Clock, Lang, Yen, recurring::plan::Rate};
use http::{Method, Request};
use inbound::Config;
use local::{
    admin::{Admin, CardKeysCommand, Registry},
    cloud::{Caller, Fault, When},
    world::World,
};
use serde_json::json;
use system_tests::{
    Answered, BatchDesk, Clerk, PlanDesk, ShopRequest, ShopServer, cards, change_merchant, form_encoded, payment,
};

use crate::{
    search::NUMBERS,
    visitor::{Canary, Visitor},
};

/// Amounts at which the test acquirer misbehaves in its several ways, 3-D Secure's among them.
const FAULTS: [u32; 14] =
    [1_901, 1_902, 1_903, 1_904, 1_905, 1_906, 1_907, 1_908, 1_909, 1_910, 1_911, 1_912, 1_913, 1_914];
const CHALLENGED: &str = "4000002760003184";

pub(crate) async fn all(canary: &mut Canary) {
    typed(canary).await;
    challenged(canary).await;
    kept(canary).await;
    agreed_to(canary).await;
    at_faults_of_the_acquirer(canary).await;
    at_faults_of_ours(canary).await;
    untold(canary).await;
    in_wrong_fields(canary).await;
    in_the_console(canary).await;
    in_batches(canary).await;
    by_the_api(canary).await;
    tried_and_tried(canary).await;
    let world = canary.world.clone();
    for _ in 0..10 {
        world.advance(Duration::from_secs(60)).await.unwrap();
    }
    world.advance(Duration::from_secs(2 * 3_600)).await.unwrap();
    world.settle().await.unwrap();
}

fn order(amount: u32, place: usize, kind: usize) -> ShopRequest {
    ShopRequest::new("4000", amount, &format!("55{kind}{place:04}"))
}

/// Files with a card number in the header, in a cell, and behind a quote that nobody closed; and files whose rows charge kept cards, with every answer there is.
async fn in_batches(canary: &mut Canary) {
    let world = canary.world.clone();
    let desk = BatchDesk::of(&world, "4000");
    for (place, number) in NUMBERS.iter().enumerate().filter(|(_, number)| **number != "4242424242424241") {
        // so many bytes that no file's size looks like a code
        let wide = "x".repeat(3_900);
        let spaced =
            number.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four)).collect::<Vec<_>>().join(" ");
        let file = match place % 3 {
            0 => format!(
                "charge,amount,user,card number\n1,100,{wide},{wide}\n3,100,{wide},{wide}\n2,100,nobody,{number}\n"
            ),
            1 => format!("charge,amount,user,free1\n1,100,{wide},{wide}\n3,100,{wide},{wide}\n2,100,nobody,{spaced}\n"),
            _ => {
                format!("charge,amount,user,free1\n1,100,{wide},{wide}\n3,100,{wide},{wide}\n2,100,nobody,\"{number}\n")
            }
        };
        let refused = desk.charge(&format!("holds-{place}"), file).await;
        assert_eq!(desk.versions(&refused.source.key).await, 0, "{number}: {:?}", refused.state);
        let user = format!("of-batch-{place}");
        desk.keep(&user, number).await;
        let row = |row: usize, yen: u32| (format!("577{place:03}{row}"), yen);
        let rows = [row(1, 2_000), row(2, 1_901), row(3, 1_902)];
        let rows: Vec<_> = rows.iter().map(|(order, yen)| (order.as_str(), *yen, user.as_str())).collect();
        let file = [
            BatchDesk::file(&rows),
            format!("0,100,nobody,{wide}\r\n1,100,nobody,{wide}\r\n3,100,nobody,{wide}\r\n").into_bytes(),
        ]
        .concat();
        desk.charge(&format!("charges-{place}"), file).await;
        let result = desk.result(&desk.newest().await).await.unwrap_or_default();
        canary.seen.push((format!("the result of a batch with {number}'s kept card"), result));
    }
    world.advance(Duration::from_secs(2 * 3_600)).await.unwrap();
}

/// Every card is charged, read and deleted by the JSON API, and its number stands wherever a request has room for it: address, key, fields that are known and that are not.
async fn by_the_api(canary: &mut Canary) {
    let world = canary.world.clone();
    let desk = BatchDesk::of(&world, "4000");
    for (place, number) in NUMBERS.iter().enumerate().filter(|(_, number)| **number != "4242424242424241") {
        let server = ShopServer::of(&world, "4000").await;
        let user = format!("of-api-{place}");
        desk.keep(&user, number).await;
        let order = format!("578{place:04}");
        let charge = |amount: u32| json!({ "order": order, "amount": amount, "user": user });
        let posts = [
            ("/v1/payments".to_owned(), charge([2_000, 1_901, 1_902][place % 3])),
            ("/v1/payments".to_owned(), json!({ "amount": 100, "user": user, "name": number })),
            ("/v1/payments".to_owned(), json!({ "amount": 100, "user": user, "order": number })),
            ("/v1/payments".to_owned(), json!({ "amount": 100, "earlier_order": number })),
            ("/v1/payments".to_owned(), json!({ "amount": 100, "user": number })),
            ("/v1/payments".to_owned(), json!({ "amount": 100, "user": user, *number: number })),
            (format!("/v1/payments/{order}/refund"), json!({ "amount": 100, "free1": number })),
            (format!("/v1/payments/{number}/refund"), json!({})),
            (
                "/v1/links".to_owned(),
                json!({ "item": number, "amount": 100, "quantity": number, "delivery": "x", "withdrawal": "x" }),
            ),
            (format!("/v1/links/{number}/revoke"), json!({})),
            (format!("/v1/renewals/{number}/pause"), json!({})),
        ];
        for (nth, (path, body)) in posts.iter().enumerate() {
            // a name for a request that somebody makes of what they should not
            for key in [format!("{number}-{nth}"), format!("{nth}-{number}")] {
                let answer = server.post(path, &key, body).await;
                canary.seen.push((format!("the API's answer to {path}"), headed(&answer)));
            }
        }
        for path in ["payments", "cards", "renewals", "links"] {
            for query in ["user", "order", "mail", "buyer", "cursor", number] {
                let answer = server.get(&format!("/v1/{path}?{query}={number}")).await;
                canary.seen.push((format!("the API's answer to {path}?{query}"), headed(&answer)));
            }
        }
        let kept = server.get(&format!("/v1/cards?user={user}")).await;
        canary.seen.push(("a stored card".to_owned(), headed(&kept)));
        let key = format!("gone-{place}");
        let key = [("idempotency-key", key.as_str())];
        let gone = server.send(Method::DELETE, &format!("/v1/cards?user={user}"), &key, Bytes::new()).await;
        assert_eq!(gone.json["charges"], "deleted", "{number}: {}", gone.json);
        canary.seen.push(("a deleted card".to_owned(), headed(&gone)));
        world.advance(Duration::from_secs(20)).await.unwrap();
    }
    world.advance(Duration::from_secs(2 * 3_600)).await.unwrap();
}

/// An answer with its headers.
fn headed(answer: &Answered) -> Vec<u8> {
    [format!("{:?}", answer.headers).into_bytes(), answer.bytes.to_vec()].concat()
}

/// Every card: the expiry mistyped once, then paid, then looked at again.
async fn typed(canary: &mut Canary) {
    for (place, number) in NUMBERS.iter().enumerate() {
        let mut visitor = canary.visitor(&format!("paying with {number}"));
        visitor.open(&order(2_000, place, 1)).await;
        visitor.pay(number, &[("card_expiry", "13/99")]).await;
        visitor.pay(number, &[]).await;
        visitor.refresh().await;
    }
}

/// Every turn at the issuer, with every card that leads there.
async fn challenged(canary: &mut Canary) {
    let world = canary.world.clone();
    let numbers = [CHALLENGED, "4000000000003220", "4000008400001629", "4000008400001280"];
    for (place, number) in numbers.into_iter().enumerate() {
        for (turn, choice) in ["pass", "fail", "cancel", "here", "never"].into_iter().enumerate() {
            let mut visitor = canary.visitor(&format!("a challenge of {number}, {choice}"));
            visitor.open(&order(2_000, place * 10 + turn, 2)).await;
            visitor.pay(number, &[]).await;
            match choice {
                "here" => drop(visitor.turn_away().await),
                "never" => {}
                _ => drop(visitor.answer(choice).await),
            }
            visitor.refresh().await;
        }
    }
    world.advance(Duration::from_secs(17 * 60)).await.unwrap();
}

/// Kept, recalled, recalled with a mistyped code, replaced on both pages, kept by the acquirer, sealed anew under another key, deleted.
async fn kept(canary: &mut Canary) {
    let world = canary.world.clone();
    for (place, number) in ["5200828282828210", "371449635398431", CHALLENGED].into_iter().enumerate() {
        let user = format!("member-{place}");
        let request = |world: &World, step: usize| order(2_000, place * 10 + step, 3).of_user(&user, world.now());
        let mut visitor = canary.visitor(&format!("keeping {number}"));
        visitor.open(&request(&world, 0)).await;
        visitor.pay(number, &[("keep_card", "on"), ("card_name", "")]).await;
        visitor.pay(number, &[("keep_card", "on")]).await;
        if number == CHALLENGED {
            visitor.answer("pass").await;
        }
        assert!(payment(&world, "4000", &format!("553{:04}", place * 10)).await.unwrap().state.is_paid());

        let mut visitor = canary.visitor(&format!("recalling {number}"));
        visitor.open(&request(&world, 1)).await;
        if number.len() == 15 {
            let code = visitor.code(number);
            visitor.pay_with_kept(Some(&code)).await;
        } else {
            visitor.pay_with_kept(Some("97531")).await;
            visitor.pay_with_kept(None).await;
        }
        if number == CHALLENGED {
            visitor.answer("pass").await;
        }
        visitor.refresh().await;

        change_keys(&world, place).await;

        let mut visitor = canary.visitor(&format!("changing {number}"));
        for (another, expiry) in
            [("3566002020360505", "1"), ("3566002020360505", "12/29"), ("4000000000003220", "12/29")]
        {
            let address = manage(&mut visitor, &request(&world, 2)).await;
            visitor.get(&address).await;
            let (token, code) = (visitor.token(), visitor.code(another));
            let mut fields =
                vec![("act", "replace"), ("lang", "ja"), ("order", token.as_str()), ("card_number", another)];
            fields.extend([("card_code", code.as_str()), ("card_name", "TARO YAMADA"), ("keep_card", "on")]);
            fields.push(("card_expiry", expiry));
            visitor.post(&address, &fields).await;
            if visitor.shopper.page().html().contains("creq") {
                visitor.answer("pass").await;
            }
            visitor.refresh().await;
        }

        let mut visitor = canary.visitor("paying with another card than the kept one");
        visitor.open(&request(&world, 3)).await;
        let token = visitor.token();
        visitor.post("/pay", &[("reopen", &token), ("lang", "en"), ("card", "another")]).await;
        visitor.pay("4000000000000341", &[("keep_card", "on")]).await;
        visitor.open(&request(&world, 4)).await;
        visitor.pay_with_kept(None).await; // declined: it can only be stored
        visitor.refresh().await;

        let mut visitor = canary.visitor("deleting the kept card");
        let address = manage(&mut visitor, &request(&world, 5)).await;
        for code in [Some("86420"), None] {
            visitor.get(&format!("{address}?view=delete")).await;
            let (token, drawn) = (visitor.token(), visitor.code(""));
            let code = code.unwrap_or(&drawn);
            visitor.post(&address, &[("act", "delete"), ("lang", "ja"), ("order", &token), ("card_code", code)]).await;
        }
        visitor.get(&address).await;
        world.settle().await.unwrap();
    }
    world.advance(Duration::from_secs(31 * 24 * 3_600)).await.unwrap();
}

/// A regular purchase whose buyer agrees to another amount: with a mistyped code, with the number typed beside it, and then by a challenge that fails and passes.
async fn agreed_to(canary: &mut Canary) {
    let world = canary.world.clone();
    let mut visitor = canary.visitor("keeping a card for a regular purchase");
    visitor.open(&order(2_000, 9_000, 3).of_user("member-9", world.now())).await;
    visitor.pay(CHALLENGED, &[("keep_card", "on")]).await;
    visitor.answer("pass").await;
    let desk = PlanDesk::of(&world, "4000");
    let plan = desk.join("5539000", 2_000, Lang::Ja).await;
    let more = Rate { amount: Yen::new(2_400).unwrap(), cycle: plan.agreed.cycle };
    desk.write(&plan, |plan| plan.proposed(more).ok()).await;
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap();
    let text = mails.iter().rev().filter_map(|mail| mail.text.as_ref()).find(|text| text.contains("/plan/")).unwrap();
    let address = format!("/plan/{}", text.split_once("/plan/").unwrap().1.split(['?', '\n']).next().unwrap());
    let mut visitor = canary.visitor("agreeing to a change of a regular purchase");
    for choice in [None, Some("fail"), Some("pass")] {
        visitor.get(&format!("{address}?view=agree")).await;
        let (token, drawn) = (visitor.token(), visitor.code(""));
        let code = if choice.is_some() { drawn.as_str() } else { "97531" };
        let fields = [
            ("act", "agree"),
            ("lang", "ja"),
            ("order", token.as_str()),
            ("card_code", code),
            ("card_number", CHALLENGED),
        ];
        visitor.post(&address, &fields).await;
        if let Some(choice) = choice {
            visitor.answer(choice).await;
        }
        visitor.refresh().await;
    }
    assert_eq!(desk.load(&plan).await.last_rate(), more, "what was agreed holds from some date on");
}

/// The address of the kept card's own page, from the payment page.
async fn manage(visitor: &mut Visitor<'_>, request: &ShopRequest) -> String {
    let page = visitor.open(request).await;
    let Some(handle) = between(page.html(), "href=\"/card/", "\"") else {
        panic!("no way to the kept card: {}", page.text)
    };
    format!("/card/{handle}")
}

/// A new data key; the cards under the one before are sealed anew by the daily run.
async fn change_keys(world: &World, place: usize) {
    let mut settings = HashMap::new();
    world.template().functions.iter().for_each(|function| settings.extend(function.environment.clone()));
    let operator = Config::new(settings, world.cloud().sdk_config(Caller::Operator));
    let registry = Registry::open(&operator, None).await.unwrap();
    let there = world.clone();
    let clock = Clock::new(move || there.now());
    let run = |command| local::admin::run(&registry, Admin::CardKeys(command), &clock);
    run(CardKeysCommand::Rotate).await.unwrap();
    let before = run(CardKeysCommand::List).await.unwrap();
    if place == 0 {
        run(CardKeysCommand::Retire { id: domain::clock::japan_date(world.now()).strftime("%Y-%m").to_string() })
            .await
            .unwrap();
    }
    world.advance(Duration::from_secs(25 * 3_600)).await.unwrap();
    assert!(!before.is_empty());
}

async fn at_faults_of_the_acquirer(canary: &mut Canary) {
    for (place, amount) in FAULTS.into_iter().enumerate() {
        for (kind, number) in [(4, NUMBERS[place % 10]), (5, CHALLENGED)] {
            let mut visitor = canary.visitor(&format!("{amount} yen with {number}"));
            let world = visitor.canary.world.clone();
            let request = order(amount, place, kind).of_user(&format!("unlucky-{place}-{kind}"), world.now());
            visitor.open(&request).await;
            visitor.pay(number, &[("keep_card", "on")]).await;
            if visitor.shopper.page().html().contains("creq") {
                visitor.answer("pass").await;
            }
            visitor.refresh().await;
        }
    }
}

/// Every call that a payment makes fails once for good, and once the invocation ends there.
async fn at_faults_of_ours(canary: &mut Canary) {
    let world = canary.world.clone();
    let calls = [
        "GetItem",
        "PutItem",
        "UpdateItem",
        "POST /test-acquirer/v1/authorize",
        "Encrypt",
        "Decrypt",
        "Query",
        "BatchGetItem",
    ];
    let mut place = 0;
    let faults = [Fault::FailBefore, Fault::DropBefore, Fault::DropAfter, Fault::ReplyLost];
    for operation in calls {
        // the first call of its kind with all its repeats, or the second
        for (fault, first) in faults.into_iter().flat_map(|fault| [(fault, 0), (fault, 1)]) {
            for number in ["4012888888881881", CHALLENGED] {
                place += 1;
                let mut visitor = canary.visitor(&format!("{fault:?} at {operation}, from {first}"));
                visitor.open(&order(2_000, place, 6).of_user(&format!("struck-{place}"), world.now())).await;
                world.faults().restart();
                for nth in first..first + 3 {
                    let caller = Some("Authorize".to_owned());
                    world.faults().plan(When::Nth { caller, operation: operation.to_owned(), nth }, fault);
                }
                visitor.pay(number, &[("keep_card", "on")]).await;
                if visitor.shopper.page().html().contains("creq") {
                    visitor.answer("pass").await;
                }
                world.faults().stop();
                visitor.refresh().await;
            }
        }
    }
    world.advance(Duration::from_secs(17 * 60)).await.unwrap();
}

/// A mail that nobody takes ends in the dead letters.
async fn untold(canary: &mut Canary) {
    let world = canary.world.clone();
    let mut visitor = canary.visitor("a mail that nobody takes");
    visitor.open(&order(2_000, 1, 6_001)).await;
    visitor.pay("6011111111111117", &[]).await;
    world.faults().restart();
    for nth in 0..60 {
        world.faults().plan(When::Nth { caller: None, operation: "SendEmail".to_owned(), nth }, Fault::FailBefore);
    }
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    world.faults().stop();
    let waiting = world.queues().unwrap().into_iter().filter(|queue| queue.name.contains("DeadLetters"));
    assert!(waiting.map(|queue| queue.waiting).sum::<u64>() > 0, "a dead letter");
}

/// The number, or a code too long for any card, where it does not belong.
async fn in_wrong_fields(canary: &mut Canary) {
    let world = canary.world.clone();
    change_merchant(&world, "4000", |merchant| {
        for item in &mut merchant.free_items {
            item.rule = domain::merchant::FreeItemRule::Asked;
        }
    })
    .await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let spaced = "4012 8888 8888 1881";
    let fields = [
        "card_name",
        "mail",
        "card_code",
        "card_expiry",
        "free1",
        "free2",
        "free3",
        "card",
        "keep_card",
        "lang",
        "browser_language",
        "browser_screen_width",
        "browser_color_depth",
        "browser_tz_offset",
        "order",
        "nothing_we_know",
    ];
    for (place, field) in fields.into_iter().enumerate() {
        for (way, number) in ["4012888888881881", spaced, "４０１２８８８８８８８８１８８１"].into_iter().enumerate()
        {
            let mut visitor = canary.visitor(&format!("a number in {field}"));
            let request = order(2_000, place * 10 + way, 7);
            visitor.open(&request).await;
            visitor.pay("4242424242424241", &[(field, number)]).await; // a second mistake brings the form back
            visitor.open(&request).await;
            visitor.pay("4012888888881881", &[(field, number)]).await;
            visitor.refresh().await;
        }
    }
    for (place, field) in
        ["name", "mail", "card_tel", "free1", "free2", "free3", "return", "amount", "time", "key", "sig"]
            .into_iter()
            .enumerate()
    {
        let request = order(2_000, place, 8).with(field, "5555555555554444");
        for request in [request.get(), request.post()] {
            let mut visitor = canary.visitor(&format!("a shop's {field}"));
            visitor.send(request).await;
        }
    }
    let mut visitor = canary.visitor("numbers in addresses and bodies");
    for path in [
        "/pay/authorize",
        "/pay/cancel",
        "/pay",
        "/pay/challenge/4000056655665556",
        "/card/4000056655665556",
        "/plan/4000056655665556",
    ] {
        let code = visitor.code("");
        for body in [
            form_encoded([("card_number", "4000056655665556"), ("card_code", &code)]),
            format!("card_number=4000056655665556&card_number=4000056655665556&card_code={code}"),
            format!(r#"{{"card_number":"4000056655665556","card_code":"{code}"}}"#),
            format!("%zz=4000056655665556&card_code={code}&%"),
        ] {
            let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
            visitor.send(request.body(Bytes::from(body)).unwrap()).await;
        }
    }
    for path in [
        "/return/",
        "/pay/challenge/",
        "/card/",
        "/card/result/",
        "/plan/",
        "/l/",
        "/pay/",
        "/nowhere/",
        "/pay?card_number=",
    ] {
        for number in ["4000056655665556", "4000%2D0566-5566-5556"] {
            visitor.send(Request::get(format!("{path}{number}")).body(Bytes::new()).unwrap()).await;
        }
    }
    let token = {
        visitor.open(&order(2_000, 1, 9)).await;
        visitor.token()
    };
    let agent = Request::post("/pay/authorize")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", "4000056655665556")
        .header("referer", "http://localhost:9000/pay?card_number=4000056655665556")
        .header("cookie", "card=4000056655665556");
    let body = form_encoded([("order", token.as_str()), ("card_number", "4000056655665556")]);
    visitor.send(agent.body(Bytes::from(body)).unwrap()).await;
}

/// Every card, typed by an operator: mistyped once, then charged; and numbers in every other field of the console's forms.
async fn in_the_console(canary: &mut Canary) {
    const CHARGE: &str = "/console/charge";
    let world = canary.world.clone();
    let mut clerk = Clerk::owner(&world).await;
    for (place, number) in NUMBERS.iter().enumerate() {
        let flow = format!("typing {number} into the console");
        let amount = if place < 10 { FAULTS[place] } else { 2_000 };
        clerk.get("/console/charge?by=card").await;
        let order = clerk.form(CHARGE).clone().with("amount", &amount.to_string()).with("mail", "caller@example.jp");
        clerk.submit(&order).await;
        for expiry in ["13/99", "12/29"] {
            let code = canary.visitor(&flow).code(number);
            let form = clerk.form(CHARGE).clone().with("card_number", number).with("card_code", &code);
            let page = clerk.submit(&form.with("card_expiry", expiry).with("card_name", "TARO YAMADA")).await;
            canary.seen.push((format!("a page of {flow}"), page.body.to_vec()));
            if page.form(CHARGE).is_none() {
                break;
            }
        }
        canary.seen.push((format!("an address of {flow}"), clerk.page().address.clone().into_bytes()));
    }
    for (way, fields) in [
        ("card", &["order", "amount", "name", "mail", "tel", "mail_language"][..]),
        ("buyer", &["user", "earlier", "name", "order"][..]),
    ] {
        for field in fields {
            for number in ["4000056655665556", "4000 0566 5566 5556"] {
                clerk.get(&format!("/console/charge?by={way}")).await;
                let form = clerk.form(CHARGE).clone().with("amount", "2000");
                let form = if way == "buyer" { form.with("user", "nobody") } else { form };
                let page = clerk.submit(&form.with(field, number)).await;
                canary.seen.push((format!("a number in {field} of the console"), page.body.to_vec()));
            }
        }
    }
    for page in ["/console/audit", "/console/transactions", "/console"] {
        let page = clerk.get(page).await;
        canary.seen.push((format!("{}{FIGURES}", page.address), page.body.to_vec()));
    }
}

/// Ends the name of a place that is full of sums and charts.
pub(crate) const FIGURES: &str = " with figures";

/// Cards are tried from one address until they are refused.
async fn tried_and_tried(canary: &mut Canary) {
    let mut visitor = canary.visitor("trying cards");
    for place in 0..30 {
        visitor.open(&order(2_000, place, 0)).await;
        if !visitor.shopper.page().is_payment_form() {
            break;
        }
        visitor.pay([cards::DECLINED, cards::NO_FUNDS, cards::LOST][place % 3], &[]).await;
    }
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}
