//! What holds for every page and mail: complete in its language, nothing inline but what the policy names, readable without eyes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where something is wrong"
)]

#[path = "../examples/gallery/samples.rs"]
mod samples;

use std::collections::BTreeSet;

use data_encoding::BASE64;
use domain::{
    Lang, Yen,
    merchant::{Encoding, Method, Mode},
};
use inbound::page::{
    self, Entered, FormTarget, FreeEntry, HandOver, HandOverResult, LanguageSwitch, Order, Page, PaymentForm, Referrer,
    Shop, Terms, inventory,
};
use samples::{mails, merchant, pages};
use sha2::{Digest, Sha256};

const BOTH: [Lang; 2] = [Lang::Ja, Lang::En];

/// The texts of all elements called `name`, and the document without them.
fn cut(html: &str, name: &str) -> (Vec<String>, String) {
    let (mut found, mut rest, mut left) = (Vec::new(), String::new(), html);
    while let Some(start) = left.find(&format!("<{name}")) {
        let after = start + left[start..].find('>').unwrap() + 1;
        let end = after + left[after..].find(&format!("</{name}>")).unwrap();
        rest.push_str(&left[..start]);
        found.push(left[after..end].to_owned());
        left = &left[end + name.len() + 3..];
    }
    (found, rest + left)
}

/// The opening tags of a document.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|tag| tag.split('>').next().unwrap())
        .filter(|tag| !tag.starts_with(['/', '!']))
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[from..].split('"').next()
}

/// What a person sees or hears: text, and the attributes that are read out or shown by the script.
fn read_out(html: &str) -> String {
    let (_, html) = cut(html, "style");
    let (_, html) = cut(&html, "script");
    let (_, html) = cut(&html, "symbol");
    let mut text: String =
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ");
    for tag in tags(&html) {
        for name in ["aria-label", "alt", "title", "data-missing", "data-length", "data-check", "data-busy"] {
            text.push(' ');
            text.push_str(attribute(tag, name).unwrap_or_default());
        }
    }
    text
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[test]
fn an_english_page_holds_no_japanese() {
    let documents = pages(Lang::En).into_iter().map(|(name, page)| (name, page.html));
    let letters = mails(Lang::En)
        .into_iter()
        .map(|(name, mail)| (name, format!("{}\n{}\n{}", mail.subject, mail.text, mail.html)));
    for (name, html) in documents.chain(letters) {
        // The name of the other language is its own.
        let text = read_out(&html).replace("日本語", "");
        let found: String = text.chars().filter(|c| is_japanese(*c)).collect();
        assert_eq!(found, "", "{name}");
    }
}

#[test]
fn a_japanese_page_holds_no_english() {
    // Names that are the same in Japanese, samples to type, codes for engineers.
    let names = [
        "English",
        "Visa",
        "Mastercard",
        "JCB",
        "American",
        "Express",
        "Diners",
        "Club",
        "Discover",
        "TARO",
        "YAMADA",
        "name",
        "taro",
        "example",
        "jp",
        "amount",
        "admin",
    ];
    let documents = pages(Lang::Ja).into_iter().map(|(name, page)| (name, page.html));
    let letters = mails(Lang::Ja)
        .into_iter()
        .map(|(name, mail)| (name, format!("{}\n{}\n{}", mail.subject, mail.text, mail.html)));
    for (name, html) in documents.chain(letters) {
        let text = without_codes(&read_out(&html));
        for word in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1) {
            assert!(names.contains(&word), "{name} says {word:?}");
        }
    }
}

/// Stable codes are the same in every language.
fn without_codes(text: &str) -> String {
    text.split_whitespace().filter(|word| !word.contains('_') && *word != "unavailable").collect::<Vec<_>>().join(" ")
}

