//! The audit log: what people did. How entries hang together is in [`audit_chain`](crate::audit_chain).

mod came;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    LinkId, OrderId, Yen,
    account::{Role, UserId},
    api::{KeyId, Scope},
    batch::{BatchId, Counts},
    export::ExportId,
    mail_return::MailAbout,
    recurring::{
        calendar::{Anchor, Cycle},
        continuation::Month,
        offer::OfferId,
        plan::PlanId,
    },
    settings::Change,
    webhook::EndpointId,
};

pub use came::{Came, OperationName};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub action: Action,
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

/// What was done with an endpoint for notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointChange {
    /// Made.
    Made,
    /// What it hears.
    Events,
    /// New keys.
    NewKeys,
    /// The keys before ended at once.
    KeysEnded,
    /// Switched on.
    On,
    /// Switched off.
    Off,
    /// Removed.
    Removed,
}

/// What was done. A variant carries what is needed to read the log: never a secret, card data or the text of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "did")]
pub enum Action {
    /// Signed in.
    SignedIn,
    /// Signed in without the app.
    SignedInByRecoveryCode {
        /// Recovery codes that are left.
        left: u8,
    },
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
    /// Sent somebody the address to join again.
    InvitedAgain {
        /// Whom.
        user: UserId,
    },
    /// Took up an invitation.
    Joined {
        /// As what.
        role: Role,
    },
    /// Set up the app again.
    SecondFactorSetUp,
    /// Set a new password, by mail.
    PasswordSet,
    /// Gave somebody another role.
    RoleChanged {
        /// Whom.
        user: UserId,
        /// The role before.
        from: Role,
        /// The role now.
        to: Role,
    },
    /// Took somebody's app away, to be set up again.
    SecondFactorReset {
        /// Whose.
        user: UserId,
    },
    /// Removed somebody.
    Removed {
        /// Whom.
        user: UserId,
        /// What they were.
        role: Role,
    },
    /// Made, changed or removed an endpoint for notifications.
    EndpointChanged {
        /// Which.
        endpoint: EndpointId,
        /// What was done with it.
        change: EndpointChange,
    },
    /// Had notifications sent again.
    NotificationsSent {
        /// To which endpoint.
        endpoint: EndpointId,
        /// How many.
        count: u32,
    },
    /// Had a period's notifications sent again.
    PeriodSent {
        /// To which endpoint.
        endpoint: EndpointId,
        /// The first day, in Japan.
        from: Date,
        /// The last.
        to: Date,
    },
    /// Sent an endpoint a test, or tried it out.
    EndpointTried {
        /// Which.
        endpoint: EndpointId,
    },
    /// Asked for a download of a search.
    ExportAsked {
        /// Which.
        export: ExportId,
    },
    /// Fetched it.
    ExportFetched {
        /// Which.
        export: ExportId,
    },
    /// Stopped it.
    ExportCancelled {
        /// Which.
        export: ExportId,
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
    /// Made a key of the JSON API.
    ApiKeyMade {
        /// Which.
        key: KeyId,
        /// What it may be used for.
        scopes: Vec<Scope>,
    },
    /// Revoked a key of the JSON API.
    ApiKeyRevoked {
        /// Which.
        key: KeyId,
    },
    /// Made a payment link.
    LinkMade {
        /// Which.
        link: LinkId,
        /// Its mail was asked for, too.
        sent: bool,
    },
    /// Made payment mails from a file.
    LinksMade {
        /// How many; those that stood already count, too.
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
    /// Asked that a batch be charged. It stands before any row of it is.
    BatchConfirmed {
        /// Which.
        batch: BatchId,
        /// Rows that can be charged.
        rows: u32,
        /// What they come to. Yen.
        yen: u64,
    },
    /// Asked that a file that waited be dropped.
    BatchDropped {
        /// Which.
        batch: BatchId,
    },
    /// Asked that a batch be stopped.
    BatchStopped {
        /// Which.
        batch: BatchId,
    },
    /// Made a file ready once more.
    BatchAgain {
        /// The batch that waits now.
        batch: BatchId,
        /// The batch whose file it is.
        of: BatchId,
    },
    /// Fetched a batch's result.
    BatchFetched {
        /// Which.
        batch: BatchId,
    },
    /// Asked for the plan of a month's payments. Nothing is charged by that.
    ContinuationAsked {
        /// The run.
        run: BatchId,
        /// The month that they would be charged for.
        month: Month,
    },
    /// Changed a plan: took payments out, or charges other amounts.
    ContinuationEdited {
        /// The run.
        run: BatchId,
        /// How many payments would be charged since then.
        rows: u32,
        /// What they come to. Yen.
        yen: u64,
    },
    /// Asked that a month's payments be charged again, or let that begin by itself. It stands before any of them is.
    ContinuationConfirmed {
        /// The run; its batch has the same name.
        run: BatchId,
        /// The month that they are charged for.
        month: Month,
        /// How many payments.
        rows: u32,
        /// What they come to. Yen.
        yen: u64,
    },
    /// Cancelled a run before anything was charged.
    ContinuationCancelled {
        /// The run.
        run: BatchId,
        /// The month that it was to charge for.
        month: Month,
    },
    /// Deleted what had been kept for as long as the merchant's settings say: one entry for a run.
    Forgotten {
        /// Kept cards that nobody had paid with.
        cards: u32,
        /// Files.
        files: u32,
    },
    /// Asked that a regular purchase be paused.
    PlanPaused {
        /// Which.
        plan: PlanId,
    },
    /// Asked that it go on.
    PlanResumed {
        /// Which.
        plan: PlanId,
    },
    /// Asked that it end.
    PlanEnded {
        /// Which.
        plan: PlanId,
    },
    /// Asked that a period be let go uncharged.
    PlanSkipped {
        /// Which.
        plan: PlanId,
        /// The period.
        period: u32,
    },
    /// Asked that a period be charged now. It stands before a card is tried.
    PlanChargeAsked {
        /// Which.
        plan: PlanId,
        /// The period.
        period: u32,
        /// How much.
        amount: Yen,
    },
    /// Changed what the following periods cost or how long they are, in the buyer's favour.
    PlanChanged {
        /// Which.
        plan: PlanId,
        /// Each period.
        amount: Yen,
        /// Months to the next.
        cycle: Cycle,
    },
    /// Asked the buyer to agree to a change.
    PlanProposed {
        /// Which.
        plan: PlanId,
        /// Each period.
        amount: Yen,
        /// Months to the next.
        cycle: Cycle,
    },
    /// Took back what the buyer was asked.
    PlanProposalWithdrawn {
        /// Which.
        plan: PlanId,
    },
    /// Moved the day of month.
    PlanDayMoved {
        /// Which.
        plan: PlanId,
        /// The day.
        day: Anchor,
    },
    /// Fetched a list of regular purchases.
    PlansFetched {
        /// How many.
        rows: u32,
    },
    /// Made an offer, or another version of it.
    OfferMade {
        /// Which.
        offer: OfferId,
        /// In which version.
        version: u32,
    },
    /// Withdrew an offer: nobody can join any more.
    OfferWithdrawn {
        /// Which.
        offer: OfferId,
    },
    /// Let mails go again to the address that a mail came back from.
    MailReleased {
        /// What the mail was about.
        about: MailAbout,
    },
    /// Had the acquirer asked about what nobody knew.
    AcquirerAsked {
        /// The order.
        order: OrderId,
    },
    /// A batch ran, to its end or until somebody stopped it: one entry for all its rows.
    BatchEnded {
        /// Which.
        batch: BatchId,
        /// What came of its rows.
        counts: Counts,
    },
    /// What an entry before says was not done: something else came first.
    CameToNothing {
        /// The entry's place.
        entry: u64,
    },
}

/// What an entry's text holds; its time and place stand beside it.
#[derive(Deserialize)]
struct Said {
    by: Actor,
    action: Action,
}

/// The same, to be written.
#[derive(Serialize)]
struct Saying<'a> {
    by: &'a Actor,
    action: &'a Action,
}

impl Entry {
    /// The text that is stored and chained, byte for byte.
    ///
    /// # Errors
    /// None that a value of these types could cause.
    pub fn text(by: &Actor, action: &Action) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Saying { by, action })
    }

    /// Reads a stored text. None: a later version wrote it.
    pub fn read(sequence: u64, at: Timestamp, text: &str) -> Option<Self> {
        let Said { by, action } = serde_json::from_str(text).ok()?;
        Some(Self { sequence, at, by, action })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back() {
        let by = Actor::User(UserId::from_random([7; 10]));
        let action = Action::RoleChanged { user: UserId::from_random([8; 10]), from: Role::Viewer, to: Role::Owner };
        let text = Entry::text(&by, &action).unwrap();
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(Entry::read(3, at, &text), Some(Entry { sequence: 3, at, by, action }));
        assert_eq!(Entry::read(3, at, "{}"), None);
    }
}
