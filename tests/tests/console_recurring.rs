//! Regular purchases in the console (console-recurring): who may do what, what comes of it, and what is never let go while its money is on the way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use domain::{
    Decline, Yen,
    acquirer::DeclineCode,
    audit::Action,
    recurring::{
        calendar::Cycle,
        offer::{FirstAmount, OfferChosen},
        plan::{By, Cause, EndReason, PauseReason, Plan, PlanState, Progress, Rate, Scheduled},
        retry::{Chance, Retry},
    },
    search::{PlanRow, PlanSearch},
    tries::{TriedBy, TryHistory},
};
use http::StatusCode;
use jiff::{SignedDuration, civil::date};
use local::{admin::GivenRole, world::World};
use store::{PlanSearches, SearchIndex, StoredHistory};
use system_tests::{
    BatchDesk, Clerk, Form, Page, RegularDesk, audit_log, card_tries, cards, change_merchant, fresh, offer_in, offers,
    plan_in, put_plan, search_table, staff, stored_plan,
};

const LIST: &str = "/console/recurring";
const OFFERS: &str = "/console/recurring/offers";
const ORDER: &str = "2026112101";

fn address(plan: &Plan) -> String {
    format!("{LIST}/{}", plan.id)
}

/// The button of the question in front.
fn pressed(page: &Page, act: &str) -> Form {
    let button = ("act".to_owned(), act.to_owned());
    let form = page.forms.iter().find(|form| form.buttons.contains(&button));
    form.unwrap_or_else(|| panic!("no button {act} on {:?}: {}", page.heading(), page.text)).clone().pressed("act", act)
}

/// The acts that a page offers.
fn offered(page: &Page) -> Vec<String> {
    let hrefs = page.tags("a").filter_map(|tag| tag.attribute("href"));
    hrefs.filter_map(|href| href.split_once("?act=").map(|(_, act)| act.to_owned())).collect()
}

async fn put(world: &World, state: PlanState) -> Plan {
    put_plan(world, &plan_in(world, ORDER, state)).await
}

/// Puts a plan whose date was two weeks ago.
async fn late(world: &World, state: PlanState) -> Plan {
    let plan = Plan { nominal: date(2026, 11, 4), ..plan_in(world, ORDER, state) };
    put_plan(world, &plan).await
}

/// Asks for an act and answers its question with yes.
async fn done(clerk: &mut Clerk, plan: &Plan, act: &str, typed: &str) -> Page {
    clerk.get(&format!("{}?act={}{typed}", address(plan), if act == "propose" { "change" } else { act })).await;
    let form = pressed(clerk.page(), act);
    clerk.submit(&form).await.clone()
}

async fn logged(world: &World) -> Vec<Action> {
    let mut actions: Vec<Action> = audit_log(world, "4000").await.into_iter().map(|entry| entry.action).collect();
    actions.retain(|action| !matches!(action, Action::SignedIn));
    actions
}

const WAITING: PlanState = PlanState::Active(Progress::Waiting);

#[tokio::test]
async fn a_list_is_searched_by_whatever_people_know_of_a_purchase() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(LIST).await;
    assert!(page.text.contains("定期購入はまだありません"), "{}", page.text);
    let alice = put(&world, WAITING).await;
    let bob = Plan {
        name: "鈴木 花子".to_owned(),
        mail: "hanako@example.jp".to_owned(),
        owner: domain::CardOwner::Order(domain::OrderId::new("77").unwrap()),
        item: "紅茶".to_owned(),
        ..plan_in(&world, "77", PlanState::Ended { at: world.now(), why: EndReason::Buyer })
    };
    put_plan(&world, &bob).await;
    for (query, both) in [
        ("", [true, true]),
        ("q=%E5%B1%B1%E7%94%B0", [true, false]), // 山田
        ("q=ALICE%40example.jp", [true, false]),
        ("q=alice", [true, false]), // the buyer id
        ("q=2026112101", [true, false]),
        ("q=77", [false, true]),
        (&format!("q={}", bob.id), [false, true]),
        ("q=%E7%B4%85%E8%8C%B6", [false, true]),                     // 紅茶
        (&format!("q={}", alice.order_of(2).order), [false, false]), // never charged: no payment leads there
        ("state=active", [true, false]),
        ("state=paused", [false, false]),
        ("state=ended", [false, true]),
        ("q=alice&state=ended", [false, false]),
        ("q=hanako%40example.jp&state=ended", [false, true]),
        ("q=nobody", [false, false]),
    ] {
        let page = clerk.get(&format!("{LIST}?{query}")).await;
        let links: Vec<&str> = page.tags("a").filter_map(|tag| tag.attribute("href")).collect();
        let found = [&alice, &bob].map(|plan| links.contains(&address(plan).as_str()));
        assert_eq!(found, both, "{query}: {}", page.text);
    }
    let page = clerk.get(LIST).await.clone();
    assert!(page.text.contains("1,980円") && page.text.contains("毎月"), "{}", page.text);
    assert!(page.text.contains("2026年12月28日(月)"), "the 27th is a Sunday: {}", page.text);
}

