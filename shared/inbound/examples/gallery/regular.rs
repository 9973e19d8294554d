//! Samples of regular purchases: the buyer's page in every state, and every mail.

use domain::{
    Brand, CardError, CardOwner, Lang, MerchantId, OrderId, PaymentKey, Yen,
    acquirer::DeclineCode,
    card::ConsentScope,
    link::{Terms, TermsShown},
    merchant::Mode,
    payment::Reader,
    recurring::{
        calendar::{Anchor, Cycle},
        offer::{FirstAmount, Offer, OfferId, Times},
        plan::{
            Cause, EndReason, Paid, PauseReason, Plan, PlanId, PlanState, PlanTidings, Progress, Rate, ReminderKind,
            Scheduled,
        },
        retry::{Chance, Retry},
    },
};
use inbound::page::{
    self, KeptEntry, LanguageSwitch, Page, PastCharge, PlanAct, PlanAgree, PlanAsk, PlanDone, PlanOverview, PlanPage,
    PlanView, Shop,
    mail::{Mail, PlanNews, plan_news},
};
use jiff::{Timestamp, civil::date};
use words::FormProblem;

use super::kept_card;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rate(amount: u32, months: u8) -> Rate {
    Rate { amount: Yen::new(amount).unwrap(), cycle: Cycle::new(months).unwrap() }
}

fn plan(lang: Lang, state: PlanState) -> Plan {
    let (merchant, order) = (MerchantId::new("4000").unwrap(), OrderId::new("100").unwrap());
    let (item, name) = match lang {
        Lang::Ja => ("深煎りブレンド 200g 定期便", "山田 太郎"),
        Lang::En => ("Dark roast blend, 200 g, by subscription", "Taro Yamada"),
    };
    Plan {
        id: PlanId::of(&PaymentKey::new(merchant.clone(), order.clone())),
        merchant,
        version: 3,
        offer: OfferId::new("coffee").unwrap(),
        offer_version: 1,
        item: item.to_owned(),
        owner: CardOwner::Order(order.clone()),
        name: name.to_owned(),
        mail: "taro@example.jp".to_owned(),
        lang,
        first_order: order,
        joined_at: at("2026-11-30T02:00:00Z"),
        trial_until: None,
        shown: TermsShown::of(1, "", at("2026-11-30T02:00:00Z")),
        anchor: Anchor::USUAL,
        agreed: rate(2_000, 1),
        then: Vec::new(),
        proposal: None,
        times: None,
        period: 3,
        nominal: date(2027, 1, 27),
        tries: 0,
        first_failed: None,
        paid: Some(Paid { period: 2, amount: Yen::new(2_000).unwrap() }),
        reminded: 1,
        last_told: 0,
        announced: None,
        card_warned: None,
        card: None,
        changed_card: None,
        agreed_by: None,
        left_out: Vec::new(),
        link_asked: None,
        state,
    }
}

/// The day on which the pages are looked at and the mails written.
const NOW: &str = "2027-01-27T03:00:00Z";

const WAITING: PlanState = PlanState::Active(Progress::Waiting);

