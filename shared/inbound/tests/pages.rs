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
    Brand, CardError, Lang, MerchantId, Yen,
    acquirer::DeclineCode,
    card::ConsentScope,
    link::{Terms as OfferTerms, TermsShown},
    merchant::{Encoding, ImageKind, Logo, Method, Mode, OwnText, ShopHtml},
    recurring::{
        calendar::{Anchor, Cycle},
        offer::{FirstAmount, Offer, OfferId, Times, TrialDays},
    },
};
use inbound::page::{
    self, Arrival, ChallengeHop, DeclineNotice, DeleteCard, Entered, FormTarget, FreeEntry, HandOver, HandOverResult,
    HopPurpose, Joining, KeptCardPage, KeptCardView, KeptEntry, LanguageSwitch, ManageCard, Order, Page, PaymentForm,
    Referrer, Returned, Shop, Terms, Waiting, WaitingFor, inventory,
    mail::{CardChange, CardNews},
};
use jiff::Timestamp;
use samples::{expired_card, kept_card, mails, merchant, pages};
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
        // the number of a regular purchase
        "rjigpcnlrxmxxnx",
        "lai",
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

/// Stable codes and addresses are the same in every language.
fn without_codes(text: &str) -> String {
    let same = |word: &&str| word.contains('_') || *word == "unavailable" || word.starts_with("https://");
    text.split_whitespace().filter(|word| !same(word)).collect::<Vec<_>>().join(" ")
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
        order: Order {
            number: Some("100"),
            amount: Yen::new(2_000).unwrap(),
            item: None,
            terms: Terms::default(),
            joins: None,
        },
        free: &[],
        entered: Entered::default(),
        token: "sealed",
        kept: None,
        expired_kept: None,
        replaces: None,
        manage: None,
        keep: None,
        keep_checked: false,
        problems: &[],
        declined: None,
        asks_consent: true,
        leads_back: true,
        own: page::OwnTexts::default(),
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
        order: Order { number: Some(evil), amount: Yen::MAX, item: Some(evil), terms: Terms::default(), joins: None },
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
        amount: Some(Yen::MAX),
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
        amount: Some(Yen::new(2_000).unwrap()),
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

/// The names and values that a form of ours sends, by its opening tag. A checkbox is sent when it is checked.
fn sent(html: &str, opening: &str) -> Vec<(String, String)> {
    let from = html.find(opening).expect(opening);
    let form = &html[from..from + html[from..].find("</form>").unwrap()];
    tags(form)
        .into_iter()
        .filter(|tag| tag.starts_with("input") && (!tag.contains("type=\"checkbox\"") || tag.contains(" checked")))
        .map(|tag| {
            let [name, value] = ["name", "value"].map(|of| attribute(tag, of).unwrap_or_default().to_owned());
            (name, value)
        })
        .collect()
}

fn names(fields: &[(String, String)]) -> Vec<&str> {
    fields.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with("browser_")).collect()
}

const PAY: &str = "<form id=\"card\" method=\"post\" action=\"/pay/authorize\"";
const OTHER: &str = "<form id=\"other-card\" method=\"post\" action=\"/pay\">";

#[test]
fn a_kept_card_asks_for_its_code_only() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    for (brand, mark) in [(Brand::Visa, "visa"), (Brand::Amex, "amex"), (Brand::Jcb, "jcb")] {
        let card = kept_card(brand, "4242");
        let view = PaymentForm { kept: Some(&card), manage: Some("/card/h"), ..form_view(&shop) };
        let html = page::payment_form(&view).html;
        let fields = sent(&html, PAY);
        assert_eq!(names(&fields), ["order", "card", "card_code", "mail"]);
        assert!(fields.contains(&("card".to_owned(), "kept".to_owned())));
        // The hint and the drawing for three or four digits follow the brand, without scripts too.
        assert!(html.contains(&format!("novalidate data-brand=\"{mark}\">")));
        assert!(html.contains("•••• 4242") && html.contains("末尾 4242") && html.contains("有効期限 08/29"));
        assert!(html.contains(brand.name()) && html.contains(&format!("<use href=\"#{mark}\"/>")));
        let other = sent(&html, OTHER).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        assert_eq!(other, ["sealed", "ja", "another"]);
        assert!(html.contains("form=\"other-card\">別のカードを使う<"));
        assert!(html.contains("href=\"/card/h\"") && html.contains("カードの変更・削除"));
        assert!(!html.contains("keep_card"), "a card that is kept is not offered to be kept");
    }
}

