//! What goes back, name by name and byte by byte.

use super::*;
use crate::{
    Approval, Decline, LeaseId, MerchantId, Nonce, OrderId, PaymentKey, State, Yen,
    acquirer::DeclineCode,
    merchant::{Destination, DestinationNumber},
    payment::{Details, Failure, Hold, Interface, Lease, Origin, Taken},
    signing::verify_handover,
    wire::Parameters,
};

const NOW_S: i64 = 1_763_720_401;

fn now() -> Timestamp {
    Timestamp::from_second(NOW_S).unwrap()
}

fn secret() -> SigSecret {
    SigSecret::from_hex("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff").unwrap()
}

fn merchant(dialect: Dialect) -> Merchant {
    let at = |address: &str, method| Some(Destination { address: address.to_owned(), method });
    let mut merchant = Merchant {
        dialect,
        destinations: [
            at("https://shop.example/thanks", Method::Post),
            at("https://shop.example/members?page=a+b&x=%E5%B1%B1&flag", Method::Get),
            None,
        ],
        ..Merchant::new(MerchantId::new("4000").unwrap(), "デモショップ")
    };
    merchant.sig.hand_over = false;
    merchant
}

fn paid() -> State {
    State::Captured { n: 1, approval: approval(), at: now(), taken: Taken::untouched() }
}

fn approval() -> Approval {
    Approval {
        acquirer_id: "a1".to_owned(),
        network_id: None,
        valid_until: None,
        captured: true,
        authentication: None,
        token: None,
    }
}

fn payment(state: State) -> Payment {
    Payment {
        key: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("007").unwrap()),
        version: 2,
        generation: 0,
        last_n: 1,
        attempts: 1,
        attempts_allowed: 5,
        amount: Yen::new(2000).unwrap(),
        interface: Interface::DataLinkage,
        origin: Origin::Page,
        details: Details {
            mail: "info@asjtest.jp".to_owned(),
            free: ["a&b=c".to_owned(), String::new(), "〜山😀".to_owned()],
            user: "u+v".to_owned(),
            ..Details::default()
        },
        nonce: Nonce::from_random([1; 16]),
        opened_at: Timestamp::from_millisecond(1_763_720_400_123).unwrap(),
        initiator: crate::Initiator::Cardholder,
        card: None,
        holder: "TARO YAMADA".to_owned(),
        fingerprint: None,
        card_id: None,
        keeping: None,
        doubted: false,
        state,
    }
}

