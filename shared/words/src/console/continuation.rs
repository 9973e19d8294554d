//! The texts of continuation (自動継続) in the console: choosing a month, its plan, confirming, runs by hand and by themselves.

mod en;
mod ja;

use domain::{
    Lang,
    recurring::continuation::{NotRun, RunState, Standing},
};

/// Continuation.
#[derive(Clone, Copy, Debug)]
pub struct ContinuationWords {
    /// Heading.
    pub title: &'static str,
    /// What it is, and that nothing is charged before it is confirmed.
    pub lead: &'static str,
    /// The merchant does not ask buyers to let their cards be kept.
    pub off: &'static str,
    /// The merchant does not trade.
    pub suspended: &'static str,
    /// Who may.
    pub only_operators: &'static str,
    /// Heading over the form.
    pub begin: &'static str,
    /// The month whose payments are continued.
    pub from: &'static str,
    /// The month that they are charged for.
    pub month: &'static str,
    /// What that means.
    pub month_hint: &'static str,
    /// The month that is charged must be later.
    pub months_reversed: &'static str,
    /// Button.
    pub draw: &'static str,
    /// Begins by itself: on which day.
    pub by_itself_on: fn(day: u8) -> String,
    /// Does not begin by itself.
    pub not_by_itself: &'static str,
    /// Begins by itself, and nobody would be told.
    pub nobody_to_tell: &'static str,
    /// Heading over the list.
    pub list: &'static str,
    /// There is none yet.
    pub empty: (&'static str, &'static str),
    /// The page after the last.
    pub no_older: &'static str,
    /// Column, and fact: which months.
    pub months: &'static str,
    /// From one month for another.
    pub months_of: fn(from: &str, month: &str) -> String,
    /// Column, and fact: who asked for it.
    pub asked_by: &'static str,
    /// The schedule did.
    pub by_itself: &'static str,
    /// Somebody who is gone.
    pub former: &'static str,
    /// Column, and fact: payments.
    pub payments: &'static str,
    /// So many.
    pub payments_of: fn(count: &str) -> String,
    /// Column, and fact.
    pub sum: &'static str,
    /// Column, and fact.
    pub state: &'static str,
    /// Column, and fact: when it was asked for.
    pub made: &'static str,
    /// Fact: when it begins.
    pub begins: &'static str,
    /// Fact: the run's number.
    pub number: &'static str,
    /// Pages.
    pub newest: &'static str,
    /// Pages.
    pub older: &'static str,
    /// Leads back.
    pub back: &'static str,
    /// Heading of one run.
    pub one: &'static str,
    /// The plan is being drawn up.
    pub drawing_lead: &'static str,
    /// It takes longer than it should.
    pub slow: &'static str,
    /// The page looks again by itself.
    pub refreshes: &'static str,
    /// Heading over what would be charged.
    pub plan: &'static str,
    /// Leads to the settings.
    pub to_settings: &'static str,
    /// What would be charged.
    pub to_charge: &'static str,
    /// What was handed on to be charged.
    pub handed_on: &'static str,
    /// What came of it.
    pub came_of_it: &'static str,
    /// A plan without a row.
    pub no_rows: (&'static str, &'static str),
    /// The rows are kept no longer.
    pub rows_gone: (&'static str, &'static str),
    /// It was drawn up then; what changed since is looked at when it is charged.
    pub as_of: fn(at: &str) -> String,
    /// Search in the plan.
    pub find: &'static str,
    /// Its hint.
    pub find_hint: &'static str,
    /// Which rows: all, flagged, changed.
    pub which: &'static str,
    /// All rows.
    pub which_all: &'static str,
    /// Rows that a clerk should look at.
    pub which_flagged: &'static str,
    /// Rows that were changed here.
    pub which_edited: &'static str,
    /// Rows that are not charged.
    pub which_left: &'static str,
    /// Button.
    pub look: &'static str,
    /// Nothing is found.
    pub nothing_found: &'static str,
    /// Rows that are shown, of how many.
    pub shown: fn(first: &str, last: &str, all: &str) -> String,
    /// Name of the table.
    pub table: &'static str,
    /// Column: charged or not.
    pub charge_it: &'static str,
    /// The tick of a row.
    pub charge_row: fn(order: &str) -> String,
    /// Column: who, and with which card.
    pub buyer: &'static str,
    /// Column: how much.
    pub amount: &'static str,
    /// The field of a row.
    pub amount_of: fn(order: &str) -> String,
    /// What it was last time.
    pub was: fn(yen: &str) -> String,
    /// Column: what to look at.
    pub notes: &'static str,
    /// The order that is continued.
    pub order: &'static str,
    /// Pages.
    pub previous_page: &'static str,
    /// Pages.
    pub next_page: &'static str,
    /// Saves what was typed.
    pub save: &'static str,
    /// Saves, and shows the rows before.
    pub save_previous: &'static str,
    /// Saves, and shows the rows after.
    pub save_next: &'static str,
    /// Saves, and goes on to confirm.
    pub save_confirm: fn(count: &str, yen: &str) -> String,
    /// Nothing is chosen.
    pub none_chosen: &'static str,
    /// Drops the plan.
    pub drop: &'static str,
    /// Cancels a run that would begin by itself.
    pub cancel: &'static str,
    /// What that means.
    pub cancel_hint: &'static str,
    /// It was saved.
    pub was_saved: &'static str,
    /// Somebody was faster.
    pub was_other: &'static str,
    /// The work could not be asked for.
    pub was_unsent: &'static str,
    /// It was asked for again.
    pub was_sent: &'static str,
    /// Asks for it again.
    pub ask_again: &'static str,
    /// An amount that can't be charged.
    pub wrong_amount: fn(most: &str) -> String,
    /// Heading of the confirmation.
    pub confirm: &'static str,
    /// What will be charged.
    pub sentence: fn(month: &str, count: &str, yen: &str) -> String,
    /// The same as people say it.
    pub sum_spelled: fn(spelled: &str) -> String,
    /// What follows.
    pub follows: &'static str,
    /// Rows that were taken out.
    pub taken_out: &'static str,
    /// Rows whose amount was changed.
    pub amounts_changed: &'static str,
    /// A fresh code is needed.
    pub needs_code: fn(rows: &str, yen: &str) -> String,
    /// The code is wrong.
    pub code_wrong: &'static str,
    /// Button.
    pub charge: fn(yen: &str) -> String,
    /// Back without charging.
    pub leave: &'static str,
    /// The merchant may not charge.
    pub may_not: &'static str,
    /// It waits for its day.
    pub announced_lead: fn(day: &str) -> String,
    /// It is about to be charged.
    pub confirmed_lead: &'static str,
    /// It runs or ran: progress and result are the batch's.
    pub begun_lead: &'static str,
    /// Leads to the batch.
    pub to_batch: &'static str,
    /// It was cancelled.
    pub cancelled_lead: &'static str,
    /// Who cancelled it.
    pub cancelled_by: &'static str,
    /// By the link in the mail.
    pub by_link: &'static str,
    /// Why nothing was charged.
    pub not_run: fn(NotRun) -> &'static str,
    /// How it stands, in a word.
    pub states: fn(&RunState) -> &'static str,
    /// Whether a row is charged, in a word.
    pub standings: fn(Standing) -> &'static str,
    /// The page behind the link in the mail.
    pub link: LinkWords,
}

/// The page that cancels a run without signing in.
#[derive(Clone, Copy, Debug)]
pub struct LinkWords {
    /// Heading.
    pub title: &'static str,
    /// What would be charged, when.
    pub lead: fn(shop: &str, month: &str, day: &str) -> String,
    /// Button.
    pub cancel: &'static str,
    /// What that means.
    pub hint: &'static str,
    /// It is cancelled.
    pub cancelled: (&'static str, &'static str),
    /// It runs or ran.
    pub too_late: (&'static str, &'static str),
    /// The address is no longer good.
    pub over: (&'static str, &'static str),
    /// Leads to the console.
    pub console: &'static str,
}

/// The texts of one language.
pub const fn continuation(lang: Lang) -> &'static ContinuationWords {
    match lang {
        Lang::Ja => &ja::WORDS,
        Lang::En => &en::WORDS,
    }
}
