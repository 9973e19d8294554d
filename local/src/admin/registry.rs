//! Merchants and links by the product's own store and keys.

use charging::Charging;
use domain::audit::{Action, Actor};
use domain::merchant::Retention;
use domain::{CardOwner, Clock, KeptCard, LinkId, Merchant, MerchantId, Payment, PaymentKey, link::Link};
use inbound::{Config, ConfigError, Keyring, KeyringError};
use outbound::Acquirer;
use std::{pin::Pin, sync::Arc};
use store::StoreError;

use super::{AdminError, CardKeyring, Rebuilder};

/// Merchants and links of one deployment.
#[derive(Debug)]
pub struct Registry {
    merchants: store::Merchants,
    links: store::Links,
    cards: store::Cards,
    payments: store::Payments,
    users: store::Users,
    offers: store::Offers,
    api_keys: store::ApiKeys,
    owners: store::Owners,
    audit: store::AuditLog,
    operator: Option<String>,
    acquirer: Option<Arc<dyn Acquirer>>,
    keyring: Keyring,
    card_keys: Option<CardKeyring>,
    rebuilder: Option<Rebuilder>,
    page_origin: Option<String>,
    local_origin: Option<String>,
}

/// Why the registry refused.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A setting of the deployment is missing.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The application's key can't be opened.
    #[error("{0}: {cause}", cause = cause_of(.0))]
    Keyring(#[from] KeyringError),
    /// It exists, or someone changed it first.
    #[error("it was made or changed by someone else")]
    Conflict,
    /// The table failed.
    #[error("{0}: {cause}", cause = cause_of(.0))]
    Store(StoreError),
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::Unavailable(_) | StoreError::Unreadable { .. } => Self::Store(error),
        }
    }
}

