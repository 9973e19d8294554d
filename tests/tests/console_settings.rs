//! The settings of a merchant, from outside (`console-settings`, `merchant-image`): an owner changes them in the console, and shop and shopper see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is wrong"
)]

use bytes::Bytes;
use domain::audit::{Action, Actor, Entry};
use domain::merchant::Mode;
use domain::settings::values;
use http::{Request, StatusCode, header};
use local::admin::{Admin, AdminError, GivenRole, MerchantCommand, OperatorCommand};
use local::world::World;
use std::time::Duration;
use system_tests::{Card, Clerk, OWNER, Page, ShopRequest, Shopper, administer_as, audit_log, cards, fresh, merchant};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

fn path(section: &str) -> String {
    format!("/console/settings/{section}")
}

/// A setting as it is stored.
async fn stored(world: &World, id: &str, key: &str) -> String {
    let all = values(&merchant(world, id).await);
    all.into_iter().find(|(name, _)| name == key).map(|(_, value)| value).unwrap_or_default()
}

/// Types settings into a section's form and saves it, with a fresh code where the section asks for one.
async fn save(clerk: &mut Clerk, section: &str, typed: &[(&str, &str)]) -> Page {
    clerk.get(&path(section)).await;
    fill_and_save(clerk, section, typed).await
}

async fn fill_and_save(clerk: &mut Clerk, section: &str, typed: &[(&str, &str)]) -> Page {
    let mut form = clerk.form(&path(section)).clone().pressed("act", "save");
    for (name, value) in typed {
        form = match *value {
            "(tick)" => form.ticked(name),
            "(untick)" => {
                form.fields.retain(|(given, _)| given != name);
                form
            }
            _ => form.with(name, value),
        };
    }
    if form.value("totp").is_some() {
        let code = clerk.code().await;
        form = form.with("totp", &code);
    }
    clerk.submit(&form).await.clone()
}

/// The settings that the log says were changed by somebody at the console, newest first.
async fn logged(world: &World, id: &str) -> Vec<String> {
    let changed = |entry: Entry| match (entry.action, entry.by) {
        (Action::SettingsChanged { changes, .. }, Actor::User(_)) => Some(changes),
        _ => None,
    };
    let log = audit_log(world, id).await.into_iter().filter_map(changed).flatten();
    log.map(|change| change.key).collect()
}

async fn half_a_minute(world: &World) {
    world.advance(Duration::from_secs(31)).await.unwrap();
}

