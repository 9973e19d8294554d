//! Every endpoint: its route, what it needs, what it is asked and answers. Functions and the description of the API are held to this table.

use domain::api::{Code, Scope};
use lambda_http::Request;
use schemars::{Schema, SchemaGenerator};

use crate::{
    Paged,
    wire::{
        card::StoredCardBody,
        link::{self, LinkBody, LinkRequest, RevokeRequest},
        payment::{
            AmountRequest, CancelRequest, CaptureRequest, ChargeRequest, PaymentBody, PaymentSummary, RefundRequest,
        },
        renewal::{self, ChangeRequest, RenewalBody, RenewalSummary, StandRequest},
        value,
    },
};

/// How a schema is made.
type Made = fn(&mut SchemaGenerator) -> Schema;

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// The method.
    pub method: &'static str,
    /// The path, with its parts in braces.
    pub path: &'static str,
    /// Its name in generated clients.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What a key must be good for.
    pub scope: Scope,
    /// The parameters of its address.
    pub query: &'static [Parameter],
    /// What is sent. None: no body.
    pub asks: Option<Made>,
    /// The statuses of success, and what is answered.
    pub answers: &'static [(u16, Made)],
    /// Why it may refuse, besides what every endpoint may refuse for.
    pub refuses: &'static [Code],
}

/// A parameter of an address.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// Its form.
    pub form: Made,
}

/// Why every endpoint may refuse.
pub(crate) const ALWAYS: [Code; 7] = [
    Code::Unauthorized,
    Code::ScopeMissing,
    Code::FieldInvalid,
    Code::FieldRefused,
    Code::RateLimited,
    Code::NotFound,
    Code::Unavailable,
];
/// Why every endpoint that changes something may refuse besides.
pub(crate) const ONCE: [Code; 7] = [
    Code::BodyUnreadable,
    Code::BodyTooLarge,
    Code::NotJson,
    Code::IdempotencyKeyMissing,
    Code::IdempotencyKeyMalformed,
    Code::IdempotencyKeyReused,
    Code::RequestRunning,
];

const OPERATION: [Code; 9] = [
    Code::MerchantSuspended,
    Code::PaymentRunning,
    Code::PaymentChanged,
    Code::NothingHeld,
    Code::CaptureOver,
    Code::AmountTooLarge,
    Code::OperationRefused,
    Code::OperationNotSupported,
    Code::OperationGivenUp,
];

const LIMIT: Parameter = Parameter {
    name: "limit",
    says: "How many entries a page has at most; 50 where it is absent.",
    form: value::limit,
};
const CURSOR: Parameter =
    Parameter { name: "cursor", says: "Where the page begins: `next_cursor` of the page before.", form: value::cursor };

const USER: Parameter = Parameter {
    name: "user",
    says: "Whose card: the buyer id of card-on-file. Either this or `order`.",
    form: value::user,
};
const ORDER: Parameter = Parameter { name: "order", says: "Whose card: the buyer of this order.", form: value::order };

macro_rules! schema {
    ($type:ty) => {
        |generator: &mut SchemaGenerator| generator.subschema_for::<$type>()
    };
}

