//! What the operator of the deployment allows a merchant. Only the operator changes it; the merchant sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Merchant, ThreeDsPolicy};
use crate::{Yen, acquirer::Unavailable, guard::GuardLimit};

/// The operator's bounds on a merchant's own settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Floors {
    /// The largest amount that the merchant may allow for one payment.
    pub max_amount: Yen,
    /// How strict the 3-D Secure policy must be.
    pub three_ds: ThreeDsFloor,
    /// What may follow where the issuer could not authenticate.
    pub three_ds_unavailable: UnavailableFloor,
    /// The highest threshold of the guard, where it is lower than everybody's ceiling.
    pub guard: BTreeMap<GuardLimit, u16>,
    /// The most that a day's approved payments may come to.
    pub day_total: Option<DayTotal>,
    /// Cards may be typed into the console (mail and telephone orders). Off until the operator switches it on: the computer that a
    /// caller's card is typed into becomes part of what PCI DSS covers.
    pub card_entry: bool,
}

impl Default for Floors {
    fn default() -> Self {
        Self {
            max_amount: Yen::MAX,
            three_ds: ThreeDsFloor::Any,
            three_ds_unavailable: UnavailableFloor::Any,
            guard: BTreeMap::new(),
            day_total: None,
            card_entry: false,
        }
    }
}

/// The most that a merchant's approved payments of a day in Japan may come to, in yen.
///
/// A soft bound: the sum that it is held against is a few seconds behind, so payments at the same time may go beyond it together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct DayTotal(u32);

impl DayTotal {
    /// The largest bound, in yen (ours); without any there is no bound.
    pub const MAX: u32 = 4_000_000_000;

    /// None unless `1 <= yen <= DayTotal::MAX`.
    pub const fn new(yen: u32) -> Option<Self> {
        if yen >= 1 && yen <= Self::MAX { Some(Self(yen)) } else { None }
    }

    /// In yen.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether a payment may come on top of what was approved, in yen.
    pub fn admits(self, approved: i64, amount: Yen) -> bool {
        approved.saturating_add(i64::from(amount.get())) <= i64::from(self.0)
    }
}

impl TryFrom<u32> for DayTotal {
    type Error = &'static str;
    fn try_from(yen: u32) -> Result<Self, Self::Error> {
        Self::new(yen).ok_or("a day's bound is 1 to 4,000,000,000 yen")
    }
}

impl From<DayTotal> for u32 {
    fn from(total: DayTotal) -> Self {
        total.0
    }
}

/// How strict a merchant's 3-D Secure policy must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreeDsFloor {
    /// The merchant chooses.
    #[default]
    Any,
    /// At every payment.
    AtPayment,
}

/// What a merchant may let follow where the issuer could not authenticate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnavailableFloor {
    /// The merchant chooses.
    #[default]
    Any,
    /// The payment is declined.
    Decline,
}

/// A setting of a merchant that lies outside of what the operator allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloorError {
    /// `max_amount` above this.
    MaxAmount(Yen),
    /// `three_ds` other than [`ThreeDsPolicy::AtPayment`].
    ThreeDs,
    /// `three_ds_unavailable` other than [`Unavailable::Decline`].
    ThreeDsUnavailable,
    /// A threshold of the guard above this.
    Guard(GuardLimit, u16),
}

impl Floors {
    /// The highest value of a threshold that the merchant may set.
    pub fn guard_ceiling(&self, limit: GuardLimit) -> u16 {
        self.guard.get(&limit).map_or(limit.ceiling(), |most| (*most).clamp(limit.floor(), limit.ceiling()))
    }

