//! One row: whose card, and the charge.

use std::collections::HashMap;

use charging::{Attempt, Charge, ChargeError, Charged, Means};
use domain::{
    CardOwner, Causes, Initiator, KeptCard, Merchant, OrderId, Payment, PaymentKey,
    acquirer::{BrowserData, DeclineCategory},
    batch::{Batch, Kind, Payer, Reason, Row},
    card::Unchargeable,
    merchant::Capture,
    payment::{Details, Interface, Order, Origin, Standing, State},
};
use jiff::Timestamp;
use store::{StoreError, keys};

use crate::{
    Deps,
    answer::Answered,
    gate::{Gate, Halt},
};

/// A row has one try: who mends it puts it into another file.
pub(crate) const ATTEMPTS: u8 = 1;

/// Charges rows of one batch.
pub(crate) struct Charger<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) batch: &'a Batch,
    pub(crate) merchant: &'a Merchant,
    pub(crate) gate: &'a Gate<'a>,
    pub(crate) deadline: Timestamp,
    /// Payments that stand under orders of these rows, and are none of theirs.
    pub(crate) standing: &'a HashMap<OrderId, Payment>,
}

impl Charger<'_> {
    /// Charges the row of a place, and takes at least a row's time for it.
    pub(crate) async fn charge(&self, place: usize, row: &Row) -> (usize, Result<Answered, Halt>) {
        if let Err(halt) = self.gate.pass().await {
            return (place, Err(halt));
        }
        let tried = self.deps.pace.keep(Box::pin(self.row(row))).await;
        if tried.is_err() {
            self.gate.shut().await;
        }
        (place, tried)
    }

    async fn row(&self, row: &Row) -> Result<Answered, Halt> {
        let attempt = match self.attempt(row) {
            Ok(attempt) => attempt,
            Err(answered) => return Ok(*answered),
        };
        let found = match self.batch.kind {
            Kind::File => self.named(row).await,
            Kind::Continuation { from, month } => self.continued(row, from, month).await,
        };
        let (card, order) = match found {
            Ok(Ok(found)) => found,
            Ok(Err(reason)) => return Ok(Answered::error(reason)),
            Err(error) => return self.unread(row, error),
        };
        if let Some(answered) = self.refused_for_good(row, &card) {
            return Ok(answered);
        }
        let charge = Charge {
            order,
            means: Means::Kept { card: Box::new(card), code: None },
            keeping: None,
            attempt,
            initiator: Initiator::MerchantUnscheduled,
            capture: self.merchant.capture == Capture::AtOnce,
            // The buyer is not there: nobody could be authenticated.
            three_ds: None,
            browser: BrowserData::default(),
            deadline: self.deadline,
        };
        let bound = (self.merchant, &self.deps.limits);
        match Box::pin(self.deps.charging.charge_unattended(&self.deps.vault, bound, charge)).await {
            Ok(Charged::Tried(payment)) => Ok(Answered::of(&payment)),
            Ok(Charged::Stands(standing, payment)) => Ok(match (self.batch.kind, standing) {
                (Kind::File, _) | (Kind::Continuation { .. }, Standing::SameSubmit | Standing::OtherOrigin) => {
                    Answered::standing(standing, &payment)
                }
                (
                    Kind::Continuation { .. },
                    Standing::Running | Standing::Paid | Standing::LetGo | Standing::Stale | Standing::OtherAmount,
                ) => Answered::of_month(&payment),
            }),
            Err(ChargeError::TooLate) => Err(Halt::NoTime),
            Err(ChargeError::DayLimit) => Ok(Answered::error(Reason::DayLimit)),
            Err(ChargeError::Limited(limit)) => Ok(Answered::error(Reason::Limited(limit))),
            Err(ChargeError::CardUnusable) => Ok(Answered::error(missing(&row.payer))),
            Err(ChargeError::Store(error)) => self.unread(row, error),
            Err(error @ (ChargeError::Vault(_) | ChargeError::CardTesting | ChargeError::Random(_))) => {
                Err(Halt::Failed(error.into()))
            }
        }
    }

    /// Nothing was sent for the row. A record that this version can't read is this row's alone: it must not keep the others from ending. A table that does not
    /// answer fails for all.
    fn unread(&self, row: &Row, error: StoreError) -> Result<Answered, Halt> {
        let pk = match &error {
            StoreError::Unreadable { pk, .. } => pk,
            StoreError::Unavailable(_) | StoreError::Conflict => return Err(Halt::Failed(error.into())),
        };
        let is_own = *pk == keys::payment(&PaymentKey::new(self.batch.merchant.clone(), row.order.clone()));
        tracing::error!(
            alarm = true, merchant.id = %self.batch.merchant, batch.id = %self.batch.id, line = row.line, error = %Causes::of(&error),
            "a row of a batch was not charged: a record of it can't be read"
        );
        Ok(if is_own { Answered::unreadable() } else { Answered::error(Reason::CardUnreadable) })
    }

    /// The attempt that the row stands for, or its answer where the order is taken.
    ///
    /// A batch that runs again opens what came to nothing in an earlier one; nothing else is ever charged a second time.
    fn attempt(&self, row: &Row) -> Result<Attempt, Box<Answered>> {
        let nonce = self.batch.id.nonce_of(&self.batch.merchant, row.line);
        let Some(payment) = self.standing.get(&row.order) else { return Ok(Attempt { generation: 0, n: 1, nonce }) };
        let is_row = match self.batch.kind {
            Kind::File => matches!(payment.origin, Origin::Batch { .. }),
            Kind::Continuation { .. } => return self.attempt_of_month(payment, nonce),
        };
        if self.batch.again && is_row && payment.state.is_unpaid() {
            return Ok(Attempt { generation: payment.generation.saturating_add(1), n: payment.next_n(), nonce });
        }
        let paid = self.batch.again && payment.state.is_paid();
        let standing = if paid { Standing::Paid } else { Standing::OtherOrigin };
        Err(Box::new(Answered::standing(standing, payment)))
    }

    /// The card company refused this very card for good: the acquirer is not asked again, whoever wants it.
    fn refused_for_good(&self, row: &Row, card: &KeptCard) -> Option<Answered> {
        let payment = self.standing.get(&row.order)?;
        let State::Failed { decline: Some(decline), .. } = &payment.state else { return None };
        let is_over = card.was_tried_by(payment) && decline.category(card.card.brand) == DeclineCategory::NeverRetry;
        is_over.then(|| Answered::of(payment))
    }

    /// The kept card of the buyer or order that the row names, and the order; or why there is none.
    async fn named(&self, row: &Row) -> Result<Result<(KeptCard, Order), Reason>, StoreError> {
        let merchant = &self.batch.merchant;
        let owner = match &row.payer {
            Payer::User(user) => CardOwner::Buyer(user.clone()),
            Payer::Source(order) => {
                self.deps.payments.card_owner(&PaymentKey::new(merchant.clone(), order.clone())).await?
            }
        };
        let card = self.card(row, &owner).await?;
        Ok(card.map(|card| {
            let order = self.order(row, &card);
            (card, order)
        }))
    }

    fn order(&self, row: &Row, card: &KeptCard) -> Order {
        let user = match (&row.payer, &card.owner) {
            (Payer::User(user), _) | (Payer::Source(_), CardOwner::Buyer(user)) => user.clone(),
            (Payer::Source(_), CardOwner::Order(_)) => String::new(),
        };
        let [free1, free2, free3] = &row.free;
        Order {
            key: PaymentKey::new(self.batch.merchant.clone(), row.order.clone()),
            amount: row.amount,
            interface: Interface::Batch,
            origin: self.batch.id.origin_of(row.line),
            details: Details {
                name: row.name.clone(),
                mail: row.mail.clone(),
                free: [free1.clone(), free2.clone(), free3.clone()],
                user,
                card_of: card.owner.order().cloned(),
                lang: card.lang,
                ..Details::default()
            },
            attempts_allowed: ATTEMPTS,
        }
    }

    /// The kept card that pays, or why there is none that may.
    pub(crate) async fn card(&self, row: &Row, owner: &CardOwner) -> Result<Result<KeptCard, Reason>, StoreError> {
        let card = self.deps.cards.load(&self.batch.merchant, owner).await?;
        Ok(card.ok_or_else(|| missing(&row.payer)).and_then(|card| self.chargeable(row, card)))
    }

    /// The card, if the merchant may charge it now.
    fn chargeable(&self, row: &Row, card: KeptCard) -> Result<KeptCard, Reason> {
        match card.chargeable(self.deps.clock.now()) {
            Ok(()) => Ok(card),
            Err(Unchargeable::Gone) => Err(missing(&row.payer)),
            Err(Unchargeable::NotAgreed) => Err(Reason::NotAgreed),
            Err(Unchargeable::Expired) => Err(Reason::CardExpired),
            Err(Unchargeable::Unlinked) => Err(Reason::CardUnlinked),
        }
    }
}

pub(crate) const fn missing(payer: &Payer) -> Reason {
    match payer {
        Payer::User(_) => Reason::CardMissing,
        Payer::Source(_) => Reason::SourceMissing,
    }
}
