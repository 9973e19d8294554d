//! Faults put at chosen calls, and the record of the calls that functions made.

use super::caller::Caller;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What goes wrong at one call. The SDK tries again by itself, and each try is a call of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error 500 (a lost connection at a host outside AWS); nothing was done.
    FailBefore,
    /// It was done, but the connection broke before the answer.
    ReplyLost,
    /// It was done twice; the second answer comes back. A message is then in its queue twice.
    Twice,
    /// Refused for too many requests; nothing was done.
    Throttled,
    /// Done after this time, on the cloud's [`Sleeper`](super::Sleeper).
    Slow(Duration),
    /// The invocation ends here; nothing was done.
    DropBefore,
    /// It was done, and the invocation ends here.
    DropAfter,
}

/// Which call a fault is put at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The call with this number; the first one after [`Faults::restart`] is 0.
    Index(u64),
    /// The n-th such call after [`Faults::restart`], from 0.
    Nth {
        /// The function's name; any if `None`.
        caller: Option<String>,
        /// `PutItem`, `SendMessage`, `SendEmail`, …; at a host outside AWS the method and path, `POST /authorize`.
        operation: String,
        /// How many such calls go before it.
        nth: u64,
    },
    /// Every write of an item of the tables whose partition key begins like this, until [`Faults::restart`] or [`Faults::stop`].
    Item {
        /// What the key begins with.
        key: String,
    },
}

/// One call that a function made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number.
    pub index: u64,
    /// The function's name.
    pub caller: String,
    /// `dynamodb`, `sqs`, `ses`, `kms`, `s3`, or the host outside AWS.
    pub service: String,
    /// `PutItem`, `SendMessage`, …; at a host outside AWS the method and path.
    pub operation: String,
    /// Names of tables, the queue, the key's id, the sender, bucket and key; empty at a host outside AWS.
    pub resource: String,
    /// The fault that was put here.
    pub fault: Option<Fault>,
}

/// The faults that are planned, and the calls that were made since [`Faults::restart`].
#[derive(Default)]
pub struct Faults {
    next: AtomicU64,
    active: AtomicBool,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    recording: bool,
    calls: Vec<Call>,
    plan: Vec<(When, Fault)>,
    seen: HashMap<(String, String), u64>,
}

impl Faults {
    /// Forgets calls and plans, numbers from 0, and keeps a record of every call from now on.
    pub fn restart(&self) {
        let mut book = self.book();
        *book = Book { recording: true, ..Book::default() };
        self.next.store(0, Ordering::Relaxed);
        self.active.store(true, Ordering::Relaxed);
    }

    /// Forgets calls and plans, and keeps no record, as at the start: nothing is spent on it.
    pub fn stop(&self) {
        *self.book() = Book::default();
        self.active.store(false, Ordering::Relaxed);
    }

    /// Puts a fault at one call.
    pub fn plan(&self, when: When, fault: Fault) {
        let mut book = self.book();
        book.plan.push((when, fault));
        self.active.store(true, Ordering::Relaxed);
    }

    /// The calls since [`Faults::restart`], in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.book().calls.clone()
    }

    /// How many planned faults no call has met yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.book().plan.len()
    }

    /// Numbers a call of a function and answers the fault planned for it. `describe` tells the rest of the record
    /// and is only called when someone wants it.
    pub(super) fn meet(&self, caller: &Caller, describe: impl FnOnce() -> CallDescription) -> Option<Fault> {
        if matches!(caller, Caller::Operator) {
            return None;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        if !self.active.load(Ordering::Relaxed) {
            return None;
        }
        let description = describe();
        self.book().meet(index, caller.name(), description)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the record of a call says about it.
pub(super) struct CallDescription {
    pub(super) service: String,
    pub(super) operation: String,
    pub(super) resource: String,
    /// The partition key of the one item that is written; empty where none is.
    pub(super) key: String,
}

impl Book {
    fn meet(&mut self, index: u64, caller: &str, description: CallDescription) -> Option<Fault> {
        let CallDescription { service, operation, resource, key } = description;
        let by_caller = count(&mut self.seen, (caller.to_owned(), operation.clone()));
        let by_all = count(&mut self.seen, (String::new(), operation.clone()));
        let hit = self.plan.iter().position(|(when, _)| match when {
            When::Index(wanted) => *wanted == index,
            When::Nth { caller: Some(wanted), operation: wanted_operation, nth } => {
                wanted == caller && *wanted_operation == operation && *nth == by_caller
            }
            When::Nth { caller: None, operation: wanted, nth } => *wanted == operation && *nth == by_all,
            When::Item { key: wanted } => !key.is_empty() && key.starts_with(wanted.as_str()),
        });
        let fault = hit.and_then(|position| match self.plan.get(position)? {
            (When::Item { .. }, fault) => Some(*fault),
            (When::Index(_) | When::Nth { .. }, _) => Some(self.plan.remove(position).1),
        });
        if self.recording {
            self.calls.push(Call { index, caller: caller.to_owned(), service, operation, resource, fault });
        }
        fault
    }
}

/// How often this was seen before.
fn count(seen: &mut HashMap<(String, String), u64>, what: (String, String)) -> u64 {
    let times = seen.entry(what).or_default();
    let before = *times;
    *times = before.saturating_add(1);
    before
}
