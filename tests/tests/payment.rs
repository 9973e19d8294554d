//! One payment from the shop's request to the way back, in every dialect, encoding and language, with its mail.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use domain::merchant::{Capture, Destination, Method};
use domain::payment::{Failure, Interface, State};
use domain::signing::{HandoverRefusal, SigSecret, verify_handover};
use domain::wire::Parameters;
use http::StatusCode;
use local::cloud::{Fault, When};
use local::world::{SIG_SECRET_HEX, World};
use std::time::Duration;
use system_tests::{
    Card, Charset, HandOver, LinkTerms, ShopRequest, Shopper, Submit, approvals, cards, change_merchant, create_link,
    form_encoded, fresh, payment,
};

const ASJ: [&str; 10] = ["admin", "amount", "charge", "mail", "free1", "free2", "free3", "result", "payment", "user"];
const TWENTY_FOUR: [&str; 8] = ["RC", "OID", "AMT", "EMAIL", "CARDNAME", "ITEM1", "ITEM2", "ITEM3"];

async fn paid(world: &World, request: &ShopRequest, card: &Card) -> HandOver {
    let mut shopper = Shopper::new(world);
    shopper.open(request).await;
    shopper.pay(card).await;
    shopper.hand_over()
}

fn visa() -> Card {
    Card::of(cards::VISA)
}

fn declined() -> Card {
    Card::of(cards::DECLINED)
}

#[tokio::test]
async fn a_request_means_the_same_by_address_and_by_form_with_the_number_in_the_path_or_not() {
    let world = fresh().await;
    let mut order = 0;
    for merchant in ["4000", "2400"] {
        for in_path in [false, true] {
            for by_post in [false, true] {
                order += 1;
                let request = ShopRequest::new(merchant, 1_000, &order.to_string())
                    .with("free1", "色は青 & 大きさはM")
                    .with("free3", "<b>%41+</b>")
                    .with("mail", "asked@example.com");
                let request = if in_path { request.in_path() } else { request };
                let mut shopper = Shopper::new(&world);
                if by_post {
                    shopper.open_by_post(&request).await
                } else {
                    shopper.open(&request).await
                };
                assert_eq!(shopper.page().status, StatusCode::OK);
                assert!(shopper.page().text.contains("1,000円"), "{}", shopper.page().text);
                assert_eq!(shopper.card_form().value("mail"), Some("asked@example.com"));
                shopper.pay(&visa().keeping_mail()).await;
                let back = shopper.hand_over();
                let (result, fields): (_, &[(&str, &str)]) = match merchant {
                    "4000" => (
                        "0",
                        &[
                            ("admin", "4000"),
                            ("amount", "1000"),
                            ("mail", "asked@example.com"),
                            ("free2", ""),
                            ("user", ""),
                        ],
                    ),
                    _ => ("0", &[("AMT", "1000"), ("EMAIL", "asked@example.com"), ("CARDNAME", "TARO YAMADA")]),
                };
                let what = format!("{merchant} path {in_path} post {by_post}");
                match merchant {
                    "4000" => {
                        assert_eq!(back.names(), ASJ, "{what}");
                        assert_eq!(back.method, http::Method::POST, "{what}");
                        assert_eq!(back.address, "http://127.0.0.1:9000/shop/thanks", "{what}");
                        assert_eq!(back.value("charge"), order.to_string(), "{what}");
                        assert_eq!(back.value("free1"), "色は青 & 大きさはM", "{what}");
                        assert_eq!(back.value("free3"), "<b>%41+</b>", "{what}");
                        assert_eq!(back.value("result"), result, "{what}");
                        assert!(is_number(back.value("payment")), "{what}");
                    }
                    _ => {
                        assert_eq!(back.names(), TWENTY_FOUR, "{what}");
                        assert_eq!(back.method, http::Method::GET, "{what}");
                        assert_eq!(back.address, "http://127.0.0.1:9000/shop/thanks24", "{what}");
                        assert_eq!(back.value("OID"), order.to_string(), "{what}");
                        assert_eq!(back.value("ITEM1"), "色は青 & 大きさはM", "{what}");
                        assert_eq!(back.value("ITEM3"), "<b>%41+</b>", "{what}");
                        assert_eq!(back.value("RC"), result, "{what}");
                    }
                }
                for (name, value) in fields {
                    assert_eq!(back.value(name), *value, "{what} {name}");
                }
                let stored = payment(&world, merchant, &order.to_string()).await.unwrap();
                assert!(matches!(stored.state, State::Captured { .. }), "{:?}", stored.state);
                assert_eq!(stored.interface, Interface::DataLinkage);
            }
        }
    }
}

