//! Every rule of the merchant interface has a case here.

use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::*;
use crate::{
    merchant::{Destination, DestinationNumber, Dialect, Encoding, Method, RegularKind},
    recurring::offer::{FirstAmount, tests::offer},
    signing::{card_on_file_key, sign_request},
};

const NOW_S: i64 = 1_763_720_400;
const PASSWORD: &str = "abcd1234";
/// What every request needs.
const BASE: &str = "admin=4000&amount=2000&charge=100";

fn now() -> Timestamp {
    Timestamp::from_second(NOW_S).unwrap()
}

fn asj() -> Merchant {
    let destination =
        |path: &str| Some(Destination { address: format!("https://shop.example/{path}"), method: Method::Post });
    let mut merchant = Merchant {
        card_on_file: true,
        destinations: [destination("thanks"), destination("members"), None],
        ..Merchant::new(MerchantId::new("4000").unwrap(), "デモショップ")
    };
    merchant.sig.required = false;
    merchant
}

fn twenty_four() -> Merchant {
    Merchant { id: MerchantId::new("2400").unwrap(), dialect: Dialect::TwentyFour, ..asj() }
}

fn shift_jis() -> Merchant {
    Merchant { encoding: Encoding::ShiftJis, ..asj() }
}

fn secrets() -> Secrets {
    Secrets {
        key_passwords: vec![KeyPassword::new(PASSWORD).unwrap()],
        sig_secrets: vec![SigSecret::from_bytes([0x11; 32])],
    }
}

fn parse(merchant: &Merchant, raw: &str) -> Result<PayRequest, RequestError> {
    let parameters = Parameters::parse(raw.as_bytes())?;
    verify_and_parse(&parameters, merchant, &secrets(), now())
}

/// The code and parameter of a refusal, or `ok`.
fn answer(merchant: &Merchant, raw: &str) -> String {
    parse(merchant, raw).map_or_else(|error| error.to_string(), |_| "ok".to_owned())
}

fn check_all(merchant: &Merchant, cases: &[(&str, &str)]) {
    for (raw, expected) in cases {
        assert_eq!(answer(merchant, raw), *expected, "{raw}");
    }
}

/// `BASE` with one more parameter.
fn check_added(merchant: &Merchant, cases: &[(&str, &str)]) {
    for (added, expected) in cases {
        assert_eq!(answer(merchant, &format!("{BASE}&{added}")), *expected, "{added}");
    }
}

fn key(user: &str, time_s: i64) -> String {
    let time = time_s.to_string();
    let fields =
        KeyFields { admin: b"4000", amount: b"2000", charge: b"100", user: user.as_bytes(), time: time.as_bytes() };
    HEXLOWER.encode(&card_on_file_key(fields, &KeyPassword::new(PASSWORD).unwrap()))
}

/// Appends the right `sig`.
fn signed(raw: &str) -> String {
    let parameters = Parameters::parse(raw.as_bytes()).unwrap();
    format!("{raw}&sig={}", sign_request(&SigSecret::from_bytes([0x11; 32]), parameters.iter()))
}

#[test]
fn the_merchant_is_named_by_the_address_or_a_parameter() {
    for (raw, path, expected) in [
        ("admin=4000", None, "4000"),
        ("SID=2400", None, "2400"),
        ("admin=4000&SID=session", None, "4000"),
        ("admin=&SID=2400", None, "2400"),
        ("", Some("4000"), "4000"),
        ("admin=4000", Some("4000"), "4000"),
        ("shop=7", Some("2400"), "2400"),
        ("", None, "merchant_missing: admin"),
        ("admin=", None, "merchant_missing: admin"),
        ("shop=4000", None, "merchant_missing: admin"),
        ("admin=40a0", None, "merchant_malformed: admin"),
        ("admin=12345678901", None, "merchant_malformed: admin"),
        ("admin=%EF%BC%94", None, "merchant_malformed: admin"),
        ("SID=%FF", None, "merchant_malformed: SID"),
        ("admin=4000", Some("x"), "merchant_malformed: admin"),
    ] {
        let parameters = Parameters::parse(raw.as_bytes()).unwrap();
        let found = merchant_of(&parameters, path).map_or_else(|e| e.to_string(), |id| id.to_string());
        assert_eq!(found, expected, "{raw} {path:?}");
    }
}

