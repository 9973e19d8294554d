//! What the final screen of a link or of a regular purchase said: version, fingerprint and time are kept with the payment, and the text is shown where it still has that fingerprint.

use console::{Refusal, Visit};
use domain::{
    Lang, Payment,
    link::{Link, TermsShown},
    payment::Origin,
    recurring::offer::Offer,
};
use inbound::{
    checkout,
    page::{Joining, Offered, Terms},
};

use jiff::Timestamp;

use crate::Deps;

/// What a link's page said, as the payment's page shows it.
pub(crate) struct Shown {
    pub(crate) at: String,
    pub(crate) version: u16,
    pub(crate) hash: String,
    /// The language that the shopper read.
    pub(crate) lang: Lang,
    /// The text, line by line. None: nothing has the fingerprint any more.
    pub(crate) lines: Option<Vec<String>>,
    /// What is said where it is None.
    pub(crate) gone: &'static str,
}

impl Shown {
    /// Of a payment. None: its page showed no legal items.
    pub(crate) async fn of(deps: &Deps, visit: &Visit, payment: &Payment) -> Result<Option<Self>, Refusal> {
        let Some(kept) = payment.details.terms else { return Ok(None) };
        let link = match payment.origin.link() {
            Some(id) => deps.links.load_of(visit.merchant_id(), id).await?,
            None => None,
        };
        let text = match &payment.details.offer {
            Some(chosen) => {
                let offer = deps.offers.version(visit.merchant_id(), chosen).await?;
                offer.map(|offer| (words::JOIN_TERMS, joining_text(visit, payment, &offer, link.as_ref(), kept.at)))
            }
            None => link.and_then(|link| Some((words::OFFER_TERMS, text(visit, payment, &link)?))),
        };
        let words = words::console::transactions::transactions(visit.lang);
        let same = text.filter(|(version, text)| TermsShown::of(*version, text, kept.at) == kept);
        Ok(Some(Self {
            at: words::date_time(visit.lang, kept.at),
            version: kept.version,
            hash: kept.hash.to_string(),
            lang: payment.details.lang,
            lines: same.map(|(_, text)| text.lines().map(str::to_owned).collect()),
            gone: match payment.origin {
                Origin::Agreement { .. } => words.terms_agreed,
                Origin::Page
                | Origin::Link(_)
                | Origin::CardUpdate(_)
                | Origin::Single { .. }
                | Origin::Api
                | Origin::Batch { .. }
                | Origin::Renewal { .. }
                | Origin::Continuation { .. } => words.terms_changed,
            },
        }))
    }
}

/// What the page would say now in the shopper's language.
fn text(visit: &Visit, payment: &Payment, link: &Link) -> Option<String> {
    let lang = payment.details.lang;
    let deadline = checkout::deadline(lang, Some(link));
    let terms = Terms::of(lang, link.terms.as_ref()?, &deadline);
    let shop = &visit.merchant.merchant.name;
    Some(terms.text(lang, Offered { shop, item: &payment.details.item, amount: payment.amount }))
}

/// What the page would say of the regular purchase in the version that was joined, on the day of billing that it showed.
fn joining_text(visit: &Visit, payment: &Payment, offer: &Offer, link: Option<&Link>, at: Timestamp) -> String {
    let (lang, merchant) = (payment.details.lang, &visit.merchant.merchant);
    let anchor = payment.details.billed_on.unwrap_or(merchant.regular.anchor);
    let joining = Joining::of(lang, offer, anchor, at, &checkout::deadline(lang, link));
    joining.text(lang, &merchant.name, &offer.item)
}
