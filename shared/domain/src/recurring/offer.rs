//! What a regular purchase offers: the amounts, the cycle and the terms that a buyer agrees to on the final screen.

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::calendar::{Anchor, Cycle};
use crate::{IdError, MerchantId, Yen, id::text_id, link::Terms, payment::Interface};

/// An offer's short name, in addresses and settings: 1 to 32 of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfferId(String);

/// How many days a trial lasts, from the day of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct TrialDays(u16);

/// After how many periods a contract ends, the first included, also where it is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Times(u16);

/// A number that no offer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// A trial is too short or too long.
    #[error("a trial is 1 to {max} days, not {0}", max = TrialDays::MAX)]
    Trial(u16),
    /// Nothing recurs, or for longer than anybody may be bound.
    #[error("a contract of a number of times is 2 to {max} times, not {0}", max = Times::MAX)]
    Times(u16),
}

/// An offer of a merchant. A change makes another version: whoever joined keeps what they agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its short name.
    pub id: OfferId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Counts its versions; it stands in every plan.
    pub version: u32,
    /// What is sold, as the page shows it.
    pub item: String,
    /// What joining costs.
    pub first: FirstAmount,
    /// What each following period costs.
    pub amount: Yen,
    /// Months from one billing to the next.
    pub cycle: Cycle,
    /// A time before the regular billing begins.
    pub trial: Option<TrialDays>,
    /// After how many periods it ends. None: when somebody ends it.
    pub times: Option<Times>,
    /// The legal items (特定商取引法 12条の6): delivery and withdrawal among them.
    pub terms: Terms,
    /// When this version was made.
    pub made_at: Timestamp,
    /// Since when nobody can join any more.
    pub withdrawn_at: Option<Timestamp>,
}

/// The offer that a buyer joins, in the version that the page showed. `coffee#3` in records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfferChosen {
    /// Which.
    pub id: OfferId,
    /// In which version.
    pub version: u32,
}

/// What joining costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstAmount {
    /// This is charged at once.
    Charged(Yen),
    /// Nothing: the card is registered.
    Free,
}

impl FirstAmount {
    /// What the first payment authorizes. Where joining is free a card is registered: one yen, which is always reversed.
    pub const fn authorized(self) -> Yen {
        match self {
            Self::Charged(amount) => amount,
            Self::Free => Yen::MIN,
        }
    }

    /// What the buyer pays at joining, in yen.
    pub fn paid(self) -> u64 {
        match self {
            Self::Charged(amount) => u64::from(amount.get()),
            Self::Free => 0,
        }
    }

    /// How the first payment is processed that came by `interface`.
    pub const fn interface(self, interface: Interface) -> Interface {
        match self {
            Self::Charged(_) => interface,
            Self::Free => Interface::CardRegistration,
        }
    }
}

impl Offer {
    /// Whether anybody may join it now.
    pub const fn is_open(&self) -> bool {
        self.withdrawn_at.is_none()
    }

    /// What a shop's request to join says as `amount`: the first amount, or, where joining is free, the amount that is charged later.
    pub const fn asked_amount(&self) -> Yen {
        match self.first {
            FirstAmount::Charged(amount) => amount,
            FirstAmount::Free => self.amount,
        }
    }

    /// What all periods come to, in yen. None: it goes on until somebody ends it.
    pub fn total(&self) -> Option<u64> {
        let following = u64::from(self.times?.get().saturating_sub(1));
        Some(self.first.paid().saturating_add(u64::from(self.amount.get()).saturating_mul(following)))
    }

    /// This version of it, as a payment names it.
    pub fn chosen(&self) -> OfferChosen {
        OfferChosen { id: self.id.clone(), version: self.version }
    }

    /// The nominal date of the first following period: on the anchor day of the month that is a cycle after the month of joining; after a trial, on the first
    /// anchor day that does not lie in it.
    pub fn begins(&self, anchor: Anchor, joined: Date) -> Date {
        match self.trial {
            None => anchor.after(joined, self.cycle),
            Some(trial) => anchor.on_or_after(trial.last_day(joined).tomorrow().unwrap_or(Date::MAX)),
        }
    }

    /// The nominal dates of the following periods, in order, to the contract's end or the calendar's.
    pub fn dates(&self, anchor: Anchor, joined: Date) -> impl Iterator<Item = Date> + use<> {
        let cycle = self.cycle;
        let following = self.times.map_or(usize::MAX, |times| usize::from(times.get().saturating_sub(1)));
        let later = move |date: &Date| Some(anchor.after(*date, cycle)).filter(|next| *next < Date::MAX);
        std::iter::successors(Some(self.begins(anchor, joined)), later).take(following)
    }

    /// What a buyer pays within a year of joining, in yen: the final screen shows it where a contract is open-ended (Consumer Affairs Agency's guidelines to 特定商取引法 12条の6).
    pub fn first_year_total(&self, anchor: Anchor, joined: Date) -> u64 {
        let year = joined.saturating_add(1.year());
        let following = self.dates(anchor, joined).take_while(|date| *date < year).count();
        let following = u64::try_from(following).unwrap_or(u64::MAX).saturating_mul(u64::from(self.amount.get()));
        following.saturating_add(self.first.paid())
    }
}

impl OfferId {
    /// # Errors
    /// [`IdError`] unless `text` is 1 to 32 of `[A-Za-z0-9_-]`.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(fits) { Ok(Self(text)) } else { Err(IdError("offer")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(OfferId);

impl TryFrom<String> for OfferChosen {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        let (id, version) = text.split_once('#').ok_or(IdError("offer"))?;
        Ok(Self { id: OfferId::new(id)?, version: version.parse().map_err(|_| IdError("offer"))? })
    }
}

