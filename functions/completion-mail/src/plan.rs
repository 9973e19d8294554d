//! The mails about a regular purchase, to its buyer and to the shop.

use domain::{
    Lang, Merchant, MerchantId, Payment,
    payment::{Origin, Reader},
    recurring::{
        offer::OfferChosen,
        plan::{PlanId, PlanTidings},
    },
    search::MailTrace,
    tell::PlanTelling,
};
use inbound::{
    checkout::{CARD_LIFETIME, PlanHandle, next_charge, plan_path},
    page::mail::{self, PlanNews, RegularOf, header_safe},
};
use outbound::Mail;

use crate::{Deps, Failed};

/// The mail that a message asks for. None: nobody has an address, or the plan moved on since.
///
/// No setting turns it off: whoever is charged again and again has to know of it, and how to stop.
pub(crate) async fn news(deps: &Deps, telling: &PlanTelling) -> Result<Option<Mail>, Failed> {
    let plan = deps.plans.load(&telling.merchant, &telling.plan).await?.ok_or("the regular purchase is not there")?;
    let merchant = deps.merchants.load(&telling.merchant).await?.ok_or("the merchant is not there")?;
    let to = match telling.reader {
        Reader::Payer => Some(&plan.mail).filter(|mail| !mail.is_empty()),
        Reader::Shop => merchant.mail.shop_copy.as_ref(),
    };
    let Some(to) = to.map(|to| header_safe(to)) else { return Ok(None) };
    let offer = match telling.tidings {
        PlanTidings::Joined => {
            let joined = OfferChosen { id: plan.offer.clone(), version: plan.offer_version };
            deps.offers.version(&plan.merchant, &joined).await?
        }
        PlanTidings::Failed
        | PlanTidings::LastTry
        | PlanTidings::Unpaid
        | PlanTidings::Asked
        | PlanTidings::Skipped
        | PlanTidings::Proposed
        | PlanTidings::Changed
        | PlanTidings::Moved
        | PlanTidings::Paused
        | PlanTidings::Resumed
        | PlanTidings::Ended
        | PlanTidings::Reminded(_)
        | PlanTidings::CardExpires
        | PlanTidings::Link => None,
    };
    let card = deps.cards.load(&plan.merchant, &plan.owner).await?.filter(|card| card.number.is_some());
    let page = match telling.reader {
        Reader::Payer => address(deps, &plan.merchant, &plan.id)?,
        Reader::Shop => format!("{}/console/recurring/{}", deps.page_origin, plan.id.as_str()),
    };
    let composed = mail::plan_news(&PlanNews {
        lang: match telling.reader {
            Reader::Payer => plan.lang,
            Reader::Shop => merchant.lang,
        },
        reader: telling.reader,
        tidings: telling.tidings,
        plan: &plan,
        offer: offer.as_ref(),
        card: card.as_ref().map(|card| &card.card),
        merchant: &merchant.name,
        contact: merchant.page.contact.as_deref(),
        mode: merchant.mode,
        now: deps.clock.now(),
        page: &page,
    });
    let Some(composed) = composed else {
        tracing::info!(event.id = telling.event_id, "a regular purchase moved on: its mail is not sent any more");
        return Ok(None);
    };
    Ok(Some(Mail {
        to,
        reply_to: None,
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        event_id: telling.event_id.clone(),
    }))
}

/// Leaves the mail's trace in the regular purchase's history. Without it the mail is sent all the same: sending it again would be worse.
pub(crate) async fn trace(deps: &Deps, telling: &PlanTelling) {
    let PlanTelling { event_id, merchant, plan, tidings, reader, .. } = telling;
    let (at, event_id) = (deps.clock.now(), event_id.clone());
    let trace = MailTrace { event_id, at, tidings: *tidings, reader: *reader };
    if let Err(error) = deps.index.plan_mailed((merchant, plan), &trace).await {
        let (error, event_id) = (domain::Causes::of(&error).to_string(), &trace.event_id);
        tracing::warn!(error, event.id = event_id, "the mail's trace is not in the history");
    }
}

/// What a payment's mail says of the regular purchase that it began, or was a period of.
pub(crate) struct Regular {
    plan: PlanId,
    next: Option<String>,
    page: String,
}

impl Regular {
    pub(crate) fn shown(&self) -> RegularOf<'_> {
        RegularOf { plan: self.plan.as_str(), next: self.next.as_deref(), page: &self.page }
    }
}

/// The regular purchase that a payment began, or was a period of. None: it belongs to none.
pub(crate) async fn regular_of(
    deps: &Deps,
    payment: &Payment,
    merchant: &Merchant,
    lang: Lang,
) -> Result<Option<Regular>, Failed> {
    let (plan, next) = match &payment.origin {
        Origin::Renewal { plan, period } => {
            let stands = deps.plans.load(&merchant.id, plan).await?;
            (plan.clone(), stands.and_then(|stands| mail::next_after(lang, &stands, *period, deps.clock.now())))
        }
        Origin::Page | Origin::Link(_) => match next_charge(&deps.offers, payment, lang).await? {
            Some(next) => (PlanId::of(&payment.key), Some(next)),
            None => return Ok(None),
        },
        Origin::CardUpdate(_)
        | Origin::Single { .. }
        | Origin::Api
        | Origin::Batch { .. }
        | Origin::Agreement { .. }
        | Origin::Continuation { .. } => return Ok(None),
    };
    let page = address(deps, &merchant.id, &plan)?;
    Ok(Some(Regular { plan, next, page }))
}

/// The address of the page where a buyer sees and stops a regular purchase.
fn address(deps: &Deps, merchant: &MerchantId, plan: &PlanId) -> Result<String, Failed> {
    let handle = PlanHandle { merchant: merchant.clone(), plan: plan.clone() };
    let path = plan_path(&deps.keyring, &handle, deps.clock.now(), CARD_LIFETIME)?;
    Ok(format!("{}{path}", deps.page_origin))
}
