//! The tables' storage: the embedded DynamoDB, and a second connection to its file for the streams.
//!
//! A stream record is written by a trigger inside the write's own SQLite transaction. So no kill and no dropped handler
//! can come between the two, and a write costs no second commit.

use super::CloudError;
use super::spec::{IndexSpec, KeyAttribute, KeyKind, Projection, StreamView, TableSpec};
use dynoxide::Database;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// All tables.
pub(super) struct Tables {
    database: Database,
    /// Every access to the file goes through this lock: SQLite would let the two connections wait for each other.
    side: Mutex<Connection>,
    known: RwLock<HashMap<String, Arc<Table>>>,
}

/// What the connector must know about a table.
pub(super) struct Table {
    pub(super) keys: Vec<String>,
    pub(super) stream: Option<StreamView>,
    pub(super) ttl: Option<String>,
    pub(super) counted: bool,
}

impl Tables {
    pub(super) fn open(data_dir: Option<&Path>) -> Result<Self, CloudError> {
        let path = match data_dir {
            Some(directory) => directory.join("tables.db").display().to_string(),
            None => memory_address()?,
        };
        let database = Database::new(&path).map_err(storage)?;
        // synchronous = NORMAL: what was committed survives the end of the process; only a power cut may take the last
        database.disable_bulk_loading().map_err(storage)?;
        let side = Connection::open(&path).map_err(storage)?;
        side.execute_batch("PRAGMA synchronous = NORMAL").map_err(storage)?;
        side.execute_batch(READERS).map_err(storage)?;
        Ok(Self { database, side: Mutex::new(side), known: RwLock::default() })
    }

    /// Does something with the embedded DynamoDB.
    pub(super) fn with<T>(&self, act: impl FnOnce(&Database) -> T) -> T {
        let _exclusive = self.lock();
        act(&self.database)
    }

    /// Does something with the second connection.
    pub(super) fn with_side<T>(
        &self,
        act: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, CloudError> {
        act(&mut self.lock()).map_err(storage)
    }

    /// Does something with both, and nobody comes between.
    pub(super) fn with_both<T>(&self, act: impl FnOnce(&Database, &mut Connection) -> T) -> T {
        let mut side = self.lock();
        act(&self.database, &mut side)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.side.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table, if [`Tables::create`] was called for it since the start.
    pub(super) fn known(&self, name: &str) -> Option<Arc<Table>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Names of the tables whose calls count.
    pub(super) fn counted(&self) -> Vec<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|(_, table)| table.counted).map(|(name, _)| name.clone()).collect()
    }

    /// Names and TTL attributes of the tables that have one.
    pub(super) fn with_ttl(&self) -> Vec<(String, String, Vec<String>)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let of = |(name, table): (&String, &Arc<Table>)| {
            table.ttl.clone().map(|attribute| (name.clone(), attribute, table.keys.clone()))
        };
        known.iter().filter_map(of).collect()
    }

    /// Lets go of a deleted table's stream.
    pub(super) fn forget(&self, name: &str) -> Result<(), CloudError> {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.with_side(|side| side.execute_batch(&format!("DROP TABLE IF EXISTS {}", stream_table(name))))
    }

    /// Creates a table unless it is there with the same keys.
    pub(super) fn create(&self, spec: &TableSpec) -> Result<(), CloudError> {
        let stored = self.with(|database| describe(database, &spec.name))?;
        match stored {
            Some(stored) if shape(&stored) == shape(&create_request(spec)) => {}
            Some(_) => {
                let name = &spec.name;
                return Err(CloudError::Refused(format!("the stored table {name} has other keys or indexes")));
            }
            None => {
                let request = serde_json::from_value(create_request(spec)).map_err(storage)?;
                self.with(|database| database.create_table(request)).map_err(storage)?;
            }
        }
        self.with_side(|side| side.execute_batch(&stream_schema(spec)))?;
        let keys = std::iter::once(&spec.partition).chain(&spec.sort).map(|key| key.name.clone()).collect();
        let table = Table { keys, stream: spec.stream, ttl: spec.ttl.clone(), counted: spec.counted };
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(spec.name.clone(), Arc::new(table));
        Ok(())
    }
}

/// How far each reader of a stream has come.
const READERS: &str = "CREATE TABLE IF NOT EXISTS \"stream-readers\" (
    stream TEXT NOT NULL,
    reader TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (stream, reader)
)";

/// A name of its own for each cloud in memory; both connections share what is under it.
fn memory_address() -> Result<String, CloudError> {
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(storage)?;
    Ok(format!("file:kessai-{}?mode=memory&cache=shared", data_encoding::HEXLOWER.encode(&id)))
}

/// The cause in words, for [`CloudError::Storage`].
pub(super) fn storage(error: impl std::fmt::Display) -> CloudError {
    CloudError::Storage(error.to_string())
}

