//! What an order came by and what it begins: its link and its regular purchase, as they stand now, and whether they still do as they were shown.

use domain::{
    Lang, Merchant, MerchantId, Payment, State,
    link::{Closed, Link, TermsShown},
    payment::{Details, Interface, Origin},
    recurring::offer::{Offer, OfferChosen},
};
use jiff::Timestamp;
use store::{Offers, StoreError};
use words::Notice;

use super::{Checkout, SealedOrder};
use crate::page::{self, Joining, Offered, Terms};

/// What an order came by and what it begins.
#[derive(Clone, Debug, Default)]
pub struct Offering {
    /// The link that it came by.
    pub link: Option<Link>,
    /// The offer of the regular purchase that it begins, in its newest version.
    pub joins: Option<Offer>,
}

/// Why an order may not be paid from the form that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// It may not be paid at all any more.
    Closed(Notice),
    /// The regular purchase is another by now: it has to be shown and agreed to anew.
    Changed,
}

impl Checkout {
    /// The link and the regular purchase of an order.
    ///
    /// A shop's own request said what joining costs. Where a newer version costs something else, there is nothing to be joined by that request.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn offering(
        &self,
        merchant: &MerchantId,
        origin: &Origin,
        details: &Details,
    ) -> Result<Offering, StoreError> {
        let link = match origin.link() {
            Some(id) => self.links.load(id).await?,
            None => None,
        };
        let joins = match (&details.offer, origin) {
            (Some(chosen), Origin::Page) => self.still_asked(merchant, chosen).await?,
            (Some(chosen), _) => self.offers.load(merchant, &chosen.id).await?,
            (None, _) => None,
        };
        Ok(Offering { link, joins })
    }

    async fn still_asked(&self, merchant: &MerchantId, chosen: &OfferChosen) -> Result<Option<Offer>, StoreError> {
        let newest = self.offers.load(merchant, &chosen.id).await?;
        match newest {
            Some(newest) if newest.version != chosen.version => {
                let asked = self.offers.version(merchant, chosen).await?;
                Ok(asked.filter(|asked| asked.asked_amount() == newest.asked_amount()).map(|_| newest))
            }
            newest => Ok(newest),
        }
    }

    /// Why an order may not be paid from this form now. None: it may.
    pub fn barred(&self, order: &SealedOrder, merchant: &Merchant, offering: &Offering) -> Option<Barred> {
        if let Some(notice) = offering.closed(&order.origin, &order.details, self.now()) {
            return Some(Barred::Closed(notice));
        }
        let joins = offering.joins.as_ref()?;
        let would_show = joining_shown(joins, merchant, order, offering.link.as_ref(), self.now());
        let same = |shown: &TermsShown| (shown.version, shown.hash) == (would_show.version, would_show.hash);
        let as_shown = order.details.offer == Some(joins.chosen()) && order.details.terms.as_ref().is_some_and(same);
        (!as_shown).then_some(Barred::Changed)
    }

    /// When the next payment of the regular purchase comes that began with this payment. None: none did.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_charge(&self, payment: &Payment, lang: Lang) -> Result<Option<String>, StoreError> {
        next_charge(&self.offers, payment, lang).await
    }
}

/// When the next payment of the regular purchase comes that began with a payment. None: none did.
///
/// # Errors
/// [`StoreError`].
pub async fn next_charge(offers: &Offers, payment: &Payment, lang: Lang) -> Result<Option<String>, StoreError> {
    let details = &payment.details;
    let (Some(chosen), Some(anchor), Some(shown)) = (&details.offer, details.billed_on, &details.terms) else {
        return Ok(None);
    };
    if payment.joined_at().is_none() {
        return Ok(None);
    }
    let offer = offers.version(&payment.key.merchant, chosen).await?;
    Ok(offer.map(|offer| page::next_charge(lang, &offer, anchor, shown.at)))
}

impl Offering {
    /// Why an order may not be paid now, whatever stands of it: its link is closed, or what it begins is no longer offered.
    pub fn closed(&self, origin: &Origin, details: &Details, now: Timestamp) -> Option<Notice> {
        let of_link = || self.link.as_ref().map_or(Some(Notice::LinkClosed), |link| link_closed(link, now));
        let by_link = origin.link().and_then(|_| of_link());
        let open = details.offer.is_none() || self.joins.as_ref().is_some_and(Offer::is_open);
        by_link.or((!open).then_some(Notice::OfferClosed))
    }
}

/// Why a link may not be paid now.
pub fn link_closed(link: &Link, now: Timestamp) -> Option<Notice> {
    link.closed(now).map(|closed| match closed {
        Closed::Expired => Notice::LinkExpired,
        Closed::Revoked => Notice::LinkRevoked,
    })
}

/// Whether nothing stands of an order that goes before what became of its link or offer: one that runs or is paid is shown as such.
pub fn untouched(stored: Option<&Payment>) -> bool {
    stored.is_none_or(|payment| {
        let declined = matches!(payment.state, State::Declined { .. });
        declined || (payment.state.is_unpaid() && !payment.joined_free())
    })
}

/// Until when an order of a link can be made.
pub fn deadline(lang: Lang, link: Option<&Link>) -> String {
    let words = &words::words(lang).order;
    let end = link.and_then(|link| link.expires_at);
    end.map_or_else(|| words.no_deadline.to_owned(), |at| (words.until)(&words::date_time(lang, at)))
}

/// What a page shows of a regular purchase.
pub(super) fn joining(offer: &Offer, merchant: &Merchant, lang: Lang, link: Option<&Link>, now: Timestamp) -> Joining {
    Joining::of(lang, offer, merchant.regular.anchor, now, &deadline(lang, link))
}

/// The proof of what a page shows of a regular purchase.
pub(super) fn joining_shown(
    offer: &Offer,
    merchant: &Merchant,
    order: &SealedOrder,
    link: Option<&Link>,
    now: Timestamp,
) -> TermsShown {
    let lang = order.details.lang;
    let text = joining(offer, merchant, lang, link, now).text(lang, &merchant.name, &offer.item);
    TermsShown::of(words::JOIN_TERMS, &text, now)
}

impl SealedOrder {
    /// The same order with what its page shows of the legal items: that is kept with the payment. A regular purchase is taken as it is offered now.
    #[must_use]
    pub(super) fn showing(
        mut self,
        terms: &Terms<'_>,
        offering: &Offering,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Self {
        if let Some(offer) = &offering.joins {
            let came_by = if self.origin.link().is_some() { Interface::Link } else { Interface::DataLinkage };
            self.interface = offer.first.interface(came_by);
            self.amount = offer.first.authorized();
            self.details.item.clone_from(&offer.item);
            self.details.offer = Some(offer.chosen());
            self.details.billed_on = Some(merchant.regular.anchor);
            self.details.terms = Some(joining_shown(offer, merchant, &self, offering.link.as_ref(), now));
            return self;
        }
        let offered = Offered { shop: &merchant.name, item: &self.details.item, amount: self.amount };
        let shown = || TermsShown::of(words::OFFER_TERMS, &terms.text(self.details.lang, offered), now);
        self.details.terms = offering.link.as_ref().filter(|link| link.terms.is_some()).map(|_| shown());
        self
    }
}