impl From<OfferChosen> for String {
    fn from(chosen: OfferChosen) -> Self {
        format!("{}#{}", chosen.id.as_str(), chosen.version)
    }
}

impl TrialDays {
    /// The longest trial (ours).
    pub const MAX: u16 = 366;

    /// # Errors
    /// [`OfferError::Trial`] unless `days` is 1 to [`TrialDays::MAX`].
    pub const fn new(days: u16) -> Result<Self, OfferError> {
        match days {
            1..=Self::MAX => Ok(Self(days)),
            _ => Err(OfferError::Trial(days)),
        }
    }

    /// How many days.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The trial's last day: the day of joining is its first.
    pub fn last_day(self, joined: Date) -> Date {
        joined.saturating_add(i64::from(self.0.saturating_sub(1)).days())
    }
}

impl Times {
    /// The most periods (ours): a monthly contract of some eighty years.
    pub const MAX: u16 = 999;

    /// # Errors
    /// [`OfferError::Times`] unless `times` is 2 to [`Times::MAX`].
    pub const fn new(times: u16) -> Result<Self, OfferError> {
        match times {
            2..=Self::MAX => Ok(Self(times)),
            _ => Err(OfferError::Times(times)),
        }
    }

    /// How many.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Times {
    /// One period more, in place of one that was let go uncharged. No contract grows beyond what one may have.
    pub(super) fn extended(self) -> Self {
        Self(self.0.saturating_add(1).min(Self::MAX))
    }
}

macro_rules! number {
    ($($name:ident),*) => {$(
        impl TryFrom<u16> for $name {
            type Error = OfferError;
            fn try_from(number: u16) -> Result<Self, OfferError> {
                Self::new(number)
            }
        }

        impl From<$name> for u16 {
            fn from(number: $name) -> Self {
                number.0
            }
        }
    )*};
}
number!(TrialDays, Times);

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;

    use super::*;

    pub(crate) fn offer(amount: u32, months: u8) -> Offer {
        let text = || "x".to_owned();
        Offer {
            id: OfferId::new("coffee").unwrap(),
            merchant: MerchantId::new("4000").unwrap(),
            version: 1,
            item: "コーヒー豆".to_owned(),
            first: FirstAmount::Charged(Yen::new(amount).unwrap()),
            amount: Yen::new(amount).unwrap(),
            cycle: Cycle::new(months).unwrap(),
            trial: None,
            times: None,
            terms: Terms {
                quantity: text(),
                shipping: text(),
                payment_time: text(),
                delivery: text(),
                withdrawal: text(),
            },
            made_at: Timestamp::UNIX_EPOCH,
            withdrawn_at: None,
        }
    }

    const JOINED: Date = date(2026, 11, 30);

    #[test]
    fn the_first_following_date_is_a_cycle_later_or_behind_the_trial() {
        for (months, trial, day, begins) in [
            (1, None, 27, date(2026, 12, 27)),
            (1, None, 31, date(2026, 12, 31)),
            (3, None, 31, date(2027, 2, 28)),
            (1, Some(14), 27, date(2026, 12, 27)), // the trial ends on 13 December
            (1, Some(27), 27, date(2026, 12, 27)), // it ends on the 26th
            (1, Some(28), 27, date(2027, 1, 27)),  // on the 27th, which is still free
            (6, Some(1), 30, date(2026, 12, 30)),  // ends on the day of joining
        ] {
            let offer = Offer { trial: trial.map(|days| TrialDays::new(days).unwrap()), ..offer(1_000, months) };
            assert_eq!(offer.begins(Anchor::new(day).unwrap(), JOINED), begins, "{months} {trial:?} {day}");
        }
    }

    #[test]
    fn the_first_year_counts_what_is_charged_within_it() {
        let monthly = offer(1_000, 1);
        assert_eq!(monthly.first_year_total(Anchor::USUAL, JOINED), 13_000, "at once, and twelve times to 27 November");
        let free = Offer { first: FirstAmount::Free, ..monthly.clone() };
        assert_eq!(free.first_year_total(Anchor::USUAL, JOINED), 12_000);
        let cheap = Offer { first: FirstAmount::Charged(Yen::new(1).unwrap()), ..monthly.clone() };
        assert_eq!(cheap.first_year_total(Anchor::USUAL, JOINED), 12_001);
        let thrice = Offer { times: Some(Times::new(3).unwrap()), ..monthly };
        assert_eq!(thrice.first_year_total(Anchor::USUAL, JOINED), 3_000);
        let yearly = offer(9_999_999, 12);
        assert_eq!(yearly.first_year_total(Anchor::USUAL, JOINED), 19_999_998, "27 November lies within the year");
        assert_eq!(yearly.first_year_total(Anchor::USUAL, date(2026, 11, 27)), 9_999_999, "a year later is the next");
    }

    #[test]
    fn a_contract_of_a_number_of_times_has_one_date_less() {
        let offer = Offer { times: Some(Times::new(4).unwrap()), ..offer(1_000, 1) };
        let dates: Vec<Date> = offer.dates(Anchor::new(31).unwrap(), JOINED).collect();
        assert_eq!(dates, [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)]);
        assert_eq!(offer.total(), Some(4_000));
        assert_eq!(Offer { first: FirstAmount::Free, ..offer.clone() }.total(), Some(3_000));
        assert_eq!(Offer { times: None, ..offer }.total(), None);
        for (times, ok) in [(1, false), (2, true), (999, true), (1_000, false)] {
            assert_eq!(Times::new(times).is_ok(), ok, "{times}");
        }
        for (days, ok) in [(0, false), (1, true), (366, true), (367, false)] {
            assert_eq!(TrialDays::new(days).is_ok(), ok, "{days}");
        }
    }
}
