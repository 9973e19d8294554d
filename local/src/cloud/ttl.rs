//! TTL: DynamoDB deletes items whose time is over; here it happens when it is asked for, by the cloud's clock.

use super::tables::{quoted, storage, stream_table};
use super::{Cloud, CloudError};
use dynoxide::DynoxideError;
use rusqlite::params;
use serde_json::{Map, Value, json};

/// Deletes what is over, in every table with a TTL.
pub(super) fn sweep(cloud: &Cloud) -> Result<usize, CloudError> {
    let now_s = cloud.now().as_second();
    let mut swept = 0_usize;
    for (table, attribute, keys) in cloud.inner.tables.with_ttl() {
        for item in over(cloud, &table, &attribute, now_s)? {
            let key: Map<String, Value> =
                keys.iter().filter_map(|key| Some((key.clone(), item.get(key)?.clone()))).collect();
            if delete(cloud, &table, &attribute, key, now_s)? {
                swept = swept.saturating_add(1);
            }
        }
    }
    if swept > 0 {
        cloud.stir();
    }
    Ok(swept)
}

fn over(cloud: &Cloud, table: &str, attribute: &str, now_s: i64) -> Result<Vec<Value>, CloudError> {
    let select = format!(
        "SELECT item_json FROM {} WHERE CAST(json_extract(item_json, ?1) AS INTEGER) < ?2 \
         AND json_extract(item_json, ?1) IS NOT NULL",
        quoted(table)
    );
    let path = format!("$.\"{attribute}\".N");
    let items: Vec<String> = cloud.inner.tables.with_side(|side| {
        let mut statement = side.prepare_cached(&select)?;
        let rows = statement.query_map(params![path, now_s], |row| row.get(0))?;
        rows.collect()
    })?;
    items.iter().map(|item| serde_json::from_str(item).map_err(storage)).collect()
}

/// The item may have got a new time meanwhile, so its own is a condition.
fn delete(
    cloud: &Cloud,
    table: &str,
    attribute: &str,
    key: Map<String, Value>,
    now_s: i64,
) -> Result<bool, CloudError> {
    let request = json!({
        "TableName": table,
        "Key": key,
        "ConditionExpression": "#ttl < :now",
        "ExpressionAttributeNames": { "#ttl": attribute },
        "ExpressionAttributeValues": { ":now": { "N": now_s.to_string() } },
    });
    let request = serde_json::from_value(request).map_err(storage)?;
    let streamed = cloud.inner.tables.known(table).is_some_and(|table| table.stream.is_some());
    cloud.inner.tables.with_both(|database, side| {
        match database.delete_item(request) {
            Ok(_) => {}
            Err(DynoxideError::ConditionalCheckFailedException(..)) => return Ok(false),
            Err(error) => return Err(storage(error)),
        }
        if streamed {
            let stream = stream_table(table);
            let last = format!("(SELECT MAX(sequence) FROM {stream})");
            let mark = format!("UPDATE {stream} SET expired = 1 WHERE sequence = {last}");
            side.execute(&mark, []).map_err(storage)?;
        }
        Ok(true)
    })
}
