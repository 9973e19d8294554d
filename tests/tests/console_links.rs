//! The console's payment links (console-links), as a clerk works with them: a new link, its mail, revoking it, many mails from a file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use bytes::Bytes;
use domain::{
    MerchantId,
    link::{Link, LinkState},
    merchant::{Encoding, Status},
    text,
};
use http::{Request, StatusCode, header};
use local::world::World;
use system_tests::{Card, Clerk, Form, Page, Shopper, cards, change_merchant, fresh, links};

/// A form for a fixed amount, filled in.
fn filled(form: &Form) -> Form {
    form.clone()
        .with("item", "手ぬぐい")
        .with("amount", "３，３００")
        .with("quantity", "2枚")
        .with("delivery", "3営業日以内に発送")
        .with("withdrawal", "8日以内")
}

/// Whatever links merchant 4000 has, newest first, but for the demo's.
async fn made(world: &World) -> Vec<Link> {
    let merchant = MerchantId::new("4000").unwrap();
    let all = links(world).page(&merchant, 500, None).await.unwrap().links;
    all.into_iter().filter(|link| !["demo", "open"].contains(&link.id.as_str())).collect()
}

/// Sends the form of the mails page with a file.
async fn upload(clerk: &mut Clerk, form: &Form, file: &[u8]) -> Page {
    const BOUNDARY: &str = "----a-test";
    let mut body = Vec::new();
    for (name, value) in &form.fields {
        let named = if name == "file" { "; filename=\"mails.csv\"\r\nContent-Type: text/csv" } else { "" };
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{named}\r\n\r\n").bytes());
        body.extend(if name == "file" { file } else { value.as_bytes() });
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    let request = Request::post(&form.action)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .header(header::ORIGIN, "http://localhost:9000")
        .body(Bytes::from(body))
        .unwrap();
    clerk.follow(request).await.clone()
}

/// The page of mails with its common part filled in.
async fn mails_form(clerk: &mut Clerk) -> Form {
    clerk.get("/console/links/mails").await;
    let form = clerk.form("/console/links/mails").clone();
    form.with("item", "ご注文分")
        .with("quantity", "1点")
        .with("delivery", "3営業日以内に発送")
        .with("withdrawal", "8日以内")
        .pressed("act", "check")
}

fn row(order: &str, amount: &str) -> String {
    format!(
        "\"{order}\",\"1\",\"{amount}\",\"1\",\"山田 太郎\",\"taro{order}@example.jp\",\"\",\"\",\"\",\"毎度\nありがとうございます\",\"0\""
    )
}

#[tokio::test]
async fn a_link_is_made_after_a_look_at_what_the_shopper_will_see() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get("/console/links/new").await;
    assert_eq!(page.form("/console/links").unwrap().value("quantity"), Some("1点"), "the newest link's terms");
    let form = filled(clerk.form("/console/links")).pressed("act", "preview");
    let page = clerk.submit(&form).await;
    for said in ["手ぬぐい", "3,300円", "3,300円を支払う", "2枚", "3営業日以内に発送", "8日以内"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert_eq!(made(&world).await.len(), 0, "a look makes nothing");
    let make = clerk.form("/console/links").clone().pressed("act", "make");
    let mut twice = clerk.clone();
    let page = clerk.submit(&make).await;
    assert!(page.address.starts_with("/console/links/") && page.text.contains("リンクを作りました"), "{}", page.text);
    assert!(page.html().contains("<svg class=\"qr\""), "a QR code");
    twice.submit(&make).await;
    let all = made(&world).await;
    assert_eq!(all.len(), 1, "sent twice, it makes one");
    assert_eq!(all[0].id.as_str().len(), 26);
    let mut shopper = Shopper::new(&world);
    shopper.get(&format!("/l/{}", all[0].id)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert_eq!(shopper.hand_over().value("amount"), "3300");
    let page = clerk.get(&format!("/console/links/{}", all[0].id)).await;
    assert!(page.text.contains("決済済み"), "{}", page.text);
    assert!(clerk.get("/console/links?state=paid").await.text.contains("手ぬぐい"));
    assert!(!clerk.get("/console/links?state=revoked").await.text.contains("手ぬぐい"));
}

#[tokio::test]
async fn a_link_that_begins_a_regular_purchase_says_what_its_offer_says() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get("/console/links/new").await;
    let by_offer = |form: &Form| form.clone().chosen("how_much", "offer");
    // neither without an offer nor for one buyer
    let page = clerk.submit(&by_offer(clerk.form("/console/links")).pressed("act", "preview")).await.clone();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("「定期購入の商品」を入力してください"), "{}", page.text);
    let form = by_offer(clerk.form("/console/links")).chosen("offer", "beans");
    let page = clerk.submit(&form.clone().with("name", "山田 太郎").pressed("act", "preview")).await.clone();
    assert!(page.text.contains("購入者を指定して送ることができません"), "{}", page.text);
    let page = clerk.submit(&form.chosen("uses", "often").pressed("act", "preview")).await.clone();
    for said in ["コーヒー豆 200g 定期便", "毎月 1,200円", "解約の方法", "980円を支払って申し込む"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    clerk.submit(&clerk.form("/console/links").clone().pressed("act", "make")).await;
    let link = made(&world).await.remove(0);
    assert_eq!(link.offer.as_ref().map(|offer| offer.as_str()), Some("beans"));
    assert!(clerk.get("/console/links").await.text.contains("定期購入（beans）"));
    let page = clerk.get(&format!("/console/links/{}", link.id)).await;
    assert!(page.text.contains("定期購入（beans）") && page.text.contains("毎回1袋（200g）"), "{}", page.text);
    let page = clerk.get(&format!("/console/links/new?like={}", link.id)).await;
    assert_eq!(page.form("/console/links").unwrap().value("offer"), Some("beans"));
    let mut shopper = Shopper::new(&world);
    shopper.get(&format!("/l/{}", link.id)).await;
    shopper.pay(&Card::of(cards::VISA).to_be_kept()).await;
    assert_eq!(shopper.hand_over().value("amount"), "980");
}

#[tokio::test]
async fn a_form_with_mistakes_says_what_to_mend_and_makes_nothing() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    for (field, typed) in [
        ("item", ""),
        ("amount", "0"),
        ("amount", "abc"),
        ("amount", ""),
        ("until", "2020-01-01"),
        ("until", "tomorrow"),
        ("delivery", ""),
        ("name", "山田"),
        ("mail", "taro"),
        ("order", "9"),
        ("free1", "4242424242424242"),
    ] {
        clerk.get("/console/links/new").await;
        let form = filled(clerk.form("/console/links")).with(field, typed).pressed("act", "preview");
        let page = clerk.submit(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {typed:?}: {}", page.text);
        assert!(page.tags("div").any(|tag| tag.attribute("class") == Some("summary")), "{field}");
    }
    assert_eq!(made(&world).await.len(), 0);
}

#[tokio::test]
async fn a_link_is_revoked_after_the_amount_was_said() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get("/console/links/demo").await;
    let page = clerk.get("/console/links/demo?act=revoke").await;
    assert!(page.text.contains("「デモ商品」2,000円のリンクを取り消します。"), "{}", page.text);
    let form = clerk.form("/console/links/demo").clone().pressed("act", "revoke");
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("リンクを取り消しました"), "{}", page.text);
    assert_eq!(Shopper::new(&world).get("/l/demo").await.code(), "link_revoked");
    assert!(clerk.submit(&form).await.text.contains("取消"), "twice is once");
}

