//! The operation that runs or came last, for people: what, who, since when, how it stands.

use console::Refusal;
use domain::{
    ActorId, MerchantId,
    payment::{End, OperationRecord, Stage},
};

use crate::Call;

/// Labels and values.
pub(crate) async fn told(call: &Call<'_>, record: &OperationRecord) -> Result<Vec<(&'static str, String)>, Refusal> {
    let (words, lang) = (call.words(), call.visit.lang);
    let amount = words::money(lang, record.operation.amount);
    let stands = match &record.stage {
        Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_) => words.checking,
        Stage::Ended { end: End::Done, .. } => words.done,
        Stage::Ended { end: End::Refused(_), .. } => words.refused,
        Stage::Ended { end: End::NotSupported, .. } => words.not_supported,
        Stage::Ended { end: End::GivenUp, .. } => words.given_up,
    };
    Ok(vec![
        (words.what, format!("{} {amount}", (words.title)(record.operation.kind))),
        (words.who, name(call, call.visit.merchant_id(), &record.by).await?),
        (words.since, words::date_time(lang, record.since)),
        (words.stands, stands.to_owned()),
    ])
}

/// Who it was, as colleagues call them.
async fn name(call: &Call<'_>, merchant: &MerchantId, by: &ActorId) -> Result<String, Refusal> {
    if *by == ActorId::system() {
        return Ok(call.words().system.to_owned());
    }
    if let Some(key) = by.as_api_key() {
        return Ok(words::console::api_keys::by_key(call.visit.lang, &key));
    }
    let people = call.deps.console.users().list(merchant).await?;
    let person = people.into_iter().find(|person| person.id.as_str() == by.as_str());
    Ok(person.map_or_else(|| call.words().former.to_owned(), |person| person.name))
}