/// A payment number: 18 digits.
fn is_number(text: &str) -> bool {
    text.len() == 18 && text.bytes().all(|b| b.is_ascii_digit())
}

#[tokio::test]
async fn leading_zeros_of_an_order_number_come_back() {
    let world = fresh().await;
    let back = paid(&world, &ShopRequest::new("4000", 1, "000000000000000001"), &visa()).await;
    assert_eq!((back.value("charge"), back.value("amount")), ("000000000000000001", "1"));
    let back = paid(&world, &ShopRequest::new("4000", 9_999_999, "1"), &visa()).await;
    assert_eq!((back.value("charge"), back.value("amount")), ("1", "9999999"));
    let back = paid(&world, &ShopRequest::new("2400", 500, "Order_2026-11_a"), &visa()).await;
    assert_eq!(back.value("OID"), "Order_2026-11_a");
}

#[tokio::test]
async fn every_card_that_is_approved_pays_and_every_other_says_why_without_a_charge() {
    let world = fresh().await;
    for (place, number) in cards::APPROVED.iter().enumerate() {
        let back = paid(&world, &ShopRequest::new("4000", 1_000, &format!("1{place}")), &Card::of(number)).await;
        assert_eq!(back.value("result"), "0", "{number}");
    }
    for (place, number) in [
        cards::DECLINED,
        cards::NO_FUNDS,
        cards::LOST,
        cards::STOLEN,
        cards::EXPIRED,
        cards::WRONG_CODE,
        cards::PROCESSING,
        "4000000000000341",
    ]
    .iter()
    .enumerate()
    {
        let order = format!("2{place}");
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, &order)).await;
        let page = shopper.pay(&Card::of(number)).await;
        if *number == "4000000000000341" {
            // it is declined only once it has been stored
            assert!(page.is_hand_over(), "{number}");
            continue;
        }
        assert!(page.is_payment_form() && page.text.contains("請求は発生していません"), "{number}: {}", page.text);
        for hint in ["紛失", "盗難", "lost", "stolen", "51", "41", "43"] {
            assert!(!page.text.replace("2000", "").contains(&format!("コード {hint}")), "{number} says {hint}");
            assert!(!page.text.contains("紛失") && !page.text.contains("盗難"), "{number} helps a thief");
        }
        assert!(!page.html().contains(number), "{number} is on the page");
        let stored = payment(&world, "4000", &order).await.unwrap();
        assert!(matches!(stored.state, State::Declined { .. }), "{number}: {:?}", stored.state);
    }
}

#[tokio::test]
async fn a_shift_jis_shop_gets_its_own_bytes_back() {
    let world = fresh().await;
    // NEC row 13, IBM extensions, half-width kana, the wave dash as Windows has it, a second byte that is a backslash
    let text = "①髙﨑ｶﾅ～ソ表";
    let bytes = Charset::ShiftJis.encode(text).into_owned();
    assert!(bytes.starts_with(&[0x87, 0x40, 0xFB, 0xFC]), "CP932, not JIS X 0208: {bytes:02X?}");
    for by_post in [false, true] {
        let order = if by_post { "1" } else { "2" };
        let request = ShopRequest::new("9320", 1_200, order).with_bytes("free1", &bytes).with_bytes("name", &bytes);
        let mut shopper = Shopper::new(&world);
        if by_post {
            shopper.open_by_post(&request).await
        } else {
            shopper.open(&request).await
        };
        shopper.pay(&visa()).await;
        let back = shopper.hand_over();
        assert_eq!(back.charset, Charset::ShiftJis);
        assert_eq!(back.method, http::Method::POST);
        assert_eq!(back.value("free1"), text);
        assert_eq!(back.parameters().value("free1"), Some(&bytes[..]));
        let encoded = form_encoded([("free1", &bytes)]);
        assert!(back.encoded().contains(&encoded), "{} in {}", encoded, back.encoded());
        assert_eq!(payment(&world, "9320", order).await.unwrap().details.name, text);
    }
}

