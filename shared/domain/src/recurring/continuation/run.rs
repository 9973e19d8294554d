//! The run of a month: its plan, what a clerk changed in it, who let it run. Its rows are charged as a batch of the same name.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Month, PlanRow, Standing,
    schedule::{is_too_late, told_in_time},
};
use crate::{
    MerchantId, Yen,
    account::UserId,
    batch::{BatchId, Inbox},
    clock::japan_date,
    id::{framed_digest, leading_u64},
};

/// The most rows of a plan (ours): its edits stay well below what one item of the table holds.
pub const MOST_ROWS: usize = 20_000;
/// How long its record is kept: as long as its batch's.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Which; its batch has the same name.
    pub id: BatchId,
    /// Whose.
    pub merchant: MerchantId,
    /// The month whose payments are continued.
    pub from: Month,
    /// The month that they are charged for.
    pub month: Month,
    /// The day on which it is to be charged, in Japan.
    pub on: Date,
    /// Counts writes.
    pub version: u32,
    /// Who asked for it. None: the schedule.
    pub asked_by: Option<UserId>,
    /// Its plan, once that is drawn up.
    pub drawn: Option<Drawn>,
    /// What a clerk changed, by the row's place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub edits: BTreeMap<u32, Edit>,
    /// What would be charged, with the edits.
    pub chosen: Figure,
    /// The shop was told of its state.
    #[serde(default)]
    pub told: bool,
    /// How far it is.
    pub state: RunState,
    /// When it was asked for.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub made_at: Timestamp,
}

/// A plan that was drawn up: its rows are an object in the bucket, and never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// The object.
    pub key: String,
    /// The very version of it that was written: the key may be written again.
    pub version: String,
    /// Its rows of each standing, and what they come to.
    pub figures: BTreeMap<Standing, Figure>,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// Rows, and what they come to. Yen; more than one payment may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// How many.
    #[serde(rename = "n")]
    pub rows: u32,
    /// Yen.
    #[serde(rename = "y")]
    pub yen: u64,
}

/// What a clerk changed in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// It is not charged.
    #[serde(rename = "o")]
    Out,
    /// It is charged with another amount.
    #[serde(rename = "a")]
    Amount(Yen),
}

/// A row as it will be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edited<'a> {
    /// The row.
    pub row: &'a PlanRow,
    /// How much.
    pub amount: Yen,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its plan is being drawn up.
    Drawing {
        /// Since when.
        since: Timestamp,
    },
    /// A clerk looks at its plan.
    Open {
        /// Since when.
        since: Timestamp,
    },
    /// It begins by itself on its day, unless somebody cancels it.
    Announced {
        /// Since when.
        since: Timestamp,
    },
    /// It is to be charged: its file is written, and its batch begun.
    Confirmed {
        /// By whom. None: by itself.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// Its batch stands.
    Begun {
        /// Since when.
        at: Timestamp,
    },
    /// Dropped before anything was charged.
    Cancelled {
        /// By whom. None: by the link in the shop's mail.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// Nothing is charged.
    NotRun {
        /// Why.
        why: NotRun,
        /// When that was known.
        at: Timestamp,
    },
}

/// Why a run charges nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRun {
    /// No row can be charged.
    NothingToCharge,
    /// There are more rows than [`MOST_ROWS`].
    TooMany,
    /// The merchant may not trade.
    Suspended,
    /// Nobody gets the shop's mails, and nothing is charged by itself that nobody was told of.
    NobodyToTell,
    /// Runs don't begin by themselves any more.
    SwitchedOff,
    /// It was to begin, or was confirmed, more than a week ago.
    TooLate,
}

/// What is to be done for a run, by a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Draw up its plan.
    Draw,
    /// Tell the shop.
    Tell,
    /// Its day is too near to tell the shop in time: it begins later.
    PutOff,
    /// Draw up its plan anew, and let run what was announced of it.
    Begin,
    /// Write its file and begin its batch.
    Charge,
    /// It waited too long.
    GiveUp,
    /// Nothing now.
    Nothing,
}

/// The message that has a worker look at a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunOrder {
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub run: BatchId,
}

impl Run {
    /// A run that somebody asks for, with random bits that the caller drew.
    pub fn asked(
        merchant: &MerchantId,
        months: (Month, Month),
        by: UserId,
        (now, on): (Timestamp, Date),
        random: u64,
    ) -> Self {
        Self::new(BatchId::at(now, random), merchant, months, (on, Some(by)), now)
    }

    /// The run that begins by itself for a month: one, whoever asks and however often.
    pub fn scheduled(merchant: &MerchantId, month: Month, on: Date, now: Timestamp) -> Self {
        Self::new(Self::scheduled_id(merchant, month), merchant, (month.before(), month), (on, None), now)
    }