#[test]
fn an_expired_kept_card_is_said_and_not_charged() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let card = expired_card();
    let view = PaymentForm { expired_kept: Some(&card), keep: Some(ConsentScope::Recall), ..form_view(&shop) };
    let html = page::payment_form(&view).html;
    let typed = ["order", "card_number", "card_expiry", "card_code", "card_name", "mail"];
    assert_eq!(names(&sent(&html, PAY)), typed);
    assert!(html.contains("JCB •••• 0000 は有効期限が過ぎました"));
    assert!(html.contains("JCB •••• 0000）は、このカードに置き換わります"));
    assert!(!html.contains("role=\"alert\" tabindex=\"-1\" autofocus") && !html.contains("id=\"other-card\""));
}

#[test]
fn another_card_replaces_the_kept_one_and_leads_back_to_it() {
    let merchant = merchant(Lang::En, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let card = kept_card(Brand::Visa, "4242");
    let view =
        PaymentForm { lang: Lang::En, replaces: Some(&card), keep: Some(ConsentScope::Recall), ..form_view(&shop) };
    let html = page::payment_form(&view).html;
    assert!(html.contains("it replaces the card that is saved now (Visa •••• 4242)"));
    assert!(html.contains("form=\"other-card\">Use your saved card (Visa •••• 4242)<"));
    assert!(sent(&html, OTHER).contains(&("card".to_owned(), "kept".to_owned())));
    let html = page::payment_form(&PaymentForm { keep: None, ..view }).html;
    assert!(!html.contains("it replaces the card"), "nothing is replaced where nothing is kept");
}

#[test]
fn nobody_has_agreed_to_anything_beforehand() {
    for lang in BOTH {
        for (name, page) in pages(lang) {
            let checked = tags(&page.html).iter().any(|tag| tag.split_whitespace().any(|part| part == "checked"));
            assert_eq!(checked, name == "payment-keep-checked", "{name}");
        }
    }
}

#[test]
fn the_consent_says_what_may_be_done_and_how_it_ends() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let (again, charged) = ("セキュリティコードを入力するだけ", "お店との約束に従い");
    for (scope, recalls, charges) in [
        (ConsentScope::Recall, true, false),
        (ConsentScope::MerchantInitiated, false, true),
        (ConsentScope::Both, true, true),
    ] {
        let html = page::payment_form(&PaymentForm { keep: Some(scope), ..form_view(&shop) }).html;
        assert!(html.contains("name=\"keep_card\" type=\"checkbox\" value=\"on\" aria-describedby"));
        assert_eq!((html.contains(again), html.contains(charged)), (recalls, charges), "{scope:?}");
        assert!(html.contains("削除"), "{scope:?}");
    }
    assert!(!form(&shop).html.contains("keep_card"));
    assert_eq!(words::KEEP_TERMS, 2, "the texts above are the second version: count up and keep the old ones at hand");
}

fn offer() -> Offer {
    let text = |text: &str| text.to_owned();
    Offer {
        id: OfferId::new("beans").unwrap(),
        merchant: MerchantId::new("4000").unwrap(),
        version: 1,
        item: text("beans"),
        first: FirstAmount::Charged(Yen::new(980).unwrap()),
        amount: Yen::new(1_200).unwrap(),
        cycle: Cycle::MONTHLY,
        trial: None,
        times: None,
        terms: OfferTerms {
            quantity: text("1"),
            shipping: text("0"),
            payment_time: text("now"),
            delivery: text("soon"),
            withdrawal: text("none"),
        },
        made_at: at(),
        withdrawn_at: None,
    }
}

/// 30 November 2026, noon in Japan.
fn at() -> Timestamp {
    "2026-11-30T03:00:00Z".parse().unwrap()
}

