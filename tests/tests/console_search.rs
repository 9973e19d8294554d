//! A clerk finds payments: every term of the search, paging while payments come in, what it costs, a payment's page, today and sales (console-transactions, console-today).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a test's helpers may stop at the first surprise; capacity units come in halves"
)]

use domain::attention::{Matter, MatterKind};
use domain::audit::Action;
use domain::merchant::Encoding;
use domain::{MerchantId, OrderId};
use http::StatusCode;
use local::admin::{Admin, GivenRole, Moving, PaymentCommand, PaymentOf};
use local::world::World;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use store::Which;
use system_tests::{
    Card, Clerk, Page, ShopRequest, Shopper, administer_as, audit_log, cards, change_merchant, fill_search, fresh,
    matters, payment, percent_encoded, raise, searches, user_id,
};

const LIST: &str = "/console/transactions";
/// How many payments a page shows.
const ON_A_PAGE: usize = 50;

fn visa() -> Card {
    Card::of(cards::VISA)
}

/// Pays an order of merchant 4000, whatever comes of it.
async fn pays(world: &World, request: ShopRequest, card: &Card) {
    let mut shopper = Shopper::new(world);
    shopper.open(&request).await;
    shopper.pay(card).await;
}

/// The orders that a page lists, in its order.
fn orders(page: &Page) -> Vec<String> {
    let links = page.tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| {
        let address = tag.attributes.iter().find(|(name, _)| name == "href").map(|(_, value)| value.as_str())?;
        address.strip_prefix("/console/transactions/").map(str::to_owned)
    });
    links.collect()
}

/// The address behind a link's text.
fn link(page: &Page, text: &str) -> Option<String> {
    let tag = page.tags.iter().find(|tag| tag.name == "a" && tag.text.trim() == text)?;
    tag.attributes.iter().find(|(name, _)| name == "href").map(|(_, value)| value.clone())
}