#[tokio::test]
async fn another_merchants_link_is_not_there() {
    let world = fresh().await;
    let mut other = Clerk::owner_24(&world).await;
    for address in ["/console/links/demo", "/console/links/demo?act=revoke", "/console/links/new?like=demo"] {
        let page = other.get(address).await.clone();
        let nothing = other.get("/console/links/nothing").await;
        assert_eq!((page.status, &page.text), (StatusCode::NOT_FOUND, &nothing.text), "{address}");
    }
    assert!(!other.get("/console/links").await.text.contains("デモ商品"));
}

#[tokio::test]
async fn a_file_is_checked_confirmed_and_sent_once() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let file = format!("{}\r\n{}\r\n", row("1001", "1000"), row("1002", "2500"));
    let form = mails_form(&mut clerk).await;
    let page = upload(&mut clerk, &form, &text::encode(&file, Encoding::ShiftJis)).await;
    assert!(page.text.contains("2件、合計3,500円です"), "{}", page.text);
    assert_eq!(made(&world).await.len(), 0, "a check makes nothing");
    let confirm = clerk.form("/console/links/mails").clone().pressed("act", "send");
    let page = upload(&mut clerk, &confirm, b"").await;
    assert!(page.text.contains("2件の決済メールを登録しました"), "{}", page.text);
    upload(&mut clerk, &confirm, b"").await;
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 2, "sent twice, each goes once");
    let form = mails_form(&mut clerk).await;
    let page = upload(&mut clerk, &form, file.as_bytes()).await;
    assert!(page.text.contains("このうち2件は登録済み、そのうち2件は送信済みです"), "{}", page.text);
    let confirm = clerk.form("/console/links/mails").clone().pressed("act", "send");
    upload(&mut clerk, &confirm, b"").await;
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 2, "the same rows again send nothing again");
    let all = made(&world).await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|link| link.state(None, world.now()) == LinkState::Sent));
}

#[tokio::test]
async fn a_file_with_one_bad_line_makes_nothing_and_names_the_line() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let file = format!("{}\n{}\n\"1\",\"2\"\n{}\n", row("1001", "1000"), row("1002", "1,000"), row("1001", "500"));
    let form = mails_form(&mut clerk).await;
    let page = upload(&mut clerk, &form, file.as_bytes()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in ["3か所を直してください", "3列目「決済金額」", "列が2個あります", "伝票番号が1行目と同じです"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert_eq!(made(&world).await.len(), 0);
}

#[tokio::test]
async fn a_suspended_merchant_asks_nobody_to_pay() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    clerk.get("/console/links/new").await;
    let preview = filled(clerk.form("/console/links")).pressed("act", "preview");
    clerk.submit(&preview).await;
    let form = clerk.form("/console/links").clone().pressed("act", "make");
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("停止しているため、決済リンクの作成"), "{}", page.text);
    assert!(made(&world).await.is_empty());
    for address in ["/console/links/new", "/console/links/mails"] {
        assert!(clerk.get(address).await.text.contains("停止しているため、決済リンクの作成"), "{address}");
    }
    assert!(!clerk.get("/console/links/demo").await.html().contains("value=\"send\""));
}