    /// The name of the run that begins by itself for a month.
    pub fn scheduled_id(merchant: &MerchantId, month: Month) -> BatchId {
        let text = month.to_string();
        let digest = framed_digest([b"continuation run", merchant.as_str().as_bytes(), text.as_bytes()]);
        let day = crate::clock::JAPAN.to_timestamp(month.first_day().at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        BatchId::at(day, leading_u64(&digest))
    }

    fn new(
        id: BatchId,
        merchant: &MerchantId,
        (from, month): (Month, Month),
        (on, asked_by): (Date, Option<UserId>),
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            merchant: merchant.clone(),
            from,
            month,
            on,
            version: 1,
            asked_by,
            drawn: None,
            edits: BTreeMap::new(),
            chosen: Figure::default(),
            told: false,
            state: RunState::Drawing { since: now },
            made_at: now,
        }
    }

    /// What is to be done for it on a day of Japan.
    pub fn task(&self, today: Date) -> Task {
        match &self.state {
            RunState::Drawing { .. } => Task::Draw,
            RunState::Announced { .. } if is_too_late(self.on, today) => Task::GiveUp,
            RunState::Announced { .. } if !self.told && self.on < told_in_time(today) => Task::PutOff,
            RunState::Announced { .. } if !self.told => Task::Tell,
            RunState::Announced { .. } if self.on <= today => Task::Begin,
            RunState::Confirmed { .. } => Task::Charge,
            RunState::NotRun { .. } if !self.told && self.asked_by.is_none() => Task::Tell,
            RunState::Announced { .. }
            | RunState::Open { .. }
            | RunState::Begun { .. }
            | RunState::Cancelled { .. }
            | RunState::NotRun { .. } => Task::Nothing,
        }
    }

    /// The same in another state, as the next version. Nobody was told of it yet.
    #[must_use]
    pub fn now(&self, state: RunState) -> Self {
        Self { version: self.version.saturating_add(1), state, told: false, ..self.clone() }
    }

    /// The same, so late that the shop is told in time.
    #[must_use]
    pub fn put_off(&self, today: Date) -> Self {
        Self { version: self.version.saturating_add(1), on: told_in_time(today), ..self.clone() }
    }

    /// The same when the shop was told of its state.
    #[must_use]
    pub fn was_told(&self) -> Self {
        Self { version: self.version.saturating_add(1), told: true, ..self.clone() }
    }

    /// The same with a plan, and in another state. Earlier edits were of earlier rows.
    #[must_use]
    pub fn drawn_up(&self, drawn: Drawn, state: RunState) -> Self {
        let chosen = drawn.figures.get(&Standing::Open).copied().unwrap_or_default();
        Self { drawn: Some(drawn), edits: BTreeMap::new(), chosen, ..self.now(state) }
    }

    /// The same with other edits; `rows` are those of its plan.
    #[must_use]
    pub fn edited(&self, edits: BTreeMap<u32, Edit>, rows: &[PlanRow]) -> Self {
        let next = Self { version: self.version.saturating_add(1), edits, ..self.clone() };
        let chosen = next.charges(rows).map(|charge| charge.amount).collect();
        Self { chosen, ..next }
    }

    /// The rows that are charged, with the edits.
    pub fn charges<'a>(&'a self, rows: &'a [PlanRow]) -> impl Iterator<Item = Edited<'a>> {
        (0..).zip(rows).filter_map(|(place, row)| self.charge(place, row))
    }

    /// How a row is charged. None: not at all.
    pub fn charge<'a>(&self, place: u32, row: &'a PlanRow) -> Option<Edited<'a>> {
        match (row.standing, self.edits.get(&place)) {
            (Standing::Open, None) => Some(Edited { row, amount: row.amount }),
            (Standing::Open, Some(Edit::Amount(amount))) => Some(Edited { row, amount: *amount }),
            (Standing::Open, Some(Edit::Out))
            | (
                Standing::Gone
                | Standing::Charged
                | Standing::LetGo
                | Standing::BeingChecked
                | Standing::CardExpires
                | Standing::NeverRetry
                | Standing::NotAnnounced,
                _,
            ) => None,
        }
    }

    /// Whether it was confirmed so long ago that nobody expects it to be charged any more.
    pub fn is_stale(&self, today: Date) -> bool {
        match self.state {
            RunState::Confirmed { at, .. } => is_too_late(japan_date(at), today),
            RunState::Drawing { .. }
            | RunState::Open { .. }
            | RunState::Announced { .. }
            | RunState::Begun { .. }
            | RunState::Cancelled { .. }
            | RunState::NotRun { .. } => false,
        }
    }

    /// Whether it can still be dropped.
    pub const fn may_be_cancelled(&self) -> bool {
        match self.state {
            RunState::Drawing { .. } | RunState::Open { .. } | RunState::Announced { .. } => true,
            RunState::Confirmed { .. }
            | RunState::Begun { .. }
            | RunState::Cancelled { .. }
            | RunState::NotRun { .. } => false,
        }
    }

    /// The object for the plan that is drawn up now. It stands among the merchant's files, where no batch file can: they have no folder in their names.
    pub fn plan_key(&self) -> String {
        format!("{}continuation/{}-{}.json", Inbox::prefix(&self.merchant), self.id, self.version)
    }

    /// The object for the file of its batch.
    pub fn file_key(&self) -> String {
        format!("{}continuation/{}.csv", Inbox::prefix(&self.merchant), self.id)
    }

    /// The message that has it looked at.
    pub fn order(&self) -> RunOrder {
        RunOrder { merchant: self.merchant.clone(), run: self.id.clone() }
    }

    /// Until when its record is kept.
    pub fn forgotten_at(&self) -> Timestamp {
        self.made_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)
    }
}

