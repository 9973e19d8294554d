//! The names under which an item counts: a window's bucket, what is counted, and of whom.

use std::{fmt, str::FromStr};

use jiff::Timestamp;

use super::Count;

/// Two characters of base64 number the buckets: a name of hours repeats after 170 days, when it is long gone.
const BUCKETS: i64 = 4_096;
const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A window's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Span {
    Hour,
    Day,
    /// 30 days: which issuer numbers are known here.
    Month,
}

impl Span {
    pub(super) const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Month];
    /// Those in which declines are counted.
    pub(super) const OF_DECLINES: [Self; 2] = [Self::Hour, Self::Day];

    const fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Month => 2_592_000,
        }
    }

    const fn letter(self) -> u8 {
        match self {
            Self::Hour => b'h',
            Self::Day => b'd',
            Self::Month => b'm',
        }
    }

    /// The number of the span that `now` is in, counted from 1970.
    pub(super) fn index(self, now: Timestamp) -> i64 {
        now.as_second().div_euclid(self.seconds())
    }

    /// The bucket that `now` falls into, and the one before.
    pub(super) fn buckets(self, now: Timestamp) -> [u16; 2] {
        let bucket = |back: i64| self.index(now).saturating_sub(back).rem_euclid(BUCKETS);
        [bucket(0), bucket(1)].map(|bucket| u16::try_from(bucket).unwrap_or_default())
    }

    /// The present bucket, and of the one before the share that still lies in the window.
    pub(super) fn slide(self, [present, before]: [Count; 2], now: Timestamp) -> Count {
        let left = self.seconds().saturating_sub(now.as_second().rem_euclid(self.seconds()));
        let number = |seconds: i64| u64::try_from(seconds).unwrap_or_default();
        present.plus(before.share(number(left), number(self.seconds())))
    }
}

/// What a name counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// Declines of everyone.
    Declines,
    /// Approvals of everyone.
    Approvals,
    /// Declines of an issuer number.
    BinDeclines,
    /// Approvals of an issuer number.
    BinApprovals,
    /// Declines of a buyer.
    Buyer,
    /// Declines of a card.
    Card,
    /// Declines of unknown issuer numbers that were let through while the merchant was not calm: the attack goes on.
    Probes,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Declines, Self::Approvals, Self::BinDeclines, Self::BinApprovals, Self::Buyer, Self::Card, Self::Probes];

    const fn letter(self) -> u8 {
        match self {
            Self::Declines => b't',
            Self::Approvals => b'T',
            Self::BinDeclines => b'b',
            Self::BinApprovals => b'B',
            Self::Buyer => b'u',
            Self::Card => b'c',
            Self::Probes => b's',
        }
    }
}

/// Four characters of a hash: whose declines are counted, without saying who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 4]);

impl Key {
    /// All issuer numbers that found no room.
    pub(super) const OTHERS: Self = Self(*b"~~~~");

    /// The first four characters.
    pub(super) fn new(characters: &str) -> Option<Self> {
        characters.as_bytes().first_chunk().copied().map(Self)
    }

    /// A number that is spread evenly.
    pub(super) fn spread(self) -> u8 {
        self.0.into_iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte))
    }
}

/// A name: `h`, `d` or `m`, a letter for what is counted, the bucket in two characters, four characters of whom. Packed, because many are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u64);

impl Name {
    pub(super) fn new(span: Span, bucket: u16, kind: Kind, key: Option<Key>) -> Self {
        let ([high, low], [a, b, c, d]) = (bucket.to_be_bytes(), key.map_or([0; 4], |key| key.0));
        Self(u64::from_be_bytes([span.letter(), kind.letter(), high, low, a, b, c, d]))
    }

    pub(super) const fn is_of(self, span: Span, kind: Kind) -> bool {
        let [of, what, ..] = self.0.to_be_bytes();
        of == span.letter() && what == kind.letter()
    }

    /// None: a name of this version has one.
    pub(super) fn span(self) -> Option<Span> {
        let [span, ..] = self.0.to_be_bytes();
        Span::ALL.into_iter().find(|one| one.letter() == span)
    }

    pub(super) const fn bucket(self) -> u16 {
        let [_, _, high, low, ..] = self.0.to_be_bytes();
        u16::from_be_bytes([high, low])
    }

    pub(super) fn key(self) -> Option<Key> {
        let [_, _, _, _, a, b, c, d] = self.0.to_be_bytes();
        Some(Key([a, b, c, d])).filter(|key| key.0 != [0; 4])
    }

    /// The same of others.
    pub(super) fn of_others(self) -> Self {
        let [span, kind, high, low, ..] = self.0.to_be_bytes();
        let Key([a, b, c, d]) = Key::OTHERS;
        Self(u64::from_be_bytes([span, kind, high, low, a, b, c, d]))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbol = |six_bits: u16| SYMBOLS.get(usize::from(six_bits)).copied().map_or('A', char::from);
        let [span, kind, ..] = self.0.to_be_bytes().map(char::from);
        write!(f, "{span}{kind}{}{}", symbol(self.bucket() >> 6), symbol(self.bucket() & 63))?;
        let key = self.key().map_or([0; 4], |key| key.0).into_iter().filter(|byte| *byte != 0);
        key.map(char::from).try_for_each(|character| write!(f, "{character}"))
    }
}

/// A name that this version does not count under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a counter's name")]
pub struct NoName;

impl FromStr for Name {
    type Err = NoName;

    fn from_str(name: &str) -> Result<Self, NoName> {
        let (&[span, kind, high, low], key) = name.as_bytes().split_first_chunk().ok_or(NoName)?;
        let symbol = |byte: u8| {
            let place = SYMBOLS.iter().position(|symbol| *symbol == byte);
            place.and_then(|place| u16::try_from(place).ok()).ok_or(NoName)
        };
        let span = Span::ALL.into_iter().find(|one| one.letter() == span).ok_or(NoName)?;
        let kind = Kind::ALL.into_iter().find(|one| one.letter() == kind).ok_or(NoName)?;
        let key = match key {
            [] => None,
            key => Some(Key(key.try_into().map_err(|_| NoName)?)),
        };
        Ok(Self::new(span, (symbol(high)? << 6) | symbol(low)?, kind, key))
    }
}
