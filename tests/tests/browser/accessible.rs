//! Every page before an accessibility checker (axe-core, which `.ci/test` fetches): nothing serious or critical may be found.

use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

use crate::journey::{Way, fill_cart, pay, to_payment_page};
use crate::system::System;
use crate::tab::{Eyes, Tab};
use crate::{DESK_EN, PHONE_JA};
use system_tests::cards;

/// The checker's own script, run in the page past its content security policy.
fn axe() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/axe/node_modules/axe-core/axe.min.js");
        std::fs::read_to_string(&place).unwrap_or_else(|error| {
            panic!("{}: {error}. `.ci/test` fetches it; KESSAI_NO_BROWSER=1 leaves these tests out", place.display())
        })
    })
}

/// Looks the page over. `name` is what a finding is reported under.
pub(crate) fn look_over(tab: &Tab, name: &str) {
    assert!(tab.eyes.scripts, "the checker is a script");
    tab.ask(&format!("{}; typeof axe.run === 'function'", axe()));
    let found = tab.ask_later(
        "axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations
            .filter((violation) => ['serious', 'critical'].includes(violation.impact))
            .map((violation) => [violation.id, violation.help, ...violation.nodes.slice(0, 3).map((node) => node.html + ' ' + node.failureSummary)]))",
    );
    assert_eq!(found, Value::Array(Vec::new()), "{name} at {} px in {}", tab.eyes.width, tab.eyes.language);
}

#[test]
fn the_shoppers_pages_are_accessible() {
    let system = System::start();
    for eyes in [PHONE_JA, DESK_EN] {
        let Some(mut tab) = Tab::open(eyes) else { return };
        fill_cart(&mut tab, &system);
        to_payment_page(&mut tab, &system, Way::new("4000", true));
        look_over(&tab, "payment form");
        tab.click("#pay");
        tab.until("document.querySelectorAll('#summary li a').length > 0");
        look_over(&tab, "payment form with mistakes");
        pay(&tab, &system, cards::DECLINED);
        tab.until("!!document.querySelector('.summary.calm')");
        look_over(&tab, "payment form after a decline");
        for (path, name) in [
            ("/l/demo", "payment link"),
            ("/l/open", "amount of an open link"),
            ("/l/nothing", "a link that isn't there"),
            ("/pay?admin=4000&amount=0&charge=1", "refused request"),
            ("/card/not-a-handle", "a shut address"),
        ] {
            tab.go(&format!("{}{path}", system.pay));
            look_over(&tab, name);
        }
    }
    // without scripts the pages that lead on by themselves stand still; the browser lets the checker run all the same
    the_pages_on_the_way_are_accessible(&system);
}

/// The result page of a link that leads nowhere, and the page while an outcome is being checked.
fn the_pages_on_the_way_are_accessible(system: &System) {
    let Some(mut tab) = Tab::open(Eyes { ..PHONE_JA }) else { return };
    tab.go(&format!("{}/l/open", system.pay));
    tab.paste_into("#amount", "1902");
    tab.click("main .go");
    tab.until("!!document.getElementById('pay')");
    tab.paste_into("#mail", "wait@example.com");
    pay(&tab, system, cards::VISA);
    tab.until("location.pathname.startsWith('/return/')");
    look_over(&tab, "being checked");
}
