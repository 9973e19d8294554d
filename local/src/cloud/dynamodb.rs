//! DynamoDB's protocol: each call is parsed once, held to the caller's role, run on the embedded tables and counted.

use super::Cloud;
use super::caller::Caller;
use super::protocol::{AwsCall, AwsError, Reply, authorize};
use super::usage::Units;
use dynoxide::DynoxideError;
use dynoxide::actions::{
    batch_get_item, batch_write_item, create_table, delete_item, delete_table, describe_table, describe_time_to_live,
    get_item, list_tables, put_item, query, scan, transact_get_items, transact_write_items, update_item, update_table,
    update_time_to_live,
};
use dynoxide::types::{ConsumedCapacity, item_size, write_capacity_units};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;

/// Answers one call.
pub(super) fn answer(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Result<Reply, AwsError> {
    let desk = Desk { cloud, caller };
    expressions_fit(call.body)?;
    match call.operation {
        "PutItem" => desk.put_item(parse(call.body)?),
        "GetItem" => desk.get_item(parse(call.body)?),
        "UpdateItem" => desk.update_item(parse(call.body)?),
        "DeleteItem" => desk.delete_item(parse(call.body)?),
        "Query" => desk.query(parse(call.body)?),
        "Scan" => desk.scan(parse(call.body)?),
        "BatchGetItem" => desk.batch_get_item(parse(call.body)?),
        "BatchWriteItem" => desk.batch_write_item(parse(call.body)?),
        "TransactGetItems" => desk.transact_get_items(parse(call.body)?),
        "TransactWriteItems" => desk.transact_write_items(parse(call.body)?),
        "DescribeTable" => desk.describe_table(parse(call.body)?),
        "DescribeTimeToLive" => desk.describe_time_to_live(parse(call.body)?),
        "ListTables" => desk.list_tables(parse(call.body)?),
        "CreateTable" => desk.create_table(parse(call.body)?),
        "UpdateTable" => desk.update_table(parse(call.body)?),
        "UpdateTimeToLive" => desk.update_time_to_live(parse(call.body)?),
        "DeleteTable" => desk.delete_table(parse(call.body)?),
        _ => Err(AwsError::unknown_operation(call)),
    }
}

/// An expression has 4 KB at most (DynamoDB developer guide, "Quotas"); the embedded tables take any.
fn expressions_fit(body: &[u8]) -> Result<(), AwsError> {
    fn is_too_long(value: &Value) -> bool {
        match value {
            Value::Object(fields) => fields.iter().any(|(name, value)| match value {
                Value::String(text) => name.ends_with("Expression") && text.len() > MAX_EXPRESSION_BYTES,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    is_too_long(value)
                }
            }),
            Value::Array(values) => values.iter().any(is_too_long),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    if body.len() > MAX_EXPRESSION_BYTES && is_too_long(&parse(body)?) {
        return Err(malformed("VALIDATION:Invalid expression: Expression size has exceeded the maximum allowed size"));
    }
    Ok(())
}

/// The tables that a call names, for the record of calls.
pub(super) fn resource(body: &Value) -> String {
    let name = |of: &Value| of.get("TableName").and_then(Value::as_str).map(str::to_owned);
    let keyed = body.get("RequestItems").and_then(Value::as_object).into_iter().flat_map(|tables| tables.keys());
    let items = body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
    let of_items = items.filter_map(Value::as_object).flat_map(|item| item.values()).filter_map(name);
    let names: BTreeSet<String> = name(body).into_iter().chain(keyed.cloned()).chain(of_items).collect();
    names.into_iter().collect::<Vec<_>>().join(",")
}

/// The partition key of the one item that a call writes; empty where it reads, or writes several.
pub(super) fn written_key(operation: &str, body: &Value) -> String {
    let of = match operation {
        "PutItem" => body.pointer("/Item/pk/S"),
        "UpdateItem" | "DeleteItem" => body.pointer("/Key/pk/S"),
        _ => None,
    };
    of.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// One call at work.
struct Desk<'call> {
    cloud: &'call Cloud,
    caller: &'call Caller,
}

const INDEXES: &str = "INDEXES";
/// The longest expression.
const MAX_EXPRESSION_BYTES: usize = 4096;
const ALL_OLD: &str = "ALL_OLD";

impl Desk<'_> {
    fn put_item(&self, mut request: put_item::PutItemRequest) -> Result<Reply, AwsError> {
        let table = self.enter("dynamodb:PutItem", &request.table_name)?;
        let mut meter = Meter::set(table, &mut request.return_consumed_capacity);
        let show_old = meter.watch_refusal(&mut request.return_values_on_condition_check_failure);
        let new_size = if table.counted { item_size(&request.item) } else { 0 };
        match self.cloud.inner.tables.with(|database| database.put_item(request)) {
            Ok(mut response) => {
                self.wrote(table, "PutItem", meter.write(&mut response.consumed_capacity));
                Reply::json(&response)
            }
            Err(error) => Err(self.refused(table, "PutItem", error, new_size, show_old)),
        }
    }

    fn update_item(&self, mut request: update_item::UpdateItemRequest) -> Result<Reply, AwsError> {
        let table = self.enter("dynamodb:UpdateItem", &request.table_name)?;
        let mut meter = Meter::set(table, &mut request.return_consumed_capacity);
        let show_old = meter.watch_refusal(&mut request.return_values_on_condition_check_failure);
        match self.cloud.inner.tables.with(|database| database.update_item(request)) {
            Ok(mut response) => {
                self.wrote(table, "UpdateItem", meter.write(&mut response.consumed_capacity));
                Reply::json(&response)
            }
            Err(error) => Err(self.refused(table, "UpdateItem", error, 0, show_old)),
        }
    }

    fn delete_item(&self, mut request: delete_item::DeleteItemRequest) -> Result<Reply, AwsError> {
        let table = self.enter("dynamodb:DeleteItem", &request.table_name)?;
        let mut meter = Meter::set(table, &mut request.return_consumed_capacity);
        let show_old = meter.watch_refusal(&mut request.return_values_on_condition_check_failure);
        match self.cloud.inner.tables.with(|database| database.delete_item(request)) {
            Ok(mut response) => {
                self.wrote(table, "DeleteItem", meter.write(&mut response.consumed_capacity));
                Reply::json(&response)
            }
            Err(error) => Err(self.refused(table, "DeleteItem", error, 0, show_old)),
        }
    }

    fn get_item(&self, mut request: get_item::GetItemRequest) -> Result<Reply, AwsError> {
        let table = self.enter("dynamodb:GetItem", &request.table_name)?;
        let mut meter = Meter::set(table, &mut request.return_consumed_capacity);
        let mut response = self.run(|database| database.get_item(request))?;
        self.count(table, "GetItem", meter.read(&mut response.consumed_capacity));
        Reply::json(&response)
    }

    fn query(&self, mut request: query::QueryRequest) -> Result<Reply, AwsError> {
        let table = self.enter_index("dynamodb:Query", &request.table_name, request.index_name.as_deref())?;
        let mut meter = Meter::set(table, &mut request.return_consumed_capacity);
        let mut response = self.run(|database| database.query(request))?;
        self.count(table, "Query", meter.read(&mut response.consumed_capacity));
        Reply::json(&response)
    }

    fn scan(&self, mut request: scan::ScanRequest) -> Result<Reply, AwsError> {
        let table = self.enter_index("dynamodb:Scan", &request.table_name, request.index_name.as_deref())?;
        let mut meter = Meter::set(table, &mut request.return_consumed_capacity);
        let mut response = self.run(|database| database.scan(request))?;
        self.count(table, "Scan", meter.read(&mut response.consumed_capacity));
        Reply::json(&response)
    }

    fn batch_get_item(&self, mut request: batch_get_item::BatchGetItemRequest) -> Result<Reply, AwsError> {
        let traits = self.enter_all(request.request_items.keys().map(|table| ("dynamodb:BatchGetItem", table)))?;
        let mut meter = Meter::set(traits, &mut request.return_consumed_capacity);
        let mut response = self.run(|database| database.batch_get_item(request))?;
        let units = self.sum(meter.all(&mut response.consumed_capacity));
        self.count(traits, "BatchGetItem", Units { read: units, write: 0.0 });
        Reply::json(&response)
    }

    fn batch_write_item(&self, mut request: batch_write_item::BatchWriteItemRequest) -> Result<Reply, AwsError> {
        let traits = self.enter_all(request.request_items.keys().map(|table| ("dynamodb:BatchWriteItem", table)))?;
        let mut meter = Meter::set(traits, &mut request.return_consumed_capacity);
        let mut response = self.run(|database| database.batch_write_item(request))?;
        let units = self.sum(meter.all(&mut response.consumed_capacity));
        self.wrote(traits, "BatchWriteItem", Units { write: units, read: 0.0 });
        Reply::json(&response)
    }

    fn transact_get_items(&self, mut request: transact_get_items::TransactGetItemsRequest) -> Result<Reply, AwsError> {
        let tables = request.transact_items.iter().map(|item| ("dynamodb:GetItem", &item.get.table_name));
        let traits = self.enter_all(tables)?;
        let mut meter = Meter::set(traits, &mut request.return_consumed_capacity);
        let mut response = self.run(|database| database.transact_get_items(request))?;
        let units = self.sum(meter.all(&mut response.consumed_capacity));
        self.count(traits, "TransactGetItems", Units { read: units, write: 0.0 });
        Reply::json(&response)
    }

    fn transact_write_items(
        &self,
        mut request: transact_write_items::TransactWriteItemsRequest,
    ) -> Result<Reply, AwsError> {
        let tables = request.transact_items.iter().flat_map(|item| {
            let put = item.put.as_ref().map(|put| ("dynamodb:PutItem", &put.table_name));
            let update = item.update.as_ref().map(|update| ("dynamodb:UpdateItem", &update.table_name));
            let delete = item.delete.as_ref().map(|delete| ("dynamodb:DeleteItem", &delete.table_name));
            let check = item.condition_check.as_ref();
            let check = check.map(|check| ("dynamodb:ConditionCheckItem", &check.table_name));
            [put, update, delete, check].into_iter().flatten()
        });
        let traits = self.enter_all(tables)?;
        let mut meter = Meter::set(traits, &mut request.return_consumed_capacity);
        let mut response = self.run(|database| database.transact_write_items(request))?;
        let units = self.sum(meter.all(&mut response.consumed_capacity));
        self.wrote(traits, "TransactWriteItems", Units { write: units, read: 0.0 });
        Reply::json(&response)
    }

    fn describe_table(&self, request: describe_table::DescribeTableRequest) -> Result<Reply, AwsError> {
        self.enter("dynamodb:DescribeTable", &request.table_name)?;
        self.described(&self.run(|database| database.describe_table(request))?)
    }

    fn describe_time_to_live(
        &self,
        request: describe_time_to_live::DescribeTimeToLiveRequest,
    ) -> Result<Reply, AwsError> {
        self.enter("dynamodb:DescribeTimeToLive", &request.table_name)?;
        Reply::json(&self.run(|database| database.describe_time_to_live(request))?)
    }

    fn list_tables(&self, request: list_tables::ListTablesRequest) -> Result<Reply, AwsError> {
        authorize(self.caller, "dynamodb:ListTables", "*")?;
        Reply::json(&self.run(|database| database.list_tables(request))?)
    }

    fn create_table(&self, request: create_table::CreateTableRequest) -> Result<Reply, AwsError> {
        self.enter("dynamodb:CreateTable", &request.table_name)?;
        self.described(&self.run(|database| database.create_table(request))?)
    }

    fn update_table(&self, request: update_table::UpdateTableRequest) -> Result<Reply, AwsError> {
        self.enter("dynamodb:UpdateTable", &request.table_name)?;
        self.described(&self.run(|database| database.update_table(request))?)
    }

    fn update_time_to_live(&self, request: update_time_to_live::UpdateTimeToLiveRequest) -> Result<Reply, AwsError> {
        self.enter("dynamodb:UpdateTimeToLive", &request.table_name)?;
        Reply::json(&self.run(|database| database.update_time_to_live(request))?)
    }

    fn delete_table(&self, request: delete_table::DeleteTableRequest) -> Result<Reply, AwsError> {
        let name = request.table_name.clone();
        self.enter("dynamodb:DeleteTable", &name)?;
        let deleted = self.run(|database| database.delete_table(request))?;
        self.cloud.inner.tables.forget(&name)?;
        self.described(&deleted)
    }

    /// Holds the call to the caller's role, and tells what is special about the table.
    fn enter(&self, action: &str, table: &str) -> Result<Traits, AwsError> {
        if let Caller::Function { .. } = self.caller {
            authorize(self.caller, action, &self.cloud.table_arn(table))?;
        }
        Ok(self.traits(table))
    }

    fn enter_index(&self, action: &str, table: &str, index: Option<&str>) -> Result<Traits, AwsError> {
        let Some(index) = index else { return self.enter(action, table) };
        if let Caller::Function { .. } = self.caller {
            authorize(self.caller, action, &format!("{}/index/{index}", self.cloud.table_arn(table)))?;
        }
        Ok(self.traits(table))
    }

    fn enter_all<'table>(
        &self,
        tables: impl Iterator<Item = (&'static str, &'table String)>,
    ) -> Result<Traits, AwsError> {
        let mut all = Traits { counted: false, streamed: false };
        for (action, table) in tables {
            let Traits { counted, streamed } = self.enter(action, table)?;
            all = Traits { counted: all.counted || counted, streamed: all.streamed || streamed };
        }
        Ok(all)
    }

    fn traits(&self, table: &str) -> Traits {
        let known = self.cloud.inner.tables.known(table);
        let by_function = matches!(self.caller, Caller::Function { .. });
        Traits {
            counted: by_function && known.as_ref().is_some_and(|table| table.counted),
            streamed: known.is_some_and(|table| table.stream.is_some()),
        }
    }

    fn run<T>(&self, act: impl FnOnce(&dynoxide::Database) -> dynoxide::Result<T>) -> Result<T, AwsError> {
        self.cloud.inner.tables.with(act).map_err(|error| wire_error(&error))
    }

    fn count(&self, table: Traits, operation: &'static str, units: Units) {
        if table.counted {
            self.cloud.inner.usage.count_tables(self.caller, operation, units);
        }
    }

    fn wrote(&self, table: Traits, operation: &'static str, units: Units) {
        self.count(table, operation, units);
        if table.streamed {
            self.cloud.stir();
        }
    }

    /// A write that its condition refused costs what the larger of both items would
    /// (DynamoDB developer guide, "Condition expressions").
    fn refused(
        &self,
        table: Traits,
        operation: &'static str,
        error: DynoxideError,
        new_size: usize,
        show_old: bool,
    ) -> AwsError {
        let DynoxideError::ConditionalCheckFailedException(message, old) = error else { return wire_error(&error) };
        let size = old.as_ref().map_or(0, item_size).max(new_size);
        self.count(table, operation, Units { write: write_capacity_units(size), read: 0.0 });
        wire_error(&DynoxideError::ConditionalCheckFailedException(message, old.filter(|_| show_old)))
    }

    fn sum(&self, capacities: Vec<ConsumedCapacity>) -> f64 {
        let counted = |capacity: &&ConsumedCapacity| self.traits(&capacity.table_name).counted;
        capacities.iter().filter(counted).map(|capacity| capacity.capacity_units).sum()
    }

    /// The embedded tables live in a region of their own, which must not show.
    fn described(&self, description: &impl Serialize) -> Result<Reply, AwsError> {
        let text = serde_json::to_string(description).map_err(|error| AwsError::internal(&error))?;
        let theirs = dynoxide::streams::table_arn("");
        let body = text.replace(&theirs, &self.cloud.table_arn("")).into_bytes();
        Ok(Reply { status: 200, headers: Vec::new(), body: body.into() })
    }
}

