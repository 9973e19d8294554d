//! The codes that the demo people's authenticator app would show now.

use bytes::Bytes;
use domain::TotpSecret;
use domain::totp::Step;
use http::Response;
use jiff::Timestamp;
use serde::Serialize;

use super::{failed, json};
use crate::world::{DEMO_PASSWORD, DEMO_TOTP_SECRET, USERS, World};

/// A demo person's way into the console.
#[derive(Serialize)]
pub(super) struct DemoSignIn {
    pub(super) merchant: &'static str,
    pub(super) mail: &'static str,
    pub(super) password: &'static str,
    pub(super) totp_secret: &'static str,
    /// The code that is shown now. Each is good once.
    pub(super) code: String,
    /// For so long. Seconds.
    pub(super) next_in_s: i64,
}

/// All of them, at `now`.
pub(super) fn sign_ins(now: Timestamp) -> Result<Vec<DemoSignIn>, domain::totp::TotpSecretError> {
    let secret = TotpSecret::from_base32(DEMO_TOTP_SECRET)?;
    let code = secret.code(Step::at(now));
    let sign_in = |user: &crate::world::DemoUser| DemoSignIn {
        merchant: user.merchant,
        mail: user.mail,
        password: DEMO_PASSWORD,
        totp_secret: DEMO_TOTP_SECRET,
        code: code.to_string(),
        next_in_s: 30_i64.saturating_sub(now.as_second().rem_euclid(30)),
    };
    Ok(USERS.iter().map(sign_in).collect())
}

pub(super) fn as_json(world: &World) -> Response<Bytes> {
    sign_ins(world.now()).map_or_else(|error| failed(&error), |people| json::json(&people))
}
