//! Kept cards: one item for each owner, replaced by the last success, and the walk over all of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    CardId, CardOwner, Fingerprint, KeptCard, Lang, MaskedCard, MerchantId, OrderId,
    card::{Consent, DataKeyId, HeldNumber},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, Table,
    document::{Place, put_next},
    keys::{self, CARD_CURSOR, DOCUMENT, ONLY, PK, SK, VERSION},
    payments::image_item,
    table::{Item, Write, json, text, written_by_put},
};

/// How long the record of a deleted card is kept.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The cards that buyers let merchants keep.
#[derive(Clone, Debug)]
pub struct Cards {
    table: Table,
}

/// What became of a conditional write of a card.
#[derive(Debug, PartialEq, Eq)]
pub enum Kept {
    /// It stands, by this write or by an earlier try of the same one.
    Done,
    /// Someone was first; this stands instead. None: nothing stands there.
    Refused(Option<Box<KeptCard>>),
}

/// A page of one shard of a merchant's cards.
#[derive(Debug)]
pub struct CardPage {
    /// The cards, deleted ones too.
    pub cards: Vec<KeptCard>,
    /// One [`StoreError::Unreadable`] for each card that can't be read. A person has to look.
    pub unreadable: Vec<StoreError>,
    /// After whom the next page begins.
    pub next: Option<CardOwner>,
}

impl Cards {
    /// The cards in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads an owner's card, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, owner: &CardOwner) -> Result<Option<KeptCard>, StoreError> {
        let (pk, sk) = key(merchant, owner);
        self.table.get(&pk, &sk).await?.map(|item| read(merchant, &item)).transpose()
    }

    /// Writes a card in place of version - 1, or where nothing was. A deleted one `expires`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put(&self, card: &KeptCard, expires: Option<Timestamp>) -> Result<Kept, StoreError> {
        let (pk, sk) = key(&card.merchant, &card.owner);
        let place = Place { pk, sk: &sk, forgotten_at: expires, due: None };
        match put_next(&self.table, place, &Document::of(card), card.version).await? {
            Write::Done => Ok(Kept::Done),
            Write::Refused(item) if item.is_empty() => Ok(Kept::Refused(None)),
            Write::Refused(item) => Ok(Kept::Refused(Some(Box::new(read(&card.merchant, &item)?)))),
        }
    }

    /// Takes a card's number away. What is left says for a month that it was there: for the mail about it, and for questions. Answers what is left, too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget(&self, card: &KeptCard, now: Timestamp) -> Result<(KeptCard, Kept), StoreError> {
        let left = KeptCard { number: None, version: card.version.saturating_add(1), ..card.clone() };
        let expires = now.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        let kept = self.put(&left, Some(expires)).await?;
        Ok((left, kept))
    }

    /// One page of a shard, strongly read: whoever marks a data key as done must have seen every card. One that can't be read holds up no other.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn page(
        &self,
        merchant: &MerchantId,
        shard: u8,
        after: Option<&CardOwner>,
    ) -> Result<CardPage, StoreError> {
        let pk = keys::cards(merchant, shard);
        let start = after
            .map(|owner| HashMap::from([(PK.to_owned(), text(&pk)), (SK.to_owned(), text(keys::card_owner(owner)))]));
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":pk", text(&pk))
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let next = page.last_evaluated_key().and_then(|key| key.get(SK)?.as_s().ok());
        let next = next.and_then(|sk| keys::parse_card_owner(sk));
        let mut found = CardPage { cards: Vec::new(), unreadable: Vec::new(), next };
        for item in page.items() {
            match read(merchant, item) {
                Ok(card) => found.cards.push(card),
                Err(error) => found.unreadable.push(error),
            }
        }
        Ok(found)
    }
}

/// A card without what its key says. Short names, because every kilobyte of an item is a write unit.
#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(rename = "i")]
    id: CardId,
    #[serde(rename = "c")]
    card: MaskedCard,
    #[serde(rename = "h")]
    holder: String,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    number: Option<HeldNumber>,
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Fingerprint>,
    #[serde(rename = "k")]
    consent: Consent,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    network_id: Option<String>,
    #[serde(rename = "o")]
    order: OrderId,
    #[serde(rename = "m", default, skip_serializing_if = "String::is_empty")]
    mail: String,
    #[serde(rename = "l")]
    lang: Lang,
}

