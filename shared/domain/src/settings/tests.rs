use super::*;
use crate::{
    MerchantId,
    merchant::{Method, SealedSecret, ThreeDsFloor},
};

fn merchant() -> Merchant {
    Merchant::new(MerchantId::new("4000").unwrap(), "Shop")
}

fn secret() -> SealedSecret {
    SealedSecret { generation: 1, sealed: "c2VhbGVk".to_owned(), made_at: None, until: None }
}

#[test]
fn a_wrong_setting_has_its_code() {
    for (key, value, code) in [
        ("langue", "ja", "setting_unknown"),
        ("mode", "live", "setting_unknown"),
        ("status", "active", "setting_unknown"),
        ("floor.card_entry", "on", "setting_unknown"),
        ("destination4", "GET https://shop.example/", "setting_unknown"),
        ("free4_label", "x", "setting_unknown"),
        ("free1_colour", "x", "setting_unknown"),
        ("lang", "fr", "setting_choice"),
        ("free1_rule", "maybe", "setting_choice"),
        ("mail_off", "fax", "setting_choice"),
        ("card_on_file", "yes", "setting_choice"),
        ("attempts", "0", "setting_number"),
        ("attempts", "+5", "setting_number"),
        ("attempts", "", "setting_number"),
        ("max_amount", "10000000", "setting_number"),
        ("max_amount", "1,000", "setting_number"),
        ("window_past_s", "59", "setting_number"),
        ("guard_address_hour", "9", "setting_number"),
        ("guard_address_hour", "51", "setting_number"),
        ("guard_bin_percent", "off", "setting_number"),
        ("retention_audit_days", "365", "setting_number"),
        ("retention_exports_days", "31", "setting_number"),
        ("name", "", "setting_length"),
        ("name", "  ", "setting_length"),
        ("name", "a\r\nBcc: x@evil.example", "setting_control_character"),
        ("contact", "03-0000-0000\n", "setting_control_character"),
        ("destination1", "https://shop.example/", "destination_malformed"),
        ("destination1", "PUT https://shop.example/", "destination_malformed"),
        ("regular_anchor", "0", "setting_number"),
        ("regular_anchor", "32", "setting_number"),
        ("regular_retries", "often", "setting_choice"),
        ("regular_kind.0", "coffee", "setting_unknown"),
        ("regular_kind.100", "coffee", "setting_unknown"),
        ("regular_kind.1", "coffee beans", "offer_malformed"),
        ("accent", "blue", "colour_malformed"),
        ("mail_intro_ja", "{nmae}様", "placeholder_unknown"),
        ("mail_outro_en", "{order", "placeholder_open"),
        ("mail_outro_en", "a\u{202e}b", "setting_control_character"),
    ] {
        let mut changed = merchant();
        let error = set(&mut changed, key, value).unwrap_err();
        assert_eq!((error.key.as_str(), error.code()), (key, code), "{key}={value}");
        assert_eq!(changed, merchant(), "a refused setting changes nothing: {key}={value}");
    }
}

#[test]
fn what_only_shows_together_has_its_code_and_place() {
    for (settings, key, code) in [
        (&[("destination1", "POST http://shop.example/")][..], "destination1", "address_not_https"),
        (&[("destination3", "GET https://shop.example/?result=0")], "destination3", "address_collision"),
        (&[("back_address", "https://shop.example/#top")], "back_address", "address_fragment"),
        (&[("legal_address", "javascript:alert(1)")], "legal_address", "address_not_https"),
        (&[("privacy_address", "https://a b/")], "privacy_address", "address_characters"),
        (&[("shop_copy", "shop@shop.example\r\nBcc: x@evil.example")], "shop_copy", "mail_address_malformed"),
        (&[("shop_copy", "shop")], "shop_copy", "mail_address_malformed"),
        (&[("request_name.amount", "KINGAKU")], "dialect", "names_fixed"),
        (&[("dialect", "24"), ("request_name.amount", "OID")], "OID", "name_shared"),
        (&[("card_on_file", "on"), ("sig_required", "off")], "card_on_file", "secret_needed"),
        (&[("sig_required", "on")], "sig_required", "sig_secret_needed"),
    ] {
        let mut merchant = merchant();
        merchant.sig.required = false;
        for (key, value) in settings {
            set(&mut merchant, key, value).unwrap();
        }
        let error = check(&merchant, None).unwrap_err();
        assert_eq!((error.key.as_str(), error.code()), (key, code), "{settings:?}");
    }
}

