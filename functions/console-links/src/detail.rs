//! One link: its address and QR code, how it stands, its mail; revoking it asks first.

use askama::Template;
use console::{Frame, Refusal, Section, qr_svg};
use domain::{
    LinkId,
    account::Role,
    audit::Action,
    link::{Link, LinkState, Sending},
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::{http as answer, links::LinkStanding};
use lambda_http::Body;
use store::StoreError;
use words::{
    console::links::{Done, LinksWords},
    date_time,
};

use crate::{
    Visited,
    make::{page_rows, uses},
    rows::{amount, mark},
};

/// Shows a link, or the question whether to revoke it.
pub(crate) async fn show(visited: &Visited<'_>, name: &str) -> Result<Response<Body>, Refusal> {
    let standing = standing(visited, name).await?;
    let query = Parameters::parse(answer::parameter_bytes(visited.request)).ok();
    let is = |name: &str, value: &str| query.as_ref().and_then(|query| query.value(name)) == Some(value.as_bytes());
    if is("act", "revoke") && is_open(standing.state) {
        return Ok(question(visited, &standing.link));
    }
    let done = [("made", Done::Made), ("sending", Done::Sending), ("revoked", Done::Revoked)];
    let done = done.into_iter().find(|(word, _)| is("done", word)).map(|(_, done)| done);
    Ok(page(visited, &standing, done))
}

/// Sends a link's mail, or revokes the link.
pub(crate) async fn act(visited: &Visited<'_>, name: &str) -> Result<Response<Body>, Refusal> {
    let (deps, visit) = (visited.deps, visited.visit);
    let LinkStanding { link, state, .. } = standing(visited, name).await?;
    let (id, path) = (link.id.clone(), format!("/console/links/{}", link.id));
    if !is_open(state) {
        return Ok(answer::see_other(&path)); // paid, expired or revoked by now: the page says so
    }
    match visit.field("act") {
        "send" if !visited.may_ask() => Ok(answer::see_other("/console/links")), // which says why
        "send" => {
            if link.ask_sending(visit.now).is_some() {
                let asking = deps.desk.ask_sending(link);
                match deps.console.noted(&visit.user, Action::LinkSent { link: id }, asking).await {
                    Ok(_) => {}
                    Err(StoreError::Conflict) => return Ok(answer::see_other(&path)), // a colleague was first: the page says how it stands
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(answer::see_other(&format!("{path}?done=sending")))
        }
        "revoke" => {
            if link.revoke(visit.now).is_some() {
                let revoking = deps.desk.change(link, |link, now| link.revoke(now));
                match deps.console.noted(&visit.user, Action::LinkRevoked { link: id.clone() }, revoking).await {
                    Ok(_) => {}
                    Err(StoreError::Conflict) => return Ok(answer::see_other(&path)),
                    Err(error) => return Err(error.into()),
                }
                tracing::info!(link.id = %id, merchant.id = %visit.merchant_id(), "a payment link was revoked");
            }
            Ok(answer::see_other(&format!("{path}?done=revoked")))
        }
        _ => Err(Refusal::Unreadable),
    }
}

async fn standing(visited: &Visited<'_>, name: &str) -> Result<LinkStanding, Refusal> {
    let id = LinkId::new(name).map_err(|_| Refusal::NotThere)?;
    let link = visited.deps.links.load_of(visited.visit.merchant_id(), &id).await?.ok_or(Refusal::NotThere)?;
    let mut standings = visited.deps.desk.standings(vec![link], visited.visit.now).await?;
    standings.pop().ok_or(Refusal::NotThere)
}

/// Whether it may be paid, sent or revoked.
const fn is_open(state: LinkState) -> bool {
    match state {
        LinkState::Open | LinkState::Unsent | LinkState::Sending | LinkState::Sent => true,
        LinkState::Paid | LinkState::LetGo | LinkState::Expired | LinkState::Revoked => false,
    }
}

fn page(visited: &Visited<'_>, standing: &LinkStanding, done: Option<Done>) -> Response<Body> {
    let (visit, link) = (visited.visit, &standing.link);
    let words = words::console::links(visit.lang);
    let address = format!("{}/l/{}", visited.deps.page_origin, link.id);
    let operates = visit.user.role >= Role::Operator;
    let view = DetailTemplate {
        frame: visit.frame(words.detail, Section::Links),
        words,
        link,
        state: (words.states)(standing.state),
        mark: mark(standing.state),
        rows: page_rows(visit.lang, &visit.merchant.merchant, link),
        made: date_time(visit.lang, link.made_at),
        until: link.expires_at.map_or_else(|| words.no_end.to_owned(), |at| date_time(visit.lang, at)),
        revoked: link.revoked_at.map(|at| date_time(visit.lang, at)),
        uses: uses(words, link),
        qr: qr_svg(&address, words.qr).filter(|_| is_open(standing.state)),
        address,
        payment: standing.payment.as_ref().map(|payment| format!("/console/transactions/{}", payment.key.order)),
        sending: sending(visit.lang, words, link),
        send: send_button(words, link).filter(|_| operates && visited.may_ask() && is_open(standing.state)),
        may_revoke: operates && is_open(standing.state),
        may_make: operates && visited.may_ask(),
        done: done.map(|done| (words.done)(done)),
    };
    answer::page(visited.request, StatusCode::OK, console::page(&view, &view.frame))
}

fn sending(lang: domain::Lang, words: &LinksWords, link: &Link) -> Option<String> {
    let buyer = link.buyer.as_ref()?;
    Some(match buyer.sending {
        Sending::Unsent => words.unsent.to_owned(),
        Sending::Asked { at, .. } => (words.asked_at)(&date_time(lang, at)),
        Sending::Sent { nth, at } => (words.sent_at)(nth, &date_time(lang, at)),
    })
}

fn send_button(words: &LinksWords, link: &Link) -> Option<String> {
    let buyer = link.buyer.as_ref()?;
    match buyer.sending {
        Sending::Unsent => Some((words.send)(&buyer.mail)),
        Sending::Asked { .. } => None,
        Sending::Sent { .. } => Some((words.send_again)(&buyer.mail)),
    }
}

fn question(visited: &Visited<'_>, link: &Link) -> Response<Body> {
    let visit = visited.visit;
    let words = words::console::links(visit.lang);
    let amount = amount(visit.lang, words, link);
    let view = QuestionTemplate {
        frame: visit.frame(words.revoke_title, Section::Links),
        words,
        what: (words.revoke_what)(&link.item, &amount),
        button: (words.revoke_button)(&amount),
        path: format!("/console/links/{}", link.id),
    };
    answer::page(visited.request, StatusCode::OK, console::page(&view, &view.frame))
}

#[derive(Template)]
#[template(path = "detail.html", whitespace = "minimize")]
struct DetailTemplate<'a> {
    frame: Frame,
    words: &'static LinksWords,
    link: &'a Link,
    state: &'static str,
    mark: &'static str,
    rows: Vec<(String, String)>,
    made: String,
    until: String,
    revoked: Option<String>,
    uses: &'static str,
    qr: Option<String>,
    address: String,
    payment: Option<String>,
    sending: Option<String>,
    send: Option<String>,
    may_revoke: bool,
    may_make: bool,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "revoke.html", whitespace = "minimize")]
struct QuestionTemplate {
    frame: Frame,
    words: &'static LinksWords,
    what: String,
    button: String,
    path: String,
}
