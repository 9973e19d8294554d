//! `/v1/cards`: what is kept of a buyer's card, never its number; and deleting it.

use std::convert::Infallible;

use api::{Answer, Api, Endpoint, Problem, Query, Run, Visit, wire::card::StoredCardBody};
use domain::{
    CardOwner, Clock, KeptCard, OrderId, PaymentKey,
    api::{Code, Fault, Started},
    request::is_user,
};
use inbound::{Config, KeyringError};
use lambda_http::{Body, Request, Response};
use serde::Serialize;
use store::{Cards, Kept, Payments, Plans, StoreError};

/// How often a refused write is tried again over what stands.
const TRIES: usize = 4;
/// A card has no operation numbers.
const STARTED: Started = Started::at(0, 0);

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    api: Api,
    cards: Cards,
    payments: Payments,
    plans: Plans,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        Ok(Self {
            api: Api::open(config, clock).await?,
            cards: Cards::new(table.clone()),
            payments: Payments::new(table.clone()),
            plans: Plans::new(table),
        })
    }
}

/// Answers a request of the API; never fails.
///
/// # Errors
/// None: every refusal is a problem document.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(deps.api.answer(&request, |visit, endpoint| Box::pin(respond(deps, visit, endpoint))).await)
}

async fn respond(deps: &Deps, visit: Visit<'_>, endpoint: &Endpoint) -> Result<Answer, Problem> {
    let asked = Asked::of(&visit)?;
    match endpoint.name {
        "readCard" => read(deps, &visit, &asked).await,
        "deleteCard" => {
            let doing = |run| Box::pin(delete(deps, &visit, &asked, run));
            deps.api.once(&visit, &asked, STARTED, doing).await
        }
        _ => Err(Problem::new(Code::NotFound)),
    }
}

/// Whose card is meant.
#[derive(Serialize)]
enum Asked {
    User(String),
    Order(OrderId),
}

impl Asked {
    fn of(visit: &Visit<'_>) -> Result<Self, Problem> {
        let query = Query::of(visit.request, &["user", "order"])?;
        let user = query.read("user", |text| is_user(text).then(|| text.to_owned()))?;
        let order = query.read("order", |text| OrderId::new(text).ok())?;
        match (user, order) {
            (Some(user), None) => Ok(Self::User(user)),
            (None, Some(order)) => Ok(Self::Order(order)),
            (None, None) => Err(Problem::field(Code::FieldRefused, "user", Fault::Missing)),
            (Some(_), Some(_)) => Err(Problem::field(Code::FieldRefused, "order", Fault::Contradicts)),
        }
    }
}

/// The card that is meant, of the merchant whose server it is, or what is left of it.
async fn named(deps: &Deps, visit: &Visit<'_>, asked: &Asked) -> Result<KeptCard, Problem> {
    let merchant = visit.merchant_id();
    let owner = match asked {
        Asked::User(user) => CardOwner::Buyer(user.clone()),
        Asked::Order(order) => deps.payments.card_owner(&PaymentKey::new(merchant.clone(), order.clone())).await?,
    };
    deps.cards.load(merchant, &owner).await?.ok_or(Problem::new(Code::NotFound))
}

async fn read(deps: &Deps, visit: &Visit<'_>, asked: &Asked) -> Result<Answer, Problem> {
    let card = named(deps, visit, asked).await?;
    if card.number.is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(Answer::new(200, &StoredCardBody::of(&card, visit.now)))
}

/// Takes the card's number away, unless a regular purchase goes on with it.
async fn delete(deps: &Deps, visit: &Visit<'_>, asked: &Asked, run: Run) -> Result<Answer, Problem> {
    let mut card = named(deps, visit, asked).await?;
    if card.number.is_none() {
        // By this call before it was cut off, or before it came.
        return if run.is_resumed { Ok(gone(&card, visit)) } else { Err(Problem::new(Code::NotFound)) };
    }
    if run.is_resumed && card.consent.at > run.begun_at {
        return Err(Problem::new(Code::NotFound)); // kept since this call began: another card than the one that it named
    }
    let plans = deps.plans.of_owner(visit.merchant_id(), &card.owner).await?;
    if plans.iter().any(|plan| !plan.is_over()) {
        return Err(Problem::new(Code::CardInUse));
    }
    for _ in 0..TRIES {
        match deps.cards.forget(&card, visit.now).await? {
            (deleted, Kept::Done) => {
                tracing::info!(merchant.id = %deleted.merchant, card.id = %deleted.id, "a kept card was deleted by the API");
                return Ok(gone(&deleted, visit));
            }
            // Sealed anew, deleted or replaced in between.
            (deleted, Kept::Refused(stands)) => match stands.filter(|stands| stands.id == deleted.id) {
                Some(stands) if stands.number.is_some() => card = *stands,
                Some(stands) => return Ok(gone(&stands, visit)),
                None => return Err(Problem::new(Code::NotFound)),
            },
        }
    }
    Err(StoreError::Conflict.into())
}

fn gone(left: &KeptCard, visit: &Visit<'_>) -> Answer {
    Answer::new(200, &StoredCardBody::of(left, visit.now))
}
