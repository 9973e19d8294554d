//! Attacks of 100,000 tries beside an honest trace of 10,000 payments at one merchant: how many tries reach the acquirer, how many payments are refused.
//!
//! The decisions and counts are the product's own; the items are maps, read at once, and 20 environments keep approvals in mind as the product's do.
//! The shop: three calm days of 10,000 payments come first. Its cards are of 200 issuer numbers, a few of them common (the rank is drawn as the least of three
//! dice); 40 % of its shoppers are at homes, 30 % behind 20 addresses of phone carriers, 30 % in 50 offices; 4 % mistype, 3 % have cards that are declined.
//! The thieves: each number is tried once, 2 % are good, the addresses are none of the shop's. Their issuer numbers are drawn from a worldwide list of 3,000, of
//! which 5, of any rank, are the shop's too; the run prints how many of the drawn ones are. Where the drawn ones include a common issuer number of the shop, no
//! count can tell a thief's first try from a customer's; the last test says what becomes of such an attack.
//! `cargo test -p domain --test card_testing -- --nocapture` prints the figures.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a simulation"
)]

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::Write as _,
    net::{IpAddr, Ipv4Addr},
};

use domain::{
    Fingerprint, MerchantId,
    acquirer::DeclineCode,
    guard::{
        AddressKey, Approvals, Counted, Evidence, GuardSettings, Items, Key, Level, Reason, Recent, Remembered, SHARDS,
        Standing, Tally, Visit, judge, near, weight,
    },
};
use jiff::{SignedDuration, Timestamp};

const TRIES: u64 = 100_000;
const PAYMENTS: u64 = 10_000;
const ENVIRONMENTS: usize = 20;
const CALM_DAYS: i64 = 3;
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
/// The shop's issuer numbers, from the commonest to the rarest.
const DOMESTIC: u64 = 200;
const WORLDWIDE: u64 = 3_000;
/// How many of the shop's are in the worldwide list.
const OVERLAP: u64 = 5;

/// A small generator with a fixed start (xorshift64*), so that every run is the same.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

#[derive(Clone)]
struct Try {
    at: Timestamp,
    /// None: an attack's. Otherwise the payment it belongs to.
    payment: Option<u64>,
    address: u32,
    bin: Option<u32>,
    /// None: the card is tried once, its counts say nothing.
    card: Option<u64>,
    outcome: Option<DeclineCode>,
}

/// What an environment keeps in mind, as `charging::guard` does.
#[derive(Clone, Default)]
struct Memory {
    addresses: HashMap<AddressKey, Recent>,
    merchant: Recent,
    bins: HashMap<u8, HashMap<Key, Recent>>,
    alert: Option<Timestamp>,
}

impl Memory {
    fn remembered(&self, visit: &Visit) -> Remembered {
        let address = visit.address.as_ref().and_then(|address| self.addresses.get(address));
        let bin = visit.bin.and_then(|bin| self.bins.get(&visit.shard)?.get(&bin));
        Remembered { address: address.copied().unwrap_or_default(), bin: bin.copied().unwrap_or_default() }
    }

    fn keep(&mut self, visit: &Visit, now: Timestamp) {
        self.addresses.entry(visit.address.clone().unwrap()).or_default().add(now);
        self.merchant.add(now);
        if let Some(bin) = visit.bin {
            self.bins.entry(visit.shard).or_default().entry(bin).or_default().add(now);
        }
    }

    fn take(&mut self, visit: &Visit, (at_address, at_home): (bool, bool)) -> Approvals {
        let mut taken = Approvals::default();
        if at_address {
            taken.address = self.addresses.remove(visit.address.as_ref().unwrap()).unwrap_or_default();
        }
        if at_home {
            taken.merchant = std::mem::take(&mut self.merchant);
            taken.take_bins(self.bins.entry(visit.shard).or_default(), visit.bin);
        }
        taken
    }
}

