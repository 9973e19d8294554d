//! How quickly a worker goes to the acquirer: with the bound on how many runs there are at once, the agreed rate.

use std::time::Duration;

use crate::{Config, ConfigError};

/// How many charges there are at once in a run, and what each takes at least.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    at_once: usize,
    least: Duration,
}

impl Pace {
    /// Reads it from two settings: a number of charges, and milliseconds.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn of(config: &Config, at_once: &'static str, least_ms: &'static str) -> Result<Self, ConfigError> {
        let wrong = |name, why| move |_| ConfigError::Wrong { name, why };
        let most: usize = config.required(at_once)?.parse().map_err(wrong(at_once, "a number of charges"))?;
        let least_ms = config.required(least_ms)?.parse().map_err(wrong(least_ms, "milliseconds"))?;
        Ok(Self { at_once: most.max(1), least: Duration::from_millis(least_ms) })
    }

    /// How many charges there are at once; never 0.
    pub const fn at_once(self) -> usize {
        self.at_once
    }

    /// Does one charge, and takes at least a charge's time for it.
    pub async fn keep<T>(self, charge: impl Future<Output = T> + Send) -> T {
        if self.least.is_zero() {
            return charge.await;
        }
        tokio::join!(charge, tokio::time::sleep(self.least)).0
    }
}
