//! How a link comes to be: its number is taken, then it is written, and both find themselves when they are tried again.

use console::Refusal;
use domain::{LinkId, MerchantId, OrderId, PaymentKey, link::Link, payment::Origin};
use inbound::{SealError, Sealed};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{OrderClaim, StoreError};

use crate::Deps;

/// How long a form for new links may stay open.
pub(crate) const FORM_LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// How often a refused write is tried again over what stands.
const TRIES: usize = 4;

/// What a form for a new link is about to make: sent twice, it makes one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) merchant: MerchantId,
    pub(crate) link: LinkId,
    pub(crate) made_at: Timestamp,
}

impl Sealed for Draft {
    const PURPOSE: &'static str = "new link";
}

/// What became of a link that was to be made.
pub(crate) enum Made {
    /// It stands, by this try or by one before.
    Stands(Box<Link>),
    /// Its number or its name belongs to another.
    Taken,
}

/// What making a link would come to.
pub(crate) enum Foreseen {
    /// It would be written, under this name.
    New(Box<Link>),
    /// It stands already: the form was sent before.
    Stands(LinkId),
    /// Its number or its name belongs to another.
    Taken,
}

/// Draws the random bits of a link's name.
pub(crate) fn draw() -> Result<[u8; 16], Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| SealError::Foreign)?;
    Ok(bytes)
}

/// What making a link would come to, as things stand: only looked at, so that nothing is noted of a form that has nothing to do.
pub(crate) async fn foresee(deps: &Deps, link: Link) -> Result<Foreseen, StoreError> {
    let link = match link.buyer.as_ref().and_then(|buyer| buyer.order.clone()) {
        None => link,
        Some(order) => {
            let claim = deps.links.claims(&link.merchant, std::slice::from_ref(&order)).await?.pop();
            let link = claim.map_or(link.clone(), |claim| under(&claim, link));
            if is_anothers(deps, &link, order).await? {
                return Ok(Foreseen::Taken);
            }
            link
        }
    };
    Ok(match deps.links.load_of(&link.merchant, &link.id).await? {
        None => Foreseen::New(Box::new(link)),
        Some(stands) if stands.asks_as(&link) => Foreseen::Stands(stands.id),
        Some(_) => Foreseen::Taken,
    })
}

/// Writes a link, after taking the order number that the merchant gave it.
pub(crate) async fn make(deps: &Deps, link: Link) -> Result<Made, StoreError> {
    let Some(order) = link.buyer.as_ref().and_then(|buyer| buyer.order.clone()) else {
        return create(deps, link).await;
    };
    let claim = OrderClaim { order: order.clone(), link: link.id.clone(), made_at: link.made_at };
    let stands = deps.links.claim(&link.merchant, &claim).await?;
    // A try before may have taken the number and got no further: this one goes on under its name.
    let link = under(&stands, link);
    if is_anothers(deps, &link, order).await? {
        return Ok(Made::Taken);
    }
    create(deps, link).await
}

/// The link under the name that has its order number.
fn under(claim: &OrderClaim, link: Link) -> Link {
    Link { id: claim.link.clone(), made_at: claim.made_at, ..link }
}

/// Whether the shop's own program used the number, or another link.
async fn is_anothers(deps: &Deps, link: &Link, order: OrderId) -> Result<bool, StoreError> {
    let payment = deps.payments.load(&PaymentKey::new(link.merchant.clone(), order)).await?;
    Ok(payment.is_some_and(|payment| payment.origin != Origin::Link(link.id.clone())))
}

async fn create(deps: &Deps, link: Link) -> Result<Made, StoreError> {
    match deps.links.create(&link).await {
        Ok(()) => Ok(Made::Stands(Box::new(link))),
        Err(StoreError::Conflict) => {
            let stands = deps.links.load_of(&link.merchant, &link.id).await?;
            let same = stands.filter(|stands| stands.asks_as(&link));
            Ok(same.map_or(Made::Taken, |stands| Made::Stands(Box::new(stands))))
        }
        Err(other) => Err(other),
    }
}

/// Asks for a link's mail to be sent.
///
/// # Errors
/// [`StoreError::Conflict`]: there is nothing to send, or a mail is on its way.
pub(crate) async fn ask_sending(deps: &Deps, link: Link) -> Result<Link, StoreError> {
    change(deps, link, |link, now| link.ask_sending(now)).await
}

/// Changes a link over whatever stands.
///
/// # Errors
/// [`StoreError::Conflict`]: what stands is not to be changed so.
pub(crate) async fn change(
    deps: &Deps,
    mut link: Link,
    changed: impl Fn(&Link, Timestamp) -> Option<Link>,
) -> Result<Link, StoreError> {
    for _ in 0..TRIES {
        let Some(new) = changed(&link, deps.console.now()) else { return Err(StoreError::Conflict) };
        match deps.links.update(&new).await {
            Ok(()) => return Ok(new),
            Err(StoreError::Conflict) => {
                link = deps.links.load_of(&link.merchant, &link.id).await?.ok_or(StoreError::Conflict)?;
            }
            Err(other) => return Err(other),
        }
    }
    Err(StoreError::Conflict)
}
