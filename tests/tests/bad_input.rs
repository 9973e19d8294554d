//! Everything that may come in wrong: each rule of the merchant interface, each field of the card form, tokens, addresses, bodies. Nothing of it is stored or sent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use bytes::Bytes;
use domain::merchant::{FreeItem, FreeItemRule, Mode, RegularKind, Status};
use domain::recurring::offer::OfferId;
use domain::request::{OtherMethod, Problem};
use domain::{CardError, Merchant, MerchantId};
use http::{Request, StatusCode};
use jiff::Timestamp;
use local::world::World;
use system_tests::{
    Card, Page, ShopRequest, Shopper, Submit, cards, change_merchant, create_merchant, form_encoded, fresh, payment,
};

/// Parameters as they come over the wire, and the number in the path.
struct Bad {
    path: &'static str,
    query: String,
    /// The parameter that the page names.
    parameter: Option<&'static str>,
}

/// A request that has exactly this problem. A problem without a case doesn't compile.
fn bad(problem: Problem, now: Timestamp) -> Bad {
    let plain = || ShopRequest::new("4000", 1_000, "1");
    let signed = || ShopRequest::new("7000", 1_000, "1").signed(now);
    let user = || plain().of_user("buyer", now);
    let at = |path, parameter: &'static str, query: String| Bad {
        path,
        query,
        parameter: Some(parameter).filter(|p| !p.is_empty()),
    };
    let of = |parameter, request: ShopRequest| at("/pay", parameter, request.encoded());
    let with = |name: &'static str, value: &str| of(name, plain().with(name, value));
    match problem {
        Problem::TooLarge => of("", plain().with("free1", &"x".repeat(70_000))),
        Problem::TooManyParameters => {
            let many = (0..120).map(|place| (format!("p{place}"), "1"));
            at("/pay", "", format!("{}&{}", plain().encoded(), form_encoded(many)))
        }
        Problem::BadEscape => at("/pay", "free1", format!("{}&free1=%zz", plain().encoded())),
        Problem::GivenTwice => at("/pay", "amount", format!("{}&amount=1000", plain().encoded())),
        Problem::MerchantMissing => of("admin", plain().without("admin")),
        Problem::MerchantMalformed => with("admin", "40a0"),
        Problem::MerchantConflict => at("/pay/4000", "admin", plain().with("admin", "2400").encoded()),
        Problem::MerchantOrSignature => of("", plain().with("admin", "1234567890")),
        Problem::MerchantSuspended => of("", plain().with("admin", "5001")),
        Problem::MerchantClosed => of("", plain().with("admin", "5002")),
        Problem::SigMissing => of("sig", signed().without("sig")),
        Problem::KeyMissing => of("key", user().without("key")),
        Problem::KeyWithoutUser => of("key", user().without("user")),
        Problem::TimeMissing => of("time", user().without("time")),
        Problem::TimeMalformed => {
            let request = user().with("time", "1e9");
            let key = request.key("abcd1234");
            of("time", request.with("key", &key))
        }
        Problem::TimeUnsigned => with("time", &now.as_second().to_string()),
        Problem::TimeOutsideWindow => {
            of("time", plain().of_user("buyer", Timestamp::from_second(now.as_second() - 3_601).unwrap()))
        }
        Problem::CardOnFileOff => of("user", ShopRequest::new("7000", 1_000, "1").with("user", "u").signed(now)),
        Problem::UserMalformed => of("user", plain().of_user("buyer id", now)),
        Problem::Undecodable => of("free1", plain().with_bytes("free1", &[0x83, 0x65])),
        Problem::ControlCharacter => with("name", "a\nb"),
        Problem::TooLong => with("free3", &"全".repeat(65)),
        Problem::CardNumber => with("free2", "No. 4242-4242-4242-4242"),
        Problem::AmountMissing => of("amount", plain().without("amount")),
        Problem::AmountMalformed => with("amount", "1,000"),
        Problem::AmountOutOfRange => with("amount", "10000000"),
        Problem::OrderMissing => of("charge", plain().without("charge")),
        Problem::OrderMalformed => with("charge", "A1"),
        Problem::OrderReserved => with("charge", "900000000000000001"),
        Problem::ChargeTypeInvalid => with("charge_type", "4"),
        Problem::NoContract(OtherMethod::ConvenienceStore) => with("charge_type", "2"),
        Problem::NoContract(OtherMethod::BuyerChooses) => with("charge_type", "3"),
        Problem::NoContract(OtherMethod::AccountTransfer) => with("charge_type", "5"),
        Problem::NoContract(OtherMethod::PayLater) => with("charge_type", "7"),
        Problem::MailMalformed => with("mail", "nobody@nowhere"),
        Problem::TelMalformed => with("card_tel", "+81 3 1234"),
        Problem::MobileInvalid => with("mobile", "0"),
        Problem::RegularInvalid => with("regular", "off"),
        Problem::RegularKindInvalid => with("regular_kind", "100"),
        Problem::RegularNotAvailable => of("regular", ShopRequest::new("9320", 1_000, "1").with("regular", "on")),
        Problem::RegularKindUnknown => of("regular_kind", plain().with("regular", "on").with("regular_kind", "99")),
        Problem::RegularKindMissing => of("regular_kind", ShopRequest::new("2400", 1_000, "1").with("regular", "on")),
        Problem::RegularOfferClosed => of("regular_kind", plain().with("regular", "on").with("regular_kind", "3")),
        Problem::RegularAmountConflict => of("amount", plain().with("regular", "on")),
        Problem::ReturnInvalid => with("return", "4"),
        Problem::ReturnNotRegistered => of("return", ShopRequest::new("9320", 1_000, "1").with("return", "2")),
        Problem::LangInvalid => with("lang", "fr"),
    }
}

