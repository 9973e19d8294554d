//! Windows, thresholds, room: as tables and as laws.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test that overflows or meets a new code fails, as it should"
)]

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{Fingerprint, MerchantId, acquirer::DeclineCode};

const NOTHING: &Tally = &Tally::EMPTY;
const EMPTY: Items<'_> = Items { address: NOTHING, home: NOTHING, level: Level::Calm };
const NOON: &str = "2026-11-21T03:00:00Z";

fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

fn later(minutes: i64) -> Timestamp {
    noon() + SignedDuration::from_mins(minutes)
}

fn merchant() -> MerchantId {
    MerchantId::new("4000").unwrap()
}

fn card(number: u32) -> Option<Fingerprint> {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Some(Fingerprint::from_random(bytes))
}

fn visit(address: &str, user: &str, bin: &str, number: u32) -> Visit {
    let address: IpAddr = address.parse().unwrap();
    Visit::new(&merchant(), Some(address), user, Some(bin).filter(|bin| !bin.is_empty()), card(number))
}

/// One address and one merchant whose visits all share an item.
#[derive(Default)]
struct Books {
    address: Tally,
    home: Tally,
}

impl Books {
    fn decline(&mut self, visit: &Visit, code: DeclineCode, kept: Approvals, now: Timestamp) {
        let level = Standing::of(&GuardSettings::default(), &self.home, now).level;
        let items = Items { address: &self.address, home: &self.home, level };
        let counted = Counted::decline(visit, weight(code), &kept, items, now);
        self.address.apply(&counted.address);
        self.home.apply(&counted.merchant);
    }

    fn judge(&self, visit: &Visit, now: Timestamp) -> Result<(), Reason> {
        let settings = GuardSettings::default();
        let standing = Standing::of(&settings, &self.home, now);
        judge(&settings, &Evidence::of(visit, &self.address, (&self.home, standing), Remembered::default(), now))
    }
}

fn recent(count: u32, now: Timestamp) -> Recent {
    let mut recent = Recent::default();
    (0..count).for_each(|_| recent.add(now));
    recent
}

#[test]
fn a_fault_of_others_counts_nothing_and_a_typing_mistake_half() {
    for code in DeclineCode::ALL {
        let expected = match code {
            DeclineCode::ProcessingError | DeclineCode::IssuerNotAvailable | DeclineCode::TryAgainLater => 0,
            DeclineCode::IncorrectCvc | DeclineCode::ExpiredCard | DeclineCode::IncorrectNumber => 1,
            DeclineCode::DoNotHonor | DeclineCode::StolenCard | DeclineCode::Fraudulent => 2,
            other => weight(other),
        };
        assert_eq!(weight(code), expected, "{code:?}");
    }
    let (mut books, visit) = (Books::default(), visit("192.0.2.1", "", "424242", 1));
    books.decline(&visit, DeclineCode::IssuerNotAvailable, Approvals::default(), noon());
    assert!(books.address.is_empty() && books.home.is_empty());
}

#[test]
fn an_address_is_refused_at_twenty_declines_and_forgiven_after_its_window() {
    let mut books = Books::default();
    for number in 0..20 {
        let visit = visit("192.0.2.1", "", &format!("{}", 400_000 + number), number);
        assert_eq!(books.judge(&visit, noon()), Ok(()), "{number}");
        books.decline(&visit, DeclineCode::DoNotHonor, Approvals::default(), noon());
    }
    let visit = visit("192.0.2.1", "", "499999", 99);
    for (minutes, expected) in [(0, Err(Reason::Address)), (59, Err(Reason::Address)), (120, Ok(()))] {
        assert_eq!(books.judge(&visit, later(minutes)), expected, "{minutes}");
    }
}

#[test]
fn approvals_keep_a_busy_address_open() {
    let mut books = Books::default();
    for number in 0..40 {
        let visit = visit("192.0.2.1", "", &format!("{}", 400_000 + number), number);
        let kept = Approvals { address: recent(1, noon()), ..Approvals::default() };
        books.decline(&visit, DeclineCode::DoNotHonor, kept, noon());
    }
    assert_ne!(books.judge(&visit("192.0.2.1", "", "499999", 99), noon()), Err(Reason::Address), "half of it fails");
}

