//! One charge: the same five steps for the page, a batch row, a renewal and an operator.

use std::net::IpAddr;

use domain::{
    Approval, CardDetails, CardId, Fingerprint, Initiator, KeptCard, LeaseId, MaskedCard, Merchant, Nonce, Pan,
    Payment, SecurityCode, Yen,
    acquirer::{
        Authorization, AuthorizeOutcome, BrowserData, Instrument, ReverseOutcome, ThreeDsRequest, UnknownCause,
    },
    attention::{Matter, MatterKind},
    card::HeldNumber,
    payment::{Decision, Intent, Keeping, Lease, Order, Standing, State},
    tries::{TriedBy, TriedCard},
};
use jiff::{SignedDuration, Timestamp};
use store::Written;

use crate::{
    ACQUIRER_LIMIT, ASK_LIMIT, ChargeError, Charging, LEASE_GRACE, Vault, VaultError,
    day_limit::{DayLimits, Takings},
    guard::{Admission, Guard, Ticket, Told, Visitor},
};

/// How often a refused intent is decided again with what stands; more means that others keep moving it.
const DECISIONS: usize = 4;

/// An order, a card and the attempt that a form or a row stands for.
#[derive(Debug)]
pub struct Charge {
    /// What is paid.
    pub order: Order,
    /// With what.
    pub means: Means,
    /// The buyer agrees to let the card be kept.
    pub keeping: Option<Keeping>,
    /// Which attempt.
    pub attempt: Attempt,
    /// Who starts it.
    pub initiator: Initiator,
    /// Capture with the authorization.
    pub capture: bool,
    /// How the payer is authenticated. None where nobody is there.
    pub three_ds: Option<ThreeDsRequest>,
    /// For 3-D Secure.
    pub browser: BrowserData,
    /// When the invocation is cut off.
    pub deadline: Timestamp,
}

/// What is paid with.
#[derive(Debug)]
pub enum Means {
    /// A card that was typed for this charge.
    Typed(CardDetails),
    /// A kept card.
    Kept {
        /// Which.
        card: Box<KeptCard>,
        /// The security code, asked again wherever somebody is there to be asked.
        code: Option<SecurityCode>,
    },
}

/// Who watches a charge for the testing of stolen cards and for the operator's bound on a day, by whose settings, and where the payer is.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// Who counts and refuses.
    pub guard: &'a Guard,
    /// Whose settings.
    pub merchant: &'a Merchant,
    /// Where the request came from, as the gateway saw it.
    pub address: Option<IpAddr>,
    /// What it adds to the merchant's day.
    pub takings: Takings<'a>,
}

/// What a form stands for: a visit, an operation number, a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The visit.
    pub generation: u16,
    /// The operation number.
    pub n: u32,
    /// The rendering.
    pub nonce: Nonce,
}

/// How a charge ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charged {
    /// The acquirer was asked; this is what is stored now.
    Tried(Box<Payment>),
    /// The acquirer was not asked, because of how the order stands.
    Stands(Standing, Box<Payment>),
}

impl Charging {
    /// Charges a card for an order.
    ///
    /// # Errors
    /// [`ChargeError`]: nothing was tried. Once the intent is stored there is no error, only how the payment stands.
    pub async fn charge(&self, vault: &Vault, watch: Watch<'_>, charge: Charge) -> Result<Charged, ChargeError> {
        let card = Ready::of(vault, &charge).await?;
        let tried = card.tried(&charge);
        let _turn = self.turns.take(tried.as_ref()).await;
        let lease = self.lease(charge.deadline)?;
        let admitted = match watch.admit(&charge.order, &card).await {
            Ok(ticket) => self.may_try(tried.as_ref(), card.agreed).await.map(|()| ticket),
            refused => refused,
        };
        let ticket = match admitted {
            Ok(ticket) => ticket,
            Err(why) => return self.refused(&charge, &card, lease, why).await,
        };
        let amount = charge.order.amount;
        let (charged, told) = self.carry_out(vault, charge, card, lease).await?;
        if let Some(told) = told {
            watch.tell(amount, &ticket, told).await;
        }
        Ok(charged)
    }

