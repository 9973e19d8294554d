//! The guard against card testing, around a charge: asked before the intent, told afterwards. It never stops a payment by failing itself.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    Causes, Clock, Fingerprint, LeaseId, Merchant, MerchantId,
    acquirer::{AuthorizeOutcome, DeclineCode},
    guard::{
        self, Additions, AddressKey, Approvals, Counted, Evidence, Items, Key, Level, Reason, Recent, Remembered,
        Standing, Tally, Visit,
    },
};
use jiff::{SignedDuration, Timestamp};
use store::{CounterKey, GuardCounters, StoreError};

/// How long a merchant's counts may go unread while cards are declined there. Seconds.
const FRESH: SignedDuration = SignedDuration::from_secs(2);
/// How many merchants, issuer numbers and addresses are kept in mind; beyond that all are forgotten.
const KEPT: usize = 20_000;
/// As many declines (whole ones) in the visit's own item make it worth reading the merchant's others: in an hour, in a day.
const STIR: (u32, u32) = (1, 2);
/// How long the others are read in any case after a merchant was not calm.
const ALERT: SignedDuration = SignedDuration::from_hours(6);

/// Who comes to pay, or to register a card.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// Where the request comes from, as the gateway says.
    pub address: Option<IpAddr>,
    /// The buyer's id, empty where there is none.
    pub user: &'a str,
    /// The first six digits of a number that was typed. None for a kept card: it was good here before.
    pub bin: Option<&'a str>,
    /// Which card, if that is known.
    pub fingerprint: Option<Fingerprint>,
}

/// Whether a card may be tried.
#[derive(Debug)]
pub enum Admission {
    /// It may; the ticket is for [`Guard::tell`].
    Admitted(Box<Ticket>),
    /// It may not. The page says nothing of the reason: it would tell a thief how to go on.
    Refused(Reason),
}

/// What became of a card that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is good.
    Approved,
    /// It is not, or not now.
    Declined(DeclineCode),
}

impl Told {
    /// What an authorization tells. None: nothing yet.
    pub const fn of(outcome: &AuthorizeOutcome) -> Option<Self> {
        match outcome {
            AuthorizeOutcome::Approved(_) => Some(Self::Approved),
            AuthorizeOutcome::Declined(decline) => Some(Self::Declined(decline.code)),
            AuthorizeOutcome::ChallengeRequired(_) | AuthorizeOutcome::Unknown(_) => None,
        }
    }
}

/// An admitted visit, and what was read of it.
#[derive(Debug)]
pub struct Ticket {
    merchant: MerchantId,
    visit: Visit,
    at_address: Tally,
    at_home: Tally,
    level: Level,
    /// Whether an approval is to be written down: for the address, for the issuer number.
    near: (bool, bool),
}

/// Counts declines, and refuses whoever tries cards. Cheap to clone; clones remember together.
#[derive(Clone, Debug)]
pub struct Guard {
    counters: GuardCounters,
    clock: Clock,
    memory: Arc<Mutex<Memory>>,
}

impl Guard {
    /// A guard that counts in `counters`.
    pub fn new(counters: GuardCounters, clock: Clock) -> Self {
        Self { counters, clock, memory: Arc::default() }
    }

    /// Asks whether a visitor's card may be tried. Reads and never writes. Where the counters do not answer at once the visitor is let in.
    pub async fn admit(&self, merchant: &Merchant, visitor: &Visitor<'_>) -> Admission {
        let now = self.clock.now();
        let mut ticket = Ticket::blank(merchant, visitor);
        let evidence = match self.look(merchant, &mut ticket, now).await {
            Ok(evidence) => evidence,
            Err(error) => {
                tracing::warn!(merchant.id = %merchant.id, error = %Causes::of(&error), "the guard's counters do not answer");
                return Admission::Admitted(Box::new(ticket));
            }
        };
        let verdict = guard::judge(&merchant.guard, &evidence);
        let level = evidence.standing.level;
        if level > Level::Calm || verdict == Err(Reason::Bin) {
            self.sound(&merchant.id, level, now);
        }
        match verdict {
            Ok(()) => {
                ticket.near = guard::near(&merchant.guard, &evidence);
                Admission::Admitted(Box::new(ticket))
            }
            Err(reason) => {
                tracing::warn!(merchant.id = %merchant.id, refused_by = reason.name(), "the guard refused a card");
                Admission::Refused(reason)
            }
        }
    }

