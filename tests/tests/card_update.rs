//! card-update: behind a sealed address a buyer replaces or deletes a kept card; a GET changes nothing, and each change is told by one mail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a test's helpers may stop at the first surprise; capacity units come in halves"
)]

use std::{fs, path::Path, time::Duration};

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use domain::{
    KeptCard, OrderId, State,
    card::HeldNumber,
    merchant::{Status, ThreeDsPolicy},
    payment::Failure,
};
use http::StatusCode;
use local::{
    admin::{Admin, CardCommand, CardOf},
    cloud::{Fault, When},
    world::{Delivery, Options, World},
};
use outbound::acquirer::Kind;
use system_tests::{
    Card, Form, Log, Page, ShopRequest, Shopper, Submit, acquirer_calls, administer, cards, change_merchant, fresh,
    kept_card, payment, totals,
};
use tracing_subscriber::filter::LevelFilter;

const USER: &str = "Member-1";

#[tokio::test]
async fn a_replaced_card_is_what_is_paid_with_from_then_on() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    assert_eq!(buyer.page().status, StatusCode::OK);
    assert!(buyer.page().text.contains("4242"), "{}", buyer.page().text);

    buyer.submit(&replacing(buyer.page(), &Card::of(cards::MASTERCARD))).await;
    assert_eq!(buyer.page().heading(), "カードを変更しました");
    assert!(buyer.page().text.contains("4444") && buyer.page().address.starts_with("/card/result/"));
    assert!(!buyer.page().is_hand_over(), "nothing was bought");

    world.settle().await.unwrap();
    let registered = registration(&world).await;
    assert!(matches!(registered.state, State::Failed { reason: Failure::Registered, .. }), "{:?}", registered.state);
    assert_eq!(totals(&world, &registered).await.standing, 0, "the one yen was given back");
    let mails = world.mailbox().unwrap();
    let [_, mail] = mails.as_slice() else { panic!("the payment's mail and one more: {}", mails.len()) };
    let text = mail.text.clone().unwrap();
    assert_eq!(mail.to, ["shopper@example.com"]);
    assert!(mail.subject.contains("変更しました") && text.contains("4242") && text.contains("4444"), "{text}");

    buyer.open(&of_user(&world, "20")).await;
    assert!(buyer.page().offers_kept_card() && buyer.page().text.contains("4444"), "{}", buyer.page().text);
    buyer.pay_kept("123").await;
    assert!(buyer.page().is_hand_over(), "{}", buyer.page().text);
}

#[tokio::test]
async fn a_declined_card_changes_nothing() {
    let world = with_kept_card().await;
    let before = kept(&world).await;
    let mut buyer = at_the_card(&world).await;
    buyer.submit(&replacing(buyer.page(), &Card::of(cards::DECLINED))).await;
    assert_eq!(buyer.page().heading(), "カードは変更されませんでした");
    let again = link_where(buyer.page(), |address| address.starts_with("/card/") && !address.contains("result"));
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(kept(&world).await, before);
    assert_eq!(world.mailbox().unwrap().len(), 1, "the first payment's");
    buyer.get(&again).await;
    assert!(buyer.page().text.contains("4242"), "{}", buyer.page().text);
    buyer.submit(&replacing(buyer.page(), &Card::of(cards::JCB))).await;
    assert_eq!(buyer.page().heading(), "カードを変更しました");
}

#[tokio::test]
async fn what_has_to_be_mended_is_said_and_no_card_is_tried() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    let without_consent = typed(card_form(buyer.page()), &Card::of(cards::MASTERCARD));
    buyer.submit(&Submit::of(&without_consent)).await;
    assert_eq!(buyer.page().status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(buyer.page().text.contains("保存への同意が必要です"), "{}", buyer.page().text);
    assert_eq!(card_form(buyer.page()).value("card_name"), Some("TARO YAMADA"));
    assert_eq!(card_form(buyer.page()).value("card_number"), Some(""));

    let number_as_name = Card { holder: cards::MASTERCARD.to_owned(), ..Card::of(cards::BAD_CHECK_DIGIT) };
    buyer.submit(&replacing(buyer.page(), &number_as_name)).await;
    assert_eq!(buyer.page().status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(card_form(buyer.page()).value("card_name"), Some(""));
    assert!(card_form(buyer.page()).value("keep_card").is_some(), "the tick is kept");

    let real = Card::of("4111111111111111");
    buyer.submit(&replacing_ticked(buyer.page(), &real)).await;
    assert_eq!(buyer.page().status, StatusCode::UNPROCESSABLE_ENTITY, "a test merchant takes test cards only");
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), 1, "the first payment's");
}

