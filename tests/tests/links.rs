//! Payment links from outside: what a shopper sees and pays, the payment mail, the receipt.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use domain::{
    Lang, LinkId, MerchantId, OrderId, Yen,
    link::{Buyer, Link, LinkAmount, LinkState, LinkUses, Sending, Terms},
    merchant::{IncludedTax, InvoiceNumber},
    payment::Origin,
};
use http::StatusCode;
use jiff::SignedDuration;
use local::cloud::{Fault, When};
use local::world::World;
use system_tests::{Card, ShopRequest, Shopper, approvals, cards, change_merchant, fresh, links, payment};

fn visa() -> Card {
    Card::of(cards::VISA)
}

fn terms() -> Terms {
    Terms {
        quantity: "2枚".to_owned(),
        shipping: "送料300円を含みます".to_owned(),
        payment_time: String::new(),
        delivery: "12月10日ごろにお届けします".to_owned(),
        withdrawal: "8日以内にご連絡ください".to_owned(),
    }
}

/// A link of merchant 4000 that is paid once, open for a day.
fn once(world: &World, id: &str) -> Link {
    let (id, merchant) = (LinkId::new(id).unwrap(), MerchantId::new("4000").unwrap());
    let amount = LinkAmount::Fixed(Yen::new(3_300).unwrap());
    let mut link = Link::new(id, merchant, "手ぬぐい", amount, LinkUses::One, world.now());
    link.terms = Some(terms());
    link.expires_at = Some(world.now().checked_add(SignedDuration::from_hours(24)).unwrap());
    link
}

/// The same for a buyer, to go by mail, under the merchant's number 77.
fn to_buyer(world: &World, id: &str) -> Link {
    let mut link = once(world, id);
    link.buyer = Some(Buyer {
        name: "山田 太郎".to_owned(),
        mail: "taro@example.jp".to_owned(),
        order: Some(OrderId::new("77").unwrap()),
        message: "いつもありがとうございます。\n12月のご注文分です。".to_owned(),
        lang: Lang::Ja,
        mobile: false,
        sending: Sending::Unsent,
    });
    link
}

async fn stored(world: &World, id: &str) -> Link {
    links(world).load(&LinkId::new(id).unwrap()).await.unwrap().unwrap()
}

async fn revoke(world: &World, id: &str) {
    let link = stored(world, id).await.revoke(world.now()).unwrap();
    links(world).update(&link).await.unwrap();
}

async fn ask_sending(world: &World, id: &str) {
    let link = stored(world, id).await.ask_sending(world.now()).unwrap();
    links(world).update(&link).await.unwrap();
}

