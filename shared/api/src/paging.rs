//! Pages of lists: where the next one begins travels sealed, bound to its merchant and to what was asked.

use domain::{
    MerchantId,
    api::{Code, ListAsked},
};
use inbound::Sealed;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Api, Problem, Query, Visit};

/// How long a cursor is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Paged<T> {
    /// The entries, newest first.
    pub data: Vec<T>,
    /// Where the next page begins, as the parameter `cursor`. Absent: this is the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Where the next page of a list begins.
#[derive(Serialize, Deserialize)]
#[serde(bound(deserialize = "P: DeserializeOwned"))]
pub struct Cursor<P> {
    merchant: MerchantId,
    /// Which list, and what was asked of it.
    asked: ListAsked,
    below: P,
}

impl<P: Serialize + DeserializeOwned> Sealed for Cursor<P> {
    const PURPOSE: &'static str = "api page";
}

impl<P: Serialize + DeserializeOwned> Cursor<P> {
    /// The place that the request's cursor names. None: it begins at the newest.
    ///
    /// # Errors
    /// [`Code::CursorInvalid`].
    pub fn of(api: &Api, visit: &Visit<'_>, query: &Query, asked: &ListAsked) -> Result<Option<P>, Problem> {
        let Some(sealed) = query.text("cursor")? else { return Ok(None) };
        let wrong = || Problem::new(Code::CursorInvalid);
        let cursor: Self = api.keyring().unseal(sealed, visit.now).map_err(|_| wrong())?;
        let own = cursor.merchant == *visit.merchant_id() && cursor.asked == *asked;
        if own { Ok(Some(cursor.below)) } else { Err(wrong()) }
    }

    /// The text of a cursor.
    ///
    /// # Errors
    /// [`Code::Unavailable`] where the random source fails.
    pub fn seal(api: &Api, visit: &Visit<'_>, asked: &ListAsked, below: P) -> Result<String, Problem> {
        let cursor = Self { merchant: visit.merchant_id().clone(), asked: asked.clone(), below };
        let until = visit.now.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX);
        api.keyring().seal(&cursor, until).map_err(|_| Problem::new(Code::Unavailable))
    }
}
