//! Payment links as they are answered, and what is asked of them.

use domain::{
    link::{LinkAmount, LinkState, LinkUses, Sending},
    merchant::DestinationNumber,
};
use inbound::links::LinkStanding;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::value::{self, Amount, LongText, Order, Text, instant};

/// A payment link.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Link")]
pub struct LinkBody {
    /// Its name.
    link: String,
    /// The address that the shopper opens.
    address: String,
    /// How it stands.
    #[schemars(schema_with = "status")]
    status: &'static str,
    /// What is sold.
    item: String,
    /// What is charged, in yen. Absent: what the shopper types.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<u32>,
    /// How often it may be paid.
    uses: Uses,
    /// The order number of a link that is paid once: its payment is read by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// When it was made.
    #[schemars(schema_with = "value::date_time")]
    made_at: String,
    /// Until when it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::date_time", default)]
    expires_at: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::date_time", default)]
    revoked_at: Option<String>,
    /// When its mail went last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::date_time", default)]
    mailed_at: Option<String>,
}

/// How often a link may be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Uses {
    /// Once: the link is the order.
    Once,
    /// Any number of times: each opened page is an order of its own.
    Often,
}

/// Whether a link's mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mailing {
    /// At once, to `mail`.
    Now,
    /// Not by us, or later by the console.
    Later,
}

/// Asks for a payment link. What the law wants a final screen to say (特定商取引法 12条の6) is asked for: quantity, delivery, withdrawal.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// What is sold, as the page shows it.
    pub item: Text,
    /// What is charged. Absent: what the shopper types.
    pub amount: Option<Amount>,
    /// How often it may be paid. Absent: once.
    pub uses: Option<Uses>,
    /// The last day that it can be paid on, in Japan. Absent: for good.
    #[serde(default)]
    #[schemars(schema_with = "maybe_day")]
    pub until: Option<String>,
    /// Which registered destination the shopper goes to afterwards; one that is not registered is refused. Absent: the first, where there is one.
    #[schemars(range(min = 1, max = 3), with = "Option<u8>")]
    pub destination: Option<Destination>,
    /// How many (分量).
    pub quantity: LongText,
    /// What the total holds besides the price (送料など).
    pub shipping: Option<LongText>,
    /// When it is paid (支払時期).
    pub payment_time: Option<LongText>,
    /// When it is delivered or begins (引渡・提供の時期).
    pub delivery: LongText,
    /// How it can be cancelled or returned (申込みの撤回・解除).
    pub withdrawal: LongText,
    /// The buyer's name, where it is for one buyer.
    pub name: Option<Text>,
    /// The buyer's mail address, where it is for one buyer.
    pub mail: Option<Text>,
    /// The merchant's own number for the order, where it is for one buyer.
    pub order: Option<Order>,
    /// What the mail says besides.
    pub message: Option<LongText>,
    /// The language of mail and page. Absent: the merchant's.
    pub lang: Option<Language>,
    /// The first free item.
    pub free1: Option<Text>,
    /// The second free item.
    pub free2: Option<Text>,
    /// The third free item.
    pub free3: Option<Text>,
    /// Whether its mail is sent. Absent: later.
    pub mailing: Option<Mailing>,
}

/// The number of a registered destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Number", into = "u8")]
pub struct Destination(DestinationNumber);

impl Destination {
    /// The number.
    pub const fn number(self) -> DestinationNumber {
        self.0
    }
}

impl TryFrom<serde_json::Number> for Destination {
    type Error = &'static str;
    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        let number = value::whole(&number).and_then(|number| u8::try_from(number).ok());
        number.and_then(|number| DestinationNumber::try_from(number).ok()).map(Self).ok_or("no destination")
    }
}

impl From<Destination> for u8 {
    fn from(destination: Destination) -> Self {
        destination.0.into()
    }
}

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// Asks that a link be revoked.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {}

impl LinkBody {
    /// Of a link at this origin.
    pub fn of(standing: &LinkStanding, origin: &str) -> Self {
        let link = &standing.link;
        let mailed = link.buyer.as_ref().and_then(|buyer| match buyer.sending {
            Sending::Sent { at, .. } => Some(at),
            Sending::Unsent | Sending::Asked { .. } => None,
        });
        Self {
            link: link.id.to_string(),
            address: format!("{origin}/l/{}", link.id),
            status: standing.state.name(),
            item: link.item.clone(),
            amount: match link.amount {
                LinkAmount::Fixed(yen) => Some(yen.get()),
                LinkAmount::Open => None,
            },
            uses: match link.uses {
                LinkUses::One => Uses::Once,
                LinkUses::Many => Uses::Often,
            },
            order: link.sole_order().map(|key| key.order.to_string()),
            made_at: instant(link.made_at),
            expires_at: link.expires_at.map(instant),
            revoked_at: link.revoked_at.map(instant),
            mailed_at: mailed.map(instant),
        }
    }
}

impl LinkRequest {
    /// The text of a field, as a form of the console carries it.
    pub fn field(&self, name: &str) -> String {
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.as_str().to_owned());
        let long = |text: &Option<LongText>| text.as_ref().map(|text| text.as_str().to_owned());
        let value = match name {
            "item" => Some(self.item.as_str().to_owned()),
            "how_much" => Some(if self.amount.is_some() { "fixed" } else { "open" }.to_owned()),
            "amount" => self.amount.map(|amount| amount.yen().to_string()),
            "uses" => Some(if self.uses == Some(Uses::Often) { "often" } else { "once" }.to_owned()),
            "until" => self.until.clone(),
            "destination" => self.destination.map(|number| u8::from(number.0).to_string()),
            "quantity" => Some(self.quantity.as_str().to_owned()),
            "shipping" => long(&self.shipping),
            "payment_time" => long(&self.payment_time),
            "delivery" => Some(self.delivery.as_str().to_owned()),
            "withdrawal" => Some(self.withdrawal.as_str().to_owned()),
            "name" => text(&self.name),
            "mail" => text(&self.mail),
            "order" => self.order.as_ref().map(|order| order.id().to_string()),
            "message" => long(&self.message),
            "lang" => self.lang.map(|lang| if lang == Language::Ja { "ja" } else { "en" }.to_owned()),
            "free1" => text(&self.free1),
            "free2" => text(&self.free2),
            "free3" => text(&self.free3),
            _ => None,
        };
        value.unwrap_or_default()
    }
}

pub(crate) fn status(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": LinkState::ALL.map(LinkState::name) })
}

fn maybe_day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "format": "date" })
}
