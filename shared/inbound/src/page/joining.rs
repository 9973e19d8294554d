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

/// How many of the following dates are shown; all of a contract that has no more than [`ALL`]. Of a longer one the last is named beside them.
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
    /// What is said of those that follow. None: all are shown.
    pub more: Option<String>,
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
        let (words, mut coming) = (joining(lang), offer.dates(anchor, joined).zip(2..));
        let dates = coming.by_ref().take(most).map(|(nominal, nth)| ComingCharge::of(lang, offer, nominal, nth));
        let dates: Vec<ComingCharge> = dates.collect();
        let more = coming.next().map(|next| match offer.times {
            None => words.more.to_owned(),
            Some(_) => {
                let (last, nth) = coming.last().unwrap_or(next);
                let last = ComingCharge::of(lang, offer, last, nth);
                (words.more_until)(&last.nth, [last.on.as_str(), last.note].join(" ").trim_end())
            }
        });
        Self { first: offer.first, rows: rows(lang, offer, (anchor, joined), deadline), dates, more }
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
        lines.extend(self.more.clone());
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

/// When the first following payment comes of who joined as it was shown then, and how much it is.
pub fn next_charge(lang: Lang, offer: &Offer, anchor: Anchor, shown_at: Timestamp) -> String {
    let on = run_day(offer.begins(anchor, japan_date(shown_at)));
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

#[cfg(test)]
mod tests {
    use domain::{
        MerchantId, Yen,
        link::Terms,
        recurring::{
            calendar::Cycle,
            offer::{OfferId, Times},
        },
    };

    use super::*;

    fn shown(lang: Lang, times: Option<u16>) -> Joining {
        let text = || "x".to_owned();
        let offer = Offer {
            id: OfferId::new("tea").unwrap(),
            merchant: MerchantId::new("4000").unwrap(),
            version: 1,
            item: text(),
            first: FirstAmount::Charged(Yen::new(500).unwrap()),
            amount: Yen::new(1_000).unwrap(),
            cycle: Cycle::MONTHLY,
            trial: None,
            times: times.map(|times| Times::new(times).unwrap()),
            terms: Terms {
                quantity: text(),
                shipping: text(),
                payment_time: text(),
                delivery: text(),
                withdrawal: text(),
            },
            made_at: Timestamp::UNIX_EPOCH,
            withdrawn_at: None,
        };
        Joining::of(lang, &offer, Anchor::USUAL, "2026-11-30T03:00:00Z".parse().unwrap(), "")
    }

    #[test]
    fn a_long_contract_names_its_first_dates_its_last_and_its_total() {
        let said = |lang, times| {
            let shown = shown(lang, times);
            (shown.dates.len(), shown.more.clone().unwrap_or_default(), shown.text(lang, "shop", "tea"))
        };
        let (listed, more, text) = said(Lang::Ja, Some(24));
        assert_eq!(listed, LISTED);
        assert!(more.contains("24回目") && more.contains("2028年10月27日"), "{more}");
        assert!(text.contains(&more) && text.contains("23,500円") && !text.contains("解約されるまで"), "{text}");
        let (_, more, text) = said(Lang::En, Some(24));
        assert!(more.contains("No. 24") && more.contains("2028-10-27") && text.contains("¥23,500"), "{text}");
        assert_eq!((said(Lang::Ja, Some(13)).0, said(Lang::Ja, Some(13)).1.as_str()), (ALL, ""), "each is named");
        assert_eq!(said(Lang::Ja, None).1, "この後も、解約されるまで同じように続きます。");
    }
}
