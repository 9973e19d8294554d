//! No card number and no security code anywhere: every published card goes through approvals, declines, faults and typing mistakes, and then everything
//! that was stored, sent, shown or logged is searched.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{fs, path::Path, time::Duration};

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use local::world::{Options, World};
use system_tests::{Card, Log, ShopRequest, Shopper};
use tracing_subscriber::filter::LevelFilter;

/// Published test cards of every kind: approved, declined, expired, refused codes.
const NUMBERS: [&str; 12] = [
    "4242424242424242",
    "4012888888881881",
    "5555555555554444",
    "3530111333300000",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
    "4000000000000002",
    "4000000000009987",
    "4000000000000069",
    "4000000000000127",
    "4242424242424241",
];
/// Amounts at which the test acquirer misbehaves in its several ways.
const FAULTS: [u32; 6] = [1_901, 1_902, 1_903, 1_905, 1_906, 1_907];
const CODE: &str = "987";
const AMEX_CODE: &str = "9876";

#[tokio::test]
async fn no_card_number_or_code_is_stored_shown_sent_or_logged() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("canary");
    let _absent = fs::remove_dir_all(&folder);
    let (log, guard) = Log::capture(LevelFilter::INFO);
    let mut seen = Vec::new();
    {
        let options = Options { data_dir: Some(folder.clone()), ..system_tests::options() };
        let world = system_tests::fresh_with(options).await;
        for (place, number) in NUMBERS.iter().enumerate() {
            let pages = pay(&world, 2_000, &format!("1{place}"), number).await;
            seen.extend(pages.into_iter().map(|page| (format!("a page about {number}"), page.into_bytes())));
        }
        for (place, amount) in FAULTS.iter().enumerate() {
            let pages = pay(&world, *amount, &format!("2{place}"), NUMBERS[0]).await;
            seen.extend(pages.into_iter().map(|page| (format!("a page about {amount} yen"), page.into_bytes())));
        }
        for _ in 0..10 {
            world.advance(Duration::from_secs(60)).await.unwrap();
        }
        world.settle().await.unwrap();
        let mails = world.mailbox().unwrap();
        assert!(mails.len() >= 7, "the approved cards' mails were sent: {}", mails.len());
        seen.extend(mails.iter().map(|mail| (mail.subject.clone(), format!("{mail:?}").into_bytes())));
    }
    drop(guard);
    seen.push(("the log".to_owned(), log.bytes()));
    let before = seen.len();
    collect(&folder, &mut seen);
    assert!(seen.len() > before, "something was stored");

    let holds = |bytes: &[u8], sign: &[u8]| bytes.windows(sign.len()).any(|window| window == sign);
    assert!(seen.iter().skip(before).any(|(_, bytes)| holds(bytes, b"TARO YAMADA")), "the search finds what is there");
    let signs = signs();
    for (place, bytes) in &seen {
        for sign in &signs {
            assert!(!holds(bytes, sign), "{place} holds {}", String::from_utf8_lossy(sign));
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// A shopper who mistypes the expiry once, pays, and looks again. Answers every page.
async fn pay(world: &World, amount: u32, order: &str, number: &str) -> Vec<String> {
    let code = if number.len() == 15 { AMEX_CODE } else { CODE };
    let card = Card::of(number).with_code(code);
    let mistyped = Card { expiry: "13/99".to_owned(), ..card.clone() };
    let mut shopper = Shopper::new(world);
    let mut pages = vec![shopper.open(&ShopRequest::new("4000", amount, order)).await.html().to_owned()];
    pages.push(shopper.pay(&mistyped).await.html().to_owned());
    pages.push(shopper.pay(&card).await.html().to_owned());
    pages.push(shopper.refresh().await.html().to_owned());
    pages
}

/// What a number or code would look like, plain and in the usual wrappings.
fn signs() -> Vec<Vec<u8>> {
    let mut signs = Vec::new();
    for number in NUMBERS {
        let groups: Vec<&str> = number.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
        signs.extend(["", " ", "+", "%20", "-"].map(|joint| groups.join(joint).into_bytes()));
        signs.push(HEXLOWER.encode(number.as_bytes()).into_bytes());
        for shift in 0..3 {
            // Whatever stands before it in the encoded text: cut off what depends on the neighbours.
            let shifted = [vec![b'0'; shift], number.as_bytes().to_vec()].concat();
            let encoded = BASE64_NOPAD.encode(&shifted);
            signs.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
    }
    for code in [CODE, AMEX_CODE] {
        for wrapped in
            ["\"code\":\"%\"", "\\\"code\\\":\\\"%\\\"", "card_code=%", "value=\"%\"", "SecurityCode(%", "\"%\""]
        {
            signs.push(wrapped.replace('%', code).into_bytes());
        }
    }
    signs
}

fn collect(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}
