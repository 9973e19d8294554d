//! What a person has to look at is a row; it is closed by itself when the payment moves on.

use domain::{
    ActorId, Payment,
    attention::{Matter, Settled},
};

use crate::Charging;

impl Charging {
    /// Raises a matter beside its alarm. The alarm is in the log whether or not the table answers.
    pub(crate) async fn raise(&self, matter: Matter) {
        if let Err(error) = self.attention.raise(&matter).await {
            tracing::error!(matter.id = %matter.id(), error = %domain::Causes::of(&error), "a matter for a person could not be stored");
        }
    }

    /// Closes what was a person's matter before and is none any more.
    pub(crate) async fn close_matters(&self, before: &Payment, after: &Payment) {
        let still: Vec<_> = Matter::standing(after).iter().map(Matter::id).collect();
        let settled = Settled { by: ActorId::system(), at: self.clock.now() };
        for matter in Matter::standing(before) {
            let id = matter.id();
            if still.contains(&id) {
                continue;
            }
            // One that stays open is closed by a person, who sees that the payment is settled.
            if let Err(error) = self.attention.settle(matter.merchant.as_ref(), &id, &settled).await {
                tracing::warn!(matter.id = %id, error = %domain::Causes::of(&error), "a person's matter that is over stays open");
            }
        }
    }
}