/// What else breaks a rule: (code, parameter, value) of merchant 4000.
const MORE: [(&str, &str, &str); 43] = [
    ("amount_malformed", "amount", "0100"),
    ("amount_malformed", "amount", "-1"),
    ("amount_malformed", "amount", "+1"),
    ("amount_malformed", "amount", "1.0"),
    ("amount_malformed", "amount", "１００"),
    ("amount_malformed", "amount", "1000円"),
    ("amount_malformed", "amount", " 1000"),
    ("amount_malformed", "amount", "1e3"),
    ("amount_malformed", "amount", "0x10"),
    ("amount_malformed", "amount", "00"),
    ("amount_out_of_range", "amount", "0"),
    ("amount_out_of_range", "amount", "99999999999999999999999"),
    ("amount_missing", "amount", ""),
    ("merchant_missing", "admin", ""),
    ("merchant_malformed", "admin", "12345678901"),
    ("merchant_malformed", "admin", "４０００"),
    ("order_missing", "charge", ""),
    ("order_malformed", "charge", "1234567890123456789"),
    ("order_malformed", "charge", "-1"),
    ("order_malformed", "charge", "１"),
    ("order_malformed", "charge", "1 2"),
    ("charge_type_invalid", "charge_type", "01"),
    ("charge_type_invalid", "charge_type", "x"),
    (
        "too_long",
        "name",
        "半角ﾅﾏｴｶﾞ全角と混ざって百二十八桁を超えるほどに長いときは受け付けないので、どこかで切らずにそのまま断ることになっている。もう少しだけ足して。",
    ),
    ("card_number", "name", "4242424242424242"),
    ("card_number", "free1", "４２４２４２４２４２４２４２４２"),
    ("card_number", "free3", "3782 822463 10005"),
    ("control_character", "free1", "a\u{0}b"),
    ("control_character", "free2", "a\u{7f}b"),
    ("control_character", "mail", "a@example.com\r\nBcc: b@example.com"),
    ("mail_malformed", "mail", "a b@example.com"),
    ("mail_malformed", "mail", "あ@example.com"),
    ("mail_malformed", "mail", "a@example.com,b@example.com"),
    ("mail_malformed", "mail", "<a@example.com>"),
    ("too_long", "card_tel", "000000000000000000000000000000000"),
    ("tel_malformed", "card_tel", "０３"),
    ("mobile_invalid", "mobile", "on"),
    ("regular_invalid", "regular", "ON"),
    ("regular_kind_invalid", "regular_kind", "0"),
    ("return_invalid", "return", "0"),
    ("return_invalid", "return", "01"),
    ("lang_invalid", "lang", "EN"),
    ("lang_invalid", "lang", "ja-JP"),
];