#[tokio::test]
async fn what_a_shift_jis_shop_cannot_read_does_not_reach_it_as_something_else() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("9320", 1_200, "3")).await;
    let page = shopper.pay(&visa().with_mail("絵文字😀@example.com")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "an address is ASCII");
    shopper.pay(&visa()).await;
    assert!(!shopper.hand_over().encoded().contains("%26%23"), "no numeric references");
}

#[tokio::test]
async fn what_a_signed_shop_sends_and_gets_is_signed() {
    let world = fresh().await;
    let request =
        ShopRequest::new("7000", 3_000, "77").with("free1", "a=b&c").with("unknown", "kept").signed(world.now());
    let back = paid(&world, &request, &visa()).await;
    assert_eq!(back.names(), [&ASJ[..9], &["time", "sig"]].concat(), "without card-on-file there is no user");
    let secrets = [SigSecret::from_hex(SIG_SECRET_HEX).unwrap()];
    let address = "http://127.0.0.1:9000/shop/thanks";
    assert_eq!(verify_handover(&secrets, address, &back.parameters(), world.now()), Ok(()));
    let forged = back.encoded().replace("amount=3000", "amount=1");
    let forged = Parameters::parse(forged.as_bytes()).unwrap();
    assert_eq!(verify_handover(&secrets, address, &forged, world.now()), Err(HandoverRefusal::SigWrong));
    let elsewhere = verify_handover(&secrets, "http://127.0.0.1:9000/shop/receive", &back.parameters(), world.now());
    assert_eq!(elsewhere, Err(HandoverRefusal::SigWrong));

    let mut shopper = Shopper::new(&world);
    let page =
        shopper.open_by_post(&ShopRequest::new("7000", 3_000, "78").signed(world.now()).with("amount", "1")).await;
    assert_eq!((page.status, page.code()), (StatusCode::BAD_REQUEST, "merchant_or_signature"));
}

#[tokio::test]
async fn a_verified_buyer_id_comes_back_unchanged_and_an_unverified_one_is_refused() {
    let world = fresh().await;
    let request = ShopRequest::new("4000", 1_000, "1").of_user("Buyer_1/ab+c%", world.now());
    let back = paid(&world, &request, &visa()).await;
    assert_eq!(back.value("user"), "Buyer_1/ab+c%");

    let request = ShopRequest::new("4000", 1_000, "2").of_user("buyer", world.now());
    let upper = String::from_utf8(request.value("key").to_ascii_uppercase()).unwrap();
    assert!(
        Shopper::new(&world).open(&request.clone().with("key", &upper)).await.is_payment_form(),
        "hex of either case"
    );
    for changed in [("amount", "1001"), ("charge", "3"), ("user", "other"), ("time", "1")] {
        let mut shopper = Shopper::new(&world);
        let page = shopper.open(&request.clone().with(changed.0, changed.1)).await;
        assert_eq!(page.code(), "merchant_or_signature", "{changed:?}");
    }
}

#[tokio::test]
async fn the_shop_chooses_among_its_destinations() {
    let world = fresh().await;
    let shop = "http://127.0.0.1:9000/shop";
    let asj = [
        ("1", http::Method::POST, "/thanks"),
        ("2", http::Method::GET, "/members"),
        ("3", http::Method::POST, "/receive"),
    ];
    let tf = [
        ("1", http::Method::GET, "/thanks24"),
        ("2", http::Method::POST, "/receive"),
        ("3", http::Method::POST, "/members"),
    ];
    for (merchant, table) in [("4000", asj), ("2400", tf)] {
        for (number, method, path) in table {
            let request = ShopRequest::new(merchant, 1_000, number).with("return", number);
            let back = paid(&world, &request, &visa()).await;
            assert_eq!((back.method, back.address), (method, format!("{shop}{path}")), "{merchant} {number}");
        }
    }
}

