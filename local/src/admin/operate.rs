//! `kessai admin payment capture|cancel|adjust|refund|ask`: what the console does, for an operator at a terminal.

use charging::{Charging, Operate, Operated};
use clap::{Args, Subcommand};
use domain::{
    ActorId, Clock, Nonce, Payment, PaymentKey, Yen,
    audit::{Action, Came},
    payment::{Impossible, Operation, OperationKind, OperationStanding},
};
use jiff::SignedDuration;

use super::{AdminError, Registry, RegistryError, payment::key, payment::lines};

/// How long one command may take: the acquirer's limit and what is around it.
const PATIENCE: SignedDuration = SignedDuration::from_secs(28);

/// What can be done with a payment's money.
#[derive(Debug, Subcommand)]
pub enum Moving {
    /// Take what is held, or a part of it
    Capture {
        /// Which payment
        #[command(flatten)]
        of: PaymentOf,
        /// Yen; all that is held, if left out
        #[arg(long)]
        amount: Option<String>,
    },
    /// Let go of all that is held
    Cancel {
        /// Which payment
        #[command(flatten)]
        of: PaymentOf,
    },
    /// Hold another amount
    Adjust {
        /// Which payment
        #[command(flatten)]
        of: PaymentOf,
        /// Yen
        amount: String,
    },
    /// Give back what was taken, or a part of it
    Refund {
        /// Which payment
        #[command(flatten)]
        of: PaymentOf,
        /// Yen; all that was not given back yet, if left out
        #[arg(long)]
        amount: Option<String>,
    },
    /// Ask the acquirer again about what nobody knows
    Ask {
        /// Which payment
        #[command(flatten)]
        of: PaymentOf,
    },
}

/// Which payment.
#[derive(Debug, Args)]
pub struct PaymentOf {
    /// Merchant number
    pub merchant: String,
    /// The merchant's order number
    pub order: String,
}

/// Carries a command out; answers the lines to print. What is asked for stands in the audit log before the acquirer is called, and what came of it
/// afterwards.
pub(super) async fn run(registry: &Registry, moving: Moving, clock: &Clock) -> Result<Vec<String>, AdminError> {
    let charging = registry.charging(clock.clone()).ok_or(AdminError::NoAcquirer)?;
    let (of, kind, amount) = match moving {
        Moving::Capture { of, amount } => (of, OperationKind::Capture, amount),
        Moving::Cancel { of } => (of, OperationKind::Cancel, None),
        Moving::Adjust { of, amount } => (of, OperationKind::Adjust, Some(amount)),
        Moving::Refund { of, amount } => (of, OperationKind::Refund, amount),
        Moving::Ask { of } => return Box::pin(ask(registry, &charging, &key(&of.merchant, of.order)?, clock)).await,
    };
    let by = actor(registry)?;
    let key = key(&of.merchant, of.order)?;
    let payment = registry.payment(&key).await?.ok_or(AdminError::NoPayment)?;
    let amount = match amount {
        Some(amount) => Yen::parse(&amount).ok_or(AdminError::Amount(amount))?,
        None => whole(kind, &payment),
    };
    let operation = Operation { kind, amount };
    let log = Log { registry, clock, key: &key, operation };
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(charging::ChargeError::Random)?;
    let operate = Operate {
        operation,
        n: payment.next_n(),
        nonce: Nonce::from_random(nonce),
        by,
        deadline: clock.now().saturating_add(PATIENCE).unwrap_or(clock.now()),
    };
    log.asked().await?;
    match charging.operate(payment, operate).await {
        Ok(Operated::Tried(payment)) => {
            let record = payment.operation_from(Nonce::from_random(nonce));
            let noted = log.ended(record.map_or(Came::Unknown, Came::of_operation)).await;
            Ok([lines(&payment), noted].concat())
        }
        Ok(Operated::Stands(standing, payment)) => {
            let noted = log.ended(Came::NotTried).await;
            Ok([vec![said(standing)], lines(&payment), noted].concat())
        }
        Ok(Operated::NoPayment) => Err(AdminError::NoPayment),
        Err(error) => {
            log.ended(Came::NotTried).await;
            Err(error.into())
        }
    }
}

/// Where it stands who moved which money.
struct Log<'a> {
    registry: &'a Registry,
    clock: &'a Clock,
    key: &'a PaymentKey,
    operation: Operation,
}

impl Log<'_> {
    /// Before anything moves: without it nothing does.
    async fn asked(&self) -> Result<(), RegistryError> {
        let Operation { kind, amount } = self.operation;
        let action = Action::OperationAsked { order: self.key.order.clone(), operation: kind.into(), amount };
        self.registry.note(&self.key.merchant, action, self.clock).await
    }

    /// What came of it. The outcome is safe in the payment; that it is missing in the log is said to who sits there.
    async fn ended(&self, came: Came) -> Vec<String> {
        let Operation { kind, amount } = self.operation;
        let action = Action::OperationEnded { order: self.key.order.clone(), operation: kind.into(), amount, came };
        match self.registry.note(&self.key.merchant, action, self.clock).await {
            Ok(()) => Vec::new(),
            Err(error) => vec![format!("what came of it is not in the audit log: {error}")],
        }
    }
}

/// Who acts: the operator's name stands in the payment. Nobody is taken for our own jobs.
pub(super) fn actor(registry: &Registry) -> Result<ActorId, AdminError> {
    let name = registry.operator()?;
    let actor = ActorId::new(name).ok().filter(|actor| *actor != ActorId::system());
    actor.ok_or_else(|| AdminError::Actor(name.to_owned()))
}

async fn ask(
    registry: &Registry,
    charging: &Charging,
    key: &PaymentKey,
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    actor(registry)?;
    registry.payment(key).await?.ok_or(AdminError::NoPayment)?;
    registry.note(&key.merchant, Action::AcquirerAsked { order: key.order.clone() }, clock).await?;
    let asked = Box::pin(charging.ask_again(key)).await.map_err(charging::ChargeError::Store)?;
    Ok(lines(&asked.ok_or(AdminError::NoPayment)?))
}

/// All there is; where there is nothing, the operation says so.
fn whole(kind: OperationKind, payment: &Payment) -> Yen {
    let all = match kind {
        OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust => payment.held(),
        OperationKind::Refund => Yen::new(payment.refundable()).ok(),
    };
    all.unwrap_or_else(|| payment.amount_now())
}

/// Why nothing was done.
fn said(standing: OperationStanding) -> String {
    let why = match standing {
        OperationStanding::SameSubmit => "this was sent before".to_owned(),
        OperationStanding::Running => "another operation runs or is being checked".to_owned(),
        OperationStanding::Stale => "something else happened meanwhile".to_owned(),
        OperationStanding::Impossible(why) => match why {
            Impossible::NothingHeld => "nothing is held".to_owned(),
            Impossible::NothingTaken => "nothing was taken".to_owned(),
            Impossible::TooLate => "its time is over".to_owned(),
            Impossible::TooMuch { most } => format!("at most {most} yen"),
            Impossible::NotTheWhole { held } => format!("{held} yen are held, and all of it is let go or none"),
            Impossible::SameAmount => "that much is held already".to_owned(),
            Impossible::Disputed => "the cardholder disputes it".to_owned(),
        },
    };
    format!("nothing was done: {why}")
}
