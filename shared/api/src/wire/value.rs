//! Values that several requests and answers hold.

use domain::{
    Brand, Expiry, MaskedCard, OrderId, Yen,
    acquirer::{DeclineCategory, DeclineCode},
    link::MAX_TERM,
    payment::{Interface, OperationKind},
    request::is_user,
    search::{Search, Status},
};
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// The longest text of a field, in characters (`mail` and the free items: 128).
pub const LONGEST: usize = 128;

/// One line of readable text: what [`domain::text::has_control`] finds is refused.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$";
/// The same, on several lines.
const LINES: &str = r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$";

/// An amount of yen that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Number", into = "u32")]
pub struct Amount(pub(crate) Yen);

/// An order number that is asked for; what a merchant's dialect allows may be narrower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Order(pub(crate) OrderId);

/// A buyer id of card-on-file: 1 to 30 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct User(String);

/// A text of at most 128 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

/// A text of at most 500 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LongText(String);

/// A card as far as it is shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CardBody {
    /// Its brand.
    #[schemars(schema_with = "brand")]
    brand: Brand,
    /// Its last four digits.
    last4: String,
    /// The last month that it is good in: `2028-11`.
    expires: String,
}

/// Why a card company said no.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DeclineBody {
    /// The reason.
    #[schemars(schema_with = "decline_code")]
    code: &'static str,
    /// What it means for the next try with this card: `never`, `later` (another day may do), `fix` (something typed or stored is wrong), `buyer` (only
    /// the buyer can clear it).
    #[schemars(schema_with = "retry")]
    retry: &'static str,
}

impl Amount {
    /// The amount.
    pub const fn yen(self) -> Yen {
        self.0
    }
}

impl TryFrom<Number> for Amount {
    type Error = &'static str;
    fn try_from(yen: Number) -> Result<Self, Self::Error> {
        whole(&yen).and_then(|yen| Yen::new(yen).ok()).map(Self).ok_or("no amount")
    }
}

/// A number without a fraction, however JSON writes it: `300.0` is the integer 300 there, and some languages have no other numbers (JSON Schema, 4.2.3).
pub(crate) fn whole(number: &Number) -> Option<u32> {
    let text = number.to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}

impl From<Amount> for u32 {
    fn from(amount: Amount) -> Self {
        amount.0.get()
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Yen::MAX.get(), "description": "Yen. The merchant may have a lower limit." })
    }
}

impl Order {
    /// The number.
    pub const fn id(&self) -> &OrderId {
        &self.0
    }
}

impl TryFrom<String> for Order {
    type Error = domain::IdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        OrderId::new(text).map(Self)
    }
}

impl From<Order> for String {
    fn from(order: Order) -> Self {
        order.0.into()
    }
}

impl JsonSchema for Order {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Order".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{1,40}$",
            "description": "The merchant's own number for the order. With the ASJ dialect: 1 to 18 digits.",
        })
    }
}

impl User {
    /// The buyer id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for User {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if !text.is_empty() && is_user(&text) { Ok(Self(text)) } else { Err("no buyer id") }
    }
}

impl From<User> for String {
    fn from(user: User) -> Self {
        user.0
    }
}

impl JsonSchema for User {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "User".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        user(generator)
    }
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.chars().count() <= LONGEST { Ok(Self(text)) } else { Err("too long") }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": LONGEST, "pattern": LINE })
    }
}

impl LongText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LongText {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.chars().count() <= MAX_TERM { Ok(Self(text)) } else { Err("too long") }
    }
}

impl From<LongText> for String {
    fn from(text: LongText) -> Self {
        text.0
    }
}

impl JsonSchema for LongText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LongText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": MAX_TERM, "pattern": LINES })
    }
}

impl CardBody {
    /// Of what may be shown of a card.
    pub fn of(card: &MaskedCard) -> Self {
        Self { brand: card.brand, last4: card.last4.clone(), expires: year_month(card.expiry) }
    }
}

impl DeclineBody {
    /// Of a decline of a card of this brand.
    pub fn of(decline: &domain::Decline, brand: Brand) -> Self {
        Self { code: decline.code.name(), retry: retry_name(decline.category(brand)) }
    }
}

fn year_month(expiry: Expiry) -> String {
    format!("{:04}-{:02}", expiry.year(), expiry.month())
}

/// An instant as answers write it.
pub(crate) fn instant(at: Timestamp) -> String {
    at.to_string()
}

/// How a payment came in.
pub(crate) fn interface_name(interface: Interface) -> &'static str {
    Search::classes().find(|(known, _)| *known == interface).map_or("", |(_, name)| name)
}

/// What is done with a payment's money.
pub(crate) const fn operation_name(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Capture => "capture",
        OperationKind::Cancel => "cancel",
        OperationKind::Adjust => "amount",
        OperationKind::Refund => "refund",
    }
}

const fn retry_name(category: DeclineCategory) -> &'static str {
    match category {
        DeclineCategory::NeverRetry => "never",
        DeclineCategory::RetryLater => "later",
        DeclineCategory::FixData => "fix",
        DeclineCategory::BringPayerBack => "buyer",
    }
}

/// One of these texts.
fn one_of<const N: usize>(names: [&'static str; N]) -> Schema {
    json_schema!({ "type": "string", "enum": names.as_slice() })
}

fn brand(_: &mut SchemaGenerator) -> Schema {
    use Brand::{Amex, Diners, Discover, Jcb, Mastercard, Visa};
    json_schema!({ "type": "string", "enum": [Visa, Mastercard, Jcb, Amex, Diners, Discover] })
}

fn decline_code(_: &mut SchemaGenerator) -> Schema {
    one_of(DeclineCode::ALL.map(DeclineCode::name))
}

fn retry(_: &mut SchemaGenerator) -> Schema {
    use DeclineCategory::{BringPayerBack, FixData, NeverRetry, RetryLater};
    one_of([NeverRetry, RetryLater, FixData, BringPayerBack].map(retry_name))
}

pub(crate) fn status(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Status::all_told().map(Status::name).collect();
    json_schema!({ "type": "string", "enum": names })
}

pub(crate) fn interface(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Search::classes().map(|(_, name)| name).collect();
    json_schema!({ "type": "string", "enum": names })
}

pub(crate) fn operation(_: &mut SchemaGenerator) -> Schema {
    use OperationKind::{Adjust, Cancel, Capture, Refund};
    one_of([Capture, Cancel, Adjust, Refund].map(operation_name))
}

pub(crate) fn date_time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date-time" })
}

pub(crate) fn day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date" })
}

pub(crate) fn limit(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 1, "maximum": crate::query::MOST_ON_A_PAGE })
}

pub(crate) fn cursor(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": 1_000 })
}

pub(crate) fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": LINE })
}

/// A whole mail address, as [`domain::search::is_whole_address`] knows one.
pub(crate) fn mail(_: &mut SchemaGenerator) -> Schema {
    let readable = r"\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069";
    let pattern = format!(r"^[^@{readable}]+@[^{readable}]*\.([^{readable}]*[^.{readable}])$");
    json_schema!({ "type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": pattern })
}

pub(crate) fn user(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[!-~]{1,30}$" })
}

pub(crate) fn order(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$" })
}
