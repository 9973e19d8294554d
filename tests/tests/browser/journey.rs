//! From the demo shop's cart through the payment page to the page that the shopper comes back to.

use serde_json::Value;
use system_tests::cards;

use crate::system::System;
use crate::tab::{Tab, text};

/// The way of one merchant's shoppers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// Merchant number.
    pub(crate) merchant: &'static str,
    /// By the form rather than by the link.
    pub(crate) by_post: bool,
    /// Which destination to ask for, where the form lets one choose.
    pub(crate) destination: Option<&'static str>,
    /// Where the shopper comes back to.
    pub(crate) back_at: &'static str,
    /// As a buyer whom the shop knows: it signs `user`.
    pub(crate) known: bool,
}

/// What the cart holds in these tests: 1,200 yen of beans and a mug of 1,800.
pub(crate) const AMOUNT: &str = "3000";

impl Way {
    /// The way to the first destination.
    pub(crate) fn new(merchant: &'static str, by_post: bool) -> Self {
        let back_at = match merchant {
            "2400" => "/shop/thanks24",
            "9320" => "/shop/receive",
            _ => "/shop/thanks",
        };
        Self { merchant, by_post, destination: None, back_at, known: false }
    }

    fn form(self) -> String {
        let known = if self.known { ":has([name=user])" } else { ":not(:has([name=user]))" };
        format!("form[data-merchant='{}']{known}", self.merchant)
    }

    fn order_name(self) -> &'static str {
        if self.merchant == "2400" { "OID" } else { "charge" }
    }

    /// What comes back as this: name of the parameter and its value for a paid order.
    pub(crate) fn paid(self) -> (&'static str, &'static str) {
        if self.merchant == "2400" { ("RC", "0") } else { ("result", "0") }
    }
}

/// Fills the cart and goes to the checkout.
pub(crate) fn fill_cart(tab: &mut Tab, system: &System) {
    tab.go(&format!("{}/shop", system.shop));
    assert_eq!(tab.ask("document.documentElement.lang"), tab.eyes.language);
    tab.paste_into("input[name=cup]", "1");
    tab.click("form.wide button");
    tab.until("location.pathname === '/shop/checkout'");
}

/// From the checkout to the payment page; answers the order number.
pub(crate) fn to_payment_page(tab: &mut Tab, system: &System, way: Way) -> String {
    let (form, name) = (way.form(), way.order_name());
    let order = if way.by_post {
        if let Some(destination) = way.destination {
            tab.choose(&format!("{form} select"), destination);
        }
        let order = tab.ask_text(&format!("document.querySelector({}).value", text(&format!("{form} [name={name}]"))));
        tab.click(&format!("{form} button"));
        order
    } else {
        let link = format!("{form} a.button");
        let order =
            tab.ask_text(&format!("new URL(document.querySelector({}).href).searchParams.get('{name}')", text(&link)));
        tab.click(&link);
        order
    };
    on_payment_page(tab, system);
    order
}

/// The payment page has opened, at its own host name and in the shopper's language.
pub(crate) fn on_payment_page(tab: &mut Tab, system: &System) {
    tab.until("!!document.getElementById('pay')");
    assert_eq!(tab.ask("location.origin"), system.pay.as_str());
    assert_eq!(tab.ask("document.documentElement.lang"), tab.eyes.language);
}

/// Fills in a card, all but the press of the button.
pub(crate) fn fill_card(tab: &Tab, system: &System, number: &str) {
    tab.paste_into("#card_number", number);
    tab.paste_into("#card_expiry", &system.expiry());
    tab.paste_into("#card_code", if number == cards::AMEX { "1234" } else { "123" });
    tab.paste_into("#card_name", "TARO YAMADA");
}

/// Fills in a card and pays.
pub(crate) fn pay(tab: &Tab, system: &System, number: &str) {
    fill_card(tab, system, number);
    tab.click("#pay");
}

/// On our page on the way there: it leads to the issuer by itself, or by the button where scripts are off.
pub(crate) fn to_the_issuer(tab: &mut Tab) {
    if !tab.eyes.scripts {
        tab.until("!!document.querySelector('#handover [name=creq]')");
        tab.picture("hop");
        tab.click("#handover .go");
    }
    tab.until("!!document.querySelector('button[name=choice]')");
    assert_eq!(tab.ask("document.documentElement.lang"), tab.eyes.language, "the issuer speaks the payer's language");
}

/// Chooses on the issuer's page and comes back to ours, which leads to the result.
pub(crate) fn choose(tab: &mut Tab, choice: &str) {
    tab.click(&format!("button[value={choice}]"));
    if !tab.eyes.scripts {
        tab.until("!!document.querySelector('#back [name=cres]')");
        tab.picture("issuer-done");
        tab.click("#back .go");
        // our page on the way back leads on by itself, without scripts too
        tab.until("location.pathname.startsWith('/return/')");
    }
}

/// Comes back to the shop: by itself, or by the button where scripts are off.
pub(crate) fn back_in_shop(tab: &mut Tab, system: &System, path: &str) {
    if !tab.eyes.scripts {
        tab.until("!!document.getElementById('handover')");
        tab.click("#handover button");
    }
    tab.until(&format!("location.pathname === {}", text(path)));
    assert_eq!(tab.ask("location.origin"), system.shop.as_str());
}

/// The shop's own judgement of what came back; it has to have passed every check.
pub(crate) fn verdict(tab: &Tab) -> String {
    let failed = tab.ask("[...document.querySelectorAll('.checks .bad')].map(line => line.textContent)");
    assert_eq!(failed, Value::Array(Vec::new()));
    assert!(tab.has(".checks li"), "the shop has checked something");
    tab.ask_text("document.querySelector('.verdict').dataset.verdict")
}

/// A parameter as the shop has read it.
pub(crate) fn received(tab: &Tab, name: &str) -> String {
    tab.ask_text(&format!("document.querySelector({}).textContent", text(&format!("td[data-name='{name}']"))))
}

/// Mails that name this order, once there are `many`.
pub(crate) fn mails(system: &System, order: &str, many: usize) -> Vec<Value> {
    for _ in 0..3_600 {
        let all = system.json("/_local/mail.json");
        let of_order = |mail: &Value| mail["text"].as_str().is_some_and(|text| text.contains(order));
        let mails: Vec<Value> = all.into_iter().filter(of_order).collect();
        if mails.len() >= many {
            return mails;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("no {many} mails about {order}");
}

/// Answers that the acquirer gave to authorizations, in order.
pub(crate) fn authorizations(system: &System) -> Vec<String> {
    let entries = system.json("/_local/acquirer.json");
    let authorized = entries.iter().filter(|entry| entry["kind"] == "authorize");
    authorized.map(|entry| entry["outcome"].as_str().unwrap().to_owned()).collect()
}
