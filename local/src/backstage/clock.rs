//! Moving the clock: by JSON from programs, by a form from people.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
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

/// Moves the clock and answers when all is quiet.
pub(super) async fn advance(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let Some((advance_s, by_form)) = read(request.body()).filter(|(advance_s, _)| *advance_s <= FURTHEST_S) else {
        return site::text(StatusCode::BAD_REQUEST, "expected {\"advance_s\": seconds}, at most 400 days");
    };
    match world.advance(Duration::from_secs(advance_s)).await {
        Ok(_) if by_form => site::redirect("/_local/"),
        Ok(now) => json::json(&json!({ "now": now.to_string() })),
        Err(error) => failed(&error),
    }
}

/// Seconds, and whether a person's form asked. The body tells, because `curl -d` calls everything a form.
fn read(body: &[u8]) -> Option<(u64, bool)> {
    if let Ok(Advance { advance_s }) = serde_json::from_slice(body) {
        return Some((advance_s, false));
    }
    let parameters = domain::wire::Parameters::parse(body).ok()?;
    let number = |name: &str| -> Option<u64> { std::str::from_utf8(parameters.value(name)?).ok()?.parse().ok() };
    Some((number("count")?.checked_mul(number("unit_s")?)?, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_seconds_or_a_count_of_units() {
        for (body, expected) in [
            (&br#"{"advance_s": 90}"#[..], Some((90, false))),
            (br#"{"advance_s": -1}"#, None),
            (b"{}", None),
            (b"count=3&unit_s=3600", Some((10_800, true))),
            (b"count=x&unit_s=3600", None),
        ] {
            assert_eq!(read(body), expected);
        }
    }
}
