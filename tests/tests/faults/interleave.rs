//! Several tabs, several shoppers and reconcile at one order at once, with faults strewn in: by seed, so that a failure can be seen again.

use bytes::Bytes;
use futures_util::future::join_all;
use http::Request;
use local::cloud::{Fault, When};
use local::world::World;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::enumerate::{FAULTS, block, on_threads};
use super::invariants::{Evidence, Expected, broken};
use super::shopper::{APPROVED, CHALLENGED, DECLINED, Page, Shopper, Turn};
use super::stories::{carried, come_again, quiet, world};

const SEEDS: u64 = 200;
/// More outside calls than the tabs make; a fault beyond the last meets none.
const CALLS: u64 = 60;

#[test]
fn no_interleaving_of_tabs_and_reconcile_breaks_a_rule() {
    let started = Instant::now();
    let seeds: Vec<u64> = (0..SEEDS).collect();
    let failures: Vec<String> = on_threads(&seeds, |seed| block(case(*seed))).into_iter().flatten().collect();
    crate::say(&format!("interleavings tried: {SEEDS} in {:?}", started.elapsed()));
    assert!(failures.is_empty(), "{} of {SEEDS} failed:\n{}", failures.len(), failures.join("\n"));
}

async fn case(seed: u64) -> Option<String> {
    let world = world().await;
    let chance = Arc::new(Chance::new(seed));
    slow_acquirer(&world, &chance);
    let mut tabs: Vec<_> = (0..2 + chance.below(3)).map(|_| Shopper::new(&world, "2001", amount(&chance))).collect();
    world.faults().restart();
    let planned: Vec<(u64, Fault)> =
        (0..chance.below(4)).map(|_| (chance.below(CALLS), *chance.one_of(&FAULTS))).collect();
    planned.iter().for_each(|(index, fault)| world.faults().plan(When::Index(*index), *fault));
    tokio::join!(join_all(tabs.iter_mut().map(|tab| live(tab, &chance))), rounds(&world, &chance));
    world.faults().stop();
    quiet(&world, &mut tabs).await;
    come_again(&world, &mut tabs, Expected::Settled).await;
    let evidence = Evidence::of(&world).await;
    let mut complaints = Vec::new();
    for tab in &mut tabs {
        complaints.append(&mut broken(tab, Expected::Settled, &evidence).await);
    }
    (!complaints.is_empty())
        .then(|| format!("seed {seed}, {} tabs, faults {planned:?}: {}", tabs.len(), complaints.join("; ")))
}

/// Mostly the same, as it comes from one shop.
fn amount(chance: &Chance) -> u32 {
    *chance.one_of(&[2000, 2000, 2000, 2000, 2000, 1901, 2100])
}

/// What one tab does: any step may come at any time, and any form may be sent again.
async fn live(tab: &mut Shopper<'_>, chance: &Chance) {
    let mut form: Option<String> = None;
    for _ in 0..2 + chance.below(4) {
        chance.pause().await;
        let page = match (chance.below(8), &form) {
            (0 | 1, _) | (_, None) => tab.open().await,
            (2..=4, Some(token)) => tab.submit_once(token, APPROVED).await,
            (5, Some(token)) => {
                let card = *chance.one_of(&[DECLINED, CHALLENGED]);
                tab.submit_once(token, card).await
            }
            (6, Some(token)) => tab.give_up(token).await,
            (_, Some(_)) => tab.reload().await.unwrap_or(Page::Waiting),
        };
        tab.turn = *chance.one_of(&[Turn::Pass, Turn::Pass, Turn::Fail, Turn::CancelHere, Turn::Leave]);
        if let Page::Form(token) = tab.if_asked(page).await {
            form = Some(token);
        }
        tab.look().await;
    }
}

/// Reconcile and the queues in between; now and then the clock runs over a lease.
async fn rounds(world: &World, chance: &Chance) {
    for _ in 0..2 + chance.below(3) {
        chance.pause().await;
        match chance.below(4) {
            0 => world.settle().await.unwrap(),
            1 => world.run_schedules().await.unwrap(),
            _ => drop(world.advance(Duration::from_secs(1 + chance.below(70))).await.unwrap()),
        }
    }
}

/// Everyone else has a turn before an acquirer's call takes effect, and again before its answer arrives.
pub(crate) fn slow_acquirer(world: &World, chance: &Arc<Chance>) {
    let (inner, chance) = (world.clone(), Arc::clone(chance));
    let handler = move |request: Request<Bytes>| {
        let (world, chance) = (inner.clone(), Arc::clone(&chance));
        async move {
            chance.pause().await;
            let response = world.http(request).await;
            chance.pause().await;
            carried(response)
        }
    };
    world.cloud().register_host("localhost", Arc::new(handler));
}

/// Numbers by seed (SplitMix64, Steele et al. 2014).
pub(crate) struct Chance(AtomicU64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)))
    }

    pub(crate) fn below(&self, end: u64) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    pub(crate) fn one_of<'t, T>(&self, all: &'t [T]) -> &'t T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    /// Lets the others go on for a while.
    pub(crate) async fn pause(&self) {
        for _ in 0..self.below(12) {
            tokio::task::yield_now().await;
        }
    }
}