    /// Counts what became of an admitted card. At most two writes, none for most approvals; a failure is logged and nothing else.
    pub async fn tell(&self, ticket: &Ticket, told: Told) {
        let now = self.clock.now();
        let visit = &ticket.visit;
        let items = Items { address: &ticket.at_address, home: &ticket.at_home, level: ticket.level };
        let counted = match told {
            Told::Declined(code) => match guard::weight(code) {
                0 => return,
                weight => {
                    let kept = self.memory().take(ticket, (true, true));
                    Counted::decline(visit, weight, &kept, items, now)
                }
            },
            Told::Approved => {
                let mut memory = self.memory();
                memory.keep(ticket, now);
                let kept = memory.take(ticket, ticket.near);
                drop(memory);
                Counted::approvals(visit, &kept, items, now)
            }
        };
        self.write(ticket, &counted, now).await;
    }

    /// Reads what decides about a visit: its address and its own item of the merchant; the merchant's others only where cards are declined.
    async fn look(&self, merchant: &Merchant, ticket: &mut Ticket, now: Timestamp) -> Result<Evidence, StoreError> {
        let mut items = self.counters.read(&ticket.keys()).await?.into_iter();
        ticket.at_home = items.next().unwrap_or_default();
        ticket.at_address = items.next().unwrap_or_default();
        let remembered = self.memory().remembered(ticket);
        let Ticket { visit, at_address, at_home, .. } = &*ticket;
        let evidence = |tally, standing| Evidence::of(visit, at_address, (tally, standing), remembered, now);
        let total = at_home.total(now);
        let stirred = total.hour.reaches(STIR.0) || total.day.reaches(STIR.1);
        if !stirred && !self.memory().is_alert(&merchant.id, now) {
            return Ok(evidence(at_home, Standing::CALM));
        }
        let known = self.memory().shop(&merchant.id, now);
        let items = match known {
            Some(items) => items,
            None => {
                let items = self.counters.read(&CounterKey::shards(&merchant.id)).await?;
                self.memory().remember_shop(&merchant.id, items.clone(), now);
                items
            }
        };
        // The visit's own item was read just now.
        let others = (0_u8..).zip(&items).filter(|(shard, _)| *shard != visit.shard).map(|(_, item)| item);
        let mut whole = at_home.clone();
        others.for_each(|item| whole.merge(item));
        let standing = Standing::of(&merchant.guard, &whole, now);
        if standing.level > Level::Calm {
            self.memory().alert(&merchant.id, now);
        }
        let evidence = evidence(&whole, standing);
        ticket.level = standing.level;
        Ok(evidence)
    }

    async fn write(&self, ticket: &Ticket, counted: &Counted, now: Timestamp) {
        let mut drawn = [0; 8];
        if getrandom::fill(&mut drawn).is_err() {
            return;
        }
        let writer = LeaseId::from_random(drawn).to_string();
        let keys = ticket.keys();
        let items: [&Additions; 2] = [&counted.merchant, &counted.address];
        for (key, additions) in keys.iter().zip(items).filter(|(_, additions)| !additions.is_empty()) {
            if let Err(error) = self.counters.add(key, additions, &writer, now).await {
                tracing::warn!(merchant.id = %ticket.merchant, error = %Causes::of(&error), "the guard could not count");
            }
        }
        self.memory().add_to_shop(ticket, &counted.merchant);
    }

