//! Does what was confirmed. What was asked for stands in the audit log before the acquirer is called, and what came of it afterwards.

use charging::{ChargeError, Operate, Operated};
use console::Refusal;
use domain::{
    ActorId, Payment,
    audit::{Action, Came},
    payment::{End, OperationKind, OperationRecord, OperationStanding, Stage},
};
use http::{Response, StatusCode};
use inbound::{SealError, http as answer};
use lambda_http::Body;
use store::StoreError;

use crate::{
    Call,
    act::Act,
    address_of,
    form::Confirmed,
    outcome,
    show::{self, Choice, needs_code},
};

/// Does it, once: the same form again is answered with what became of it.
pub(crate) async fn carry_out(
    call: &Call<'_>,
    payment: Payment,
    kind: OperationKind,
) -> Result<Response<Body>, Refusal> {
    let confirmed = Confirmed::of_form(call, &payment, kind)?;
    if let Some(record) = payment.operation_from(confirmed.nonce) {
        return Ok(to_outcome(&payment, record));
    }
    if !kind.is_open_to(call.merchant().status) {
        return Ok(outcome::suspended(call, &payment));
    }
    if let Some(asked_again) = code_is_wrong(call, &payment, &confirmed).await? {
        return Ok(asked_again);
    }
    note(call, &payment, &confirmed, None).await?; // an entry that a killed function can't lose: nothing moves before it stands
    let operate = Operate {
        operation: confirmed.operation,
        n: confirmed.n,
        nonce: confirmed.nonce,
        by: ActorId::new(call.visit.user.id.as_str()).map_err(|_| SealError::Foreign)?,
        deadline: answer::deadline(call.request, &call.deps.clock),
    };
    match call.deps.charging.operate(payment.clone(), operate).await {
        Ok(Operated::Tried(payment)) => {
            // Another one came in between only if this one is over: then the payment says what became of both.
            let record = payment.operation_from(confirmed.nonce);
            let came = record.map_or(Came::Unknown, Came::of_operation);
            tracing::info!(payment.id = %payment.key, operation = kind.name(), ?came, "operation tried");
            note_end(call, &payment, &confirmed, came).await;
            Ok(record.map_or_else(|| answer::see_other(&address_of(&payment)), |record| to_outcome(&payment, record)))
        }
        Ok(Operated::Stands(standing, payment)) => {
            tracing::info!(payment.id = %payment.key, operation = kind.name(), ?standing, "operation stands");
            stands(call, &payment, &confirmed, standing).await
        }
        Ok(Operated::NoPayment) => Err(Refusal::NotThere),
        Err(error) => {
            note_end(call, &payment, &confirmed, Came::NotTried).await;
            Err(match error {
                ChargeError::Store(error) => error.into(),
                error @ (ChargeError::TooLate
                | ChargeError::Vault(_)
                | ChargeError::CardUnusable
                | ChargeError::CardTesting
                | ChargeError::DayLimit
                | ChargeError::Limited(_)
                | ChargeError::Random(_)) => StoreError::Unavailable(Box::new(error)).into(),
            })
        }
    }
}

/// Where the operation is large: the form again unless its code is good.
async fn code_is_wrong(
    call: &Call<'_>,
    payment: &Payment,
    confirmed: &Confirmed,
) -> Result<Option<Response<Body>>, Refusal> {
    let operation = confirmed.operation;
    if !needs_code(call, payment, operation) {
        return Ok(None);
    }
    match call.deps.console.confirm(call.visit, call.visit.field("totp")).await {
        Ok(()) => Ok(None),
        Err(Refusal::TotpWrong) => {
            // The same form from another window may have used the code up.
            let now = call.deps.payments.load(&payment.key).await?;
            let same = now.as_ref().and_then(|now| Some(to_outcome(now, now.operation_from(confirmed.nonce)?)));
            if same.is_some() {
                return Ok(same);
            }
            let choice = Choice { kind: operation.kind, amount: Some(operation.amount), typed: "", problem: None };
            show::confirm(call, payment, choice, Some(call.words().code_wrong)).map(Some)
        }
        Err(other) => Err(other),
    }
}

async fn stands(
    call: &Call<'_>,
    payment: &Payment,
    confirmed: &Confirmed,
    standing: OperationStanding,
) -> Result<Response<Body>, Refusal> {
    match standing {
        OperationStanding::SameSubmit => Ok(payment
            .operation_from(confirmed.nonce)
            .map_or_else(|| answer::see_other(&address_of(payment)), |record| to_outcome(payment, record))),
        OperationStanding::Running => {
            note_end(call, payment, confirmed, Came::NotTried).await;
            outcome::running(call, payment, StatusCode::CONFLICT).await
        }
        OperationStanding::Stale => {
            note_end(call, payment, confirmed, Came::NotTried).await;
            outcome::stale(call, payment).await
        }
        OperationStanding::Impossible(why) => {
            note_end(call, payment, confirmed, Came::NotTried).await;
            Ok(outcome::impossible(call, payment, Some(why)))
        }
    }
}

/// To the payment's page with a word if it is done; else to the page that says what became of it.
fn to_outcome(payment: &Payment, record: &OperationRecord) -> Response<Body> {
    let order = &payment.key.order;
    answer::see_other(&match &record.stage {
        Stage::Ended { end: End::Done, .. } => {
            format!("{}?done={}", address_of(payment), Act::Operate(record.operation.kind).name())
        }
        Stage::Ended { end: End::Refused(_) | End::NotSupported | End::GivenUp, .. }
        | Stage::Running(_)
        | Stage::Unknown(_)
        | Stage::Withdrawing(_) => Act::Outcome.address(order),
    })
}

/// The outcome is safe in the payment; that it is missing in the log must not make an answer of failure of it.
async fn note_end(call: &Call<'_>, payment: &Payment, confirmed: &Confirmed, came: Came) {
    if let Err(error) = note(call, payment, confirmed, Some(came)).await {
        tracing::error!(payment.id = %payment.key, error = %domain::Causes::of(&error), "an operation's outcome is not in the audit log");
    }
}

async fn note(call: &Call<'_>, payment: &Payment, confirmed: &Confirmed, came: Option<Came>) -> Result<(), StoreError> {
    let (order, amount) = (payment.key.order.clone(), confirmed.operation.amount);
    let operation = confirmed.operation.kind.into();
    let action = match came {
        None => Action::OperationAsked { order, operation, amount },
        Some(came) => Action::OperationEnded { order, operation, amount, came },
    };
    call.deps.console.note(call.visit, action).await
}