#[tokio::test]
async fn a_row_that_comes_late_takes_nothing_back() {
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let paused = plan.paused(By::Merchant, world.now()).unwrap();
    let index = SearchIndex::new(search_table(&world));
    for version in [&paused, &plan, &paused, &plan] {
        index.record_plan(&PlanRow::of(version)).await.unwrap();
    }
    let searches = PlanSearches::new(search_table(&world));
    for (standing, found) in [("paused", 1), ("active", 0), ("", 1)] {
        let search = PlanSearch::parse("", standing);
        let page = searches.page(&plan.merchant, &search, None, 10).await.unwrap();
        assert_eq!(page.rows, vec![PlanRow::of(&paused); found], "{standing}");
    }
}

#[tokio::test]
async fn pages_of_a_list_follow_each_other_and_lose_nobody() {
    let world = fresh().await;
    let mut ids = Vec::new();
    for number in 0..120_u32 {
        let state = if number % 2 == 0 { WAITING } else { PlanState::Active(Progress::Asked { at: world.now() }) };
        let joined_at = world.now() + SignedDuration::from_millis(i64::from(number / 3));
        let plan = Plan { joined_at, ..plan_in(&world, &format!("{}", 1_000 + number), state) };
        ids.push(put_plan(&world, &plan).await.id.to_string());
    }
    let mut clerk = Clerk::owner(&world).await;
    for (first, expected) in
        [(LIST.to_owned(), 120), (format!("{LIST}?state=active"), 120), (format!("{LIST}?state=attention"), 60)]
    {
        let mut next = Some(first.clone());
        let mut seen = Vec::new();
        while let Some(page) = next {
            let page = clerk.get(&page).await;
            let links = page.tags("a").filter_map(|tag| tag.attribute("href"));
            seen.extend(
                links
                    .filter_map(|href| href.strip_prefix("/console/recurring/"))
                    .map(str::to_owned)
                    .filter(|id| ids.contains(id)),
            );
            let older = page.tags("a").find(|tag| tag.attribute("rel") == Some("next"));
            next = older.and_then(|tag| tag.attribute("href")).map(str::to_owned);
        }
        assert_eq!(seen.len(), expected, "{first}");
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), expected, "{first}: somebody stands twice");
    }
}

