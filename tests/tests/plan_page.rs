//! card-update and recurring-charge: behind a sealed address a buyer sees a regular purchase, pauses it, ends it, and agrees to a change; a GET changes nothing, and each change is
//! told by mail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a test's helpers may stop at the first surprise; capacity units come in halves"
)]

use std::{collections::BTreeSet, time::Duration};

use domain::{
    Lang, OrderId, PaymentKey, State, Yen,
    acquirer::DeclineCode,
    clock::japan_date,
    merchant::ThreeDsPolicy,
    payment::{Failure, Origin},
    recurring::{
        calendar::Cycle,
        plan::{By, ChangeError, EndReason, PauseReason, Plan, PlanCard, PlanState, Progress, Rate},
    },
    webhook::{Form as Spoken, Kind as Told},
};
use http::StatusCode;
use local::world::{Delivery, World};
use outbound::acquirer::{Kind, Outcome};
use system_tests::{
    BatchDesk, Call, Card, Clerk, Form, Hook, Page, PlanDesk, ShopRequest, Shopper, Submit, acquirer_calls, cards,
    change_merchant, fresh, kept_card, payment, totals,
};

const USER: &str = "Member-1";

struct Stage {
    world: World,
    desk: PlanDesk,
    plan: Plan,
    /// Path of the plan's page, as the mail at joining has it.
    address: String,
}

/// A buyer of merchant 4000 who pays 1,000 yen a month with this card.
async fn joined(number: &str, lang: Lang) -> Stage {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| {
        merchant.continuation = true;
        merchant.mail.shop_copy = Some("shop@example.jp".to_owned());
    })
    .await;
    world.advance(Duration::from_secs(31)).await.unwrap();
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "10").of_user(USER, world.now())).await;
    shopper.pay(&Card::of(number).to_be_kept()).await;
    if shopper.page().hop().is_some() {
        shopper.answer_the_issuer("pass").await;
    }
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    let desk = PlanDesk::of(&world, "4000");
    let plan = desk.join("10", 1_000, lang).await;
    world.settle().await.unwrap();
    let address = address(&world, "");
    Stage { world, desk, plan, address }
}

/// The path behind the last link to a plan's page, in the newest mail to the buyer whose subject holds `subject`.
fn address(world: &World, subject: &str) -> String {
    let mails = world.mailbox().unwrap();
    let text = mails.iter().rev().filter(|mail| mail.to == ["shopper@example.com"] && mail.subject.contains(subject));
    let text =
        text.filter_map(|mail| mail.text.clone()).find(|text| text.contains("/plan/")).expect("a mail leads there");
    let path = &text[text.rfind("/plan/").unwrap()..];
    path.split_whitespace().next().unwrap().to_owned()
}

/// Subjects of the mails after the first `from`, with whom they went to.
fn told(world: &World, from: usize) -> Vec<(String, String)> {
    let mails = world.mailbox().unwrap().into_iter().skip(from);
    mails.map(|mail| (mail.to.join(","), mail.subject)).collect()
}

fn form(page: &Page) -> Form {
    page.form_by_id("ask").unwrap_or_else(|| panic!("no form on {:?}: {}", page.heading(), page.text)).clone()
}

async fn does(stage: &Stage, act: &str) -> Shopper {
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view={act}", stage.address)).await;
    let form = form(buyer.page());
    assert_eq!(form.value("act"), Some(act));
    buyer.submit(&Submit::of(&form)).await;
    buyer
}

const fn rate(yen: u32) -> Option<Rate> {
    match Yen::new(yen) {
        Ok(amount) => Some(Rate { amount, cycle: Cycle::MONTHLY }),
        Err(_) => None,
    }
}

#[tokio::test]
async fn a_buyer_sees_what_was_agreed_and_what_comes() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let mails = stage.world.mailbox().unwrap();
    let joining = mails.iter().find(|mail| mail.subject.contains("お申し込みを受け付けました")).unwrap();
    let text = joining.text.as_ref().unwrap();
    for part in [
        "いつでも解約できます",
        "1袋",
        "2026年12月28日(月) 1,000円",
        "毎月 1,000円",
        "一時停止・解約: http",
        "毎月27日。土日祝日",
        "1年間の総額",
        "次の請求日の前日までに解約",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(mails.iter().any(|mail| mail.to == ["shop@example.jp"] && mail.subject.contains("お申し込みがありました")));
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&stage.address).await;
    let page = buyer.page();
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "定期購入の内容"));
    for part in ["豆の定期便", "継続中", "毎月 1,000円", "2026年12月28日(月)", "2027年1月27日", "4242", "領収書"]
    {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let change = page.by_id("change-card").unwrap().attribute("href").unwrap().to_owned();
    buyer.get(&change).await;
    assert_eq!(buyer.page().heading(), "保存したカード");
    buyer.get(&format!("{}?view=card", stage.address)).await;
    assert_eq!(buyer.page().heading(), "保存したカード", "as the mails' link does");
}

#[tokio::test]
async fn looking_changes_nothing() {
    let stage = joined(cards::VISA, Lang::En).await;
    stage.desk.write(&stage.plan, |plan| plan.proposed(rate(1_500).unwrap()).ok()).await;
    stage.world.settle().await.unwrap();
    let (before, mails) = (stage.desk.load(&stage.plan).await, stage.world.mailbox().unwrap().len());
    let units = stage.world.usage().dynamodb.write_units;
    let mut scanner = Shopper::new(&stage.world);
    for query in
        ["", "?view=pause", "?view=resume", "?view=stop", "?view=agree", "?view=card", "?act=stop", "?done=stop"]
    {
        scanner.get(&format!("{}{query}", stage.address)).await;
        assert_eq!(scanner.page().status, StatusCode::OK, "{query}");
        assert_eq!(scanner.page().lang(), "en", "{query}");
        assert!(!scanner.page().text.contains("It is over"), "{query}");
    }
    assert!((stage.world.usage().dynamodb.write_units - units).abs() < f64::EPSILON);
    assert_eq!(stage.desk.load(&stage.plan).await, before);
    stage.world.settle().await.unwrap();
    assert_eq!(stage.world.mailbox().unwrap().len(), mails);
}