fn shown(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn handover(merchant: &Merchant, payment: &Payment) -> Handover {
    Handover::new(payment, merchant, Some(&secret()), now()).unwrap()
}

#[test]
fn a_free_beginning_is_joined_and_nothing_is_charged() {
    let state = State::Failed { reason: Failure::Registered, decline: None, at: now() };
    let registered = Payment { amount: Yen::MIN, interface: Interface::CardRegistration, ..payment(state) };
    let chosen = crate::recurring::offer::OfferChosen::try_from("beans#1".to_owned()).unwrap();
    let joined =
        Payment { details: Details { offer: Some(chosen), ..registered.details.clone() }, ..registered.clone() };
    for (dialect, result, amount, unpaid) in
        [(Dialect::Asj, "result", "amount", "1"), (Dialect::TwentyFour, "RC", "AMT", "9")]
    {
        let merchant = merchant(dialect);
        let told = |payment: &Payment, name: &str| {
            let fields = handover(&merchant, payment).fields;
            fields.into_iter().find(|(field, _)| field == name).map(|(_, value)| value).unwrap()
        };
        assert_eq!((told(&joined, result), told(&joined, amount)), ("0".to_owned(), "0".to_owned()));
        assert_eq!(told(&registered, result), unpaid, "a card that was only registered bought nothing");
    }
}

#[test]
fn the_asj_dialect_has_the_manuals_names_and_order() {
    let number = payment(paid()).number();
    let on = Merchant { card_on_file: true, ..merchant(Dialect::Asj) };
    assert_eq!(
        shown(&handover(&on, &payment(paid())).fields),
        format!(
            "admin=4000 amount=2000 charge=007 mail=info@asjtest.jp free1=a&b=c free2= free3=〜山😀 result=0 payment={number} user=u+v"
        )
    );
    let failed = payment(State::Failed { reason: Failure::AttemptsUsedUp, decline: None, at: now() });
    assert_eq!(
        shown(&handover(&merchant(Dialect::Asj), &failed).fields),
        format!(
            "admin=4000 amount=2000 charge=007 mail=info@asjtest.jp free1=a&b=c free2= free3=〜山😀 result=1 payment={number}"
        )
    );
    let mut anonymous = payment(State::Abandoned { at: now() });
    anonymous.details = Details::default();
    assert_eq!(
        shown(&handover(&on, &anonymous).fields),
        format!("admin=4000 amount=2000 charge=007 mail= free1= free2= free3= result=1 payment={number} user="),
        "absent values are sent empty"
    );
}

#[test]
fn the_24_dialect_has_rc_and_its_map() {
    let merchant = merchant(Dialect::TwentyFour);
    assert_eq!(
        shown(&handover(&merchant, &payment(paid())).fields),
        "RC=0 OID=007 AMT=2000 EMAIL=info@asjtest.jp CARDNAME=TARO YAMADA ITEM1=a&b=c ITEM2= ITEM3=〜山😀"
    );
    let names = [("charge", "torihiki"), ("cardholder", "MEIGI"), ("result", "STATUS")];
    let handover_names = names.map(|(ours, wire)| (ours.to_owned(), wire.to_owned())).to_vec();
    let renamed = Merchant { handover_names, ..merchant };
    let failed = payment(State::Failed { reason: Failure::Quiet, decline: None, at: now() });
    assert_eq!(
        shown(&handover(&renamed, &failed).fields),
        "RC=9 torihiki=007 AMT=2000 EMAIL=info@asjtest.jp MEIGI=TARO YAMADA ITEM1=a&b=c ITEM2= ITEM3=〜山😀",
        "RC is fixed"
    );
}

#[test]
fn only_a_settled_payment_is_handed_over() {
    let lease = Lease { id: LeaseId::from_random([0; 8]), until: now() };
    let challenge =
        crate::acquirer::Challenge { address: "https://acs.example/".to_owned(), request: "e30".to_owned() };
    let decline =
        Decline { code: DeclineCode::DoNotHonor, network_code: None, advice_code: None, authentication: None };
    for (state, settled) in [
        (paid(), true),
        (State::Authorized { n: 1, approval: approval(), at: now(), hold: Hold::untouched() }, true),
        (State::Failed { reason: Failure::NotFound, decline: None, at: now() }, true),
        (State::Abandoned { at: now() }, true),
        (State::Authorizing { n: 1, lease, challenged: None }, false),
        (State::Challenging { n: 1, due: now(), challenge }, false),
        (State::Declined { n: 1, decline, at: now() }, false),
    ] {
        let given = Handover::new(&payment(state.clone()), &merchant(Dialect::Asj), None, now());
        assert_eq!(given.is_ok(), settled, "{state}");
        assert_eq!(given.err(), (!settled).then_some(NoHandover::NotSettled));
    }
}

#[test]
fn only_a_registered_destination_receives_a_shopper() {
    let mut to_third = payment(paid());
    to_third.details.destination = DestinationNumber::Three;
    let given = Handover::new(&to_third, &merchant(Dialect::Asj), None, now());
    assert_eq!(given, Err(NoHandover::NoDestination));
}

#[test]
fn a_get_keeps_the_addresss_own_query() {
    let mut to_members = payment(paid());
    to_members.details.destination = DestinationNumber::Two;
    let given = handover(&merchant(Dialect::Asj), &to_members);
    assert_eq!((given.action.as_str(), given.method), ("https://shop.example/members", Method::Get));
    assert_eq!(shown(&given.address_fields), "page=a b x=山 flag=");

    let mut posted = merchant(Dialect::Asj);
    posted.destinations[1].as_mut().unwrap().method = Method::Post;
    let given = handover(&posted, &to_members);
    assert_eq!(given.action, "https://shop.example/members?page=a+b&x=%E5%B1%B1&flag", "byte for byte");
    assert_eq!(given.address_fields, []);
}

#[test]
fn an_address_can_not_bring_a_result_of_its_own() {
    let mut colliding = merchant(Dialect::Asj);
    colliding.destinations[0] =
        Some(Destination { address: "https://shop.example/?result=0&x=1".to_owned(), method: Method::Get });
    let failed = payment(State::Abandoned { at: now() });
    let given = handover(&colliding, &failed);
    assert_eq!(shown(&given.address_fields), "x=1");
    assert!(given.fields.contains(&("result".to_owned(), "1".to_owned())));
}

/// The bytes a browser makes of a hand-over's form.
fn submitted(handover: &Handover) -> Parameters {
    let encoded = |text: &str| {
        let bytes = text::encode(text, handover.encoding);
        bytes.iter().map(|b| if *b == b' ' { "+".to_owned() } else { format!("%{b:02X}") }).collect::<String>()
    };
    let all = handover.address_fields.iter().chain(&handover.fields);
    let pairs: Vec<_> = all.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    Parameters::parse(pairs.join("&").as_bytes()).unwrap()
}

#[test]
fn the_shop_can_verify_what_a_browser_sends() {
    for dialect in [Dialect::Asj, Dialect::TwentyFour] {
        for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
            for destination in [DestinationNumber::One, DestinationNumber::Two] {
                let mut merchant = Merchant { encoding, ..merchant(dialect) };
                merchant.sig.hand_over = true;
                let mut payment = payment(paid());
                payment.details.destination = destination;
                let given = handover(&merchant, &payment);
                let [.., (time, time_s), (sig, _)] = &given.fields[..] else { panic!("no signature") };
                assert_eq!((time.as_str(), time_s.as_str(), sig.as_str()), ("time", "1763720401", "sig"));
                let address = &merchant.destination(destination).unwrap().address;
                let received = submitted(&given);
                assert_eq!(
                    verify_handover(&[secret()], address, &received, now()),
                    Ok(()),
                    "{encoding:?} {destination:?}"
                );
            }
        }
    }
}

#[test]
fn without_a_secret_or_the_setting_nothing_is_signed() {
    let mut merchant = merchant(Dialect::Asj);
    let names = |merchant: &Merchant, secret: Option<&SigSecret>| {
        let given = Handover::new(&payment(paid()), merchant, secret, now()).unwrap();
        given.fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    };
    let plain = "admin amount charge mail free1 free2 free3 result payment";
    assert_eq!(names(&merchant, Some(&secret())), plain);
    merchant.sig.hand_over = true;
    assert_eq!(names(&merchant, None), plain);
    assert_eq!(names(&merchant, Some(&secret())), format!("{plain} time sig"));
}

#[test]
fn a_shift_jis_shop_gets_only_what_its_encoding_has() {
    let merchant = Merchant { encoding: Encoding::ShiftJis, ..merchant(Dialect::Asj) };
    let given = handover(&merchant, &payment(paid()));
    assert!(given.fields.contains(&("free3".to_owned(), "～山〓".to_owned())), "{:?}", given.fields);
    assert_eq!(submitted(&given).value("free3"), Some(&b"\x81\x60\x8e\x52\x81\xac"[..]));
}