impl RunState {
    /// Its name, in logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drawing { .. } => "drawing",
            Self::Open { .. } => "open",
            Self::Announced { .. } => "announced",
            Self::Confirmed { .. } => "confirmed",
            Self::Begun { .. } => "begun",
            Self::Cancelled { .. } => "cancelled",
            Self::NotRun { .. } => "not_run",
        }
    }
}

impl Drawn {
    /// What was drawn up: `rows` are what a version of the object `key` holds.
    pub fn of(rows: &[PlanRow], (key, version): (String, String), at: Timestamp) -> Self {
        let mut figures = BTreeMap::<Standing, Figure>::new();
        for row in rows {
            figures.entry(row.standing).or_default().add(row.amount);
        }
        Self { key, version, figures, at }
    }

    /// What is said of rows of a standing.
    pub fn figure(&self, standing: Standing) -> Figure {
        self.figures.get(&standing).copied().unwrap_or_default()
    }
}

impl Figure {
    fn add(&mut self, amount: Yen) {
        self.rows = self.rows.saturating_add(1);
        self.yen = self.yen.saturating_add(u64::from(amount.get()));
    }
}

impl FromIterator<Yen> for Figure {
    fn from_iter<I: IntoIterator<Item = Yen>>(amounts: I) -> Self {
        let mut figure = Self::default();
        for amount in amounts {
            figure.add(amount);
        }
        figure
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        Brand, Expiry, Lang, MaskedCard, OrderId,
        batch::{Kind, Lines, Numbers, Payer, PieceSize, Rules, Scanner, continued_file},
    };

    fn merchant() -> MerchantId {
        MerchantId::new("4000").unwrap()
    }

    fn run() -> Run {
        let month = Month::parse("2026-12").unwrap();
        let by = UserId::from_random([1; 10]);
        Run::asked(&merchant(), (month.before(), month), by, (Timestamp::UNIX_EPOCH, date(2026, 12, 1)), 7)
    }

    fn row(order: &str, yen: u32, standing: Standing) -> PlanRow {
        let card = MaskedCard {
            brand: Brand::Visa,
            last4: "4242".to_owned(),
            expiry: Expiry::parse("12/29", date(2026, 11, 21)).unwrap(),
        };
        PlanRow {
            root: OrderId::new(order).unwrap(),
            order: OrderId::new(order).unwrap(),
            user: "alice".to_owned(),
            name: "山田 \"太郎\"".to_owned(),
            mail: "taro@example.jp".to_owned(),
            free: ["a,b".to_owned(), String::new(), "会費".to_owned()],
            amount: Yen::new(yen).unwrap(),
            card,
            flags: Vec::new(),
            standing,
        }
    }

