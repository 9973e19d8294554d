//! Single charge (console-charge): the safest way first, one charge however often a form is sent, and nothing of a card that stays behind.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use domain::{
    Payment,
    merchant::{FreeItemRule, Status},
    payment::{Failure, Interface, Origin, State},
};
use http::StatusCode;
use local::{
    admin::GivenRole,
    cloud::{Fault, When},
    world::World,
};
use outbound::acquirer::{Kind, Outcome};
use system_tests::{
    Card, Clerk, Form, Page, ShopRequest, Shopper, acquirer_calls, approvals, cards, change_merchant, fresh, payment,
    staff, totals,
};

const CHARGE: &str = "/console/charge";
const MINUTE: Duration = Duration::from_secs(60);

/// The first form, filled with an amount.
async fn order_form(clerk: &mut Clerk, way: &str, amount: &str) -> Form {
    clerk.get(&format!("{CHARGE}?by={way}")).await;
    clerk.form(CHARGE).clone().with("amount", amount)
}

/// The confirmation of an order with a card that was typed into it.
async fn filled(clerk: &mut Clerk, amount: &str, number: &str) -> Form {
    let order = order_form(clerk, "card", amount).await.with("mail", "caller@example.jp");
    clerk.submit(&order).await;
    typed(clerk.form(CHARGE), &Card::of(number))
}

fn typed(form: &Form, card: &Card) -> Form {
    let form = form.clone().with("card_number", &card.number).with("card_expiry", &card.expiry);
    form.with("card_code", &card.code).with("card_name", &card.holder)
}

/// The order number in the address of a result.
fn order_of(page: &Page) -> String {
    let order = page.address.strip_prefix("/console/charge?order=");
    order.unwrap_or_else(|| panic!("no result but {} ({}): {}", page.address, page.status, page.text)).to_owned()
}

async fn stored(world: &World, order: &str) -> Payment {
    payment(world, "4000", order).await.unwrap_or_else(|| panic!("no payment {order}"))
}

async fn authorizations(world: &World) -> usize {
    acquirer_calls(world, Kind::Authorize).await.iter().filter(|entry| entry.outcome != Outcome::Error).count()
}

/// Where the links of a page lead.
fn links(page: &Page) -> Vec<&str> {
    page.tags("a").filter_map(|tag| tag.attribute("href")).collect()
}

/// A buyer who has let merchant 4000 keep a card with order `order`.
async fn kept_by(world: &World, user: &str, order: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order).of_user(user, world.now())).await;
    shopper.pay(&Card::of(cards::VISA).to_be_kept()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
}

#[tokio::test]
async fn the_safest_way_is_offered_first_and_cards_only_where_the_operator_allows_it() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(CHARGE).await;
    let places = ["決済リンクを送る", "保存済みのカードに請求する", "カード番号を入力する"]
        .map(|way| page.text.find(way).unwrap_or_else(|| panic!("{way}: {}", page.text)));
    assert!(places.is_sorted(), "{places:?}");
    assert!(links(page).contains(&"/console/charge?by=card"));

    let mut other = Clerk::owner_24(&world).await;
    let page = other.get(CHARGE).await;
    assert!(page.text.contains("カード番号の入力は許可されていません"), "{}", page.text);
    assert!(!links(page).contains(&"/console/charge?by=card"));
    assert_eq!(other.get("/console/charge?by=card").await.status, StatusCode::FORBIDDEN);
    // A form for a stored buyer turned into one for a typed card.
    let form = order_form(&mut other, "buyer", "1000").await.with("way", "card");
    let page = other.submit(&form).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert!(page.text.contains("カード番号の入力は許可されていません"), "{}", page.text);
}

#[tokio::test]
async fn a_typed_card_is_charged_without_authentication_and_its_code_goes_nowhere() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "２，０００円", cards::VISA).await;
    let page = clerk.page();
    assert_eq!(page.heading(), "2,000円を請求します");
    for name in ["card_number", "card_expiry", "card_code", "card_name"] {
        let field = page.by_id(name).unwrap();
        assert_eq!(field.attribute("autocomplete"), Some("off"), "{name}: the shop's browser keeps nothing");
    }
    let page = clerk.submit(&form).await;
    assert_eq!(page.heading(), "2,000円の決済が完了しています");
    let order = order_of(page);
    assert!(order.len() == 18 && order.starts_with('9'), "{order}: from our own range");

    let payment = stored(&world, &order).await;
    assert_eq!((payment.interface, payment.amount.get()), (Interface::Single, 2_000));
    assert!(matches!(payment.origin, Origin::Single { .. }));
    let State::Captured { approval, .. } = &payment.state else { panic!("{}", payment.state) };
    assert_eq!(approval.authentication, None, "nobody was there to be authenticated");
    assert_eq!((payment.card_id, payment.keeping.is_none()), (None, true), "the card is not kept");
    assert_eq!(totals(&world, &payment).await.captured, 2_000);
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["caller@example.jp"]);
}

