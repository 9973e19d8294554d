//! The card vault: seals the number of a kept card, opens it for a charge, tells numbers apart. Few calls to KMS.
//!
//! There is one data key a month, shared by all environments through the table; each environment opens it once and keeps it.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    Clock, Fingerprint, KeptCard, Pan,
    card::{DataKeyId, HeldNumber},
    clock::japan_date,
    id::IdError,
};
use jiff::{SignedDuration, Timestamp};
use outbound::{
    CardKey, OutboundError,
    vault::{DataKey, FingerprintKey, SealError},
};
use store::{CardKeys, StoreError};
use tokio::sync::OnceCell;

/// How long an environment may seal under a key after a newer one was made.
pub const NEWS_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// How many opened data keys an environment keeps: two years, and a few that were made in between.
const OPENED_KEPT: usize = 32;

/// Why a number could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The table did not answer, or a wrapped key in it is not what was written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// KMS did not make or open a key.
    #[error("KMS did not make or open a card key")]
    Kms(#[source] OutboundError),
    /// The card's number is not held by us: the acquirer has it, or the buyer deleted it.
    #[error("the card has no number here")]
    NoNumber,
    /// The data key is destroyed, or there never was one of this name.
    #[error("the data key {0} is gone")]
    KeyGone(DataKeyId),
    /// It was not sealed for this card, or it was changed. A person must look.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A month has no more names for data keys.
    #[error("no name is left for a data key of this month")]
    Names(#[from] IdError),
}

impl VaultError {
    /// Whether the same may work later.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Store(StoreError::Unavailable(_) | StoreError::Conflict) | Self::Kms(_) => true,
            Self::Store(StoreError::Unreadable { .. })
            | Self::NoNumber
            | Self::KeyGone(_)
            | Self::Seal(_)
            | Self::Names(_) => false,
        }
    }
}

/// The card vault. A clone is the same one.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    card_key: CardKey,
    keys: CardKeys,
    clock: Clock,
    fingerprint: OnceCell<FingerprintKey>,
    /// The newest data key of a month and when it was last looked for. Who looks holds it, and the others wait for the answer.
    newest: tokio::sync::Mutex<Option<Newest>>,
    opened: Mutex<Opened>,
}

struct Newest {
    id: DataKeyId,
    looked_at: Timestamp,
}

/// Opened data keys, the last used at the end.
#[derive(Default)]
struct Opened(Vec<(DataKeyId, Arc<OnceCell<DataKey>>)>);

impl Vault {
    /// The vault of the keys that `keys` holds, wrapped under `card_key`.
    pub fn new(card_key: CardKey, keys: CardKeys, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            card_key,
            keys,
            clock,
            fingerprint: OnceCell::new(),
            newest: tokio::sync::Mutex::new(None),
            opened: Mutex::default(),
        }))
    }

    /// Opens the fingerprint key ahead, or makes it where none is, so that the first payment does not wait for it.
    pub async fn connect(&self) {
        if let Err(error) = self.fingerprint_key().await {
            // Whoever needs it tries again.
            tracing::warn!(error = %domain::Causes::of(&error), "the fingerprint key was not opened ahead");
        }
    }

    /// The number's fingerprint: the same for the same number at every merchant, for ever.
    ///
    /// # Errors
    /// [`VaultError`], if the fingerprint key was not opened ahead.
    pub async fn fingerprint(&self, pan: &Pan) -> Result<Fingerprint, VaultError> {
        Ok(self.fingerprint_key().await?.fingerprint(pan))
    }

    /// Seals a number for [`KeptCard::binding`] under the newest data key of this month.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn seal(&self, binding: &[u8], pan: &Pan) -> Result<HeldNumber, VaultError> {
        let data_key = self.newest().await?;
        let key = self.data_key(&data_key).await?;
        let sealed = opened(&key, &data_key)?.seal(binding, pan)?;
        Ok(HeldNumber::Sealed { data_key, sealed })
    }

    /// Opens a kept card's number.
    ///
    /// # Errors
    /// [`VaultError`]; `NoNumber` where the acquirer holds it or the buyer deleted it.
    pub async fn open(&self, card: &KeptCard) -> Result<Pan, VaultError> {
        let Some(HeldNumber::Sealed { data_key, sealed }) = &card.number else { return Err(VaultError::NoNumber) };
        let key = self.data_key(data_key).await?;
        Ok(opened(&key, data_key)?.open(&card.binding(), sealed)?)
    }

    /// Makes a new data key at once; this environment seals under it from now on, the others within [`NEWS_WITHIN`].
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn rotate(&self) -> Result<DataKeyId, VaultError> {
        let mut newest = self.0.newest.lock().await;
        let first = first_of_month(self.0.clock.now())?;
        let id = match self.0.keys.load(&first).await? {
            None => first,
            Some(_) => further(&self.0.newest_after(first).await?)?,
        };
        self.0.make(&id).await?;
        *newest = Some(Newest { id: id.clone(), looked_at: self.0.clock.now() });
        Ok(id)
    }

    async fn fingerprint_key(&self) -> Result<&FingerprintKey, VaultError> {
        let inner = &self.0;
        inner.fingerprint.get_or_try_init(|| inner.open_fingerprint_key()).await
    }

    /// The key to seal under. A month's first seal makes it; whoever loses that race takes the winner's.
    async fn newest(&self) -> Result<DataKeyId, VaultError> {
        let now = self.0.clock.now();
        let first = first_of_month(now)?;
        let mut newest = self.0.newest.lock().await;
        let known = newest.as_ref().filter(|known| known.id.as_str().starts_with(first.as_str()));
        if let Some(known) = known.filter(|known| now.duration_since(known.looked_at) < NEWS_WITHIN) {
            return Ok(known.id.clone());
        }
        let id = match known {
            Some(known) => self.0.newest_after(known.id.clone()).await?,
            None => self.0.newest_from(first).await?,
        };
        *newest = Some(Newest { id: id.clone(), looked_at: now });
        Ok(id)
    }

    /// The data key's cell, opened: whoever comes while it is being opened waits for that.
    async fn data_key(&self, id: &DataKeyId) -> Result<Arc<OnceCell<DataKey>>, VaultError> {
        let cell = self.0.cell(id);
        cell.get_or_try_init(|| self.0.open_data_key(id)).await?;
        Ok(cell)
    }
}