#[tokio::test]
async fn a_get_destination_keeps_its_own_query() {
    let world = fresh().await;
    let address = "http://127.0.0.1:9000/shop/members?from=kessai&%E8%89%B2=%E9%9D%92&empty=";
    change_merchant(&world, "4000", |merchant| {
        merchant.destinations[1] = Some(Destination { address: address.to_owned(), method: Method::Get });
    })
    .await;
    let back = paid(&world, &ShopRequest::new("4000", 1_000, "1").with("return", "2"), &visa()).await;
    assert_eq!(back.address, "http://127.0.0.1:9000/shop/members");
    assert_eq!(back.names(), [&["from", "色", "empty"][..], &ASJ].concat());
    assert_eq!((back.value("from"), back.value("色"), back.value("empty")), ("kessai", "青", ""));
}

#[tokio::test]
async fn the_shops_wish_the_browsers_and_the_shops_own_language_come_in_this_order() {
    let world = fresh().await;
    for (place, (wish, browser, merchant, expected)) in [
        (None, "ja", "4000", "ja"),
        (None, "en-US,en;q=0.9,ja;q=0.5", "4000", "en"),
        (None, "fr", "4000", "ja"),
        (None, "fr", "7000", "en"),
        (Some("en"), "ja", "4000", "en"),
        (Some("ja"), "en", "7000", "ja"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = ShopRequest::new(merchant, 2_000, &place.to_string());
        let request = wish.map_or(request.clone(), |wish| request.with("lang", wish));
        let request = if merchant == "7000" { request.signed(world.now()) } else { request };
        let mut shopper = Shopper::new(&world).speaking(browser);
        let page = shopper.open(&request).await;
        assert_eq!(page.lang(), expected, "{wish:?} {browser} {merchant}");
        let button = if expected == "ja" { "2,000円を支払う" } else { "Pay ¥2,000" };
        assert!(page.text.contains(button), "{button}: {}", page.text);
        let page = shopper.pay(&visa()).await;
        assert_eq!(page.lang(), expected, "the way back");
    }
}

#[tokio::test]
async fn the_page_can_be_had_in_the_other_language_and_is_still_the_same_order() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 2_000, "1").with("free1", "x").of_user("u", world.now())).await;
    let switch = Submit::of(shopper.form("/pay"));
    let page = shopper.submit(&switch).await;
    assert_eq!((page.lang(), page.status), ("en", StatusCode::OK));
    shopper.pay(&visa()).await;
    let back = shopper.hand_over();
    assert_eq!((back.value("amount"), back.value("free1"), back.value("user")), ("2000", "x", "u"));
    assert_eq!(shopper.page().lang(), "en");
    world.settle().await.unwrap();
    assert!(world.mailbox().unwrap()[0].subject.contains("Payment complete"), "the mail follows the page");
}

#[tokio::test]
async fn the_shopper_gets_a_mail_and_the_shop_its_copy() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some("owner@shop.example".to_owned())).await;
    for (order, lang, texts) in [
        ("20261121001", "ja", ["お支払い完了", "12,345円", "デモショップ"]),
        ("20261121002", "en", ["Payment complete", "¥12,345", "デモショップ"]),
    ] {
        let seen = world.mailbox().unwrap().len();
        let request = ShopRequest::new("4000", 12_345, order).with("lang", lang).with("free2", "のし付き");
        let back = paid(&world, &request, &visa().with_mail("payer@example.com")).await;
        world.settle().await.unwrap();
        let mails = world.mailbox().unwrap().split_off(seen);
        assert_eq!(mails.len(), 2, "{mails:?}");
        let mail = mails.iter().find(|mail| mail.to == ["payer@example.com"]).unwrap();
        for text in texts {
            assert!(mail.subject.contains(text), "{text} in {}", mail.subject);
        }
        let (plain, html) = (mail.text.as_ref().unwrap(), mail.html.as_ref().unwrap());
        for part in [texts[1], order, back.value("payment"), "4242", "Visa", "shop@demo.example"] {
            assert!(plain.contains(part) && html.contains(part), "{part} in {plain}");
        }
        assert!(!plain.contains(cards::VISA) && !plain.contains("4242 4242"), "{plain}");
        let copy = mails.iter().find(|mail| mail.to == ["owner@shop.example"]).unwrap();
        assert!(copy.subject.contains("12,345円") && copy.subject.contains(order), "{}", copy.subject);
        assert!(copy.text.as_ref().unwrap().contains("のし付き"), "the shop sees its free items");
        assert!(copy.text.as_ref().unwrap().contains("payer@example.com"));
    }
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 4, "nothing is sent twice");
}