#[tokio::test]
async fn a_challenge_leads_back_to_the_card_and_not_to_a_purchase() {
    let world = with_kept_card().await;
    change_merchant(&world, "4000", |merchant| merchant.three_ds = ThreeDsPolicy::AtRegistration).await;
    world.advance(Duration::from_secs(31)).await.unwrap();
    let before = kept(&world).await;

    for choice in ["fail", "cancel"] {
        let mut buyer = at_the_card(&world).await;
        buyer.submit(&replacing(buyer.page(), &Card::of(cards::CHALLENGE))).await;
        buyer.answer_the_issuer(choice).await;
        assert_eq!(buyer.page().heading(), "カードは変更されませんでした", "{choice}: {}", buyer.page().text);
        assert_eq!(kept(&world).await, before, "{choice}");
    }
    let mut buyer = at_the_card(&world).await;
    buyer.submit(&replacing(buyer.page(), &Card::of(cards::CHALLENGE))).await;
    assert!(!buyer.page().text.contains('¥') && !buyer.page().text.contains('円'), "no amount: {}", buyer.page().text);
    buyer.turn_away().await;
    assert_eq!(buyer.page().heading(), "カードは変更されませんでした", "{}", buyer.page().text);
    assert_eq!(kept(&world).await, before);

    let mut buyer = at_the_card(&world).await;
    buyer.submit(&replacing(buyer.page(), &Card::of(cards::CHALLENGE))).await;
    buyer.answer_the_issuer("pass").await;
    assert_eq!(buyer.page().heading(), "カードを変更しました", "{}", buyer.page().text);
    world.settle().await.unwrap();
    let card = kept(&world).await;
    assert_eq!(card.card.last4, "3184");
    assert!(matches!(card.number, Some(HeldNumber::Token(_))), "the acquirer held the number meanwhile");
    assert_eq!(totals(&world, &registration(&world).await).await.standing, 0);
    assert_eq!(world.mailbox().unwrap().len(), 2);
}

#[tokio::test]
async fn a_challenge_that_nobody_answers_changes_nothing() {
    let world = with_kept_card().await;
    let before = kept(&world).await;
    let mut buyer = at_the_card(&world).await;
    let form = replacing(buyer.page(), &Card::of(cards::CHALLENGE));
    buyer.submit(&form).await;
    assert!(buyer.page().hop().is_some(), "{}", buyer.page().text);
    buyer.submit(&form).await;
    assert!(buyer.page().hop().is_some(), "sent twice, it still leads to the issuer");
    world.advance(Duration::from_secs(20 * 60)).await.unwrap();
    buyer.submit(&form).await;
    assert_eq!(buyer.page().heading(), "カードは変更されませんでした");
    assert_eq!(kept(&world).await, before);
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), 2);
    assert_eq!(world.mailbox().unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_waited_for_and_the_card_is_kept_after_all() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    let form = replacing(buyer.page(), &Card::of(cards::MASTERCARD));
    world.faults().restart();
    let operation = "POST /test-acquirer/v1/authorize".to_owned();
    world.faults().plan(When::Nth { caller: Some("CardUpdate".to_owned()), operation, nth: 0 }, Fault::ReplyLost);
    buyer.submit(&form).await;
    world.faults().stop();
    assert_eq!(buyer.page().heading(), "新しいカードを確認しています", "{}", buyer.page().text);
    assert!(buyer.page().is_waiting());
    assert_eq!(kept(&world).await.card.last4, "4242", "the old card stands meanwhile");
    buyer.submit(&form).await;
    assert!(buyer.page().is_waiting(), "sent again, nothing is tried again");
    world.advance(Duration::from_secs(180)).await.unwrap();
    buyer.refresh().await;
    assert_eq!(buyer.page().heading(), "カードを変更しました", "{}", buyer.page().text);
    let card = kept(&world).await;
    assert_eq!(card.card.last4, "4444");
    assert!(matches!(card.number, Some(HeldNumber::Token(_))), "the number was gone by then");
    assert_eq!(totals(&world, &registration(&world).await).await.standing, 0);
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), 2);
}