async fn world() -> World {
    let world = fresh().await;
    for (id, status) in [("5001", Status::Suspended), ("5002", Status::Closed)] {
        let mut merchant = Merchant::new(MerchantId::new(id).unwrap(), "閉店");
        merchant.status = status;
        merchant.sig.required = false;
        create_merchant(&world, &merchant).await;
    }
    let kind = |kind: &str| RegularKind::parse(kind).unwrap();
    change_merchant(&world, "4000", |merchant| {
        merchant.regular.kinds.insert(kind("3"), OfferId::new("gone").unwrap());
    })
    .await;
    change_merchant(&world, "2400", |merchant| {
        merchant.regular.kinds.remove(&kind("1"));
        merchant.regular.kinds.insert(kind("3"), OfferId::new("gone").unwrap());
    })
    .await;
    world
}

/// Nothing was written, nothing was asked of the acquirer, nothing was told to anyone.
async fn is_untouched(world: &World, what: &str) {
    world.settle().await.unwrap();
    let usage = world.usage();
    // one: the first start ever makes the key of fingerprints
    assert_eq!(usage.dynamodb.write_units.to_string(), "1", "{what}: {:?}", usage.dynamodb);
    assert_eq!((usage.sqs.calls, usage.ses.calls), (0, 0), "{what}");
    assert_eq!(world.acquirer_log().await.unwrap(), [], "{what}");
    assert_eq!(world.mailbox().unwrap(), [], "{what}");
}

fn request(bad: &Bad, by_post: bool) -> Request<Bytes> {
    if by_post {
        let post = Request::post(bad.path).header("content-type", "application/x-www-form-urlencoded");
        return post.body(Bytes::from(bad.query.clone())).unwrap();
    }
    Request::get(format!("{}?{}", bad.path, bad.query)).body(Bytes::new()).unwrap()
}

fn is_refusal(page: &Page, code: &str, lang: &str, what: &str) {
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{what}: {}", page.text);
    assert_eq!((page.code(), page.lang()), (code, lang), "{what}");
    assert!(page.forms.is_empty(), "{what}: nothing can be sent from it");
    let english = page.text.replace("日本語", "").is_ascii();
    assert_eq!(english || page.text.contains('“') || page.text.contains('’'), lang == "en", "{what}: {}", page.text);
}

#[tokio::test]
async fn every_rule_has_a_refusal_in_both_languages_by_get_and_post_that_stores_nothing() {
    let world = world().await;
    for problem in Problem::ALL {
        let bad = bad(problem, world.now());
        for by_post in [false, true] {
            if !by_post && bad.query.len() > 60_000 {
                continue; // no address is this long
            }
            for lang in ["ja", "en"] {
                let what = format!("{} post {by_post} {lang}", problem.code());
                let page = Shopper::new(&world).speaking(lang).send(request(&bad, by_post)).await;
                is_refusal(&page, problem.code(), lang, &what);
                if let Some(parameter) = bad.parameter {
                    let named = page.tags("code").any(|tag| tag.text == parameter);
                    assert!(named, "{what} names {parameter}: {}", page.text);
                }
            }
        }
    }
    is_untouched(&world, "refusals").await;
}

#[tokio::test]
async fn what_else_breaks_a_rule_is_refused_with_its_code_and_the_value_is_not_shown() {
    let world = world().await;
    for (code, name, value) in MORE {
        let request = ShopRequest::new("4000", 1_000, "1").with(name, value);
        let page = Shopper::new(&world).send(request.get()).await;
        is_refusal(&page, code, "ja", &format!("{name}={value}"));
        assert!(value.len() < 6 || !page.html().contains(value), "{name}={value}");
    }
    is_untouched(&world, "more refusals").await;
}

