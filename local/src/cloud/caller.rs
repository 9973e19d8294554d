//! Whose call it is, and the invocation that a drop fault ends.

use super::permissions::Permissions;
use std::sync::Arc;
use tokio::sync::Notify;

/// Whose call it is.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A function, held to its role.
    Function {
        /// Its logical name in the template.
        name: Arc<str>,
        /// Its role.
        permissions: Arc<Permissions>,
    },
    /// The administrator at the machine, by `kessai admin` or an AWS client: everything is allowed, nothing is counted.
    Operator,
}

impl Caller {
    /// A function, held to its role.
    #[must_use]
    pub fn function(name: &str, permissions: Permissions) -> Self {
        Self::Function { name: Arc::from(name), permissions: Arc::new(permissions) }
    }

    /// The function's name, or `operator`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Function { name, .. } => name,
            Self::Operator => "operator",
        }
    }
}

/// The invocation was ended in the middle, as a killed Lambda is: there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the invocation was dropped by a planned fault")]
pub struct Dropped;

tokio::task_local! {
    static INVOCATION: Arc<Notify>;
}

/// Runs an invocation until it ends or a fault drops it.
pub(super) async fn run<T>(invocation: impl Future<Output = T>) -> Result<T, Dropped> {
    let dropped = Arc::new(Notify::new());
    tokio::select! {
        biased;
        () = dropped.notified() => Err(Dropped),
        answer = INVOCATION.scope(Arc::clone(&dropped), invocation) => Ok(answer),
    }
}

/// The invocation whose task this is.
pub(super) fn current() -> Option<DropSignal> {
    INVOCATION.try_with(|invocation| DropSignal(Arc::clone(invocation))).ok()
}

/// Ends an invocation.
pub(super) struct DropSignal(Arc<Notify>);

impl DropSignal {
    /// Ends it at its next await, which is the one that waits for this call's answer.
    pub(super) fn fire(&self) {
        self.0.notify_one();
    }
}
