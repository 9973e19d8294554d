//! One regular purchase: how it stands and why, what comes next, what was agreed, its card, its payments and its mails.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    CardOwner, KeptCard, Lang, Payment,
    clock::japan_date,
    recurring::{
        calendar::run_day,
        plan::{Plan, PlanState, Progress},
        retry::Chance,
    },
    search::PlanStatus,
};
use http::{Response, StatusCode};
use jiff::{Timestamp, civil::Date};
use lambda_http::Body;
use words::{
    console::recurring::{self as texts, Act, RecurringWords},
    recurring::listed,
};

use crate::{
    Call, address_of, address_of_offer,
    facts::{self, Fact},
    history::{self, History},
    mails, possible,
};

/// How many dates stand after the next.
const FOLLOWING: usize = 5;
/// How often a page looks again while a period is about to be charged, in seconds.
const AGAIN: u32 = 10;

/// Shows one.
pub(crate) async fn show(call: &Call<'_>, plan: &Plan) -> Result<Response<Body>, Refusal> {
    let (words, lang) = (call.words(), call.lang());
    let payment = call.period_payment(plan).await?;
    let card = call.deps.cards.load(&plan.merchant, &plan.owner).await?;
    let history = history::of(call, plan).await?;
    let mails = mails::of(call, plan).await?;
    let frame = call.frame((words.detail)(plan.id.as_str()));
    let frame = match plan.state {
        PlanState::Active(Progress::Immediate { .. }) => frame.refreshing(AGAIN, address_of(&plan.id)),
        PlanState::Active(Progress::Waiting | Progress::Retrying { .. } | Progress::Asked { .. })
        | PlanState::Paused { .. }
        | PlanState::Ended { .. } => frame,
    };
    let status = PlanStatus::of(&plan.state);
    let operates = call.operates();
    let acts: Vec<Act> = if operates { possible::acts(call, plan) } else { Vec::new() };
    let no_acts = if operates { words.no_acts } else { words.only_operators };
    let page = DetailPage {
        frame: frame.clone(),
        words,
        done: done(call),
        mark: texts::mark(status),
        state: words::recurring::state(lang, &plan.state),
        standing: words::recurring::standing(lang, &plan.state),
        no_acts,
        acts: acts
            .into_iter()
            .map(|act| (format!("{}?act={}", address_of(&plan.id), act.name()), (words.act)(act).link))
            .collect(),
        next: next(call, plan),
        open: payment.as_ref().filter(|payment| is_open(plan, payment, call.visit.now)).map(|payment| {
            let held = plan.may_let_go(Some(payment), call.visit.now).err();
            (payment.key.order.to_string(), held.map(words.held).unwrap_or_default())
        }),
        agreed: agreed(call, plan),
        offer: (address_of_offer(&plan.offer), (words.offer_version)(plan.offer.as_str(), plan.offer_version)),
        first: plan.first_order.to_string(),
        card: card_facts(plan, card.as_ref(), japan_date(call.visit.now)),
        history,
        mails,
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// Whether nobody knows yet what became of the period's payment, or the plan has not moved on from it.
fn is_open(plan: &Plan, payment: &Payment, now: Timestamp) -> bool {
    use domain::recurring::plan::Held;
    match plan.may_let_go(Some(payment), now) {
        Err(Held::Open | Held::Paid) => true,
        Err(Held::BeingCharged) | Ok(()) => false,
    }
}

/// What the form before this page has done, by the word in the address.
fn done(call: &Call<'_>) -> Option<&'static str> {
    let words = call.words();
    match call.asked("done") {
        "other" => Some(words.moved_on),
        word => Act::parse(word).map(words.done),
    }
}

/// What comes next, or since when nothing does.
fn next(call: &Call<'_>, plan: &Plan) -> Vec<Fact> {
    let (words, lang) = (call.words(), call.lang());
    let declined = texts::decline(lang, &plan.state).map(|why| (words.declined_because, why.to_owned()));
    let tries = (plan.tries > 0).then(|| (words.tries, (words.times_tried)(plan.tries)));
    let proposal = plan.proposal.map(|rate| (words.proposal, (words.proposal_waits)(&facts::rate(call, rate))));
    let (since, comes): (Option<Timestamp>, Vec<Fact>) = match plan.state {
        PlanState::Active(progress) => (since(progress), coming(call, plan, progress)),
        PlanState::Paused { at, .. } | PlanState::Ended { at, .. } => (Some(at), Vec::new()),
    };
    let since = since.map(|at| (words.since, words::date_time(lang, at)));
    comes.into_iter().chain(tries).chain(declined).chain(proposal).chain(since).collect()
}

const fn since(progress: Progress) -> Option<Timestamp> {
    match progress {
        Progress::Immediate { at, .. } | Progress::Asked { at } => Some(at),
        Progress::Waiting | Progress::Retrying { .. } => None,
    }
}

fn coming(call: &Call<'_>, plan: &Plan, progress: Progress) -> Vec<Fact> {
    let (words, lang) = (call.words(), call.lang());
    let period =
        plan.times.map_or_else(|| (words.period_of)(plan.period), |times| (words.times_of)(plan.period, times.get()));
    let today = japan_date(call.visit.now);
    let overdue = plan.overdue_since(today);
    let mut facts = vec![
        (words.period, period),
        (words.will_cost, words::money(lang, plan.rate().amount)),
        (words.nominal, words::format::day(lang, plan.nominal)),
        match overdue {
            Some(since) => (words.overdue, words::format::day(lang, since)),
            None => (words.run_day, facts::day(call, plan.run_day())),
        },
    ];
    match progress {
        Progress::Retrying { next, .. } => {
            let at = words::date_time(lang, next.at);
            let at = match next.chance {
                Chance::Further => at,
                Chance::Last => (words.last_try)(&at),
            };
            facts.push((words.tried_again, at));
        }
        Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. } => {}
    }
    if let Some(reminder) = plan.reminder() {
        facts.push((words.reminder, (words.reminder_on)(reminder.kind, &words::format::day(lang, reminder.on))));
    }
    for then in plan.then.iter().filter(|then| then.from > plan.nominal) {
        let day = words::format::day(lang, then.from);
        facts.push((words.scheduled, (words.rate_from)(&facts::rate(call, then.rate), &day)));
    }
    let later = plan.upcoming().skip(1).map(|(date, _)| run_day(date)).filter(|run| run.date > today);
    let following: Vec<String> = later.take(FOLLOWING).map(|run| facts::day(call, run)).collect();
    if !following.is_empty() {
        let label = if overdue.is_some() { words.next_to_come } else { words.following };
        facts.push((label, listed(lang, &following)));
    }
    facts
}

fn agreed(call: &Call<'_>, plan: &Plan) -> Vec<Fact> {
    let (words, lang) = (call.words(), call.lang());
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let times = plan.times.map_or_else(|| words.open_ended.to_owned(), |times| (words.so_many_times)(times.get()));
    [
        (words.item, some(&plan.item)),
        (words.rate, Some(facts::rate(call, plan.agreed))),
        (words.day, Some((words.day_of)(plan.anchor))),
        (words.times, Some(times)),
        (
            words.trial_until,
            plan.trial_until.filter(|_| plan.period == 2 && !plan.is_over()).map(|day| words::format::day(lang, day)),
        ),
        (words.joined, Some(words::date_time(lang, plan.joined_at))),
        (words.shown_at, Some(words::date_time(lang, plan.shown.at))),
        (words.shown_version, Some(plan.shown.version.to_string())),
        (words.shown_hash, Some(plan.shown.hash.to_string())),
        (words.name, some(&plan.name)),
        (words.mail, some(&plan.mail)),
        (words.user, some(&user(plan))),
        (words.lang, Some(language(words, plan.lang).to_owned())),
        (words.number, Some(plan.id.to_string())),
    ]
    .into_iter()
    .filter_map(|(label, text)| Some((label, text?)))
    .collect()
}

const fn language(words: &RecurringWords, lang: Lang) -> &'static str {
    let [ja, en] = words.languages;
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// The card as it may be shown. None: none is kept.
struct CardFacts {
    card: String,
    expiry: String,
    ends: bool,
}

fn card_facts(plan: &Plan, card: Option<&KeptCard>, today: Date) -> Option<CardFacts> {
    let card = card.filter(|card| card.number.is_some())?;
    Some(CardFacts {
        card: words::masked(&card.card),
        expiry: card.card.expiry.to_string(),
        ends: matches!(plan.state, PlanState::Active(_)) && plan.outlives(card.card.expiry, today),
    })
}

#[derive(Template)]
#[template(path = "detail.html", whitespace = "minimize")]
struct DetailPage {
    frame: Frame,
    words: &'static RecurringWords,
    done: Option<&'static str>,
    mark: &'static str,
    state: &'static str,
    standing: &'static str,
    acts: Vec<(String, &'static str)>,
    no_acts: &'static str,
    next: Vec<Fact>,
    open: Option<(String, &'static str)>,
    agreed: Vec<Fact>,
    offer: (String, String),
    first: String,
    card: Option<CardFacts>,
    history: History,
    mails: Vec<mails::Line>,
}

/// The buyer id of a kept card; empty where it belongs to the first order.
fn user(plan: &Plan) -> String {
    match &plan.owner {
        CardOwner::Buyer(user) => user.clone(),
        CardOwner::Order(_) => String::new(),
    }
}