async fn finds(clerk: &mut Clerk, query: &str) -> Vec<String> {
    let page = clerk.get(&format!("{LIST}?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.text);
    orders(page)
}

/// Six payments of two days that differ in all that can be searched.
async fn two_days() -> World {
    let world = fresh().await;
    let shop = |amount: u32, order: &str| ShopRequest::new("4000", amount, order);
    pays(&world, shop(1_000, "1").with("free1", "座席 Ａ１"), &visa().with_mail("hanako@example.com")).await;
    let holder = Card { holder: "HANAKO SUZUKI".to_owned(), ..visa() };
    pays(&world, shop(2_000, "2").with("free2", "ﾁｹｯﾄ"), &holder).await;
    pays(&world, shop(3_000, "3"), &Card::of(cards::DECLINED)).await;
    world.advance(Duration::from_secs(86_400)).await.unwrap();
    pays(&world, shop(4_000, "4").of_user("buyer-7", world.now()), &visa()).await;
    Shopper::new(&world).open(&shop(5_000, "5")).await;
    let mut gives_up = Shopper::new(&world);
    gives_up.open(&shop(5_000, "5")).await;
    gives_up.give_up().await;
    let mut by_link = Shopper::new(&world);
    by_link.get("/l/demo").await;
    by_link.pay(&visa()).await;
    world.settle().await.unwrap();
    world
}

#[tokio::test]
async fn every_term_finds_what_it_says() {
    let world = Box::pin(two_days()).await;
    let mut clerk = Clerk::owner(&world).await;
    let all = finds(&mut clerk, "").await;
    assert_eq!(all.len(), 6);
    let of_link = all.iter().find(|order| order.len() == 18).unwrap().clone();
    for (query, expected) in [
        ("order=2", vec!["2"]),
        ("order=%EF%BC%92", vec!["2"]),
        ("from=2026-11-21&to=2026-11-21", vec!["3", "2", "1"]),
        ("from=2026-11-22", vec![of_link.as_str(), "5", "4"]),
        ("to=2026-11-20", vec![]),
        ("status=success", vec![of_link.as_str(), "4", "2", "1"]),
        ("status=captured&from=2026-11-22&to=2026-11-22", vec![of_link.as_str(), "4"]),
        ("status=failed", vec!["3"]),
        ("status=abandoned", vec!["5"]),
        ("status=failure", vec!["5", "3"]),
        ("status=open", vec![]),
        ("least=2001&most=4,000%E5%86%86", vec!["4", "3"]),
        ("mail=HANAKO%40example.com", vec!["1"]),
        ("mail=hanako%40", vec!["1"]),
        ("mail=hanako%40example.com&status=failed", vec![]),
        ("holder=%EF%BC%A8%EF%BC%A1%EF%BC%AE%EF%BC%A1%EF%BC%AB%EF%BC%AF", vec!["2"]),
        ("holder=hanako+suzuki", vec!["2"]),
        ("free=a1", vec!["1"]),
        ("free=%E3%83%81%E3%82%B1%E3%83%83%E3%83%88", vec!["2"]),
        ("class=link", vec![of_link.as_str()]),
        ("class=data&status=success&from=2026-11-22", vec!["4"]),
        ("class=batch", vec![]),
        ("class=registration", vec![]),
        ("user=buyer-7", vec!["4"]),
        ("user=BUYER-7", vec![]),
    ] {
        assert_eq!(finds(&mut clerk, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_payment_number_finds_its_payment_and_the_order_is_read_at_once() {
    let world = fresh().await;
    pays(&world, ShopRequest::new("4000", 1_000, "77"), &visa()).await;
    let mut clerk = Clerk::owner(&world).await;
    assert_eq!(finds(&mut clerk, "order=77").await, ["77"], "before the stream is delivered");
    let number = system_tests::payment(&world, "4000", "77").await.unwrap().number();
    world.settle().await.unwrap();
    assert_eq!(finds(&mut clerk, &format!("order={number}")).await, ["77"]);
    let mut other = Clerk::owner_24(&world).await;
    assert!(finds(&mut other, &format!("order={number}")).await.is_empty(), "another merchant's");
    assert!(finds(&mut other, "order=77").await.is_empty());
    assert!(finds(&mut other, "").await.is_empty());
}

#[tokio::test]
async fn what_a_shop_sent_in_shift_jis_is_found() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.encoding = Encoding::ShiftJis).await;
    world.advance(Duration::from_secs(31)).await.unwrap();
    let bytes = encoding_rs::SHIFT_JIS.encode("髙橋様 ﾁｹｯﾄ①").0.into_owned();
    pays(&world, ShopRequest::new("4000", 1_000, "1").with_bytes("free3", &bytes), &visa()).await;
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    for part in ["髙橋", "チケット", "ﾁｹｯﾄ1"] {
        let part = percent_encoded(part.as_bytes());
        assert_eq!(finds(&mut clerk, &format!("free={part}")).await, ["1"], "{part}");
    }
    assert!(clerk.page().text.contains("髙橋様 ﾁｹｯﾄ①"), "{}", clerk.page().text);
}

#[tokio::test]
async fn nothing_found_says_what_to_do() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    for (query, said) in [
        ("", "決済はまだありません"),
        ("status=failed", "条件に合う決済はありません"),
        ("order=404", "この番号の決済はありません"),
    ] {
        let page = clerk.get(&format!("{LIST}?{query}")).await;
        assert!(page.text.contains(said), "{query}: {}", page.text);
        assert!(!page.text.contains("この検索結果をCSVで"), "nothing to download");
    }
    let mut english = Clerk::owner(&world).await.speaking("en");
    let page = english.get(&format!("{LIST}?lang=en&status=failed")).await;
    assert!(page.text.contains("No payment fits these terms"), "{}", page.text);
}

#[tokio::test]
async fn what_is_typed_wrong_is_said_and_kept() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    for (query, said) in [
        ("from=2026-02-30", "実在する日"),
        ("to=yesterday", "実在する日"),
        ("from=2026-11-22&to=2026-11-21", "終了日が開始日より前です"),
        ("least=0", "1から9,999,999まで"),
        ("least=-5", "1から9,999,999まで"),
        ("most=12.5", "1から9,999,999まで"),
        ("least=2&most=1", "上限の金額が下限より小さく"),
        ("order=%E6%B3%A8%E6%96%87", "伝票番号は英数字"),
        ("status=x", "一覧から選んで"),
        ("class=x", "一覧から選んで"),
    ] {
        let page = clerk.get(&format!("{LIST}?{query}&mail=kept%40example.com")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.text.contains(said), "{query}: {}", page.text);
        assert_eq!(page.form(LIST).unwrap().value("mail"), Some("kept@example.com"));
        assert!(orders(page).is_empty());
    }
    for query in ["from=%ff", "from=1&from=2", "x=%zz"] {
        assert_eq!(clerk.get(&format!("{LIST}?{query}")).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn a_page_of_another_merchant_or_time_opens_nothing() {
    let world = fresh().await;
    fill_search(&world, 0, 60).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(LIST).await;
    let next = link(clerk.page(), "次のページ（古いもの）").unwrap();
    let mut other = Clerk::owner_24(&world).await;
    assert_eq!(other.get(&next).await.status, StatusCode::FORBIDDEN);
    assert_eq!(clerk.get(&format!("{LIST}?after=x")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(clerk.get(&next).await.status, StatusCode::OK);
    assert_eq!(orders(clerk.page()).len(), 10);
    let newest = link(clerk.page(), "最新へ").unwrap();
    assert_eq!(newest, LIST);
}

#[tokio::test]
async fn paging_loses_and_repeats_nothing_while_payments_come_in() {
    let world = fresh().await;
    fill_search(&world, 0, 230).await;
    let mut clerk = Clerk::owner(&world).await;
    for query in ["", "?status=success", "?free=row"] {
        let mut seen = Vec::new();
        let mut address = format!("{LIST}{query}");
        for new in 0.. {
            let page = clerk.get(&address).await;
            seen.extend(orders(page));
            let Some(next) = link(page, "次のページ（古いもの）") else { break };
            assert_eq!(orders(page).len(), ON_A_PAGE);
            address = next;
            pays(&world, ShopRequest::new("4000", 1_000, &format!("9{new}{}", query.len())), &visa()).await;
            world.settle().await.unwrap();
        }
        let once: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(once.len(), seen.len(), "{query}: nothing twice");
        let failed = |place: &u32| query.contains("success") && place.is_multiple_of(10);
        let expected: Vec<String> = (0..230).filter(|place| !failed(place)).map(|place| format!("r{place}")).collect();
        assert!(expected.iter().all(|order| once.contains(order)), "{query}: nothing lost");
        let of_rows: Vec<&String> = seen.iter().filter(|order| order.starts_with('r')).collect();
        assert!(of_rows.windows(2).all(|pair| number(pair[0]) < number(pair[1])), "{query}: newest first");
    }
}

fn number(order: &str) -> u32 {
    order[1..].parse().unwrap()
}

/// Read units of one page of the search.
async fn read_units(world: &World, clerk: &mut Clerk, query: &str) -> f64 {
    let read =
        |world: &World| world.usage().dynamodb.by_function.get("ConsoleTransactions").map_or(0.0, |of| of.read_units);
    clerk.get(LIST).await; // the merchant's record is cached now
    let before = read(world);
    let page = clerk.get(&format!("{LIST}?{query}")).await;
    assert_eq!(page.status, StatusCode::OK);
    read(world) - before
}

/// The table is filled in two steps: what a page reads does not grow from 1,000 to 50,000 payments, or to as many as `SEARCH_ROWS` says
/// (1,000,000 take minutes to write).
#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a setting of the test run, not of the product")]
async fn the_first_page_costs_the_same_however_many_payments_there_are() {
    let world = fresh().await;
    pays(&world, ShopRequest::new("4000", 1_000, "4711"), &visa()).await;
    let searched = [
        "",
        "order=4711",
        "from=2026-11-01&to=2026-11-21&status=captured",
        "from=2026-11-01&to=2026-11-21&status=failed",
        "from=2026-11-20&status=open",
        "mail=row7%40example.com",
    ];
    let measured = async |count: u32| {
        let mut clerk = Clerk::owner(&world).await;
        let mut units = Vec::new();
        for query in searched {
            units.push(read_units(&world, &mut clerk, query).await);
        }
        println!("{count} payments: {:?}", searched.iter().zip(&units).collect::<Vec<_>>());
        units
    };
    fill_search(&world, 0, 1_000).await;
    let small = measured(1_000).await;
    let started = Instant::now();
    let many = std::env::var("SEARCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(50_000);
    fill_search(&world, 1_000, many).await;
    println!("filled in {:?}", started.elapsed());
    world.advance(Duration::from_secs(31)).await.unwrap();
    let large = measured(many).await;
    assert_eq!(small, large);
    assert!(large.iter().all(|units| *units <= 12.0), "{large:?}");
}

#[tokio::test]
async fn a_search_for_what_has_no_key_is_bounded_and_goes_on() {
    let world = fresh().await;
    fill_search(&world, 0, 2_600).await;
    let mut clerk = Clerk::owner(&world).await;
    let mut address = format!("{LIST}?holder=row+2599");
    let mut pages = 0;
    loop {
        pages += 1;
        let query = address.split_once('?').unwrap().1.to_owned();
        let units = read_units(&world, &mut clerk, &query).await;
        assert!(units <= 60.0, "{units}");
        let page = clerk.page();
        if orders(page) == ["r2599"] {
            break;
        }
        assert!(orders(page).is_empty() && page.text.contains("1000 件"), "{}", page.text);
        assert!(page.text.contains("ここまでに、条件に合う決済はありませんでした"));
        address = link(page, "さらに古いものを探す").unwrap();
    }
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn a_payments_page_shows_all_of_it_and_its_past() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper
        .open(
            &ShopRequest::new("4000", 1_234, "55")
                .with("free1", "座席 A1")
                .with("name", "鈴木花子")
                .with("card_tel", "03-1234"),
        )
        .await;
    shopper.pay(&Card::of(cards::NO_FUNDS)).await;
    shopper.pay(&visa()).await;
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get("/console/transactions/55").await.clone();
    assert_eq!(page.status, StatusCode::OK);
    for said in [
        "¥1,234",
        "売上確定",
        "座席 A1",
        "鈴木花子",
        "03-1234",
        "shopper@example.com",
        "TARO YAMADA",
        "Visa •••• 4242",
        "5 回のうち 2 回",
        "利用可能額の不足",
        "購入者に決済完了メールを送信",
        "データ連携",
        "返金する",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(!html.contains(cards::VISA) && !html.contains(cards::NO_FUNDS), "no card number");
    assert!(!page.text.contains("記録されていません"), "the history is whole");
    let history =
        searches(&world).history(&system_tests::payment(&world, "4000", "55").await.unwrap().key).await.unwrap();
    assert_eq!(history.steps.len(), 4);
    // another merchant's payment looks like none
    let mut other = Clerk::owner_24(&world).await;
    let theirs = other.get("/console/transactions/55").await.clone();
    let none = other.get("/console/transactions/56").await.clone();
    assert_eq!((theirs.status, theirs.text), (StatusCode::NOT_FOUND, none.text));
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let mut english = Clerk::owner(&world).await;
    let page = english.get("/console/transactions/55?lang=en").await;
    for said in ["Captured", "Insufficient funds", "Completion mail sent to the buyer", "2 of 5", "Refund"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
}

#[tokio::test]
async fn a_payment_by_link_shows_what_the_shopper_was_shown() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.get("/l/demo?lang=ja").await;
    shopper.pay(&visa()).await;
    world.settle().await.unwrap();
    let order = shopper.hand_over().value("charge").to_owned();
    let address = format!("/console/transactions/{order}");
    let kept = payment(&world, "4000", &order).await.unwrap().details.terms.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&address).await.clone();
    let hash = kept.hash.to_string();
    for said in ["購入者に表示した取引条件", &hash, "指紋と一致します", "数量: 1点", "お支払い方法: "]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert_eq!(link(&page, "この決済のリンクを見る").as_deref(), Some("/console/links/demo"));
    // What stands there is the text whose fingerprint the payment keeps, and no other.
    let lines = page.tags("li").map(|line| line.text.clone()).collect::<Vec<_>>();
    let item = lines.iter().position(|line| line.starts_with("ご注文内容")).unwrap();
    let shown = lines[item - 1..].join("\n");
    assert_eq!(domain::link::TermsShown::of(kept.version, &shown, kept.at), kept, "{shown}");
    // Another name of the shop makes another text of it: nothing is shown that the shopper did not see.
    change_merchant(&world, "4000", |merchant| merchant.name = "別の店".to_owned()).await;
    world.advance(Duration::from_secs(31)).await.unwrap();
    let page = clerk.get(&address).await;
    assert!(page.text.contains("再現できません") && page.text.contains(&hash), "{}", page.text);
    assert!(!page.text.contains("数量: 1点"), "{}", page.text);
    // A payment that came without a link showed none.
    pays(&world, ShopRequest::new("4000", 1_000, "1"), &visa()).await;
    let page = clerk.get("/console/transactions/1").await;
    assert!(!page.text.contains("購入者に表示した取引条件") && link(page, "この決済のリンクを見る").is_none());
}

#[tokio::test]
async fn a_payments_page_leads_to_its_receipt_where_something_was_received() {
    let world = fresh().await;
    pays(&world, ShopRequest::new("4000", 1_234, "1"), &visa()).await;
    pays(&world, ShopRequest::new("4000", 1_234, "2"), &Card::of(cards::DECLINED)).await;
    let mut clerk = Clerk::owner(&world).await;
    assert_eq!(link(clerk.get("/console/transactions/2").await, "領収書"), None, "nothing was received");
    let receipt = link(clerk.get("/console/transactions/1").await, "領収書").expect("a receipt");
    assert!(receipt.starts_with("/receipt/"), "{receipt}");
    let page = clerk.get(&receipt).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("領収書") && page.text.contains("1,234"), "{}", page.text);
}

#[tokio::test]
async fn a_payments_page_says_who_did_what() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.capture = domain::merchant::Capture::Later).await;
    pays(&world, ShopRequest::new("4000", 5_000, "1"), &visa()).await;
    // One at the console, one at a terminal.
    let mut clerk = Clerk::joined(&world, "hanako@example.com", GivenRole::Operator).await;
    let capture = "/console/payments/1/capture";
    clerk.get(capture).await;
    let form = clerk.page().forms.iter().find(|form| form.value("confirmed").is_some()).unwrap().clone();
    clerk.submit(&form).await;
    let of = PaymentOf { merchant: "4000".to_owned(), order: "1".to_owned() };
    let refund = PaymentCommand::Move(Moving::Refund { of, amount: Some("500".to_owned()) });
    administer_as(&world, Some("yui"), Admin::Payment(refund)).await.unwrap();
    // A card that was typed at the console.
    clerk.get("/console/charge?by=card").await;
    let order = clerk.form("/console/charge").clone().with("amount", "2000");
    clerk.submit(&order).await;
    let (form, card) = (clerk.form("/console/charge").clone(), visa());
    let form = form.with("card_number", &card.number).with("card_expiry", &card.expiry);
    let form = form.with("card_code", &card.code).with("card_name", &card.holder);
    clerk.submit(&form).await;
    let single = clerk.page().address.strip_prefix("/console/charge?order=").unwrap().to_owned();
    world.settle().await.unwrap();
    let page = clerk.get("/console/transactions/1").await;
    let html = page.html();
    let rows: Vec<&str> = html.split("<tr>").collect();
    for (yen, who) in [("¥5,000", "By Hanako"), ("¥500", "By user yui")] {
        let done = rows.iter().filter(|row| row.contains(yen) && row.contains(who)).count();
        assert!(done >= 1, "{yen} {who}: {rows:?}");
    }
    let page = clerk.get(&format!("/console/transactions/{single}")).await;
    assert!(page.text.contains("Charged by Hanako"), "{}", page.text);
}

#[tokio::test]
async fn a_payments_page_is_there_before_its_history() {
    let world = fresh().await;
    pays(&world, ShopRequest::new("4000", 1_000, "1"), &visa()).await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get("/console/transactions/1").await;
    assert!(page.text.contains("売上確定") && page.text.contains("数秒後に履歴に表示されます"), "{}", page.text);
    world.settle().await.unwrap();
    let page = clerk.get("/console/transactions/1").await;
    assert!(!page.text.contains("数秒後に履歴に表示されます"), "{}", page.text);
}

#[tokio::test]
async fn today_shows_the_days_sums_and_what_needs_a_person() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get("/console").await;
    for said in ["確認が必要なものはありません", "決済はまだありません", "¥0"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    pays(&world, ShopRequest::new("4000", 1_234, "1"), &visa()).await;
    pays(&world, ShopRequest::new("4000", 2_000_000, "2"), &visa()).await;
    pays(&world, ShopRequest::new("4000", 3_000, "3"), &Card::of(cards::DECLINED)).await;
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get("/console").await.clone();
    assert!(page.text.contains("¥2,001,234") && page.text.contains("2 件"), "{}", page.text);
    assert!(page.text.contains("2026年11月21日(土) の合計"), "{}", page.text);
    let bars = page.tags.iter().filter(|tag| tag.name == "rect").count();
    assert_eq!(bars, 30);
    let rows = page.tags.iter().filter(|tag| tag.name == "tr").count();
    assert_eq!(rows, 32, "30 days, the head and the total");
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(!html.contains("style=\""), "no style attribute: the policy forbids it");
}

#[tokio::test]
async fn what_needs_a_person_is_marked_as_looked_at_once_and_by_who_may() {
    let world = fresh().await;
    let matter = |merchant: &str, order: &str| Matter {
        merchant: Some(MerchantId::new(merchant).unwrap()),
        since: world.now(),
        kind: MatterKind::Unknown,
        order: Some(OrderId::new(order).unwrap()),
        reference: None,
        batch: None,
        endpoint: None,
        settled: None,
    };
    for (merchant, order) in [("4000", "1"), ("4000", "2"), ("2400", "3")] {
        raise(&world, &matter(merchant, order)).await;
    }
    let mut viewer = Clerk::joined(&world, "viewer@example.com", GivenRole::Viewer).await;
    let page = viewer.get("/console").await;
    assert_eq!(link(page, "1").as_deref(), Some("/console/transactions/1"), "{}", page.text);
    assert!(page.form("/console/attention").is_none(), "who only looks marks nothing");
    let mut clerk = Clerk::joined(&world, "hanako@example.com", GivenRole::Operator).await;
    let page = clerk.get("/console").await;
    assert!(!page.text.contains("/console/transactions/3"), "another merchant's");
    let form = |clerk: &Clerk, order: &str| {
        let id = matter("4000", order).id().to_string();
        let forms = clerk.page().forms.iter();
        forms.into_iter().find(|form| form.value("matter") == Some(&id)).unwrap().clone()
    };
    let one = form(&clerk, "1");
    let page = clerk.submit(&one).await;
    assert_eq!(page.address, "/console?done=settled");
    assert!(link(page, "1").is_none() && link(page, "2").is_some(), "{}", page.text);
    // Twice is once, and stays as it was closed first.
    clerk.submit(&one).await;
    let closed = matters(&world, Some("4000"), Which::All).await;
    let closed = closed.iter().find(|matter| matter.settled.is_some()).unwrap();
    let hanako = user_id(&world, "hanako@example.com").await;
    assert_eq!(closed.settled.as_ref().unwrap().by.as_str(), hanako.as_str());
    let noted = audit_log(&world, "4000").await;
    let noted = noted.iter().filter(|entry| matches!(entry.action, Action::MatterSettled { .. })).count();
    assert_eq!(noted, 1);
    // Another merchant's row, one that never was, and no row at all look alike.
    for id in [matter("2400", "3").id().to_string(), matter("4000", "99").id().to_string(), String::new()] {
        let page = clerk.submit(&one.clone().with("matter", &id)).await;
        assert_eq!((page.status, page.code()), (StatusCode::NOT_FOUND, "not_there"), "{id}");
    }
    assert_eq!(matters(&world, Some("2400"), Which::Open).await.len(), 1);
}

#[tokio::test]
async fn sales_are_shown_by_month() {
    let world = fresh().await;
    pays(&world, ShopRequest::new("4000", 1_234, "1"), &visa()).await;
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get("/console/sales").await.clone();
    assert!(page.text.contains("2026年11月 の売上") && page.text.contains("¥1,234"), "{}", page.text);
    assert_eq!(link(&page, "前の月").as_deref(), Some("/console/sales?month=2026-10"));
    assert_eq!(link(&page, "次の月"), None, "the next month has not begun");
    let page = clerk.get("/console/sales?month=2026-10").await;
    assert!(page.text.contains("この月の決済はありません"), "{}", page.text);
    for month in ["2026-13", "x", "1999-01", "2026"] {
        let page = clerk.get(&format!("/console/sales?month={month}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{month}");
        assert!(page.text.contains("2026-11 のように"), "{month}: {}", page.text);
    }
}
