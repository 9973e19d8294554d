//! In English.

use domain::{
    Lang,
    recurring::offer::{Times, TrialDays},
};

use super::{OfferProblem, OffersWords};
use crate::format::money;

pub(super) const WORDS: OffersWords = OffersWords {
    title: "Offers",
    lead: "What buyers can join as a regular purchase. A change makes a new version: whoever joined before keeps what they agreed to.",
    new: "New offer",
    caption: "Offers",
    empty: ("There are no offers yet", "Choose “New offer” and set amounts, cycle and terms."),
    id: "Short name",
    item: "Item",
    first: "First amount",
    free: "Free (the card is registered)",
    amount: "Following amounts",
    cycle: "Cycle",
    state: "State",
    open: "Open",
    withdrawn: "Withdrawn",
    kind: "regular_kind",
    no_kind: "Not set",
    send: "What your form sends",
    send_lead: "Send these fields from your order form. The amount is the first one, or where that is free, each following one.",
    to_settings: "Give it a regular_kind number in the settings",
    detail: |item| format!("Offer: {item}"),
    back: "All offers",
    plans: "All regular purchases",
    version: "Version",
    version_of: |version, made| format!("{version} ({made})"),
    withdrawn_at: "Withdrawn at",
    change: "Change",
    withdraw: "Withdraw",
    withdraw_title: "Withdraw this offer?",
    withdraw_means: &[
        "Nobody can join it any more.",
        "Those who joined before are charged as agreed.",
        "A new version opens it again.",
    ],
    withdraw_button: "Withdraw",
    keep: "Cancel",
    new_title: "New offer",
    change_title: "Change the offer",
    change_lead: "This makes a new version. Whoever joined before keeps amount and terms. To change what one buyer pays, open their regular purchase.",
    id_hint: "Up to 32 letters, digits, hyphens and underscores. It can’t be changed later. For example: coffee-200g",
    item_hint: "What the buyer reads. For example: Coffee beans, 200 g",
    first_legend: "What joining costs",
    first_charged: "An amount",
    first_free: "Nothing (the card is registered)",
    first_amount: "First amount",
    each_amount: "Each following amount",
    amount_hint: |most| format!("With tax, ¥1 to {most}"),
    trial: "Trial (days)",
    trial_hint: |most| {
        format!(
            "The day of joining is its first; 1 to {most}. The second charge comes on the first billing day after it."
        )
    },
    times: "Number of times",
    times_hint: |most| format!("The first included; 2 to {most}. Empty: until somebody ends it."),
    optional: "(optional)",
    terms: "What the final screen says",
    terms_lead: "Shown before the order is placed (Act on Specified Commercial Transactions, art. 12-6).",
    term: [
        ("Quantity", "For example: one bag of 200 g each time"),
        ("What the amount includes", "For example: postage and tax included"),
        ("When it is paid", "For example: at once, then on the 27th of each month"),
        ("Delivery", "For example: sent within 5 business days of each payment"),
        (
            "Cancellation and returns",
            "For example: cancel any time by the link in your mail, up to the day before the next charge. Returns within 8 days",
        ),
    ],
    preview: "Continue",
    preview_title: "Save this offer?",
    preview_lead: "What the final screen says to somebody who joins today.",
    shown: "What the buyer sees",
    make: "Save",
    mend: "Back to the form",
    done: [
        "The offer was saved.",
        "The new version was saved. Whoever joins from now on gets it.",
        "The offer was withdrawn.",
    ],
    moved_on: "Somebody else changed it first, so nothing was done. Look at how it stands now.",
    problem: |problem| {
        let named = |name: &'static str| field(name);
        match problem {
            OfferProblem::Missing(name) => format!("{}: fill this in.", named(name)),
            OfferProblem::IdMalformed => "Short name: use 1 to 32 letters, digits, hyphens and underscores.".to_owned(),
            OfferProblem::IdTaken => "An offer of this short name exists. Use another.".to_owned(),
            OfferProblem::AmountMalformed(name) => format!("{}: use digits.", named(name)),
            OfferProblem::AmountRange(name, most) => {
                format!("{}: use ¥1 to {}.", named(name), money(Lang::En, *most))
            }
            OfferProblem::Cycle => "Choose a cycle.".to_owned(),
            OfferProblem::Trial => format!("Trial: use 1 to {} days.", TrialDays::MAX),
            OfferProblem::Times => format!("Number of times: use 2 to {}.", Times::MAX),
            OfferProblem::TooLong(name) => format!("{}: this is too long.", named(name)),
            OfferProblem::Character(name) => format!("{}: it holds a character that is not seen.", named(name)),
            OfferProblem::CardNumber(name) => format!("{}: it can’t hold a card number.", named(name)),
        }
    },
    field,
    kept_hint: "Earlier versions stay for those who joined by them.",
};

fn field(name: &'static str) -> &'static str {
    match name {
        "id" => "Short name",
        "item" => "Item",
        "first_amount" => "First amount",
        "amount" => "Each following amount",
        "cycle" => "Cycle",
        "quantity" => "Quantity",
        "shipping" => "What the amount includes",
        "payment_time" => "When it is paid",
        "delivery" => "Delivery",
        "withdrawal" => "Cancellation and returns",
        _ => "This field",
    }
}
