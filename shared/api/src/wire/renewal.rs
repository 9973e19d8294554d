//! Regular purchases as they are answered, and what is asked of them.

use domain::{
    CardOwner,
    recurring::{
        calendar::Cycle,
        plan::{Plan, Rate},
    },
    search::{PlanRow, PlanStanding, PlanStatus},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::value::{self, Amount, instant};

/// A regular purchase.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Renewal")]
pub struct RenewalBody {
    /// Its name.
    renewal: String,
    /// How it stands. `asked`: the merchant has to decide; `unpaid`: paused because a period could not be charged.
    #[schemars(schema_with = "status")]
    status: &'static str,
    /// Who paused or ended it (`buyer`, `merchant`; what its buyer paused only the buyer lets go on), `completed`, `revoked` at the card company, or the code of the
    /// decline of a period that is not paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What is sold.
    item: String,
    /// The offer that was joined, and its version.
    offer: String,
    /// The version of the offer.
    offer_version: u32,
    /// What each period costs, in yen.
    amount: u32,
    /// How many months a period has.
    #[schemars(schema_with = "months")]
    cycle_months: u8,
    /// The period that is charged next; the first payment was 1.
    period: u32,
    /// The order of its payment, once it is charged.
    order: String,
    /// The day on which it is charged next, or tried again; since then it is due, where that is past. Absent: nothing is charged by itself, or it is at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::day", default)]
    next_on: Option<String>,
    /// What holds from a later day on.
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<LaterBody>,
    /// What the buyer was asked to agree to.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<RateBody>,
    /// The order of the first payment.
    first_order: String,
    /// When the buyer joined.
    #[schemars(schema_with = "value::date_time")]
    joined_at: String,
    /// The buyer id of card-on-file; empty without one.
    user: String,
    /// The buyer's name.
    name: String,
    /// The buyer's mail address.
    mail: String,
}

/// What a period costs and how long it is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rate")]
struct RateBody {
    /// Each period, in yen.
    amount: u32,
    /// Months to the next.
    #[schemars(schema_with = "months")]
    cycle_months: u8,
}

/// What holds from a later day on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LaterRate")]
struct LaterBody {
    /// Each period, in yen.
    amount: u32,
    /// Months to the next.
    #[schemars(schema_with = "months")]
    cycle_months: u8,
    /// The nominal day of the first period that it holds for.
    #[schemars(schema_with = "value::day")]
    from: String,
}

/// A regular purchase in a list. Lists are some seconds behind.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RenewalSummary")]
pub struct RenewalSummary {
    /// Its name.
    renewal: String,
    /// How it stands.
    #[schemars(schema_with = "status")]
    status: &'static str,
    /// What is sold.
    item: String,
    /// What the period costs that is charged next, in yen.
    amount: u32,
    /// How many months it has.
    #[schemars(schema_with = "months")]
    cycle_months: u8,
    /// The day on which it is charged next, or tried again; since then it is due, where that is past. Absent: nothing is charged by itself, or it is at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::day", default)]
    next_on: Option<String>,
    /// The order of the first payment.
    first_order: String,
    /// When the buyer joined.
    #[schemars(schema_with = "value::date_time")]
    joined_at: String,
    /// The buyer id of card-on-file; empty without one.
    user: String,
    /// The buyer's name.
    name: String,
    /// The buyer's mail address.
    mail: String,
}

/// Asks that a regular purchase be paused, resumed or ended.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandRequest {}

/// Asks for another amount or cycle. What favours the buyer holds from the next period on whose day has not begun; a higher amount or a shorter cycle is
/// proposed to the buyer by mail, and holds only after the buyer has agreed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRequest {
    /// What each period is to cost. Absent: as it is.
    pub amount: Option<Amount>,
    /// How many months a period is to have. Absent: as it is.
    pub cycle_months: Option<Months>,
}

/// A number of months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Number", into = "u8")]
pub struct Months(Cycle);

impl Months {
    /// As a cycle.
    pub const fn cycle(self) -> Cycle {
        self.0
    }
}

impl TryFrom<serde_json::Number> for Months {
    type Error = &'static str;
    fn try_from(months: serde_json::Number) -> Result<Self, Self::Error> {
        let months = value::whole(&months).and_then(|months| u8::try_from(months).ok());
        months.and_then(|months| Cycle::new(months).ok()).map(Self).ok_or("no cycle")
    }
}

impl From<Months> for u8 {
    fn from(months: Months) -> Self {
        months.0.months()
    }
}

impl JsonSchema for Months {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Months".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        months(generator)
    }
}

impl RenewalBody {
    /// Of a plan as it is stored.
    pub fn of(plan: &Plan) -> Self {
        let rate = plan.rate();
        let later = |then: &domain::recurring::plan::Scheduled| LaterBody {
            amount: then.rate.amount.get(),
            cycle_months: then.rate.cycle.months(),
            from: then.from.to_string(),
        };
        Self {
            renewal: plan.id.as_str().to_owned(),
            status: PlanStatus::of(&plan.state).name(),
            reason: plan.state.reason(),
            item: plan.item.clone(),
            offer: plan.offer.as_str().to_owned(),
            offer_version: plan.offer_version,
            amount: rate.amount.get(),
            cycle_months: rate.cycle.months(),
            period: plan.period,
            order: plan.order_of(plan.period).order.to_string(),
            next_on: plan.charged_on().map(|day| day.to_string()),
            then: plan.then.iter().find(|then| then.rate != rate).map(later),
            proposal: plan.proposal.map(RateBody::of),
            first_order: plan.first_order.to_string(),
            joined_at: instant(plan.joined_at),
            user: match &plan.owner {
                CardOwner::Buyer(user) => user.clone(),
                CardOwner::Order(_) => String::new(),
            },
            name: plan.name.clone(),
            mail: plan.mail.clone(),
        }
    }
}

impl RateBody {
    fn of(rate: Rate) -> Self {
        Self { amount: rate.amount.get(), cycle_months: rate.cycle.months() }
    }
}

impl RenewalSummary {
    /// Of a row of a list.
    pub fn of(row: &PlanRow) -> Self {
        Self {
            renewal: row.id.as_str().to_owned(),
            status: row.status.name(),
            item: row.item.clone(),
            amount: row.amount.get(),
            cycle_months: row.cycle.months(),
            next_on: row.charged_on.map(|day| day.to_string()),
            first_order: row.order.to_string(),
            joined_at: instant(row.joined_at),
            user: row.user.clone(),
            name: row.name.clone(),
            mail: row.mail.clone(),
        }
    }
}

fn status(_: &mut SchemaGenerator) -> Schema {
    use PlanStatus::{Active, Asked, Ended, Paused, Retrying, Unpaid};
    let names = [Active, Retrying, Asked, Paused, Unpaid, Ended].map(PlanStatus::name);
    json_schema!({ "type": "string", "enum": names })
}

pub(crate) fn standing(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": PlanStanding::ALL.map(PlanStanding::name) })
}

fn months(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 1, "maximum": Cycle::MAX })
}
