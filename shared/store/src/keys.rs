//! Every key and attribute name of the product's table, in one place. `docs/table-keys.md` describes them.

use data_encoding::HEXLOWER;
use domain::{
    CardOwner, Fingerprint, LinkId, MerchantId, OrderId, PaymentKey,
    api::{IdempotencyKey, KeyId},
    batch::BatchId,
    guard::AddressKey,
    merchant::Mode,
    recurring::{offer::OfferChosen, plan::PlanId},
    tries::TriedBy,
    webhook::{DeliveryKey, EndpointId, EventId},
};
use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};

/// Partition key of the table, and sort key of the index `due`.
pub const PK: &str = "pk";
/// Sort key of the table.
pub const SK: &str = "sk";
/// Partition key of the index of the same name: a UTC minute and a shard.
pub const DUE: &str = "due";
/// The index of what has to be looked at, KEYS_ONLY.
pub const DUE_INDEX: &str = "due";
/// How many shards a due minute has.
pub const SHARDS: u8 = 16;

/// Sort key of items that are alone under their partition key.
pub(crate) const ONLY: &str = "-";
/// Counts writes of the item; every update is conditional on it.
pub(crate) const VERSION: &str = "v";
/// A JSON document, for items that no condition looks into.
pub(crate) const DOCUMENT: &str = "doc";

/// When DynamoDB deletes the item, in seconds.
pub(crate) const TTL: &str = "ttl";

/// The acquirer did not answer reconcile's last round.
pub(crate) const OUTAGE: &str = "out";
/// Days of which settlement-check has something left.
pub(crate) const DAYS_LEFT: &str = "left";

/// Attributes of a payment. Short, because every kilobyte of an item is a write unit.
pub(crate) mod payment {
    pub(crate) const STATE: &str = "st";
    pub(crate) const GENERATION: &str = "g";
    pub(crate) const LAST_N: &str = "n";
    pub(crate) const ATTEMPTS: &str = "at";
    pub(crate) const ATTEMPTS_ALLOWED: &str = "al";
    pub(crate) const AMOUNT: &str = "a";
    pub(crate) const INTERFACE: &str = "if";
    pub(crate) const ORIGIN: &str = "o";
    pub(crate) const NONCE: &str = "x";
    pub(crate) const OPENED_AT: &str = "t";
    pub(crate) const INITIATOR: &str = "in";
    pub(crate) const CARD: &str = "c";
    pub(crate) const HOLDER: &str = "h";
    pub(crate) const FINGERPRINT: &str = "fp";
    pub(crate) const CARD_ID: &str = "ci";
    pub(crate) const KEEPING: &str = "k";
    pub(crate) const DOUBTED: &str = "q";
    pub(crate) const NAME: &str = "nm";
    pub(crate) const MAIL: &str = "ml";
    pub(crate) const TEL: &str = "tl";
    pub(crate) const FREE: [&str; 3] = ["f1", "f2", "f3"];
    pub(crate) const USER: &str = "u";
    pub(crate) const DESTINATION: &str = "d";
    pub(crate) const LANG: &str = "lg";
    pub(crate) const MOBILE: &str = "mb";
    pub(crate) const ITEM: &str = "it";
    pub(crate) const TERMS: &str = "lt";
    pub(crate) const OFFER: &str = "of";
    pub(crate) const BILLED_ON: &str = "ob";
    pub(crate) const CARD_OF: &str = "co";
}

/// Partition key of a payment.
pub fn payment(key: &PaymentKey) -> String {
    format!("P#{}#{}", key.merchant, key.order)
}

/// What the partition keys of a merchant's payments begin with.
pub fn payments_of(merchant: &MerchantId) -> String {
    format!("P#{merchant}#")
}

/// Reads a payment's partition key back.
pub fn parse_payment(pk: &str) -> Option<PaymentKey> {
    let (merchant, order) = pk.strip_prefix("P#")?.split_once('#')?;
    Some(PaymentKey::new(MerchantId::new(merchant).ok()?, OrderId::new(order).ok()?))
}

