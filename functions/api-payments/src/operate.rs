//! Captures, cancels, changes and refunds: the same steps as an operator's form, under the call's own name.

use api::{
    Answer, Problem, Run, Visit, body,
    wire::{
        payment::{AmountRequest, CancelRequest, CaptureRequest, OperationStatus, PaymentBody, RefundRequest},
        value::Amount,
    },
};
use charging::{ChargeError, Operate, Operated};
use domain::{
    Payment, Yen,
    api::{Code, Fault, Scope, Started},
    payment::{Impossible, Operation, OperationKind, OperationRecord, OperationStanding},
};

use crate::{Deps, named};

pub(crate) async fn operate(deps: &Deps, visit: &Visit<'_>, kind: OperationKind) -> Result<Answer, Problem> {
    let amount = asked(visit, kind)?;
    let payment = named(deps, visit).await?;
    let amount_now = amount.map(Amount::yen).or_else(|| whole(&payment, kind));
    let started = Started {
        needs: amount_now.and_then(|amount| needs(visit, &payment, Operation { kind, amount })),
        ..Started::at(payment.generation, payment.next_n())
    };
    let asked = (kind.name(), amount);
    deps.api.once(visit, &asked, started, |run| Box::pin(carry_out(deps, visit, (payment, kind, amount), run))).await
}

/// How much is asked for. None: all there is.
fn asked(visit: &Visit<'_>, kind: OperationKind) -> Result<Option<Amount>, Problem> {
    Ok(match kind {
        OperationKind::Capture => body::<CaptureRequest>(visit.request)?.amount,
        OperationKind::Refund => body::<RefundRequest>(visit.request)?.amount,
        OperationKind::Adjust => Some(body::<AmountRequest>(visit.request)?.amount),
        OperationKind::Cancel => {
            let CancelRequest {} = body(visit.request)?;
            None
        }
    })
}

async fn carry_out(
    deps: &Deps,
    visit: &Visit<'_>,
    (read, kind, amount): (Payment, OperationKind, Option<Amount>),
    run: Run,
) -> Result<Answer, Problem> {
    let payment = if run.is_resumed { named(deps, visit).await? } else { read };
    if let Some(record) = payment.operation_from(run.nonce) {
        return ended(&payment, record);
    }
    if !kind.is_open_to(visit.merchant().status) {
        return Err(Problem::new(Code::MerchantSuspended));
    }
    let amount = match amount {
        Some(amount) => amount.yen(),
        None => whole(&payment, kind).ok_or_else(|| impossible(&payment, why_nothing(kind)))?,
    };
    if kind == OperationKind::Adjust && amount > visit.merchant().max_amount {
        return Err(Problem::field(Code::FieldRefused, "amount", Fault::OutOfRange));
    }
    if needs(visit, &payment, Operation { kind, amount }).is_some_and(|scope| !visit.key.scopes.contains(&scope)) {
        return Err(Problem::new(Code::RefundOverLimit).about(PaymentBody::of(&payment)));
    }
    let operate = Operate {
        operation: Operation { kind, amount },
        n: run.started.n,
        nonce: run.nonce,
        by: visit.actor(),
        deadline: visit.deadline(deps.api.clock()),
    };
    match deps.charging.operate(payment, operate).await {
        Ok(Operated::Tried(payment)) => {
            tracing::info!(payment.id = %payment.key, operation = kind.name(), "operation tried by the API");
            by_record(&payment, run)
        }
        Ok(Operated::Stands(standing, payment)) => stands(&payment, standing, run),
        Ok(Operated::NoPayment) => Err(Problem::new(Code::NotFound)),
        Err(error) => Err(not_tried(error)),
    }
}

/// The scope that an operation needs besides its endpoint's: at the console such a refund would need a fresh code. A program has none: whoever made its key gave
/// one for the scope.
fn needs(visit: &Visit<'_>, payment: &Payment, Operation { kind, amount }: Operation) -> Option<Scope> {
    match kind {
        OperationKind::Refund => {
            let over = payment.refund_is_over(visit.merchant().refund_confirm_over, amount);
            over.then_some(Scope::RefundsOverLimit)
        }
        OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust => None,
    }
}

/// All there is.
fn whole(payment: &Payment, kind: OperationKind) -> Option<Yen> {
    match kind {
        OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust => payment.held(),
        OperationKind::Refund => Yen::new(payment.refundable()).ok(),
    }
}

const fn why_nothing(kind: OperationKind) -> Impossible {
    match kind {
        OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust => Impossible::NothingHeld,
        OperationKind::Refund => Impossible::NothingTaken,
    }
}

fn stands(payment: &Payment, standing: OperationStanding, run: Run) -> Result<Answer, Problem> {
    match standing {
        OperationStanding::SameSubmit => by_record(payment, run),
        OperationStanding::Running => Err(Problem::new(Code::PaymentRunning).about(PaymentBody::of(payment))),
        OperationStanding::Stale => Err(Problem::new(Code::PaymentChanged).about(PaymentBody::of(payment))),
        OperationStanding::Impossible(why) => Err(impossible(payment, why)),
    }
}

/// By what the payment says of the call's own operation. One that it does not remember was long ago, or one of very many.
fn by_record(payment: &Payment, run: Run) -> Result<Answer, Problem> {
    let changed = || Problem::new(Code::PaymentChanged).about(PaymentBody::of(payment));
    ended(payment, payment.operation_from(run.nonce).ok_or_else(changed)?)
}

fn ended(payment: &Payment, record: &OperationRecord) -> Result<Answer, Problem> {
    let body = PaymentBody::of(payment).with(payment, record);
    match OperationStatus::of(record) {
        OperationStatus::Done => Ok(Answer::new(200, &body)),
        OperationStatus::Checking => Ok(Answer::new(202, &body)),
        OperationStatus::Refused => Err(Problem::new(Code::OperationRefused).about(body)),
        OperationStatus::NotSupported => Err(Problem::new(Code::OperationNotSupported).about(body)),
        OperationStatus::GivenUp => Err(Problem::new(Code::OperationGivenUp).about(body)),
    }
}

fn impossible(payment: &Payment, why: Impossible) -> Problem {
    let (code, most) = match why {
        Impossible::NothingHeld => (Code::NothingHeld, None),
        Impossible::NothingTaken => (Code::NothingTaken, None),
        Impossible::TooLate => (Code::CaptureOver, None),
        // Nothing is left of what was taken.
        Impossible::TooMuch { most: 0 } => (Code::NothingTaken, None),
        Impossible::TooMuch { most } => (Code::AmountTooLarge, Some(most)),
        // What was held changed since this request looked.
        Impossible::NotTheWhole { .. } => (Code::PaymentChanged, None),
        Impossible::SameAmount => (Code::SameAmount, None),
        Impossible::Disputed => (Code::Disputed, None),
    };
    Problem { most, ..Problem::new(code).about(PaymentBody::of(payment)) }
}

/// Nothing was tried: the same request may come again.
fn not_tried(error: ChargeError) -> Problem {
    match error {
        ChargeError::Store(error) => error.into(),
        error @ (ChargeError::TooLate
        | ChargeError::Vault(_)
        | ChargeError::CardUnusable
        | ChargeError::CardTesting
        | ChargeError::DayLimit
        | ChargeError::Limited(_)
        | ChargeError::Random(_)) => {
            tracing::error!(error = %domain::Causes::of(&error), "an operation of the JSON API was not tried");
            Problem { retry_after_s: Some(1), ..Problem::new(Code::Unavailable) }
        }
    }
}
