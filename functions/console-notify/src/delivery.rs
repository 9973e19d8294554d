//! One notification: what was sent, and what was answered each time.

use askama::Template;
use console::{Frame, Section, Visit};
use domain::webhook::{Attempt, Delivery, Endpoint};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use store::DeliveryPlace;
use words::console::notifications::{self as told, NotificationWords, notifications};

use crate::{address, one::mark};

/// Shows it.
pub(crate) fn show(request: &Request, visit: &Visit, endpoint: &Endpoint, delivery: &Delivery) -> Response<Body> {
    let words = notifications(visit.lang);
    let frame = visit.frame(words.delivery, Section::Notifications);
    let back = address(&endpoint.id);
    let template = DeliveryPage {
        path: format!("{back}/{}", DeliveryPlace::of(&delivery.key).address()),
        back,
        id: delivery.key.event.to_string(),
        when: words::date_time(visit.lang, delivery.key.at),
        kind: told::kind(visit.lang, delivery.kind),
        mark: mark(delivery.state),
        state: told::state(visit.lang, delivery.state),
        next: delivery.due().filter(|_| !delivery.is_dead_letter()).map(|due| words::date_time(visit.lang, due)),
        body: delivery.body.clone(),
        replays: (delivery.replays > 0).then(|| (words.replays)(delivery.replays)),
        tries: delivery.attempts.iter().rev().map(|attempt| Try::new(visit, attempt)).collect(),
        on: endpoint.is_on() && delivery.can_be_told(),
        words,
        frame: frame.clone(),
    };
    answer::page(request, StatusCode::OK, console::page(&template, &frame))
}

#[derive(Template)]
#[template(path = "delivery.html", whitespace = "minimize")]
struct DeliveryPage {
    frame: Frame,
    words: &'static NotificationWords,
    path: String,
    back: String,
    id: String,
    when: String,
    kind: &'static str,
    mark: &'static str,
    state: &'static str,
    next: Option<String>,
    body: String,
    replays: Option<String>,
    tries: Vec<Try>,
    on: bool,
}

/// A try.
struct Try {
    when: String,
    answer: String,
    took: String,
    said: String,
}

impl Try {
    fn new(visit: &Visit, attempt: &Attempt) -> Self {
        Self {
            when: words::date_time(visit.lang, attempt.at),
            answer: told::answer(visit.lang, attempt.answer),
            took: (notifications(visit.lang).took)(attempt.took_ms),
            said: attempt.said.clone(),
        }
    }
}