#[tokio::test]
async fn a_purchase_shows_what_was_agreed_and_what_comes_next() {
    let world = fresh().await;
    BatchDesk::of(&world, "4000").keep("alice", cards::VISA).await;
    let plan = put(&world, WAITING).await;
    let mut clerk = Clerk::owner(&world).await;
    let text = clerk.get(&address(&plan)).await.text.clone();
    for part in [
        "継続中",
        "次回の決済日を待っています",
        "2回目",
        "2026年12月27日(日)",
        "2026年12月28日(月)",
        "2027年1月27日(水)",
        "コーヒー豆 200g",
        "coffee（第1版）",
        "Visa •••• 4242",
        "27日（土日祝日のときは翌営業日）",
        &plan.shown.hash.to_string(),
        "alice@example.jp",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(offered(clerk.page()), ["pause", "change", "move", "end"]);
    let mut reader = Clerk::owner(&world).await.speaking("en");
    reader.set_cookie("console-language", Some("en"));
    let text = reader.get(&address(&plan)).await.text.clone();
    for part in ["Active", "Waiting for the next date", "2026-12-28", "¥1,980 every month", "Offer"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("回目"), "{text}");
}

#[tokio::test]
async fn every_act_asks_first_and_a_viewer_may_only_look() {
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let mut viewer = staff(&world, "viewer@example.com", GivenRole::Viewer).await;
    let page = viewer.get(&address(&plan)).await;
    assert_eq!((page.status, offered(page).len()), (StatusCode::OK, 0));
    assert!(page.text.contains("担当者以上"), "{}", page.text);
    for act in ["pause", "end", "change", "move"] {
        let page = viewer.get(&format!("{}?act={act}", address(&plan))).await;
        assert_eq!((page.status, page.code()), (StatusCode::FORBIDDEN, "role_too_low"), "{act}");
    }
    let mut clerk = Clerk::owner(&world).await;
    for act in ["pause", "end"] {
        let page = clerk.get(&format!("{}?act={act}", address(&plan))).await;
        assert_eq!(page.status, StatusCode::OK);
        pressed(page, act);
    }
    assert_eq!(stored_plan(&world, &plan).await, plan, "looking changes nothing");
    let page = clerk.get(&format!("{}?act=charge", address(&plan))).await;
    assert!(page.text.contains("実行しませんでした"), "nothing is open: {}", page.text);
}

#[tokio::test]
async fn a_purchase_is_paused_taken_up_again_and_ended_by_the_merchant() {
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let mut clerk = Clerk::owner(&world).await;
    let page = done(&mut clerk, &plan, "pause", "").await;
    assert!(page.text.contains("停止しました") && page.text.contains("お店が停止しました"), "{}", page.text);
    let paused = stored_plan(&world, &plan).await;
    assert_eq!(paused.state, PlanState::Paused { at: world.now(), why: PauseReason::Merchant });
    assert_eq!(offered(&page), ["resume", "change", "move", "end"]);
    let page = done(&mut clerk, &plan, "resume", "").await;
    let resumed = stored_plan(&world, &plan).await;
    assert_eq!((resumed.state, resumed.period), (WAITING, 2), "its day is still to come: nothing is let go");
    assert!(page.text.contains("再開しました"), "{}", page.text);
    let page = done(&mut clerk, &plan, "end", "").await;
    assert!(page.text.contains("お店が終了しました") && offered(&page).is_empty(), "{}", page.text);
    let id = &plan.id;
    assert_eq!(
        logged(&world).await,
        [
            Action::PlanEnded { plan: id.clone() },
            Action::PlanResumed { plan: id.clone() },
            Action::PlanPaused { plan: id.clone() },
        ]
    );
}

#[tokio::test]
async fn a_question_that_was_overtaken_changes_nothing() {
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&format!("{}?act=end", address(&plan))).await;
    let form = pressed(clerk.page(), "end");
    let charged = plan.charged(2, world.now(), world.now()).unwrap();
    put_plan(&world, &charged).await;
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("実行しませんでした"), "{}", page.text);
    assert_eq!(stored_plan(&world, &plan).await.state, WAITING);
    assert_eq!(logged(&world).await, []);
    // Twice the same button: once.
    clerk.get(&format!("{}?act=end", address(&plan))).await;
    let form = pressed(clerk.page(), "end");
    clerk.submit(&form).await;
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("終了"), "{}", page.text);
    assert_eq!(logged(&world).await.len(), 1);
}