#[tokio::test]
async fn mail_is_off_where_the_merchant_turned_it_off_for_that_interface_alone() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.off = vec![Interface::DataLinkage]).await;
    paid(&world, &ShopRequest::new("4000", 1_000, "1"), &visa()).await;
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap(), []);
    paid(&world, &ShopRequest::new("2400", 1_000, "1"), &visa()).await;
    let mut shopper = Shopper::new(&world);
    shopper.get("/l/demo").await;
    shopper.pay(&visa().with_mail("link@example.com")).await;
    world.settle().await.unwrap();
    let to: Vec<_> = world.mailbox().unwrap().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to, ["shopper@example.com", "link@example.com"]);
}

#[tokio::test]
async fn a_mail_service_that_fails_for_a_while_only_delays_the_mail() {
    let world = fresh().await;
    for nth in 0..4 {
        world.faults().plan(When::Nth { caller: None, operation: "SendEmail".to_owned(), nth }, Fault::FailBefore);
    }
    let back = paid(&world, &ShopRequest::new("4000", 1_000, "1"), &visa()).await;
    assert_eq!(back.value("result"), "0");
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap(), []);
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 1);
    assert!(world.queues().unwrap().iter().all(|queue| (queue.waiting, queue.in_flight, queue.dead) == (0, 0, 0)));
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_parked_where_a_person_sees_it_and_the_payment_stands() {
    let world = fresh().await;
    for nth in 0..200 {
        world.faults().plan(When::Nth { caller: None, operation: "SendEmail".to_owned(), nth }, Fault::FailBefore);
    }
    let back = paid(&world, &ShopRequest::new("4000", 1_000, "1"), &visa()).await;
    assert_eq!(back.value("result"), "0");
    world.advance(Duration::from_secs(24 * 3_600)).await.unwrap();
    assert_eq!(world.mailbox().unwrap(), []);
    let queues = world.queues().unwrap();
    let dead: u64 = queues.iter().map(|queue| queue.dead).sum();
    assert_eq!(dead, 1, "{queues:?}");
    let stored = payment(&world, "4000", "1").await.unwrap();
    assert!(matches!(stored.state, State::Captured { .. }));
    assert_eq!(stored.version, 2, "nobody marks a mail in the payment");
}

#[tokio::test]
async fn a_declined_card_stays_on_the_page_and_another_one_pays() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1").with("free1", "kept")).await;
    let page = shopper.pay(&declined().with_mail("typed@example.com")).await;
    assert!(page.is_payment_form() && !page.is_hand_over());
    assert_eq!(shopper.card_form().value("mail"), Some("typed@example.com"), "typed values are kept");
    for field in ["card_number", "card_code", "card_expiry"] {
        assert_eq!(shopper.card_form().value(field), Some(""), "{field} is not");
    }
    shopper.pay(&visa().keeping_mail()).await;
    let back = shopper.hand_over();
    assert_eq!((back.value("result"), back.value("free1"), back.value("mail")), ("0", "kept", "typed@example.com"));
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 1, "nothing is told of the decline");
}

