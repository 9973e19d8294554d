//! Whatever Kessai calls besides its table: the acquirer, queues, mail, keys, objects, merchants' servers.
//!
//! No type of an SDK stands in a public signature but `SdkConfig`.

pub mod acquirer;
mod error;
pub mod http;
pub mod keys;
pub mod mail;
pub mod notify;
pub mod objects;
pub mod queue;
pub mod vault;

pub use acquirer::Acquirer;
pub use error::OutboundError;
pub use keys::AppKey;
pub use mail::{Mail, Mailer};
pub use notify::Notifier;
pub use objects::Objects;
pub use queue::{Queue, Queued};
pub use vault::CardKey;