#[derive(Clone)]
struct World {
    merchant: MerchantId,
    settings: GuardSettings,
    shards: Vec<Tally>,
    whole: Tally,
    /// How the merchant stands and when that was found; it is found anew after each write and each five minutes.
    standing: Option<(Timestamp, Standing)>,
    addresses: HashMap<AddressKey, Tally>,
    /// Issuer numbers and addresses of which something was approved.
    good: HashSet<(char, u32)>,
    /// What an attack was refused for, and when.
    refused: HashMap<(Reason, u32), Timestamp>,
    environments: Vec<Memory>,
    writes_on_approval: u64,
    approvals: u64,
}

impl World {
    fn new() -> Self {
        Self {
            merchant: MerchantId::new("4000").unwrap(),
            settings: GuardSettings::default(),
            shards: vec![Tally::default(); usize::from(SHARDS)],
            whole: Tally::default(),
            standing: None,
            addresses: HashMap::new(),
            good: HashSet::new(),
            refused: HashMap::new(),
            environments: vec![Memory::default(); ENVIRONMENTS],
            writes_on_approval: 0,
            approvals: 0,
        }
    }

    fn visit(&self, attempt: &Try) -> Visit {
        let bin = attempt.bin.map(|bin| format!("{bin:06}"));
        let fingerprint = attempt.card.map(|card| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&card.to_be_bytes());
            Fingerprint::from_random(bytes)
        });
        let address = IpAddr::V4(Ipv4Addr::from_bits(attempt.address));
        Visit::new(&self.merchant, Some(address), "", bin.as_deref(), fingerprint)
    }

    fn standing(&mut self, now: Timestamp) -> Standing {
        match self.standing {
            Some((at, standing)) if now.duration_since(at) < SignedDuration::from_secs(300) => standing,
            Some(_) | None => {
                let standing = Standing::of(&self.settings, &self.whole, now);
                self.standing = Some((now, standing));
                standing
            }
        }
    }

    /// Whether a thief's try is refused for certain, to save time: he was refused for the same some seconds ago, or nothing good is known of him and the
    /// merchant is not calm.
    fn is_hopeless(&mut self, attempt: &Try, environment: usize) -> bool {
        let (now, bin) = (attempt.at, attempt.bin.unwrap());
        if attempt.payment.is_some() || self.good.contains(&('a', attempt.address)) {
            return false;
        }
        let lately = [(Reason::Address, attempt.address), (Reason::Bin, bin)].into_iter().any(|why| {
            self.refused.get(&why).is_some_and(|at| now.duration_since(*at) < SignedDuration::from_secs(10))
        });
        let alert = self.environments[environment].alert;
        let alert = alert.is_some_and(|since| now.duration_since(since) < SignedDuration::from_hours(6));
        if lately || !alert || self.good.contains(&('b', bin)) {
            return lately;
        }
        let standing = self.standing(now);
        if standing.level > Level::Calm {
            self.environments[environment].alert = Some(now);
        }
        standing.level > Level::Calm && standing.probed
    }

    /// Lets a try pass the guard and tells it the outcome.
    fn attempt(&mut self, attempt: &Try, environment: usize) -> Result<(), Reason> {
        let now = attempt.at;
        let visit = self.visit(attempt);
        let key = visit.address.clone().unwrap();
        let home = usize::from(visit.shard);
        let total = self.shards[home].total(now);
        let alert = self.environments[environment].alert;
        let alert = alert.is_some_and(|since| now.duration_since(since) < SignedDuration::from_hours(6));
        let stirred = alert || total.hour.reaches(1) || total.day.reaches(2);
        let standing = if stirred { self.standing(now) } else { Standing::CALM };
        let memory = &mut self.environments[environment];
        if standing.level > Level::Calm {
            memory.alert = Some(now);
        }
        let nothing = Tally::default();
        let address = self.addresses.get(&key).unwrap_or(&nothing);
        let tally = if stirred { &self.whole } else { &self.shards[home] };
        let evidence = Evidence::of(&visit, address, (tally, standing), memory.remembered(&visit), now);
        judge(&self.settings, &evidence)?;
        let items = Items { address, home: &self.shards[home], level: standing.level };
        let counted = match attempt.outcome {
            Some(code) => Counted::decline(&visit, weight(code), &memory.take(&visit, (true, true)), items, now),
            None => {
                self.approvals += 1;
                memory.keep(&visit, now);
                self.good.insert(('a', attempt.address));
                self.good.extend(attempt.bin.map(|bin| ('b', bin)));
                let kept = memory.take(&visit, near(&self.settings, &evidence));
                let counted = Counted::approvals(&visit, &kept, items, now);
                self.writes_on_approval +=
                    u64::from(!counted.address.is_empty()) + u64::from(!counted.merchant.is_empty());
                counted
            }
        };
        if !counted.address.is_empty() {
            self.addresses.entry(key).or_default().apply(&counted.address);
        }
        if !counted.merchant.is_empty() {
            self.shards[home].apply(&counted.merchant);
            self.whole.apply(&counted.merchant); // a name with a key is in one item only
            self.standing = None;
        }
        Ok(())
    }
}