#[tokio::test]
async fn what_looks_odd_but_follows_the_rules_is_taken() {
    let world = world().await;
    for (name, value) in [
        ("charge_type", "1"),
        ("charge_type", ""),
        ("charge", "000000000000000000"),
        ("charge", "899999999999999999"),
        ("charge", "90000000000000000"),
        ("amount", "9999999"),
        ("free1", &"全".repeat(64)),
        ("free1", &"h".repeat(128)),
        ("name", ""),
        ("mail", "a..b.@docomo.example"),
        ("mail", ""),
        ("card_tel", "03-1234-5678"),
        ("mobile", "1"),
        ("regular", ""),
        ("return", "3"),
        ("unknown", "ignored"),
        ("lang", "en"),
    ] {
        let mut shopper = Shopper::new(&world);
        let page = shopper.open(&ShopRequest::new("4000", 1_000, "1").with(name, value)).await;
        assert!(page.is_payment_form(), "{name}={value}: {}", page.text);
    }
    is_untouched(&world, "pages").await;
}

#[tokio::test]
async fn the_24_dialects_own_rules_and_names_hold() {
    let world = world().await;
    for (order, ok) in [
        ("Az_-09", true),
        (&"x".repeat(40), true),
        (&"x".repeat(41), false),
        ("a b", false),
        ("注文", false),
        ("a.b", false),
    ] {
        let page = Shopper::new(&world).send(ShopRequest::new("2400", 1_000, order).get()).await;
        assert_eq!(page.is_payment_form(), ok, "{order}: {}", page.text);
        if !ok {
            is_refusal(&page, "order_malformed", "ja", order);
            assert!(page.tags("code").any(|tag| tag.text == "OID"), "in the shop's own names");
        }
    }
    let page = Shopper::new(&world).send(ShopRequest::new("2400", 1_000, "900000000000000000").get()).await;
    is_refusal(&page, "order_reserved", "ja", "reserved");
    is_untouched(&world, "24").await;
}

#[tokio::test]
async fn a_lower_limit_of_the_merchant_holds() {
    let world = world().await;
    change_merchant(&world, "4000", |merchant| merchant.max_amount = domain::Yen::new(5_000).unwrap()).await;
    let page = Shopper::new(&world).send(ShopRequest::new("4000", 5_001, "1").get()).await;
    is_refusal(&page, "amount_out_of_range", "ja", "5,001");
    assert!(Shopper::new(&world).open(&ShopRequest::new("4000", 5_000, "1")).await.is_payment_form());
    is_untouched(&world, "limit").await;
}

#[tokio::test]
async fn an_unknown_merchant_and_a_wrong_signature_cannot_be_told_apart() {
    let world = world().await;
    let shopper = Shopper::new(&world);
    let unknown = ShopRequest::new("4000", 1_000, "1").of_user("u", world.now()).with("admin", "99");
    let wrong_key = ShopRequest::new("4000", 1_000, "1").of_user("u", world.now()).with("key", &"0".repeat(64));
    let short_key = ShopRequest::new("4000", 1_000, "1").of_user("u", world.now()).with("key", "ab");
    let wrong_sig = ShopRequest::new("7000", 1_000, "1").signed(world.now()).with("amount", "2");
    let pages = [
        shopper.send(unknown.get()).await,
        shopper.send(wrong_key.get()).await,
        shopper.send(short_key.get()).await,
        shopper.send(wrong_sig.get()).await,
    ];
    for page in &pages {
        is_refusal(page, "merchant_or_signature", "ja", "who are you");
        assert_eq!(page.body, pages[0].body);
    }
}

/// The errors of the card form in one row; an error that is left out doesn't compile.
const fn after(error: CardError) -> Option<CardError> {
    match error {
        CardError::NumberMissing => Some(CardError::NumberMalformed),
        CardError::NumberMalformed => Some(CardError::NumberCheckDigit),
        CardError::NumberCheckDigit => Some(CardError::BrandUnknown),
        CardError::BrandUnknown => Some(CardError::ExpiryMissing),
        CardError::ExpiryMissing => Some(CardError::ExpiryMalformed),
        CardError::ExpiryMalformed => Some(CardError::Expired),
        CardError::Expired => Some(CardError::CodeMissing),
        CardError::CodeMissing => Some(CardError::CodeMalformed),
        CardError::CodeMalformed => Some(CardError::HolderMissing),
        CardError::HolderMissing => Some(CardError::HolderMalformed),
        CardError::HolderMalformed => None,
    }
}

