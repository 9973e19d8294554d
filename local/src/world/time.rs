//! Time passing: due instants one after the other when the clock is moved, a steady drive when it runs by itself.

use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

use super::clock::WorldClock;
use super::{Housekeeping, Inner, World, WorldError};
use crate::cloud::Cloud;
use crate::template::{Schedule, Trigger};

/// The note under which the data directory keeps how far the clock was moved.
const MOVED: &str = "clock-moved-ms";

/// A minute's schedule is run only where something is due; a longer one at each of its instants.
const COALESCED: Duration = Duration::from_secs(60);

/// The functions of [`Housekeeping`].
const HOUSEKEEPING: [&str; 4] = ["AuditSign", "CardRewrap", "RetentionSweep", "SettlementCheck"];

impl World {
    /// Delivers what streams and queues hold until all is quiet. Nothing that waits for a time is waited for.
    ///
    /// # Errors
    /// [`WorldError`] when the stand-in for AWS fails.
    pub async fn settle(&self) -> Result<(), WorldError> {
        let _alone = self.inner.delivery.lock().await;
        self.inner.deliver_all().await
    }

    /// Moves the clock forward and lets everything happen that is due on the way, in order; answers when all is quiet.
    ///
    /// # Errors
    /// [`WorldError`] when the stand-in for AWS fails.
    pub async fn advance(&self, by: Duration) -> Result<Timestamp, WorldError> {
        let _alone = self.inner.delivery.lock().await;
        self.inner.advance(by).await
    }

    /// Runs every schedule once, as at the beginning of a minute.
    ///
    /// # Errors
    /// [`WorldError`] when the stand-in for AWS fails.
    pub async fn run_schedules(&self) -> Result<(), WorldError> {
        let _alone = self.inner.delivery.lock().await;
        self.inner.run_schedules(None).await?;
        self.inner.deliver_all().await
    }

    /// Keeps everything going while the clock runs by itself: deliveries at once, schedules at their instants. Never ends.
    ///
    /// # Errors
    /// [`WorldError`] when the stand-in for AWS fails.
    pub async fn drive(&self) -> Result<(), WorldError> {
        let mut activity = self.inner.cloud.activity();
        let mut minute = minute_of(self.now());
        loop {
            activity.mark_unchanged();
            {
                let _alone = self.inner.delivery.lock().await;
                self.inner.deliver_all().await?;
                if minute_of(self.now()) > minute {
                    self.inner.run_schedules(None).await?;
                    self.inner.cloud.sweep_ttl()?;
                    self.inner.cloud.sweep_objects()?;
                    self.inner.deliver_all().await?;
                }
            }
            minute = minute_of(self.now());
            tokio::select! {
                changed = activity.changed() => { let _still_there = changed; }
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
            }
        }
    }
}

impl Inner {
    async fn advance(&self, by: Duration) -> Result<Timestamp, WorldError> {
        let target = self.clock.after(by);
        let mut longer_from = self.clock.now();
        loop {
            self.deliver_all().await?;
            let message = self.cloud.next_due()?;
            let longer = self.next_longer_schedule(longer_from);
            let run = self.due.next_run();
            let Some(next) = [message, longer, run].into_iter().flatten().min().filter(|at| *at <= target) else {
                break;
            };
            self.clock.move_to(next);
            self.keep_moved()?;
            if longer.is_some_and(|at| at <= next) {
                self.run_schedules(Some(next)).await?;
                longer_from = next;
            } else if run.is_some_and(|at| at <= next) {
                self.run_short_schedules().await?;
            }
        }
        self.clock.move_to(target);
        self.keep_moved()?;
        self.cloud.sweep_ttl()?;
        self.cloud.sweep_objects()?;
        self.run_short_schedules().await?;
        self.deliver_all().await?;
        Ok(self.clock.now())
    }

    /// The first instant after `from` of a schedule that isn't coalesced. Rates count from midnight UTC of 1970.
    fn next_longer_schedule(&self, from: Timestamp) -> Option<Timestamp> {
        let longer = self.schedules().map(|(_, schedule)| schedule).filter(|schedule| schedule.every > COALESCED);
        let next = longer.filter_map(|schedule| {
            let (every_s, from_s) = seconds(schedule)?;
            let past_s = from.as_second().checked_sub(from_s)?;
            let next_s = past_s.div_euclid(every_s).checked_add(1)?.checked_mul(every_s)?.checked_add(from_s)?;
            Timestamp::from_second(next_s).ok()
        });
        next.min()
    }

    /// Runs the schedules of a minute, or, at an instant, those longer ones too whose instant it is.
    async fn run_schedules(&self, at: Option<Timestamp>) -> Result<(), WorldError> {
        let now = at.unwrap_or_else(|| self.clock.now());
        let minute_s = minute_of(now).saturating_mul(60);
        let places: Vec<usize> = self
            .schedules()
            .filter(|(_, schedule)| {
                let is_its_minute = seconds(schedule)
                    .is_some_and(|(every_s, from_s)| minute_s.saturating_sub(from_s).rem_euclid(every_s) == 0);
                schedule.every <= COALESCED || is_its_minute
            })
            .map(|(place, _)| place)
            .collect();
        self.run_functions(&places).await
    }

    async fn run_short_schedules(&self) -> Result<(), WorldError> {
        let places: Vec<usize> =
            self.schedules().filter(|(_, schedule)| schedule.every <= COALESCED).map(|(place, _)| place).collect();
        self.run_functions(&places).await
    }

    async fn run_functions(&self, places: &[usize]) -> Result<(), WorldError> {
        self.due.run_begins(self.clock.now()).await?;
        for place in places {
            let event = super::event::schedule_event(self.clock.now());
            // Lambda doesn't try again either: the next minute does
            if let Err(cause) = self.invoke(*place, event.to_string()).await {
                tracing::warn!(%cause, "a scheduled run failed");
                self.due.run_failed(self.clock.now());
            }
        }
        Ok(())
    }

    fn schedules(&self) -> impl Iterator<Item = (usize, &Schedule)> {
        let rests = |name: &str| self.options.housekeeping == Housekeeping::Rests && HOUSEKEEPING.contains(&name);
        let functions = self.template.functions.iter().enumerate().filter(move |(_, function)| !rests(&function.name));
        functions.flat_map(|(place, function)| {
            function.triggers.iter().filter_map(move |trigger| match trigger {
                Trigger::Schedule(schedule) => Some((place, schedule)),
                Trigger::Route(_) | Trigger::Queue(_) | Trigger::Stream(_) => None,
            })
        })
    }

    fn keep_moved(&self) -> Result<(), WorldError> {
        Ok(self.cloud.set_note(MOVED, &self.clock.moved_ms().to_string())?)
    }
}

/// Brings the clock to where an earlier process had moved it.
pub(super) fn restore(cloud: &Cloud, clock: &Arc<WorldClock>) -> Result<(), WorldError> {
    if let Some(moved_ms) = cloud.note(MOVED)?.and_then(|text| text.parse().ok()) {
        clock.restore(moved_ms);
    }
    Ok(())
}

/// What lies between two calls, and when one of them was after midnight UTC. None: no time at all, which the template refuses.
fn seconds(schedule: &Schedule) -> Option<(i64, i64)> {
    let every_s = i64::try_from(schedule.every.as_secs()).ok().filter(|every_s| *every_s > 0)?;
    Some((every_s, i64::try_from(schedule.from.as_secs()).ok()?))
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}
