#![expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::{
    CardId, CardOwner, Nonce,
    account::UserId,
    acquirer::{DeclineCategory, DeclineCode},
    payment::Origin,
    recurring::plan::PlanId,
};

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn decline(code: DeclineCode, network: &str, advice: &str) -> Decline {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Decline { code, network_code: given(network), advice_code: given(advice), authentication: None }
}

fn soft() -> Decline {
    decline(DeclineCode::InsufficientFunds, "51", "")
}

const DAY: i64 = 86_400;

#[test]
fn a_networks_word_goes_before_our_own() {
    use DeclineCode::{DoNotHonor, ExpiredCard, LostCard, RevocationOfAuthorization};
    let hours = |hours| Verdict::After(SignedDuration::from_hours(hours));
    for (brand, code, network, advice, verdict) in [
        (Brand::Visa, DoNotHonor, "05", "", Verdict::Counted),
        (Brand::Visa, DoNotHonor, "", "", Verdict::Counted),
        (Brand::Visa, DoNotHonor, "04", "", Verdict::Never),
        (Brand::Visa, DoNotHonor, "57", "", Verdict::Never),
        (Brand::Jcb, DoNotHonor, "41", "", Verdict::Never),
        (Brand::Visa, DoNotHonor, "R0", "", Verdict::Revoked),
        (Brand::Amex, DoNotHonor, "R1", "", Verdict::Revoked),
        (Brand::Visa, DoNotHonor, "R3", "", Verdict::Revoked),
        (Brand::Visa, DoNotHonor, "05", "03", Verdict::Counted),
        (Brand::Mastercard, DoNotHonor, "05", "", Verdict::Counted),
        (Brand::Mastercard, DoNotHonor, "05", "02", Verdict::Counted),
        (Brand::Mastercard, DoNotHonor, "05", "03", Verdict::Never),
        (Brand::Mastercard, DoNotHonor, "05", "21", Verdict::Never),
        (Brand::Mastercard, DoNotHonor, "51", "24", hours(1)),
        (Brand::Mastercard, DoNotHonor, "51", "25", hours(24)),
        (Brand::Mastercard, DoNotHonor, "51", "26", hours(48)),
        (Brand::Mastercard, DoNotHonor, "51", "27", hours(96)),
        (Brand::Mastercard, DoNotHonor, "51", "28", hours(144)),
        (Brand::Mastercard, DoNotHonor, "51", "29", hours(192)),
        (Brand::Mastercard, DoNotHonor, "51", "30", hours(240)),
        (Brand::Mastercard, LostCard, "41", "24", Verdict::Never),
        (Brand::Mastercard, RevocationOfAuthorization, "", "", Verdict::Revoked),
        (Brand::Discover, ExpiredCard, "54", "", Verdict::Counted),
    ] {
        let decline = decline(code, network, advice);
        assert_eq!(decline.verdict(brand), verdict, "{brand:?} {code:?} {network} {advice}");
        let never = matches!(verdict, Verdict::Never | Verdict::Revoked);
        assert_eq!(decline.category(brand) == DeclineCategory::NeverRetry, never);
    }
}

#[test]
fn a_card_that_must_not_be_tried_again_is_not_even_by_a_click_years_later() {
    for (brand, never, limit) in [
        (Brand::Visa, decline(DeclineCode::GenericDecline, "14", ""), Limit::Never),
        (Brand::Visa, decline(DeclineCode::GenericDecline, "R1", ""), Limit::Revoked),
        (Brand::Mastercard, decline(DeclineCode::GenericDecline, "05", "03"), Limit::Never),
        (Brand::Mastercard, decline(DeclineCode::StolenCard, "43", ""), Limit::Never),
    ] {
        let history = TryHistory::new().declined(second(0), brand, &soft()).declined(second(1), brand, &never);
        for later in [1, DAY, 10 * 365 * DAY] {
            assert_eq!(history.may_try(second(later), brand, None), Err(limit));
        }
        assert_eq!(history.needed(brand), Needed::ForGood);
        assert_eq!(
            history.declined(second(2), brand, &soft()).may_try(second(365 * DAY), brand, None),
            Err(limit),
            "it stays"
        );
    }
}

#[test]
fn a_cap_opens_when_its_oldest_decline_leaves_the_window() {
    for (brand, cap, window) in [(Brand::Visa, 15, 30 * DAY), (Brand::Jcb, 15, 30 * DAY), (Brand::Mastercard, 10, DAY)]
    {
        let mut history = TryHistory::new();
        for nth in 0..cap {
            assert_eq!(history.may_try(second(nth * 60), brand, None), Ok(()), "{brand:?}: the {nth}th");
            history = history.declined(second(nth * 60), brand, &soft());
        }
        assert_eq!(history.may_try(second(cap * 60), brand, None), Err(Limit::Until(second(window))), "{brand:?}");
        assert!(history.may_try(second(window - 1), brand, None).is_err());
        assert_eq!(history.may_try(second(window), brand, None), Ok(()));
        let full = history.declined(second(window), brand, &soft());
        assert_eq!(
            full.may_try(second(window), brand, None),
            Err(Limit::Until(second(window + 60))),
            "one leaves, one comes"
        );
    }
}

