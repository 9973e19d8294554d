//! The numbers of an item, in buckets of an hour, a day and a month, added to and never set.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::{
    Additions, Count, Seen,
    name::{Key, Kind, Name, Span},
};

/// The numbers of one item, or of several added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Name, u32>);

/// What is counted of one issuer number: a bucket and the one before of each window.
#[derive(Clone, Copy, Default)]
struct OfBin {
    hour: [Count; 2],
    day: [Count; 2],
    known: u32,
}

impl Tally {
    /// Nothing is counted yet.
    pub const EMPTY: Self = Self(BTreeMap::new());

    /// The numbers of an item. Names that this version does not know are passed over.
    pub fn new<'a>(numbers: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        Self(numbers.into_iter().filter_map(|(name, number)| Some((name.parse().ok()?, number))).collect())
    }

    /// Adds another item's numbers.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(name, number)| self.add(*name, *number));
    }

    /// Does here what the table does.
    pub fn apply(&mut self, additions: &Additions) {
        self.0.retain(|name, _| !additions.remove.contains(name));
        additions.add.iter().for_each(|(name, number)| self.add(*name, *number));
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everyone together.
    pub fn total(&self, now: Timestamp) -> Seen {
        let count = |span| self.count(span, [Kind::Declines, Kind::Approvals], None, now);
        Seen { hour: count(Span::Hour), day: count(Span::Day), known: 0 }
    }

    /// One issuer number.
    pub(super) fn bin(&self, bin: Key, now: Timestamp) -> Seen {
        let count = |span| self.count(span, [Kind::BinDeclines, Kind::BinApprovals], Some(bin), now);
        let known = Span::Month.buckets(now).map(|bucket| self.at(Span::Month, bucket, Kind::BinApprovals, Some(bin)));
        Seen { hour: count(Span::Hour), day: count(Span::Day), known: known.into_iter().fold(0, u32::saturating_add) }
    }

    /// One buyer.
    pub(super) fn buyer(&self, buyer: Key, now: Timestamp) -> Seen {
        let count = |span| Count { approvals: 0, ..self.count(span, [Kind::Buyer; 2], Some(buyer), now) };
        Seen { hour: count(Span::Hour), day: count(Span::Day), known: 0 }
    }

    /// One card's day.
    pub(super) fn card(&self, card: Key, now: Timestamp) -> Seen {
        let day = Count { approvals: 0, ..self.count(Span::Day, [Kind::Card; 2], Some(card), now) };
        Seen { day, ..Seen::default() }
    }

    /// What was let through to see whether an attack goes on, today and the day before.
    pub(super) fn probes(&self, now: Timestamp) -> Count {
        let declines = Span::Day.buckets(now).map(|bucket| self.at(Span::Day, bucket, Kind::Probes, None));
        Count { declines: declines.into_iter().fold(0, u32::saturating_add), approvals: 0 }
    }

    /// Every issuer number that something is counted of.
    pub(super) fn bins(&self, now: Timestamp) -> Vec<Seen> {
        let (hours, days) = (Span::Hour.buckets(now), Span::Day.buckets(now));
        let months = Span::Month.buckets(now);
        let of_bins = [
            (Span::Hour, Kind::BinDeclines),
            (Span::Hour, Kind::BinApprovals),
            (Span::Day, Kind::BinDeclines),
            (Span::Day, Kind::BinApprovals),
            (Span::Month, Kind::BinApprovals),
        ];
        let mut found: HashMap<Key, OfBin> = HashMap::new();
        for (name, number) in &self.0 {
            let Some((span, kind)) = of_bins.into_iter().find(|(span, kind)| name.is_of(*span, *kind)) else {
                continue;
            };
            let Some(key) = name.key() else { continue };
            let place = |buckets: [u16; 2]| buckets.into_iter().position(|bucket| bucket == name.bucket());
            let of_bin = found.entry(key).or_default();
            let count = match span {
                Span::Hour => place(hours).and_then(|place| of_bin.hour.get_mut(place)),
                Span::Day => place(days).and_then(|place| of_bin.day.get_mut(place)),
                Span::Month => {
                    let live = u32::from(months.contains(&name.bucket()));
                    of_bin.known = of_bin.known.saturating_add(number.saturating_mul(live));
                    None
                }
            };
            match (count, kind == Kind::BinDeclines) {
                (Some(count), true) => count.declines = *number,
                (Some(count), false) => count.approvals = *number,
                (None, _) => {}
            }
        }
        let seen = |of_bin: &OfBin| Seen {
            hour: Span::Hour.slide(of_bin.hour, now),
            day: Span::Day.slide(of_bin.day, now),
            known: of_bin.known,
        };
        found.values().map(seen).collect()
    }

    /// Whether something is counted under the name, now or in the bucket before.
    pub(super) fn has(&self, span: Span, kind: Kind, key: Key, now: Timestamp) -> bool {
        let name = |bucket| Name::new(span, bucket, kind, Some(key));
        span.buckets(now).into_iter().any(|bucket| self.0.contains_key(&name(bucket)))
    }

    /// The names of a kind with their numbers, in both buckets of a window.
    pub(super) fn alike(&self, span: Span, kind: Kind, now: Timestamp) -> Vec<(Name, u32)> {
        let buckets = span.buckets(now);
        let alike = |name: &Name| name.is_of(span, kind) && buckets.contains(&name.bucket());
        self.0.iter().filter(|(name, _)| alike(name)).map(|(name, number)| (*name, *number)).collect()
    }

    /// Names whose buckets are over.
    pub(super) fn outlived(&self, now: Timestamp) -> impl Iterator<Item = Name> {
        let live = Span::ALL.map(|span| (span, span.buckets(now)));
        let over = move |name: &Name| {
            let span = name.span();
            live.iter().any(|(live, buckets)| Some(*live) == span && !buckets.contains(&name.bucket()))
        };
        self.0.keys().copied().filter(over)
    }

    #[cfg(test)]
    pub(super) fn bytes_of_names(&self) -> usize {
        self.0.keys().map(|name| name.to_string().len()).sum()
    }

    fn add(&mut self, name: Name, number: u32) {
        let sum = self.0.entry(name).or_default();
        *sum = sum.saturating_add(number);
    }

    fn at(&self, span: Span, bucket: u16, kind: Kind, key: Option<Key>) -> u32 {
        self.0.get(&Name::new(span, bucket, kind, key)).copied().unwrap_or_default()
    }

    fn count(&self, span: Span, [declines, approvals]: [Kind; 2], key: Option<Key>, now: Timestamp) -> Count {
        let count = |bucket| Count {
            declines: self.at(span, bucket, declines, key),
            approvals: self.at(span, bucket, approvals, key),
        };
        span.slide(span.buckets(now).map(count), now)
    }
}
