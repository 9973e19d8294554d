//! `kessai admin card-keys`: the data keys that kept cards are sealed under.

use aws_types::SdkConfig;
use charging::{NEWS_WITHIN, Vault, VaultError};
use clap::Subcommand;
use domain::{Clock, card::DataKeyId};
use outbound::CardKey;
use store::{CardKeys, KeyStage, StoreError, StoredKey, Table};

/// What can be done with data keys.
#[derive(Debug, Subcommand)]
pub enum CardKeysCommand {
    /// List the data keys and how far each is on its way out
    List,
    /// Make a new data key at once; cards are sealed under it from now on
    Rotate,
    /// Have the cards under a data key sealed under a newer one by the next runs of card-rewrap
    Retire {
        /// The data key: 2026-11, 2026-11b, …
        id: String,
    },
    /// Destroy a data key that no card is under any more. A backup from before holds it still, until the backup ends
    Destroy {
        /// The data key
        id: String,
    },
}

/// The keys of kept cards in one deployment.
#[derive(Clone, Debug)]
pub struct CardKeyring {
    card_key: CardKey,
    keys: CardKeys,
}

impl CardKeyring {
    /// The keys in `table`, wrapped under the card key with this ARN.
    #[must_use]
    pub fn new(sdk: &SdkConfig, card_key: &str, table: Table) -> Self {
        Self { card_key: CardKey::new(sdk, card_key), keys: CardKeys::new(table) }
    }
}

/// Why a command on data keys could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum CardKeysError {
    /// A deployment's card key was not named.
    #[error("--card-key is missing: the ARN that the stack prints as CardKeyArn")]
    NoCardKey,
    /// There is no such data key.
    #[error("there is no data key {0:?}; see `card-keys list`")]
    Unknown(String),
    /// It can't be destroyed yet.
    #[error("cards may still be under {0}: retire it, and wait until `card-keys list` says done")]
    NotDone(DataKeyId),
    /// Table or key failed.
    #[error("{}", domain::Causes::of(.0))]
    Vault(#[from] VaultError),
    /// The table failed.
    #[error("{}", domain::Causes::of(.0))]
    Store(#[from] StoreError),
}

/// Carries a command out; answers the lines to print.
pub(super) async fn run(
    ring: Option<&CardKeyring>,
    command: CardKeysCommand,
    clock: &Clock,
) -> Result<Vec<String>, CardKeysError> {
    let ring = ring.ok_or(CardKeysError::NoCardKey)?;
    match command {
        CardKeysCommand::List => list(&ring.keys).await,
        CardKeysCommand::Rotate => Ok(vec![rotate(ring, clock).await?]),
        CardKeysCommand::Retire { id } => retire(ring, &id, clock).await,
        CardKeysCommand::Destroy { id } => destroy(&ring.keys, &id).await,
    }
}

async fn list(keys: &CardKeys) -> Result<Vec<String>, CardKeysError> {
    let mut lines: Vec<String> = keys.list().await?.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("no data key yet; the first card that is kept makes one".to_owned());
    }
    Ok(lines)
}

fn line(key: &StoredKey) -> String {
    let since = match key.stage {
        KeyStage::Retiring { since } => format!(" since {since}"),
        KeyStage::InUse | KeyStage::Done | KeyStage::Destroyed => String::new(),
    };
    format!("{:<8}  {}{since}", key.id.as_str(), key.stage.name())
}

async fn rotate(ring: &CardKeyring, clock: &Clock) -> Result<String, CardKeysError> {
    let vault = Vault::new(ring.card_key.clone(), ring.keys.clone(), clock.clone());
    let id = vault.rotate().await?;
    Ok(format!("made data key {id}; every function seals under it within {} minutes", NEWS_WITHIN.as_mins()))
}

/// What seals must stay: the newest key is replaced before it is marked.
async fn retire(ring: &CardKeyring, id: &str, clock: &Clock) -> Result<Vec<String>, CardKeysError> {
    let key = find(&ring.keys, id).await?;
    let mut lines = Vec::new();
    if ring.keys.list().await?.last().is_some_and(|newest| newest.id == key.id) {
        lines.push(rotate(ring, clock).await?);
    }
    ring.keys.retire(&key.id, clock.now()).await?;
    let stands = find(&ring.keys, id).await?;
    lines.push(line(&stands));
    if matches!(stands.stage, KeyStage::Retiring { .. }) {
        lines.push("card-rewrap seals its cards anew every day; a whole day's walk later it is done".to_owned());
    }
    Ok(lines)
}

async fn destroy(keys: &CardKeys, id: &str) -> Result<Vec<String>, CardKeysError> {
    let key = find(keys, id).await?;
    keys.destroy(&key.id).await.map_err(|error| match error {
        StoreError::Conflict => CardKeysError::NotDone(key.id.clone()),
        error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. }) => error.into(),
    })?;
    Ok(vec![format!("destroyed data key {}", key.id)])
}

async fn find(keys: &CardKeys, id: &str) -> Result<StoredKey, CardKeysError> {
    let unknown = || CardKeysError::Unknown(id.to_owned());
    let name = DataKeyId::new(id).map_err(|_| unknown())?;
    keys.load(&name).await?.ok_or_else(unknown)
}
