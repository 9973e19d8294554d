//! Tells merchants' servers what happened: signed, until they have heard it, and so that one that does not answer holds up no other.
//!
//! Two queues feed it. What happened comes by the first, and is told at once to every endpoint that wants it and answers well. All other tries come by the
//! second, from the retries, the minute's round over what is due, and the console: it has workers of its own. Both serve fairly: what is of an endpoint that
//! keeps many workers busy comes behind what is of others. No try waits for another, so a batch takes as long as its longest try.

mod attempt;
mod endpoints;
mod event;
mod health;
mod letter;
mod replay;
mod retry;

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    Clock,
    webhook::{DeliveryKey, Notice},
};
use inbound::{Config, Keyring, KeyringError, Merchants, events};
use jiff::SignedDuration;
use lambda_runtime::LambdaEvent;
use outbound::{Notifier, OutboundError, Queue};
use store::{Attention, Deliveries, Payments, Replays};

use endpoints::Endpoints;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    payments: Payments,
    merchants: Merchants,
    endpoints: store::Endpoints,
    deliveries: Deliveries,
    replays: Replays,
    attention: Attention,
    notifier: Notifier,
    keyring: Keyring,
    /// Where tries wait for a while.
    again: Queue,
    clock: Clock,
}

/// What the messages that came together share.
#[derive(Debug)]
struct Batch<'a> {
    deps: &'a Deps,
    endpoints: Endpoints,
}

/// All messages of a batch (SQS's largest without a wait).
const AT_ONCE: usize = 10;

/// It could not be told now, and nothing of it was lost; the queue gives it again and at last parks it where a person sees it.
type Failed = Box<dyn std::error::Error + Send + Sync>;

impl Deps {
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let payments = Payments::new(table.clone());
        Ok(Self {
            attention: payments.attention(),
            payments,
            merchants: Merchants::new(store::Merchants::new(table.clone()), clock.clone()),
            endpoints: store::Endpoints::new(table.clone()),
            replays: Replays::new(table.clone()),
            deliveries: Deliveries::new(table),
            notifier: config.notifier()?,
            keyring: Keyring::open(config).await?,
            again: Queue::new(config.sdk(), config.required("NOTIFY_AGAIN_QUEUE")?),
            clock,
        })
    }

    /// Has a delivery tried after a while, 15 minutes at most. A queue counts whole seconds: a part of one is waited for as one, so that it never comes too early.
    async fn try_later(&self, key: &DeliveryKey, wait: SignedDuration) -> Result<(), OutboundError> {
        let part = i64::from(wait.subsec_nanos() > 0);
        let wait_s = u64::try_from(wait.as_secs().saturating_add(part)).unwrap_or(0);
        self.again.send_later(&Notice::Try(key.clone()), Duration::from_secs(wait_s)).await
    }
}

/// Tells what a batch of messages says, all at once; answers the ids of those that failed.
///
/// # Errors
/// None: a message fails alone.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    let batch = Batch { deps, endpoints: Endpoints::new(deps.endpoints.clone()) };
    let last = letter::given_last(&event.payload);
    let answer = events::messages_at_once(event.payload, AT_ONCE, |notice: Notice| tell(&batch, notice)).await;
    letter::raise_parked(&batch, &last, &answer).await;
    Ok(answer)
}

async fn tell(batch: &Batch<'_>, notice: Notice) -> Result<(), Failed> {
    match notice {
        Notice::Event(happened) => Box::pin(event::tell(batch, &happened)).await,
        Notice::Try(key) => Box::pin(retry::again(batch, &key)).await,
        Notice::Replay { merchant, endpoint } => Box::pin(replay::go_on(batch, &merchant, &endpoint)).await,
    }
}

/// A random number.
fn chance() -> Result<u32, Failed> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}
