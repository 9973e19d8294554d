//! The mails about a regular purchase. Each says what the plan says now: where that moved on since, there is nothing to tell any more.

use domain::{
    Lang, MaskedCard,
    clock::japan_date,
    merchant::Mode,
    payment::Reader,
    recurring::{
        calendar::run_day,
        offer::Offer,
        plan::{EndReason, NewCard, PauseReason, Plan, PlanState, PlanTidings, Progress, ReminderKind},
        retry::Chance,
    },
};
use jiff::Timestamp;
use words::{
    card, date_time, day, money,
    recurring::{
        self,
        mail::{PlanMailText, PlanMailWords, plan_mail},
        page::plan_page,
    },
};

use super::{Letter, Mail, greeting, line, marked, write};
use crate::page::Joining;

/// A regular purchase to write about.
#[derive(Clone, Copy, Debug)]
pub struct PlanNews<'a> {
    /// The mail's language.
    pub lang: Lang,
    /// Who reads it.
    pub reader: Reader,
    /// What happened.
    pub tidings: PlanTidings,
    /// The contract as it stands.
    pub plan: &'a Plan,
    /// The offer as it was joined: its terms stand in the mail at joining.
    pub offer: Option<&'a Offer>,
    /// The card that is charged.
    pub card: Option<&'a MaskedCard>,
    /// The merchant's name.
    pub merchant: &'a str,
    /// How shoppers reach the merchant.
    pub contact: Option<&'a str>,
    /// Test or live.
    pub mode: Mode,
    /// When it is written: what is promised holds on a day.
    pub now: Timestamp,
    /// The absolute https address of the buyer's page, or of the console's for the shop.
    pub page: &'a str,
}

/// Writes the mail about a regular purchase. None: the plan moved on since.
pub fn plan_news(view: &PlanNews<'_>) -> Option<Mail> {
    let words = plan_mail(view.lang);
    let told = told(view, words)?;
    let (merchant, item) = (line(view.merchant), line(&view.plan.item));
    let (buyer, closing) = match view.reader {
        Reader::Payer => (Some(view.plan.name.as_str()), to_buyer(view, words)),
        Reader::Shop => (None, vec![(words::words(view.lang).mail.why)(&merchant)]),
    };
    let letter = Letter {
        greeting: greeting(view.lang, buyer),
        result: (told.text.result)(&merchant, &item),
        meaning: Some(told.meaning),
        test: (view.mode == Mode::Test).then_some(words.test),
        intro: Vec::new(),
        rows: rows(view, words),
        outro: Vec::new(),
        advice: told.advice,
        links: links(view, words),
        closing,
    };
    Some(write(view.lang, &marked(view.lang, view.mode, (told.text.subject)(&merchant)), &letter))
}

struct Told {
    text: &'static PlanMailText,
    meaning: &'static str,
    advice: Option<String>,
}

/// What is said, if the plan still stands as the message says.
fn told(view: &PlanNews<'_>, words: &'static PlanMailWords) -> Option<Told> {
    let plain = |text: &'static PlanMailText| Some(Told { text, meaning: text.meaning, advice: None });
    // Who asked nobody does not say that a card company refused.
    let unless_untried =
        |text: &'static PlanMailText, untried| if view.plan.tries == 0 { untried } else { text.meaning };
    let for_reader = |buyer, shop| match view.reader {
        Reader::Payer => buyer,
        Reader::Shop => shop,
    };
    let active = match view.plan.state {
        PlanState::Active(progress) => Some(progress),
        PlanState::Paused { .. } | PlanState::Ended { .. } => None,
    };
    match view.tidings {
        PlanTidings::Joined => plain(for_reader(&words.joined, &words.shop_joined)),
        PlanTidings::Failed | PlanTidings::LastTry => match active? {
            Progress::Retrying { next, .. } => {
                let (when, amount) = (date_time(view.lang, next.at), money(view.lang, view.plan.rate().amount));
                let (text, advice) = match next.chance {
                    Chance::Further => (&words.failed, (words.tried_again)(&when, &amount)),
                    Chance::Last => (&words.last_try, (words.tried_last)(&when, &amount)),
                };
                Some(Told { text, meaning: unless_untried(text, words.untried), advice: Some(advice) })
            }
            Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. } => None,
        },
        PlanTidings::Asked => match active? {
            Progress::Asked { .. } => plain(&words.shop_asked),
            Progress::Waiting | Progress::Retrying { .. } | Progress::Immediate { .. } => None,
        },
        PlanTidings::Skipped => active.and_then(|_| plain(&words.skipped)),
        PlanTidings::Unpaid | PlanTidings::Paused => match view.plan.state {
            PlanState::Paused { why: PauseReason::Unpaid(_), .. } => {
                let text = for_reader(&words.unpaid, &words.shop_unpaid);
                let meaning = match view.reader {
                    Reader::Payer => unless_untried(text, words.unpaid_untried),
                    Reader::Shop => text.meaning,
                };
                Some(Told { text, meaning, advice: with_new_card(view, words) })
            }
            PlanState::Paused { why: PauseReason::Buyer, .. } => plain(for_reader(&words.paused, &words.shop_paused)),
            PlanState::Paused { why: PauseReason::Merchant, .. } => {
                plain(for_reader(&words.paused_by_shop, &words.shop_paused))
            }
            PlanState::Active(_) | PlanState::Ended { .. } => None,
        },
        PlanTidings::Ended => match view.plan.state {
            PlanState::Ended { why, .. } => plain(for_reader(ended(why, words), &words.shop_ended)),
            PlanState::Active(_) | PlanState::Paused { .. } => None,
        },
        PlanTidings::Proposed => view.plan.proposal.and_then(|_| plain(&words.proposed)),
        PlanTidings::Changed => plain(&words.changed),
        PlanTidings::Moved => plain(&words.moved),
        PlanTidings::Resumed => active.and_then(|_| plain(&words.resumed)),
        PlanTidings::Reminded(ReminderKind::TrialEnds) => active.and_then(|_| plain(&words.trial_ends)),
        PlanTidings::Reminded(ReminderKind::PriceChanges) => active.and_then(|_| plain(&words.price_changes)),
        PlanTidings::Reminded(ReminderKind::Billing) => active.and_then(|_| plain(&words.billing)),
        PlanTidings::CardExpires => active.and_then(|_| plain(&words.card_expires)),
        PlanTidings::Link => plain(&words.link),
    }
}