#[tokio::test]
async fn every_setting_is_saved_by_its_form_and_noted() {
    let world = fresh().await;
    let (mut owner, mut owner_24) = (Clerk::owner(&world).await, Clerk::owner_24(&world).await);
    for (section, field, typed, key, value) in [
        ("keys", "window_past_s", "600", "window_past_s", "600"),
        ("keys", "window_future_s", "60", "window_future_s", "60"),
        (
            "destinations",
            "destination2",
            "https://shop.example/two?x=1",
            "destination2",
            "GET https://shop.example/two?x=1",
        ),
        ("destinations", "destination3.method", "GET", "destination3", "GET http://127.0.0.1:9000/shop/receive"),
        ("destinations", "destination3", "", "destination3", "none"),
        ("destinations", "back_address", "https://shop.example/cart", "back_address", "https://shop.example/cart"),
        ("destinations", "encoding", "shift_jis", "encoding", "shift_jis"),
        ("payment", "max_amount", "50000", "max_amount", "50000"),
        ("payment", "attempts", "3", "attempts", "3"),
        ("payment", "capture", "later", "capture", "later"),
        ("payment", "refund_confirm_over", "30000", "refund_confirm_over", "30000"),
        ("payment", "continuation", "(tick)", "continuation", "on"),
        ("payment", "card_on_file", "(untick)", "card_on_file", "off"),
        ("three-ds", "three_ds", "at_registration", "three_ds", "at_registration"),
        ("three-ds", "three_ds_unavailable", "proceed", "three_ds_unavailable", "proceed"),
        ("three-ds", "asks_consent_itself", "(tick)", "asks_consent_itself", "on"),
        ("guard", "guard_address_hour", "15", "guard_address_hour", "15"),
        ("mails", "mail.data_linkage", "(untick)", "mail_off", "data_linkage"),
        ("mails", "shop_copy", "copy@shop.example", "shop_copy", "copy@shop.example"),
        ("mails", "mail_outro_en", "Thank you, {name}", "mail_outro_en", "Thank you, {name}"),
        ("page", "accent", "#00AA55", "accent", "#00aa55"),
        ("page", "page_before", "<p>x</p>", "page_before", "<p>x</p>"),
        ("free-items", "free2_label", "会員番号", "free2_label", "会員番号"),
        ("free-items", "free2_rule", "required", "free2_rule", "required"),
        ("regular", "regular_anchor", "31", "regular_anchor", "31"),
        ("regular", "regular_retries", "none", "regular_retries", "none"),
        ("regular", "regular_kind.12", "beans", "regular_kind.12", "beans"),
        ("texts", "name", "新しい店", "name", "新しい店"),
        ("texts", "lang", "en", "lang", "en"),
        ("texts", "contact", "03-0000-0000", "contact", "03-0000-0000"),
        ("texts", "legal_address", "https://shop.example/law", "legal_address", "https://shop.example/law"),
        ("texts", "privacy_address", "https://shop.example/p", "privacy_address", "https://shop.example/p"),
        ("texts", "tax_included", "(untick)", "tax_included", "off"),
        ("texts", "receipt_issuer", "株式会社デモ", "receipt_issuer", "株式会社デモ"),
        ("texts", "receipt_registration", "T1234567890123", "receipt_registration", "T1234567890123"),
        ("texts", "receipt_tax", "standard", "receipt_tax", "standard"),
        ("retention", "retention_exports_days", "3", "retention_exports_days", "3"),
    ] {
        let page = save(&mut owner, section, &[(field, typed)]).await;
        assert_eq!(
            (page.status, page.address.as_str()),
            (StatusCode::OK, format!("{}?done=saved", path(section)).as_str()),
            "{key}: {}",
            page.text
        );
        assert!(page.text.contains("30秒以内"), "it says when it is seen: {}", page.text);
        assert_eq!(stored(&world, "4000", key).await, value);
        assert_eq!(logged(&world, "4000").await[0], key);
    }
    for (field, value) in [("request_name.amount", "KINGAKU"), ("handover_name.amount", "GAKU")] {
        let page = save(&mut owner_24, "destinations", &[(field, value)]).await;
        assert!(page.address.ends_with("?done=saved"), "{}", page.text);
        assert_eq!(stored(&world, "2400", field).await, value);
    }
    assert_eq!(save(&mut owner, "payment", &[]).await.address, format!("{}?done=unchanged", path("payment")));
    let count = logged(&world, "4000").await.len();
    assert_eq!(count, 37, "one entry for each change, none for nothing");
}

