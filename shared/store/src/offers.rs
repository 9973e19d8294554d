//! What merchants offer as regular purchases: the newest version of each, and every version that somebody may have joined.

use domain::{
    MerchantId,
    recurring::offer::{Offer, OfferChosen, OfferId},
};

use crate::{
    StoreError, Table,
    document::{Place, document, documents, put_next, unless_refused},
    keys,
};

/// The offers of all merchants.
#[derive(Clone, Debug)]
pub struct Offers {
    table: Table,
}

impl Offers {
    /// The offers in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The newest version of an offer, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, id: &OfferId) -> Result<Option<Offer>, StoreError> {
        document(self.table.get(&keys::offers(merchant), id.as_str()).await?)
    }

    /// The version of an offer that somebody joined: the newest, or one that was kept when it was replaced.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn version(&self, merchant: &MerchantId, chosen: &OfferChosen) -> Result<Option<Offer>, StoreError> {
        let newest = self.load(merchant, &chosen.id).await?;
        if let Some(newest) = newest.filter(|newest| newest.version == chosen.version) {
            return Ok(Some(newest));
        }
        document(self.table.get(&keys::offer_versions(merchant), &keys::offer_version(chosen)).await?)
    }

    /// Writes an offer in place of `before`, which stays as what somebody may have joined, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn put(&self, before: Option<&Offer>, offer: &Offer) -> Result<(), StoreError> {
        if let Some(before) = before {
            // Kept before it is replaced: whoever dies in between leaves it twice, never nowhere.
            let (versions, version) = (keys::offer_versions(&before.merchant), keys::offer_version(&before.chosen()));
            put_next(&self.table, place(versions, &version), before, 1).await?;
        }
        let newest = place(keys::offers(&offer.merchant), offer.id.as_str());
        unless_refused(put_next(&self.table, newest, offer, offer.version).await?)
    }

    /// All offers of a merchant in their newest versions, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn all(&self, merchant: &MerchantId) -> Result<Vec<Offer>, StoreError> {
        documents(self.table.all(keys::offers(merchant)).await?)
    }
}

const fn place(pk: String, sk: &str) -> Place<'_> {
    Place { pk, sk, forgotten_at: None, due: None }
}
