//! The audit log as a chain: every entry holds the digest of the one before, and once a day the digest of the last is signed.
//!
//! Whoever can write the table but not sign can change, remove or move no entry that a signed head covers without [`Log::verify`] saying so; a new end
//! put in place of the true one is found by the next head, and heads that stop are found by their age.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

use crate::MerchantId;

/// How old the newest signed head of a log with entries may be: a daily run, and another day for one that failed.
pub const HEAD_AGE: SignedDuration = SignedDuration::from_hours(49);

/// For how long entries are promised to be there (spec: 12 months): the least that a merchant can set.
const PROMISED: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Until when entries may be gone because their time was over, looked at now.
pub fn kept_since(now: Timestamp) -> Timestamp {
    now.saturating_sub(PROMISED).unwrap_or(Timestamp::MIN)
}

/// Digest of an entry and, through it, of all before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChainDigest([u8; 32]);

impl ChainDigest {
    /// What the first entry of a merchant's log follows: nothing, for this merchant.
    pub fn genesis(merchant: &MerchantId) -> Self {
        Self(framed([b"kessai audit log".as_slice(), merchant.as_str().as_bytes()]))
    }

    /// The digest of the entry that follows this one.
    fn followed_by(self, merchant: &MerchantId, number: u64, at: Timestamp, text: &str) -> Self {
        let (number, at) = (number.to_be_bytes(), at.as_millisecond().to_be_bytes());
        Self(framed([self.0.as_slice(), merchant.as_str().as_bytes(), &number, &at, text.as_bytes()]))
    }
}

impl TryFrom<String> for ChainDigest {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("a digest is 64 hex digits")
    }
}

impl From<ChainDigest> for String {
    fn from(digest: ChainDigest) -> Self {
        HEXLOWER.encode(&digest.0)
    }
}

impl std::fmt::Display for ChainDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl std::fmt::Debug for ChainDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// An entry as it is stored: its text byte for byte, and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chained {
    /// 1 for the first of a merchant.
    pub number: u64,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// The entry itself.
    pub text: String,
    /// Of this entry and all before.
    pub digest: ChainDigest,
}

impl Chained {
    /// The entry that follows `last`, or the first.
    pub fn after(last: Option<&Self>, merchant: &MerchantId, at: Timestamp, text: String) -> Self {
        let (number, before) = match last {
            Some(last) => (last.number.saturating_add(1), last.digest),
            None => (1, ChainDigest::genesis(merchant)),
        };
        Self { number, at, digest: before.followed_by(merchant, number, at, &text), text }
    }
}

/// The key that signs heads. Wiped by whoever made it; here it is only used.
pub struct HeadKey<'a>(pub &'a [u8; 32]);

impl std::fmt::Debug for HeadKey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeadKey(…)")
    }
}

/// The end of a merchant's log at a time, signed. Heads are a chain of their own: each holds the signature of the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// 1 for the first head of a merchant.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The last entry's number; 0 for a log without entries.
    pub last: u64,
    /// Its digest.
    pub digest: ChainDigest,
    /// HMAC-SHA-256 over all of this, the merchant and the signature before; hex.
    pub signature: String,
}

impl SignedHead {
    /// Signs the end of a log.
    pub fn sign(
        key: &HeadKey<'_>,
        merchant: &MerchantId,
        before: Option<&Self>,
        end: Option<&Chained>,
        at: Timestamp,
    ) -> Self {
        let (last, digest) = end.map_or_else(|| (0, ChainDigest::genesis(merchant)), |end| (end.number, end.digest));
        let number = before.map_or(0, |before| before.number).saturating_add(1);
        let mut head = Self { number, at, last, digest, signature: String::new() };
        head.signature = head.expected(key, merchant, before.map(|before| before.signature.as_str()));
        head
    }

