//! An error for the log: itself and what caused it, on one line.

use std::{error::Error, fmt};

/// Shows an error and all its causes, outermost first.
pub struct Causes<'a>(&'a (dyn Error + 'static));

impl<'a> Causes<'a> {
    /// The causes of `error`.
    pub fn of(error: &'a (dyn Error + 'static)) -> Self {
        Self(error)
    }
}

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
