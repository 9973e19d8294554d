//! The list of endpoints, and the form that makes one.

use std::collections::BTreeSet;

use askama::Template;
use console::{EndpointWish, Frame, Refusal, Section, Visit, new_endpoint};
use domain::{
    account::Role,
    audit::{Action, EndpointChange},
    handover::{AddressError, check_destination},
    merchant::{Destination, Method},
    webhook::{Endpoint, EndpointAddress, EndpointAddressError, Form, Kind},
};
use http::{Response, StatusCode};
use inbound::{SealError, http as answer};
use lambda_http::{Body, Request};
use store::MerchantEndpoints;
use words::console::{
    notifications::{NotificationWords, notifications},
    settings::address_problem,
};

use crate::{Deps, address, change, one};

/// What of a new endpoint has to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    /// It is no address that may be registered.
    Address(AddressError),
    /// It is one that is never called.
    Refused,
    /// Nothing was chosen that its form can tell.
    Kinds,
    /// The code of the app.
    Code,
}

/// Shows the endpoints, and to owners the form for another.
pub(crate) async fn show(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    page(deps, request, visit, None).await
}

/// Makes an endpoint, and shows its secret this once.
pub(crate) async fn make(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    if visit.user.role < Role::Owner {
        return Err(Refusal::RoleTooLow);
    }
    if has_most(&deps.endpoints.of(visit.merchant_id()).await?) {
        return show(deps, request, visit).await;
    }
    let wish = match wish(deps, visit) {
        Ok(wish) => wish,
        Err(problem) => return page(deps, request, visit, Some(problem)).await,
    };
    match deps.console.confirm(visit, visit.field("totp")).await {
        Ok(()) => {}
        Err(Refusal::TotpWrong) => return page(deps, request, visit, Some(Problem::Code)).await,
        Err(refusal) => return Err(refusal),
    }
    let made = new_endpoint(visit.merchant_id(), wish, deps.console.keyring(), visit.now);
    let (endpoint, secret) = made.map_err(|_| SealError::Foreign)?;
    let action = Action::EndpointChanged { endpoint: endpoint.id.clone(), change: EndpointChange::Made };
    deps.console.noted(&visit.user, action, deps.endpoints.put(&endpoint)).await?;
    change::tell_owners(deps, visit, &endpoint, EndpointChange::Made).await;
    Ok(one::secret(request, visit, &endpoint, &secret))
}

fn wish(deps: &Deps, visit: &Visit) -> Result<EndpointWish, Problem> {
    let (typed, local) = (visit.field("address").trim(), deps.local_origin.as_deref());
    let address = EndpointAddress::parse(typed, local).map_err(|error| match error {
        EndpointAddressError::Malformed(error) => Problem::Address(error),
        EndpointAddressError::Refused(_) => Problem::Refused,
    })?;
    let form = match visit.field("form") {
        "hand_over" => Form::HandOver,
        _ => Form::Json,
    };
    match form {
        Form::Json => {}
        // Whoever reads both would not know which of two values is signed.
        Form::HandOver => {
            let destination = Destination { address: typed.to_owned(), method: Method::Post };
            check_destination(&visit.merchant.merchant, &destination, local).map_err(Problem::Address)?;
        }
    }
    let kinds = chosen(visit);
    if can_hear(form, &kinds) { Ok(EndpointWish { address, form, kinds }) } else { Err(Problem::Kinds) }
}

/// Whether any of these can be told in this form.
pub(crate) fn can_hear(form: Form, kinds: &BTreeSet<Kind>) -> bool {
    match form {
        Form::Json => !kinds.is_empty(),
        Form::HandOver => kinds.iter().any(|kind| kind.is_result()),
    }
}

/// The events that are ticked in a form.
pub(crate) fn chosen(visit: &Visit) -> BTreeSet<Kind> {
    Kind::CHOICES.into_iter().filter(|kind| visit.field(kind.name()) == "on").collect()
}

async fn page(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    problem: Option<Problem>,
) -> Result<Response<Body>, Refusal> {
    let words = notifications(visit.lang);
    let frame = visit.frame(words.title, Section::Notifications);
    let all = deps.endpoints.of(visit.merchant_id()).await?;
    for error in &all.unreadable {
        tracing::error!(error = %domain::Causes::of(error), "an endpoint is unreadable and is not listed");
    }
    let (full, owner) = (has_most(&all), visit.user.role >= Role::Owner);
    let typed = visit.form().is_some();
    let kinds = Kind::CHOICES.into_iter().map(|kind| {
        // a result is what nearly everybody wants
        let ticked =
            if typed { visit.field(kind.name()) == "on" } else { kind.is_result() || kind == Kind::PaymentPending };
        (kind.name(), words::console::notifications::kind(visit.lang, kind), ticked)
    });
    let told = |wanted: Problem, text: &'static str| (problem == Some(wanted)).then_some(text);
    let wrong_address = match problem {
        Some(Problem::Address(AddressError::NotHttps)) => Some(words.bad_address),
        Some(Problem::Address(error)) => Some(address_problem(visit.lang, error)),
        Some(Problem::Refused) => Some(words.refused_address),
        Some(Problem::Kinds | Problem::Code) | None => None,
    };
    let template = ListPage {
        words,
        entries: all.endpoints.iter().map(|endpoint| Entry::new(visit, endpoint)).collect(),
        full,
        owner,
        address: visit.field("address").to_owned(),
        hand_over: visit.field("form") == "hand_over",
        kinds: kinds.collect(),
        wrong_address,
        wrong_kinds: told(Problem::Kinds, words.no_events),
        wrong_code: told(Problem::Code, frame.words.totp_wrong.lead),
        removed: removed(request),
        frame: frame.clone(),
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(answer::page(request, status, console::page(&template, &frame)))
}

/// Whether a merchant has as many as there can be.
fn has_most(all: &MerchantEndpoints) -> bool {
    all.endpoints.len().saturating_add(all.unreadable.len()) >= Endpoint::MOST
}

fn removed(request: &Request) -> bool {
    request.uri().query().unwrap_or_default().split('&').any(|pair| pair == "done=removed")
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static NotificationWords,
    entries: Vec<Entry>,
    /// There are as many as there can be.
    full: bool,
    /// The visitor may make one.
    owner: bool,
    address: String,
    hand_over: bool,
    kinds: Vec<(&'static str, &'static str, bool)>,
    wrong_address: Option<&'static str>,
    wrong_kinds: Option<&'static str>,
    wrong_code: Option<&'static str>,
    removed: bool,
}

/// An endpoint in the list.
struct Entry {
    page: String,
    address: String,
    state: one::State,
}

impl Entry {
    fn new(visit: &Visit, endpoint: &Endpoint) -> Self {
        Self {
            page: address(&endpoint.id),
            address: endpoint.address.as_str().to_owned(),
            state: one::State::of(visit, endpoint),
        }
    }
}
