//! Somebody at the console: every single fault at every outside call of a form that moves money, and the same form sent again by whoever saw it fail.

use domain::audit::Action;
use domain::merchant::Capture;
use domain::{MerchantId, OrderId, Payment, PaymentKey};
use local::cloud::{Call, Fault, When};
use local::world::World;
use std::time::Duration;
use store::{AuditLog, Payments};
use system_tests::{Card, Clerk, Form, ShopRequest, Shopper, cards, change_merchant};

use super::enumerate::{FAULTS, block, is_read, on_threads};
use super::say;
use super::shopper::table;
use super::stories::world;

/// Over the lease's end, reconcile's questions and their back-off, a day of asking and the looks after it.
const QUIET_S: [u64; 9] = [45, 75, 6 * 60, 31 * 60, 65 * 60, 24 * 3600, 65 * 60, 65 * 60, 25 * 3600];

/// A form that moves money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// A card that is typed, for this amount.
    Charge(u32),
    /// What is held is taken.
    Capture,
    /// What is held is let go.
    Cancel,
    /// Another amount is held.
    Adjust,
    /// This much is given back.
    Refund(u32),
}

const ACTS: [Act; 9] = [
    Act::Charge(2_000),
    Act::Charge(1_901),
    Act::Charge(1_902),
    Act::Capture,
    Act::Cancel,
    Act::Adjust,
    Act::Refund(500),
    Act::Refund(921),
    Act::Refund(922),
];

#[test]
fn no_single_fault_at_the_console_breaks_a_rule() {
    let failures: Vec<String> = on_threads(&ACTS, |act| block(every_fault(*act))).into_iter().flatten().collect();
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// One world for all faults of an act, an order for each.
async fn every_fault(act: Act) -> Vec<String> {
    let world = world().await;
    if matches!(act, Act::Capture | Act::Cancel | Act::Adjust) {
        change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    }
    let mut clerk = Clerk::owner(&world).await;
    // What the function keeps in memory is there for the first case as for the last.
    let form = act.form(&world, &mut clerk, 1).await;
    clerk.submit(&form).await;
    let form = act.form(&world, &mut clerk, 2).await;
    world.faults().restart();
    clerk.send(Clerk::<World>::posted(&form)).await;
    let calls = world.faults().calls();
    world.faults().stop();

    let mut cases = Vec::new();
    for call in calls.iter().filter(|call| call.caller != "TestAcquirer") {
        let faults: &[Fault] = if is_read(call) { &[Fault::ReplyLost, Fault::DropBefore] } else { &FAULTS };
        cases.extend(faults.iter().map(|fault| (call.clone(), *fault)));
    }
    let mut failures = Vec::new();
    for (order, (call, fault)) in (1_001..).zip(&cases) {
        let form = act.form(&world, &mut clerk, order).await;
        world.faults().restart();
        world.faults().plan(When::Index(call.index), *fault);
        clerk.send(Clerk::<World>::posted(&form)).await;
        if world.faults().pending() > 0 {
            failures.push(format!("{}: no call met the fault", told(act, call, *fault)));
        }
        world.faults().stop();
        for _ in 0..2 {
            clerk.send(Clerk::<World>::posted(&form)).await;
        }
    }
    quiet(&world, cases.len()).await;
    for (order, (call, fault)) in (1_001..).zip(&cases) {
        for broken in act.broken(&world, order).await {
            failures.push(format!("{}: {broken}", told(act, call, *fault)));
        }
    }
    say(&format!("  {act:?} at the console: {}", cases.len()));
    failures
}

fn told(act: Act, call: &Call, fault: Fault) -> String {
    format!("{act:?}, call {} ({}: {} {}), {fault:?}", call.index, call.caller, call.operation, call.resource)
}

async fn quiet(world: &World, orders: usize) {
    world.settle().await.unwrap();
    for step_s in QUIET_S {
        world.advance(Duration::from_secs(step_s)).await.unwrap();
        let mut open = false;
        for (order, _) in (1_001..).zip(0..orders) {
            let payment = stored(world, order).await;
            open |= payment.is_some_and(|payment| !payment.state.is_settled() || payment.pending().is_some());
        }
        if !open {
            return;
        }
    }
}

fn key(order: u32) -> PaymentKey {
    PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new(order.to_string()).unwrap())
}

