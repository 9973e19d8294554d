//! Challenges from the caller's side: asked, answered, fetched, repeated, reversed, expired.

use super::*;

impl Desk {
    fn challenge(&self, n: u32) -> Reply {
        let reply = self.pay(n, CHALLENGED, 2000);
        assert_eq!(reply.outcome(), "challenge_required", "{reply:?}");
        reply
    }
}

#[test]
fn a_challenge_is_asked_for_and_its_result_fetched() {
    for (number, choice, outcome, code, authentication) in [
        (CHALLENGED, "pass", "approved", "-", "Y c 05"),
        ("4000000000003220", "pass", "approved", "-", "Y c 05"),
        ("4000008400001629", "pass", "declined", "generic_decline", "Y c 05"),
        ("4000008400001280", "pass", "declined", "authentication_required", "U c 07"),
        (CHALLENGED, "fail", "declined", "authentication_required", "N c 07"),
        (CHALLENGED, "cancel", "declined", "authentication_required", "N c 07"),
        ("4000008400001280", "cancel", "declined", "authentication_required", "N c 07"),
    ] {
        let desk = Desk::new();
        let asked = desk.pay(1, number, 2000);
        assert_eq!((asked.status, asked.outcome()), (200, "challenge_required".to_owned()), "{number}");
        assert_eq!(asked.json()["amount"], 2000);
        assert_eq!(desk.finish(1).body, asked.body, "still pending");
        assert_eq!(desk.inquire(1).json()["verdict"], asked.json()["verdict"]);
        assert_eq!(desk.totals(), Totals::default());
        desk.advance(60);
        desk.answer(1, choice);
        assert_eq!(desk.totals(), Totals::default(), "a challenge that was answered holds no money");
        assert_eq!(desk.inquire(1).outcome(), "challenge_required", "nobody has fetched the result yet");
        desk.advance(5);
        let done = desk.finish(1);
        assert_eq!((done.outcome().as_str(), done.code().as_str()), (outcome, code), "{number} {choice}");
        assert_eq!(done.authentication(), authentication, "{number} {choice}");
        assert_eq!(done.authenticated().unwrap().at.as_second(), START + 60, "when the payer answered");
        assert_eq!(done.json()["amount"], 2000);
        assert_eq!(desk.totals(), if outcome == "approved" { captured(2000) } else { Totals::default() });
        assert_eq!(desk.finish(1).body, done.body, "the same result however often it is fetched");
        assert_eq!(desk.pay(1, number, 2000).body, done.body);
        assert_eq!(desk.inquire(1).json()["verdict"], done.json()["verdict"]);
        let decided = desk.entries().into_iter().filter(|entry| entry.kind == Kind::Authorize).count();
        assert_eq!(decided, 1, "one entry for one decision");
        let chosen = if choice == "pass" { "approved" } else { "declined" };
        assert_eq!(desk.log()[0], "challenge 2000 pending");
        assert!(desk.log().contains(&format!("challenge 2000 {chosen}")));
        assert!(desk.log().contains(&format!("authorize 2000 {outcome}")));
    }
}

#[test]
fn a_processing_error_goes_on_where_the_merchant_says_so() {
    let desk = Desk::new();
    let change = json!({ "card": { "number": "4000008400001280" }, "three_ds": { "unavailable": "proceed" } });
    assert_eq!(desk.pay_with(1, change).outcome(), "challenge_required");
    desk.answer(1, "pass");
    let done = desk.finish(1);
    assert_eq!((done.outcome(), done.authentication()), ("approved".to_owned(), "U c 07".to_owned()));
}

#[test]
fn a_challenge_that_the_merchant_prefers_is_asked_of_every_approving_card() {
    let prefer = |number: &str, amount: u32| json!({ "amount": amount, "card": { "number": number }, "three_ds": { "preference": "challenge" } });
    for (number, authentication) in [(VISA, "Y c 05"), ("5555555555554444", "Y c 02"), ("4000000000003055", "Y c 05")] {
        let desk = Desk::new();
        assert_eq!(desk.pay_with(1, prefer(number, 2000)).outcome(), "challenge_required", "{number}");
        desk.answer(1, "pass");
        assert_eq!(desk.finish(1).authentication(), authentication);
    }
    let desk = Desk::new();
    assert_eq!(desk.pay_with(1, prefer("4000000000000002", 2000)).code(), "generic_decline");
    assert_eq!(desk.pay_with(2, prefer(VISA, 2912)).authentication(), "N f 07", "the amount speaks first");
}

