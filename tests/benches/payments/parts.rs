//! Small parts on their own: a page rendered and compressed, signatures checked.

use crate::{
    measure::{cost, median, ms},
    table,
};
use domain::{
    Lang, Merchant, MerchantId, Yen,
    signing::{KeyFields, KeyPassword, SigSecret, card_on_file_key, sign_request, verify_key, verify_request},
};
use inbound::page::{self, Entered, Order, OwnTexts, PaymentForm, Shop, Terms};
use lambda_http::{Body, Request, http::StatusCode};
use std::hint::black_box;

const RUNS: usize = 9;

/// Measures and prints.
pub(crate) async fn print() {
    let merchant = Merchant::new(MerchantId::new("4000").unwrap(), "デモショップ");
    let shop = Shop::of(&merchant, None);
    let token = "x".repeat(300);
    let form = PaymentForm {
        lang: Lang::Ja,
        shop: &shop,
        order: Order {
            number: Some("1001"),
            amount: Yen::new(2000).unwrap(),
            item: None,
            terms: Terms::default(),
            joins: None,
        },
        free: &[],
        entered: Entered { holder: "", mail: "buyer@example.jp" },
        token: &token,
        problems: &[],
        declined: None,
        kept: None,
        expired_kept: None,
        replaces: None,
        manage: None,
        keep: None,
        keep_checked: false,
        asks_consent: true,
        leads_back: true,
        own: OwnTexts::default(),
        language: None,
    };
    let mut request = Request::new(Body::Empty);
    request.headers_mut().insert("accept-encoding", "gzip".parse().unwrap());
    let rendered = page::payment_form(&form);
    let size = rendered.html.len();
    let sent = inbound::http::page(&request, StatusCode::OK, rendered).body().len();

    let password = [KeyPassword::new("abcd1234").unwrap()];
    let fields = KeyFields { admin: b"4000", amount: b"2000", charge: b"1001", user: b"taro", time: b"20261121193000" };
    let key = data_encoding::HEXLOWER.encode(&card_on_file_key(fields, &password[0]));
    let secret = [SigSecret::from_bytes([7; 32])];
    let parameters = || {
        [("admin", "4000"), ("amount", "2000"), ("charge", "1001"), ("mail", "buyer@example.jp")]
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
    };
    let sig = sign_request(&secret[0], parameters());

    let rows = vec![
        vec![
            format!("payment page rendered ({size} bytes)"),
            micros(500, || page::payment_form(black_box(&form))).await,
        ],
        vec![
            format!("the same with headers and gzip ({sent} bytes)"),
            micros(500, || inbound::http::page(&request, StatusCode::OK, page::payment_form(black_box(&form)))).await,
        ],
        vec![
            "key of user and time verified".to_owned(),
            micros(20_000, || verify_key(black_box(key.as_bytes()), fields, &password)).await,
        ],
        vec![
            "sig=v2 verified".to_owned(),
            micros(20_000, || verify_request(black_box(sig.as_bytes()), &secret, parameters())).await,
        ],
    ];
    table::print("Parts (medians)", &["", "CPU µs"], &rows);
}

async fn micros<T>(count: usize, mut work: impl FnMut() -> T) -> String {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let ((), spent) = cost(async {
            for _ in 0..count {
                black_box(work());
            }
        })
        .await;
        runs.push(ms(spent.cpu) * 1_000.0 / count as f64);
    }
    format!("{:.1}", median(runs))
}
