//! A run that begins by itself: the shop is told two days before, its link cancels the run or comes too late, and whatever goes wrong in between, each lineage is
//! charged once for the month or not at all.

use domain::audit::Action;
use domain::clock::japan_date;
use domain::recurring::calendar::Anchor;
use domain::recurring::continuation::{Month, RunState};
use local::cloud::{Call, Fault, When};
use local::world::World;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use system_tests::{Clerk, ContinuationDesk, Form, approvals, audit_log, change_merchant, japan};

use super::super::case::{Case, cases};
use super::super::enumerate::{block, is_read, on_threads};
use super::super::say;
use super::super::stories::world_at;
use super::{HOUR, OURS, ROWS, SHOP};

/// Monday, 30 November 2026, eight in the morning in Japan: the last day of what is continued.
const START: &str = "2026-11-29T23:00:00Z";
/// The day of month of the runs: a Thursday in December.
const DAY: u8 = 3;
/// An hour before the look that has the shop told, and before the one that has the run begin.
const BEFORE: [&str; 2] = ["2026-12-01 09:00", "2026-12-03 09:00"];
/// What began late has begun, too.
const END: &str = "2026-12-04 18:00";
const CANCELLED: &str = "自動継続を取りやめました";
const SCHEDULE: &str = "ContinuationSchedule";
const LINK: &str = "ConsoleContinuation";

