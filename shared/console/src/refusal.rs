//! Why somebody is not let in, or a thing is not done: each is a page with a stable code.

use http::{Method, Response, StatusCode};
use inbound::{SealError, http as answer};
use lambda_http::{Body, Request};
use outbound::OutboundError;
use store::StoreError;
use words::console::frame::RefusalText;

use crate::{Console, frame};

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nobody is signed in, or the session is over.
    #[error("nobody is signed in")]
    SignedOut,
    /// Somebody with another role may.
    #[error("the role is too low")]
    RoleTooLow,
    /// It isn't there, or it is another merchant's: nobody can tell which.
    #[error("not there")]
    NotThere,
    /// The form is not one of this session, or was not sent from a page of ours.
    #[error("the form is not of this session")]
    Forged,
    /// The form is no form.
    #[error("the form is unreadable")]
    Unreadable,
    /// The code of the second factor is wrong, or was taken before.
    #[error("the code is wrong or was used")]
    TotpWrong,
    /// Come back later; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something that we call did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// A sealed form does not open, or the random source failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Refusal {
    /// Its stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::RoleTooLow => "role_too_low",
            Self::NotThere => "not_there",
            Self::Forged => "form_forged",
            Self::Unreadable => "form_unreadable",
            Self::TotpWrong => "totp_wrong",
            Self::Seal(SealError::Expired) => "form_expired",
            Self::Seal(SealError::Foreign) => "form_foreign",
            Self::Store(StoreError::Conflict) => "changed_meanwhile",
            Self::Seal(SealError::Failed)
            | Self::Store(StoreError::Unavailable(_) | StoreError::Unreadable { .. })
            | Self::Outbound(_) => "unavailable",
        }
    }

    /// The page that says so. Who is not signed in is sent to sign in, and back.
    pub fn into_page(self, console: &Console, request: &Request) -> Response<Body> {
        if matches!(self, Self::SignedOut) {
            return to_sign_in(request);
        }
        let lang = Console::language(request, None);
        let (status, text) = self.told(words::console::frame(lang));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(error = %domain::Causes::of(&self), "a page of the console could not be made");
        }
        answer::page(request, status, frame::refusal(lang, console.operator(), text, self.code()))
    }

    const fn told(&self, words: &'static words::console::frame::FrameWords) -> (StatusCode, RefusalText) {
        match self {
            Self::SignedOut | Self::RoleTooLow => (StatusCode::FORBIDDEN, words.role_too_low),
            Self::NotThere => (StatusCode::NOT_FOUND, words.not_there),
            Self::Forged | Self::Seal(SealError::Foreign) => (StatusCode::FORBIDDEN, words.forged),
            Self::Unreadable => (StatusCode::BAD_REQUEST, words.unreadable),
            Self::TotpWrong => (StatusCode::FORBIDDEN, words.totp_wrong),
            Self::Seal(SealError::Expired) => (StatusCode::BAD_REQUEST, words.expired),
            Self::Store(StoreError::Conflict) => (StatusCode::CONFLICT, words.changed_meanwhile),
            Self::Seal(SealError::Failed)
            | Self::Store(StoreError::Unavailable(_) | StoreError::Unreadable { .. })
            | Self::Outbound(_) => (StatusCode::SERVICE_UNAVAILABLE, words.unavailable),
        }
    }
}

/// To the page where one signs in; a page that was asked for is come back to.
fn to_sign_in(request: &Request) -> Response<Body> {
    let asked = request.uri().path_and_query().map(|address| address.as_str());
    match asked.filter(|asked| *request.method() == Method::GET && asked.starts_with("/console")) {
        Some(asked) if asked != "/console" => {
            let next = percent_encoding::utf8_percent_encode(asked, percent_encoding::NON_ALPHANUMERIC);
            answer::see_other(&format!("/console/login?next={next}"))
        }
        Some(_) | None => answer::see_other("/console/login"),
    }
}