    fn expected(&self, key: &HeadKey<'_>, merchant: &MerchantId, before: Option<&str>) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.0) else { return String::new() }; // HMAC takes a key of any length
        mac.update(&framed([
            b"kessai audit head".as_slice(),
            merchant.as_str().as_bytes(),
            &self.number.to_be_bytes(),
            &self.at.as_millisecond().to_be_bytes(),
            &self.last.to_be_bytes(),
            &self.digest.0,
            before.unwrap_or_default().as_bytes(),
        ]));
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    fn is_signed(&self, key: &HeadKey<'_>, merchant: &MerchantId, before: Option<&str>) -> bool {
        let expected = self.expected(key, merchant, before);
        !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes()))
    }
}

/// Why a log is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is not there.
    #[error("entry {0} is missing")]
    Missing(u64),
    /// An entry is not as it was written.
    #[error("entry {0} was changed")]
    Changed(u64),
    /// An entry stands where another belongs.
    #[error("entry {0} stands in another place")]
    Moved(u64),
    /// A head is not there.
    #[error("head {0} is missing")]
    HeadMissing(u64),
    /// A head is not signed by us for this log and this place.
    #[error("head {0} is not signed")]
    HeadForged(u64),
    /// The log does not lead to what was signed.
    #[error("the log is not the one that head {0} signed")]
    HeadDiffers(u64),
    /// Nothing was signed for more than a day.
    #[error("nothing was signed since {0}")]
    HeadOld(Timestamp),
}

/// A log that is what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// How many entries were checked.
    pub entries: u64,
    /// The last entry that a signed head covers.
    pub signed: u64,
    /// When that was signed.
    pub signed_at: Option<Timestamp>,
}

/// A log to be looked at: entries and heads in the order of their keys, as the table gives them.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a> {
    /// Whose.
    pub merchant: &'a MerchantId,
    /// The entries that are still kept.
    pub entries: &'a [Chained],
    /// All heads since the first.
    pub heads: &'a [SignedHead],
    /// Entries from before then may be gone because their time was over: as far as a head of before then covers them.
    pub kept_since: Timestamp,
}

impl Log<'_> {
    /// Finds any change, removal and move.
    ///
    /// # Errors
    /// [`Broken`]: the first thing that is wrong.
    pub fn verify(&self, key: &HeadKey<'_>, now: Timestamp) -> Result<Whole, Broken> {
        self.check_heads(key)?;
        let floor = self.heads.iter().rfind(|head| head.at < self.kept_since);
        let floor = floor.map_or_else(|| (0, ChainDigest::genesis(self.merchant)), |head| (head.last, head.digest));
        let end = self.check_entries(floor)?;
        if self.heads.iter().any(|head| head.last > end) {
            return Err(Broken::Missing(end.saturating_add(1)));
        }
        let newest = self.heads.last();
        // A log is signed from its first day on.
        let oldest = newest.map(|head| head.at).or_else(|| self.entries.first().map(|entry| entry.at));
        if let Some(at) = oldest.filter(|at| now.duration_since(*at) > HEAD_AGE) {
            return Err(Broken::HeadOld(at));
        }
        let signed = newest.map_or(0, |head| head.last);
        Ok(Whole { entries: end.saturating_sub(floor.0), signed, signed_at: newest.map(|head| head.at) })
    }

    fn check_heads(&self, key: &HeadKey<'_>) -> Result<(), Broken> {
        let mut before: Option<&SignedHead> = None;
        for head in self.heads {
            let number = before.map_or(0, |before| before.number).saturating_add(1);
            if head.number != number {
                return Err(Broken::HeadMissing(number));
            }
            if !head.is_signed(key, self.merchant, before.map(|before| before.signature.as_str())) {
                return Err(Broken::HeadForged(number));
            }
            before = Some(head);
        }
        Ok(())
    }

    /// Follows the chain from `floor` on; answers the number of the last entry.
    fn check_entries(&self, floor: (u64, ChainDigest)) -> Result<u64, Broken> {
        let (mut last, mut digest) = floor;
        self.check_signed(last, digest)?;
        for entry in self.entries.iter().filter(|entry| entry.number > floor.0) {
            let number = last.saturating_add(1);
            if entry.number != number {
                let elsewhere = self.entries.iter().any(|entry| entry.number == number);
                return Err(if elsewhere { Broken::Moved(number) } else { Broken::Missing(number) });
            }
            digest = digest.followed_by(self.merchant, number, entry.at, &entry.text);
            if digest != entry.digest {
                return Err(Broken::Changed(number));
            }
            last = number;
            self.check_signed(last, digest)?;
        }
        Ok(last)
    }

    /// Every head over this entry has signed just this. Heads are in order, so those over one entry are found by halving.
    fn check_signed(&self, last: u64, digest: ChainDigest) -> Result<(), Broken> {
        let from = self.heads.partition_point(|head| head.last < last);
        let over = self.heads.iter().skip(from).take_while(|head| head.last == last);
        match over.into_iter().find(|head| head.digest != digest) {
            Some(head) => Err(Broken::HeadDiffers(head.number)),
            None => Ok(()),
        }
    }
}

