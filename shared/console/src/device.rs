//! Browsers that somebody has signed in on: a sealed cookie, so that guessing from elsewhere never shuts them.

use domain::{
    Nonce,
    account::{User, UserId},
    lockout::DeviceStanding,
};
use http::Response;
use inbound::{SealError, Sealed, http as answer, random};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};

use crate::Console;

/// The cookie.
const COOKIE: &str = "__Host-console-device";
/// How long it is good: as long as browsers keep a cookie (400 days, RFC 6265bis).
const KEPT_S: i64 = 400 * 24 * 3600;
/// How many people one browser is known to.
const PEOPLE: usize = 8;

/// A browser and the people who have signed in on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    id: Nonce,
    people: Vec<UserId>,
}

impl Sealed for Device {
    const PURPOSE: &'static str = "console device";
}

impl Device {
    /// What failures from here are counted under, and how they are judged. Where the browser is not known to this person, or nobody has this
    /// address, they are counted for the address.
    pub fn tries(device: Option<&Self>, mail: &str, user: Option<&User>) -> (String, DeviceStanding) {
        let known = device.zip(user).filter(|(device, user)| device.people.contains(&user.id));
        match known {
            Some((device, user)) => (format!("sign in\n{}\n{}", user.id, device.id), DeviceStanding::Known),
            None => (format!("sign in\n{mail}"), DeviceStanding::Unknown),
        }
    }
}

impl Console {
    /// The browser, if somebody has signed in on it.
    pub fn device(&self, request: &Request) -> Option<Device> {
        self.keyring().unseal(answer::cookie(request, COOKIE)?, self.now()).ok()
    }

    /// Makes the browser known to somebody.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn remember_device(
        &self,
        request: &Request,
        user: &User,
        response: &mut Response<Body>,
    ) -> Result<(), SealError> {
        let mut device = match self.device(request) {
            Some(device) => device,
            None => Device { id: Nonce::from_random(random()?), people: Vec::new() },
        };
        device.people.retain(|known| *known != user.id);
        device.people.insert(0, user.id.clone());
        device.people.truncate(PEOPLE);
        let until = self.now().saturating_add(SignedDuration::from_secs(KEPT_S)).unwrap_or(Timestamp::MAX);
        let value = self.keyring().seal(&device, until)?;
        let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={KEPT_S}; Secure; HttpOnly; SameSite=Lax");
        answer::set_cookie(response, &cookie);
        Ok(())
    }
}
