//! Shoppers in a real browser, across two host names: every way to pay, on phones and desks, in both languages, with scripts and without.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "test code: an expectation that does not hold ends the test"
)]

mod accessible;
mod batches;
mod chromium;
mod console;
mod continuation;
mod hostile;
mod issuer;
mod joining;
mod journey;
mod kept;
mod keys;
mod life;
mod live;
mod regular;
mod system;
mod tab;

use journey::{
    AMOUNT, Way, authorizations, back_in_shop, fill_card, fill_cart, mails, on_payment_page, pay, received,
    to_payment_page, verdict,
};
use system::System;
use system_tests::cards;
use tab::{Eyes, Tab};

const PHONE: u32 = 375;
const DESK: u32 = 1280;

const PHONE_JA: Eyes = Eyes { width: PHONE, language: "ja", scripts: true };
const DESK_EN: Eyes = Eyes { width: DESK, language: "en", scripts: true };

/// Every width, language and script setting.
fn everyone() -> impl Iterator<Item = Eyes> {
    [PHONE, DESK].into_iter().flat_map(|width| {
        ["ja", "en"]
            .into_iter()
            .flat_map(move |language| [true, false].into_iter().map(move |scripts| Eyes { width, language, scripts }))
    })
}

/// Half of them, so that each two of width, language and scripts meet.
fn some() -> impl Iterator<Item = Eyes> {
    everyone().filter(|eyes| (eyes.width == PHONE) == ((eyes.language == "ja") == eyes.scripts))
}

/// They pay this merchant by form and by link; every other one has a card declined first.
fn pay_merchant(merchant: &'static str, shoppers: impl Iterator<Item = Eyes>) {
    let system = System::start();
    let (mut declined, mut approved) = (0, 0);
    let ways = shoppers.flat_map(|eyes| [true, false].map(|by_post| (eyes, Way::new(merchant, by_post))));
    for (case, (eyes, way)) in ways.enumerate() {
        let Some(mut tab) = Tab::open(eyes) else { return };
        fill_cart(&mut tab, &system);
        let order = to_payment_page(&mut tab, &system, way);
        // 0, 3, 4, 7 and so on: by form and by link alike
        if case.div_ceil(2) % 2 == 0 {
            declined += 1;
            pay(&tab, &system, cards::DECLINED);
            tab.until("!!document.querySelector('.summary.calm')");
            assert_eq!(tab.ask("document.getElementById('card_number').value"), "", "card data is not kept");
            assert_eq!(tab.ask("document.getElementById('mail').value"), "buyer@example.com");
        }
        approved += 1;
        pay(&tab, &system, cards::VISA);
        back_in_shop(&mut tab, &system, way.back_at);
        assert_eq!(verdict(&tab), "paid", "{eyes:?} {way:?}");
        let (name, value) = way.paid();
        assert_eq!(received(&tab, name), value);
        assert_eq!(received(&tab, if merchant == "2400" { "AMT" } else { "amount" }), AMOUNT);
        let mail = &mails(&system, &order, 1)[0];
        assert_eq!(mail["to"], "buyer@example.com");
        assert!(mail["text"].as_str().unwrap().contains("3,000"), "{mail}");
        tab.done();
    }
    let all = authorizations(&system);
    assert_eq!(all.iter().filter(|outcome| *outcome == "declined").count(), declined);
    assert_eq!(all.iter().filter(|outcome| *outcome == "approved").count(), approved);
}

#[test]
fn shoppers_pay_an_asj_shop() {
    pay_merchant("4000", everyone());
}

#[test]
fn shoppers_pay_a_24_shop() {
    pay_merchant("2400", some());
}

#[test]
fn shoppers_pay_a_shift_jis_shop() {
    pay_merchant("9320", some());
}

#[test]
fn shoppers_pay_a_signed_shop() {
    pay_merchant("7000", some());
}

