//! The mail to the shop about an endpoint for notifications. It goes where copies of the payers' mails go.

use domain::tell::{EndpointTelling, EndpointTidings};
use inbound::page::mail::{self, PlainLetter, header_safe};
use outbound::Mail;
use words::{console::notify_mail::notify_mail, date_time};

use crate::{Deps, Failed};

/// The mail that a message asks for. None: nobody wants it, or the endpoint was removed since.
pub(crate) async fn news(deps: &Deps, telling: &EndpointTelling) -> Result<Option<Mail>, Failed> {
    let merchant = deps.merchants.load(&telling.merchant).await?.ok_or("the merchant is not there")?;
    let Some(to) = merchant.mail.shop_copy.as_deref().map(header_safe) else { return Ok(None) };
    let Some(endpoint) = deps.endpoints.load(&telling.merchant, &telling.endpoint).await? else { return Ok(None) };
    let words = notify_mail(merchant.lang);
    let text = match telling.tidings {
        EndpointTidings::Silent => &words.silent,
        EndpointTidings::Deaf => &words.deaf,
        EndpointTidings::Gone => &words.gone,
    };
    let since = telling.since.map(|since| (words.since.to_owned(), date_time(merchant.lang, since)));
    let address = (words.address.to_owned(), endpoint.address.as_str().to_owned());
    let composed = mail::plain(&PlainLetter {
        lang: merchant.lang,
        subject: text.subject.to_owned(),
        greeting: None,
        result: text.result.to_owned(),
        meaning: Some(text.meaning),
        rows: std::iter::once(address).chain(since).collect(),
        advice: Some(text.advice.to_owned()),
        links: vec![(words.page, format!("{}/console/notifications/{}", deps.page_origin, endpoint.id))],
        closing: vec![(words.why)(&merchant.name)],
    });
    Ok(Some(Mail {
        to,
        reply_to: None,
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        event_id: telling.event_id.clone(),
    }))
}
