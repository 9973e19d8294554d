//! A merchant's HTML as if no sanitizer had seen it: the payment page's headers alone keep it from running, covering or posting anything.
//!
//! A `meta` refresh is not among it: no header stops one. It could lead a shopper away, before a card is typed; the sanitizer keeps it out.

use domain::merchant::ShopHtml;
use system_tests::{cards, change_merchant};

use crate::journey::{back_in_shop, on_payment_page, pay, verdict};
use crate::system::System;
use crate::tab::{Eyes, Tab};
use crate::{DESK_EN, PHONE_JA};

/// What the sanitizer would have taken out; `elsewhere` is an address of another origin that answers.
fn hostile(elsewhere: &str) -> String {
    format!(
        r##"<script>window.hacked = "script"</script>
<script src="{elsewhere}/x.js"></script>
<img src="{elsewhere}/x.png" onerror="window.hacked = 'handler'">
<svg onload="window.hacked = 'svg'"><script>window.hacked = 'svg script'</script></svg>
<a id="link" href="javascript:window.hacked = 'link'">link</a>
<style>body {{ visibility: hidden }} #pay {{ display: none }}</style>
<link rel="stylesheet" href="{elsewhere}/x.css">
<div id="cover" style="position: fixed; inset: 0; z-index: 9999; background: #f00">cover</div>
<iframe id="frame" srcdoc="<script>parent.hacked = 'frame'</script>"></iframe>
<object data="{elsewhere}/shop"></object><embed src="{elsewhere}/shop">
<base href="{elsewhere}/">
<form action="{elsewhere}/shop/receive" method="post"><input name="card_number" value="x"><button id="send">send</button></form>"##
    )
}

/// A system whose shop 4000 shows this HTML before and after the card form.
fn with(html: impl Fn(&System) -> String) -> System {
    let system = System::start();
    let html = html(&system);
    system.block_on(change_merchant(&system.world, "4000", |merchant| {
        merchant.page.before = ShopHtml::from_sanitized(html.clone());
        merchant.page.after = ShopHtml::from_sanitized(html);
    }));
    system
}

#[test]
fn html_past_the_sanitizer_runs_covers_and_posts_nothing() {
    for eyes in [PHONE_JA, DESK_EN] {
        let system = with(|system| hostile(&system.shop));
        let Some(mut tab) = Tab::open(eyes) else { return };
        tab.go(&format!("{}/l/demo", system.pay));
        tab.until("!!document.getElementById('pay') && !!document.getElementById('cover')");
        let quiet = |tab: &Tab| assert_eq!(tab.ask("String(window.hacked)"), "undefined");
        quiet(&tab);
        assert_eq!(tab.ask("getComputedStyle(document.getElementById('cover')).position"), "static");
        assert_eq!(tab.ask("getComputedStyle(document.body).visibility"), "visible");
        assert_eq!(tab.ask("document.baseURI.startsWith(location.origin)"), true);
        assert_eq!(tab.ask("[...document.images].every((image) => image.naturalWidth === 0)"), true);
        tab.click("#link");
        tab.click("#send");
        std::thread::sleep(std::time::Duration::from_millis(300));
        quiet(&tab);
        on_payment_page(&mut tab, &system);
        for refused in ["script-src", "style-src", "img-src", "form-action", "base-uri"] {
            let named = tab.complaints().iter().any(|complaint| complaint.contains(refused));
            assert!(named, "{refused} refused nothing: {:#?}", tab.complaints());
        }
        // the button is seen, uncovered and goes where it always goes
        tab.paste_into("#mail", "buyer@example.com");
        pay(&tab, &system, cards::VISA);
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "paid");
    }
}

#[test]
fn a_form_that_swallows_the_card_form_posts_nothing() {
    for scripts in [true, false] {
        let system = with(|system| format!("<form action=\"{}/shop/receive\" method=\"post\">", system.shop));
        let Some(mut tab) = Tab::open(Eyes { scripts, ..PHONE_JA }) else { return };
        tab.go(&format!("{}/l/demo", system.pay));
        tab.until("document.getElementById('card_number')?.form.action.endsWith('/shop/receive')");
        tab.paste_into("#mail", "buyer@example.com");
        pay(&tab, &system, cards::VISA);
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert_eq!(tab.ask("location.origin"), system.pay.as_str(), "the card went nowhere");
        assert!(tab.complaints().iter().any(|complaint| complaint.contains("form-action")), "{:#?}", tab.complaints());
    }
}