#[test]
fn shift_jis_text_comes_back_as_it_was_sent() {
    let system = System::start();
    // 表 and ソ end in the byte of a backslash; ① 髙 and － are Windows' own
    let texts = [("free1", "山田 太郎 表"), ("free2", "ソ・能・予 ①髙"), ("free3", "ｶﾅ － ～ ￥100 & <b>")];
    for scripts in [true, false] {
        let Some(mut tab) = Tab::open(Eyes { scripts, ..PHONE_JA }) else { return };
        fill_cart(&mut tab, &system);
        tab.ask(&format!(
            "(() => {{
                const form = document.querySelector('form[data-merchant=\"9320\"]');
                for (const [name, value] of {}) {{
                    const field = form.elements[name] ?? form.appendChild(document.createElement('input'));
                    [field.type, field.name, field.value] = ['hidden', name, value];
                }}
            }})()",
            serde_json::json!(texts)
        ));
        to_payment_page(&mut tab, &system, Way::new("9320", true));
        pay(&tab, &system, cards::JCB);
        back_in_shop(&mut tab, &system, "/shop/receive");
        assert_eq!(verdict(&tab), "paid");
        for (name, value) in texts {
            assert_eq!(received(&tab, name), value);
        }
        tab.done();
    }
}

#[test]
fn the_shop_chooses_where_the_shopper_comes_back_to() {
    let system = System::start();
    for (merchant, destination, back_at) in [
        ("4000", "2", "/shop/members"),
        ("4000", "3", "/shop/receive"),
        ("2400", "2", "/shop/receive"),
        ("2400", "3", "/shop/members"),
    ] {
        let Some(mut tab) = Tab::open(PHONE_JA) else { return };
        fill_cart(&mut tab, &system);
        let way = Way { destination: Some(destination), back_at, ..Way::new(merchant, true) };
        to_payment_page(&mut tab, &system, way);
        pay(&tab, &system, cards::AMEX);
        back_in_shop(&mut tab, &system, back_at);
        assert_eq!(verdict(&tab), "paid", "{way:?}");
        tab.done();
    }
}

#[test]
fn a_double_click_pays_once_with_scripts_and_without() {
    for scripts in [true, false] {
        let system = System::start();
        let Some(mut tab) = Tab::open(Eyes { scripts, ..PHONE_JA }) else { return };
        fill_cart(&mut tab, &system);
        let order = to_payment_page(&mut tab, &system, Way::new("4000", true));
        fill_card(&tab, &system, cards::VISA);
        tab.double_click("#pay");
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "paid");
        assert_eq!(authorizations(&system), ["approved"]);
        assert_eq!(mails(&system, &order, 1).len(), 1);
        tab.done();
    }
}

#[test]
fn back_after_payment_leads_to_no_second_one() {
    for scripts in [true, false] {
        for by_post in [true, false] {
            let system = System::start();
            let Some(mut tab) = Tab::open(Eyes { scripts, ..DESK_EN }) else { return };
            fill_cart(&mut tab, &system);
            to_payment_page(&mut tab, &system, Way::new("4000", by_post));
            pay(&tab, &system, cards::VISA);
            back_in_shop(&mut tab, &system, "/shop/thanks");
            tab.back();
            if !scripts {
                // the page between, whose button the shopper had pressed
                tab.until("!!document.getElementById('handover')");
                tab.back();
            }
            if by_post {
                // a browser asks before it sends a form again; this shopper says yes
                tab.until("location.href.startsWith('chrome-error:')");
                tab.reload();
            }
            if scripts || by_post {
                tab.until("location.pathname === '/pay' && !!document.querySelector('.mood.good')");
                assert!(!tab.has("#pay"), "the order is paid");
            } else {
                // without scripts nothing can renew the page that the browser has kept; sending it again charges nothing
                tab.until("!!document.getElementById('pay')");
                pay(&tab, &system, cards::MASTERCARD);
                back_in_shop(&mut tab, &system, "/shop/thanks");
                assert_eq!(verdict(&tab), "paid");
            }
            assert_eq!(authorizations(&system), ["approved"]);
            tab.done();
        }
    }
}

