//! What travels sealed in our addresses: the rights of whoever has them, and how the addresses are made.

use domain::{CardId, CardOwner, KeptCard, MerchantId, Nonce, PaymentKey, recurring::plan::PlanId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CARD_LIFETIME, RECEIPT_LIFETIME};
use crate::{Keyring, SealError, Sealed};

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

impl CardHandle {
    /// The right to this card.
    pub fn of(card: &KeptCard) -> Self {
        Self { merchant: card.merchant.clone(), owner: card.owner.clone(), id: card.id }
    }
}

/// The address where a buyer changes or deletes a kept card, open from `now` for `lifetime`, 30 days at most.
///
/// # Errors
/// [`SealError::Failed`].
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
/// [`SealError::Failed`].
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
/// [`SealError::Failed`].
pub fn receipt_path(keyring: &Keyring, handle: &ReceiptHandle, now: Timestamp) -> Result<String, SealError> {
    let expires_at = now.saturating_add(RECEIPT_LIFETIME).unwrap_or(Timestamp::MAX);
    Ok(format!("/receipt/{}", keyring.seal(handle, expires_at)?))
}