/// Partition key of what is known of tries of one card at a merchant.
pub(crate) fn card_tries(merchant: &MerchantId, card: Fingerprint) -> String {
    format!("CT#{merchant}#{card}")
}

/// Sort key of the tries that count together.
pub(crate) const fn tried_by(by: TriedBy) -> &'static str {
    match by {
        TriedBy::Shopper => "s",
        TriedBy::Merchant => "m",
    }
}

/// Partition key of a merchant's record.
pub(crate) fn merchant(id: &MerchantId) -> String {
    format!("M#{id}")
}

/// Partition key of somebody who signs in: a hash of the normalized address, because a key may stand in errors and logs.
pub(crate) fn user(mail: &str) -> String {
    format!("U#{}", HEXLOWER.encode(&Sha256::digest(mail.as_bytes())))
}

/// Partition key of the list of a merchant's users; the sort key is the user's id.
pub(crate) fn users(merchant: &MerchantId) -> String {
    format!("UL#{merchant}")
}

/// Partition key of a session: a hash of its token.
pub(crate) fn session(token: &[u8]) -> String {
    format!("S#{}", HEXLOWER.encode(&Sha256::digest(token)))
}

/// Attributes of an image.
pub(crate) mod image {
    pub(crate) const KIND: &str = "k";
    pub(crate) const BYTES: &str = "b";
}

/// Partition key of a merchant's images; the sort key is the SHA-256 of the bytes, in hex.
pub(crate) fn image(merchant: &MerchantId) -> String {
    format!("I#{merchant}")
}

/// Partition key of the addresses that a merchant's mails came back from; the sort key is the address's mark.
pub(crate) fn mail_returns(merchant: &MerchantId) -> String {
    format!("MR#{merchant}")
}

/// Partition key of a merchant's downloads; the sort key is the download's id.
pub(crate) fn exports(merchant: &MerchantId) -> String {
    format!("X#{merchant}")
}

/// Partition key of a merchant's batches; the sort key is the batch's id.
pub(crate) fn batches(merchant: &MerchantId) -> String {
    format!("B#{merchant}")
}

/// Partition key of a batch's chunks.
pub(crate) fn chunks(merchant: &MerchantId, batch: &BatchId) -> String {
    format!("BC#{merchant}#{batch}")
}

/// Sort key of a chunk: its number, five digits, which are more than a batch has chunks.
pub(crate) fn chunk(number: u32) -> String {
    format!("{number:05}")
}

/// Partition key of a merchant's runs of continuation; the sort key is the run's id.
pub(crate) fn continuations(merchant: &MerchantId) -> String {
    format!("CN#{merchant}")
}

/// Partition key of the batch that took a file's bytes, by their SHA-256 in hex.
pub(crate) fn batch_bytes(merchant: &MerchantId, sha256: &str) -> String {
    format!("BH#{merchant}#{sha256}")
}

/// Partition key of a regular purchase.
pub fn plan(merchant: &MerchantId, id: &PlanId) -> String {
    format!("R#{merchant}#{}", id.as_str())
}

/// What the partition keys of a merchant's regular purchases begin with.
pub fn plans_of(merchant: &MerchantId) -> String {
    format!("R#{merchant}#")
}

/// Reads a regular purchase's partition key back.
pub fn parse_plan(pk: &str) -> Option<(MerchantId, PlanId)> {
    let (merchant, id) = pk.strip_prefix("R#")?.split_once('#')?;
    Some((MerchantId::new(merchant).ok()?, PlanId::new(id).ok()?))
}

/// Partition key of the regular purchases that are charged to an owner's card; the sort key is the purchase's name. The owner stands in it as a hash: keys are
/// told in errors.
pub(crate) fn plans_of_owner(merchant: &MerchantId, owner: &CardOwner) -> String {
    let owner = HEXLOWER.encode(&Sha256::digest(card_owner(owner).as_bytes()));
    format!("RO#{merchant}#{owner}")
}

