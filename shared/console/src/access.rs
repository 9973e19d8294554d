//! The door: session, role, and for whatever changes something the form's token and where it was sent from.

use domain::{Lang, account::Role, wire::Parameters};
use http::{HeaderName, Method, header};
use inbound::http::{self as answer, header_text};
use lambda_http::Request;
use subtle::ConstantTimeEq;

use crate::{Console, Refusal, Visit, session};

/// The hidden field that every form of the console carries.
pub(crate) const FORM_TOKEN: &str = "token";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Console {
    /// Lets somebody in who is signed in and may do this; a request that changes something must come from a form of their session.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn enter(&self, request: &Request, least: Role) -> Result<Visit, Refusal> {
        let token = session::token(request).ok_or(Refusal::SignedOut)?;
        let session = self.sessions.load(&token).await?.ok_or(Refusal::SignedOut)?;
        let user = self.users.load(&session.mail).await?.ok_or(Refusal::SignedOut)?;
        if !session::is_good(&session, &user, self.now()) {
            return Err(Refusal::SignedOut);
        }
        let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
        let form = if changes { own_form(request, &session.form_token)? } else { None };
        if user.role < least {
            return Err(Refusal::RoleTooLow);
        }
        let merchant = self.merchants.load(&user.merchant, &self.keyring).await?.ok_or(Refusal::SignedOut)?;
        self.keep_awake(&token, &session).await?;
        let lang = Self::language(request, Some(user.lang));
        let address = request.uri().path_and_query().map_or("/console", |address| address.as_str()).to_owned();
        let (session, form_token) = (session::name(&token), session.form_token);
        Ok(Visit { user, merchant, lang, now: self.now(), form, form_token, session, address })
    }

    /// The language of a page: what the address asks for, what was chosen before, that of the person, the browser's.
    pub fn language(request: &Request, about: Option<Lang>) -> Lang {
        let chosen = answer::cookie(request, Visit::LANGUAGE_COOKIE).and_then(Lang::parse);
        answer::language(request, chosen.or(about))
    }
}

/// The most fields of a form: a page of a plan has two for each of its 200 rows.
const FORM_MOST: usize = 500;

/// The form, if it is one of this session, sent from a page of ours.
fn own_form(request: &Request, expected: &str) -> Result<Option<Parameters>, Refusal> {
    if !sent_from_here(request) {
        return Err(Refusal::Forged);
    }
    let multipart = header_text(request.headers(), &header::CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    if multipart {
        // A function that takes files reads them itself, and asks `Visit::is_own_token` of the token among them.
        return Ok(None);
    }
    let form = Parameters::parse_up_to(request.body().as_ref(), FORM_MOST).map_err(|_| Refusal::Unreadable)?;
    let token = form.value(FORM_TOKEN).unwrap_or_default();
    if bool::from(token.ct_eq(expected.as_bytes())) { Ok(Some(form)) } else { Err(Refusal::Forged) }
}

/// Whether a request was sent from a page of ours, as the browser says. Every browser says it of a form that is posted; what says nothing is refused.
#[must_use]
pub fn sent_from_here(request: &Request) -> bool {
    let headers = request.headers();
    let site = header_text(headers, &FETCH_SITE);
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    match (header_text(headers, &header::ORIGIN), header_text(headers, &header::HOST)) {
        (None, _) => site.is_some(),
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    #[test]
    fn only_a_page_of_ours_may_send_a_form() {
        for (origin, site, ours) in [
            (Some("https://pay.example"), Some("same-origin"), true),
            (Some("https://pay.example"), None, true),
            (None, Some("same-origin"), true),
            (None, Some("none"), true),
            (None, None, false),
            (Some("null"), None, false),
            (Some("https://evil.example"), None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (Some("https://pay.example"), Some("cross-site"), false),
            (Some("https://pay.example"), Some("same-site"), false),
            (Some("https://pay.example.evil.example"), None, false),
            (Some("pay.example"), None, false),
        ] {
            let mut request = http::Request::post("/console/login").header("host", "pay.example");
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            assert_eq!(sent_from_here(&request.body(Body::Empty).unwrap()), ours, "{origin:?} {site:?}");
        }
    }
}
