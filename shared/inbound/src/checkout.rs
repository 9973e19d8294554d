//! The payment page and the way back: what travels sealed through the shopper's browser, and how it becomes a page.

mod free;
mod handle;
mod offering;
mod order;
mod standing;

use std::sync::Arc;

use domain::{
    Clock, KeptCard, Lang, LinkId, MerchantId, PaymentKey,
    link::Link,
    merchant::Merchant,
    payment::Origin,
    recurring::offer::{Offer, OfferId},
};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request};
use words::{FormProblem, Notice};

use crate::{
    Config, Keyring, KeyringError, Lapse, Merchants, OpenedMerchant, SealError, Sealed, http as answer,
    page::{self, DeclineNotice, Entered, FreeEntry, LanguageSwitch, PaymentForm, Shop, Terms},
};
use store::{Links, Offers, StoreError};

use free::{OwnedFree, free_entries};
pub use {
    free::free_label,
    handle::{
        CardHandle, CardResultHandle, ChallengeHandle, PlanHandle, ReceiptHandle, ReturnHandle, card_path, plan_path,
        receipt_path,
    },
    offering::{Barred, Offering, deadline, link_closed, next_charge, untouched},
    order::{SealedOrder, draw_nonce},
    standing::{OrderStanding, standing, trades_at},
};

/// How long a form may stay open.
pub const FORM_LIFETIME: SignedDuration = SignedDuration::from_hours(2);
/// How long the way back to the shop stays open. A page that waits renews it.
const HANDLE_LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// How long the way to the issuer and back stays open: longer than a challenge, so that who comes late is told how it stands.
const CHALLENGE_LIFETIME: SignedDuration = SignedDuration::from_hours(2);
/// How long an address to change a kept card stays open at most.
pub const CARD_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long the address of a receipt stays open (30 days at most, in mails).
const RECEIPT_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The form field that brings a sealed order back to be rendered in another language.
pub const REOPEN: &str = "reopen";

/// The one cookie: a sealed [`ChallengeHandle`], set on the way to the issuer only.
const COOKIE: &str = "__Host-kessai";
/// The query of the way to the issuer for who has been on it before: the page waits there for a press of its button.
pub const AGAIN: &str = "again";
/// The form field that says which card is meant, where there is a choice.
pub const CARD: &str = "card";
/// [`CARD`]: the kept one.
pub const KEPT: &str = "kept";
/// [`CARD`]: another than the kept one.
pub const ANOTHER: &str = "another";
/// The form field of the buyer's agreement to let the card be kept.
pub const KEEP: &str = "keep_card";

/// What every function of the payment page needs: keys, merchants, who operates it, the time.
#[derive(Debug)]
pub struct Checkout {
    keyring: Keyring,
    merchants: Merchants,
    links: Links,
    offers: Offers,
    operator: Option<String>,
    clock: Clock,
}

impl Checkout {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn open(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let keyring = Keyring::open(config).await?;
        let table = config.table()?;
        let merchants = Merchants::new(store::Merchants::new(table.clone()), clock.clone());
        let operator = config.required("OPERATOR").ok().map(str::to_owned);
        Ok(Self { keyring, merchants, links: Links::new(table.clone()), offers: Offers::new(table), operator, clock })
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A merchant with its secrets, or none of that number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn merchant(&self, id: &MerchantId) -> Result<Option<Arc<OpenedMerchant>>, StoreError> {
        self.merchants.load(id, &self.keyring).await
    }

    /// A payment link, whosever it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn link(&self, id: &LinkId) -> Result<Option<Link>, StoreError> {
        self.links.load(id).await
    }

