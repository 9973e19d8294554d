//! `/console/team`: the people of a merchant. Inviting, changing and removing needs an owner and a fresh code, and every owner is told.

mod invite;
mod person;

use std::convert::Infallible;

use askama::Template;
use console::{AccountMails, Console, Frame, MailError, PeopleNews, Refusal, Section, Visit};
use domain::{
    Clock,
    account::{Role, User, UserId},
    audit::Action,
};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use words::console::{
    account_mail::PeopleChange,
    team::{TeamWords, team},
};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    mails: AccountMails,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        Ok(Self { console: Console::open(config, clock).await?, mails: AccountMails::new(config)? })
    }
}

/// Shows or changes who may use the console; never fails.
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
    let Some(id) = answer::path_parameter(request, "user") else {
        return if posted { invite::invite(&call).await } else { call.list(&[]).await };
    };
    let id = UserId::new(id).map_err(|_| Refusal::NotThere)?;
    let user = deps.console.users().find(visit.merchant_id(), &id).await?.ok_or(Refusal::NotThere)?;
    if posted { person::change(&call, user).await } else { person::show(&call, &user, None) }
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
    fn words(&self) -> &'static TeamWords {
        team(self.visit.lang)
    }

    /// What was done by the request before this one.
    fn done(&self) -> Option<&'static str> {
        let query = self.request.uri().query().unwrap_or_default();
        query.split('&').find_map(|pair| pair.strip_prefix("done=")).and_then(self.words().done)
    }

    /// The address says that a mail did not go out.
    fn not_mailed(&self) -> bool {
        self.request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "mailed=no"))
    }

    /// The list, and the form to invite somebody.
    async fn list(&self, problems: &[Problem]) -> Result<Response<Body>, Refusal> {
        let mut users = self.deps.console.users().list(self.visit.merchant_id()).await?;
        users.sort_by(|one, other| other.role.cmp(&one.role).then_with(|| one.created_at.cmp(&other.created_at)));
        let people = users.iter().map(|user| self.row(user)).collect();
        let frame = self.visit.frame(self.words().title, Section::Team);
        let page = ListPage {
            frame: frame.clone(),
            words: self.words(),
            people,
            problems,
            done: self.done(),
            not_mailed: self.not_mailed(),
            mail: self.visit.field("mail"),
            name: self.visit.field("name"),
            role: Role::parse(self.visit.field("role")).unwrap_or(Role::Operator),
            english: self.visit.field("lang") == "en",
        };
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok(answer::page(self.request, status, console::page(&page, &frame)))
    }

    fn row(&self, user: &User) -> Row {
        let words = self.words();
        let (mark, state) = match (&user.password, &user.totp) {
            (Some(_), Some(_)) => ("good", words.joined),
            (Some(_), None) => ("open", words.without_app),
            (None, _) => ("over", words.invited),
        };
        Row {
            path: format!("/console/team/{}", user.id),
            name: user.name.clone(),
            mail: user.mail.clone(),
            role: words::console::audit::role(self.visit.lang, user.role),
            mark,
            state,
            you: user.id == self.visit.user.id,
        }
    }

    /// To all owners: people were changed.
    async fn tell(&self, change: PeopleChange, person: &User) {
        let news = PeopleNews { change, person, by: Some(&self.visit.user), at: self.visit.now };
        let users = self.deps.console.users();
        let sent = self.deps.mails.tell_owners(users, &self.visit.merchant.merchant, &news).await;
        mailed(sent);
    }

    /// The mail with the address to join. What was done stays done if it does not go out.
    async fn send_address(&self, user: &User) -> bool {
        let keyring = self.deps.console.keyring();
        mailed(self.deps.mails.join(keyring, &self.visit.merchant.merchant, user, self.visit.now).await)
    }

    async fn note(&self, action: Action) -> Result<(), Refusal> {
        Ok(self.deps.console.note(self.visit, action).await?)
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

/// Whether a mail went out.
fn mailed(sent: Result<(), MailError>) -> bool {
    if let Err(error) = &sent {
        tracing::error!(error = %domain::Causes::of(error), "a mail of the console was not sent");
    }
    sent.is_ok()
}

/// Somebody in the list.
struct Row {
    path: String,
    name: String,
    mail: String,
    role: &'static str,
    mark: &'static str,
    state: &'static str,
    you: bool,
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage<'a> {
    frame: Frame,
    words: &'static TeamWords,
    people: Vec<Row>,
    problems: &'a [Problem],
    done: Option<&'static str>,
    not_mailed: bool,
    mail: &'a str,
    name: &'a str,
    role: Role,
    english: bool,
}

impl ListPage<'_> {
    fn problem(&self, field: &str) -> Option<&'static str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, text)| *text)
    }

    /// The roles, and which is chosen.
    fn roles(&self) -> Vec<RoleChoice> {
        role_choices(self.frame.lang, self.words, self.role)
    }
}

/// A role to choose.
struct RoleChoice {
    value: &'static str,
    name: &'static str,
    means: &'static str,
    chosen: bool,
}

fn role_choices(lang: domain::Lang, words: &TeamWords, chosen: Role) -> Vec<RoleChoice> {
    let choice = |role: Role| RoleChoice {
        value: role.name(),
        name: words::console::audit::role(lang, role),
        means: (words.means)(role),
        chosen: role == chosen,
    };
    [Role::Viewer, Role::Operator, Role::Owner].map(choice).into()
}