#[tokio::test]
async fn attempts_used_up_is_a_failure_that_the_shop_hears_of_with_a_payment_number() {
    let world = fresh().await;
    for (merchant, name, code) in [("4000", "result", "1"), ("2400", "RC", "9")] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new(merchant, 1_000, "1")).await;
        for attempt in 1..=5 {
            let page = shopper.pay(&declined()).await;
            assert_eq!(page.is_hand_over(), attempt == 5, "{merchant} attempt {attempt}");
            let last = page.text.contains("あと1回");
            assert_eq!(last, attempt == 4, "{merchant} attempt {attempt}: the last try is announced");
        }
        let back = shopper.hand_over();
        assert_eq!(back.value(name), code);
        if merchant == "4000" {
            assert_eq!(back.names(), ASJ);
            assert!(is_number(back.value("payment")));
        } else {
            assert_eq!(back.names(), TWENTY_FOUR);
            assert_eq!(back.value("CARDNAME"), "TARO YAMADA");
        }
        let stored = payment(&world, merchant, "1").await.unwrap();
        assert!(matches!(stored.state, State::Failed { reason: Failure::AttemptsUsedUp, .. }), "{:?}", stored.state);
    }
    assert_eq!(approvals(&world).await, 0);
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(world.mailbox().unwrap(), [], "a failure without a doubt is told on the page alone");
}

#[tokio::test]
async fn a_merchants_own_number_of_attempts_holds() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.attempts = 1).await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&declined()).await;
    assert_eq!(shopper.hand_over().value("result"), "1");
}

#[tokio::test]
async fn giving_up_before_any_card_tells_the_shop_with_a_payment_number() {
    let world = fresh().await;
    for (merchant, name, code) in [("4000", "result", "1"), ("2400", "RC", "9")] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new(merchant, 1_000, "1").with("free1", "kept")).await;
        shopper.give_up().await;
        let back = shopper.hand_over();
        assert_eq!(back.value(name), code);
        if merchant == "4000" {
            assert!(is_number(back.value("payment")));
            assert_eq!(back.value("free1"), "kept");
        }
        let stored = payment(&world, merchant, "1").await.unwrap();
        assert!(matches!(stored.state, State::Abandoned { .. }), "{:?}", stored.state);
    }
    assert_eq!(world.acquirer_log().await.unwrap(), []);
}

#[tokio::test]
async fn giving_up_after_a_decline_tells_the_shop_and_the_form_in_another_tab_is_dead() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&declined()).await;
    let mut other_tab = shopper.clone();
    shopper.give_up().await;
    let back = shopper.hand_over();
    assert_eq!(back.value("result"), "1");
    assert!(is_number(back.value("payment")));
    other_tab.pay(&visa()).await;
    assert!(!other_tab.page().is_payment_form());
    assert_eq!(approvals(&world).await, 0, "what the shop was told stays true");
    let stored = payment(&world, "4000", "1").await.unwrap();
    assert!(matches!(stored.state, State::Abandoned { .. }), "{:?}", stored.state);
}

#[tokio::test]
async fn after_a_failure_a_new_visit_opens_the_order_again_with_another_amount_and_payment_number() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.attempts = 2).await;
    let mut numbers = Vec::new();
    for (visit, amount) in [1_000, 2_500, 2_500].into_iter().enumerate() {
        let mut shopper = Shopper::new(&world);
        let page = shopper.open(&ShopRequest::new("4000", amount, "1")).await;
        assert!(page.is_payment_form(), "visit {visit}: {}", page.text);
        match visit {
            0 => {
                shopper.pay(&declined()).await;
                shopper.pay(&declined()).await;
            }
            1 => {
                shopper.give_up().await;
            }
            _ => {
                shopper.pay(&declined()).await;
                shopper.pay(&visa()).await;
            }
        }
        let back = shopper.hand_over();
        assert_eq!(back.value("amount"), amount.to_string());
        assert_eq!(back.value("result"), if visit < 2 { "1" } else { "0" }, "visit {visit}");
        numbers.push(back.value("payment").to_owned());
        world.advance(Duration::from_secs(1)).await.unwrap();
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 3, "a shop tells the visits apart: {numbers:?}");
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn a_paid_order_pins_its_amount() {
    let world = fresh().await;
    let first = ShopRequest::new("4000", 1_000, "1");
    let mut late = Shopper::new(&world);
    late.open(&ShopRequest::new("4000", 5, "1")).await;
    paid(&world, &first, &visa()).await;
    let mut shopper = Shopper::new(&world);
    let page = shopper.open(&ShopRequest::new("4000", 999, "1")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(!page.is_payment_form() && !page.is_hand_over());
    let page = late.pay(&visa()).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "a form that was opened before is refused, too");
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn a_declined_order_pins_its_amount_until_it_failed() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&declined()).await;
    let mut other = Shopper::new(&world);
    assert_eq!(other.open(&ShopRequest::new("4000", 1, "1")).await.status, StatusCode::CONFLICT);
    world.advance(Duration::from_secs(32 * 60)).await.unwrap();
    assert!(other.open(&ShopRequest::new("4000", 1, "1")).await.is_payment_form());
}