#[tokio::test]
async fn a_lower_amount_holds_from_the_next_period_and_a_higher_one_asks_the_buyer() {
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let mut clerk = Clerk::owner(&world).await;
    let rate = |yen: u32, months: u8| Rate { amount: Yen::new(yen).unwrap(), cycle: Cycle::new(months).unwrap() };
    for (typed, what) in [
        ("&amount=&cycle=1", "金額を入力"),
        ("&amount=abc&cycle=1", "数字で"),
        ("&amount=99999999&cycle=1", "までにしてください"),
        ("&amount=0&cycle=1", "までにしてください"),
        ("&amount=980&cycle=0", "周期を選んで"),
        ("&amount=1980&cycle=1", "今と同じ"),
    ] {
        let page = clerk.get(&format!("{}?act=change{typed}", address(&plan))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(page.text.contains(what), "{typed}: {}", page.text);
    }
    let form = clerk.get(&format!("{}?act=change", address(&plan))).await;
    assert!(form.text.contains("毎月") && form.text.contains("毎年"), "{}", form.text);
    let page =
        done(&mut clerk, &plan, "change", "&amount=１，５００円&cycle=1".replace('，', "%EF%BC%8C").as_str()).await;
    let changed = stored_plan(&world, &plan).await;
    assert_eq!(changed.then, [Scheduled { rate: rate(1_500, 1), from: date(2026, 12, 27) }]);
    assert!(page.text.contains("変更しました") && page.text.contains("1,500円"), "{}", page.text);
    // More, or sooner: nothing changes before the buyer agrees.
    clerk.get(&format!("{}?act=change&amount=2,500&cycle=1", address(&plan))).await;
    assert!(clerk.page().text.contains("alice@example.jp"), "{}", clerk.page().text);
    let page = done(&mut clerk, &plan, "propose", "&amount=2,500&cycle=1").await;
    let proposed = stored_plan(&world, &plan).await;
    assert_eq!((proposed.proposal, proposed.then), (Some(rate(2_500, 1)), changed.then));
    assert!(page.text.contains("購入者の同意を待っています"), "{}", page.text);
    let page = done(&mut clerk, &plan, "withdraw", "").await;
    assert!(page.text.contains("取り下げました"), "{}", page.text);
    assert_eq!(stored_plan(&world, &plan).await.proposal, None);
}

#[tokio::test]
async fn what_a_question_called_a_change_never_becomes_a_proposal_or_the_reverse() {
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get(&format!("{}?act=change&amount=980&cycle=1", address(&plan))).await;
    let form = pressed(clerk.page(), "change").with("amount", "9,800");
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("実行しませんでした"), "{}", page.text);
    assert_eq!(stored_plan(&world, &plan).await, plan);
    assert_eq!(logged(&world).await, []);
}