#[test]
fn the_address_and_the_parameter_name_the_same_merchant() {
    check_all(
        &asj(),
        &[
            (BASE, "ok"),
            ("amount=2000&charge=100", "ok"),
            ("admin=4001&amount=2000&charge=100", "merchant_conflict: admin"),
            ("admin=04000&amount=2000&charge=100", "merchant_conflict: admin"),
            ("amount=2000&charge=100&SID=session", "ok"),
        ],
    );
    check_all(
        &twenty_four(),
        &[
            ("SID=2400&AMT=2000&OID=100", "ok"),
            ("SID=4000&AMT=2000&OID=100", "merchant_conflict: SID"),
            ("SID=2400&AMT=2000&OID=100&admin=mine", "ok"),
        ],
    );
}

#[test]
fn what_can_not_be_read_has_a_code_of_its_own() {
    let many = (0..101).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
    let large = format!("x={}", "a".repeat(70_000));
    check_all(
        &asj(),
        &[
            (&many, "too_many_parameters"),
            (&large, "too_large"),
            ("amount=%zz", "bad_escape: amount"),
            ("amount=1&amount=2", "given_twice: amount"),
            ("x=1&x=1", "given_twice: x"),
            ("4242424242424242=1&4242424242424242=2", "given_twice: ?"),
        ],
    );
}

#[test]
fn amounts() {
    for (amount, expected) in [
        ("1", "ok"),
        ("9999999", "ok"),
        ("", "amount_missing: amount"),
        ("0", "amount_out_of_range: amount"),
        ("10000000", "amount_out_of_range: amount"),
        ("99999999999999999999", "amount_out_of_range: amount"),
        ("007", "amount_malformed: amount"),
        ("00", "amount_malformed: amount"),
        ("-1", "amount_malformed: amount"),
        ("%2B1", "amount_malformed: amount"),
        ("1,000", "amount_malformed: amount"),
        ("1.5", "amount_malformed: amount"),
        ("1e3", "amount_malformed: amount"),
        ("+100", "amount_malformed: amount"),
        ("%EF%BC%91", "amount_malformed: amount"),
        ("%C2%A5100", "amount_malformed: amount"),
    ] {
        assert_eq!(answer(&asj(), &format!("admin=4000&charge=100&amount={amount}")), expected, "{amount}");
    }
    assert_eq!(answer(&asj(), "admin=4000&charge=100"), "amount_missing: amount");
    let capped = Merchant { max_amount: Yen::new(5000).unwrap(), ..asj() };
    check_all(&capped, &[("amount=5000&charge=1", "ok"), ("amount=5001&charge=1", "amount_out_of_range: amount")]);
}

#[test]
fn order_numbers() {
    for (order, expected) in [
        ("1", "ok"),
        ("007", "ok"),
        ("899999999999999999", "ok"),
        ("99999999999999999", "ok"),
        ("900000000000000000", "order_reserved: charge"),
        ("999999999999999999", "order_reserved: charge"),
        ("1000000000000000000", "order_malformed: charge"),
        ("9999999999999999999", "order_malformed: charge"),
        ("", "order_missing: charge"),
        ("A-1", "order_malformed: charge"),
        ("1.0", "order_malformed: charge"),
        ("-1", "order_malformed: charge"),
        ("%EF%BC%91", "order_malformed: charge"),
    ] {
        assert_eq!(answer(&asj(), &format!("admin=4000&amount=2000&charge={order}")), expected, "{order}");
    }
    let forty = "x".repeat(40);
    let forty_one = "x".repeat(41);
    for (order, expected) in [
        ("1", "ok"),
        ("Order_2026-11", "ok"),
        ("9999999999999999999", "ok"),
        (forty.as_str(), "ok"),
        (forty_one.as_str(), "order_malformed: OID"),
        ("900000000000000000", "order_reserved: OID"),
        ("a+b", "order_malformed: OID"),
        ("a.b", "order_malformed: OID"),
        ("", "order_missing: OID"),
    ] {
        assert_eq!(answer(&twenty_four(), &format!("SID=2400&AMT=2000&OID={order}")), expected, "{order}");
    }
    assert_eq!(parse(&asj(), "amount=1&charge=007").unwrap().order.as_str(), "007", "leading zeros stay");
}