/// What is special about the tables of one call.
#[derive(Clone, Copy)]
struct Traits {
    counted: bool,
    streamed: bool,
}

/// Asks the tables for the capacity that a call consumes, whatever the caller asked for, and gives the caller only that.
struct Meter {
    on: bool,
    asked: Option<String>,
}

impl Meter {
    fn set(table: Traits, mode: &mut Option<String>) -> Self {
        if !table.counted {
            return Self { on: false, asked: None };
        }
        Self { on: true, asked: mode.replace(INDEXES.to_owned()) }
    }

    /// Has a refused write tell the old item, for its size; answers whether the caller wants it, too.
    fn watch_refusal(&self, mode: &mut Option<String>) -> bool {
        let wanted = mode.as_deref() == Some(ALL_OLD);
        if self.on {
            *mode = Some(ALL_OLD.to_owned());
        }
        wanted
    }

    fn write(&mut self, capacity: &mut Option<ConsumedCapacity>) -> Units {
        Units { write: self.take(capacity), read: 0.0 }
    }

    fn read(&mut self, capacity: &mut Option<ConsumedCapacity>) -> Units {
        Units { read: self.take(capacity), write: 0.0 }
    }

    fn take(&mut self, capacity: &mut Option<ConsumedCapacity>) -> f64 {
        let units = capacity.as_ref().map_or(0.0, |capacity| capacity.capacity_units);
        if self.on {
            match self.asked.as_deref() {
                Some(INDEXES) => {}
                Some("TOTAL") => *capacity = capacity.take().map(total),
                _ => *capacity = None,
            }
        }
        units
    }