#[tokio::test]
async fn a_buyer_stops_at_once_and_only_then_may_the_card_be_deleted() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=card", stage.address)).await;
    let card = buyer.page().address.clone();
    let card = card.split('?').next().unwrap().to_owned();
    assert!(buyer.page().text.contains("豆の定期便"), "what relies on it: {}", buyer.page().text);
    let delete = |page: &Page| Submit::of(&page.form_by_id("card").unwrap().clone().with("card_code", "123"));
    buyer.get(&format!("{card}?view=delete")).await;
    buyer.submit(&delete(buyer.page())).await;
    assert_eq!(buyer.page().heading(), "このカードは削除できません");
    assert!(kept_card(&stage.world, "4000", USER).await.unwrap().number.is_some());
    let to_plan = buyer.page().tags("a").filter_map(|tag| tag.attribute("href")).find(|to| to.starts_with("/plan/"));
    let to_plan = to_plan.unwrap().to_owned();
    buyer.get(&to_plan).await;
    assert_eq!(buyer.page().heading(), "定期購入の内容", "where it is ended");

    let mails = stage.world.mailbox().unwrap().len();
    let mut buyer = does(&stage, "stop").await;
    assert!(buyer.page().text.contains("解約しました"), "{}", buyer.page().text);
    assert!(buyer.page().text.contains("終了日") && buyer.page().text.contains("お客様が解約されました"));
    for gone in ["カードの変更、一時停止、解約ができます", "解約されるまで続きます"] {
        assert!(!buyer.page().text.contains(gone), "{gone}: {}", buyer.page().text);
    }
    let ended = stage.desk.load(&stage.plan).await;
    assert!(matches!(ended.state, PlanState::Ended { why: EndReason::Buyer, .. }));
    assert_eq!(ended.looked_at_on(), None);
    stage.world.deliver_twice(Delivery::Twice);
    stage.world.settle().await.unwrap();
    let told = told(&stage.world, mails);
    assert!(
        told.iter().any(|(to, subject)| to == "shopper@example.com" && subject.contains("解約しました")),
        "{told:?}"
    );
    assert!(told.iter().any(|(to, _)| to == "shop@example.jp"), "{told:?}");
    let mails = stage.world.mailbox().unwrap();
    let text = mails.iter().rev().find(|mail| mail.subject.contains("解約しました")).unwrap().text.clone().unwrap();
    assert!(text.contains("定期購入の内容を見る: http") && !text.contains("一時停止・解約"), "{text}");
    buyer.get(&format!("{card}?view=delete")).await;
    buyer.submit(&delete(buyer.page())).await;
    assert_eq!(buyer.page().heading(), "カードを削除しました");
}

#[tokio::test]
async fn a_buyer_stops_also_where_the_shop_may_not_trade() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    change_merchant(&stage.world, "4000", |merchant| merchant.status = domain::merchant::Status::Suspended).await;
    stage.world.advance(Duration::from_secs(31)).await.unwrap();
    let buyer = does(&stage, "stop").await;
    assert!(buyer.page().text.contains("解約しました"), "{}", buyer.page().text);
    let ended = stage.desk.load(&stage.plan).await;
    assert!(matches!(ended.state, PlanState::Ended { why: EndReason::Buyer, .. }), "{:?}", ended.state);
}

#[tokio::test]
async fn a_form_sent_twice_does_it_once_and_says_it_twice() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=stop", stage.address)).await;
    let stop = Submit::of(&form(buyer.page()));
    for _ in 0..2 {
        buyer.submit(&stop).await;
        assert!(buyer.page().text.contains("解約しました"));
    }
    assert_eq!(stage.desk.load(&stage.plan).await.version, 2);
}

#[tokio::test]
async fn what_a_buyer_paused_goes_on_and_what_the_shop_paused_does_not() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let mut buyer = does(&stage, "pause").await;
    assert!(buyer.page().text.contains("一時停止しました"), "{}", buyer.page().text);
    buyer.get(&format!("{}?view=resume", stage.address)).await;
    let said = "次回は、2026年12月28日(月)に1,000円を、保存したカードで決済します";
    assert!(buyer.page().text.contains(said), "{}", buyer.page().text);
    let paused = stage.desk.load(&stage.plan).await;
    assert!(matches!(paused.state, PlanState::Paused { why: PauseReason::Buyer, .. }));
    stage.world.advance(Duration::from_secs(50 * 24 * 3_600)).await.unwrap();
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), 1, "nothing is charged meanwhile");
    let stage = Stage { address: address(&stage.world, "一時停止しました"), ..stage };
    let mut expired = Shopper::new(&stage.world);
    expired.get(&stage.address).await;
    assert_eq!(expired.page().status, StatusCode::GONE, "thirty days are over");
    let stage = Stage { address: another_address(&stage).await, ..stage };
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=resume", stage.address)).await;
    let resume = Submit::of(&form(buyer.page()));
    buyer.submit(&resume).await;
    assert!(buyer.page().text.contains("再開しました"), "{}", buyer.page().text);
    let going = stage.desk.load(&stage.plan).await;
    assert_eq!(going.state, PlanState::Active(Progress::Waiting));
    assert!(going.nominal > japan_date(stage.world.now()), "the time between is not charged");

    stage.desk.write(&stage.plan, |plan| plan.paused(By::Merchant, stage.world.now())).await;
    buyer.get(&format!("{}?view=resume", stage.address)).await;
    assert!(buyer.page().form_by_id("ask").is_none() && buyer.page().by_id("resume").is_none());
    buyer.submit(&resume).await;
    assert!(buyer.page().text.contains("お手続きは行われませんでした"), "{}", buyer.page().text);
    assert!(matches!(stage.desk.load(&stage.plan).await.state, PlanState::Paused { why: PauseReason::Merchant, .. }));
}

