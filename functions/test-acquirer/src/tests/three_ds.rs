//! What 3-D Secure answers without a challenge, and what each brand's values are.

use data_encoding::BASE64;
use domain::acquirer::{Authentication, Flow};

use super::*;

impl Reply {
    /// Status, flow and electronic commerce indicator.
    pub(super) fn authentication(&self) -> String {
        let Some(result) = self.authenticated() else { return "- - -".to_owned() };
        let flow = if result.flow == Flow::Challenge { "c" } else { "f" };
        format!("{} {flow} {}", result.status.letter(), result.eci.unwrap_or_else(|| "-".to_owned()))
    }

    /// The whole of it.
    pub(super) fn authenticated(&self) -> Option<Authentication> {
        serde_json::from_value(self.json()["verdict"]["authentication"].clone()).ok()
    }
}

#[test]
fn an_approved_payment_is_authenticated_with_its_brands_values() {
    for (number, amount, expected) in [
        (VISA, 2000, "Y f 05"),
        ("4000000000003055", 2000, "Y f 05"),
        ("4000000000000259", 2000, "Y f 05"),
        ("4000000000000341", 2000, "Y f 05"),
        ("4000000000000077", 2000, "Y f 05"),
        ("5555555555554444", 2000, "Y f 02"),
        ("3530111333300000", 2000, "Y f 05"),
        ("378282246310005", 2000, "Y f 05"),
        ("30569309025904", 2000, "Y f 05"),
        ("6011111111111117", 2000, "Y f 05"),
        (VISA, 2911, "A f 06"),
        ("5200828282828210", 2911, "A f 01"),
    ] {
        let desk = Desk::new();
        let reply = desk.pay(1, number, amount);
        assert_eq!((reply.outcome(), reply.authentication()), ("approved".to_owned(), expected.to_owned()), "{number}");
        let authentication = reply.authenticated().unwrap();
        assert_eq!((authentication.version.as_str(), authentication.at.as_second()), ("2.2.0", START));
        let value = BASE64.decode(authentication.value.as_ref().unwrap().as_bytes()).unwrap();
        assert_eq!(value.len(), 20);
        let id = authentication.ds_id.as_str();
        assert_eq!((id.len(), id.split('-').map(str::len).collect::<Vec<_>>()), (36, vec![8, 4, 4, 4, 12]));
        assert_eq!(desk.inquire(1).authenticated().as_ref(), Some(&authentication));
        assert_eq!(desk.pay(1, number, amount).body, reply.body, "a repeat is answered the same");
        let other = desk.pay(2, number, amount);
        let another = other.authenticated().unwrap();
        assert_ne!(another.ds_id, id, "another payment, another transaction");
        assert_ne!(another.value, authentication.value);
    }
}

#[test]
fn what_is_not_authenticated_is_declined_with_the_reason() {
    for (number, amount, unavailable, outcome, expected) in [
        (VISA, 2912, "decline", "declined", "N f 07"),
        (VISA, 2912, "proceed", "declined", "N f 07"),
        (VISA, 2914, "proceed", "declined", "R f 07"),
        (VISA, 2913, "decline", "declined", "U f 07"),
        (VISA, 2913, "proceed", "approved", "U f 07"),
        ("5555555555554444", 2912, "decline", "declined", "N f 00"),
        ("5555555555554444", 2913, "proceed", "approved", "U f 00"),
    ] {
        let desk = Desk::new();
        let change =
            json!({ "amount": amount, "card": { "number": number }, "three_ds": { "unavailable": unavailable } });
        let reply = desk.pay_with(1, change);
        assert_eq!((reply.outcome().as_str(), reply.authentication().as_str()), (outcome, expected), "{amount}");
        assert_eq!(reply.authenticated().unwrap().value, None, "nobody vouches");
        if outcome == "declined" {
            assert_eq!(reply.code(), "authentication_required");
            assert_eq!(desk.totals(), Totals::default());
        }
        assert_eq!(desk.inquire(1).authentication(), expected);
        assert_eq!(desk.log()[0], format!("authorize {amount} {outcome}"));
    }
}

#[test]
fn a_card_that_is_declined_is_not_authenticated() {
    for amount in [2000, 2911, 2912] {
        let reply = Desk::new().pay(1, "4000000000000002", amount);
        assert_eq!((reply.code(), reply.authentication()), ("generic_decline".to_owned(), "- - -".to_owned()));
    }
}

#[test]
fn without_the_payer_nobody_is_authenticated() {
    for initiator in ["merchant_recurring", "merchant_unscheduled", "mail_or_telephone"] {
        for amount in [2000, 2911, 2912, 2913, 2914] {
            let reply = Desk::new().authorize_with(1, json!({ "amount": amount, "initiator": initiator }));
            assert_eq!((reply.outcome(), reply.authentication()), ("approved".to_owned(), "- - -".to_owned()));
        }
    }
    for (number, network_id, code) in [
        (CHALLENGED, None, "authentication_required"),
        (CHALLENGED, Some("179500000000001"), "-"),
        ("4000000000003220", Some("179500000000001"), "-"),
        ("4000008400001629", Some("179500000000001"), "generic_decline"),
    ] {
        let change = json!({
            "initiator": "merchant_recurring", "network_id": network_id, "card": { "number": number, "code": null },
        });
        let reply = Desk::new().authorize_with(1, change);
        assert_eq!((reply.code().as_str(), reply.authentication().as_str()), (code, "- - -"), "{number}");
    }
}

#[test]
fn an_authenticated_payment_meets_the_same_faults() {
    for amount in [2901, 2903, 2906] {
        let desk = Desk::new();
        assert!(serde_json::from_slice::<Answer>(&desk.pay(1, VISA, amount).body).is_err(), "{amount}");
        let found = desk.inquire(1);
        assert_eq!((found.outcome(), found.authentication()), ("approved".to_owned(), "Y f 05".to_owned()));
    }
    let desk = Desk::new();
    assert_eq!(desk.pay(1, VISA, 2904).hang_up.as_deref(), Some("no-answer"));
    assert_eq!(desk.inquire(1).outcome(), "not_found");
    desk.advance(90);
    assert_eq!(desk.inquire(1).authentication(), "Y f 05", "a late approval was authenticated in time");
}