    fn all(&mut self, capacities: &mut Option<Vec<ConsumedCapacity>>) -> Vec<ConsumedCapacity> {
        if !self.on {
            return Vec::new();
        }
        let all = capacities.take().unwrap_or_default();
        match self.asked.as_deref() {
            Some(INDEXES) => *capacities = Some(all.clone()),
            Some("TOTAL") => *capacities = Some(all.iter().cloned().map(total).collect()),
            _ => {}
        }
        all
    }
}

fn total(capacity: ConsumedCapacity) -> ConsumedCapacity {
    ConsumedCapacity {
        table_name: capacity.table_name,
        capacity_units: capacity.capacity_units,
        ..ConsumedCapacity::default()
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| malformed(&error.to_string()))
}

/// The embedded tables' request types put the class of a refusal in front of its text.
fn malformed(text: &str) -> AwsError {
    let plain = text.rfind(" at line ").and_then(|end| text.get(..end)).unwrap_or(text);
    let validation = |message: String| AwsError::refused("com.amazon.coral.validate#ValidationException", message);
    if let Some(message) = plain.strip_prefix("VALIDATION:") {
        validation(message.to_owned())
    } else if let Some(message) = plain.strip_prefix("VALIDATION_REQUEST:") {
        validation(format!("1 validation error detected: {message}"))
    } else if plain.contains("missing field") || plain.contains("Supplied AttributeValue") {
        validation(plain.to_owned())
    } else {
        let message = plain.strip_prefix("SERIALIZATION:").unwrap_or(plain);
        AwsError::refused("com.amazon.coral.service#SerializationException", message)
    }
}

fn wire_error(error: &DynoxideError) -> AwsError {
    AwsError::ready(error.status_code(), error.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_request_types_keeps_its_class_and_loses_its_marks() {
        for (text, expected) in [
            ("VALIDATION:no name at line 1 column 2", r#""message":"no name""#),
            ("VALIDATION_REQUEST:no name", "1 validation error detected: no name"),
            ("SERIALIZATION:NUMBER_VALUE cannot be converted at line 1 column 9", "SerializationException"),
            ("expected value at line 1 column 1", "SerializationException"),
        ] {
            let reply = malformed(text).into_reply();
            let body = String::from_utf8(reply.body.whole().unwrap().to_vec()).unwrap();
            assert!(body.contains(expected), "{text} became {body}");
            assert_eq!(reply.status, 400);
        }
    }
}
