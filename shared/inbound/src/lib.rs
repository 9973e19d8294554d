//! Whatever calls Kessai: requests and forms, seals, events, settings, telemetry, page layout.

mod card_form;
pub mod checkout;
mod client;
mod config;
pub mod continuation;
pub mod events;
pub mod http;
mod keyring;
pub mod links;
pub mod merchants;
pub mod notification;
mod pace;
pub mod page;
pub mod telemetry;

pub use card_form::CardForm;
pub use checkout::Checkout;
pub use config::{Config, ConfigError, Stage};
pub use keyring::{Keyring, KeyringError, Lapse, SealError, Sealed, random};
pub use merchants::{Merchants, OpenedMerchant};
pub use pace::Pace;