#[tokio::test]
async fn what_is_unpaid_is_not_shed_by_a_pause_and_may_be_ended() {
    let stage = joined(cards::STORED_ONLY, Lang::Ja).await;
    until(&stage.world, "2026-12-28T00:30:00Z").await;
    let stage = Stage { address: another_address(&stage).await, ..stage };
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=pause", stage.address)).await;
    let pause = Submit::of(&form(buyer.page()));
    until(&stage.world, "2026-12-28T01:30:00Z").await;
    let failed = stage.desk.load(&stage.plan).await;
    assert!(matches!(failed.state, PlanState::Active(Progress::Retrying { .. })), "{failed:?}");
    let says_no_pause = |page: &Page| page.text.contains("お支払いが済んでいない間は、一時停止できません");
    let offers_to_end_alone = |page: &Page| {
        assert_eq!(page.heading(), "定期購入の内容");
        assert!(page.by_id("pause").is_none() && page.by_id("resume").is_none() && page.by_id("stop").is_some());
    };
    for view in ["", "?view=pause", "?view=resume"] {
        buyer.get(&format!("{}{view}", stage.address)).await;
        offers_to_end_alone(buyer.page());
        assert!(says_no_pause(buyer.page()), "{}", buyer.page().text);
    }
    buyer.submit(&pause).await;
    assert!(buyer.page().text.contains("お手続きは行われませんでした"), "by the form of before: {}", buyer.page().text);
    assert_eq!(stage.desk.load(&stage.plan).await, failed);

    stage.world.advance(Duration::from_secs(20 * 24 * 3_600)).await.unwrap();
    let unpaid = stage.desk.load(&stage.plan).await;
    assert!(matches!(unpaid.state, PlanState::Paused { why: PauseReason::Unpaid(_), .. }), "{unpaid:?}");
    for view in ["?view=pause", "?view=resume"] {
        buyer.get(&format!("{}{view}", stage.address)).await;
        offers_to_end_alone(buyer.page());
        assert!(!says_no_pause(buyer.page()), "it is paused");
    }
    let buyer = does(&stage, "stop").await;
    assert!(buyer.page().text.contains("解約しました"), "{}", buyer.page().text);
}

/// Asks for another address where an old one has run out, and takes it from the mail.
async fn another_address(stage: &Stage) -> String {
    another_address_in(stage, "ご案内します").await
}

async fn another_address_in(stage: &Stage, subject: &str) -> String {
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&stage.address).await;
    let ask = Submit::of(&form(buyer.page()));
    buyer.submit(&ask).await;
    assert!(!buyer.page().text.contains("豆の定期便"), "nothing is said of what it leads to");
    stage.world.settle().await.unwrap();
    address(&stage.world, subject)
}

#[tokio::test]
async fn who_comes_with_an_old_address_has_another_mailed_and_no_mailbox_is_filled() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    stage.desk.write(&stage.plan, |plan| plan.paused(By::Merchant, stage.world.now())).await;
    stage.world.advance(Duration::from_secs(31 * 24 * 3_600)).await.unwrap();
    let mails = stage.world.mailbox().unwrap().len();
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=stop", stage.address)).await;
    assert_eq!(buyer.page().status, StatusCode::GONE);
    assert!(!buyer.page().text.contains("豆の定期便") && !buyer.page().text.contains("デモショップ"));
    let ask = Submit::of(&form(buyer.page()));
    for _ in 0..5 {
        buyer.submit(&ask).await;
        assert!(buyer.page().text.contains("メールをお送りしました"));
    }
    let as_stop = Submit { body: ask.body.replace("act=link", "act=stop"), ..ask };
    buyer.submit(&as_stop).await;
    assert_eq!(buyer.page().status, StatusCode::GONE, "an old address does nothing else");
    stage.world.settle().await.unwrap();
    assert_eq!(stage.world.mailbox().unwrap().len(), mails + 1);
    buyer.get(&address(&stage.world, "ご案内します")).await;
    assert_eq!(buyer.page().heading(), "定期購入の内容");
}

