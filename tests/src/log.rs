//! What the functions log while a test runs, as it would stand in the log.

use serde_json::Value;
use std::io::{Result, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The log of this thread since [`Log::capture`]. A test on the current-thread runtime has everything on it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Captures what is logged at `level` and above until the guard is dropped.
    #[must_use]
    pub fn capture(level: LevelFilter) -> (Self, DefaultGuard) {
        // With one subscriber alone, a place that another test's thread comes to first would be taken for one that nobody listens to.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(inbound::telemetry::records().with_max_level(LevelFilter::OFF).finish()));
        let log = Self::default();
        let subscriber = inbound::telemetry::records().with_max_level(level).with_writer(log.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every record.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        let bytes = self.bytes();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("a record is one line of JSON")).collect()
    }

    /// The messages of the records that sound an alarm.
    #[must_use]
    pub fn alarms(&self) -> Vec<String> {
        let records = self.records();
        let alarms = records.iter().filter(|record| record["alarm"] == true);
        alarms.map(|record| record["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
