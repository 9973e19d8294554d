//! The payment mail (決済メール): brings a link to its buyer, and then writes down that it went.

use domain::{
    PaymentKey,
    link::{Buyer, Link, LinkAmount, LinkState, Sending},
    tell::LinkTelling,
};
use inbound::page::mail::{self, PaymentRequest, header_safe};
use outbound::Mail;
use store::StoreError;

use crate::{Deps, Failed};

/// How often a refused write is tried again over what stands.
const TRIES: usize = 4;

/// The mail that a message asks for. None: it was sent before, or there is nothing to pay any more.
pub(crate) async fn request(deps: &Deps, telling: &LinkTelling) -> Result<Option<Mail>, Failed> {
    let link = deps.links.load_of(&telling.merchant, &telling.link).await?.ok_or("the link is not there")?;
    let Some(buyer) = awaited(&link, telling.nth) else { return Ok(None) };
    match state(deps, &link).await? {
        LinkState::Open | LinkState::Unsent | LinkState::Sending | LinkState::Sent => {}
        stands @ (LinkState::Paid | LinkState::LetGo | LinkState::Expired | LinkState::Revoked) => {
            tracing::info!(event.id = telling.event_id, state = stands.name(), "a payment mail is not sent any more");
            return Ok(None);
        }
    }
    let merchant = deps.merchants.load(&telling.merchant).await?.ok_or("the merchant is not there")?;
    let address = format!("{}/l/{}", deps.page_origin, link.id);
    let composed = mail::payment_request(&PaymentRequest {
        lang: buyer.lang,
        name: &buyer.name,
        merchant: &merchant.name,
        contact: merchant.page.contact.as_deref(),
        legal: merchant.page.legal_address.as_deref(),
        mode: merchant.mode,
        item: &link.item,
        amount: match link.amount {
            LinkAmount::Fixed(amount) => Some(amount),
            LinkAmount::Open => None,
        },
        order: buyer.order.as_ref().map(|order| order.as_str()),
        until: link.expires_at,
        message: &buyer.message,
        address: &address,
    });
    Ok(Some(Mail {
        to: header_safe(&buyer.mail),
        reply_to: None,
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        event_id: telling.event_id.clone(),
    }))
}

/// Writes down that a mail does not go, so that it can be asked for again.
pub(crate) async fn give_up(deps: &Deps, telling: &LinkTelling) -> Result<(), Failed> {
    change(deps, telling, |link| link.not_sent(telling.nth)).await
}

/// Writes down that a mail went. Where this fails, the message comes again and the mail goes again, with the same id: twice is better than never.
pub(crate) async fn note(deps: &Deps, telling: &LinkTelling) -> Result<(), Failed> {
    change(deps, telling, |link| link.sent(telling.nth, deps.clock.now())).await
}

async fn change(deps: &Deps, telling: &LinkTelling, to: impl Fn(&Link) -> Option<Link>) -> Result<(), Failed> {
    for _ in 0..TRIES {
        let link = deps.links.load_of(&telling.merchant, &telling.link).await?.ok_or("the link is not there")?;
        let Some(changed) = to(&link) else { return Ok(()) };
        match deps.links.update(&changed).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict) => {} // revoked in between: that stands, and this is written down beside it
            Err(other) => return Err(other.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// The buyer, if the mail of this number is still to be sent.
fn awaited(link: &Link, mail: u16) -> Option<&Buyer> {
    link.buyer.as_ref().filter(|buyer| match buyer.sending {
        Sending::Asked { nth, .. } => nth == mail,
        Sending::Unsent | Sending::Sent { .. } => false,
    })
}

async fn state(deps: &Deps, link: &Link) -> Result<LinkState, StoreError> {
    let payment = match link.sole_order() {
        Some(PaymentKey { merchant, order }) => deps.payments.load(&PaymentKey::new(merchant, order)).await?,
        None => None,
    };
    Ok(link.state(payment.as_ref(), deps.clock.now()))
}