#[test]
fn twelve_typing_mistakes_of_an_office_lock_nobody_out() {
    let mut books = Books::default();
    for number in 0..12 {
        let visit = visit("192.0.2.1", "", "424242", number);
        books.decline(&visit, DeclineCode::IncorrectCvc, Approvals::default(), noon());
    }
    assert_eq!(books.judge(&visit("192.0.2.1", "", "424242", 99), noon()), Ok(()));
}

#[test]
fn one_buyer_one_issuer_and_one_card_each_have_their_limit() {
    let mut books = Books::default();
    let by_address = |number: u32| format!("198.51.100.{number}");
    // each from an address of its own: the books' address item is left out of sight
    for number in 0..10 {
        books.decline(
            &visit(&by_address(number), "mallory", &format!("{}", 400_000 + number), number),
            DeclineCode::DoNotHonor,
            Approvals::default(),
            noon(),
        );
    }
    books.address = Tally::default();
    assert_eq!(books.judge(&visit("192.0.2.9", "mallory", "499999", 99), noon()), Err(Reason::Buyer));
    assert_eq!(books.judge(&visit("192.0.2.9", "alice", "499999", 99), noon()), Ok(()));
    assert_eq!(books.judge(&visit("192.0.2.9", "Mallory", "499999", 99), noon()), Ok(()), "buyers are case-sensitive");

    let mut books = Books::default();
    for number in 0..20 {
        books.decline(
            &visit(&by_address(number), "", "424242", number),
            DeclineCode::DoNotHonor,
            Approvals::default(),
            noon(),
        );
    }
    books.address = Tally::default();
    assert_eq!(books.judge(&visit("192.0.2.9", "", "424242", 99), noon()), Err(Reason::Bin));
    assert_eq!(books.judge(&visit("192.0.2.9", "", "555555", 99), noon()), Ok(()));
    assert_eq!(books.judge(&visit("192.0.2.9", "", "", 99), noon()), Ok(()), "a kept card was good here before");

    let mut books = Books::default();
    for _ in 0..10 {
        books.decline(&visit("192.0.2.1", "", "424242", 7), DeclineCode::IncorrectCvc, Approvals::default(), noon());
    }
    books.address = Tally::default();
    assert_eq!(books.judge(&visit("192.0.2.9", "", "424242", 7), noon()), Err(Reason::Card));
    assert_eq!(books.judge(&visit("192.0.2.9", "", "424242", 8), noon()), Ok(()), "one card says little of its issuer");
}

#[test]
fn a_shop_under_attack_grows_wary_then_strict_and_stays_open() {
    let settings = GuardSettings::default();
    let mut whole = Tally::default();
    let decline = |whole: &mut Tally, number: u32| {
        let bin = 400_000 + number / 4;
        let visit = visit(&format!("10.0.{}.{}", number / 250, number % 250), "", &bin.to_string(), number);
        // as if every issuer had an item of its own
        whole.apply(&Counted::decline(&visit, 2, &Approvals::default(), EMPTY, noon()).merchant);
    };
    let mut levels = Vec::new();
    for number in 0..160 {
        decline(&mut whole, number);
        levels.push(Standing::of(&settings, &whole, noon()).level);
    }
    assert_eq!(
        (levels[78], levels[79], levels[158], levels[159]),
        (Level::Calm, Level::Wary, Level::Wary, Level::Strict)
    );
    let seen = |declines, approvals| Seen { day: Count { declines, approvals }, ..Seen::default() };
    let nobody = Evidence {
        address: Seen::default(),
        buyer: Seen::default(),
        bin: Seen::default(),
        card: Seen::default(),
        standing: Standing { level: Level::Strict, probed: false },
        typed: true,
        unwritten: true,
    };
    let at = |level| Standing { level, probed: false };
    for (evidence, expected) in [
        (nobody, Ok(())),
        (Evidence { bin: seen(4, 0), ..nobody }, Err(Reason::Bin)),
        (Evidence { bin: seen(2, 2), ..nobody }, Ok(())),
        (Evidence { bin: seen(4, 0), typed: false, ..nobody }, Ok(())),
        (Evidence { address: seen(30, 0), ..nobody }, Err(Reason::Address)),
        (Evidence { address: seen(28, 0), ..nobody }, Ok(())),
        (Evidence { address: seen(2, 0), ..nobody }, Ok(())),
        (Evidence { address: seen(2, 0), standing: at(Level::Wary), ..nobody }, Ok(())),
        (Evidence { bin: seen(8, 0), standing: at(Level::Wary), ..nobody }, Err(Reason::Bin)),
        (Evidence { bin: seen(8, 0), standing: at(Level::Calm), ..nobody }, Ok(())),
        (Evidence { buyer: seen(8, 0), ..nobody }, Ok(())),
    ] {
        assert_eq!(judge(&settings, &evidence), expected, "{evidence:?}");
    }
}