#[test]
fn ways_to_pay() {
    check_added(
        &asj(),
        &[
            ("charge_type=", "ok"),
            ("charge_type=1", "ok"),
            ("charge_type=2", "no_contract_convenience_store: charge_type"),
            ("charge_type=3", "no_contract_buyer_chooses: charge_type"),
            ("charge_type=5", "no_contract_account_transfer: charge_type"),
            ("charge_type=7", "no_contract_pay_later: charge_type"),
            ("charge_type=0", "charge_type_invalid: charge_type"),
            ("charge_type=4", "charge_type_invalid: charge_type"),
            ("charge_type=6", "charge_type_invalid: charge_type"),
            ("charge_type=01", "charge_type_invalid: charge_type"),
            ("charge_type=card", "charge_type_invalid: charge_type"),
        ],
    );
}

#[test]
fn names_and_free_items() {
    let full_width = "%E5%B1%B1".repeat(64);
    for name in ["name", "free1", "free2", "free3"] {
        for (value, problem) in [
            ("", None),
            ("%E5%B1%B1%E7%94%B0+%E5%A4%AA%E9%83%8E", None),
            (full_width.as_str(), None),
            (&"a".repeat(128), None),
            (&"%EF%BD%B1".repeat(128), None),
            (&format!("{full_width}a"), Some("too_long")),
            (&"a".repeat(129), Some("too_long")),
            ("a%0Ab", Some("control_character")),
            ("a%00b", Some("control_character")),
            ("a%09b", Some("control_character")),
            ("a%E2%80%AEb", Some("control_character")),
            ("%FF", Some("undecodable")),
            ("%8E%52", Some("undecodable")),
            ("card+4242+4242+4242+4242", Some("card_number")),
            ("4242-4242-4242-4242", Some("card_number")),
            ("%EF%BC%94%EF%BC%92%EF%BC%94%EF%BC%92424242424242", Some("card_number")),
            ("03-1234-5678", None),
            ("<script>alert(1)</script>", None),
        ] {
            let expected = problem.map_or("ok".to_owned(), |problem| format!("{problem}: {name}"));
            assert_eq!(answer(&asj(), &format!("{BASE}&{name}={value}")), expected, "{name}={value}");
        }
    }
}

#[test]
fn mail_addresses() {
    let longest = format!("mail={}@x.example", "a".repeat(118));
    let too_long = format!("mail={}@x.example", "a".repeat(120));
    check_added(
        &asj(),
        &[
            ("mail=", "ok"),
            ("mail=info@asjtest.jp", "ok"),
            ("mail=a.b%2Bc_d-e@sub.shop.example", "ok"),
            ("mail=a..b.@docomo.example", "ok"),
            (&longest, "ok"),
            (&too_long, "too_long: mail"),
            ("mail=info", "mail_malformed: mail"),
            ("mail=@shop.example", "mail_malformed: mail"),
            ("mail=info@", "mail_malformed: mail"),
            ("mail=info@shop", "mail_malformed: mail"),
            ("mail=info@shop..example", "mail_malformed: mail"),
            ("mail=info@.example", "mail_malformed: mail"),
            ("mail=info@shop.example.", "mail_malformed: mail"),
            ("mail=a@b@shop.example", "mail_malformed: mail"),
            ("mail=a+b@shop.example", "mail_malformed: mail"),
            ("mail=a@shop.example,b@shop.example", "mail_malformed: mail"),
            ("mail=<a@shop.example>", "mail_malformed: mail"),
            ("mail=%22a%22@shop.example", "mail_malformed: mail"),
            ("mail=%EF%BD%81@shop.example", "mail_malformed: mail"),
            ("mail=a%EF%BC%A0shop.example", "mail_malformed: mail"),
            ("mail=a@shop.example%0D%0ABcc:b@shop.example", "control_character: mail"),
            ("mail=4242424242424242@shop.example", "card_number: mail"),
            ("mail=%FF@shop.example", "undecodable: mail"),
        ],
    );
}

