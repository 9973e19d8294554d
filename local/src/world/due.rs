//! The minutes at which something is due, seen in what is written: a jump of the clock stops at these and skips the rest.

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::keys::{DUE, DUE_INDEX, DueMinute};
use store::{Cursor, DueCursor, Table};

use super::WorldError;
use crate::cloud::StreamRecord;

/// The minutes that hold entries.
pub(super) struct Due {
    minutes: Mutex<BTreeSet<DueMinute>>,
    last_run: Mutex<Timestamp>,
    cursors: [DueCursor; 2],
}

impl Due {
    /// Finds what an earlier process left. A scan of the small index: nothing that is deployed does this.
    pub(super) async fn load(sdk: &SdkConfig, table: &str) -> Result<Self, WorldError> {
        let mut minutes = BTreeSet::new();
        let client = Client::new(sdk);
        let mut pages = client.scan().table_name(table).index_name(DUE_INDEX).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(WorldError::outside)?;
            minutes.extend(item.get(DUE).and_then(|due| due.as_s().ok()).and_then(|due| DueMinute::parse(due)));
        }
        Ok(Self {
            minutes: Mutex::new(minutes),
            last_run: Mutex::new(Timestamp::UNIX_EPOCH),
            cursors: [DueCursor::new(Table::new(sdk, table)), DueCursor::of_notifications(Table::new(sdk, table))],
        })
    }

    /// Takes the minutes from what was written.
    pub(super) fn note(&self, records: &[StreamRecord]) {
        let due = records.iter().filter_map(|record| record.event.pointer("/dynamodb/NewImage/due/S")?.as_str());
        lock(&self.minutes).extend(due.filter_map(DueMinute::parse));
    }

    /// The run failed: the next minute is the retry.
    pub(super) fn run_failed(&self, now: Timestamp) {
        lock(&self.minutes).insert(DueMinute::reached(now).next());
    }

    /// When the minute's schedule has to run next so that nothing due is late: at the minute itself, and once more a minute later
    /// for what the first run left.
    pub(super) fn next_run(&self) -> Option<Timestamp> {
        let last = *lock(&self.last_run);
        let minutes = lock(&self.minutes);
        minutes.iter().flat_map(|minute| [minute.starts_at(), minute.next().starts_at()]).filter(|at| *at > last).min()
    }

    /// The schedules run now. Their cursors are brought to the first minute that holds anything, for what lies between is empty.
    pub(super) async fn run_begins(&self, now: Timestamp) -> Result<(), WorldError> {
        *lock(&self.last_run) = now;
        let mut stored = Vec::with_capacity(self.cursors.len());
        for cursor in &self.cursors {
            stored.push(cursor.load().await.map_err(WorldError::outside)?);
        }
        // a minute before every cursor is done; an hour is kept for what is written late
        if let Some(done) = stored.iter().map(|cursor| cursor.map(|cursor| cursor.minute)).min().flatten() {
            lock(&self.minutes).retain(|minute| *minute >= done.earlier(60));
        }
        for (cursor, stored) in self.cursors.iter().zip(stored) {
            self.bring_up(cursor, stored, now).await?;
        }
        Ok(())
    }

    async fn bring_up(&self, cursor: &DueCursor, stored: Option<Cursor>, now: Timestamp) -> Result<(), WorldError> {
        let reached = DueMinute::reached(now);
        let (target, behind) = {
            let minutes = lock(&self.minutes);
            let from = match stored {
                Some(cursor) => minutes.range(cursor.minute..).next(),
                None => minutes.first(),
            };
            let target = from.map_or(reached, |first| reached.min(*first));
            (target, stored.is_none_or(|cursor| cursor.minute < target))
        };
        if behind {
            let moved = Cursor { minute: target, outage: stored.is_some_and(|cursor| cursor.outage) };
            cursor.advance(stored, moved).await.map_err(WorldError::outside)?;
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
