//! The body of a notification. It names merchant, mode and endpoint, and holds nothing of a card.

use jiff::Timestamp;
use serde::Serialize;

use super::{BatchFacts, CardFacts, EndpointId, Event, Facts, Form, PaymentFacts, PlanFacts, form};
use crate::{Merchant, Payment, merchant::Mode};

/// The longest body (Standard Webhooks: below 20 kB).
pub const BODY_LIMIT: usize = 20_000;

/// The body of an event for an endpoint, made once. `payment` knows what could not travel with the event.
///
/// None: this form can't tell of it.
///
/// # Errors
/// A text that can't be written as JSON: there is none.
pub fn body(
    event: &Event,
    form: Form,
    endpoint: &EndpointId,
    merchant: &Merchant,
    payment: Option<&Payment>,
) -> Result<Option<String>, serde_json::Error> {
    match form {
        Form::Json => json(event, endpoint, merchant.mode, payment).map(Some),
        // an order that was opened again since has another number: a form could only tell of the new visit
        Form::HandOver => Ok(same_visit(event, payment).and_then(|payment| form::told(event, merchant, payment))),
    }
}

/// The payment, where it still is the opening of the order that the event tells of.
fn same_visit<'a>(event: &Event, payment: Option<&'a Payment>) -> Option<&'a Payment> {
    match &event.facts {
        Facts::Payment(facts) => payment.filter(|payment| payment.generation == facts.generation),
        Facts::Card(_) | Facts::Batch(_) | Facts::Plan(_) | Facts::Test => None,
    }
}

fn json(
    event: &Event,
    endpoint: &EndpointId,
    mode: Mode,
    payment: Option<&Payment>,
) -> Result<String, serde_json::Error> {
    let data = match &event.facts {
        Facts::Payment(facts) => {
            Data::Payment { facts, currency: "JPY", buyer: same_visit(event, payment).map(Buyer::of) }
        }
        Facts::Card(facts) => Data::Card { facts, buyer: payment.map(Buyer::of) },
        Facts::Batch(facts) => Data::Batch(Rows::of(facts)),
        Facts::Plan(facts) => Data::Plan { facts, currency: "JPY", buyer: payment.map(Buyer::of) },
        Facts::Test => Data::Test { message: "This is a test from Kessai." },
    };
    serde_json::to_string(&Body {
        kind: event.kind.name(),
        timestamp: event.at,
        id: event.id.as_str(),
        sequence: event.sequence,
        merchant: event.merchant.as_str(),
        mode: match mode {
            Mode::Test => "test",
            Mode::Live => "live",
        },
        endpoint: endpoint.as_str(),
        data,
    })
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    id: &'a str,
    sequence: u32,
    merchant: &'a str,
    mode: &'static str,
    endpoint: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Payment {
        #[serde(flatten)]
        facts: &'a PaymentFacts,
        currency: &'static str,
        buyer: Option<Buyer<'a>>,
    },
    Card {
        #[serde(flatten)]
        facts: &'a CardFacts,
        buyer: Option<Buyer<'a>>,
    },
    Batch(Rows<'a>),
    Plan {
        #[serde(flatten)]
        facts: &'a PlanFacts,
        currency: &'static str,
        buyer: Option<Buyer<'a>>,
    },
    Test {
        message: &'static str,
    },
}

/// What the shop itself or its buyer said of the order, under the names of a hand-over.
#[derive(Serialize)]
struct Buyer<'a> {
    user: &'a str,
    mail: &'a str,
    free1: &'a str,
    free2: &'a str,
    free3: &'a str,
}

impl<'a> Buyer<'a> {
    fn of(payment: &'a Payment) -> Self {
        let [free1, free2, free3] = &payment.details.free;
        Self { user: &payment.details.user, mail: &payment.details.mail, free1, free2, free3 }
    }
}

#[derive(Serialize)]
struct Rows<'a> {
    batch: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Counted>,
}

#[derive(Serialize)]
struct Counted {
    answered: u32,
    approved: u32,
    approved_yen: u64,
    declined: u32,
    unknown: u32,
    errors: u32,
    not_run: u32,
}