/// A card with exactly this error, and the field it stands at.
fn card_with(error: CardError) -> (Card, &'static str) {
    let mut card = Card::of(cards::VISA);
    let (field, value, name) = match error {
        CardError::NumberMissing => (&mut card.number, "", "card_number"),
        CardError::NumberMalformed => (&mut card.number, "4242x42424242424", "card_number"),
        CardError::NumberCheckDigit => (&mut card.number, cards::BAD_CHECK_DIGIT, "card_number"),
        CardError::BrandUnknown => (&mut card.number, "9999999999999995", "card_number"),
        CardError::ExpiryMissing => (&mut card.expiry, "", "card_expiry"),
        CardError::ExpiryMalformed => (&mut card.expiry, "13/29", "card_expiry"),
        CardError::Expired => (&mut card.expiry, "10/26", "card_expiry"),
        CardError::CodeMissing => (&mut card.code, "", "card_code"),
        CardError::CodeMalformed => (&mut card.code, "1234", "card_code"),
        CardError::HolderMissing => (&mut card.holder, " ", "card_name"),
        CardError::HolderMalformed => {
            (&mut card.holder, "AN ENDLESSLY LONG NAME THAT NO CARD EVER CARRIES", "card_name")
        }
    };
    value.clone_into(field);
    (card, name)
}

/// The card form comes back with what was typed but the card data, and says at which field something is wrong.
fn is_to_be_mended(page: &Page, field: &str, card: &Card, what: &str) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {}", page.text);
    let form = page.form("/pay/authorize").unwrap();
    assert_eq!(form.value("card_name"), Some(card.holder.trim()), "{what}");
    assert_eq!(form.value("mail"), card.mail.as_deref(), "{what}");
    for emptied in ["card_number", "card_expiry", "card_code"] {
        assert_eq!(form.value(emptied), Some(""), "{what}: {emptied}");
    }
    assert!(card.number.is_empty() || !page.html().contains(&card.number), "{what}");
    let wrong: Vec<_> = page.tags("input").filter(|tag| tag.attribute("aria-invalid") == Some("true")).collect();
    let wrong: Vec<_> = wrong.iter().filter_map(|tag| tag.attribute("name")).collect();
    assert_eq!(wrong, [field], "{what}");
    assert!(page.tags("a").any(|tag| tag.attribute("href") == Some(&format!("#{field}"))), "{what}: the summary links");
}

#[tokio::test]
async fn every_mistake_in_the_card_form_is_shown_at_its_field_and_stores_nothing() {
    let world = world().await;
    let mut shopper = Shopper::new(&world);
    for lang in ["ja", "en"] {
        let mut error = Some(CardError::NumberMissing);
        while let Some(present) = error {
            shopper.open(&ShopRequest::new("4000", 1_000, "1").with("lang", lang)).await;
            let (card, field) = card_with(present);
            let page = shopper.pay(&card).await;
            assert_eq!(page.lang(), lang);
            is_to_be_mended(page, field, &card, &format!("{present:?} {lang}"));
            error = after(present);
        }
        for (mail, field) in [("", "mail"), ("nobody", "mail"), ("a@b", "mail"), ("a b@example.com", "mail")] {
            shopper.open(&ShopRequest::new("4000", 1_000, "1").with("lang", lang)).await;
            let card = Card::of(cards::VISA).with_mail(mail);
            is_to_be_mended(shopper.pay(&card).await, field, &card, &format!("{mail} {lang}"));
        }
        shopper.open(&ShopRequest::new("4000", 1_000, "1").with("lang", lang)).await;
        // the check digit is right, but it is none of our test cards
        let real = Card::of("4111111111111111");
        is_to_be_mended(shopper.pay(&real).await, "card_number", &real, "a real card at a test merchant");
    }
    is_untouched(&world, "card form").await;
}

