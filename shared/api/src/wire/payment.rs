//! Payments as they are answered, and what is asked of them.

use domain::{
    Decline, Payment, State,
    payment::{End, Failure, OperationRecord, Stage},
    search::{Row, Status},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::value::{self, Amount, CardBody, DeclineBody, Order, Text, User, instant, interface_name, operation_name};

/// A payment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Payment")]
pub struct PaymentBody {
    /// The merchant's number for the order: it names the payment.
    order: String,
    /// The payment number that mails and hand-overs say, 18 digits.
    payment: String,
    /// How it stands. `running`, `challenging`, `checking`, `reversing` and `needs_person` say that nobody knows yet: read it again, and charge nothing
    /// in its place.
    #[schemars(schema_with = "value::status")]
    status: &'static str,
    /// Why it came to nothing, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "reason", default)]
    reason: Option<&'static str>,
    /// How it came in.
    #[schemars(schema_with = "value::interface")]
    interface: &'static str,
    /// What it is about now, in yen: what is held or taken or was let go, else what was ordered.
    amount: u32,
    /// What was ordered, in yen.
    ordered: u32,
    /// What was given back so far, in yen.
    refunded: u32,
    /// What can be given back yet, in yen.
    refundable: u32,
    /// Always `JPY`.
    currency: &'static str,
    /// When the first attempt of this visit was made.
    #[schemars(schema_with = "value::date_time")]
    opened_at: String,
    /// When it was approved: the payment date.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::date_time", default)]
    paid_at: Option<String>,
    /// Until when it can be captured, where it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::date_time", default)]
    capture_until: Option<String>,
    /// The card of the last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardBody>,
    /// The buyer.
    buyer: BuyerBody,
    /// What is sold, where a link says so.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schemars(default)]
    item: String,
    /// The three free items.
    free: [String; 3],
    /// Why the last card was declined, where that is how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    decline: Option<DeclineBody>,
    /// The operation that is running or came last; where one was asked for, that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<OperationBody>,
}

/// The buyer of a payment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Buyer")]
struct BuyerBody {
    /// The buyer id of card-on-file; empty without one.
    user: String,
    /// The name.
    name: String,
    /// The mail address.
    mail: String,
    /// The telephone number.
    tel: String,
}

/// An operation on a payment's money.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Operation")]
struct OperationBody {
    /// What.
    #[schemars(schema_with = "value::operation")]
    kind: &'static str,
    /// With how much, in yen.
    amount: u32,
    /// How far it is.
    status: OperationStatus,
    /// When it was asked for.
    #[schemars(schema_with = "value::date_time")]
    asked_at: String,
    /// Why the card company refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decline: Option<DeclineBody>,
}

/// How far an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationStatus {
    /// It runs, or nobody knows yet what became of it.
    Checking,
    /// It is done.
    Done,
    /// The card company refused it.
    Refused,
    /// The card company does not offer it.
    NotSupported,
    /// The card company never had it, and it was made sure that it never will.
    GivenUp,
}

/// A payment in a list. Lists are some seconds behind.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PaymentSummary")]
pub struct PaymentSummary {
    /// The merchant's number for the order: it names the payment.
    order: String,
    /// The payment number that mails and hand-overs say, 18 digits.
    payment: String,
    /// How it stands.
    #[schemars(schema_with = "value::status")]
    status: &'static str,
    /// How it came in.
    #[schemars(schema_with = "value::interface")]
    interface: &'static str,
    /// What it is about now, in yen.
    amount: u32,
    /// What was given back so far, in yen.
    refunded: u32,
    /// Always `JPY`.
    currency: &'static str,
    /// When the first attempt of this visit was made.
    #[schemars(schema_with = "value::date_time")]
    opened_at: String,
    /// The card of the last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardBody>,
    /// The buyer id of card-on-file; empty without one.
    user: String,
    /// The buyer's mail address.
    mail: String,
    /// The three free items.
    free: [String; 3],
}

/// Asks to capture what is held, or a part of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureRequest {
    /// How much. Absent: all that is held. The rest is let go.
    pub amount: Option<Amount>,
}

/// Asks to let go of all that is held.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {}

/// Asks to give back what was taken, or a part of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// How much. Absent: all that can be given back yet.
    pub amount: Option<Amount>,
}

/// Asks to hold another amount.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountRequest {
    /// How much is to be held.
    pub amount: Amount,
}

