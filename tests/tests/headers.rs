//! What every answer of a page carries: the policy that makes injected markup inert, and no address of anyone else.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers may stop at the first surprise"
)]

use bytes::Bytes;
use data_encoding::BASE64;
use http::{Request, StatusCode};
use local::world::World;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;
use system_tests::{Card, Page, ShopRequest, Shopper, Submit, cards, change_merchant, fresh};

const SHOP: &str = "http://127.0.0.1:9000";

/// One page of every kind that a shopper can meet.
async fn every_kind() -> Vec<(&'static str, Page)> {
    let world = fresh().await;
    let mut pages = Vec::new();
    let mut shopper = Shopper::new(&world);
    let order = |number: &str| ShopRequest::new("4000", 1_000, number);
    pages.push(("payment form", shopper.open(&order("1")).await.clone()));
    let english = Shopper::new(&world).speaking("en").open(&order("1")).await.clone();
    pages.push(("payment form in English", english));
    pages.push(("form to be mended", shopper.pay(&Card::of("1")).await.clone()));
    pages.push(("form after a decline", shopper.pay(&Card::of(cards::DECLINED)).await.clone()));
    let form = shopper.filled(&Card::of(cards::VISA));
    pages.push(("redirect to the result", shopper.send(form.request()).await));
    pages.push(("hand-over by form", shopper.submit(&form).await.clone()));
    pages.push(("already paid", shopper.open(&order("1")).await.clone()));
    pages.push(("conflict", shopper.open(&ShopRequest::new("4000", 2, "1")).await.clone()));
    pages.push(("hand-over by address", handed_over(&world, &order("2").with("return", "2")).await));
    pages.push(("hand-over of a 24 shop", handed_over(&world, &ShopRequest::new("2400", 5, "1")).await));
    pages.push(("hand-over in Shift_JIS", handed_over(&world, &ShopRequest::new("9320", 5, "1")).await));
    shopper.open(&order("3")).await;
    pages.push(("hand-over of a failure", shopper.give_up().await.clone()));
    shopper.open(&ShopRequest::new("4000", 1_901, "4")).await;
    pages.push(("being checked", shopper.pay(&Card::of(cards::VISA)).await.clone()));
    pages.push(("refusal", shopper.open(&ShopRequest::new("4000", 0, "5")).await.clone()));
    pages.push(("link", shopper.get("/l/demo").await.clone()));
    pages.push(("amount form", shopper.get("/l/open").await.clone()));
    let wrong = Submit::of(&shopper.form("/l/open").clone().with("amount", "x"));
    pages.push(("amount form to be mended", shopper.submit(&wrong).await.clone()));
    pages.push(("closed link", shopper.get("/l/none").await.clone()));
    pages.push(("expired handle", shopper.get("/return/x").await.clone()));
    let unreadable = Submit { action: "/pay/authorize".to_owned(), body: "order=x".to_owned() };
    pages.push(("unreadable form", shopper.submit(&unreadable).await.clone()));
    change_merchant(&world, "4000", |merchant| merchant.destinations = [None, None, None]).await;
    world.advance(Duration::from_secs(31)).await.unwrap();
    shopper.get("/l/demo").await;
    pages.push(("result", shopper.pay(&Card::of(cards::VISA)).await.clone()));
    shopper.get("/l/demo").await;
    pages.push(("result of giving up", shopper.give_up().await.clone()));
    pages
}

async fn handed_over(world: &World, request: &ShopRequest) -> Page {
    let mut shopper = Shopper::new(world);
    shopper.open(request).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    shopper.page().clone()
}

fn directives(page: &Page) -> BTreeMap<String, Vec<String>> {
    let policy = page.header("content-security-policy").split(';').map(str::trim).filter(|part| !part.is_empty());
    policy
        .map(|directive| {
            let mut words = directive.split(' ').map(str::to_owned);
            (words.next().unwrap(), words.collect())
        })
        .collect()
}

fn source(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text.as_bytes())))
}

#[tokio::test]
async fn every_page_carries_the_headers_that_guard_it() {
    for (what, page) in Box::pin(every_kind()).await {
        assert_eq!(page.header("cache-control"), "no-store", "{what}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{what}");
        let hsts = page.header("strict-transport-security");
        let max_age: u64 = hsts.strip_prefix("max-age=").unwrap().split(';').next().unwrap().parse().unwrap();
        assert!(max_age >= 31_536_000, "{what}: {hsts}");
        let referrer = if page.is_hand_over() { "origin" } else { "same-origin" };
        assert_eq!(page.header("referrer-policy"), referrer, "{what}");
        assert!(page.headers.get("set-cookie").is_none() && page.headers.get("server").is_none(), "{what}");
        if page.status == StatusCode::SEE_OTHER {
            assert!(page.location().unwrap().starts_with("/return/") && page.body.is_empty(), "{what}");
            continue;
        }
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{what}");
        let policy = directives(&page);
        assert_eq!(policy["default-src"], ["'none'"], "{what}");
        assert_eq!(policy["frame-ancestors"], ["'none'"], "{what}");
        assert_eq!(policy["base-uri"], ["'none'"], "{what}");
        let known = ["default-src", "style-src", "script-src", "form-action", "frame-ancestors", "base-uri", "img-src"];
        assert!(policy.keys().all(|directive| known.contains(&directive.as_str())), "{what}: {policy:?}");
        let text = page.header("content-security-policy");
        assert!(!text.contains("unsafe") && !text.contains('*') && !text.contains("data:"), "{what}: {text}");
    }
}