#[tokio::test]
async fn no_mail_goes_out_where_the_merchant_turned_it_off_for_single_charges_or_there_is_no_address() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.off.push(Interface::Single)).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "2000", cards::VISA).await;
    clerk.submit(&form).await;
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 0);

    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let order = order_form(&mut clerk, "card", "2000").await;
    clerk.submit(&order).await;
    let form = typed(clerk.form(CHARGE), &Card::of(cards::VISA));
    assert!(clerk.submit(&form).await.heading().contains("完了"));
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 0);
}

#[tokio::test]
async fn what_is_written_down_is_checked_and_shown_again() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| {
        merchant.max_amount = domain::Yen::new(500_000).unwrap();
        merchant.free_items[0].rule = FreeItemRule::Required;
        merchant.free_items[0].label = "担当".to_owned();
    })
    .await;
    let mut clerk = Clerk::owner(&world).await;
    let good = order_form(&mut clerk, "card", "2000").await.with("free1", "山田").with("name", "鈴木");
    assert!(good.value("free2").is_none(), "a hidden free item is not asked for");
    for (field, value, says) in [
        ("amount", "", "金額を入力してください"),
        ("amount", "-5", "数字だけで"),
        ("amount", "0", "1円から500,000円まで"),
        ("amount", "500001", "1円から500,000円まで"),
        ("order", "A-1", "伝票番号に使えない文字"),
        ("order", "999999999999999999", "自動で付ける番号"),
        ("name", "4242 4242 4242 4242", "カード番号は、カード番号の欄以外には"),
        ("mail", "caller", "メールアドレスの形"),
        ("tel", "03_1234", "電話番号は"),
        ("free1", "", "「担当」を入力してください"),
        ("free1", "4242424242424242", "カード番号は、カード番号の欄以外には"),
    ] {
        let page = clerk.submit(&good.clone().with(field, value)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(page.text.contains(says), "{field} {value}: {}", page.text);
        assert_eq!(page.by_id(field).unwrap().attribute("aria-invalid"), Some("true"), "{field}");
        assert!(!page.html().replace(' ', "").contains("4242424242424242"), "{field}: a card number is shown again");
        let form = page.form(CHARGE).unwrap();
        let kept = if field == "name" { ("free1", "山田") } else { ("name", "鈴木") };
        assert_eq!(form.value(kept.0), Some(kept.1), "what was right stays");
    }
    assert_eq!(authorizations(&world).await, 0);
    let page = clerk.submit(&good).await;
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "2,000円を請求します"));
    assert!(page.text.contains("担当 山田"), "{}", page.text);
}

