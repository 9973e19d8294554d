//! The mails about a regular purchase: an item each beside its row, so that a mail costs one write unit however many went before, and none is kept for ever.

use domain::{
    MerchantId,
    mail_return::ReturnTrace,
    recurring::plan::{PlanId, PlanTidings},
    search::MailTrace,
};
use jiff::{SignedDuration, Timestamp};

use super::{PlanSearches, item, write::SearchIndex};
use crate::{
    StoreError,
    keys::{self, DOCUMENT, PK, SK, TTL, search as s},
    table::{number, text, written_by_update},
};

/// How long a mail stays: longer than two yearly billings lie apart.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The mails about a regular purchase, by their events' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanMails {
    /// Those that were handed to the mail service.
    pub mails: Vec<MailTrace<PlanTidings>>,
    /// Those that did not reach their readers.
    pub returns: Vec<ReturnTrace>,
}

impl SearchIndex {
    /// Notes that a mail about a regular purchase was handed to the mail service.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn plan_mailed(
        &self,
        (merchant, plan): (&MerchantId, &PlanId),
        trace: &MailTrace<PlanTidings>,
    ) -> Result<(), StoreError> {
        self.note((merchant, plan), s::mailed(&trace.event_id), (trace.at, item::mailed(trace)?)).await
    }

    /// Notes that a mail about a regular purchase did not reach its reader.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn plan_returned(
        &self,
        (merchant, plan): (&MerchantId, &PlanId),
        trace: &ReturnTrace,
    ) -> Result<(), StoreError> {
        self.note((merchant, plan), s::returned(&trace.id), (trace.at, item::returned(trace)?)).await
    }

    async fn note(
        &self,
        (merchant, plan): (&MerchantId, &PlanId),
        sk: String,
        (at, document): (Timestamp, String),
    ) -> Result<(), StoreError> {
        let until = at.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        let update = self
            .table()
            .client
            .update_item()
            .table_name(&self.table().name)
            .key(PK, text(keys::plan(merchant, plan)))
            .key(SK, text(sk))
            .update_expression("SET #doc = :doc, #ttl = :until")
            .condition_expression("attribute_not_exists(#doc)")
            .expression_attribute_names("#doc", DOCUMENT)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":doc", text(document))
            .expression_attribute_values(":until", number(until.as_second()));
        // Refused: it is known.
        written_by_update(update.send().await).map(drop)
    }
}

impl PlanSearches {
    /// The mails about a regular purchase.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mails(&self, merchant: &MerchantId, plan: &PlanId) -> Result<PlanMails, StoreError> {
        let mut found = PlanMails::default();
        for item in self.table().all(keys::plan(merchant, plan)).await? {
            let sk = item.get(SK).and_then(|sk| sk.as_s().ok()).map(String::as_str).unwrap_or_default();
            if let Some(event_id) = s::parse_mailed(sk) {
                found.mails.push(item::read_mailed(&item, event_id, item.get(DOCUMENT))?);
            } else if let Some(id) = s::parse_returned(sk) {
                found.returns.push(item::read_returned(&item, id, item.get(DOCUMENT))?);
            }
        }
        Ok(found)
    }
}
