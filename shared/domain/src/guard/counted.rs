//! What one outcome adds to the items, so that each stays within one write unit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::{
    Level, Tally, Visit,
    count::WHOLE,
    name::{Key, Kind, Name, Span},
};

/// How many names of outlived buckets one write clears away.
const SWEEP: usize = 40;
/// Of how many issuer numbers one write carries approvals.
const CARRIED: usize = 10;

/// Approvals of this hour, day and month, as an environment keeps them in mind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    hour: (i64, u32),
    day: (i64, u32),
    month: (i64, u32),
}

impl Recent {
    /// One more, now. What is of an earlier hour, day or month is forgotten.
    pub fn add(&mut self, now: Timestamp) {
        let live = self.live(now);
        let one_more = |(bucket, count): (i64, u32)| (bucket, count.saturating_add(1));
        *self = Self { hour: one_more(live.hour), day: one_more(live.day), month: one_more(live.month) };
    }

    /// The approvals of a window, in halves.
    pub(super) fn halves(self, span: Span, now: Timestamp) -> u32 {
        let live = self.live(now);
        let (_, count) = match span {
            Span::Hour => live.hour,
            Span::Day => live.day,
            Span::Month => live.month,
        };
        count.saturating_mul(WHOLE)
    }

    fn live(self, now: Timestamp) -> Self {
        let of = |span: Span, (bucket, count)| {
            let present = span.index(now);
            (present, if bucket == present { count } else { 0 })
        };
        Self { hour: of(Span::Hour, self.hour), day: of(Span::Day, self.day), month: of(Span::Month, self.month) }
    }
}

/// Approvals that were kept in mind until there was something to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals {
    /// At this address.
    pub address: Recent,
    /// Of issuer numbers that the visit's item counts.
    pub bins: Vec<(Key, Recent)>,
    /// At this merchant.
    pub merchant: Recent,
}

impl Approvals {
    /// Takes as many issuer numbers as one write carries, the visit's own first.
    pub fn take_bins(&mut self, kept: &mut HashMap<Key, Recent>, own: Option<Key>) {
        let own = own.filter(|own| kept.contains_key(own));
        let others = kept.keys().copied().filter(|key| Some(*key) != own);
        let taken: Vec<Key> = own.into_iter().chain(others).take(CARRIED).collect();
        self.bins.extend(taken.into_iter().filter_map(|key| kept.remove_entry(&key)));
    }
}

/// The items of a visit as they were read, and how its merchant stood.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    /// The address's.
    pub address: &'a Tally,
    /// The merchant's own that counts the visit.
    pub home: &'a Tally,
    /// How the merchant stood.
    pub level: Level,
}

/// What is added to one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// Names and what is added to them.
    pub add: BTreeMap<Name, u32>,
    /// Names that make room: of buckets that are over, and those that say least.
    pub remove: BTreeSet<Name>,
}

impl Additions {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty()
    }

    fn put(&mut self, (span, kind): (Span, Kind), key: Option<Key>, number: u32, now: Timestamp) {
        let [bucket, _] = span.buckets(now);
        if number > 0 {
            let sum = self.add.entry(Name::new(span, bucket, kind, key)).or_default();
            *sum = sum.saturating_add(number);
        }
    }

    fn approvals(&mut self, recent: Recent, now: Timestamp) {
        for span in Span::OF_DECLINES {
            self.put((span, Kind::Approvals), None, recent.halves(span, now), now);
        }
    }

    fn sweep(&mut self, item: &Tally, now: Timestamp) {
        self.remove.extend(item.outlived(now).take(SWEEP));
    }

    /// Counts under a name of `whose`. Where the kind has no room left, what says least goes: of the fewest declines, first of an issuer number that is known here.
    fn put_named(&mut self, which: (Span, Kind), whose: Key, number: u32, item: &Tally, now: Timestamp) {
        let (span, kind) = which;
        let [bucket, _] = span.buckets(now);
        let alike = item.alike(span, kind, now);
        let is_there = alike.iter().any(|(name, _)| name.bucket() == bucket && name.key() == Some(whose));
        if number > 0 && !is_there && alike.len() >= room(span, kind) {
            let known = |name: &Name| name.key().is_some_and(|key| item.bin(key, now).is_known());
            let kept = |name: &Name| name.key() == Some(Key::OTHERS) || self.remove.contains(name);
            let least = alike
                .iter()
                .filter(|(name, _)| !kept(name))
                .min_by_key(|(name, number)| (!known(name), *number, name.bucket() == bucket));
            if let Some((least, number)) = least.copied() {
                self.remove.insert(least);
                // Many cards of many issuer numbers are an attack too: their sum stays.
                if kind == Kind::BinDeclines && !known(&least) {
                    let others = self.add.entry(least.of_others()).or_default();
                    *others = others.saturating_add(number);
                }
            }
        }
        self.put(which, Some(whose), number, now);
    }
}

