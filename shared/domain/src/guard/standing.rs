//! How a merchant stands: whether cards are being tried there, by all its items added up.

use jiff::Timestamp;

use super::{Count, GuardLimit, GuardSettings, Seen, Tally};

/// As many declined cards of a known issuer number show that nearly everything of it fails; fewer can be a bad day's.
const FEW: u32 = 8;
/// This part of the day's limit, declined in two days among what is let through to see whether the attack goes on, says that it does.
const GOES_ON: u32 = 40;

/// How wary a merchant is. No level shuts a shop: whoever is known there pays on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The thresholds as they are set.
    Calm,
    /// Cards are being tried here. Half of an address's declines are enough, half of a known issuer number's and a tenth of another's; issuer numbers that are not
    /// known here wait after each other's declines.
    Wary,
    /// It went on all the same: half of that is.
    Strict,
}

impl Level {
    /// The name for the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Wary => "wary",
            Self::Strict => "strict",
        }
    }
}

/// How a merchant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How wary it is.
    pub level: Level,
    /// Whether a card of a failing or unknown issuer number was declined within the hour.
    pub probed: bool,
}

impl Standing {
    /// Hardly anything is declined.
    pub const CALM: Self = Self { level: Level::Calm, probed: false };

    /// By all items added up.
    ///
    /// Counted are the declined cards of issuer numbers of which nearly everything fails, and of which nothing was ever good: the declines of honest shoppers lie
    /// among approvals. So neither a large shop's many declines nor its many approvals hide or feign an attack; these must be a fiftieth of all tries, too.
    pub fn of(settings: &GuardSettings, whole: &Tally, now: Timestamp) -> Self {
        let percent = settings.limit(GuardLimit::MerchantPercent).into();
        let failing = |seen: &Seen, count: Count| {
            count.declines > 0 && seen.day.fails(percent) && (!seen.is_known() || count.reaches(FEW))
        };
        let (mut hour, mut day) = (Count::default(), Count::default());
        for seen in whole.bins(now) {
            if failing(&seen, seen.hour) && seen.hour.fails(percent) {
                hour = hour.plus(Count { approvals: 0, ..seen.hour });
            }
            if failing(&seen, seen.day) {
                day = day.plus(Count { approvals: 0, ..seen.day });
            }
        }
        let total = whole.total(now);
        let probed = hour.declines > 0;
        let weighty = |count: Count, all: Count| if count.fails_of(all, 2) { count } else { Count::default() };
        let (hour, day) = (weighty(hour, total.hour), weighty(day, total.day));
        let limit = |limit| u32::from(settings.limit(limit));
        let (in_hour, in_day) = (limit(GuardLimit::MerchantHour), limit(GuardLimit::MerchantDay));
        let reached =
            |times: u32| hour.reaches(in_hour.saturating_mul(times)) || day.reaches(in_day.saturating_mul(times));
        let goes_on = whole.probes(now).reaches(in_day.div_ceil(GOES_ON));
        let level = match (reached(2), reached(1) || goes_on) {
            (true, _) => Level::Strict,
            (false, true) => Level::Wary,
            (false, false) => Level::Calm,
        };
        Self { level, probed }
    }
}

impl Count {
    /// Whether these declines are at least `percent` of all tries.
    fn fails_of(self, all: Self, percent: u64) -> bool {
        let tries = u64::from(all.declines).saturating_add(all.approvals.into());
        u64::from(self.declines).saturating_mul(100) >= tries.saturating_mul(percent)
    }
}
