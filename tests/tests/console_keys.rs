//! Keys of the JSON API in the console (console-keys): shown once, kept as a digest, dead at once when revoked; every owner is told.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use domain::api::{MAX_KEYS, Scope};
use http::StatusCode;
use system_tests::{Clerk, Form, OWNER, ShopServer, fresh, put_api_key};

const KEYS: &str = "/console/keys";

async fn filled(clerk: &mut Clerk, label: &str, scopes: &[&str]) -> Form {
    let code = clerk.code().await;
    clerk.get(KEYS).await;
    let form = clerk.form(KEYS).clone().with("label", label).with("totp", &code);
    scopes.iter().fold(form, |form, scope| form.ticked(scope))
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_dead_when_revoked() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "Shop server", &["payments_read"]).await;
    let page = clerk.submit(&form).await;
    let text = page.by_id("new-key").unwrap_or_else(|| panic!("{}", page.text)).text.clone();
    assert!(text.starts_with("kessai_test_4000_"), "{text}");
    let server = ShopServer::of(&world, "4000").await.showing(Some(&text));
    assert_eq!(server.get("/v1/payments").await.status, StatusCode::OK);
    assert_eq!(server.get("/v1/payments/none").await.refusal(), (404, "not_found"));
    let list = clerk.get(KEYS).await;
    assert!(list.text.contains("Shop server") && list.text.contains("payments_read"), "{}", list.text);
    assert!(!list.text.contains(&text[33..60]), "it is not shown again");
    let id = &text[17..33];
    let address = format!("{KEYS}/{id}");
    let code = clerk.code().await;
    clerk.get(&address).await;
    let form = clerk.form(&address).clone().with("totp", &code);
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("無効にしました"), "{}", page.text);
    assert_eq!(server.get("/v1/payments").await.refusal(), (401, "unauthorized"));
    let mails = world.mailbox().unwrap();
    let told = mails.iter().filter(|mail| mail.to == [OWNER]).count();
    assert_eq!(told, 2, "an owner hears of both");
    assert!(!format!("{mails:?}").contains(&text[33..60]), "no mail holds a secret");
}

#[tokio::test]
async fn a_key_needs_a_name_a_scope_and_a_code() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let long = "x".repeat(41);
    for (label, scopes, says) in [
        ("", &["refunds"][..], "1〜40文字"),
        (long.as_str(), &["refunds"][..], "1〜40文字"),
        ("shop", &[][..], "権限を1つ以上"),
    ] {
        let form = filled(&mut clerk, label, scopes).await;
        let page = clerk.submit(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains(says), "{label}: {}", page.text);
    }
    let form = filled(&mut clerk, "shop", &["refunds"]).await.with("totp", "000000");
    let page = clerk.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("コードが違うか"), "{}", page.text);
}

#[tokio::test]
async fn there_are_so_many_keys_and_no_more() {
    let world = fresh().await;
    for nth in 0..u8::try_from(MAX_KEYS).unwrap() {
        put_api_key(&world, "4000", [nth; 10], &[Scope::PaymentsRead]).await;
    }
    let mut clerk = Clerk::owner(&world).await;
    let form = filled(&mut clerk, "one more", &["refunds"]).await;
    let page = clerk.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("20個まで"), "{}", page.text);
}
