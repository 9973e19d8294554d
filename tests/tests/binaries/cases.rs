//! Events of one shopper's way, from the cases in `events/`.

#![allow(dead_code, reason = "the test and the benchmark each use their part")]

use serde_json::{Value, json};
use system_tests::ShopRequest;

/// A case of `events/`.
pub(crate) fn event(case: &str) -> Value {
    let path = format!("{}/../events/{case}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Every case of a function, from a client that takes no compressed answer.
pub(crate) fn of(package: &str) -> Vec<Value> {
    let folder = format!("{}/../events/{package}", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let cases =
        names.iter().filter_map(|name| name.strip_suffix(".json")).map(|name| event(&format!("{package}/{name}")));
    let cases = cases.map(|event| if event.get("headers").is_some() { plain(event) } else { event });
    cases.collect()
}

/// A shop's request for the payment page, from a client that takes no compressed answer.
pub(crate) fn visit() -> Value {
    plain(event("payment-page/get-asj"))
}

/// The same of a shop's signed-in member.
pub(crate) fn visit_of(request: &ShopRequest) -> Value {
    let mut visit = visit();
    visit["rawQueryString"] = json!(request.encoded());
    visit["queryStringParameters"] = json!({});
    visit
}

/// The form of the page, filled in with this card; the buyer lets it be kept if the page asks.
pub(crate) fn submit(page: &Value, card: &str) -> Value {
    let order = field(page, "order");
    let keep = if page["body"].as_str().unwrap().contains(r#"name="keep_card""#) { "&keep_card=on" } else { "" };
    let form = format!(
        "order={order}&card_number={card}&card_expiry=12%2F30&card_code=123&card_name=TARO+YAMADA&mail=buyer%40example.jp{keep}"
    );
    sent("authorize/post-unsealed", &form)
}

/// The form of the page that shows a kept card.
pub(crate) fn submit_kept(page: &Value) -> Value {
    let order = field(page, "order");
    assert_eq!(field(page, "card"), "kept");
    sent("authorize/post-unsealed", &format!("order={order}&card=kept&card_code=123&mail=buyer%40example.jp"))
}

/// The payer passes the challenge on the issuer's page, to which the hop leads.
pub(crate) fn at_issuer(hop: &Value) -> Value {
    let address = action(hop).parse::<http::Uri>().unwrap();
    let request = field(hop, "creq");
    to(
        sent("test-acquirer/post-challenge-pass", &format!("creq={request}&choice=pass")),
        address.path(),
        "proxy",
        |path| path.split_once("/test-acquirer/").unwrap().1,
    )
}

/// The way back from the issuer, whose page sends the payer there.
pub(crate) fn back_from_issuer(issuer: &Value, hop: &Value) -> Value {
    let ours = follow_path(hop);
    let response = field(issuer, "cres");
    to(sent("challenge-return/post-unsealed", &format!("cres={response}")), &ours, "handle", last)
}

/// A page of ours by its path.
pub(crate) fn page(case: &str, path: &str) -> Value {
    to(plain(event(case)), path, "handle", last)
}

/// Where a page's link leads that begins like this.
pub(crate) fn link(page: &Value, start: &str) -> String {
    let (_, rest) = page["body"].as_str().unwrap().split_once(&format!(r#"href="{start}"#)).unwrap();
    format!("{start}{}", rest.split_once('"').unwrap().0)
}

/// Where the answer to it leads.
pub(crate) fn follow(answer: &Value) -> Value {
    page("return-dispatch/get-unsealed", location(answer))
}

/// Where a redirect leads.
pub(crate) fn location(answer: &Value) -> &str {
    answer["headers"]["location"].as_str().unwrap_or_else(|| panic!("no redirect: {answer}"))
}

/// The value of a hidden field of the answered page.
pub(crate) fn field<'a>(page: &'a Value, name: &str) -> &'a str {
    let (_, rest) = page["body"].as_str().unwrap().split_once(&format!(r#"name="{name}" value=""#)).unwrap();
    rest.split_once('"').unwrap().0
}

/// Where the page's own form leads that submits itself.
pub(crate) fn action(page: &Value) -> &str {
    let (_, form) = page["body"].as_str().unwrap().split_once(r#"<form id="handover""#).unwrap();
    form.split_once(r#"action=""#).unwrap().1.split_once('"').unwrap().0
}

/// Where the hop's other button leads, which is where the issuer sends the payer back to.
fn follow_path(hop: &Value) -> String {
    let (_, form) = hop["body"].as_str().unwrap().split_once(r#"<form class="leave""#).unwrap();
    form.split_once(r#"action=""#).unwrap().1.split_once('"').unwrap().0.to_owned()
}

fn sent(case: &str, form: &str) -> Value {
    let mut event = plain(event(case));
    event["body"] = json!(form);
    event["isBase64Encoded"] = json!(false);
    event
}

fn to(mut event: Value, path: &str, parameter: &str, value: impl Fn(&str) -> &str) -> Value {
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    event["pathParameters"][parameter] = json!(value(path));
    event
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn plain(mut event: Value) -> Value {
    event["headers"].as_object_mut().unwrap().remove("accept-encoding");
    event
}
