//! Events of one shopper's way, from the cases in `events/`.

use serde_json::{Value, json};

/// A case of `events/`.
pub(crate) fn event(case: &str) -> Value {
    let path = format!("{}/../events/{case}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A shop's request for the payment page, from a client that takes no compressed answer.
pub(crate) fn visit() -> Value {
    plain(event("payment-page/get-asj"))
}

/// The form of the page, filled in with this card.
pub(crate) fn submit(page: &Value, card: &str) -> Value {
    let order = field(page, "order");
    let form = format!(
        "order={order}&card_number={card}&card_expiry=12%2F30&card_code=123&card_name=TARO+YAMADA&mail=buyer%40example.jp"
    );
    let mut submit = plain(event("authorize/post-unsealed"));
    submit["body"] = json!(form);
    submit["isBase64Encoded"] = json!(false);
    submit
}

/// Where the answer to it leads.
pub(crate) fn follow(answer: &Value) -> Value {
    let location = answer["headers"]["location"].as_str().unwrap();
    let mut back = plain(event("return-dispatch/get-unsealed"));
    back["rawPath"] = json!(location);
    back["requestContext"]["http"]["path"] = json!(location);
    back["pathParameters"]["handle"] = json!(location.rsplit('/').next().unwrap());
    back
}

/// The value of a hidden field of the answered page.
pub(crate) fn field<'a>(page: &'a Value, name: &str) -> &'a str {
    let (_, rest) = page["body"].as_str().unwrap().split_once(&format!(r#"name="{name}" value=""#)).unwrap();
    rest.split_once('"').unwrap().0
}

fn plain(mut event: Value) -> Value {
    event["headers"].as_object_mut().unwrap().remove("accept-encoding");
    event
}