#[tokio::test]
async fn the_billing_day_is_moved_and_never_to_a_sooner_date() {
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let mut clerk = Clerk::owner(&world).await;
    for (typed, what) in [("32", "1から31"), ("0", "1から31"), ("", "1から31"), ("27", "今と同じ")] {
        let page = clerk.get(&format!("{}?act=move&day={typed}", address(&plan))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(page.text.contains(what), "{typed}: {}", page.text);
    }
    clerk.get(&format!("{}?act=move&day=10", address(&plan))).await;
    assert!(
        clerk.page().text.contains("2027年1月12日(火)"),
        "the 10th is a Sunday, the 11th a holiday: {}",
        clerk.page().text
    );
    done(&mut clerk, &plan, "move", "&day=10").await;
    let moved = stored_plan(&world, &plan).await;
    assert_eq!((moved.anchor.day(), moved.nominal), (10, date(2027, 1, 10)));
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap().into_iter().filter(|mail| mail.subject.contains("決済日が変わります"));
    let [mail] = &mails.collect::<Vec<_>>()[..] else { panic!("not told once: {:?}", world.mailbox().unwrap()) };
    assert_eq!(mail.to, [plan.mail.as_str()]);
    let text = mail.text.as_deref().unwrap();
    for part in ["毎月10日", "2027年1月12日(火)", "/plan/"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_period_that_is_past_its_date_is_charged_by_hand_or_let_go() {
    let world = fresh().await;
    let asked = PlanState::Active(Progress::Asked { at: world.now() });
    let plan = late(&world, asked).await;
    let mut clerk = Clerk::owner(&world).await;
    assert!(clerk.get("/console").await.text.contains("確認が必要な定期購入"), "{}", clerk.page().text);
    assert!(clerk.page().text.contains("山田 太郎"));
    let page = clerk.get(&address(&plan)).await;
    assert_eq!(offered(page), ["charge", "skip", "pause", "change", "end"]);
    let page = clerk.get(&format!("{}?act=charge", address(&plan))).await;
    assert!(page.text.contains("保存されたカードがありません"), "{}", page.text);
    BatchDesk::of(&world, "4000").keep("alice", cards::VISA).await;
    let page = clerk.get(&format!("{}?act=charge", address(&plan))).await;
    assert!(page.text.contains("Visa •••• 4242 に1,980円を請求します"), "{}", page.text);
    let form = pressed(page, "charge");
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("決済を指示しました"), "{}", page.text);
    let stands = stored_plan(&world, &plan).await;
    assert!(matches!(stands.state, PlanState::Active(Progress::Immediate { cause: Cause::ByHand, .. })), "{stands:?}");
    assert_eq!(
        logged(&world).await,
        [Action::PlanChargeAsked { plan: plan.id.clone(), period: 2, amount: Yen::new(1_980).unwrap() }]
    );
    // While it is about to be charged it can't be let go.
    let page = clerk.get(&format!("{}?act=skip", address(&plan))).await;
    assert!(page.text.contains("今まさに"), "{}", page.text);
    world.settle().await.unwrap();
    let charged = stored_plan(&world, &plan).await;
    assert_eq!((charged.state, charged.period, charged.nominal), (WAITING, 3, date(2026, 12, 27)));
    assert_eq!(RegularDesk::of(&world, "4000").calls(&plan, 2).await, (1, 0), "once");

    let world = fresh().await;
    let plan =
        late(&world, PlanState::Active(Progress::Asked { at: world.now() - SignedDuration::from_mins(5) })).await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(LIST).await;
    assert!(page.text.contains("2026年11月4日(水) から未決済"), "no past day is the next one: {}", page.text);
    let page = clerk.get(&address(&plan)).await;
    assert!(page.text.contains("決済日（過ぎています）"), "{}", page.text);
    let page = clerk.get(&format!("{}?act=skip", address(&plan))).await;
    assert!(
        page.text.contains("2026年11月4日(水) の決済を見送ります。次回は 2026年12月28日(月) に1,980円"),
        "{}",
        page.text
    );
    done(&mut clerk, &plan, "skip", "").await;
    let skipped = stored_plan(&world, &plan).await;
    assert_eq!((skipped.state, skipped.period, skipped.nominal), (WAITING, 3, date(2026, 12, 27)));
    assert!(clerk.get(&address(&plan)).await.text.contains("請求していません"), "period 2 was closed uncharged");
}

#[tokio::test]
async fn what_the_networks_forbid_is_no_matter_of_a_click() {
    let world = fresh().await;
    let plan = late(&world, PlanState::Active(Progress::Asked { at: world.now() })).await;
    let card = BatchDesk::of(&world, "4000").keep("alice", cards::VISA).await;
    let tried = card.tried(TriedBy::Merchant).unwrap();
    let mut history = TryHistory::new();
    for _ in 0..15 {
        history = history.declined(world.now(), tried.brand, &soft());
    }
    card_tries(&world).put(&tried, &StoredHistory::default(), history).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&format!("{}?act=charge", address(&plan))).await;
    assert!(
        page.text.contains("まで再試行できません") && page.forms.iter().all(|form| form.action == "/console/logout")
    );
    let stands = card_tries(&world).load(&tried).await.unwrap();
    let never = stands.history.declined(world.now(), tried.brand, &Decline { code: DeclineCode::LostCard, ..soft() });
    card_tries(&world).put(&tried, &stands, never).await.unwrap();
    let page = clerk.get(&format!("{}?act=charge", address(&plan))).await;
    assert!(page.text.contains("今後請求できません"), "{}", page.text);
    assert_eq!(stored_plan(&world, &plan).await, plan);
}

#[tokio::test]
async fn what_the_operator_does_not_allow_is_no_matter_of_a_click() {
    let world = fresh().await;
    let plan = late(&world, PlanState::Active(Progress::Asked { at: world.now() })).await;
    BatchDesk::of(&world, "4000").keep("alice", cards::VISA).await;
    let most = Yen::new(plan.rate().amount.get() - 1).unwrap();
    change_merchant(&world, "4000", |merchant| merchant.floors.max_amount = most).await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&format!("{}?act=charge", address(&plan))).await;
    assert!(page.text.contains("運営者が定めた1件の上限"), "{}", page.text);
    assert!(page.forms.iter().all(|form| form.action == "/console/logout"));
    assert_eq!(stored_plan(&world, &plan).await, plan);
}

fn soft() -> Decline {
    Decline { code: DeclineCode::InsufficientFunds, network_code: None, advice_code: None, authentication: None }
}

