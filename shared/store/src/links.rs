//! Payment links: the record that the address finds, the merchant's list of them, and the order numbers that merchants gave them.

use std::collections::HashMap;

use domain::{LinkId, MerchantId, OrderId, link::Link};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, Table,
    document::{Place, document, documents, put_document, put_next},
    keys::{self, ONLY, PK, SK},
    payments::image_item,
    table::{Item, Write, text, written_by_put},
};

/// The payment links.
#[derive(Clone, Debug)]
pub struct Links {
    table: Table,
}

/// A place in a merchant's list, to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPlace(String);

/// A page of a merchant's list, newest first.
#[derive(Debug)]
pub struct LinkPage {
    /// The links.
    pub links: Vec<Link>,
    /// Where the next page begins.
    pub next: Option<LinkPlace>,
}

/// Which link has an order number, and since when: whoever makes that link uses these, so that a second try makes the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderClaim {
    /// The number.
    #[serde(rename = "o")]
    pub order: OrderId,
    /// The link.
    #[serde(rename = "l")]
    pub link: LinkId,
    /// When it was or will be made.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub made_at: Timestamp,
}

impl LinkPlace {
    /// As an address carries it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads what an address carries. None: it is no place.
    pub fn parse(text: &str) -> Option<Self> {
        keys::parse_link_place(text).map(|_| Self(text.to_owned()))
    }

    /// The place of a link.
    pub fn of(link: &Link) -> Self {
        Self(keys::link_place(link.made_at, &link.id))
    }
}

impl Links {
    /// The links in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a link, whosever it is: who has its address may open it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, id: &LinkId) -> Result<Option<Link>, StoreError> {
        document(self.table.get(&keys::link(id), ONLY).await?)
    }

    /// Reads a link of this merchant. Another's is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_of(&self, merchant: &MerchantId, id: &LinkId) -> Result<Option<Link>, StoreError> {
        Ok(self.load(id).await?.filter(|link| link.merchant == *merchant))
    }

    /// Writes a new link, after its place in the merchant's list: a place without a link is skipped, a link without a place would be lost.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken by a link that is not this one.
    pub async fn create(&self, link: &Link) -> Result<(), StoreError> {
        let entry = Item::from([
            (PK.to_owned(), text(keys::links(&link.merchant))),
            (SK.to_owned(), text(keys::link_place(link.made_at, &link.id))),
        ]);
        let put = self.table.client.put_item().table_name(&self.table.name).set_item(Some(entry));
        let put = put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK);
        // The place says nothing but the link, so writing it twice is the same as once.
        written_by_put(put.send().await)?;
        put_document(&self.table, keys::link(&link.id), link, link.version, None).await
    }

    /// Writes a changed link in place of the version before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn update(&self, link: &Link) -> Result<(), StoreError> {
        let previous = link.version.saturating_sub(1);
        put_document(&self.table, keys::link(&link.id), link, link.version, Some(previous)).await
    }

    /// One page of a merchant's links, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(
        &self,
        merchant: &MerchantId,
        most: i32,
        after: Option<&LinkPlace>,
    ) -> Result<LinkPage, StoreError> {
        let pk = keys::links(merchant);
        let start = after.map(|place| HashMap::from([(PK.to_owned(), text(&pk)), (SK.to_owned(), text(&place.0))]));
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":pk", text(&pk))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(most)
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let place = |item: &Item| item.get(SK).and_then(|sk| sk.as_s().ok()).cloned();
        let places: Vec<String> = page.items().iter().filter_map(place).collect();
        let ids: Vec<LinkId> = places.iter().filter_map(|sk| keys::parse_link_place(sk)).collect();
        let mut found: HashMap<LinkId, Link> = HashMap::new();
        for link in self.load_all(merchant, &ids).await? {
            found.insert(link.id.clone(), link);
        }
        let links = ids.iter().filter_map(|id| found.remove(id)).collect();
        Ok(LinkPage { links, next: page.last_evaluated_key().and_then(place).map(LinkPlace) })
    }

    /// Takes an order number for a link of the merchant; answers who has it now, which may be another, taken before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(&self, merchant: &MerchantId, claim: &OrderClaim) -> Result<OrderClaim, StoreError> {
        let place = Place { pk: keys::link_order(merchant, &claim.order), sk: ONLY, forgotten_at: None, due: None };
        match put_next(&self.table, place, claim, 1).await? {
            Write::Done => Ok(claim.clone()),
            Write::Refused(stands) => document(Some(stands))?.ok_or(StoreError::Conflict),
        }
    }

    /// Who has these order numbers. Those that no link has are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claims(&self, merchant: &MerchantId, orders: &[OrderId]) -> Result<Vec<OrderClaim>, StoreError> {
        let items = self.table.many(orders.iter().map(|order| keys::link_order(merchant, order))).await?;
        documents(items)
    }

    /// Reads many links of a merchant. Those that are not there are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_all(&self, merchant: &MerchantId, ids: &[LinkId]) -> Result<Vec<Link>, StoreError> {
        let items = self.table.many(ids.iter().map(keys::link)).await?;
        let links: Vec<Link> = documents(items)?;
        Ok(links.into_iter().filter(|link| link.merchant == *merchant).collect())
    }
}

/// Reads the image of a stream record, whose attributes come as DynamoDB JSON. None: the item is not a payment link.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn from_stream(image: &serde_json::Map<String, serde_json::Value>) -> Result<Option<Link>, StoreError> {
    let item = image_item(image);
    let is_link = item.get(PK).and_then(|pk| pk.as_s().ok()).is_some_and(|pk| keys::is_link(pk));
    if is_link { document(Some(item)) } else { Ok(None) }
}