#[tokio::test]
async fn wherever_a_replacement_is_killed_one_card_stands_and_the_yen_goes_back() {
    let counted = with_kept_card().await;
    counted.advance(Duration::from_secs(60)).await.unwrap();
    let buyer = at_the_card(&counted).await;
    let form = replacing(buyer.page(), &Card::of(cards::MASTERCARD));
    counted.faults().restart();
    buyer.send(form.request()).await;
    let calls = counted.faults().calls();
    let own: Vec<u64> = calls.iter().filter(|call| call.caller == "CardUpdate").map(|call| call.index).collect();
    assert!(own.len() > 4, "{calls:?}");
    let mut kept_after_all = 0;
    for (place, fault) in own.iter().flat_map(|place| [(*place, Fault::DropBefore), (*place, Fault::DropAfter)]) {
        let world = with_kept_card().await;
        world.advance(Duration::from_secs(60)).await.unwrap();
        let mut buyer = at_the_card(&world).await;
        let form = replacing(buyer.page(), &Card::of(cards::MASTERCARD));
        world.faults().restart();
        world.faults().plan(When::Index(place), fault);
        buyer.send(form.request()).await;
        world.faults().stop();
        world.advance(Duration::from_secs(600)).await.unwrap();

        let now = world.now();
        let authorizations = acquirer_calls(&world, Kind::Authorize).await;
        assert!(authorizations.len() <= 2, "{place} {fault:?}");
        for registered in authorizations.iter().skip(1) {
            let totals = world.books().totals(&registered.reference, now).await.unwrap();
            assert_eq!((totals.standing, totals.captured), (0, 0), "{place} {fault:?}: the yen goes back");
        }
        let (card, mails) = (kept(&world).await, world.mailbox().unwrap().len());
        let replaced = card.card.last4 == "4444";
        kept_after_all += u32::from(replaced);
        assert!(card.number.is_some() && (replaced || card.version == 1), "{place} {fault:?}");
        assert_eq!(mails, if replaced { 2 } else { 1 }, "{place} {fault:?}: told if it is so");

        // The buyer sends the form again: what stands is shown, or it is tried for the first time.
        buyer.submit(&form).await;
        let heading = buyer.page().heading().to_owned();
        assert_eq!(
            heading == "カードを変更しました",
            kept(&world).await.card.last4 == "4444",
            "{place} {fault:?}: {heading}"
        );
        assert!(acquirer_calls(&world, Kind::Authorize).await.len() <= 2, "{place} {fault:?}");
    }
    assert!(kept_after_all > 0, "what was approved before the end is found by asking, and kept");
}

#[tokio::test]
async fn wherever_a_deletion_is_killed_sending_it_again_deletes_once() {
    for fault in [Fault::DropBefore, Fault::DropAfter, Fault::FailBefore, Fault::ReplyLost] {
        let world = with_kept_card().await;
        let mut buyer = Shopper::new(&world);
        buyer.get(&format!("{}?view=delete", card_address(&world).await)).await;
        let form = Submit::of(&card_form(buyer.page()).clone().with("card_code", "123"));
        world.faults().restart();
        let when = When::Nth { caller: Some("CardUpdate".to_owned()), operation: "PutItem".to_owned(), nth: 0 };
        world.faults().plan(when, fault);
        buyer.send(form.request()).await;
        world.faults().stop();
        buyer.submit(&form).await;
        assert_eq!(buyer.page().heading(), "カードを削除しました", "{fault:?}");
        let card = kept(&world).await;
        assert!(card.number.is_none() && card.version == 2, "{fault:?}: written once");
        world.settle().await.unwrap();
        assert_eq!(world.mailbox().unwrap().len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn who_tries_cards_here_is_refused_and_may_still_delete() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    let address = buyer.page().address.clone();
    let mut tries = 0;
    while buyer.page().status != StatusCode::TOO_MANY_REQUESTS {
        assert!(tries < 40, "the guard lets {tries} declined cards through");
        buyer.get(&address).await;
        buyer.submit(&replacing(buyer.page(), &Card::of(cards::DECLINED))).await;
        tries += 1;
    }
    assert!(tries > 2, "a few mistakes are forgiven");
    let asked = acquirer_calls(&world, Kind::Authorize).await.len();
    buyer.get(&address).await;
    buyer.submit(&replacing(buyer.page(), &Card::of(cards::DECLINED))).await;
    assert_eq!(buyer.page().status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), asked, "the acquirer is not asked");
    delete(&world, &address).await;
}

#[tokio::test]
async fn a_card_that_must_never_be_tried_again_is_not_registered_by_trying_once_more() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    let address = buyer.page().address.clone();
    buyer.submit(&replacing(buyer.page(), &Card::of(cards::STOLEN))).await;
    let asked = acquirer_calls(&world, Kind::Authorize).await.len();
    for _ in 0..2 {
        buyer.get(&address).await;
        buyer.submit(&replacing(buyer.page(), &Card::of(cards::STOLEN))).await;
        assert!(buyer.page().text.contains("このカードはお使いいただけません"), "{}", buyer.page().text);
    }
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), asked, "the acquirer is not asked");
    buyer.get(&address).await;
    buyer.submit(&replacing(buyer.page(), &Card::of(cards::MASTERCARD))).await;
    assert_eq!(kept(&world).await.card.last4, "4444", "another card is taken");
}

