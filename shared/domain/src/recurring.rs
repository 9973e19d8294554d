//! What is charged again without the buyer at the page: on which day, how often after a failure, and when never.

pub mod calendar;
pub mod continuation;
pub mod offer;
pub mod plan;
pub mod retry;
pub mod work;
