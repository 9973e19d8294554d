//! 3-D Secure as shops and shoppers meet it: every card and policy, the way to the issuer and back, and everything that can go wrong on it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test's helpers may stop at the first surprise"
)]

use bytes::Bytes;
use domain::Payment;
use domain::acquirer::{Authentication, DeclineCode, Flow, TransStatus, Unavailable};
use domain::card::HeldNumber;
use domain::merchant::ThreeDsPolicy;
use domain::payment::{Failure, State};
use http::{Request, StatusCode};
use local::cloud::{Fault, When};
use local::world::World;
use outbound::acquirer::Kind;
use std::time::Duration;
use system_tests::{
    Card, ShopRequest, Shopper, Submit, acquirer_calls, approvals, cards, change_merchant, fresh, kept_card, payment,
    totals,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const POLICIES: [ThreeDsPolicy; 3] =
    [ThreeDsPolicy::AtPayment, ThreeDsPolicy::AtRegistration, ThreeDsPolicy::Recurring];

fn visa() -> Card {
    Card::of(cards::VISA)
}

fn challenged() -> Card {
    Card::of(cards::CHALLENGE)
}

async fn stored(world: &World, order: &str) -> Payment {
    payment(world, "4000", order).await.unwrap()
}

/// What 3-D Secure came to, from where it is stored: with the approval or the decline.
fn authentication(payment: &Payment) -> Option<&Authentication> {
    match &payment.state {
        State::Captured { approval, .. } | State::Authorized { approval, .. } => approval.authentication.as_ref(),
        State::Declined { decline, .. } => decline.authentication.as_ref(),
        other => panic!("{other:?}"),
    }
}

/// `captured Y frictionless 05`.
fn outcome(payment: &Payment) -> String {
    let result = authentication(payment);
    let result = result.map(|result| {
        let flow = match result.flow {
            Flow::Frictionless => "frictionless",
            Flow::Challenge => "challenge",
        };
        format!(" {} {flow} {}", result.status.letter(), result.eci.as_deref().unwrap_or("-"))
    });
    format!("{}{}", payment.state.name(), result.unwrap_or_default())
}

/// A shopper whose card wants a challenge, on our page before the issuer's.
async fn before_the_issuer(world: &World, order: &str) -> Shopper {
    before_the_issuer_with(world, order, 1_000, &challenged()).await
}

async fn before_the_issuer_with(world: &World, order: &str, yen: u32, card: &Card) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", yen, order)).await;
    shopper.pay(card).await;
    assert!(shopper.page().hop().is_some(), "{}", shopper.page().text);
    shopper
}

fn post(address: &str, body: &str) -> Request<Bytes> {
    let request = Request::post(address).header("content-type", "application/x-www-form-urlencoded");
    request.body(Bytes::from(body.to_owned())).unwrap()
}

/// `/pay/challenge/{handle}` of the page in front, without its query.
fn challenge_address(shopper: &Shopper) -> String {
    shopper.page().forms.iter().find(|form| form.value("cancel").is_some()).unwrap().action.clone()
}

async fn nothing_is_held(world: &World, order: &str) {
    let held = totals(world, &stored(world, order).await).await;
    assert_eq!((held.standing, held.authorized, held.captured), (0, 0, 0), "{order}");
}