#[tokio::test]
async fn a_deleted_card_is_gone() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    let address = buyer.page().address.clone();
    buyer.get(&link(buyer.page(), "view=delete")).await;
    let question = card_form(buyer.page()).clone();
    buyer.submit(&Submit::of(&question.clone().with("card_code", "12"))).await;
    assert_eq!(buyer.page().status, StatusCode::UNPROCESSABLE_ENTITY, "the code's form is checked");
    assert!(kept(&world).await.number.is_some());

    let written = world.usage().dynamodb.write_units;
    let form = Submit::of(&question.with("card_code", "123"));
    for _ in 0..2 {
        buyer.submit(&form).await;
        assert_eq!(buyer.page().heading(), "カードを削除しました");
        assert!((world.usage().dynamodb.write_units - written - 1.0).abs() < f64::EPSILON, "one write unit, once");
    }
    assert_eq!(kept(&world).await.number, None);
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.len(), 2);
    assert!(mails[1].subject.contains("削除しました") && mails[1].text.as_ref().unwrap().contains("4242"));

    buyer.get(&address).await;
    assert_eq!(buyer.page().status, StatusCode::NOT_FOUND);
    buyer.open(&of_user(&world, "20")).await;
    assert!(buyer.page().is_payment_form() && !buyer.page().offers_kept_card(), "a whole card is asked for");
    buyer.pay(&Card::of(cards::JCB).to_be_kept()).await;
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.len(), 3, "the payment's mail says that a card is kept again");
    assert!(mails[2].text.as_ref().unwrap().contains("保存しました"), "{:?}", mails[2].text);
    buyer.submit(&form).await;
    assert_eq!(buyer.page().heading(), "このカードは変更済みです", "the old form does not reach the new card");
    assert!(kept(&world).await.number.is_some());
}

#[tokio::test]
async fn a_card_that_another_payment_replaces_is_told_of() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    let address = buyer.page().address.clone();
    buyer.open(&of_user(&world, "20")).await;
    buyer.change_card().await;
    buyer.pay(&Card::of(cards::JCB).to_be_kept().with_mail("another@example.com")).await;
    assert!(buyer.page().is_hand_over(), "{}", buyer.page().text);
    world.deliver_twice(Delivery::Twice);
    world.settle().await.unwrap();
    let told: Vec<_> = world.mailbox().unwrap().into_iter().filter(|mail| mail.subject.contains("変更")).collect();
    assert!(told.len() > 1 && told.iter().all(|mail| mail.text == told[0].text), "a repeat says the same: {told:?}");
    assert_eq!(told[0].to, ["shopper@example.com"], "whoever kept the card before hears of it");
    let text = told[0].text.as_ref().unwrap();
    assert!(text.contains("4242") && text.contains("0000"), "{text}");
    buyer.get(&address).await;
    assert_eq!(
        (buyer.page().status, buyer.page().heading()),
        (StatusCode::GONE, "このカードは変更済みです"),
        "an address ends with its card"
    );
    assert!(!buyer.page().text.contains("0000") && !buyer.page().text.contains("デモショップ"), "nothing of the other");
}