#[test]
fn a_mastercard_has_35_declines_in_30_days() {
    let mut history = TryHistory::new();
    for nth in 0..35 {
        let at = second(nth * DAY / 2);
        assert_eq!(history.may_try(at, Brand::Mastercard, None), Ok(()), "{nth}");
        history = history.declined(at, Brand::Mastercard, &soft());
    }
    assert_eq!(history.may_try(second(20 * DAY), Brand::Mastercard, None), Err(Limit::Until(second(30 * DAY))));
}

#[test]
fn a_wait_is_a_minimum_and_the_longer_of_two_counts() {
    let advised = |advice| decline(DeclineCode::InsufficientFunds, "51", advice);
    let history = TryHistory::new().declined(second(0), Brand::Mastercard, &advised("26"));
    assert_eq!(history.may_try(second(2 * DAY - 1), Brand::Mastercard, None), Err(Limit::Until(second(2 * DAY))));
    assert_eq!(history.may_try(second(2 * DAY), Brand::Mastercard, None), Ok(()));
    let again = history.declined(second(60), Brand::Mastercard, &advised("24"));
    assert_eq!(again.may_try(second(3_660), Brand::Mastercard, None), Err(Limit::Until(second(2 * DAY))));
    assert_eq!(again.needed(Brand::Mastercard), Needed::Until(second(60 + 30 * DAY)));
}

#[test]
fn a_fraction_of_a_second_does_not_open_a_window_early() {
    let at = second(0) + SignedDuration::from_millis(1);
    let history = TryHistory::new().declined(at, Brand::Mastercard, &decline(DeclineCode::DoNotHonor, "05", "25"));
    assert_eq!(history.may_try(second(DAY), Brand::Mastercard, None), Err(Limit::Until(second(DAY + 1))));
}

#[test]
fn a_history_is_small_and_reads_back() {
    for brand in [Brand::Visa, Brand::Mastercard] {
        let mut history = TryHistory::new();
        assert_eq!(serde_json::to_string(&history).unwrap(), "{}");
        for nth in 0..1_000 {
            history = history.declined(second(nth), brand, &decline(DeclineCode::DoNotHonor, "05", "30"));
        }
        let json = serde_json::to_string(&history).unwrap();
        assert!(json.len() < 512, "{} bytes", json.len());
        assert_eq!(serde_json::from_str::<TryHistory>(&json).unwrap(), history);
    }
}

#[test]
fn who_had_a_card_stopped_may_agree_to_it_anew_and_what_is_never_to_be_tried_stays_so() {
    let (stop, never) =
        (decline(DeclineCode::GenericDecline, "R0", ""), decline(DeclineCode::GenericDecline, "14", ""));
    let stopped = TryHistory::new().declined(second(100), Brand::Visa, &stop);
    for (agreed, limit) in [(None, Err(Limit::Revoked)), (Some(100), Err(Limit::Revoked)), (Some(101), Ok(()))] {
        assert_eq!(stopped.may_try(second(DAY), Brand::Visa, agreed.map(second)), limit, "agreed at {agreed:?}");
    }
    for history in [
        stopped.declined(second(200), Brand::Visa, &never),
        TryHistory::new().declined(second(50), Brand::Visa, &never).declined(second(100), Brand::Visa, &stop),
    ] {
        assert_eq!(history.may_try(second(DAY), Brand::Visa, Some(second(300))), Err(Limit::Never));
    }
}

#[test]
fn an_operation_counts_once_among_the_last() {
    let reference = |n: u32| Reference::new(format!("{}-{n}", "A".repeat(20))).unwrap();
    let once = TryHistory::new().declined_once(&reference(1), second(0), Brand::Visa, &soft()).unwrap();
    assert_eq!(once.declined_once(&reference(1), second(DAY), Brand::Visa, &soft()), None);
    let mut history = once;
    for n in 2..=40 {
        history = history.declined_once(&reference(n), second(i64::from(n)), Brand::Mastercard, &soft()).unwrap();
        assert_eq!(history.declined_once(&reference(n), second(DAY), Brand::Mastercard, &soft()), None);
    }
    assert_eq!(
        history.declined_once(&reference(25), second(DAY), Brand::Mastercard, &soft()),
        None,
        "the 16th from the end"
    );
    assert!(history.declined_once(&reference(24), second(DAY), Brand::Mastercard, &soft()).is_some());
    let json = serde_json::to_string(&history).unwrap();
    assert!(json.len() < 700, "{} bytes with marks", json.len());
    assert_eq!(serde_json::from_str::<TryHistory>(&json).unwrap(), history);
}

