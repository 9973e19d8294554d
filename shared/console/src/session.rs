//! A signed-in browser: a random token in a cookie, found by its hash, with an idle and an absolute end.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::account::{Session, User};
use http::Response;
use inbound::{http as answer, random};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request};
use sha2::{Digest as _, Sha256};
use store::StoreError;

use crate::Console;

/// The cookie. `__Host-`: Secure, for this host alone, for every path.
pub const SESSION_COOKIE: &str = "__Host-console";
/// Without a request for so long the session is over.
const IDLE: SignedDuration = SignedDuration::from_mins(15);
/// However busy, it is over after so long.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// A request is noted only when the last note is older: a write for each click would be for nothing.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
const TOKEN: usize = 32;

/// The token that a browser brought.
pub(crate) fn token(request: &Request) -> Option<Vec<u8>> {
    let text = answer::cookie(request, SESSION_COOKIE)?;
    BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|token| token.len() == TOKEN)
}

/// What a session is called where tries are counted for it: nobody can sign in with it.
pub(crate) fn name(token: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(token))
}

/// Whether a session is good for this user now.
pub(crate) fn is_good(session: &Session, user: &User, now: Timestamp) -> bool {
    let fresh = now.duration_since(session.seen_at) < IDLE;
    let young = now.duration_since(session.signed_in_at) < ABSOLUTE;
    fresh && young && session.user == user.id && session.epoch == user.epoch && user.has_joined()
}

impl Console {
    /// Signs somebody in: a new session, and the one that the browser had before is over.
    ///
    /// # Errors
    /// [`StoreError`]; where the random source fails, as unavailable.
    pub async fn begin_session(
        &self,
        request: &Request,
        user: &User,
        response: &mut Response<Body>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        if let Some(before) = token(request) {
            self.sessions.end(&before).await?;
        }
        let drawn = random::<TOKEN>().and_then(|token| Ok((token, random::<16>()?)));
        let (token, form) = drawn.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let session = Session {
            user: user.id.clone(),
            mail: user.mail.clone(),
            epoch: user.epoch,
            form_token: BASE64URL_NOPAD.encode(&form),
            signed_in_at: now,
            seen_at: now,
        };
        self.sessions.create(&token, &session, now.saturating_add(ABSOLUTE).unwrap_or(Timestamp::MAX)).await?;
        let value = BASE64URL_NOPAD.encode(&token);
        answer::set_cookie(response, &format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"));
        Ok(())
    }

    /// Ends the browser's session, if it has one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_session(&self, request: &Request, response: &mut Response<Body>) -> Result<(), StoreError> {
        if let Some(token) = token(request) {
            self.sessions.end(&token).await?;
        }
        let gone = format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
        answer::set_cookie(response, &gone);
        Ok(())
    }

    /// Notes that the person is still there.
    pub(crate) async fn keep_awake(&self, token: &[u8], session: &Session) -> Result<(), StoreError> {
        let now = self.now();
        if now.duration_since(session.seen_at) < NOTED_EVERY {
            return Ok(());
        }
        self.sessions.note(token, &Session { seen_at: now, ..session.clone() }).await
    }
}
