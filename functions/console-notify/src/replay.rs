//! Sending: a test, one notification again, or those of a period, all with their own ids.

use console::{Refusal, Visit};
use domain::{
    audit::Action,
    clock::JAPAN,
    webhook::{self, Delivery, DeliveryState, Endpoint, Event, Form},
};
use http::Response;
use inbound::{SealError, http as answer};
use jiff::{Timestamp, civil::Date};
use lambda_http::{Body, Request};
use store::{DeliveryPlace, DeliveryWritten};

use crate::{
    Deps, address,
    one::{self, Said},
};

/// How many are sent again at once (ours): what a run of 28 seconds writes with room to spare.
const AT_ONCE: usize = 500;
/// How many the log hands over at a time.
const PAGE: u8 = 100;
/// How many of the log are looked through at once; the next press goes on.
const LOOKED_THROUGH: usize = 5_000;

/// Sends a test, by the way that all others go.
pub(crate) async fn test(deps: &Deps, visit: &Visit, endpoint: &Endpoint) -> Result<Response<Body>, Refusal> {
    let path = address(&endpoint.id);
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| SealError::Foreign)?;
    let event = Event::test(visit.merchant_id().clone(), u64::from_be_bytes(random), 1, visit.now);
    let merchant = &visit.merchant.merchant;
    // a test says nothing that the form of a hand-over could say
    let body = webhook::body(&event, Form::Json, &endpoint.id, merchant, None).map_err(|_| Refusal::Unreadable)?;
    let Some(body) = body else { return Err(Refusal::Unreadable) };
    let waiting = DeliveryState::Waiting { due: visit.now };
    let delivery = Delivery::begin(&event, &endpoint.id, Form::Json, body, waiting);
    deps.console.note(visit, Action::EndpointTried { endpoint: endpoint.id.clone() }).await?;
    deps.deliveries.put(&delivery).await?;
    deps.try_now(vec![delivery.key]).await?;
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
    if endpoint.is_on() {
        deps.console.note(visit, Action::NotificationsSent { endpoint: endpoint.id.clone(), count: 1 }).await?;
        again(deps, vec![delivery.clone()], visit.now).await?;
    }
    Ok(answer::see_other(&page))
}

/// Sends those of a period again.
pub(crate) async fn period(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    endpoint: &Endpoint,
) -> Result<Response<Body>, Refusal> {
    if !endpoint.is_on() {
        return one::mend(deps, request, visit, endpoint, Said::Off).await;
    }
    let Some((from, to)) = days(visit.field("from"), visit.field("to")) else {
        return one::mend(deps, request, visit, endpoint, Said::Period).await;
    };
    let wanted = match visit.field("which") {
        "all" => |_: &Delivery| true,
        _ => |delivery: &Delivery| delivery.is_dead_letter(),
    };
    let mut found = Vec::new();
    let mut looked = 0_usize;
    let mut before = Some(DeliveryPlace::at(to));
    while let Some(place) = before.take() {
        let page = deps.deliveries.page(visit.merchant_id(), &endpoint.id, Some(&place), PAGE).await?;
        looked = looked.saturating_add(page.deliveries.len());
        let in_time = page.deliveries.iter().all(|delivery| delivery.key.at >= from);
        found.extend(page.deliveries.into_iter().filter(|delivery| delivery.key.at >= from && wanted(delivery)));
        before = page.next.filter(|_| in_time && found.len() < AT_ONCE && looked < LOOKED_THROUGH);
    }
    let more = found.len() >= AT_ONCE;
    found.truncate(AT_ONCE);
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    deps.console.note(visit, Action::NotificationsSent { endpoint: endpoint.id.clone(), count }).await?;
    again(deps, found, visit.now).await?;
    let done = if more { "more" } else { "replayed" };
    Ok(answer::see_other(&format!("{}?done={done}&count={count}", address(&endpoint.id))))
}

/// Makes deliveries due, and has them tried. One that somebody else moved meanwhile is on its way already.
async fn again(deps: &Deps, deliveries: Vec<Delivery>, now: Timestamp) -> Result<(), Refusal> {
    let mut keys = Vec::with_capacity(deliveries.len());
    for delivery in deliveries.iter().filter_map(|delivery| delivery.replayed(now)) {
        match deps.deliveries.put(&delivery).await? {
            DeliveryWritten::Done => keys.push(delivery.key),
            DeliveryWritten::Refused(_) => {}
        }
    }
    deps.try_now(keys).await
}

/// From the first day's beginning to the last day's end, in Japan.
fn days(from: &str, to: &str) -> Option<(Timestamp, Timestamp)> {
    let (from, to): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
    let begins = |day: Date| JAPAN.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok();
    let (from, to) = (begins(from)?, begins(to.tomorrow().ok()?)?);
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_whole_days_of_japan() {
        let day = |text: &str| -> Timestamp { text.parse().unwrap() };
        assert_eq!(days("2026-11-21", "2026-11-22"), Some((day("2026-11-20T15:00:00Z"), day("2026-11-22T15:00:00Z"))));
        for (from, to) in [("", ""), ("2026-11-22", "2026-11-20"), ("x", "2026-11-22"), ("2026-13-01", "2026-11-22")] {
            assert_eq!(days(from, to), None, "{from} {to}");
        }
    }
}