fn start() -> Timestamp {
    "2026-11-21T03:00:00Z".parse().unwrap()
}

fn domestic(rank: u64) -> u32 {
    450_000 + rank as u32
}

/// One of the worldwide list; the first few are the shop's too, spread over its ranks.
fn worldwide(place: u64) -> u32 {
    if place < OVERLAP { domestic(place * DOMESTIC / OVERLAP + 7) } else { 600_000 + place as u32 }
}

fn honest(begin: Timestamp, hours: u64, first: u64, dice: &mut Dice) -> Vec<Try> {
    let mut tries = Vec::new();
    for payment in first..first + PAYMENTS {
        let at = begin + SignedDuration::from_millis((dice.below(hours * 3_600_000)) as i64);
        let address = match dice.below(10) {
            0..4 => 0x0a00_0000 + dice.below(1 << 24) as u32,
            4..7 => 0x6440_0000 + dice.below(20) as u32,
            _ => 0xc0a8_0000 + dice.below(50) as u32,
        };
        let bin = |dice: &mut Dice| {
            let (one, two, three) = (dice.below(DOMESTIC), dice.below(DOMESTIC), dice.below(DOMESTIC));
            Some(domestic(one.min(two).min(three)))
        };
        let typed = !dice.one_in(10);
        let mut next = Try {
            at,
            payment: Some(payment),
            address,
            bin: if typed { bin(dice) } else { None },
            card: Some(payment * 16),
            outcome: None,
        };
        let failed = |next: &mut Try, code: DeclineCode, tries: &mut Vec<Try>| {
            tries.push(Try { outcome: Some(code), ..next.clone() });
            next.at += SignedDuration::from_secs(40);
        };
        match dice.below(1_000) {
            0..20 => failed(&mut next, DeclineCode::IncorrectCvc, &mut tries),
            20..26 => {
                failed(&mut next, DeclineCode::ExpiredCard, &mut tries);
                failed(&mut next, DeclineCode::IncorrectCvc, &mut tries);
            }
            26..36 => failed(&mut next, DeclineCode::AuthenticationRequired, &mut tries),
            36..40 => failed(&mut next, DeclineCode::IssuerNotAvailable, &mut tries),
            40..58 => {
                for _ in 0..=dice.below(3) {
                    failed(&mut next, DeclineCode::InsufficientFunds, &mut tries);
                }
                next.card = next.card.map(|card| card + 1);
                next.bin = bin(dice);
            }
            58..62 => {
                failed(&mut next, DeclineCode::DoNotHonor, &mut tries);
                next.outcome = Some(DeclineCode::DoNotHonor);
            }
            _ => {}
        }
        tries.push(next);
    }
    tries.sort_by_key(|attempt| attempt.at);
    tries
}

