//! The payment page and the way back: what travels sealed through the shopper's browser, and how it becomes a page.

mod offering;

use std::sync::Arc;

use domain::{
    CardId, CardOwner, Clock, KeptCard, Lang, LinkId, MerchantId, Nonce, OrderId, Payment, PaymentKey, Yen,
    card::ConsentScope,
    link::Link,
    merchant::{FreeItemRule, Merchant, Mode, Status},
    payment::{Details, Interface, Order, Origin, State},
    recurring::{
        offer::{Offer, OfferId},
        plan::PlanId,
    },
};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use words::{FormProblem, Notice};

use crate::{
    Config, Keyring, KeyringError, Lapse, Merchants, OpenedMerchant, SealError, Sealed, Stage, http as answer,
    page::{self, DeclineNotice, Entered, FreeEntry, LanguageSwitch, PaymentForm, Shop, Terms},
};
pub use offering::{Barred, Offering, deadline, link_closed, next_charge, untouched};
use store::{Links, Offers, StoreError};

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

/// A verified order, sealed into the form that pays it: nothing in it can be changed by the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedOrder {
    /// Whose it is.
    pub merchant: MerchantId,
    /// The settings it was verified under.
    pub settings_version: u32,
    /// Its number.
    pub order: OrderId,
    /// What it costs.
    pub amount: Yen,
    /// How it came.
    pub interface: Interface,
    /// Who claims it.
    pub origin: Origin,
    /// The visit.
    pub generation: u16,
    /// The operation that this rendering stands for.
    pub n: u32,
    /// This rendering.
    pub nonce: Nonce,
    /// The kept card that this rendering offers: the right to pay with it.
    pub kept: Option<CardId>,
    /// The shopper wants to pay with another card than the kept one.
    pub another: bool,
    /// What this rendering asks the buyer to agree to if the card is kept.
    pub consent: Option<ConsentScope>,
    /// The rest.
    pub details: Details,
}

impl Sealed for SealedOrder {
    const PURPOSE: &'static str = "payment form";
}

/// The right to be handed back to the shop with a payment's result.
///
/// Whoever holds the nonce of the payment's last attempt sent that attempt. Any other holder is shown how the order stands, without personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnHandle {
    /// The payment.
    pub key: PaymentKey,
    /// The rendering that the attempt was sent from.
    pub nonce: Nonce,
}

impl Sealed for ReturnHandle {
    const PURPOSE: &'static str = "return";
}

/// The right to go to the issuer with a payment's last attempt, and to come back from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeHandle {
    /// The payment.
    pub key: PaymentKey,
    /// The rendering that the attempt was sent from.
    pub nonce: Nonce,
}

impl Sealed for ChallengeHandle {
    const PURPOSE: &'static str = "challenge";
}

/// A buyer's right to change or delete a kept card. It ends with the card: another card of the same buyer has another id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardHandle {
    /// Who may charge the card.
    pub merchant: MerchantId,
    /// Whose it is.
    pub owner: CardOwner,
    /// Which card.
    pub id: CardId,
}

impl Sealed for CardHandle {
    const PURPOSE: &'static str = "kept card";
}

/// A buyer's right to see, pause and stop a regular purchase, and to change its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanHandle {
    /// Who is paid.
    pub merchant: MerchantId,
    /// The contract.
    pub plan: PlanId,
}

impl Sealed for PlanHandle {
    const PURPOSE: &'static str = "regular purchase";
}

/// The right to see what became of a card that was typed to replace a kept one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardResultHandle {
    /// The registration of the new card.
    pub key: PaymentKey,
    /// The rendering that it was sent from.
    pub nonce: Nonce,
}

impl Sealed for CardResultHandle {
    const PURPOSE: &'static str = "kept card result";
}

/// The right to see and print the receipt of a payment. It opens nothing where the payment is not paid (any more).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptHandle {
    /// The payment.
    pub key: PaymentKey,
}