    /// Charges a kept card for an order where neither the payer nor an operator is there: a row of a batch, a renewal, the JSON API.
    ///
    /// The guard against card testing is not asked and told nothing. Nobody who tries stolen cards can type one here, and a file of a thousand old cards
    /// must not make the merchant's shoppers wait. The networks' limits on tries of one card and the operator's bound on the merchant's day hold here, too.
    ///
    /// # Errors
    /// As [`charge`](Self::charge).
    pub async fn charge_unattended(
        &self,
        vault: &Vault,
        (merchant, limits): (&Merchant, &DayLimits),
        charge: Charge,
    ) -> Result<Charged, ChargeError> {
        let card = Ready::of(vault, &charge).await?;
        let tried = card.tried(&charge);
        let _turn = self.turns.take(tried.as_ref()).await;
        let lease = self.lease(charge.deadline)?;
        let amount = charge.order.amount;
        let admitted = match limits.admit(merchant, amount).await {
            Ok(()) => self.may_try(tried.as_ref(), card.agreed).await,
            refused => refused,
        };
        if let Err(why) = admitted {
            return self.refused(&charge, &card, lease, why).await;
        }
        let (charged, told) = self.carry_out(vault, charge, card, lease).await?;
        if told == Some(Told::Approved) {
            limits.add(merchant, amount);
        }
        Ok(charged)
    }

    /// The steps that every charge has; answers what the guard would be told, too.
    async fn carry_out(
        &self,
        vault: &Vault,
        charge: Charge,
        card: Ready,
        lease: Lease,
    ) -> Result<(Charged, Option<Told>), ChargeError> {
        let payment = match self.intend(&charge, &card, lease).await? {
            Intended::Stored(payment) => payment, // record the intent
            Intended::Stands(standing, payment) => return Ok((Charged::Stands(standing, payment), None)),
        };
        let Ready { instrument, pan, .. } = card;
        let outcome = self.ask(&payment, charge, instrument).await; // act: a timeout is an outcome too
        let (approval, told) = (approval_of(&outcome), Told::of(&outcome));
        self.note_outcome(&payment, payment.last_n, &outcome).await;
        let payment = self.record(*payment, outcome).await; // record the result
        let number = pan.as_ref().map(|pan| (vault, pan));
        let payment = self.after_approval(payment, approval, number).await;
        Ok((Charged::Tried(Box::new(payment)), told))
    }

    /// No card was let through. A form that was sent before is answered all the same: its charge is not made again.
    async fn refused(
        &self,
        charge: &Charge,
        card: &Ready,
        lease: Lease,
        why: ChargeError,
    ) -> Result<Charged, ChargeError> {
        let stored = self.payments.load(&charge.order.key).await?;
        match (Payment::decide(stored.as_ref(), &charge.order, &intent(charge, card, lease), self.clock.now()), stored)
        {
            (Decision::Stands(standing), Some(payment)) => Ok(Charged::Stands(standing, Box::new(payment))),
            (Decision::Start(_) | Decision::Started(_) | Decision::Stands(_), _) => Err(why),
        }
    }

    /// A hold on what is charged before `deadline`.
    ///
    /// # Errors
    /// [`ChargeError::TooLate`] where the acquirer's limit does not fit any more.
    pub fn lease(&self, deadline: Timestamp) -> Result<Lease, ChargeError> {
        if !self.fits(deadline) {
            return Err(ChargeError::TooLate);
        }
        let mut id = [0; 8];
        getrandom::fill(&mut id)?;
        let until = deadline.saturating_add(LEASE_GRACE).unwrap_or(Timestamp::MAX);
        Ok(Lease { id: LeaseId::from_random(id), until })
    }

    /// Whether the acquirer's limit still fits before `deadline`.
    pub fn fits(&self, deadline: Timestamp) -> bool {
        SignedDuration::try_from(ACQUIRER_LIMIT)
            .is_ok_and(|limit| self.clock.now().saturating_add(limit).is_ok_and(|end| end <= deadline))
    }

    /// Decides and stores the intent. A refused write brings what stands, and the decision is made again with that.
    async fn intend(&self, charge: &Charge, card: &Ready, lease: Lease) -> Result<Intended, ChargeError> {
        let intent = intent(charge, card, lease);
        let Attempt { generation, n, .. } = charge.attempt;
        // The first attempt of an order puts without reading. A later one must know what it follows.
        let first = generation == 0 && n == 1;
        let mut stored = if first { None } else { self.payments.load(&charge.order.key).await? };
        for _ in 0..DECISIONS {
            let now = self.clock.now();
            match (Payment::decide(stored.as_ref(), &charge.order, &intent, now), stored.take()) {
                (Decision::Started(payment), _) => return Ok(Intended::Stored(payment)),
                (Decision::Stands(standing), Some(payment)) => {
                    return Ok(Intended::Stands(standing, Box::new(payment)));
                }
                (Decision::Start(payment), _) => match self.payments.put(&payment, lease.until).await? {
                    Written::Done => return Ok(Intended::Stored(payment)),
                    Written::Refused(stands) => stored = stands.map(|payment| *payment),
                },
                // Only something stored can stand in the way.
                (Decision::Stands(_), None) => {}
            }
        }
        Err(ChargeError::Store(store::StoreError::Conflict))
    }