#[tokio::test]
async fn a_change_holds_only_after_its_buyer_was_authenticated() {
    let stage = joined(cards::CHALLENGE, Lang::Ja).await;
    let asked = acquirer_calls(&stage.world, Kind::Authorize).await.len();
    let proposed = stage.desk.write(&stage.plan, |plan| plan.proposed(rate(1_500).unwrap()).ok()).await;
    stage.world.settle().await.unwrap();
    let mut buyer = Shopper::new(&stage.world);
    for choice in ["fail", "cancel"] {
        buyer.get(&format!("{}?view=agree", address(&stage.world, "条件の変更"))).await;
        assert!(buyer.page().text.contains("1,500円"), "{}", buyer.page().text);
        buyer.submit(&agreeing(buyer.page())).await;
        assert!(!buyer.page().text.contains("1円を支払う"));
        buyer.answer_the_issuer(choice).await;
        assert_eq!(buyer.page().heading(), "本人認証が完了しませんでした", "{choice}: {}", buyer.page().text);
        assert_eq!(stage.desk.load(&stage.plan).await, proposed, "{choice}");
    }
    buyer.get(&format!("{}?view=agree", stage.address)).await;
    let form = agreeing(buyer.page());
    buyer.submit(&form).await;
    buyer.answer_the_issuer("pass").await;
    assert!(buyer.page().text.contains("条件の変更を承りました"), "{}", buyer.page().text);
    let agreed = stage.desk.load(&stage.plan).await;
    assert_eq!((agreed.proposal, agreed.rate()), (None, rate(1_500).unwrap()));
    stage.world.deliver_twice(Delivery::Twice);
    stage.world.settle().await.unwrap();
    assert_eq!(stage.desk.load(&stage.plan).await, agreed, "the stream finds it done");
    let order = agreed.agreed_by.clone().unwrap();
    let proof = payment(&stage.world, "4000", order.as_str()).await.unwrap();
    assert!(matches!(proof.state, State::Failed { reason: Failure::Registered, .. }), "{:?}", proof.state);
    let text = inbound::page::agree_text(Lang::Ja, &proposed, rate(1_500).unwrap(), agreed.then.last().unwrap().from);
    assert!(text.contains("1,000円") && text.contains("1,500円"), "{text}");
    let shown = proof.details.terms.expect("what was shown is kept");
    assert_eq!(shown, domain::link::TermsShown::of(words::AGREE_TERMS, &text, shown.at), "{text}");
    assert_eq!(shown.at.as_second(), stage.world.now().as_second());
    let mut clerk = Clerk::owner(&stage.world).await;
    let page = clerk.get(&format!("/console/transactions/{order}")).await;
    assert!(page.text.contains(&shown.hash.to_string()) && page.text.contains("購入者が同意したとき"), "{}", page.text);
    assert_eq!(totals(&stage.world, &proof).await.standing, 0, "the one yen went back");
    buyer.submit(&form).await;
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), asked + 3, "each form asks once");
    assert_eq!(stage.desk.load(&stage.plan).await, agreed);
    let told = told(&stage.world, 0);
    assert!(told.iter().any(|(_, subject)| subject.contains("条件が変わります")), "{told:?}");
}

/// The form that agrees, with the card's code.
fn agreeing(page: &Page) -> Submit {
    let form = page.form_by_id("card").unwrap_or_else(|| panic!("{:?}: {}", page.heading(), page.text));
    Submit::of(&form.clone().with("card_code", "123"))
}

#[tokio::test]
async fn who_was_only_let_through_has_agreed_to_nothing() {
    let stage = joined(cards::VISA, Lang::En).await;
    change_merchant(&stage.world, "4000", |merchant| merchant.three_ds = ThreeDsPolicy::AtPayment).await;
    let rate = rate(1_500).unwrap();
    let proposed = stage.desk.write(&stage.plan, |plan| plan.proposed(rate).ok()).await;
    let mut first = payment(&stage.world, "4000", "10").await.unwrap();
    first.key = PaymentKey::new(first.key.merchant.clone(), OrderId::new("77").unwrap());
    first.origin = Origin::Agreement { plan: proposed.id.clone(), rate };
    for (reason, counts) in [(Failure::Registered, true), (Failure::NotAuthenticated, false), (Failure::Quiet, false)] {
        first.state = State::Failed { reason, decline: None, at: stage.world.now() };
        assert_eq!(domain::recurring::plan::agreed(&first).is_some(), counts, "{reason:?}");
    }
    first.state = State::Failed { reason: Failure::Registered, decline: None, at: stage.world.now() };
    first.origin = Origin::Page;
    assert_eq!(domain::recurring::plan::agreed(&first), None);
}

#[tokio::test]
async fn a_buyer_who_does_not_agree_says_so_and_what_was_withdrawn_can_not_be_agreed_to() {
    let stage = joined(cards::CHALLENGE, Lang::Ja).await;
    stage.desk.write(&stage.plan, |plan| plan.proposed(rate(1_500).unwrap()).ok()).await;
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=agree", stage.address)).await;
    let (agree, page) = (agreeing(buyer.page()), buyer.page().clone());
    let refuse = page.by_id("refuse").is_some();
    assert!(refuse, "a button beside the form");
    let refuse = Submit { body: agree.body.replace("act=agree", "act=refuse"), ..agree.clone() };

    // The shop wants still more meanwhile: neither answer is to what was shown.
    stage.desk.write(&stage.plan, |plan| plan.proposed(rate(2_000).unwrap()).ok()).await;
    let asked = acquirer_calls(&stage.world, Kind::Authorize).await.len();
    for stale in [&agree, &refuse] {
        buyer.submit(stale).await;
        assert!(buyer.page().text.contains("お手続きは行われませんでした"), "{}", buyer.page().text);
    }
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), asked, "nobody is asked");
    assert_eq!(stage.desk.load(&stage.plan).await.proposal, rate(2_000));

    buyer.get(&format!("{}?view=agree", stage.address)).await;
    let agree = agreeing(buyer.page());
    buyer.submit(&Submit { body: agree.body.replace("act=agree", "act=refuse"), ..agree.clone() }).await;
    assert!(buyer.page().text.contains("条件は変更されません"), "{}", buyer.page().text);
    let plan = stage.desk.load(&stage.plan).await;
    assert_eq!((plan.proposal, plan.rate()), (None, rate(1_000).unwrap()));
    assert_eq!(
        plan.agreed_to(rate(2_000).unwrap(), &plan.first_order, stage.world.now()),
        Err(ChangeError::NotProposed)
    );
}

