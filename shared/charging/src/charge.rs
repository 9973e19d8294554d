//! One charge: the same five steps for the page, a batch row, a renewal and an operator.

use domain::{
    CardDetails, Initiator, LeaseId, Nonce, Payment,
    acquirer::{Authorization, AuthorizeOutcome, BrowserData, ReverseOutcome, UnknownCause},
    payment::{Decision, Intent, Lease, Order, Standing, State},
};
use jiff::{SignedDuration, Timestamp};
use store::Written;

use crate::{ACQUIRER_LIMIT, ASK_LIMIT, ChargeError, Charging, LEASE_GRACE};

/// How often a refused intent is decided again with what stands; more means that others keep moving it.
const DECISIONS: usize = 4;

/// An order, a card and the attempt that a form or a row stands for.
#[derive(Debug)]
pub struct Charge {
    /// What is paid.
    pub order: Order,
    /// With what.
    pub card: CardDetails,
    /// Which attempt.
    pub attempt: Attempt,
    /// Who starts it.
    pub initiator: Initiator,
    /// Capture with the authorization.
    pub capture: bool,
    /// For 3-D Secure.
    pub browser: BrowserData,
    /// When the invocation is cut off.
    pub deadline: Timestamp,
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
    pub async fn charge(&self, charge: Charge) -> Result<Charged, ChargeError> {
        let lease = self.lease(charge.deadline)?;
        let payment = match self.intend(&charge, lease).await? {
            Intended::Stored(payment) => payment, // record the intent
            Intended::Stands(standing, payment) => return Ok(Charged::Stands(standing, payment)),
        };
        let outcome = self.ask(&payment, charge).await; // act: a timeout is an outcome too
        Ok(Charged::Tried(Box::new(self.record(*payment, outcome).await))) // record the result
    }

    fn lease(&self, deadline: Timestamp) -> Result<Lease, ChargeError> {
        if !self.fits(deadline) {
            return Err(ChargeError::TooLate);
        }
        let mut id = [0; 8];
        getrandom::fill(&mut id)?;
        let until = deadline.saturating_add(LEASE_GRACE).unwrap_or(Timestamp::MAX);
        Ok(Lease { id: LeaseId::from_random(id), until })
    }

    /// Whether the acquirer's limit still fits before `deadline`.
    fn fits(&self, deadline: Timestamp) -> bool {
        SignedDuration::try_from(ACQUIRER_LIMIT)
            .is_ok_and(|limit| self.clock.now().saturating_add(limit).is_ok_and(|end| end <= deadline))
    }

    /// Decides and stores the intent. A refused write brings what stands, and the decision is made again with that.
    async fn intend(&self, charge: &Charge, lease: Lease) -> Result<Intended, ChargeError> {
        let Attempt { generation, n, nonce } = charge.attempt;
        let intent =
            Intent { generation, n, nonce, lease, card: charge.card.masked(), holder: charge.card.holder.clone() };
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
    async fn ask(&self, payment: &Payment, charge: Charge) -> AuthorizeOutcome {
        let State::Authorizing { n, .. } = &payment.state else {
            return AuthorizeOutcome::Unknown(UnknownCause::Mismatch);
        };
        if !self.fits(charge.deadline) {
            // Nothing was sent, but only an inquiry may say so.
            return AuthorizeOutcome::Unknown(UnknownCause::Timeout);
        }
        let authorization = Authorization {
            reference: payment.reference(*n),
            amount: payment.amount,
            card: charge.card,
            initiator: charge.initiator,
            capture: charge.capture,
            browser: charge.browser,
        };
        let started = self.clock.now();
        let outcome = self.acquirer.authorize(&authorization, ACQUIRER_LIMIT).await;
        let duration_ms = self.clock.now().duration_since(started).as_millis();
        if let AuthorizeOutcome::Unknown(cause) = &outcome {
            tracing::warn!(payment.id = %payment.key, operation = n, %cause, duration_ms = %duration_ms, "authorization outcome is unknown");
        }
        outcome
    }

    /// Stores the outcome and answers what stands then. Without a stored result nobody is told one.
    async fn record(&self, payment: Payment, outcome: AuthorizeOutcome) -> Payment {
        let approved = matches!(outcome, AuthorizeOutcome::Approved(_));
        let Ok(resolved) = payment.resolve(outcome, self.clock.now()) else { return payment };
        match self.payments.advance(&resolved, None).await {
            Ok(Written::Done) => resolved,
            Ok(Written::Refused(stands)) => {
                let stands = stands.map_or(payment, |stands| *stands);
                if approved && !stands.state.is_paid() {
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

enum Intended {
    Stored(Box<Payment>),
    Stands(Standing, Box<Payment>),
}
