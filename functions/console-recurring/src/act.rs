//! Doing something with a regular purchase: asked first, with what comes of it; then noted, and written in place of what the question showed.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    KeptCard, Payment,
    audit::Action,
    recurring::{
        calendar::{Anchor, run_day},
        plan::{By, ChangeError, Held, Plan, Rate},
    },
    tries::{Limit, TriedBy},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use jiff::civil::Date;
use lambda_http::Body;
use store::{PlanWritten, StoreError};
use words::{
    console::recurring::{Act, ActText, ChangeProblem, RecurringWords},
    recurring::listed,
};

use crate::{
    Call, address_of, change,
    facts::{self, Fact},
    possible,
};

/// What is wanted, with what was typed for it.
#[derive(Clone, Copy)]
enum Wish {
    Plain(Act),
    Rate(Act, Rate),
    Day(Anchor),
}

/// What a wish comes to.
struct Step {
    next: Plan,
    action: Action,
    /// What the question says of it.
    lines: Vec<String>,
}

/// Why nothing comes of it.
enum Hindrance {
    /// It stands otherwise than that could be wished.
    MovedOn,
    /// Something is to be mended in what was typed.
    Typed(&'static str, ChangeProblem),
    /// It can't be now, for this reason.
    Now(String),
}

/// Asks whether something is done, or for what is needed for it first.
pub(crate) async fn ask(call: &Call<'_>, plan: &Plan, name: &str) -> Result<Response<Body>, Refusal> {
    let act = Act::parse(name).ok_or(Refusal::NotThere)?;
    if !call.operates() {
        return Err(Refusal::RoleTooLow);
    }
    if !possible::may(call, plan, act) {
        return Ok(to_other(plan));
    }
    let typed = Typed::of_query(call);
    match act {
        Act::Change | Act::Propose if !typed.is_there => {
            let rate = plan.last_rate();
            let now = [rate.amount.to_string(), rate.cycle.months().to_string()];
            return Ok(change::rate_form(call, plan, [&now[0], &now[1]], &[]));
        }
        Act::Move if !typed.is_there => {
            return Ok(change::day_form(call, plan, &plan.anchor.day().to_string(), &[]));
        }
        Act::Charge
        | Act::Skip
        | Act::Pause
        | Act::Resume
        | Act::Change
        | Act::Propose
        | Act::Withdraw
        | Act::Move
        | Act::End => {}
    }
    let wish = match typed.wish(call, plan, act) {
        Ok(wish) => wish,
        Err(problems) => return Ok(typed.form(call, plan, act, &problems)),
    };
    let stepped = step(call, plan, wish).await?;
    let (title, back) = ((call.words().act)(act).title, address_of(&plan.id));
    Ok(match stepped {
        Ok(step) => question(call, plan, wish, step),
        Err(Hindrance::MovedOn) => to_other(plan),
        Err(Hindrance::Typed(field, problem)) => typed.form(call, plan, act, &[(field, problem)]),
        Err(Hindrance::Now(why)) => facts::cannot(call, title, why, back, StatusCode::OK),
    })
}

/// Does what the question asked, in place of what it showed.
pub(crate) async fn carry_out(call: &Call<'_>, plan: &Plan) -> Result<Response<Body>, Refusal> {
    let act = Act::parse(call.visit.field("act")).ok_or(Refusal::Unreadable)?;
    let shown = call.visit.field("version").parse() == Ok(plan.version);
    if !shown || !possible::may(call, plan, act) {
        return Ok(to_other(plan));
    }
    let typed = Typed::of_form(call);
    let wish = match typed.wish(call, plan, act) {
        Ok(wish) if wish.act() == act => wish,
        Ok(_) => return Ok(to_other(plan)), // what the question said holds no more: it takes the buyer's agreement, or none
        Err(problems) => return Ok(typed.form(call, plan, act, &problems)),
    };
    let step = match step(call, plan, wish).await? {
        Ok(step) => step,
        Err(Hindrance::MovedOn | Hindrance::Typed(..)) => return Ok(to_other(plan)),
        Err(Hindrance::Now(why)) => {
            let title = (call.words().act)(act).title;
            return Ok(facts::cannot(call, title, why, address_of(&plan.id), StatusCode::CONFLICT));
        }
    };
    match call.deps.console.noted(&call.visit.user, step.action, write(call, &step.next)).await {
        Ok(()) => {
            tracing::info!(plan.id = %plan.id, merchant.id = %plan.merchant, act = act.name(), "a regular purchase was changed");
            Ok(answer::see_other(&format!("{}?done={}", address_of(&plan.id), act.name())))
        }
        Err(StoreError::Conflict) => Ok(to_other(plan)),
        Err(error) => Err(error.into()),
    }
}

/// # Errors
/// [`StoreError::Conflict`] when somebody wrote it first.
async fn write(call: &Call<'_>, next: &Plan) -> Result<(), StoreError> {
    match call.deps.plans.put(next).await? {
        PlanWritten::Done => Ok(()),
        PlanWritten::Refused(_) => Err(StoreError::Conflict),
    }
}

/// To the purchase, which stands otherwise than the question showed.
fn to_other(plan: &Plan) -> Response<Body> {
    answer::see_other(&format!("{}?done=other", address_of(&plan.id)))
}

/// What comes of a wish, from what is stored now.
async fn step(call: &Call<'_>, plan: &Plan, wish: Wish) -> Result<Result<Step, Hindrance>, Refusal> {
    match wish {
        Wish::Plain(Act::Charge) => charge(call, plan).await,
        Wish::Plain(act @ (Act::Resume | Act::Skip)) => {
            let payment = call.period_payment(plan).await?;
            Ok(let_go(call, plan, act, payment.as_ref()))
        }
        Wish::Plain(act) => Ok(plain(call, plan, act).ok_or(Hindrance::MovedOn)),
        Wish::Rate(_, rate) => Ok(of_rate(call, plan, rate)),
        Wish::Day(day) => Ok(of_day(call, plan, day)),
    }
}

/// The period is charged now, by the worker that charges all of them: where the networks let the card be tried.
async fn charge(call: &Call<'_>, plan: &Plan) -> Result<Result<Step, Hindrance>, Refusal> {
    let words = call.words();
    let amount = plan.rate().amount;
    let most = call.merchant().floors.max_amount;
    if amount > most {
        return Ok(Err(Hindrance::Now((words.above_bound)(&words::money(call.lang(), most)))));
    }
    let payment = call.period_payment(plan).await?;
    if let Err(held @ (Held::Open | Held::Paid)) = plan.may_let_go(payment.as_ref(), call.visit.now) {
        return Ok(Err(Hindrance::Now((words.held)(held).to_owned())));
    }
    let card = call.deps.cards.load(&plan.merchant, &plan.owner).await?.filter(|card| card.number.is_some());
    let Some(card) = card else { return Ok(Err(Hindrance::Now(words.no_card.to_owned()))) };
    if let Some(why) = forbidden(call, &card).await? {
        return Ok(Err(Hindrance::Now(why)));
    }
    let Some(next) = plan.charged_by_hand(call.visit.now) else { return Ok(Err(Hindrance::MovedOn)) };
    let action = Action::PlanChargeAsked { plan: plan.id.clone(), period: plan.period, amount };
    let line = (words.will_charge)(&words::money(call.lang(), amount), &words::masked(&card.card));
    Ok(Ok(Step { next, action, lines: vec![line] }))
}

/// Why the networks let the merchant not try a card now, if they don't. The worker asks again before the charge.
async fn forbidden(call: &Call<'_>, card: &KeptCard) -> Result<Option<String>, Refusal> {
    let Some(tried) = card.tried(TriedBy::Merchant) else { return Ok(None) };
    let history = call.deps.tries.load(&tried).await?.history;
    let words = call.words();
    Ok(match history.may_try(call.visit.now, tried.brand, Some(card.consent.at)) {
        Ok(()) => None,
        Err(Limit::Until(then)) => Some((words.limit_until)(&words::date_time(call.lang(), then))),
        Err(Limit::Never) => Some(words.limit_never.to_owned()),
        Err(Limit::Revoked) => Some(words.limit_revoked.to_owned()),
    })
}

/// A period is let go, by skipping it or by going on behind it: never one whose charge is on its way.
fn let_go(call: &Call<'_>, plan: &Plan, act: Act, payment: Option<&Payment>) -> Result<Step, Hindrance> {
    let (words, now, id) = (call.words(), call.visit.now, plan.id.clone());
    let (next, action) = match act {
        Act::Skip => (plan.skipped(now), Action::PlanSkipped { plan: id, period: plan.period }),
        Act::Charge | Act::Pause | Act::Resume | Act::Change | Act::Propose | Act::Withdraw | Act::Move | Act::End => {
            (plan.resumed(By::Merchant, now), Action::PlanResumed { plan: id })
        }
    };
    let next = next.ok_or(Hindrance::MovedOn)?;
    let lets_go = next.period != plan.period;
    if lets_go {
        plan.may_let_go(payment, now).map_err(|held| Hindrance::Now((words.held)(held).to_owned()))?;
    }
    let mut lines = vec![match act {
        Act::Skip => leaves_out(call, plan, &next),
        Act::Charge | Act::Pause | Act::Resume | Act::Change | Act::Propose | Act::Withdraw | Act::Move | Act::End => {
            comes_next(call, &next, words.goes_on)
        }
    }];
    if lets_go && act == Act::Resume {
        lines.push(words.lets_go.to_owned());
    }
    Ok(Step { next, action, lines })
}

fn plain(call: &Call<'_>, plan: &Plan, act: Act) -> Option<Step> {
    let (now, id) = (call.visit.now, plan.id.clone());
    let (next, action) = match act {
        Act::Pause => (plan.paused(By::Merchant, now)?, Action::PlanPaused { plan: id }),
        Act::End => (plan.ended(By::Merchant, now)?, Action::PlanEnded { plan: id }),
        Act::Withdraw => (plan.withdrawn_proposal()?, Action::PlanProposalWithdrawn { plan: id }),
        Act::Charge | Act::Skip | Act::Resume | Act::Change | Act::Propose | Act::Move => return None,
    };
    let proposed = plan.proposal.filter(|_| act == Act::Withdraw);
    let lines = proposed.map(|rate| (call.words().proposal_waits)(&facts::rate(call, rate)));
    Some(Step { next, action, lines: lines.into_iter().collect() })
}

fn of_rate(call: &Call<'_>, plan: &Plan, rate: Rate) -> Result<Step, Hindrance> {
    let (words, lang, id) = (call.words(), call.lang(), plan.id.clone());
    let Rate { amount, cycle } = rate;
    let from_to = (words.from_to)(&facts::rate(call, plan.last_rate()), &facts::rate(call, rate));
    let (next, action, line) = match plan.changed(rate, call.visit.now) {
        Ok(next) => {
            let from = next.then.last().map(|then| words::format::day(lang, then.from)).unwrap_or_default();
            (next, Action::PlanChanged { plan: id, amount, cycle }, (words.holds_from)(&from))
        }
        Err(ChangeError::NeedsAgreement) => {
            let next = plan.proposed(rate).map_err(|_| Hindrance::MovedOn)?;
            (next, Action::PlanProposed { plan: id, amount, cycle }, (words.asks_buyer)(&plan.mail))
        }
        Err(ChangeError::Same) => return Err(Hindrance::Typed("amount", ChangeProblem::Same)),
        Err(ChangeError::Ended | ChangeError::NotProposed) => return Err(Hindrance::MovedOn),
    };
    Ok(Step { next, action, lines: vec![from_to, line] })
}

fn of_day(call: &Call<'_>, plan: &Plan, day: Anchor) -> Result<Step, Hindrance> {
    if day == plan.anchor {
        return Err(Hindrance::Typed("day", ChangeProblem::Same));
    }
    let next = plan.moved_to(day, call.visit.now).ok_or(Hindrance::Typed("day", ChangeProblem::Begun))?;
    let action = Action::PlanDayMoved { plan: plan.id.clone(), day };
    let words = call.words();
    let lines = vec![
        (words.from_to)(&(words.day_of)(plan.anchor), &(words.day_of)(day)),
        comes_next(call, &next, words.moves_to),
    ];
    Ok(Step { next, action, lines })
}

fn comes_next(call: &Call<'_>, next: &Plan, text: fn(&str, &str) -> String) -> String {
    text(&facts::day(call, next.run_day()), &words::money(call.lang(), next.rate().amount))
}

/// Which dates are left out, and what comes after them. The open period is named by the day on which it was due.
fn leaves_out(call: &Call<'_>, plan: &Plan, next: &Plan) -> String {
    let lang = call.lang();
    let due = |nominal: &Date| if *nominal == plan.nominal { plan.run_day().date } else { run_day(*nominal).date };
    let days: Vec<String> = next.left_out.iter().map(|nominal| words::format::day(lang, due(nominal))).collect();
    let text = |day: &str, money: &str| (call.words().leaves_out)(&listed(lang, &days), day, money);
    text(&facts::day(call, next.run_day()), &words::money(lang, next.rate().amount))
}

/// What was typed, in an address or a form.
struct Typed {
    is_there: bool,
    amount: String,
    cycle: String,
    day: String,
}

impl Typed {
    fn of_query(call: &Call<'_>) -> Self {
        let is_there = ["amount", "cycle", "day"].iter().any(|name| call.query.value(name).is_some());
        Self::of(|name| call.asked(name).to_owned(), is_there)
    }

