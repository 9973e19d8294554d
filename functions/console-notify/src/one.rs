//! One endpoint: how it fares, its keys, what can be done with it, and the log of what was sent.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{
    Lang,
    account::Role,
    clock::japan_date,
    webhook::{
        Delivery, DeliveryState, Endpoint, EndpointState, Form, Gate, HmacSecret, Kind, Replay, ReplayState, Sent,
    },
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::http as answer;
use jiff::civil::Date;
use lambda_http::{Body, Request};
use store::DeliveryPlace;
use words::console::notifications::{self as told, NotificationWords, notifications};

use crate::{Deps, address};

/// How many deliveries a page of the log shows.
const SHOWN: u8 = 50;

/// What a page has to say of a form that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// The code of the app was wrong.
    CodeWrong,
    /// Somebody changed the endpoint first.
    Stale,
    /// No event was chosen that its form can tell.
    NoKinds,
    /// Its form can tell neither a test nor a check.
    NoTests,
    /// The days of a period can't be read.
    Period,
    /// It is switched off, so nothing can be sent.
    Off,
    /// A period is being sent again already.
    Replaying,
}

/// Shows it.
pub(crate) async fn show(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    endpoint: &Endpoint,
) -> Result<Response<Body>, Refusal> {
    page(deps, request, visit, endpoint, None).await
}

/// Shows it with what has to be mended.
pub(crate) async fn mend(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    endpoint: &Endpoint,
    said: Said,
) -> Result<Response<Body>, Refusal> {
    page(deps, request, visit, endpoint, Some(said)).await
}

async fn page(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    endpoint: &Endpoint,
    said: Option<Said>,
) -> Result<Response<Body>, Refusal> {
    let query = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes());
    let query = query.map_err(|_| Refusal::Unreadable)?;
    let asked = |name: &str| query.value(name).and_then(|value| std::str::from_utf8(value).ok());
    let before = asked("before").map(|text| DeliveryPlace::parse(text).ok_or(Refusal::Unreadable)).transpose()?;
    let log = deps.deliveries.page(visit.merchant_id(), &endpoint.id, before.as_ref(), SHOWN).await?;
    for error in &log.unreadable {
        tracing::error!(error = %domain::Causes::of(error), "a delivery is unreadable and is not listed");
    }
    let words = notifications(visit.lang);
    let frame = visit.frame(words.one, Section::Notifications);
    let path = address(&endpoint.id);
    let kinds = Kind::CHOICES.into_iter();
    let template = OnePage {
        done: done(words, asked("done")),
        progress: deps.replays.load(visit.merchant_id(), &endpoint.id).await?.map(|replay| progress(visit, &replay)),
        problem: said.map(|said| text_of(words, &frame, said)),
        state: State::of(visit, endpoint),
        address: endpoint.address.as_str().to_owned(),
        form: match endpoint.form {
            Form::Json => words.form_json,
            Form::HandOver => words.form_hand_over,
        },
        kinds: kinds.map(|kind| (kind.name(), told::kind(visit.lang, kind), endpoint.kinds.contains(&kind))).collect(),
        keys: keys(visit, endpoint),
        keys_address: format!("{}/.well-known/kessai-notifications/{}/{}", deps.origin, endpoint.merchant, endpoint.id),
        has_before: endpoint.secrets.len() > 1,
        on: endpoint.is_on(),
        can_be_tested: endpoint.form == Form::Json,
        owner: visit.user.role >= Role::Owner,
        generation: endpoint.next_generation(),
        rows: log.deliveries.iter().map(|delivery| Row::new(visit.lang, &path, delivery)).collect(),
        older: log.next.map(|place| format!("{path}?before={}", place.address())),
        path,
        words,
        frame: frame.clone(),
    };
    let status = if said.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(answer::page(request, status, console::page(&template, &frame)))
}

/// Shows a new secret, this once.
pub(crate) fn secret(request: &Request, visit: &Visit, endpoint: &Endpoint, secret: &HmacSecret) -> Response<Body> {
    let words = notifications(visit.lang);
    let frame = visit.frame(words.secret_title, Section::Notifications);
    let template = SecretPage {
        secret: secret.expose_text().to_string(), // the page is its one reader
        path: address(&endpoint.id),
        words,
        frame: frame.clone(),
    };
    answer::page(request, StatusCode::OK, console::page(&template, &frame))
}

fn text_of(words: &NotificationWords, frame: &Frame, said: Said) -> String {
    match said {
        Said::CodeWrong => frame.words.totp_wrong.lead,
        Said::Stale => words.stale,
        Said::NoKinds => words.no_events,
        Said::NoTests => words.no_tests,
        Said::Period => words.bad_period,
        Said::Off => words.off_now,
        Said::Replaying => words.replaying_now,
    }
    .to_owned()
}