impl Registry {
    /// Opens table and key; `local_origin` is where the demo shop of the local system is, None elsewhere.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn open(config: &Config, local_origin: Option<String>) -> Result<Self, RegistryError> {
        let table = config.table()?;
        Ok(Self {
            merchants: store::Merchants::new(table.clone()),
            links: store::Links::new(table.clone()),
            cards: store::Cards::new(table.clone()),
            payments: store::Payments::new(table.clone()),
            users: store::Users::new(table.clone()),
            offers: store::Offers::new(table.clone()),
            api_keys: store::ApiKeys::new(table.clone()),
            owners: store::Owners::new(table.clone()),
            audit: store::AuditLog::new(table.clone()),
            operator: None,
            rebuilder: Rebuilder::open(config),
            acquirer: config.acquirer().ok(),
            page_origin: config.required("PAGE_ORIGIN").ok().map(str::to_owned),
            keyring: Keyring::open(config).await?,
            card_keys: config.required("CARD_KEY").ok().map(|key| CardKeyring::new(config.sdk(), key, table)),
            local_origin,
        })
    }

    /// The same, used by an operator of this name.
    #[must_use]
    pub fn used_by(mut self, operator: Option<String>) -> Self {
        self.operator = operator.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        self
    }

    /// Who uses it.
    ///
    /// # Errors
    /// [`AdminError::NoOperator`] where that was not said.
    pub fn operator(&self) -> Result<&str, AdminError> {
        self.operator.as_deref().ok_or(AdminError::NoOperator)
    }

    /// Notes in a merchant's audit log what the operator did. Who did not say a name is noted as the command line.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn note(&self, merchant: &MerchantId, action: Action, clock: &Clock) -> Result<(), RegistryError> {
        let retention = self.retention(merchant).await?;
        self.audit.append(merchant, &self.actor(), &action, clock.now(), &retention).await?;
        Ok(())
    }

    /// Notes in a merchant's audit log what the operator is about to do, and does it: without the note nothing is done.
    ///
    /// # Errors
    /// [`RegistryError`]; [`RegistryError::Conflict`] where something else came first, which is noted, too.
    pub fn noted<'a, T: Send + 'a>(
        &'a self,
        merchant: &'a MerchantId,
        action: Action,
        clock: &'a Clock,
        doing: impl Future<Output = Result<T, StoreError>> + Send + 'a,
    ) -> Pin<Box<dyn Future<Output = Result<T, RegistryError>> + Send + 'a>> {
        Box::pin(async move {
            let (by, retention) = (self.actor(), self.retention(merchant).await?);
            Ok(self.audit.ahead(merchant, &by, &action, clock.now(), &retention, doing).await?)
        })
    }

    /// How long a merchant keeps its log; one that is being made keeps it as all do at first.
    async fn retention(&self, merchant: &MerchantId) -> Result<Retention, RegistryError> {
        Ok(self.load(merchant).await?.map(|merchant| merchant.retention).unwrap_or_default())
    }

    fn actor(&self) -> Actor {
        Actor::Operator(self.operator.clone().unwrap_or_else(|| "kessai admin".to_owned()))
    }

    /// The merchants.
    #[must_use]
    pub fn merchants(&self) -> &store::Merchants {
        &self.merchants
    }

    /// Seals merchants' secrets.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The keys of kept cards, if the card key is known here.
    #[must_use]
    pub fn card_keys(&self) -> Option<&CardKeyring> {
        self.card_keys.as_ref()
    }

    /// Makes the read model anew, if it is known here where that is.
    #[must_use]
    pub fn rebuilder(&self) -> Option<&Rebuilder> {
        self.rebuilder.as_ref()
    }

    /// Origin of the payment page, if it is known here.
    #[must_use]
    pub fn page_origin(&self) -> Option<&str> {
        self.page_origin.as_deref()
    }

    /// People who sign in to the console.
    #[must_use]
    pub fn users(&self) -> &store::Users {
        &self.users
    }

    /// Keys of the JSON API.
    pub fn api_keys(&self) -> &store::ApiKeys {
        &self.api_keys
    }

    /// What merchants sell as regular purchases.
    #[must_use]
    pub fn offers(&self) -> &store::Offers {
        &self.offers
    }

    /// Who certainly is an owner.
    #[must_use]
    pub fn owners(&self) -> &store::Owners {
        &self.owners
    }

    /// The audit logs.
    #[must_use]
    pub fn audit(&self) -> &store::AuditLog {
        &self.audit
    }

    /// Reads a payment.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn payment(&self, key: &PaymentKey) -> Result<Option<Payment>, RegistryError> {
        Ok(self.payments.load(key).await?)
    }

    /// What moves a payment's money, if the acquirer is known here.
    #[must_use]
    pub fn charging(&self, clock: Clock) -> Option<Charging> {
        let acquirer = self.acquirer.clone()?;
        Some(Charging::new(self.payments.clone(), self.cards.clone(), acquirer, clock))
    }

    /// What a person has to look at.
    #[must_use]
    pub fn attention(&self) -> store::Attention {
        self.payments.attention()
    }

    /// Reads a kept card, deleted or not.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn kept_card(&self, merchant: &MerchantId, owner: &CardOwner) -> Result<Option<KeptCard>, RegistryError> {
        Ok(self.cards.load(merchant, owner).await?)
    }

    /// Where plain http may lead.
    #[must_use]
    pub fn local_origin(&self) -> Option<&str> {
        self.local_origin.as_deref()
    }

    /// Reads a merchant.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn load(&self, id: &MerchantId) -> Result<Option<Merchant>, RegistryError> {
        Ok(self.merchants.load(id).await?)
    }

    /// Writes a new merchant.
    ///
    /// # Errors
    /// [`RegistryError::Conflict`] when its number is taken.
    pub async fn create(&self, merchant: &Merchant) -> Result<(), RegistryError> {
        Ok(self.merchants.create(merchant).await?)
    }

    /// Writes a changed merchant, whose version is one higher.
    ///
    /// # Errors
    /// [`RegistryError::Conflict`] when someone changed it first.
    pub async fn update(&self, merchant: &Merchant) -> Result<(), RegistryError> {
        Ok(self.merchants.update(merchant).await?)
    }

    /// All merchant numbers.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn list(&self) -> Result<Vec<MerchantId>, RegistryError> {
        Ok(self.merchants.list().await?)
    }

    /// Reads a link.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn link(&self, id: &LinkId) -> Result<Option<Link>, RegistryError> {
        Ok(self.links.load(id).await?)
    }

    /// Writes a new link.
    ///
    /// # Errors
    /// [`RegistryError::Conflict`] when its name is taken.
    pub async fn create_link(&self, link: &Link) -> Result<(), RegistryError> {
        Ok(self.links.create(link).await?)
    }
}

/// All that led to an error: the administrator is told, nobody else sees it.
fn cause_of(error: &dyn std::error::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    causes.join(": ")
}