#[test]
fn a_large_shops_own_declines_are_no_attack() {
    let settings = GuardSettings::default();
    let mut whole = Tally::default();
    for number in 0..2_000 {
        let visit = visit("192.0.2.1", "", &(400_000 + number % 40).to_string(), number);
        let bins = visit.bin.map(|bin| (bin, recent(15, noon()))).into_iter().collect();
        let kept = Approvals { bins, merchant: recent(15, noon()), ..Approvals::default() };
        whole.apply(&Counted::decline(&visit, 2, &kept, EMPTY, noon()).merchant);
    }
    assert_eq!(Standing::of(&settings, &whole, noon()), Standing::CALM);
}

#[test]
fn a_wary_merchant_lets_strangers_in_one_by_one_and_customers_always() {
    let settings = GuardSettings::default();
    let known = |approvals| Seen { known: approvals, ..Seen::default() };
    let good = Seen { day: Count { declines: 0, approvals: 6 }, ..Seen::default() };
    let stranger = Evidence {
        address: Seen::default(),
        buyer: Seen::default(),
        bin: Seen::default(),
        card: Seen::default(),
        standing: Standing { level: Level::Strict, probed: true },
        typed: true,
        unwritten: true,
    };
    for (evidence, expected) in [
        (stranger, Err(Reason::Bin)),
        (Evidence { standing: Standing { level: Level::Strict, probed: false }, ..stranger }, Ok(())),
        (Evidence { standing: Standing { level: Level::Wary, probed: true }, ..stranger }, Err(Reason::Bin)),
        (Evidence { standing: Standing { level: Level::Calm, probed: true }, ..stranger }, Ok(())),
        (Evidence { bin: known(2), ..stranger }, Err(Reason::Bin)),
        (Evidence { bin: known(4), ..stranger }, Ok(())),
        (Evidence { address: good, ..stranger }, Ok(())),
        (Evidence { typed: false, ..stranger }, Ok(())),
    ] {
        assert_eq!(judge(&settings, &evidence), expected, "{evidence:?}");
    }
}

#[test]
fn an_attack_that_was_found_is_not_forgotten_at_midnight() {
    let settings = GuardSettings::default();
    let mut books = Books::default();
    for number in 0..400 {
        let bin = (400_000 + number).to_string();
        books.decline(&visit("192.0.2.1", "", &bin, number), DeclineCode::DoNotHonor, Approvals::default(), noon());
    }
    let day = 24 * 60;
    for days in 1..5 {
        let now = later(days * day);
        assert!(Standing::of(&settings, &books.home, now).level > Level::Calm, "{days}");
        for number in 0..12 {
            let visit = visit("192.0.2.1", "", "499999", 1_000 + number);
            books.decline(&visit, DeclineCode::DoNotHonor, Approvals::default(), now);
        }
    }
    assert_eq!(Standing::of(&settings, &books.home, later(7 * day)).level, Level::Calm, "two quiet days");
}

#[test]
fn a_name_is_read_as_it_was_written() {
    let mut item = Tally::default();
    let visit = visit("192.0.2.1", "buyer", "424242", 1);
    let bins = visit.bin.map(|bin| (bin, recent(1, noon()))).into_iter().collect();
    let kept = Approvals { bins, merchant: recent(1, noon()), ..Approvals::default() };
    let counted = Counted::decline(&visit, 2, &kept, EMPTY, noon());
    item.apply(&counted.merchant);
    let names: Vec<_> = counted.merchant.add.iter().map(|(name, number)| (name.to_string(), *number)).collect();
    assert_eq!(names.len(), 12);
    assert_eq!(Tally::new(names.iter().map(|(name, number)| (name.as_str(), *number))), item);
    for strange in ["", "hbA", "xbAAabcd", "hxAAabcd", "hb!Aabcd", "hbAAabc", "hbAAabcde"] {
        assert!(strange.parse::<Name>().is_err(), "{strange}");
    }
}