#[tokio::test]
async fn looking_changes_nothing() {
    let world = with_kept_card().await;
    let address = card_address(&world).await;
    let before = kept(&world).await;
    let units = world.usage().dynamodb.write_units;
    let mut scanner = Shopper::new(&world);
    for query in ["", "?view=delete", "?lang=en", "?view=delete&lang=en", "?act=delete&card_code=123"] {
        scanner.get(&format!("{address}{query}")).await;
        assert_eq!(scanner.page().status, StatusCode::OK, "{query}");
        assert_eq!(scanner.page().lang(), if query.contains("en") { "en" } else { "ja" });
    }
    assert!((world.usage().dynamodb.write_units - units).abs() < f64::EPSILON);
    assert_eq!(kept(&world).await, before);
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 1);
}

#[tokio::test]
async fn a_form_sent_often_registers_once() {
    let world = with_kept_card().await;
    let buyer = at_the_card(&world).await;
    let form = replacing(buyer.page(), &Card::of(cards::MASTERCARD));
    let answers = futures_util::future::join_all((0..3).map(|_| buyer.send(form.request()))).await;
    assert!(answers.iter().all(|page| page.status == StatusCode::SEE_OTHER));
    let mut later = Shopper::new(&world);
    later.submit(&form).await;
    assert_eq!(later.page().heading(), "カードを変更しました");
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), 2, "the payment and one registration");
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 2);
}

#[tokio::test]
async fn an_address_that_opens_nothing_is_one_page_whatever_the_reason() {
    let world = with_kept_card().await;
    let mut buyer = Shopper::new(&world);
    buyer.open(&of_user(&world, "20")).await;
    let for_two_hours = link(buyer.page(), "/card/");
    let replaced = card_address(&world).await;
    let mut shopper = at_the_card(&world).await;
    shopper.submit(&replacing(shopper.page(), &Card::of(cards::JCB))).await;
    let (result, page) = (shopper.page().address.clone(), shopper.page().text.clone());
    assert!(page.contains("0000"), "{page}");
    let deleted = card_address(&world).await;
    delete(&world, &deleted).await;
    let sealed_for_results = result.replace("/card/result/", "/card/");
    let sealed_for_cards = deleted.replace("/card/", "/card/result/");
    let mut cut = deleted.clone();
    cut.pop();

    let mut pages = Vec::new();
    for address in [
        replaced.as_str(),
        &deleted,
        &cut,
        "/card/x",
        "/card/result/x",
        &sealed_for_results,
        &sealed_for_cards,
        &result,
    ] {
        let mut stranger = Shopper::new(&world);
        stranger.get(address.split('?').next().unwrap()).await;
        pages.push(stranger.page().clone());
    }
    world.advance(Duration::from_secs(121 * 60)).await.unwrap();
    let mut late = Shopper::new(&world);
    late.get(&for_two_hours).await;
    pages.push(late.page().clone());
    for page in &pages {
        assert_eq!((page.status, page.html()), (StatusCode::NOT_FOUND, pages[0].html()), "{}", page.address);
        assert!(!page.text.contains("4242") && !page.text.contains("デモショップ"));
    }
}

#[tokio::test]
async fn a_form_belongs_to_its_card_and_its_purpose() {
    let world = with_kept_card().await;
    let other_user = "member-1";
    keep_for(&world, other_user, "11").await;
    let (mine, theirs) = (card_address(&world).await, card_address_of(&world, other_user).await);
    assert_ne!(mine, theirs);
    let mut buyer = Shopper::new(&world);
    buyer.get(&mine).await;
    let replace = replacing(buyer.page(), &Card::of(cards::JCB));
    buyer.get(&format!("{mine}?view=delete")).await;
    let delete = Submit::of(&card_form(buyer.page()).clone().with("card_code", "123"));
    let as_delete = Submit { body: replace.body.replace("act=replace", "act=delete"), ..replace.clone() };
    let as_replace = Submit { body: delete.body.replace("act=delete", "act=replace"), ..delete.clone() };
    let as_nothing = Submit { body: delete.body.replace("act=delete", "act=x"), ..delete.clone() };
    for wrong in [
        Submit { action: theirs.clone(), ..replace.clone() },
        Submit { action: theirs.clone(), ..delete.clone() },
        as_delete,
        as_replace,
        as_nothing,
    ] {
        buyer.submit(&wrong).await;
        assert_eq!(buyer.page().status, StatusCode::BAD_REQUEST, "{}", buyer.page().text);
    }
    for user in [USER, other_user] {
        let card = kept_card(&world, "4000", user).await.unwrap();
        assert!(card.number.is_some() && card.version == 1, "{user}");
    }
    world.advance(Duration::from_secs(121 * 60)).await.unwrap();
    buyer.submit(&delete).await;
    assert_eq!(buyer.page().status, StatusCode::BAD_REQUEST, "a form that was open for too long");
    buyer.get("/card/x").await;
    assert!(kept(&world).await.number.is_some());
}