    fn of_form(call: &Call<'_>) -> Self {
        Self::of(|name| call.visit.field(name).to_owned(), true)
    }

    fn of(field: impl Fn(&str) -> String, is_there: bool) -> Self {
        Self { is_there, amount: field("amount"), cycle: field("cycle"), day: field("day") }
    }

    /// What is wanted. A rate is a change or a proposal by what the plan makes of it.
    fn wish(&self, call: &Call<'_>, plan: &Plan, act: Act) -> Result<Wish, Vec<(&'static str, ChangeProblem)>> {
        match act {
            Act::Change | Act::Propose => {
                let rate = change::rate(call.merchant(), &self.amount, &self.cycle)?;
                let asks = plan.changed(rate, call.visit.now) == Err(ChangeError::NeedsAgreement);
                Ok(Wish::Rate(if asks { Act::Propose } else { Act::Change }, rate))
            }
            Act::Move => Ok(Wish::Day(change::day(&self.day)?)),
            Act::Charge | Act::Skip | Act::Pause | Act::Resume | Act::Withdraw | Act::End => Ok(Wish::Plain(act)),
        }
    }

    fn form(
        &self,
        call: &Call<'_>,
        plan: &Plan,
        act: Act,
        problems: &[(&'static str, ChangeProblem)],
    ) -> Response<Body> {
        match act {
            Act::Move => change::day_form(call, plan, &self.day, problems),
            Act::Charge
            | Act::Skip
            | Act::Pause
            | Act::Resume
            | Act::Change
            | Act::Propose
            | Act::Withdraw
            | Act::End => change::rate_form(call, plan, [&self.amount, &self.cycle], problems),
        }
    }
}

impl Wish {
    const fn act(self) -> Act {
        match self {
            Self::Plain(act) | Self::Rate(act, _) => act,
            Self::Day(_) => Act::Move,
        }
    }

    /// What the question carries to its answer.
    fn fields(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Rate(_, rate) => {
                vec![("amount", rate.amount.to_string()), ("cycle", rate.cycle.months().to_string())]
            }
            Self::Day(day) => vec![("day", day.day().to_string())],
        }
    }
}

fn question(call: &Call<'_>, plan: &Plan, wish: Wish, step: Step) -> Response<Body> {
    let words = call.words();
    let text = (words.act)(wish.act());
    let page = QuestionPage {
        frame: call.frame(text.title),
        words,
        text,
        act: wish.act().name(),
        address: address_of(&plan.id),
        version: plan.version,
        fields: wish.fields(),
        facts: facts::of(call, plan),
        lines: step.lines,
        is_grave: wish.act() == Act::End,
    };
    call.page(StatusCode::OK, &page, &page.frame)
}

#[derive(Template)]
#[template(path = "question.html", whitespace = "minimize")]
struct QuestionPage {
    frame: Frame,
    words: &'static RecurringWords,
    text: ActText,
    act: &'static str,
    address: String,
    version: u32,
    fields: Vec<(&'static str, String)>,
    facts: Vec<Fact>,
    lines: Vec<String>,
    is_grave: bool,
}
