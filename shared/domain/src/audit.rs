//! The audit log: what people did, each entry bound to the one before it by a hash.

mod came;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    LinkId, MerchantId, OrderId, Yen,
    account::{Role, UserId},
    settings::Change,
};

pub use came::{Came, OperationName};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose log.
    pub merchant: MerchantId,
    /// Its place, from 1.
    pub sequence: u64,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub action: Action,
    /// The hash of the entry before; empty for the first.
    pub previous: String,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody at the console.
    User(UserId),
    /// The operator of the installation, by the name given on the command line.
    Operator(String),
    /// A job of ours.
    System,
}

/// What was done. A variant carries what is needed to read the log: never a secret, card data or the text of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "did")]
pub enum Action {
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// Closed a matter that a person had to look at.
    MatterSettled {
        /// Which.
        matter: crate::attention::MatterId,
        /// The payment's order, if it is known.
        order: Option<crate::OrderId>,
    },
    /// Invited somebody.
    Invited {
        /// Whom.
        user: UserId,
        /// As what.
        role: Role,
    },
    /// Changed settings; the operator's bounds are named with `floor.` before them.
    SettingsChanged {
        /// The version of the merchant's record since then.
        version: u32,
        /// Which, and from what to what where that is no secret and no text of the merchant.
        changes: Vec<Change>,
    },
    /// Made the merchant.
    MerchantCreated,
    /// Stopped all five interfaces.
    MerchantSuspended,
    /// Opened them again.
    MerchantResumed,
    /// Closed the merchant for good.
    MerchantClosed,
    /// Asked that the merchant takes real money.
    LiveRequested,
    /// Approved that: another person than who asked.
    LiveApproved,
    /// Made it a test merchant again.
    BackToTest,
    /// Made a payment link.
    LinkMade {
        /// Which.
        link: LinkId,
        /// Its mail was asked for, too.
        sent: bool,
    },
    /// Made payment mails from a file.
    LinksMade {
        /// How many stand.
        count: u32,
        /// They were asked for to be sent, too.
        sent: bool,
    },
    /// Asked for a payment link's mail to be sent.
    LinkSent {
        /// Which.
        link: LinkId,
    },
    /// Revoked a payment link.
    LinkRevoked {
        /// Which.
        link: LinkId,
    },
    /// Asked for a single charge. It stands before a card is tried.
    SingleChargeAsked {
        /// The order.
        order: OrderId,
        /// How much.
        amount: Yen,
    },
    /// A single charge was tried.
    SingleChargeEnded {
        /// The order.
        order: OrderId,
        /// How much.
        amount: Yen,
        /// What came of it.
        came: Came,
    },
    /// Asked for a capture, cancellation, change or refund. It stands before the acquirer is asked.
    OperationAsked {
        /// The order.
        order: OrderId,
        /// What.
        operation: OperationName,
        /// With how much.
        amount: Yen,
    },
    /// A capture, cancellation, change or refund was tried.
    OperationEnded {
        /// The order.
        order: OrderId,
        /// What.
        operation: OperationName,
        /// With how much.
        amount: Yen,
        /// What came of it.
        came: Came,
    },
    /// Had the acquirer asked about what nobody knew.
    AcquirerAsked {
        /// The order.
        order: OrderId,
    },
}

impl Entry {
    /// SHA-256 over the whole entry, the hash before included, in hex.
    pub fn hash(&self) -> String {
        // Field order is that of the struct, so the same entry always gives the same bytes.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        HEXLOWER.encode(&Sha256::digest(&bytes))
    }
}
