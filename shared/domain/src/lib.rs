//! Values and decisions of Kessai: money, identity, cards, payment states, merchants' settings, requests, signatures.
//!
//! Nothing here waits, reads a clock, calls anyone or knows AWS: every decision about money can be tested with plain values.

pub mod account;
pub mod acquirer;
pub mod api;
pub mod attention;
pub mod audit;
pub mod audit_chain;
pub mod batch;
pub mod card;
mod causes;
pub mod clock;
pub mod csv;
pub mod export;
pub mod guard;
pub mod handover;
pub mod id;
pub mod integration;
pub mod lang;
pub mod link;
pub mod lockout;
pub mod mail_return;
pub mod merchant;
pub mod money;
pub mod password;
pub mod payment;
pub mod recovery;
pub mod recurring;
pub mod request;
pub mod search;
pub mod settings;
pub mod signing;
pub mod tell;
pub mod text;
pub mod totp;
pub mod tries;
pub mod webhook;
pub mod wire;

pub use acquirer::{Approval, Decline, Initiator};
pub use card::{Brand, CardDetails, CardError, CardOwner, Expiry, KeptCard, MaskedCard, Pan, SecurityCode};
pub use causes::Causes;
pub use clock::Clock;
pub use id::{
    ActorId, CardId, Fingerprint, IdError, LeaseId, LinkId, MerchantId, Nonce, OrderId, PaymentKey, PaymentNumber,
    Reference,
};
pub use lang::Lang;
pub use merchant::Merchant;
pub use money::Yen;
pub use password::{Password, WeakPassword};
pub use payment::{Payment, State};
pub use recovery::{RecoveryCode, RecoveryDigests};
pub use totp::TotpSecret;