#[test]
fn the_language_can_be_changed_on_the_page() {
    let system = System::start();
    for scripts in [true, false] {
        for by_post in [true, false] {
            let Some(mut tab) = Tab::open(Eyes { scripts, ..PHONE_JA }) else { return };
            fill_cart(&mut tab, &system);
            to_payment_page(&mut tab, &system, Way::new("4000", by_post));
            tab.click(".language");
            tab.until("document.documentElement.lang === 'en'");
            pay(&tab, &system, cards::DECLINED);
            tab.until("!!document.querySelector('.summary.calm')");
            assert_eq!(tab.ask("document.documentElement.lang"), "en");
            tab.click(".language");
            tab.until("document.documentElement.lang === 'ja'");
            pay(&tab, &system, cards::MASTERCARD);
            back_in_shop(&mut tab, &system, "/shop/thanks");
            assert_eq!(verdict(&tab), "paid");
            tab.done();
        }
    }
}

#[test]
fn a_shopper_gives_up_and_comes_again() {
    let system = System::start();
    for eyes in some() {
        let Some(mut tab) = Tab::open(eyes) else { return };
        fill_cart(&mut tab, &system);
        to_payment_page(&mut tab, &system, Way::new("4000", false));
        let address = tab.ask_text("location.href");
        tab.click("form.leave button");
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "unpaid");
        assert_eq!(received(&tab, "result"), "1");
        tab.go(&address);
        on_payment_page(&mut tab, &system);
        pay(&tab, &system, cards::VISA);
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "paid");
        tab.done();
    }
}

#[test]
fn links_are_paid_with_fixed_and_open_amounts() {
    let system = System::start();
    for eyes in some() {
        let Some(mut tab) = Tab::open(eyes) else { return };
        for (link, amount) in [("demo", "2000"), ("open", "2500")] {
            tab.go(&format!("{}/l/{link}", system.pay));
            if link == "open" {
                tab.paste_into("#amount", "-5");
                tab.click("main .go");
                tab.until("!!document.querySelector('[aria-invalid=true]')");
                assert_eq!(tab.ask("document.getElementById('amount').value"), "-5", "what was typed is kept");
                tab.paste_into("#amount", "２，５００");
                tab.enter();
            }
            on_payment_page(&mut tab, &system);
            assert!(tab.ask_text("document.getElementById('pay').textContent").contains(&format!("{},", &amount[..1])));
            tab.paste_into("#mail", "link@example.com");
            pay(&tab, &system, cards::VISA);
            back_in_shop(&mut tab, &system, "/shop/thanks");
            assert_eq!(verdict(&tab), "paid");
            assert_eq!(received(&tab, "amount"), amount);
        }
        tab.done();
    }
}

#[test]
fn numbers_are_grouped_while_they_are_typed() {
    let system = System::start();
    let Some(mut tab) = Tab::open(PHONE_JA) else { return };
    fill_cart(&mut tab, &system);
    to_payment_page(&mut tab, &system, Way::new("4000", true));
    for (field, typed, shown) in [
        ("card_number", "4242424242424242", "4242 4242 4242 4242"),
        ("card_number", "378282246310005", "3782 822463 10005"),
        ("card_number", "４２４２-4242", "4242 4242"),
        ("card_expiry", "1229", "12/29"),
        ("card_expiry", "8", "08/"),
    ] {
        tab.type_into(&format!("#{field}"), typed);
        assert_eq!(tab.ask(&format!("document.getElementById('{field}').value")), shown, "{typed}");
    }
    tab.done();
}