#[test]
fn every_page_says_its_language_and_has_a_title_and_one_heading() {
    for lang in BOTH {
        for (name, page) in pages(lang) {
            assert!(page.html.contains(&format!("<html lang=\"{}\">", lang.tag())), "{name}");
            assert!(page.html.starts_with("<!doctype html>"), "{name}");
            let (title, _) = cut(&page.html, "title");
            assert!(title.len() == 1 && !title[0].trim().is_empty(), "{name}");
            assert_eq!(cut(&page.html, "h1").0.len(), 1, "{name}");
            assert_eq!(tags(&page.html).iter().filter(|tag| tag.starts_with("main")).count(), 1, "{name}");
        }
    }
}

#[test]
fn nothing_is_inline_but_what_the_policy_names() {
    for lang in BOTH {
        for (name, page) in pages(lang) {
            let hash = |text: &String| format!("sha256-{}", BASE64.encode(&Sha256::digest(text.as_bytes())));
            let (styles, _) = cut(&page.html, "style");
            let (scripts, _) = cut(&page.html, "script");
            assert_eq!(styles.iter().map(hash).collect::<Vec<_>>(), page.policy.styles, "{name}");
            assert_eq!(
                scripts.iter().map(hash).collect::<Vec<_>>(),
                page.policy.script.clone().into_iter().collect::<Vec<_>>(),
                "{name}"
            );
            for tag in tags(&page.html) {
                let attributes = tag.split_whitespace().skip(1);
                for attribute in attributes {
                    let handler = attribute.starts_with("on") && attribute.contains('=');
                    assert!(!attribute.starts_with("style=") && !handler, "{name}: {tag}");
                }
                assert!(!tag.contains("javascript:"), "{name}: {tag}");
                let loads = ["src", "srcset", "data"].iter().any(|a| attribute(tag, a).is_some());
                assert!(!loads && !tag.starts_with("link"), "{name} loads {tag}");
            }
        }
    }
}

#[test]
fn the_inventory_lists_every_script() {
    let listed: BTreeSet<String> = inventory::scripts().into_iter().map(|script| script.hash).collect();
    let run: BTreeSet<String> = pages(Lang::Ja).into_iter().filter_map(|(_, page)| page.policy.script).collect();
    assert_eq!(listed, run);
    assert!(inventory::scripts().iter().all(|script| !script.reason.is_empty()));
}

#[test]
fn every_field_has_a_label_a_hint_that_exists_and_no_placeholder() {
    for lang in BOTH {
        for (name, page) in pages(lang) {
            let all = tags(&page.html);
            let ids: Vec<&str> = all.iter().filter_map(|tag| attribute(tag, "id")).collect();
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}: an id stands twice");
            for tag in all.iter().filter(|tag| tag.starts_with("input") && !tag.contains("type=\"hidden\"")) {
                let id = attribute(tag, "id").expect("an id");
                assert!(page.html.contains(&format!("<label for=\"{id}\">")), "{name}: {id}");
                for described in attribute(tag, "aria-describedby").unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(&described), "{name}: {described}");
                }
                assert!(attribute(tag, "placeholder").is_none(), "{name}: {id}");
            }
            for target in all.iter().filter_map(|tag| attribute(tag, "href")).filter_map(|href| href.strip_prefix('#'))
            {
                assert!(ids.contains(&target), "{name}: a link leads to #{target}");
            }
        }
    }
}

fn form(shop: &Shop<'_>) -> Page {
    page::payment_form(&form_view(shop))
}

fn form_view<'a>(shop: &'a Shop<'a>) -> PaymentForm<'a> {
    PaymentForm {
        lang: Lang::Ja,
        shop,
        order: Order { number: Some("100"), amount: Yen::new(2_000).unwrap(), item: None, terms: Terms::default() },
        free: &[],
        entered: Entered::default(),
        token: "sealed",
        problems: &[],
        declined: None,
        asks_consent: true,
        leads_back: true,
        language: None,
    }
}