#[tokio::test]
async fn a_bad_setting_is_shown_where_it_is_and_nothing_is_saved() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let before = merchant(&world, "4000").await;
    for (section, field, typed, said) in [
        ("keys", "window_past_s", "59", "60から86400まで"),
        ("keys", "sig_required", "(tick)", "先に「署名の鍵」を作成"),
        ("destinations", "destination1", "http://shop.example/", "https:// で始まるURL"),
        ("destinations", "destination1", "https://shop.example/?result=0", "お渡しする項目名と重なって"),
        ("destinations", "destination2", "https://user@shop.example/", "ユーザー名"),
        ("destinations", "back_address", "javascript:alert(1)", "https:// で始まるURL"),
        ("payment", "max_amount", "10000000", "1から9999999まで"),
        ("payment", "max_amount", "１０００", "1から9999999まで"),
        ("payment", "attempts", "11", "1から10まで"),
        ("payment", "refund_confirm_over", "0", "1から9999999まで"),
        ("payment", "refund_confirm_over", "", "1から9999999まで"),
        ("payment", "refund_confirm_over", "10000000", "1から9999999まで"),
        ("guard", "guard_address_hour", "9", "10から50まで"),
        ("mails", "shop_copy", "nobody", "メールアドレスの形"),
        ("mails", "mail_intro_ja", "{nmae}様", "「{nmae}」はありません"),
        ("mails", "mail_intro_ja", "{order", "閉じられていません"),
        ("page", "accent", "blue", "16進数6桁"),
        ("page", "page_after", "a\u{202e}b", "文字の向きを変える文字"),
        ("regular", "regular_anchor", "32", "1から31まで"),
        ("regular", "regular_kind.1", "コーヒー", "定期購入の商品の短い名前"),
        ("texts", "name", "", "1文字以上"),
        ("texts", "name", "店\u{2028}Bcc: x@evil.example", "制御文字"),
        ("texts", "legal_address", "https://a b/", "符号化"),
        ("texts", "receipt_registration", "1234567890123", "Tと半角数字13桁"),
        ("retention", "retention_audit_days", "365", "366から3660まで"),
    ] {
        let page = save(&mut owner, section, &[(field, typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={typed}: {}", page.text);
        assert!(page.text.contains(said), "{field}={typed}: {}", page.text);
        let id = field.replace('.', "-");
        assert!(page.html().contains(&format!("href=\"#{id}\"")), "the summary leads to the field: {field}");
        assert_eq!(merchant(&world, "4000").await, before, "{field}={typed}");
    }
    assert_eq!(logged(&world, "4000").await, [""; 0]);
    let mut owner = owner.speaking("en");
    owner.get("/console/settings/payment?lang=en").await;
    let page = fill_and_save(&mut owner, "payment", &[("attempts", "0")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
}

#[tokio::test]
async fn a_form_that_somebody_overtook_is_refused_with_what_changed() {
    let world = fresh().await;
    let mut first = Clerk::owner(&world).await;
    let mut second = first.clone();
    first.get(&path("payment")).await;
    save(&mut second, "payment", &[("attempts", "3")]).await;
    let page = fill_and_save(&mut first, "payment", &[("max_amount", "777")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("カードを試せる回数: 5 → 3"), "{}", page.text);
    assert_eq!(stored(&world, "4000", "max_amount").await, "9999999");
    let form = first.form(&path("payment")).clone();
    assert_eq!(form.value("max_amount"), Some("777"), "what was typed is still there");
    let code = first.code().await;
    let page = first.submit(&form.with("totp", &code).pressed("act", "save")).await.clone();
    assert!(page.address.ends_with("?done=saved"), "{}", page.text);
    assert_eq!(stored(&world, "4000", "max_amount").await, "777");

    first.get(&path("keys")).await;
    first.get(&format!("{}?do=make-sig-secret", path("keys"))).await;
    let form = first.form(&path("keys")).clone().pressed("act", "make-sig-secret");
    save(&mut second, "texts", &[("contact", "1-2-3")]).await;
    let code = first.code().await;
    let page = first.submit(&form.with("totp", &code)).await.clone();
    assert_eq!(page.status, StatusCode::CONFLICT, "a secret isn't made on an old record either");
    assert!(merchant(&world, "4000").await.sig.secrets.is_empty());
}

#[tokio::test]
async fn destinations_and_secrets_need_a_fresh_code_and_every_owner_is_told() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    owner.get(&path("destinations")).await;
    let form = owner.form(&path("destinations")).clone().pressed("act", "save");
    let form = form.with("destination1", "https://new.example/thanks");
    let seen = world.mailbox().unwrap().len();
    for code in ["", "000000", "abcdef"] {
        let page = owner.submit(&form.clone().with("totp", code)).await.clone();
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
        assert_eq!(owner.form(&path("destinations")).value("destination1"), Some("https://new.example/thanks"));
    }
    assert_eq!(stored(&world, "4000", "destination1").await, "POST http://127.0.0.1:9000/shop/thanks");
    assert_eq!(world.mailbox().unwrap().len(), seen);
    let code = owner.code().await;
    owner.submit(&form.clone().with("totp", &code)).await;
    assert_eq!(stored(&world, "4000", "destination1").await, "POST https://new.example/thanks");
    let mails = world.mailbox().unwrap().split_off(seen);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, [OWNER]);
    let text = mails[0].text.as_ref().unwrap();
    assert!(text.contains("戻り先1") && !text.contains("new.example"), "named, not told: {text}");

    owner.get(&path("destinations")).await;
    let again =
        owner.form(&path("destinations")).clone().pressed("act", "save").with("destination1", "https://x.example/");
    let page = owner.submit(&again.with("totp", &code)).await.clone();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "a code is taken once");
}

#[tokio::test]
async fn a_changed_destination_is_where_shoppers_go_within_half_a_minute() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    save(&mut owner, "destinations", &[("destination1", "https://new.example/thanks")]).await;
    half_a_minute(&world).await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 2_000, "1")).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert_eq!(shopper.page().form_by_id("handover").unwrap().action, "https://new.example/thanks");
}

