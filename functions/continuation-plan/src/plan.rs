//! What a month's plan lists. The read model says where to look; what counts is read from the payments and cards themselves.

use std::collections::{HashMap, HashSet};

use domain::{
    CardOwner, Decline, KeptCard, MerchantId, OrderId, Payment, PaymentKey, State,
    payment::Interface,
    recurring::continuation::{Charged, MOST_ROWS, Month, PlanRow, Run, compare, listed, may_be_continued},
    search::{Row, Search, Status},
    tries::{TriedBy, TriedCard, TryHistory},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{ToSpan as _, civil::Date};
use store::{Loaded, StoreError};

use crate::{Deps, PlanError};

/// How many rows of the list are read at once.
const PAGE: usize = 1_000;
/// Payments of one read.
const CHUNK: usize = 100;
/// Reads at once.
const AT_ONCE: usize = 8;
/// So many payments of the months around are looked at: two plans of the most rows, and as many that were not continued.
const MOST_LOOKED_AT: usize = 100_000;
/// How long before a month a payment of it may have been authorized: no card network lets more than a month or so pass before it is captured.
const HELD_DAYS: i64 = 62;

/// The rows of a run's plan. None: there are more than may be.
pub(crate) async fn rows(deps: &Deps, run: &Run) -> Result<Option<Vec<PlanRow>>, PlanError> {
    let before = run.from.before();
    let Some(payments) = paid(deps, &run.merchant, (before, run.from)).await? else { return Ok(None) };
    let of_month =
        |month: Month| -> Vec<Charged> { payments.iter().filter_map(|payment| listed(payment, month)).collect() };
    let (chosen, before) = (of_month(run.from), of_month(before));
    let by_order: HashMap<&OrderId, &Payment> = payments.iter().map(|payment| (&payment.key.order, payment)).collect();
    let compared = compare(&chosen, &before);
    if compared.len() > MOST_ROWS {
        return Ok(None);
    }
    let source = |charged: &Charged| by_order.get(&charged.order).copied();
    let sources: Vec<&Payment> =
        compared.values().filter_map(|row| row.chosen.or(row.before)).filter_map(source).collect();
    let cards = cards(deps, &run.merchant, &sources).await?;
    let histories = histories(deps, cards.values()).await?;
    let standing = standing(deps, run, compared.keys().copied()).await?;
    let mut rows: Vec<(&Payment, PlanRow)> = Vec::with_capacity(compared.len());
    for (root, row) in &compared {
        let order = run.month.order_of(&run.merchant, root).order;
        if standing.unreadable.contains(&order) {
            continue; // nobody can say whether it was charged
        }
        let Some(payment) = row.chosen.or(row.before).and_then(source) else { continue };
        let Some(card) = cards.get(&payment.card_owner()).filter(|card| may_be_continued(card)) else { continue };
        let of_month = standing.payments.get(&order);
        let last = of_month.and_then(last_decline);
        let tries = histories.get(&card.owner);
        rows.extend(PlanRow::of(row, payment, card, (of_month, last, tries), run.on).map(|row| (payment, row)));
    }
    // As the month went by; what is gone stands behind.
    rows.sort_by(|(one, a), (other, b)| {
        let place = |payment: &Payment, row: &PlanRow| (row.is_gone(), payment.opened_at);
        place(one, a).cmp(&place(other, b)).then_with(|| one.key.order.cmp(&other.key.order))
    });
    Ok(Some(rows.into_iter().map(|(_, row)| row).collect()))
}

/// The payments that may belong to one of two months, as they stand, in the order in which they were made. None: there are too many.
async fn paid(deps: &Deps, merchant: &MerchantId, months: (Month, Month)) -> Result<Option<Vec<Payment>>, StoreError> {
    let Some(keys) = named(deps, merchant, months).await? else { return Ok(None) };
    let Loaded { mut payments, .. } = load_each(deps, keys).await?;
    payments.sort_by_key(|payment| payment.opened_at);
    Ok(Some(payments))
}

/// Which they are, as the list says. A run of a month may be charged in the month after it.
async fn named(
    deps: &Deps,
    merchant: &MerchantId,
    (first, last): (Month, Month),
) -> Result<Option<Vec<PaymentKey>>, StoreError> {
    let from: Date = first.first_day().saturating_sub(HELD_DAYS.days());
    let search = Search { from: Some(from), to: Some(last.after().last_day()), ..Search::default() };
    let (mut keys, mut after, mut looked) = (Vec::new(), None, 0_usize);
    loop {
        let page = deps.searches.page(merchant, &search, after.as_ref(), PAGE).await?;
        looked = looked.saturating_add(page.looked);
        if looked > MOST_LOOKED_AT {
            return Ok(None);
        }
        keys.extend(page.rows.into_iter().filter(may_count).map(|row| row.key));
        after = page.next;
        if after.is_none() {
            return Ok(Some(keys));
        }
    }
}

/// Whether a payment may be of a plan, by its row in the list: that is a few seconds behind, so whatever may be captured meanwhile counts.
fn may_count(row: &Row) -> bool {
    let continued = match row.interface {
        Interface::Link | Interface::DataLinkage | Interface::Batch | Interface::Continuation | Interface::Single => {
            true
        }
        // What is bought regularly has a schedule of its own.
        Interface::CardRegistration | Interface::Regular => false,
    };
    let paid = match row.status {
        Status::Running
        | Status::Challenging
        | Status::Checking
        | Status::Authorized
        | Status::Captured
        | Status::NeedsPerson => true,
        Status::Reversing
        | Status::Declined
        | Status::PartlyRefunded
        | Status::Refunded
        | Status::Disputed
        | Status::Cancelled
        | Status::Lapsed
        | Status::Failed
        | Status::Registered
        | Status::Abandoned => false,
    };
    continued && paid
}

/// What stands under the orders of the month that is charged.
struct OfMonth {
    /// By order.
    payments: HashMap<OrderId, Payment>,
    /// Orders whose payments can't be read.
    unreadable: HashSet<OrderId>,
}

async fn standing(deps: &Deps, run: &Run, roots: impl Iterator<Item = &OrderId>) -> Result<OfMonth, StoreError> {
    let keys = roots.map(|root| run.month.order_of(&run.merchant, root)).collect();
    let Loaded { payments, unreadable } = load_each(deps, keys).await?;
    Ok(OfMonth {
        payments: payments.into_iter().map(|payment| (payment.key.order.clone(), payment)).collect(),
        unreadable: unreadable.into_iter().map(|(key, _)| key.order).collect(),
    })
}

/// Payments; one that can't be read holds up no other, and calls a person.
async fn load_each(deps: &Deps, keys: Vec<PaymentKey>) -> Result<Loaded, StoreError> {
    let chunks: Vec<Vec<PaymentKey>> = keys.chunks(CHUNK).map(<[PaymentKey]>::to_vec).collect();
    let loaded = stream::iter(chunks).map(|chunk| async move { deps.payments.load_each(&chunk).await });
    let loaded: Vec<Loaded> = loaded.buffered(AT_ONCE).try_collect().await?;
    let mut all = Loaded::default();
    for Loaded { payments, unreadable } in loaded {
        all.payments.extend(payments);
        all.unreadable.extend(unreadable);
    }
    for (key, error) in &all.unreadable {
        tracing::error!(alarm = true, payment.id = %key, error = %domain::Causes::of(error), "a payment can't be read, and is not continued");
    }
    Ok(all)
}

/// The cards that payments were paid with, as they are now, by their owners.
async fn cards(
    deps: &Deps,
    merchant: &MerchantId,
    payments: &[&Payment],
) -> Result<HashMap<CardOwner, KeptCard>, StoreError> {
    let owners: HashSet<CardOwner> = payments.iter().map(|payment| payment.card_owner()).collect();
    let loaded = stream::iter(owners).map(|owner| async move {
        match deps.cards.load(merchant, &owner).await {
            Err(error @ StoreError::Unreadable { .. }) => {
                tracing::error!(alarm = true, merchant.id = %merchant, error = %domain::Causes::of(&error), "a kept card can't be read, and is not charged");
                Ok(None)
            }
            loaded => loaded,
        }
    });
    let loaded: Vec<Option<KeptCard>> = loaded.buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(loaded.into_iter().flatten().map(|card| (card.owner.clone(), card)).collect())
}

/// How often merchant's tries of these cards were declined, by the cards' owners.
async fn histories<'a>(
    deps: &Deps,
    cards: impl Iterator<Item = &'a KeptCard>,
) -> Result<HashMap<CardOwner, TryHistory>, StoreError> {
    let tried: Vec<(CardOwner, TriedCard)> =
        cards.filter_map(|card| Some((card.owner.clone(), card.tried(TriedBy::Merchant)?))).collect();
    let loaded = stream::iter(tried).map(|(owner, card)| async move {
        let stored = deps.tries.load(&card).await?;
        Ok::<_, StoreError>((owner, stored.history))
    });
    loaded.buffer_unordered(AT_ONCE).try_collect().await
}

/// The decline that a payment came to its end with.
const fn last_decline(payment: &Payment) -> Option<&Decline> {
    match &payment.state {
        State::Failed { decline, .. } => decline.as_ref(),
        State::Declined { decline, .. } => Some(decline),
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Abandoned { .. }
        | State::NeedsPerson(_) => None,
    }
}
