//! Making a key. It is shown on the answer, this once.

use std::collections::BTreeSet;

use askama::Template;
use console::{Frame, Refusal, Section};
use domain::{
    api::{ApiKey, KeyId, MAX_KEYS, MAX_LABEL, Scope},
    audit::Action,
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::Body;
use words::console::api_keys::{ApiKeysWords, api_keys};

use crate::{ADDRESS, Call, Problem};

/// Makes the key that the form asks for.
pub(crate) async fn make(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let (label, scopes) = match read(call) {
        Ok(asked) => asked,
        Err(problems) => return call.list(&problems).await,
    };
    let (deps, visit) = (call.deps, call.visit);
    let good = deps.keys.list(visit.merchant_id()).await?.iter().filter(|listed| listed.key.is_good()).count();
    if good >= MAX_KEYS {
        return call.list(&[("label", call.words().too_many)]).await;
    }
    if let Err(problem) = call.confirmed().await? {
        return call.list(&[problem]).await;
    }
    let (id, secret) = (inbound::random()?, zeroize::Zeroizing::new(inbound::random()?));
    let (key, text) = ApiKey::make(
        (visit.merchant_id().clone(), call.merchant().mode),
        (label, scopes),
        (KeyId::from_random(id), &secret),
        (visit.user.id.clone(), visit.now),
    );
    let action = Action::ApiKeyMade { key: key.id.clone(), scopes: key.scopes.iter().copied().collect() };
    deps.console.noted(&visit.user, action, deps.keys.put(&key)).await?;
    tracing::info!(merchant.id = %key.merchant, key.id = %key.id, "a key of the JSON API was made");
    let what = |lang| api_keys(lang).told_made.to_owned();
    deps.console.tell_owners(&deps.mailer, visit, &format!("key-made.{}", key.id), what).await;
    let frame = visit.frame(call.words().new, Section::Settings);
    let page = MadePage { frame: frame.clone(), words: call.words(), key: &text.expose(), path: ADDRESS };
    Ok(answer::page(call.request, StatusCode::OK, console::page(&page, &frame)))
}

fn read(call: &Call<'_>) -> Result<(String, BTreeSet<Scope>), Vec<Problem>> {
    let (words, label) = (call.words(), call.visit.field("label").trim());
    let fits = (1..=MAX_LABEL).contains(&label.chars().count()) && !domain::text::has_control(label);
    let scopes: BTreeSet<_> = Scope::ALL.into_iter().filter(|scope| call.visit.field(scope.name()) == "on").collect();
    let label = fits.then(|| label.to_owned()).ok_or(("label", words.label_wrong));
    let scopes = Some(scopes).filter(|scopes| !scopes.is_empty()).ok_or(("scopes", words.scopes_wrong));
    match (label, scopes) {
        (Ok(label), Ok(scopes)) => Ok((label, scopes)),
        (label, scopes) => Err([label.err(), scopes.err()].into_iter().flatten().collect()),
    }
}

#[derive(Template)]
#[template(path = "made.html", whitespace = "minimize")]
struct MadePage<'a> {
    frame: Frame,
    words: &'static ApiKeysWords,
    key: &'a str,
    path: &'static str,
}