#[tokio::test]
async fn a_key_password_is_made_shown_once_and_the_one_before_goes_on_for_a_week_or_until_it_is_ended() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let signed = |order: &str, password: &str| {
        let request = ShopRequest::new("4000", 2_000, order).of_user("taro", world.now());
        let key = request.key(password);
        request.with("key", &key)
    };
    let opens = async |order: &str, password: &str| {
        let request = signed(order, password);
        Shopper::new(&world).open(&request).await.is_payment_form()
    };
    assert!(opens("1", "abcd1234").await);
    let page = act(&mut owner, "make-key-password", None).await;
    let made = page.by_id("new-secret").unwrap().text.clone();
    assert_eq!((page.status, made.len()), (StatusCode::OK, 32), "{}", page.text);
    owner.get(&path("keys")).await;
    assert!(!owner.page().html().contains(&made), "shown once");
    assert!(owner.page().text.contains("0日前"), "its age: {}", owner.page().text);
    half_a_minute(&world).await;
    assert!(opens("2", &made).await && opens("3", "abcd1234").await, "both are good");
    act(&mut owner, "end-key-password", None).await;
    half_a_minute(&world).await;
    assert!(opens("4", &made).await && !opens("5", "abcd1234").await, "ended at once");

    let refused = act(&mut owner, "own-key-password", Some("short")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("16文字以上"), "{}", refused.text);
    let taken = act(&mut owner, "own-key-password", Some("0123456789abcdef")).await;
    assert!(taken.address.ends_with("?done=saved") && !taken.html().contains("0123456789abcdef"));
    half_a_minute(&world).await;
    assert!(opens("6", "0123456789abcdef").await && opens("7", &made).await);
    world.advance(Duration::from_secs(8 * 86_400)).await.unwrap();
    assert!(opens("8", "0123456789abcdef").await && !opens("9", &made).await, "a week is over");
    let text = |entry: &Entry| format!("{entry:?}");
    let log = audit_log(&world, "4000").await;
    assert!(log.iter().all(|entry| !text(entry).contains(&made) && !text(entry).contains("0123456789abcdef")));
    assert_eq!(logged(&world, "4000").await, ["key_password"; 3]);
}

/// What is done with a secret, on its own page.
async fn act(clerk: &mut Clerk, name: &str, own: Option<&str>) -> Page {
    clerk.get(&format!("{}?do={name}", path("keys"))).await;
    let code = clerk.code().await;
    let form = clerk.form(&path("keys")).clone().pressed("act", name).with("totp", &code);
    let form = match own {
        Some(own) => form.with("own", own),
        None => form,
    };
    clerk.submit(&form).await.clone()
}

#[tokio::test]
async fn the_signature_is_required_once_there_is_a_secret() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    owner.get(&path("keys")).await;
    assert!(owner.page().text.contains("署名（sig）が必須になっていません"), "a banner where it is off");
    let page = act(&mut owner, "make-sig-secret", None).await;
    let secret = page.by_id("new-secret").unwrap().text.clone();
    assert_eq!(secret.len(), 64);
    save(&mut owner, "keys", &[("sig_required", "(tick)")]).await;
    assert!(!owner.page().text.contains("署名（sig）が必須になっていません"));
    half_a_minute(&world).await;
    let request = ShopRequest::new("4000", 2_000, "1");
    assert_eq!(Shopper::new(&world).open(&request).await.code(), "sig_missing");
    let request = request.with("time", &world.now().as_second().to_string()).signed_with(&secret);
    assert!(Shopper::new(&world).open(&request).await.is_payment_form());
}