#[tokio::test]
async fn what_has_to_be_mended_is_said_and_nobody_is_asked() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    stage.desk.write(&stage.plan, |plan| plan.proposed(rate(1_500).unwrap()).ok()).await;
    let asked = acquirer_calls(&stage.world, Kind::Authorize).await.len();
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=agree", stage.address)).await;
    let form = buyer.page().form_by_id("card").unwrap().clone().with("card_code", "12");
    buyer.submit(&Submit::of(&form)).await;
    assert_eq!(buyer.page().status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), asked);
}

#[tokio::test]
async fn a_form_belongs_to_its_plan_and_an_address_to_its_purpose() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let mut shopper = Shopper::new(&stage.world);
    shopper.open(&ShopRequest::new("4000", 1_000, "11").of_user("member-2", stage.world.now())).await;
    shopper.pay(&Card::of(cards::JCB).to_be_kept()).await;
    let theirs = stage.desk.join("11", 1_000, Lang::Ja).await;
    stage.world.settle().await.unwrap();
    let their_address = address(&stage.world, "お申し込み");
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=stop", stage.address)).await;
    let mine = Submit::of(&form(buyer.page()));
    buyer.submit(&Submit { action: their_address, ..mine.clone() }).await;
    assert_eq!(buyer.page().status, StatusCode::BAD_REQUEST);
    buyer.submit(&Submit { body: mine.body.replace("act=stop", "act=x"), ..mine.clone() }).await;
    assert_eq!(buyer.page().status, StatusCode::BAD_REQUEST);
    for plan in [&stage.plan, &theirs] {
        assert_eq!(stage.desk.load(plan).await.version, 1);
    }
    let as_card = stage.address.replace("/plan/", "/card/");
    let mut cut = stage.address.clone();
    cut.pop();
    for address in [as_card.as_str(), &cut, "/plan/x"] {
        buyer.get(address).await;
        assert_eq!(buyer.page().status, StatusCode::NOT_FOUND, "{address}");
        assert!(!buyer.page().text.contains("豆の定期便"), "{address}");
    }
    stage.world.advance(Duration::from_secs(121 * 60)).await.unwrap();
    buyer.submit(&mine).await;
    assert_eq!(buyer.page().status, StatusCode::BAD_REQUEST, "a form that was open for too long");
}

#[tokio::test]
async fn a_mail_of_what_moved_on_is_not_sent_any_more() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let mails = stage.world.mailbox().unwrap().len();
    let now = stage.world.now();
    stage.desk.write(&stage.plan, |plan| plan.paused(By::Buyer, now)).await;
    stage.desk.write(&stage.plan, |plan| plan.resumed(By::Buyer, now)).await;
    stage.world.settle().await.unwrap();
    let told = told(&stage.world, mails);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.contains("再開しました"), "{told:?}");
}

#[tokio::test]
async fn an_unpaid_plan_says_how_it_goes_on() {
    let stage = joined(cards::VISA, Lang::En).await;
    let unpaid = PlanState::Paused { at: stage.world.now(), why: PauseReason::Unpaid(DeclineCode::InsufficientFunds) };
    stage.desk.write(&stage.plan, |plan| Some(Plan { version: plan.version + 1, state: unpaid, ..plan.clone() })).await;
    stage.world.settle().await.unwrap();
    let mails = stage.world.mailbox().unwrap();
    let mail = mails.iter().find(|mail| mail.subject.contains("could not be charged")).unwrap();
    assert!(mail.text.as_ref().unwrap().contains("Change the card: http"), "{:?}", mail.text);
    let promise = "by 2027-01-07, ¥1,000 for this period is charged at once";
    assert!(mail.text.as_ref().unwrap().contains(promise), "{:?}", mail.text);
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&stage.address).await;
    assert!(buyer.page().text.contains(promise), "{}", buyer.page().text);
    assert!(buyer.page().by_id("stop").is_some() && buyer.page().by_id("resume").is_none());
}

/// Noon in Japan of the day on which the first period after joining is charged: 27 December 2026 is a Sunday.
async fn until_the_first_period(world: &World) {
    until(world, "2026-12-28T03:00:00Z").await;
}

async fn until(world: &World, instant: &str) {
    let instant: jiff::Timestamp = instant.parse().unwrap();
    world.advance(Duration::try_from(instant.duration_since(world.now())).unwrap()).await.unwrap();
}