/// Whoever changes a text that is kept by its version counts that up, and puts the new hash here.
#[test]
fn what_a_buyer_of_a_regular_purchase_is_shown_reads_as_its_version_says() {
    let trial =
        Offer { first: FirstAmount::Free, trial: TrialDays::new(14).ok(), times: Times::new(6).ok(), ..offer() };
    let offers = [offer(), trial, Offer { cycle: Cycle::new(2).unwrap(), ..offer() }];
    let anchor = Anchor::new(31).unwrap();
    let hash = |text: &str| TermsShown::of(1, text, at()).hash.to_string();
    let joining = BOTH.map(|lang| {
        let deadline = words::words(lang).order.no_deadline;
        let text = |offer: &Offer| Joining::of(lang, offer, anchor, at(), deadline).text(lang, "shop", &offer.item);
        hash(&offers.iter().map(text).collect::<Vec<_>>().join("\n"))
    });
    let agreeing = BOTH.map(|lang| {
        let question = words::recurring::page::plan_page(lang).agree;
        hash(&[&[question.title], question.means].concat().join("\n"))
    });
    let of_versions = [(words::JOIN_TERMS, joining), (words::AGREE_TERMS, agreeing)];
    let kept = [
        (3, ["KdT2VkB2v2PcwAhQsuzF9ZozqQDAZFPqs8CK3NGQw-M", "6SqRXuI9eHfMe9RYXDxH8qvj-y4Pqja5GPxBxm_oijU"]),
        (1, ["MDpBaawogT6FpeBAj5gYS49OxIeNHWsFi9F54jnngSA", "K4FuaMRkqRlFp3DRjv1f3RszsGSXxfqZJ1dMpY7r6Hk"]),
    ];
    assert_eq!(of_versions, kept.map(|(version, hashes)| (version, hashes.map(str::to_owned))));
}

#[test]
fn a_first_charge_behind_the_published_holidays_is_provisional() {
    let trial = Offer { trial: TrialDays::new(366).ok(), ..offer() };
    let later: Timestamp = "2026-12-29T03:00:00Z".parse().unwrap();
    for (lang, note) in [(Lang::Ja, "予定"), (Lang::En, "Provisional")] {
        for (joined, provisional) in [(at(), false), (later, true)] {
            let rows = Joining::of(lang, &trial, Anchor::USUAL, joined, "").rows;
            let text = rows.into_iter().find(|(label, _)| *label == words::joining(lang).trial).unwrap().1;
            assert_eq!(text.contains(note), provisional, "{text}");
        }
    }
}

#[test]
fn the_consent_to_authentication_names_what_the_law_asks_for() {
    // Act on the Protection of Personal Information, 27 (to whom, what, what for) and 28 (abroad: country, its rules, measures).
    let ja = words::words(Lang::Ja).form.consent_detail;
    for part in ["カード発行会社", "カード番号", "メールアドレス", "端末", "本人認証", "外国", "制度", "措置", "親権者"]
    {
        assert!(ja.contains(part), "{part}");
    }
    let en = words::words(Lang::En).form;
    for part in ["card number", "e-mail", "device", "authenticate", "outside Japan", "rules", "protects", "minor"] {
        assert!(en.consent_detail.contains(part), "{part}");
    }
    assert!(en.consent.contains("3\u{2011}D\u{a0}Secure"), "the name is not torn apart at a line's end");
}

fn hop<'a>(shop: &'a Shop<'a>) -> ChallengeHop<'a> {
    ChallengeHop {
        lang: Lang::Ja,
        shop,
        purpose: HopPurpose::Payment,
        arrival: Arrival::First,
        amount: Yen::new(2_000).unwrap(),
        order: "100",
        address: "https://issuer.example/acs?x=1",
        request: "eyJ0",
        cancel: "/pay/challenge/h",
        language: None,
    }
}