#[test]
fn browsers_know_every_field_of_the_form() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let html = form(&Shop::of(&merchant, None)).html;
    for (name, token) in [
        ("card_number", "cc-number"),
        ("card_expiry", "cc-exp"),
        ("card_code", "cc-csc"),
        ("card_name", "cc-name"),
        ("mail", "email"),
    ] {
        let all = tags(&html);
        let tag = all.iter().find(|tag| attribute(tag, "name") == Some(name)).unwrap();
        assert_eq!(attribute(tag, "autocomplete"), Some(token));
        assert_eq!(attribute(tag, "value").unwrap_or_default(), "", "{name} begins empty");
    }
    assert!(html.contains("<form id=\"card\" method=\"post\" action=\"/pay/authorize\" novalidate>"));
    assert!(html.contains("<form class=\"leave\" method=\"post\" action=\"/pay/cancel\">"));
    assert!(html.contains("2,000円を支払う"));
    assert!(html.contains("1回払い"));
}

#[test]
fn the_form_says_only_what_the_settings_allow() {
    let mut merchant = merchant(Lang::Ja, Mode::Live);
    let page = form(&Shop::of(&merchant, None));
    assert!(page.html.contains("税込"));
    assert!(!page.html.contains("テスト環境"));
    assert_eq!((page.policy.forms, page.policy.referrer), (FormTarget::Ourselves, Referrer::SameOrigin));
    merchant.mode = Mode::Test;
    merchant.page.tax_included = false;
    let shop = Shop::of(&merchant, None);
    let page = page::payment_form(&PaymentForm { asks_consent: false, ..form_view(&shop) });
    assert!(!page.html.contains("税込"));
    assert!(page.html.contains("テスト環境"));
    assert!(!page.html.contains("3-Dセキュア"));
}

#[test]
fn nothing_that_a_shop_or_shopper_sends_becomes_markup() {
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
    let mut merchant = merchant(Lang::Ja, Mode::Live);
    merchant.name = evil.to_owned();
    merchant.page.accent = "#fff}</style><script>alert(3)</script>".to_owned();
    merchant.page.contact = Some(evil.to_owned());
    merchant.page.legal_address = Some("javascript:alert(4)".to_owned());
    merchant.back_address = Some("data:text/html,<script>alert(5)</script>".to_owned());
    let shop = Shop::of(&merchant, Some(evil));
    let free = [
        FreeEntry::Shown { label: evil, value: evil },
        FreeEntry::Asked { item: 1, label: evil, value: evil, required: true },
    ];
    let fields = [(evil, evil)];
    let page = page::payment_form(&PaymentForm {
        order: Order { number: Some(evil), amount: Yen::MAX, item: Some(evil), terms: Terms::default() },
        free: &free,
        entered: Entered { holder: evil, mail: evil },
        token: evil,
        language: Some(LanguageSwitch::Form { action: "/pay", fields: &fields }),
        ..form_view(&shop)
    });
    let owned = [(evil.to_owned(), evil.to_owned())];
    let handover = page::handover(&HandOver {
        lang: Lang::En,
        shop: &shop,
        result: HandOverResult::Paid,
        amount: Yen::MAX,
        order: evil,
        address: "https://shop.example/?a=\"><script>",
        method: Method::Post,
        encoding: Encoding::Utf8,
        fields: &owned,
    });
    for html in [page.html, handover.html] {
        assert_eq!(cut(&html, "script").0.len(), 1, "only our own");
        assert!(!html.contains("<img"));
        assert!(!html.contains("javascript:") && !html.contains("data:text"));
    }
}

