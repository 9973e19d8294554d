//! Payers whom the issuer asks who they are (3-D Secure): there by our page, back by the issuer's, and on to the shop at its other host name.

use system_tests::cards;

use crate::journey::{
    Way, authorizations, back_in_shop, choose, fill_cart, mails, on_payment_page, pay, to_payment_page, to_the_issuer,
    verdict,
};
use crate::system::System;
use crate::tab::{Eyes, Tab};
use crate::{DESK, DESK_EN, PHONE, PHONE_JA, some};

/// From the shop's cart to the issuer's page.
fn before_the_issuer(tab: &mut Tab, system: &System, card: &str, by_post: bool) -> String {
    fill_cart(tab, system);
    let order = to_payment_page(tab, system, Way::new("4000", by_post));
    pay(tab, system, card);
    to_the_issuer(tab);
    order
}

#[test]
fn every_challenge_is_answered_and_leads_back() {
    let system = System::start();
    for (place, (card, choice, paid)) in [
        (cards::CHALLENGE, "pass", true),
        (cards::CHALLENGE_TOO, "pass", true),
        (cards::CHALLENGE_DECLINED, "pass", false),
        (cards::CHALLENGE_ERROR, "pass", false),
        (cards::CHALLENGE, "fail", false),
        (cards::CHALLENGE, "cancel", false),
    ]
    .into_iter()
    .enumerate()
    {
        // each meets two of the four, and each two of width, language and scripts meet
        for eyes in some().enumerate().filter(|(eyes, _)| (eyes + place) % 2 == 0).map(|(_, eyes)| eyes) {
            let Some(mut tab) = Tab::open(eyes) else { return };
            let order = before_the_issuer(&mut tab, &system, card, place % 2 == 0);
            tab.picture("issuer");
            choose(&mut tab, choice);
            if !paid {
                tab.until("!!document.querySelector('.summary.calm')");
                tab.picture(&format!("declined-{choice}-{}", &card[12..]));
                assert_eq!(tab.ask("document.getElementById('card_number').value"), "");
                pay(&tab, &system, cards::VISA);
            }
            back_in_shop(&mut tab, &system, "/shop/thanks");
            assert_eq!(verdict(&tab), "paid", "{card} {choice} {eyes:?}");
            assert_eq!(mails(&system, &order, 1).len(), 1);
            tab.done();
        }
    }
    assert_eq!(authorizations(&system).iter().filter(|outcome| *outcome == "approved").count(), 12);
}

#[test]
fn a_card_that_is_authenticated_without_a_challenge_goes_straight_back_to_the_shop() {
    let system = System::start();
    for eyes in some() {
        let Some(mut tab) = Tab::open(eyes) else { return };
        fill_cart(&mut tab, &system);
        to_payment_page(&mut tab, &system, Way::new("4000", true));
        pay(&tab, &system, cards::FRICTIONLESS);
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "paid", "{eyes:?}");
        tab.done();
    }
}

#[test]
fn a_payer_turns_away_from_the_issuer_and_pays_with_another_card() {
    let system = System::start();
    for eyes in
        [Eyes { width: PHONE, language: "ja", scripts: false }, Eyes { width: DESK, language: "en", scripts: false }]
    {
        let Some(mut tab) = Tab::open(eyes) else { return };
        fill_cart(&mut tab, &system);
        to_payment_page(&mut tab, &system, Way::new("4000", true));
        pay(&tab, &system, cards::CHALLENGE);
        tab.until("!!document.querySelector('#handover [name=creq]')");
        tab.click(".leave button");
        tab.until("!!document.querySelector('.summary.calm')");
        tab.picture("turned-away");
        pay(&tab, &system, cards::MASTERCARD);
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "paid");
        tab.done();
    }
}

#[test]
fn a_payer_who_goes_back_from_the_issuers_page_can_go_on() {
    let system = System::start();
    for eyes in [PHONE_JA, Eyes { scripts: false, ..DESK_EN }] {
        let Some(mut tab) = Tab::open(eyes) else { return };
        before_the_issuer(&mut tab, &system, cards::CHALLENGE, false);
        let issuer = tab.ask_text("location.pathname");
        tab.back();
        // our page on the way there: kept by the browser, or, where that leads back to the shop's link, known by its cookie
        tab.until("!!document.querySelector('#handover [name=creq]')");
        tab.picture("back-from-issuer");
        assert!(!tab.has("#pay"), "nothing can be paid a second time meanwhile");
        tab.click("#handover .go");
        tab.until("!!document.querySelector('button[name=choice]')");
        assert_eq!(tab.ask_text("location.pathname"), issuer);
        choose(&mut tab, "pass");
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "paid");
        tab.done();
    }
}

#[test]
fn a_payer_who_waits_too_long_is_told_and_may_come_again() {
    let system = System::start();
    for eyes in [PHONE_JA, Eyes { scripts: false, ..DESK_EN }] {
        let Some(mut tab) = Tab::open(eyes) else { return };
        fill_cart(&mut tab, &system);
        to_payment_page(&mut tab, &system, Way::new("4000", false));
        let address = tab.ask_text("location.href");
        pay(&tab, &system, cards::CHALLENGE);
        to_the_issuer(&mut tab);
        system.block_on(system.world.advance(std::time::Duration::from_secs(17 * 60))).unwrap();
        tab.click("button[value=pass]");
        tab.until("!!document.querySelector('#back [name=cres]')");
        tab.picture("issuer-over");
        tab.click("#back .go");
        if !eyes.scripts {
            tab.until("location.pathname.startsWith('/return/')");
        }
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "unpaid");
        tab.go(&address);
        on_payment_page(&mut tab, &system);
        pay(&tab, &system, cards::VISA);
        back_in_shop(&mut tab, &system, "/shop/thanks");
        assert_eq!(verdict(&tab), "paid");
        tab.done();
    }
}