#[test]
fn mistakes_are_explained_and_nothing_is_charged() {
    let system = System::start();
    for eyes in some() {
        let Some(mut tab) = Tab::open(eyes) else { return };
        fill_cart(&mut tab, &system);
        to_payment_page(&mut tab, &system, Way::new("4000", true));
        tab.click("#pay");
        tab.until("document.querySelectorAll('#summary li a').length === 4");
        tab.click("#summary li:nth-child(3) a");
        tab.until("document.activeElement.id === 'card_code'");
        fill_card(&tab, &system, cards::BAD_CHECK_DIGIT);
        tab.enter();
        tab.until("document.querySelectorAll('#summary li a').length === 1");
        assert_eq!(tab.ask("document.querySelector('[aria-invalid=true]').id"), "card_number");
        assert_eq!(
            tab.ask("document.getElementById('card_name').value"),
            "TARO YAMADA",
            "what is no card data is kept"
        );
        tab.until("document.activeElement.id === 'summary'");
        tab.done();
    }
    assert!(authorizations(&system).is_empty());
}

#[test]
fn an_unknown_outcome_is_waited_for_and_comes_back_by_itself() {
    for (yen, verdict_then) in [("1901", "paid"), ("1902", "unpaid")] {
        for eyes in [PHONE_JA, Eyes { scripts: false, ..DESK_EN }] {
            let system = System::start();
            let Some(mut tab) = Tab::open(eyes) else { return };
            tab.go(&format!("{}/l/open", system.pay));
            tab.paste_into("#amount", yen);
            tab.click("main .go");
            on_payment_page(&mut tab, &system);
            tab.paste_into("#mail", "wait@example.com");
            pay(&tab, &system, cards::VISA);
            tab.until("!!document.querySelector('[data-refresh]')");
            assert_eq!(tab.ask("document.documentElement.lang"), eyes.language);
            // somebody moves the clock behind the scenes, by the form there
            let Some(mut behind) = Tab::open(eyes) else { return };
            behind.go(&format!("{}/_local/", system.shop));
            behind.paste_into("#count", "10");
            behind.leave_by("form[action='/_local/clock'] button");
            behind.done();
            if eyes.scripts && yen == "1901" {
                // the page looks again by itself
            } else {
                // as far as it has not looked again by itself meanwhile
                tab.ask("document.querySelector('[data-refresh] .links a.away')?.click()");
            }
            back_in_shop(&mut tab, &system, "/shop/thanks");
            assert_eq!(verdict(&tab), verdict_then, "{yen}");
            tab.done();
        }
    }
}

#[test]
fn the_pages_behind_the_scenes_can_be_looked_at() {
    let system = System::start();
    let Some(mut tab) = Tab::open(PHONE_JA) else { return };
    fill_cart(&mut tab, &system);
    let order = to_payment_page(&mut tab, &system, Way::new("4000", true));
    pay(&tab, &system, cards::VISA);
    back_in_shop(&mut tab, &system, "/shop/thanks");
    mails(&system, &order, 1);
    tab.done();
    for eyes in [PHONE_JA, DESK_EN] {
        let Some(mut tab) = Tab::open(eyes) else { return };
        for path in ["/_local/", "/_local/mail", "/_local/mail/0", "/_local/acquirer", "/shop/legal", "/shop/thanks"] {
            tab.go(&format!("{}{path}", system.shop));
            assert!(tab.has("h1"), "{path}");
        }
        tab.done();
    }
}

#[test]
fn what_no_shopper_should_meet_is_noticed() {
    let system = System::start();
    for (harm, named) in [
        ("document.body.append(Object.assign(new Image(), { src: '/x.png' }))", "Content Security Policy"),
        ("document.body.append('x'.repeat(9)); document.body.style.width = '400px'", "wider than 375"),
        ("console.error('lost')", "lost"),
        ("setTimeout(() => missing(), 0)", "ReferenceError"),
    ] {
        let Some(mut tab) = Tab::open(PHONE_JA) else { return };
        tab.go(&format!("{}/l/demo", system.pay));
        assert_eq!(tab.complaints(), [""; 0]);
        tab.ask(&format!("{{ {harm} }} 0"));
        tab.until("true");
        let noticed = |tab: &mut Tab| tab.complaints().iter().any(|complaint| complaint.contains(named));
        for _ in 0..100 {
            if noticed(&mut tab) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert!(noticed(&mut tab), "{harm}: {:?}", tab.complaints());
    }
}
