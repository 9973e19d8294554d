//! What a list was asked for, by which its pages belong together.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::id::framed_digest;

/// What a list was asked for, as its cursors carry it: 22 characters, however long the parameters are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListAsked(String);

impl ListAsked {
    /// Of a list and its parameters in one way of writing them: 128 bits of SHA-256.
    pub fn of(list: &str, parameters: &str) -> Self {
        let digest = framed_digest([b"list".as_slice(), list.as_bytes(), parameters.as_bytes()]);
        Self(BASE64URL_NOPAD.encode(digest.get(..16).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_is_short_and_no_two_lists_share_it() {
        let long = "x".repeat(9_000);
        let all =
            [("links", ""), ("renewals", ""), ("links", "status=open"), ("link", "sstatus=open"), ("links", &long)];
        for (place, (list, parameters)) in all.iter().enumerate() {
            let asked = ListAsked::of(list, parameters);
            assert_eq!(asked.0.len(), 22, "{asked:?}");
            assert_eq!(all.iter().position(|(list, parameters)| ListAsked::of(list, parameters) == asked), Some(place));
        }
    }
}
