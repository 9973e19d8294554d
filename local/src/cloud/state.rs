//! Everything but tables and objects: queues, mails, keys and notes, in one SQLite file; and how such a file is opened.

use super::CloudError;
use super::tables::storage;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queue (
        name TEXT PRIMARY KEY,
        visibility_ms INTEGER NOT NULL,
        delay_ms INTEGER NOT NULL,
        dead_letters TEXT,
        max_receive_count INTEGER
    );
    CREATE TABLE IF NOT EXISTS message (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        id TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        sent_ms INTEGER NOT NULL,
        visible_ms INTEGER NOT NULL,
        receive_count INTEGER NOT NULL DEFAULT 0,
        first_received_ms INTEGER,
        receipt TEXT,
        came_from TEXT
    );
    CREATE INDEX IF NOT EXISTS message_by_queue ON message (queue, visible_ms);
    CREATE TABLE IF NOT EXISTS tenant (message INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TRIGGER IF NOT EXISTS tenant_of_none AFTER DELETE ON message BEGIN
        DELETE FROM tenant WHERE message = OLD.sequence;
    END;
    CREATE TABLE IF NOT EXISTS mail (sequence INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS key (id TEXT PRIMARY KEY, alias TEXT, material BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";

/// The file, or the memory standing in for it.
pub(super) struct State {
    connection: Mutex<Connection>,
}

impl State {
    pub(super) fn open(data_dir: Option<&Path>) -> Result<Self, CloudError> {
        Self::open_file(data_dir, "state.db", SCHEMA)
    }

    /// A file of its own for something else.
    pub(super) fn open_file(data_dir: Option<&Path>, name: &str, schema: &str) -> Result<Self, CloudError> {
        let connection = match data_dir {
            Some(directory) => Connection::open(directory.join(name)),
            None => Connection::open_in_memory(),
        };
        let connection = connection.map_err(storage)?;
        // what was committed survives the end of the process; only a power cut may take the last
        // what is deleted is overwritten: a file with card numbers must not stay behind in pages that are free
        let durability = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;";
        connection.execute_batch(durability).map_err(storage)?;
        connection.execute_batch(schema).map_err(storage)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Does something in a transaction of its own; an error undoes it.
    pub(super) fn with<T>(&self, act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, CloudError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
        let done = act(&transaction).map_err(storage)?;
        transaction.commit().map_err(storage)?;
        Ok(done)
    }

    pub(super) fn note(&self, name: &str) -> Result<Option<String>, CloudError> {
        let select = "SELECT value FROM note WHERE name = ?1";
        self.with(|state| state.query_row(select, params![name], |row| row.get(0)).optional())
    }

    pub(super) fn set_note(&self, name: &str, value: &str) -> Result<(), CloudError> {
        let upsert = "INSERT OR REPLACE INTO note (name, value) VALUES (?1, ?2)";
        self.with(|state| state.execute(upsert, params![name, value]).map(drop))
    }
}