impl Sealed for ReceiptHandle {
    const PURPOSE: &'static str = "receipt";
}

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
    /// [`SealError`] where the random source fails.
    pub fn return_path(&self, handle: &ReturnHandle) -> Result<String, SealError> {
        Ok(format!("/return/{}", self.keyring.seal(handle, self.after(HANDLE_LIFETIME))?))
    }

    /// The address of ours that leads to the issuer with a payment's last attempt, and that the issuer leads back to.
    ///
    /// # Errors
    /// [`SealError`] where the random source fails.
    pub fn challenge_path(&self, handle: &ChallengeHandle) -> Result<String, SealError> {
        Ok(format!("/pay/challenge/{}", self.keyring.seal(handle, self.after(CHALLENGE_LIFETIME))?))
    }

    /// Has the browser remember that it sent a payment's last attempt to the issuer: who comes back by the shop or by "back" is taken there again.
    ///
    /// # Errors
    /// [`SealError`] where the random source fails.
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
    /// [`SealError`] where the random source fails.
    pub fn card_path(&self, handle: &CardHandle, lifetime: SignedDuration) -> Result<String, SealError> {
        card_path(&self.keyring, handle, self.now(), lifetime)
    }

    /// The address where a buyer sees and stops a regular purchase, open for `lifetime` (30 days at most, in mails).
    ///
    /// # Errors
    /// [`SealError`] where the random source fails.
    pub fn plan_path(&self, handle: &PlanHandle, lifetime: SignedDuration) -> Result<String, SealError> {
        plan_path(&self.keyring, handle, self.now(), lifetime)
    }

    /// The address of a payment's receipt.
    ///
    /// # Errors
    /// [`SealError`] where the random source fails.
    pub fn receipt_path(&self, handle: &ReceiptHandle) -> Result<String, SealError> {
        receipt_path(&self.keyring, handle, self.now())
    }

    /// The address that says what became of a card that was typed to replace a kept one.
    ///
    /// # Errors
    /// [`SealError`] where the random source fails.
    pub fn card_result_path(&self, handle: &CardResultHandle) -> Result<String, SealError> {
        Ok(format!("/card/result/{}", self.keyring.seal(handle, self.after(HANDLE_LIFETIME))?))
    }

    /// What a form carries sealed, for as long as a form may stay open.
    ///
    /// # Errors
    /// [`SealError`] where the random source fails.
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
    /// [`SealError`] where the random source fails.
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
        let switch = [(REOPEN, token.as_str()), ("lang", other(lang).tag())];
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

/// The address where a buyer changes or deletes a kept card, open from `now` for `lifetime`, 30 days at most.
///
/// # Errors
/// [`SealError`] where the random source fails.
pub fn card_path(
    keyring: &Keyring,
    handle: &CardHandle,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Result<String, SealError> {
    let expires_at = now.saturating_add(lifetime.min(CARD_LIFETIME)).unwrap_or(Timestamp::MAX);
    Ok(format!("/card/{}", keyring.seal(handle, expires_at)?))
}

/// The address where a buyer sees and stops a regular purchase, open from `now` for `lifetime`, 30 days at most.
///
/// # Errors
/// [`SealError`] where the random source fails.
pub fn plan_path(
    keyring: &Keyring,
    handle: &PlanHandle,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Result<String, SealError> {
    let expires_at = now.saturating_add(lifetime.min(CARD_LIFETIME)).unwrap_or(Timestamp::MAX);
    Ok(format!("/plan/{}", keyring.seal(handle, expires_at)?))
}

/// The address of a payment's receipt, open for 30 days from `now`.
///
/// # Errors
/// [`SealError`] where the random source fails.
pub fn receipt_path(keyring: &Keyring, handle: &ReceiptHandle, now: Timestamp) -> Result<String, SealError> {
    let expires_at = now.saturating_add(RECEIPT_LIFETIME).unwrap_or(Timestamp::MAX);
    Ok(format!("/receipt/{}", keyring.seal(handle, expires_at)?))
}

/// Draws the nonce of one rendering.
///
/// # Errors
/// [`SealError`] where the random source fails.
pub fn draw_nonce() -> Result<Nonce, SealError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| SealError::Foreign)?;
    Ok(Nonce::from_random(bytes))
}

impl CardHandle {
    /// The right to this card.
    pub fn of(card: &KeptCard) -> Self {
        Self { merchant: card.merchant.clone(), owner: card.owner.clone(), id: card.id }
    }
}

impl SealedOrder {
    /// Whose kept card may be offered for this order. None: the shop names no buyer, or has not that option.
    pub fn buyer(&self, merchant: &Merchant) -> Option<CardOwner> {
        let user = Some(&self.details.user).filter(|user| merchant.card_on_file && !user.is_empty());
        user.map(|user| CardOwner::Buyer(user.clone()))
    }

    /// The same order, offering the buyer's kept card unless it is of no use or another is wanted.
    #[must_use]
    pub fn offering(mut self, kept: Option<&KeptCard>, now: Timestamp) -> Self {
        self.kept = kept.filter(|card| !self.another && card.pays(now)).map(|card| card.id);
        self
    }

    /// The same order with what its page asks the buyer to agree to. A card that may be charged by the merchant gives way only to one that may be, too.
    #[must_use]
    fn asking(mut self, merchant: &Merchant, kept: Option<&KeptCard>) -> Self {
        let user = &self.details.user;
        let asked = match (&self.details.offer, self.kept) {
            (Some(_), _) => Some(merchant.keeps_to_join(user)),
            (None, Some(_)) => None,
            (None, None) => merchant.keeps(user),
        };
        let before = kept.filter(|card| card.number.is_some()).map(|card| card.consent.scope).or(self.consent);
        self.consent = asked.map(|asked| before.map_or(asked, |before| asked.and(before)));
        self
    }

    /// The payment it is about.
    pub fn key(&self) -> PaymentKey {
        PaymentKey::new(self.merchant.clone(), self.order.clone())
    }

