//! `/console/team/{user}`: one person's role, app, invitation and place. Whoever was changed is signed out everywhere.

use askama::Template;
use console::{Frame, Section};
use domain::{
    RecoveryDigests,
    account::{Role, User},
    audit::Action,
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::Body;
use store::{Leaving, StoreError};
use words::console::{account_mail::PeopleChange, team::TeamWords};

use crate::{Call, Problem, Refusal, RoleChoice, role_choices};

/// Shows somebody.
pub(crate) fn show(call: &Call<'_>, user: &User, problem: Option<Problem>) -> Result<Response<Body>, Refusal> {
    let frame = call.visit.frame(user.name.clone(), Section::Team);
    let page = PersonPage {
        frame: frame.clone(),
        words: call.words(),
        path: format!("/console/team/{}", user.id),
        state: call.row(user).state,
        own: user.id == call.visit.user.id,
        since: words::date_time(call.visit.lang, user.created_at),
        problem,
        done: call.done(),
        not_mailed: call.not_mailed(),
        user,
    };
    let status = if problem.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(answer::page(call.request, status, console::page(&page, &frame)))
}

/// Does what the form asks for. The person is read again after the code was taken: it may be the owner's own record.
pub(crate) async fn change(call: &Call<'_>, user: User) -> Result<Response<Body>, Refusal> {
    let act = Act::read(call).ok_or(Refusal::Unreadable)?;
    if let Some(problem) = act.forbidden(call, &user) {
        return show(call, &user, Some(problem));
    }
    if let Err(problem) = call.confirmed().await? {
        return show(call, &user, Some(problem));
    }
    let users = call.deps.console.users();
    let user = users.find(call.visit.merchant_id(), &user.id).await?.ok_or(Refusal::NotThere)?;
    match act {
        Act::Role(role) => change_role(call, user, role).await,
        Act::ResetApp => reset_app(call, user).await,
        Act::Resend => resend(call, user).await,
        Act::Remove => remove(call, user).await,
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Act {
    Role(Role),
    ResetApp,
    Resend,
    Remove,
}

impl Act {
    fn read(call: &Call<'_>) -> Option<Self> {
        match call.visit.field("act") {
            "role" => Role::parse(call.visit.field("role")).map(Self::Role),
            "app" => Some(Self::ResetApp),
            "resend" => Some(Self::Resend),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }

    /// What can't be done to this person, whoever asks.
    fn forbidden(self, call: &Call<'_>, user: &User) -> Option<Problem> {
        match self {
            Self::ResetApp if user.id == call.visit.user.id => Some(("app", call.words().reset_app_own)),
            Self::Role(_) | Self::ResetApp | Self::Resend | Self::Remove => None,
        }
    }
}

/// The next state of somebody, in which every session of theirs is dead.
fn anew(user: &User) -> User {
    User { version: user.version.saturating_add(1), epoch: user.epoch.saturating_add(1), ..user.clone() }
}

async fn change_role(call: &Call<'_>, user: User, role: Role) -> Result<Response<Body>, Refusal> {
    let console = &call.deps.console;
    let back = format!("/console/team/{}", user.id);
    if role == user.role {
        return Ok(answer::see_other(&back));
    }
    if let Some(problem) = leaves_nobody(call, &user).await? {
        return show(call, &user, Some(problem));
    }
    let changed = User { role, ..anew(&user) };
    let action = Action::RoleChanged { user: user.id.clone(), from: user.role, to: role };
    noted(call, &user, action, console.users().update(&changed)).await?;
    if changed.is_owner() {
        console.owners().add(&changed.merchant, &changed.id).await?;
    }
    call.tell(PeopleChange::Role, &changed).await;
    Ok(answer::see_other(&format!("{back}?done=role")))
}

async fn reset_app(call: &Call<'_>, user: User) -> Result<Response<Body>, Refusal> {
    if user.password.is_none() {
        return Err(Refusal::Unreadable);
    }
    // Without an app nobody can sign in: an owner without one is no owner to rely on.
    if let Some(problem) = leaves_nobody(call, &user).await? {
        return show(call, &user, Some(problem));
    }
    let changed = User { totp: None, recovery: RecoveryDigests::default(), ..anew(&user) };
    let action = Action::SecondFactorReset { user: user.id.clone() };
    noted(call, &user, action, call.deps.console.users().update(&changed)).await?;
    call.tell(PeopleChange::AppReset, &changed).await;
    let word = if call.send_address(&changed).await { "done=app" } else { "mailed=no" };
    Ok(answer::see_other(&format!("/console/team/{}?{word}", changed.id)))
}

/// Another address, which makes the one before worthless.
async fn resend(call: &Call<'_>, user: User) -> Result<Response<Body>, Refusal> {
    if user.has_joined() {
        return Err(Refusal::Unreadable);
    }
    let (console, changed) = (&call.deps.console, anew(&user));
    let action = Action::InvitedAgain { user: user.id.clone() };
    console.noted(&call.visit.user, action, console.users().update(&changed)).await?;
    let word = if call.send_address(&changed).await { "done=resent" } else { "mailed=no" };
    Ok(answer::see_other(&format!("/console/team/{}?{word}", changed.id)))
}

async fn remove(call: &Call<'_>, user: User) -> Result<Response<Body>, Refusal> {
    if let Some(problem) = leaves_nobody(call, &user).await? {
        return show(call, &user, Some(problem));
    }
    let action = Action::Removed { user: user.id.clone(), role: user.role };
    noted(call, &user, action, call.deps.console.users().remove(&user)).await?;
    call.tell(PeopleChange::Removed, &user).await;
    Ok(answer::see_other("/console/team?done=removed"))
}

/// Notes what is done to somebody and does it. An owner is taken out of those who are certainly owners before they cease to be one.
async fn noted(
    call: &Call<'_>,
    user: &User,
    action: Action,
    change: impl Future<Output = Result<(), StoreError>> + Send,
) -> Result<(), StoreError> {
    let console = &call.deps.console;
    let doing = async {
        if user.is_owner() {
            match console.owners().leave(&user.merchant, &user.id).await? {
                Leaving::Done => {}
                // The other owner left by another door just now.
                Leaving::LastOwner => return Err(StoreError::Conflict),
            }
        }
        change.await
    };
    console.noted(&call.visit.user, action, doing).await
}

/// What is said where nobody else is an owner.
async fn leaves_nobody(call: &Call<'_>, user: &User) -> Result<Option<Problem>, Refusal> {
    let last = user.is_owner() && call.deps.console.owners().is_last(&user.merchant, &user.id).await?;
    Ok(last.then(|| ("act", call.words().last_owner)))
}

#[derive(Template)]
#[template(path = "person.html", whitespace = "minimize")]
struct PersonPage<'a> {
    frame: Frame,
    words: &'static TeamWords,
    user: &'a User,
    path: String,
    state: &'static str,
    own: bool,
    since: String,
    problem: Option<Problem>,
    done: Option<&'static str>,
    not_mailed: bool,
}

impl PersonPage<'_> {
    fn roles(&self) -> Vec<RoleChoice> {
        role_choices(self.frame.lang, self.words, self.user.role)
    }

    fn role(&self) -> &'static str {
        words::console::audit::role(self.frame.lang, self.user.role)
    }
}
