//! Shoppers join a regular purchase from the demo shop: the final screen, the consent, and back in the shop.

use system_tests::cards;

use crate::journey::{back_in_shop, fill_card, on_payment_page, received, verdict};
use crate::some;
use crate::system::System;
use crate::tab::Tab;

/// From the shop's shelf to the final screen of what it sells.
fn to_the_final_screen(tab: &mut Tab, system: &System, (product, merchant): (&str, &str)) {
    tab.go(&format!("{}/shop", system.shop));
    tab.click(&format!("a[data-product={product}]"));
    tab.until("location.pathname === '/shop/regular'");
    tab.click(&format!("form[data-merchant='{merchant}']:not(:has([name=user])) button"));
    on_payment_page(tab, system);
    assert!(tab.has(".coming li"), "the next dates are listed");
}

#[test]
fn shoppers_join_a_regular_purchase() {
    let system = System::start();
    for (case, eyes) in some().enumerate() {
        let Some(mut tab) = Tab::open(eyes) else { return };
        let (merchant, back_at, result, amount) = match case % 2 {
            0 => ("4000", "/shop/thanks", "result", "amount"),
            _ => ("2400", "/shop/thanks24", "RC", "AMT"),
        };
        to_the_final_screen(&mut tab, &system, ("beans", merchant));
        tab.picture("joining");
        // the box is not ticked beforehand, and nobody gets by without it
        fill_card(&tab, &system, cards::VISA);
        tab.click("#pay");
        tab.until("document.querySelector('[aria-invalid=true]')?.id === 'keep_card'");
        tab.picture("joining-consent");
        if !eyes.scripts {
            fill_card(&tab, &system, cards::VISA);
        }
        tab.click("label[for=keep_card]");
        tab.click("#pay");
        back_in_shop(&mut tab, &system, back_at);
        assert_eq!(verdict(&tab), "paid", "{eyes:?}");
        assert_eq!((received(&tab, result).as_str(), received(&tab, amount).as_str()), ("0", "980"));

        // two weeks for nothing: the card is registered, and the shop is told that nothing was charged
        to_the_final_screen(&mut tab, &system, ("lessons", merchant));
        tab.picture("joining-free");
        fill_card(&tab, &system, cards::MASTERCARD);
        tab.click("label[for=keep_card]");
        tab.click("#pay");
        back_in_shop(&mut tab, &system, back_at);
        assert_eq!(verdict(&tab), "paid", "{eyes:?}");
        assert_eq!((received(&tab, result).as_str(), received(&tab, amount).as_str()), ("0", "0"));
        tab.done();
    }
}