#[test]
fn the_hop_posts_the_challenge_to_the_issuer_and_a_change_of_mind_to_us() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let first = page::challenge(&hop(&shop));
    let to_issuer = "<form id=\"handover\" method=\"post\" action=\"https://issuer.example/acs?x=1\">";
    assert_eq!(sent(&first.html, to_issuer), [("creq".to_owned(), "eyJ0".to_owned())]);
    let to_us = "<form class=\"leave\" method=\"post\" action=\"/pay/challenge/h\">";
    assert_eq!(sent(&first.html, to_us)[0], ("cancel".to_owned(), "1".to_owned()));
    assert!(first.html.contains("¥2,000") && first.html.contains("まだ請求は発生していません"));
    assert!(first.policy.script.is_some() && first.policy.referrer_policy() == "origin");
    assert!(first.policy.content_security_policy().contains("; form-action 'self' https:; "));
    let again = page::challenge(&ChallengeHop { arrival: Arrival::Again, ..hop(&shop) });
    assert_eq!(again.policy.script, None, "who came back chooses");
    assert_eq!(sent(&again.html, to_issuer), [("creq".to_owned(), "eyJ0".to_owned())]);
    let local = page::challenge(&ChallengeHop { address: "http://localhost:9131/acs", ..hop(&shop) });
    assert!(
        local.policy.content_security_policy().contains("form-action 'self' https: http://localhost:9131; frame"),
        "the local system's issuer"
    );
    let card = page::challenge(&ChallengeHop { purpose: HopPurpose::Card, ..hop(&shop) });
    assert!(!card.html.contains("¥2,000") && card.html.contains("このカードを保存するには"));
}

#[test]
fn the_way_back_from_the_issuer_gets_our_own_address_with_and_without_scripts() {
    let merchant = merchant(Lang::En, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let page = page::returned(&Returned { lang: Lang::En, shop: &shop, address: "/return/h" });
    assert!(page.html.contains("<form id=\"handover\" class=\"panel\" method=\"get\" action=\"/return/h\">"));
    let meta = "<noscript><meta http-equiv=\"refresh\" content=\"0;url=/return/h?lang=en\"></noscript>";
    assert!(page.html.contains(meta));
    assert_eq!(sent(&page.html, "<form id=\"handover\""), [("lang".to_owned(), "en".to_owned())]);
    assert_eq!(page.policy.forms, FormTarget::Ourselves);
}

fn manage<'a>(kept: KeptEntry<'a>) -> ManageCard<'a> {
    ManageCard {
        kept: Some(kept),
        act: "replace",
        action: "/card/h",
        token: "sealed",
        holder: "",
        problems: &[],
        declined: None,
        asks_consent: true,
        keep: ConsentScope::Both,
        keep_checked: false,
        relying: &[],
        owed: &[],
    }
}

fn card_page<'a>(shop: &'a Shop<'a>, view: KeptCardView<'a>) -> Page {
    page::kept_card(&KeptCardPage { lang: Lang::Ja, shop: Some(shop), view, language: None })
}

#[test]
fn a_kept_card_is_shown_replaced_and_deleted_on_its_own_page() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let card = kept_card(Brand::Visa, "4242");
    let since = "2026-03-04T16:00:00Z".parse().unwrap();
    let kept = KeptEntry { card: &card, since, scope: ConsentScope::Recall, expired: false };
    let page = card_page(&shop, KeptCardView::Manage(manage(kept)));
    for part in
        ["•••• 4242", "有効期限 08/29", "2026年3月5日(木)", "次回からのお支払いに使うこと", "山の珈琲店", "1円の与信"]
    {
        assert!(page.html.contains(part), "{part}");
    }
    let to_us = "<form id=\"card\" method=\"post\" action=\"/card/h\"";
    let fields = sent(&page.html, to_us);
    assert_eq!(
        names(&fields),
        ["act", "lang", "order", "card_number", "card_expiry", "card_code", "card_name"],
        "and keep_card, once it is checked"
    );
    assert_eq!(fields[0].1, "replace");
    assert!(page.html.contains("id=\"keep_card\"") && page.html.contains("個人情報の保護に関する制度"));
    assert!(
        page.html.contains("href=\"/card/h?view=delete&amp;lang=ja\""),
        "a GET leads to the question and no further"
    );
    assert_eq!((page.policy.forms, page.policy.referrer), (FormTarget::Ourselves, Referrer::SameOrigin));

    let relying = [("豆の定期便".to_owned(), "/plan/h".to_owned())];
    let held = card_page(&shop, KeptCardView::Manage(ManageCard { relying: &relying, ..manage(kept) }));
    assert!(!held.html.contains("view=delete") && held.html.contains("削除できません"));
    assert!(held.html.contains("href=\"/plan/h\""), "where it is ended");

    let delete = DeleteCard { kept, action: "/card/h", token: "sealed", problems: &[] };
    let question = card_page(&shop, KeptCardView::Delete(delete));
    let to_us = "<form id=\"card\" class=\"panel\" method=\"post\" action=\"/card/h\"";
    assert_eq!(names(&sent(&question.html, to_us)), ["act", "lang", "order", "card_code"]);
    assert!(question.html.contains("name=\"act\" value=\"delete\""));
}