fn opened<'a>(cell: &'a OnceCell<DataKey>, id: &DataKeyId) -> Result<&'a DataKey, VaultError> {
    cell.get().ok_or_else(|| VaultError::KeyGone(id.clone()))
}

impl Inner {
    /// The newest data key of a month, whose first is `first`; makes that one if there is none.
    async fn newest_from(&self, first: DataKeyId) -> Result<DataKeyId, VaultError> {
        if self.keys.load(&first).await?.is_none() {
            self.make(&first).await?;
        }
        self.newest_after(first).await
    }

    /// The newest data key of a month from one that is known to exist: names are given without gaps.
    async fn newest_after(&self, known: DataKeyId) -> Result<DataKeyId, VaultError> {
        let mut newest = known;
        while let Ok(next) = further(&newest) {
            if self.keys.load(&next).await?.is_none() {
                break;
            }
            newest = next;
        }
        Ok(newest)
    }

    /// Makes a data key of this name, unless someone else just did.
    async fn make(&self, id: &DataKeyId) -> Result<(), VaultError> {
        let (key, wrapped) = self.card_key.make_data_key(id).await.map_err(VaultError::Kms)?;
        let stands = self.keys.create(id, wrapped.clone()).await?;
        if stands.wrapped == Some(wrapped) {
            // Ours, so it need not be opened again. Refused where someone opened it meanwhile, which is as good.
            let _opened_meanwhile = self.cell(id).set(key);
        }
        Ok(())
    }

    async fn open_data_key(&self, id: &DataKeyId) -> Result<DataKey, VaultError> {
        let wrapped = self.keys.load(id).await?.and_then(|stored| stored.wrapped);
        let wrapped = wrapped.ok_or_else(|| VaultError::KeyGone(id.clone()))?;
        self.card_key.open_data_key(id, wrapped).await.map_err(VaultError::Kms)
    }

    async fn open_fingerprint_key(&self) -> Result<FingerprintKey, VaultError> {
        let wrapped = match self.keys.load_fingerprint_key().await? {
            Some(wrapped) => wrapped,
            None => {
                let (key, wrapped) = self.card_key.make_fingerprint_key().await.map_err(VaultError::Kms)?;
                let stands = self.keys.create_fingerprint_key(wrapped.clone()).await?;
                if stands == wrapped {
                    return Ok(key);
                }
                stands
            }
        };
        self.card_key.open_fingerprint_key(wrapped).await.map_err(VaultError::Kms)
    }

    fn cell(&self, id: &DataKeyId) -> Arc<OnceCell<DataKey>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).cell(id)
    }
}

impl Opened {
    /// The key's cell, made if there is none. The one that was not used for longest makes room.
    fn cell(&mut self, id: &DataKeyId) -> Arc<OnceCell<DataKey>> {
        let place = self.0.iter().position(|(kept, _)| kept == id);
        let entry = match place {
            Some(place) => self.0.remove(place),
            None => (id.clone(), Arc::default()),
        };
        if self.0.len() >= OPENED_KEPT {
            self.0.remove(0);
        }
        let cell = Arc::clone(&entry.1);
        self.0.push(entry);
        cell
    }
}

/// The name of the first data key of the month in Japan.
fn first_of_month(now: Timestamp) -> Result<DataKeyId, IdError> {
    let today = japan_date(now);
    DataKeyId::new(format!("{:04}-{:02}", today.year(), today.month()))
}

/// The name after: the first of a month has no letter, the second is `b`.
fn further(id: &DataKeyId) -> Result<DataKeyId, IdError> {
    let (month, letter) = id.as_str().split_at_checked(7).unwrap_or_default();
    let next = match letter.bytes().next() {
        None => b'b',
        Some(letter) => letter.saturating_add(1),
    };
    DataKeyId::new(format!("{month}{}", char::from(next)))
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}