#[tokio::test]
async fn another_browser_is_told_that_an_order_is_paid_and_nothing_about_its_buyer() {
    let world = fresh().await;
    let request = ShopRequest::new("4000", 1_000, "1").with("free1", "秘密の自由項目").with("name", "山田太郎");
    let mut stale = Shopper::new(&world);
    stale.open(&request).await;
    let back = paid(&world, &request, &visa().with_mail("secret@example.com")).await;
    let mut other = Shopper::new(&world);
    other.open(&request).await;
    stale.pay(&Card::of(cards::MASTERCARD)).await;
    for shopper in [other, stale] {
        let page = shopper.page();
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("お支払い済み"), "{}", page.text);
        assert!(!page.is_hand_over() && !page.is_payment_form());
        for secret in ["secret@example.com", "秘密の自由項目", "山田太郎", "TARO YAMADA", "4242", back.value("payment")]
        {
            assert!(!page.html().contains(secret), "{secret}");
        }
    }
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn a_link_with_an_amount_is_paid_as_often_as_it_is_opened() {
    let world = fresh().await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        let mut shopper = Shopper::new(&world);
        let page = shopper.get("/l/demo").await;
        assert!(page.text.contains("2,000円") && page.text.contains("デモ商品"), "{}", page.text);
        shopper.pay(&visa()).await;
        let back = shopper.hand_over();
        assert_eq!((back.value("result"), back.value("amount")), ("0", "2000"));
        let charge = back.value("charge").to_owned();
        assert!(charge.len() == 18 && charge.starts_with('9'), "from the reserved range: {charge}");
        assert_eq!(payment(&world, "4000", &charge).await.unwrap().interface, Interface::Link);
        orders.push(charge);
    }
    assert_ne!(orders[0], orders[1], "each opened page is an order of its own");
    let page = Shopper::new(&world).speaking("en").get("/l/demo").await.clone();
    assert_eq!(page.lang(), "en");
}