#[test]
fn where_nothing_is_kept_nothing_is_told() {
    for lang in BOTH {
        let view = KeptCardPage { lang, shop: None, view: KeptCardView::NotThere, language: None };
        let page = page::kept_card(&view);
        assert!(!page.html.contains("••••") && !tags(&page.html).iter().any(|tag| tag.starts_with("form")));
        assert_eq!(page.policy.forms, FormTarget::Nowhere);
    }
}

#[test]
fn a_refused_new_card_is_told_kindly_and_changes_nothing() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let declined = |code| card_page(&shop, KeptCardView::Declined { code, again: Some("/card/h") }).html;
    assert_eq!(declined(DeclineCode::StolenCard), declined(DeclineCode::CardNotSupported), "no hint to a thief");
    assert!(declined(DeclineCode::StolenCard).contains("前のまま"));
}

#[test]
fn a_declined_kept_card_is_not_asked_for_what_is_not_typed() {
    let merchant = merchant(Lang::Ja, Mode::Live);
    let shop = Shop::of(&merchant, None);
    let card = kept_card(Brand::Visa, "4242");
    for code in DeclineCode::ALL {
        let declined = Some(DeclineNotice { code, attempts_left: 2 });
        let html = page::payment_form(&PaymentForm { kept: Some(&card), declined, ..form_view(&shop) }).html;
        assert!(!html.contains("カード番号、有効期限、セキュリティコードをカードで"), "{code:?}");
        assert!(html.contains("別のカード"), "{code:?}");
    }
}

#[test]
fn a_guarded_page_tells_a_thief_nothing() {
    for lang in BOTH {
        let text = words::notice(lang, words::Notice::TooManyFailures);
        let all = [text.title, text.lead, text.advice, words::Notice::TooManyFailures.code()].concat();
        for hint in
            ["回数", "失敗", "アドレス", "時間後", "分後", "failure", "failed", "tries", "address", "hour", "minute"]
        {
            assert!(!all.contains(hint), "{hint}");
        }
    }
}

#[test]
fn no_card_data_comes_back_to_a_page() {
    for lang in BOTH {
        for (name, page) in pages(lang) {
            for tag in tags(&page.html).iter().filter(|tag| tag.starts_with("input")) {
                if attribute(tag, "name")
                    .is_some_and(|field| matches!(field, "card_number" | "card_expiry" | "card_code"))
                {
                    assert!(attribute(tag, "value").is_none(), "{name}: {tag}");
                }
            }
            assert!(!domain::card::contains_card_number(&read_out(&page.html)), "{name}");
        }
        for (name, mail) in mails(lang) {
            let text = format!("{}\n{}", mail.subject, mail.text);
            assert!(!domain::card::contains_card_number(&text.replace("176372040012300042", "")), "{name}");
        }
    }
}

