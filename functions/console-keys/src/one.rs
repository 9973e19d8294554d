//! One key: what it is, and revoking it.

use askama::Template;
use console::{Frame, Refusal, Section};
use domain::{api::ApiKey, audit::Action};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::Body;
use words::console::api_keys::{ApiKeysWords, api_keys};

use crate::{ADDRESS, Call, begins};

/// Shows a key, and the form that revokes it.
pub(crate) fn show(call: &Call<'_>, key: &ApiKey, code: Option<&'static str>) -> Response<Body> {
    let (words, lang) = (call.words(), call.visit.lang);
    let (_, state) = call.state(key);
    let frame = call.visit.frame(key.label.clone(), Section::Settings);
    let revoked = key.revoked_at.map(|at| (words.revoked, words::date_time(lang, at)));
    let facts = [
        Some((words.state, state.to_owned())),
        Some((words.begins, format!("{}…", begins(key)))),
        Some((words.made, words::date_time(lang, key.made_at))),
        revoked,
    ];
    let page = OnePage {
        frame: frame.clone(),
        words,
        facts: facts.into_iter().flatten().collect(),
        scopes: key.scopes.iter().map(|scope| ((words.means)(*scope), scope.name())).collect(),
        path: format!("{ADDRESS}/{}", key.id),
        back: ADDRESS,
        good: key.is_good(),
        label: &key.label,
        code,
    };
    let status = if code.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    answer::page(call.request, status, console::page(&page, &frame))
}

/// Revokes it. One that was revoked before stays so.
pub(crate) async fn revoke(call: &Call<'_>, key: ApiKey) -> Result<Response<Body>, Refusal> {
    let (deps, visit) = (call.deps, call.visit);
    let done = || answer::see_other(&format!("{ADDRESS}?done=revoked"));
    let Some(revoked) = key.revoke(visit.now) else { return Ok(done()) };
    if let Err((_, text)) = call.confirmed().await? {
        return Ok(show(call, &key, Some(text)));
    }
    let action = Action::ApiKeyRevoked { key: key.id.clone() };
    deps.console.noted(&visit.user, action, deps.keys.put(&revoked)).await?;
    tracing::info!(merchant.id = %key.merchant, key.id = %key.id, "a key of the JSON API was revoked");
    let what = |lang| api_keys(lang).told_revoked.to_owned();
    deps.console.tell_owners(&deps.mailer, visit, &format!("key-revoked.{}", key.id), what).await;
    Ok(done())
}

#[derive(Template)]
#[template(path = "one.html", whitespace = "minimize")]
struct OnePage<'a> {
    frame: Frame,
    words: &'static ApiKeysWords,
    facts: Vec<(&'static str, String)>,
    scopes: Vec<(&'static str, &'static str)>,
    path: String,
    back: &'static str,
    good: bool,
    label: &'a str,
    code: Option<&'static str>,
}