#[tokio::test]
async fn another_card_is_tried_at_once_and_only_once() {
    let stage = joined(cards::STORED_ONLY, Lang::Ja).await;
    let mails = stage.world.mailbox().unwrap().len();
    until_the_first_period(&stage.world).await;
    let failed = stage.desk.load(&stage.plan).await;
    assert!(failed.period == 2 && failed.tries == 1, "{failed:?}");
    let subjects = told(&stage.world, mails);
    assert!(subjects.iter().any(|(_, subject)| subject.contains("できませんでした")), "{subjects:?}");
    let asked = acquirer_calls(&stage.world, Kind::Authorize).await.len();

    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=card", address(&stage.world, "でき"))).await;
    let form = buyer.page().form_by_id("card").unwrap().clone();
    let owed = "すぐに、お支払いがまだの「豆の定期便」の2026年12月28日(月)の分 1,000円を請求します";
    assert!(buyer.page().text.contains(owed), "{}", buyer.page().text);
    assert!(!buyer.page().text.contains("お支払いにはなりません"), "{}", buyer.page().text);
    let before = buyer.page().address.clone();
    let card = Card::of(cards::MASTERCARD);
    let form = form.with("card_number", &card.number).with("card_expiry", &card.expiry).with("card_code", &card.code);
    let form = Submit::of(&form.with("card_name", &card.holder).ticked("keep_card"));
    buyer.submit(&form).await;
    assert_eq!(buyer.page().heading(), "カードを変更しました", "{}", buyer.page().text);
    assert!(buyer.page().text.contains("1,000円を、新しいカードで請求しています"), "{}", buyer.page().text);
    let result = buyer.page().address.clone();
    stage.world.deliver_twice(Delivery::Twice);
    stage.world.settle().await.unwrap();
    buyer.get(&result).await;
    assert!(buyer.page().text.contains("1,000円を、新しいカードで請求しました"), "{}", buyer.page().text);
    buyer.get(&to_plan(buyer.page())).await;
    assert_eq!(buyer.page().heading(), "定期購入の内容", "from there back to the regular purchase");
    buyer.get(&before).await;
    assert_eq!(buyer.page().heading(), "このカードは変更済みです", "{}", buyer.page().text);
    buyer.get(&to_plan(buyer.page())).await;
    assert_eq!(buyer.page().heading(), "定期購入の内容", "and from where the browser goes back to");
    let paid = stage.desk.load(&stage.plan).await;
    assert_eq!((paid.period, paid.state), (3, PlanState::Active(Progress::Waiting)), "{paid:?}");
    let period = payment(&stage.world, "4000", stage.plan.order_of(2).order.as_str()).await.unwrap();
    let books = totals(&stage.world, &period).await;
    assert_eq!((books.standing, books.captured), (1, 1_000), "once");
    assert_eq!(
        acquirer_calls(&stage.world, Kind::Authorize).await.len(),
        asked + 2,
        "the card's registration and one try"
    );
    let receipt = stage.world.mailbox().unwrap().into_iter().rev().find(|mail| mail.subject.contains("お支払い完了"));
    let receipt = receipt.unwrap().text.unwrap();
    for part in ["/plan/", "解約", "定期購入番号", "次回の請求: 2027年1月27日(水) 1,000円"] {
        assert!(receipt.contains(part), "every charge's receipt says what comes and how to stop, {part}: {receipt}");
    }

    buyer.submit(&form).await;
    stage.world.settle().await.unwrap();
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), asked + 2, "sent again, nothing is tried");
    stage.world.advance(Duration::from_secs(14 * 24 * 3_600)).await.unwrap();
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), asked + 2, "nor by the retries of before");
}

#[tokio::test]
async fn another_card_is_told_to_the_shops_server_once_for_each_purchase_that_it_pays() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let mut buyer = Shopper::new(&stage.world);
    buyer.open(&ShopRequest::new("4000", 2_000, "11").of_user(USER, stage.world.now())).await;
    buyer.pay_kept("123").await;
    assert!(buyer.page().is_hand_over(), "{}", buyer.page().text);
    let second = stage.desk.join("11", 2_000, Lang::Ja).await;
    stage.world.settle().await.unwrap();
    stage.desk.write(&second, |plan| plan.paused(By::Buyer, stage.world.now())).await;
    let hook = Hook::at(&stage.world, "shop.example.com");
    hook.register("4000", Spoken::Json, &Told::CHOICES).await;

    stage.world.deliver_twice(Delivery::Twice);
    for (number, times) in [(cards::MASTERCARD, 1), (cards::JCB, 2)] {
        buyer.get(&format!("{}?view=card", stage.address)).await;
        let form = buyer.page().form_by_id("card").unwrap().clone();
        let form = form.with("card_number", number).with("card_expiry", "11/30").with("card_code", "123");
        buyer.submit(&Submit::of(&form.with("card_name", "TARO YAMADA").ticked("keep_card"))).await;
        assert_eq!(buyer.page().heading(), "カードを変更しました", "{}", buyer.page().text);
        stage.world.settle().await.unwrap();
        let ids: BTreeSet<(String, String)> = hook
            .calls()
            .iter()
            .map(Call::json)
            .filter(|body| body["type"] == "plan.card_changed")
            .map(|body| (body["data"]["plan"].as_str().unwrap().to_owned(), body["sequence"].to_string()))
            .collect();
        for plan in [&stage.plan, &second] {
            let told = ids.iter().filter(|(of, _)| of == plan.id.as_str()).count();
            assert_eq!(told, times, "{ids:?}");
        }
        assert_eq!(ids.len(), times * 2, "nothing else: {ids:?}");
    }
    let card = kept_card(&stage.world, "4000", USER).await.unwrap();
    let plans = [stage.desk.load(&stage.plan).await, stage.desk.load(&second).await];
    assert!(plans.iter().all(|plan| plan.card == Some(PlanCard::of(&card))));
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), 4, "nothing had failed, nothing is charged");
}

#[tokio::test]
async fn a_new_card_that_is_declined_too_is_tried_once_and_then_on_the_usual_days() {
    let stage = joined(cards::STORED_ONLY, Lang::En).await;
    until_the_first_period(&stage.world).await;
    let asked = acquirer_calls(&stage.world, Kind::Authorize).await.len();
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=card", address(&stage.world, "could not be charged"))).await;
    let form = buyer.page().form_by_id("card").unwrap().clone();
    let form = form.with("card_number", cards::STORED_ONLY).with("card_expiry", "11/30").with("card_code", "123");
    buyer.submit(&Submit::of(&form.with("card_name", "TARO YAMADA").ticked("keep_card"))).await;
    assert_eq!(buyer.page().heading(), "Your card was replaced", "{}", buyer.page().text);
    stage.world.deliver_twice(Delivery::Twice);
    stage.world.settle().await.unwrap();
    let plan = stage.desk.load(&stage.plan).await;
    assert!(matches!(plan.state, PlanState::Active(Progress::Retrying { .. })) && plan.period == 2, "{plan:?}");
    assert_eq!(acquirer_calls(&stage.world, Kind::Authorize).await.len(), asked + 2);
    assert_eq!(plan.tries, 2);
    let result = buyer.page().address.clone();
    buyer.get(&result).await;
    let said = "did not approve ¥1,000 for this period of “豆の定期便” with the new card either";
    assert!(buyer.page().text.contains(said), "{}", buyer.page().text);
}

