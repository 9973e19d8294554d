//! `kessai admin payment`: one payment as it is stored, for whoever is asked about it at night, and what can be done with its money.

use clap::Subcommand;
use domain::{
    Clock, Decline, OrderId, Payment, PaymentKey, State,
    acquirer::{Approval, Authentication, Flow},
    payment::{Doubt, End, Open, OperationRecord, Reversal, Stage},
};

use super::{
    AdminError, Registry, number,
    operate::{self, Moving},
};

/// What can be done with a payment.
#[derive(Debug, Subcommand)]
pub enum PaymentCommand {
    /// Show how a payment stands, and what 3-D Secure came to
    Show {
        /// Merchant number
        merchant: String,
        /// The merchant's order number
        order: String,
    },
    /// Capture, cancel, adjust, refund, or ask the acquirer again
    #[command(flatten)]
    Move(Moving),
}

/// Carries a command out; answers the lines to print.
pub(super) async fn run(
    registry: &Registry,
    command: PaymentCommand,
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    match command {
        PaymentCommand::Show { merchant, order } => {
            let payment = registry.payment(&key(&merchant, order)?).await?.ok_or(AdminError::NoPayment)?;
            Ok(lines(&payment))
        }
        PaymentCommand::Move(moving) => operate::run(registry, moving, clock).await,
    }
}

/// A payment's key as it is typed.
pub(super) fn key(merchant: &str, order: String) -> Result<PaymentKey, AdminError> {
    let order = OrderId::new(order).map_err(|_| AdminError::NoPayment)?;
    Ok(PaymentKey::new(number(merchant)?, order))
}

/// What an operator needs to know. Nothing of the buyer but the masked card.
pub(super) fn lines(payment: &Payment) -> Vec<String> {
    let mut lines = vec![
        line("payment", payment.number().as_str()),
        line("state", payment.state.name()),
        line("amount", &payment.amount.to_string()),
        line("opened_at", &payment.opened_at.to_string()),
        line("reference", payment.reference(payment.last_n).as_str()),
        line("attempts", &format!("{} of {}", payment.attempts, payment.attempts_allowed)),
    ];
    if let Some(card) = &payment.card {
        lines.push(line("card", &format!("{} {} {}", card.brand.name(), card.last4, card.expiry)));
    }
    lines.extend(of_state(&payment.state));
    lines.extend(of_money(payment));
    lines.extend(payment.operation().map(of_operation).unwrap_or_default());
    lines
}

/// Where the money stands, once there was an approval.
fn of_money(payment: &Payment) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(payment.held().map(|held| line("held", &held.to_string())));
    lines.extend(payment.capturable_until().map(|until| line("capture_before", &until.to_string())));
    if let Some(captured) = payment.captured() {
        lines.push(line("captured", &captured.to_string()));
        lines.push(line("refunded", &payment.refunded().to_string()));
        lines.extend(payment.disputed().map(|since| line("disputed_since", &since.to_string())));
    }
    lines
}

fn of_operation(record: &OperationRecord) -> Vec<String> {
    let stage = match &record.stage {
        Stage::Running(lease) => format!("running until {}", lease.until),
        Stage::Unknown(doubt) => format!("unknown, asked {} times", doubt.asks),
        Stage::Withdrawing(withdrawal) => format!("being withdrawn, asked {} times", withdrawal.asks),
        Stage::Ended { end, at } => format!("{} at {at}", of_end(end)),
    };
    vec![
        line("operation", &format!("{} {}", record.operation.kind.name(), record.operation.amount)),
        line("operation_n", &record.n.to_string()),
        line("operation_by", record.by.as_str()),
        line("operation_since", &record.since.to_string()),
        line("operation_stands", &stage),
    ]
}

fn of_end(end: &End) -> String {
    match end {
        End::Done => "done".to_owned(),
        End::Refused(decline) => format!("refused ({})", super::show::plain(&decline.code)),
        End::NotSupported => "not supported by the acquirer".to_owned(),
        End::GivenUp => "given up; it never happened".to_owned(),
    }
}

fn of_state(state: &State) -> Vec<String> {
    match state {
        State::Authorizing { lease, .. } => vec![line("lease_until", &lease.until.to_string())],
        State::Challenging { due, .. } => vec![line("challenge_until", &due.to_string())],
        State::Unknown(doubt) | State::NeedsPerson(Open::Unknown(doubt)) => of_doubt(doubt),
        State::Reversing(reversal) | State::NeedsPerson(Open::Reversing(reversal)) => of_reversal(reversal),
        State::Declined { decline, at, .. } => [vec![line("at", &at.to_string())], of_decline(decline)].concat(),
        State::Authorized { approval, at, .. } | State::Captured { approval, at, .. } => {
            [vec![line("at", &at.to_string())], of_approval(approval)].concat()
        }
        State::Cancelled { amount, at, .. } | State::Lapsed { amount, at, .. } => {
            vec![line("at", &at.to_string()), line("let_go", &amount.to_string())]
        }
        State::Failed { reason, decline, at } => {
            let mut lines = vec![line("at", &at.to_string()), line("reason", &super::show::plain(reason))];
            lines.extend(decline.iter().map(|decline| line("decline", &super::show::plain(&decline.code))));
            lines
        }
        State::Abandoned { at } => vec![line("at", &at.to_string())],
    }
}

fn of_doubt(doubt: &Doubt) -> Vec<String> {
    vec![line("unknown_since", &doubt.since.to_string()), line("asked", &doubt.asks.to_string())]
}

fn of_reversal(reversal: &Reversal) -> Vec<String> {
    vec![
        line("reversing_since", &reversal.since.to_string()),
        line("reason", &super::show::plain(&reversal.reason)),
        line("asked", &reversal.asks.to_string()),
    ]
}

fn of_approval(approval: &Approval) -> Vec<String> {
    let mut lines = vec![line("acquirer_id", &approval.acquirer_id)];
    lines.extend(approval.network_id.as_ref().map(|id| line("network_id", id)));
    lines.extend(approval.valid_until.map(|until| line("valid_until", &until.to_string())));
    lines.extend(approval.authentication.iter().flat_map(of_authentication));
    lines
}

fn of_decline(decline: &Decline) -> Vec<String> {
    let mut lines = vec![line("decline", &super::show::plain(&decline.code))];
    lines.extend(decline.network_code.as_ref().map(|code| line("network_code", code)));
    lines.extend(decline.advice_code.as_ref().map(|code| line("advice_code", code)));
    lines.extend(decline.authentication.iter().flat_map(of_authentication));
    lines
}

fn of_authentication(result: &Authentication) -> Vec<String> {
    let flow = match result.flow {
        Flow::Frictionless => "frictionless",
        Flow::Challenge => "challenge",
    };
    let mut lines = vec![
        line("3ds_status", &result.status.letter().to_string()),
        line("3ds_flow", flow),
        line("3ds_version", &result.version),
        line("3ds_ds_id", &result.ds_id),
        line("3ds_at", &result.at.to_string()),
    ];
    lines.extend(result.eci.as_ref().map(|eci| line("3ds_eci", eci)));
    lines.extend(result.value.as_ref().map(|value| line("3ds_value", value)));
    lines
}

fn line(key: &str, value: &str) -> String {
    format!("{key}={value}")
}
