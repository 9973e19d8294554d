use jiff::{Timestamp, civil::date};

use super::*;
use crate::{
    Approval, LeaseId, Nonce,
    acquirer::{AuthorizeOutcome, DeclineCode},
    payment::{Decision, Details, Intent, Interface, Lease, Order},
    recurring::{offer::OfferChosen, plan::PlanId},
};

fn order_id(text: &str) -> OrderId {
    OrderId::new(text).unwrap()
}

fn merchant() -> MerchantId {
    MerchantId::new("4000").unwrap()
}

fn card() -> MaskedCard {
    let expiry = crate::Expiry::parse("01/27", date(2026, 11, 21)).unwrap();
    MaskedCard { brand: Brand::Visa, last4: "4242".to_owned(), expiry }
}

fn november() -> Month {
    Month::parse("2026-11").unwrap()
}

/// A payment of 2,000 yen that was taken at an instant of Japan.
fn paid(order: &str, origin: Origin, at: &str) -> Payment {
    let at: Timestamp = format!("{at}+09:00").parse().unwrap();
    let order = Order {
        key: PaymentKey::new(merchant(), order_id(order)),
        amount: Yen::new(2_000).unwrap(),
        interface: Interface::DataLinkage,
        origin,
        attempts_allowed: 1,
        details: Details::default(),
    };
    let intent = Intent {
        generation: 0,
        n: 1,
        nonce: Nonce::from_random([1; 16]),
        lease: Lease { id: LeaseId::from_random([1; 8]), until: at },
        initiator: crate::Initiator::Cardholder,
        card: card(),
        holder: "TARO".to_owned(),
        fingerprint: None,
        card_id: Some(CardId::from_random([1; 8])),
        keeping: None,
    };
    let Decision::Start(payment) = Payment::decide(None, &order, &intent, at) else { panic!("not started") };
    let acquirer_id = "a1".to_owned();
    let approval = Approval {
        acquirer_id,
        network_id: None,
        valid_until: None,
        captured: true,
        authentication: None,
        token: None,
    };
    payment.resolve(AuthorizeOutcome::Approved(approval), at).unwrap()
}

#[test]
fn a_lineage_has_one_order_in_each_month() {
    let january = paid("100", Origin::Page, "2026-11-05T12:00:00");
    let december = Month::parse("2026-12").unwrap();
    let root = root_of(&january).clone();
    let child_key = december.order_of(&merchant(), &root);
    let child = paid(child_key.order.as_str(), december.origin_of(&root), "2026-12-05T12:00:00");
    assert_eq!(root_of(&child), &root, "the child of a payment has the root of that");
    let next = Month::parse("2027-01").unwrap();
    let from_parent = next.order_of(&merchant(), root_of(&january));
    assert_eq!(from_parent, next.order_of(&merchant(), root_of(&child)), "charged from either, it is one order");
    assert_ne!(from_parent, child_key, "another month is another");
    assert!(from_parent.order.as_str().starts_with('9') && from_parent.order.as_str().len() == 18);
}

