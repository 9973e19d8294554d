//! Notifications from server to server (Standard Webhooks 1.0.0): what a merchant's server is told, how it is signed, where it may go, and when it is told again.

mod address;
mod answer;
mod body;
mod delivery;
pub(crate) mod endpoint;
mod event;
mod form;
mod health;
mod plan;
mod probe;
mod replay;
mod schedule;
mod secret;
mod signature;

pub use address::{EndpointAddress, EndpointAddressError, Refused, check_host, check_ip};
pub use answer::{Answer, Meaning, Unheard};
pub use body::{BODY_LIMIT, body};
pub use delivery::{Attempt, Delivery, DeliveryKey, DeliveryState, Notice, Resolved, Unsent, sending};
pub use endpoint::{Endpoint, EndpointId, EndpointState, Form, SealedKey, Why};
pub use event::{
    BatchFacts, CardFacts, Event, EventId, Facts, Kind, PaymentFacts, Source, of_batch, of_card, of_payment,
};
pub use form::signed_form;
pub use health::{Gate, Health};
pub use plan::{PlanCharge, PlanFacts, of_plan};
pub use probe::{Mark, Probe};
pub use replay::{PageEnd, Replay, ReplayState, Sent};
pub use schedule::{retry_after, wait_after};
pub use secret::{HmacSecret, KeyError, PublicKey, SigningKey};
pub use signature::{HEADERS, NotGenuine, Signed, TOLERANCE, sign, verify};