#[tokio::test]
async fn card_data_is_never_shown_again_after_a_mistake() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "2000", cards::JCB).await;
    for (field, value) in [("card_expiry", "01/20"), ("card_code", "12"), ("card_number", "3530111333300001")] {
        let page = clerk.submit(&form.clone().with(field, value)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let again = page.form(CHARGE).unwrap();
        for name in ["card_number", "card_expiry", "card_code"] {
            assert_eq!(again.value(name), Some(""), "{name}");
        }
        assert_eq!(again.value("card_name"), Some("TARO YAMADA"));
        assert!(!page.html().contains("35301113333"), "{field}");
    }
    assert_eq!(authorizations(&world).await, 0);
    let again = typed(clerk.form(CHARGE), &Card::of(cards::JCB));
    assert!(clerk.submit(&again).await.heading().contains("完了"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_form_from_four_clients_is_one_charge() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    for round in 0..3 {
        let form = filled(&mut clerk, "1000", cards::VISA).await;
        let [mut a, mut b, mut c, mut d] = std::array::from_fn(|_| clerk.clone());
        tokio::join!(a.submit(&form), b.submit(&form), c.submit(&form), d.submit(&form));
        assert_eq!(authorizations(&world).await, round + 1);
        for client in [&mut a, &mut b, &mut c, &mut d] {
            let order = order_of(client.page());
            let page = client.get(&format!("{CHARGE}?order={order}")).await;
            assert_eq!(page.heading(), "1,000円の決済が完了しています");
        }
    }
}

#[tokio::test]
async fn going_back_and_sending_again_charges_nothing_more() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let sheet = order_form(&mut clerk, "card", "1000").await;
    clerk.submit(&sheet).await;
    let first = typed(clerk.form(CHARGE), &Card::of(cards::VISA));
    // The same order confirmed in a second tab.
    clerk.submit(&sheet).await;
    let second = typed(clerk.form(CHARGE), &Card::of(cards::MASTERCARD));
    let order = order_of(clerk.submit(&first).await);
    for form in [&first, &second] {
        let page = clerk.submit(form).await;
        assert_eq!((order_of(page), page.heading()), (order.clone(), "1,000円の決済が完了しています"));
    }
    // The order written down is sent once more.
    assert_eq!(order_of(clerk.submit(&sheet).await), order);
    assert_eq!(authorizations(&world).await, 1);
}

#[tokio::test]
async fn a_decline_says_what_to_do_and_another_card_pays_the_same_order() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "2000", cards::NO_FUNDS).await.clone();
    let page = clerk.submit(&form).await;
    assert_eq!(page.heading(), "カード会社が承認しませんでした");
    for part in ["請求は発生していません", "利用可能額が足りません"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let order = order_of(page);
    let again = format!("{CHARGE}?again={order}");
    assert!(links(page).contains(&again.as_str()), "{:?}", links(page));
    let page = clerk.get(&again).await;
    assert!(page.text.contains("caller@example.jp"), "the order is not written down again: {}", page.text);
    let form = typed(clerk.form(CHARGE), &Card::of(cards::MASTERCARD));
    assert_eq!(order_of(clerk.submit(&form).await), order);
    let payment = stored(&world, &order).await;
    assert!(payment.state.is_paid());
    assert_eq!((payment.attempts, payment.last_n), (2, 2));
    assert_eq!(clerk.get(&again).await.status, StatusCode::NOT_FOUND, "a paid order is not charged again");
    clerk.get("/console/audit").await;
    for part in ["2,000円の個別処理を指示しました", "承認されませんでした", "完了しました"]
    {
        assert!(clerk.page().text.contains(part), "{part}: {}", clerk.page().text);
    }
}

