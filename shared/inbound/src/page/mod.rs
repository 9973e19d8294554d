//! Every page a shopper sees, and the mails after a payment: plain values in, text out. No I/O, no AWS, no clock.
//!
//! A page comes with its [`Policy`], so that the HTTP layer can send headers that allow exactly this page's style, script and form target.

pub mod accent;
mod amount;
mod asset;
mod card_fields;
mod challenge;
mod form;
mod handover;
pub mod inventory;
mod joining;
mod kept;
pub mod mail;
mod notice;
mod plan;
mod policy;
mod receipt;
mod refusal;
mod result;
mod shell;
mod terms;
mod waiting;

pub use accent::Accent;
pub use amount::{AmountForm, amount_form};
pub use asset::Asset;
pub use card_fields::DeclineNotice;
pub use challenge::{Arrival, ChallengeHop, HopPurpose, Returned, challenge, returned};
pub use form::{Entered, FreeEntry, Order, OwnTexts, PaymentForm, payment_form};
pub use handover::{HandOver, HandOverResult, handover};
pub use joining::{ComingCharge, Joining, next_charge};
pub use kept::{DeleteCard, KeptCardPage, KeptCardView, KeptEntry, ManageCard, Owed, Settled, Settling, kept_card};
pub use notice::{NoticePage, error, notice};
pub use plan::{PastCharge, PlanAct, PlanAgree, PlanAsk, PlanDone, PlanOverview, PlanPage, PlanView, agree_text, plan};
pub use policy::{FormTarget, Frames, Policy, Referrer, hash_source};
pub use receipt::{AddresseeProblem, ReceiptPage, receipt};
pub use refusal::{Refusal, refusal};
pub use result::{Contract, Outcome, Receipt, ResultPage, result};
pub use shell::{LanguageSwitch, Shop};
pub use terms::{Offered, Terms};
pub use waiting::{Waiting, WaitingFor, waiting};

/// A rendered page and what its headers must allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The whole document, UTF-8.
    pub html: String,
    /// What the browser may do with it.
    pub policy: Policy,
}
