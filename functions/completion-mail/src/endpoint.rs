//! The mail to the shop about an endpoint for notifications. It goes where copies of the payers' mails go, and where none do, to all owners.

use domain::{
    Lang, Merchant,
    account::User,
    tell::{EndpointTelling, EndpointTidings},
    webhook::Endpoint,
};
use inbound::page::mail::{self, PlainLetter, header_safe};
use outbound::Mail;
use words::{console::notify_mail::notify_mail, date_time};

use crate::{Deps, Failed};

/// Who reads it.
struct Reader {
    address: String,
    lang: Lang,
    why: fn(merchant: &str) -> String,
    /// What tells the mails of one message apart.
    event_id: String,
}

/// The mails that a message asks for. None: the endpoint was removed since.
pub(crate) async fn news(deps: &Deps, telling: &EndpointTelling) -> Result<Vec<Mail>, Failed> {
    let merchant = deps.merchants.load(&telling.merchant).await?.ok_or("the merchant is not there")?;
    let Some(endpoint) = deps.endpoints.load(&telling.merchant, &telling.endpoint).await? else {
        return Ok(Vec::new());
    };
    let readers = readers(deps, &merchant, telling).await?;
    Ok(readers.into_iter().map(|reader| compose(deps, telling, &merchant, &endpoint, reader)).collect())
}

async fn readers(deps: &Deps, merchant: &Merchant, telling: &EndpointTelling) -> Result<Vec<Reader>, Failed> {
    if let Some(copy) = merchant.mail.shop_copy.clone() {
        let (lang, event_id) = (merchant.lang, telling.event_id.clone());
        return Ok(vec![Reader { address: copy, lang, why: notify_mail(lang).why, event_id }]);
    }
    let users = deps.users.list(&merchant.id).await?;
    let owners = users.into_iter().filter(User::is_owner);
    let reader = |owner: User| Reader {
        event_id: format!("{}.{}", telling.event_id, owner.id),
        why: notify_mail(owner.lang).why_owner,
        address: owner.mail,
        lang: owner.lang,
    };
    Ok(owners.map(reader).collect())
}

fn compose(deps: &Deps, telling: &EndpointTelling, merchant: &Merchant, endpoint: &Endpoint, reader: Reader) -> Mail {
    let words = notify_mail(reader.lang);
    let text = match telling.tidings {
        EndpointTidings::Silent => &words.silent,
        EndpointTidings::Deaf => &words.deaf,
        EndpointTidings::Gone => &words.gone,
    };
    let since = telling.since.map(|since| (words.since.to_owned(), date_time(reader.lang, since)));
    let address = (words.address.to_owned(), endpoint.address.as_str().to_owned());
    let composed = mail::plain(&PlainLetter {
        lang: reader.lang,
        subject: text.subject.to_owned(),
        greeting: None,
        result: text.result.to_owned(),
        meaning: Some(text.meaning),
        rows: std::iter::once(address).chain(since).collect(),
        advice: Some(text.advice.to_owned()),
        links: vec![(words.page, format!("{}/console/notifications/{}", deps.page_origin, endpoint.id))],
        closing: vec![(reader.why)(&merchant.name)],
    });
    Mail {
        to: header_safe(&reader.address),
        reply_to: None,
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        event_id: reader.event_id,
    }
}