#[test]
fn the_same_authorization_again_is_the_same_challenge() {
    let desk = Desk::new();
    let first = desk.challenge(1);
    assert_eq!(desk.challenge(1).body, first.body);
    assert_eq!(desk.pay(1, CHALLENGED, 3000).status, 409);
    assert_eq!(desk.pay(1, VISA, 2000).status, 409);
    let other = desk.challenge(2).json();
    assert_ne!(other["verdict"]["address"], first.json()["verdict"]["address"]);
    assert_ne!(other["verdict"]["request"], first.json()["verdict"]["request"]);
    let address = first.json()["verdict"]["address"].as_str().unwrap().to_owned();
    assert!(address.starts_with("https://acquirer.test/test-acquirer/acs/"), "{address}");
    assert_eq!(
        desk.log(),
        ["challenge 2000 pending", "authorize 3000 error", "authorize 2000 error", "challenge 2000 pending"]
    );
}

#[test]
fn the_request_is_what_an_issuer_expects() {
    let desk = Desk::new();
    let request = desk.challenge(1).json()["verdict"]["request"].as_str().unwrap().to_owned();
    let message: Value =
        serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(request.as_bytes()).unwrap()).unwrap();
    assert_eq!(message["messageType"], "CReq");
    assert_eq!(message["messageVersion"], "2.2.0");
    assert_eq!(message["challengeWindowSize"], "05");
    for key in ["threeDSServerTransID", "acsTransID"] {
        assert_eq!(message[key].as_str().unwrap().len(), 36, "{message}");
    }
}

#[test]
fn a_reversed_challenge_is_over_for_ever() {
    for chosen in [None, Some("pass"), Some("fail")] {
        let desk = Desk::new();
        desk.challenge(1);
        if let Some(choice) = chosen {
            desk.answer(1, choice);
        }
        assert_eq!(desk.reverse(1).outcome(), "tombstoned", "{chosen:?}");
        assert_eq!(desk.inquire(1).outcome(), "reversed");
        desk.answer(1, "pass");
        for _ in 0..2 {
            let late = desk.finish(1);
            assert_eq!((late.outcome(), late.code()), ("declined".to_owned(), "transaction_not_allowed".to_owned()));
        }
        assert_eq!(desk.pay(1, CHALLENGED, 2000).outcome(), "declined");
        assert_eq!(desk.totals(), Totals::default());
        assert!(desk.entries().iter().all(|e| e.kind != Kind::Authorize), "nothing was decided: {:?}", desk.log());
    }
}

#[test]
fn a_challenge_expires_after_fifteen_minutes() {
    let desk = Desk::new();
    desk.challenge(1);
    desk.advance(15 * 60 - 1);
    assert_eq!(desk.finish(1).outcome(), "challenge_required");
    desk.advance(1);
    let over = desk.finish(1);
    assert_eq!((over.code(), over.authentication()), ("authentication_required".to_owned(), "N c 07".to_owned()));
    assert_eq!(desk.answer(1, "pass").status, 410);
    assert_eq!(desk.finish(1).body, over.body, "too late is too late");
    assert_eq!(desk.reverse(1).outcome(), "tombstoned");
    assert_eq!(desk.log()[..2], ["challenge 2000 pending", "authorize 2000 declined"]);
    assert_eq!(desk.entries()[1].at.as_second(), START + 900, "at its own time");

    let desk = Desk::new();
    desk.challenge(1);
    desk.advance(14 * 60);
    desk.answer(1, "pass");
    desk.advance(3600);
    assert_eq!(desk.finish(1).outcome(), "approved", "an answer in time may be fetched late");
}