/// Every endpoint.
pub const ENDPOINTS: [Endpoint; 19] = [
    Endpoint {
        method: "GET",
        path: "/v1/payments",
        name: "listPayments",
        summary: "Lists payments, the newest first. The list is some seconds behind; one payment read by its order is not.",
        scope: Scope::PaymentsRead,
        query: &[
            LIMIT,
            CURSOR,
            Parameter { name: "from", says: "From this day on, in Japan.", form: value::day },
            Parameter { name: "to", says: "Up to this day, itself included.", form: value::day },
            Parameter { name: "status", says: "How they stand.", form: value::status },
            Parameter { name: "interface", says: "How they came in.", form: value::interface },
            Parameter { name: "user", says: "The buyer id of card-on-file, whole.", form: value::user },
            Parameter { name: "mail", says: "The buyer's mail address, whole.", form: value::mail },
        ],
        asks: None,
        answers: &[(200, schema!(Paged<PaymentSummary>))],
        refuses: &[Code::CursorInvalid],
    },
    Endpoint {
        method: "POST",
        path: "/v1/payments",
        name: "chargeStoredCard",
        summary: "Charges a stored card while its buyer is not there. 202: nobody knows the outcome yet; read the payment.",
        scope: Scope::Charges,
        query: &[],
        asks: Some(schema!(ChargeRequest)),
        answers: &[(201, schema!(PaymentBody)), (202, schema!(PaymentBody))],
        refuses: &[
            Code::MerchantSuspended,
            Code::FieldRefused,
            Code::OrderUsed,
            Code::OrderPaid,
            Code::OrderClosed,
            Code::AmountConflict,
            Code::PaymentRunning,
            Code::PaymentChanged,
            Code::CardMissing,
            Code::CardNotAgreed,
            Code::CardExpired,
            Code::CardUnlinked,
            Code::CardDeclined,
            Code::NotCharged,
            Code::DayLimit,
            Code::TryLimit,
        ],
    },
    Endpoint {
        method: "GET",
        path: "/v1/payments/{order}",
        name: "readPayment",
        summary: "Reads a payment as it stands.",
        scope: Scope::PaymentsRead,
        query: &[],
        asks: None,
        answers: &[(200, schema!(PaymentBody))],
        refuses: &[],
    },
    Endpoint {
        method: "POST",
        path: "/v1/payments/{order}/capture",
        name: "capturePayment",
        summary: "Captures what is held. 202: nobody knows the outcome yet; read the payment.",
        scope: Scope::PaymentsWrite,
        query: &[],
        asks: Some(schema!(CaptureRequest)),
        answers: &[(200, schema!(PaymentBody)), (202, schema!(PaymentBody))],
        refuses: &OPERATION,
    },
    Endpoint {
        method: "POST",
        path: "/v1/payments/{order}/cancel",
        name: "cancelPayment",
        summary: "Lets go of all that is held. 202: nobody knows the outcome yet; read the payment.",
        scope: Scope::PaymentsWrite,
        query: &[],
        asks: Some(schema!(CancelRequest)),
        answers: &[(200, schema!(PaymentBody)), (202, schema!(PaymentBody))],
        refuses: &OPERATION,
    },
    Endpoint {
        method: "POST",
        path: "/v1/payments/{order}/refund",
        name: "refundPayment",
        summary: "Gives back what was taken. More than the console gives back without a code needs the scope `refunds_over_limit`, too. 202: nobody knows the outcome yet; read the payment.",
        scope: Scope::Refunds,
        query: &[],
        asks: Some(schema!(RefundRequest)),
        answers: &[(200, schema!(PaymentBody)), (202, schema!(PaymentBody))],
        refuses: &[
            Code::MerchantSuspended,
            Code::PaymentRunning,
            Code::PaymentChanged,
            Code::NothingTaken,
            Code::Disputed,
            Code::RefundOverLimit,
            Code::AmountTooLarge,
            Code::OperationRefused,
            Code::OperationNotSupported,
            Code::OperationGivenUp,
        ],
    },
    Endpoint {
        method: "POST",
        path: "/v1/payments/{order}/amount",
        name: "changeAmount",
        summary: "Holds another amount. 202: nobody knows the outcome yet; read the payment.",
        scope: Scope::PaymentsWrite,
        query: &[],
        asks: Some(schema!(AmountRequest)),
        answers: &[(200, schema!(PaymentBody)), (202, schema!(PaymentBody))],
        refuses: &[
            Code::MerchantSuspended,
            Code::PaymentRunning,
            Code::PaymentChanged,
            Code::NothingHeld,
            Code::CaptureOver,
            Code::AmountTooLarge,
            Code::SameAmount,
            Code::OperationRefused,
            Code::OperationNotSupported,
            Code::OperationGivenUp,
        ],
    },
    Endpoint {
        method: "GET",
        path: "/v1/links",
        name: "listLinks",
        summary: "Lists payment links, the newest first.",
        scope: Scope::Links,
        query: &[LIMIT, CURSOR, Parameter { name: "status", says: "How they stand.", form: link::status }],
        asks: None,
        answers: &[(200, schema!(Paged<LinkBody>))],
        refuses: &[Code::CursorInvalid],
    },
    Endpoint {
        method: "POST",
        path: "/v1/links",
        name: "makeLink",
        summary: "Makes a payment link, and has its mail sent where that is asked for.",
        scope: Scope::Links,
        query: &[],
        asks: Some(schema!(LinkRequest)),
        answers: &[(201, schema!(LinkBody))],
        refuses: &[Code::MerchantSuspended, Code::FieldRefused, Code::OrderUsed],
    },
    Endpoint {
        method: "GET",
        path: "/v1/links/{link}",
        name: "readLink",
        summary: "Reads a payment link as it stands.",
        scope: Scope::Links,
        query: &[],
        asks: None,
        answers: &[(200, schema!(LinkBody))],
        refuses: &[],
    },
    Endpoint {
        method: "POST",
        path: "/v1/links/{link}/revoke",
        name: "revokeLink",
        summary: "Revokes a payment link. One that is revoked stays so.",
        scope: Scope::Links,
        query: &[],
        asks: Some(schema!(RevokeRequest)),
        answers: &[(200, schema!(LinkBody))],
        refuses: &[Code::LinkClosed],
    },
    Endpoint {
        method: "GET",
        path: "/v1/cards",
        name: "readCard",
        summary: "Reads what is kept of a buyer's card: by the buyer id, or by an order that was paid with it.",
        scope: Scope::CardsRead,
        query: &[USER, ORDER],
        asks: None,
        answers: &[(200, schema!(StoredCardBody))],
        refuses: &[],
    },
    Endpoint {
        method: "DELETE",
        path: "/v1/cards",
        name: "deleteCard",
        summary: "Deletes a stored card. One that a regular purchase is paid with can only be replaced, by its buyer.",
        scope: Scope::CardsWrite,
        query: &[USER, ORDER],
        asks: None,
        answers: &[(200, schema!(StoredCardBody))],
        refuses: &[Code::CardInUse],
    },
    Endpoint {
        method: "GET",
        path: "/v1/renewals",
        name: "listRenewals",
        summary: "Lists regular purchases, the newest first. The list is some seconds behind.",
        scope: Scope::RenewalsRead,
        query: &[
            LIMIT,
            CURSOR,
            Parameter { name: "status", says: "How they stand.", form: renewal::standing },
            Parameter {
                name: "buyer",
                says: "A whole mail address or buyer id, or a part of name, address, item or order.",
                form: value::text,
            },
        ],
        asks: None,
        answers: &[(200, schema!(Paged<RenewalSummary>))],
        refuses: &[Code::CursorInvalid],
    },
    Endpoint {
        method: "GET",
        path: "/v1/renewals/{renewal}",
        name: "readRenewal",
        summary: "Reads a regular purchase as it stands.",
        scope: Scope::RenewalsRead,
        query: &[],
        asks: None,
        answers: &[(200, schema!(RenewalBody))],
        refuses: &[],
    },
    Endpoint {
        method: "POST",
        path: "/v1/renewals/{renewal}/pause",
        name: "pauseRenewal",
        summary: "Pauses a regular purchase: nothing is charged until it goes on.",
        scope: Scope::RenewalsWrite,
        query: &[],
        asks: Some(schema!(StandRequest)),
        answers: &[(200, schema!(RenewalBody))],
        refuses: &[Code::RenewalImpossible, Code::RenewalChanged],
    },
    Endpoint {
        method: "POST",
        path: "/v1/renewals/{renewal}/resume",
        name: "resumeRenewal",
        summary: "Lets a paused regular purchase go on from the next day that is to come. Periods that passed meanwhile are not charged.",
        scope: Scope::RenewalsWrite,
        query: &[],
        asks: Some(schema!(StandRequest)),
        answers: &[(200, schema!(RenewalBody))],
        refuses: &[Code::RenewalImpossible, Code::RenewalChanged, Code::PaymentRunning],
    },
    Endpoint {
        method: "POST",
        path: "/v1/renewals/{renewal}/end",
        name: "endRenewal",
        summary: "Ends a regular purchase. It stays ended.",
        scope: Scope::RenewalsWrite,
        query: &[],
        asks: Some(schema!(StandRequest)),
        answers: &[(200, schema!(RenewalBody))],
        refuses: &[],
    },
    Endpoint {
        method: "POST",
        path: "/v1/renewals/{renewal}/change",
        name: "changeRenewal",
        summary: "Changes amount or cycle, or proposes the change to the buyer where it costs more or comes sooner.",
        scope: Scope::RenewalsWrite,
        query: &[],
        asks: Some(schema!(ChangeRequest)),
        answers: &[(200, schema!(RenewalBody))],
        refuses: &[Code::FieldRefused, Code::RenewalImpossible, Code::RenewalChanged],
    },
];

impl Endpoint {
    /// The endpoint that a request met.
    pub fn of(request: &Request) -> Option<&'static Self> {
        let route = inbound::http::route(request)?;
        let (method, path) = route.split_once(' ')?;
        ENDPOINTS.iter().find(|endpoint| endpoint.method == method && endpoint.path == path)
    }

    /// The methods that an address knows.
    pub fn methods_at(path: &str) -> Vec<&'static str> {
        let fits = |endpoint: &&Self| {
            let (mut wanted, mut parts) = (endpoint.path.split('/'), path.split('/'));
            wanted
                .by_ref()
                .zip(parts.by_ref())
                .all(|(wanted, part)| wanted == part || (wanted.starts_with('{') && !part.is_empty()))
                && endpoint.path.split('/').count() == path.split('/').count()
        };
        ENDPOINTS.iter().filter(fits).map(|endpoint| endpoint.method).collect()
    }

    /// Whether it changes something, and so is made once for each idempotency key.
    pub fn changes(&self) -> bool {
        self.method != "GET"
    }
}