    /// The first setting of the merchant that the operator does not allow.
    ///
    /// # Errors
    /// [`FloorError`].
    pub fn check(&self, merchant: &Merchant) -> Result<(), FloorError> {
        if merchant.max_amount > self.max_amount {
            return Err(FloorError::MaxAmount(self.max_amount));
        }
        match (self.three_ds, merchant.three_ds) {
            (ThreeDsFloor::AtPayment, ThreeDsPolicy::AtRegistration | ThreeDsPolicy::Recurring) => {
                return Err(FloorError::ThreeDs);
            }
            (ThreeDsFloor::Any | ThreeDsFloor::AtPayment, _) => {}
        }
        match (self.three_ds_unavailable, merchant.three_ds_unavailable) {
            (UnavailableFloor::Decline, Unavailable::Proceed) => return Err(FloorError::ThreeDsUnavailable),
            (UnavailableFloor::Any | UnavailableFloor::Decline, _) => {}
        }
        let high = |limit: &GuardLimit| merchant.guard.limit(*limit) > self.guard_ceiling(*limit);
        GuardLimit::ALL
            .into_iter()
            .find(high)
            .map_or(Ok(()), |limit| Err(FloorError::Guard(limit, self.guard_ceiling(limit))))
    }
}

impl Merchant {
    /// Brings the merchant's own settings inside of what the operator allows, after the operator changed that.
    pub fn keep_to_floors(&mut self) {
        self.max_amount = self.max_amount.min(self.floors.max_amount);
        match self.floors.three_ds {
            ThreeDsFloor::Any => {}
            ThreeDsFloor::AtPayment => self.three_ds = ThreeDsPolicy::AtPayment,
        }
        match self.floors.three_ds_unavailable {
            UnavailableFloor::Any => {}
            UnavailableFloor::Decline => self.three_ds_unavailable = Unavailable::Decline,
        }
        for limit in GuardLimit::ALL {
            let most = self.floors.guard_ceiling(limit);
            if self.guard.limit(limit) > most {
                let _within = self.guard.set(limit, most);
            }
        }
    }
}

/// One operator asked to let a merchant take real money; another one has to approve it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveRequest {
    /// The operator's name.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MerchantId;

    #[test]
    fn a_floor_refuses_what_is_outside_and_brings_it_in() {
        let mut merchant = Merchant::new(MerchantId::new("4000").unwrap(), "Shop");
        assert_eq!(merchant.floors.check(&merchant), Ok(()));
        merchant.three_ds = ThreeDsPolicy::Recurring;
        merchant.three_ds_unavailable = Unavailable::Proceed;
        let most = Yen::new(50_000).unwrap();
        for (floors, error) in [
            (Floors { max_amount: most, ..Floors::default() }, FloorError::MaxAmount(most)),
            (Floors { three_ds: ThreeDsFloor::AtPayment, ..Floors::default() }, FloorError::ThreeDs),
            (
                Floors { three_ds_unavailable: UnavailableFloor::Decline, ..Floors::default() },
                FloorError::ThreeDsUnavailable,
            ),
            (
                Floors { guard: BTreeMap::from([(GuardLimit::AddressHour, 15)]), ..Floors::default() },
                FloorError::Guard(GuardLimit::AddressHour, 15),
            ),
        ] {
            assert_eq!(floors.check(&merchant), Err(error));
            let mut kept = Merchant { floors, ..merchant.clone() };
            kept.keep_to_floors();
            assert_eq!(kept.floors.check(&kept), Ok(()));
        }
    }

    #[test]
    fn a_day_takes_what_fits_in_whole() {
        let total = DayTotal::new(10_000).unwrap();
        for (approved, yen, admitted) in
            [(0, 10_000, true), (0, 10_001, false), (9_999, 1, true), (10_000, 1, false), (i64::MAX, 1, false)]
        {
            assert_eq!(total.admits(approved, Yen::new(yen).unwrap()), admitted, "{approved} + {yen}");
        }
        assert_eq!((DayTotal::new(0), DayTotal::new(DayTotal::MAX + 1)), (None, None));
    }

    #[test]
    fn a_threshold_of_the_operator_stays_within_everybodys_bounds() {
        let floors = Floors { guard: BTreeMap::from([(GuardLimit::CardDay, 1)]), ..Floors::default() };
        assert_eq!(floors.guard_ceiling(GuardLimit::CardDay), GuardLimit::CardDay.floor());
        assert_eq!(floors.guard_ceiling(GuardLimit::BinDay), GuardLimit::BinDay.ceiling());
    }
}
