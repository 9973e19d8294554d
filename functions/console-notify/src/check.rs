//! "Check my endpoint": sends what an attacker and a bad network send, and says what the endpoint got wrong.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{
    audit::Action,
    webhook::{self, Answer, Endpoint, Event, Form, HmacSecret, Mark, Probe, SigningKey, Unheard},
};
use http::{Response, StatusCode};
use inbound::{
    http as answer,
    notification::{headers, signed_headers},
};
use jiff::SignedDuration;
use lambda_http::{Body, Request};
use outbound::notify::Notification;
use words::console::notifications::{self as told, NotificationWords, notifications};

use crate::{Deps, address};

/// How old a notification is that somebody sends again.
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);
/// What all tries may take, so that the page is answered within the function's time (28 s) whatever the last one takes (15 s). Milliseconds.
const ALL_MS: u32 = 11_000;

/// Tries the endpoint out, and shows how it did.
pub(crate) async fn run(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    endpoint: &Endpoint,
) -> Result<Response<Body>, Refusal> {
    deps.console.note(visit, Action::EndpointTried { endpoint: endpoint.id.clone() }).await?;
    let random = u64::from_be_bytes(inbound::random()?);
    let mut spent_ms = 0_u32;
    let mut results = Vec::with_capacity(Probe::ALL.len());
    for probe in Probe::ALL {
        // whoever is that slow has got its mark, and is not waited for again
        let (answer, took_ms) = if spent_ms > ALL_MS {
            (Answer::Unheard(Unheard::Rests), 0)
        } else {
            let heard =
                deps.notifier.send(&endpoint.address, &notification(deps, visit, endpoint, probe, random)?).await;
            (heard.answer, heard.took_ms)
        };
        spent_ms = spent_ms.saturating_add(took_ms);
        results.push(Tried::new(visit, probe, answer, took_ms));
    }
    let words = notifications(visit.lang);
    let frame = visit.frame(words.check_title, Section::Notifications);
    let template = CheckPage {
        all_good: results.iter().all(|tried| tried.good),
        results,
        back: address(&endpoint.id),
        words,
        frame: frame.clone(),
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&template, &frame)))
}

/// What is sent for a probe.
fn notification(
    deps: &Deps,
    visit: &Visit,
    endpoint: &Endpoint,
    probe: Probe,
    random: u64,
) -> Result<Notification, Refusal> {
    // the first two are one event; what comes after it tells of an older state, or is another event of the same object
    let (nth, sequence) = match probe {
        Probe::Genuine | Probe::Duplicate => (0, 2),
        Probe::OutOfOrder => (0, 1),
        Probe::ChangedBody => (1, 3),
        Probe::ForeignKey => (2, 3),
        Probe::Replayed => (3, 3),
    };
    let at = match probe {
        Probe::Replayed => visit.now.saturating_sub(AN_HOUR).unwrap_or(jiff::Timestamp::MIN),
        Probe::Genuine | Probe::Duplicate | Probe::OutOfOrder | Probe::ChangedBody | Probe::ForeignKey => visit.now,
    };
    let event = Event::test(visit.merchant_id().clone(), random.wrapping_add(nth), sequence, at);
    let merchant = &visit.merchant.merchant;
    let body = webhook::body(&event, Form::Json, &endpoint.id, merchant, None).ok().flatten();
    let body = body.ok_or(Refusal::Unreadable)?;
    let id = event.id.as_str();
    let signed = signed_headers(deps.console.keyring(), endpoint, id, &body, at)?;
    let (headers, body) = match probe {
        Probe::Genuine | Probe::Duplicate | Probe::OutOfOrder | Probe::Replayed => (signed, body),
        Probe::ChangedBody => (signed, body.replace("endpoint.test", "payment.succeeded")),
        Probe::ForeignKey => {
            let (secret, key) =
                (HmacSecret::from_bytes(inbound::random()?), SigningKey::from_bytes(inbound::random()?));
            let foreign = headers(id, &body, at, &[secret], &[key]);
            (foreign, body)
        }
    };
    Ok(Notification { content_type: "application/json", headers, body })
}

#[derive(Template)]
#[template(path = "check.html", whitespace = "minimize")]
struct CheckPage {
    frame: Frame,
    words: &'static NotificationWords,
    back: String,
    all_good: bool,
    results: Vec<Tried>,
}

/// How a probe went.
struct Tried {
    what: &'static str,
    answer: String,
    took: String,
    colour: &'static str,
    mark: &'static str,
    good: bool,
}

impl Tried {
    fn new(visit: &Visit, probe: Probe, answer: Answer, took_ms: u32) -> Self {
        let mark = probe.mark(answer, took_ms);
        let (colour, good) = match mark {
            Mark::Good => ("good", true),
            Mark::Slow => ("open", false),
            Mark::Believed | Mark::Refused | Mark::Silent => ("bad", false),
        };
        Self {
            what: told::probe(visit.lang, probe),
            answer: told::answer(visit.lang, answer),
            took: (notifications(visit.lang).took)(took_ms),
            colour,
            mark: told::mark(visit.lang, mark),
            good,
        }
    }
}