fn done(words: &NotificationWords, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "saved" => Some(words.done_saved),
        "test" => Some(words.done_test),
        "replaying" => Some(words.done_replaying),
        _ => None,
    }
}

/// How far the period has come that was sent again last.
fn progress(visit: &Visit, replay: &Replay) -> Progress {
    let (lang, words) = (visit.lang, notifications(visit.lang));
    let last_day = japan_date(replay.to).yesterday().unwrap_or(Date::MIN);
    let (mark, state) = match replay.state {
        ReplayState::Running { .. } if replay.goes_on(visit.now) => ("open", words.replay_goes_on),
        ReplayState::Running { .. } => ("bad", words.replay_stuck),
        ReplayState::Done { .. } => ("good", words.replay_done),
        ReplayState::Stopped { .. } => ("bad", words.replay_stopped),
    };
    Progress {
        period: (words.replay_of)(&japan_date(replay.from).to_string(), &last_day.to_string()),
        which: match replay.which {
            Sent::Unheard => words.unheard_only,
            Sent::All => words.all_of_them,
        },
        mark,
        state,
        counts: (words.replay_counts)(replay.looked, replay.sent),
        reached: replay.reached.as_ref().map(|key| (words.replay_reached)(&words::date_time(lang, key.at))),
    }
}

/// Public keys, and until when those before sign.
fn keys(visit: &Visit, endpoint: &Endpoint) -> Vec<(String, Option<String>)> {
    let words = notifications(visit.lang);
    let good = endpoint.keys.iter().filter(|key| key.private.until.is_none_or(|until| visit.now < until));
    good.map(|key| {
        let until = key.private.until.map(|until| (words.until)(&words::date_time(visit.lang, until)));
        (key.public.to_string(), until)
    })
    .collect()
}

/// How an endpoint fares, in words.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) mark: &'static str,
    pub(crate) text: &'static str,
    pub(crate) since: Option<String>,
}

impl State {
    pub(crate) fn of(visit: &Visit, endpoint: &Endpoint) -> Self {
        let words = notifications(visit.lang);
        let (mark, text) = match endpoint.state {
            EndpointState::On => match endpoint.health.gate(visit.now) {
                Gate::Rest | Gate::Probe => ("open", words.rests),
                Gate::Open | Gate::Slow => ("good", words.on),
            },
            EndpointState::Off { .. } => ("over", words.off),
            EndpointState::Broken { why, .. } => ("bad", told::why(visit.lang, why)),
        };
        let since = endpoint.health.failing_since;
        Self { mark, text, since: since.map(|at| (words.failing_since)(&words::date_time(visit.lang, at))) }
    }
}

#[derive(Template)]
#[template(path = "one.html", whitespace = "minimize")]
struct OnePage {
    frame: Frame,
    words: &'static NotificationWords,
    path: String,
    done: Option<&'static str>,
    progress: Option<Progress>,
    problem: Option<String>,
    state: State,
    address: String,
    form: &'static str,
    kinds: Vec<(&'static str, &'static str, bool)>,
    keys: Vec<(String, Option<String>)>,
    keys_address: String,
    /// There are keys before the present ones.
    has_before: bool,
    on: bool,
    /// Tests and the check are JSON.
    can_be_tested: bool,
    /// The visitor may change it.
    owner: bool,
    /// Which keys the page shows.
    generation: u32,
    rows: Vec<Row>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "secret.html", whitespace = "minimize")]
struct SecretPage {
    frame: Frame,
    words: &'static NotificationWords,
    secret: String,
    path: String,
}

/// The last period that was sent again.
struct Progress {
    period: String,
    which: &'static str,
    mark: &'static str,
    state: &'static str,
    counts: String,
    reached: Option<String>,
}

/// A delivery in the log.
struct Row {
    page: String,
    when: String,
    kind: &'static str,
    mark: &'static str,
    state: &'static str,
    tries: usize,
    next: String,
}

impl Row {
    fn new(lang: Lang, path: &str, delivery: &Delivery) -> Self {
        let next = match delivery.state {
            DeliveryState::Waiting { due } => words::date_time(lang, due),
            DeliveryState::Sending { .. }
            | DeliveryState::Heard { .. }
            | DeliveryState::GivenUp { .. }
            | DeliveryState::Held { .. } => String::new(),
        };
        Self {
            page: format!("{path}/{}", DeliveryPlace::of(&delivery.key).address()),
            when: words::date_time(lang, delivery.key.at),
            kind: told::kind(lang, delivery.kind),
            mark: mark(delivery.state),
            state: told::state(lang, delivery.state),
            tries: delivery.attempts.len(),
            next,
        }
    }
}

/// The colour of a delivery's state.
pub(crate) const fn mark(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Sending { .. } | DeliveryState::Waiting { .. } => "open",
        DeliveryState::Heard { .. } => "good",
        DeliveryState::GivenUp { .. } => "bad",
        DeliveryState::Held { .. } => "over",
    }
}
