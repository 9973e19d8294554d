//! A kept card whose date runs out is asked about at the acquirer (洗替): the issuer may have given it a new date or number. Its buyer is not bothered.

use domain::{KeptCard, MaskedCard, acquirer::RefreshOutcome};
use outbound::acquirer::NotSupported;
use store::Kept;

use crate::{
    ASK_LIMIT, ChargeError, Charging, Vault,
    charge::{opened, recognised},
};

impl Charging {
    /// Asks once whether the issuer gave a kept card a new date or number, and keeps that under the card's own name; answers the card as it stands then. None: its buyer deleted it meanwhile.
    /// A connector that has no such question, and an acquirer that does not answer, leave it as it is.
    ///
    /// # Errors
    /// [`ChargeError`]: the number does not open, or the table did not answer.
    pub async fn refresh(&self, vault: &Vault, card: KeptCard) -> Result<Option<KeptCard>, ChargeError> {
        let instrument = opened(vault, &card, None).await?;
        let (pan, expiry) = match self.acquirer.refresh(&instrument, ASK_LIMIT).await {
            Ok(RefreshOutcome::Refreshed { pan, expiry }) => (pan, expiry),
            Ok(RefreshOutcome::Unchanged) | Err(NotSupported) => return Ok(Some(card)),
            Ok(RefreshOutcome::NoAnswer(cause)) => {
                tracing::warn!(merchant.id = %card.merchant, card.id = %card.id, ?cause, "nobody says whether a card was refreshed");
                return Ok(Some(card));
            }
        };
        let shown = MaskedCard { expiry, ..card.card.clone() };
        let mut next = KeptCard { version: card.version.saturating_add(1), card: shown, ..card.clone() };
        if let Some(pan) = pan {
            next.card = MaskedCard { brand: pan.brand(), last4: pan.last4().to_owned(), expiry };
            next.fingerprint = recognised(vault, &pan).await;
            if next.card == card.card && next.fingerprint == card.fingerprint {
                return Ok(Some(card));
            }
            next.number = Some(vault.seal(&next.binding(), &pan).await?);
        } else if next.card == card.card {
            return Ok(Some(card));
        }
        match self.cards.put(&next, None).await? {
            Kept::Done => {
                tracing::info!(merchant.id = %next.merchant, card.id = %next.id, "a kept card was refreshed by its issuer");
                Ok(Some(next))
            }
            // its buyer was quicker
            Kept::Refused(stands) => Ok(stands.map(|stands| *stands)),
        }
    }
}