#[test]
fn no_single_fault_breaks_a_run_that_begins_by_itself() {
    let started = Instant::now();
    let cases = block(Box::pin(count_looks()));
    let failures: Vec<String> = on_threads(&cases, |(look, case)| block(Box::pin(by_itself(*look, case)))).concat();
    say(&format!("  faults in looks at runs: {} cases, {:?}", cases.len(), started.elapsed()));
    assert!(cases.len() >= 20, "{} cases: whose calls are they?", cases.len());
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn no_single_fault_at_the_link_lets_a_cancelled_run_charge() {
    let started = Instant::now();
    let cases = block(Box::pin(count_link()));
    let ended: Vec<(Vec<String>, Ended)> = on_threads(&cases, |case| block(Box::pin(cancelled_under(case))));
    let of = |how| ended.iter().filter(|(_, ended)| *ended == how).count();
    let (cancelled, begun) = (of(Ended::Cancelled), of(Ended::Begun));
    say(&format!("  faults at the link: {} cases, {cancelled} cancelled, {:?}", cases.len(), started.elapsed()));
    let failures = ended.into_iter().map(|(failures, _)| failures).collect::<Vec<_>>().concat();
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
    assert!(cancelled > 0 && begun > 0, "{cancelled} were cancelled, {begun} began");
}

#[test]
fn a_link_that_is_pressed_between_any_two_calls_of_its_run_cancels_it_or_comes_too_late() {
    let started = Instant::now();
    let places: Vec<Call> = block(Box::pin(calls_of_the_run()));
    let ended: Vec<(Vec<String>, Ended)> = on_threads(&places, |call| block(Box::pin(pressed_at(call))));
    let of = |how| ended.iter().filter(|(_, ended)| *ended == how).count();
    let (cancelled, begun) = (of(Ended::Cancelled), of(Ended::Begun));
    say(&format!(
        "  the link between two calls of a run: {} places, {cancelled} cancelled, {:?}",
        places.len(),
        started.elapsed()
    ));
    let failures = ended.into_iter().map(|(failures, _)| failures).collect::<Vec<_>>().concat();
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
    assert!(cancelled > 0 && begun > 0, "{cancelled} were cancelled, {begun} began");
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Cancelled,
    Begun,
    Otherwise,
}

/// A shop whose buyers paid in November, and whose runs begin by themselves from December on.
async fn shop() -> (World, ContinuationDesk) {
    let world = world_at(START).await;
    change_merchant(&world, "4000", |merchant| {
        merchant.mail.shop_copy = Some(SHOP.to_owned());
        merchant.continuation_day = Anchor::new(DAY).ok();
    })
    .await;
    let desk = ContinuationDesk::of(&world).await;
    desk.paid(&ROWS).await;
    (world, desk)
}

fn december() -> Month {
    Month::parse("2026-12").unwrap()
}

async fn until(world: &World, at: &str) {
    let by = japan(at).duration_since(world.now());
    world.advance(Duration::try_from(by).unwrap()).await.unwrap();
}

/// The calls of both looks become their cases.
async fn count_looks() -> Vec<(usize, Case)> {
    let (world, desk) = shop().await;
    let mut counted = Vec::new();
    for (look, before) in BEFORE.iter().enumerate() {
        until(&world, before).await;
        world.faults().restart();
        world.advance(2 * HOUR).await.unwrap();
        let calls: Vec<Call> = world.faults().calls().into_iter().filter(|call| call.caller == SCHEDULE).collect();
        world.faults().stop();
        let own = telling(&calls);
        let cases = cases(&calls).into_iter().filter(|case| own.contains(&case.call.index));
        counted.extend(cases.map(|case| (look, case)));
    }
    until(&world, END).await;
    let (found, ended) = broken(&world, &desk, None).await;
    assert!(found.is_empty() && ended == Ended::Begun, "{ended:?}: {found:?}");
    counted
}

/// A look reads each merchant and its three months, and one is like another: of each kind of read the first, and what goes before a write, stand for all.
fn telling(calls: &[Call]) -> HashSet<u64> {
    let mut kinds = HashSet::new();
    let mut is_own = |place: &usize| {
        let first = kinds.insert(&calls[*place].operation);
        let writes_next = calls.get(place + 1).is_some_and(|next| !is_read(next));
        first || writes_next || !is_read(&calls[*place])
    };
    let places: Vec<usize> = (0..calls.len()).filter(&mut is_own).collect();
    places.into_iter().map(|place| calls[place].index).collect()
}

async fn by_itself(look: usize, case: &Case) -> Vec<String> {
    let (world, desk) = shop().await;
    until(&world, BEFORE[look]).await;
    case.plan(&world);
    world.advance(2 * HOUR).await.unwrap();
    let unmet = case.is_unmet(&world);
    world.faults().stop();
    until(&world, END).await;
    let (mut found, ended) = broken(&world, &desk, None).await;
    if ended != Ended::Begun {
        found.push(format!("it ended as {ended:?}"));
    }
    if unmet {
        found.push("no call met the fault".to_owned());
    }
    case.said("", &found).into_iter().collect()
}

/// The shop presses the link, and every call of that becomes its cases.
async fn count_link() -> Vec<Case> {
    let (world, desk) = shop().await;
    until(&world, BEFORE[1]).await;
    let (mut clerk, form) = opened(&world).await;
    world.faults().restart();
    let page = clerk.submit(&form).await.text.clone();
    let calls: Vec<Call> = world.faults().calls().into_iter().filter(|call| call.caller == LINK).collect();
    world.faults().stop();
    until(&world, END).await;
    let (found, ended) = broken(&world, &desk, Some(&page)).await;
    assert!(found.is_empty() && ended == Ended::Cancelled, "{ended:?}: {found:?}");
    cases(&calls)
}

async fn cancelled_under(case: &Case) -> (Vec<String>, Ended) {
    let (world, desk) = shop().await;
    until(&world, BEFORE[1]).await;
    let (mut clerk, form) = opened(&world).await;
    case.plan(&world);
    let page = clerk.submit(&form).await.text.clone();
    let unmet = case.is_unmet(&world);
    world.faults().stop();
    until(&world, END).await;
    let (mut found, ended) = broken(&world, &desk, Some(&page)).await;
    if unmet {
        found.push("no call met the fault".to_owned());
    }
    (case.said("", &found).into_iter().collect(), ended)
}

/// The calls that the run makes on its day to begin.
async fn calls_of_the_run() -> Vec<Call> {
    let (world, _) = shop().await;
    until(&world, BEFORE[1]).await;
    world.faults().restart();
    world.advance(2 * HOUR).await.unwrap();
    world.faults().calls().into_iter().filter(|call| call.caller == OURS).collect()
}

/// The link is pressed while one call of the run is on its way.
async fn pressed_at(call: &Call) -> (Vec<String>, Ended) {
    let (world, desk) = shop().await;
    until(&world, BEFORE[1]).await;
    let (mut clerk, form) = opened(&world).await;
    world.faults().restart();
    world.faults().plan(When::Index(call.index), Fault::Slow(Duration::from_millis(1)));
    let over = AtomicBool::new(false);
    let run = async {
        world.advance(2 * HOUR).await.unwrap();
        over.store(true, Ordering::SeqCst);
    };
    let press = async {
        while world.faults().pending() > 0 && !over.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        let met = world.faults().pending() == 0;
        (met, clerk.submit(&form).await.text.clone())
    };
    let ((), (met, page)) = tokio::join!(run, press);
    world.faults().stop();
    until(&world, END).await;
    let (mut found, ended) = broken(&world, &desk, Some(&page)).await;
    if !met {
        found.push("the call did not come".to_owned());
    }
    let Call { index, caller, operation, resource, .. } = call;
    let failed = format!("call {index} ({caller}: {operation} {resource}): {}", found.join("; "));
    let failures = if found.is_empty() { Vec::new() } else { vec![failed] };
    failures.iter().for_each(|failed| say(failed));
    (failures, ended)
}

/// The page behind the link in the mail, and its form.
async fn opened(world: &World) -> (Clerk, Form) {
    let text = announced(world).into_iter().find_map(|mail| mail.text).expect("the shop was told");
    let link = text[text.find("/continuation/").unwrap()..].split_whitespace().next().unwrap().to_owned();
    let mut clerk = Clerk::new(world);
    clerk.get(&link).await;
    let form = clerk.form(&link).clone();
    (clerk, form)
}

/// The mails that say that a run is to come.
fn announced(world: &World) -> Vec<local::cloud::Mail> {
    let mails = world.mailbox().unwrap().into_iter();
    mails.filter(|mail| mail.to == [SHOP] && mail.subject.starts_with("自動継続の予定")).collect()
}

/// What does not hold, and how the run ended. `page`: what the shop was shown that pressed the link.
async fn broken(world: &World, desk: &ContinuationDesk, page: Option<&str>) -> (Vec<String>, Ended) {
    let Some(run) = desk.scheduled("2026-12").await else {
        return (vec!["no run was made".to_owned()], Ended::Otherwise);
    };
    let mut broken = Vec::new();
    let ended = match run.state {
        RunState::Begun { .. } => Ended::Begun,
        RunState::Cancelled { .. } => Ended::Cancelled,
        _ => Ended::Otherwise,
    };
    let told = announced(world).first().map(|mail| japan_date(mail.at));
    let in_time = told.is_some_and(|told| told.until(run.on).unwrap().get_days() >= 2);
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    check(in_time, format!("the shop was told on {told:?} of a run on {}", run.on));
    let shown = page.is_some_and(|page| page.contains(CANCELLED));
    match ended {
        Ended::Begun => {
            check(!shown, "the shop was shown that it is cancelled, and it began".to_owned());
            broken.extend(super::broken(world, desk, december()).await);
        }
        Ended::Cancelled => {
            check(page.is_some(), "nobody cancelled it".to_owned());
            let approved = approvals(world).await;
            check(approved == ROWS.len(), format!("{approved} approvals, of {} in November", ROWS.len()));
            let is_said = |action: &Action| matches!(action, Action::ContinuationCancelled { .. });
            let said = audit_log(world, "4000").await.iter().filter(|entry| is_said(&entry.action)).count();
            check(said >= 1, "the log does not say that it was cancelled".to_owned());
            for queue in ["ContinuationQueue", "ContinuationDeadLetters", "IntakeQueue", "IntakeDeadLetters"] {
                let left = world.cloud().queue(queue).unwrap().bodies().unwrap();
                check(left.is_empty(), format!("{queue} holds {left:?}"));
            }
        }
        Ended::Otherwise => check(false, format!("it stands as {:?}", run.state)),
    }
    (broken, ended)
}