/// Key in the index [`DUE`] of the regular purchases that are looked at on a day of Japan, one shard of them.
pub(crate) fn plans_due(day: Date, shard: u8) -> String {
    format!("R#{day}#{shard:02}")
}

/// Which of the [`SHARDS`] a regular purchase is in.
pub(crate) fn plan_shard(id: &PlanId) -> u8 {
    Sha256::digest(id.as_str().as_bytes()).first().map_or(0, |byte| byte % SHARDS)
}

/// Partition key of a merchant's keys of the JSON API; the sort key is the key's name, or [`api_key_use`].
pub(crate) fn api_keys(merchant: &MerchantId) -> String {
    format!("AK#{merchant}")
}

/// Sort key of the item that counts the use of a key of the JSON API.
pub(crate) fn api_key_use(id: &KeyId) -> String {
    format!("{id}#use")
}

/// Attributes of the use of a key of the JSON API.
pub(crate) mod api_use {
    /// The first second of the stretch of time that was counted last.
    pub(crate) const WINDOW: &str = "s";
    /// Requests in it.
    pub(crate) const COUNT: &str = "n";
}

/// Partition key of a call of the JSON API.
pub(crate) fn api_call((merchant, mode): (&MerchantId, Mode), key: &IdempotencyKey) -> String {
    match mode {
        Mode::Live => format!("AI#{merchant}#{}", key.digest()),
        Mode::Test => format!("AI#{merchant}#test#{}", key.digest()),
    }
}

/// Partition key of a merchant's offers in their newest versions; the sort key is the offer's name.
pub(crate) fn offers(merchant: &MerchantId) -> String {
    format!("O#{merchant}")
}

/// Partition key of all versions of a merchant's offers; the sort key is [`offer_version`].
pub(crate) fn offer_versions(merchant: &MerchantId) -> String {
    format!("OV#{merchant}")
}

/// Sort key of a version of an offer.
pub(crate) fn offer_version(chosen: &OfferChosen) -> String {
    format!("{}#{:08}", chosen.id.as_str(), chosen.version)
}

/// Partition key of a merchant's audit log; the sort key is the entry's number, twelve digits.
pub(crate) fn audit(merchant: &MerchantId) -> String {
    format!("A#{merchant}")
}

/// Partition key of the signed heads of a merchant's audit log; the sort key is the head's number, as an entry's.
pub(crate) fn audit_heads(merchant: &MerchantId) -> String {
    format!("AH#{merchant}")
}

/// Sort key of an entry of an audit log, and of a signed head.
pub(crate) fn sequence(number: u64) -> String {
    format!("{:012}", number.min(999_999_999_999))
}

/// Attributes of an entry of an audit log.
pub(crate) mod audit_entry {
    /// When, in milliseconds.
    pub(crate) const AT: &str = "t";
    /// Digest of it and of all before, hex.
    pub(crate) const DIGEST: &str = "h";
}

/// Partition key of the tries that are counted for something: a hash, because an address may be in it.
pub(crate) fn tries(what: &str) -> String {
    format!("T#{}", HEXLOWER.encode(&Sha256::digest(what.as_bytes())))
}

/// Partition key of the list of those who certainly are owners of a merchant.
pub(crate) fn owners(merchant: &MerchantId) -> String {
    format!("UO#{merchant}")
}

/// Partition key of the list of merchants; the sort key is the merchant number.
pub(crate) const MERCHANTS: &str = "M";

/// Partition key of a payment link.
pub(crate) fn link(id: &LinkId) -> String {
    format!("L#{id}")
}

/// Whether a partition key is a payment link's.
pub(crate) fn is_link(pk: &str) -> bool {
    pk.strip_prefix("L#").is_some_and(|id| LinkId::new(id).is_ok())
}

/// Partition key of a merchant's list of payment links; the sort key is [`link_place`].
pub(crate) fn links(merchant: &MerchantId) -> String {
    format!("LM#{merchant}")
}

