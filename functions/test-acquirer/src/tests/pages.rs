//! The issuer's page, as a browser meets it.

use super::*;

/// What a browser got.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) html: String,
    headers: lambda_http::http::HeaderMap,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden field.
    fn field(&self, name: &str) -> String {
        let start = format!(r#"name="{name}" value=""#);
        let rest = self.html.split_once(&start).unwrap_or_else(|| panic!("no {name} in {}", self.html)).1;
        rest.split_once('"').unwrap().0.to_owned()
    }

    fn response(&self) -> Value {
        serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(self.field("cres").as_bytes()).unwrap()).unwrap()
    }
}

impl Desk {
    /// The page of an authorization, by the same rule; nothing is asked of the ledger.
    fn address(&self, n: u32) -> String {
        let name = crate::challenge::page_name(TOKEN, &self.reference(n));
        format!("https://acquirer.test/test-acquirer/acs/{name}")
    }

    fn browse(&self, method: &str, address: &str, language: &str, body: &str) -> Page {
        let request = lambda_http::http::Request::builder()
            .method(method)
            .uri(address)
            .header("accept-language", language)
            .body(Body::from(body))
            .unwrap();
        let response = self.runtime.block_on(handler(&self.deps, request)).unwrap();
        Page {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            html: String::from_utf8(response.body().to_vec()).unwrap(),
        }
    }

    /// The payer presses a button.
    pub(super) fn answer(&self, n: u32, choice: &str) -> Page {
        self.browse("POST", &self.address(n), "ja", &format!("choice={choice}&threeDSSessionData=s%261"))
    }
}