#[test]
fn what_a_shop_and_a_buyer_are_called_is_no_markup_on_card_pages() {
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
    let mut merchant = merchant(Lang::Ja, Mode::Live);
    merchant.name = evil.to_owned();
    let shop = Shop::of(&merchant, Some(evil));
    let card = domain::MaskedCard { last4: evil.to_owned(), ..kept_card(Brand::Visa, "4242") };
    let kept = KeptEntry {
        card: &card,
        since: "2026-03-04T01:00:00Z".parse().unwrap(),
        scope: ConsentScope::Both,
        expired: true,
    };
    let problems = [words::FormProblem::Card(CardError::CodeMissing)];
    let delete = DeleteCard { kept, action: evil, token: evil, problems: &problems };
    let html = [
        page::payment_form(&PaymentForm { kept: Some(&card), manage: Some(evil), token: evil, ..form_view(&shop) }),
        page::payment_form(&PaymentForm {
            expired_kept: Some(&card),
            keep: Some(ConsentScope::Both),
            ..form_view(&shop)
        }),
        page::payment_form(&PaymentForm { replaces: Some(&card), token: evil, ..form_view(&shop) }),
        page::challenge(&ChallengeHop { order: evil, address: evil, request: evil, cancel: evil, ..hop(&shop) }),
        page::returned(&Returned { lang: Lang::Ja, shop: &shop, address: evil }),
        card_page(&shop, KeptCardView::Manage(ManageCard { action: evil, token: evil, holder: evil, ..manage(kept) })),
        card_page(&shop, KeptCardView::Delete(delete)),
        card_page(&shop, KeptCardView::CannotDelete { card: &card, again: evil, relying: &[] }),
        card_page(&shop, KeptCardView::Checking { address: evil }),
    ]
    .map(|page| page.html);
    for html in html {
        assert!(cut(&html, "script").0.len() <= 1 && !html.contains("<img") && !html.contains("alert(1)</"), "{html}");
    }
    let news = CardNews {
        lang: Lang::En,
        name: Some(evil),
        change: CardChange::Replaced { before: &card, now: &card },
        merchant: "shop\r\nBcc: a@example.jp",
        contact: Some(evil),
        mode: Mode::Live,
        at: kept.since,
    };
    let mail = page::mail::card_news(&news);
    assert_eq!(mail.subject, "Saved card replaced (shop Bcc: a@example.jp)");
    assert!(!mail.html.contains("<img") && !mail.html.contains("<script"));
}

#[test]
fn a_waiting_page_looks_again_by_itself_with_scripts_and_without() {
    for lang in BOTH {
        for (name, page) in pages(lang).into_iter().filter(|(name, _)| name.starts_with("waiting")) {
            assert!(page.html.contains("<noscript><meta http-equiv=\"refresh\" content=\""), "{name}");
            assert!(page.html.contains("<main id=\"main\" data-refresh=\""), "{name}");
            assert!(page.policy.script.is_some(), "{name}");
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
        own: None,
        card_kept: None,
        receipt: None,
        regular: None,
    });
    assert_eq!(mail.subject, "お支払いは成立しませんでした 1円（店 Bcc: a@example.jp x）");
    assert!(mail.text.starts_with("山田 決済番号: 1 様\n"));
    assert!(!mail.text.contains('\r'));
}