#[tokio::test]
async fn scripts_and_styles_are_ours_at_most_one_and_exactly_those_that_the_policy_names() {
    for (what, page) in Box::pin(every_kind()).await {
        if page.body.is_empty() {
            continue;
        }
        let policy = directives(&page);
        let named = |directive: &str| policy.get(directive).cloned().unwrap_or_default();
        let scripts: Vec<_> = page.scripts.iter().map(|script| source(script)).collect();
        assert_eq!(scripts, named("script-src"), "{what}");
        assert!(scripts.len() <= 1, "{what}");
        let styles: Vec<_> = page.tags("style").map(|tag| source(&tag.text)).collect();
        assert_eq!(styles, named("style-src"), "{what}");
        let has_script = page.is_payment_form() || page.is_hand_over() || page.is_waiting();
        assert_eq!(scripts.len() == 1, has_script, "{what}");
        for tag in &page.tags {
            for (name, value) in &tag.attributes {
                assert!(
                    !name.starts_with("on") && name != "style" && name != "srcdoc",
                    "{what}: {} {name}={value}",
                    tag.name
                );
            }
            let foreign = ["iframe", "object", "embed", "base", "link", "video", "audio"];
            assert!(!foreign.contains(&tag.name.as_str()), "{what}: <{}>", tag.name);
        }
    }
}

#[tokio::test]
async fn forms_go_to_ourselves_and_the_hand_over_to_the_registered_address_alone() {
    for (what, page) in Box::pin(every_kind()).await {
        if page.body.is_empty() {
            continue;
        }
        let target = directives(&page)["form-action"].clone();
        if page.is_hand_over() {
            assert_eq!(target, ["https:", SHOP], "{what}");
            assert_eq!(page.forms.len(), 1, "{what}");
            assert!(page.forms[0].action.starts_with(&format!("{SHOP}/shop/")), "{what}: {}", page.forms[0].action);
        } else if page.forms.is_empty() {
            assert_eq!(target, ["'none'"], "{what}");
        } else {
            assert_eq!(target, ["'self'"], "{what}");
            for form in &page.forms {
                assert!(form.action.starts_with('/') && !form.action.starts_with("//"), "{what}: {}", form.action);
                assert_eq!(form.method, http::Method::POST, "{what}: nothing changes by GET");
            }
        }
    }
}

#[tokio::test]
async fn no_page_names_or_loads_anything_of_a_third_party() {
    for (what, page) in Box::pin(every_kind()).await {
        if page.body.is_empty() {
            continue;
        }
        for tag in &page.tags {
            for (name, value) in &tag.attributes {
                let address = value.contains("://") || value.starts_with("//");
                let shops_own = value.starts_with(SHOP)
                    && matches!((tag.name.as_str(), name.as_str()), ("a", "href") | ("form", "action"));
                let namespace = name == "xmlns" || name.starts_with("xmlns:");
                assert!(!address || shops_own || namespace, "{what}: <{} {name}={value}>", tag.name);
                assert!(name != "src" || value.starts_with('/'), "{what}: {value}");
            }
        }
        for text in page.scripts.iter().chain(page.tags("style").map(|tag| &tag.text).collect::<Vec<_>>()) {
            assert!(!text.contains("http") && !text.contains("url(") && !text.contains("@import"), "{what}");
        }
        for link in page.tags("a").filter(|tag| tag.attribute("target") == Some("_blank")) {
            assert!(link.attribute("rel").unwrap_or_default().contains("noopener"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_registered_address_by_tls_alone_opens_no_plain_origin() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| {
        merchant.destinations[0].as_mut().unwrap().address = "https://shop.example/thanks?a=1".to_owned();
    })
    .await;
    let page = handed_over(&world, &ShopRequest::new("4000", 1_000, "1")).await;
    assert_eq!(directives(&page)["form-action"], ["https:"]);
    assert_eq!(page.forms[0].action, "https://shop.example/thanks?a=1");
}

#[tokio::test]
async fn the_card_form_tells_browsers_what_its_fields_are() {
    let world = fresh().await;
    let page = Shopper::new(&world).open(&ShopRequest::new("4000", 1_000, "1")).await.clone();
    for (field, token) in [
        ("card_number", "cc-number"),
        ("card_expiry", "cc-exp"),
        ("card_code", "cc-csc"),
        ("card_name", "cc-name"),
        ("mail", "email"),
    ] {
        let input = page.by_id(field).unwrap();
        assert_eq!(input.attribute("autocomplete"), Some(token));
        assert!(page.tags("label").any(|label| label.attribute("for") == Some(field)), "{field} has a label");
    }
}

#[tokio::test]
async fn a_page_is_compressed_for_a_browser_that_takes_it_and_says_on_what_it_depends() {
    let world = fresh().await;
    let request = || {
        let query = ShopRequest::new("4000", 1_000, "1").encoded();
        Request::get(format!("/pay?{query}"))
    };
    let plain = world.http(request().body(Bytes::new()).unwrap()).await;
    let packed = world.http(request().header("accept-encoding", "gzip, br").body(Bytes::new()).unwrap()).await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(plain.headers().get("content-encoding").is_none());
    assert!(packed.body().len() * 2 < plain.body().len(), "{} of {}", packed.body().len(), plain.body().len());
    assert!(packed.headers()["vary"].to_str().unwrap().contains("accept-encoding"));
}