#[tokio::test]
async fn the_page_shows_the_legal_items_and_the_payment_keeps_what_was_shown() {
    let world = fresh().await;
    links(&world).create(&once(&world, "towel")).await.unwrap();
    let mut shopper = Shopper::new(&world);
    let page = shopper.get("/l/towel").await;
    for said in [
        "手ぬぐい",
        "3,300",
        "数量",
        "2枚",
        "送料・手数料",
        "送料300円を含みます",
        "お支払い時期",
        "お申し込みの時にカード会社へ請求します",
        "お届け時期",
        "12月10日ごろにお届けします",
        "申込期限",
        "2026年11月22日(日) 12:00まで",
        "解約・返品",
        "8日以内にご連絡ください",
        "クレジットカード（1回払い）",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    shopper.pay(&Card::of(cards::DECLINED)).await;
    assert!(shopper.page().text.contains("12月10日ごろにお届けします"), "the form for another card says it, too");
    world.advance(Duration::from_secs(60)).await.unwrap();
    shopper.refresh().await;
    shopper.pay(&visa()).await;
    let order = stored(&world, "towel").await.sole_order().unwrap().order;
    let paid = payment(&world, "4000", order.as_str()).await.unwrap();
    let shown = paid.details.terms.expect("what was shown is kept");
    assert_eq!(shown.version, words::OFFER_TERMS);
    assert_eq!(shown.at.as_second(), world.now().as_second(), "of the page that was paid from");
    let text = [
        "デモショップ",
        "ご注文内容: 手ぬぐい",
        "お支払い金額: 3,300円",
        "お支払い方法: クレジットカード（1回払い）",
        "数量: 2枚",
        "送料・手数料: 送料300円を含みます",
        "お支払い時期: お申し込みの時にカード会社へ請求します。引き落とし日は、カード会社の会員規約によります。",
        "お届け時期: 12月10日ごろにお届けします",
        "申込期限: 2026年11月22日(日) 12:00まで",
        "解約・返品: 8日以内にご連絡ください",
    ]
    .join("\n");
    assert_eq!(
        shown,
        domain::link::TermsShown::of(words::OFFER_TERMS, &text, shown.at),
        "anyone can make the hash again"
    );
    // a shop's own order has its final screen elsewhere
    let mut other = Shopper::new(&world);
    other.open(&ShopRequest::new("4000", 1_000, "5")).await;
    other.pay(&visa()).await;
    assert_eq!(payment(&world, "4000", "5").await.unwrap().details.terms, None);
}

#[tokio::test]
async fn an_expired_link_opens_nothing_and_takes_no_form_that_was_open() {
    let world = fresh().await;
    links(&world).create(&once(&world, "towel")).await.unwrap();
    world.advance(Duration::from_secs(23 * 3_600)).await.unwrap();
    let mut early = Shopper::new(&world);
    assert!(early.get("/l/towel").await.is_payment_form());
    let form = early.filled(&visa());
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    let page = Shopper::new(&world).get("/l/towel").await.clone();
    assert_eq!((page.status, page.code()), (StatusCode::GONE, "link_expired"));
    assert!(page.text.contains("デモショップ"), "whom to ask: {}", page.text);
    let page = early.submit(&form).await;
    assert_eq!((page.status, page.code()), (StatusCode::GONE, "link_expired"));
    assert_eq!(approvals(&world).await, 0);
}

#[tokio::test]
async fn a_revoked_link_takes_no_form_that_was_open_and_shows_what_was_paid_before() {
    let world = fresh().await;
    for id in ["first", "second"] {
        links(&world).create(&once(&world, id)).await.unwrap();
    }
    let mut paid = Shopper::new(&world);
    paid.get("/l/first").await;
    let again = paid.filled(&visa());
    paid.submit(&again).await;
    assert!(paid.page().is_hand_over());
    let mut open = Shopper::new(&world);
    open.get("/l/second").await;
    for id in ["first", "second"] {
        revoke(&world, id).await;
    }
    let page = open.pay(&visa()).await;
    assert_eq!((page.status, page.code()), (StatusCode::GONE, "link_revoked"));
    let page = open.get("/l/second").await;
    assert_eq!((page.status, page.code()), (StatusCode::GONE, "link_revoked"));
    // who paid before is never told that nothing was charged
    assert!(paid.submit(&again).await.is_hand_over());
    assert!(Shopper::new(&world).get("/l/first").await.text.contains("お支払い済み"));
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn a_link_that_is_paid_often_closes_for_all() {
    let world = fresh().await;
    let mut link = once(&world, "many");
    link.uses = LinkUses::Many;
    link.amount = LinkAmount::Open;
    links(&world).create(&link).await.unwrap();
    assert_eq!(Shopper::new(&world).get("/l/many").await.status, StatusCode::OK);
    revoke(&world, "many").await;
    let page = Shopper::new(&world).speaking("en").get("/l/many").await.clone();
    assert_eq!((page.status, page.code(), page.lang()), (StatusCode::GONE, "link_revoked", "en"));
}

#[tokio::test]
async fn a_payment_mail_brings_the_link_and_its_payment_is_the_merchants_own_order() {
    let world = fresh().await;
    links(&world).create(&to_buyer(&world, "mail")).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 0, "nobody asked for it");
    ask_sending(&world, "mail").await;
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.to, ["taro@example.jp"]);
    let text = mail.text.as_deref().unwrap();
    assert_eq!(mail.subject, "[テスト] お支払いのお願い 手ぬぐい 3,300円（デモショップ）");
    for said in [
        "山田 太郎 様",
        "デモショップへの3,300円のお支払いをお願いいたします。",
        "いつもありがとうございます。",
        "12月のご注文分です。",
        "注文番号: 77",
        "申込期限: 2026年11月22日(日) 12:00まで",
        "/l/mail",
        "特定商取引法に基づく表記: ",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let link = stored(&world, "mail").await;
    assert_eq!(link.state(None, world.now()), LinkState::Sent);
    let mut buyer = Shopper::new(&world).speaking("en");
    let page = buyer.get("/l/mail").await;
    assert_eq!(page.lang(), "en", "the browser's language goes before the mail's");
    let page = Shopper::new(&world).get("/l/mail").await.clone();
    assert!(page.text.contains("注文番号") && page.text.contains("77"), "{}", page.text);
    let mut buyer = Shopper::new(&world);
    buyer.get("/l/mail").await;
    assert_eq!(buyer.card_form().value("mail"), Some("taro@example.jp"), "it need not be typed again");
    buyer.pay(&visa()).await;
    assert_eq!(buyer.hand_over().value("charge"), "77");
    let paid = payment(&world, "4000", "77").await.unwrap();
    assert_eq!(paid.origin, Origin::Link(link.id.clone()));
    assert_eq!(paid.details.name, "山田 太郎");
    assert_eq!(link.state(Some(&paid), world.now()), LinkState::Paid);
    let mut shop = Shopper::new(&world);
    let page = shop.open(&ShopRequest::new("4000", 3_300, "77")).await;
    assert_eq!((page.status, page.code()), (StatusCode::CONFLICT, "order_used"));
}

#[tokio::test]
async fn a_mail_whose_link_was_closed_or_paid_meanwhile_is_not_sent() {
    let world = fresh().await;
    links(&world).create(&to_buyer(&world, "mail")).await.unwrap();
    let mut buyer = Shopper::new(&world);
    buyer.get("/l/mail").await;
    buyer.pay(&visa()).await;
    world.settle().await.unwrap();
    let after_payment = world.mailbox().unwrap().len();
    ask_sending(&world, "mail").await;
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), after_payment);
    let mut other = to_buyer(&world, "other");
    other.buyer = other.buyer.map(|buyer| Buyer { order: None, ..buyer });
    links(&world).create(&other).await.unwrap();
    ask_sending(&world, "other").await;
    revoke(&world, "other").await;
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), after_payment);
    assert_eq!(stored(&world, "other").await.state(None, world.now()), LinkState::Revoked);
}