#[test]
fn telephone_numbers() {
    let longest = format!("card_tel={}", "-".repeat(32));
    let too_long = format!("card_tel={}", "0".repeat(33));
    check_added(
        &asj(),
        &[
            ("card_tel=", "ok"),
            ("card_tel=03-1234-5678", "ok"),
            ("card_tel=09012345678", "ok"),
            (&longest, "ok"),
            (&too_long, "too_long: card_tel"),
            ("card_tel=%2B81312345678", "tel_malformed: card_tel"),
            ("card_tel=03(1234)5678", "tel_malformed: card_tel"),
            ("card_tel=03+1234+5678", "tel_malformed: card_tel"),
            ("card_tel=%EF%BC%90", "tel_malformed: card_tel"),
            ("card_tel=4242-4242-4242-4242", "card_number: card_tel"),
        ],
    );
}

#[test]
fn feature_phones_and_regular_purchases() {
    check_added(
        &asj(),
        &[
            ("mobile=", "ok"),
            ("mobile=1", "ok"),
            ("mobile=0", "mobile_invalid: mobile"),
            ("mobile=on", "mobile_invalid: mobile"),
            ("regular=on", "regular_not_available: regular"),
            ("regular=on&regular_kind=1", "regular_not_available: regular"),
            ("regular=off", "regular_invalid: regular"),
            ("regular=1", "regular_invalid: regular"),
            ("regular=&regular_kind=", "ok"),
            ("regular_kind=12", "ok"),
            ("regular_kind=0", "regular_kind_invalid: regular_kind"),
            ("regular_kind=100", "regular_kind_invalid: regular_kind"),
            ("regular_kind=01", "regular_kind_invalid: regular_kind"),
        ],
    );
    assert!(parse(&asj(), &format!("{BASE}&mobile=1")).unwrap().details.mobile);
}

fn offers(kinds: &[(&str, &str)]) -> Merchant {
    let kinds = kinds.iter().map(|(kind, offer)| (RegularKind::parse(kind).unwrap(), OfferId::new(*offer).unwrap()));
    let mut merchant = asj();
    merchant.regular.kinds = kinds.collect();
    merchant
}

#[test]
fn a_regular_purchase_names_its_offer_by_the_kind() {
    let (one, many, no_first) = (
        offers(&[("6", "coffee")]),
        offers(&[("1", "coffee"), ("12", "tea")]),
        offers(&[("2", "coffee"), ("3", "tea")]),
    );
    for (merchant, added, named) in [
        (&one, "regular=on", "coffee"),
        (&one, "regular=on&regular_kind=6", "coffee"),
        (&one, "regular=on&regular_kind=1", "regular_kind_unknown: regular_kind"),
        (&many, "regular=on", "coffee"),
        (&many, "regular=on&regular_kind=12", "tea"),
        (&many, "regular=on&regular_kind=3", "regular_kind_unknown: regular_kind"),
        (&many, "regular=on&regular_kind=one", "regular_kind_invalid: regular_kind"),
        (&no_first, "regular=on", "regular_kind_missing: regular_kind"),
        (&no_first, "regular_kind=3", "none"),
    ] {
        let read = parse(merchant, &format!("{BASE}&{added}"));
        let read = read.map(|request| request.regular.map_or_else(|| "none".to_owned(), String::from));
        assert_eq!(read.unwrap_or_else(|error| error.to_string()), named, "{added}");
    }
}

#[test]
fn a_regular_purchase_begins_for_the_first_amount_that_the_shop_says() {
    let merchant = offers(&[("1", "coffee")]);
    let asked = || parse(&merchant, &format!("{BASE}&regular=on")).unwrap();
    let usual = Offer { version: 3, ..offer(2_000, 1) };
    let free = Offer { first: FirstAmount::Free, ..usual.clone() };
    let cheap = Offer { first: FirstAmount::Charged(Yen::new(500).unwrap()), ..usual.clone() };
    let gone = Offer { withdrawn_at: Some(now()), ..usual.clone() };
    let refused = |offer: Option<&Offer>| asked().joining(&merchant, offer).unwrap_err().to_string();
    assert_eq!(refused(None), "regular_offer_closed: regular_kind");
    assert_eq!(refused(Some(&gone)), "regular_offer_closed: regular_kind");
    assert_eq!(refused(Some(&cheap)), "regular_amount_conflict: amount", "2,000 yen is what follows");
    let order = |offer: &Offer| asked().joining(&merchant, Some(offer)).unwrap().into_order(&merchant, None);
    let joined = order(&usual);
    assert_eq!((joined.amount.get(), joined.interface), (2_000, Interface::DataLinkage));
    assert_eq!(joined.details.offer, Some(usual.chosen()));
    assert_eq!(joined.details.item, "コーヒー豆");
    let registered = order(&free);
    assert_eq!((registered.amount.get(), registered.interface), (1, Interface::CardRegistration));
    let once = parse(&merchant, BASE).unwrap();
    assert_eq!(once.clone().joining(&merchant, None), Ok(once), "who is paid once asks for no offer");
}

