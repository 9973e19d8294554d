//! Payment links as the console and the JSON API make them: what is asked for, and how a link comes to be: its number is taken, then it is written, and both
//! find themselves when they are tried again.

mod entry;

use std::collections::HashMap;

use domain::{
    Clock, LinkId, MerchantId, OrderId, Payment, PaymentKey,
    link::{Link, LinkState},
    payment::Origin,
};
use jiff::Timestamp;
use store::{LinkPlace, Links, OrderClaim, Payments, StoreError};

pub use entry::{Entry, FIELDS, end_of};

/// How often a refused write is tried again over what stands.
const TRIES: usize = 4;
/// How often links are read for one page of a list that looks for some.
const READS: usize = 10;

/// Makes, changes and reads links.
#[derive(Clone, Debug)]
pub struct LinkDesk {
    links: Links,
    payments: Payments,
    clock: Clock,
}

/// What became of a link that was to be made.
#[derive(Debug)]
pub enum Made {
    /// It stands, by this try or by one before.
    Stands(Box<Link>),
    /// Its number or its name belongs to another.
    Taken,
}

/// What making a link would come to.
#[derive(Debug)]
pub enum Foreseen {
    /// It would be written, under this name.
    New(Box<Link>),
    /// It stands already: the form was sent before.
    Stands(LinkId),
    /// Its number or its name belongs to another.
    Taken,
}

/// A link with how it stands.
#[derive(Debug)]
pub struct LinkStanding {
    /// The link.
    pub link: Link,
    /// The payment of its one order.
    pub payment: Option<Payment>,
    /// How it stands.
    pub state: LinkState,
}

/// A page of a merchant's links, newest first.
#[derive(Debug)]
pub struct LinkList {
    /// The links.
    pub links: Vec<LinkStanding>,
    /// Where the next page begins. A page that has none may be followed by one that has some: so many links are looked through at a time.
    pub next: Option<LinkPlace>,
}

impl LinkDesk {
    /// Over these links and the payments that came by them.
    pub fn new(links: Links, payments: Payments, clock: Clock) -> Self {
        Self { links, payments, clock }
    }

    /// What making a link would come to, as things stand: only looked at, so that nothing is noted of a form that has nothing to do.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn foresee(&self, link: Link) -> Result<Foreseen, StoreError> {
        let link = match link.buyer.as_ref().and_then(|buyer| buyer.order.clone()) {
            None => link,
            Some(order) => {
                let claim = self.links.claims(&link.merchant, std::slice::from_ref(&order)).await?.pop();
                let link = claim.map_or(link.clone(), |claim| under(&claim, link));
                if self.is_anothers(&link, order).await? {
                    return Ok(Foreseen::Taken);
                }
                link
            }
        };
        Ok(match self.links.load_of(&link.merchant, &link.id).await? {
            None => Foreseen::New(Box::new(link)),
            Some(stands) if stands.asks_as(&link) => Foreseen::Stands(stands.id),
            Some(_) => Foreseen::Taken,
        })
    }

    /// Writes a link, after taking the order number that the merchant gave it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn make(&self, link: Link) -> Result<Made, StoreError> {
        let Some(order) = link.buyer.as_ref().and_then(|buyer| buyer.order.clone()) else {
            return self.create(link).await;
        };
        let claim = OrderClaim { order: order.clone(), link: link.id.clone(), made_at: link.made_at };
        let stands = self.links.claim(&link.merchant, &claim).await?;
        // A try before may have taken the number and got no further: this one goes on under its name.
        let link = under(&stands, link);
        if self.is_anothers(&link, order).await? {
            return Ok(Made::Taken);
        }
        self.create(link).await
    }

    /// Asks for a link's mail to be sent.
    ///
    /// # Errors
    /// [`StoreError::Conflict`]: there is nothing to send, or a mail is on its way.
    pub async fn ask_sending(&self, link: Link) -> Result<Link, StoreError> {
        self.change(link, |link, now| link.ask_sending(now)).await
    }

    /// Changes a link over whatever stands.
    ///
    /// # Errors
    /// [`StoreError::Conflict`]: what stands is not to be changed so.
    pub async fn change(
        &self,
        mut link: Link,
        changed: impl Fn(&Link, Timestamp) -> Option<Link>,
    ) -> Result<Link, StoreError> {
        for _ in 0..TRIES {
            let Some(new) = changed(&link, self.clock.now()) else { return Err(StoreError::Conflict) };
            match self.links.update(&new).await {
                Ok(()) => return Ok(new),
                Err(StoreError::Conflict) => {
                    link = self.links.load_of(&link.merchant, &link.id).await?.ok_or(StoreError::Conflict)?;
                }
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }

    /// The next links, `most` of them, that fit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        merchant: &MerchantId,
        most: usize,
        after: Option<LinkPlace>,
        fits: impl Fn(&LinkStanding) -> bool,
    ) -> Result<LinkList, StoreError> {
        let (mut links, mut next) = (Vec::new(), after);
        for _ in 0..READS {
            let page = self.links.page(merchant, i32::try_from(most).unwrap_or(i32::MAX), next.as_ref()).await?;
            next = page.next;
            links.extend(self.standings(page.links, self.clock.now()).await?.into_iter().filter(&fits));
            if links.len() >= most || next.is_none() {
                break;
            }
        }
        if let Some(last) = links.get(most.saturating_sub(1)).filter(|_| links.len() > most) {
            // More fit than there is room for: the next page begins after the last that is shown.
            next = Some(LinkPlace::of(&last.link));
            links.truncate(most);
        }
        Ok(LinkList { links, next })
    }

    /// How links stand: the payments of those that are paid once are read together.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn standings(&self, links: Vec<Link>, now: Timestamp) -> Result<Vec<LinkStanding>, StoreError> {
        let keys: Vec<_> = links.iter().filter_map(Link::sole_order).collect();
        let payments = if keys.is_empty() { Vec::new() } else { self.payments.load_all(&keys).await? };
        let mut payments: HashMap<OrderId, Payment> =
            payments.into_iter().map(|payment| (payment.key.order.clone(), payment)).collect();
        Ok(links
            .into_iter()
            .map(|link| {
                let payment = link.sole_order().and_then(|key| payments.remove(&key.order));
                let state = link.state(payment.as_ref(), now);
                LinkStanding { link, payment, state }
            })
            .collect())
    }

    async fn create(&self, link: Link) -> Result<Made, StoreError> {
        match self.links.create(&link).await {
            Ok(()) => Ok(Made::Stands(Box::new(link))),
            Err(StoreError::Conflict) => {
                let stands = self.links.load_of(&link.merchant, &link.id).await?;
                let same = stands.filter(|stands| stands.asks_as(&link));
                Ok(same.map_or(Made::Taken, |stands| Made::Stands(Box::new(stands))))
            }
            Err(other) => Err(other),
        }
    }

    /// Whether the shop's own program used the number, or another link.
    async fn is_anothers(&self, link: &Link, order: OrderId) -> Result<bool, StoreError> {
        let payment = self.payments.load(&PaymentKey::new(link.merchant.clone(), order)).await?;
        Ok(payment.is_some_and(|payment| payment.origin != Origin::Link(link.id.clone())))
    }
}

/// The link under the name that has its order number.
fn under(claim: &OrderClaim, link: Link) -> Link {
    Link { id: claim.link.clone(), made_at: claim.made_at, ..link }
}
