//! Cards that the acquirer keeps.

use super::*;

impl Desk {
    fn keep(&self, n: u32, number: &str) -> String {
        let reply = self.pay_with(n, json!({ "keep": true, "card": { "number": number } }));
        assert_eq!(reply.outcome(), "approved", "{reply:?}");
        reply.json()["verdict"]["token"].as_str().unwrap().to_owned()
    }

    /// As the merchant starts it.
    fn charge_token(&self, n: u32, token: &str) -> Reply {
        let token = json!({ "token": token, "code": null, "holder": "TARO YAMADA" });
        self.authorize_with(n, json!({ "initiator": "merchant_recurring", "token": token }))
    }

    /// As the payer types the code for it.
    fn pay_token(&self, n: u32, token: &str) -> Reply {
        self.pay_with(n, json!({ "token": { "token": token, "code": "123", "holder": "TARO YAMADA" } }))
    }
}

#[test]
fn a_token_comes_with_an_approval_that_was_to_keep_the_card() {
    let desk = Desk::new();
    assert_eq!(desk.pay(1, VISA, 2000).json()["verdict"]["token"], Value::Null);
    let token = desk.keep(2, VISA);
    assert_eq!(desk.inquire(2).json()["verdict"]["token"].as_str(), Some(token.as_str()));
    assert!(!domain::card::contains_card_number(&token));
    let declined = desk.pay_with(3, json!({ "keep": true, "card": { "number": "4000000000000002" } }));
    assert!(!String::from_utf8(declined.body).unwrap().contains("card_"));
}

#[test]
fn a_token_behaves_as_the_card_behind_it() {
    let desk = Desk::new();
    let token = desk.keep(1, VISA);
    for reply in [desk.charge_token(2, &token), desk.pay_token(3, &token)] {
        assert_eq!(reply.outcome(), "approved");
    }
    assert_eq!(desk.pay_token(3, &token).authentication(), "Y f 05");
    assert_eq!(desk.charge_token(2, &token).authentication(), "- - -");
    assert_eq!(desk.totals().standing, 3);

    desk.pay_with(4, json!({ "keep": true, "card": { "number": CHALLENGED } }));
    desk.answer(4, "pass");
    let done = desk.finish(4);
    let token = done.json()["verdict"]["token"].as_str().unwrap().to_owned();
    assert_eq!(desk.charge_token(5, &token).outcome(), "approved", "nobody can be asked, and the token speaks for it");
    assert_eq!(desk.pay_token(6, &token).outcome(), "challenge_required", "on every payment");
    desk.answer(6, "pass");
    assert_eq!(desk.finish(6).outcome(), "approved");
}

#[test]
fn a_token_opens_from_another_orders_books() {
    let desk = Desk::new();
    let token = desk.keep(1, VISA);
    let order = PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("another").unwrap());
    let desk = Desk { order, ..desk };
    assert_eq!(desk.charge_token(1, &token).outcome(), "approved");
}

#[test]
fn a_kept_card_stays_when_its_money_is_given_back() {
    let desk = Desk::new();
    let token = desk.keep(1, "5555555555554444");
    assert_eq!(desk.reverse(1).outcome(), "tombstoned");
    let reply = desk.pay_token(2, &token);
    assert_eq!((reply.outcome(), reply.authentication()), ("approved".to_owned(), "Y f 02".to_owned()));
}

#[test]
fn a_card_that_can_only_be_stored_is_declined_by_its_token() {
    let desk = Desk::new();
    let token = desk.keep(1, "4000000000000341");
    for reply in [desk.charge_token(2, &token), desk.pay_token(3, &token)] {
        assert_eq!((reply.outcome(), reply.code()), ("declined".to_owned(), "generic_decline".to_owned()));
    }
}

#[test]
fn a_token_that_nobody_was_given_opens_nothing() {
    let desk = Desk::new();
    desk.pay(1, VISA, 2000); // not to be kept
    desk.pay_with(2, json!({ "keep": true, "card": { "number": CHALLENGED } })); // never approved
    desk.pay_with(3, json!({ "keep": true, "card": { "number": "4000000000000002" } })); // declined
    desk.pay_with(4, json!({ "keep": true, "card": { "number": CHALLENGED } }));
    desk.reverse(4);
    let named = |n: u32| format!("card_{}", desk.reference(n));
    let tokens =
        [named(1), named(2), named(3), named(4), named(99), String::new(), "card_".to_owned(), VISA.to_owned()];
    for (n, token) in (10..).zip(&tokens) {
        let reply = desk.charge_token(n, token);
        assert_eq!((reply.outcome(), reply.code()), ("declined".to_owned(), "incorrect_number".to_owned()), "{token}");
    }
}

#[test]
fn a_card_that_its_issuer_renewed_is_answered_with_what_it_is_now() {
    let desk = Desk::new();
    let card = |number: &str| json!({ "card": { "number": number, "expiry": "12/26", "code": null, "holder": "T" } });
    let asked = |instrument: Value| {
        let reply = desk.post("refresh", &json!({ "instrument": instrument }));
        assert_eq!(reply.status, 200);
        let json = reply.json();
        (json["outcome"].as_str().unwrap().to_owned(), json["number"].as_str().map(str::to_owned))
    };
    let token = desk.keep(1, "5200828282828210");
    let token = json!({ "token": { "token": token, "code": null, "holder": "T" } });
    let refreshed = || "refreshed".to_owned();
    for (instrument, answer) in [
        (card("5200828282828210"), (refreshed(), None)),
        (card("4012888888881881"), (refreshed(), Some("4000056655665556".to_owned()))),
        (token, (refreshed(), None)),
        (card(VISA), ("unchanged".to_owned(), None)),
        (json!({ "token": { "token": "card_x", "code": null, "holder": "T" } }), ("unchanged".to_owned(), None)),
    ] {
        assert_eq!(asked(instrument.clone()), answer, "{instrument}");
    }
}