#[test]
fn settings_are_made() {
    let mut merchant = merchant();
    merchant.sig.secrets = vec![secret()];
    for (key, value) in [
        ("destination2", "GET https://shop.example/members?x=1"),
        ("dialect", "24"),
        ("request_name.amount", "KINGAKU"),
        ("free3_rule", "required"),
        ("mail_off", "link,data_linkage"),
        ("shop_copy", "shop@shop.example"),
        ("guard_address_hour", "30"),
        ("mail_intro_ja", "{name}様\r\nありがとうございます。"),
        ("retention_exports_days", "3"),
        ("regular_anchor", "31"),
        ("regular_retries", "none"),
        ("regular_kind.1", "coffee"),
        ("regular_kind.12", "tea"),
    ] {
        set(&mut merchant, key, value).unwrap();
    }
    assert_eq!(merchant.destinations[1].as_ref().unwrap().method, Method::Get);
    assert_eq!(merchant.request_names, [("amount".to_owned(), "KINGAKU".to_owned())]);
    assert_eq!(merchant.free_items[2].rule, FreeItemRule::Required);
    assert_eq!(merchant.mail.off.len(), 2);
    assert_eq!(merchant.guard.limit(GuardLimit::AddressHour), 30);
    assert_eq!(merchant.mail.texts.ja.intro.as_str(), "{name}様\nありがとうございます。");
    assert_eq!(merchant.retention.exports_days, 3);
    assert_eq!((merchant.regular.anchor.day(), merchant.regular.retries), (31, Retries::None));
    let kinds: Vec<_> = merchant.regular.kinds.iter().map(|(kind, offer)| format!("{kind}={offer}")).collect();
    assert_eq!(kinds, ["1=coffee", "12=tea"]);
    for value in ["", "none"] {
        let mut without = merchant.clone();
        set(&mut without, "regular_kind.12", value).unwrap();
        assert_eq!(without.regular.kinds.len(), 1);
    }
    check(&merchant, None).unwrap();
    set(&mut merchant, "request_name.amount", "").unwrap();
    assert!(merchant.request_names.is_empty());
}

#[test]
fn what_is_listed_can_be_set() {
    let mut merchant = merchant();
    set(&mut merchant, "regular_kind.3", "coffee").unwrap();
    let made_elsewhere = ["key_password", "sig_secret", "page_before", "page_after", "logo"];
    for (key, value) in values(&merchant) {
        if made_elsewhere.contains(&key.as_str()) {
            continue;
        }
        let mut other = merchant.clone();
        set(&mut other, &key, &value).unwrap();
        assert_eq!(other, merchant, "{key}={value}");
    }
    for (key, value) in floor_values(&merchant) {
        let mut other = merchant.clone();
        set_floor(&mut other, key, &value).unwrap();
        assert_eq!(other, merchant, "{key}={value}");
    }
}

#[test]
fn changes_are_named_and_secrets_untold() {
    let before = merchant();
    let mut after = before.clone();
    after.key_passwords = vec![secret()];
    set(&mut after, "attempts", "3").unwrap();
    set(&mut after, "mail_intro_en", "Thank you").unwrap();
    set_floor(&mut after, "card_entry", "on").unwrap();
    let told = |key: &str, values: Option<(&str, &str)>| Change {
        key: key.to_owned(),
        values: values.map(|(then, now)| (then.to_owned(), now.to_owned())),
    };
    assert_eq!(
        changes(&before, &after),
        [
            told("attempts", Some(("5", "3"))),
            told("floor.card_entry", Some(("off", "on"))),
            told("key_password", None),
            told("mail_intro_en", None),
        ]
    );
    let mut rotated = after.clone();
    rotated.key_passwords = vec![SealedSecret { generation: 2, ..secret() }];
    assert_eq!(changes(&after, &rotated), [told("key_password", None)], "another secret looks the same");
    assert_eq!(changes(&after, &after), []);
}

#[test]
fn the_operator_has_the_last_word() {
    let mut merchant = merchant();
    merchant.sig.required = false;
    set(&mut merchant, "three_ds", "recurring").unwrap();
    set_floor(&mut merchant, "three_ds", "at_payment").unwrap();
    set_floor(&mut merchant, "max_amount", "50000").unwrap();
    set_floor(&mut merchant, "guard_card_day", "6").unwrap();
    assert_eq!(merchant.three_ds, ThreeDsPolicy::AtPayment, "brought in");
    assert_eq!(merchant.max_amount.get(), 50_000);
    assert_eq!(merchant.guard.limit(GuardLimit::CardDay), 6);
    check(&merchant, None).unwrap();
    for (key, value, code) in [
        ("three_ds", "recurring", "operator_choice"),
        ("max_amount", "50001", "operator_max_amount"),
        ("guard_card_day", "7", "operator_guard"),
    ] {
        let mut changed = merchant.clone();
        set(&mut changed, key, value).unwrap();
        let error = check(&changed, None).unwrap_err();
        assert_eq!((error.key.as_str(), error.code()), (key, code));
    }
    set_floor(&mut merchant, "three_ds", "any").unwrap();
    set(&mut merchant, "three_ds", "recurring").unwrap();
    check(&merchant, None).unwrap();
    assert_eq!(merchant.floors.three_ds, ThreeDsFloor::Any);
    assert_eq!(set_floor(&mut merchant, "attempts", "3").unwrap_err().code(), "setting_unknown");
}
