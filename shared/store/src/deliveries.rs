//! Notifications on their way: one item for each event and endpoint, in the index of what is due while it waits.

use domain::{
    MerchantId,
    webhook::{Delivery, DeliveryKey, EndpointId, EventId},
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    document::{Place, document, put_next, readable, unless_refused},
    keys::{self, DELIVERY_SHARDS, DueMinute, PK, SK},
    table::Item,
};

/// The deliveries of all merchants.
#[derive(Clone, Debug)]
pub struct Deliveries {
    table: Table,
}

/// A page of what is due.
#[derive(Debug)]
pub struct DueDeliveries {
    /// Which.
    pub keys: Vec<DeliveryKey>,
    /// Where the next page begins.
    pub next: Option<DeliveryKey>,
}

/// A place in an endpoint's log, to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPlace(String);

impl DeliveryPlace {
    /// As an address carries it; the first point ends the millisecond.
    pub fn address(&self) -> String {
        self.0.replacen('#', ".", 1)
    }

    /// Reads what an address carries. None: it is no place.
    pub fn parse(text: &str) -> Option<Self> {
        let (millisecond, event) = text.split_once('.')?;
        let digits = millisecond.len() == 13 && millisecond.bytes().all(|b| b.is_ascii_digit());
        (digits && EventId::new(event).is_ok()).then(|| Self(format!("{millisecond}#{event}")))
    }

    /// The delivery at this place of an endpoint's log.
    pub fn key(&self, merchant: &MerchantId, endpoint: &EndpointId) -> Option<DeliveryKey> {
        keys::parse_delivery(&keys::deliveries(merchant, endpoint, 0), &self.0)
    }

    /// Before everything that happened at or after an instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(format!("{:013}#", instant.as_millisecond().clamp(0, 9_999_999_999_999)))
    }

    /// The place of a delivery.
    pub fn of(key: &DeliveryKey) -> Self {
        Self(keys::delivery_place(key))
    }
}

/// A page of an endpoint's log, newest first.
#[derive(Debug)]
pub struct DeliveryPage {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// Where the next page begins.
    pub next: Option<DeliveryPlace>,
    /// Those of the page that can't be read: a person must look.
    pub unreadable: Vec<StoreError>,
}

impl Deliveries {
    /// The deliveries in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads one, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, key: &DeliveryKey) -> Result<Option<Delivery>, StoreError> {
        let (pk, sk) = place(key);
        document(self.table.get(&pk, &sk).await?)
    }

    /// Writes a delivery in place of version - 1, or where nothing was. It is in the index while somebody has to look at it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone was first.
    pub async fn put(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let (pk, sk) = place(&delivery.key);
        let due = delivery.due().map(|due| filed(delivery, due));
        let place = Place { pk, sk: &sk, forgotten_at: Some(delivery.forgotten_at()), due };
        unless_refused(put_next(&self.table, place, delivery, delivery.version).await?)
    }

    /// One page of what is due in one shard of a minute.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due(
        &self,
        minute: DueMinute,
        shard: u8,
        after: Option<&DeliveryKey>,
    ) -> Result<DueDeliveries, StoreError> {
        let after = after.map(place);
        let after = after.as_ref().map(|(pk, sk)| (pk.clone(), sk.as_str()));
        let (items, next) = self.table.due(keys::delivery_due(minute, shard), after, None).await?;
        let keys = items.iter().filter_map(key_of).collect();
        Ok(DueDeliveries { keys, next: next.as_ref().and_then(key_of) })
    }

    /// One page of an endpoint's log, newest first, of what happened before `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(
        &self,
        merchant: &MerchantId,
        endpoint: &EndpointId,
        before: Option<&DeliveryPlace>,
        most: u8,
    ) -> Result<DeliveryPage, StoreError> {
        let most = usize::from(most);
        // one more than wanted, by which the page knows whether there are more
        let limit = i32::try_from(most.saturating_add(1)).unwrap_or(i32::MAX);
        let before = before.map(|place| place.0.as_str());
        let mut found: Vec<Item> = Vec::new();
        for shard in 0..DELIVERY_SHARDS {
            let pk = keys::deliveries(merchant, endpoint, shard);
            found.extend(self.table.newest(pk, before, limit).await?);
        }
        // no place is in two shards, so one place goes on in all of them
        found.sort_by_cached_key(|item| std::cmp::Reverse(place_in_log(item)));
        let more = found.len() > most;
        found.truncate(most);
        let next = found.last().filter(|_| more).map(|last| DeliveryPlace(place_in_log(last)));
        let (deliveries, unreadable) = readable(found);
        Ok(DeliveryPage { deliveries, next, unreadable })
    }
}

fn place_in_log(item: &Item) -> String {
    item.get(SK).and_then(|place| place.as_s().ok()).cloned().unwrap_or_default()
}

fn place(key: &DeliveryKey) -> (String, String) {
    let shard = keys::delivery_shard(&key.event);
    (keys::deliveries(&key.merchant, &key.endpoint, shard), keys::delivery_place(key))
}

fn filed(delivery: &Delivery, due: Timestamp) -> String {
    keys::delivery_due(DueMinute::not_before(due), keys::delivery_shard(&delivery.key.event))
}

fn key_of(item: &Item) -> Option<DeliveryKey> {
    let read = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    keys::parse_delivery(read(PK)?, read(SK)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_from_its_address() {
        let key = DeliveryKey {
            merchant: MerchantId::new("4000").unwrap(),
            endpoint: EndpointId::from_random([7; 16]),
            at: Timestamp::from_millisecond(1_763_720_400_123).unwrap(),
            event: EventId::new("179525700012312345-0123456789.2.payment_succeeded").unwrap(),
        };
        let place = DeliveryPlace::of(&key);
        assert_eq!(DeliveryPlace::parse(&place.address()), Some(place.clone()));
        assert_eq!(place.key(&key.merchant, &key.endpoint), Some(key));
        for bad in ["", "1763720400123", "1763720400123.", "x.y", "1763720400123#y", "1763720400123.a b"] {
            assert_eq!(DeliveryPlace::parse(bad), None, "{bad}");
        }
    }
}