#[tokio::test]
async fn a_card_number_typed_into_another_field_is_not_shown_again() {
    let world = world().await;
    change_merchant(&world, "4000", |merchant| merchant.free_items[0].rule = FreeItemRule::Asked).await;
    let mut shopper = Shopper::new(&world);
    for field in ["card_name", "mail", "free1"] {
        shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
        let form = shopper.card_form().clone().with("card_number", cards::VISA).with("card_expiry", "12/29");
        let form = form.with("card_code", "123").with("card_name", "TARO YAMADA").with("mail", "shopper@example.com");
        let typed = if field == "mail" { format!("{}@example.com", cards::VISA) } else { cards::VISA.to_owned() };
        let page = shopper.submit(&Submit::of(&form.with(field, &typed))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", page.text);
        assert_eq!(page.by_id(field).unwrap().attribute("aria-invalid"), Some("true"), "{field}");
        assert!(!page.html().contains(cards::VISA), "{field}");
    }
    is_untouched(&world, "other fields").await;
}

#[tokio::test]
async fn all_mistakes_are_shown_at_once_and_then_the_mended_form_pays() {
    let world = world().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    let empty = Card {
        number: String::new(),
        expiry: String::new(),
        code: String::new(),
        holder: String::new(),
        mail: Some(String::new()),
        keep: false,
    };
    let page = shopper.pay(&empty).await;
    let wrong: Vec<_> = page.tags("input").filter(|tag| tag.attribute("aria-invalid") == Some("true")).collect();
    let wrong: Vec<_> = wrong.iter().filter_map(|tag| tag.attribute("name")).collect();
    assert_eq!(wrong, ["card_number", "card_expiry", "card_code", "card_name", "mail"]);
    is_untouched(&world, "empty form").await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
}

#[tokio::test]
async fn a_free_item_is_shown_asked_for_or_required_as_the_merchant_says() {
    let world = world().await;
    change_merchant(&world, "4000", |merchant| {
        let item = |label: &str, rule| FreeItem { label: label.to_owned(), rule };
        merchant.free_items = [
            item("会員番号", FreeItemRule::Required),
            item("備考", FreeItemRule::Asked),
            item("色", FreeItemRule::Shown),
        ];
    })
    .await;
    let mut shopper = Shopper::new(&world);
    let request = ShopRequest::new("4000", 1_000, "1").with("free2", "初期値").with("free3", "青");
    let page = shopper.open(&request).await;
    assert!(page.text.contains("会員番号") && page.text.contains("備考") && page.text.contains("青"), "{}", page.text);
    assert_eq!(shopper.card_form().value("free2"), Some("初期値"));
    let card = Card::of(cards::VISA);
    is_to_be_mended(shopper.pay(&card).await, "free1", &card, "required and empty");
    for wrong in ["全".repeat(65), "4242 4242 4242 4242".to_owned()] {
        let typed = Submit::of(
            &shopper
                .card_form()
                .clone()
                .with("free1", &wrong)
                .with("card_number", cards::VISA)
                .with("card_expiry", "12/29")
                .with("card_code", "123")
                .with("card_name", "TARO YAMADA")
                .with("mail", "shopper@example.com"),
        );
        is_to_be_mended(shopper.submit(&typed).await, "free1", &card, &wrong);
    }
    is_untouched(&world, "free items").await;
    let typed = Submit::of(
        &shopper
            .card_form()
            .clone()
            .with("free1", "M-1")
            .with("free2", "")
            .with("card_number", cards::VISA)
            .with("card_expiry", "12/29")
            .with("card_code", "123")
            .with("card_name", "TARO YAMADA")
            .with("mail", "shopper@example.com"),
    );
    shopper.submit(&typed).await;
    let back = shopper.hand_over();
    assert_eq!((back.value("free1"), back.value("free2"), back.value("free3")), ("M-1", "", "青"));
}

#[tokio::test]
async fn a_token_that_is_not_ours_or_not_for_this_opens_nothing() {
    let world = world().await;
    let elsewhere = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    let token = shopper.card_form().value("order").unwrap().to_owned();
    let mut foreign = Shopper::new(&elsewhere);
    foreign.open(&ShopRequest::new("4000", 1, "1")).await;
    let foreign = foreign.card_form().value("order").unwrap().to_owned();
    let mut paid = Shopper::new(&elsewhere);
    paid.open(&ShopRequest::new("4000", 1_000, "9")).await;
    paid.pay(&Card::of(cards::VISA)).await;
    let handle = paid.page().address.strip_prefix("/return/").unwrap().to_owned();
    let middle = token.len() / 2;
    let flipped = if &token[middle..=middle] == "A" { "B" } else { "A" };
    let tampered = format!("{}{flipped}{}", &token[..middle], &token[middle + 1..]);
    let bad = [
        "",
        "x",
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token}A"),
        &tampered,
        &foreign,
        &handle,
        "%00",
        "あ",
    ];
    for token in bad {
        let fields = [
            ("order", token),
            ("card_number", cards::VISA),
            ("card_expiry", "12/29"),
            ("card_code", "123"),
            ("card_name", "A"),
            ("mail", "a@example.com"),
        ];
        for (action, body) in [
            ("/pay/authorize", form_encoded(fields)),
            ("/pay/cancel", form_encoded([("order", token)])),
            ("/pay", form_encoded([("reopen", token), ("lang", "en")])),
        ] {
            let page = shopper.send(Submit { action: action.to_owned(), body }.request()).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{action} {token}: {}", page.text);
            assert!(page.forms.is_empty() && !page.html().contains(cards::VISA), "{action} {token}");
        }
        let path = format!("/return/{}", system_tests::percent_encoded(token.as_bytes()));
        let page = shopper.send(Request::get(&path).body(Bytes::new()).unwrap()).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = shopper.send(Request::get(format!("/return/{token}")).body(Bytes::new()).unwrap()).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "a form's token is no handle");
    is_untouched(&world, "tokens").await;
    assert_eq!(payment(&world, "4000", "1").await, None);
}