    #[test]
    fn only_what_is_open_and_not_taken_out_is_charged() {
        let all = Standing::ALL.map(|standing| row("7", 1_000, standing));
        let run = run().edited(BTreeMap::new(), &all);
        assert_eq!(run.chosen, Figure { rows: 1, yen: 1_000 });
        let rows =
            [row("1", 1_000, Standing::Open), row("2", 2_000, Standing::Open), row("3", 3_000, Standing::Charged)];
        let amount = Edit::Amount(Yen::new(2_500).unwrap());
        let edited = run.edited(BTreeMap::from([(0, Edit::Out), (1, amount), (2, amount)]), &rows);
        assert_eq!(edited.chosen, Figure { rows: 1, yen: 2_500 }, "an edit does not open what is charged");
        assert_eq!(edited.version, run.version + 1);
        let json = serde_json::to_string(&edited).unwrap();
        assert!(json.contains(r#""edits":{"0":"o","1":{"a":2500},"2":{"a":2500}}"#), "{json}");
        assert_eq!(serde_json::from_str::<Run>(&json).unwrap(), edited);
        let drawn = Drawn::of(&rows, ("x".to_owned(), "1".to_owned()), Timestamp::UNIX_EPOCH);
        let again = edited.drawn_up(drawn, RunState::Open { since: Timestamp::UNIX_EPOCH });
        assert_eq!((again.chosen, again.edits.len()), (Figure { rows: 2, yen: 3_000 }, 0), "other rows, no edits");
    }

    #[test]
    fn what_is_to_be_done_for_a_run_comes_from_its_state_and_the_day() {
        let (month, now) = (Month::parse("2026-12").unwrap(), Timestamp::UNIX_EPOCH);
        let scheduled = Run::scheduled(&merchant(), month, date(2026, 12, 28), now);
        let announced = scheduled.now(RunState::Announced { since: now });
        let by = UserId::from_random([1; 10]);
        for (run, today, task) in [
            (scheduled.clone(), date(2026, 12, 26), Task::Draw),
            (announced.clone(), date(2026, 12, 26), Task::Tell),
            (announced.clone(), date(2026, 12, 27), Task::PutOff),
            (announced.clone(), date(2026, 12, 28), Task::PutOff),
            (announced.put_off(date(2026, 12, 28)), date(2026, 12, 28), Task::Tell),
            (announced.put_off(date(2026, 12, 28)).was_told(), date(2026, 12, 29), Task::Nothing),
            (announced.put_off(date(2026, 12, 28)).was_told(), date(2026, 12, 30), Task::Begin),
            (announced.was_told(), date(2026, 12, 27), Task::Nothing),
            (announced.was_told(), date(2026, 12, 28), Task::Begin),
            (announced.was_told(), date(2027, 1, 4), Task::Begin),
            (announced.was_told(), date(2027, 1, 5), Task::GiveUp),
            (scheduled.now(RunState::Confirmed { by: None, at: now }), date(2027, 2, 1), Task::Charge),
            (scheduled.now(RunState::NotRun { why: NotRun::TooLate, at: now }), date(2027, 1, 5), Task::Tell),
            (run().now(RunState::NotRun { why: NotRun::TooMany, at: now }), date(2027, 1, 5), Task::Nothing),
            (run().now(RunState::Open { since: now }), date(2027, 1, 5), Task::Nothing),
            (announced.now(RunState::Cancelled { by: Some(by), at: now }), date(2026, 12, 28), Task::Nothing),
            (announced.now(RunState::Begun { at: now }), date(2026, 12, 28), Task::Nothing),
        ] {
            assert_eq!(run.task(today), task, "{:?} on {today}", run.state);
        }
        assert_eq!(Run::scheduled(&merchant(), month, date(2027, 1, 4), now).id, scheduled.id, "a month has one");
        assert_ne!(Run::scheduled_id(&merchant(), month.after()), scheduled.id);
    }

    #[test]
    fn the_file_of_a_run_reads_back_as_its_rows() {
        let rows = [row("1", 1_000, Standing::Open), row("0012-x", 2_000, Standing::Open), row("3", 1, Standing::Gone)];
        let run = run().edited(BTreeMap::new(), &rows);
        let file = continued_file(&merchant(), run.month, Lang::Ja, run.charges(&rows));
        let kind = Kind::Continuation { from: run.from, month: run.month };
        let shop = crate::Merchant::new(merchant(), "");
        let rules = Rules::of(&shop, kind);
        assert_eq!(rules.numbers, Numbers::Ours);
        let mut scanner = Scanner::new(rules, PieceSize::new(100, 4_096));
        scanner.push(&file).unwrap();
        let scanned = scanner.finish().unwrap();
        assert_eq!((scanned.rows, scanned.good, scanned.yen), (2, 2, 3_000), "{:?}", scanned.first_bad);
        let piece = &scanned.pieces[0];
        let start = usize::try_from(piece.start).unwrap();
        let lines: Vec<_> = Lines::new(&file[start..], &scanned.layout, rules, piece).collect();
        for (line, row) in lines.iter().zip(&rows) {
            let crate::batch::Found::Row(found) = &line.found else { panic!("{:?}", line.found) };
            assert_eq!(found.order, run.month.order_of(&merchant(), &row.root).order);
            assert_eq!(found.payer, Payer::Source(row.order.clone()));
            assert_eq!((&found.name, &found.mail, &found.free), (&row.name, &row.mail, &row.free));
        }
        let mut theirs = Scanner::new(Rules::of(&shop, Kind::File), PieceSize::new(100, 4_096));
        theirs.push(&file).unwrap();
        assert_eq!(theirs.finish().unwrap().good, 0, "no merchant's file may have such numbers");
    }
}
