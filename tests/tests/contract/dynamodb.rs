//! Tables: conditions, what a refusal tells, indexes, limits.

use super::endpoint::{Endpoint, unique};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    KeysAndAttributes, Projection, ProjectionType, Put, ReturnConsumedCapacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TableStatus, TransactWriteItem,
};
use std::collections::HashMap;
use std::time::Duration;

type Item = HashMap<String, AttributeValue>;

/// A table like the product's, gone with the test.
struct Table {
    endpoint: Endpoint,
    name: String,
}

impl Table {
    async fn create() -> Self {
        let endpoint = Endpoint::connect().await;
        let name = unique("contract");
        let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
        let attribute = |name: &str| {
            let text = ScalarAttributeType::S;
            AttributeDefinition::builder().attribute_name(name).attribute_type(text).build().unwrap()
        };
        let due = GlobalSecondaryIndex::builder()
            .index_name("due")
            .key_schema(key("due", KeyType::Hash))
            .key_schema(key("pk", KeyType::Range))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .unwrap();
        endpoint
            .dynamodb
            .create_table()
            .table_name(&name)
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(key("pk", KeyType::Hash))
            .key_schema(key("sk", KeyType::Range))
            .set_attribute_definitions(Some(vec![attribute("pk"), attribute("sk"), attribute("due")]))
            .global_secondary_indexes(due)
            .send()
            .await
            .unwrap();
        let table = Self { endpoint, name };
        while table.status().await != Some(TableStatus::Active) {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        table
    }

    async fn status(&self) -> Option<TableStatus> {
        let described = self.endpoint.dynamodb.describe_table().table_name(&self.name).send().await.unwrap();
        described.table?.table_status
    }

    async fn drop(self) {
        self.endpoint.dynamodb.delete_table().table_name(&self.name).send().await.unwrap();
    }

    async fn put(&self, item: Item) {
        self.endpoint.dynamodb.put_item().table_name(&self.name).set_item(Some(item)).send().await.unwrap();
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn item(pk: &str, fields: &[(&str, AttributeValue)]) -> Item {
    let keys = [("pk", text(pk)), ("sk", text("payment"))];
    keys.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn key(pk: &str) -> Item {
    item(pk, &[])
}

#[tokio::test]
async fn a_second_put_of_the_same_key_is_refused_and_tells_what_is_there() {
    let table = Table::create().await;
    let put = |origin: &str| {
        table
            .endpoint
            .dynamodb
            .put_item()
            .table_name(&table.name)
            .set_item(Some(item("1", &[("origin", text(origin))])))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    put("first").await.unwrap();
    let error = put("second").await.unwrap_err().into_service_error();
    let PutItemError::ConditionalCheckFailedException(refusal) = error else { panic!("{error:?}") };
    assert_eq!(refusal.item.unwrap().get("origin"), Some(&text("first")));
    table.drop().await;
}

#[tokio::test]
async fn a_refused_put_tells_nothing_unless_it_is_asked() {
    let table = Table::create().await;
    table.put(item("1", &[])).await;
    let put = table.endpoint.dynamodb.put_item().table_name(&table.name).set_item(Some(item("1", &[])));
    let error = put.condition_expression("attribute_not_exists(pk)").send().await.unwrap_err().into_service_error();
    let PutItemError::ConditionalCheckFailedException(refusal) = error else { panic!("{error:?}") };
    assert_eq!(refusal.item, None);
    table.drop().await;
}

#[tokio::test]
async fn an_update_holds_its_condition_and_changes_only_what_it_names() {
    let table = Table::create().await;
    table.put(item("1", &[("n", AttributeValue::N("1".to_owned())), ("state", text("authorizing"))])).await;
    let update = |n: &str| {
        table
            .endpoint
            .dynamodb
            .update_item()
            .table_name(&table.name)
            .set_key(Some(key("1")))
            .update_expression("SET #state = :state, n = n + :one REMOVE due")
            .condition_expression("n = :n AND #state = :before")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text("captured"))
            .expression_attribute_values(":before", text("authorizing"))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":n", AttributeValue::N(n.to_owned()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    let updated = update("1").await.unwrap().attributes.unwrap();
    assert_eq!(updated.get("state"), Some(&text("captured")));
    assert_eq!(updated.get("n"), Some(&AttributeValue::N("2".to_owned())));
    let error = update("1").await.unwrap_err().into_service_error();
    let UpdateItemError::ConditionalCheckFailedException(refusal) = error else { panic!("{error:?}") };
    assert_eq!(refusal.item.unwrap().get("state"), Some(&text("captured")));
    table.drop().await;
}

#[tokio::test]
async fn an_update_of_nothing_makes_an_item_unless_its_condition_forbids_it() {
    let table = Table::create().await;
    let update = || {
        let update = table.endpoint.dynamodb.update_item().table_name(&table.name).set_key(Some(key("1")));
        update.update_expression("SET a = :a").expression_attribute_values(":a", text("a"))
    };
    let error = update().condition_expression("attribute_exists(pk)").send().await.unwrap_err().into_service_error();
    assert!(matches!(error, UpdateItemError::ConditionalCheckFailedException(_)), "{error:?}");
    update().send().await.unwrap();
    let got = table.endpoint.dynamodb.get_item().table_name(&table.name).set_key(Some(key("1"))).send().await.unwrap();
    assert_eq!(got.item.unwrap().get("a"), Some(&text("a")));
    table.drop().await;
}

#[tokio::test]
async fn a_strong_read_sees_the_write_before_it() {
    let table = Table::create().await;
    for version in ["1", "2", "3"] {
        table.put(item("1", &[("version", text(version))])).await;
        let get = table.endpoint.dynamodb.get_item().table_name(&table.name).set_key(Some(key("1")));
        let got = get.consistent_read(true).send().await.unwrap();
        assert_eq!(got.item.unwrap().get("version"), Some(&text(version)));
    }
    let get = table.endpoint.dynamodb.get_item().table_name(&table.name).set_key(Some(key("2")));
    assert_eq!(get.send().await.unwrap().item, None);
    table.drop().await;
}

#[tokio::test]
async fn an_index_is_sparse_holds_keys_only_and_is_read_page_by_page() {
    let table = Table::create().await;
    for number in 0..5 {
        table.put(item(&format!("{number}"), &[("due", text("minute")), ("other", text("x"))])).await;
    }
    table.put(item("not due", &[])).await;
    let (mut seen, mut pages, mut start) = (Vec::new(), 0, None);
    loop {
        let page = table
            .endpoint
            .dynamodb
            .query()
            .table_name(&table.name)
            .index_name("due")
            .key_condition_expression("due = :due")
            .expression_attribute_values(":due", text("minute"))
            .limit(2)
            .set_exclusive_start_key(start)
            .send()
            .await
            .unwrap();
        pages += 1;
        for found in page.items() {
            assert!(!found.contains_key("other"), "keys only");
            seen.push(found.get("pk").unwrap().as_s().unwrap().clone());
        }
        match page.last_evaluated_key {
            Some(next) => start = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["0", "1", "2", "3", "4"]);
    assert!(pages >= 3, "two a page");
    table.drop().await;
}

#[tokio::test]
async fn an_item_leaves_the_index_with_its_attribute() {
    let table = Table::create().await;
    table.put(item("1", &[("due", text("minute"))])).await;
    let update = table.endpoint.dynamodb.update_item().table_name(&table.name).set_key(Some(key("1")));
    update.update_expression("REMOVE due").send().await.unwrap();
    let query = table.endpoint.dynamodb.query().table_name(&table.name).index_name("due");
    let query = query.key_condition_expression("due = :due").expression_attribute_values(":due", text("minute"));
    let mut count = 1;
    for _ in 0..20 {
        count = query.clone().send().await.unwrap().count;
        if count == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await; // an index follows its table, on AWS not at once
    }
    assert_eq!(count, 0);
    table.drop().await;
}

#[tokio::test]
async fn a_query_walks_one_partition_in_the_order_of_the_sort_key() {
    let table = Table::create().await;
    for sort in ["b", "a", "c"] {
        let mut item = item("1", &[]);
        item.insert("sk".to_owned(), text(sort));
        table.put(item).await;
    }
    table.put(item("2", &[])).await;
    let query = |forward| {
        let query = table.endpoint.dynamodb.query().table_name(&table.name).key_condition_expression("pk = :pk");
        query.expression_attribute_values(":pk", text("1")).scan_index_forward(forward).send()
    };
    let order = |items: &[Item]| -> Vec<String> {
        items.iter().map(|item| item.get("sk").unwrap().as_s().unwrap().clone()).collect()
    };
    assert_eq!(order(query(true).await.unwrap().items()), ["a", "b", "c"]);
    assert_eq!(order(query(false).await.unwrap().items()), ["c", "b", "a"]);
    table.drop().await;
}

#[tokio::test]
async fn a_batch_get_answers_what_is_there() {
    let table = Table::create().await;
    table.put(item("1", &[])).await;
    table.put(item("2", &[])).await;
    let keys = KeysAndAttributes::builder().consistent_read(true);
    let keys = keys.keys(key("1")).keys(key("2")).keys(key("3")).build().unwrap();
    let got = table.endpoint.dynamodb.batch_get_item().request_items(&table.name, keys).send().await.unwrap();
    assert_eq!(got.responses.unwrap().get(&table.name).unwrap().len(), 2);
    assert!(got.unprocessed_keys.unwrap_or_default().is_empty());
    table.drop().await;
}

#[tokio::test]
async fn an_item_over_the_limit_is_refused() {
    let table = Table::create().await;
    let large = item("1", &[("body", text(&"x".repeat(400 * 1024)))]);
    let error = table.endpoint.dynamodb.put_item().table_name(&table.name).set_item(Some(large)).send().await;
    let error = error.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("ValidationException"), "{error:?}");
    table.drop().await;
}

#[tokio::test]
async fn a_transaction_happens_whole_or_not_at_all() {
    let table = Table::create().await;
    table.put(item("2", &[])).await;
    let put = |pk: &str| {
        let put = Put::builder().table_name(&table.name).set_item(Some(item(pk, &[])));
        TransactWriteItem::builder().put(put.condition_expression("attribute_not_exists(pk)").build().unwrap()).build()
    };
    let write = table.endpoint.dynamodb.transact_write_items().transact_items(put("1")).transact_items(put("2"));
    let error = write.send().await.unwrap_err().into_service_error();
    assert!(error.is_transaction_canceled_exception(), "{error:?}");
    let get = table.endpoint.dynamodb.get_item().table_name(&table.name).set_key(Some(key("1")));
    assert_eq!(get.consistent_read(true).send().await.unwrap().item, None);
    table.drop().await;
}

/// The rules that the write budget rests on (DynamoDB developer guide, "Read and write operations").
#[tokio::test]
async fn capacity_follows_size_and_index() {
    let table = Table::create().await;
    let put = |item: Item| async {
        let put = table.endpoint.dynamodb.put_item().table_name(&table.name).set_item(Some(item));
        let put = put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
        put.consumed_capacity.unwrap().capacity_units.unwrap()
    };
    for (what, item, units) in [
        ("new, in the index", item("1", &[("due", text("minute"))]), 2.0),
        ("the index unchanged", item("1", &[("due", text("minute")), ("state", text("captured"))]), 1.0),
        ("the index key moved", item("1", &[("due", text("later"))]), 3.0),
        ("out of the index", item("1", &[]), 2.0),
        ("over one kilobyte", item("1", &[("body", text(&"x".repeat(1024)))]), 2.0),
        ("small again: the larger of both counts", item("1", &[]), 2.0),
    ] {
        let used = put(item).await;
        assert!((used - units).abs() < f64::EPSILON, "{what}: {used} instead of {units}");
    }
    table.drop().await;
}

#[tokio::test]
async fn a_table_that_is_not_there_is_told_by_its_error() {
    let endpoint = Endpoint::connect().await;
    let get = endpoint.dynamodb.get_item().table_name(unique("none")).set_key(Some(key("1")));
    let SdkError::ServiceError(error) = get.send().await.unwrap_err() else { panic!("a service error") };
    assert!(error.err().is_resource_not_found_exception(), "{error:?}");
}

#[tokio::test]
async fn tables_are_listed() {
    let table = Table::create().await;
    let listed = table.endpoint.dynamodb.list_tables().send().await.unwrap();
    assert!(listed.table_names().contains(&table.name));
    table.drop().await;
}
