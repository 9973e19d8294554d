//! How the system on one machine is started.

use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

use super::clock::{Time, WorldClock};
use crate::cloud;
use crate::template::{self, Template, TemplateError};

/// How often everybody else has a turn while a call is slow: more than one request takes.
const OVERTAKEN: u32 = 1_000;

/// How the system on one machine is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where everything is kept; `None` keeps it in memory and forgets it.
    pub data_dir: Option<PathBuf>,
    /// Where the time comes from.
    pub time: Time,
    /// Origin of the payment page: `http://localhost:9000`.
    pub page_origin: String,
    /// Origin of the demo shop, another host name so that browsers take it for another site: `http://127.0.0.1:9000`.
    pub shop_origin: String,
    /// The bearer token between acquirer and functions.
    pub acquirer_token: String,
    /// Where the test acquirer keeps its ledger.
    pub ledger: Ledger,
    /// Whether the demo merchants send completion mails.
    pub mail: bool,
    /// Whether the demo merchants and links are put in.
    pub demo: bool,
    /// Where the AWS port is, `http://127.0.0.1:4566`: addresses that functions sign lead there. `None` lets them lead to AWS.
    pub aws_origin: Option<String>,
    /// Whether the clock's days bring the daily housekeeping.
    pub housekeeping: Housekeeping,
    /// The template's text.
    pub source: &'static str,
}

/// What nobody who pays or is paid waits for, run once a day: retention, the signing of the audit log, the settlement check, new card keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Housekeeping {
    /// On its schedule, as deployed.
    Daily,
    /// Left out: most of what a clock that is moved by months would do is this.
    Rests,
}

/// Where the test acquirer keeps its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ledger {
    /// In its table, as deployed.
    Table,
    /// In memory: benchmarks measure the product, not its counterpart.
    Memory,
}

impl Options {
    /// For a test: nothing kept, a clock that stands until it is moved, and no housekeeping.
    #[must_use]
    pub fn test(start: Timestamp) -> Self {
        Self { time: Time::Frozen(start), housekeeping: Housekeeping::Rests, ..Self::serving(9000, None) }
    }

    /// For a person: the machine's clock, this port, this directory.
    #[must_use]
    pub fn serving(port: u16, data_dir: Option<PathBuf>) -> Self {
        Self {
            data_dir,
            time: Time::Real,
            page_origin: format!("http://localhost:{port}"),
            shop_origin: format!("http://127.0.0.1:{port}"),
            acquirer_token: "a-token-of-the-local-system-which-opens-nothing-else".to_owned(),
            ledger: Ledger::Table,
            mail: true,
            demo: true,
            aws_origin: None,
            housekeeping: Housekeeping::Daily,
            source: template::SOURCE,
        }
    }

    /// The wiring, with the local system's parameters.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn template(&self) -> Result<Template, TemplateError> {
        Template::read(self.source, &template::local_parameters(&self.page_origin, &self.acquirer_token))
    }

    pub(super) fn cloud(&self, clock: &Arc<WorldClock>) -> cloud::Options {
        let (reader, sleeper) = (Arc::clone(clock), Arc::clone(clock));
        let memory = cloud::Options::memory(Arc::new(move || reader.now()));
        cloud::Options {
            data_dir: self.data_dir.clone(),
            sleeper: Some(Arc::new(move |duration| {
                let clock = Arc::clone(&sleeper);
                Box::pin(async move {
                    if clock.is_real() {
                        tokio::time::sleep(duration).await;
                    } else {
                        clock.move_to(clock.after(duration));
                        // what else goes on overtakes what is slow
                        for _ in 0..OVERTAKEN {
                            tokio::task::yield_now().await;
                        }
                    }
                })
            })),
            region: template::REGION.to_owned(),
            account: template::ACCOUNT.to_owned(),
            origin: self.aws_origin.clone(),
            ..memory
        }
    }
}