/// Asks to charge a stored card while its buyer is not there. The buyer must have agreed to charges by the merchant, and the card must have been paid with.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["user"] }, { "required": ["earlier_order"] }]))]
pub struct ChargeRequest {
    /// How much.
    pub amount: Amount,
    /// The order. Absent: a number of ours.
    pub order: Option<Order>,
    /// Whose card: the buyer id of card-on-file. Either this or `earlier_order`.
    pub user: Option<User>,
    /// Whose card: the buyer of an earlier order of this merchant.
    pub earlier_order: Option<Order>,
    /// When the money is taken. Absent: as the merchant's settings say.
    pub capture: Option<CaptureTime>,
    /// The buyer's name.
    pub name: Option<Text>,
    /// The buyer's mail address. Absent: the one that the card was stored with.
    pub mail: Option<Text>,
    /// The buyer's telephone number.
    pub tel: Option<Text>,
    /// The first free item.
    pub free1: Option<Text>,
    /// The second free item.
    pub free2: Option<Text>,
    /// The third free item.
    pub free3: Option<Text>,
}

/// When the money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaptureTime {
    /// With the approval.
    AtOnce,
    /// By a capture, within six months at most.
    Later,
}

impl PaymentBody {
    /// Of a payment as it is stored.
    pub fn of(payment: &Payment) -> Self {
        let details = &payment.details;
        Self {
            order: payment.key.order.to_string(),
            payment: payment.number().as_str().to_owned(),
            status: Status::of(payment).told().name(),
            reason: payment.state.reason(),
            interface: interface_name(payment.interface),
            amount: payment.amount_now().get(),
            ordered: payment.amount.get(),
            refunded: payment.refunded(),
            refundable: payment.refundable(),
            currency: "JPY",
            opened_at: instant(payment.opened_at),
            paid_at: payment.state.paid_at().map(instant),
            capture_until: payment.capturable_until().map(instant),
            card: payment.card.as_ref().map(CardBody::of),
            buyer: BuyerBody {
                user: details.user.clone(),
                name: details.name.clone(),
                mail: details.mail.clone(),
                tel: details.tel.clone(),
            },
            item: details.item.clone(),
            free: details.free.clone(),
            decline: decline(&payment.state).and_then(|decline| said(payment, decline)),
            operation: payment.operation().map(|record| OperationBody::of(payment, record)),
        }
    }

    /// The same with this of its operations.
    #[must_use]
    pub fn with(self, payment: &Payment, record: &OperationRecord) -> Self {
        Self { operation: Some(OperationBody::of(payment, record)), ..self }
    }
}

impl OperationBody {
    fn of(payment: &Payment, record: &OperationRecord) -> Self {
        let refused = match &record.stage {
            Stage::Ended { end: End::Refused(decline), .. } => said(payment, decline),
            Stage::Ended { end: End::Done | End::NotSupported | End::GivenUp, .. }
            | Stage::Running(_)
            | Stage::Unknown(_)
            | Stage::Withdrawing(_) => None,
        };
        Self {
            kind: operation_name(record.operation.kind),
            amount: record.operation.amount.get(),
            status: OperationStatus::of(record),
            asked_at: instant(record.since),
            decline: refused,
        }
    }
}

impl OperationStatus {
    /// Of an operation as it is stored.
    pub const fn of(record: &OperationRecord) -> Self {
        match &record.stage {
            Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_) => Self::Checking,
            Stage::Ended { end, .. } => match end {
                End::Done => Self::Done,
                End::Refused(_) => Self::Refused,
                End::NotSupported => Self::NotSupported,
                End::GivenUp => Self::GivenUp,
            },
        }
    }
}

impl PaymentSummary {
    /// Of a row of a list.
    pub fn of(row: &Row) -> Self {
        Self {
            order: row.key.order.to_string(),
            payment: row.number().as_str().to_owned(),
            status: row.status.told().name(),
            interface: interface_name(row.interface),
            amount: row.amount.get(),
            refunded: row.refunded,
            currency: "JPY",
            opened_at: instant(row.at),
            card: row.card.as_ref().map(CardBody::of),
            user: row.user.clone(),
            mail: row.mail.clone(),
            free: row.free.clone(),
        }
    }
}

fn reason(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Failure::ALL.map(Failure::name).into_iter().chain([State::GIVEN_UP]).collect();
    json_schema!({ "type": "string", "enum": names })
}

fn decline(state: &State) -> Option<&Decline> {
    match state {
        State::Declined { decline, .. } => Some(decline),
        State::Failed { decline, .. } => decline.as_ref(),
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Abandoned { .. }
        | State::NeedsPerson(_) => None,
    }
}

fn said(payment: &Payment, decline: &Decline) -> Option<DeclineBody> {
    payment.card.as_ref().map(|card| DeclineBody::of(decline, card.brand))
}
