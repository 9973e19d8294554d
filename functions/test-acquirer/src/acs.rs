//! The test issuer's page (ACS): asks the payer, keeps the first choice, and sends the browser back to the payment page.

mod page;
mod texts;

use domain::{Lang, wire::Parameters};
use jiff::Timestamp;
use lambda_http::{
    Body, Request, Response,
    http::{Method, header},
};

use crate::{
    Deps, LedgerError,
    challenge::{self, Choice},
    family::{Shown, Stage},
    three_ds,
};
use page::{Notice, View};

/// The most of a requestor's session data that is echoed (EMV 3-D Secure: 1,024 characters).
const SESSION_DATA: usize = 1_024;

/// Answers a payer's browser at the page called `name`. GET shows; POST shows too, as a challenge request enters, and decides if it brings a choice.
pub(crate) async fn answer(deps: &Deps, name: &str, request: &Request, now: Timestamp) -> Response<Body> {
    let browser = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let browser = browser.and_then(Lang::accepted);
    let visit = Visit::of(request);
    let lang = visit.as_ref().ok().and_then(|visit| visit.lang);
    let visited = match visit {
        Ok(visit) => visit.page(deps, name, now).await.map(|shown| (visit, shown)),
        Err(notice) => Err(notice),
    };
    match visited {
        Ok((visit, (shown, response))) => {
            let lang = lang.or(shown.challenge.lang).or(browser).unwrap_or_default();
            page::challenge(&View { lang, shown: &shown, response, session: &visit.session })
        }
        Err(notice) => page::notice(lang.or(browser).unwrap_or_default(), notice),
    }
}

/// What a browser brings.
struct Visit {
    lang: Option<Lang>,
    choice: Option<Choice>,
    challenge_request: Option<String>,
    session: String,
}

impl Visit {
    fn of(request: &Request) -> Result<Self, Notice> {
        let posted = match *request.method() {
            Method::GET | Method::HEAD => false,
            Method::POST => true,
            _ => return Err(Notice::NotAllowed),
        };
        let raw = if posted { request.body().as_ref() } else { request.uri().query().unwrap_or_default().as_bytes() };
        let parameters = Parameters::parse(raw).map_err(|_unreadable| Notice::Malformed)?;
        let text = |name: &str| parameters.value(name).map(|value| String::from_utf8_lossy(value).into_owned());
        let choice = match parameters.value("choice").filter(|_| posted) {
            Some(word) => Some(Choice::parse(word).ok_or(Notice::Malformed)?),
            None => None,
        };
        let session = text("threeDSSessionData").unwrap_or_default();
        if session.len() > SESSION_DATA {
            return Err(Notice::Malformed);
        }
        let lang = text("lang").and_then(|lang| Lang::parse(&lang));
        Ok(Self { lang, choice, challenge_request: text("creq"), session })
    }

    /// Takes the choice, if there is one, and looks what stands then; with the response that goes back.
    async fn page(&self, deps: &Deps, name: &str, now: Timestamp) -> Result<(Shown, String), Notice> {
        let reference = challenge::named(&deps.token, name).ok_or(Notice::Unknown)?;
        if self.challenge_request.as_ref().is_some_and(|given| *given != three_ds::challenge_request(&reference)) {
            return Err(Notice::Malformed);
        }
        if let Some(choice) = self.choice {
            deps.ledger.change(&reference, |family| family.answer(&reference, choice, now)).await.map_err(failed)?;
        }
        let family = deps.ledger.family(&reference, now).await.map_err(failed)?;
        let shown = family.challenge(&reference).ok_or(Notice::Unknown)?;
        let response = match shown.stage {
            Stage::Open => String::new(),
            Stage::Answered | Stage::Over => three_ds::challenge_response(&reference, shown.status),
        };
        Ok((shown, response))
    }
}

fn failed(error: LedgerError) -> Notice {
    tracing::error!(error = %error, cause = ?std::error::Error::source(&error), "the test acquirer's ledger failed");
    Notice::Failed
}

/// The origin of an absolute http address; none of anything that could not stand in a header.
pub(crate) fn origin(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']');
    let fit = matches!(scheme, "https" | "http") && !host.is_empty() && host.chars().all(plain);
    address.get(..scheme.len().checked_add(3)?.checked_add(host.len())?).filter(|_| fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_plain_or_none() {
        for (address, expected) in [
            ("https://pay.example/pay/challenge/x?y#z", Some("https://pay.example")),
            ("http://localhost:9000/pay", Some("http://localhost:9000")),
            ("https://[::1]:9000", Some("https://[::1]:9000")),
            ("https://pay.example; script-src *", None),
            ("https://user@pay.example/", None),
            ("javascript://x/", None),
            ("https://", None),
            ("/pay", None),
            ("", None),
        ] {
            assert_eq!(origin(address), expected, "{address}");
        }
    }
}