/// How many names of one kind an item takes, of both buckets together: below 1 KB in all, one write unit.
const fn room(span: Span, kind: Kind) -> usize {
    match (span, kind) {
        (Span::Month, _) => 20,
        (Span::Hour | Span::Day, Kind::BinDeclines) => 10,
        (Span::Hour | Span::Day, _) => 6,
    }
}

/// What one outcome adds: to the address's item, and to the merchant's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// To the address's item.
    pub address: Additions,
    /// To the merchant's item of this visit.
    pub merchant: Additions,
}

impl Counted {
    /// A decline of this [`weight`](super::weight), with the approvals kept in mind.
    pub fn decline(visit: &Visit, weight: u32, kept: &Approvals, items: Items<'_>, now: Timestamp) -> Self {
        if weight == 0 {
            return Self::default();
        }
        let mut counted = Self::approvals(visit, kept, items, now);
        let (home, item) = (&mut counted.merchant, items.home);
        for span in Span::OF_DECLINES {
            if visit.address.is_some() {
                counted.address.put((span, Kind::Declines), None, weight, now);
            }
            home.put((span, Kind::Declines), None, weight, now);
            // A card that failed here before says nothing new about its issuer number.
            let again = visit.card.is_some_and(|card| item.has(Span::Day, Kind::Card, card, now));
            if let Some(bin) = visit.bin.filter(|_| !again) {
                home.put_named((span, Kind::BinDeclines), bin, weight, item, now);
            }
            if let Some(buyer) = visit.buyer {
                home.put_named((span, Kind::Buyer), buyer, weight, item, now);
            }
        }
        if let Some(card) = visit.card {
            home.put_named((Span::Day, Kind::Card), card, WHOLE, item, now);
        }
        if items.level > Level::Calm && visit.bin.is_some_and(|bin| !item.bin(bin, now).is_known()) {
            home.put((Span::Day, Kind::Probes), None, weight, now);
        }
        counted
    }

    /// The approvals kept in mind, alone.
    pub fn approvals(visit: &Visit, kept: &Approvals, items: Items<'_>, now: Timestamp) -> Self {
        let mut counted = Self::default();
        if visit.address.is_some() {
            counted.address.sweep(items.address, now);
            counted.address.approvals(kept.address, now);
        }
        let (home, item) = (&mut counted.merchant, items.home);
        home.sweep(item, now);
        home.approvals(kept.merchant, now);
        for (bin, recent) in &kept.bins {
            for span in Span::ALL {
                home.put_carried(span, *bin, recent.halves(span, now), item, now);
            }
        }
        counted
    }
}

impl Additions {
    /// Approvals of an issuer number, where there is room for one more name.
    fn put_carried(&mut self, span: Span, bin: Key, number: u32, item: &Tally, now: Timestamp) {
        let which = (span, Kind::BinApprovals);
        let [bucket, _] = span.buckets(now);
        let there = item.alike(span, Kind::BinApprovals, now);
        let new = self.add.keys().filter(|name| name.is_of(span, Kind::BinApprovals));
        let is_there = there.iter().any(|(name, _)| name.bucket() == bucket && name.key() == Some(bin));
        if is_there || there.len().saturating_add(new.count()) < room(span, Kind::BinApprovals) {
            self.put(which, Some(bin), number, now);
        }
    }
}