#[tokio::test]
async fn a_link_for_one_use_is_one_order() {
    let world = fresh().await;
    let terms = LinkTerms { id: "once", item: "一点物", yen: Some(700), uses: domain::link::LinkUses::One };
    create_link(&world, terms).await;
    let mut first = Shopper::new(&world);
    let mut second = Shopper::new(&world);
    first.get("/l/once").await;
    second.get("/l/once").await;
    first.pay(&visa()).await;
    assert_eq!(first.hand_over().value("amount"), "700");
    second.pay(&visa()).await;
    assert!(second.page().text.contains("お支払い済み"), "{}", second.page().text);
    let mut third = Shopper::new(&world);
    assert!(third.get("/l/once").await.text.contains("お支払い済み"));
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn an_open_link_asks_for_the_amount_and_takes_what_people_type() {
    let world = fresh().await;
    for (typed, yen) in [("1500", "1,500円"), ("１，５００円", "1,500円"), ("¥3,000", "3,000円"), (" 0800 ", "800円")]
    {
        let mut shopper = Shopper::new(&world);
        assert!(!shopper.get("/l/open").await.is_payment_form(), "the amount comes first");
        let asked = Submit::of(&shopper.form("/l/open").clone().with("amount", typed));
        let page = shopper.submit(&asked).await;
        assert!(page.is_payment_form() && page.text.contains(yen), "{typed}: {}", page.text);
        shopper.pay(&visa()).await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{typed}");
    }
    let approved = approvals(&world).await;
    for (lang, typed) in ["", "0", "-5", "1.5", "abc", "10000000", "１０００００００", "99999999999999999999", "<b>"]
        .into_iter()
        .flat_map(|typed| [("ja", typed), ("en", typed)])
    {
        let mut shopper = Shopper::new(&world).speaking(lang);
        shopper.get("/l/open").await;
        let asked = Submit::of(&shopper.form("/l/open").clone().with("amount", typed));
        let page = shopper.submit(&asked).await;
        assert_eq!((page.status, page.lang()), (StatusCode::UNPROCESSABLE_ENTITY, lang), "{typed}");
        assert_eq!(page.form("/l/open").unwrap().value("amount"), Some(typed), "what was typed stays");
        assert_eq!(page.by_id("amount").unwrap().attribute("aria-invalid"), Some("true"));
    }
    assert_eq!(approvals(&world).await, approved);
    // an amount in the address is no amount that the shopper typed
    assert!(!Shopper::new(&world).get("/l/open?amount=1").await.is_payment_form());
}

#[tokio::test]
async fn a_link_that_is_closed_or_unknown_says_so() {
    let world = fresh().await;
    for link in ["/l/nothing", "/l/x", "/l/..%2f4000", "/l/%F0%9F%98%80"] {
        let page = Shopper::new(&world).get(link).await.clone();
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{link}");
        assert_eq!(page.lang(), "ja");
    }
}

#[tokio::test]
async fn without_a_destination_the_way_ends_on_our_result_page() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.destinations = [None, None, None]).await;
    let mut shopper = Shopper::new(&world);
    shopper.get("/l/demo").await;
    let page = shopper.pay(&visa()).await;
    assert!(!page.is_hand_over());
    for part in ["お支払いが完了しました", "¥2,000", "4242", "Visa"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "5")).await;
    shopper.give_up().await;
    assert!(shopper.page().text.contains("お支払いは完了していません"), "{}", shopper.page().text);
    let mut shopper = Shopper::new(&world);
    let page = shopper.open(&ShopRequest::new("4000", 1_000, "6").with("return", "2")).await;
    assert_eq!(page.code(), "return_not_registered");
}

#[tokio::test]
async fn a_shop_that_captures_later_has_the_money_held() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    let back = paid(&world, &ShopRequest::new("4000", 1_000, "1"), &visa()).await;
    assert_eq!(back.value("result"), "0");
    let stored = payment(&world, "4000", "1").await.unwrap();
    let State::Authorized { n, .. } = stored.state else { panic!("{:?}", stored.state) };
    let totals = world.books().totals(&stored.reference(n), world.now()).await.unwrap();
    assert_eq!((totals.standing, totals.authorized, totals.captured), (1, 1_000, 0));
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 1);
}

#[tokio::test]
async fn the_result_page_can_be_loaded_again_for_half_an_hour_and_then_says_that_it_expired() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&visa()).await;
    let first = shopper.hand_over();
    shopper.refresh().await;
    assert_eq!(shopper.hand_over(), first);
    world.advance(Duration::from_secs(31 * 60)).await.unwrap();
    let page = shopper.refresh().await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(!page.is_hand_over() && page.text.contains("有効期限"), "{}", page.text);
}

#[tokio::test]
async fn a_form_can_be_paid_for_two_hours() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    let mut patient = shopper.clone();
    world.advance(Duration::from_secs(119 * 60)).await.unwrap();
    shopper.pay(&visa()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    patient.open(&ShopRequest::new("4000", 1_000, "2")).await;
    world.advance(Duration::from_secs(121 * 60)).await.unwrap();
    let page = patient.pay(&visa()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("有効期限") || page.text.contains("時間"), "{}", page.text);
    assert_eq!(payment(&world, "4000", "2").await, None);
}