/// Where a page leads to a regular purchase.
fn to_plan(page: &Page) -> String {
    let addresses = page.tags("a").filter_map(|tag| tag.attribute("href"));
    addresses.into_iter().find(|to| to.starts_with("/plan/")).unwrap_or_else(|| panic!("{}", page.text)).to_owned()
}

#[tokio::test]
async fn a_card_that_comes_too_late_is_promised_nothing_and_the_shops_word_is_told() {
    let stage = joined(cards::STORED_ONLY, Lang::En).await;
    until_the_first_period(&stage.world).await;
    let unpaid = PlanState::Paused { at: stage.world.now(), why: PauseReason::Unpaid(DeclineCode::LostCard) };
    let plan = stage.desk.load(&stage.plan).await;
    stage.desk.write(&plan, |plan| Some(Plan { version: plan.version + 1, state: unpaid, ..plan.clone() })).await;
    stage.world.settle().await.unwrap();
    let late: jiff::Timestamp = "2027-02-01T03:00:00Z".parse().unwrap();
    stage.world.advance(Duration::try_from(late.duration_since(stage.world.now())).unwrap()).await.unwrap();
    let stage = Stage { address: another_address_in(&stage, "The page of").await, ..stage };
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&stage.address).await;
    let text = buyer.page().text.clone();
    assert!(text.contains("Not paid yet") && text.contains("2026-12-28, ¥1,000"), "{text}");
    assert!(text.contains("the shop decides whether it is charged") && !text.contains("charged at once"), "{text}");
    buyer.get(&format!("{}?view=card", stage.address)).await;
    assert!(buyer.page().text.contains("The shop decides whether it is charged"), "{}", buyer.page().text);
    let form = buyer.page().form_by_id("card").unwrap().clone();
    let form = form.with("card_number", cards::MASTERCARD).with("card_expiry", "11/30").with("card_code", "123");
    buyer.submit(&Submit::of(&form.with("card_name", "TARO YAMADA").ticked("keep_card"))).await;
    stage.world.settle().await.unwrap();
    let asked = stage.desk.load(&stage.plan).await;
    assert!(matches!(asked.state, PlanState::Active(Progress::Asked { .. })), "{asked:?}");
    buyer.get(&stage.address).await;
    let text = buyer.page().text.clone();
    assert!(text.contains("Next payment") && text.contains("2027-03-01"), "{text}");
    assert!(!text.contains("2027-01-27"), "no day that is past is one to come: {text}");

    let mails = stage.world.mailbox().unwrap().len();
    stage.desk.write(&asked, |plan| plan.skipped(stage.world.now())).await;
    stage.world.deliver_twice(Delivery::Twice);
    stage.world.settle().await.unwrap();
    let mails: Vec<_> = stage.world.mailbox().unwrap().into_iter().skip(mails).collect();
    let told = mails.iter().find(|mail| mail.subject.contains("is not charged")).expect("the buyer is told");
    let text = told.text.as_ref().unwrap();
    assert!(text.contains("Not charged: 2026-12-28, 2027-01-27") && text.contains("2027-03-01, ¥1,000"), "{text}");
}

#[tokio::test]
async fn an_agreement_holds_though_the_browser_never_comes_back() {
    let stage = joined(cards::CHALLENGE, Lang::Ja).await;
    stage.desk.write(&stage.plan, |plan| plan.proposed(rate(1_500).unwrap()).ok()).await;
    let mut buyer = Shopper::new(&stage.world);
    buyer.get(&format!("{}?view=agree", stage.address)).await;
    buyer.submit(&agreeing(buyer.page())).await;
    buyer.go_to_the_issuer().await;
    buyer.choose("pass").await;
    buyer.come_back().await;
    assert_eq!(stage.desk.load(&stage.plan).await.rate(), rate(1_000).unwrap(), "not yet: nobody has looked");
    stage.world.deliver_twice(Delivery::Twice);
    stage.world.settle().await.unwrap();
    let agreed = stage.desk.load(&stage.plan).await;
    assert_eq!((agreed.rate(), agreed.proposal), (rate(1_500).unwrap(), None));
    buyer.see_result().await;
    assert!(buyer.page().text.contains("条件の変更を承りました"), "{}", buyer.page().text);
    assert_eq!(stage.desk.load(&stage.plan).await, agreed);
}