#[test]
fn a_month_lists_what_was_taken_in_it_in_japan_and_stayed() {
    let page = |at| paid("100", Origin::Page, at);
    assert!(listed(&page("2026-11-01T00:00:00"), november()).is_some());
    assert!(listed(&page("2026-11-30T23:59:59"), november()).is_some());
    assert!(listed(&page("2026-10-31T23:59:59"), november()).is_none());
    assert!(listed(&page("2026-12-01T00:00:00"), november()).is_none());
    let by_api = paid("100", Origin::Api, "2026-11-10T12:00:00");
    assert!(listed(&by_api, november()).is_some(), "it makes no difference by which interface it came");
    let mut refunded = page("2026-11-10T12:00:00");
    let mut disputed = refunded.clone();
    if let State::Captured { taken, .. } = &mut refunded.state {
        taken.refunded = 1;
    }
    assert!(listed(&refunded, november()).is_none());
    if let State::Captured { taken, at, .. } = &mut disputed.state {
        taken.disputed = Some(*at);
    }
    assert!(listed(&disputed, november()).is_none());
    let cardless = Payment { card_id: None, ..page("2026-11-10T12:00:00") };
    assert!(listed(&cardless, november()).is_none());
    let plan = PlanId::of(&cardless.key);
    assert!(listed(&paid("100", plan.origin_of(2), "2026-11-10T12:00:00"), november()).is_none(), "it has a schedule");
    let mut joining = page("2026-11-10T12:00:00");
    joining.details.offer = OfferChosen::try_from("coffee#1".to_owned()).ok();
    assert!(listed(&joining, november()).is_none(), "so have the periods that follow this one");
    let mut part = page("2026-11-10T12:00:00");
    if let State::Captured { taken, .. } = &mut part.state {
        taken.amount = Yen::new(1_500).ok();
    }
    assert_eq!(
        listed(&part, november()).map(|row| row.amount.get()),
        Some(1_500),
        "what was taken, not what was ordered"
    );
}

#[test]
fn a_continued_payment_is_of_the_month_that_it_was_charged_for() {
    let february = Month::parse("2027-02").unwrap();
    let child = paid("9", february.origin_of(&order_id("100")), "2027-03-01T10:00:00");
    assert!(listed(&child, february).is_some(), "the 27th was a Saturday, so it was charged in March");
    assert!(listed(&child, february.after()).is_none());
    assert_eq!(child.card_owner(), crate::CardOwner::Order(order_id("100")), "with the card of the first order");
}

#[test]
fn what_stands_under_the_months_order_decides_before_any_flag() {
    let page = paid("100", Origin::Page, "2026-11-05T12:00:00");
    let kept = crate::KeptCard {
        merchant: merchant(),
        owner: page.card_owner(),
        id: CardId::from_random([1; 8]),
        version: 1,
        card: card(),
        holder: "TARO".to_owned(),
        number: Some(crate::card::HeldNumber::Token("t".to_owned())),
        fingerprint: None,
        consent: crate::card::Consent {
            scope: crate::card::ConsentScope::MerchantInitiated,
            terms: 1,
            at: Timestamp::UNIX_EPOCH,
            address: String::new(),
        },
        network_id: None,
        order: order_id("100"),
        mail: String::new(),
        lang: crate::Lang::Ja,
    };
    let listed: Vec<Charged> = listed(&page, november()).into_iter().collect();
    let (here, gone) = (compare(&listed, &listed), compare(&[], &listed));
    let december = Month::parse("2026-12").unwrap();
    let child = paid("9", december.origin_of(&order_id("100")), "2026-12-05T12:00:00");
    let now = Timestamp::UNIX_EPOCH;
    let at = |state: State| Payment { state, ..child.clone() };
    let failed = at(State::Failed { reason: crate::payment::Failure::AttemptsUsedUp, decline: None, at: now });
    let stolen = Decline {
        code: DeclineCode::DoNotHonor,
        network_code: Some("14".to_owned()),
        advice_code: None,
        authentication: None,
    };
    let december_1 = date(2026, 12, 1);
    let over = crate::tries::TryHistory::new().declined(now, Brand::Visa, &stolen);
    let row = PlanRow::of(&here[&order_id("100")], &page, &kept, (None, None, Some(&over)), december_1).unwrap();
    assert_eq!((row.standing, row.flags.last()), (Standing::NeverRetry, Some(&Flag::NeverRetry)), "declined elsewhere");
    for (rows, of_month, last, run, standing) in [
        (&here, None, None, december_1, Standing::Open),
        (&here, Some(&child), None, december_1, Standing::Charged),
        (&here, Some(&child), None, date(2027, 2, 1), Standing::Charged),
        (&here, Some(&failed), None, december_1, Standing::Open),
        (&here, Some(&failed), Some(&stolen), december_1, Standing::NeverRetry),
        (&here, None, None, date(2027, 2, 1), Standing::CardExpires),
        (&gone, None, None, december_1, Standing::Gone),
    ] {
        let row = PlanRow::of(&rows[&order_id("100")], &page, &kept, (of_month, last, None), run).unwrap();
        assert_eq!(row.standing, standing, "{of_month:?} {run}");
        assert_eq!((row.root.as_str(), row.order.as_str(), row.name.as_str()), ("100", "100", "TARO"));
        for (wanted, found) in [("100", true), ("taro", true), ("4242", true), ("hanako", false)] {
            assert_eq!(row.is_found_by(wanted), found, "{wanted}");
        }
    }
}

