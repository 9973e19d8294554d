//! What a piece of work cost: time on the clock and time on the processor.

use std::{
    fs,
    ops::AddAssign,
    time::{Duration, Instant},
};

/// Time on the clock and on the processor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu += other.cpu;
    }
}

/// Does some work on this thread; answers its cost, too. The kernel's figure moves by ticks: measure a few hundred milliseconds at least.
pub(crate) async fn cost<T>(work: impl Future<Output = T>) -> (T, Cost) {
    let (start, cpu) = (Instant::now(), thread_cpu());
    let done = work.await;
    (done, Cost { wall: start.elapsed(), cpu: thread_cpu().saturating_sub(cpu) })
}

fn thread_cpu() -> Duration {
    on_cpu("/proc/thread-self/schedstat").unwrap()
}

/// What all threads of a process have used.
pub(crate) fn process_cpu(id: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).unwrap();
    tasks.filter_map(|task| on_cpu(&format!("{}/schedstat", task.ok()?.path().display()))).sum()
}

/// The first number is the time spent on a processor, in nanoseconds (Linux, Documentation/scheduler/sched-stats).
fn on_cpu(path: &str) -> Option<Duration> {
    let line = fs::read_to_string(path).ok()?;
    Some(Duration::from_nanos(line.split(' ').next()?.parse().ok()?))
}

/// The middle one.
pub(crate) fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values[values.len() / 2]
}

/// Milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
