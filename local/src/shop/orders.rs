//! The shop's order book: what each order costs, so that what comes back can be compared.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::world::World;

/// Opens an order of this amount; answers its number: 15 digits, which every dialect takes.
pub(super) fn open(world: &World, merchant: &str, amount: u32) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed).checked_rem(100).unwrap_or_default();
    let number = format!("{:013}{count:02}", world.now().as_millisecond());
    if let Err(error) = world.cloud().set_note(&note(merchant, &number), &amount.to_string()) {
        tracing::warn!(%error, "the shop could not keep an order");
    }
    number
}

/// What the order costs, if it is one of the shop's.
pub(super) fn amount(world: &World, merchant: &str, number: &str) -> Option<u32> {
    world.cloud().note(&note(merchant, number)).ok().flatten().and_then(|amount| amount.parse().ok())
}

fn note(merchant: &str, number: &str) -> String {
    format!("shop-order/{merchant}/{number}")
}