#[tokio::test]
async fn what_a_cardholder_had_the_issuer_stop_is_over_and_nobody_charges_it_again() {
    let stage = joined(cards::STOPPED, Lang::Ja).await;
    let (world, mails) = (&stage.world, stage.world.mailbox().unwrap().len());
    until_the_first_period(world).await;
    let ended = stage.desk.load(&stage.plan).await;
    assert!(matches!(ended.state, PlanState::Ended { why: EndReason::Network, .. }), "{:?}", ended.state);
    let told = told(world, mails);
    for reader in ["shopper@example.com", "shop@example.jp"] {
        assert!(told.iter().any(|(to, subject)| to == reader && subject.contains("終了")), "{reader}: {told:?}");
    }
    let asked = acquirer_calls(world, Kind::Authorize).await;
    let answers: Vec<_> = asked.iter().map(|call| call.outcome).collect();
    assert_eq!(answers, [Outcome::Approved, Outcome::Declined], "joining, and one try");

    // no click of an operator and no change of the amount
    let mut clerk = Clerk::owner(world).await;
    let address = format!("/console/recurring/{}", stage.plan.id);
    for act in ["charge", "skip", "resume", "change&amount=500&cycle=1", "change&amount=5000&cycle=1", "move&day=5"] {
        let page = clerk.get(&format!("{address}?act={act}")).await;
        assert!(page.forms.iter().all(|form| !form.action.contains("/recurring/")), "{act}: {}", page.text);
    }
    clerk.get("/console/charge?by=buyer").await;
    let form = clerk.form("/console/charge").clone().with("amount", "100").with("user", USER).with("order", "77");
    clerk.submit(&form).await;
    let confirmed = clerk.form("/console/charge").clone();
    let page = clerk.submit(&confirmed).await;
    assert_eq!((page.status, page.heading()), (StatusCode::CONFLICT, "このカードには、もう請求できません"));
    assert!(page.text.contains("お店からの請求の停止"), "{}", page.text);
    let desk = BatchDesk::of(world, "4000");
    let batch = desk.charge("rows", BatchDesk::file(&[("78", 100, USER)])).await;
    assert_eq!(desk.answers(&batch).await[0][2], "try_revoked");
    world.advance(Duration::from_secs(70 * 24 * 3_600)).await.unwrap();
    assert_eq!(acquirer_calls(world, Kind::Authorize).await.len(), 2, "nobody asked the acquirer again");

    // a new agreement, with another card
    let mut buyer = Shopper::new(world);
    buyer.open(&ShopRequest::new("4000", 1_000, "11").of_user("Member-2", world.now())).await;
    buyer.pay(&Card::of(cards::MASTERCARD).to_be_kept()).await;
    assert!(buyer.page().is_hand_over(), "{}", buyer.page().text);
    let anew = stage.desk.join("11", 1_000, Lang::Ja).await;
    world.advance(Duration::from_secs(60 * 24 * 3_600)).await.unwrap();
    assert!(stage.desk.load(&anew).await.period > 2, "it is charged");
    assert_eq!(stage.desk.load(&stage.plan).await, ended, "and what was stopped stays so");
}

#[tokio::test]
async fn who_has_no_card_any_more_gives_one_by_the_mails_link_and_is_authenticated() {
    let stage = joined(cards::VISA, Lang::Ja).await;
    let world = &stage.world;
    BatchDesk::of(world, "4000").delete(USER).await;
    until_the_first_period(world).await;
    let unpaid = stage.desk.load(&stage.plan).await;
    assert!(
        matches!(unpaid.state, PlanState::Paused { why: PauseReason::Unpaid(DeclineCode::CardMissing), .. }),
        "{:?}",
        unpaid.state
    );
    let asked = acquirer_calls(world, Kind::Authorize).await.len();
    let mut buyer = Shopper::new(world);
    let address = address(world, "でき");
    buyer.get(&address).await;
    let to_form = buyer.page().by_id("add-card").unwrap().attribute("href").unwrap().to_owned();
    buyer.get(&to_form).await;
    assert_eq!(buyer.page().heading(), "カードの登録");
    assert!(!buyer.page().text.contains("4242"), "{}", buyer.page().text);
    let form = buyer.page().form_by_id("card").unwrap().clone();
    let form = form.with("card_number", cards::CHALLENGE).with("card_expiry", "12/29").with("card_code", "123");
    let form = form.with("card_name", "TARO YAMADA");
    buyer.submit(&Submit::of(&form)).await;
    assert_eq!(buyer.page().status, StatusCode::UNPROCESSABLE_ENTITY, "without the consent nothing is tried");
    let again = buyer.page().form_by_id("card").unwrap().clone();
    let again = again.with("card_number", cards::CHALLENGE).with("card_expiry", "12/29").with("card_code", "123");
    let submit = Submit::of(&again.ticked("keep_card"));
    buyer.submit(&submit).await;
    buyer.answer_the_issuer("fail").await;
    assert!(
        kept_card(world, "4000", USER).await.is_none_or(|card| card.number.is_none()),
        "not authenticated, not kept"
    );
    let to_form = buyer.page().tags("a").filter_map(|tag| tag.attribute("href")).find(|to| to.contains("view=card"));
    let to_form = to_form.unwrap().to_owned();
    buyer.get(&to_form).await;
    let form = buyer.page().form_by_id("card").unwrap().clone();
    let form = form.with("card_number", cards::CHALLENGE).with("card_expiry", "12/29").with("card_code", "123");
    let submit = Submit::of(&form.with("card_name", "TARO YAMADA").ticked("keep_card"));
    buyer.submit(&submit).await;
    buyer.answer_the_issuer("pass").await;
    world.settle().await.unwrap();
    let kept = kept_card(world, "4000", USER).await.unwrap();
    assert!(kept.number.is_some() && kept.consent.scope.merchant_may_charge(), "{kept:?}");
    let paid = stage.desk.load(&stage.plan).await;
    assert_eq!((paid.period, paid.state), (3, PlanState::Active(Progress::Waiting)), "it is tried at once");
    assert_eq!(acquirer_calls(world, Kind::Authorize).await.len(), asked + 3, "two registrations and one try");
    buyer.submit(&submit).await;
    world.settle().await.unwrap();
    assert_eq!(acquirer_calls(world, Kind::Authorize).await.len(), asked + 3, "sent again, nothing is tried");
}
