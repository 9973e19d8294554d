//! One try: signed, sent, and its answer written down.

use domain::{
    merchant::SealedSecret,
    webhook::{
        Attempt, Delivery, DeliveryState, Endpoint, Form, HEADERS, HmacSecret, Resolved, Signed, SigningKey,
        retry_after, sign, signed_form,
    },
};
use inbound::OpenedMerchant;
use jiff::{SignedDuration, Timestamp};
use outbound::notify::Notification;
use store::DeliveryWritten;

use crate::{Deps, Failed, chance, health};

/// The longest wait that the queue can make (SQS's limit); longer ones are left to the round over what is due.
const BY_QUEUE: SignedDuration = SignedDuration::from_mins(15);

/// Makes a try of a delivery that is held for it, and writes down what came.
pub(crate) async fn make(
    deps: &Deps,
    endpoint: &Endpoint,
    merchant: &OpenedMerchant,
    delivery: Delivery,
) -> Result<(), Failed> {
    let lane = deps.endpoints.lane(&endpoint.id);
    let _place = lane.acquire().await?;
    let now = deps.clock.now();
    let notification = notification(deps, endpoint, merchant, &delivery, now)?;
    let heard = deps.notifier.send(&endpoint.address, &notification).await;
    let after = deps.clock.now();
    let asked = heard.retry_after.as_deref().and_then(|value| retry_after(value, after));
    let attempt = Attempt::new(now, heard.took_ms, heard.answer, &heard.said);
    tracing::info!(
        event.id = delivery.key.event.as_str(),
        endpoint = endpoint.id.as_str(),
        answer = ?heard.answer,
        duration_ms = heard.took_ms,
        "notification sent"
    );
    settle(deps, endpoint, delivery.resolved(attempt, asked, chance()?, after)).await
}

/// Writes down what came of a try; what follows for the endpoint, too.
pub(crate) async fn settle(deps: &Deps, endpoint: &Endpoint, resolved: Resolved) -> Result<(), Failed> {
    let Resolved { delivery, wait } = resolved;
    match write(deps, &delivery).await? {
        Wrote::Overtaken => return Ok(()),
        Wrote::Done => {}
    }
    health::note(deps, endpoint, &delivery).await;
    match wait {
        Some(wait) if wait <= BY_QUEUE => {
            // the round over what is due finds it, a minute late at most
            if let Err(error) = deps.try_later(&delivery.key, wait).await {
                tracing::warn!(error = %domain::Causes::of(&error), "a retry is left to the round over what is due");
            }
        }
        Some(_) | None => {}
    }
    match delivery.state {
        DeliveryState::GivenUp { .. } | DeliveryState::Held { .. } => {
            tracing::warn!(
                event.id = delivery.key.event.as_str(),
                endpoint = endpoint.id.as_str(),
                "a notification waits for a person"
            );
        }
        DeliveryState::Sending { .. } | DeliveryState::Waiting { .. } | DeliveryState::Heard { .. } => {}
    }
    Ok(())
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    /// It stands.
    Done,
    /// Someone was first: our hold had ended.
    Overtaken,
}

pub(crate) async fn write(deps: &Deps, delivery: &Delivery) -> Result<Wrote, Failed> {
    Ok(match deps.deliveries.put(delivery).await? {
        DeliveryWritten::Done => Wrote::Done,
        DeliveryWritten::Refused(_) => Wrote::Overtaken,
    })
}

/// What is sent now. The body of every try is the same; the time and what is signed with it are not.
fn notification(
    deps: &Deps,
    endpoint: &Endpoint,
    merchant: &OpenedMerchant,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Notification, Failed> {
    let (content_type, body) = match delivery.form {
        Form::Json => ("application/json", delivery.body.clone()),
        Form::HandOver => {
            let secret = merchant.signing_secret(now);
            let body = signed_form(&delivery.body, &merchant.merchant, endpoint.address.as_str(), secret, now)?;
            ("application/x-www-form-urlencoded", body)
        }
    };
    let secrets: Vec<HmacSecret> = opened(deps, endpoint, &endpoint.secret_field(), endpoint.good_secrets(now))?
        .map(HmacSecret::from_bytes)
        .collect();
    let keys: Vec<SigningKey> =
        opened(deps, endpoint, &endpoint.key_field(), endpoint.good_keys(now))?.map(SigningKey::from_bytes).collect();
    let (id, at_s) = (delivery.key.event.as_str(), now.as_second());
    let signature = sign(Signed { id, at_s, body: body.as_bytes() }, &secrets, &keys);
    let [id_name, time_name, signature_name] = HEADERS;
    let headers = [(id_name, id.to_owned()), (time_name, at_s.to_string()), (signature_name, signature)];
    Ok(Notification { content_type, headers, body })
}

/// Opens keys. One that does not open is our fault: nothing goes out that its reader can't check.
fn opened<'a>(
    deps: &Deps,
    endpoint: &Endpoint,
    field: &str,
    sealed: impl Iterator<Item = &'a SealedSecret>,
) -> Result<impl Iterator<Item = [u8; 32]>, Failed> {
    let open = |secret: &SealedSecret| -> Result<[u8; 32], Failed> {
        let bytes = deps.keyring.open_secret(&endpoint.merchant, field, secret)?;
        Ok(bytes.as_slice().try_into()?)
    };
    Ok(sealed.map(open).collect::<Result<Vec<_>, _>>()?.into_iter())
}
