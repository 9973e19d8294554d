//! `/continuation/{handle}`: the address in the shop's mail. A GET shows what would be charged, a POST cancels it; nobody is signed in.

use askama::Template;
use console::{Console, Frame, Refusal, sent_from_here};
use domain::{
    Lang, Merchant,
    audit::{Action, Actor},
    recurring::continuation::{Run, RunState},
};
use http::{Method, Response, StatusCode};
use inbound::{continuation::RunHandle, http as answer};
use lambda_http::{Body, Request};
use store::StoreError;
use words::{
    console::continuation::ContinuationWords,
    format::{grouped_number, sum},
    recurring::month,
};

use crate::{Deps, facts::Fact};

/// Shows or cancels the run of a sealed address.
pub(crate) async fn respond(deps: &Deps, request: &Request, handle: &str) -> Result<Response<Body>, Refusal> {
    let Ok(RunHandle { merchant, run }) = deps.console.keyring().unseal(handle, deps.console.now()) else {
        return Ok(over(request, Console::language(request, None)));
    };
    let opened = deps.console.merchants().load(&merchant, deps.console.keyring()).await?;
    let (Some(opened), Some(run)) = (opened, deps.runs.load(&merchant, &run).await?) else {
        return Ok(over(request, Console::language(request, None)));
    };
    let shop = &opened.merchant;
    let page = Page { request, shop, lang: Console::language(request, Some(shop.lang)), address: request.uri().path() };
    if *request.method() != Method::POST {
        return Ok(page.of(&run));
    }
    if !sent_from_here(request) {
        return Err(Refusal::Forged);
    }
    let stands = Box::pin(cancel(deps, shop, run)).await?;
    Ok(page.of(&stands))
}

/// Cancels a run that has not begun, and answers what stands then.
async fn cancel(deps: &Deps, shop: &Merchant, run: Run) -> Result<Run, Refusal> {
    if !run.may_be_cancelled() {
        return Ok(run);
    }
    let at = deps.console.now();
    let cancelled = run.now(RunState::Cancelled { by: None, at });
    let action = Action::ContinuationCancelled { run: run.id.clone(), month: run.month };
    let doing = deps.runs.put(&cancelled);
    let noted = deps.console.audit().ahead(&run.merchant, &Actor::System, &action, at, &shop.retention, doing);
    match Box::pin(noted).await {
        Ok(()) => Ok(cancelled),
        Err(StoreError::Conflict) => deps.runs.load(&run.merchant, &run.id).await?.ok_or(Refusal::NotThere),
        Err(error) => Err(error.into()),
    }
}

struct Page<'a> {
    request: &'a Request,
    shop: &'a Merchant,
    lang: Lang,
    address: &'a str,
}

impl Page<'_> {
    fn of(&self, run: &Run) -> Response<Body> {
        let words = words::console::continuation(self.lang);
        let (of, day) = (month(self.lang, run.month), words::day(self.lang, run.on));
        let told = match &run.state {
            RunState::Drawing { .. } | RunState::Open { .. } | RunState::Announced { .. } => None,
            RunState::Cancelled { .. } => Some(words.link.cancelled),
            RunState::Confirmed { .. } | RunState::Begun { .. } | RunState::NotRun { .. } => Some(words.link.too_late),
        };
        let frame = Frame::outside(self.lang, words.link.title, self.address);
        let page = LinkPage {
            frame: frame.clone(),
            words,
            told,
            lead: (words.link.lead)(&self.shop.name, &of, &day),
            facts: vec![
                (words.payments, (words.payments_of)(&grouped_number(u64::from(run.chosen.rows)))),
                (words.sum, sum(self.lang, run.chosen.yen)),
            ],
            address: self.address.to_owned(),
            plan: format!("/console/continuation/{}", run.id),
        };
        answer::page(self.request, StatusCode::OK, console::page(&page, &frame))
    }
}

/// The address opens nothing (any more).
fn over(request: &Request, lang: Lang) -> Response<Body> {
    let words = words::console::continuation(lang);
    let frame = Frame::outside(lang, words.link.title, "/console/continuation");
    let page = LinkPage {
        frame: frame.clone(),
        words,
        told: Some(words.link.over),
        lead: String::new(),
        facts: Vec::new(),
        address: String::new(),
        plan: "/console/continuation".to_owned(),
    };
    answer::page(request, StatusCode::NOT_FOUND, console::page(&page, &frame))
}

#[derive(Template)]
#[template(path = "link.html", whitespace = "minimize")]
struct LinkPage {
    frame: Frame,
    words: &'static ContinuationWords,
    /// What there is to say where nothing can be cancelled.
    told: Option<(&'static str, &'static str)>,
    lead: String,
    facts: Vec<Fact>,
    address: String,
    /// The run in the console.
    plan: String,
}
