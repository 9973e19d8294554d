//! Somebody at the console: every single fault at every outside call of a form that moves money, and the same form sent again by whoever saw it fail.

use domain::Yen;
use domain::merchant::Capture;
use domain::payment::{End, Operation, OperationKind};
use local::cloud::{Call, Fault};
use local::world::World;
use system_tests::{Card, Clerk, Form, ShopRequest, Shopper, cards, change_merchant};

use super::books::{self, asked_in_the_log, quiet, stored};
use super::enumerate::{block, is_read, on_threads, plans};
use super::heard::tells_the_server;
use super::invariants::Evidence;
use super::say;
use super::shopper::MERCHANT;
use super::stories::{Plan, world};

use OperationKind::{Adjust, Cancel, Capture as Take, Refund};

/// What was ordered, where an act says nothing else.
const ORDERED: u32 = 2_000;
/// The first order of the cases.
const FIRST: u32 = 1_001;

/// A form that moves money, or asks where it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// A card that is typed, for this amount.
    Charge(u32),
    /// An operation with this amount.
    Operate(OperationKind, u32),
    /// The acquirer is asked again about a refund of this amount.
    Ask(u32),
}

/// The amounts …921 and …922 make the acquirer lose its answer, or the question.
const ACTS: [Act; 19] = [
    Act::Charge(2_000),
    Act::Charge(1_901),
    Act::Charge(1_902),
    Act::Operate(Take, 2_000),
    Act::Operate(Take, 1_200),
    Act::Operate(Take, 1_921),
    Act::Operate(Take, 1_922),
    Act::Operate(Cancel, 2_000),
    Act::Operate(Cancel, 2_921),
    Act::Operate(Cancel, 2_922),
    Act::Operate(Adjust, 1_800),
    Act::Operate(Adjust, 2_500),
    Act::Operate(Adjust, 2_921),
    Act::Operate(Adjust, 2_922),
    Act::Operate(Refund, 500),
    Act::Operate(Refund, 2_000),
    Act::Operate(Refund, 921),
    Act::Operate(Refund, 922),
    Act::Ask(921),
];

/// One fault at one call.
struct Case {
    call: Call,
    fault: Fault,
    plan: Plan,
}

#[test]
fn no_single_fault_at_the_console_breaks_a_rule() {
    let failures: Vec<String> = on_threads(&ACTS, |act| block(every_fault(*act))).into_iter().flatten().collect();
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// One world for all faults of an act, an order for each.
async fn every_fault(act: Act) -> Vec<String> {
    let world = world().await;
    if !act.takes_at_once() {
        change_merchant(&world, MERCHANT, |merchant| merchant.capture = Capture::Later).await;
    }
    let mut clerk = Clerk::owner(&world).await;
    let cases = act.cases(&world, &mut clerk).await;
    let mut failures = Vec::new();
    let mut told_done = Vec::new();
    for (order, case) in (FIRST..).zip(&cases) {
        let form = act.form(&world, &mut clerk, order).await;
        world.faults().restart();
        case.plan.iter().for_each(|(when, fault)| world.faults().plan(when.clone(), *fault));
        let mut done = send(&mut clerk, &form).await;
        if world.faults().pending() == case.plan.len() {
            failures.push(format!("{}: no call met the fault", act.told(case)));
        }
        world.faults().stop();
        for _ in 0..2 {
            done |= send(&mut clerk, &form).await;
        }
        told_done.push(done);
    }
    let orders = (FIRST..).zip(&cases);
    quiet(&world, orders.clone().map(|(order, _)| order)).await;
    let evidence = Evidence::of(&world).await;
    for ((order, case), told_done) in orders.zip(told_done) {
        let mut broken = books::broken(&world, order, &act.forms(), &evidence).await;
        broken.append(&mut act.broken(&world, order, told_done).await);
        failures.extend(broken.into_iter().map(|broken| format!("{}: {broken}", act.told(case))));
    }
    say(&format!("  {act:?} at the console: {}", cases.len()));
    failures
}

/// Sends a form; whether the answer says that it is done.
async fn send(clerk: &mut Clerk, form: &Form) -> bool {
    clerk.send(Clerk::<World>::posted(form)).await.location().is_some_and(|location| location.contains("?done="))
}

/// The page before an operation: the form of its confirmation, if it shows one.
pub(crate) async fn confirmation(clerk: &mut Clerk, order: u32, operation: Operation) -> Option<Form> {
    let name = match operation.kind {
        Take => "capture",
        Cancel => "cancel",
        Adjust => "amount",
        Refund => "refund",
    };
    let address = format!("/console/payments/{order}/{name}");
    clerk.get(&format!("{address}?yen={}", operation.amount)).await;
    let forms = clerk.page().forms.iter();
    forms.filter(|form| form.action == address).find(|form| form.value("confirmed").is_some()).cloned()
}

/// A shopper pays an order.
pub(crate) async fn paid(world: &World, order: u32, yen: u32) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new(MERCHANT, yen, &order.to_string())).await;
    shopper.pay(&Card::of(cards::VISA)).await;
}

