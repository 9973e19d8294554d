//! The final screen of a regular purchase: what is paid when, in rows and dates, and the text of it all that is kept with the payment as version, hash and time.

use domain::{
    Lang,
    clock::japan_date,
    recurring::{
        calendar::{Anchor, Certainty, run_day},
        offer::{FirstAmount, Offer},
    },
};
use jiff::{Timestamp, civil::Date};
use words::{day, joining, money, recurring, sum};

/// How many of the following dates are shown; all of a contract that has no more than [`ALL`].
const LISTED: usize = 6;
/// The most that are shown.
const ALL: usize = 12;

/// What the final screen says of a regular purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joining {
    /// What joining costs.
    pub first: FirstAmount,
    /// Labels and values: the items that the law names, and what else the buyer agrees to.
    pub rows: Vec<(&'static str, String)>,
    /// The following payments to come, in order.
    pub dates: Vec<ComingCharge>,
    /// Others follow.
    pub more: bool,
}

/// A payment to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComingCharge {
    /// Which time.
    pub nth: String,
    /// On which day.
    pub on: String,
    /// What stands beside a day that may still move.
    pub note: &'static str,
    /// How much.
    pub amount: String,
}

impl Joining {
    /// What is shown to who would join `now`, of a merchant that bills on `anchor`. `deadline` says until when it can be joined.
    ///
    /// Who joins later than the page was made, at the issuer over midnight, is charged on the same days or on later ones.
    pub fn of(lang: Lang, offer: &Offer, anchor: Anchor, now: Timestamp, deadline: &str) -> Self {
        let joined = japan_date(now);
        let most = offer.times.map_or(LISTED, |times| match usize::from(times.get()).saturating_sub(1) {
            following @ 0..=ALL => following,
            _ => LISTED,
        });
        let mut coming = offer.dates(anchor, joined).zip(2..);
        let dates = coming.by_ref().take(most).map(|(nominal, nth)| ComingCharge::of(lang, offer, nominal, nth));
        let dates = dates.collect();
        Self {
            first: offer.first,
            rows: rows(lang, offer, (anchor, joined), deadline),
            dates,
            more: coming.next().is_some(),
        }
    }

    /// All that the page says of it, line by line: what is hashed. Anyone can make it again from the offer and the wording of that version.
    pub fn text(&self, lang: Lang, shop: &str, item: &str) -> String {
        let (order, words) = (&words::words(lang).order, joining(lang));
        let mut lines = vec![
            shop.to_owned(),
            format!("{}: {item}", order.item),
            format!("{}: {}", order.method, order.method_card_each),
        ];
        lines.extend(self.rows.iter().map(|(label, text)| format!("{label}: {text}")));
        lines.push(words.dates.to_owned());
        lines.extend(
            self.dates
                .iter()
                .map(|one| format!("{}: {} {} {}", one.nth, one.on, one.amount, one.note).trim_end().to_owned()),
        );
        if self.more {
            lines.push(words.more.to_owned());
        }
        lines.join("\n")
    }
}

impl ComingCharge {
    fn of(lang: Lang, offer: &Offer, nominal: Date, nth: usize) -> Self {
        let on = run_day(nominal);
        Self {
            nth: (joining(lang).nth)(nth),
            on: day(lang, on.date),
            note: recurring::provisional(lang, on.certainty),
            amount: money(lang, offer.amount),
        }
    }
}

/// When the first following payment of who joined then comes, and how much it is.
pub fn next_charge(lang: Lang, offer: &Offer, anchor: Anchor, joined_at: Timestamp) -> String {
    let on = run_day(offer.begins(anchor, japan_date(joined_at)));
    let text = (joining(lang).next_on)(&day(lang, on.date), &money(lang, offer.amount));
    match on.certainty {
        Certainty::Settled => text,
        Certainty::Provisional => format!("{text} ({})", recurring::provisional(lang, on.certainty)),
    }
}

fn rows(lang: Lang, offer: &Offer, (anchor, joined): (Anchor, Date), deadline: &str) -> Vec<(&'static str, String)> {
    let (order, words, terms) = (&words::words(lang).order, joining(lang), &offer.terms);
    let (cycle, amount) = (recurring::cycle(lang, offer.cycle), money(lang, offer.amount));
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let contract = match offer.times {
        Some(times) => (words.times)(&cycle, times.get()),
        None => (words.open_ended)(&cycle),
    };
    let first = match offer.first {
        FirstAmount::Charged(first) => (words.first_charged)(&money(lang, first)),
        FirstAmount::Free => words.first_free.to_owned(),
    };
    let trial = offer.trial.map(|trial| {
        let begins = recurring::run_date(lang, run_day(offer.begins(anchor, joined)));
        (words.trial_until)(trial.get(), &day(lang, trial.last_day(joined)), &begins)
    });
    let total = match offer.total() {
        Some(total) => (words.total, sum(lang, total)),
        None => (words.first_year, (words.first_year_sum)(&sum(lang, offer.first_year_total(anchor, joined)))),
    };
    [
        (words.contract, Some(contract)),
        (order.quantity, given(&terms.quantity)),
        (words.first, Some(first)),
        (words.following, Some((words.following_each)(&cycle, &amount))),
        (words.trial, trial),
        (words.days, Some((words.rule)(offer.cycle, anchor))),
        (total.0, Some(total.1)),
        (order.shipping, given(&terms.shipping)),
        (order.payment_time, given(&terms.payment_time)),
        (order.delivery, given(&terms.delivery)),
        (order.deadline, given(deadline)),
        (words.stop, Some(words.stop_how.to_owned())),
        (order.withdrawal, given(&terms.withdrawal)),
    ]
    .into_iter()
    .filter_map(|(label, text)| Some((label, text?)))
    .collect()
}