/// Sort key of a link in its merchant's list: the millisecond that it was made in, then its name. Sorts by time.
pub(crate) fn link_place(made_at: Timestamp, id: &LinkId) -> String {
    let millisecond = made_at.as_millisecond().clamp(0, 9_999_999_999_999);
    format!("{millisecond:013}#{id}")
}

/// Reads the name of a link's place back.
pub(crate) fn parse_link_place(sk: &str) -> Option<LinkId> {
    LinkId::new(sk.split_once('#')?.1).ok()
}

/// Partition key of the item that says which payment link has an order number of the merchant's own.
pub(crate) fn link_order(merchant: &MerchantId, order: &OrderId) -> String {
    format!("LN#{merchant}#{order}")
}

/// Partition key of one shard of a merchant's kept cards. No merchant is called `due`, so none meets the cursor.
pub(crate) fn cards(merchant: &MerchantId, shard: u8) -> String {
    format!("C#{merchant}#{shard:02}")
}

/// Reads the merchant of a kept card's partition key back. None: the key is another item's.
pub(crate) fn parse_cards(pk: &str) -> Option<MerchantId> {
    let (merchant, _shard) = pk.strip_prefix("C#")?.split_once('#')?;
    MerchantId::new(merchant).ok()
}

/// Sort key of a kept card: whose it is, byte for byte.
pub(crate) fn card_owner(owner: &CardOwner) -> String {
    match owner {
        CardOwner::Buyer(user) => format!("u#{user}"),
        CardOwner::Order(order) => format!("o#{order}"),
    }
}

/// Reads a kept card's sort key back.
pub(crate) fn parse_card_owner(sk: &str) -> Option<CardOwner> {
    match sk.split_once('#')? {
        ("u", user) => Some(CardOwner::Buyer(user.to_owned())),
        ("o", order) => OrderId::new(order).ok().map(CardOwner::Order),
        _ => None,
    }
}

/// Which of the 16 shards an owner's card is in.
pub(crate) fn card_shard(owner: &CardOwner) -> u8 {
    let digest = Sha256::digest(card_owner(owner).as_bytes());
    digest.first().map_or(0, |byte| byte % SHARDS)
}

/// Partition key of the cards' wrapped data keys; the sort key is the data key's id.
pub(crate) const CARD_DATA_KEYS: &str = "K#card-data";
/// Partition key of the wrapped fingerprint key.
pub(crate) const CARD_FINGERPRINT_KEY: &str = "K#card-fingerprint";
/// Partition key of the cursor of the re-wrap job.
pub(crate) const CARD_CURSOR: &str = "C#rewrap";

/// Attributes of a wrapped data key.
pub(crate) mod data_key {
    /// How far it is on its way out; absent while it is in use.
    pub(crate) const STAGE: &str = "s";
    /// When it was marked to be retired, in seconds.
    pub(crate) const SINCE: &str = "t";
}

/// Partition key of one of the items that count a merchant's declines.
pub(crate) fn guard_shard(merchant: &MerchantId, shard: u8) -> String {
    format!("G#{merchant}#{shard:02}")
}

/// Partition key of the item that counts an address's declines at a merchant.
pub(crate) fn guard_address(merchant: &MerchantId, address: &AddressKey) -> String {
    format!("G#{merchant}#a{}", address.as_str())
}

/// Who wrote an item last: a write that arrives twice finds itself.
pub(crate) const WRITER: &str = "w";

/// Partition key of the matters that a person has to look at at a merchant; `-` is for what is no merchant's. The sort key is the matter's id.
pub(crate) fn attention(merchant: Option<&MerchantId>) -> String {
    format!("Q#{}", merchant.map_or("-", MerchantId::as_str))
}

/// Who closed a matter, and when; absent while it is open.
pub(crate) const SETTLED: &str = "z";

/// Partition key of the wrapped root of an application key.
pub(crate) const APP_ROOT: &str = "K#app";