#[tokio::test]
async fn an_unpaid_purchase_says_why_and_how_it_goes_on() {
    let world = fresh().await;
    let unpaid = |code| PlanState::Paused { at: world.now(), why: PauseReason::Unpaid(code) };
    let plan = late(&world, unpaid(DeclineCode::InsufficientFunds)).await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&address(&plan)).await;
    assert!(page.text.contains("カードが承認されないため") && page.text.contains("利用可能額の不足"), "{}", page.text);
    assert_eq!(offered(page), ["charge", "pause", "resume", "change", "end"]);
    // Nothing is let go in the minutes in which a charge may be on its way.
    let page = clerk.get(&format!("{}?act=resume", address(&plan))).await;
    assert!(page.text.contains("今まさに"), "{}", page.text);
    world.advance(Duration::from_secs(300)).await.unwrap();
    let page = clerk.get(&format!("{}?act=resume", address(&plan))).await;
    assert!(page.text.contains("請求しません"), "{}", page.text);
    // A card that must never be tried again is no matter of a click.
    let plan = late(&world, unpaid(DeclineCode::LostCard)).await;
    let page = clerk.get(&address(&plan)).await;
    assert!(!offered(page).contains(&"charge".to_owned()), "{:?}", offered(page));
}

#[tokio::test]
async fn a_period_whose_payment_is_being_checked_is_neither_let_go_nor_charged_again() {
    let world = fresh().await;
    let next = Retry { at: world.now() + SignedDuration::from_hours(48), chance: Chance::Last };
    let state = PlanState::Active(Progress::Retrying { code: DeclineCode::InsufficientFunds, next });
    let plan = late(&world, state).await;
    let [open, paid] = of_period(&world, &plan);
    system_tests::smuggle_payment(&world, &open).await;
    let mut clerk = Clerk::owner(&world).await;
    assert!(clerk.get(&address(&plan)).await.text.contains("確認中"), "{}", clerk.page().text);
    assert!(clerk.page().text.contains("最後の再試行"), "{}", clerk.page().text);
    for act in ["skip", "charge"] {
        let page = clerk.get(&format!("{}?act={act}", address(&plan))).await;
        assert!(page.text.contains("結果を確認中です"), "{act}: {}", page.text);
    }
    system_tests::smuggle_payment(&world, &paid).await;
    for act in ["skip", "charge"] {
        let page = clerk.get(&format!("{}?act={act}", address(&plan))).await;
        assert!(page.text.contains("この回の決済は完了しています"), "{act}: {}", page.text);
    }
    // The payment's page leads to its purchase, and the purchase to its payment.
    let page = clerk.get(&format!("/console/transactions/{}", paid.key.order)).await;
    assert!(page.tags("a").any(|tag| tag.attribute("href") == Some(address(&plan).as_str())), "{}", page.text);
    let payment = format!("/console/transactions/{}", paid.key.order);
    let page = clerk.get(&address(&plan)).await;
    assert!(page.tags("a").any(|tag| tag.attribute("href") == Some(payment.as_str())), "{}", page.text);
    assert_eq!(logged(&world).await, []);
}

/// The payment of the period that comes next: begun, and approved.
fn of_period(world: &World, plan: &Plan) -> [domain::Payment; 2] {
    use domain::{
        Approval, LeaseId, MaskedCard, Payment,
        acquirer::AuthorizeOutcome,
        payment::{Decision, Details, Intent, Interface, Lease, Order},
    };
    let now = world.now();
    let order = Order {
        key: plan.order_of(plan.period),
        amount: plan.rate().amount,
        interface: Interface::Regular,
        origin: plan.id.origin_of(plan.period),
        details: Details::default(),
        attempts_allowed: 10,
    };
    let expiry = domain::Expiry::parse("12/40", date(2026, 11, 21)).unwrap();
    let intent = Intent {
        generation: 0,
        n: 1,
        nonce: plan.nonce_of(plan.period, 1),
        lease: Lease { id: LeaseId::from_random([1; 8]), until: now + SignedDuration::from_hours(1) },
        initiator: domain::Initiator::MerchantRecurring,
        card: MaskedCard { brand: domain::Brand::Visa, last4: "4242".to_owned(), expiry },
        holder: "TARO".to_owned(),
        fingerprint: None,
        card_id: None,
        keeping: None,
    };
    let Decision::Start(payment) = Payment::decide(None, &order, &intent, now) else { panic!("it begins") };
    let approval = Approval {
        acquirer_id: "a1".to_owned(),
        network_id: None,
        valid_until: None,
        captured: true,
        authentication: None,
        token: None,
    };
    let paid = payment.resolve(AuthorizeOutcome::Approved(approval), now).unwrap();
    [*payment, paid]
}

