//! The pages of regular purchases and offers in the console, in every state, before the accessibility checker; an offer that a clerk makes.

use domain::{
    Yen,
    acquirer::DeclineCode,
    clock::japan_date,
    recurring::{
        calendar::Cycle,
        plan::{Cause, EndReason, PauseReason, Plan, PlanState, Progress, Rate},
        retry::{Chance, Retry},
    },
};
use jiff::SignedDuration;
use system_tests::{BatchDesk, OWNER, cards, offer_in, offers, plan_in, put_plan};

use crate::console::{Clerk, DESK_JA, PHONE_EN};
use crate::system::System;

/// Every state, with a name for its picture and the questions that are looked at there.
fn states(system: &System) -> Vec<(&'static str, PlanState, &'static [&'static str])> {
    let at = system.world.now();
    let code = DeclineCode::InsufficientFunds;
    let next = Retry { at: at + SignedDuration::from_hours(48), chance: Chance::Last };
    vec![
        (
            "waiting",
            PlanState::Active(Progress::Waiting),
            &[
                "act=pause",
                "act=end",
                "act=change",
                "act=change&amount=&cycle=1",
                "act=change&amount=980&cycle=3",
                "act=change&amount=9800&cycle=1",
                "act=move",
                "act=move&day=32",
                "act=move&day=10",
                "act=withdraw",
            ],
        ),
        ("tried again", PlanState::Active(Progress::Retrying { code, next }), &["act=charge", "act=skip"]),
        ("about to be charged", PlanState::Active(Progress::Immediate { at, cause: Cause::ByHand }), &[]),
        ("asked", PlanState::Active(Progress::Asked { at }), &[]),
        ("paused", PlanState::Paused { at, why: PauseReason::Merchant }, &["act=resume"]),
        ("unpaid", PlanState::Paused { at, why: PauseReason::Unpaid(code) }, &[]),
        ("ended", PlanState::Ended { at, why: EndReason::Network }, &[]),
    ]
}

#[test]
fn every_page_of_a_regular_purchase_is_accessible() {
    for eyes in [DESK_JA, PHONE_EN] {
        let system = System::start();
        let Some(mut clerk) = Clerk::sign_in(&system, eyes, OWNER) else { return };
        clerk.look_at("/console/recurring", "regular none yet");
        system.block_on(BatchDesk::of(&system.world, "4000").keep("alice", cards::VISA));
        for (number, (name, state, questions)) in (1..).zip(states(&system)) {
            let order = format!("20261121{number:02}");
            let plan = plan_in(&system.world, &order, state);
            let proposal = Rate { amount: Yen::new(2_980).unwrap(), cycle: Cycle::MONTHLY };
            let today = japan_date(system.world.now());
            let ahead = Plan { nominal: plan.anchor.after(today, Cycle::MONTHLY), ..plan };
            let plan = match name {
                "waiting" => Plan { proposal: Some(proposal), ..ahead },
                "tried again" | "asked" => {
                    Plan { nominal: today.saturating_sub(SignedDuration::from_hours(27 * 24)), tries: 1, ..ahead }
                }
                _ => ahead,
            };
            system.block_on(put_plan(&system.world, &plan));
            let page = format!("/console/recurring/{}", plan.id);
            clerk.go(&page);
            clerk.tab.hold();
            clerk.see(&format!("regular {name}"));
            for question in questions {
                let shown = question.replace(['=', '&'], " ");
                clerk.look_at(&format!("{page}?{question}"), &format!("regular {shown}"));
            }
        }
        clerk.look_at("/console/recurring", "regular list");
        clerk.look_at("/console/recurring?state=attention", "regular list of those that need somebody");
        clerk.look_at("/console/recurring?q=nobody", "regular none found");
        clerk.look_at("/console", "today with regular purchases");
        clerk.tab.done();
    }
}

#[test]
fn a_clerk_makes_an_offer() {
    for eyes in [DESK_JA, PHONE_EN] {
        let system = System::start();
        let Some(mut clerk) = Clerk::sign_in(&system, eyes, OWNER) else { return };
        clerk.look_at("/console/recurring/offers", "offers of the demo");
        clerk.look_at("/console/recurring/new-offer", "offer form");
        for (field, value) in [("#id", "tea"), ("#item", "Tea"), ("#first_amount", "500"), ("#amount", "1200")] {
            clerk.tab.paste_into(field, value);
        }
        clerk.tab.leave_by("button[value=preview]");
        clerk.see("offer to be mended");
        for (field, value) in [("#quantity", "1 box"), ("#delivery", "5 days"), ("#withdrawal", "Any time")] {
            clerk.tab.paste_into(field, value);
        }
        clerk.tab.leave_by("button[value=preview]");
        clerk.see("offer preview");
        clerk.tab.leave_by("button[value=save]");
        clerk.see("offer");
        let merchant = offer_in(&system.world).merchant;
        let made = system.block_on(async { offers(&system.world).all(&merchant).await.unwrap() });
        assert!(made.iter().any(|offer| offer.id.as_str() == "tea"));
        clerk.look_at("/console/recurring/offers/tea?act=change", "offer change");
        clerk.look_at("/console/recurring/offers/tea?act=withdraw", "offer to be withdrawn");
        clerk.look_at("/console/recurring/offers", "offers");
        clerk.tab.done();
    }
}
