//! `/console/audit`: what was done for a merchant, newest first, and whether the log is what was written.

use std::{collections::HashMap, convert::Infallible};

use askama::Template;
use console::{Console, Frame, Refusal, Section, Visit};
use domain::{
    Clock,
    account::{Role, User},
    audit::{Actor, Entry},
    audit_chain::{Broken, HeadKey, Log, Whole, kept_since},
};
use http::{Response, StatusCode};
use inbound::{Config, KeyringError, http as answer};
use jiff::Timestamp;
use lambda_http::{Body, Request};
use store::{Logged, StoreError};
use words::console::history::{HistoryWords, broken, history};

/// Entries on a page.
const PAGE: i32 = 50;
/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        Ok(Self { console: Console::open(config, clock).await? })
    }
}

/// Shows the audit log, or checks it; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(respond(deps, &request).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let visit = deps.console.enter(request, Role::Owner).await?;
    match request.uri().path() {
        "/console/audit/verify" => verify(deps, request, &visit).await,
        _ => list(deps, request, &visit).await,
    }
}

async fn list(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let words = history(visit.lang);
    let query = request.uri().query().unwrap_or_default();
    let before: Option<u64> = query.split('&').find_map(|pair| pair.strip_prefix("before=")?.parse().ok());
    let entries = deps.console.audit().page(visit.merchant_id(), before, PAGE).await?;
    let people = deps.console.users().list(visit.merchant_id()).await?;
    let names = Names { words, people: people.iter().map(|user| (user.id.as_str(), user)).collect() };
    let last = entries.last().map(Logged::sequence);
    let older = last.filter(|number| *number > 1 && usize::try_from(PAGE).is_ok_and(|page| entries.len() == page));
    let frame = visit.frame(words.title, Section::Audit);
    let page = ListPage {
        frame: frame.clone(),
        words,
        rows: entries.iter().map(|logged| names.row_of(visit, logged)).collect(),
        older: older.map(|number| format!("/console/audit?before={number}")),
        newest: before.is_some(),
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&page, &frame)))
}

/// Reads the whole log and follows its chain.
async fn verify(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let words = history(visit.lang);
    let found = check(deps, visit).await?;
    if let Err(what) = &found {
        tracing::error!(merchant.id = %visit.merchant_id(), what = %what, "an audit log is not what was written");
    }
    let frame = visit.frame(words.verify_title, Section::Audit);
    let shown_time = |at: Timestamp| words::date_time(visit.lang, at);
    let page = VerifyPage {
        frame: frame.clone(),
        words,
        found: found.map(|whole| Checked::of(words, whole, shown_time)).map_err(|what| match what {
            Broken::HeadOld(at) => broken(visit.lang, what, &shown_time(at)),
            Broken::Missing(_)
            | Broken::Changed(_)
            | Broken::Moved(_)
            | Broken::HeadMissing(_)
            | Broken::HeadForged(_)
            | Broken::HeadDiffers(_) => broken(visit.lang, what, ""),
        }),
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&page, &frame)))
}

async fn check(deps: &Deps, visit: &Visit) -> Result<Result<Whole, Broken>, Refusal> {
    let (audit, merchant) = (deps.console.audit(), visit.merchant_id());
    // Heads first: what they cover is there before they are.
    let heads = audit.heads(merchant).await?;
    let entries = match audit.chain(merchant).await {
        Ok(entries) => entries,
        Err(StoreError::Unreadable { .. }) => return Ok(Err(Broken::Changed(0))),
        Err(error) => return Err(error.into()),
    };
    let key = deps.console.keyring().audit_key()?;
    let log = Log { merchant, entries: &entries, heads: &heads, kept_since: kept_since(visit.now) };
    Ok(log.verify(&HeadKey(&key), visit.now))
}

/// Who is who, by the ids that the log holds.
struct Names<'a> {
    words: &'static HistoryWords,
    people: HashMap<&'a str, &'a User>,
}

impl Names<'_> {
    fn row_of(&self, visit: &Visit, logged: &Logged) -> Row {
        match logged {
            Logged::Entry(entry) => self.row(visit, entry),
            Logged::Unreadable { sequence, at } => Row {
                number: *sequence,
                at: words::date_time(visit.lang, *at),
                who: String::new(),
                what: self.words.unreadable.to_owned(),
            },
        }
    }

    fn row(&self, visit: &Visit, entry: &Entry) -> Row {
        let who = match &entry.by {
            Actor::User(id) => self
                .people
                .get(id.as_str())
                .map_or_else(|| format!("{} ({id})", self.words.removed), |user| user.name.clone()),
            Actor::Operator(name) => (self.words.operator)(name),
            Actor::System => self.words.system.to_owned(),
        };
        let mut what = words::console::audit(visit.lang, &entry.action);
        for (id, user) in self.people.iter().filter(|(id, _)| what.contains(**id)).collect::<Vec<_>>() {
            what = what.replace(id, &user.name);
        }
        Row { number: entry.sequence, at: words::date_time(visit.lang, entry.at), who, what }
    }
}

struct Row {
    number: u64,
    at: String,
    who: String,
    what: String,
}

#[derive(Template)]
#[template(path = "audit.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static HistoryWords,
    rows: Vec<Row>,
    older: Option<String>,
    newest: bool,
}

#[derive(Template)]
#[template(path = "verify.html", whitespace = "minimize")]
struct VerifyPage {
    frame: Frame,
    words: &'static HistoryWords,
    found: Result<Checked, String>,
}

/// A log that is what was written, in words.
struct Checked {
    entries: String,
    /// How far it is signed, and when that was.
    signed: Option<(String, String)>,
}

impl Checked {
    fn of(words: &HistoryWords, whole: Whole, shown: impl Fn(Timestamp) -> String) -> Self {
        let signed = whole.signed_at.map(|at| ((words.up_to)(whole.signed), shown(at)));
        Self { entries: (words.count)(whole.entries), signed }
    }
}