#[tokio::test]
async fn a_list_is_downloaded_harmless_and_noted() {
    let world = fresh().await;
    let plan = Plan { name: "=cmd".to_owned(), ..plan_in(&world, ORDER, WAITING) };
    put_plan(&world, &plan).await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get("/console/recurring/download?state=active").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert!(text.starts_with('\u{feff}') && lines.len() == 2, "{text}");
    let expected = format!(
        "{},継続中,'=cmd,alice@example.jp,alice,コーヒー豆 200g,1980,1,2026-12-27,2026-12-28,2026-11-21,{ORDER}",
        plan.id
    );
    assert_eq!(lines[1], expected);
    assert_eq!(logged(&world).await, [Action::PlansFetched { rows: 1 }]);
    clerk.get("/console/recurring/download?state=ended").await;
    assert_eq!(logged(&world).await[0], Action::PlansFetched { rows: 0 });
}

/// The form for a new offer, filled in.
async fn new_offer(clerk: &mut Clerk) -> Form {
    clerk.get("/console/recurring/new-offer").await;
    let form = clerk.form(OFFERS).clone().with("id", "tea").with("item", "紅茶").with("first_amount", "５００円");
    let form = form.with("amount", "1,200").chosen("cycle", "3").with("trial", "14").with("times", "");
    form.with("quantity", "毎回1箱")
        .with("delivery", "5日以内")
        .with("withdrawal", "いつでも解約できます")
        .pressed("act", "preview")
}

#[tokio::test]
async fn an_offer_is_made_by_a_form_that_shows_what_the_buyer_will_see() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    assert!(clerk.get(OFFERS).await.text.contains("コーヒー豆 200g 定期便"), "of the demo: {}", clerk.page().text);
    let form = new_offer(&mut clerk).await;
    let page = clerk.submit(&form).await;
    assert_eq!(page.status, StatusCode::OK);
    // Joined on 21 November with 14 days of trial: to 4 December, so the 27th of December, then every 3 months.
    for part in [
        "紅茶",
        "500円",
        "3か月ごと 1,200円",
        "2026年12月4日(金)までの14日間",
        "2回目: 2026年12月28日(月) 1,200円",
        "2027年3月29日(月)",
        "いつでも解約できます",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(
        page.text.contains("5,300円（お申し込みから1年間"),
        "500 and four times 1,200 within a year: {}",
        page.text
    );
    let mend = pressed(page, "mend");
    let save = pressed(page, "save");
    assert_eq!(clerk.submit(&mend).await.forms.iter().find_map(|form| form.value("item")), Some("紅茶"));
    let page = clerk.submit(&save).await;
    assert!(page.text.contains("商品を登録しました"), "{}", page.text);
    assert!(clerk.submit(&save).await.text.contains("商品を登録しました"), "the same form again is the same offer");
    let merchant = offer_in(&world).merchant;
    let mut made = offers(&world).all(&merchant).await.unwrap();
    made.retain(|offer| offer.id.as_str() == "tea");
    assert_eq!((made.len(), made[0].version, made[0].cycle.months()), (1, 1, 3));
    assert_eq!(made[0].first, FirstAmount::Charged(Yen::new(500).unwrap()));
    assert_eq!(logged(&world).await, [Action::OfferMade { offer: made[0].id.clone(), version: 1 }]);
    let form = new_offer(&mut clerk).await.with("amount", "9");
    assert!(clerk.submit(&form).await.text.contains("すでにあります"), "another offer of that name");
}