#[tokio::test]
async fn a_merchant_that_does_not_trade_takes_no_card_but_lets_one_go() {
    let world = with_kept_card().await;
    let mut buyer = at_the_card(&world).await;
    let replace = replacing(buyer.page(), &Card::of(cards::JCB));
    for status in [Status::Suspended, Status::Closed] {
        change_merchant(&world, "4000", |merchant| merchant.status = status).await;
        world.advance(Duration::from_secs(31)).await.unwrap();
        buyer.submit(&replace).await;
        assert_eq!(buyer.page().status, StatusCode::FORBIDDEN);
    }
    assert_eq!(kept(&world).await.card.last4, "4242");
    buyer.get(&card_address(&world).await).await;
    assert_eq!(card_form(buyer.page()).value("act"), Some("delete"), "there is nothing else to do");
    buyer.submit(&Submit::of(&card_form(buyer.page()).clone().with("card_code", "123"))).await;
    assert_eq!(buyer.page().heading(), "カードを削除しました");
}

#[tokio::test]
async fn the_administrator_sees_a_card_and_never_its_number() {
    let world = with_kept_card().await;
    let of = CardOf { merchant: "4000".to_owned(), user: Some(USER.to_owned()), order: None };
    let lines = administer(&world, Admin::Card(CardCommand::Show(of))).await.join("\n");
    assert!(lines.contains("card=Visa 4242, good through 12/29"), "{lines}");
    assert!(lines.contains("number=sealed under data key"), "{lines}");
    delete(&world, &card_address(&world).await).await;
    let of = CardOf { merchant: "4000".to_owned(), user: Some(USER.to_owned()), order: None };
    let lines = administer(&world, Admin::Card(CardCommand::Show(of))).await.join("\n");
    assert!(lines.contains("number=deleted"), "{lines}");
}