#[test]
fn destinations_and_languages() {
    check_added(
        &asj(),
        &[
            ("return=", "ok"),
            ("return=1", "ok"),
            ("return=2", "ok"),
            ("return=3", "return_not_registered: return"),
            ("return=0", "return_invalid: return"),
            ("return=4", "return_invalid: return"),
            ("return=01", "return_invalid: return"),
            ("return=https://evil.example/", "return_invalid: return"),
            ("lang=ja", "ok"),
            ("lang=en", "ok"),
            ("lang=", "ok"),
            ("lang=EN", "lang_invalid: lang"),
            ("lang=fr", "lang_invalid: lang"),
        ],
    );
    let nowhere = Merchant { destinations: [None, None, None], ..asj() };
    check_added(&nowhere, &[("", "ok"), ("return=1", "return_not_registered: return")]);
    check_all(&twenty_four(), &[("AMT=1&OID=1&URL=3", "return_not_registered: URL"), ("AMT=1&OID=1&URL=2", "ok")]);
}

#[test]
fn a_buyer_id_needs_time_and_a_right_key() {
    let user = "info@asjtest.jp";
    let right = key(user, NOW_S);
    let late = key(user, NOW_S - 3601);
    let early = key(user, NOW_S + 301);
    let of_other = key("Info@asjtest.jp", NOW_S);
    for (added, expected) in [
        (format!("user={user}&time={NOW_S}&key={right}"), "ok"),
        (format!("user=info%40asjtest.jp&time={NOW_S}&key={}", right.to_uppercase()), "ok"),
        (format!("user={user}&time={}&key={}", NOW_S - 3600, key(user, NOW_S - 3600)), "ok"),
        (format!("user={user}&time={}&key={}", NOW_S + 300, key(user, NOW_S + 300)), "ok"),
        (format!("user={user}&time={}&key={late}", NOW_S - 3601), "time_outside_window: time"),
        (format!("user={user}&time={}&key={early}", NOW_S + 301), "time_outside_window: time"),
        (format!("user={user}&time={}&key={right}", NOW_S + 1), "merchant_or_signature"),
        (format!("user={user}&time={NOW_S}&key={of_other}"), "merchant_or_signature"),
        (format!("user={user}&time={NOW_S}&key={}", &right[1..]), "merchant_or_signature"),
        (format!("user={user}&time={NOW_S}&key=x"), "merchant_or_signature"),
        (format!("user={user}&time={NOW_S}"), "key_missing: key"),
        (format!("user={user}&time={NOW_S}&key="), "key_missing: key"),
        (format!("user={user}"), "key_missing: key"),
        (format!("user={user}&key={right}"), "time_missing: time"),
        (format!("time={NOW_S}&key={right}"), "key_without_user: key"),
        (format!("user=&time={NOW_S}&key={right}"), "key_without_user: key"),
        (format!("key={right}"), "key_without_user: key"),
        (format!("time={NOW_S}"), "time_unsigned: time"),
        ("user=&time=&key=".to_owned(), "ok"),
    ] {
        assert_eq!(answer(&asj(), &format!("{BASE}&{added}")), expected, "{added}");
    }
    let odd_time = HEXLOWER.encode(&card_on_file_key(
        KeyFields { admin: b"4000", amount: b"2000", charge: b"100", user: b"u", time: b"now" },
        &KeyPassword::new(PASSWORD).unwrap(),
    ));
    check_added(&asj(), &[(&format!("user=u&time=now&key={odd_time}"), "time_malformed: time")]);

    let request = parse(&asj(), &format!("{BASE}&user={user}&time={NOW_S}&key={right}")).unwrap();
    assert_eq!(request.details.user, user);
}

