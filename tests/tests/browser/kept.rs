//! Buyers whom the shop knows let it keep a card and pay with it.

use system_tests::cards;

use crate::journey::{
    Way, back_in_shop, choose, fill_card, fill_cart, pay, received, to_payment_page, to_the_issuer, verdict,
};
use crate::some;
use crate::system::System;
use crate::tab::Tab;

/// Before the payment page as a buyer whom the shop knows.
fn before_the_page(tab: &mut Tab, system: &System, by_post: bool) {
    fill_cart(tab, system);
    to_payment_page(tab, system, Way { known: true, ..Way::new("4000", by_post) });
}

fn paid(tab: &mut Tab, system: &System) {
    back_in_shop(tab, system, "/shop/thanks");
    assert_eq!(verdict(tab), "paid");
    assert!(!received(tab, "user").is_empty(), "the buyer id comes back");
}

#[test]
fn a_card_is_kept_and_paid_with_by_its_code() {
    for (case, eyes) in some().enumerate() {
        let system = System::start();
        let by_post = case % 2 == 0;
        let Some(mut tab) = Tab::open(eyes) else { return };
        before_the_page(&mut tab, &system, by_post);
        assert_eq!(tab.ask("document.getElementById('keep_card').checked"), false, "never ticked beforehand");
        tab.picture("keep-offered");
        fill_card(&tab, &system, cards::VISA);
        tab.click("label[for=keep_card]");
        assert_eq!(tab.ask("document.getElementById('keep_card').checked"), true);
        tab.click("#pay");
        paid(&mut tab, &system);

        before_the_page(&mut tab, &system, by_post);
        assert!(tab.ask_text("document.querySelector('.kept').textContent").contains("4242"));
        assert!(!tab.has("#card_number") && !tab.has("#keep_card"));
        tab.picture("kept");
        // the wrong number of digits is said, and the kept card stays
        tab.paste_into("#card_code", "12");
        tab.click("#pay");
        tab.until("document.querySelector('[aria-invalid=true]')?.id === 'card_code'");
        tab.picture("kept-wrong-code");
        tab.paste_into("#card_code", "123");
        tab.click("#pay");
        paid(&mut tab, &system);

        // another card, in the other language and back, kept in place of the first
        before_the_page(&mut tab, &system, by_post);
        tab.click("[form=other-card]");
        tab.until("!!document.getElementById('card_number')");
        tab.picture("another-card");
        tab.click("[form=other-card]");
        tab.until("!!document.querySelector('.kept')");
        tab.click("[form=other-card]");
        tab.until("!!document.getElementById('card_number')");
        fill_card(&tab, &system, cards::MASTERCARD);
        tab.click("label[for=keep_card]");
        tab.click("#pay");
        paid(&mut tab, &system);
        before_the_page(&mut tab, &system, by_post);
        assert!(tab.ask_text("document.querySelector('.kept').textContent").contains("4444"));
        tab.done();
    }
}

#[test]
fn a_card_is_kept_after_a_challenge_and_challenged_again() {
    for (case, eyes) in some().enumerate().filter(|(case, _)| case % 2 == 1) {
        let system = System::start();
        let Some(mut tab) = Tab::open(eyes) else { return };
        before_the_page(&mut tab, &system, case % 2 == 0);
        tab.click("label[for=keep_card]");
        pay(&tab, &system, cards::CHALLENGE);
        to_the_issuer(&mut tab);
        choose(&mut tab, "pass");
        paid(&mut tab, &system);
        before_the_page(&mut tab, &system, true);
        assert!(tab.ask_text("document.querySelector('.kept').textContent").contains("3184"));
        tab.paste_into("#card_code", "123");
        tab.click("#pay");
        to_the_issuer(&mut tab);
        choose(&mut tab, "pass");
        paid(&mut tab, &system);
        tab.done();
    }
}