    /// The order, to be decided about.
    pub fn to_order(&self, merchant: &Merchant) -> Order {
        Order {
            key: self.key(),
            amount: self.amount,
            interface: self.interface,
            origin: self.origin.clone(),
            attempts_allowed: merchant.attempts,
            details: self.details.clone(),
        }
    }

    /// The same order for the visit and attempt that `stored` leaves open.
    #[must_use]
    pub fn following(mut self, stored: Option<&Payment>) -> Self {
        (self.generation, self.n) = match stored {
            None => (0, 1),
            Some(payment) if payment.state.is_unpaid() => (payment.generation.saturating_add(1), payment.next_n()),
            Some(payment) => (payment.generation, payment.next_n()),
        };
        self
    }

    /// The order of a stored payment, to be tried again with another card.
    ///
    /// # Errors
    /// [`SealError`] where the random source fails.
    pub fn of(payment: &Payment, merchant: &Merchant) -> Result<Self, SealError> {
        let order = Self {
            merchant: payment.key.merchant.clone(),
            settings_version: merchant.version,
            order: payment.key.order.clone(),
            amount: payment.amount,
            interface: payment.interface,
            origin: payment.origin.clone(),
            generation: 0,
            n: 1,
            nonce: draw_nonce()?,
            kept: None,
            another: false,
            consent: payment.keeping.as_ref().map(|keeping| keeping.scope),
            details: payment.details.clone(),
        };
        Ok(order.following(Some(payment)))
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

/// The other of the two languages.
pub const fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Ja => Lang::En,
        Lang::En => Lang::Ja,
    }
}

struct OwnedFree<'a> {
    item: u8,
    label: String,
    value: &'a str,
    rule: FreeItemRule,
}

impl OwnedFree<'_> {
    fn entry(&self) -> FreeEntry<'_> {
        match self.rule {
            FreeItemRule::Hidden | FreeItemRule::Shown => FreeEntry::Shown { label: &self.label, value: self.value },
            FreeItemRule::Asked | FreeItemRule::Required => FreeEntry::Asked {
                item: self.item,
                label: &self.label,
                value: self.value,
                required: self.rule == FreeItemRule::Required,
            },
        }
    }
}

fn free_entries<'a>(merchant: &'a Merchant, details: &'a Details, lang: Lang) -> Vec<OwnedFree<'a>> {
    let entries = (1_u8..).zip(&merchant.free_items).zip(&details.free);
    entries
        .filter(|((_, item), value)| match item.rule {
            FreeItemRule::Hidden => false,
            FreeItemRule::Shown => !value.is_empty(),
            FreeItemRule::Asked | FreeItemRule::Required => true,
        })
        .map(|((number, item), value)| OwnedFree {
            item: number,
            label: free_label(&item.label, number, lang),
            value,
            rule: item.rule,
        })
        .collect()
}

/// A free item's label: the merchant's, or the plain one with its number.
pub fn free_label(label: &str, number: u8, lang: Lang) -> String {
    if label.is_empty() { (words::words(lang).order.free)(number) } else { label.to_owned() }
}

/// How an order stands, for a form that may not be shown.
pub fn standing(payment: &Payment, order: &SealedOrder) -> OrderStanding {
    if payment.origin != order.origin {
        return OrderStanding::OtherOrigin;
    }
    if let Some(at) = payment.joined_at().filter(|_| payment.joined_free()) {
        return OrderStanding::Joined(at);
    }
    match &payment.state {
        State::Failed { .. } | State::Abandoned { .. } => OrderStanding::Open,
        _ if payment.amount != order.amount => OrderStanding::OtherAmount,
        State::Declined { .. } => OrderStanding::Open,
        State::Authorized { at, .. } | State::Captured { at, .. } => OrderStanding::Paid(*at),
        State::Cancelled { .. } | State::Lapsed { .. } => OrderStanding::LetGo,
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::NeedsPerson(_) => OrderStanding::Running,
    }
}

/// Whether a form may be shown for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStanding {
    /// It may.
    Open,
    /// An attempt runs or is being checked.
    Running,
    /// It was paid then.
    Paid(Timestamp),
    /// A regular purchase began with it then, for nothing.
    Joined(Timestamp),
    /// It was paid for, and then let go for good.
    LetGo,
    /// It stands with another amount.
    OtherAmount,
    /// Something else claimed the number.
    OtherOrigin,
}

/// Whether a merchant may take payments here: a test merchant in a sandbox only, a live one only live.
pub const fn trades_at(merchant: &Merchant, stage: Stage) -> bool {
    match (merchant.mode, stage) {
        (Mode::Test, Stage::Sandbox) | (Mode::Live, Stage::Live) => match merchant.status {
            Status::Active => true,
            Status::Suspended | Status::Closed => false,
        },
        (Mode::Test, Stage::Live) | (Mode::Live, Stage::Sandbox) => false,
    }
}