#[tokio::test]
async fn an_unknown_outcome_is_said_to_be_checked_and_never_charged_again() {
    for (amount, paid) in [("1901", true), ("1902", false), ("1903", true), ("1907", false)] {
        let world = fresh().await;
        let mut clerk = Clerk::owner(&world).await;
        let form = filled(&mut clerk, amount, cards::VISA).await;
        let page = clerk.submit(&form).await;
        assert_eq!(page.heading(), "結果を確認しています", "{amount}");
        let order = order_of(page);
        assert_eq!(page.refresh(), Some(format!("{CHARGE}?order={order}").as_str()));
        assert!(page.form(CHARGE).is_none() && !page.html().contains("again="), "{}", page.text);
        assert_eq!(clerk.get(&format!("{CHARGE}?again={order}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(clerk.submit(&form).await.heading(), "結果を確認しています");
        // What the acquirer never had is not in its books.
        assert_eq!(authorizations(&world).await, usize::from(paid), "{amount}");
        for _ in 0..6 {
            world.advance(MINUTE).await.unwrap();
        }
        // The session is still there: its browser looked again.
        let page = clerk.get(&format!("{CHARGE}?order={order}")).await;
        let payment = stored(&world, &order).await;
        if paid {
            assert!(page.heading().contains("完了"), "{amount}: {}", page.text);
            assert!(matches!(payment.state, State::Captured { .. }));
        } else {
            assert_eq!(page.heading(), "決済は成立しませんでした", "{amount}");
            assert!(page.text.contains("決済会社に届いていない"), "{}", page.text);
            assert!(matches!(payment.state, State::Failed { reason: Failure::NotFound, .. }));
            assert!(links(page).contains(&format!("{CHARGE}?again={order}").as_str()));
        }
        let net = totals(&world, &payment).await;
        assert_eq!(net.standing, u32::from(paid), "{amount}");
    }
}

#[tokio::test]
async fn a_stored_buyer_is_charged_by_agreement_only() {
    let world = fresh().await;
    kept_by(&world, "recall-only", "1").await;
    change_merchant(&world, "4000", |merchant| merchant.continuation = true).await;
    world.advance(MINUTE).await.unwrap();
    kept_by(&world, "agreed", "2").await;
    let mut clerk = Clerk::owner(&world).await;
    for (field, value, says) in [
        ("user", "", "購入者IDか以前の伝票番号"),
        ("user", "nobody", "保存済みのカードが見つかりません"),
        ("user", "AGREED", "保存済みのカードが見つかりません"),
        ("user", "recall-only", "お店からの請求には同意していません"),
        ("earlier", "1", "お店からの請求には同意していません"),
        ("earlier", "77", "保存済みのカードが見つかりません"),
    ] {
        let form = order_form(&mut clerk, "buyer", "3000").await.with(field, value);
        let page = clerk.submit(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(page.text.contains(says), "{field} {value}: {}", page.text);
    }
    assert_eq!(authorizations(&world).await, 2);
    for (field, value) in [("user", "agreed"), ("earlier", "2")] {
        let form = order_form(&mut clerk, "buyer", "3000").await.with(field, value);
        let page = clerk.submit(&form).await;
        assert!(page.text.contains("Visa •••• 4242"), "{}", page.text);
        let form = clerk.form(CHARGE).clone();
        assert_eq!(form.value("card_number"), None, "no card is typed");
        let order = order_of(clerk.submit(&form).await);
        let payment = stored(&world, &order).await;
        assert!(payment.state.is_paid());
        assert_eq!((payment.details.user.as_str(), payment.details.mail.as_str()), ("agreed", "shopper@example.com"));
        assert_eq!(payment.card_id, stored(&world, "2").await.card_id);
    }
    // Another merchant's people find nothing.
    let mut other = Clerk::owner_24(&world).await;
    let form = order_form(&mut other, "buyer", "3000").await.with("user", "agreed");
    assert!(other.submit(&form).await.text.contains("保存済みのカードが見つかりません"));
}

#[tokio::test]
async fn a_card_that_was_replaced_after_the_confirmation_is_not_charged() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.continuation = true).await;
    kept_by(&world, "agreed", "1").await;
    let mut clerk = Clerk::owner(&world).await;
    let form = order_form(&mut clerk, "buyer", "3000").await.with("user", "agreed");
    clerk.submit(&form).await;
    let confirmed = clerk.form(CHARGE).clone();
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "2").of_user("agreed", world.now())).await;
    shopper.change_card().await;
    shopper.pay(&Card::of(cards::MASTERCARD).to_be_kept()).await;
    let before = authorizations(&world).await;
    let page = clerk.submit(&confirmed).await;
    assert_eq!((page.status, page.heading()), (StatusCode::CONFLICT, "保存済みのカードが使えなくなりました"));
    assert_eq!(authorizations(&world).await, before);
}