fn states() -> [(&'static str, PlanState); 8] {
    let retry = |chance| {
        PlanState::Active(Progress::Retrying {
            code: DeclineCode::InsufficientFunds,
            next: Retry { at: at("2027-01-28T01:00:00Z"), chance },
        })
    };
    let since = at("2027-01-27T01:00:00Z");
    [
        ("active", WAITING),
        ("retrying", retry(Chance::Further)),
        ("last-try", retry(Chance::Last)),
        ("charging", PlanState::Active(Progress::Immediate { at: since, cause: Cause::NewCard })),
        ("asked", PlanState::Active(Progress::Asked { at: since })),
        ("paused", PlanState::Paused { at: since, why: PauseReason::Buyer }),
        ("unpaid", PlanState::Paused { at: since, why: PauseReason::Unpaid(DeclineCode::InsufficientFunds) }),
        ("ended", PlanState::Ended { at: since, why: EndReason::Buyer }),
    ]
}

/// The page of a regular purchase, in every state.
pub(super) fn pages<'a>(lang: Lang, shop: &Shop<'a>, language: Option<LanguageSwitch<'a>>) -> Vec<(String, Page)> {
    let visa = kept_card(Brand::Visa, "4242");
    let kept = KeptEntry { card: &visa, since: at("2026-11-30T02:00:00Z"), scope: ConsentScope::Both, expired: false };
    let paid = |at_text: &str| PastCharge {
        at: at(at_text),
        amount: Yen::new(2_000).unwrap(),
        receipt: "/receipt/sealed-handle".to_owned(),
    };
    let past = [paid("2026-12-28T01:00:00Z"), paid("2026-11-30T02:00:00Z")];
    let action = "/plan/sealed-handle";
    let render = |shop, view: PlanView<'_>| page::plan(&PlanPage { lang, shop, view, language });
    let show = |plan: &Plan, done| {
        let card = Some((kept, "/card/sealed-handle"));
        render(Some(shop), PlanView::Overview(PlanOverview { plan, card, past: &past, action, done, now: at(NOW) }))
    };
    let mut pages = Vec::new();
    for (name, state) in states() {
        pages.push((format!("plan-{name}"), show(&plan(lang, state), None)));
    }
    let active = plan(lang, WAITING);
    let proposed = Plan { proposal: Some(rate(2_400, 1)), ..active.clone() };
    let agreed = Plan { then: vec![Scheduled { rate: rate(2_400, 1), from: date(2027, 2, 27) }], ..active.clone() };
    let [.., (_, paused), _, (_, ended)] = states();
    let (paused, ended) = (plan(lang, paused), plan(lang, ended));
    pages.push(("plan-proposed".to_owned(), show(&proposed, None)));
    pages.push(("plan-agreed".to_owned(), show(&agreed, Some(PlanDone::Agreed))));
    pages.push(("plan-stopped".to_owned(), show(&ended, Some(PlanDone::Act(PlanAct::Stop)))));
    pages.push(("plan-moved".to_owned(), show(&active, Some(PlanDone::Moved))));
    for act in [PlanAct::Pause, PlanAct::Resume, PlanAct::Stop] {
        let plan = if act == PlanAct::Resume { &paused } else { &active };
        let ask = PlanAsk { act, plan, action, token: "sealed-token", now: at(NOW) };
        pages.push((format!("plan-{}", act_name(act)), render(Some(shop), PlanView::Ask(ask))));
    }
    let code = [FormProblem::Card(CardError::CodeMissing)];
    let agree = PlanAgree {
        plan: &proposed,
        rate: rate(2_400, 1),
        from: date(2027, 2, 27),
        card: Some(kept),
        action,
        token: "sealed-token",
        problems: &[],
        asks_consent: true,
    };
    for (name, view) in [
        ("plan-agree", PlanView::Agree(agree)),
        ("plan-agree-problem", PlanView::Agree(PlanAgree { problems: &code, ..agree })),
        ("plan-not-agreed", PlanView::NotAgreed { again: action }),
        ("plan-checking", PlanView::Checking { address: action }),
    ] {
        pages.push((name.to_owned(), render(Some(shop), view)));
    }
    for (name, view) in [
        ("plan-expired", PlanView::Expired { action }),
        ("plan-link-sent", PlanView::LinkSent),
        ("plan-not-there", PlanView::NotThere),
    ] {
        pages.push((name.to_owned(), render(None, view)));
    }
    pages
}

/// Names of the questions that are not those of a state.
const fn act_name(act: PlanAct) -> &'static str {
    match act {
        PlanAct::Pause => "pause",
        PlanAct::Resume => "resume",
        PlanAct::Stop => "stop",
    }
}

fn offer(lang: Lang) -> Offer {
    let text = |ja: &str, en: &str| match lang {
        Lang::Ja => ja.to_owned(),
        Lang::En => en.to_owned(),
    };
    Offer {
        id: OfferId::new("coffee").unwrap(),
        merchant: MerchantId::new("4000").unwrap(),
        version: 1,
        item: plan(lang, WAITING).item,
        first: FirstAmount::Charged(Yen::new(980).unwrap()),
        amount: Yen::new(2_000).unwrap(),
        cycle: Cycle::MONTHLY,
        trial: None,
        times: None,
        terms: Terms {
            quantity: text("毎月1袋", "1 bag a month"),
            shipping: text("送料込み", "Shipping included"),
            payment_time: text("毎月27日に決済", "Charged on the 27th of each month"),
            delivery: text("決済から3営業日以内に発送", "Sent within 3 working days"),
            withdrawal: text(
                "次回の決済日の前日まで、いつでも解約できます。",
                "End it at any time before the next payment.",
            ),
        },
        made_at: at("2026-11-01T00:00:00Z"),
        withdrawn_at: None,
    }
}

