//! A range of an object's bytes.

use super::super::protocol::AwsError;
use super::refused;
use std::ops::Range;

/// Which bytes are wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The whole object.
    All,
    /// Some of it.
    Part(Range<u64>),
}

impl Wanted {
    /// Reads the header `Range`. What isn't one range of bytes is passed over (RFC 9110 section 14.2).
    pub(super) fn of(header: Option<&str>, size: u64) -> Result<Self, AwsError> {
        let range = header.and_then(|header| header.strip_prefix("bytes=")).and_then(|range| range.split_once('-'));
        let Some((first, last)) = range else { return Ok(Self::All) };
        let range = match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
            (Ok(first), Err(_)) if last.is_empty() => first..size,
            (Err(_), Ok(count)) if first.is_empty() => size.saturating_sub(count)..size,
            _ => return Ok(Self::All),
        };
        if range.is_empty() {
            return Err(refused(416, "InvalidRange", "The requested range is not satisfiable"));
        }
        Ok(Self::Part(range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_at_the_end_and_refused_beyond() {
        for (header, expected) in [
            (None, Some(Wanted::All)),
            (Some("bytes=0-0"), Some(Wanted::Part(0..1))),
            (Some("bytes=4-"), Some(Wanted::Part(4..10))),
            (Some("bytes=-3"), Some(Wanted::Part(7..10))),
            (Some("bytes=-30"), Some(Wanted::Part(0..10))),
            (Some("bytes=8-99"), Some(Wanted::Part(8..10))),
            (Some("bytes=10-"), None),
            (Some("bytes=-0"), None),
            (Some("bytes=5-4"), Some(Wanted::All)),
            (Some("bytes=0-1,3-4"), Some(Wanted::All)),
            (Some("rows=0-1"), Some(Wanted::All)),
        ] {
            assert_eq!(Wanted::of(header, 10).ok(), expected, "{header:?}");
        }
        assert!(Wanted::of(Some("bytes=0-"), 0).is_err(), "an empty object has no range");
    }
}