/// What another card does for the period that failed, and until when.
fn with_new_card(view: &PlanNews<'_>, words: &PlanMailWords) -> Option<String> {
    let (until, late) = match view.reader {
        Reader::Payer => (words.unpaid_until, words.unpaid_late),
        Reader::Shop => (words.shop_unpaid_until, words.shop_unpaid_late),
    };
    Some(match view.plan.with_new_card(japan_date(view.now))? {
        NewCard::Charged { until: last } => until(&day(view.lang, last), &money(view.lang, view.plan.rate().amount)),
        NewCard::Asked => late.to_owned(),
    })
}

const fn ended(why: EndReason, words: &'static PlanMailWords) -> &'static PlanMailText {
    match why {
        EndReason::Buyer => &words.ended,
        EndReason::Merchant => &words.ended_by_shop,
        EndReason::Network => &words.ended_by_network,
        EndReason::Completed => &words.completed,
    }
}

fn rows(view: &PlanNews<'_>, words: &PlanMailWords) -> Vec<(String, String)> {
    let (lang, plan) = (view.lang, view.plan);
    let all = words::words(lang);
    let mut rows: Vec<(&str, Option<String>)> =
        vec![(all.result.shop, Some(view.merchant.to_owned())), (words.item, Some(plan.item.clone()))];
    match view.offer.filter(|_| view.tidings == PlanTidings::Joined) {
        Some(offer) => {
            let terms = Joining::of(lang, offer, plan.anchor, plan.shown.at, "").rows;
            rows.extend(terms.into_iter().map(|(label, text)| (label, Some(text))));
        }
        None => {
            rows.push((plan_page(lang).rate, Some(recurring::rate(lang, plan.agreed))));
            let in_trial = plan.trial_until.filter(|_| plan.period == 2);
            rows.push((words.trial, in_trial.map(|last| day(lang, last))));
        }
    }
    if view.tidings == PlanTidings::Moved {
        rows.push((words.billed_on, Some((words::joining(lang).rule)(plan.last_rate().cycle, plan.anchor))));
    }
    if let Some(proposal) = plan.proposal.filter(|_| view.tidings == PlanTidings::Proposed) {
        rows.push((words.new_rate, Some(recurring::rate(lang, proposal))));
    }
    for then in &plan.then {
        rows.push((words.new_rate, Some(recurring::rate(lang, then.rate))));
        rows.push((words.from, Some(recurring::run_date(lang, run_day(then.from)))));
    }
    rows.push((plan_page(lang).overdue, overdue(view, words)));
    if view.tidings == PlanTidings::Skipped {
        let dates: Vec<String> = plan.left_out.iter().map(|date| day(lang, run_day(*date).date)).collect();
        rows.push((words.left_out, Some(recurring::listed(lang, &dates))));
    }
    rows.push((words.next, next(view, words)));
    let card_label = match view.reader {
        Reader::Payer => words.card,
        Reader::Shop => words.shop_card,
    };
    rows.push((card_label, view.card.map(|of| card(of.brand, &of.last4))));
    let (state, standing) = (recurring::state(lang, &plan.state), recurring::standing(lang, &plan.state));
    rows.push((
        words.state,
        Some(match view.reader {
            Reader::Payer => state.to_owned(),
            Reader::Shop => format!("{state} ({standing})"),
        }),
    ));
    rows.push((words.plan, Some(plan.id.as_str().to_owned())));
    match view.reader {
        Reader::Payer => {}
        Reader::Shop => {
            rows.push((words.buyer, Some(plan.name.clone())));
            rows.push((words.buyer_mail, Some(plan.mail.clone())));
        }
    }
    let filled = |(label, value): (&str, Option<String>)| Some((line(label), line(&value?)));
    rows.into_iter().filter_map(filled).filter(|(_, value)| !value.is_empty()).collect()
}

/// When a regular purchase goes on after one of its periods was paid, and how much that is. None: nothing comes, or nobody can say.
pub fn next_after(lang: Lang, plan: &Plan, period: u32, now: Timestamp) -> Option<String> {
    let active = matches!(plan.state, PlanState::Active(_));
    let next = if plan.period > period {
        plan.next_to_come(japan_date(now))
    } else {
        // the plan does not know of the payment yet
        let later = plan.upcoming().skip(1).map(|(nominal, rate)| (run_day(nominal), rate));
        later.filter(|_| active).find(|(run, _)| run.date > japan_date(now))
    };
    let (run, rate) = next?;
    Some((words::joining(lang).next_on)(&recurring::run_date(lang, run), &money(lang, rate.amount)))
}

/// What is past its day and waits for somebody: when it was due, and how much it is.
fn overdue(view: &PlanNews<'_>, words: &PlanMailWords) -> Option<String> {
    let (lang, plan) = (view.lang, view.plan);
    let waits = match plan.state {
        PlanState::Active(Progress::Asked { .. }) | PlanState::Paused { why: PauseReason::Unpaid(_), .. } => true,
        PlanState::Active(Progress::Waiting | Progress::Retrying { .. } | Progress::Immediate { .. })
        | PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. }
        | PlanState::Ended { .. } => false,
    };
    let since = plan.overdue_since(japan_date(view.now)).filter(|_| waits)?;
    Some((words.next_charge)(&day(lang, since), &money(lang, plan.rate().amount)))
}