#[test]
fn sides_are_told_apart() {
    let single = || Origin::Single { form: Nonce::from_random([1; 16]), by: UserId::new("aeaqcaibaeaqcaib").unwrap() };
    let plan = PlanId::new("a".repeat(20)).unwrap();
    let card = Some(CardId::from_random([1; 8]));
    for (origin, card, side) in [
        (Origin::Page, None, TriedBy::Shopper),
        (Origin::Page, card, TriedBy::Shopper),
        (Origin::CardUpdate(CardOwner::Buyer("alice".to_owned())), None, TriedBy::Shopper),
        (single(), None, TriedBy::Shopper),
        (single(), card, TriedBy::Merchant),
        (Origin::Api, card, TriedBy::Merchant),
        (plan.origin_of(2), card, TriedBy::Merchant),
    ] {
        assert_eq!(TriedBy::of(origin.usual_initiator(card)), side, "{origin:?}");
    }
}

/// What befalls a plan's cards: somebody or something wants to charge, and the issuer has an answer ready; or the buyer changes the card.
#[derive(Clone, Debug)]
enum Event {
    /// A schedule, an impatient clerk, a shopper: so many tries one after the other, each so many seconds later.
    Tries { times: u8, apart: u32, answer: Option<(DeclineCode, &'static str, &'static str)> },
    /// The buyer takes the card of this number, which may be an earlier one.
    Card(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let code = prop::sample::select(DeclineCode::ALL.to_vec());
    let network = prop::sample::select(vec!["", "05", "51", "51", "51", "91", "41", "57", "R0", "R3"]);
    let advice = prop::sample::select(vec!["", "", "", "02", "03", "21", "24", "25", "26", "30"]);
    // mostly soft, so that caps are reached before a card is over
    let soft = Just((DeclineCode::InsufficientFunds, "51", ""));
    let answer = prop::option::weighted(0.95, prop_oneof![8 => soft, 1 => (code, network, advice)]);
    let tries =
        (1..20_u8, 1..200_000_u32, answer).prop_map(|(times, apart, answer)| Event::Tries { times, apart, answer });
    prop::collection::vec(prop_oneof![9 => tries, 1 => (0..3_usize).prop_map(Event::Card)], 0..60)
}

/// The rules, written down anew from the networks' papers: may a card with these declines be tried now?
fn allowed(declines: &[(i64, DeclineCode, &str, &str)], now: i64, brand: Brand) -> bool {
    let within = |window: i64| declines.iter().filter(|(at, ..)| now - at < window).count();
    let mastercard = brand == Brand::Mastercard;
    let never = declines.iter().any(|(_, code, network, advice)| {
        let visa = ["04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"].contains(network);
        let advised = ["03", "21"].contains(advice);
        code.category() == DeclineCategory::NeverRetry || if mastercard { advised } else { visa }
    });
    let days = |advice: &str| {
        [("25", 1), ("26", 2), ("27", 4), ("28", 6), ("29", 8), ("30", 10)].iter().find(|a| a.0 == advice).map(|a| a.1)
    };
    let waits = declines.iter().any(|(at, _, _, advice)| {
        let wait = if *advice == "24" { 3_600 } else { days(advice).unwrap_or(0) * DAY };
        mastercard && now - at < wait
    });
    let full = if mastercard { within(DAY) >= 10 || within(30 * DAY) >= 35 } else { within(30 * DAY) >= 15 };
    !(never || waits || full)
}

proptest! {
    /// Neither schedules nor clicks nor changed cards get a card to the acquirer more often than its network allows, or once more after a "never"; and
    /// what is allowed is not refused.
    #[test]
    fn no_sequence_of_failures_clicks_and_card_changes_exceeds_a_limit(events in events(), first in 0..3_usize) {
        // the third number is another Mastercard: a new card has a history of its own
        let brands = [Brand::Visa, Brand::Mastercard, Brand::Mastercard];
        let mut stored = [(); 3].map(|()| serde_json::to_string(&TryHistory::new()).unwrap());
        let mut ledger = [(); 3].map(|()| Vec::new());
        let (mut card, mut now) = (first, 0_i64);
        for event in events {
            match event {
                Event::Card(other) => card = other,
                Event::Tries { times, apart, answer } => for _ in 0..times {
                    now += i64::from(apart);
                    let history: TryHistory = serde_json::from_str(&stored[card]).unwrap();
                    let may = history.may_try(second(now), brands[card], None);
                    prop_assert_eq!(may.is_ok(), allowed(&ledger[card], now, brands[card]), "{:?}", may);
                    if let Err(Limit::Until(then)) = may {
                        prop_assert!(then > second(now) && history.may_try(then, brands[card], None).is_ok());
                    }
                    if let (Ok(()), Some((code, network, advice))) = (may, answer) {
                        ledger[card].push((now, code, network, advice));
                        let next = history.declined(second(now), brands[card], &decline(code, network, advice));
                        stored[card] = serde_json::to_string(&next).unwrap();
                    }
                },
            }
        }
    }
}
