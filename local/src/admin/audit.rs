//! `kessai admin audit`: whether a merchant's audit log is what was written.

use clap::Subcommand;
use domain::{
    Clock,
    audit_chain::{HeadKey, Log, kept_since},
};

use super::{AdminError, Registry, RegistryError, load};

/// What can be done with audit logs.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Follow the chain of all entries and check the daily signatures
    Verify {
        /// Merchant number
        merchant: String,
    },
}

/// Carries a command out; answers the lines to print. A log that is not what was written is an error.
pub(super) async fn run(registry: &Registry, command: AuditCommand, clock: &Clock) -> Result<Vec<String>, AdminError> {
    let AuditCommand::Verify { merchant } = command;
    let merchant = load(registry, &merchant).await?.id;
    let heads = registry.audit().heads(&merchant).await.map_err(RegistryError::from)?;
    let entries = registry.audit().chain(&merchant).await.map_err(RegistryError::from)?;
    let key = registry.keyring().audit_key().map_err(|_| AdminError::Seal)?;
    let now = clock.now();
    let log = Log { merchant: &merchant, entries: &entries, heads: &heads, kept_since: kept_since(now) };
    let whole = log.verify(&HeadKey(&key), now)?;
    let signed = match whole.signed_at {
        Some(at) => format!("signed up to entry {} at {at}", whole.signed),
        None => "not signed yet".to_owned(),
    };
    Ok(vec![format!("the audit log of merchant {merchant} is what was written: {} entries, {signed}", whole.entries)])
}