#[test]
fn a_changed_amount_breaks_the_key() {
    let raw = format!("admin=4000&amount=1&charge=100&user=u&time={NOW_S}&key={}", key("u", NOW_S));
    assert_eq!(answer(&asj(), &raw), "merchant_or_signature");
}

#[test]
fn two_key_passwords_may_be_valid() {
    let raw = format!("{BASE}&user=u&time={NOW_S}&key={}", key("u", NOW_S));
    let parameters = Parameters::parse(raw.as_bytes()).unwrap();
    let with = |passwords: &[&str]| {
        let key_passwords = passwords.iter().map(|p| KeyPassword::new(*p).unwrap()).collect();
        verify_and_parse(&parameters, &asj(), &Secrets { key_passwords, sig_secrets: vec![] }, now()).is_ok()
    };
    assert!(with(&["newer-one", PASSWORD]) && with(&[PASSWORD]));
    assert!(!with(&["newer-one"]) && !with(&[]));
}

#[test]
fn buyer_ids() {
    for (user, expected) in [
        ("u", "ok"),
        ("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{", "ok"),
        ("u v", "user_malformed: user"),
        ("ユーザー", "user_malformed: user"),
        ("u\n", "control_character: user"),
        (&"u".repeat(30), "ok"),
        (&"u".repeat(31), "user_malformed: user"),
    ] {
        let sent: String = user.bytes().map(|b| format!("%{b:02x}")).collect();
        let raw = format!("{BASE}&user={sent}&time={NOW_S}&key={}", key(user, NOW_S));
        assert_eq!(answer(&asj(), &raw), expected, "{user}");
    }
}

#[test]
fn without_the_option_a_buyer_id_is_refused_and_never_dropped() {
    let merchant = Merchant { card_on_file: false, ..asj() };
    let with_key = format!("user=u&time={NOW_S}&key={}", key("u", NOW_S));
    check_added(&merchant, &[(&with_key, "card_on_file_off: user"), ("user=u", "card_on_file_off: user")]);
    let raw = signed(&format!("{BASE}&user=u&time={NOW_S}"));
    assert_eq!(answer(&merchant, &raw), "card_on_file_off: user");
}

#[test]
fn a_strong_signature_covers_everything() {
    let raw = signed(&format!("{BASE}&mail=info@asjtest.jp&x+y=unknown&time={NOW_S}"));
    assert_eq!(answer(&asj(), &raw), "ok");
    for changed in [
        raw.replace("amount=2000", "amount=1"),
        raw.replace("info@", "evil@"),
        raw.replace("unknown", "changed"),
        raw.replace("x+y=unknown&", ""),
        raw.replace("sig=v2:", "sig=v1:"),
        format!("{raw}&free1=added"),
        format!("{raw}0"),
        format!("{BASE}&time={NOW_S}&sig=v2:"),
    ] {
        assert_eq!(answer(&asj(), &changed), "merchant_or_signature", "{changed}");
    }
    let sorted_otherwise: Vec<_> = raw.split('&').rev().collect();
    assert_eq!(answer(&asj(), &sorted_otherwise.join("&")), "ok", "the order of sending does not matter");
    check_all(
        &asj(),
        &[
            (&signed(BASE), "time_missing: time"),
            (&signed(&format!("{BASE}&time=")), "time_missing: time"),
            (&signed(&format!("{BASE}&time=soon")), "time_malformed: time"),
            (&signed(&format!("{BASE}&time={}", NOW_S - 3600)), "ok"),
            (&signed(&format!("{BASE}&time={}", NOW_S - 3601)), "time_outside_window: time"),
            (&signed(&format!("{BASE}&time={}", NOW_S + 301)), "time_outside_window: time"),
            (&signed(&format!("{BASE}&user=u&time={NOW_S}")), "ok"),
            (&signed(&format!("{BASE}&user=u")), "time_missing: time"),
            (&signed(&format!("{BASE}&user=u&time={NOW_S}&key={}", key("u", NOW_S))), "ok"),
            (&signed(&format!("{BASE}&user=u&time={NOW_S}&key=00")), "merchant_or_signature"),
            (&signed(&format!("{BASE}&time={NOW_S}&key={}", key("", NOW_S))), "key_without_user: key"),
        ],
    );
}

