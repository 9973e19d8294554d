//! API keys in a browser: made, shown once, listed, revoked, at both widths and in both languages; every page before the accessibility checker.

use system_tests::OWNER;

use crate::console::{Clerk, DESK_JA, PHONE_EN};
use crate::system::System;
use crate::tab::Eyes;
use crate::{DESK_EN, PHONE_JA};

fn a_key(eyes: Eyes) {
    let system = System::start();
    let Some(mut clerk) = Clerk::sign_in(&system, eyes, OWNER) else { return };
    clerk.look_at("/console/keys", "api keys");
    clerk.tab.leave_by("main form .go");
    clerk.see("api key refused"); // neither name nor scope
    assert!(clerk.tab.has("#label-what"));

    clerk.tab.paste_into("#label", "Warehouse server, refunds of returned goods");
    for scope in ["payments_read", "refunds"] {
        clerk.tab.click(&format!("#scope-{scope}"));
    }
    clerk.tab.paste_into("#label", "Warehouse server");
    let code = clerk.code();
    clerk.tab.paste_into("#totp", &code);
    clerk.tab.leave_by("main form .go");
    clerk.see("api key made");
    let shown = clerk.tab.ask_text("document.querySelector('#new-key').textContent");
    assert!(shown.starts_with("kessai_test_4000_"), "{shown}");
    let wide = clerk.tab.ask("document.documentElement.scrollWidth <= innerWidth");
    assert_eq!(wide, true, "nothing is wider than the screen");

    clerk.tab.leave_by("main a.go");
    clerk.see("api keys with a new one");
    assert!(!clerk.tab.ask_text("document.body.textContent").contains(&shown), "it is shown once");
    clerk.tab.leave_by("main td a");
    clerk.see("api key");
    let code = clerk.code();
    clerk.tab.paste_into("#totp", &code);
    clerk.tab.leave_by("main button.grave");
    clerk.see("api keys with a revoked one");
    assert!(clerk.tab.has("main .state[data-state=over]"));
    clerk.tab.done();
}

#[test]
fn api_keys_in_japanese_at_a_desk_and_on_a_phone() {
    for eyes in [DESK_JA, PHONE_JA] {
        a_key(eyes);
    }
}

#[test]
fn api_keys_in_english_at_a_desk_and_on_a_phone() {
    for eyes in [DESK_EN, PHONE_EN] {
        a_key(eyes);
    }
}
