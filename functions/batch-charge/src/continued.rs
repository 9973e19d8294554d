//! A row of a run of continuation: the payment that it continues, read again when the row is charged, and the one order of its lineage in the month.

use charging::Attempt;
use domain::{
    KeptCard, Nonce, Payment, PaymentKey,
    batch::{Payer, Reason, Row},
    payment::{Details, Interface, Order},
    recurring::continuation::{Charged, Month, listed},
};
use store::StoreError;

use crate::{
    answer::Answered,
    row::{ATTEMPTS, Charger},
};

impl Charger<'_> {
    /// The kept card of the payment that a row continues, and the order; or why it is not charged: it was given back since, or is of another month.
    pub(crate) async fn continued(
        &self,
        row: &Row,
        from: Month,
        month: Month,
    ) -> Result<Result<(KeptCard, Order), Reason>, StoreError> {
        let merchant = &self.batch.merchant;
        let Payer::Source(source) = &row.payer else { return Ok(Err(Reason::SourceMissing)) };
        let Some(payment) = self.deps.payments.load(&PaymentKey::new(merchant.clone(), source.clone())).await? else {
            return Ok(Err(Reason::SourceMissing));
        };
        let Some(Charged { root, .. }) = listed(&payment, from) else { return Ok(Err(Reason::SourceChanged)) };
        let key = month.order_of(merchant, &root);
        if key.order != row.order {
            return Ok(Err(Reason::SourceChanged));
        }
        let card = match self.card(row, &payment.card_owner()).await? {
            Ok(card) => card,
            Err(reason) => return Ok(Err(reason)),
        };
        let Details { name, mail, tel, free, user, item, .. } = payment.details;
        let order = Order {
            key,
            amount: row.amount,
            interface: Interface::Continuation,
            origin: month.origin_of(&root),
            details: Details {
                name,
                mail,
                tel,
                free,
                user,
                item,
                card_of: card.owner.order().cloned(),
                lang: card.lang,
                ..Details::default()
            },
            attempts_allowed: ATTEMPTS,
        };
        Ok(Ok((card, order)))
    }

    /// The attempt of a row whose order stands: once more where it came to nothing, in whichever run; else its answer.
    pub(crate) fn attempt_of_month(&self, payment: &Payment, nonce: Nonce) -> Result<Attempt, Box<Answered>> {
        if payment.state.is_unpaid() {
            return Ok(Attempt { generation: payment.generation.saturating_add(1), n: payment.next_n(), nonce });
        }
        Err(Box::new(Answered::of_month(payment)))
    }
}