    /// Calls a person, once an hour for each merchant and level.
    fn sound(&self, merchant: &MerchantId, level: Level, now: Timestamp) {
        if self.memory().is_news(merchant, level, now) {
            tracing::error!(card_testing = true, merchant.id = %merchant, level = level.name(), "cards are being tried");
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visitor<'_> {
    fn at(&self, merchant: &MerchantId) -> Visit {
        Visit::new(merchant, self.address, self.user, self.bin, self.fingerprint)
    }
}

impl Ticket {
    /// Nothing is read yet.
    fn blank(merchant: &Merchant, visitor: &Visitor<'_>) -> Self {
        Self {
            merchant: merchant.id.clone(),
            visit: visitor.at(&merchant.id),
            at_address: Tally::default(),
            at_home: Tally::default(),
            level: Level::Calm,
            near: (false, false),
        }
    }

    /// The merchant's item, then the address's, if it is known.
    fn keys(&self) -> Vec<CounterKey> {
        let address = self.visit.address.as_ref().map(|address| CounterKey::address(&self.merchant, address));
        std::iter::once(CounterKey::shard(&self.merchant, self.visit.shard)).chain(address).collect()
    }
}

/// What an environment keeps in mind between payments.
#[derive(Debug, Default)]
struct Memory {
    /// Approvals that no write has carried yet, at addresses (each is one merchant's).
    addresses: HashMap<AddressKey, Recent>,
    /// The same, at merchants.
    merchants: HashMap<MerchantId, Recent>,
    /// The same, of issuer numbers, by the item that counts them.
    bins: HashMap<(MerchantId, u8), HashMap<Key, Recent>>,
    /// Merchants' items, and when they were read.
    shops: HashMap<MerchantId, (Timestamp, Vec<Tally>)>,
    /// When a merchant was not calm last.
    alerts: HashMap<MerchantId, Timestamp>,
    /// When a person was called last.
    sounded: HashMap<(MerchantId, &'static str), i64>,
}

impl Memory {
    /// Keeps an approval in mind: the next decline here carries it along, so that an approval costs no write.
    fn keep(&mut self, ticket: &Ticket, now: Timestamp) {
        let Ticket { merchant, visit, .. } = ticket;
        if self.addresses.len() >= KEPT {
            self.addresses.clear();
        }
        if self.merchants.len() >= KEPT || self.bins.len() >= KEPT {
            self.merchants.clear();
            self.bins.clear();
        }
        if let Some(address) = &visit.address {
            self.addresses.entry(address.clone()).or_default().add(now);
        }
        if let Some(bin) = visit.bin {
            let bins = self.bins.entry((merchant.clone(), visit.shard)).or_default();
            bins.entry(bin).or_default().add(now);
        }
        self.merchants.entry(merchant.clone()).or_default().add(now);
    }

    /// What is kept in mind of a visit.
    fn remembered(&self, ticket: &Ticket) -> Remembered {
        let Ticket { merchant, visit, .. } = ticket;
        let address = visit.address.as_ref().and_then(|address| self.addresses.get(address));
        let bins = self.bins.get(&(merchant.clone(), visit.shard));
        let bin = visit.bin.and_then(|bin| bins?.get(&bin));
        Remembered { address: address.copied().unwrap_or_default(), bin: bin.copied().unwrap_or_default() }
    }

    /// Takes what is to be written with this visit: at the address, and at the merchant.
    fn take(&mut self, ticket: &Ticket, (at_address, at_home): (bool, bool)) -> Approvals {
        let Ticket { merchant, visit, .. } = ticket;
        let address = visit.address.as_ref().filter(|_| at_address);
        let mut taken = Approvals {
            address: address.and_then(|address| self.addresses.remove(address)).unwrap_or_default(),
            ..Approvals::default()
        };
        if at_home {
            taken.merchant = self.merchants.remove(merchant).unwrap_or_default();
            if let Some(bins) = self.bins.get_mut(&(merchant.clone(), visit.shard)) {
                taken.take_bins(bins, visit.bin);
            }
        }
        taken
    }

    fn is_alert(&self, merchant: &MerchantId, now: Timestamp) -> bool {
        self.alerts.get(merchant).is_some_and(|since| now.duration_since(*since) < ALERT)
    }

    fn alert(&mut self, merchant: &MerchantId, now: Timestamp) {
        if self.alerts.len() >= KEPT {
            self.alerts.clear();
        }
        self.alerts.insert(merchant.clone(), now);
    }

    fn shop(&self, merchant: &MerchantId, now: Timestamp) -> Option<Vec<Tally>> {
        let (read_at, items) = self.shops.get(merchant)?;
        (now.duration_since(*read_at).abs() < FRESH).then(|| items.clone())
    }

    fn remember_shop(&mut self, merchant: &MerchantId, items: Vec<Tally>, now: Timestamp) {
        if self.shops.len() >= KEPT {
            self.shops.clear();
        }
        self.shops.insert(merchant.clone(), (now, items));
    }

    /// What this environment wrote, it need not read.
    fn add_to_shop(&mut self, ticket: &Ticket, additions: &Additions) {
        let items = self.shops.get_mut(&ticket.merchant).map(|(_, items)| items);
        if let Some(item) = items.and_then(|items| items.get_mut(usize::from(ticket.visit.shard))) {
            item.apply(additions);
        }
    }

    fn is_news(&mut self, merchant: &MerchantId, level: Level, now: Timestamp) -> bool {
        if self.sounded.len() >= KEPT {
            self.sounded.clear();
        }
        self.sounded.insert((merchant.clone(), level.name()), hour(now)) != Some(hour(now))
    }
}

fn hour(now: Timestamp) -> i64 {
    now.as_second().div_euclid(3_600)
}
