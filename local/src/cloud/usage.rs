//! What functions' calls have used, by DynamoDB's rules. The operator's calls and uncounted tables stay out.

use super::Cloud;
use super::caller::Caller;
use super::protocol::Service;
use super::tables::quoted;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What functions' calls have used since the start; product tables only.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    /// DynamoDB.
    pub dynamodb: DynamoDbUsage,
    /// SQS.
    pub sqs: ServiceUsage,
    /// KMS.
    pub kms: ServiceUsage,
    /// SES.
    pub ses: ServiceUsage,
    /// S3.
    pub s3: ServiceUsage,
}

/// DynamoDB's part.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DynamoDbUsage {
    /// Write units, of tables and their indexes; a refused condition costs one, too.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
    /// Calls by operation.
    pub calls: BTreeMap<String, u64>,
    /// The same by function.
    pub by_function: BTreeMap<String, FunctionUsage>,
    /// The size in bytes of the largest item that each counted table holds.
    pub largest_item: BTreeMap<String, u64>,
}

/// One function's part of DynamoDB's.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FunctionUsage {
    /// Write units.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
    /// Calls by operation.
    pub calls: BTreeMap<String, u64>,
}

/// Another service's part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServiceUsage {
    /// Calls of any operation.
    pub calls: u64,
}

/// The counters behind [`Usage`]. One short lock a call.
#[derive(Default)]
pub(super) struct Counters {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    total: Tally,
    by_function: HashMap<Arc<str>, Tally>,
    sqs: u64,
    kms: u64,
    ses: u64,
    s3: u64,
}

#[derive(Default)]
struct Tally {
    write_units: f64,
    read_units: f64,
    calls: HashMap<&'static str, u64>,
}

/// What one call on tables used.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Units {
    pub(super) write: f64,
    pub(super) read: f64,
}

impl Counters {
    /// Counts a function's call on counted tables.
    pub(super) fn count_tables(&self, caller: &Caller, operation: &'static str, units: Units) {
        let Caller::Function { name, .. } = caller else { return };
        let mut counts = self.counts();
        counts.total.add(operation, units);
        match counts.by_function.get_mut(name) {
            Some(tally) => tally.add(operation, units),
            None => counts.by_function.entry(Arc::clone(name)).or_default().add(operation, units),
        }
    }

    /// Counts a function's call on another service.
    pub(super) fn count_service(&self, caller: &Caller, service: Service) {
        let Caller::Function { .. } = caller else { return };
        let mut counts = self.counts();
        let counter = match service {
            Service::Sqs => &mut counts.sqs,
            Service::Kms => &mut counts.kms,
            Service::Ses => &mut counts.ses,
            Service::S3 => &mut counts.s3,
            Service::DynamoDb => return,
        };
        *counter = counter.saturating_add(1);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    #[expect(clippy::float_arithmetic, reason = "capacity units come in halves; no money is in them")]
    fn add(&mut self, operation: &'static str, units: Units) {
        self.write_units += units.write;
        self.read_units += units.read;
        let calls = self.calls.entry(operation).or_default();
        *calls = calls.saturating_add(1);
    }

    fn report(&self) -> FunctionUsage {
        let calls = self.calls.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect();
        FunctionUsage { write_units: self.write_units, read_units: self.read_units, calls }
    }
}

/// The counters as they stand.
pub(super) fn report(cloud: &Cloud) -> Usage {
    let tables = cloud.inner.tables.counted();
    let largest = |table: String| {
        let query = format!("SELECT COALESCE(MAX(item_size), 0) FROM {}", quoted(&table));
        let size = cloud.inner.tables.with_side(|side| side.query_row(&query, [], |row| row.get(0)));
        size.map(|size| (table, size))
    };
    let largest_item = tables.into_iter().filter_map(|table| largest(table).ok()).collect();
    let counts = cloud.inner.usage.counts();
    let FunctionUsage { write_units, read_units, calls } = counts.total.report();
    let by_function = counts.by_function.iter().map(|(name, tally)| (name.to_string(), tally.report())).collect();
    Usage {
        dynamodb: DynamoDbUsage { write_units, read_units, calls, by_function, largest_item },
        sqs: ServiceUsage { calls: counts.sqs },
        kms: ServiceUsage { calls: counts.kms },
        ses: ServiceUsage { calls: counts.ses },
        s3: ServiceUsage { calls: counts.s3 },
    }
}
