//! The batches in English.

use domain::batch::Refused;

use super::{BatchesWords, States};

pub(super) const WORDS: BatchesWords = BatchesWords {
    title: "Batches",
    lead: "Charges stored cards, one for each line of a CSV file. The file is only checked at first: nothing is charged before you confirm it.",
    upload: "Upload a CSV file",
    file: "CSV file",
    file_hint: |rows, mebibytes| {
        format!("At most {rows} rows and {mebibytes} MB. UTF-8 or Shift_JIS (CP932); it is told by itself.")
    },
    no_cards: "Leave card numbers out. A single one, and the whole file is refused and deleted.",
    good_until: |time| format!("This form is good until {time}. After that, open this page again."),
    send: "Upload and check",
    only_operators: "Operators and owners may upload.",
    suspended: "This merchant does not trade at present. A file could be uploaded, but nothing of it could be charged.",
    columns: "Columns of the file",
    columns_lead: "The first line holds the names, Japanese or English, in any order. Use either the buyer id or the earlier order.",
    column_heads: ["Japanese name", "English name", "What it holds"],
    templates: ["Template CSV (Japanese names)", "Template CSV (English names)"],
    by_client: "Send by an S3 client",
    by_client_lead: "A program of yours can put files at this place. Any name that ends in .csv will do.",
    at_once: |rows, yen| {
        format!(
            "Files of up to {rows} rows and {yen} are charged as soon as they are there. Above that they wait to be confirmed here. These limits are settings."
        )
    },
    list: "Batches so far",
    empty: ("No batches yet", "Download the template, write a line for each charge, and upload it."),
    no_older: "There are no older batches.",
    received: "Received",
    source: "File",
    rows: "Rows",
    sum: "To charge",
    state: "State",
    from_console: "From the console",
    from_continuation: |month| format!("Continuation for {month}"),
    newest: "To the newest",
    older: "Older batches",
    was_dropped: "The file was dropped. Nothing of it was charged. You can upload the corrected one.",
    was_other: "Somebody else was faster, so nothing was done. This is how the batch stands.",
    was_unsent: "Your confirmation was noted, but the rows could not be queued. Please queue them again with the button below: no row is charged twice.",
    was_sent: "Queued again.",
    states: States {
        receiving: "Being received",
        checking: "Being checked",
        refused: "Refused",
        waiting: "Waits to be confirmed",
        running: "Running",
        cancelling: "Stopping",
        done: "Done",
        done_unknown: "Done (some unknown)",
        cancelled: "Stopped",
        dropped: "Dropped",
    },
    one: "Batch",
    back: "To the list of batches",
    number: "Batch number",
    receiving_lead: "The file is being received. Its check is shown here as soon as it is here.",
    nothing_came: (
        "No file has come",
        "The upload was cut off, or is still on its way. If it is not in the list, please upload it again. A file that comes twice is not charged twice.",
    ),
    upload_again: "Upload it again",
    checking_lead: "Every row of the file is being checked. Nothing has been charged.",
    bytes_of: |read, all| format!("{read} of {all} KB read"),
    slow: "This takes longer than usual. The check begins again by itself. If nothing has changed in an hour, ask the operator of the payment service.",
    refreshes: "This page looks again by itself. The work goes on when it is closed.",
    refused_lead: "Nothing of this file was charged.",
    refused,
    earlier: "To the batch that came first",
    same_again: (
        "Use the same file again",
        "Charges only rows whose order is not paid yet, never a row that is paid or being checked. The next page shows how many and how much.",
        "Use the same file again",
    ),
    check: "What the check found",
    encoding: "Characters",
    rows_all: "Rows",
    rows_good: "Can be charged",
    rows_sum: "In total",
    rows_bad: "With mistakes",
    rows_of: |rows| match rows {
        "1" => "1 row".to_owned(),
        _ => format!("{rows} rows"),
    },
    all_good: "Every row can be charged.",
    errors: |rows| match rows {
        "1" => "1 row has a mistake".to_owned(),
        _ => format!("{rows} rows have mistakes"),
    },
    errors_lead: "Lines are those of the file; the names are line 1.",
    errors_first: |shown, all| format!("The first {shown} of {all} are shown."),
    line: "Line",
    column: "Column",
    what: "Mistake",
    by_kind: "Rows by kind of mistake",
    choose: "What now?",
    go_on: |rows, yen| format!("Go on to charge the {rows} good rows, {yen}"),
    go_on_again: "Go on to charge what is not paid",
    go_on_hint: |bad| match bad {
        0 => "The next page asks you to confirm the total. Nothing is charged yet.",
        _ => {
            "The next page asks you to confirm the total. Nothing is charged yet. Rows with mistakes are not charged; the result file says why. You can upload a file with just those rows, corrected, later."
        }
    },
    drop: "Drop it and upload a corrected file",
    drop_hint: "Nothing of this file is charged.",
    is_again: "Rows that were not paid by an earlier batch are charged again. Paid rows are not.",
    operators_decide: "Operators and owners decide whether it is charged.",
    confirm: "Confirm the charges",
    sentence: |rows, yen| format!("Charge {rows} rows, {yen} in total"),
    sentence_again: |rows, yen| format!("Charge only what is not paid: at most {rows} rows, at most {yen}"),
    sum_spelled: |spelled| format!("In words: {spelled}."),
    follows: "Please make sure that the buyers have agreed to these charges. They begin as soon as you press the button. If you stop the batch later, rows that were approved stay approved.",
    needs_code: |rows, yen| format!("It is more than {rows} rows or {yen}, so a fresh code of your app is needed."),
    code_wrong: "The code is wrong, or was used already. Please type a fresh one from your app.",
    charge: |yen| format!("Charge {yen}"),
    charge_again: "Charge what is not paid",
    leave: "Back without charging",
    may_not: "This merchant does not trade at present, so nothing can be charged.",
    cutting_lead: "The rows are being queued.",
    queue_again: ("If it does not begin, you can queue it again. No row is charged twice.", "Queue it again"),
    progress: "How far it is",
    done_of: |done, all| format!("{done} of {all} rows"),
    approved: "Approved",
    declined: "Declined by the card company",
    unknown: "Being checked",
    not_asked: "Not charged (mistakes and the like)",
    not_run: "Not begun, because it was stopped",
    rate: ("Rate", |rows| format!("{rows} rows a second")),
    left: "Time left",
    confirmed_by: "Confirmed by",
    by_itself: "Nobody: within the limits, it began by itself",
    former: "Somebody who was removed",
    stopped_by: "Stopped by",
    stop: "Stop",
    stop_title: "Stop this batch?",
    stop_means: [
        "Rows that have not begun are not charged.",
        "Rows that are being charged come to their end.",
        "Approved rows stay approved. Cancel or refund them on their own pages.",
    ],
    stop_go: "Stop the batch",
    keep_running: "Back, and let it run",
    stopping_lead: "No row begins any more. The rows that are being charged come to their end.",
    ended: "Ended",
    unknown_lead: "The acquirer has not answered for some rows. They may have been approved, so do not charge them again. We go on asking, and write the result file anew as soon as we know.",
    fetch: "Download the result CSV",
    fetch_hint: "The lines of your file in their order and characters, with what came of each behind it. It holds buyers' data.",
    result_file: "batch-result",
    never_ran: "Nothing was charged.",
    failed_again: (
        "Charge again what was not paid",
        "Charges only the rows of this file whose order is not paid yet. Paid rows are not charged. The next page shows how many and how much, and nothing is charged before you confirm it.",
        "Prepare the rows that were not paid",
    ),
    not_yet_again: "While rows are being checked, nothing can be charged again.",
};

const fn refused(why: &Refused) -> (&'static str, &'static str) {
    match why {
        Refused::Broken(_) => ("The file can't be read.", "Please mend the file and upload it again."),
        Refused::CardNumbers => (
            "The file was refused because it holds card numbers.",
            "Every copy of it was deleted here, and nothing of it was noted. Make a file without card numbers, with the buyer id or the earlier order instead, and delete your own copy too.",
        ),
        Refused::SameFile { .. } => (
            "A file with the same content was taken before.",
            "Please look at the batch that came first. This one was left alone so that nobody is charged twice.",
        ),
        Refused::NoGoodRow => {
            ("No row of it can be charged.", "Please mend the mistakes below and upload the file again.")
        }
        Refused::Suspended => (
            "This merchant does not trade at present.",
            "Please ask the operator of the payment service about trading again.",
        ),
        Refused::Gone => ("The file was gone before it could be read.", "Please upload it again."),
    }
}