/// Every call between the asking and the mail, and every way in which it may fail.
#[tokio::test]
async fn a_payment_mail_may_come_twice_and_is_never_lost() {
    let world = fresh().await;
    links(&world).create(&to_buyer(&world, "mail")).await.unwrap();
    world.settle().await.unwrap();
    world.faults().restart();
    ask_sending(&world, "mail").await;
    world.settle().await.unwrap();
    let functions = ["OutboxRelay", "CompletionMail"];
    let calls: Vec<_> =
        world.faults().calls().into_iter().filter(|call| functions.contains(&call.caller.as_str())).collect();
    let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(
        operations,
        ["SendMessageBatch", "GetItem", "GetItem", "GetItem", "GetItem", "SendEmail", "GetItem", "PutItem"],
        "read, asked whether mails to that address come back, sent, written down"
    );
    let mut tried = 0;
    for (place, call) in calls.iter().enumerate() {
        for fault in
            [Fault::FailBefore, Fault::ReplyLost, Fault::Twice, Fault::Throttled, Fault::DropBefore, Fault::DropAfter]
        {
            let world = fresh().await;
            links(&world).create(&to_buyer(&world, "mail")).await.unwrap();
            world.settle().await.unwrap();
            world.faults().restart();
            ask_sending(&world, "mail").await;
            let nth = operations[..place].iter().filter(|operation| **operation == call.operation).count();
            let (caller, operation) = (Some(call.caller.clone()), call.operation.clone());
            world.faults().plan(When::Nth { caller, operation, nth: nth.try_into().unwrap() }, fault);
            world.settle().await.unwrap();
            world.advance(Duration::from_secs(1_800)).await.unwrap();
            let mails = world.mailbox().unwrap();
            let what = format!("{fault:?} at {} {} ({nth})", call.caller, call.operation);
            assert!(!mails.is_empty(), "{what}: the mail is lost");
            assert!(mails.len() <= 2, "{what}: {} mails", mails.len());
            assert!(mails.iter().all(|mail| mail.text == mails[0].text), "{what}");
            assert_eq!(stored(&world, "mail").await.state(None, world.now()), LinkState::Sent, "{what}");
            tried += 1;
        }
    }
    assert_eq!(tried, 8 * 6);
}

