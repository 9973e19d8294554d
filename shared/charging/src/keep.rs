//! Keeping the card of an approved payment, as its buyer agreed to. It is one write after the result, and never touches the payment.

use domain::{
    Approval, KeptCard, Pan, Payment, State,
    acquirer::InquiryOutcome,
    card::{Consent, HeldNumber},
    payment::{Failure, Keeping, Open, Reversal},
};
use store::{Kept, StoreError};

use crate::{ASK_LIMIT, Charging, Vault, VaultError};

/// How often a refused write is tried again over what stands.
const TRIES: usize = 4;

/// Why a card was not kept.
#[derive(Debug, thiserror::Error)]
enum NotKept {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the acquirer gave no token, and the number is not here any more")]
    NoNumber,
    #[error("others keep writing it")]
    Contended,
}

impl Charging {
    /// What follows an approval that is stored: the card is kept, and what only served to register it is undone at once.
    pub(crate) async fn after_approval(
        &self,
        payment: Payment,
        approval: Option<Approval>,
        number: Option<(&Vault, &Pan)>,
    ) -> Payment {
        let Some(approval) = approval else { return payment };
        if holds_approval(&payment)
            && payment.may_keep(&approval)
            && let Err(_made_up_for) = Box::pin(self.keep(&payment, &approval, number)).await
        {
            // Reconcile does both, the one before the other.
            return payment;
        }
        if !is_undone(&payment) {
            return payment;
        }
        match self.undo(payment.clone()).await {
            Ok((_, undone)) => undone,
            // The intent to reverse is stored: reconcile does it.
            Err(error) => {
                tracing::warn!(payment.id = %payment.key, error = %domain::Causes::of(&error), "left to reconcile");
                payment
            }
        }
    }

    /// Keeps the card of an approval that an inquiry found, if it is what stands. With the acquirer's token: the number is gone.
    ///
    /// # Errors
    /// [`StoreError`] in passing: look again.
    pub(crate) async fn keep_found(&self, payment: &Payment, approval: Option<&Approval>) -> Result<(), StoreError> {
        match approval.filter(|approval| holds_approval(payment) && payment.may_keep(approval)) {
            Some(approval) => self.keep(payment, approval, None).await,
            None => Ok(()),
        }
    }

    /// Keeps the card of a payment whose approval is stored but whose writer did not get that far. With the acquirer's token: the number is gone.
    ///
    /// # Errors
    /// [`StoreError`] in passing: look again.
    pub(crate) async fn keep_if_missed(&self, payment: &Payment) -> Result<(), StoreError> {
        match &payment.state {
            State::Authorized { approval, .. } | State::Captured { approval, .. } if payment.may_keep(approval) => {
                self.keep(payment, approval, None).await
            }
            State::Authorized { .. }
            | State::Captured { .. }
            | State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Ok(()),
        }
    }

    /// Keeps the card that a payment was to register, before that is undone: its writer may not have got that far. The approval is stored nowhere, so it is
    /// asked for. False: the acquirer does not say.
    ///
    /// # Errors
    /// [`StoreError`] in passing: look again.
    pub(crate) async fn keep_before_undoing(&self, payment: &Payment, n: u32) -> Result<bool, StoreError> {
        if !holds_approval(payment) || payment.keeping.is_none() || self.is_kept(payment).await? {
            return Ok(true);
        }
        match self.acquirer.inquire(&payment.reference(n), ASK_LIMIT).await {
            InquiryOutcome::Approved { approval, .. } => self.keep_found(payment, Some(&approval)).await.map(|()| true),
            InquiryOutcome::NoAnswer(_) => Ok(false),
            // It is undone already: nothing stands by which a card could be kept.
            InquiryOutcome::Declined(_)
            | InquiryOutcome::ChallengePending(_)
            | InquiryOutcome::Reversed
            | InquiryOutcome::NotFound => Ok(true),
        }
    }

    async fn is_kept(&self, payment: &Payment) -> Result<bool, StoreError> {
        match self.cards.load(&payment.key.merchant, &payment.card_owner()).await {
            Ok(card) => Ok(card.is_some_and(|card| Some(card.id) == payment.card_id)),
            // what stands there would not be replaced either
            Err(error @ StoreError::Unreadable { .. }) => {
                tracing::error!(payment.id = %payment.key, error = %domain::Causes::of(&error), "a card was not kept");
                Ok(true)
            }
            Err(error @ (StoreError::Unavailable(_) | StoreError::Conflict)) => Err(error),
        }
    }