#[tokio::test]
async fn no_number_or_code_is_shown_sent_logged_or_stored() {
    const CODE: &str = "987";
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("card-update");
    let _absent = fs::remove_dir_all(&folder);
    let (log, guard) = Log::capture(LevelFilter::INFO);
    let mut seen = Vec::new();
    {
        let options = Options { data_dir: Some(folder.clone()), ..system_tests::options() };
        let world = system_tests::fresh_with(options).await;
        keep_for(&world, USER, "10").await;
        for number in [cards::DECLINED, cards::MASTERCARD, cards::CHALLENGE] {
            let mut buyer = at_the_card(&world).await;
            seen.push(buyer.page().body.to_vec());
            let card = Card { expiry: "13/99".to_owned(), ..Card::of(number).with_code(CODE) };
            buyer.submit(&replacing(buyer.page(), &card)).await;
            seen.push(buyer.page().body.to_vec());
            let card = Card::of(number).with_code(CODE);
            buyer.submit(&replacing_ticked(buyer.page(), &card)).await;
            seen.push(buyer.page().body.to_vec());
            if buyer.page().hop().is_some() {
                buyer.answer_the_issuer("pass").await;
                seen.push(buyer.page().body.to_vec());
            }
        }
        assert_eq!(kept(&world).await.card.last4, "3184");
        delete_with(&world, &card_address(&world).await, CODE).await;
        world.advance(Duration::from_secs(120)).await.unwrap();
        let mails = world.mailbox().unwrap();
        assert_eq!(mails.len(), 4, "a payment, two changes, a deletion");
        seen.extend(mails.iter().map(|mail| format!("{mail:?}").into_bytes()));
    }
    drop(guard);
    seen.push(log.bytes());
    collect(&folder, &mut seen);
    let mut signs: Vec<Vec<u8>> =
        ["card_code=987", "\"code\":\"987\"", "value=\"987\"", "\"987\""].map(|sign| sign.as_bytes().to_vec()).into();
    for number in [cards::VISA, cards::DECLINED, cards::MASTERCARD, cards::CHALLENGE] {
        signs.push(number.as_bytes().to_vec());
        signs.push(HEXLOWER.encode(number.as_bytes()).into_bytes());
        for shift in 0..3 {
            let encoded = BASE64_NOPAD.encode(&[vec![b'0'; shift], number.as_bytes().to_vec()].concat());
            signs.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
    }
    let holds = |bytes: &[u8], sign: &[u8]| bytes.windows(sign.len()).any(|window| window == sign);
    assert!(seen.iter().any(|bytes| holds(bytes, b"TARO YAMADA")), "the search finds what is there");
    for (place, bytes) in seen.iter().enumerate() {
        for sign in &signs {
            assert!(!holds(bytes, sign), "{place} holds {}", String::from_utf8_lossy(sign));
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// A world in which [`USER`] lets merchant 4000 keep a Visa card ending in 4242.
async fn with_kept_card() -> World {
    let world = fresh().await;
    keep_for(&world, USER, "10").await;
    world
}

async fn keep_for(world: &World, user: &str, order: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order).of_user(user, world.now())).await;
    shopper.pay(&Card::of(cards::VISA).to_be_kept()).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
}

fn of_user(world: &World, order: &str) -> ShopRequest {
    ShopRequest::new("4000", 1_000, order).of_user(USER, world.now())
}

async fn kept(world: &World) -> KeptCard {
    kept_card(world, "4000", USER).await.expect("a card is kept")
}

/// The path that `kessai admin card link` prints.
async fn card_address(world: &World) -> String {
    card_address_of(world, USER).await
}

async fn card_address_of(world: &World, user: &str) -> String {
    let of = CardOf { merchant: "4000".to_owned(), user: Some(user.to_owned()), order: None };
    let lines = administer(world, Admin::Card(CardCommand::Link(of))).await;
    let path = lines[0].find("/card/").expect("an address");
    lines[0][path..].to_owned()
}

async fn at_the_card(world: &World) -> Shopper {
    let mut buyer = Shopper::new(world);
    buyer.get(&card_address(world).await).await;
    buyer
}

async fn delete(world: &World, address: &str) {
    delete_with(world, address, "123").await;
}

async fn delete_with(world: &World, address: &str, code: &str) {
    let mut buyer = Shopper::new(world);
    buyer.get(&format!("{address}?view=delete")).await;
    buyer.submit(&Submit::of(&card_form(buyer.page()).clone().with("card_code", code))).await;
    assert_eq!(buyer.page().heading(), "カードを削除しました", "{}", buyer.page().text);
}

/// The payment in which the card that is kept now was registered.
async fn registration(world: &World) -> domain::Payment {
    let order: OrderId = kept(world).await.order;
    payment(world, "4000", order.as_str()).await.expect("the registration is stored")
}

fn card_form(page: &Page) -> &Form {
    page.form_by_id("card").unwrap_or_else(|| panic!("no card form on {:?}: {}", page.heading(), page.text))
}

fn typed(form: &Form, card: &Card) -> Form {
    form.clone()
        .with("card_number", &card.number)
        .with("card_expiry", &card.expiry)
        .with("card_code", &card.code)
        .with("card_name", &card.holder)
}

/// The form with a card typed and the consent ticked.
fn replacing(page: &Page, card: &Card) -> Submit {
    Submit::of(&typed(card_form(page), card).ticked("keep_card"))
}

/// The same where the tick was kept.
fn replacing_ticked(page: &Page, card: &Card) -> Submit {
    Submit::of(&typed(card_form(page), card))
}

/// The first link whose address holds `part`.
fn link(page: &Page, part: &str) -> String {
    link_where(page, |address| address.contains(part))
}

fn link_where(page: &Page, fits: impl Fn(&str) -> bool) -> String {
    let address = page.tags("a").find_map(|tag| tag.attribute("href").filter(|address| fits(address)));
    address.unwrap_or_else(|| panic!("no such link on {:?}: {}", page.heading(), page.text)).to_owned()
}

fn collect(folder: &Path, into: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push(fs::read(&path).unwrap());
        }
    }
}
