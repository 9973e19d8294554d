//! What holds of a payment whose money people move at the console, once all is quiet: its books, the acquirer's, the audit log, the mails.

use domain::audit::Action;
use domain::payment::{Operation, OperationKind};
use domain::search::Row;
use domain::{MerchantId, OrderId, Payment, PaymentKey, State};
use local::world::World;
use outbound::acquirer::{Entry, Kind};
use std::collections::HashSet;
use std::time::Duration;
use store::{AuditLog, Payments};
use system_tests::searches;

use super::invariants::Evidence;
use super::shopper::{MERCHANT, table};

/// Over the lease's end, reconcile's questions and their back-off, a day of asking and the looks after it.
const QUIET_S: [u64; 9] = [45, 75, 6 * 60, 31 * 60, 65 * 60, 24 * 3600, 65 * 60, 65 * 60, 25 * 3600];

pub(crate) fn key(order: u32) -> PaymentKey {
    PaymentKey::new(MerchantId::new(MERCHANT).unwrap(), OrderId::new(order.to_string()).unwrap())
}

pub(crate) async fn stored(world: &World, order: u32) -> Option<Payment> {
    Payments::new(table(world)).load(&key(order)).await.unwrap()
}

/// All tries of a message that failed, five of them six minutes apart: a mail may come late.
const MESSAGES_AGAIN: Duration = Duration::from_secs(5 * 6 * 60);

/// Lets time pass until nothing about these orders is open.
pub(crate) async fn quiet(world: &World, orders: impl Iterator<Item = u32> + Clone) {
    world.settle().await.unwrap();
    for step_s in QUIET_S {
        let mut open = false;
        for order in orders.clone() {
            let payment = stored(world, order).await;
            open |= payment.is_some_and(|payment| !payment.state.is_settled() || payment.pending().is_some());
        }
        if !open {
            break;
        }
        world.advance(Duration::from_secs(step_s)).await.unwrap();
    }
    world.advance(MESSAGES_AGAIN).await.unwrap();
}

/// What does not hold of an order, for which these operations were asked, one for each form.
pub(crate) async fn broken(world: &World, order: u32, forms: &[Operation], evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    let key = key(order);
    let moves = evidence.moves(&key);
    let theirs = world.books().totals(&key.reference(1), world.now()).await.unwrap();
    check(theirs.standing <= 1, format!("{} authorizations stand", theirs.standing));
    let Some(payment) = stored(world, order).await else {
        check(theirs.standing == 0, "the acquirer holds what we know nothing of".to_owned());
        return broken;
    };
    let name = payment.state.name();
    check(payment.state.is_settled(), format!("it ended as {name}, not settled"));
    check(payment.pending().is_none(), "an operation is still pending".to_owned());
    check(
        evidence.net_approvals(&key) == i64::from(payment.state.is_paid()),
        format!("{name} is not what stands there"),
    );

    let unheard = evidence.heard.wrong_of(&payment);
    check(unheard.is_none(), unheard.unwrap_or_default());

    let yen = |yen: Option<domain::Yen>| yen.map_or(0, |yen| u64::from(yen.get()));
    let ours = [yen(payment.authorized()), yen(payment.captured()), u64::from(payment.refunded())];
    let theirs = [theirs.authorized, theirs.captured, theirs.refunded];
    check(ours == theirs, format!("we say {ours:?}, the acquirer {theirs:?}, as {name}"));
    let [authorized, captured, refunded] = theirs;
    check(captured <= authorized, format!("{captured} yen were captured of {authorized}"));
    let pending = payment.pending().filter(|record| record.operation.kind == OperationKind::Refund);
    let pending = yen(pending.map(|record| record.operation.amount));
    check(refunded + pending <= captured, format!("{refunded} + {pending} yen go back of {captured}"));

    let references: HashSet<&str> = moves.iter().map(|entry| entry.reference.as_str()).collect();
    check(references.len() == moves.len(), "an operation was done twice under one reference".to_owned());
    for entry in &moves {
        let done = moves.iter().filter(|other| is_like(other, entry)).count();
        let asked = forms.iter().filter(|form| is_of(entry, form)).count();
        check(
            done <= asked,
            format!("{:?} {} was done {done} times, and asked for {asked} times", entry.kind, entry.amount),
        );
    }

    let refunds = moves.iter().filter(|entry| entry.kind == Kind::Refund).count();
    let told = evidence.events(&payment, ".refunded_payer");
    check(told == refunds, format!("the payer was told of {told} refunds of {refunds}"));
    let cancelled = usize::from(matches!(payment.state, State::Cancelled { .. }));
    let told = evidence.events(&payment, ".cancelled_payer");
    check(told == cancelled, format!("the payer was told {told} times of a cancellation, as {name}"));

    let listed = searches(world).row(&key).await.unwrap();
    check(listed == Some(Row::of(&payment)), "the console's read model says another thing than the payment".to_owned());
    broken
}

/// How often the audit log says that somebody asked for money of an order to be moved.
pub(crate) async fn asked_in_the_log(world: &World, order: u32) -> usize {
    let key = key(order);
    let entries = AuditLog::new(table(world)).page(&key.merchant, None, 10_000).await.unwrap();
    let asks = |action: &Action| match action {
        Action::SingleChargeAsked { order, .. } | Action::OperationAsked { order, .. } => *order == key.order,
        _ => false,
    };
    entries.into_iter().filter_map(store::Logged::entry).filter(|entry| asks(&entry.action)).count()
}

fn is_like(one: &Entry, other: &Entry) -> bool {
    (one.kind, one.amount) == (other.kind, other.amount)
}

/// Whether the acquirer's entry is of this operation.
pub(crate) fn is_of(entry: &Entry, operation: &Operation) -> bool {
    let kind = match operation.kind {
        OperationKind::Capture => Kind::Capture,
        OperationKind::Cancel => Kind::Void,
        OperationKind::Adjust => Kind::Adjust,
        OperationKind::Refund => Kind::Refund,
    };
    kind == entry.kind && u64::from(operation.amount.get()) == entry.amount
}
