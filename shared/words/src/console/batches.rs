//! The texts of batches in the console: uploading, what the check found, confirming, how far it is, what came of it.

mod columns;
mod en;
mod ja;
mod numbers;

use domain::{Lang, batch::Refused};

pub use columns::column;
pub use numbers::{duration, in_words};

/// The batches.
#[derive(Clone, Copy, Debug)]
pub struct BatchesWords {
    /// Heading.
    pub title: &'static str,
    /// What a batch is, and that nothing is charged before it is confirmed.
    pub lead: &'static str,
    /// Heading over the form.
    pub upload: &'static str,
    /// The file's field.
    pub file: &'static str,
    /// Its hint: how much it may hold.
    pub file_hint: fn(rows: &str, mebibytes: u64) -> String,
    /// No card numbers.
    pub no_cards: &'static str,
    /// Until when the form is good.
    pub good_until: fn(time: &str) -> String,
    /// Button.
    pub send: &'static str,
    /// Who may upload.
    pub only_operators: &'static str,
    /// The merchant does not trade.
    pub suspended: &'static str,
    /// Opens the table of columns.
    pub columns: &'static str,
    /// What stands over that table.
    pub columns_lead: &'static str,
    /// Head of that table: Japanese name, English name, what it is.
    pub column_heads: [&'static str; 3],
    /// Links to the template file, in Japanese and in English.
    pub templates: [&'static str; 2],
    /// Opens the way of any S3 client.
    pub by_client: &'static str,
    /// What it is, and where to.
    pub by_client_lead: &'static str,
    /// What runs at once.
    pub at_once: fn(rows: &str, yen: &str) -> String,
    /// Heading over the list.
    pub list: &'static str,
    /// There is none yet: heading and what to do.
    pub empty: (&'static str, &'static str),
    /// The page after the last: no older ones.
    pub no_older: &'static str,
    /// Column.
    pub received: &'static str,
    /// Column.
    pub source: &'static str,
    /// Column.
    pub rows: &'static str,
    /// Column.
    pub sum: &'static str,
    /// Column.
    pub state: &'static str,
    /// It was uploaded here.
    pub from_console: &'static str,
    /// It is the file of a run of continuation, for this month.
    pub from_continuation: fn(month: &str) -> String,
    /// Pages.
    pub newest: &'static str,
    /// Pages.
    pub older: &'static str,
    /// A file was dropped.
    pub was_dropped: &'static str,
    /// Somebody was faster.
    pub was_other: &'static str,
    /// It could not be queued.
    pub was_unsent: &'static str,
    /// It was queued again.
    pub was_sent: &'static str,
    /// How each stands, in a word.
    pub states: States,
    /// Heading of one batch.
    pub one: &'static str,
    /// Leads back to the list.
    pub back: &'static str,
    /// Leads to the plan of continuation that it charges.
    pub to_plan: &'static str,
    /// Heading of the batch of such a plan.
    pub of_continuation: &'static str,
    /// The batch's number.
    pub number: &'static str,
    /// Uploaded, and not here yet: what is going on.
    pub receiving_lead: &'static str,
    /// Nothing came: heading, and what to do.
    pub nothing_came: (&'static str, &'static str),
    /// Leads to the form.
    pub upload_again: &'static str,
    /// The check goes on: what is going on.
    pub checking_lead: &'static str,
    /// So much of the file was read.
    pub bytes_of: fn(read: &str, all: &str) -> String,
    /// It takes longer than it should.
    pub slow: &'static str,
    /// The page looks again by itself, and may be closed.
    pub refreshes: &'static str,
    /// Refused whole: nothing was charged.
    pub refused_lead: &'static str,
    /// Why, and what to do.
    pub refused: fn(&Refused) -> (&'static str, &'static str),
    /// Leads to the earlier batch of the same bytes.
    pub earlier: &'static str,
    /// Takes the same bytes again: heading, what it means, button.
    pub same_again: (&'static str, &'static str, &'static str),
    /// Heading over what the check found.
    pub check: &'static str,
    /// Characters of the file.
    pub encoding: &'static str,
    /// Rows of the file.
    pub rows_all: &'static str,
    /// Rows that can be charged.
    pub rows_good: &'static str,
    /// What they come to.
    pub rows_sum: &'static str,
    /// Rows that can't.
    pub rows_bad: &'static str,
    /// So many rows.
    pub rows_of: fn(rows: &str) -> String,
    /// No row is wrong.
    pub all_good: &'static str,
    /// Heading over the bad rows.
    pub errors: fn(rows: &str) -> String,
    /// What becomes of them.
    pub errors_lead: &'static str,
    /// Only the first are shown.
    pub errors_first: fn(shown: &str, all: &str) -> String,
    /// Column.
    pub line: &'static str,
    /// Column.
    pub column: &'static str,
    /// Column.
    pub what: &'static str,
    /// Heading over the errors by kind.
    pub by_kind: &'static str,
    /// Heading over the choice.
    pub choose: &'static str,
    /// Charges the good rows.
    pub go_on: fn(rows: &str, yen: &str) -> String,
    /// The same, where only what is not paid yet is charged.
    pub go_on_again: &'static str,
    /// What becomes of the others.
    pub go_on_hint: fn(bad: u32) -> &'static str,
    /// Drops the file.
    pub drop: &'static str,
    /// What that means.
    pub drop_hint: &'static str,
    /// Orders that failed in an earlier batch are charged again.
    pub is_again: &'static str,
    /// A viewer sees it only.
    pub operators_decide: &'static str,
    /// Heading of the confirmation.
    pub confirm: &'static str,
    /// What is charged, in one sentence.
    pub sentence: fn(rows: &str, yen: &str) -> String,
    /// The same, where only what is not paid yet is charged: at most so much.
    pub sentence_again: fn(rows: &str, yen: &str) -> String,
    /// The sum spelled, so that nobody counts digits.
    pub sum_spelled: fn(spelled: &str) -> String,
    /// What follows of it.
    pub follows: &'static str,
    /// Why a code of the second factor is asked for.
    pub needs_code: fn(rows: &str, yen: &str) -> String,
    /// The code is wrong, or was used.
    pub code_wrong: &'static str,
    /// Button.
    pub charge: fn(yen: &str) -> String,
    /// The same, where only what is not paid yet is charged.
    pub charge_again: &'static str,
    /// Leaves without doing anything.
    pub leave: &'static str,
    /// The merchant does not trade: it can't be confirmed.
    pub may_not: &'static str,
    /// Rows are being queued.
    pub cutting_lead: &'static str,
    /// Queues them again: what it does, button.
    pub queue_again: (&'static str, &'static str),
    /// Heading over how far it is.
    pub progress: &'static str,
    /// Done of all.
    pub done_of: fn(done: &str, all: &str) -> String,
    /// What came of rows: approved, declined, being checked, not asked, not begun.
    pub approved: &'static str,
    /// Declined by the card company.
    pub declined: &'static str,
    /// Nobody knows yet.
    pub unknown: &'static str,
    /// Bad rows, used orders, cards that are gone.
    pub not_asked: &'static str,
    /// Not begun.
    pub not_run: &'static str,
    /// So many rows a second.
    pub rate: (&'static str, fn(rows: &str) -> String),
    /// About so much longer.
    pub left: &'static str,
    /// Who confirmed it.
    pub confirmed_by: &'static str,
    /// Nobody: it was small enough.
    pub by_itself: &'static str,
    /// Somebody who is not there any more.
    pub former: &'static str,
    /// Who stopped it.
    pub stopped_by: &'static str,
    /// Stops it.
    pub stop: &'static str,
    /// Heading of the question.
    pub stop_title: &'static str,
    /// What stopping means.
    pub stop_means: [&'static str; 3],
    /// Button.
    pub stop_go: &'static str,
    /// Leaves it running.
    pub keep_running: &'static str,
    /// It stops: what is going on.
    pub stopping_lead: &'static str,
    /// It is over: when.
    pub ended: &'static str,
    /// Some rows are being checked: what that means.
    pub unknown_lead: &'static str,
    /// Fetches the result.
    pub fetch: &'static str,
    /// What the result is.
    pub fetch_hint: &'static str,
    /// The same of a plan of continuation, of which nobody uploaded a file.
    pub fetch_hint_continuation: &'static str,
    /// Name of the result's file, before its time.
    pub result_file: &'static str,
    /// It never ran: nothing was charged.
    pub never_ran: &'static str,
    /// Charges again what came to nothing: heading, what it means, button.
    pub failed_again: (&'static str, &'static str, &'static str),
    /// What it means where a plan of continuation was charged.
    pub failed_again_continuation: &'static str,
    /// Not while rows are being checked.
    pub not_yet_again: &'static str,
    /// What came of it, in a line.
    pub came_of_it: fn(approved: &str, declined: &str) -> String,
}

/// How a batch stands, in a word.
#[derive(Clone, Copy, Debug)]
pub struct States {
    /// Uploaded, and not here yet.
    pub receiving: &'static str,
    /// Being read.
    pub checking: &'static str,
    /// Refused whole.
    pub refused: &'static str,
    /// Waiting for somebody.
    pub waiting: &'static str,
    /// Running.
    pub running: &'static str,
    /// Stopping.
    pub cancelling: &'static str,
    /// Over, every row is known.
    pub done: &'static str,
    /// Over, rows are being checked.
    pub done_unknown: &'static str,
    /// Stopped.
    pub cancelled: &'static str,
    /// Dropped before it ran.
    pub dropped: &'static str,
}

/// The texts of one language.
pub const fn batches(lang: Lang) -> &'static BatchesWords {
    match lang {
        Lang::Ja => &ja::WORDS,
        Lang::En => &en::WORDS,
    }
}