#[test]
fn what_was_never_challenged_cannot_be_finished() {
    let desk = Desk::new();
    assert_eq!(desk.finish(1).outcome(), "not_found");
    assert_eq!(desk.reverse(2).outcome(), "tombstoned");
    assert_eq!(desk.finish(2).code(), "transaction_not_allowed");
    let approved = desk.pay(3, VISA, 2000);
    assert_eq!(desk.finish(3).body, approved.body, "what was decided stays decided");
    desk.operate("void", 4, 3, None);
    assert_eq!(desk.finish(4).status, 409);
    desk.challenge(5);
    for (n, operation) in [(6, "capture"), (7, "refund"), (8, "adjust")] {
        assert_eq!(desk.operate(operation, n, 5, Some(1)).outcome(), "declined", "{operation}");
    }
}

#[test]
fn the_fault_amounts_apply_when_the_result_is_fetched() {
    for (amount, hang_up, status, then) in [
        (1901, Some("reply-lost"), 599, "approved"),
        (1902, Some("no-answer"), 599, "not_found"),
        (1903, None, 500, "approved"),
        (1904, Some("no-answer"), 599, "not_found"),
        (1905, None, 200, "approved"),
        (1906, None, 200, "approved"),
        (1907, None, 503, "not_found"),
        (1909, Some("no-answer"), 599, "not_found"),
        (1910, Some("no-answer"), 599, "not_found"),
    ] {
        let desk = Desk::new();
        assert_eq!(desk.pay(1, CHALLENGED, amount).outcome(), "challenge_required", "{amount}");
        desk.answer(1, "pass");
        let done = desk.finish(1);
        assert_eq!((done.status, done.hang_up.as_deref()), (status, hang_up), "{amount}");
        let found = desk.inquire(1);
        assert_eq!(found.outcome(), then, "{amount}");
        if then == "approved" {
            assert_eq!(found.authentication(), "Y c 05");
            assert_eq!(desk.totals().standing, 1);
        }
        if amount == 1909 {
            assert_eq!((desk.reverse(1).status, desk.reverse(1).status), (500, 500));
        }
        let reversed = if amount == 1910 { "nothing_held" } else { "tombstoned" };
        assert_eq!(desk.reverse(1).outcome(), reversed, "{amount}");
        desk.advance(3600);
        let late = u32::from(amount == 1910);
        assert_eq!(desk.totals().standing, late, "{amount}");
    }
    let desk = Desk::new();
    for (n, outcome) in [(1, "declined"), (2, "declined"), (3, "approved")] {
        desk.pay(n, CHALLENGED, 1908);
        desk.answer(n, "pass");
        assert_eq!(desk.finish(n).outcome(), outcome, "attempt {n}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order of calls, visits and waits: money is held only if the first choice was to authenticate and someone fetched it, once, and never after
    /// a tombstone.
    #[test]
    fn only_a_payer_who_passed_is_charged(
        steps in prop::collection::vec(0..8_u8, 1..30),
        amount in prop::sample::select(vec![2000_u32, 1901, 1902, 1903, 1904, 1906, 1909]),
    ) {
        let desk = Desk::new();
        let (mut tombstoned, mut asked, mut first) = (false, None, None);
        for step in steps {
            match step {
                0 | 1 => {
                    let reply = desk.pay(1, CHALLENGED, amount);
                    if asked.is_none() && reply.outcome() == "challenge_required" {
                        asked = Some(desk.deps.clock.now());
                    }
                }
                2 | 3 => {
                    let choice = if step == 2 { "pass" } else { "cancel" };
                    let open = asked.is_some_and(|at| desk.deps.clock.now().duration_since(at).as_secs() < 900);
                    let page = desk.answer(1, choice);
                    if first.is_none() && open && !tombstoned {
                        prop_assert_eq!(page.status, 200);
                        first = Some(choice);
                    }
                }
                4 => drop(desk.finish(1)),
                5 => drop(desk.inquire(1)),
                6 => tombstoned |= desk.reverse(1).outcome() == "tombstoned",
                _ => desk.advance(400),
            }
            let most = u32::from(!tombstoned && first == Some("pass"));
            prop_assert!(desk.totals().standing <= most, "{:?}", desk.log());
        }
        let approved = |entry: &Entry| entry.kind == Kind::Authorize && entry.outcome == Outcome::Approved;
        let approvals = desk.entries().iter().filter(|entry| approved(entry)).count();
        prop_assert!(approvals <= 1, "{:?}", desk.log());
    }
}