#[tokio::test]
async fn every_field_of_an_offer_that_is_wrong_is_named() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    for (field, value, what) in [
        ("id", "", "商品の識別名を入力"),
        ("id", "お茶", "半角の英数字"),
        ("item", "", "商品・サービスを入力"),
        ("item", "4242 4242 4242 4242", "カード番号は入れられません"),
        ("first_amount", "", "初回の金額を入力"),
        ("amount", "abc", "数字で入力"),
        ("amount", "99999999", "までにしてください"),
        ("trial", "367", "お試し期間は1から366"),
        ("trial", "x", "お試し期間は1から366"),
        ("times", "1", "回数は2から999"),
        ("delivery", "", "引渡・提供の時期を入力"),
        ("withdrawal", &"あ".repeat(501), "長すぎます"),
    ] {
        let form = new_offer(&mut clerk).await.with(field, value);
        let page = clerk.submit(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(page.text.contains(what), "{field} {value}: {}", page.text);
    }
    let form = new_offer(&mut clerk).await.with("first_amount", "").chosen("first", "free");
    let page = clerk.submit(&form).await;
    assert!(page.status == StatusCode::OK && page.text.contains("無料（カードの登録だけを行います）"), "{}", page.text);
    assert_eq!(logged(&world).await, []);
}

#[tokio::test]
async fn another_version_leaves_those_who_joined_what_they_agreed_to() {
    let world = fresh().await;
    let before = offer_in(&world);
    offers(&world).put(None, &before).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let address = format!("{OFFERS}/coffee");
    clerk.get(&format!("{address}?act=change")).await;
    let form = clerk.form(&address).clone();
    assert_eq!((form.value("amount"), form.value("item")), (Some("1980"), Some("コーヒー豆 200g")));
    clerk.submit(&form.with("amount", "2,200").pressed("act", "preview")).await;
    let save = pressed(clerk.page(), "save");
    let page = clerk.submit(&save).await;
    assert!(page.text.contains("新しい版を登録しました"), "{}", page.text);
    let newest = offers(&world).load(&before.merchant, &before.id).await.unwrap().unwrap();
    assert_eq!((newest.version, newest.amount.get()), (2, 2_200));
    let first = OfferChosen { id: before.id.clone(), version: 1 };
    assert_eq!(offers(&world).version(&before.merchant, &first).await.unwrap(), Some(before.clone()));
    assert!(clerk.submit(&save).await.text.contains("別の人が先に変更した"), "a form of the version before");
    clerk.get(&format!("{address}?act=withdraw")).await;
    let form = pressed(clerk.page(), "withdraw");
    assert!(clerk.submit(&form).await.text.contains("受付を終了しました"), "{}", clerk.page().text);
    let newest = offers(&world).load(&before.merchant, &before.id).await.unwrap().unwrap();
    assert!(newest.withdrawn_at.is_some() && newest.version == 3);
    // It can be opened again, by another version.
    clerk.get(&format!("{address}?act=change")).await;
    let form = clerk.form(&address).clone().pressed("act", "preview");
    clerk.submit(&form).await;
    let save = pressed(clerk.page(), "save");
    clerk.submit(&save).await;
    assert_eq!(offers(&world).load(&before.merchant, &before.id).await.unwrap().unwrap().withdrawn_at, None);
}

#[tokio::test]
async fn an_offer_shows_what_a_shops_form_has_to_send() {
    let world = fresh().await;
    let offer = offer_in(&world);
    offers(&world).put(None, &offer).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    assert!(clerk.get(&format!("{OFFERS}/coffee")).await.text.contains("未設定"), "{}", clerk.page().text);
    system_tests::change_merchant(&world, "4000", |merchant| {
        let kind = domain::merchant::RegularKind::parse("3").unwrap();
        merchant.regular.kinds.insert(kind, offer.id.clone());
    })
    .await;
    world.advance(Duration::from_secs(120)).await.unwrap();
    let page = clerk.get(&format!("{OFFERS}/coffee")).await;
    for part in ["name=\"amount\" value=\"1980\"", "name=\"regular\" value=\"on\"", "name=\"regular_kind\" value=\"3\""]
    {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
}

#[tokio::test]
async fn the_read_model_is_made_anew_by_the_operator() {
    use local::admin::{Admin, IndexCommand};
    let world = fresh().await;
    let plan = put(&world, WAITING).await;
    let lines =
        system_tests::administer(&world, Admin::Index(IndexCommand::Rebuild { merchant: "4000".to_owned() })).await;
    assert!(lines[0].contains("1 regular purchases"), "{lines:?}");
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(LIST).await;
    assert!(page.tags("a").any(|tag| tag.attribute("href") == Some(address(&plan).as_str())));
}
