//! Every day: signs the ends of the audit logs, so that nothing can be cut off or written anew behind them unseen.

use domain::{
    Causes, Clock, MerchantId,
    audit_chain::{HeadKey, SignedHead},
};
use inbound::{Config, Keyring, KeyringError};
use jiff::SignedDuration;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use store::{AuditLog, Merchants, StoreError};

/// Heads are not closer together: a run that is repeated signs nothing twice.
const DAILY: SignedDuration = SignedDuration::from_hours(20);

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    keyring: Keyring,
    merchants: Merchants,
    audit: AuditLog,
    clock: Clock,
}

/// Not every log was signed; the next day is the retry, and the check of a log says when it was signed last.
type Failed = Box<dyn std::error::Error + Send + Sync>;

impl Deps {
    /// # Errors
    /// [`KeyringError`].
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let keyring = Keyring::open(config).await?;
        Ok(Self { keyring, merchants: Merchants::new(table.clone()), audit: AuditLog::new(table), clock })
    }
}

/// Signs the end of every merchant's log; one that fails stops no other.
///
/// # Errors
/// The merchants could not be listed, or a log could not be signed.
pub async fn handler(deps: &Deps, _event: LambdaEvent<Value>) -> Result<(), lambda_runtime::Error> {
    let (mut signed, mut failed) = (0_u32, 0_u32);
    for merchant in deps.merchants.list().await? {
        match sign(deps, &merchant).await {
            Ok(()) => signed = signed.saturating_add(1),
            Err(error) => {
                failed = failed.saturating_add(1);
                tracing::error!(merchant.id = %merchant, error = %Causes::of(&*error), "an audit log was not signed");
            }
        }
    }
    tracing::info!(signed, failed, "audit logs signed");
    if failed > 0 { Err("not every audit log was signed".into()) } else { Ok(()) }
}

/// The head before is read first, so that heads never go back. Whoever signed at the same time signed the same log.
async fn sign(deps: &Deps, merchant: &MerchantId) -> Result<(), Failed> {
    let before = deps.audit.last_head(merchant).await?;
    if before.as_ref().is_some_and(|before| deps.clock.now().duration_since(before.at) < DAILY) {
        return Ok(());
    }
    let Some(end) = deps.audit.end(merchant).await? else { return Ok(()) };
    let key = deps.keyring.audit_key()?;
    let head = SignedHead::sign(&HeadKey(&key), merchant, before.as_ref(), Some(&end), deps.clock.now());
    match deps.audit.sign(merchant, &head).await {
        Ok(()) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