    /// The offer of a regular purchase in its newest version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn offer(&self, merchant: &MerchantId, id: &OfferId) -> Result<Option<Offer>, StoreError> {
        self.offers.load(merchant, id).await
    }

    /// Opens a sealed form or handle.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn unseal<T: Sealed>(&self, text: &str) -> Result<T, SealError> {
        self.keyring.unseal(text, self.now())
    }

    /// Opens a sealed handle, also where its time is over.
    ///
    /// # Errors
    /// [`SealError::Foreign`].
    pub fn unseal_expired<T: Sealed>(&self, text: &str) -> Result<(T, Lapse), SealError> {
        self.keyring.unseal_expired(text, self.now())
    }

    /// The address of the result page of a payment.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn return_path(&self, handle: &ReturnHandle) -> Result<String, SealError> {
        Ok(format!("/return/{}", self.keyring.seal(handle, self.after(HANDLE_LIFETIME))?))
    }

    /// The address of ours that leads to the issuer with a payment's last attempt, and that the issuer leads back to.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn challenge_path(&self, handle: &ChallengeHandle) -> Result<String, SealError> {
        Ok(format!("/pay/challenge/{}", self.keyring.seal(handle, self.after(CHALLENGE_LIFETIME))?))
    }

    /// Has the browser remember that it sent a payment's last attempt to the issuer: who comes back by the shop or by "back" is taken there again.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn remember(&self, response: &mut Response<Body>, handle: &ChallengeHandle) -> Result<(), SealError> {
        let sealed = self.keyring.seal(handle, self.after(CHALLENGE_LIFETIME))?;
        let age_s = CHALLENGE_LIFETIME.as_secs();
        answer::set_cookie(
            response,
            &format!("{COOKIE}={sealed}; Path=/; Max-Age={age_s}; Secure; HttpOnly; SameSite=Lax"),
        );
        Ok(())
    }

    /// What [`remember`](Self::remember) left in this browser about this payment.
    pub fn remembered(&self, request: &Request, key: &PaymentKey) -> Option<ReturnHandle> {
        let ChallengeHandle { key: sent, nonce } = self.unseal(answer::cookie(request, COOKIE)?).ok()?;
        (sent == *key).then_some(ReturnHandle { key: sent, nonce })
    }

    /// The address where a buyer changes or deletes a kept card, open for `lifetime` (30 days at most, in mails).
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn card_path(&self, handle: &CardHandle, lifetime: SignedDuration) -> Result<String, SealError> {
        card_path(&self.keyring, handle, self.now(), lifetime)
    }

    /// The address where a buyer sees and stops a regular purchase, open for `lifetime` (30 days at most, in mails).
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn plan_path(&self, handle: &PlanHandle, lifetime: SignedDuration) -> Result<String, SealError> {
        plan_path(&self.keyring, handle, self.now(), lifetime)
    }

    /// The address of a payment's receipt.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn receipt_path(&self, handle: &ReceiptHandle) -> Result<String, SealError> {
        receipt_path(&self.keyring, handle, self.now())
    }

    /// The address that says what became of a card that was typed to replace a kept one.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn card_result_path(&self, handle: &CardResultHandle) -> Result<String, SealError> {
        Ok(format!("/card/result/{}", self.keyring.seal(handle, self.after(HANDLE_LIFETIME))?))
    }

    /// What a form carries sealed, for as long as a form may stay open.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn seal_form<T: Sealed>(&self, form: &T) -> Result<String, SealError> {
        self.keyring.seal(form, self.after(FORM_LIFETIME))
    }

    /// The shop in whose name a page speaks.
    pub fn shop<'a>(&'a self, merchant: &'a Merchant) -> Shop<'a> {
        Shop::of(merchant, self.operator.as_deref())
    }

    /// The payment form for an order.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn form(
        &self,
        request: &Request,
        merchant: &Merchant,
        order: &SealedOrder,
        state: FormState<'_>,
    ) -> Result<Response<Body>, SealError> {
        let lang = order.details.lang;
        let shop = self.shop(merchant);
        let Offering { link, joins } = state.offering;
        let deadline = deadline(lang, link.as_ref());
        // Whoever joins is shown the offer's terms, whatever the link has of its own.
        let terms = link.as_ref().filter(|_| joins.is_none()).and_then(|link| link.terms.as_ref());
        let terms = terms.map_or_else(Terms::default, |terms| Terms::of(lang, terms, &deadline));
        let order = order.clone().showing(&terms, state.offering, merchant, self.now());
        let order = &order.asking(merchant, state.kept);
        let joins = joins.as_ref().map(|offer| offering::joining(offer, merchant, lang, link.as_ref(), self.now()));
        let token = self.seal_form(order)?;
        let free = free_entries(merchant, &order.details, lang);
        let free: Vec<FreeEntry<'_>> = free.iter().map(OwnedFree::entry).collect();
        let switch = [(REOPEN, token.as_str()), ("lang", lang.other().tag())];
        let kept = state.kept.filter(|card| order.kept == Some(card.id));
        let manage = kept.map(|card| self.card_path(&CardHandle::of(card), FORM_LIFETIME)).transpose()?;
        let expired = state.kept.filter(|card| card.recalls() && card.has_expired(self.now()));
        let page = page::payment_form(&PaymentForm {
            lang,
            shop: &shop,
            order: page::Order {
                number: state.numbered(order).then_some(order.order.as_str()),
                amount: order.amount,
                item: Some(order.details.item.as_str()).filter(|item| !item.is_empty()),
                terms,
                joins: joins.as_ref(),
            },
            free: &free,
            entered: Entered { holder: state.holder, mail: &order.details.mail },
            token: &token,
            problems: state.problems,
            declined: state.declined,
            kept: kept.map(|card| &card.card),
            expired_kept: expired.map(|card| &card.card),
            replaces: state
                .kept
                .filter(|card| kept.is_none() && expired.is_none() && card.recalls())
                .map(|card| &card.card),
            keep: order.consent,
            keep_checked: state.keep_checked,
            manage: manage.as_deref(),
            asks_consent: !merchant.page.asks_consent_itself,
            leads_back: merchant.destination(order.details.destination).is_some() || merchant.back_address.is_some(),
            own: page::OwnTexts::of(merchant),
            language: Some(LanguageSwitch::Form { action: "/pay", fields: &switch }),
        });
        let status = if state.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok(answer::page(request, status, page))
    }

    /// A plain refusal as an answer, in the name of the merchant where it is known.
    pub fn notice(
        &self,
        request: &Request,
        merchant: Option<&Merchant>,
        lang: Lang,
        status: StatusCode,
        notice: Notice,
    ) -> Response<Body> {
        let shop = merchant.map(|merchant| self.shop(merchant));
        let view = page::NoticePage { lang, shop: shop.as_ref(), notice, order: None, language: None };
        answer::page(request, status, page::notice(&view))
    }

    /// The answer to an address that opens nothing (any more): a page without personal data.
    pub fn shut(&self, request: &Request) -> Response<Body> {
        let lang = answer::language(request, None);
        let view = page::ResultPage { lang, shop: None, outcome: page::Outcome::Expired, language: None };
        answer::page(request, StatusCode::NOT_FOUND, page::result(&view))
    }

    fn after(&self, lifetime: SignedDuration) -> Timestamp {
        self.now().saturating_add(lifetime).unwrap_or(Timestamp::MAX)
    }
}