#[tokio::test]
async fn an_order_number_of_the_shops_own_is_not_taken() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 2_000, "77")).await;
    shopper.pay(&Card::of(cards::DECLINED)).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = order_form(&mut clerk, "card", "2000").await.with("order", "77");
    let page = clerk.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("すでに使われています"), "{}", page.text);
    // Taken between the confirmation and the charge.
    let form = order_form(&mut clerk, "card", "2000").await.with("order", "78");
    clerk.submit(&form).await;
    let confirmed = typed(clerk.form(CHARGE), &Card::of(cards::VISA));
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 2_000, "78")).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    let page = clerk.submit(&confirmed).await;
    assert_eq!((page.status, page.heading()), (StatusCode::CONFLICT, "この伝票番号はすでに使われています"));
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn only_operators_and_owners_charge_and_nobody_for_another_merchant() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let form = filled(&mut owner, "2000", cards::VISA).await;
    let mut viewer = staff(&world, "viewer@example.jp", GivenRole::Viewer).await;
    for address in [CHARGE, "/console/charge?by=card", "/console/charge?by=buyer", "/console/charge?order=1"] {
        let page = viewer.get(address).await;
        assert_eq!((page.status, page.code()), (StatusCode::FORBIDDEN, "role_too_low"), "{address}");
    }
    let mut operator = staff(&world, "operator@example.jp", GivenRole::Operator).await;
    // Somebody else's confirmation, sent with one's own session.
    operator.get(CHARGE).await;
    let token = operator.form("/console/logout").value("token").unwrap().to_owned();
    let page = operator.submit(&form.clone().with("token", &token)).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    // Another session's token, and none at all.
    for stolen in ["", "x"] {
        assert_eq!(owner.submit(&form.clone().with("token", stolen)).await.code(), "form_forged");
    }
    assert_eq!(authorizations(&world).await, 0);
    let page = operator.get("/console/charge?by=card").await;
    assert_eq!(page.status, StatusCode::OK);

    let order = order_of(owner.submit(&form).await);
    let mut other = Clerk::owner_24(&world).await;
    let theirs = other.get(&format!("{CHARGE}?order={order}")).await.clone();
    let nobodys = other.get(&format!("{CHARGE}?order=123")).await.clone();
    assert_eq!((theirs.status, theirs.text), (StatusCode::NOT_FOUND, nobodys.text));
    assert_eq!(other.get(&format!("{CHARGE}?again={order}")).await.status, StatusCode::NOT_FOUND);

    let mut nobody = Clerk::new(&world);
    assert!(nobody.get(CHARGE).await.address.starts_with("/console/login"));
}

#[tokio::test]
async fn a_suspended_merchant_charges_nothing() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "2000", cards::VISA).await;
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(MINUTE).await.unwrap();
    for page in [clerk.submit(&form).await.clone(), clerk.get(CHARGE).await.clone()] {
        assert_eq!((page.status, page.heading()), (StatusCode::FORBIDDEN, "この加盟店は、現在決済できません"));
    }
    assert_eq!(authorizations(&world).await, 0);
}

#[tokio::test]
async fn the_guard_watches_typed_cards_too() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let mut refused = None;
    for round in 0..40 {
        let form = filled(&mut clerk, "1000", cards::DECLINED).await;
        let page = clerk.submit(&form).await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some((round, page.heading().to_owned()));
            break;
        }
    }
    let (round, heading) = refused.expect("one is refused at last");
    assert_eq!(heading, "ただいまカードを受け付けられません");
    assert_eq!(authorizations(&world).await, round, "the card company is not asked");
}

#[tokio::test]
async fn nothing_is_charged_where_the_log_can_not_be_written() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "2000", cards::VISA).await;
    world.faults().restart();
    for nth in 0..3 {
        let caller = Some("ConsoleCharge".to_owned());
        world.faults().plan(When::Nth { caller, operation: "PutItem".to_owned(), nth }, Fault::FailBefore);
    }
    assert_eq!(clerk.submit(&form).await.status, StatusCode::SERVICE_UNAVAILABLE);
    world.faults().stop();
    assert_eq!(authorizations(&world).await, 0);
    assert!(clerk.submit(&form).await.heading().contains("完了"), "the same form again");
    assert_eq!(authorizations(&world).await, 1);
}

#[tokio::test]
async fn bytes_that_are_no_form_of_ours_are_refused() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(CHARGE).await;
    let form = Form { action: CHARGE.to_owned(), ..clerk.form("/console/logout").clone() };
    for (fields, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("&act=nothing", StatusCode::BAD_REQUEST),
        ("&act=order&way=card", StatusCode::FORBIDDEN),
        ("&act=order&way=cash", StatusCode::BAD_REQUEST),
        ("&act=order&way=card&sheet=AAAA", StatusCode::FORBIDDEN),
        ("&act=charge", StatusCode::FORBIDDEN),
        ("&act=charge&ready=%00%ff", StatusCode::FORBIDDEN),
    ] {
        let mut request = Clerk::<World>::posted(&form);
        *request.body_mut() = bytes::Bytes::from(format!("{}{fields}", form.encoded()));
        let page = clerk.send(request).await;
        assert_eq!(page.status, status, "{fields}: {}", page.text);
    }
    for address in ["?by=cash", "?order=", "?order=a%20b", "?again=1", "?order=1"] {
        assert_eq!(clerk.get(&format!("{CHARGE}{address}")).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(clerk.get(&format!("{CHARGE}?by=card&by=card")).await.status, StatusCode::BAD_REQUEST);
}