#[test]
fn flags_say_what_is_new_gone_changed_and_can_not_be_charged() {
    let row = |root: &str, amount| Charged {
        root: order_id(root),
        order: order_id(root),
        card_id: CardId::from_random([1; 8]),
        amount: Yen::new(amount).unwrap(),
    };
    let october = [row("a", 1_000), row("b", 1_000), row("c", 1_000)];
    let november = [row("a", 1_000), row("b", 1_500), row("d", 1_000)];
    let rows = compare(&november, &october);
    let run = date(2027, 1, 31);
    let flags = |root: &str, last: Option<&Decline>, run| rows[&order_id(root)].flags(&card(), last, run);
    assert_eq!(flags("a", None, run), []);
    assert_eq!(flags("b", None, run), [Flag::AmountChanged { before: Yen::new(1_000).unwrap() }]);
    assert_eq!(flags("c", None, run), [Flag::Gone]);
    assert_eq!(flags("d", None, run), [Flag::New]);
    assert_eq!(rows.len(), 4);
    assert_eq!(flags("a", None, date(2027, 2, 1)), [Flag::CardExpires], "it is good through January");
    let decline = |code, network: &str| Decline {
        code,
        network_code: Some(network.to_owned()),
        advice_code: None,
        authentication: None,
    };
    assert_eq!(flags("a", Some(&decline(DeclineCode::InsufficientFunds, "51")), run), []);
    assert_eq!(flags("a", Some(&decline(DeclineCode::DoNotHonor, "14")), run), [Flag::NeverRetry]);
}

#[test]
fn months_read_back() {
    for (text, before) in [("2026-11", "2026-10"), ("2027-01", "2026-12")] {
        let month = Month::parse(text).unwrap();
        assert_eq!(month.before().after(), month);
        assert_eq!((Month::of(month.first_day()), Month::of(month.last_day())), (month, month));
        assert_eq!((month.to_string().as_str(), month.before().to_string().as_str()), (text, before));
        assert_eq!(serde_json::to_string(&month).unwrap(), format!("\"{text}\""));
    }
    for bad in ["", "2026-13", "2026-00", "2026-1", "2026/11", "+026-11", "1999-12", "2026-11-01"] {
        assert!(Month::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_run_that_begins_by_itself_charges_no_more_than_was_announced() {
    let row = |root: &str, amount: u32, standing| PlanRow {
        root: order_id(root),
        order: order_id(root),
        user: String::new(),
        name: String::new(),
        mail: String::new(),
        free: Default::default(),
        amount: Yen::new(amount).unwrap(),
        card: card(),
        flags: Vec::new(),
        standing,
    };
    let announced = [
        row("1", 1_000, Standing::Open),
        row("2", 1_000, Standing::Open),
        row("3", 1_000, Standing::Open),
        row("4", 1_000, Standing::CardExpires),
    ];
    let now = vec![
        row("1", 1_000, Standing::Open),
        row("2", 900, Standing::Open),
        row("3", 1_001, Standing::Open),
        row("4", 1_000, Standing::Open),
        row("5", 1_000, Standing::Open),
        row("6", 1_000, Standing::Charged),
    ];
    let standings: Vec<Standing> = as_announced(now, &announced).into_iter().map(|row| row.standing).collect();
    let (open, not) = (Standing::Open, Standing::NotAnnounced);
    assert_eq!(standings, [open, open, not, not, not, Standing::Charged]);
}