#[tokio::test]
async fn mails_are_switched_off_and_carry_the_shops_own_text() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let intro = "{name}様\r\n{shop}でのお買い上げありがとうございます。";
    save(&mut owner, "mails", &[("mail_intro_ja", intro), ("mail_outro_ja", "注文 {order}、{amount}")]).await;
    let pay = async |order: &str| {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 2_000, order).with("name", "山田太郎").with("lang", "ja")).await;
        shopper.pay(&Card::of(cards::VISA)).await;
        world.settle().await.unwrap();
        world.mailbox().unwrap().into_iter().filter(|mail| mail.to == ["shopper@example.com"]).collect::<Vec<_>>()
    };
    let mails = pay("1").await;
    let text = mails[0].text.as_ref().unwrap();
    assert!(text.contains("山田太郎様\nデモショップでのお買い上げありがとうございます。\n"), "{text}");
    assert!(text.contains("注文 1、2,000円\n"), "{text}");

    owner.get(&path("mails")).await;
    let test = owner.page().forms.iter().find(|form| form.buttons.contains(&("act".to_owned(), "test".to_owned())));
    let test = test.unwrap().clone().pressed("act", "test");
    let seen = world.mailbox().unwrap().len();
    owner.submit(&test).await;
    let sent = world.mailbox().unwrap().split_off(seen);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to, [OWNER], "to who is signed in and to nobody else");
    assert!(sent[0].text.as_ref().unwrap().contains("お買い上げありがとうございます"));

    save(&mut owner, "mails", &[("mail.data_linkage", "(untick)")]).await;
    assert_eq!(pay("2").await.len(), 1, "no more than before");
}

#[tokio::test]
async fn the_shops_own_html_is_cleaned_labelled_and_shown_around_the_card_form() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let hostile = "<script>alert(1)</script><h3>お届け</h3><p style=\"position:fixed\" onclick=\"x()\" class=\"go\" id=\"pay\">3日以内<form action=\"https://evil.example\"><input name=\"card_number\"></form><img src=\"https://evil.example/a.png\"><a href=\"javascript:x()\">x</a>";
    owner.get(&path("page")).await;
    let form = owner.form(&path("page")).clone().with("page_before", hostile);
    let preview = owner.submit(&form.clone().pressed("act", "preview")).await.clone();
    assert!(preview.text.contains("3日以内") && preview.text.contains("プレビュー"), "{}", preview.text);
    assert!(preview.header("content-security-policy").contains("form-action 'none'"), "nothing can be paid there");
    assert_eq!(stored(&world, "4000", "page_before").await, "", "a preview saves nothing");
    let saved = owner.submit(&form.pressed("act", "save")).await.clone();
    assert!(saved.address.ends_with("?done=cleaned"), "{}", saved.text);
    half_a_minute(&world).await;
    for page in [preview, Shopper::new(&world).open(&ShopRequest::new("4000", 2_000, "1")).await.clone()] {
        let html = page.html();
        assert!(page.text.contains("ショップからのご案内") && page.text.contains("3日以内"), "{}", page.text);
        for bad in ["alert(1)", "onclick", "position:fixed", "evil.example", "javascript:", "class=\"go\" id=\"pay\">3"]
        {
            assert!(!html.contains(bad), "{bad}");
        }
        assert_eq!(page.tags("h3").filter(|tag| tag.text == "お届け").count(), 1);
    }
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 2_000, "2")).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over() && !shopper.page().text.contains("3日以内"), "not on the way back");
}

#[tokio::test]
async fn what_is_typed_is_shown_in_a_frame_of_ours_and_nowhere_else() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let page = owner.get(&path("page")).await.clone();
    assert!(page.header("content-security-policy").contains("; frame-src 'self'; frame-ancestors 'none'"));
    let frame = page.tags("iframe").next().unwrap();
    assert_eq!((frame.attribute("sandbox"), frame.attribute("src")), (Some(""), None), "no script of it runs");
    assert!(page.by_id("live").unwrap().attribute("hidden").is_some(), "only a script shows it");
    let form = owner.form(&path("page")).clone().pressed("act", "live");
    let shown =
        owner.submit(&form.clone().with("accent", "#aa0000").with("page_before", "<p>3日以内</p>")).await.clone();
    assert!(shown.text.contains("3日以内") && shown.html().contains("#aa0000"), "{}", shown.text);
    assert!(shown.header("content-security-policy").ends_with("frame-ancestors 'self'; base-uri 'none'"));
    assert_eq!(shown.header("x-frame-options"), "SAMEORIGIN");
    assert!(shown.header("content-security-policy").contains("form-action 'none'"));
    let half = owner.submit(&form.with("accent", "#aa")).await.clone();
    assert_eq!((half.status, half.html()), (StatusCode::NO_CONTENT, ""), "the frame goes on showing what it shows");
    assert_eq!(stored(&world, "4000", "page_before").await, "", "nothing is saved");
    let elsewhere = owner.get(&path("mails")).await.clone();
    assert!(!elsewhere.header("content-security-policy").contains("frame-src"));
}

