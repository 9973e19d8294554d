//! What came of a try, and what it means.

use serde::{Deserialize, Serialize};

/// What came of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The endpoint answered with this status.
    Status(u16),
    /// There is none.
    Unheard(Unheard),
}

/// Why an endpoint answered nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unheard {
    /// Its address, or what its name resolves to, is one that we do not call.
    Refused,
    /// No connection could be made, or its certificate is not vouched for.
    NoConnection,
    /// The connection broke.
    Lost,
    /// It took too long.
    Timeout,
    /// It was not tried: the endpoint had just left others without an answer.
    Rests,
    /// It was never tried: its order was opened again first, and the form could only tell of the new visit.
    OpenedAgain,
}

/// What follows from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It was heard.
    Heard,
    /// The endpoint wants nothing any more.
    Gone,
    /// This one is told again; others may well be heard.
    Again,
    /// The endpoint itself is in trouble: others would not be heard either.
    Silent,
}

impl Answer {
    /// What follows: 2xx is heard, 410 is gone, a redirect is not followed, and 429, 502, 503 and 504 are the endpoint's trouble (Standard Webhooks 1.0.0).
    pub const fn meaning(self) -> Meaning {
        match self {
            Self::Status(200..=299) => Meaning::Heard,
            Self::Status(410) => Meaning::Gone,
            Self::Status(429 | 502 | 503 | 504)
            | Self::Unheard(Unheard::NoConnection | Unheard::Timeout | Unheard::Rests) => Meaning::Silent,
            Self::Status(_) | Self::Unheard(Unheard::Refused | Unheard::Lost | Unheard::OpenedAgain) => Meaning::Again,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_2xx_is_heard() {
        for status in 100..600 {
            let expected = match status {
                200..=299 => Meaning::Heard,
                410 => Meaning::Gone,
                429 | 502 | 503 | 504 => Meaning::Silent,
                _ => Meaning::Again,
            };
            assert_eq!(Answer::Status(status).meaning(), expected, "{status}");
        }
    }
}