/// When something is charged next, and how much. None: nobody can say.
fn next(view: &PlanNews<'_>, words: &PlanMailWords) -> Option<String> {
    let (lang, plan) = (view.lang, view.plan);
    if let Some(warned) = plan.card_warned.filter(|_| view.tidings == PlanTidings::CardExpires) {
        let amount = money(lang, plan.rate_on(warned).amount);
        return Some((words.next_charge)(&recurring::run_date(lang, run_day(warned)), &amount));
    }
    let date = match plan.state {
        PlanState::Active(Progress::Waiting) => recurring::run_date(lang, plan.run_day()),
        PlanState::Active(Progress::Retrying { next, .. }) => date_time(lang, next.at),
        PlanState::Active(Progress::Immediate { .. } | Progress::Asked { .. })
        | PlanState::Paused { .. }
        | PlanState::Ended { .. } => return None,
    };
    Some((words.next_charge)(&date, &money(lang, plan.rate().amount)))
}

fn links(view: &PlanNews<'_>, words: &PlanMailWords) -> Vec<(&'static str, String)> {
    let page = line(view.page);
    match view.reader {
        Reader::Shop => vec![(words.console, page)],
        Reader::Payer => {
            let first = match view.tidings {
                PlanTidings::Failed | PlanTidings::LastTry | PlanTidings::Unpaid | PlanTidings::CardExpires => {
                    Some((words.change_card, format!("{page}?view=card")))
                }
                PlanTidings::Proposed => Some((words.agree, format!("{page}?view=agree"))),
                PlanTidings::Joined
                | PlanTidings::Asked
                | PlanTidings::Skipped
                | PlanTidings::Changed
                | PlanTidings::Moved
                | PlanTidings::Paused
                | PlanTidings::Resumed
                | PlanTidings::Ended
                | PlanTidings::Reminded(_)
                | PlanTidings::Link => None,
            };
            let manage = if view.plan.is_over() { words.view } else { words.manage };
            first.into_iter().chain([(manage, page)]).collect()
        }
    }
}

fn to_buyer(view: &PlanNews<'_>, words: &PlanMailWords) -> Vec<String> {
    let (mail, merchant) = (&words::words(view.lang).mail, line(view.merchant));
    let ask = match view.contact.map(line).filter(|contact| !contact.is_empty()) {
        Some(contact) => format!("{}: {merchant} {contact}", mail.ask),
        None => (mail.ask_shop)(&merchant),
    };
    let stop = match view.plan.state {
        PlanState::Active(_) | PlanState::Paused { .. } => Some(words.stop.to_owned()),
        PlanState::Ended { .. } => None,
    };
    stop.into_iter().chain([ask, (mail.why)(&merchant)]).collect()
}