    /// Keeps the card, or says why not. Only what may work later is an error.
    async fn keep(
        &self,
        payment: &Payment,
        approval: &Approval,
        number: Option<(&Vault, &Pan)>,
    ) -> Result<(), StoreError> {
        let Some(keeping) = &payment.keeping else { return Ok(()) };
        let Err(error) = self.try_to_keep(payment, keeping, approval, number).await else { return Ok(()) };
        tracing::error!(payment.id = %payment.key, error = %domain::Causes::of(&error), "a card was not kept");
        match error {
            NotKept::Store(error @ (StoreError::Unavailable(_) | StoreError::Conflict)) => Err(error),
            NotKept::Contended => Err(StoreError::Conflict),
            // later it is kept with the acquirer's token
            NotKept::Vault(error) => Err(StoreError::Unavailable(Box::new(error))),
            NotKept::Store(StoreError::Unreadable { .. }) | NotKept::NoNumber => Ok(()),
        }
    }

    async fn try_to_keep(
        &self,
        payment: &Payment,
        keeping: &Keeping,
        approval: &Approval,
        number: Option<(&Vault, &Pan)>,
    ) -> Result<(), NotKept> {
        let Some(mut card) = self.kept_card(payment, keeping, approval) else { return Ok(()) };
        let mut stands = self.cards.load(&card.merchant, &card.owner).await?;
        for _ in 0..TRIES {
            if keeping.extends {
                let Some(extended) = stands.as_ref().and_then(|stands| extended(stands, &card)) else { return Ok(()) };
                match self.cards.put(&extended, None).await? {
                    Kept::Done => return Ok(()),
                    Kept::Refused(other) => stands = other.map(|card| *card),
                }
                continue;
            }
            // Kept already (and perhaps deleted since), or replaced by a later success.
            if stands.as_ref().is_some_and(|stands| stands.id == card.id || stands.consent.at > card.consent.at) {
                return Ok(());
            }
            card.version = stands.as_ref().map_or(1, |stands| stands.version.saturating_add(1));
            if card.number.is_none() {
                card.number = Some(held(&card, approval, number).await?);
            }
            match self.cards.put(&card, None).await? {
                Kept::Done => return Ok(()),
                Kept::Refused(other) => stands = other.map(|card| *card),
            }
        }
        Err(NotKept::Contended)
    }

    /// The record of a card to be kept, without its number yet.
    fn kept_card(&self, payment: &Payment, keeping: &Keeping, approval: &Approval) -> Option<KeptCard> {
        let consent = Consent {
            scope: keeping.scope,
            terms: keeping.terms,
            at: payment.state.paid_at().unwrap_or_else(|| self.clock.now()),
            address: keeping.address.clone(),
        };
        Some(KeptCard {
            merchant: payment.key.merchant.clone(),
            owner: payment.card_owner(),
            id: payment.card_id?,
            version: 1,
            card: payment.card.clone()?,
            holder: payment.holder.clone(),
            number: None,
            fingerprint: payment.fingerprint,
            consent,
            network_id: approval.network_id.clone(),
            order: payment.key.order.clone(),
            mail: payment.details.mail.clone(),
            lang: payment.details.lang,
        })
    }
}

/// A kept card after its buyer agreed to more and paid with it. None: it is another by now, was deleted, or that is written already.
fn extended(stands: &KeptCard, paid: &KeptCard) -> Option<KeptCard> {
    let scope = stands.consent.scope.and(paid.consent.scope);
    let older = stands.consent.at < paid.consent.at;
    let same = stands.id == paid.id && stands.number.is_some() && older;
    same.then(|| KeptCard {
        version: stands.version.saturating_add(1),
        consent: Consent { scope, ..paid.consent.clone() },
        network_id: paid.network_id.clone().or_else(|| stands.network_id.clone()),
        ..stands.clone()
    })
}

/// The number as it will be held: sealed by us where it is here, else the acquirer's token.
async fn held(card: &KeptCard, approval: &Approval, number: Option<(&Vault, &Pan)>) -> Result<HeldNumber, NotKept> {
    if let Some((vault, pan)) = number {
        return Ok(vault.seal(&card.binding(), pan).await?);
    }
    approval.token.clone().map(HeldNumber::Token).ok_or(NotKept::NoNumber)
}

/// What was approved is undone at once: it only served to register the card, or it may not stand.
fn is_undone(payment: &Payment) -> bool {
    matches!(&payment.state, State::Reversing(Reversal { reason: Failure::Registered | Failure::NotAuthenticated, .. }))
}

/// The approval is what stands: not lost to somebody who gave the payment up in between.
fn holds_approval(payment: &Payment) -> bool {
    match &payment.state {
        State::Authorized { .. } | State::Captured { .. } => true,
        State::Reversing(Reversal { reason, .. }) | State::NeedsPerson(Open::Reversing(Reversal { reason, .. })) => {
            *reason == Failure::Registered
        }
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Declined { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Failed { .. }
        | State::Abandoned { .. }
        | State::NeedsPerson(Open::Unknown(_)) => false,
    }
}
