//! What the operator allows a merchant, by name.

use super::{SettingError, SettingProblem, entry::Entry};
use crate::{
    Merchant, Yen,
    guard::GuardLimit,
    merchant::{DayTotal, Floors, ThreeDsFloor, UnavailableFloor},
};

/// What lifts a bound.
const ANY: &str = "any";

/// Makes one of the operator's settings, and brings the merchant's own inside of it.
///
/// # Errors
/// [`SettingError`].
pub fn set_floor(merchant: &mut Merchant, key: &str, value: &str) -> Result<(), SettingError> {
    let entry = Entry { key, value };
    let floors = &mut merchant.floors;
    match key {
        "max_amount" => floors.max_amount = Yen::parse(value).ok_or_else(|| entry.outside(1, Yen::MAX.get()))?,
        "three_ds" => {
            floors.three_ds = entry.one_of(&[(ANY, ThreeDsFloor::Any), ("at_payment", ThreeDsFloor::AtPayment)])?;
        }
        "three_ds_unavailable" => {
            floors.three_ds_unavailable =
                entry.one_of(&[(ANY, UnavailableFloor::Any), ("decline", UnavailableFloor::Decline)])?;
        }
        "day_total" if value == ANY => floors.day_total = None,
        "day_total" => floors.day_total = DayTotal::new(entry.number(1, DayTotal::MAX)?),
        "card_entry" => floors.card_entry = entry.switch()?,
        _ => {
            let limit = GuardLimit::named(key).ok_or_else(|| entry.refuse(SettingProblem::Unknown))?;
            if value == ANY {
                floors.guard.remove(&limit);
            } else {
                floors.guard.insert(limit, entry.number(limit.floor().into(), limit.ceiling().into())?);
            }
        }
    }
    merchant.keep_to_floors();
    Ok(())
}

/// The operator's settings by name, as [`set_floor`] takes them.
pub fn floor_values(merchant: &Merchant) -> Vec<(&'static str, String)> {
    let Floors { max_amount, three_ds, three_ds_unavailable, guard, day_total, card_entry } = &merchant.floors;
    let three_ds = match three_ds {
        ThreeDsFloor::Any => ANY,
        ThreeDsFloor::AtPayment => "at_payment",
    };
    let unavailable = match three_ds_unavailable {
        UnavailableFloor::Any => ANY,
        UnavailableFloor::Decline => "decline",
    };
    let limits = guard.iter().map(|(limit, most)| (limit.name(), most.to_string()));
    [
        ("max_amount", max_amount.to_string()),
        ("three_ds", three_ds.to_owned()),
        ("three_ds_unavailable", unavailable.to_owned()),
        ("day_total", day_total.map_or_else(|| ANY.to_owned(), |total| total.get().to_string())),
        ("card_entry", super::list::switch(*card_entry).to_owned()),
    ]
    .into_iter()
    .chain(limits)
    .collect()
}