/// What a rendering of the payment form shows besides the order.
#[derive(Clone, Copy, Debug)]
pub struct FormState<'a> {
    /// What is to be mended.
    pub problems: &'a [FormProblem],
    /// The cardholder's name, typed before.
    pub holder: &'a str,
    /// The card company refused the last card.
    pub declined: Option<DeclineNotice>,
    /// The buyer's kept card.
    pub kept: Option<&'a KeptCard>,
    /// The buyer had agreed to let the typed card be kept.
    pub keep_checked: bool,
    /// What the order came by and what it begins.
    pub offering: &'a Offering,
}

impl<'a> FormState<'a> {
    /// A form that nothing was typed into.
    pub const fn new(offering: &'a Offering) -> Self {
        Self { problems: &[], holder: "", declined: None, kept: None, keep_checked: false, offering }
    }
}

impl FormState<'_> {
    /// Whether the order's number is the shop's own: one of ours says nothing to the shopper.
    fn numbered(&self, order: &SealedOrder) -> bool {
        let given =
            self.offering.link.as_ref().and_then(|link| link.buyer.as_ref()).is_some_and(|buyer| buyer.order.is_some());
        match order.origin {
            Origin::Page => true,
            Origin::Link(_) => given,
            Origin::CardUpdate(_)
            | Origin::Single { .. }
            | Origin::Api
            | Origin::Batch { .. }
            | Origin::Renewal { .. }
            | Origin::Agreement { .. }
            | Origin::Continuation { .. } => false,
        }
    }
}