/// SHA-256 over parts, each preceded by its length, so that no two lists share a digest by their joints.
fn framed<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];

    fn merchant() -> MerchantId {
        MerchantId::new("4000").unwrap()
    }

    fn hour(hour: u64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + i64::try_from(hour).unwrap() * 3600).unwrap()
    }

    /// A log with an entry an hour, signed every fourth hour.
    fn log(count: u64) -> (Vec<Chained>, Vec<SignedHead>) {
        let (mut entries, mut heads): (Vec<Chained>, Vec<SignedHead>) = (Vec::new(), Vec::new());
        for n in 1..=count {
            entries.push(Chained::after(entries.last(), &merchant(), hour(n), format!("entry {n}")));
            if n % 4 == 0 {
                heads.push(SignedHead::sign(&HeadKey(&KEY), &merchant(), heads.last(), entries.last(), hour(n)));
            }
        }
        (entries, heads)
    }

    fn verify(entries: &[Chained], heads: &[SignedHead], now: Timestamp) -> Result<Whole, Broken> {
        let merchant = merchant();
        let log = Log { merchant: &merchant, entries, heads, kept_since: Timestamp::UNIX_EPOCH };
        log.verify(&HeadKey(&KEY), now)
    }

    #[test]
    fn a_log_as_it_was_written_is_whole() {
        for count in [0, 1, 4, 5, 40] {
            let (entries, heads) = log(count);
            let signed_at = heads.last().map(|head| head.at);
            let whole = Whole { entries: count, signed: count / 4 * 4, signed_at };
            assert_eq!(verify(&entries, &heads, hour(count)), Ok(whole), "{count}");
        }
    }

    #[test]
    fn a_log_cut_at_its_end_is_found_by_its_head() {
        let (entries, heads) = log(8);
        assert_eq!(verify(&entries[..7], &heads, hour(8)), Err(Broken::Missing(8)));
        assert_eq!(verify(&[], &heads, hour(8)), Err(Broken::Missing(1)));
        // Cut together with the head over it: the next head does not come, and that is seen within two days.
        assert!(verify(&entries[..7], &heads[..1], hour(8)).is_ok());
        assert_eq!(verify(&entries[..7], &heads[..1], hour(54)), Err(Broken::HeadOld(hour(4))));
        assert_eq!(verify(&entries[..3], &[], hour(54)), Err(Broken::HeadOld(hour(1))));
    }

    #[test]
    fn an_end_written_anew_is_not_the_one_that_was_signed() {
        let (mut entries, heads) = log(8);
        let last = Chained::after(entries.get(6), &merchant(), hour(8), "something else".to_owned());
        entries[7] = last;
        assert_eq!(verify(&entries, &heads, hour(8)), Err(Broken::HeadDiffers(2)));
    }

    #[test]
    fn a_head_is_signed_for_its_log_its_place_and_its_time() {
        let (entries, heads) = log(12);
        let forged = |change: fn(&mut SignedHead)| {
            let mut heads = heads.clone();
            change(&mut heads[1]);
            verify(&entries, &heads, hour(12))
        };
        assert_eq!(forged(|head| head.at = hour(1)), Err(Broken::HeadForged(2)));
        assert_eq!(forged(|head| head.last = 7), Err(Broken::HeadForged(2)));
        assert_eq!(forged(|head| head.signature = "00".to_owned()), Err(Broken::HeadForged(2)));
        assert_eq!(verify(&entries, &heads[1..], hour(12)), Err(Broken::HeadMissing(1)));
        assert_eq!(verify(&entries, &[heads[0].clone(), heads[2].clone()], hour(12)), Err(Broken::HeadMissing(2)));
        let other = SignedHead::sign(&HeadKey(&[8; 32]), &merchant(), None, entries.get(3), hour(4));
        assert_eq!(verify(&entries, &[other], hour(12)), Err(Broken::HeadForged(1)));
        let stranger =
            SignedHead::sign(&HeadKey(&KEY), &MerchantId::new("4001").unwrap(), None, entries.get(3), hour(4));
        assert_eq!(verify(&entries, &[stranger], hour(12)), Err(Broken::HeadForged(1)));
    }

    #[test]
    fn what_is_no_longer_kept_may_be_gone_as_far_as_a_head_covers_it() {
        let (entries, heads) = log(12);
        let merchant = merchant();
        let kept = |from: usize, kept_since| {
            let log = Log { merchant: &merchant, entries: &entries[from..], heads: &heads, kept_since };
            log.verify(&HeadKey(&KEY), hour(12))
        };
        assert_eq!(kept(4, hour(5)).map(|whole| whole.entries), Ok(8));
        assert_eq!(kept(2, hour(5)).map(|whole| whole.entries), Ok(8), "not all of them need be gone");
        assert_eq!(kept(5, hour(5)), Err(Broken::Missing(5)));
        assert_eq!(kept(4, hour(4)), Err(Broken::Missing(1)), "not before its time");
    }

    #[derive(Clone, Debug)]
    enum Tampering {
        Text(String),
        Time(u64),
        Remove,
        Swap(prop::sample::Index),
        Copy(prop::sample::Index),
        /// The entry and all after it, with digests that fit: whoever knows the algorithm and not the key.
        Rewrite(String),
        CutAfter,
    }

    fn tampering() -> impl Strategy<Value = Tampering> {
        prop_oneof![
            "[a-z]{0,8}".prop_map(Tampering::Text),
            (0_u64..100).prop_map(Tampering::Time),
            Just(Tampering::Remove),
            any::<prop::sample::Index>().prop_map(Tampering::Swap),
            any::<prop::sample::Index>().prop_map(Tampering::Copy),
            "[a-z]{0,8}".prop_map(Tampering::Rewrite),
            Just(Tampering::CutAfter),
        ]
    }

    proptest! {
        #[test]
        fn any_edit_deletion_and_reordering_is_found(at: prop::sample::Index, how in tampering()) {
            let (entries, heads) = log(24);
            let place = at.index(entries.len());
            let mut changed = entries.clone();
            match how {
                Tampering::Text(text) => changed[place].text = text,
                Tampering::Time(at) => changed[place].at = hour(at),
                Tampering::Remove => drop(changed.remove(place)),
                Tampering::Swap(other) => {
                    // What stands under two keys, exchanged.
                    let other = other.index(entries.len());
                    changed.swap(place, other);
                    changed[place].number = entries[place].number;
                    changed[other].number = entries[other].number;
                }
                Tampering::Copy(other) => {
                    let number = changed[place].number;
                    changed[place] = Chained { number, ..entries[other.index(entries.len())].clone() };
                }
                Tampering::Rewrite(text) => {
                    changed.truncate(place);
                    for entry in &entries[place..] {
                        let text = if entry.number == entries[place].number { text.clone() } else { entry.text.clone() };
                        let next = Chained::after(changed.last(), &merchant(), entry.at, text);
                        changed.push(next);
                    }
                }
                Tampering::CutAfter => changed.truncate(place),
            }
            prop_assert_eq!(verify(&changed, &heads, hour(24)).is_ok(), changed == entries);
        }
    }
}
