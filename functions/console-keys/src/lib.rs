//! `/console/keys`: the keys of the JSON API. Making and revoking one needs an owner and a fresh code, and every owner is told.

mod make;
mod one;

use std::convert::Infallible;

use askama::Template;
use console::{Console, Frame, Refusal, Section, Visit};
use domain::{
    Clock, Merchant,
    account::Role,
    api::{ApiKey, KeyId, Scope},
};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use outbound::Mailer;
use store::{ApiKeys, KeyUse};
use words::console::api_keys::{ApiKeysWords, api_keys};

const ADDRESS: &str = "/console/keys";

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    keys: ApiKeys,
    mailer: Mailer,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        Ok(Self {
            console: Console::open(config, clock).await?,
            keys: ApiKeys::new(config.table()?),
            mailer: Mailer::new(config.sdk(), config.required("MAIL_SENDER")?),
        })
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(respond(deps, &request).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let visit = deps.console.enter(request, Role::Owner).await?;
    let call = Call { deps, request, visit: &visit };
    let posted = *request.method() == Method::POST;
    let Some(id) = answer::path_parameter(request, "key") else {
        return if posted { make::make(&call).await } else { call.list(&[]).await };
    };
    let id = KeyId::new(id).map_err(|_| Refusal::NotThere)?;
    let key = deps.keys.load(visit.merchant_id(), &id).await?.ok_or(Refusal::NotThere)?;
    if posted { one::revoke(&call, key).await } else { Ok(one::show(&call, &key, None)) }
}

/// A field and what is wrong with it.
type Problem = (&'static str, &'static str);

/// A request of an owner.
struct Call<'a> {
    deps: &'a Deps,
    request: &'a Request,
    visit: &'a Visit,
}

impl Call<'_> {
    fn words(&self) -> &'static ApiKeysWords {
        api_keys(self.visit.lang)
    }

    fn merchant(&self) -> &Merchant {
        &self.visit.merchant.merchant
    }

    /// The list, and the form to make a key.
    async fn list(&self, problems: &[Problem]) -> Result<Response<Body>, Refusal> {
        let words = self.words();
        let keys = self.deps.keys.list(self.visit.merchant_id()).await?;
        let frame = self.visit.frame(words.title, Section::Settings);
        let revoked =
            self.request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "done=revoked"));
        let page = ListPage {
            frame: frame.clone(),
            words,
            keys: keys.iter().map(|key| self.row(key)).collect(),
            problems,
            done: revoked.then_some(words.done_revoked),
            label: self.visit.field("label"),
            choices: Scope::ALL.map(|scope| self.choice(scope)),
        };
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok(answer::page(self.request, status, console::page(&page, &frame)))
    }

    fn row(&self, KeyUse { key, used_at }: &KeyUse) -> Row {
        let (mark, state) = self.state(key);
        let used = used_at.map_or_else(|| self.words().never.to_owned(), |at| words::date_time(self.visit.lang, at));
        Row {
            path: format!("{ADDRESS}/{}", key.id),
            label: key.label.clone(),
            begins: begins(key),
            scopes: scope_names(key),
            used,
            mark,
            state,
        }
    }

    /// How a key stands, and how that is marked.
    fn state(&self, key: &ApiKey) -> (&'static str, &'static str) {
        let words = self.words();
        match (key.is_good(), key.mode == self.merchant().mode) {
            (false, _) => ("over", words.revoked),
            (true, false) => ("open", words.other_mode),
            (true, true) => ("good", words.good),
        }
    }

    fn choice(&self, scope: Scope) -> Choice {
        Choice {
            name: scope.name(),
            means: (self.words().means)(scope),
            chosen: self.visit.field(scope.name()) == "on",
        }
    }

    /// A fresh code of the owner's own app, or what to say of it.
    async fn confirmed(&self) -> Result<Result<(), Problem>, Refusal> {
        match self.deps.console.confirm(self.visit, self.visit.field("totp")).await {
            Ok(()) => Ok(Ok(())),
            Err(Refusal::TotpWrong) => Ok(Err(("totp", self.words().code_wrong))),
            Err(other) => Err(other),
        }
    }
}

/// What a key begins with: enough to tell keys apart, and no part of the secret.
fn begins(key: &ApiKey) -> String {
    format!("{}{}", key.begins(), key.id.as_str().get(..6).unwrap_or_default())
}

fn scope_names(key: &ApiKey) -> String {
    let names: Vec<_> = key.scopes.iter().map(|scope| scope.name()).collect();
    names.join(", ")
}

/// A key in the list.
struct Row {
    path: String,
    label: String,
    begins: String,
    scopes: String,
    used: String,
    mark: &'static str,
    state: &'static str,
}

/// A scope to choose.
struct Choice {
    name: &'static str,
    means: &'static str,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage<'a> {
    frame: Frame,
    words: &'static ApiKeysWords,
    keys: Vec<Row>,
    problems: &'a [Problem],
    done: Option<&'static str>,
    label: &'a str,
    choices: [Choice; 10],
}

impl ListPage<'_> {
    fn problem(&self, field: &str) -> Option<&'static str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, text)| *text)
    }
}
