//! A request of somebody who is not signed in: language, where they want to go, the form they sent.

use console::{Console, Frame, Refusal, sent_from_here};
use domain::{Lang, wire::Parameters};
use inbound::{SealError, Sealed};
use lambda_http::Request;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::{Deps, after};

/// How long a form may be open. Seconds.
const ENTRY_S: i64 = 2 * 3600;

/// What the forms of these pages carry sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Where to go after signing in.
    pub(crate) next: String,
}

impl Sealed for Entry {
    const PURPOSE: &'static str = "console entry form";
}

/// A form of somebody who is not signed in.
pub(crate) struct Form(Parameters);

impl Form {
    /// A field; empty where it is missing or no text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.value(name).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }
}

/// A request of somebody who is not signed in.
pub(crate) struct Outside<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) request: &'a Request,
    pub(crate) lang: Lang,
}

impl<'a> Outside<'a> {
    pub(crate) fn of(deps: &'a Deps, request: &'a Request) -> Self {
        Self { deps, request, lang: Console::language(request, None) }
    }

    /// The form that was sent from a page of ours.
    pub(crate) fn fields(&self) -> Result<Form, Refusal> {
        if !sent_from_here(self.request) {
            return Err(Refusal::Forged);
        }
        Parameters::parse(self.request.body().as_ref()).map(Form).map_err(|_| Refusal::Unreadable)
    }

    /// The form, and what it carries sealed. None: it was open for too long.
    pub(crate) fn form(&self) -> Result<(Form, Option<Entry>), Refusal> {
        let form = self.fields()?;
        match self.deps.console.keyring().unseal(form.text("token"), self.deps.console.now()) {
            Ok(entry) => Ok((form, Some(entry))),
            Err(SealError::Expired) => Ok((form, None)),
            Err(SealError::Foreign) => Err(Refusal::Forged),
            Err(error @ SealError::Failed) => Err(error.into()),
        }
    }

    /// What a form carries sealed.
    pub(crate) fn entry(&self, next: String) -> Result<String, SealError> {
        self.deps.console.keyring().seal(&Entry { next }, after(self.deps, ENTRY_S))
    }

    /// A word in the address.
    pub(crate) fn query(&self, name: &str) -> Option<&'a str> {
        let query = self.request.uri().query().unwrap_or_default();
        query
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(given, _)| *given == name))
            .map(|(_, value)| value)
    }

    /// Where the address says to go afterwards.
    pub(crate) fn next(&self) -> String {
        let asked = self.query("next").map(|next| percent_decode_str(next).decode_utf8_lossy().into_owned());
        asked.filter(|next| is_ours(next)).unwrap_or_else(|| "/console".to_owned())
    }

    /// The frame around a page, whose forms carry `token`.
    pub(crate) fn frame(&self, title: &str, token: &str) -> Frame {
        let address = self.request.uri().path_and_query().map_or("/console/login", |address| address.as_str());
        let mut frame = Frame::outside(self.lang, title, address);
        token.clone_into(&mut frame.token);
        frame
    }
}

/// A page of the console, and nothing that a browser could take for another host's.
fn is_ours(address: &str) -> bool {
    let rest = address.strip_prefix("/console");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        && address.len() <= 2048
        && address.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for (address, ours) in [
            ("/console", true),
            ("/console/transactions?state=paid", true),
            ("/console?lang=en", true),
            ("//evil.example/console", false),
            ("https://evil.example/console", false),
            ("/consolee", false),
            ("/console.evil.example", false),
            ("/console/\\evil", false),
            ("/console\r\nset-cookie: a=b", false),
            ("/pay", false),
            ("", false),
        ] {
            assert_eq!(is_ours(address), ours, "{address:?}");
        }
    }
}
