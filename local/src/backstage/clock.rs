//! Moving the clock: by JSON from programs, by a form from people.

use bytes::Bytes;
use domain::clock::JAPAN;
use http::{Request, Response, StatusCode};
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

use super::{failed, json};
use crate::site;
use crate::world::World;

/// The furthest jump: 400 days, a whole year of monthly renewals and then some.
const FURTHEST_S: u64 = 400 * 86_400;

#[derive(Deserialize)]
struct Advance {
    advance_s: u64,
}

/// What a form asks of the clock, and where its person is then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// A program: by so many seconds.
    Program(u64),
    /// A person: by so many seconds.
    Seconds(u64),
    /// A person: to the same hour of a day, a month or a year later.
    Jump(Jump),
}

/// A step of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Jump {
    Day,
    Month,
    Year,
}

impl Jump {
    fn parse(name: &[u8]) -> Option<Self> {
        match name {
            b"day" => Some(Self::Day),
            b"month" => Some(Self::Month),
            b"year" => Some(Self::Year),
            _ => None,
        }
    }

    /// How far it is from `now`, in seconds.
    fn seconds(self, now: Timestamp) -> Option<u64> {
        let span = match self {
            Self::Day => 1.day(),
            Self::Month => 1.month(),
            Self::Year => 1.year(),
        };
        let then = JAPAN.to_timestamp(JAPAN.to_datetime(now).checked_add(span).ok()?).ok()?;
        u64::try_from(then.duration_since(now).as_secs()).ok()
    }
}

/// Moves the clock and answers when all is quiet.
pub(super) async fn advance(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let asked = read(request.body());
    let advance_s = asked.and_then(|asked| match asked {
        Asked::Program(seconds) | Asked::Seconds(seconds) => Some(seconds),
        Asked::Jump(jump) => jump.seconds(world.now()),
    });
    let (Some(asked), Some(advance_s)) = (asked, advance_s.filter(|advance_s| *advance_s <= FURTHEST_S)) else {
        return site::text(StatusCode::BAD_REQUEST, "expected {\"advance_s\": seconds}, at most 400 days");
    };
    match (world.advance(Duration::from_secs(advance_s)).await, asked) {
        (Ok(now), Asked::Program(_)) => json::json(&json!({ "now": now.to_string() })),
        (Ok(_), Asked::Seconds(_) | Asked::Jump(_)) => site::redirect(back(request.body())),
        (Err(error), _) => failed(&error),
    }
}

/// Whether a program or a person's form asked. The body tells, because `curl -d` calls everything a form.
fn read(body: &[u8]) -> Option<Asked> {
    if let Ok(Advance { advance_s }) = serde_json::from_slice(body) {
        return Some(Asked::Program(advance_s));
    }
    let parameters = domain::wire::Parameters::parse(body).ok()?;
    if let Some(name) = parameters.value("jump") {
        return Jump::parse(name).map(Asked::Jump);
    }
    let number = |name: &str| -> Option<u64> { std::str::from_utf8(parameters.value(name)?).ok()?.parse().ok() };
    Some(Asked::Seconds(number("count")?.checked_mul(number("unit_s")?)?))
}

/// The page that the form stood on.
fn back(body: &[u8]) -> &'static str {
    let parameters = domain::wire::Parameters::parse(body).ok();
    match parameters.as_ref().and_then(|parameters| parameters.value("then")) {
        Some(b"plans") => "/_local/plans",
        Some(_) | None => "/_local/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_seconds_a_count_of_units_or_a_step_of_the_calendar() {
        for (body, expected) in [
            (&br#"{"advance_s": 90}"#[..], Some(Asked::Program(90))),
            (br#"{"advance_s": -1}"#, None),
            (b"{}", None),
            (b"count=3&unit_s=3600", Some(Asked::Seconds(10_800))),
            (b"count=x&unit_s=3600", None),
            (b"jump=month", Some(Asked::Jump(Jump::Month))),
            (b"jump=decade", None),
        ] {
            assert_eq!(read(body), expected);
        }
        assert_eq!((back(b"jump=day&then=plans"), back(b"jump=day")), ("/_local/plans", "/_local/"));
    }

    #[test]
    fn a_month_is_that_months_own_length() {
        let january: Timestamp = "2027-01-31T03:00:00Z".parse().unwrap();
        for (jump, seconds) in [(Jump::Day, 86_400), (Jump::Month, 2_419_200), (Jump::Year, 31_536_000)] {
            assert_eq!(jump.seconds(january), Some(seconds), "{jump:?}");
        }
    }
}
