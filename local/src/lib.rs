//! The whole of Kessai on one machine: AWS stood in for in process, the functions wired by the template, a demo shop, pages for people.

pub mod admin;
mod backstage;
pub mod cloud;
pub mod server;
mod shop;
pub mod site;
pub mod template;
pub mod verify;
pub mod world;

/// The machine's clock, for what is administered outside of a [`world::World`].
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the system on one machine is where its time comes from")]
pub fn machine_clock() -> domain::Clock {
    domain::Clock::new(jiff::Timestamp::now)
}

/// Logs of the functions and of the stand-ins to standard error: standard output belongs to the commands.
pub fn telemetry() {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .without_time()
        .init();
}