/// Partition key of the last day whose books settlement-check has compared.
pub(crate) const CHECKED_DAYS: &str = "C#checked";

/// Partition key of how far the schedule of regular purchases has come.
pub(crate) const PLAN_DAYS: &str = "C#plans";

/// Partition key of reconcile's cursor over the due minutes.
pub(crate) const DUE_CURSOR: &str = "C#due";

/// Partition key of notify-due's cursor over the due minutes.
pub(crate) const NOTIFY_CURSOR: &str = "C#notify";

/// Partition key of a merchant's endpoints; the sort key is the endpoint's id.
pub(crate) fn endpoints(merchant: &MerchantId) -> String {
    format!("N#{merchant}")
}

/// Partition key of the last replay of each of a merchant's endpoints; the sort key is the endpoint's id.
pub(crate) fn replays(merchant: &MerchantId) -> String {
    format!("NR#{merchant}")
}

/// How many shards an endpoint's deliveries have: more than a thousand small writes a second go to one endpoint then.
pub const DELIVERY_SHARDS: u8 = 4;

/// Partition key of one shard of an endpoint's deliveries; the sort key is [`delivery_place`].
pub(crate) fn deliveries(merchant: &MerchantId, endpoint: &EndpointId, shard: u8) -> String {
    format!("ND#{merchant}#{endpoint}#{shard}")
}

/// Sort key of a delivery: the millisecond that its event happened in, then the event. Sorts by time.
pub(crate) fn delivery_place(key: &DeliveryKey) -> String {
    format!("{:013}#{}", key.at.as_millisecond().clamp(0, 9_999_999_999_999), key.event)
}

/// Which shard an event's deliveries are in.
pub(crate) fn delivery_shard(event: &EventId) -> u8 {
    let digest = Sha256::digest(event.as_str().as_bytes());
    digest.first().map_or(0, |byte| byte % DELIVERY_SHARDS)
}

/// Reads a delivery's keys back.
pub(crate) fn parse_delivery(pk: &str, sk: &str) -> Option<DeliveryKey> {
    let mut parts = pk.strip_prefix("ND#")?.split('#');
    let merchant = MerchantId::new(parts.next()?).ok()?;
    let endpoint = EndpointId::new(parts.next()?).ok()?;
    let (millisecond, event) = sk.split_once('#')?;
    let at = Timestamp::from_millisecond(millisecond.parse().ok()?).ok()?;
    Some(DeliveryKey { merchant, endpoint, at, event: EventId::new(event).ok()? })
}

/// The value of `due` of a delivery: apart from the payments' of the same minute.
pub(crate) fn delivery_due(minute: DueMinute, shard: u8) -> String {
    format!("{minute}#n{shard}")
}

/// The read model of the console: a table of its own, so that its writes make no stream records.
pub(crate) mod search {
    use domain::{
        CardId, MerchantId,
        recurring::plan::PlanId,
        search::{PlanRow, PlanStatus, Row, SearchKey, Status, Sum},
    };
    use jiff::{Timestamp, civil::Date};

    /// Sort key of all indexes: when the payment was opened, and its order, so that no two are the same.
    pub(crate) const TIME: &str = "w";
    /// The attribute of the index of the same name: all of a merchant's payments.
    pub(crate) const LIST: &str = "list";
    /// Those of a state.
    pub(crate) const STATUS: &str = "status";
    /// Those of a mail address.
    pub(crate) const MAIL: &str = "mail";
    /// Those of a buyer id.
    pub(crate) const USER: &str = "user";
    /// The payment's version from which a rebuild made the item: steps up to it are told by that one.
    pub(crate) const BASE: &str = "b";

    /// The attribute of a step of the payment's history.
    pub(crate) fn step(version: u32) -> String {
        format!("h{version}")
    }

    /// Reads a step's attribute back.
    pub(crate) fn parse_step(name: &str) -> Option<u32> {
        name.strip_prefix('h')?.parse().ok()
    }