/// Every mail about a regular purchase, by name.
pub(super) fn mails(lang: Lang, merchant: &str) -> Vec<(String, Mail)> {
    let [(_, active), (_, retrying), (_, last), _, (_, asked), (_, paused), (_, unpaid), (_, ended)] = states();
    let since = at("2027-01-27T01:00:00Z");
    let by_shop = PlanState::Paused { at: since, why: PauseReason::Merchant };
    let over = |why| PlanState::Ended { at: since, why };
    let (payer, to_shop) = (Reader::Payer, Reader::Shop);
    let reminded = PlanTidings::Reminded;
    let (offer, card) = (offer(lang), kept_card(Brand::Visa, "4242"));
    let joined =
        Plan { period: 2, nominal: date(2026, 12, 27), times: Some(Times::new(12).unwrap()), ..plan(lang, active) };
    let trial =
        Plan { period: 2, nominal: date(2026, 12, 27), trial_until: Some(date(2026, 12, 13)), ..plan(lang, active) };
    let skipped = Plan { left_out: vec![date(2026, 12, 27)], ..plan(lang, active) };
    let proposed = Plan { proposal: Some(rate(2_400, 1)), ..plan(lang, active) };
    let changed =
        Plan { then: vec![Scheduled { rate: rate(1_800, 1), from: date(2027, 2, 27) }], ..plan(lang, active) };
    let tried = |state| Plan { tries: 1, first_failed: Some(date(2027, 1, 27)), ..plan(lang, state) };
    let moved = Plan { anchor: Anchor::new(31).unwrap(), nominal: date(2027, 1, 31), ..plan(lang, active) };
    let yearly = Plan { agreed: rate(24_000, 12), nominal: date(2030, 11, 27), ..plan(lang, active) };
    [
        ("joined", PlanTidings::Joined, payer, joined.clone()),
        ("shop-joined", PlanTidings::Joined, to_shop, joined),
        ("failed", PlanTidings::Failed, payer, tried(retrying)),
        ("held-back", PlanTidings::Failed, payer, plan(lang, retrying)),
        ("last-try", PlanTidings::LastTry, payer, tried(last)),
        ("unpaid", PlanTidings::Unpaid, payer, tried(unpaid)),
        ("without-card", PlanTidings::Unpaid, payer, plan(lang, unpaid)),
        ("shop-unpaid", PlanTidings::Unpaid, to_shop, tried(unpaid)),
        ("shop-asked", PlanTidings::Asked, to_shop, plan(lang, asked)),
        ("skipped", PlanTidings::Skipped, payer, skipped),
        ("proposed", PlanTidings::Proposed, payer, proposed),
        ("changed", PlanTidings::Changed, payer, changed),
        ("moved", PlanTidings::Moved, payer, moved),
        ("paused", PlanTidings::Paused, payer, plan(lang, paused)),
        ("paused-by-shop", PlanTidings::Paused, payer, plan(lang, by_shop)),
        ("shop-paused", PlanTidings::Paused, to_shop, plan(lang, paused)),
        ("resumed", PlanTidings::Resumed, payer, plan(lang, active)),
        ("ended", PlanTidings::Ended, payer, plan(lang, ended)),
        ("ended-by-shop", PlanTidings::Ended, payer, plan(lang, over(EndReason::Merchant))),
        ("ended-by-network", PlanTidings::Ended, payer, plan(lang, over(EndReason::Network))),
        ("completed", PlanTidings::Ended, payer, plan(lang, over(EndReason::Completed))),
        ("shop-ended", PlanTidings::Ended, to_shop, plan(lang, ended)),
        ("trial-ends", reminded(ReminderKind::TrialEnds), payer, trial),
        ("price-changes", reminded(ReminderKind::PriceChanges), payer, plan(lang, active)),
        ("billing", reminded(ReminderKind::Billing), payer, yearly),
        ("card-expires", PlanTidings::CardExpires, payer, plan(lang, active)),
        ("link", PlanTidings::Link, payer, plan(lang, active)),
    ]
    .into_iter()
    .map(|(name, tidings, reader, plan)| {
        let page = match reader {
            Reader::Payer => "https://pay.example/plan/sealed-handle",
            Reader::Shop => "https://pay.example/console/recurring/abcdefghijklmnopqrst",
        };
        let view = PlanNews {
            lang,
            reader,
            tidings,
            plan: &plan,
            offer: Some(&offer),
            card: Some(&card),
            merchant,
            contact: Some("03-1234-5678"),
            now: at(NOW),
            mode: if name == "link" { Mode::Test } else { Mode::Live },
            page,
        };
        (format!("mail-plan-{name}"), plan_news(&view).unwrap())
    })
    .collect()
}