async fn stored(world: &World, order: u32) -> Option<Payment> {
    Payments::new(table(world)).load(&key(order)).await.unwrap()
}

impl Act {
    /// The form, on the last page before money moves.
    async fn form(self, world: &World, clerk: &mut Clerk, order: u32) -> Form {
        let number = order.to_string();
        let (name, yen) = match self {
            Self::Charge(amount) => {
                clerk.get("/console/charge?by=card").await;
                let form = clerk.form("/console/charge").clone();
                let form = form.with("order", &number).with("amount", &amount.to_string());
                clerk.submit(&form.with("mail", "caller@example.jp")).await;
                let card = Card::of(cards::VISA);
                let form = clerk.form("/console/charge").clone().with("card_number", &card.number);
                let form = form.with("card_expiry", &card.expiry).with("card_code", &card.code);
                return form.with("card_name", &card.holder);
            }
            Self::Capture => ("capture", 2_000),
            Self::Cancel => ("cancel", 2_000),
            Self::Adjust => ("amount", 1_800),
            Self::Refund(yen) => ("refund", yen),
        };
        let mut shopper = Shopper::new(world);
        shopper.open(&ShopRequest::new("4000", 2_000, &number)).await;
        shopper.pay(&Card::of(cards::VISA)).await;
        let address = format!("/console/payments/{order}/{name}");
        clerk.get(&format!("{address}?yen={yen}")).await;
        let forms = clerk.page().forms.iter().filter(|form| form.value("confirmed").is_some());
        let form = forms.into_iter().find(|form| form.action == address);
        form.unwrap_or_else(|| panic!("no confirmation: {}", clerk.page().text)).clone()
    }

    /// What does not hold of an order once all is quiet.
    async fn broken(self, world: &World, order: u32) -> Vec<String> {
        let mut broken = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                broken.push(what);
            }
        };
        let key = key(order);
        let payment = stored(world, order).await;
        let books = world.books().totals(&key.reference(1), world.now()).await.unwrap();
        check(books.standing <= 1, format!("{} authorizations stand", books.standing));
        let Some(payment) = payment else {
            check(books.standing == 0, "the acquirer holds what we know nothing of".to_owned());
            return broken;
        };
        let name = payment.state.name();
        check(payment.state.is_settled(), format!("it ended as {name}, not settled"));
        check(payment.pending().is_none(), "an operation is still pending".to_owned());
        let taken = payment.captured().map_or(0, |yen| u64::from(yen.get()));
        let held = payment.held().map_or(taken, |yen| u64::from(yen.get()));
        let ours = (held, taken, u64::from(payment.refunded()));
        let theirs = (books.authorized, books.captured, books.refunded);
        check(ours == theirs, format!("we say {ours:?}, the acquirer {theirs:?}, as {name}"));
        match self {
            Self::Charge(amount) => {
                check(taken == 0 || taken == u64::from(amount), format!("{taken} yen were taken"));
                check(amount != 1_902 || taken == 0, "taken without the acquirer".to_owned());
            }
            Self::Capture | Self::Cancel | Self::Adjust => {}
            Self::Refund(yen) => {
                let refunded = payment.refunded();
                check(refunded == 0 || refunded == yen, format!("{refunded} yen were refunded"));
            }
        }
        let moved = payment.last_n > 1 || matches!(self, Self::Charge(_));
        let asked = AuditLog::new(table(world)).page(&key.merchant, None, 10_000).await.unwrap();
        let asked = asked.iter().any(|entry| match &entry.action {
            Action::SingleChargeAsked { order, .. } | Action::OperationAsked { order, .. } => *order == key.order,
            _ => false,
        });
        check(!moved || asked, "money moved, and the log does not say who asked for it".to_owned());
        broken
    }
}