    /// The attribute of a mail that was sent; the sort key of one about a regular purchase.
    pub(crate) fn mailed(event_id: &str) -> String {
        format!("e#{event_id}")
    }

    /// Reads a sent mail's attribute back.
    pub(crate) fn parse_mailed(name: &str) -> Option<&str> {
        name.strip_prefix("e#")
    }

    /// The attribute of a mail that did not reach its reader; the sort key of one about a regular purchase.
    pub(crate) fn returned(id: &str) -> String {
        format!("r#{id}")
    }

    /// Reads such a mail's attribute back.
    pub(crate) fn parse_returned(name: &str) -> Option<&str> {
        name.strip_prefix("r#")
    }

    /// All of a merchant's payments.
    pub(crate) fn list(merchant: &MerchantId) -> String {
        merchant.as_str().to_owned()
    }

    /// A merchant's registrations of cards, which are no sales.
    pub(crate) fn registrations(merchant: &MerchantId) -> String {
        format!("{merchant}#registration")
    }

    /// A merchant's payments of a state.
    pub(crate) fn status(merchant: &MerchantId, status: Status) -> String {
        format!("{merchant}#{}", status.name())
    }

    /// A merchant's payments of a mail address or a buyer id.
    pub(crate) fn hashed(merchant: &MerchantId, key: &SearchKey) -> String {
        format!("{merchant}#{}", key.as_str())
    }

    /// All of a merchant's regular purchases.
    pub(crate) fn plans(merchant: &MerchantId) -> String {
        format!("{merchant}#plans")
    }

    /// A merchant's regular purchases that stand so.
    pub(crate) fn plans_standing(merchant: &MerchantId, status: PlanStatus) -> String {
        format!("{merchant}#plans-{}", status.name())
    }

    /// A merchant's regular purchases of a mail address or a buyer id.
    pub(crate) fn plans_hashed(merchant: &MerchantId, key: &SearchKey) -> String {
        format!("{merchant}#plans-{}", key.as_str())
    }

    /// A regular purchase's place in time, as text that sorts.
    pub(crate) fn plan_time(row: &PlanRow) -> String {
        format!("{}#{}", instant(row.joined_at), row.id.as_str())
    }

    /// Whether a text is such a place.
    pub(crate) fn is_plan_time(text: &str) -> bool {
        text.split_once('#').is_some_and(|(instant, id)| {
            instant.len() == 13 && instant.bytes().all(|b| b.is_ascii_digit()) && PlanId::new(id).is_ok()
        })
    }

    /// A row's place in time, as text that sorts.
    pub(crate) fn time(row: &Row) -> String {
        format!("{}#{}", instant(row.at), row.key.order)
    }

    /// The first place at or after an instant.
    pub(crate) fn instant(at: Timestamp) -> String {
        format!("{:013}", at.as_millisecond().clamp(0, 9_999_999_999_999))
    }

    /// When a kept card was paid with last, in seconds.
    pub(crate) const USED_AT: &str = "t";

    /// Partition key of what is known of a kept card's use.
    pub(crate) fn card_use(merchant: &MerchantId, card: CardId) -> String {
        format!("C#{merchant}#{card}")
    }

    /// Partition key of a merchant's sums.
    pub(crate) fn sums(merchant: &MerchantId) -> String {
        format!("S#{merchant}")
    }

    /// Sort key of a part of a day's sums.
    pub(crate) fn sum_part(day: Date, part: u8) -> String {
        format!("{day}#{part}")
    }

    /// The attribute of a sum's yen.
    pub(crate) fn sum_yen(sum: Sum) -> String {
        format!("{}y", sum.name())
    }

    /// Reads a sum's sort key back.
    pub(crate) fn parse_sum_day(sk: &str) -> Option<Date> {
        sk.split_once('#')?.0.parse().ok()
    }
}

/// A UTC minute, as the index and the cursor write it: `2026-11-21T10:30`. Sorts by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueMinute(i64);

