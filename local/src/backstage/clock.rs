//! Moving the clock: by JSON from programs, by a form from people.

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
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
    let by_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let Some(advance_s) = read(request.body(), by_form).filter(|advance_s| *advance_s <= FURTHEST_S) else {
        return site::text(StatusCode::BAD_REQUEST, "expected {\"advance_s\": seconds}, at most 400 days");
    };
    match world.advance(Duration::from_secs(advance_s)).await {
        Ok(_) if by_form => site::redirect("/_local/"),
        Ok(now) => json::json(&json!({ "now": now.to_string() })),
        Err(error) => failed(&error),
    }
}

fn read(body: &[u8], by_form: bool) -> Option<u64> {
    if !by_form {
        return serde_json::from_slice::<Advance>(body).ok().map(|advance| advance.advance_s);
    }
    let parameters = domain::wire::Parameters::parse(body).ok()?;
    let number = |name: &str| -> Option<u64> { std::str::from_utf8(parameters.value(name)?).ok()?.parse().ok() };
    number("count")?.checked_mul(number("unit_s")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_seconds_or_a_count_of_units() {
        for (body, by_form, expected) in [
            (&br#"{"advance_s": 90}"#[..], false, Some(90)),
            (br#"{"advance_s": -1}"#, false, None),
            (br#"{}"#, false, None),
            (b"count=3&unit_s=3600", true, Some(10_800)),
            (b"count=x&unit_s=3600", true, None),
        ] {
            assert_eq!(read(body, by_form), expected);
        }
    }
}
