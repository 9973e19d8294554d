//! In English.

use domain::{
    Lang,
    recurring::plan::{Held, ReminderKind},
};

use super::{Act, ActText, ChangeProblem, RecurringWords};
use crate::format::money;

pub(super) const WORDS: RecurringWords = RecurringWords {
    title: "Regular purchases",
    lead: "One entry for each buyer’s contract. On its day, the kept card is charged automatically.",
    offers: "Offers",
    search: "Search",
    search_hint: "Name, e-mail address, buyer id, order number, item, the card’s last 4 digits, or the purchase’s own number",
    state: "State",
    any_state: "All",
    find: "Search",
    clear: "Clear",
    caption: "Regular purchases, newest first",
    buyer: "Buyer",
    item: "Item",
    amount: "Amount",
    cycle: "Cycle",
    next: "Next charge",
    joined: "Joined",
    as_of: |time| format!("As of {time}. A change may take a few seconds to appear."),
    empty: (
        "There are no regular purchases yet",
        "Register an offer under “Offers”, then take orders from your shop’s form.",
    ),
    none_fits: ("No regular purchase fits", "Search by other terms."),
    looked: |back_to| format!("Looked back to {back_to}."),
    newest: "Newest",
    older: "Older",
    look_further: "Look further back",
    download: "Download this list as CSV",
    download_hint: |most| format!("A CSV in UTF-8, {most} rows at most."),
    too_many: |most| format!("There are more than {most}, too many for a download. Narrow the search."),
    columns: [
        "number",
        "state",
        "name",
        "mail",
        "buyer id",
        "item",
        "amount",
        "cycle (months)",
        "next nominal date",
        "next charge",
        "joined",
        "first order",
    ],
    detail: |id| format!("Regular purchase {id}"),
    back: "All regular purchases",
    acts: "Actions",
    only_operators: "Operators and owners can act here.",
    no_acts: "Nothing can be done with a purchase that has ended.",
    comes_next: "What comes next",
    since: "Since",
    period: "Next period",
    period_of: |period| format!("Number {period}"),
    times_of: |period, times| format!("Number {period} of {times}"),
    nominal: "Nominal date",
    run_day: "Due on",
    overdue: "Overdue since",
    next_to_come: "Next date to come",
    overdue_since: |day| format!("overdue since {day}"),
    will_cost: "Amount",
    tries: "Tries so far",
    times_tried: |tries| tries.to_string(),
    declined_because: "Last result",
    tried_again: "Next try",
    last_try: |at| format!("{at} (the last)"),
    reminder: "Reminder by mail",
    reminder_on: |kind, day| {
        let what = match kind {
            ReminderKind::TrialEnds => "That the trial ends",
            ReminderKind::PriceChanges => "That the amount changes",
            ReminderKind::Billing => "Of the next charge",
        };
        format!("{what}, from {day}")
    },
    following: "Due after that on",
    scheduled: "Agreed change",
    rate_from: |rate, day| format!("{rate} from the period of {day}"),
    proposal: "Proposed to the buyer",
    proposal_waits: |rate| format!("{rate} (waiting for the buyer’s agreement; nothing changes before)"),
    agreed: "What was agreed",
    rate: "Amount and cycle",
    rate_of: |amount, cycle| format!("{amount} {cycle}"),
    day: "Billing day",
    day_of: |day| match day.day() {
        31 => "Last day of the month, or the next business day".to_owned(),
        day => format!("Day {day} of the month, or the next business day"),
    },
    offer: "Offer",
    offer_version: |offer, version| format!("{offer} (version {version})"),
    times: "Number of times",
    so_many_times: |times| format!("{times}, the first included"),
    open_ended: "Until somebody ends it",
    trial_until: "Last day of the trial",
    first_order: "First order",
    shown_at: "Final screen shown at",
    shown_version: "Version of its wording",
    shown_hash: "Hash of its text (SHA-256)",
    name: "Name",
    mail: "E-mail address",
    user: "Buyer id",
    lang: "Language of mails",
    languages: ["Japanese", "English"],
    number: "Number",
    card: "Card",
    expiry: "Expiry",
    no_card: "No card is kept. The buyer can register one by the link in their mail.",
    above_bound: |most| {
        format!("This amount is above what the operator allows in one payment ({most}). Please ask the operator.")
    },
    card_ends: "It expires before the next charge.",
    history: "Payments",
    period_column: "Period",
    charged_at: "When",
    order: "Order",
    not_charged: "Not charged",
    earlier: "Earlier periods",
    latest: "Latest periods",
    mails: "Mails",
    mailed_at: "When",
    mail_what: "Mail",
    no_mails: "No mail about this regular purchase was sent yet.",
    mails_hint: "The mails of the last 400 days. Receipts stand in the history on each payment’s page.",
    moved_on: "Somebody else, or the schedule, came first, so nothing was done. Look at how it stands now, and try again if you still need to.",
    act,
    done: |act| match act {
        Act::Charge => "The charge was asked for. Its result appears in the history within seconds to minutes.",
        Act::Skip => "This period is not charged. See what comes next.",
        Act::Pause => "Paused. Nothing is charged until it goes on.",
        Act::Resume => "It goes on. See what comes next.",
        Act::Change => "Changed. The buyer is told by mail.",
        Act::Propose => "The buyer is asked by mail. Nothing changes before they agree.",
        Act::Withdraw => "The proposal was withdrawn.",
        Act::Move => "The billing day was moved.",
        Act::End => "Ended. Nothing more is charged.",
    },
    keep: "Cancel",
    goes_on: |day, money| format!("Next, {money} is charged on {day}."),
    leaves_out: |days, day, money| {
        format!("The charge of {days} is left out. Next, {money} is charged on {day}. The buyer is told by mail.")
    },
    lets_go: "A period whose date came while it was paused is not charged.",
    will_charge: |money, card| format!("{money} is charged to {card}."),
    held: |held| match held {
        Held::Open => {
            "This period’s payment is being checked. Until its result is known, the period can’t be charged again or skipped, and the purchase can’t go on. The check runs by itself: try again later."
        }
        Held::Paid => "This period is paid, and the next one begins in a moment. Load the page again.",
        Held::BeingCharged => {
            "This period may be being charged at this moment. Look at the result in a few minutes, then try again."
        }
    },
    not_now: "It can’t be charged now",
    limit_until: |at| {
        format!(
            "By the card network’s rules this card may not be tried before {at}. The schedule keeps to that as well."
        )
    },
    limit_never: "By the issuer’s answer this card may never be charged again. The buyer has to register another card.",
    limit_revoked: "The cardholder stopped payments at the card company. This card can’t be charged.",
    to_payment: "See this period’s payment",
    to_plan: "See the regular purchase",
    new_amount: "Amount of each period",
    new_amount_hint: |most| format!("With tax, ¥1 to {most}"),
    new_cycle: "Cycle",
    new_day: "Billing day (1 to 31)",
    new_day_hint: "In a shorter month it is the last day; on a day of rest, the next business day.",
    check: "Continue",
    problem: |problem| match problem {
        ChangeProblem::AmountMissing => "Enter an amount.".to_owned(),
        ChangeProblem::AmountMalformed => "Use digits for the amount.".to_owned(),
        ChangeProblem::AmountRange(most) => format!("Use an amount from ¥1 to {}.", money(Lang::En, most)),
        ChangeProblem::Cycle => "Choose a cycle.".to_owned(),
        ChangeProblem::Day => "Use a day from 1 to 31.".to_owned(),
        ChangeProblem::Same => "That is how it is now.".to_owned(),
        ChangeProblem::Begun => {
            "The next period’s day has come, so this can’t be changed now. Change it when that period is over."
                .to_owned()
        }
    },
    from_to: |before, after| format!("It changes from {before} to {after}."),
    holds_from: |day| format!("The new rate holds from the period of {day}. The buyer is told by mail."),
    asks_buyer: |mail| {
        format!(
            "It costs more, or comes sooner, so the buyer has to agree. A link is sent to {mail}. Until they agree with 3-D Secure, nothing changes."
        )
    },
    moves_to: |day, money| format!("Next, {money} is charged on {day}: never sooner than announced."),
};

