//! Dead letters: a delivery that nobody tries any more is a matter for a person, one for each endpoint at a time.

use domain::{attention::Matter, webhook::Delivery};

use crate::{Batch, Failed};

/// Raises the matter before the delivery is written, so that no dead letter stands unseen. While one of this endpoint is open, its log says the rest.
pub(crate) async fn raise(batch: &Batch<'_>, delivery: &Delivery) -> Result<(), Failed> {
    let (merchant, endpoint) = (&delivery.key.merchant, &delivery.key.endpoint);
    if batch.deps.attention.unheard(merchant, endpoint).await?.is_some() {
        return Ok(());
    }
    let matter = Matter::of_endpoint(merchant, endpoint, batch.deps.clock.now());
    batch.deps.attention.raise(&matter).await?;
    Ok(())
}