#[tokio::test]
async fn a_logo_is_what_its_bytes_say_and_is_served_at_their_hash() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    for (bytes, said) in [
        (&b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..], "PNG、JPEG、GIF、WebP"),
        (b"", "画像ファイルを選んで"),
        (&vec![0x89; 101 * 1024], "100KB以内"),
    ] {
        let page = upload(&mut owner, bytes).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains(said), "{}", page.text);
    }
    let page = upload(&mut owner, PNG).await;
    assert!(page.address.ends_with("?done=saved"), "{} {}", page.status, page.text);
    half_a_minute(&world).await;
    let mut shopper = Shopper::new(&world);
    let page = shopper.open(&ShopRequest::new("4000", 2_000, "1")).await.clone();
    let logo = page.tags("img").next().unwrap().attribute("src").unwrap().to_owned();
    assert!(logo.starts_with("/image/4000/") && logo.len() == "/image/4000/".len() + 64, "{logo}");
    assert!(page.header("content-security-policy").contains("img-src 'self'"));
    let image = shopper.get(&logo).await.clone();
    assert_eq!((image.status, &image.body[..]), (StatusCode::OK, PNG));
    assert_eq!((image.header("content-type"), image.header("x-content-type-options")), ("image/png", "nosniff"));
    assert!(image.header("cache-control").contains("immutable"));
    let other = logo.replace("/4000/", "/2400/");
    assert_eq!(shopper.get(&other).await.status, StatusCode::NOT_FOUND, "another merchant's");
    assert_eq!(shopper.get("/image/4000/..%2f").await.status, StatusCode::NOT_FOUND);

    owner.get(&path("page")).await;
    let reset = owner.page().forms.iter().find(|form| form.buttons.contains(&("act".to_owned(), "reset".to_owned())));
    let reset = reset.unwrap().clone().pressed("act", "reset");
    owner.submit(&reset).await;
    assert_eq!(stored(&world, "4000", "logo").await, "none");
}

/// Sends the form with a file as a browser does.
async fn upload(clerk: &mut Clerk, bytes: &[u8]) -> Page {
    clerk.get(&path("page")).await;
    let form = clerk.form_by_id("logo").clone();
    let mut body = Vec::new();
    for name in ["token", "opened"] {
        let value = form.value(name).unwrap();
        body.extend(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
        );
    }
    body.extend(b"--xyz\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"logo.png\"\r\nContent-Type: image/png\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--xyz--\r\n");
    let request = Request::post(&form.action)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz")
        .header(header::ORIGIN, "http://localhost:9000")
        .header("sec-fetch-site", "same-origin");
    clerk.follow(request.body(Bytes::from(body)).unwrap()).await.clone()
}

#[tokio::test]
async fn a_file_without_the_sessions_token_is_refused() {
    let world = fresh().await;
    let owner = Clerk::owner(&world).await;
    let mut owner = owner;
    owner.get(&path("page")).await;
    let body = "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nforged\r\n--x--";
    for (section, body) in [("page", body), ("page", "no form"), ("keys", body)] {
        let request = Request::post(path(section))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header(header::ORIGIN, "http://localhost:9000");
        let page = owner.send(request.body(Bytes::from_static(body.as_bytes())).unwrap()).await;
        assert!([StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST].contains(&page.status), "{section} {}", page.status);
    }
}

async fn operate(world: &World, operator: &str, command: OperatorCommand) -> Result<Vec<String>, AdminError> {
    administer_as(world, Some(operator), Admin::Merchant(MerchantCommand::Operator(command))).await
}

fn id() -> String {
    "4000".to_owned()
}