impl<'a> Rows<'a> {
    fn of(facts: &'a BatchFacts) -> Self {
        let rows = facts.counts.map(|counts| Counted {
            answered: counts.done,
            approved: counts.approved,
            approved_yen: counts.yen,
            declined: counts.declined,
            unknown: counts.unknown,
            errors: counts.errors,
            not_run: counts.not_run,
        });
        Self { batch: facts.batch.as_str(), status: &facts.status, reason: facts.reason.as_deref(), rows }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        Nonce, OrderId, PaymentKey, State, Yen,
        merchant::{Dialect, Encoding},
        payment::{Details, Failure, Interface, Origin},
        webhook::{Kind, of_payment, signed_form},
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_720_400 + second).unwrap()
    }

    fn merchant() -> Merchant {
        Merchant::new(crate::MerchantId::new("4000").unwrap(), "Shop")
    }

    /// A payment that failed, with every text of `details`.
    fn failed(details: Details) -> Payment {
        Payment {
            key: PaymentKey::new(merchant().id, OrderId::new("0100").unwrap()),
            version: 3,
            generation: 0,
            last_n: 1,
            attempts: 1,
            attempts_allowed: 1,
            amount: Yen::new(1_980).unwrap(),
            interface: Interface::DataLinkage,
            origin: Origin::Page,
            details,
            nonce: Nonce::from_random([1; 16]),
            opened_at: at(0),
            initiator: crate::Initiator::Cardholder,
            card: None,
            holder: "TARO YAMADA".to_owned(),
            fingerprint: None,
            card_id: None,
            keeping: None,
            doubted: false,
            state: State::Failed { reason: Failure::AttemptsUsedUp, decline: None, at: at(9) },
        }
    }

    fn details() -> Details {
        let free = ["赤".to_owned(), String::new(), "a&b=c".to_owned()];
        Details { free, mail: "a@example.com".to_owned(), user: "u 1".to_owned(), ..Details::default() }
    }

    fn told(payment: &Payment, form: Form, merchant: &Merchant) -> Option<String> {
        let event = of_payment(None, payment, at(9)).unwrap();
        body(&event, form, &EndpointId::from_random([7; 16]), merchant, Some(payment)).unwrap()
    }

    #[test]
    fn a_body_names_merchant_mode_and_endpoint_and_holds_nothing_of_a_card() {
        let payment = failed(details());
        let body: Value = serde_json::from_str(&told(&payment, Form::Json, &merchant()).unwrap()).unwrap();
        let expected = json!({
            "type": "payment.failed",
            "timestamp": "2025-11-21T10:20:09Z",
            "id": format!("{}.3.payment_failed", payment.event_name()),
            "sequence": 3,
            "merchant": "4000",
            "mode": "test",
            "endpoint": EndpointId::from_random([7; 16]),
            "data": {
                "payment": payment.number(),
                "order": "0100",
                "generation": 0,
                "status": "failed",
                "amount": 1_980,
                "captured": 0,
                "refunded": 0,
                "reason": "attempts_used_up",
                "interface": "data_linkage",
                "currency": "JPY",
                "buyer": { "user": "u 1", "mail": "a@example.com", "free1": "赤", "free2": "", "free3": "a&b=c" },
            },
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn two_orders_that_share_a_number_have_events_of_their_own() {
        let of = |order: u32| {
            let key = PaymentKey::new(merchant().id, OrderId::new(order.to_string()).unwrap());
            Payment { key, ..failed(details()) }
        };
        let mut seen = std::collections::HashMap::new();
        let (one, other) = (1..)
            .find_map(|order| seen.insert(of(order).number(), order).map(|before| (of(before), of(order))))
            .unwrap();
        let id = |payment: &Payment| of_payment(None, payment, at(9)).unwrap().id;
        assert_eq!(one.number(), other.number());
        assert_ne!(id(&one), id(&other), "a shop that has seen one takes the other for a repeat");
        assert!(crate::webhook::EventId::new(id(&one).as_str()).is_ok());
    }

    #[test]
    fn what_an_order_says_after_it_was_opened_again_is_not_told_as_of_before() {
        let payment = failed(details());
        let event = of_payment(None, &payment, at(9)).unwrap();
        let later = Payment { generation: 1, ..payment };
        let text = json(&event, &EndpointId::from_random([7; 16]), Mode::Live, Some(&later)).unwrap();
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&body["data"]["buyer"], &body["mode"]), (&Value::Null, &json!("live")));
    }

    #[test]
    fn the_longest_body_is_below_the_limit() {
        // the longest that the request rules let in, in the characters that JSON writes longest
        let long = "\u{10ffff}\"".repeat(500);
        let free = [long.clone(), long.clone(), long.clone()];
        let body = told(
            &failed(Details { free, mail: long.clone(), user: long, ..Details::default() }),
            Form::Json,
            &merchant(),
        );
        assert!(body.unwrap().len() < BODY_LIMIT);
    }

    #[test]
    fn the_form_has_the_ten_parameters_and_its_signature_is_a_hand_overs() {
        let merchant = Merchant { card_on_file: true, encoding: Encoding::ShiftJis, ..merchant() };
        let payment = failed(details());
        let form = told(&payment, Form::HandOver, &merchant).unwrap();
        let expected = format!(
            "admin=4000&amount=1980&charge=0100&mail=a%40example.com&free1=%90%D4&free2=&free3=a%26b%3Dc&result=1&payment={}&user=u%201",
            payment.number()
        );
        assert_eq!(form, expected);
        let (address, secret) = ("https://shop.example.com/hook?x=1", crate::signing::SigSecret::from_bytes([5; 32]));
        let signed = signed_form(&form, &merchant, address, Some(&secret), at(20)).unwrap();
        let parameters = crate::wire::Parameters::parse(signed.as_bytes()).unwrap();
        assert_eq!(parameters.len(), 12);
        assert_eq!(crate::signing::verify_handover(&[secret], address, &parameters, at(20)), Ok(()));
        let unsigned = signed_form(&form, &merchant, address, None, at(20)).unwrap();
        assert_eq!(unsigned, format!("{form}&time={}", at(20).as_second()));
    }

    #[test]
    fn a_form_tells_of_results_in_the_merchants_own_names_and_of_nothing_else() {
        let payment = failed(details());
        let other = Merchant { dialect: Dialect::TwentyFour, ..merchant() };
        assert!(told(&payment, Form::HandOver, &other).unwrap().starts_with("RC=9&OID=0100&AMT=1980&"));
        let event = Event { kind: Kind::PaymentRefunded, ..of_payment(None, &payment, at(9)).unwrap() };
        let endpoint = EndpointId::from_random([7; 16]);
        assert_eq!(body(&event, Form::HandOver, &endpoint, &merchant(), Some(&payment)).unwrap(), None);
    }
}
