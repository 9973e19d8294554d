//! Joining a regular purchase at the payment page, from outside: the final screen, the consent, what is kept, and every way in which nothing may be charged.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use domain::{
    CardOwner, LinkId, MerchantId, OrderId, Payment, Yen,
    card::ConsentScope,
    link::{Link, LinkAmount, LinkUses},
    merchant::{RegularKind, ThreeDsPolicy},
    payment::{Failure, Interface, State},
    recurring::{
        calendar::Anchor,
        offer::{FirstAmount, Offer, OfferId, Times},
        plan::{Plan, PlanId},
    },
};
use http::StatusCode;
use local::admin::{Admin, MerchantCommand};
use local::world::World;
use std::time::Duration;
use system_tests::{
    Card, Page, RegularDesk, ShopRequest, Shopper, administer, approvals, card_of, cards, change_merchant, fresh,
    kept_card, links, offers, payment, totals,
};

const MINUTE: Duration = Duration::from_secs(60);

fn visa() -> Card {
    Card::of(cards::VISA).to_be_kept()
}

/// What the demo shop sells by kind 1: 980 yen at once, then 1,200 a month.
fn beans(merchant: &str, order: &str) -> ShopRequest {
    ShopRequest::new(merchant, 980, order).with("regular", "on").with("regular_kind", "1")
}

/// By kind 2: two weeks for nothing, then 500 a month.
fn lessons(merchant: &str, order: &str) -> ShopRequest {
    ShopRequest::new(merchant, 500, order).with("regular", "on").with("regular_kind", "2")
}

async fn before(world: &World, request: &ShopRequest) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(request).await;
    assert!(shopper.page().is_payment_form(), "{}", shopper.page().text);
    shopper
}

async fn stored(world: &World, merchant: &str, order: &str) -> Payment {
    payment(world, merchant, order).await.expect("the payment is there")
}

async fn offer(world: &World, id: &str) -> Offer {
    let (merchant, id) = (MerchantId::new("4000").unwrap(), OfferId::new(id).unwrap());
    offers(world).load(&merchant, &id).await.unwrap().expect("a demo offer")
}

/// A clerk changes an offer: another version.
async fn change_offer(world: &World, id: &str, change: impl FnOnce(&mut Offer)) {
    let before = offer(world, id).await;
    let mut after = Offer { version: before.version + 1, made_at: world.now(), ..before.clone() };
    change(&mut after);
    offers(world).put(Some(&before), &after).await.unwrap();
}

