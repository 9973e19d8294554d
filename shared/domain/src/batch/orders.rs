//! Which order numbers a file has so far: a million of them in under 30 MB.

use std::collections::HashSet;

use crate::{
    OrderId,
    id::{framed_digest, leading_u64},
};

/// Order numbers, each as 64 bits.
///
/// Up to 18 digits, as the ASJ dialect has them, are told apart exactly. Longer ones and those with letters stand as 63 bits of their digest:
/// that two of a million share them happens once in 20 million files, and then a row is refused, never charged twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    seen: HashSet<u64>,
}

/// Where a row's order number stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// For the first time.
    First,
    /// An earlier row has it.
    Repeated,
}

impl Orders {
    pub(super) fn claim(&mut self, order: &OrderId) -> Standing {
        if self.seen.insert(bits(order.as_str())) { Standing::First } else { Standing::Repeated }
    }
}

fn bits(order: &str) -> u64 {
    let short = order.len() <= 18 && order.bytes().all(|b| b.is_ascii_digit());
    // A leading 1 keeps `7` and `007` apart.
    let digits = if short { format_number(order) } else { None };
    digits.unwrap_or_else(|| leading_u64(&framed_digest([order.as_bytes()])) | 1 << 63)
}

fn format_number(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(1_u64, |number, b| number.checked_mul(10)?.checked_add(u64::from(b.checked_sub(b'0')?)))
}
