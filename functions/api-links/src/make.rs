//! Makes a link by the rules of the console's form, under a name drawn for the call.

use api::{
    Answer, Problem, Run, Visit, body,
    wire::link::{Destination, LinkRequest, Mailing},
};
use domain::{
    LinkId,
    api::{Code, Fault},
    link::Link,
};
use inbound::links::{Entry, FIELDS, Made};
use words::console::links::LinkProblem;

use crate::{Deps, STARTED, standing};

pub(crate) async fn make(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked: LinkRequest = body(visit.request)?;
    deps.api.once(visit, &asked, STARTED, |run| Box::pin(carry_out(deps, visit, &asked, run))).await
}

async fn carry_out(deps: &Deps, visit: &Visit<'_>, asked: &LinkRequest, run: Run) -> Result<Answer, Problem> {
    let id = LinkId::from_random(*run.nonce.as_bytes());
    if run.is_resumed
        && let Some(link) = deps.links.load_of(visit.merchant_id(), &id).await?
    {
        return standing(deps, visit, 201, link).await; // this call got so far before it was cut off
    }
    visit.trades()?;
    let link = link(visit, asked, id, run)?;
    let link = match asked.mailing {
        // Made and asked for in one write: no mail is forgotten between two.
        Some(Mailing::Now) => {
            let asked = link.ask_sending(run.begun_at).map(|asked| Link { version: 1, ..asked });
            asked.ok_or_else(|| Problem::field(Code::FieldRefused, "mail", Fault::Missing))?
        }
        Some(Mailing::Later) | None => link,
    };
    match deps.desk.make(link).await? {
        Made::Stands(link) => {
            tracing::info!(link.id = %link.id, merchant.id = %link.merchant, "a payment link was made by the API");
            standing(deps, visit, 201, *link).await
        }
        Made::Taken => Err(Problem::new(Code::OrderUsed)),
    }
}

/// The link that is asked for: the same for each invocation that works on the call.
fn link(visit: &Visit<'_>, asked: &LinkRequest, id: LinkId, run: Run) -> Result<Link, Problem> {
    let destination = asked.destination.map(Destination::number);
    if destination.is_some_and(|number| visit.merchant().destination(number).is_none()) {
        return Err(Problem::field(Code::FieldRefused, "destination", Fault::NotRegistered));
    }
    let fields: Vec<(&str, String)> = FIELDS.iter().map(|name| (*name, asked.field(name))).collect();
    let entry = Entry::of_texts(|name| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text));
    let made = entry.link(id, run.begun_at, visit.merchant(), run.begun_at);
    made.map_err(|problems| Problem {
        fields: problems.iter().flat_map(|problem| wrong(asked, problem)).collect(),
        ..Problem::new(Code::FieldRefused)
    })
}

/// The fields that a problem is about, each with what is wrong with it.
fn wrong(asked: &LinkRequest, problem: &LinkProblem) -> Vec<(String, Fault)> {
    if !matches!(problem, LinkProblem::BuyerIncomplete) {
        return vec![(problem.field().to_owned(), fault(problem))];
    }
    let missing = ["name", "mail"].into_iter().filter(|field| asked.field(field).trim().is_empty());
    missing.map(|field| (field.to_owned(), Fault::Missing)).collect()
}

const fn fault(problem: &LinkProblem) -> Fault {
    match problem {
        LinkProblem::Missing(_) | LinkProblem::BuyerIncomplete => Fault::Missing,
        LinkProblem::TooLong(_) => Fault::TooLong,
        LinkProblem::CardNumber(_) => Fault::CardNumber,
        LinkProblem::Character(_, None) => Fault::ControlCharacter,
        LinkProblem::AmountRange(_) => Fault::OutOfRange,
        LinkProblem::OrderReserved => Fault::Reserved,
        LinkProblem::DayOver => Fault::Over,
        LinkProblem::BuyerOnce | LinkProblem::BuyerOfOffer => Fault::Contradicts,
        LinkProblem::Character(_, Some(_))
        | LinkProblem::AmountMalformed
        | LinkProblem::DayMalformed
        | LinkProblem::Days
        | LinkProblem::MailMalformed
        | LinkProblem::OrderMalformed
        | LinkProblem::OrderUsed
        | LinkProblem::File(_)
        | LinkProblem::FileMissing => Fault::Malformed,
    }
}