impl DueMinute {
    /// The first whole minute at or after `at`: when it has come, `at` has passed.
    pub fn not_before(at: Timestamp) -> Self {
        let second = if at.subsec_nanosecond() > 0 { at.as_second().saturating_add(1) } else { at.as_second() };
        Self(second.saturating_add(59).div_euclid(60))
    }

    /// The minute that `now` lies in.
    pub fn reached(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(60))
    }

    /// The minute after.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The minute `count` minutes earlier.
    pub fn earlier(self, count: u16) -> Self {
        Self(self.0.saturating_sub(i64::from(count)))
    }

    /// The minute `count` minutes later.
    pub fn later(self, count: u16) -> Self {
        Self(self.0.saturating_add(i64::from(count)))
    }

    /// How many minutes lie between this and a later one.
    pub fn minutes_until(self, later: Self) -> i64 {
        later.0.saturating_sub(self.0)
    }

    /// When the minute begins.
    pub fn starts_at(self) -> Timestamp {
        Timestamp::from_second(self.0.saturating_mul(60)).unwrap_or(Timestamp::MAX)
    }

    /// Reads the minute of a `due` value or a cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let minute = text.split('#').next()?;
        let at: Timestamp = format!("{minute}:00Z").parse().ok()?;
        Some(Self::reached(at))
    }

    /// The index's partition key for one shard of this minute.
    pub fn shard(self, shard: u8) -> String {
        format!("{self}#{shard:02}")
    }
}

impl std::fmt::Display for DueMinute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.starts_at().strftime("%Y-%m-%dT%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_key_reads_back_and_its_minute_is_no_payments() {
        let key = DeliveryKey {
            merchant: MerchantId::new("4000").unwrap(),
            endpoint: EndpointId::from_random([7; 16]),
            at: Timestamp::from_millisecond(1_763_720_400_123).unwrap(),
            event: EventId::new("179525700012312345-0123456789.2.payment_succeeded").unwrap(),
        };
        let pk = deliveries(&key.merchant, &key.endpoint, delivery_shard(&key.event));
        assert_eq!(parse_delivery(&pk, &delivery_place(&key)), Some(key));
        let minute = DueMinute::not_before(Timestamp::from_second(1_763_720_400).unwrap());
        assert!((0..SHARDS).all(|shard| minute.shard(shard) != delivery_due(minute, 0)));
        assert_eq!(DueMinute::parse(&delivery_due(minute, 0)), Some(minute));
    }

    #[test]
    fn a_payment_key_reads_back() {
        let key = PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("A_b-1").unwrap());
        assert_eq!(parse_payment(&payment(&key)), Some(key));
    }

    #[test]
    fn links_and_their_lists_are_told_apart() {
        let (merchant, id) = (MerchantId::new("4000").unwrap(), LinkId::new("demo").unwrap());
        assert!(is_link(&link(&id)));
        assert!(!is_link(&links(&merchant)) && !is_link(&link_order(&merchant, &OrderId::new("1").unwrap())));
        let [early, late] = ["2026-11-21T03:00:00Z", "2026-11-21T03:00:00.001Z"].map(|at| at.parse().unwrap());
        assert!(link_place(early, &id) < link_place(late, &id));
        assert_eq!(parse_link_place(&link_place(early, &id)), Some(id));
    }

    #[test]
    fn a_due_minute_is_never_too_early() {
        for (at, minute) in [
            ("2026-11-21T10:30:00Z", "2026-11-21T10:30"),
            ("2026-11-21T10:30:00.001Z", "2026-11-21T10:31"),
            ("2026-11-21T10:30:01Z", "2026-11-21T10:31"),
            ("2026-12-31T23:59:59.9Z", "2027-01-01T00:00"),
        ] {
            let due = DueMinute::not_before(at.parse().unwrap());
            assert_eq!(due.to_string(), minute, "{at}");
            assert!(due.starts_at() >= at.parse().unwrap());
            assert_eq!(DueMinute::parse(&due.shard(7)), Some(due));
        }
    }
}