#[tokio::test]
async fn a_receipt_is_printed_for_whoever_the_buyer_says_and_stores_nothing() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| {
        merchant.destinations = [None, None, None];
        merchant.receipt.issuer = "株式会社デモ".to_owned();
        merchant.receipt.address = "東京都千代田区1-1".to_owned();
        merchant.receipt.registration = Some(InvoiceNumber::new("T1234567890123").unwrap());
        merchant.receipt.tax = IncludedTax::Standard;
    })
    .await;
    let mut shopper = Shopper::new(&world);
    shopper.get("/l/demo").await;
    let page = shopper.pay(&visa().with_mail("taro@example.jp")).await;
    let path =
        page.tags("a").filter_map(|tag| tag.attribute("href")).find(|href| href.starts_with("/receipt/")).unwrap();
    let path = path.to_owned();
    let before = world.usage().dynamodb.write_units;
    let page = shopper.get(&path).await;
    for said in [
        "領収書",
        "¥2,000",
        "税込",
        "但し、デモ商品の代金として",
        "クレジットカード払い（Visa ****4242）",
        "10%対象 内消費税等 ¥181",
        "株式会社デモ",
        "東京都千代田区1-1",
        "T1234567890123",
        "2026年11月21日(土)",
        "収入印紙",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let page = shopper
        .get(&format!("{path}?to=%E6%A0%AA%E5%BC%8F%E4%BC%9A%E7%A4%BE%E5%B1%B1%E7%94%B0%20%E5%BE%A1%E4%B8%AD"))
        .await;
    assert!(page.text.contains("株式会社山田 御中"), "{}", page.text);
    let page = shopper.get(&format!("{path}?to=%3Cscript%3Ealert(1)%3C/script%3E")).await;
    assert!(page.scripts.is_empty() && !page.html().contains("<script>alert"), "{}", page.html());
    for (to, shown) in [("4242424242424242", ""), ("a%00b", ""), ("%FF", "")] {
        let page = shopper.get(&format!("{path}?to={to}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        assert_eq!(page.by_id("to").unwrap().attribute("value"), Some(shown), "{to}");
    }
    assert!((world.usage().dynamodb.write_units - before).abs() < f64::EPSILON, "nothing is written");
    world.settle().await.unwrap();
    let text = world.mailbox().unwrap()[0].text.clone().unwrap();
    assert!(text.contains("領収書: ") && text.contains("/receipt/"), "{text}");
    assert_eq!(shopper.get("/receipt/x").await.status, StatusCode::NOT_FOUND);
    world.advance(Duration::from_secs(31 * 24 * 3_600)).await.unwrap();
    assert_eq!(shopper.get(&path).await.status, StatusCode::NOT_FOUND, "its address runs out after 30 days");
}