#[test]
fn pages_as_they_are() {
    for lang in BOTH {
        let shown = [
            "payment-form",
            "payment-form-problems",
            "payment-form-joining",
            "payment-form-joining-kept",
            "payment-form-joining-free",
            "payment-kept",
            "payment-another",
            "challenge",
            "returned",
            "card-manage",
            "card-delete",
            "plan-active",
            "plan-retrying",
            "plan-stop",
            "plan-agree",
            "handover-paid",
            "waiting-checking",
            "result-paid",
            "result-joined",
            "refusal",
        ];
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

#[test]
fn a_shops_own_texts_and_logo_stand_on_the_payment_page_and_on_none_that_leads_away_or_waits() {
    let mut merchant = merchant(Lang::Ja, Mode::Live);
    merchant.page.before = ShopHtml::from_sanitized("<p>お届けは<b>3日</b>以内</p>".to_owned());
    merchant.page.after = ShopHtml::from_sanitized("<p><img src=\"/image/4000/ab\" alt=\"\"></p>".to_owned());
    merchant.page.logo = Some(Logo::new(&merchant.id, "ab", ImageKind::Png));
    let shop = Shop::of(&merchant, None);
    let page = page::payment_form(&PaymentForm { own: page::OwnTexts::of(&merchant), ..form_view(&shop) });
    let (before, card, after) =
        ("<p>お届けは<b>3日</b>以内</p>", "<form id=\"card\"", "<p><img src=\"/image/4000/ab\"");
    let places = [before, card, "</form>", after].map(|piece| page.html.find(piece).expect(piece));
    assert!(places.is_sorted(), "around the card form, not in it: {places:?}");
    assert_eq!(page.html.matches("ショップからのご案内").count(), 2, "labelled as the shop's");
    assert!(page.html.contains("<img src=\"/image/4000/ab\" alt=\"\" height=\"40\">"));
    assert!(page.policy.content_security_policy().contains("img-src 'self'"));
    let kept = PaymentForm { kept: Some(&kept_card(Brand::Visa, "4242")), ..form_view(&shop) };
    assert!(page::payment_form(&kept).policy.images, "the logo alone is an image too");

    let waiting = Waiting {
        lang: Lang::Ja,
        shop: &shop,
        waiting_for: WaitingFor::Checking,
        order: "100",
        amount: Some(Yen::new(2_000).unwrap()),
        mail_comes: true,
        address: "",
        language: None,
    };
    let leaving = HandOver {
        lang: Lang::Ja,
        shop: &shop,
        result: HandOverResult::Paid,
        amount: Some(Yen::new(2_000).unwrap()),
        order: "100",
        address: "https://shop.example/thanks",
        method: Method::Post,
        encoding: Encoding::Utf8,
        fields: &[],
    };
    for page in [
        page::challenge(&hop(&shop)),
        page::returned(&Returned { lang: Lang::Ja, shop: &shop, address: "/return/h" }),
        page::waiting(&waiting),
        page::handover(&leaving),
    ] {
        assert!(!page.html.contains("<img") && !page.html.contains("3日"), "{}", page.html);
        assert!(!page.policy.images);
    }
}

#[test]
fn a_shops_own_paragraphs_stand_in_the_payers_mail_as_plain_text() {
    let texts = domain::merchant::MailText {
        intro: OwnText::parse("{name}様、{shop}です。\n\n{item}を{amount}で承りました（{date}）。\n<b>太字</b>")
            .unwrap(),
        outro: OwnText::parse("ご注文番号 {order}").unwrap(),
    };
    let paid = page::mail::Completion {
        lang: Lang::Ja,
        reader: page::mail::Reader::Shopper { name: Some("山田\r\n{shop}") },
        outcome: page::mail::MailOutcome::Paid { brand: Brand::Visa, last4: "4242" },
        merchant: "山の珈琲店",
        contact: None,
        mode: Mode::Live,
        amount: Yen::new(2_000).unwrap(),
        at: "2026-11-21T10:30:00Z".parse().unwrap(),
        order: "100",
        payment: "176372040012300042",
        item: Some("豆"),
        own: Some(&texts),
        card_kept: None,
        receipt: None,
        regular: None,
    };
    let mail = page::mail::completion(&paid);
    let said =
        "山田 {shop}様、山の珈琲店です。\n\n豆を2,000円で承りました（2026年11月21日(土) 19:30）。\n<b>太字</b>\n";
    assert!(mail.text.contains(said), "{}", mail.text);
    assert!(mail.text.contains("\nご注文番号 100\n"));
    assert!(mail.text.lines().next().unwrap().starts_with("山田"), "our own lines stay where they are");
    assert!(mail.html.contains("&#60;b&#62;太字") && !mail.html.contains("<b>太字"), "{}", mail.html);
    let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&read_out(&mail.html).replace("&#60;", "<").replace("&#62;", ">")), words(&mail.text));
    let shop = page::mail::Reader::Shop { payer: None, payer_mail: None, free: &[] };
    for other in [
        page::mail::Completion { reader: shop, ..paid },
        page::mail::Completion { outcome: page::mail::MailOutcome::NotPaid, ..paid },
    ] {
        assert!(!page::mail::completion(&other).text.contains("承りました"));
    }
}