#[test]
fn a_household_is_one_address_and_neighbours_are_not() {
    let key = |address: &str| AddressKey::new(&merchant(), address.parse().unwrap());
    for (one, other, same) in [
        ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
    ] {
        assert_eq!(key(one) == key(other), same, "{one} {other}");
    }
    assert!(!key("192.0.2.1").as_str().contains("192"));
    let elsewhere = AddressKey::new(&MerchantId::new("7000").unwrap(), "192.0.2.1".parse().unwrap());
    assert_ne!(key("192.0.2.1"), elsewhere, "one merchant's counts say nothing at another's");
}

#[test]
fn a_threshold_has_a_floor_and_a_ceiling() {
    for limit in GuardLimit::ALL {
        let mut settings = GuardSettings::default();
        assert_eq!(settings.limit(limit), limit.default_value());
        assert_eq!(settings.set(limit, limit.floor() - 1), Err(LimitError::BelowFloor(limit)));
        assert_eq!(settings.set(limit, limit.ceiling() + 1), Err(LimitError::AboveCeiling(limit)));
        for value in [limit.floor(), limit.ceiling(), limit.default_value()] {
            settings.set(limit, value).unwrap();
            assert_eq!(settings.limit(limit), value, "{limit:?}");
        }
        assert_eq!(settings, GuardSettings::default(), "a default is not kept");
        assert_eq!(GuardLimit::named(limit.name()), Some(limit));
        assert!(limit.floor() <= limit.default_value() && limit.default_value() <= limit.ceiling());
    }
    assert_eq!(
        LimitError::BelowFloor(GuardLimit::BinDay).to_string(),
        "guard_below_floor: guard_bin_day is below the floor 20"
    );
    let old: GuardSettings = serde_json::from_str(r#"{"address_hour":5000,"bin_day":1}"#).unwrap();
    assert_eq!((old.limit(GuardLimit::AddressHour), old.limit(GuardLimit::BinDay)), (50, 20), "brought inside");
}

/// A decline or an approval at some minute: of some address, buyer, issuer and card.
fn event() -> impl Strategy<Value = (i64, u8, u8, u8, u8)> {
    (0_i64..6_000, 0_u8..40, 0_u8..4, 0_u8..200, 0_u8..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))] // each is a long history

    #[test]
    fn an_item_stays_below_a_write_unit(mut events in prop::collection::vec(event(), 1..300)) {
        events.sort_unstable();
        let mut books = Books::default();
        for (minute, buyer, wide, bin, kept) in events {
            let now = later(minute);
            let user = if wide == 0 { String::new() } else { format!("buyer-{buyer}") };
            let visit = visit("192.0.2.1", &user, &(400_000 + u32::from(bin)).to_string(), u32::from(bin) * 7 + u32::from(buyer));
            let kept = recent(kept.into(), now);
            let bins = visit.bin.map(|bin| (bin, kept)).into_iter().collect();
            let kept = Approvals { address: kept, bins, merchant: kept };
            books.decline(&visit, DeclineCode::DoNotHonor, kept, now);
            for item in [&books.address, &books.home] {
                // names, two bytes for a number, and what stands beside: keys, writer, end
                let bytes = item.bytes_of_names() + item.len() * 3 + 70;
                prop_assert!(bytes <= 1_024 + 40, "{bytes} bytes, {} names", item.len());
            }
        }
    }

}

proptest! {
    #[test]
    fn more_declines_never_open_what_was_refused(declines in 0_u32..400, approvals in 0_u32..400, more in 0_u32..50) {
        let settings = GuardSettings::default();
        for level in [Level::Calm, Level::Wary, Level::Strict] {
            let evidence = |declines| {
                let count = Count { declines, approvals };
                let seen = Seen { hour: count, day: count, known: 0 };
                Evidence {
                    address: seen,
                    buyer: Seen::default(),
                    bin: seen,
                    card: Seen::default(),
                    standing: Standing { level, probed: true },
                    typed: true,
                    unwritten: false,
                }
            };
            let (fewer, more) = (judge(&settings, &evidence(declines)), judge(&settings, &evidence(declines + more)));
            prop_assert!(fewer.is_ok() || more.is_err());
        }
    }

    #[test]
    fn nobody_is_refused_for_fewer_declines_than_any_threshold(declines in 0_u32..4, minute in 0_i64..3_000) {
        let mut books = Books::default();
        for number in 0..declines {
            books.decline(&visit("192.0.2.1", "buyer", "424242", number), DeclineCode::StolenCard, Approvals::default(), later(minute));
        }
        prop_assert_eq!(books.judge(&visit("192.0.2.1", "buyer", "424242", 99), later(minute)), Ok(()));
    }
}