/// The shop after some calm days; what it refused in them.
fn calm_days(seed: u64) -> (World, usize) {
    let (mut dice, mut world, mut refused) = (Dice::new(seed + 1_000), World::new(), 0);
    for day in 1..=CALM_DAYS {
        let begin = start() - SignedDuration::from_hours(24 * (CALM_DAYS + 1 - day));
        for attempt in honest(begin, 24, (day as u64) * PAYMENTS * 2, &mut dice) {
            refused += usize::from(world.attempt(&attempt, dice.below(ENVIRONMENTS as u64) as usize).is_err());
        }
    }
    (world, refused)
}

#[derive(Clone, Copy)]
struct Attack {
    name: &'static str,
    hours: u64,
    addresses: u64,
    bins: u64,
    /// The one issuer number; otherwise some of the worldwide list.
    bin: Option<u32>,
}

struct Limits {
    through: u64,
    refused: usize,
}

impl Attack {
    /// 0.5 % through and 0.1 % refused.
    fn limits(&self) -> Limits {
        Limits { through: TRIES / 200, refused: PAYMENTS as usize / 1_000 }
    }

    fn issuers(&self, dice: &mut Dice) -> Vec<u32> {
        let mut list: Vec<u64> = (0..WORLDWIDE).collect();
        for place in 0..list.len() {
            let other = place + dice.below((list.len() - place) as u64) as usize;
            list.swap(place, other);
        }
        self.bin.map_or_else(|| list.into_iter().take(self.bins as usize).map(worldwide).collect(), |bin| vec![bin])
    }

    /// A list of numbers, each tried once; two in a hundred are good.
    fn tries(&self, issuers: &[u32], dice: &mut Dice) -> Vec<Try> {
        let one = |number: u64, dice: &mut Dice| Try {
            at: start() + SignedDuration::from_millis((number * self.hours * 3_600_000 / TRIES) as i64),
            payment: None,
            address: 0x2d00_0000 + dice.below(self.addresses) as u32,
            bin: Some(issuers[dice.below(issuers.len() as u64) as usize]),
            card: None,
            outcome: match dice.below(100) {
                0..2 => None,
                2..45 => Some(DeclineCode::DoNotHonor),
                45..65 => Some(DeclineCode::IncorrectCvc),
                65..80 => Some(DeclineCode::ExpiredCard),
                80..90 => Some(DeclineCode::InsufficientFunds),
                _ => Some(DeclineCode::StolenCard),
            },
        };
        (0..TRIES).map(|number| one(number, dice)).collect()
    }
}

struct Figures {
    through: u64,
    refused: usize,
    reasons: BTreeMap<&'static str, usize>,
    shared: usize,
    writes_on_approval: u64,
    approvals: u64,
}

fn run(attack: Option<&Attack>, calm: &World, seed: u64) -> Figures {
    let (mut dice, mut world) = (Dice::new(seed), calm.clone());
    (world.writes_on_approval, world.approvals) = (0, 0);
    let issuers = attack.map(|attack| attack.issuers(&mut dice)).unwrap_or_default();
    let mut tries = honest(start(), attack.map_or(24, |attack| attack.hours), 0, &mut dice);
    tries.extend(attack.map(|attack| attack.tries(&issuers, &mut dice)).unwrap_or_default());
    tries.sort_by_key(|attempt| attempt.at);
    let mut through = 0;
    let mut refused = HashMap::new();
    for attempt in &tries {
        let environment = dice.below(ENVIRONMENTS as u64) as usize;
        if attempt.payment.is_none() && world.is_hopeless(attempt, environment) {
            continue;
        }
        match (world.attempt(attempt, environment), attempt.payment) {
            (Ok(()), None) => through += 1,
            (Err(reason @ (Reason::Address | Reason::Bin)), None) => {
                let whose = if reason == Reason::Bin { attempt.bin.unwrap() } else { attempt.address };
                world.refused.insert((reason, whose), attempt.at);
            }
            (Err(reason), Some(payment)) => drop(refused.insert(payment, reason)),
            (Ok(()), Some(_)) | (Err(_), None) => {}
        }
    }
    let World { writes_on_approval, approvals, .. } = world;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    refused.values().for_each(|reason| *reasons.entry(reason.name()).or_default() += 1);
    let shared = issuers.iter().filter(|bin| (450_000..600_000).contains(*bin)).count();
    Figures { through, refused: refused.len(), reasons, shared, writes_on_approval, approvals }
}

