//! Whatever people change in the console stands in the merchant's audit log, and stands there before it is done: made from the template's routes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

mod acts;
mod stored;

use std::collections::BTreeSet;

use acts::{ACTS, prepare};
use domain::audit::{Action, Actor, Entry};
use http::StatusCode;
use local::{
    cloud::{Fault, When},
    world::World,
};
use stored::stored;
use system_tests::{audit_log, fresh};

/// What changes nothing of the merchant's, and why nothing stands in the log of it.
const QUIET: &[(&str, &str, &str)] = &[
    ("POST /console/login", "password", "the password alone opens nothing: who is in is noted at the second step"),
    ("POST /console/reset", "ask", "anybody may have a mail sent to an address, and nobody knows who did"),
    ("POST /console/batches/{batch}", "queue", "what was confirmed before is told to the queue once more"),
    ("POST /console/continuation/{run}", "ask", "what was confirmed before is told to the queue once more"),
    ("POST /console/recurring/offers", "preview", "it shows what would be made"),
    ("POST /console/recurring/offers", "mend", "it shows the form again"),
    ("POST /console/settings", "lead", "it leads to the first section"),
    ("POST /console/settings/{section}", "preview", "it shows a page"),
    ("POST /console/settings/{section}", "test mail", "a mail to whoever asks for it"),
    ("POST /console/settings/{section}", "check my request", "it reads what was pasted"),
];

/// What is in the log and changes nothing of ours, and why.
const OUTSIDE: &[(&str, &str, &str)] =
    &[("POST /console/notifications/{endpoint}", "check", "it calls the merchant's server, and shows how that did")];

/// The console's routes by which something is sent, once each.
fn routes(world: &World) -> BTreeSet<String> {
    let posted = world.template().routes().map(|(_, route)| route).filter(|route| route.method == "POST");
    posted.filter(|route| route.path.starts_with("/console")).map(|route| format!("POST {}", route.path)).collect()
}

/// Everything that is done by a route.
fn acts_of(route: &str) -> &'static [&'static str] {
    let known = ACTS.iter().find(|(known, _)| *known == route);
    known.unwrap_or_else(|| panic!("{route} is a new route: say in ACTS what is done by it")).1
}

fn is_quiet(route: &str, act: &str) -> bool {
    QUIET.iter().any(|(known, name, why)| (*known, *name) == (route, act) && !why.is_empty())
}

/// An action's name in the log.
fn name(entry: &Entry) -> String {
    let text = Entry::text(&entry.by, &entry.action).unwrap();
    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
    said["action"]["did"].as_str().unwrap().to_owned()
}

/// What was added to the log of merchant 4000 since it had this many entries, oldest first.
async fn added(world: &World, before: usize) -> Vec<Entry> {
    let mut log = audit_log(world, "4000").await;
    log.reverse();
    log.split_off(before)
}

#[tokio::test]
async fn every_change_by_any_route_is_in_the_log_once_with_who_did_it() {
    let routes = routes(&fresh().await);
    assert!(routes.len() >= 18, "{routes:?}");
    for route in &routes {
        for act in acts_of(route) {
            let world = fresh().await;
            let mut act_of = prepare(&world, route, act).await;
            assert_eq!(
                act_of.says.is_empty(),
                is_quiet(route, act),
                "{route}, {act}: why does nothing stand in the log?"
            );
            let (before, stood) = (audit_log(&world, "4000").await.len(), stored(&world).await);
            let page = act_of.clerk.follow(act_of.request).await.clone();
            assert!(page.status.is_success(), "{route}, {act}: {} {}", page.status, page.text);
            let entries = added(&world, before).await;
            assert_eq!(entries.iter().map(name).collect::<Vec<_>>(), act_of.says, "{route}, {act}");
            if is_quiet(route, act) {
                assert_eq!(stored(&world).await, stood, "{route}, {act} changes something");
                continue;
            }
            let outside = OUTSIDE.iter().any(|(known, name, _)| (*known, *name) == (route.as_str(), *act));
            let changes = stored(&world).await.without_log() != stood.without_log();
            assert_ne!(changes, outside, "{route}, {act}: what does it change?");
            for entry in entries {
                assert_eq!(entry.by, Actor::User(act_of.by.clone()), "{route}, {act}: {:?}", entry.action);
            }
        }
    }
    // Lines of routes that are gone would test nothing.
    for (route, _) in ACTS {
        assert!(routes.contains(*route), "{route} is gone");
    }
    for (route, act, _) in QUIET {
        assert!(acts_of(route).contains(act), "{route}, {act} is no act");
    }
}

#[tokio::test]
async fn what_is_not_in_the_log_is_not_done() {
    for (route, acts) in ACTS {
        for act in acts.iter().filter(|act| !is_quiet(route, act)) {
            let world = fresh().await;
            let mut act_of = prepare(&world, route, act).await;
            let (stood, mails) = (stored(&world).await, world.mailbox().unwrap().len());
            world.faults().restart();
            world.faults().plan(When::Item { key: "A#4000".to_owned() }, Fault::FailBefore);
            let page = act_of.clerk.follow(act_of.request).await.clone();
            let met = world.faults().calls().iter().any(|call| call.fault.is_some());
            world.faults().stop();
            assert!(met, "{route}, {act} does not write into the log");
            assert_eq!((page.status, page.code()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"), "{route}, {act}");
            assert_eq!(stored(&world).await, stood, "{route}, {act} was done");
            world.settle().await.unwrap();
            assert_eq!(world.mailbox().unwrap().len(), mails, "{route}, {act}: a mail went out");
        }
    }
}

#[tokio::test]
async fn what_came_too_late_is_said_to_have_come_to_nothing() {
    let world = fresh().await;
    let mut act = prepare(&world, "POST /console/attention", "done").await;
    // Two clerks at the same moment: both saw it open, one closes it.
    let (mut other, request) = (act.clerk.clone(), act.request.clone());
    let before = audit_log(&world, "4000").await.len();
    tokio::join!(act.clerk.follow(act.request), other.follow(request));
    let said: Vec<Action> = added(&world, before).await.into_iter().map(|entry| entry.action).collect();
    let settled = said.iter().filter(|action| matches!(action, Action::MatterSettled { .. })).count();
    let nothing = said.iter().filter(|action| matches!(action, Action::CameToNothing { .. })).count();
    assert_eq!(settled, nothing.saturating_add(1), "{said:?}");
}
