//! Regular purchases: begins plans, charges their periods, each exactly once, and moves plans by what became of a payment.
//!
//! A message only says where to look. What there is to do is decided from the plan as it stands, and a period's order is its payment: so whatever comes twice,
//! late or in another order finds what stands.

mod buyer;
mod card;
mod join;
mod look;
mod renew;
mod settle;
mod step;

use std::sync::atomic::AtomicBool;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use charging::{ChargeError, Charging, DayLimits, Vault};
use domain::{Clock, Merchant, MerchantId, recurring::work::RecurringWork};
use inbound::{Config, ConfigError, Pace, Stage, checkout::trades_at, events};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use outbound::{CardKey, OutboundError, Queue};
use store::{CardKeys, Cards, DayTotals, Merchants, Offers, Payments, PlanDaysCursor, Plans, StoreError};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    plans: Plans,
    schedule: PlanDaysCursor,
    /// The schedule has begun: this environment has seen to it.
    begun: AtomicBool,
    offers: Offers,
    merchants: Merchants,
    payments: Payments,
    cards: Cards,
    charging: Charging,
    limits: DayLimits,
    vault: Vault,
    /// Its own queue, for what comes a few minutes too early.
    work: Queue,
    stage: Stage,
    pace: Pace,
    clock: Clock,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let (cards, payments) = (Cards::new(table.clone()), Payments::new(table.clone()));
        let card_key = CardKey::new(config.sdk(), config.required("CARD_KEY")?);
        let deps = Self {
            plans: Plans::new(table.clone()),
            schedule: PlanDaysCursor::new(table.clone()),
            begun: AtomicBool::new(false),
            offers: Offers::new(table.clone()),
            merchants: Merchants::new(table.clone()),
            charging: Charging::new(payments.clone(), cards.clone(), config.acquirer()?, clock.clone()),
            limits: DayLimits::new(DayTotals::new(config.search_table()?), clock.clone()),
            vault: Vault::new(card_key, CardKeys::new(table), clock.clone()),
            payments,
            cards,
            work: Queue::new(config.sdk(), config.required("RECURRING_QUEUE")?),
            stage: config.stage()?,
            pace: Pace::of(config, "RENEWALS_AT_ONCE", "RENEWAL_MS")?,
            clock,
        };
        deps.charging.connect().await;
        Ok(deps)
    }

    /// The merchant, if it may trade here.
    async fn trading(&self, id: &MerchantId) -> Result<Option<Merchant>, WorkError> {
        let merchant = self.merchants.load(id).await?.ok_or(WorkError::Gone("merchant"))?;
        Ok(Some(merchant).filter(|merchant| trades_at(merchant, self.stage)))
    }
}

/// Why a message did not come to its end; it is given again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    /// The table did not answer, or others keep moving the plan.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// A period could not be tried.
    #[error(transparent)]
    Charge(#[from] ChargeError),
    /// What the message names is not there.
    #[error("the {0} is not there")]
    Gone(&'static str),
    /// A period's order belongs to somebody else's payment.
    #[error("the order of a period is used by another payment")]
    OrderUsed,
}

/// Works through a batch of messages, a few at once; one that fails fails alone.
///
/// # Errors
/// None: what failed is given again.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline);
    let deadline = deadline.unwrap_or_else(|| deps.clock.now());
    let work = |work: RecurringWork| async move { Box::pin(carry_out(deps, work, deadline)).await.map_err(Into::into) };
    Ok(events::messages_at_once(event.payload, deps.pace.at_once(), work).await)
}

async fn carry_out(deps: &Deps, work: RecurringWork, deadline: Timestamp) -> Result<(), WorkError> {
    match work {
        RecurringWork::Join(key) => join::begin(deps, &key).await,
        RecurringWork::Look { merchant, plan } => Box::pin(look::at(deps, (&merchant, &plan), deadline)).await,
        RecurringWork::Settle(key) => settle::period(deps, &key).await,
        RecurringWork::NewCard(key) => buyer::changed_card(deps, &key).await,
        RecurringWork::Agreed(key) => buyer::agreed(deps, &key).await,
        RecurringWork::CheckCard { merchant, plan } => card::check(deps, &merchant, &plan).await,
    }
}
