//! The texts of the regular purchases' pages.

mod en;
mod ja;

use domain::{
    Lang,
    acquirer::DeclineCode,
    recurring::{
        calendar::Anchor,
        plan::{Held, PlanState, ReminderKind},
    },
    search::{PlanStanding, PlanStatus},
};

use super::transactions;

/// The texts of the regular purchases' pages.
#[derive(Clone, Copy, Debug)]
pub struct RecurringWords {
    /// Heading of the list.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// Leads to the offers.
    pub offers: &'static str,
    /// Field: what is looked for.
    pub search: &'static str,
    /// What can be looked for.
    pub search_hint: &'static str,
    /// Field and column: how it stands.
    pub state: &'static str,
    /// All of them.
    pub any_state: &'static str,
    /// Button.
    pub find: &'static str,
    /// Takes the terms away.
    pub clear: &'static str,
    /// Name of the table.
    pub caption: &'static str,
    /// Column.
    pub buyer: &'static str,
    /// Column.
    pub item: &'static str,
    /// Column.
    pub amount: &'static str,
    /// Column.
    pub cycle: &'static str,
    /// Column: the next day of billing.
    pub next: &'static str,
    /// Column: when the buyer joined.
    pub joined: &'static str,
    /// How fresh the list is.
    pub as_of: fn(time: &str) -> String,
    /// There are none: heading and what to do.
    pub empty: (&'static str, &'static str),
    /// None fits the terms: heading and what to do.
    pub none_fits: (&'static str, &'static str),
    /// A page of a search ends because enough was looked through.
    pub looked: fn(back_to: &str) -> String,
    /// Leads to the first page.
    pub newest: &'static str,
    /// Leads to the next page.
    pub older: &'static str,
    /// Leads to the next page of a search.
    pub look_further: &'static str,
    /// Downloads the list.
    pub download: &'static str,
    /// What the download holds.
    pub download_hint: fn(most: &str) -> String,
    /// There are more than a download holds: narrow the terms.
    pub too_many: fn(most: &str) -> String,
    /// The columns of the download.
    pub columns: [&'static str; 12],
    /// Heading of one.
    pub detail: fn(id: &str) -> String,
    /// Leads to the list.
    pub back: &'static str,
    /// Heading of what may be done.
    pub acts: &'static str,
    /// Who may only look.
    pub only_operators: &'static str,
    /// Nothing can be done any more.
    pub no_acts: &'static str,
    /// Heading of what comes next.
    pub comes_next: &'static str,
    /// Since when it stands so.
    pub since: &'static str,
    /// Which period comes next.
    pub period: &'static str,
    /// A period's name.
    pub period_of: fn(period: u32) -> String,
    /// How many periods there are.
    pub times_of: fn(period: u32, times: u16) -> String,
    /// Its nominal date.
    pub nominal: &'static str,
    /// The day on which it is charged.
    pub run_day: &'static str,
    /// Since when it is due and not charged.
    pub overdue: &'static str,
    /// The day to come on which a period is charged, where the one before is past its day.
    pub next_to_come: &'static str,
    /// In the list: since when it is due and not charged.
    pub overdue_since: fn(day: &str) -> String,
    /// What it costs.
    pub will_cost: &'static str,
    /// How often it was tried.
    pub tries: &'static str,
    /// So often.
    pub times_tried: fn(tries: u16) -> String,
    /// Why the last try failed.
    pub declined_because: &'static str,
    /// When it is tried again.
    pub tried_again: &'static str,
    /// The next try is the last.
    pub last_try: fn(at: &str) -> String,
    /// The reminder that goes out next.
    pub reminder: &'static str,
    /// Which, and when.
    pub reminder_on: fn(kind: ReminderKind, day: &str) -> String,
    /// The dates after the next.
    pub following: &'static str,
    /// A change that is agreed.
    pub scheduled: &'static str,
    /// From when.
    pub rate_from: fn(rate: &str, day: &str) -> String,
    /// What the buyer is asked.
    pub proposal: &'static str,
    /// That it waits.
    pub proposal_waits: fn(rate: &str) -> String,
    /// Heading of what was agreed.
    pub agreed: &'static str,
    /// What each period costs and how often.
    pub rate: &'static str,
    /// The rate in a line.
    pub rate_of: fn(amount: &str, cycle: &str) -> String,
    /// The day of month.
    pub day: &'static str,
    /// The day in words.
    pub day_of: fn(day: Anchor) -> String,
    /// The offer.
    pub offer: &'static str,
    /// The offer and its version.
    pub offer_version: fn(offer: &str, version: u32) -> String,
    /// After how many periods it ends.
    pub times: &'static str,
    /// So many.
    pub so_many_times: fn(times: u16) -> String,
    /// None: until somebody ends it.
    pub open_ended: &'static str,
    /// The trial's last day.
    pub trial_until: &'static str,
    /// The first payment.
    pub first_order: &'static str,
    /// When the final screen was shown.
    pub shown_at: &'static str,
    /// In which wording.
    pub shown_version: &'static str,
    /// Its fingerprint.
    pub shown_hash: &'static str,
    /// The name.
    pub name: &'static str,
    /// The address.
    pub mail: &'static str,
    /// The buyer id.
    pub user: &'static str,
    /// The language of mails.
    pub lang: &'static str,
    /// Japanese and English.
    pub languages: [&'static str; 2],
    /// The number of the purchase.
    pub number: &'static str,
    /// Heading of the card.
    pub card: &'static str,
    /// The card's expiry.
    pub expiry: &'static str,
    /// No card is kept.
    pub no_card: &'static str,
    /// The operator allows no payment above this.
    pub above_bound: fn(most: &str) -> String,
    /// The card is over before the next date.
    pub card_ends: &'static str,
    /// Heading of the payments.
    pub history: &'static str,
    /// Column: which period.
    pub period_column: &'static str,
    /// Column.
    pub charged_at: &'static str,
    /// Column.
    pub order: &'static str,
    /// A period that was closed uncharged.
    pub not_charged: &'static str,
    /// Leads to earlier periods.
    pub earlier: &'static str,
    /// Leads to the latest.
    pub latest: &'static str,
    /// Heading of the mails.
    pub mails: &'static str,
    /// Column.
    pub mailed_at: &'static str,
    /// Column.
    pub mail_what: &'static str,
    /// None was sent.
    pub no_mails: &'static str,
    /// How long they stay, and where the receipts are.
    pub mails_hint: &'static str,
    /// Something else was written in between.
    pub moved_on: &'static str,
    /// The acts, in the order in which they are offered.
    pub act: fn(Act) -> ActText,
    /// Said after it was done.
    pub done: fn(Act) -> &'static str,
    /// Leaves without doing it.
    pub keep: &'static str,
    /// It goes on, at this date.
    pub goes_on: fn(day: &str, money: &str) -> String,
    /// These dates are left out, and the next is this.
    pub leaves_out: fn(days: &str, day: &str, money: &str) -> String,
    /// It was due at a date meanwhile, which is not charged.
    pub lets_go: &'static str,
    /// How much is charged from which card.
    pub will_charge: fn(money: &str, card: &str) -> String,
    /// Why it may not be let go.
    pub held: fn(Held) -> &'static str,
    /// Why it may not be charged now.
    pub not_now: &'static str,
    /// The networks forbid a try until then.
    pub limit_until: fn(at: &str) -> String,
    /// The networks forbid another try with this card.
    pub limit_never: &'static str,
    /// The cardholder withdrew the agreement.
    pub limit_revoked: &'static str,
    /// Leads to the payment.
    pub to_payment: &'static str,
    /// Leads to the purchase.
    pub to_plan: &'static str,
    /// Field: amount.
    pub new_amount: &'static str,
    /// How it is typed.
    pub new_amount_hint: fn(most: &str) -> String,
    /// Field: months.
    pub new_cycle: &'static str,
    /// Field: day of month.
    pub new_day: &'static str,
    /// What that means in short months.
    pub new_day_hint: &'static str,
    /// Leads to what comes of it.
    pub check: &'static str,
    /// What is wrong with what was typed.
    pub problem: fn(ChangeProblem) -> String,
    /// The rate before and after.
    pub from_to: fn(before: &str, after: &str) -> String,
    /// It holds from this date on.
    pub holds_from: fn(day: &str) -> String,
    /// The buyer is asked, and nothing changes before.
    pub asks_buyer: fn(mail: &str) -> String,
    /// The next date after the move.
    pub moves_to: fn(day: &str, money: &str) -> String,
}

/// What may be done with a regular purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Charge its period now.
    Charge,
    /// Let its period go uncharged.
    Skip,
    /// Pause it.
    Pause,
    /// Let it go on.
    Resume,
    /// Change amount or cycle in the buyer's favour.
    Change,
    /// Ask the buyer for more, or sooner.
    Propose,
    /// Take that back.
    Withdraw,
    /// Move the day of month.
    Move,
    /// End it.
    End,
}

/// An act on its question's page.
#[derive(Clone, Copy, Debug)]
pub struct ActText {
    /// The link to the question.
    pub link: &'static str,
    /// The question.
    pub title: &'static str,
    /// What comes of it.
    pub means: &'static [&'static str],
    /// The button.
    pub button: &'static str,
}