#[tokio::test]
async fn every_card_and_status_ends_as_published_under_every_policy_and_setting() {
    for policy in POLICIES {
        for unavailable in [Unavailable::Decline, Unavailable::Proceed] {
            let world = fresh().await;
            change_merchant(&world, "4000", |merchant| {
                merchant.three_ds = policy;
                merchant.three_ds_unavailable = unavailable;
            })
            .await;
            let goes_on = unavailable == Unavailable::Proceed;
            let or = |then: &'static str, not: &'static str| if goes_on { then } else { not };
            for (place, (number, yen, choice, expected)) in [
                (cards::VISA, 1_000, None, "captured Y frictionless 05"),
                ("4012888888881881", 1_000, None, "captured Y frictionless 05"),
                ("4000056655665556", 1_000, None, "captured Y frictionless 05"),
                ("4000000000003055", 1_000, None, "captured Y frictionless 05"),
                (cards::MASTERCARD, 1_000, None, "captured Y frictionless 02"),
                (cards::JCB, 1_000, None, "captured Y frictionless 05"),
                (cards::AMEX, 1_000, None, "captured Y frictionless 05"),
                (cards::DINERS, 1_000, None, "captured Y frictionless 05"),
                (cards::DISCOVER, 1_000, None, "captured Y frictionless 05"),
                (cards::VISA, 1_911, None, "captured A frictionless 06"),
                (cards::MASTERCARD, 1_911, None, "captured A frictionless 01"),
                (cards::VISA, 1_912, None, "declined N frictionless 07"),
                (cards::VISA, 1_913, None, or("captured U frictionless 07", "declined U frictionless 07")),
                (cards::VISA, 1_914, None, "declined R frictionless 07"),
                (cards::CHALLENGE, 1_000, Some("pass"), "captured Y challenge 05"),
                (cards::CHALLENGE_TOO, 1_000, Some("pass"), "captured Y challenge 05"),
                (cards::CHALLENGE_DECLINED, 1_000, Some("pass"), "declined Y challenge 05"),
                (cards::CHALLENGE_ERROR, 1_000, Some("pass"), or("captured U challenge 07", "declined U challenge 07")),
                (cards::CHALLENGE, 1_000, Some("fail"), "declined N challenge 07"),
                (cards::CHALLENGE, 1_000, Some("cancel"), "declined N challenge 07"),
                (cards::CHALLENGE_ERROR, 1_000, Some("fail"), "declined N challenge 07"),
            ]
            .into_iter()
            .enumerate()
            {
                let order = place.to_string();
                let what = format!("{policy:?} {unavailable:?} {number} {yen} {choice:?}");
                let mut shopper = Shopper::new(&world);
                shopper.open(&ShopRequest::new("4000", yen, &order)).await;
                shopper.pay(&Card::of(number)).await;
                assert_eq!(shopper.page().hop().is_some(), choice.is_some(), "{what}: {}", shopper.page().text);
                if let Some(choice) = choice {
                    shopper.answer_the_issuer(choice).await;
                }
                let payment = stored(&world, &order).await;
                assert_eq!(outcome(&payment), expected, "{what}");
                let result = authentication(&payment).unwrap();
                assert_eq!((result.version.as_str(), result.ds_id.len()), ("2.2.0", 36), "{what}");
                let vouched = matches!(result.status, TransStatus::Y | TransStatus::A);
                assert_eq!(result.value.as_deref().map(str::len), vouched.then_some(28), "{what}: 20 bytes in base64");
                assert_eq!(result.at.as_second(), world.now().as_second(), "{what}");
                let page = shopper.page();
                match &payment.state {
                    State::Captured { .. } => assert_eq!(shopper.hand_over().value("result"), "0", "{what}"),
                    State::Declined { decline, .. } => {
                        assert!(page.is_payment_form() && page.text.contains("請求は発生していません"), "{what}");
                        let by_issuer = number == cards::CHALLENGE_DECLINED;
                        assert_eq!(decline.code == DeclineCode::AuthenticationRequired, !by_issuer, "{what}");
                        nothing_is_held(&world, &order).await;
                    }
                    other => panic!("{what}: {other:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn keeping_a_card_asks_for_a_challenge_where_the_policy_relies_on_it() {
    for (policy, continuation, challenge) in [
        (ThreeDsPolicy::AtPayment, false, false),
        (ThreeDsPolicy::AtPayment, true, false),
        (ThreeDsPolicy::AtRegistration, false, true),
        (ThreeDsPolicy::AtRegistration, true, true),
        (ThreeDsPolicy::Recurring, false, false),
        (ThreeDsPolicy::Recurring, true, true),
    ] {
        let what = format!("{policy:?} {continuation}");
        let world = fresh().await;
        change_merchant(&world, "4000", |merchant| {
            merchant.three_ds = policy;
            merchant.continuation = continuation;
            merchant.three_ds_unavailable = Unavailable::Proceed;
        })
        .await;
        let open = async |order: &str, yen: u32| {
            let mut shopper = Shopper::new(&world);
            shopper.open(&ShopRequest::new("4000", yen, order).of_user("buyer", world.now())).await;
            shopper
        };
        // attempted only, without a challenge: it is paid, but kept only where nothing relies on the authentication
        let mut shopper = open("1", 1_911).await;
        shopper.pay(&visa().to_be_kept()).await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{what}");
        assert_eq!(kept_card(&world, "4000", "buyer").await.is_some(), !challenge, "{what}");

        let mut shopper = open("2", 1_000).await;
        if shopper.page().offers_kept_card() {
            shopper.change_card().await;
        }
        shopper.pay(&Card::of(cards::MASTERCARD).to_be_kept()).await;
        assert_eq!(shopper.page().hop().is_some(), challenge, "{what}");
        if challenge {
            shopper.answer_the_issuer("fail").await;
            assert!(shopper.page().is_payment_form(), "{what}");
            assert_eq!(kept_card(&world, "4000", "buyer").await, None, "{what}");
            shopper.pay(&Card::of(cards::MASTERCARD).to_be_kept()).await;
            shopper.answer_the_issuer("pass").await;
        }
        assert_eq!(shopper.hand_over().value("result"), "0", "{what}");
        let kept = kept_card(&world, "4000", "buyer").await.unwrap();
        assert_eq!(kept.card.last4, "4444", "{what}");
        assert_eq!(matches!(kept.number, Some(HeldNumber::Token(_))), challenge, "{what}");

        // later payments with it by risk
        let mut shopper = open("3", 1_000).await;
        shopper.pay_kept("123").await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{what}");
        assert_eq!(outcome(&stored(&world, "3").await), "captured Y frictionless 02", "{what}");
    }
}

#[tokio::test]
async fn the_way_to_the_issuer_and_back_says_where_it_leads_in_both_languages() {
    let world = fresh().await;
    for lang in ["ja", "en"] {
        let mut shopper = Shopper::new(&world).speaking(lang);
        shopper.open(&ShopRequest::new("4000", 12_345, lang.replace("ja", "1").replace("en", "2").as_str())).await;
        shopper.pay(&challenged()).await;
        let page = shopper.page();
        assert_eq!((page.status, page.lang()), (StatusCode::OK, lang));
        assert!(page.text.contains("12,345") && page.text.contains("デモショップ"), "{}", page.text);
        assert!(!page.html().contains(cards::CHALLENGE) && !page.html().contains("shopper@example.com"));
        let hop = page.hop().unwrap();
        assert!(hop.action.contains("/acs/") && hop.method == http::Method::POST);
        shopper.go_to_the_issuer().await;
        assert_eq!(shopper.page().lang(), lang, "the issuer speaks the payer's language");
        assert!(shopper.page().text.contains("12,345") && shopper.page().text.contains("3184"));
        shopper.choose("pass").await;
        shopper.come_back().await;
        assert_eq!(shopper.page().lang(), lang);
        shopper.see_result().await;
        assert_eq!((shopper.page().lang(), shopper.hand_over().value("result")), (lang, "0"));
    }
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 2);
}

#[tokio::test]
async fn who_never_comes_back_is_not_charged_and_the_shop_hears_of_it() {
    let world = fresh().await;
    let mut shopper = before_the_issuer(&world, "1").await;
    let mut at_the_issuer = shopper.clone();
    at_the_issuer.go_to_the_issuer().await;
    world.advance(MINUTE * 14).await.unwrap();
    assert_eq!(stored(&world, "1").await.state.name(), "challenging", "asked, never assumed");
    world.advance(MINUTE * 2).await.unwrap();
    let payment = stored(&world, "1").await;
    let State::Failed { reason: Failure::ChallengeExpired, .. } = payment.state else { panic!("{:?}", payment.state) };
    assert!(!payment.doubted, "nobody was told that anything is being checked");
    assert_eq!(acquirer_calls(&world, Kind::Reverse).await.len(), 1, "cancelled at the acquirer");
    assert!(!acquirer_calls(&world, Kind::Inquire).await.is_empty(), "and inquired before it failed");
    nothing_is_held(&world, "1").await;

    shopper.refresh().await;
    assert_eq!(shopper.hand_over().value("result"), "1");
    // the issuer's page is over, too, and its way back shows the same
    let page = at_the_issuer.choose("pass").await;
    assert!(page.issuer().is_none() && page.status == StatusCode::GONE, "{}", page.text);
    at_the_issuer.come_back().await;
    at_the_issuer.see_result().await;
    assert_eq!(at_the_issuer.hand_over().value("result"), "1");
    world.advance(HOUR * 2).await.unwrap();
    assert_eq!((approvals(&world).await, world.mailbox().unwrap().len()), (0, 0));
    nothing_is_held(&world, "1").await;
    // a new visit may pay the order
    let mut again = Shopper::new(&world);
    again.open(&ShopRequest::new("4000", 2_000, "1")).await;
    again.pay(&visa()).await;
    assert_eq!(again.hand_over().value("result"), "0");
}

#[tokio::test]
async fn who_answers_the_issuer_and_comes_back_too_late_has_not_paid() {
    let world = fresh().await;
    let mut shopper = before_the_issuer(&world, "1").await;
    shopper.go_to_the_issuer().await;
    world.advance(MINUTE * 14).await.unwrap();
    shopper.choose("pass").await;
    world.advance(MINUTE * 3).await.unwrap();
    shopper.come_back().await;
    shopper.see_result().await;
    assert_eq!(shopper.hand_over().value("result"), "1");
    nothing_is_held(&world, "1").await;
    assert_eq!(approvals(&world).await, 0);
}

#[tokio::test]
async fn who_comes_back_late_but_in_time_has_paid() {
    let world = fresh().await;
    let mut shopper = before_the_issuer(&world, "1").await;
    shopper.go_to_the_issuer().await;
    world.advance(MINUTE * 14).await.unwrap();
    shopper.choose("pass").await;
    shopper.come_back().await;
    shopper.see_result().await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    world.advance(HOUR).await.unwrap();
    let payment = stored(&world, "1").await;
    assert_eq!(outcome(&payment), "captured Y challenge 05");
    assert_eq!(totals(&world, &payment).await.standing, 1);
    assert_eq!(world.mailbox().unwrap().len(), 1);
}

#[tokio::test]
async fn coming_back_twice_is_coming_back_once() {
    let world = fresh().await;
    for (order, choice, result) in [("1", "pass", Some("0")), ("2", "fail", None)] {
        let mut shopper = before_the_issuer(&world, order).await;
        shopper.go_to_the_issuer().await;
        shopper.choose(choice).await;
        let mut again = shopper.clone();
        shopper.come_back().await;
        shopper.see_result().await;
        let before = approvals(&world).await;
        for _ in 0..2 {
            let mut again = again.clone();
            again.come_back().await;
            again.see_result().await;
            match result {
                Some(result) => assert_eq!(again.hand_over().value("result"), result),
                None => assert!(again.page().is_payment_form()),
            }
        }
        // the issuer's first answer stays, whatever is pressed there afterwards
        again.refresh().await;
        assert!(again.page().issuer().is_none(), "{}", again.page().text);
        assert_eq!(approvals(&world).await, before);
        assert_eq!(stored(&world, order).await.last_n, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_returns_at_once_fetch_one_result() {
    let world = fresh().await;
    for order in ["1", "2", "3"] {
        let mut shopper = before_the_issuer(&world, order).await;
        shopper.go_to_the_issuer().await;
        shopper.choose("pass").await;
        let [mut a, mut b, mut c, mut d] = std::array::from_fn(|_| shopper.clone());
        tokio::join!(a.come_back(), b.come_back(), c.come_back(), d.come_back());
        for tab in [&mut a, &mut b, &mut c, &mut d] {
            tab.see_result().await;
            assert_eq!(tab.hand_over().value("result"), "0");
        }
        let payment = stored(&world, order).await;
        assert_eq!(totals(&world, &payment).await.standing, 1);
        assert_eq!(payment.version, 4, "intent, challenge, intent, result");
    }
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 3);
}

#[tokio::test]
async fn who_comes_back_by_the_shop_is_known_by_the_cookie_of_the_way_to_the_issuer() {
    let world = fresh().await;
    let request = ShopRequest::new("4000", 2_000, "1");
    let mut shopper = Shopper::new(&world);
    shopper.open(&request).await;
    let sent = world.http(shopper.filled(&challenged()).request()).await;
    let set = sent.headers()["set-cookie"].to_str().unwrap().to_owned();
    for attribute in ["__Host-kessai=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=7200"] {
        assert!(set.contains(attribute), "{set}");
    }
    let cookie = set.split(';').next().unwrap().to_owned();
    let comes_back = |order: &str, cookie: String| {
        let mut again = ShopRequest::new("4000", 2_000, order).get();
        again.headers_mut().insert("cookie", cookie.parse().unwrap());
        again
    };
    let mut known = Shopper::new(&world);
    known.follow(comes_back("1", cookie.clone())).await;
    assert!(known.page().hop().is_some(), "{}", known.page().text);
    let mut stranger = Shopper::new(&world);
    stranger.open(&request).await;
    assert!(stranger.page().hop().is_none(), "{}", stranger.page().text);
    let mut other_order = Shopper::new(&world);
    other_order.follow(comes_back("2", cookie.clone())).await;
    assert!(other_order.page().is_payment_form(), "{}", other_order.page().text);
    let mut forged = Shopper::new(&world);
    forged.follow(comes_back("1", format!("{cookie}x"))).await;
    assert!(forged.page().hop().is_none(), "{}", forged.page().text);
}

#[tokio::test]
async fn another_tab_of_the_same_browser_leads_to_the_issuer_and_another_browser_waits() {
    let world = fresh().await;
    let request = ShopRequest::new("4000", 1_000, "1");
    let mut stale = Shopper::new(&world);
    stale.open(&request).await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&request).await;
    let form = shopper.filled(&challenged());
    shopper.submit(&form).await;
    // the same form once more, as a second tab or a reload sends it
    let mut tab = shopper.clone();
    let page = tab.submit(&form).await;
    assert!(page.hop().is_some(), "{}", page.text);
    assert!(page.text.contains("本人認証がまだ終わっていません"), "it waits for a press of its button: {}", page.text);
    // somebody else with the same link, before and after
    let mut newcomer = Shopper::new(&world);
    newcomer.open(&request).await;
    stale.pay(&visa()).await;
    for other in [&stale, &newcomer] {
        let page = other.page();
        assert!(page.is_waiting() && page.hop().is_none(), "{}", page.text);
        assert!(!page.html().contains("/acs/"), "nobody else gets to the issuer");
        assert!(!page.text.contains("メールで"), "who never answers gets no mail, so none is promised");
    }
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), 0);
    tab.answer_the_issuer("pass").await;
    assert_eq!(tab.hand_over().value("result"), "0");
    shopper.go_to_the_issuer().await;
    shopper.come_back().await;
    shopper.see_result().await;
    assert_eq!(shopper.hand_over().value("result"), "0", "the first tab's issuer page leads to the same result");
    stale.refresh().await;
    assert!(stale.page().text.contains("お支払い済み") && !stale.page().is_hand_over(), "{}", stale.page().text);
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn what_a_browser_claims_decides_nothing() {
    let world = fresh().await;
    let mut shopper = before_the_issuer(&world, "1").await;
    let address = challenge_address(&shopper);
    let before = stored(&world, "1").await;
    let State::Challenging { due, .. } = before.state else { panic!("{:?}", before.state) };
    let forged = data_encoding::BASE64URL_NOPAD.encode(br#"{"messageType":"CRes","transStatus":"Y"}"#);
    for body in [
        format!("cres={forged}"),
        format!("cres={forged}&cres={forged}"),
        "cres=".to_owned(),
        String::new(),
        "PaRes=1&transStatus=Y&result=0".to_owned(),
        "%".to_owned(),
    ] {
        world.advance(Duration::from_secs(1)).await.unwrap();
        let page = shopper.send(post(&address, &body)).await;
        assert_eq!(page.status, StatusCode::OK, "{body}");
        let payment = stored(&world, "1").await;
        let State::Challenging { due: now_due, .. } = payment.state else { panic!("{body}: {:?}", payment.state) };
        assert_eq!(now_due, due, "{body}: coming back without an answer wins no time");
    }
    shopper.refresh().await;
    assert!(shopper.page().hop().is_some(), "back without an answer: still to be answered");
    // a forged failure doesn't keep the true answer from counting
    let no = data_encoding::BASE64URL_NOPAD.encode(br#"{"messageType":"CRes","transStatus":"N"}"#);
    shopper.go_to_the_issuer().await;
    shopper.choose("pass").await;
    shopper.follow(post(&address, &format!("cres={no}"))).await;
    shopper.see_result().await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    world.advance(MINUTE * 20).await.unwrap();
    assert_eq!(stored(&world, "1").await.state.name(), "captured");
}

#[tokio::test]
async fn an_address_of_one_payment_is_worth_nothing_for_another() {
    let world = fresh().await;
    let mut one = before_the_issuer(&world, "1").await;
    let mut two = before_the_issuer(&world, "2").await;
    let of_two = challenge_address(&two);
    one.go_to_the_issuer().await;
    one.choose("pass").await;
    let cres = one.page().issuer_back().unwrap().encoded();
    two.follow(post(&of_two, &cres)).await;
    assert_eq!(stored(&world, "2").await.state.name(), "challenging", "the other's answer is not this one's");
    assert_eq!(stored(&world, "1").await.state.name(), "challenging");
    two.see_result().await;
    assert!(two.page().hop().is_some());
    one.come_back().await;
    one.see_result().await;
    assert_eq!(one.hand_over().value("result"), "0");

    // a handle of one purpose opens nothing of another
    let handle = of_two.rsplit('/').next().unwrap();
    for address in [format!("/return/{handle}"), format!("/card/{handle}"), format!("/card/result/{handle}")] {
        let page = two.send(Request::get(&address).body(Bytes::new()).unwrap()).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
    }
    let mut bent = handle.to_owned();
    let last = bent.pop().unwrap();
    bent.push(if last == 'A' { 'B' } else { 'A' });
    for handle in [bent.as_str(), "x", &"A".repeat(300)] {
        for request in [
            Request::get(format!("/pay/challenge/{handle}")).body(Bytes::new()).unwrap(),
            post(&format!("/pay/challenge/{handle}"), &cres),
            post(&format!("/pay/challenge/{handle}"), "cancel=1"),
        ] {
            let page = two.send(request).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND);
            assert!(!page.text.contains("デモショップ") && page.hop().is_none());
        }
    }
    assert_eq!(stored(&world, "2").await.state.name(), "challenging");
    // after two hours the address opens nothing either
    world.advance(HOUR * 3).await.unwrap();
    let page = two.send(Request::get(&of_two).body(Bytes::new()).unwrap()).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let world = fresh().await;
    let mut shopper = before_the_issuer(&world, "1").await;
    let (address, issuer) = (challenge_address(&shopper), shopper.page().hop().unwrap().action.clone());
    let before = stored(&world, "1").await;
    for look in [
        address.clone(),
        format!("{address}?cancel=1"),
        format!("{address}?cres=x"),
        format!("{address}?lang=en&again"),
        issuer.clone(),
        format!("{issuer}?choice=pass"),
    ] {
        let page = shopper.send(Request::get(&look).body(Bytes::new()).unwrap()).await;
        assert_eq!(page.status, StatusCode::OK, "{look}");
        assert_eq!(stored(&world, "1").await, before, "{look}");
    }
    let head = shopper.send(Request::head(&address).body(Bytes::new()).unwrap()).await;
    assert!(head.status.is_success() || head.status.is_client_error());
    assert_eq!(stored(&world, "1").await, before);
    shopper.answer_the_issuer("pass").await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    // and afterwards the way to the issuer leads to the result
    shopper.get(&address).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
}

#[tokio::test]
async fn turning_away_from_the_issuer_lets_another_card_pay() {
    let world = fresh().await;
    // before the issuer's page, on it, and after it was answered in another tab
    for (order, how) in [("1", "at once"), ("2", "from the issuer's page"), ("3", "after passing")] {
        let mut shopper = before_the_issuer(&world, order).await;
        let mut at_the_issuer = shopper.clone();
        match how {
            "at once" => {}
            "from the issuer's page" => drop(at_the_issuer.go_to_the_issuer().await.clone()),
            _ => {
                at_the_issuer.go_to_the_issuer().await;
                at_the_issuer.choose("pass").await;
            }
        }
        let page = shopper.turn_away().await;
        assert!(page.is_payment_form() && page.text.contains("請求は発生していません"), "{how}: {}", page.text);
        nothing_is_held(&world, order).await;
        let payment = stored(&world, order).await;
        assert_eq!((payment.state.name(), payment.attempts, payment.doubted), ("declined", 1, false), "{how}");
        if how == "after passing" {
            at_the_issuer.come_back().await;
            at_the_issuer.see_result().await;
            assert!(at_the_issuer.page().is_payment_form(), "what was cancelled stays cancelled");
            nothing_is_held(&world, order).await;
        }
        shopper.pay(&visa()).await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{how}");
        let payment = stored(&world, order).await;
        assert_eq!((payment.attempts, totals(&world, &payment).await.standing), (2, 1), "{how}");
        // the way to the issuer of the first card leads to the result now
        if how == "from the issuer's page" {
            let page = at_the_issuer.choose("pass").await;
            assert_eq!(page.status, StatusCode::GONE);
            at_the_issuer.come_back().await;
            at_the_issuer.see_result().await;
            assert!(!at_the_issuer.page().is_payment_form(), "{}", at_the_issuer.page().text);
        }
    }
    world.advance(HOUR).await.unwrap();
    assert_eq!((approvals(&world).await, world.mailbox().unwrap().len()), (3, 3));
}

#[tokio::test]
async fn a_cancellation_that_finds_no_answer_is_finished_by_reconcile() {
    let world = fresh().await;
    let mut shopper = before_the_issuer(&world, "1").await;
    world.faults().restart();
    for nth in 0..4 {
        let reverse = When::Nth {
            caller: Some("ChallengeReturn".to_owned()),
            operation: "POST /test-acquirer/v1/reverse".to_owned(),
            nth,
        };
        world.faults().plan(reverse, Fault::ReplyLost);
    }
    let page = shopper.turn_away().await;
    assert!(page.is_waiting(), "{}", page.text);
    world.faults().stop();
    world.advance(MINUTE * 3).await.unwrap();
    shopper.refresh().await;
    assert!(shopper.page().is_payment_form(), "{}", shopper.page().text);
    shopper.pay(&visa()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    assert_eq!(totals(&world, &stored(&world, "1").await).await.standing, 1);
}

#[tokio::test]
async fn failed_challenges_use_up_the_attempts() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.attempts = 3).await;
    let mut shopper = before_the_issuer(&world, "1").await;
    shopper.answer_the_issuer("fail").await;
    shopper.pay(&challenged()).await;
    shopper.turn_away().await;
    shopper.pay(&challenged()).await;
    shopper.answer_the_issuer("cancel").await;
    assert_eq!(shopper.hand_over().value("result"), "1");
    let State::Failed { reason: Failure::AttemptsUsedUp, .. } = stored(&world, "1").await.state else { panic!() };
    nothing_is_held(&world, "1").await;
}

#[tokio::test]
async fn an_order_with_a_challenge_is_pinned() {
    let world = fresh().await;
    let mut late = Shopper::new(&world);
    late.open(&ShopRequest::new("4000", 5, "1")).await;
    let mut shopper = before_the_issuer(&world, "1").await;
    let mut other = Shopper::new(&world);
    assert_eq!(other.open(&ShopRequest::new("4000", 999, "1")).await.status, StatusCode::CONFLICT);
    assert_eq!(late.pay(&visa()).await.status, StatusCode::CONFLICT);
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), 0);
    // nor can it be given up from a page that was opened before
    let mut leaver = Shopper::new(&world);
    leaver.open(&ShopRequest::new("4000", 1_000, "2")).await;
    let mut payer = before_the_issuer(&world, "2").await;
    leaver.give_up().await;
    assert!(leaver.page().is_waiting(), "{}", leaver.page().text);
    payer.answer_the_issuer("pass").await;
    assert_eq!(payer.hand_over().value("result"), "0");
    shopper.answer_the_issuer("pass").await;
    assert_eq!(shopper.hand_over().value("amount"), "1000");
}

#[tokio::test]
async fn a_result_that_nobody_knows_is_found_out_as_without_a_challenge() {
    for (yen, expected) in [
        (1_901, "captured"),
        (1_902, "failed"),
        (1_903, "captured"),
        (1_904, "failed"),
        (1_905, "failed"),
        (1_906, "captured"),
        (1_907, "failed"),
        (1_909, "failed"),
        (1_910, "failed"),
    ] {
        let world = fresh().await;
        let mut shopper = before_the_issuer_with(&world, "1", yen, &challenged()).await;
        world.advance(MINUTE * 5).await.unwrap();
        shopper.answer_the_issuer("pass").await;
        assert!(shopper.page().is_waiting(), "{yen}: {}", shopper.page().text);
        assert!(stored(&world, "1").await.doubted, "{yen}: the payer was told that it is being checked");
        world.advance(if yen == 1_910 { HOUR * 30 } else { MINUTE * 20 }).await.unwrap();
        let payment = stored(&world, "1").await;
        assert_eq!(payment.state.name(), expected, "{yen}: {:?}", payment.state);
        let held = totals(&world, &payment).await;
        assert_eq!(held.standing, u32::from(expected == "captured"), "{yen}");
        if yen != 1_910 {
            shopper.refresh().await;
            assert_eq!(shopper.hand_over().value("result"), if expected == "captured" { "0" } else { "1" }, "{yen}");
        }
        assert_eq!(world.mailbox().unwrap().len(), 1, "{yen}: the mail that the page promised");
        if expected == "captured" {
            assert_eq!(outcome(&payment), "captured Y challenge 05", "{yen}");
        }
    }
}

#[tokio::test]
async fn a_third_try_is_approved_after_two_challenges_and_declines() {
    let world = fresh().await;
    let mut shopper = before_the_issuer_with(&world, "1", 1_908, &challenged()).await;
    for _ in 0..2 {
        shopper.answer_the_issuer("pass").await;
        assert!(shopper.page().is_payment_form(), "{}", shopper.page().text);
        shopper.pay(&challenged()).await;
    }
    shopper.answer_the_issuer("pass").await;
    assert_eq!(shopper.hand_over().value("result"), "0");
}

#[tokio::test]
async fn a_challenge_whose_announcement_was_lost_is_found_and_the_waiting_page_leads_there() {
    let to_the_acquirer = When::Nth {
        caller: Some("Authorize".to_owned()),
        operation: "POST /test-acquirer/v1/authorize".to_owned(),
        nth: 0,
    };
    let result = When::Nth { caller: Some("Authorize".to_owned()), operation: "UpdateItem".to_owned(), nth: 0 };
    for (what, when, fault, killed) in [
        ("the answer was lost", to_the_acquirer.clone(), Fault::ReplyLost, false),
        ("killed before the answer", to_the_acquirer, Fault::DropAfter, true),
        ("killed before the result", result.clone(), Fault::DropBefore, true),
        ("killed after the result", result, Fault::DropAfter, true),
    ] {
        let world = fresh().await;
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
        let form = shopper.filled(&challenged());
        world.faults().restart();
        world.faults().plan(when, fault);
        shopper.submit(&form).await;
        world.faults().stop();
        if killed {
            assert_eq!(shopper.page().status, StatusCode::SERVICE_UNAVAILABLE, "{what}");
            shopper.submit(&form).await;
        }
        if what == "killed after the result" {
            assert!(shopper.page().hop().is_some(), "{what}: {}", shopper.page().text);
        } else {
            assert!(shopper.page().is_waiting(), "{what}: {}", shopper.page().text);
        }
        world.advance(MINUTE * 2).await.unwrap();
        assert_eq!(stored(&world, "1").await.state.name(), "challenging", "{what}");
        shopper.refresh().await;
        assert!(shopper.page().hop().is_some(), "{what}: {}", shopper.page().text);
        shopper.answer_the_issuer("pass").await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{what}");
        world.advance(HOUR).await.unwrap();
        let payment = stored(&world, "1").await;
        assert_eq!((payment.state.name(), totals(&world, &payment).await.standing), ("captured", 1), "{what}");
    }
}

#[tokio::test]
async fn a_challenge_that_was_lost_and_never_answered_is_cancelled_in_its_time() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    world.faults().restart();
    let when = When::Nth {
        caller: Some("Authorize".to_owned()),
        operation: "POST /test-acquirer/v1/authorize".to_owned(),
        nth: 0,
    };
    world.faults().plan(when, Fault::ReplyLost);
    shopper.pay(&challenged()).await;
    world.faults().stop();
    world.advance(MINUTE * 18).await.unwrap();
    let payment = stored(&world, "1").await;
    assert_eq!(payment.state.name(), "failed", "{:?}", payment.state);
    nothing_is_held(&world, "1").await;
    shopper.refresh().await;
    assert_eq!(shopper.hand_over().value("result"), "1");
}

#[tokio::test]
async fn a_function_killed_while_it_fetched_the_result_leaves_it_to_reconcile() {
    let by = |operation: &str, nth| When::Nth {
        caller: Some("ChallengeReturn".to_owned()),
        operation: operation.to_owned(),
        nth,
    };
    let fetch = "POST /test-acquirer/v1/finish-challenge";
    for (what, when, fault) in [
        ("before the intent", by("UpdateItem", 0), Fault::DropBefore),
        ("after the intent", by("UpdateItem", 0), Fault::DropAfter),
        ("before the question", by(fetch, 0), Fault::DropBefore),
        ("after the question", by(fetch, 0), Fault::DropAfter),
        ("before the result", by("UpdateItem", 1), Fault::DropBefore),
        ("after the result", by("UpdateItem", 1), Fault::DropAfter),
    ] {
        for minutes in [0, 5, 14] {
            let world = fresh().await;
            let mut shopper = before_the_issuer(&world, "1").await;
            shopper.go_to_the_issuer().await;
            shopper.choose("pass").await;
            world.advance(MINUTE * minutes).await.unwrap();
            world.faults().restart();
            world.faults().plan(when.clone(), fault);
            let mut again = shopper.clone();
            assert_eq!(shopper.come_back().await.status, StatusCode::SERVICE_UNAVAILABLE, "{what}");
            assert_eq!(world.faults().pending(), 0, "{what}");
            world.faults().stop();
            // the browser's reload sends the same form again
            again.come_back().await;
            again.see_result().await;
            let page = again.page();
            assert!(page.is_waiting() || page.is_hand_over(), "{what} {minutes}: {}", page.text);
            // it waits, looking again as the page does; where the challenge still stands, it is led there and straight back
            for _ in minutes..17 {
                if again.page().is_hand_over() {
                    break;
                }
                world.advance(MINUTE).await.unwrap();
                again.refresh().await;
                if again.page().hop().is_some() {
                    again.go_to_the_issuer().await;
                    again.come_back().await;
                    again.see_result().await;
                }
            }
            let payment = stored(&world, "1").await;
            assert_eq!(payment.state.name(), "captured", "{what} {minutes}: {:?}", payment.state);
            assert_eq!(totals(&world, &payment).await.standing, 1, "{what} {minutes}");
            assert!(again.page().is_hand_over(), "{what} {minutes}: {}", again.page().text);
        }
    }
}

#[tokio::test]
async fn the_form_of_a_challenged_payment_sent_twice_is_one_attempt() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    let form: Submit = shopper.filled(&challenged());
    for _ in 0..3 {
        shopper.submit(&form).await;
        assert!(shopper.page().hop().is_some(), "{}", shopper.page().text);
    }
    assert_eq!(acquirer_calls(&world, Kind::Challenge).await.len(), 1);
    shopper.answer_the_issuer("pass").await;
    shopper.submit(&form).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    assert_eq!((approvals(&world).await, stored(&world, "1").await.attempts), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn coming_back_at_the_very_end_is_in_time_or_too_late_and_never_both() {
    let world = fresh().await;
    let mut payers = Vec::new();
    for order in 1..=8 {
        let mut shopper = before_the_issuer(&world, &order.to_string()).await;
        shopper.go_to_the_issuer().await;
        shopper.choose("pass").await;
        payers.push((order.to_string(), shopper));
    }
    world.advance(Duration::from_secs(14 * 60 + 58)).await.unwrap();
    let clock = async { drop(world.advance(Duration::from_secs(120)).await) };
    let returns = payers.iter_mut().map(async |(_, payer)| {
        payer.come_back().await;
    });
    let returns = futures_util::future::join_all(returns);
    tokio::join!(returns, clock);
    world.advance(HOUR).await.unwrap();
    for (order, payer) in &mut payers {
        let payment = stored(&world, order).await;
        let held = totals(&world, &payment).await.standing;
        match payment.state.name() {
            "captured" => assert_eq!(held, 1, "{order}"),
            "failed" => assert_eq!(held, 0, "{order}"),
            other => panic!("{order}: {other}"),
        }
        payer.see_result().await;
        let told = payer.page().text.clone();
        assert!(payer.page().is_hand_over() || told.contains("有効期限"), "{order}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn turning_away_and_coming_back_at_once_end_in_one_of_the_two() {
    let world = fresh().await;
    for order in ["1", "2", "3", "4", "5", "6"] {
        let before = before_the_issuer(&world, order).await;
        let (mut back, mut away) = (before.clone(), before);
        back.go_to_the_issuer().await;
        back.choose("pass").await;
        tokio::join!(back.come_back(), away.turn_away());
        world.advance(MINUTE * 5).await.unwrap();
        let payment = stored(&world, order).await;
        let held = totals(&world, &payment).await.standing;
        away.refresh().await;
        match payment.state.name() {
            "captured" => {
                assert_eq!(held, 1, "{order}");
                assert_eq!(away.hand_over().value("result"), "0", "{order}");
            }
            "declined" => {
                assert_eq!(held, 0, "{order}");
                assert!(away.page().is_payment_form(), "{order}: {}", away.page().text);
            }
            other => panic!("{order}: {other}"),
        }
    }
}
