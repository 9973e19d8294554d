//! The signature vectors, to the byte: the row that the manual prints, rows made by another implementation, and wrong constructions.

#![allow(clippy::unwrap_used, reason = "a broken vector file fails the test, which is all it can do")]

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::{
    Merchant, MerchantId,
    signing::{
        HandoverRefusal, KeyFields, KeyPassword, SigSecret, canonical_form, card_on_file_key, sign_handover,
        sign_request, verify_handover, verify_key, verify_request,
    },
    webhook::signed_form,
    wire::Parameters,
};
use jiff::Timestamp;
use serde_json::Value;

fn vectors(file: &str) -> Value {
    let path = format!("{}/tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

fn key_fields(row: &Value) -> KeyFields<'_> {
    let bytes = |name| text(row, name).as_bytes();
    KeyFields {
        admin: bytes("admin"),
        amount: bytes("amount"),
        charge: bytes("charge"),
        user: bytes("user"),
        time: bytes("time"),
    }
}

#[test]
fn card_on_file_keys_match_to_the_byte() {
    let vectors = vectors("card-on-file-key.json");
    let rows = vectors["accept"].as_array().unwrap();
    assert_eq!(rows.len(), 25);
    for row in rows {
        let (key, note) = (text(row, "key"), text(row, "note"));
        let password = KeyPassword::new(text(row, "password")).unwrap();
        assert_eq!(HEXLOWER.encode(&card_on_file_key(key_fields(row), &password)), key, "{note}");
        let other = KeyPassword::new("another").unwrap();
        for written in [key.to_owned(), key.to_uppercase()] {
            assert!(verify_key(written.as_bytes(), key_fields(row), &[other.clone(), password.clone()]), "{note}");
            assert!(!verify_key(written.as_bytes(), key_fields(row), std::slice::from_ref(&other)), "{note}");
        }
    }
}

#[test]
fn wrong_constructions_of_a_key_are_refused() {
    let vectors = vectors("card-on-file-key.json");
    let row = &vectors["accept"][0];
    let password = [KeyPassword::new(text(row, "password")).unwrap()];
    let rejected = vectors["reject_for_first_row"].as_array().unwrap();
    assert_eq!(rejected.len(), 3);
    let key = text(row, "key");
    let lengths =
        ["", &key[1..], &format!("{key}0"), &format!(" {key}"), &"0".repeat(64), &"g".repeat(64)].map(str::to_owned);
    for wrong in rejected.iter().map(|r| text(r, "key").to_owned()).chain(lengths) {
        assert!(!verify_key(wrong.as_bytes(), key_fields(row), &password), "{wrong}");
    }
    assert!(!verify_key(&[0xff; 64], key_fields(row), &password));
    assert!(!verify_key(key.as_bytes(), key_fields(row), &[]), "no password, no key");
}

fn params(row: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(row["params"].clone()).unwrap()
}

/// In an order that is not the canonical one.
fn reversed(params: &BTreeMap<String, String>) -> impl Iterator<Item = (&[u8], &[u8])> {
    params.iter().rev().map(|(name, value)| (name.as_bytes(), value.as_bytes()))
}

#[test]
fn strong_signatures_of_requests_match_to_the_byte() {
    let vectors = vectors("sig-v2.json");
    let secret = SigSecret::from_hex(text(&vectors, "secret")).unwrap();
    let other = SigSecret::from_bytes([7; 32]);
    let rows = vectors["requests"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    for row in rows {
        let (params, sig) = (params(row), text(row, "sig"));
        assert_eq!(canonical_form(reversed(&params)), text(row, "canonical"));
        assert_eq!(sign_request(&secret, reversed(&params)), sig);
        let both = [other.clone(), secret.clone()];
        assert!(verify_request(sig.as_bytes(), &both, reversed(&params)), "two secrets may be valid");
        assert!(verify_request(sig.to_uppercase().replace("V2:", "v2:").as_bytes(), &both, reversed(&params)));
        for wrong in [
            "",
            "v2:",
            &sig[3..],
            &sig.replace("v2:", "v1:"),
            &sig.replace("v2:", "V2:"),
            &sig[..66],
            &format!("{sig}0"),
        ] {
            assert!(!verify_request(wrong.as_bytes(), &both, reversed(&params)), "{wrong}");
        }
        assert!(!verify_request(sig.as_bytes(), std::slice::from_ref(&other), reversed(&params)));
        assert!(!verify_request(sig.as_bytes(), &[], reversed(&params)));
    }
}

#[test]
fn strong_signatures_of_handovers_match_to_the_byte() {
    let vectors = vectors("sig-v2.json");
    let secret = [SigSecret::from_hex(text(&vectors, "secret")).unwrap()];
    let rows = vectors["handovers"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    for row in rows {
        let (params, sig, address) = (params(row), text(row, "sig"), text(row, "address"));
        assert_eq!(canonical_form(reversed(&params)), text(row, "canonical"));
        assert_eq!(sign_handover(&secret[0], address, reversed(&params)), sig);

        let raw = format!("{}&sig={}", text(row, "canonical"), sig.replace(':', "%3A"));
        let received = Parameters::parse(raw.as_bytes()).unwrap();
        let time_s: i64 = params["time"].parse().unwrap();
        let at = |offset_s: i64| Timestamp::from_second(time_s + offset_s).unwrap();
        for (offset_s, result) in [
            (0, Ok(())),
            (300, Ok(())),
            (-300, Ok(())),
            (301, Err(HandoverRefusal::TimeOutsideWindow)),
            (-301, Err(HandoverRefusal::TimeOutsideWindow)),
        ] {
            assert_eq!(verify_handover(&secret, address, &received, at(offset_s)), result, "{offset_s} s");
        }
        assert_eq!(
            verify_handover(&secret, "https://shop.example/thanks2", &received, at(0)),
            Err(HandoverRefusal::SigWrong),
            "the registered address is signed too"
        );
        for changed in
            [raw.replace("result=0", "result=1"), raw.replace("amount=2000", "amount=1"), format!("{raw}&x=1")]
        {
            let changed = Parameters::parse(changed.as_bytes()).unwrap();
            assert_eq!(verify_handover(&secret, address, &changed, at(0)), Err(HandoverRefusal::SigWrong));
        }
        let unsigned = Parameters::parse(text(row, "canonical").as_bytes()).unwrap();
        assert_eq!(verify_handover(&secret, address, &unsigned, at(0)), Err(HandoverRefusal::SigMissing));
    }
}

#[test]
fn a_request_does_not_pass_for_a_handover() {
    let secret = SigSecret::from_bytes([1; 32]);
    let params: [(&[u8], &[u8]); 1] = [(b"result", b"0")];
    let as_request = sign_request(&secret, params);
    assert_ne!(as_request, sign_handover(&secret, "", params));
    let received = Parameters::parse(format!("result=0&sig={as_request}").as_bytes()).unwrap();
    let refused = verify_handover(&[secret], "", &received, Timestamp::UNIX_EPOCH);
    assert_eq!(refused, Err(HandoverRefusal::SigWrong));
}

#[test]
fn a_notification_in_the_form_of_a_hand_over_is_signed_to_the_byte() {
    let vectors = vectors("sig-v2.json");
    let row = &vectors["handovers"][0];
    let secret = SigSecret::from_hex(text(&vectors, "secret")).unwrap();
    // the parameters in the order of a hand-over, as we make them
    let form = "admin=7000&amount=2000&charge=100&mail=info%40asjtest.jp&free1=&free2=&free3=%E5%B1%B1&result=0&payment=176372040012300042";
    let merchant = Merchant::new(MerchantId::new("7000").unwrap(), "Shop");
    let now = Timestamp::from_second(1_763_720_401).unwrap();
    let sent = signed_form(form, &merchant, text(row, "address"), Some(&secret), now).unwrap();
    assert_eq!(sent, format!("{form}&time=1763720401&sig={}", text(row, "sig").replace(':', "%3A")));
}
