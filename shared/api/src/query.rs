//! The parameters of an address, each known and given once.

use domain::{
    api::{Code, Fault},
    wire::{ParameterName, Parameters, WireError},
};
use http::{HeaderMap, header};
use inbound::http::header_text;
use lambda_http::Request;

use crate::Problem;

/// The most entries that a page of a list has.
pub(crate) const MOST_ON_A_PAGE: u8 = 100;
/// What is wrong where no parameter can be named.
const QUERY: &str = "query";
/// How many it has where nothing is asked.
const ON_A_PAGE: u8 = 50;

/// The parameters of an address.
#[derive(Debug)]
pub struct Query(Parameters);

impl Query {
    /// Reads them. Only the `known` ones may stand there.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn of(request: &Request, known: &[&str]) -> Result<Self, Problem> {
        let bytes = request.uri().query().unwrap_or_default().as_bytes();
        let parameters = Parameters::parse(bytes).map_err(|error| unreadable(&error))?;
        for (name, value) in parameters.iter() {
            let known = known.iter().find(|known| known.as_bytes() == name);
            let name = known.ok_or_else(|| named(&ParameterName::of(name), Fault::Unknown))?;
            let text = std::str::from_utf8(value).map_err(|_| malformed(name))?;
            if domain::text::has_control(text) {
                return Err(Problem::field(Code::FieldRefused, *name, Fault::ControlCharacter));
            }
        }
        Ok(Self(parameters))
    }

    /// A parameter's text, if it is there. One that is there and empty is malformed: nobody asks for nothing.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn text(&self, name: &str) -> Result<Option<&str>, Problem> {
        let Some(value) = self.0.value(name) else { return Ok(None) };
        let text = std::str::from_utf8(value).ok().filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| malformed(name))
    }

    /// A parameter as what `read` makes of it.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn read<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        read(text).map(Some).ok_or_else(|| malformed(name))
    }

    /// How many entries a page is to have.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn limit(&self) -> Result<usize, Problem> {
        let plain = |text: &str| !text.starts_with(['0', '+']);
        let read = |text: &str| text.parse().ok().filter(|n: &u8| plain(text) && (1..=MOST_ON_A_PAGE).contains(n));
        Ok(usize::from(self.read("limit", read)?.unwrap_or(ON_A_PAGE)))
    }
}

/// A header's text, if it was sent.
pub(crate) fn sent<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<Option<&'a str>> {
    headers.contains_key(name).then(|| header_text(headers, name))
}

fn malformed(name: &str) -> Problem {
    Problem::field(Code::FieldInvalid, name, Fault::Malformed)
}

fn unreadable(error: &WireError) -> Problem {
    match error {
        WireError::TooLarge | WireError::TooMany => Problem::field(Code::FieldInvalid, QUERY, Fault::TooLong),
        WireError::BadEscape(name) => named(name, Fault::Malformed),
        WireError::GivenTwice(name) => named(name, Fault::Twice),
    }
}

/// A parameter that is wrong, by its name where that is fit to be said again: it is somebody's own text.
fn named(name: &ParameterName, fault: Fault) -> Problem {
    let name = if name.as_str() == "?" { QUERY } else { name.as_str() };
    Problem::field(Code::FieldInvalid, name, fault)
}