#[tokio::test]
async fn two_people_let_a_merchant_go_live() {
    let world = fresh().await;
    let error = operate(&world, "sato", OperatorCommand::ApproveLive { id: id() }).await.unwrap_err();
    assert!(matches!(error, AdminError::NotRequested), "{error}");
    let nameless = Admin::Merchant(MerchantCommand::Operator(OperatorCommand::RequestLive { id: id() }));
    assert!(matches!(administer_as(&world, None, nameless).await.unwrap_err(), AdminError::NoOperator));
    operate(&world, "sato", OperatorCommand::RequestLive { id: id() }).await.unwrap();
    let error = operate(&world, "sato", OperatorCommand::ApproveLive { id: id() }).await.unwrap_err();
    assert!(matches!(error, AdminError::SamePerson), "{error}");
    assert_eq!(merchant(&world, "4000").await.mode, Mode::Test);
    world.advance(Duration::from_secs(8 * 86_400)).await.unwrap();
    let error = operate(&world, "suzuki", OperatorCommand::ApproveLive { id: id() }).await.unwrap_err();
    assert!(matches!(error, AdminError::RequestOver), "{error}");
    operate(&world, "sato", OperatorCommand::RequestLive { id: id() }).await.unwrap();
    operate(&world, "suzuki", OperatorCommand::ApproveLive { id: id() }).await.unwrap();
    let live = merchant(&world, "4000").await;
    assert_eq!((live.mode, live.live_request), (Mode::Live, None));
    let log: Vec<_> = audit_log(&world, "4000").await.into_iter().map(|entry| (entry.by, entry.action)).collect();
    let by = |name: &str| Actor::Operator(name.to_owned());
    assert_eq!(log[..2], [(by("suzuki"), Action::LiveApproved), (by("sato"), Action::LiveRequested)]);
    let set = MerchantCommand::Set { id: id(), settings: vec!["mode=test".to_owned()] };
    let error = administer_as(&world, Some("sato"), Admin::Merchant(set)).await.unwrap_err().to_string();
    assert!(error.contains("only the operator changes this"), "{error}");
}

#[tokio::test]
async fn a_suspended_merchant_takes_no_payment_and_keeps_what_it_has() {
    let world = fresh().await;
    let link = local::world::LINKS[0].0;
    let open = async || {
        let mut shopper = Shopper::new(&world);
        let asked = shopper.open(&ShopRequest::new("4000", 2_000, "77")).await.is_payment_form();
        [asked, shopper.get(&format!("/l/{link}")).await.is_payment_form()]
    };
    assert_eq!(open().await, [true, true]);
    operate(&world, "sato", OperatorCommand::Suspend { id: id() }).await.unwrap();
    half_a_minute(&world).await;
    assert_eq!(open().await, [false, false]);
    let mut owner = Clerk::owner(&world).await;
    assert_eq!(owner.get(&path("payment")).await.status, StatusCode::OK, "the console goes on");
    operate(&world, "sato", OperatorCommand::Resume { id: id() }).await.unwrap();
    half_a_minute(&world).await;
    assert_eq!(open().await, [true, true]);
    let unsure = OperatorCommand::Close { id: id(), confirm: "400".to_owned() };
    assert!(matches!(operate(&world, "sato", unsure).await.unwrap_err(), AdminError::NotConfirmed));
    operate(&world, "sato", OperatorCommand::Close { id: id(), confirm: id() }).await.unwrap();
    let error = operate(&world, "sato", OperatorCommand::Resume { id: id() }).await.unwrap_err();
    assert!(matches!(error, AdminError::IsClosed), "{error}");
}