impl Act {
    fn told(self, Case { call, fault, plan }: &Case) -> String {
        let Call { index, caller, operation, resource, .. } = call;
        format!("{self:?}, call {index} ({caller}: {operation} {resource}), {fault:?} ×{}", plan.len())
    }

    /// Whether the order's money is taken with its approval.
    const fn takes_at_once(self) -> bool {
        matches!(self, Self::Charge(_) | Self::Operate(Refund, _) | Self::Ask(_))
    }

    /// What goes before an operation is asked to move anything is the same for all: there the reads of one stand for all.
    const fn has_reads_of_its_own(self) -> bool {
        matches!(self, Self::Charge(_) | Self::Operate(Take, 1_200) | Self::Operate(Refund, 2_000) | Self::Ask(_))
    }

    /// Every fault at every call that the form makes. What the function keeps in memory is there for the first as for the last.
    async fn cases(self, world: &World, clerk: &mut Clerk) -> Vec<Case> {
        let form = self.form(world, clerk, 1).await;
        clerk.submit(&form).await;
        let form = self.form(world, clerk, 2).await;
        world.faults().restart();
        send(clerk, &form).await;
        let calls = world.faults().calls();
        world.faults().stop();
        let mut cases = Vec::new();
        for (place, call) in calls.iter().enumerate() {
            let tried = call.caller != "TestAcquirer"
                && !tells_the_server(call)
                && (self.has_reads_of_its_own() || !is_read(call));
            let planned = plans(&calls, place).into_iter().filter(|_| tried);
            cases.extend(planned.map(|(fault, plan)| Case { call: call.clone(), fault, plan }));
        }
        cases
    }

    /// The form, on the last page before money moves.
    async fn form(self, world: &World, clerk: &mut Clerk, order: u32) -> Form {
        match self {
            Self::Charge(amount) => typed(clerk, order, amount).await,
            Self::Operate(kind, yen) => {
                paid(world, order, if kind == Cancel { yen } else { ORDERED }).await;
                let form = confirmation(clerk, order, operation(kind, yen)).await;
                form.unwrap_or_else(|| panic!("no confirmation: {}", clerk.page().text))
            }
            Self::Ask(yen) => {
                paid(world, order, ORDERED).await;
                let form = confirmation(clerk, order, operation(Refund, yen)).await;
                clerk.submit(&form.expect("a confirmation")).await;
                clerk.form(&format!("/console/payments/{order}/ask")).clone()
            }
        }
    }

    /// What is asked for, one for each form.
    fn forms(self) -> Vec<Operation> {
        match self {
            Self::Charge(_) => Vec::new(),
            Self::Operate(kind, yen) => vec![operation(kind, yen)],
            Self::Ask(yen) => vec![operation(Refund, yen)],
        }
    }

    /// What does not hold of an order besides, once all is quiet.
    async fn broken(self, world: &World, order: u32, told_done: bool) -> Vec<String> {
        let mut broken = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                broken.push(what);
            }
        };
        let Some(payment) = stored(world, order).await else { return broken };
        let taken = payment.captured().map_or(0, Yen::get);
        let end = payment.operation().and_then(|record| record.end());
        let moved = match self {
            Self::Charge(amount) => {
                check(taken == 0 || taken == amount, format!("{taken} yen were taken"));
                check(amount != 1_902 || taken == 0, "taken without the acquirer".to_owned());
                1
            }
            Self::Operate(_, yen) => {
                check(yen % 1_000 != 922 || end != Some(&End::Done), "done without the acquirer".to_owned());
                check(!told_done || end == Some(&End::Done), format!("told as done, and it ended as {end:?}"));
                payment.last_n - 1
            }
            Self::Ask(_) => {
                check(end == Some(&End::Done), format!("the acquirer has done it, and it ended as {end:?}"));
                payment.last_n - 1
            }
        };
        let asked = asked_in_the_log(world, order).await;
        check(asked >= moved.min(1) as usize, "money moved, and the log does not say who asked for it".to_owned());
        broken
    }
}

fn operation(kind: OperationKind, yen: u32) -> Operation {
    Operation { kind, amount: Yen::new(yen).unwrap() }
}

/// A telephone order with its card typed.
async fn typed(clerk: &mut Clerk, order: u32, amount: u32) -> Form {
    clerk.get("/console/charge?by=card").await;
    let form = clerk.form("/console/charge").clone();
    let form = form.with("order", &order.to_string()).with("amount", &amount.to_string());
    clerk.submit(&form.with("mail", "caller@example.jp")).await;
    let card = Card::of(cards::VISA);
    let form = clerk.form("/console/charge").clone().with("card_number", &card.number);
    form.with("card_expiry", &card.expiry).with("card_code", &card.code).with("card_name", &card.holder)
}
