//! Who is refused, by what was counted.

use jiff::Timestamp;

use super::{Count, GuardLimit, GuardSettings, Level, Recent, Seen, Standing, Tally, Visit, name::Span};

/// Why a visitor is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Too many declines at the address.
    Address,
    /// Too many declines of the buyer.
    Buyer,
    /// Too many declined cards of the issuer number.
    Bin,
    /// Too many declines of this card.
    Card,
}

impl Reason {
    /// The name for the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Buyer => "buyer",
            Self::Bin => "bin",
            Self::Card => "card",
        }
    }
}

/// What is known of a visit and its merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The address.
    pub address: Seen,
    /// The buyer.
    pub buyer: Seen,
    /// The issuer number.
    pub bin: Seen,
    /// The card.
    pub card: Seen,
    /// The merchant.
    pub standing: Standing,
    /// A number was typed.
    pub typed: bool,
    /// The items know nothing good of the issuer number; the environment may.
    pub unwritten: bool,
}

/// Approvals that the environment keeps in mind and has not written yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// At the address.
    pub address: Recent,
    /// Of the issuer number.
    pub bin: Recent,
}

impl Evidence {
    /// What the items say of a visit, and what the environment remembers. `tally` is the visit's own item of the merchant, or all of them added up.
    pub fn of(
        visit: &Visit,
        at_address: &Tally,
        (tally, standing): (&Tally, Standing),
        remembered: Remembered,
        now: Timestamp,
    ) -> Self {
        let bin = visit.bin.map(|bin| tally.bin(bin, now)).unwrap_or_default();
        Self {
            address: at_address.total(now).and(remembered.address, now),
            buyer: visit.buyer.map(|buyer| tally.buyer(buyer, now)).unwrap_or_default(),
            bin: bin.and(remembered.bin, now),
            card: visit.card.map(|card| tally.card(card, now)).unwrap_or_default(),
            standing,
            typed: visit.bin.is_some(),
            unwritten: visit.bin.is_some() && !bin.is_known(),
        }
    }

    /// Neither the issuer number nor the address was good here before.
    fn is_stranger(&self) -> bool {
        self.typed && !self.bin.is_known() && !self.is_known_address()
    }

    /// Where customers were today. Thieves' addresses have nearly nothing but declines.
    fn is_known_address(&self) -> bool {
        self.address.is_known() && !self.address.day.fails(50)
    }
}

impl Seen {
    fn and(self, recent: Recent, now: Timestamp) -> Self {
        let more = |span| Count { declines: 0, approvals: recent.halves(span, now) };
        Self {
            hour: self.hour.plus(more(Span::Hour)),
            day: self.day.plus(more(Span::Day)),
            known: self.known.saturating_add(recent.halves(Span::Month, now)),
        }
    }
}

/// Whether a card may be tried.
///
/// # Errors
/// The [`Reason`] why not.
pub fn judge(settings: &GuardSettings, evidence: &Evidence) -> Result<(), Reason> {
    let rules = Rules { settings, level: evidence.standing.level };
    let card = u32::from(settings.limit(GuardLimit::CardDay));
    let attacked = evidence.typed && !evidence.is_known_address();
    let checks = [
        (evidence.card.day.reaches(card), Reason::Card),
        (rules.address().refuses(evidence.address), Reason::Address),
        (rules.buyer().refuses(evidence.buyer), Reason::Buyer),
        (attacked && rules.bin(evidence.bin).refuses(evidence.bin), Reason::Bin),
        (rules.level > Level::Calm && evidence.standing.probed && evidence.is_stranger(), Reason::Bin),
    ];
    checks.into_iter().find(|(refused, _)| *refused).map_or(Ok(()), |(_, reason)| Err(reason))
}

/// Whether an approval must be written down, because the declines come near to a refusal: the address's, and the issuer number's. At a wary merchant also the
/// first of an issuer number.
pub fn near(settings: &GuardSettings, evidence: &Evidence) -> (bool, bool) {
    let rules = Rules { settings, level: evidence.standing.level };
    let news = rules.level > Level::Calm && evidence.unwritten;
    (rules.address().is_near(evidence.address), news || rules.bin(evidence.bin).is_near(evidence.bin))
}

struct Rules<'a> {
    settings: &'a GuardSettings,
    level: Level,
}

/// One dimension's thresholds.
struct Rule {
    hour: u32,
    day: u32,
    percent: u32,
    lowered: bool,
}

impl Rules<'_> {
    fn address(&self) -> Rule {
        let percent = self.settings.limit(GuardLimit::AddressPercent);
        self.rule(GuardLimit::AddressHour, GuardLimit::AddressDay, percent, 2)
    }

    /// A buyer is one person, known to the shop: what was approved before excuses nothing, and what others do changes nothing.
    fn buyer(&self) -> Rule {
        let limit = |limit| u32::from(self.settings.limit(limit));
        Rule { hour: limit(GuardLimit::BuyerHour), day: limit(GuardLimit::BuyerDay), percent: 0, lowered: false }
    }

    /// What is known here keeps half where what is not keeps a tenth.
    fn bin(&self, seen: Seen) -> Rule {
        let percent = self.settings.limit(GuardLimit::BinPercent);
        let part = if seen.is_known() { 2 } else { 10 };
        self.rule(GuardLimit::BinHour, GuardLimit::BinDay, percent, part)
    }

    /// `part`: what is left of the counts at a wary merchant.
    fn rule(&self, hour: GuardLimit, day: GuardLimit, percent: u16, part: u32) -> Rule {
        let limit = |limit| {
            let limit = u32::from(self.settings.limit(limit));
            match self.level {
                Level::Calm => limit,
                Level::Wary => limit.div_ceil(part),
                Level::Strict => limit.div_ceil(part.saturating_mul(2)),
            }
        };
        Rule { hour: limit(hour), day: limit(day), percent: percent.into(), lowered: self.level > Level::Calm }
    }
}

impl Rule {
    fn refuses(&self, seen: Seen) -> bool {
        let Self { hour, day, percent, lowered } = self;
        let over = |count: Count, limit: u32| count.reaches(limit) && count.fails(*percent);
        // A lowered limit is soon reached in a bad hour: whose day is good is let in.
        (over(seen.hour, *hour) && (!lowered || seen.day.fails(*percent))) || over(seen.day, *day)
    }

    /// Half the declines and half the share.
    fn is_near(&self, seen: Seen) -> bool {
        let half =
            Self { hour: self.hour.div_ceil(2), day: self.day.div_ceil(2), percent: self.percent.div_ceil(2), ..*self };
        half.refuses(seen)
    }
}