/// A table's name as an SQL identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The SQL table that holds a DynamoDB table's stream.
pub(super) fn stream_table(table: &str) -> String {
    quoted(&format!("stream:{table}"))
}

/// The embedded DynamoDB replaces a row to put an item, which fires no delete trigger; so the trigger that stands
/// before the insert reads the row that is about to go.
fn stream_schema(spec: &TableSpec) -> String {
    let items = quoted(&spec.name);
    let stream = stream_table(&spec.name);
    let (on_put, on_delete) =
        (quoted(&format!("stream:{}:put", spec.name)), quoted(&format!("stream:{}:delete", spec.name)));
    if spec.stream.is_none() {
        return format!("DROP TRIGGER IF EXISTS {on_put}; DROP TRIGGER IF EXISTS {on_delete};");
    }
    format!(
        "CREATE TABLE IF NOT EXISTS {stream} (
             sequence INTEGER PRIMARY KEY AUTOINCREMENT,
             machine_s REAL NOT NULL DEFAULT (unixepoch('subsec')),
             at_ms INTEGER,
             old TEXT,
             new TEXT,
             expired INTEGER NOT NULL DEFAULT 0
         );
         CREATE TRIGGER IF NOT EXISTS {on_put} BEFORE INSERT ON {items} BEGIN
             INSERT INTO {stream} (old, new)
             VALUES ((SELECT item_json FROM {items} WHERE pk = NEW.pk AND sk = NEW.sk), NEW.item_json);
         END;
         CREATE TRIGGER IF NOT EXISTS {on_delete} AFTER DELETE ON {items} BEGIN
             INSERT INTO {stream} (old, new) VALUES (OLD.item_json, NULL);
         END;"
    )
}

fn describe(database: &Database, name: &str) -> Result<Option<Value>, CloudError> {
    let request = serde_json::from_value(json!({ "TableName": name })).map_err(storage)?;
    match database.describe_table(request) {
        Ok(described) => {
            let described = serde_json::to_value(described).map_err(storage)?;
            Ok(described.get("Table").cloned())
        }
        Err(dynoxide::DynoxideError::ResourceNotFoundException(_)) => Ok(None),
        Err(error) => Err(storage(error)),
    }
}

/// Keys of the table and of its indexes, to compare what is stored with what is wanted.
fn shape(table: &Value) -> BTreeSet<String> {
    let keys = |of: &Value| of.get("KeySchema").map(Value::to_string).unwrap_or_default();
    let indexes = table.get("GlobalSecondaryIndexes").and_then(Value::as_array).into_iter().flatten();
    let name = |index: &Value| index.get("IndexName").and_then(Value::as_str).unwrap_or_default().to_owned();
    indexes.map(|index| format!("{} {}", name(index), keys(index))).chain([keys(table)]).collect()
}

/// The `CreateTable` request of a table.
fn create_request(spec: &TableSpec) -> Value {
    let mut attributes: Vec<&KeyAttribute> = Vec::new();
    let of_indexes = spec.indexes.iter().flat_map(|index| std::iter::once(&index.partition).chain(&index.sort));
    for key in std::iter::once(&spec.partition).chain(&spec.sort).chain(of_indexes) {
        if !attributes.contains(&key) {
            attributes.push(key);
        }
    }
    let definitions: Vec<Value> =
        attributes.iter().map(|key| json!({ "AttributeName": key.name, "AttributeType": letter(key.kind) })).collect();
    let mut request = json!({
        "TableName": spec.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema(&spec.partition, spec.sort.as_ref()),
        "AttributeDefinitions": definitions,
    });
    if let (Some(request), false) = (request.as_object_mut(), spec.indexes.is_empty()) {
        request.insert("GlobalSecondaryIndexes".to_owned(), spec.indexes.iter().map(index_request).collect());
    }
    request
}

fn index_request(index: &IndexSpec) -> Value {
    let projection = match &index.projection {
        Projection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::Include(attributes) => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": attributes }),
        Projection::All => json!({ "ProjectionType": "ALL" }),
    };
    json!({
        "IndexName": index.name,
        "KeySchema": key_schema(&index.partition, index.sort.as_ref()),
        "Projection": projection,
    })
}

fn key_schema(partition: &KeyAttribute, sort: Option<&KeyAttribute>) -> Value {
    let partition = json!({ "AttributeName": partition.name, "KeyType": "HASH" });
    let sort = sort.map(|key| json!({ "AttributeName": key.name, "KeyType": "RANGE" }));
    std::iter::once(partition).chain(sort).collect()
}

fn letter(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Text => "S",
        KeyKind::Number => "N",
        KeyKind::Binary => "B",
    }
}
