//! A club continues last month's payments, in Japanese at a desk and in English on a phone; every page of it before the accessibility checker.

use domain::recurring::continuation::RunState;
use system_tests::{ContinuationDesk, OWNER, cards, change_merchant};

use crate::console::{Clerk, DESK_JA, PHONE_EN};
use crate::system::System;
use crate::tab::Eyes;

/// Thirty members paid in November; the 1st of December has come. One card is over by then, one was changed for another.
fn club(system: &System) -> ContinuationDesk {
    let users = ["alice", "bob", "dave"].into_iter().cycle();
    let members: Vec<(String, u32, &str)> = (1..=30)
        .zip(users.skip(1))
        .map(|(n, user): (u32, _)| (format!("20261121{n:02}"), if n.is_multiple_of(7) { 5_500 } else { 3_000 }, user))
        .collect();
    let rows: Vec<(&str, u32, &str)> = members.iter().map(|(order, yen, user)| (order.as_str(), *yen, *user)).collect();
    system.block_on(async {
        change_merchant(&system.world, "4000", |merchant| {
            merchant.continuation = true;
            merchant.mail.shop_copy = Some("shop@example.jp".to_owned());
        })
        .await;
        let desk = ContinuationDesk::of(&system.world).await;
        desk.paid(&rows).await;
        desk.batches().replace("bob", cards::VISA).await;
        let today = domain::clock::japan_date(system.world.now());
        desk.batches().expires("dave", &today.strftime("%m/%y").to_string()).await;
        change_merchant(&system.world, "4000", |merchant| merchant.batch.at_once_rows = 10).await;
        desk.until(&today.last_of_month().tomorrow().unwrap().to_string()).await;
        desk
    })
}

fn a_month_is_continued(eyes: Eyes) {
    let system = System::start();
    let desk = club(&system);
    let Some(mut clerk) = Clerk::sign_in(&system, eyes, OWNER) else { return };
    clerk.look_at("/console/continuation", "continuation none yet");
    clerk.tab.leave_by("main form .go");
    clerk.tab.until("location.pathname.startsWith('/console/continuation/')");
    clerk.tab.picture("console-continuation-being-drawn-up");
    clerk.tab.until("!!document.querySelector('#plan')");
    clerk.see("continuation plan");
    let said = |clerk: &Clerk<'_>, selector: &str| {
        clerk.tab.ask_text(&format!("document.querySelector('{selector}').textContent"))
    };
    assert!(said(&clerk, ".plan").contains("20261121"), "{}", said(&clerk, ".plan"));
    clerk.tab.ask_text("(document.querySelectorAll('input[name^=yen]')[1].value = '12x', '')");
    clerk.tab.leave_by("button[value=save]");
    clerk.see("continuation plan to mend");
    clerk.tab.ask_text("(document.querySelectorAll('input[name^=yen]')[1].value = '3300', document.querySelectorAll('input[name^=row]')[2].checked = false, '')");
    clerk.tab.leave_by("button[value=confirming]");
    clerk.tab.until("!!document.querySelector('#totp')");
    clerk.see("continuation to be confirmed");
    let code = clerk.code();
    clerk.tab.paste_into("#totp", &code);
    clerk.tab.leave_by("button[value=confirm]");
    clerk.tab.until("!!document.querySelector('a[href^=\"/console/batches/\"]')");
    clerk.see("continuation begun");
    clerk.tab.leave_by("a.go[href^=\"/console/batches/\"]");
    clerk.tab.until("!!document.querySelector('a[href$=\"?file\"]')");
    clerk.see("continuation's batch");
    clerk.look_at("/console/continuation", "continuation runs");
    let run = system.block_on(async { desk.newest().await });
    assert!(matches!(run.state, RunState::Begun { .. }), "{:?}", run.state);
    assert_eq!(run.chosen.rows, 19);
    clerk.tab.done();
}

#[test]
fn a_month_is_continued_in_japanese_at_a_desk() {
    a_month_is_continued(DESK_JA);
}

#[test]
fn a_month_is_continued_in_english_on_a_phone() {
    a_month_is_continued(PHONE_EN);
}