#[test]
fn a_merchant_may_require_the_strong_signature() {
    let mut merchant = asj();
    merchant.sig.required = true;
    let with_key = format!("{BASE}&user=u&time={NOW_S}&key={}", key("u", NOW_S));
    check_all(
        &merchant,
        &[
            (BASE, "sig_missing: sig"),
            (&format!("{BASE}&sig="), "sig_missing: sig"),
            (&with_key, "sig_missing: sig"),
            (&signed(&format!("{BASE}&time={NOW_S}")), "ok"),
        ],
    );
}

#[test]
fn a_signature_nobody_can_check_is_refused() {
    let parameters = Parameters::parse(signed(&format!("{BASE}&time={NOW_S}")).as_bytes()).unwrap();
    let none = Secrets { key_passwords: vec![], sig_secrets: vec![] };
    let error = verify_and_parse(&parameters, &asj(), &none, now()).unwrap_err();
    assert_eq!(error.problem(), Problem::MerchantOrSignature);
}

#[test]
fn signatures_are_over_the_names_on_the_wire_and_the_key_over_ours() {
    let raw = signed(&format!("SID=2400&AMT=2000&OID=100&EMAIL=info@asjtest.jp&time={NOW_S}"));
    assert_eq!(answer(&twenty_four(), &raw), "ok");
    let fields = KeyFields {
        admin: b"2400",
        amount: b"2000",
        charge: b"100",
        user: b"u",
        time: NOW_S.to_string().leak().as_bytes(),
    };
    let key = HEXLOWER.encode(&card_on_file_key(fields, &KeyPassword::new(PASSWORD).unwrap()));
    check_all(
        &twenty_four(),
        &[
            (&format!("SID=2400&AMT=2000&OID=100&user=u&time={NOW_S}&key={key}"), "ok"),
            (&format!("AMT=2000&OID=100&user=u&time={NOW_S}&key={key}"), "ok"),
            (&format!("SID=2400&AMT=2001&OID=100&user=u&time={NOW_S}&key={key}"), "merchant_or_signature"),
        ],
    );
}

#[test]
fn an_unknown_merchant_and_a_bad_signature_are_told_alike() {
    for raw in [BASE, "", "admin=1&key=x&user=u&time=1", "admin=1&sig=v2:00&time=1"] {
        let parameters = Parameters::parse(raw.as_bytes()).unwrap();
        assert_eq!(refuse_unknown_merchant(&parameters).to_string(), "merchant_or_signature");
    }
}

#[test]
fn the_signature_is_judged_before_the_values() {
    let wrong_key = format!("{BASE}x&charge_type=9&user=u&time={NOW_S}&key=00&free1=%FF");
    check_all(&asj(), &[(&wrong_key, "merchant_or_signature")]);
}

#[test]
fn a_merchant_that_may_not_trade_is_refused() {
    check_all(&Merchant { status: Status::Suspended, ..asj() }, &[(BASE, "merchant_suspended")]);
    check_all(&Merchant { status: Status::Closed, ..asj() }, &[(BASE, "merchant_closed")]);
}

#[test]
fn unknown_parameters_are_ignored_whatever_they_hold() {
    check_added(&asj(), &[("utm_source=mail", "ok"), ("x=%FF%00", "ok"), ("AMT=1", "ok"), ("=", "ok")]);
    check_all(&twenty_four(), &[("AMT=2000&OID=1&amount=bad&charge=%FF", "ok")]);
}

#[test]
fn a_shift_jis_shop_is_read_in_its_encoding_and_signs_its_bytes() {
    // 山田 表, with 表's second byte 0x5C
    let raw = format!("{BASE}&name=%8ER%93c+%95%5C&free1=%81%60&free2=%B1");
    let request = parse(&shift_jis(), &raw).unwrap();
    assert_eq!(request.details.name, "山田 表");
    assert_eq!(request.details.free, ["～".to_owned(), "ｱ".to_owned(), String::new()]);
    assert_eq!(answer(&shift_jis(), &signed(&format!("{raw}&time={NOW_S}"))), "ok");
    check_added(
        &shift_jis(),
        &[
            ("name=%E9%83%8E", "undecodable: name"),
            ("name=%8E", "undecodable: name"),
            ("name=%80", "control_character: name"),
            (&format!("free3={}", "%8ER".repeat(64)), "ok"),
            (&format!("free3={}a", "%8ER".repeat(64)), "too_long: free3"),
        ],
    );
}

