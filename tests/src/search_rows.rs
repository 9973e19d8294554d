//! A read model of as many payments as a test likes.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use domain::{MerchantId, search::SearchKey};
use jiff::Timestamp;
use local::{cloud::Caller, world::World};

/// Rows written straight into the read model, a second apart, newest first, each of an address that every tenth shares; every tenth failed.
pub async fn fill_search(world: &World, from: u32, to: u32) {
    let client = Client::new(&world.cloud().sdk_config(Caller::Operator));
    let newest: Timestamp = "2026-11-21T02:59:00Z".parse().unwrap();
    let merchant = MerchantId::new("4000").unwrap();
    let text = |text: String| AttributeValue::S(text);
    let places: Vec<u32> = (from..to).collect();
    for chunk in places.chunks(25) {
        let puts = chunk.iter().map(|place| {
            let at = newest.as_millisecond() - i64::from(*place) * 1_000;
            let (order, mail) = (format!("r{place}"), format!("row{}@example.com", place % 10));
            let status = if place % 10 == 0 { "failed" } else { "captured" };
            let key = SearchKey::of_mail(&merchant, &mail);
            let document = serde_json::json!({
                "t": at, "a": 1_000, "s": status, "i": "data_linkage", "f": ["row", "", ""], "m": mail,
                "h": format!("ROW {place:04}"), "c": { "b": "visa", "l": "4242", "e": "2029-12" },
            });
            let item = HashMap::from([
                ("pk".to_owned(), text(format!("P#4000#{order}"))),
                ("sk".to_owned(), text("-".to_owned())),
                ("v".to_owned(), AttributeValue::N("2".to_owned())),
                ("w".to_owned(), text(format!("{at:013}#{order}"))),
                ("list".to_owned(), text("4000".to_owned())),
                ("status".to_owned(), text(format!("4000#{status}"))),
                ("mail".to_owned(), text(format!("4000#{}", key.as_str()))),
                ("doc".to_owned(), text(document.to_string())),
            ]);
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        client.batch_write_item().request_items("SearchTable", puts.collect()).send().await.unwrap();
    }
}