    /// Asks the acquirer, if its limit still fits after the intent was stored.
    async fn ask(&self, payment: &Payment, charge: Charge, instrument: Instrument) -> AuthorizeOutcome {
        let State::Authorizing { n, .. } = &payment.state else {
            return AuthorizeOutcome::Unknown(UnknownCause::Mismatch);
        };
        if !self.fits(charge.deadline) {
            // Nothing was sent, but only an inquiry may say so.
            return AuthorizeOutcome::Unknown(UnknownCause::Timeout);
        }
        let authorization = Authorization {
            reference: payment.reference(*n),
            order: payment.key.clone(),
            amount: payment.amount,
            instrument,
            initiator: charge.initiator,
            capture: charge.capture,
            on_file: matches!(charge.means, Means::Kept { .. }),
            keep: charge.keeping.is_some(),
            three_ds: charge.three_ds,
            network_id: charge.means.network_id(charge.initiator),
            browser: charge.browser,
        };
        let started = self.clock.now();
        let outcome = self.acquirer.authorize(&authorization, ACQUIRER_LIMIT).await;
        self.say_if_unknown(payment, *n, &outcome, started);
        outcome
    }

    pub(crate) fn say_if_unknown(&self, payment: &Payment, n: u32, outcome: &AuthorizeOutcome, started: Timestamp) {
        let duration_ms = self.clock.now().duration_since(started).as_millis();
        if let AuthorizeOutcome::Unknown(cause) = outcome {
            tracing::warn!(payment.id = %payment.key, operation = n, %cause, duration_ms = %duration_ms, "authorization outcome is unknown");
        }
    }

    /// Stores the outcome and answers what stands then. Without a stored result nobody is told one.
    pub(crate) async fn record(&self, payment: Payment, outcome: AuthorizeOutcome) -> Payment {
        let approved = matches!(outcome, AuthorizeOutcome::Approved(_));
        let Ok(resolved) = payment.resolve(outcome, self.clock.now()) else { return payment };
        let look_at = payment.look_after_challenge(&resolved);
        match self.payments.advance(&resolved, look_at).await {
            Ok(Written::Done) => resolved,
            Ok(Written::Refused(stands)) => {
                let stands = stands.map_or(payment, |stands| *stands);
                if approved && stands.state.approved_n() != Some(resolved.last_n) {
                    self.undo_late_approval(&stands, &resolved).await;
                }
                stands
            }
            Err(error) => {
                // The lease runs out and reconcile asks the acquirer: the payer is told "being checked".
                tracing::error!(payment.id = %payment.key, error = %domain::Causes::of(&error), "result could not be stored");
                payment
            }
        }
    }

    /// An approval came after the payment was given up: it is undone at once, and someone hears of it.
    async fn undo_late_approval(&self, stands: &Payment, resolved: &Payment) {
        let n = resolved.last_n;
        let outcome = self.acquirer.reverse(&resolved.reference(n), ASK_LIMIT).await;
        let undone = !matches!(outcome, ReverseOutcome::NoAnswer(_));
        self.raise(Matter::of_payment(stands, MatterKind::LateApproval { undone }, n, stands.opened_at)).await;
        tracing::error!(
            alarm = true,
            payment.id = %stands.key,
            reference = %resolved.reference(n),
            state = stands.state.name(),
            undone,
            "late approval"
        );
    }
}

impl Means {
    /// What ties the merchant's own charge of a kept card to the payment in which its buyer was there.
    fn network_id(&self, initiator: Initiator) -> Option<String> {
        match (self, initiator) {
            (Self::Typed(_), _) | (Self::Kept { .. }, Initiator::Cardholder | Initiator::MailOrTelephone) => None,
            (Self::Kept { card, .. }, Initiator::MerchantRecurring | Initiator::MerchantUnscheduled) => {
                card.network_id.clone()
            }
        }
    }
}

/// The attempt that wants to start.
fn intent(charge: &Charge, card: &Ready, lease: Lease) -> Intent {
    let Attempt { generation, n, nonce } = charge.attempt;
    Intent {
        generation,
        n,
        nonce,
        lease,
        initiator: charge.initiator,
        card: card.masked.clone(),
        holder: card.holder.clone(),
        fingerprint: card.fingerprint,
        card_id: card.id,
        keeping: charge.keeping.clone(),
    }
}

