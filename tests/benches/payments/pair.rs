//! The two writes of a payment alone, by the same SDK and connector: what no handler could be faster than.

use crate::measure::{Cost, cost};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use local::cloud::{Caller, Cloud};

/// So large is a payment's item.
const FILLER_BYTES: usize = 400;

pub(crate) async fn runs(cloud: &Cloud, count: usize, runs: usize) -> Vec<Cost> {
    let client = Client::new(&cloud.sdk_config(Caller::Operator));
    let mut costs = Vec::new();
    for run in 0..runs {
        let stamp = jiff::Timestamp::now().as_nanosecond();
        let keys: Vec<String> = (0..count).map(|place| format!("BENCHMARK#{stamp}#{run}#{place}")).collect();
        costs.push(cost(write(&client, &keys)).await.1);
        cloud.stream("Table").unwrap().advance(i64::MAX as u64).unwrap();
    }
    costs
}

async fn write(client: &Client, keys: &[String]) {
    for key in keys {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        client
            .put_item()
            .table_name("Table")
            .item("pk", text(key))
            .item("sk", text("-"))
            .item("due", text("2026-11-21T10:30#7"))
            .item("body", text(&"x".repeat(FILLER_BYTES)))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", "pk")
            .send()
            .await
            .unwrap();
        client
            .update_item()
            .table_name("Table")
            .key("pk", text(key))
            .key("sk", text("-"))
            .update_expression("SET #state = :state")
            .condition_expression("attribute_exists(#pk)")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text("captured"))
            .send()
            .await
            .unwrap();
    }
}