/// Past the capture of test output: whoever runs the tests sees it.
fn say(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

fn print(name: &str, figures: &Figures) {
    let Figures { through, refused, reasons, shared, writes_on_approval, approvals } = figures;
    let percent = |number: u64, of: u64| format!("{}.{:03} %", number * 100 / of, number * 100_000 / of % 1_000);
    say(&format!(
        "{name:<50} {TRIES:>7} {through:>7} {:>8} {refused:>8} {:>8}  {shared:>2} issuers shared, {writes_on_approval} writes on {approvals} approvals {reasons:?}",
        percent(*through, TRIES),
        percent(*refused as u64, PAYMENTS),
    ));
}

const ATTACKS: [Attack; 5] = [
    Attack { name: "one address, 200 issuers, 24 h", hours: 24, addresses: 1, bins: 200, bin: None },
    Attack { name: "1,000 addresses, 40 issuers, 24 h", hours: 24, addresses: 1_000, bins: 40, bin: None },
    Attack { name: "1,000 addresses, 3,000 issuers, 24 h", hours: 24, addresses: 1_000, bins: WORLDWIDE, bin: None },
    Attack { name: "one issuer, 100,000 addresses, 24 h", hours: 24, addresses: 100_000, bins: 1, bin: Some(600_000) },
    Attack {
        name: "slow drip: 20,000 addresses, 200 issuers, 7 days",
        hours: 168,
        addresses: 20_000,
        bins: 200,
        bin: None,
    },
];

#[test]
fn an_attack_is_stopped_and_honest_shoppers_go_on_paying() {
    say(&format!("{:<50} {:>7} {:>7} {:>8} {:>8} {:>8}", "card testing", "tries", "through", "", "refused", ""));
    let one_seed = |seed: u64| {
        let (calm, refused) = calm_days(seed);
        assert_eq!(refused, 0, "on the shop's first days");
        ATTACKS.iter().map(|attack| (attack, run(Some(attack), &calm, seed))).collect::<Vec<_>>()
    };
    let figures: Vec<_> = std::thread::scope(|scope| {
        let threads = SEEDS.map(|seed| scope.spawn(move || one_seed(seed)));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    for attack in &ATTACKS {
        let of_attack = figures.iter().filter(|(of, _)| of.name == attack.name);
        of_attack.for_each(|(_, figures)| print(attack.name, figures));
    }
    let missed = figures.iter().filter(|(attack, figures)| {
        let Limits { through, refused } = attack.limits();
        figures.through > through || figures.refused > refused
    });
    let missed: Vec<_> = missed.map(|(attack, figures)| (attack.name, figures.through, figures.refused)).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn calm_days_are_not_disturbed() {
    let (calm, refused) = calm_days(SEEDS[0]);
    assert_eq!(refused, 0, "the first days of a shop");
    let figures = run(None, &calm, SEEDS[0]);
    assert_eq!(figures.refused, 0);
    assert!(figures.writes_on_approval * 200 <= figures.approvals, "an approval costs no write in the normal case");
}

/// What no counter can tell apart: the thieves' cards are of the issuer that the shop's own customers have most. Printed, so that nobody believes otherwise.
#[test]
fn an_attack_on_the_commonest_issuer_is_held_down() {
    let name = "the shop's commonest issuer, 1,000 addresses, 24 h";
    let attack = Attack { name, hours: 24, addresses: 1_000, bins: 1, bin: Some(domestic(0)) };
    let figures = run(Some(&attack), &calm_days(SEEDS[0]).0, SEEDS[0]);
    print(attack.name, &figures);
    assert!(figures.through * 100 <= TRIES, "more than 1 % reached the acquirer");
    assert!(figures.refused * 50 <= PAYMENTS as usize, "more than 2 % were refused during the attack");
}