impl Watch<'_> {
    async fn admit(&self, order: &Order, card: &Ready) -> Result<Box<Ticket>, ChargeError> {
        match self.takings {
            Takings::Bounded(limits) => limits.admit(self.merchant, order.amount).await?,
            Takings::Nothing => {}
        }
        let visitor = Visitor {
            address: self.address,
            user: &order.details.user,
            bin: card.pan.as_ref().map(Pan::bin),
            fingerprint: card.fingerprint,
        };
        match self.guard.admit(self.merchant, &visitor).await {
            Admission::Admitted(ticket) => Ok(ticket),
            Admission::Refused(_) => Err(ChargeError::CardTesting),
        }
    }

    async fn tell(&self, amount: Yen, ticket: &Ticket, told: Told) {
        match (self.takings, told) {
            (Takings::Bounded(limits), Told::Approved) => limits.add(self.merchant, amount),
            (Takings::Bounded(_), Told::Declined(_)) | (Takings::Nothing, _) => {}
        }
        self.guard.tell(ticket, told).await;
    }
}

pub(crate) fn approval_of(outcome: &AuthorizeOutcome) -> Option<Approval> {
    match outcome {
        AuthorizeOutcome::Approved(approval) => Some(approval.clone()),
        AuthorizeOutcome::Declined(_) | AuthorizeOutcome::ChallengeRequired(_) | AuthorizeOutcome::Unknown(_) => None,
    }
}

/// A card made ready for the acquirer: opened if it was kept, known again by its fingerprint.
struct Ready {
    instrument: Instrument,
    /// The number, where it was typed now: what may have to be sealed.
    pan: Option<Pan>,
    masked: MaskedCard,
    holder: String,
    fingerprint: Option<Fingerprint>,
    id: Option<CardId>,
    /// When its buyer agreed to its being kept.
    agreed: Option<Timestamp>,
}

impl Ready {
    /// The card as the networks count its tries.
    fn tried(&self, charge: &Charge) -> Option<TriedCard> {
        let merchant = charge.order.key.merchant.clone();
        let by = TriedBy::of(charge.initiator);
        Some(TriedCard { merchant, fingerprint: self.fingerprint?, brand: self.masked.brand, by })
    }

    async fn of(vault: &Vault, charge: &Charge) -> Result<Self, ChargeError> {
        match &charge.means {
            Means::Typed(card) => {
                let id = charge.keeping.is_some().then(draw_card_id).transpose()?;
                Ok(Self {
                    instrument: Instrument::Card(card.clone()),
                    pan: Some(card.pan.clone()),
                    masked: card.masked(),
                    holder: card.holder.clone(),
                    fingerprint: recognised(vault, &card.pan).await,
                    id,
                    agreed: None,
                })
            }
            Means::Kept { card, code } => {
                let instrument = opened(vault, card, code.clone()).await?;
                let fingerprint = match (card.fingerprint, &instrument) {
                    (None, Instrument::Card(card)) => recognised(vault, &card.pan).await, // it was kept without
                    (known, Instrument::Card(_) | Instrument::Token { .. }) => known,
                };
                Ok(Self {
                    instrument,
                    pan: None,
                    masked: card.card.clone(),
                    holder: card.holder.clone(),
                    fingerprint,
                    id: Some(card.id),
                    agreed: Some(card.consent.at),
                })
            }
        }
    }
}

pub(crate) async fn opened(
    vault: &Vault,
    card: &KeptCard,
    code: Option<SecurityCode>,
) -> Result<Instrument, ChargeError> {
    let holder = card.holder.clone();
    Ok(match &card.number {
        Some(HeldNumber::Token(token)) => Instrument::Token { token: token.clone(), holder, code },
        Some(HeldNumber::Sealed { .. }) | None => {
            let pan = vault.open(card).await.map_err(|error| unopened(card, error))?;
            Instrument::Card(CardDetails { pan, expiry: card.card.expiry, code, holder })
        }
    })
}

/// Calls the operator, once for all who charge, where no later try will open it either.
fn unopened(card: &KeptCard, error: VaultError) -> ChargeError {
    if error.is_passing() {
        return error.into();
    }
    tracing::error!(alarm = true, merchant.id = %card.merchant, card.id = %card.id, error = %domain::Causes::of(&error), "a kept card does not open");
    ChargeError::CardUnusable
}

/// Without its fingerprint a card is charged all the same: keys that do not open must not stop payments.
pub(crate) async fn recognised(vault: &Vault, pan: &Pan) -> Option<Fingerprint> {
    let fingerprint = vault.fingerprint(pan).await;
    fingerprint.inspect_err(|error| tracing::error!(error = %domain::Causes::of(error), "no fingerprint")).ok()
}

fn draw_card_id() -> Result<CardId, getrandom::Error> {
    let mut id = [0; 8];
    getrandom::fill(&mut id)?;
    Ok(CardId::from_random(id))
}

enum Intended {
    Stored(Box<Payment>),
    Stands(Standing, Box<Payment>),
}