impl Document {
    fn of(card: &KeptCard) -> Self {
        Self {
            id: card.id,
            card: card.card.clone(),
            holder: card.holder.clone(),
            number: card.number.clone(),
            fingerprint: card.fingerprint,
            consent: card.consent.clone(),
            network_id: card.network_id.clone(),
            order: card.order.clone(),
            mail: card.mail.clone(),
            lang: card.lang,
        }
    }
}

/// Reads the image of a stream record, whose attributes come as DynamoDB JSON. None: the item is not a kept card.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn from_stream(image: &serde_json::Map<String, serde_json::Value>) -> Result<Option<KeptCard>, StoreError> {
    let item = image_item(image);
    let pk = item.get(PK).and_then(|pk| pk.as_s().ok());
    pk.and_then(|pk| keys::parse_cards(pk)).map(|merchant| read(&merchant, &item)).transpose()
}

fn key(merchant: &MerchantId, owner: &CardOwner) -> (String, String) {
    (keys::cards(merchant, keys::card_shard(owner)), keys::card_owner(owner))
}

fn read(merchant: &MerchantId, item: &Item) -> Result<KeptCard, StoreError> {
    let string = |name: &str| item.get(name).and_then(|v| v.as_s().ok());
    // The sort key names the buyer: it stays out of errors.
    let wrong = |what| StoreError::Unreadable { pk: string(PK).cloned().unwrap_or_default(), what };
    let owner = string(SK).and_then(|sk| keys::parse_card_owner(sk)).ok_or_else(|| wrong(SK))?;
    let version = item.get(VERSION).and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok());
    let document: Option<Document> = string(DOCUMENT).and_then(|doc| serde_json::from_str(doc).ok());
    let document = document.ok_or_else(|| wrong(DOCUMENT))?;
    Ok(KeptCard {
        merchant: merchant.clone(),
        owner,
        id: document.id,
        version: version.ok_or_else(|| wrong(VERSION))?,
        card: document.card,
        holder: document.holder,
        number: document.number,
        fingerprint: document.fingerprint,
        consent: document.consent,
        network_id: document.network_id,
        order: document.order,
        mail: document.mail,
        lang: document.lang,
    })
}

/// Where a walk over all cards stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkCursor {
    /// When the walk began, in seconds.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub began: Timestamp,
    /// The merchant it is at. None: the walk is over.
    pub merchant: Option<MerchantId>,
    /// The shard it is at.
    pub shard: u8,
    /// The owner after whom it goes on.
    pub after: Option<CardOwner>,
    /// Data keys under which a card was left in this walk.
    pub left: Vec<DataKeyId>,
}

/// The cursor of the re-wrap job.
#[derive(Clone, Debug)]
pub struct CardCursor {
    table: Table,
}

impl CardCursor {
    /// The cursor in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Where the last run stopped. None: there never was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self) -> Result<Option<WalkCursor>, StoreError> {
        let Some(item) = self.table.get(CARD_CURSOR, ONLY).await? else { return Ok(None) };
        let cursor = item.get(DOCUMENT).and_then(|v| v.as_s().ok()).and_then(|doc| serde_json::from_str(doc).ok());
        cursor.map(Some).ok_or_else(|| StoreError::Unreadable { pk: CARD_CURSOR.to_owned(), what: DOCUMENT })
    }

    /// Moves the cursor from where this run found or left it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another run moved it: that one goes on.
    pub async fn advance(&self, from: Option<&WalkCursor>, to: &WalkCursor) -> Result<(), StoreError> {
        let document = json(to)?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(CARD_CURSOR))
            .item(SK, text(ONLY))
            .item(DOCUMENT, text(&document))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match from {
            None => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
            Some(from) => put
                .condition_expression("#doc = :from")
                .expression_attribute_names("#doc", DOCUMENT)
                .expression_attribute_values(":from", text(json(from)?)),
        };
        match written_by_put(put.send().await)? {
            Write::Done => Ok(()),
            Write::Refused(stands) if stands.get(DOCUMENT) == Some(&text(&document)) => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }
}