#[test]
fn a_whole_request_becomes_an_order() {
    let raw = format!(
        "{BASE}&name=%E5%B1%B1%E7%94%B0&mail=info@asjtest.jp&card_tel=03-1234-5678&free1=a%26b%3Dc&free3=3&mobile=1&return=2&lang=en\
         &user=u&time={NOW_S}&key={}",
        key("u", NOW_S)
    );
    let order = parse(&asj(), &raw).unwrap().into_order(&asj(), Some(Lang::Ja));
    assert_eq!(order.key.to_string(), "4000/100");
    assert_eq!((order.amount.get(), order.attempts_allowed, order.interface), (2000, 5, Interface::DataLinkage));
    let expected = Details {
        name: "山田".to_owned(),
        mail: "info@asjtest.jp".to_owned(),
        tel: "03-1234-5678".to_owned(),
        free: ["a&b=c".to_owned(), String::new(), "3".to_owned()],
        user: "u".to_owned(),
        destination: DestinationNumber::Two,
        lang: Lang::En,
        mobile: true,
        item: String::new(),
        terms: None,
        offer: None,
        billed_on: None,
        card_of: None,
    };
    assert_eq!(order.details, expected);
}

#[test]
fn the_shop_then_the_browser_then_the_merchant_choose_the_language() {
    let merchant = Merchant { lang: Lang::En, ..asj() };
    for (added, accepted, lang) in [
        ("lang=ja", Some(Lang::En), Lang::Ja),
        ("lang=ja", None, Lang::Ja),
        ("", Some(Lang::Ja), Lang::Ja),
        ("", None, Lang::En),
    ] {
        let request = parse(&merchant, &format!("{BASE}&{added}")).unwrap();
        assert_eq!(request.into_order(&merchant, accepted).details.lang, lang, "{added} {accepted:?}");
    }
}

#[test]
fn the_24_dialect_reads_its_default_and_its_own_names() {
    let raw =
        "SID=2400&AMT=2000&OID=A-1&EMAIL=info@asjtest.jp&NAME=Taro&TEL=03-1&ITEM1=1&ITEM2=2&ITEM3=3&URL=2&lang=en";
    let request = parse(&twenty_four(), raw).unwrap();
    assert_eq!((request.order.as_str(), request.amount.get(), request.lang), ("A-1", 2000, Some(Lang::En)));
    assert_eq!((request.details.mail.as_str(), request.details.name.as_str()), ("info@asjtest.jp", "Taro"));
    assert_eq!(request.details.free, ["1".to_owned(), "2".to_owned(), "3".to_owned()]);
    assert_eq!(request.details.destination, DestinationNumber::Two);

    let own = Merchant { request_names: vec![("amount".to_owned(), "kingaku".to_owned())], ..twenty_four() };
    check_all(
        &own,
        &[
            ("kingaku=2000&OID=1", "ok"),
            ("AMT=2000&OID=1", "amount_missing: kingaku"),
            ("kingaku=x&OID=1", "amount_malformed: kingaku"),
        ],
    );
}

proptest! {
    #[test]
    fn no_value_makes_it_panic_or_shows_up_in_the_error(
        field in prop::sample::select(&Field::ALL[..]),
        value in prop::collection::vec(any::<u8>(), 0..160),
    ) {
        let sent: String = value.iter().map(|b| format!("%{b:02X}")).collect();
        for merchant in [asj(), twenty_four(), shift_jis()] {
            let raw = format!("x=1&{}={sent}", field.wire_name(&merchant));
            let Err(error) = parse(&merchant, &raw) else { continue };
            let shown = error.to_string();
            let text = String::from_utf8_lossy(&value);
            prop_assert!(value.len() < 16 || !shown.contains(&*text));
        }
    }

    #[test]
    fn what_is_accepted_is_in_order(free in ".{0,70}", name in "[a-z山田ｱ ]{0,64}") {
        let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let raw = format!("{BASE}&free1={}&name={}", encode(&free), encode(&name));
        if let Ok(request) = parse(&asj(), &raw) {
            prop_assert_eq!(&request.details.free[0], &free);
            prop_assert!(text::width(&free) <= MAX_WIDTH && !text::has_control(&free));
            prop_assert_eq!(request.details.name, name);
        }
    }
}
