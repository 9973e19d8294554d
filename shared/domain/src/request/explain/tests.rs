//! Wrong requests, as shops send them, and what they are told.

use proptest::prelude::*;

use super::*;
use crate::{
    MerchantId,
    merchant::{Destination, Dialect, Method, RegularKind, Status},
    recurring::offer::{OfferId, tests::offer},
    request::verify_and_parse,
    signing::{KeyFields, KeyPassword, SigSecret, card_on_file_key, encoded, made_otherwise, sign_request},
    wire::Parameters,
};
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use sha2::{Digest, Sha256};

const NOW_S: i64 = 1_763_720_400;
const PASSWORD: &str = "p&w%1+";
const SECRET: [u8; 32] = [0x1f; 32];

fn now() -> Timestamp {
    Timestamp::from_second(NOW_S).unwrap()
}

fn asj() -> Merchant {
    let thanks = Destination { address: "https://shop.example/thanks".to_owned(), method: Method::Post };
    let mut merchant = Merchant {
        card_on_file: true,
        destinations: [Some(thanks), None, None],
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

/// Kind 1 begins an offer that is there, kind 2 one that isn't.
fn with_offers() -> Merchant {
    let mut merchant = asj();
    for (kind, offer) in [("1", "coffee"), ("2", "tea")] {
        merchant.regular.kinds.insert(RegularKind::parse(kind).unwrap(), OfferId::new(offer).unwrap());
    }
    merchant
}

fn secrets() -> Secrets {
    Secrets {
        key_passwords: vec![KeyPassword::new("another1").unwrap(), KeyPassword::new(PASSWORD).unwrap()],
        sig_secrets: vec![SigSecret::from_bytes([7; 32]), SigSecret::from_bytes(SECRET)],
    }
}

fn explained(merchant: &Merchant, pasted: &str) -> Explanation {
    explain(pasted.as_bytes(), (merchant, &secrets()), &[offer(1_000, 1)], now())
}

/// Codes, with the parameter and the steps.
fn told(merchant: &Merchant, pasted: &str) -> String {
    let one = |finding: &Finding| match finding {
        Finding::Differs { steps, .. } => {
            let steps: Vec<_> = steps.iter().map(|step| step.code()).collect();
            format!("{}({})", finding.code(), steps.join("+"))
        }
        Finding::Refused(_) | Finding::OtherMerchant(_) | Finding::NothingToCheckWith(_) | Finding::Advice(..) => {
            match finding.parameter() {
                Some(name) => format!("{}:{name}", finding.code()),
                None => finding.code().to_owned(),
            }
        }
    };
    explained(merchant, pasted).findings.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn hex_sha256(message: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(message))
}

/// A request with a right key.
fn keyed() -> String {
    with_key(&format!("admin=4000&amount=2000&charge=100&user=Taro%2B%7E&time={NOW_S}&{PASSWORD}"))
}

/// The request that belongs to that, with the key made of another message.
fn with_key(message: &str) -> String {
    format!("admin=4000&amount=2000&charge=100&user=Taro%2B~&time={NOW_S}&key={}", hex_sha256(message))
}

/// The encoded parameters of a request that is signed, without `sig`.
fn order() -> String {
    format!("admin=4000&amount=2000&charge=100&free2=&free1=%E5%B1%B1%20*~&time={NOW_S}")
}

fn canonical() -> String {
    format!("admin=4000&amount=2000&charge=100&free1=%E5%B1%B1%20%2A~&free2=&time={NOW_S}")
}

fn signed_as(message: &str) -> String {
    format!("{}&sig=v2:{}", order(), HEXLOWER.encode(&made_otherwise(&SECRET, message.as_bytes())))
}

fn lines(form: &str) -> String {
    format!("kessai-sig-v2\nrequest\n{form}")
}

#[test]
fn a_right_request_opens_and_is_read() {
    let right = signed_as(&lines(&canonical()));
    let explanation = explained(&asj(), &right);
    assert!(explanation.opens && explanation.findings.is_empty(), "{explanation:?}");
    let free1 = &explanation.read[4];
    assert_eq!((free1.name.as_str(), free1.field, free1.length_bytes), ("free1", Some(Field::Free1), 6));
    assert_eq!(free1.seen, Seen::Either);
    let fields = KeyFields { admin: b"4000", amount: b"2000", charge: b"100", user: b"Taro+~", time: b"1763720400" };
    let key = HEXUPPER.encode(&card_on_file_key(fields, &KeyPassword::new(PASSWORD).unwrap()));
    let keyed = format!("admin=4000&amount=2000&charge=100&user=Taro%2B~&time={NOW_S}&key={key}");
    assert_eq!(told(&asj(), &keyed), "", "upper-case hex is fine");
}

#[test]
fn keys_that_shops_get_wrong() {
    let (start, time) = ("admin=4000&amount=2000&charge=100", NOW_S);
    let right = format!("{start}&user=Taro%2B~&time={time}");
    for (message, steps) in [
        (format!("{start}&user=Taro+~&time={time}&{PASSWORD}"), "not_encoded"),
        (format!("{start}&user=Taro%252B~&time={time}&{PASSWORD}"), "encoded_twice"),
        (format!("{start}&user=Taro%2b~&time={time}&{PASSWORD}"), "lower_case_hex"),
        (format!("{start}&user=Taro%2B%7E&time={time}&{PASSWORD}"), "form_encoding"),
        (format!("{right}&{PASSWORD}\n"), "line_break_at_end"),
        (format!("{right}{PASSWORD}"), "no_ampersand"),
        (format!("{right}&p%26w%251%2B"), "password_encoded"),
        (format!("{right}&password={PASSWORD}"), "password_named"),
        (format!("{PASSWORD}&{right}"), "password_first"),
        (right.clone(), "no_password"),
        (format!("{start}&time={time}&user=Taro%2B~&{PASSWORD}"), "order"),
        (format!("4000&2000&100&Taro%2B~&{time}&{PASSWORD}"), "values_only"),
        (format!("admin=&amount=2000&charge=100&user=Taro%2B~&time={time}&{PASSWORD}"), "number_left_out"),
        (format!("{start}&user=Taro%2B~&time={}&{PASSWORD}", time - 1), "other_time"),
        (format!("{start}&user=taro%2B~&time={time}&{PASSWORD}"), "user_case"),
        (format!("{start}&user=Taro%2b~&time={time}&{PASSWORD}\n"), "lower_case_hex+line_break_at_end"),
        (format!("{right}&wrong"), ""),
    ] {
        let expected = format!("merchant_or_signature key_differs({steps})");
        assert_eq!(told(&asj(), &with_key(&message)), expected, "{message}");
    }
    let hmac = HEXLOWER.encode(&made_otherwise(PASSWORD.as_bytes(), right.as_bytes()));
    let sent = |key: &str| format!("{start}&user=Taro%2B~&time={time}&key={key}");
    let digest = Sha256::digest(format!("{right}&{PASSWORD}"));
    for (key, steps) in [
        (hmac, "hmac"),
        (encoded(BASE64.encode(&digest).as_bytes()), "base64"),
        (format!("{}%0A", HEXLOWER.encode(&digest)), "space_around"),
        ("d41d8cd98f00b204e9800998ecf8427e".to_owned(), "length"),
        ("xyz".to_owned(), "not_hex"),
    ] {
        let expected = format!("merchant_or_signature key_differs({steps})");
        assert!(told(&asj(), &sent(&key)).starts_with(&expected), "{key}: {}", told(&asj(), &sent(&key)));
    }
}

#[test]
fn a_key_of_the_24_dialect_has_our_names_inside() {
    let message = format!("SID=2400&AMT=2000&OID=A-1&user=u&time={NOW_S}&{PASSWORD}");
    let sent = format!("SID=2400&AMT=2000&OID=A-1&user=u&time={NOW_S}&key={}", hex_sha256(&message));
    assert_eq!(told(&twenty_four(), &sent), "merchant_or_signature key_differs(wire_names)");
}

#[test]
fn signatures_that_shops_get_wrong() {
    let form = canonical();
    for (message, steps) in [
        (form.clone(), "no_lines"),
        (format!("kessai-sig-v2\nhandover\n{form}"), "direction"),
        (format!("kessai-sig-v2\r\nrequest\r\n{form}"), "line_breaks"),
        (format!("kessai-sig-v2\\nrequest\\n{form}"), "line_breaks"),
        (lines(&format!("{form}\n")), "line_break_at_end"),
        (lines(&order().replace('*', "%2A")), "order"),
        (lines(&form.replace("%20", "+").replace("%2A", "*").replace('~', "%7E")), "form_encoding"),
        (lines(&form.replace("%2A", "*")), "uri_component"),
        (lines(&form.replace("%E5%B1%B1", "%e5%b1%b1").replace("%2A", "%2a")), "lower_case_hex"),
        (lines(&form.replace("%E5%B1%B1%20%2A", "山 *")), "not_encoded"),
        (lines(&form.replace('%', "%25")), "encoded_twice"),
        (lines(&form.replace("%E5%B1%B1", "%8ER")), "other_encoding"),
        (lines(&form.replace("&free2=", "")), "empty_left_out"),
        (lines(&form.replace("&charge=100", "")), "left_out"),
        (lines(&form.replace("admin=4000&", "")), "left_out"),
        (lines(&form.replace("1763720400", "1763720401")), "other_time"),
        (lines(&form.replace("2000", "1000")), ""),
    ] {
        let expected = format!("merchant_or_signature sig_differs({steps})");
        assert_eq!(told(&asj(), &signed_as(&message)), expected, "{message}");
    }
    let message = lines(&form);
    let hex = HEXLOWER.encode(&SECRET);
    let by_text = HEXLOWER.encode(&made_otherwise(hex.as_bytes(), message.as_bytes()));
    let right = HEXLOWER.encode(&made_otherwise(&SECRET, message.as_bytes()));
    for (sig, steps) in [
        (format!("v2:{by_text}"), "secret_as_text"),
        (format!("v2:{}", hex_sha256(&format!("{message}{hex}"))), "no_hmac"),
        (right.clone(), "prefix"),
        (format!("V2:{right}"), "prefix"),
        (format!("v2:{right}+"), "space_around"),
        (format!("v2:{}", &right[1..]), "length"),
        (format!("v2:{}", encoded(BASE64.encode(&made_otherwise(&SECRET, message.as_bytes())).as_bytes())), "base64"),
    ] {
        let told = told(&asj(), &format!("{}&sig={sig}", order()));
        assert!(told.starts_with(&format!("merchant_or_signature sig_differs({steps})")), "{sig}: {told}");
    }
    let added = format!("{}&utm_source=mail", signed_as(&lines(&form)));
    assert_eq!(told(&asj(), &added), "merchant_or_signature sig_differs(unknown_left_out)");
    let in_path = format!("https://pay.example/pay/4000?{}", signed_as(&lines(&form)).replace("admin=4000&", ""));
    assert_eq!(told(&asj(), &in_path), "merchant_or_signature sig_differs(number_added)");
}

#[test]
fn requests_that_shops_get_wrong() {
    let base = "admin=4000&amount=2000&charge=100";
    for (merchant, pasted, expected) in [
        (asj(), base.to_owned(), "unsigned"),
        (asj(), format!("?{base}"), "unsigned"),
        (asj(), "amount=2000&charge=100".to_owned(), "number_in_address unsigned"),
        (asj(), "https://pay.example/pay?amount=2000&charge=100".to_owned(), "merchant_missing:admin unsigned"),
        (asj(), "https://pay.example/pay/4000?amount=2000&charge=100".to_owned(), "unsigned"),
        (asj(), "https://pay.example/pay/2400?amount=2000&charge=100".to_owned(), "other_merchant:admin unsigned"),
        (
            asj(),
            format!("https://pay.example/pay/4000?{}", base.replace("4000", "4001")),
            "merchant_conflict:admin unsigned",
        ),
        (asj(), base.replace("4000", "4001"), "other_merchant:admin unsigned"),
        (asj(), base.replace("4000", "40OO"), "merchant_malformed:admin unsigned"),
        (asj(), format!("https://pay.example/paypage?{base}"), "other_path unsigned"),
        (asj(), format!("https://pay.example/pay?{base}#top"), "fragment unsigned"),
        (asj(), base.replace("2000", "2,000"), "amount_malformed:amount unsigned"),
        (asj(), base.replace("2000", "%EF%BC%92000"), "amount_malformed:amount full_width:amount unsigned"),
        (
            asj(),
            base.replace("2000", "+2000"),
            "amount_malformed:amount plus_is_space:amount space_around:amount unsigned",
        ),
        (asj(), base.replace("100", "A-1"), "order_malformed:charge unsigned"),
        (asj(), base.replace("amount", "Amount"), "amount_missing:amount name_case:Amount unsigned"),
        (asj(), base.replace("amount", "AMT"), "amount_missing:amount name_of_other_dialect:AMT unsigned"),
        (
            twenty_four(),
            "SID=2400&amount=2000&OID=1".to_owned(),
            "amount_missing:AMT name_of_other_dialect:amount unsigned",
        ),
        (asj(), format!("{base}&mail=taro+x@example.jp"), "mail_malformed:mail plus_is_space:mail unsigned"),
        (asj(), format!("{base}&mail=taro%2540example.jp"), "mail_malformed:mail encoded_twice:mail unsigned"),
        (asj(), format!("{base}&name=%2540"), "encoded_twice:name unsigned"),
        (
            asj(),
            base.replace('&', "&amp;"),
            "amount_missing:amount order_missing:charge html_escape:? html_escape:? unsigned",
        ),
        (asj(), format!("{base}&free1=%26%2312316%3B"), "html_escape:free1 unsigned"),
        (asj(), format!("{base}&free1=%8ER"), "undecodable:free1 sent_in_shift_jis:free1 unsigned"),
        (shift_jis(), format!("{base}&free1=%E5%B1%B1%E7%94%B0"), "sent_in_utf8:free1 unsigned"),
        (asj(), format!("{base}&free1=a%0A"), "control_character:free1 space_around:free1 unsigned"),
        (asj(), format!("{base}&free1=%4"), "bad_escape:free1"),
        (asj(), format!("{base}&amount=1"), "given_twice:amount"),
        (asj(), format!("{base}&time={NOW_S}"), "time_unsigned:time unsigned"),
        (asj(), format!("{base}&user=u"), "key_missing:key unsigned"),
        (asj(), format!("{base}&key=00"), "key_without_user:key"),
        (asj(), format!("{base}&user=u&key=00"), "time_missing:time"),
        (asj(), format!("{base}&return=3&lang=fr"), "return_not_registered:return lang_invalid:lang unsigned"),
        (
            asj(),
            format!("{base}&charge_type=2&regular=on"),
            "no_contract_convenience_store:charge_type regular_not_available:regular unsigned",
        ),
        (with_offers(), format!("{base}&regular=on"), "regular_amount_conflict:amount unsigned"),
        (with_offers(), format!("{base}&regular=on&regular_kind=2"), "regular_offer_closed:regular_kind unsigned"),
        (with_offers(), format!("{base}&regular=on&regular_kind=3"), "regular_kind_unknown:regular_kind unsigned"),
        (Merchant { status: Status::Suspended, ..asj() }, base.to_owned(), "merchant_suspended unsigned"),
        (Merchant::new(MerchantId::new("4000").unwrap(), "新"), base.to_owned(), "sig_missing:sig unsigned"),
    ] {
        assert_eq!(told(&merchant, &pasted), expected, "{pasted}");
    }
}

#[test]
fn clocks_that_are_off() {
    let at = |time: &str| {
        let set = [("admin", "4000"), ("amount", "2000"), ("charge", "100"), ("time", time)];
        let bytes = set.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let sig = sign_request(&SigSecret::from_bytes(SECRET), bytes);
        let sent: Vec<_> = set.iter().map(|(name, value)| format!("{name}={value}")).collect();
        told(&asj(), &format!("{}&sig={sig}", sent.join("&")))
    };
    assert_eq!(at(&NOW_S.to_string()), "");
    assert_eq!(at(&(NOW_S - 3600).to_string()), "");
    assert_eq!(at(&(NOW_S - 3601).to_string()), "time_outside_window:time clock_off:time");
    assert_eq!(at(&(NOW_S + 9 * 3600 + 10).to_string()), "time_outside_window:time japan_time:time");
    assert_eq!(at(&format!("{NOW_S}000")), "time_malformed:time milliseconds:time");
    assert_eq!(at("2025-11-21"), "time_malformed:time");
}

#[test]
fn forms_links_and_requests_are_read_as_they_are_sent() {
    let inputs = r#"<input type=hidden name=admin value=4000><input type="hidden" name="amount" value="2000">
        <input type="hidden" name="charge" value="100"><input type="submit" name="go" value="Pay">"#;
    let form = |attributes: &str, more: &str| format!("<html><form {attributes}>{inputs}{more}</form></html>");
    let post = r#"method="POST" action="https://pay.example/pay""#;
    let name = r#"<input name="name" value="山田&amp;〜">"#;
    for (merchant, pasted, shape, expected) in [
        (asj(), form(post, ""), Shape::Form, "unsigned"),
        (asj(), form(r#"method="POST" action="https://pay.example/pay/4000""#, ""), Shape::Form, "unsigned"),
        (asj(), form(r#"method="POST" action="https://pay.example/pay?lang=en""#, ""), Shape::Form, "query_of_post unsigned"),
        (asj(), form(r#"action="https://pay.example/pay?lang=en""#, ""), Shape::Form, "query_of_get unsigned"),
        (asj(), form(&format!(r#"{post} enctype="multipart/form-data""#), ""), Shape::Form, "other_content_type unsigned"),
        (asj(), form(post, name), Shape::Form, "charset_not_said unsigned"),
        (asj(), form(&format!(r#"{post} accept-charset="UTF-8""#), name), Shape::Form, "unsigned"),
        (asj(), form(&format!(r#"{post} accept-charset="Shift_JIS""#), name), Shape::Form,
            "undecodable:name html_escape:name sent_in_shift_jis:name unsigned"),
        (shift_jis(), form(&format!(r#"{post} accept-charset="Shift_JIS""#), name), Shape::Form, "html_escape:name unsigned"),
        (asj(), r#"<a href="https://pay.example/pay?admin=4000&amp;amount=2000&amp;charge=100">Pay</a>"#.to_owned(), Shape::Link, "unsigned"),
        (asj(), "GET /pay?admin=4000&amount=2000&charge=100 HTTP/1.1\r\nHost: pay.example\r\n\r\n".to_owned(), Shape::Http, "unsigned"),
        (asj(), "POST /pay HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nadmin=4000&amount=2000&charge=100".to_owned(), Shape::Http, "unsigned"),
        (asj(), "POST /pay HTTP/1.1\nContent-Type: application/json\n\n{}".to_owned(), Shape::Http,
            "other_content_type merchant_missing:admin amount_missing:amount order_missing:charge unsigned"),
    ] {
        assert_eq!(explained(&merchant, &pasted).shape, shape, "{pasted}");
        assert_eq!(told(&merchant, &pasted), expected, "{pasted}");
    }
    assert_eq!(told(&asj(), &"x".repeat(300_000)), "too_large");
}

#[test]
fn the_message_is_shown_and_nothing_that_signs() {
    let explanation = explained(&asj(), &with_key("wrong"));
    let shown = format!("{explanation:?}");
    let Some(Finding::Differs { message: Some(message), .. }) = explanation.findings.last() else { panic!("{shown}") };
    assert_eq!(message, &format!("admin=4000&amount=2000&charge=100&user=Taro%2B~&time={NOW_S}&"));
    let right = HEXLOWER.encode(&made_otherwise(&SECRET, lines(&canonical()).as_bytes()));
    let wrong = explained(&asj(), &signed_as("wrong"));
    let shown_too = format!("{wrong:?}");
    assert!(shown_too.contains("kessai-sig-v2"), "{shown_too}");
    for secret in [PASSWORD, "another1", &HEXLOWER.encode(&SECRET), &right, "07070707"] {
        assert!(!shown.contains(secret) && !shown_too.contains(secret), "{secret}");
    }
}

#[test]
fn a_card_number_is_never_shown() {
    for name in ["free3", "x", "4242424242424242"] {
        let value = "4242%204242%204242%204242";
        let explanation = explained(&asj(), &format!("{}&{name}={value}&sig=v2:{}", order(), "0".repeat(64)));
        let shown = format!("{explanation:?}");
        assert!(!shown.contains("4242"), "{shown}");
        assert!(shown.contains("message: None"), "{shown}");
    }
}

#[test]
fn without_a_secret_there_is_nothing_to_check_with() {
    let none = Secrets { key_passwords: Vec::new(), sig_secrets: Vec::new() };
    let codes = |pasted: &str| {
        let explanation = explain(pasted.as_bytes(), (&asj(), &none), &[], now());
        explanation.findings.iter().map(Finding::code).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(codes(&keyed()), "merchant_or_signature no_key_password");
    assert_eq!(codes(&signed_as("x")), "merchant_or_signature no_sig_secret");
}

proptest! {
    /// The explanation and the payment page are one judgement.
    #[test]
    fn what_it_says_is_what_the_page_does(
        fields in prop::collection::vec((prop::sample::select(&Field::ALL[..]), "[0-9a-z@.%+ 山-]{0,8}"), 0..6),
        signed: bool,
    ) {
        for merchant in [asj(), twenty_four(), shift_jis()] {
            let mut sent = format!("{}={}", Field::Admin.wire_name(&merchant), merchant.id);
            for (field, value) in &fields {
                sent.push_str(&format!("&{}={}", field.wire_name(&merchant), encoded(value.as_bytes())));
            }
            if signed && let Ok(parameters) = Parameters::parse(sent.as_bytes()) {
                let sig = sign_request(&SigSecret::from_bytes(SECRET), parameters.iter());
                sent.push_str(&format!("&{}={sig}", Field::Sig.wire_name(&merchant)));
            }
            let explanation = explained(&merchant, &sent);
            let page = Parameters::parse(sent.as_bytes()).map_err(RequestError::from);
            let page = page.and_then(|parameters| verify_and_parse(&parameters, &merchant, &secrets(), now()));
            prop_assert_eq!(explanation.opens, page.is_ok(), "{} {:?}", sent, explanation);
            let first = explanation.findings.iter().find(|finding| finding.stops());
            if let Err(error) = page && error.problem() != Problem::MerchantConflict {
                prop_assert_eq!(first, Some(&Finding::Refused(error)), "{}", sent);
            }
        }
    }

    #[test]
    fn nothing_makes_it_panic(pasted in prop::collection::vec(any::<u8>(), 0..200), html in "<(form|input|a) [a-z=\"/?&#;%]{0,40}>") {
        let _ = explain(&pasted, (&asj(), &secrets()), &[], now());
        let _ = explain(html.as_bytes(), (&shift_jis(), &secrets()), &[], now());
    }
}