#[test]
fn a_hand_over_goes_to_the_registered_address_with_its_fields_in_order() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let fields = ["admin", "submit", "result"].map(|name| (name.to_owned(), format!("{name}の値")));
    let view = HandOver {
        lang: Lang::Ja,
        shop: &shop,
        result: HandOverResult::NotPaid,
        amount: Yen::new(2_000).unwrap(),
        order: "100",
        address: "https://shop.example/thanks?a=1",
        method: Method::Post,
        encoding: Encoding::ShiftJis,
        fields: &fields,
    };
    let page = page::handover(&view);
    assert!(
        page.html.contains("method=\"post\" action=\"https://shop.example/thanks?a=1\" accept-charset=\"Shift_JIS\"")
    );
    assert!(page.html.contains("お支払いは完了していません") && page.html.contains("お店に戻る"));
    let all = tags(&page.html);
    let sent: Vec<_> = all.iter().filter_map(|tag| attribute(tag, "name").zip(attribute(tag, "value"))).collect();
    assert_eq!(sent, [("admin", "adminの値"), ("submit", "submitの値"), ("result", "resultの値")]);
    assert_eq!(page.policy.forms, FormTarget::Registered { plain_origin: None });
    assert_eq!(page.policy.referrer_policy(), "origin");
    let local = page::handover(&HandOver { address: "http://127.0.0.1:9000/shop", method: Method::Get, ..view });
    assert!(local.policy.content_security_policy().contains("form-action https: http://127.0.0.1:9000;"));
    assert!(local.html.contains("method=\"get\""));
}

#[test]
fn a_refusal_leads_nowhere_that_the_request_brought() {
    for lang in BOTH {
        for (name, page) in pages(lang).into_iter().filter(|(name, _)| name == "refusal-unknown" || name == "error") {
            let all = tags(&page.html);
            let links: Vec<_> = all.iter().filter_map(|tag| attribute(tag, "href")).collect();
            assert_eq!(links, ["#main"], "{name}");
            assert_eq!(page.policy.forms, FormTarget::Nowhere, "{name}");
        }
    }
}

#[test]
fn a_waiting_page_looks_again_by_itself_without_scripts() {
    for lang in BOTH {
        for (_, page) in pages(lang).into_iter().filter(|(name, _)| name.starts_with("waiting")) {
            assert!(page.html.contains("<meta http-equiv=\"refresh\" content=\""));
            assert_eq!(page.policy.script, None);
        }
    }
}

#[test]
fn a_mail_says_the_same_as_text_and_as_html() {
    for lang in BOTH {
        for (name, mail) in mails(lang) {
            let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
            let html = read_out(&mail.html).replace("&#39;", "'");
            assert_eq!(words(&html), words(&mail.text), "{name}");
            assert!(!mail.subject.chars().any(char::is_control), "{name}");
        }
    }
}

#[test]
fn a_line_end_in_a_name_makes_no_header_and_no_row() {
    let mail = page::mail::completion(&page::mail::Completion {
        lang: Lang::Ja,
        reader: page::mail::Reader::Shopper { name: Some("山田\r\n決済番号: 1") },
        outcome: page::mail::MailOutcome::NotPaid,
        merchant: "店\r\nBcc: a@example.jp\u{2028}x",
        contact: None,
        mode: Mode::Live,
        amount: Yen::new(1).unwrap(),
        at: "2026-11-21T10:30:00Z".parse().unwrap(),
        order: "1",
        payment: "176372040012300042",
        item: None,
    });
    assert_eq!(mail.subject, "お支払いは成立しませんでした 1円（店 Bcc: a@example.jp x）");
    assert!(mail.text.starts_with("山田 決済番号: 1 様\n"));
    assert!(!mail.text.contains('\r'));
}

#[test]
fn pages_as_they_are() {
    for lang in BOTH {
        let shown =
            ["payment-form", "payment-form-problems", "handover-paid", "waiting-checking", "result-paid", "refusal"];
        for (name, page) in pages(lang).into_iter().filter(|(name, _)| shown.contains(&name.as_str())) {
            // The sheet, the scripts and the drawings are looked at, not read.
            let (_, html) = cut(&page.html, "style");
            let (_, html) = cut(&html, "script");
            let (_, html) = cut(&html, "svg");
            insta::assert_snapshot!(format!("{name}.{}", lang.tag()), html);
        }
    }
}

#[test]
fn mails_as_they_are() {
    for lang in BOTH {
        for (name, mail) in mails(lang) {
            insta::assert_snapshot!(format!("{name}.{}", lang.tag()), format!("{}\n\n{}", mail.subject, mail.text));
        }
    }
}