/// What is wrong with a change that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeProblem {
    /// No amount.
    AmountMissing,
    /// Not an amount.
    AmountMalformed,
    /// More than the merchant may take.
    AmountRange(domain::Yen),
    /// Not a cycle.
    Cycle,
    /// Not a day of month.
    Day,
    /// It is so already.
    Same,
    /// The period that comes next has begun.
    Begun,
}

impl Act {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Charge,
        Self::Skip,
        Self::Pause,
        Self::Resume,
        Self::Change,
        Self::Propose,
        Self::Withdraw,
        Self::Move,
        Self::End,
    ];

    /// Its name in forms and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Skip => "skip",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Change => "change",
            Self::Propose => "propose",
            Self::Withdraw => "withdraw",
            Self::Move => "move",
            Self::End => "end",
        }
    }

    /// Reads the name back. None: it is no such name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}

/// The texts of one language.
pub const fn recurring(lang: Lang) -> &'static RecurringWords {
    match lang {
        Lang::Ja => &ja::WORDS,
        Lang::En => &en::WORDS,
    }
}

/// How one stands, in a list.
pub const fn status(lang: Lang, status: PlanStatus) -> &'static str {
    match (lang, status) {
        (Lang::Ja, PlanStatus::Active) => "継続中",
        (Lang::En, PlanStatus::Active) => "Active",
        (Lang::Ja, PlanStatus::Retrying) => "継続中（再試行）",
        (Lang::En, PlanStatus::Retrying) => "Active (tried again)",
        (Lang::Ja, PlanStatus::Asked) => "継続中（要確認）",
        (Lang::En, PlanStatus::Asked) => "Active (decide)",
        (Lang::Ja, PlanStatus::Paused) => "停止",
        (Lang::En, PlanStatus::Paused) => "Paused",
        (Lang::Ja, PlanStatus::Unpaid) => "停止（未払い）",
        (Lang::En, PlanStatus::Unpaid) => "Paused (unpaid)",
        (Lang::Ja, PlanStatus::Ended) => "終了",
        (Lang::En, PlanStatus::Ended) => "Ended",
    }
}

