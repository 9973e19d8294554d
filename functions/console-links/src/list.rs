//! The list, newest first. A search looks through so many links at a time and says where it stopped.

use askama::Template;
use console::{Frame, Refusal, Section};
use domain::{link::LinkState, wire::Parameters};
use http::{Response, StatusCode};
use inbound::{http as answer, links::LinkStanding};
use lambda_http::Body;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::LinkPlace;
use words::console::links::{Done, LinksWords};

use crate::{
    Visited,
    rows::{self, LinkRow},
};

/// Rows of a page.
const PAGE: usize = 50;

pub(crate) async fn show(visited: &Visited<'_>) -> Result<Response<Body>, Refusal> {
    let visit = visited.visit;
    let query = Query::of(visited);
    let fits = |standing: &LinkStanding| query.matches(standing);
    let page = visited.deps.desk.list(visit.merchant_id(), PAGE, query.after.clone(), fits).await?;
    let words = words::console::links(visit.lang);
    let rows: Vec<LinkRow> = page.links.iter().map(|standing| rows::row(standing, visit.lang, words)).collect();
    let view = ListTemplate {
        frame: visit.frame(words.title, Section::Links),
        words,
        done: query.done.map(|done| (words.done)(done)),
        may_make: visit.user.role >= domain::account::Role::Operator && visited.may_ask(),
        suspended: !visited.may_ask(),
        next: page.next.map(|place| query.address(&place)),
        states: LinkState::ALL.map(|state| (state.name(), (words.states)(state), query.state == Some(state))),
        rows,
        searched: query.searches(),
        query,
    };
    Ok(answer::page(visited.request, StatusCode::OK, console::page(&view, &view.frame)))
}

struct Query {
    text: String,
    state: Option<LinkState>,
    after: Option<LinkPlace>,
    done: Option<Done>,
}

impl Query {
    fn of(visited: &Visited<'_>) -> Self {
        let parameters = Parameters::parse(answer::parameter_bytes(visited.request)).ok();
        let text = |name: &str| {
            let value = parameters.as_ref().and_then(|parameters| parameters.value(name));
            value.and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default().trim().to_owned()
        };
        let done = match text("done").as_str() {
            "mails" => text("count").parse().ok().map(Done::Mails),
            _ => None,
        };
        Self { text: text("q"), state: LinkState::parse(&text("state")), after: LinkPlace::parse(&text("after")), done }
    }

    const fn searches(&self) -> bool {
        !self.text.is_empty() || self.state.is_some()
    }

    fn matches(&self, standing: &LinkStanding) -> bool {
        let link = &standing.link;
        let buyer = link.buyer.as_ref();
        let needle = self.text.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&needle);
        let named = needle.is_empty()
            || has(&link.item)
            || has(link.id.as_str())
            || buyer.is_some_and(|buyer| {
                has(&buyer.name) || has(&buyer.mail) || buyer.order.as_ref().is_some_and(|order| has(order.as_str()))
            });
        named && self.state.is_none_or(|state| state == standing.state)
    }

    fn address(&self, after: &LinkPlace) -> String {
        let state = self.state.map_or("", LinkState::name);
        let [text, after] =
            [self.text.as_str(), after.as_str()].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
        format!("/console/links?q={text}&state={state}&after={after}")
    }
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListTemplate {
    frame: Frame,
    words: &'static LinksWords,
    done: Option<String>,
    may_make: bool,
    suspended: bool,
    query: Query,
    states: [(&'static str, &'static str, bool); 8],
    rows: Vec<LinkRow>,
    searched: bool,
    next: Option<String>,
}
