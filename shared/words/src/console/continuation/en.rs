//! Continuation in English.

use domain::recurring::continuation::{NotRun, RunState, Standing};

use super::{ContinuationWords, LinkWords};

pub(super) const WORDS: ContinuationWords = ContinuationWords {
    title: "Continuation",
    lead: "Payments of an earlier month are charged again to the same cards. A plan is drawn up first; nothing is charged before you have looked at it and confirmed its sum.",
    off: "“Continuation” is off in the settings, so the payment page does not ask buyers to let their cards be kept. Only cards that buyers agreed to before can be charged.",
    suspended: "This merchant does not trade at present. A plan can be drawn up, but nothing of it can be charged.",
    only_operators: "Operators and owners may draw up plans and charge them.",
    begin: "Draw up a plan",
    from: "Month to continue",
    month: "Month to charge for",
    month_hint: "For one month, a payment and all that were continued from it are charged once.",
    months_reversed: "The month to charge for has to be later than the month to continue.",
    draw: "Draw up the plan",
    by_itself_on: |day| {
        format!(
            "It begins by itself on day {day} of each month, or on the next business day. Two days before, a mail goes to the address of the shop’s copy."
        )
    },
    not_by_itself: "It does not begin by itself. To let it begin on a day of each month, choose the day in the settings, under Payment.",
    nobody_to_tell: "There is no address for the shop’s copy, so it does not begin by itself. Set one in the settings, under Mails.",
    list: "Earlier runs",
    empty: ("No runs yet", "Choose a month to continue, and draw up a plan."),
    no_older: "There are no older runs.",
    months: "Months",
    months_of: |from, month| format!("{from}, charged for {month}"),
    asked_by: "Drawn up by",
    by_itself: "By itself",
    former: "A former user",
    payments: "Payments",
    payments_of: |count| count.to_owned(),
    sum: "Sum",
    state: "State",
    made: "Drawn up",
    begins: "Day",
    number: "Number",
    newest: "Newest",
    older: "Older runs",
    back: "All runs",
    one: "A month’s plan",
    drawing_lead: "The payments of the month are looked up, and the plan is drawn up.",
    slow: "This takes longer than usual. It goes on; please open the page again in a while.",
    refreshes: "This page looks again by itself. You may close it; the work goes on.",
    plan: "Plan",
    to_settings: "Open the settings",
    to_charge: "To be charged",
    handed_on: "Handed on to be charged",
    came_of_it: "Result",
    no_rows: (
        "There is nothing to continue",
        "A plan lists payments of the month whose buyers agreed that the card is kept and charged again. What was given back, cancelled or disputed is not listed, nor are regular purchases.",
    ),
    rows_gone: (
        "The plan’s payments are kept no longer",
        "What was charged is found among the payments. How long files are kept is a setting.",
    ),
    as_of: |at| format!("As of {at}. What is given back after that is not charged."),
    find: "Search in the plan",
    find_hint: "A part of the order, buyer id, name, mail address, a free item, or the card’s last digits",
    which: "Payments",
    which_all: "All",
    which_flagged: "To look at",
    which_edited: "Changed in this plan",
    which_left: "Not charged",
    look: "Show",
    nothing_found: "No payment of the plan matches.",
    shown: |first, last, all| format!("{first} to {last} of {all}"),
    table: "Payments of the plan",
    charge_it: "Charge",
    charge_row: |order| format!("Charge order {order}"),
    buyer: "Buyer, order, card",
    amount: "Amount (yen)",
    amount_of: |order| format!("Amount of order {order} in yen"),
    was: |yen| format!("{yen} last time"),
    notes: "To look at",
    order: "Order",
    previous_page: "Previous page",
    next_page: "Next page",
    save: "Save changes",
    save_previous: "Save, previous page",
    save_next: "Save, next page",
    save_confirm: |count, yen| format!("Save and go on to confirm ({count} payments, {yen} now)"),
    none_chosen: "No payment is chosen. Please choose one at least.",
    drop: "Drop this plan",
    cancel: "Cancel this run",
    cancel_hint: "Nothing is charged. The month can be charged later with another plan.",
    was_saved: "Your changes are saved.",
    was_other: "Somebody else was faster, so this was not done. This is how it stands now.",
    was_unsent: "It is noted, but the work could not be asked for. Please ask again with the button below. No payment is charged twice.",
    was_sent: "The work was asked for again.",
    ask_again: "Ask again",
    wrong_amount: |most| format!("Please type a number from 1 to {most}."),
    confirm: "Confirm the charges",
    sentence: |month, count, yen| format!("{count} payments, {yen} in all, are charged for {month}."),
    sum_spelled: |spelled| format!("In words: {spelled}."),
    follows: "Please make sure that the buyers have agreed to these charges. They begin as soon as you press the button. If you stop them later, what was approved stays approved.",
    taken_out: "Taken out here",
    amounts_changed: "Amounts changed here",
    needs_code: |rows, yen| format!("It is more than {rows} payments or {yen}, so a fresh code of your app is needed."),
    code_wrong: "The code is wrong, or was used already. Please type a fresh one from your app.",
    charge: |yen| format!("Charge {yen}"),
    leave: "Back without charging",
    may_not: "This merchant does not trade at present, so nothing can be charged.",
    announced_lead: |day| {
        format!(
            "It begins by itself on {day}, with the payments that are listed on that day. Cards that expire before it, or must not be tried again, are left out."
        )
    },
    confirmed_lead: "The charges are being prepared. They begin in a moment.",
    begun_lead: "The result of each payment is a file on the page of its batch.",
    to_batch: "Progress and result",
    cancelled_lead: "It was cancelled. Nothing was charged.",
    cancelled_by: "Cancelled by",
    by_link: "By the link in the mail",
    not_run: |why| match why {
        NotRun::NothingToCharge => "No payment could be charged, so nothing was.",
        NotRun::TooMany => {
            "There are more payments than a plan can have (20,000, of 100,000 in the five months around). Please use a batch."
        }
        NotRun::Suspended => "This merchant does not trade, so nothing was charged by itself.",
        NotRun::NobodyToTell => {
            "There is no address for the shop’s copy to tell of it before, so nothing was charged by itself."
        }
        NotRun::SwitchedOff => "Runs don’t begin by themselves any more, so nothing was charged.",
        NotRun::TooLate => {
            "Its day is over for too long, so nothing was charged. Draw up a plan where it is still wanted."
        }
    },
    states: |state| match state {
        RunState::Drawing { .. } => "Being drawn up",
        RunState::Open { .. } => "To be confirmed",
        RunState::Announced { .. } => "Begins by itself",
        RunState::Confirmed { .. } => "Being prepared",
        RunState::Begun { .. } => "Begun",
        RunState::Cancelled { .. } => "Cancelled",
        RunState::NotRun { .. } => "Nothing charged",
    },
    standings: |standing| match standing {
        Standing::Open => "Can be charged",
        Standing::Gone => "Only in the month before",
        Standing::Charged => "Charged for this month",
        Standing::LetGo => "Cancelled for this month",
        Standing::BeingChecked => "Being checked",
        Standing::CardExpires => "Card expires",
        Standing::NeverRetry => "Card must not be tried again",
        Standing::NotAnnounced => "Came after the notice",
    },
    link: LinkWords {
        title: "Cancel a run of continuation",
        lead: |shop, month, day| format!("The continuation of {shop} for {month} is to begin by itself on {day}."),
        cancel: "Cancel this run",
        hint: "Nothing is charged then. The month can be charged later from the console.",
        cancelled: (
            "The run is cancelled",
            "Nothing was charged. The month can be charged from the console with a plan.",
        ),
        too_late: (
            "This run can’t be cancelled any more",
            "It has begun, or is over. The console shows how it stands.",
        ),
        over: ("This link is no longer good", "It is too old, or not whole. The console shows how runs stand."),
        console: "Open the console",
    },
};
