//! Sending: a test, one notification again, or those of a period, all with their own ids.

use console::{Refusal, Visit};
use domain::{
    audit::Action,
    clock::JAPAN,
    webhook::{self, Delivery, DeliveryState, Endpoint, Event, Form, Notice, Replay, Sent},
};
use http::Response;
use inbound::http as answer;
use jiff::{Timestamp, civil::Date};
use lambda_http::{Body, Request};
use store::{DeliveryPlace, StoreError};

use crate::{
    Deps, address,
    one::{self, Said},
};

/// Sends a test, by the way that all others go.
pub(crate) async fn test(deps: &Deps, visit: &Visit, endpoint: &Endpoint) -> Result<Response<Body>, Refusal> {
    let path = address(&endpoint.id);
    let event = Event::test(visit.merchant_id().clone(), u64::from_be_bytes(inbound::random()?), 1, visit.now);
    let merchant = &visit.merchant.merchant;
    let body = webhook::body(&event, Form::Json, &endpoint.id, merchant, None).map_err(|_| Refusal::Unreadable)?;
    let Some(body) = body else { return Err(Refusal::Unreadable) };
    let waiting = DeliveryState::Waiting { due: visit.now };
    let delivery = Delivery::begin(&event, &endpoint.id, Form::Json, body, waiting);
    deps.console.note(visit, Action::EndpointTried { endpoint: endpoint.id.clone() }).await?;
    deps.deliveries.put(&delivery).await?;
    deps.try_now(delivery.key).await?;
    Ok(answer::see_other(&format!("{path}?done=test")))
}

/// Sends one again.
pub(crate) async fn one(
    deps: &Deps,
    visit: &Visit,
    endpoint: &Endpoint,
    delivery: &Delivery,
) -> Result<Response<Body>, Refusal> {
    let page = format!("{}/{}", address(&endpoint.id), DeliveryPlace::of(&delivery.key).address());
    // It is being sent right now, or there is nothing to send: nothing is done, and the log says nothing of it.
    let Some(again) = delivery.replayed(visit.now) else { return Ok(answer::see_other(&page)) };
    deps.console.note(visit, Action::NotificationsSent { endpoint: endpoint.id.clone(), count: 1 }).await?;
    match deps.deliveries.put(&again).await {
        // one that somebody else moved meanwhile is on its way already
        Ok(()) | Err(StoreError::Conflict) => deps.try_now(again.key).await?,
        Err(error) => return Err(error.into()),
    }
    Ok(answer::see_other(&page))
}

/// Has those of a period sent again. A worker goes through it page by page; the endpoint's page shows how far it is.
pub(crate) async fn period(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    endpoint: &Endpoint,
) -> Result<Response<Body>, Refusal> {
    let Some((from, to)) = days(visit.field("from"), visit.field("to")) else {
        return one::mend(deps, request, visit, endpoint, Said::Period).await;
    };
    let Some(instants) = instants(from, to) else {
        return one::mend(deps, request, visit, endpoint, Said::Period).await;
    };
    let which = match visit.field("which") {
        "all" => Sent::All,
        _ => Sent::Unheard,
    };
    let last = deps.replays.load(visit.merchant_id(), &endpoint.id).await?;
    let begun = Replay::begin(last.as_ref(), (visit.merchant_id(), &endpoint.id), instants, which, visit.now);
    let Some(replay) = begun else {
        if last.is_some_and(|last| last.reached.is_none()) {
            start(deps, visit, endpoint).await?; // nobody may know of it yet
        }
        return one::mend(deps, request, visit, endpoint, Said::Replaying).await;
    };
    let action = Action::PeriodSent { endpoint: endpoint.id.clone(), from, to };
    match deps.console.noted(&visit.user, action, deps.replays.put(&replay)).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return one::mend(deps, request, visit, endpoint, Said::Replaying).await,
        Err(error) => return Err(error.into()),
    }
    start(deps, visit, endpoint).await?;
    Ok(answer::see_other(&format!("{}?done=replaying", address(&endpoint.id))))
}

/// Tells the workers that there is one. A repeat does nothing.
async fn start(deps: &Deps, visit: &Visit, endpoint: &Endpoint) -> Result<(), Refusal> {
    let notice = Notice::Replay { merchant: visit.merchant_id().clone(), endpoint: endpoint.id.clone() };
    Ok(deps.tries.send_all(&[notice]).await?)
}

/// The two days that a form names.
fn days(from: &str, to: &str) -> Option<(Date, Date)> {
    let (from, to): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to).then_some((from, to))
}

/// From the first day's beginning to the last day's end, in Japan.
fn instants(from: Date, to: Date) -> Option<(Timestamp, Timestamp)> {
    let begins = |day: Date| JAPAN.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok();
    Some((begins(from)?, begins(to.tomorrow().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_whole_days_of_japan() {
        let day = |text: &str| -> Timestamp { text.parse().unwrap() };
        let (from, to) = days("2026-11-21", "2026-11-22").unwrap();
        assert_eq!(instants(from, to), Some((day("2026-11-20T15:00:00Z"), day("2026-11-22T15:00:00Z"))));
        for (from, to) in [("", ""), ("2026-11-22", "2026-11-20"), ("x", "2026-11-22"), ("2026-13-01", "2026-11-22")] {
            assert_eq!(days(from, to), None, "{from} {to}");
        }
    }
}
