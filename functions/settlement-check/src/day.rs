//! One day: the acquirer's lines order by order against our payments, then our payments against the acquirer's lines.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Payment, PaymentKey,
    attention::{Difference, Matter, MatterKind},
};
use futures_util::{StreamExt as _, stream};
use jiff::civil::Date;
use outbound::acquirer::{Entry, Kind, Outcome};
use store::{Loaded, StoreError};

use crate::{
    CheckError, Deps, LIST_LIMIT, Tally,
    compare::{Compared, compare_order},
    ours,
};

/// How many payments are read at once.
const TOGETHER: usize = 100;
/// About how many orders the acquirer is asked at once.
const ASKED_TOGETHER: usize = 8;

/// Compares a day in both directions.
pub(crate) async fn compare(deps: &Deps, day: Date, tally: &mut Tally) -> Result<(), CheckError> {
    let list = deps.acquirer.list(day, LIST_LIMIT).await.map_err(CheckError::NoList)?;
    let orders = by_order(list);
    tally.theirs = tally.theirs.saturating_add(u32::try_from(orders.len()).unwrap_or(u32::MAX));
    let groups: Vec<(&String, &Vec<Entry>)> = orders.iter().collect();
    for chunk in groups.chunks(TOGETHER) {
        let keys: Vec<PaymentKey> = chunk.iter().filter_map(|(family, entries)| named(family, entries)).collect();
        let loaded = load(deps, &keys, tally).await?;
        let unreadable: BTreeSet<String> = loaded.unreadable.iter().map(|(key, _)| family(key)).collect();
        let payments: BTreeMap<String, Payment> =
            loaded.payments.into_iter().map(|payment| (family(&payment.key), payment)).collect();
        let mut compared = Vec::with_capacity(payments.len());
        for (family, entries) in chunk {
            match payments.get(*family) {
                Some(payment) => {
                    if let Some(dispute) = entries.iter().find(|entry| entry.kind == Kind::Dispute) {
                        mark(deps, payment.clone(), dispute, tally).await?;
                    }
                    let entries: &[Entry] = entries;
                    compared.push(async move { (compare_order(deps, payment.clone(), entries).await, entries) });
                }
                None if unreadable.contains(*family) => {}
                None => nobodys(deps, entries, tally).await?,
            }
        }
        let mut compared = stream::iter(compared).buffered(ASKED_TOGETHER);
        while let Some((order, entries)) = compared.next().await {
            say(deps, order?, entries, tally).await?;
        }
    }
    ours::compare(deps, day, |payment| orders.contains_key(&family(&payment.key)), tally).await
}

/// Reads payments. Each that can't be read is an alarm, counts as not compared, and holds up no other.
pub(crate) async fn load(deps: &Deps, keys: &[PaymentKey], tally: &mut Tally) -> Result<Loaded, StoreError> {
    let loaded = deps.payments.load_each(keys).await?;
    for (_, error) in &loaded.unreadable {
        tally.unreadable = tally.unreadable.saturating_add(1);
        tracing::error!(%error, "a payment can't be read; it is not compared");
    }
    Ok(loaded)
}

/// What moved money on the day, by the part of the reference that an order's operations share.
fn by_order(list: Vec<Entry>) -> BTreeMap<String, Vec<Entry>> {
    let mut orders: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in list.into_iter().filter(moves_money) {
        orders.entry(family_of(entry.reference.as_str())).or_default().push(entry);
    }
    orders
}

fn moves_money(entry: &Entry) -> bool {
    let done = entry.outcome == Outcome::Approved && entry.amount > 0;
    done && match entry.kind {
        Kind::Authorize | Kind::Capture | Kind::Void | Kind::Refund | Kind::Adjust | Kind::Reverse | Kind::Dispute => {
            true
        }
        Kind::Challenge | Kind::Withdraw | Kind::Inquire => false,
    }
}

fn family(key: &PaymentKey) -> String {
    family_of(key.reference(1).as_str())
}

fn family_of(reference: &str) -> String {
    reference.split_once('-').map_or(reference, |(family, _)| family).to_owned()
}

/// The payment that the acquirer's lines name, if their references are its own.
fn named(family: &str, entries: &[Entry]) -> Option<PaymentKey> {
    let key = entries.iter().find_map(|entry| entry.order.clone())?;
    (self::family(&key) == family).then_some(key)
}

/// Does what follows from the comparison of an order.
async fn say(deps: &Deps, order: Compared, entries: &[Entry], tally: &mut Tally) -> Result<(), CheckError> {
    match order {
        Compared::Same => {}
        Compared::Unanswered => tally.unanswered = tally.unanswered.saturating_add(1),
        Compared::Differs(payment, difference) => {
            let since = entries.first().map_or(payment.opened_at, |entry| entry.at);
            let n = payment.state.approved_n().unwrap_or(payment.last_n);
            let kind = MatterKind::Difference(difference);
            raise(deps, Matter::of_payment(&payment, kind, n, since), tally).await?;
        }
    }
    Ok(())
}

/// The acquirer moved money for no payment of ours.
async fn nobodys(deps: &Deps, entries: &[Entry], tally: &mut Tally) -> Result<(), CheckError> {
    let Some(first) = entries.first() else { return Ok(()) };
    let matter = Matter {
        merchant: None,
        since: first.at,
        kind: MatterKind::Difference(Difference::NotOurs { amount: first.amount }),
        order: None,
        reference: Some(first.reference.clone()),
        batch: None,
        endpoint: None,
        settled: None,
    };
    Ok(raise(deps, matter, tally).await?)
}

/// A difference is a row, once, and an alarm each time that it is found.
pub(crate) async fn raise(deps: &Deps, matter: Matter, tally: &mut Tally) -> Result<(), StoreError> {
    deps.attention.raise(&matter).await?;
    tally.differences = tally.differences.saturating_add(1);
    tracing::error!(difference = matter.kind.name(), matter.id = %matter.id(), "the acquirer's books and ours differ");
    Ok(())
}

/// Marks what the cardholder disputes. Whoever moves the payment at the same time keeps what it did.
async fn mark(deps: &Deps, payment: Payment, dispute: &Entry, tally: &mut Tally) -> Result<(), CheckError> {
    let amount = dispute.amount;
    let n = payment.state.approved_n().unwrap_or(payment.last_n);
    let row = Matter::of_payment(&payment, MatterKind::Disputed { amount }, n, dispute.at);
    let mut stands = payment;
    while let Ok(disputed) = stands.dispute(dispute.at) {
        deps.attention.raise(&row).await?;
        match deps.payments.advance(&disputed, None).await? {
            store::Written::Done => {
                tally.disputes = tally.disputes.saturating_add(1);
                return Ok(());
            }
            store::Written::Refused(Some(other)) => stands = *other,
            store::Written::Refused(None) => return Ok(()),
        }
    }
    Ok(())
}
