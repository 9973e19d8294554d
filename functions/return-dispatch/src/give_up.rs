//! `POST /pay/cancel`: the shopper gives the order up. That is stored before the shop hears of it.

use domain::{Payment, payment::State, wire::Parameters};
use http::Response;
use inbound::{
    checkout::{ReturnHandle, SealedOrder},
    http as answer,
};
use lambda_http::{Body, Request};
use store::Written;

use crate::{Deps, Failure};

/// How often a refused write is decided again with what stands.
const DECISIONS: usize = 4;

pub(crate) async fn give_up(deps: &Deps, request: &Request) -> Result<Response<Body>, Failure> {
    let form = Parameters::parse(request.body()).map_err(|_| Failure::Unreadable)?;
    let token = form.value("order").and_then(|token| std::str::from_utf8(token).ok()).ok_or(Failure::Unreadable)?;
    let order: SealedOrder = deps.checkout.unseal(token).map_err(|_| Failure::Unreadable)?;
    let opened = deps.checkout.merchant(&order.merchant).await?.ok_or(Failure::Unreadable)?;
    let decided = order.to_order(&opened.merchant);
    let mut stored = deps.payments.load(&order.key()).await?;
    for _ in 0..DECISIONS {
        let now = deps.checkout.now();
        let written = match abandoned(stored.as_ref(), &order, &decided, now) {
            None => break,
            Some(Abandoned::Unseen(payment)) => deps.payments.put(&payment, now).await?,
            Some(Abandoned::Declined(payment)) => deps.payments.advance(&payment, None).await?,
        };
        match written {
            Written::Done => break,
            Written::Refused(stands) => stored = stands.map(|payment| *payment),
        }
    }
    let handle = ReturnHandle { key: order.key(), nonce: order.nonce };
    Ok(answer::see_other(&deps.checkout.return_path(&handle)?))
}

enum Abandoned {
    /// No attempt of this visit is stored.
    Unseen(Payment),
    /// The visit's last card was declined.
    Declined(Payment),
}

/// What giving up writes. None: the order is not this form's to give up; it is shown as it stands.
fn abandoned(
    stored: Option<&Payment>,
    form: &SealedOrder,
    order: &domain::payment::Order,
    now: jiff::Timestamp,
) -> Option<Abandoned> {
    let unseen = || Abandoned::Unseen(Payment::abandoned_unseen(stored, order, form.generation, form.nonce, now));
    let Some(payment) = stored else { return Some(unseen()) };
    if payment.origin != order.origin {
        return None;
    }
    match &payment.state {
        State::Failed { .. } if payment.joined_free() => None,
        State::Failed { .. } | State::Abandoned { .. } => {
            (Some(form.generation) == payment.generation.checked_add(1)).then(unseen)
        }
        State::Declined { .. } => {
            let current = form.generation == payment.generation && form.n == payment.next_n();
            payment.abandon(form.nonce, now).ok().filter(|_| current).map(Abandoned::Declined)
        }
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::NeedsPerson(_) => None,
    }
}