#[tokio::test]
async fn what_the_operator_allows_is_shown_and_cannot_be_exceeded() {
    let world = fresh().await;
    let settings = ["max_amount=50000", "three_ds=at_payment", "guard_card_day=6", "card_entry=on"];
    let floor = OperatorCommand::Floor { id: id(), settings: settings.map(str::to_owned).to_vec() };
    operate(&world, "sato", floor).await.unwrap();
    assert_eq!(stored(&world, "4000", "max_amount").await, "50000", "brought in at once");
    assert!(merchant(&world, "4000").await.floors.card_entry);
    let mut owner = Clerk::owner(&world).await;
    for (section, field, typed, said) in [
        ("payment", "max_amount", "50001", "50,000円"),
        ("three-ds", "three_ds", "recurring", "運営者が認めていません"),
        ("guard", "guard_card_day", "7", "運営者が認めている上限は6"),
    ] {
        owner.get(&path(section)).await;
        assert!(owner.page().text.contains("運営者が認めている範囲"), "{}", owner.page().text);
        let page = fill_and_save(&mut owner, section, &[(field, typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains(said), "{}", page.text);
    }
    assert!(owner.page().text.contains("カード番号の手入力（個別処理） はい"), "{}", owner.page().text);
    let bad = OperatorCommand::Floor { id: id(), settings: vec!["attempts=3".to_owned()] };
    assert!(operate(&world, "sato", bad).await.unwrap_err().to_string().contains("no such setting"));
}

/// Pastes what a shop sends.
async fn check(clerk: &mut Clerk, pasted: &str) -> Page {
    clerk.get(&path("check")).await;
    let form = clerk.form(&path("check")).clone().with("request", pasted);
    clerk.submit(&form).await.clone()
}

#[tokio::test]
async fn what_is_wrong_with_a_shops_request_is_said_and_nothing_is_kept() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let good = ShopRequest::new("4000", 2000, "777").of_user("member-1", world.now());
    let page = check(&mut clerk, &format!("http://localhost:9000/pay?{}", good.encoded())).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("このリクエストを受け付けます"), "{}", page.text);

    let key = good.key("abcd1234");
    let forged = good.clone().with("amount", "1").with("key", &key);
    let page = check(&mut clerk, &forged.encoded()).await;
    assert!(page.text.contains("受け付けません") && page.text.contains("key_differs"), "{}", page.text);
    assert!(!page.html().contains("abcd1234"), "no secret is shown");

    let page = check(&mut clerk, "admin=4000&amount=2,000&charge=777").await;
    assert!(page.text.contains("受け付けません") && page.text.contains("amount"), "{}", page.text);
    let page = check(&mut clerk, "admin=4000&amount=2000&charge=777&free1=4242424242424242").await;
    assert!(!page.html().contains("4242424242424242"), "a card number is not shown again");
    assert_eq!(system_tests::payment(&world, "4000", "777").await, None, "nothing is stored");
    assert_eq!(clerk.get(&path("check")).await.form(&path("check")).unwrap().value("request"), Some(""));
}

#[tokio::test]
async fn the_guide_is_read_in_the_console_in_the_visitors_language() {
    let world = fresh().await;
    let mut viewer = Clerk::joined(&world, "viewer@example.com", GivenRole::Viewer).await;
    viewer.get("/console").await;
    let leads = viewer.page().tags("a").any(|tag| tag.attribute("href") == Some("/console/guide"));
    assert!(leads, "every page leads to it");
    for (lang, heading, said) in
        [("en", "Merchant guide", "What comes back"), ("ja", "加盟店向け接続ガイド", "五つの言語のコード")]
    {
        let page = viewer.get(&format!("/console/guide?lang={lang}")).await.clone();
        assert_eq!((page.status, page.heading(), page.lang()), (StatusCode::OK, heading, lang));
        assert!(page.text.contains(said), "{said}");
        assert_eq!(page.tags("h1").count(), 1);
        // Whatever a link names is on the page; nothing leads out of the console, nothing comes from elsewhere.
        let links: Vec<&str> = page.tags("a").filter_map(|tag| tag.attribute("href")).collect();
        assert!(links.iter().filter(|link| link.starts_with('#')).count() > 40, "{links:?}");
        for link in links {
            match link.strip_prefix('#') {
                Some(name) => {
                    let name = percent_encoding::percent_decode_str(name).decode_utf8().unwrap();
                    assert!(page.by_id(&name).is_some(), "{lang}: nothing is called {name}");
                }
                None => assert!(link.starts_with("/console") || link.starts_with("?lang="), "{lang}: {link}"),
            }
        }
        let mut ids: Vec<&str> = page.tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert!(count > 20 && ids.len() == count, "{lang}: a name stands twice");
        let guide = page.html().split_once(r#"<div class="guide">"#).unwrap().1;
        let guide = guide.split_once("</main>").unwrap().0;
        for foreign in ["<script", "<img", "<style", "<form", "<iframe"] {
            assert!(!guide.contains(foreign), "{lang}: {foreign}");
        }
        assert!(guide.contains("4000002760003184"), "the test cards are there, too");
    }
}
