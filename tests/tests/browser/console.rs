//! A clerk's day at the console, in Japanese at a desk and in English on a phone; every page is looked over by the accessibility checker.

use std::collections::BTreeSet;

use domain::TotpSecret;
use domain::merchant::Capture;
use domain::totp::Step;
use system_tests::{DEMO_PASSWORD, DEMO_SECRET, OWNER, OWNER_24, cards, change_merchant};

use crate::accessible::look_over;
use crate::journey::{Way, back_in_shop, fill_cart, pay, to_payment_page};
use crate::system::System;
use crate::tab::{Eyes, Tab, text};
use crate::{DESK, DESK_EN, PHONE, PHONE_JA};

pub(crate) const DESK_JA: Eyes = Eyes { width: DESK, language: "ja", scripts: true };
pub(crate) const PHONE_EN: Eyes = Eyes { width: PHONE, language: "en", scripts: true };

/// Somebody at the console in a browser, with the app that shows codes.
pub(crate) struct Clerk<'a> {
    pub(crate) tab: Tab,
    system: &'a System,
}

impl<'a> Clerk<'a> {
    /// Signs in; `None` where the run does without a browser.
    pub(crate) fn sign_in(system: &'a System, eyes: Eyes, mail: &str) -> Option<Self> {
        let mut clerk = Self { tab: Tab::open(eyes)?, system };
        clerk.go("/console/login");
        clerk.see("sign in");
        clerk.tab.paste_into("#mail", mail);
        clerk.tab.paste_into("#password", DEMO_PASSWORD);
        clerk.tab.leave_by("main .go");
        clerk.see("second step");
        let code = clerk.code();
        clerk.tab.paste_into("#code", &code);
        clerk.tab.leave_by("main .go");
        clerk.tab.until("location.pathname === '/console'");
        // the console speaks the language of the person's record until they choose another
        if clerk.tab.ask_text("document.documentElement.lang") != eyes.language {
            clerk.tab.leave_by(".language");
        }
        Some(clerk)
    }

    /// A code that was not typed yet, of a step that has just begun: there is a minute to type it in.
    pub(crate) fn code(&self) -> String {
        self.system.begin_a_step();
        let secret = TotpSecret::from_base32(DEMO_SECRET).expect("a secret in base32");
        secret.code(Step::at(self.system.world.now())).to_string()
    }

    pub(crate) fn go(&mut self, path: &str) {
        let address = format!("{}{path}", self.system.pay);
        self.tab.go(&address);
    }

    /// Looks the page in front over and keeps a picture of it.
    pub(crate) fn see(&self, name: &str) {
        assert!(self.tab.has("h1"), "{name}");
        assert_eq!(self.tab.ask("document.documentElement.lang"), self.tab.eyes.language, "{name}");
        self.tab.picture(&format!("console-{}", name.replace([' ', '/'], "-")));
        look_over(&self.tab, name);
    }

    /// Opens a page and looks it over.
    pub(crate) fn look_at(&mut self, path: &str, name: &str) {
        self.go(path);
        self.see(name);
    }

    /// Sends the one form of the page that changes something.
    fn confirm(&mut self) {
        self.tab.leave_by("main form[method=post] .acts button");
    }

    /// What a payment's page says of its state.
    fn state(&self) -> String {
        self.tab.ask_text("document.querySelector('main .state').textContent.trim()")
    }

    /// The addresses of the links that a selector finds.
    fn addresses(&self, selector: &str) -> BTreeSet<String> {
        let found = self.tab.ask(&format!(
            "[...document.querySelectorAll({})].map(link => link.pathname + link.search)",
            text(selector)
        ));
        found.as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect()
    }
}

/// A shopper pays an order of 3,000 yen; answers its number.
fn sell(system: &System, merchant: &'static str, eyes: Eyes) -> Option<String> {
    let mut tab = Tab::open(eyes)?;
    fill_cart(&mut tab, system);
    let way = Way::new(merchant, true);
    let order = to_payment_page(&mut tab, system, way);
    pay(&tab, system, cards::VISA);
    back_in_shop(&mut tab, system, way.back_at);
    Some(order)
}