const BUTTONS: [&str; 3] = [r#"value="pass""#, r#"value="fail""#, r#"value="cancel""#];

#[test]
fn the_page_speaks_the_browsers_language() {
    let desk = Desk::new();
    let asked = desk.pay(1, CHALLENGED, 12_345);
    let address = asked.json()["verdict"]["address"].as_str().unwrap().to_owned();
    assert_eq!(address, desk.address(1));
    let creq = asked.json()["verdict"]["request"].as_str().unwrap().to_owned();
    for (method, language, extra, lang) in [
        ("GET", "ja", "", "ja"),
        ("GET", "en-GB,ja;q=0.5", "", "en"),
        ("GET", "fr", "", "ja"),
        ("GET", "en", "lang=ja", "ja"),
        ("POST", "en", "", "en"),
        ("POST", "ja", "&lang=en", "en"),
    ] {
        let page = match method {
            "GET" => desk.browse("GET", &format!("{address}?{extra}"), language, ""),
            _ => desk.browse("POST", &address, language, &format!("creq={creq}&threeDSSessionData=abc{extra}")),
        };
        assert_eq!(page.status, 200);
        assert!(page.html.contains(&format!(r#"<html lang="{lang}">"#)), "{method} {language} {extra}");
        assert!(page.html.contains("¥12,345") && page.html.contains("Visa") && page.html.contains("3184"));
        for button in BUTTONS {
            assert!(page.html.contains(button), "{button}");
        }
        let (here, elsewhere) =
            if lang == "ja" { ("認証する", "Authenticate") } else { ("Authenticate", "認証する") };
        assert!(page.html.contains(here) && !page.html.contains(elsewhere), "{lang}");
        let closing = if lang == "ja" { "閉じると" } else { "close this page" };
        assert!(page.html.contains(closing));
        assert!(!domain::card::contains_card_number(&page.html) && !page.html.contains("TARO"), "{}", page.html);
        if method == "POST" {
            assert_eq!(page.field("threeDSSessionData"), "abc", "it is carried on");
        }
    }
    assert_eq!(desk.finish(1).outcome(), "challenge_required", "showing decides nothing");
}

#[test]
fn the_browsers_script_says_its_language_best() {
    let desk = Desk::new();
    desk.pay_with(1, json!({ "card": { "number": CHALLENGED }, "browser": { "language": "en-US" } }));
    assert!(desk.browse("GET", &desk.address(1), "ja", "").html.contains(r#"lang="en""#));
}

#[test]
fn a_choice_goes_back_to_the_payment_page() {
    for (choice, status) in [("pass", "Y"), ("fail", "N"), ("cancel", "N")] {
        let desk = Desk::new();
        let request = desk.pay(1, CHALLENGED, 2000).json()["verdict"]["request"].as_str().unwrap().to_owned();
        let request: Value =
            serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(request.as_bytes()).unwrap()).unwrap();
        let page = desk.answer(1, choice);
        assert_eq!(page.status, 200);
        assert!(
            page.html.contains(r#"action="https://pay.test/pay/challenge/a-sealed-handle?x=1&#38;y=2""#),
            "{page:?}"
        );
        assert_eq!(page.field("threeDSSessionData"), "s&#38;1");
        let response = page.response();
        assert_eq!((response["transStatus"].as_str(), response["messageType"].as_str()), (Some(status), Some("CRes")));
        assert_eq!(response["acsTransID"], request["acsTransID"]);
        assert_eq!(response["threeDSServerTransID"], request["threeDSServerTransID"]);
        for button in BUTTONS {
            assert!(!page.html.contains(button), "nothing to choose any more");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self' https://pay.test;") && policy.contains("script-src 'sha256-"));
    }
}

#[test]
fn the_first_choice_stays() {
    let desk = Desk::new();
    desk.pay(1, CHALLENGED, 2000);
    let first = desk.answer(1, "fail");
    for again in ["pass", "cancel", "fail"] {
        assert_eq!(desk.answer(1, again).html, first.html, "{again}");
    }
    let shown = desk.browse("GET", &desk.address(1), "ja", "");
    assert_eq!(shown.response(), first.response(), "who comes back is sent on");
    assert_eq!(desk.finish(1).authentication(), "N c 07");
    assert_eq!(desk.answer(1, "pass").response()["transStatus"], "N", "after the result was fetched, too");
    assert_eq!(desk.log().iter().filter(|line| line.starts_with("challenge 2000 declined")).count(), 1);
}

#[test]
fn a_challenge_that_is_over_says_so_and_leads_back() {
    let desk = Desk::new();
    desk.pay(1, CHALLENGED, 2000);
    desk.advance(900);
    desk.pay(2, CHALLENGED, 2000);
    desk.reverse(2);
    for n in [1, 2] {
        for (language, text) in [("ja", "終了しています"), ("en", "is over")] {
            let page = desk.browse("GET", &desk.address(n), language, "");
            assert_eq!(page.status, 410);
            assert!(page.html.contains(text), "{}", page.html);
            assert_eq!(page.response()["transStatus"], "N");
            assert!(!page.html.contains("<script"), "nobody is moved who wants to read");
        }
        assert_eq!(desk.answer(n, "pass").status, 410);
    }
    assert_eq!(desk.finish(2).code(), "transaction_not_allowed");
}

#[test]
fn a_page_can_not_be_guessed() {
    let desk = Desk::new();
    desk.pay(1, CHALLENGED, 2000);
    desk.pay(2, VISA, 2000);
    let address = desk.address(1);
    let base = "https://acquirer.test/test-acquirer/acs/";
    let (reference, other) = (desk.reference(1), desk.address(3));
    let borrowed = format!("{base}{reference}.{}", other.rsplit_once('.').unwrap().1);
    for address in [
        base.to_owned(),
        format!("{base}{reference}"),
        format!("{base}{reference}."),
        format!("{base}nonsense.nonsense"),
        format!("{address}A"),
        address[..address.len() - 1].to_owned(),
        borrowed,
        desk.address(2), // never challenged
        other,           // never seen
    ] {
        for (language, text) in [("ja", "見つかりません"), ("en", "no such check")] {
            let page = desk.browse("GET", &address, language, "");
            assert_eq!(page.status, 404, "{address}");
            assert!(page.html.contains(text) && !page.html.contains("cres"), "{address}");
        }
        assert_eq!(desk.browse("POST", &address, "ja", "choice=pass").status, 404);
    }
    assert_eq!(desk.finish(1).outcome(), "challenge_required");
}

#[test]
fn what_can_not_be_read_decides_nothing() {
    let desk = Desk::new();
    desk.pay(1, CHALLENGED, 2000);
    let long = format!("choice=pass&threeDSSessionData={}", "a".repeat(1025));
    for body in ["choice=yes", "choice=", "choice=pass&choice=fail", "choice=%zz", "choice=pass&creq=e30", &long] {
        let page = desk.browse("POST", &desk.address(1), "ja", body);
        assert_eq!(page.status, 400, "{body}");
    }
    assert_eq!(desk.browse("PUT", &desk.address(1), "ja", "choice=pass").status, 405);
    assert_eq!(desk.browse("GET", &format!("{}?choice=pass", desk.address(1)), "ja", "").status, 200);
    assert_eq!(desk.finish(1).outcome(), "challenge_required");
}

#[test]
fn what_a_browser_brings_stays_text() {
    let desk = Desk::new();
    let change = json!({
        "card": { "number": CHALLENGED }, "three_ds": { "return_address": r#"https://pay.test/"><script>x</script>"# },
    });
    desk.pay_with(1, change);
    let evil = "threeDSSessionData=%22%3E%3Cscript%3Ey%3C%2Fscript%3E";
    for body in [evil.to_owned(), format!("{evil}&choice=pass")] {
        let page = desk.browse("POST", &desk.address(1), "ja", &body);
        assert_eq!(page.status, 200);
        assert!(!page.html.contains("<script>x") && !page.html.contains("<script>y"), "{}", page.html);
    }
}

#[test]
fn every_page_carries_its_guards() {
    let desk = Desk::new();
    desk.pay(1, CHALLENGED, 2000);
    desk.pay(2, CHALLENGED, 2000);
    desk.reverse(2);
    let pages = [
        desk.browse("GET", &desk.address(1), "ja", ""),
        desk.browse("GET", &desk.address(2), "ja", ""),
        desk.browse("GET", &desk.address(3), "ja", ""),
        desk.answer(1, "pass"),
    ];
    for page in pages {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.ends_with("; frame-ancestors 'none'; base-uri 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("https:;") && !policy.contains('*'), "{policy}");
        assert_eq!(page.html.matches("<script").count(), policy.matches("script-src").count());
        for element in ["style", "script"] {
            let Some((_, rest)) = page.html.split_once(&format!("<{element}>")) else { continue };
            let text = rest.split_once(&format!("</{element}>")).unwrap().0;
            let hash = data_encoding::BASE64.encode(&<sha2::Sha256 as sha2::Digest>::digest(text));
            assert!(policy.contains(&format!("{element}-src 'sha256-{hash}'")), "the {element} as it is sent");
        }
        assert_eq!((page.header("cache-control"), page.header("x-frame-options")), ("no-store", "DENY"));
        assert_eq!(page.header("referrer-policy"), "origin", "the address is a key");
        assert!(!page.html.contains(" style=") && !page.html.contains(" on"), "nothing inline: {}", page.html);
    }
}
