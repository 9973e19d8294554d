//! The one form of every refusal: a problem document (RFC 9457) with a stable code.

use domain::{
    Lang,
    api::{Code, Fault},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::StoreError;

use crate::{
    Answer,
    wire::{payment::PaymentBody, value},
};

/// A refusal.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Why.
    pub code: Code,
    /// What is wrong with which field.
    pub fields: Vec<(String, Fault)>,
    /// The most that could have been asked for. Yen.
    pub most: Option<u32>,
    /// From when on it can be tried again.
    pub until: Option<Timestamp>,
    /// The payment that it is about.
    pub payment: Option<Box<PaymentBody>>,
    /// When it is worth asking again, in seconds.
    pub retry_after_s: Option<i64>,
}

/// A refusal, as it is sent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemBody {
    /// A name for the kind of problem: `urn:kessai:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What the code means, in the language of `Accept-Language` (English or Japanese).
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// The stable code: decide by this.
    code: &'static str,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    errors: Vec<FieldError>,
    /// The most that could have been asked for, in yen.
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<u32>,
    /// From when on it can be tried again; absent where that is not known, or never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "value::date_time", default)]
    until: Option<String>,
    /// The payment that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<Box<PaymentBody>>,
}

/// What is wrong with a field.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FieldError {
    /// The field, with dots where it is inside another.
    field: String,
    /// A stable code.
    code: &'static str,
    /// The same in words.
    detail: &'static str,
}

impl Problem {
    /// A refusal that says no more than its code.
    pub const fn new(code: Code) -> Self {
        Self { code, fields: Vec::new(), most: None, until: None, payment: None, retry_after_s: None }
    }

    /// A field that is wrong: by its form, or by what it says.
    pub fn field(code: Code, field: impl Into<String>, fault: Fault) -> Self {
        Self { fields: vec![(field.into(), fault)], ..Self::new(code) }
    }

    /// The same about this payment.
    #[must_use]
    pub fn about(self, payment: PaymentBody) -> Self {
        Self { payment: Some(Box::new(payment)), ..self }
    }

    /// Whether nothing was done for a reason that passes, so that the same request may come again: what is not there now may be there later, and what one API key
    /// may not do another may.
    pub const fn is_passing(&self) -> bool {
        matches!(self.code, Code::Unavailable | Code::NotFound | Code::RefundOverLimit)
    }

    /// As it is answered.
    pub fn into_answer(self, lang: Lang) -> Answer {
        let (code, status) = (self.code, self.code.status());
        let error = |(field, fault): (String, Fault)| FieldError {
            field,
            code: fault.name(),
            detail: words::api::fault(lang, fault),
        };
        let body = ProblemBody {
            kind: format!("urn:kessai:problem:{}", code.name()),
            title: words::api::title(lang, code),
            status,
            code: code.name(),
            errors: self.fields.into_iter().map(error).collect(),
            most: self.most,
            until: self.until.map(value::instant),
            payment: self.payment,
        };
        Answer { retry_after_s: self.retry_after_s, ..Answer::new(status, &body) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %domain::Causes::of(&error), "the table did not answer a request of the JSON API");
        Self { retry_after_s: Some(1), ..Self::new(Code::Unavailable) }
    }
}
