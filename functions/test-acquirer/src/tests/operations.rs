//! Captures, voids, refunds and adjustments that go wrong, and cardholders who dispute.

use super::*;

const DAY_S: i64 = 86_400;

impl Desk {
    fn ask(&self, n: u32) -> String {
        self.post("inquire-operation", &json!({ "reference": self.reference(n) })).outcome()
    }

    fn withdraw(&self, n: u32) -> String {
        self.post("withdraw", &json!({ "reference": self.reference(n) })).outcome()
    }

    fn hold(&self, amount: u32) {
        let reply = self.authorize_with(1, json!({ "amount": amount, "capture": false }));
        assert_eq!(reply.outcome(), "approved");
    }
}

fn taken(refunded: u64) -> Totals {
    Totals { refunded, ..captured(5000) }
}

#[test]
fn an_operation_whose_answer_is_lost_is_found_by_its_reference() {
    for (amount, status, hang_up) in [(1921, 599, Some("reply-lost")), (1923, 500, None)] {
        let desk = Desk::new();
        desk.authorize(1, 5000);
        let reply = desk.operate("refund", 2, 1, Some(amount));
        assert_eq!((reply.status, reply.hang_up.as_deref()), (status, hang_up), "{amount}");
        assert_eq!(desk.ask(2), "done");
        assert_eq!(desk.withdraw(2), "done", "what was done can't be forbidden");
        assert_eq!(desk.operate("refund", 2, 1, Some(amount)).outcome(), "done", "the answer is not lost twice");
        assert_eq!(desk.totals(), taken(amount.into()));
    }
}

#[test]
fn an_operation_that_never_arrived_is_forbidden_for_ever() {
    let desk = Desk::new();
    desk.authorize(1, 5000);
    assert_eq!(desk.operate("refund", 2, 1, Some(1922)).hang_up.as_deref(), Some("no-answer"));
    assert_eq!(desk.ask(2), "not_found");
    assert_eq!(desk.withdraw(2), "tombstoned");
    assert_eq!(desk.ask(2), "not_found");
    assert_eq!(desk.operate("refund", 2, 1, Some(1922)).outcome(), "declined");
    assert_eq!(desk.withdraw(2), "tombstoned", "as often as it is asked");
    assert_eq!(desk.totals(), taken(0));
}

#[test]
fn a_late_operation_is_stopped_by_its_withdrawal() {
    let desk = Desk::new();
    desk.authorize(1, 5000);
    assert_eq!(desk.operate("refund", 2, 1, Some(1924)).hang_up.as_deref(), Some("no-answer"));
    desk.advance(95);
    assert_eq!(desk.ask(2), "not_found", "90 seconds count from when somebody was told so");
    assert_eq!(desk.withdraw(2), "tombstoned");
    desk.advance(3600);
    assert_eq!((desk.ask(2).as_str(), desk.totals()), ("not_found", taken(0)));
}

#[test]
fn a_late_operation_that_nobody_forbids_is_done_and_one_without_a_promise_in_spite_of_it() {
    for (amount, withdrawn) in [(1924, None), (1926, Some("nothing_held"))] {
        let desk = Desk::new();
        desk.authorize(1, 5000);
        desk.operate("refund", 2, 1, Some(amount));
        assert_eq!(desk.ask(2), "not_found");
        if let Some(answer) = withdrawn {
            assert_eq!(desk.withdraw(2), answer);
        }
        desk.advance(89);
        assert_eq!(desk.totals(), taken(0));
        desk.advance(1);
        assert_eq!(desk.totals(), taken(amount.into()), "{amount}");
        assert_eq!(desk.ask(2), "done");
        let last = desk.entries().into_iter().rfind(|entry| entry.kind == Kind::Refund).unwrap();
        assert_eq!(last.at.as_second(), START + 90, "at its own time");
    }
}

#[test]
fn an_operation_may_be_refused_and_a_voids_amount_is_what_it_lets_go_of() {
    let desk = Desk::new();
    desk.authorize(1, 5000);
    let refused = desk.operate("refund", 2, 1, Some(1925));
    assert_eq!((refused.outcome(), refused.code()), ("declined".to_owned(), "do_not_honor".to_owned()));
    assert_eq!((desk.ask(2).as_str(), desk.totals()), ("declined", taken(0)));

    let desk = Desk::new();
    desk.hold(5921);
    assert_eq!(desk.operate("void", 2, 1, None).hang_up.as_deref(), Some("reply-lost"));
    assert_eq!((desk.ask(2).as_str(), desk.totals()), ("done", Totals::default()));
}

#[test]
fn what_the_acquirer_has_no_operation_for_leaves_no_trace() {
    let desk = Desk::new();
    desk.hold(5000);
    assert_eq!(desk.operate("adjust", 2, 1, Some(4927)).outcome(), "not_supported");
    assert_eq!((desk.ask(2).as_str(), desk.totals().authorized), ("not_found", 5000));
    assert_eq!(desk.withdraw(2), "tombstoned");
}

#[test]
fn questions_about_operations_are_not_questions_about_authorizations() {
    let desk = Desk::new();
    desk.hold(5000);
    for question in ["inquire-operation", "withdraw"] {
        assert_eq!(desk.post(question, &json!({ "reference": desk.reference(1) })).status, 409, "{question}");
    }
    desk.operate("capture", 2, 1, Some(5000));
    assert_eq!(desk.inquire(2).outcome(), "not_found");
    assert_eq!(desk.reverse(2).status, 409);
}

#[test]
fn a_disputed_card_is_disputed_three_days_after_its_money_was_taken() {
    let desk = Desk::new();
    desk.authorize_with(1, json!({ "capture": false, "card": { "number": "4000000000000259" } }));
    desk.advance(5 * DAY_S);
    assert_eq!(desk.totals().disputed, 0, "nobody disputes what was not taken");
    desk.operate("capture", 2, 1, Some(2000));
    desk.advance(3 * DAY_S - 1);
    assert_eq!(desk.operate("refund", 3, 1, Some(500)).outcome(), "done");
    desk.advance(1);
    assert_eq!(desk.totals(), Totals { refunded: 500, disputed: 1, ..captured(2000) });
    assert_eq!(desk.operate("refund", 4, 1, Some(500)).outcome(), "declined");
    desk.advance(DAY_S);
    let disputes: Vec<Entry> = desk.entries().into_iter().filter(|entry| entry.kind == Kind::Dispute).collect();
    let [dispute] = &*disputes else { panic!("{disputes:?}") };
    assert_eq!((dispute.reference.clone(), dispute.amount), (desk.reference(1), 1500));
    assert_eq!(dispute.at.as_second(), START + 8 * DAY_S);
}

#[test]
fn every_line_of_an_order_names_it() {
    let desk = Desk::new();
    desk.authorize_with(1, json!({ "order": desk.order }));
    desk.operate("refund", 2, 1, Some(500));
    desk.inquire(1);
    let orders: Vec<_> = desk.entries().into_iter().map(|entry| entry.order).collect();
    assert_eq!(orders, vec![Some(desk.order.clone()); 3]);
}