fn says(page: &Page, parts: &[&str]) {
    for part in parts {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
}

/// The card that the plan of an order without a buyer will charge.
async fn order_card(world: &World, merchant: &str, order: &str) -> Option<domain::KeptCard> {
    card_of(world, merchant, &CardOwner::Order(OrderId::new(order).unwrap())).await
}

#[tokio::test]
async fn the_final_screen_says_all_that_the_law_names_in_both_languages() {
    let world = fresh().await;
    let mut shopper = before(&world, &beans("4000", "1")).await;
    says(
        shopper.page(),
        &[
            "今回のお支払い",
            "¥980",
            "コーヒー豆 200g 定期便",
            "定期購入の内容",
            "定期購入（毎月）。期間の定めはなく、解約されるまで続きます",
            "毎回1袋（200g）",
            "980円（お申し込みの時に請求します）",
            "毎月 1,200円",
            "毎月27日。土日祝日と12月31日から1月3日にあたるときは、次の銀行営業日になります",
            "14,180円（お申し込みから1年間続けた場合。解約されるまで、その後も続きます）",
            "送料込み",
            "3日以内に発送します",
            "申込期限",
            "いつでも解約できます",
            "食品のため、お届け後の返品はお受けしていません",
            "これからの請求予定",
            "2回目 2026年12月28日(月) 1,200円",
            "3回目 2027年1月27日(水)",
            "4回目 2027年3月1日(月)",
            "この後も、解約されるまで同じように続きます。",
            "980円を支払って申し込む",
            "このカードを保存し、今後のお支払いに使うことに同意する",
        ],
    );
    assert_eq!(shopper.card_form().unticked, [("keep_card".to_owned(), "on".to_owned())], "never ticked beforehand");
    let page = shopper.change_language().await;
    says(
        page,
        &[
            "To pay now",
            "Regular purchase, billed every month. It has no end and goes on until you stop it",
            "¥1,200 every month",
            "¥14,180, if you keep it for a year from today",
            "No. 2 2026-12-28 ¥1,200",
            "Pay ¥980 and order",
        ],
    );
    assert_eq!(approvals(&world).await, 0);
}

#[tokio::test]
async fn a_contract_of_a_number_of_times_lists_every_date_and_its_total() {
    let world = fresh().await;
    change_offer(&world, "beans", |offer| offer.times = Some(Times::new(4).unwrap())).await;
    let shopper = before(&world, &beans("4000", "1")).await;
    says(shopper.page(), &["初回を含めて全4回で終了します", "お支払い総額", "4,580円", "2回目", "3回目", "4回目"]);
    assert!(!shopper.page().text.contains("5回目") && !shopper.page().text.contains("この後も"));
}

#[tokio::test]
async fn days_behind_the_published_holidays_are_marked_as_provisional() {
    let world = fresh().await;
    change_offer(&world, "beans", |offer| {
        offer.cycle = domain::recurring::calendar::Cycle::new(12).unwrap();
    })
    .await;
    let shopper = before(&world, &beans("4000", "1")).await;
    says(shopper.page(), &["予定。祝日の発表により変わることがあります"]);
}

#[tokio::test]
async fn joining_charges_once_and_keeps_the_card_the_offer_and_what_was_shown() {
    let world = fresh().await;
    for (merchant, order, paid, by_post) in [("4000", "1", "0", false), ("2400", "A-1", "0", true)] {
        let mut shopper = Shopper::new(&world);
        let request = beans(merchant, order);
        if by_post {
            shopper.open_by_post(&request).await
        } else {
            shopper.open(&request).await
        };
        let form = shopper.filled(&visa());
        shopper.submit(&form).await;
        let back = shopper.hand_over();
        let (result, amount) = if merchant == "2400" { ("RC", "AMT") } else { ("result", "amount") };
        assert_eq!((back.value(result), back.value(amount)), (paid, "980"));
        // sent twice is joined once
        shopper.submit(&form).await;
        assert!(shopper.page().is_hand_over());
        let joined = stored(&world, merchant, order).await;
        assert_eq!((joined.amount.get(), joined.interface), (980, Interface::DataLinkage));
        let offer = offer(&world, "beans").await;
        assert_eq!(joined.details.offer, Some(offer.chosen()));
        let shown = joined.details.terms.expect("what was shown is kept");
        assert_eq!((shown.version, shown.at.as_second()), (words::JOIN_TERMS, world.now().as_second()));
        let card = order_card(&world, merchant, order).await.expect("the card is kept");
        assert_eq!(card.consent.scope, ConsentScope::MerchantInitiated);
        assert_eq!(Some(card.id), joined.card_id);
        assert!(card.network_id.is_some(), "what ties later charges to this one");
        let plan = Plan::join(&offer, &joined).expect("it is a plan's first payment");
        assert_eq!((plan.owner, plan.nominal.to_string()), (card.owner, "2026-12-27".to_owned()));
    }
    assert_eq!(approvals(&world).await, 2);
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap();
    let mail = mails.iter().find(|mail| mail.to == ["shopper@example.com"]).expect("the payment's mail");
    assert!(mail.text.as_deref().unwrap().contains("次回の請求: 2026年12月28日(月) 1,200円"), "{mail:?}");
}

#[tokio::test]
async fn the_hash_of_what_was_shown_can_be_made_again_from_the_offer() {
    let world = fresh().await;
    let mut shopper = before(&world, &beans("4000", "1")).await;
    shopper.pay(&visa()).await;
    let joined = stored(&world, "4000", "1").await;
    let shown = joined.details.terms.unwrap();
    let beans = offer(&world, "beans").await;
    let no_deadline = words::words(domain::Lang::Ja).order.no_deadline;
    let text = inbound::page::Joining::of(domain::Lang::Ja, &beans, Anchor::USUAL, shown.at, no_deadline).text(
        domain::Lang::Ja,
        "デモショップ",
        &beans.item,
    );
    assert_eq!(shown, domain::link::TermsShown::of(words::JOIN_TERMS, &text, shown.at), "{text}");
}

#[tokio::test]
async fn nobody_joins_without_agreeing_that_the_card_is_kept() {
    let world = fresh().await;
    let mut shopper = before(&world, &beans("4000", "1")).await;
    let page = shopper.pay(&Card::of(cards::VISA)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(page, &["定期購入を申し込むには、カードの保存への同意が必要です", "これからの請求予定"]);
    assert_eq!(payment(&world, "4000", "1").await, None);
    let page = shopper.pay(&Card::of(cards::VISA).with_code("1")).await;
    says(page, &["カードの保存への同意が必要です", "セキュリティコード"]);
    shopper.pay(&visa()).await;
    assert!(shopper.page().is_hand_over());
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn a_free_beginning_registers_the_card_and_says_that_nothing_was_paid() {
    let world = fresh().await;
    let mut shopper = before(&world, &lessons("4000", "1")).await;
    assert!(!shopper.page().text.contains("お店へご連絡ください"), "the card is changed by the link in the mails");
    says(
        shopper.page(),
        &[
            "カードは、お申し込みの時とお支払いのたびにお送りするメールのリンクから変更できます",
            "¥0",
            "無料（カードの登録だけを行います）",
            "2026年12月4日(金)までの14日間。終了後は自動的に通常のお支払いへ移り、2026年12月28日(月)に最初の請求があります",
            "カードを登録して申し込む",
            "1円の与信を行い、すぐに取り消します",
        ],
    );
    let form = shopper.filled(&visa());
    shopper.submit(&form).await;
    says(shopper.page(), &["お申し込みが完了しました", "今回のお支払いはありません"]);
    let back = shopper.hand_over();
    assert_eq!((back.value("result"), back.value("amount")), ("0", "0"), "joined, and nothing charged");
    let joined = stored(&world, "4000", "1").await;
    assert!(matches!(joined.state, State::Failed { reason: Failure::Registered, .. }), "{:?}", joined.state);
    assert_eq!(joined.interface, Interface::CardRegistration);
    let offer = offer(&world, "lessons").await;
    let plan = Plan::join(&offer, &joined).expect("it is a plan's first payment");
    assert_eq!(plan.trial_until.unwrap().to_string(), "2026-12-04");
    assert!(order_card(&world, "4000", "1").await.is_some());
    let ledger = totals(&world, &joined).await;
    assert_eq!((ledger.standing, ledger.captured), (0, 0), "nothing is held or taken");
    world.settle().await.unwrap();
    let mut clerk = system_tests::Clerk::owner(&world).await;
    for address in ["/console/transactions/1".to_owned(), format!("/console/recurring/{}", plan.id)] {
        let page = clerk.get(&address).await;
        assert!(page.text.contains("カード登録（請求なし）"), "{address}: {}", page.text);
        assert!(!page.text.contains("不成立") && !page.text.contains("失敗"), "{address}: {}", page.text);
        let bad = page.tags("span").any(|tag| tag.attribute("data-state") == Some("bad"));
        assert!(!bad, "{address}: nothing of it is red");
    }
    // neither the form again nor the shop's request joins a second time
    shopper.submit(&form).await;
    assert!(shopper.page().is_hand_over());
    let page = Shopper::new(&world).speaking("en").send(lessons("4000", "1").get()).await;
    says(&page, &["Your order is complete"]);
    let mut late = Shopper::new(&world);
    late.get("/pay?admin=4000&amount=500&charge=1&regular=on&regular_kind=2").await;
    assert!(!late.page().is_payment_form());
    assert_eq!(approvals(&world).await, 1);
    // the trial ends on 4 December: a week before, the buyer hears of it, and on the 28th it is charged
    let until = async |day: &str| {
        let noon: jiff::Timestamp = format!("{day}T12:00:00+09:00").parse().unwrap();
        world.advance(Duration::try_from(noon.duration_since(world.now())).unwrap()).await.unwrap();
    };
    let reminders = || world.mailbox().unwrap().into_iter().filter(|mail| mail.subject.contains("お試し期間"));
    until("2026-11-26").await;
    assert_eq!(reminders().count(), 0);
    until("2026-11-27").await;
    let [reminder] = &reminders().collect::<Vec<_>>()[..] else { panic!("{:?}", world.mailbox().unwrap()) };
    let text = reminder.text.as_deref().unwrap();
    for part in ["/plan/", "2026年12月4日(金)", "2026年12月28日(月)", "500円"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let taken = async || {
        let calls = system_tests::acquirer_calls(&world, outbound::acquirer::Kind::Authorize).await;
        calls.into_iter().filter(|call| call.order.as_ref() == Some(&plan.order_of(2))).count()
    };
    until("2026-12-27").await;
    assert_eq!(taken().await, 0);
    until("2026-12-29").await;
    let renewed = stored(&world, "4000", plan.order_of(2).order.as_str()).await;
    assert!(renewed.state.is_paid(), "{:?}", renewed.state);
    assert_eq!((taken().await, renewed.amount.get(), reminders().count()), (1, 500, 1));
}

#[tokio::test]
async fn without_a_destination_the_result_page_says_what_was_joined_and_what_comes_next() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.destinations = [None, None, None]).await;
    let mut shopper = before(&world, &lessons("4000", "1")).await;
    shopper.pay(&visa()).await;
    says(
        shopper.page(),
        &[
            "お申し込みが完了しました",
            "コーヒー教室 動画配信",
            "次回の請求",
            "2026年12月28日(月) 500円",
            "解約の方法を、メールで",
        ],
    );
    let mut shopper = before(&world, &beans("4000", "2")).await;
    shopper.pay(&visa()).await;
    says(shopper.page(), &["お支払いが完了しました", "次回の請求", "2026年12月28日(月) 1,200円"]);
    let stranger = shopper.page().address.clone();
    let page = Shopper::new(&world).get(&stranger).await.clone();
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn an_offer_that_changed_meanwhile_is_shown_anew_and_nothing_is_charged() {
    let world = fresh().await;
    let mut shopper = before(&world, &beans("4000", "1")).await;
    change_offer(&world, "beans", |offer| offer.amount = Yen::new(1_300).unwrap()).await;
    let page = shopper.pay(&visa()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(page, &["定期購入の内容が変わりました", "毎月 1,300円", "2回目 2026年12月28日(月) 1,300円"]);
    assert_eq!(payment(&world, "4000", "1").await, None);
    assert_eq!(shopper.card_form().unticked.len(), 1, "it has to be agreed to anew");
    shopper.pay(&visa()).await;
    assert!(shopper.page().is_hand_over());
    let joined = stored(&world, "4000", "1").await;
    assert_eq!(joined.details.offer.unwrap().version, 2);
}

#[tokio::test]
async fn who_joined_is_charged_on_the_day_that_the_page_showed() {
    let world = fresh().await;
    let mut shopper = before(&world, &beans("4000", "1")).await;
    shopper.pay(&visa()).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    // the merchant bills on another day before the plan begins and the mail is written
    change_merchant(&world, "4000", |merchant| merchant.regular.anchor = Anchor::new(5).unwrap()).await;
    world.settle().await.unwrap();
    let joined = stored(&world, "4000", "1").await;
    let plan = RegularDesk::of(&world, "4000").plan(&PlanId::of(&joined.key)).await;
    assert_eq!((plan.anchor, plan.nominal.to_string()), (Anchor::USUAL, "2026-12-27".to_owned()));
    let mails = world.mailbox().unwrap();
    let told =
        mails.iter().filter_map(|mail| mail.text.as_deref()).filter(|text| text.contains("2026年12月28日")).count();
    assert!(told >= 2, "the receipt and the terms name the same day: {mails:?}");
}

#[tokio::test]
async fn a_beginning_that_became_free_or_costs_something_now_is_processed_as_it_is_shown() {
    let world = fresh().await;
    let mut free = before(&world, &beans("4000", "1")).await;
    let mut paid = before(&world, &lessons("4000", "2")).await;
    change_offer(&world, "beans", |offer| {
        (offer.first, offer.amount) = (FirstAmount::Free, Yen::new(980).unwrap());
    })
    .await;
    change_offer(&world, "lessons", |offer| offer.first = FirstAmount::Charged(offer.amount)).await;
    for shopper in [&mut free, &mut paid] {
        assert_eq!(shopper.pay(&visa()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        shopper.pay(&visa()).await;
        assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    }
    world.settle().await.unwrap();
    let registered = stored(&world, "4000", "1").await;
    assert_eq!(registered.interface, Interface::CardRegistration);
    assert!(registered.joined_free(), "{:?}", registered.state);
    let taken = stored(&world, "4000", "2").await;
    assert_eq!((taken.interface, taken.amount.get()), (Interface::DataLinkage, 500));
    assert!(taken.state.is_paid() && !taken.joined_free(), "{:?}", taken.state);
}

#[tokio::test]
async fn what_the_shop_asked_for_is_not_joined_for_another_first_amount_or_after_it_was_withdrawn() {
    let world = fresh().await;
    let mut dearer = before(&world, &beans("4000", "1")).await;
    let mut paid = before(&world, &beans("4000", "2")).await;
    let again = paid.filled(&visa());
    paid.submit(&again).await;
    change_offer(&world, "beans", |offer| offer.first = FirstAmount::Charged(Yen::new(1_200).unwrap())).await;
    let page = dearer.pay(&visa()).await;
    assert_eq!((page.status, page.code()), (StatusCode::GONE, "offer_closed"));
    let page = Shopper::new(&world).send(beans("4000", "3").get()).await;
    assert_eq!((page.status, page.code()), (StatusCode::BAD_REQUEST, "regular_amount_conflict"));
    let mut right = before(&world, &ShopRequest::new("4000", 1_200, "4").with("regular", "on")).await;
    change_offer(&world, "beans", |offer| offer.withdrawn_at = Some(offer.made_at)).await;
    let page = right.pay(&visa()).await;
    assert_eq!((page.status, page.code()), (StatusCode::GONE, "offer_closed"));
    let page = Shopper::new(&world).send(ShopRequest::new("4000", 1_200, "5").with("regular", "on").get()).await;
    assert_eq!((page.status, page.code()), (StatusCode::BAD_REQUEST, "regular_offer_closed"));
    // who paid before is never told that nothing was charged
    assert!(paid.submit(&again).await.is_hand_over());
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn a_form_that_is_open_over_midnight_is_shown_anew_with_its_later_dates() {
    let world = fresh().await;
    world.advance(Duration::from_secs((9 * 24 + 10) * 3_600 + 1_800)).await.unwrap(); // 30 November, 22:30 in Japan
    let mut shopper = before(&world, &beans("4000", "1")).await;
    says(shopper.page(), &["2回目 2026年12月28日(月)"]);
    world.advance(95 * MINUTE).await.unwrap();
    let page = shopper.pay(&visa()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(page, &["定期購入の内容が変わりました", "2回目 2027年1月27日(水)"]);
    assert_eq!(payment(&world, "4000", "1").await, None);
    shopper.pay(&visa()).await;
    assert!(shopper.page().is_hand_over());
}

#[tokio::test]
async fn who_is_with_the_issuer_over_midnight_joins_by_the_dates_that_were_shown() {
    let world = fresh().await;
    world.advance(Duration::from_secs((9 * 24 + 10) * 3_600 + 1_800)).await.unwrap(); // 30 November, 22:30 in Japan
    world.advance(85 * MINUTE).await.unwrap();
    let mut shopper = before(&world, &beans("4000", "1")).await;
    says(shopper.page(), &["2回目 2026年12月28日(月)"]);
    shopper.pay(&Card::of(cards::CHALLENGE).to_be_kept()).await;
    world.advance(10 * MINUTE).await.unwrap();
    shopper.answer_the_issuer("pass").await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
    let joined = stored(&world, "4000", "1").await;
    let plan = RegularDesk::of(&world, "4000").plan(&PlanId::of(&joined.key)).await;
    assert_eq!(plan.nominal.to_string(), "2026-12-27", "December came while the buyer was with the issuer");
    let mails: Vec<String> = world.mailbox().unwrap().iter().filter_map(|mail| mail.text.clone()).collect();
    assert!(mails.iter().filter(|text| text.contains("2026年12月28日")).count() >= 2, "{mails:?}");
}

#[tokio::test]
async fn nothing_of_the_form_can_be_changed_on_its_way() {
    let world = fresh().await;
    let mut shopper = before(&world, &beans("4000", "1")).await;
    let other = before(&world, &lessons("4000", "2")).await;
    let mut forged = shopper.filled(&visa());
    forged.body.push_str("&amount=1&regular_kind=2&offer=lessons");
    shopper.submit(&forged).await;
    let joined = stored(&world, "4000", "1").await;
    assert_eq!((joined.amount.get(), joined.details.offer.unwrap().id.as_str().to_owned()), (980, "beans".to_owned()));
    // a token of another order stands for that order
    let mut cut = other.filled(&visa());
    cut.body = cut.body.replacen("order=", "order=x", 1);
    let mut other = other;
    let page = other.submit(&cut).await;
    assert_eq!(page.code(), "form_unreadable");
    assert_eq!(payment(&world, "4000", "2").await, None);
}

#[tokio::test]
async fn a_declined_card_leaves_the_terms_in_sight_and_another_card_joins() {
    let world = fresh().await;
    for request in [beans("4000", "1"), lessons("4000", "2")] {
        let mut shopper = before(&world, &request).await;
        let page = shopper.pay(&Card::of(cards::DECLINED).to_be_kept()).await;
        says(page, &["カード会社の承認が得られませんでした", "これからの請求予定", "解約の方法"]);
        assert!(!page.text.contains("¥1 "), "the one yen is ours: {}", page.text);
        world.advance(MINUTE).await.unwrap();
        shopper.refresh().await;
        shopper.pay(&visa()).await;
        assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    }
    for order in ["1", "2"] {
        assert!(stored(&world, "4000", order).await.joined_at().is_some());
        assert_eq!(order_card(&world, "4000", order).await.unwrap().card.last4, "4242");
    }
}

#[tokio::test]
async fn a_challenge_on_the_way_joins_when_it_is_passed_and_not_when_it_fails() {
    let world = fresh().await;
    for (prefix, policy) in [("1", ThreeDsPolicy::AtPayment), ("2", ThreeDsPolicy::Recurring)] {
        change_merchant(&world, "4000", |merchant| merchant.three_ds = policy).await;
        world.advance(MINUTE).await.unwrap();
        let name = |order: &str| format!("{prefix}{order}");
        for (order, request) in [("1", beans("4000", &name("1"))), ("2", lessons("4000", &name("2")))] {
            let mut shopper = before(&world, &request).await;
            shopper.pay(&Card::of(cards::CHALLENGE).to_be_kept()).await;
            assert!(shopper.page().hop().is_some() || shopper.page().issuer().is_some(), "{}", shopper.page().text);
            shopper.answer_the_issuer("pass").await;
            assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
            let joined = stored(&world, "4000", &name(order)).await;
            assert!(joined.joined_at().is_some(), "{policy:?} {order}");
            assert!(order_card(&world, "4000", &name(order)).await.is_some(), "{policy:?} {order}");
        }
        let mut shopper = before(&world, &beans("4000", &name("3"))).await;
        shopper.pay(&Card::of(cards::CHALLENGE).to_be_kept()).await;
        shopper.answer_the_issuer("fail").await;
        assert_eq!(stored(&world, "4000", &name("3")).await.joined_at(), None);
        assert!(order_card(&world, "4000", &name("3")).await.is_none());
    }
}

#[tokio::test]
async fn who_could_not_be_authenticated_as_the_contract_needs_does_not_join() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.three_ds = ThreeDsPolicy::Recurring).await;
    change_offer(&world, "beans", |offer| offer.first = FirstAmount::Charged(Yen::new(1_911).unwrap())).await;
    let mut shopper = before(&world, &ShopRequest::new("4000", 1_911, "1").with("regular", "on")).await;
    shopper.pay(&visa()).await;
    let refused = stored(&world, "4000", "1").await;
    assert_eq!(refused.joined_at(), None, "an attempt (A) is no authentication to charge by later");
    world.advance(10 * MINUTE).await.unwrap();
    let refused = stored(&world, "4000", "1").await;
    assert!(matches!(refused.state, State::Failed { reason: Failure::NotAuthenticated, .. }), "{:?}", refused.state);
    assert!(order_card(&world, "4000", "1").await.is_none());
    assert_eq!(totals(&world, &refused).await.standing, 0, "nothing is held");
}

#[tokio::test]
async fn an_outcome_that_was_unknown_and_turns_out_approved_joins_all_the_same() {
    let world = fresh().await;
    change_offer(&world, "beans", |offer| offer.first = FirstAmount::Charged(Yen::new(1_901).unwrap())).await;
    let mut shopper = before(&world, &ShopRequest::new("4000", 1_901, "1").with("regular", "on")).await;
    shopper.pay(&visa()).await;
    assert!(shopper.page().is_waiting());
    world.advance(3 * MINUTE).await.unwrap();
    let joined = stored(&world, "4000", "1").await;
    assert!(joined.joined_at().is_some(), "{:?}", joined.state);
    assert!(order_card(&world, "4000", "1").await.is_some(), "kept by the acquirer's token");
    shopper.refresh().await;
    assert!(shopper.page().is_hand_over());
}

#[tokio::test]
async fn a_buyers_kept_card_joins_and_may_be_charged_by_the_merchant_from_then_on() {
    let world = fresh().await;
    let mut first = before(&world, &ShopRequest::new("4000", 1_000, "1").of_user("buyer", world.now())).await;
    first.pay(&visa()).await;
    let kept = kept_card(&world, "4000", "buyer").await.unwrap();
    assert_eq!(kept.consent.scope, ConsentScope::Recall);
    world.advance(MINUTE).await.unwrap();
    let request = beans("4000", "2").of_user("buyer", world.now());
    let mut shopper = before(&world, &request).await;
    assert!(shopper.page().offers_kept_card());
    let page = shopper.pay_kept("123").await;
    says(page, &["カードの保存への同意が必要です"]);
    assert_eq!(payment(&world, "4000", "2").await, None);
    let mut form = shopper.filled_kept("123");
    form.body.push_str("&keep_card=on");
    shopper.submit(&form).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    let extended = kept_card(&world, "4000", "buyer").await.unwrap();
    assert_eq!((extended.id, extended.consent.scope), (kept.id, ConsentScope::Both));
    assert!(extended.consent.at > kept.consent.at);
    let joined = stored(&world, "4000", "2").await;
    assert_eq!(joined.pays_with_kept(), Some(kept.id));
    assert_eq!(joined.card_owner(), CardOwner::Buyer("buyer".to_owned()));
    // a card that the merchant may charge gives way only to one that it may charge, too
    world.advance(MINUTE).await.unwrap();
    let mut third = before(&world, &ShopRequest::new("4000", 1_000, "3").of_user("buyer", world.now())).await;
    third.change_card().await;
    says(third.page(), &["今後のお支払いに使うことに同意する"]);
    third.pay(&Card::of(cards::MASTERCARD).to_be_kept()).await;
    let replaced = kept_card(&world, "4000", "buyer").await.unwrap();
    assert_eq!((replaced.card.last4.as_str(), replaced.consent.scope), ("4444", ConsentScope::Both));
}

#[tokio::test]
async fn a_link_can_begin_a_regular_purchase() {
    let world = fresh().await;
    let merchant = MerchantId::new("4000").unwrap();
    for (id, offer) in [("beans", "beans"), ("lessons", "lessons"), ("gone", "nothing")] {
        let amount = LinkAmount::Fixed(Yen::new(1).unwrap());
        let id = LinkId::new(id).unwrap();
        let mut link = Link::new(id, merchant.clone(), "見出し", amount, LinkUses::Many, world.now());
        link.offer = Some(OfferId::new(offer).unwrap());
        links(&world).create(&link).await.unwrap();
    }
    for (id, figure, paid) in [("beans", "¥980", "980"), ("lessons", "¥0", "0")] {
        let mut shopper = Shopper::new(&world);
        let page = shopper.get(&format!("/l/{id}")).await;
        says(page, &[figure, "定期購入の内容", "申し込む"]);
        shopper.pay(&visa()).await;
        let back = shopper.hand_over();
        assert_eq!((back.value("result"), back.value("amount")), ("0", paid));
        let joined = stored(&world, "4000", back.value("charge")).await;
        assert_eq!(joined.details.offer.unwrap().id.as_str(), id);
    }
    let page = Shopper::new(&world).get("/l/gone").await.clone();
    assert_eq!((page.status, page.code()), (StatusCode::GONE, "offer_closed"));
    // another version of a link's offer is shown anew, for its new amount
    let mut shopper = Shopper::new(&world);
    shopper.get("/l/beans").await;
    change_offer(&world, "beans", |offer| offer.first = FirstAmount::Charged(Yen::new(1_100).unwrap())).await;
    shopper.pay(&visa()).await;
    says(shopper.page(), &["定期購入の内容が変わりました", "¥1,100"]);
    shopper.pay(&visa()).await;
    assert_eq!(shopper.hand_over().value("amount"), "1100");
}

#[tokio::test]
async fn a_kind_that_is_set_at_a_terminal_begins_its_offer() {
    let world = fresh().await;
    let set = |setting: &str| {
        Admin::Merchant(MerchantCommand::Set { id: "4000".to_owned(), settings: vec![setting.to_owned()] })
    };
    administer(&world, set("regular_kind.5=beans")).await;
    before(&world, &beans("4000", "1").with("regular_kind", "5")).await;
    administer(&world, set("regular_kind.5=none")).await;
    world.advance(MINUTE).await.unwrap();
    let page = Shopper::new(&world).send(beans("4000", "2").with("regular_kind", "5").get()).await;
    assert_eq!(page.code(), "regular_kind_unknown");
}

#[tokio::test]
async fn the_merchants_day_of_billing_stands_on_the_page() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| {
        merchant.regular.anchor = Anchor::new(31).unwrap();
        merchant.regular.kinds.insert(RegularKind::parse("6").unwrap(), OfferId::new("beans").unwrap());
    })
    .await;
    let shopper = before(&world, &beans("4000", "1").with("regular_kind", "6")).await;
    says(shopper.page(), &["毎月31日（その日がない月は月末）", "2回目 2027年1月4日(月)", "4回目 2027年3月1日(月)"]);
}