#[tokio::test]
async fn routes_and_methods_that_do_not_exist_are_not_found_and_bodies_of_any_kind_do_no_harm() {
    let world = world().await;
    let shopper = Shopper::new(&world);
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/pay/"),
        ("GET", "/pay/4000/x"),
        ("PUT", "/pay"),
        ("DELETE", "/pay/4000"),
        ("PATCH", "/pay/authorize"),
        ("GET", "/l/"),
        ("POST", "/return/x"),
        ("GET", "/return/"),
        ("POST", "/pay/cancel/x"),
    ] {
        let page = shopper.send(Request::builder().method(method).uri(path).body(Bytes::new()).unwrap()).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{method} {path}: {}", page.text);
    }
    let page = shopper.send(Request::get("/pay/authorize").body(Bytes::new()).unwrap()).await;
    assert_eq!((page.status, page.code()), (StatusCode::BAD_REQUEST, "merchant_malformed"));
    let bodies: [(&str, Bytes); 6] = [
        ("application/x-www-form-urlencoded", Bytes::from(vec![b'a'; 1_000_000])),
        ("application/x-www-form-urlencoded", Bytes::from(vec![0xFF; 1_000])),
        ("application/x-www-form-urlencoded", Bytes::from(vec![b'&'; 60_000])),
        ("application/json", Bytes::from_static(b"{\"admin\":4000,\"order\":\"x\"}")),
        ("multipart/form-data; boundary=x", Bytes::from_static(b"--x\r\n\r\nadmin\r\n--x--")),
        ("", Bytes::new()),
    ];
    for path in ["/pay", "/pay/4000", "/pay/authorize", "/pay/cancel", "/l/open"] {
        for (kind, body) in &bodies {
            let page =
                shopper.send(Request::post(path).header("content-type", *kind).body(body.clone()).unwrap()).await;
            let asks_again = path == "/l/open" && !page.is_payment_form();
            assert!(
                page.status == StatusCode::BAD_REQUEST || asks_again,
                "{path} {kind} {}: {}",
                page.status,
                page.text
            );
        }
    }
    is_untouched(&world, "routes and bodies").await;
}

#[tokio::test]
async fn a_form_sealed_before_the_merchant_was_suspended_charges_nothing() {
    let world = world().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(std::time::Duration::from_secs(31)).await.unwrap();
    let page = shopper.pay(&Card::of(cards::VISA)).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(world.acquirer_log().await.unwrap(), []);
    let page = shopper.get("/l/demo").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_live_merchants_page_in_a_sandbox_is_refused_before_a_card_is_typed() {
    let world = world().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    change_merchant(&world, "4000", |merchant| merchant.mode = Mode::Live).await;
    world.advance(std::time::Duration::from_secs(31)).await.unwrap();
    for page in [
        shopper.change_language().await.clone(),
        shopper.get("/l/demo").await.clone(),
        shopper.open(&ShopRequest::new("4000", 1_000, "2")).await.clone(),
    ] {
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
        assert!(!page.is_payment_form());
    }
}