const fn act(act: Act) -> ActText {
    match act {
        Act::Charge => ActText {
            link: "Charge now",
            title: "Charge this period now?",
            means: &[
                "The kept card is charged once.",
                "The card networks’ limits on tries are kept here too: what they forbid is not charged.",
            ],
            button: "Charge",
        },
        Act::Skip => ActText {
            link: "Skip this period",
            title: "Skip this period?",
            means: &[
                "It is not charged, and can’t be charged later.",
                "Where the number of times is fixed, it does not count among them.",
            ],
            button: "Skip",
        },
        Act::Pause => ActText {
            link: "Pause",
            title: "Pause it?",
            means: &["Nothing is charged until it goes on.", "The buyer is told by mail."],
            button: "Pause",
        },
        Act::Resume => {
            ActText { link: "Resume", title: "Let it go on?", means: &["The buyer is told by mail."], button: "Resume" }
        }
        Act::Change | Act::Propose => ActText {
            link: "Change amount or cycle",
            title: "Change amount or cycle",
            means: &[
                "A lower amount or a longer cycle holds from the next period.",
                "A higher amount or a shorter cycle holds only after the buyer has agreed.",
            ],
            button: match act {
                Act::Propose => "Ask the buyer",
                Act::Charge
                | Act::Skip
                | Act::Pause
                | Act::Resume
                | Act::Change
                | Act::Withdraw
                | Act::Move
                | Act::End => "Change",
            },
        },
        Act::Withdraw => ActText {
            link: "Withdraw the proposal",
            title: "Withdraw the proposal?",
            means: &["The link that the buyer got no longer agrees to anything. Amount and cycle stay as they are."],
            button: "Withdraw",
        },
        Act::Move => ActText {
            link: "Move the billing day",
            title: "Move the billing day",
            means: &[
                "From the next period on. It is never charged sooner than announced.",
                "The buyer is told the new day by mail.",
            ],
            button: "Move",
        },
        Act::End => ActText {
            link: "End",
            title: "End it?",
            means: &["Nothing more is charged. This can’t be undone.", "The buyer is told by mail."],
            button: "End it",
        },
    }
}