/// What a search asks for.
pub const fn standing(lang: Lang, standing: PlanStanding) -> &'static str {
    match (lang, standing) {
        (Lang::Ja, PlanStanding::Active) => "継続中",
        (Lang::En, PlanStanding::Active) => "Active",
        (Lang::Ja, PlanStanding::Paused) => "停止",
        (Lang::En, PlanStanding::Paused) => "Paused",
        (Lang::Ja, PlanStanding::Ended) => "終了",
        (Lang::En, PlanStanding::Ended) => "Ended",
        (Lang::Ja, PlanStanding::Attention) => "確認が必要（期日超過・未払い）",
        (Lang::En, PlanStanding::Attention) => "Needs attention (past its date, unpaid)",
        (Lang::Ja, PlanStanding::Retrying) => "再試行中",
        (Lang::En, PlanStanding::Retrying) => "Tried again",
    }
}

/// The shape that stands beside it.
pub const fn mark(status: PlanStatus) -> &'static str {
    match status {
        PlanStatus::Active => "good",
        PlanStatus::Retrying | PlanStatus::Asked => "open",
        PlanStatus::Unpaid => "bad",
        PlanStatus::Paused | PlanStatus::Ended => "over",
    }
}

/// Why the period that comes next was declined, if it was.
pub const fn decline(lang: Lang, state: &PlanState) -> Option<&'static str> {
    match code(state) {
        Some(code) => Some(transactions::declined(lang, code)),
        None => None,
    }
}

const fn code(state: &PlanState) -> Option<DeclineCode> {
    use domain::recurring::plan::{PauseReason, Progress};
    match state {
        PlanState::Active(Progress::Retrying { code, .. })
        | PlanState::Paused { why: PauseReason::Unpaid(code), .. } => Some(*code),
        PlanState::Active(Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. })
        | PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. }
        | PlanState::Ended { .. } => None,
    }
}
