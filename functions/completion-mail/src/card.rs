//! What mails say of a kept card: that a payment kept it, and in a mail of its own that it was deleted or replaced.

use domain::{
    KeptCard, MaskedCard, Merchant, OrderId, Payment, PaymentKey,
    tell::{CardTelling, CardTidings},
};
use inbound::page::mail::{self, CardChange, CardNews, header_safe};
use outbound::Mail;

use crate::{Deps, Failed, some};

/// The card that was kept with a payment, if it was and still is.
pub(crate) async fn kept_with(deps: &Deps, payment: &Payment) -> Result<Option<KeptCard>, Failed> {
    if payment.keeping.is_none() {
        return Ok(None);
    }
    let card = deps.cards.load(&payment.key.merchant, &payment.card_owner()).await?;
    Ok(card.filter(|card| Some(card.id) == payment.card_id && card.number.is_some()))
}

/// The mail that a message asks for, to the address that the card was kept with. None: there was none.
///
/// No setting turns it off: whoever did not do it has to hear of it.
pub(crate) async fn news(deps: &Deps, telling: &CardTelling) -> Result<Option<Mail>, Failed> {
    let payment = payment_of(deps, telling, &telling.order).await?;
    if payment.details.mail.is_empty() {
        return Ok(None);
    }
    let merchant = deps.merchants.load(&telling.merchant).await?.ok_or("the merchant is not there")?;
    let mail = match &telling.tidings {
        CardTidings::Deleted => compose(telling, &payment, &merchant, CardChange::Deleted(card(&payment)?)),
        CardTidings::Replaced { by } => {
            let other = payment_of(deps, telling, by).await?;
            let change = CardChange::Replaced { before: card(&payment)?, now: card(&other)? };
            compose(telling, &payment, &merchant, change)
        }
    };
    Ok(Some(mail))
}

async fn payment_of(deps: &Deps, telling: &CardTelling, order: &OrderId) -> Result<Payment, Failed> {
    let key = PaymentKey::new(telling.merchant.clone(), order.clone());
    Ok(deps.payments.load(&key).await?.ok_or("the payment that the card was kept with is not there")?)
}

fn card(payment: &Payment) -> Result<&MaskedCard, Failed> {
    Ok(payment.card.as_ref().ok_or("the payment that the card was kept with has no card")?)
}

fn compose(telling: &CardTelling, payment: &Payment, merchant: &Merchant, change: CardChange<'_>) -> Mail {
    let composed = mail::card_news(&CardNews {
        lang: payment.details.lang,
        name: some(&payment.details.name).or_else(|| some(&payment.holder)),
        change,
        merchant: &merchant.name,
        contact: merchant.page.contact.as_deref(),
        mode: merchant.mode,
        at: telling.at,
    });
    Mail {
        to: header_safe(&payment.details.mail),
        reply_to: None,
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        event_id: telling.event_id.clone(),
    }
}