/// The whole day: find, capture, refund, cancel, change an amount, make a link, download, settings, people, the log.
fn a_day(eyes: Eyes, merchant: &'static str, mail: &str) {
    let system = System::start();
    system.block_on(change_merchant(&system.world, merchant, |settings| settings.capture = Capture::Later));
    let shopper = if eyes.language == "ja" { PHONE_JA } else { DESK_EN };
    let mut orders = Vec::new();
    for _ in 0..3 {
        let Some(order) = sell(&system, merchant, shopper) else { return };
        orders.push(order);
    }
    let Some(mut clerk) = Clerk::sign_in(&system, eyes, mail) else { return };
    clerk.see("today");
    clerk.look_at("/console/sales", "sales");

    // finds a payment by its number, as it is typed from a mail
    clerk.look_at("/console/transactions", "transactions");
    clerk.tab.paste_into("[data-search]", &orders[0]);
    clerk.tab.leave_by_enter();
    clerk.tab.leave_by(&format!("a[href='/console/transactions/{}']", orders[0]));
    clerk.see("payment");
    let authorized = clerk.state();

    // captures it and gives a part back
    clerk.look_at(&format!("/console/payments/{}/capture", orders[0]), "capture");
    clerk.confirm();
    clerk.go(&format!("/console/transactions/{}", orders[0]));
    let captured = clerk.state();
    assert_ne!(captured, authorized);
    clerk.look_at(&format!("/console/payments/{}/refund?yen=1000", orders[0]), "refund");
    assert!(clerk.tab.ask_text("document.querySelector('main').textContent").contains("1,000"));
    clerk.confirm();
    clerk.look_at(&format!("/console/transactions/{}", orders[0]), "payment after a refund");
    assert_ne!(clerk.state(), captured);

    // cancels the second, lowers the third
    clerk.look_at(&format!("/console/payments/{}/cancel", orders[1]), "cancel");
    clerk.confirm();
    clerk.go(&format!("/console/transactions/{}", orders[1]));
    assert_ne!(clerk.state(), authorized);
    clerk.look_at(&format!("/console/payments/{}/amount?yen=2500", orders[2]), "another amount");
    clerk.confirm();
    clerk.go(&format!("/console/transactions/{}", orders[2]));
    assert!(clerk.tab.ask_text("document.querySelector('main').textContent").contains("2,500"));
    let totals = system.json("/_local/acquirer.json");
    let done =
        |kind: &str| totals.iter().filter(|entry| entry["kind"] == kind && entry["outcome"] == "approved").count();
    assert_eq!((done("capture"), done("refund"), done("void"), done("adjust")), (1, 1, 1, 1));

    // a link for somebody who ordered by telephone
    clerk.look_at("/console/charge", "single charge");
    clerk.look_at("/console/links", "links");
    clerk.look_at("/console/links/mails", "many mails");
    clerk.look_at("/console/links/new", "new link");
    clerk.tab.paste_into("#item", "Coffee beans 200 g");
    for (field, text) in
        [("amount", "1200"), ("quantity", "1"), ("delivery", "Within a week"), ("withdrawal", "Within 8 days")]
    {
        clerk.tab.paste_into(&format!("#{field}"), text);
    }
    clerk.tab.leave_by("button[value=preview]");
    clerk.see("new link before it is made");

    // the month as a file
    clerk.look_at("/console/exports", "exports");
    clerk.confirm();
    clerk.tab.until("!!document.querySelector('main a[href$=\"?file\"]')");
    clerk.see("a finished export");

    // settings, people, the log
    clerk.go("/console/settings");
    let sections = clerk.addresses(".tabs a");
    assert!(sections.len() >= 5, "{sections:?}");
    for section in sections {
        clerk.look_at(&section, &format!("settings {section}"));
    }
    clerk.look_at("/console/guide", "guide");
    clerk.look_at("/console/team", "people");
    clerk.look_at("/console/audit", "audit log");
    clerk.look_at("/console/audit/verify", "audit log verified");
    clerk.look_at("/console/transactions/no-such-order", "not there");

    clerk.go("/console");
    clerk.tab.leave_by("form[action='/console/logout'] button");
    clerk.tab.ask("location.href = '/console/transactions'");
    clerk.tab.until("location.pathname === '/console/login'"); // nobody is signed in any more
    clerk.tab.done();
}

#[test]
fn a_clerks_day_in_japanese_at_a_desk() {
    a_day(DESK_JA, "4000", OWNER);
}

#[test]
fn a_clerks_day_in_english_on_a_phone() {
    a_day(PHONE_EN, "2400", OWNER_24);
}
