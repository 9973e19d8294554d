//! The books of one order: everything that was asked under references with the same first 20 characters, and the rules that decide.
//!
//! A [`Family`] is a plain value. A call is one change of it, stored whole, so that a rule never sees half of another call.

use domain::{Brand, Initiator, Reference, acquirer::DeclineCode};
use jiff::Timestamp;
use outbound::acquirer::{
    Entry, Kind, Outcome,
    wire::{AuthorizeRequest, Verdict},
};
use serde::{Deserialize, Serialize};

use crate::{
    cards::{self, Behaviour},
    fate::{Fate, Hold, refused},
    faults::{self, Fault},
};

/// How often the reversal of …909 fails.
const REVERSAL_FAILURES: u8 = 2;
/// Inquiries beyond this many entries are answered but no longer written down, so that a record stays small however long someone asks.
const MOST_ENTRIES: usize = 1_000;

/// The books of one order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Family {
    records: Vec<Record>,
    entries: Vec<Entry>,
}

/// What one reference stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    reference: Reference,
    subject: Subject,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Subject {
    /// An authorization, and what became of it.
    Authorization { asked: Asked, fate: Fate },
    /// A capture, void, refund or adjustment, and what was answered.
    Operation { kind: Kind, original: Reference, amount: Option<u32>, verdict: Verdict },
    /// Reversed before it was ever seen: it must never be approved.
    Tombstone,
}

/// What an authorization asked for, so far as it may be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    amount: u32,
    capture: bool,
    brand: Option<Brand>,
    last4: String,
}

/// How a call is answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    /// With a decision about this many yen.
    Verdict(Verdict, u64),
    /// With a decision that breaks off.
    Truncated(Verdict, u64),
    /// The reference was used for something else.
    Conflict,
    /// A fault of the acquirer.
    Error,
    /// Overloaded, and asking for a day's patience.
    Busy,
    /// Nothing was done, and nothing is answered.
    NoAnswer,
    /// It was done, but the answer is lost.
    ReplyLost,
}

/// Where an order's money stands. In yen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Authorizations that stand: approved and neither reversed, voided nor lapsed.
    pub standing: u32,
    /// What they are for.
    pub authorized: u64,
    /// What was taken of it.
    pub captured: u64,
    /// What was given back of that.
    pub refunded: u64,
    /// Standing authorizations that the cardholder disputes.
    pub disputed: u32,
}

impl Family {
    /// Decides an authorization.
    pub(crate) fn authorize(&mut self, reference: &Reference, request: &AuthorizeRequest, now: Timestamp) -> Ending {
        self.settle(now);
        let asked = Asked::of(request);
        let ending = match self.subject(reference) {
            Some(Subject::Authorization { asked: before, fate }) if *before == asked => {
                return fate.repeated(reference, asked.amount);
            }
            Some(Subject::Authorization { .. } | Subject::Operation { .. }) => Ending::Conflict,
            Some(Subject::Tombstone) => Ending::Verdict(refused(), u64::from(asked.amount)),
            None => self.decide(reference, request, asked, now),
        };
        let outcome = match &ending {
            Ending::Verdict(Verdict::Approved { .. }, _)
            | Ending::Truncated(..)
            | Ending::ReplyLost
            | Ending::Error => Outcome::Approved,
            Ending::Verdict(..) => Outcome::Declined,
            Ending::Conflict | Ending::Busy => Outcome::Error,
            Ending::NoAnswer => return ending,
        };
        let amount = ending.amount().unwrap_or(u64::from(request.amount));
        self.note(reference, Kind::Authorize, amount, outcome, now);
        ending
    }

    /// The issuer's decision about a new authorization: by the card, then by the amount.
    fn decide(&mut self, reference: &Reference, request: &AuthorizeRequest, asked: Asked, now: Timestamp) -> Ending {
        let disputed = match (cards::behaviour(&request.card.number), &request.card.code) {
            (Behaviour::Approves, _) | (Behaviour::ApprovesWithCodeOnly, Some(_)) => false,
            (Behaviour::ApprovesThenDisputes, _) => true,
            (Behaviour::ApprovesWithCodeOnly, None) => {
                return self.decline(reference, asked, DeclineCode::GenericDecline, Some("05"));
            }
            (Behaviour::Challenges, _) => {
                return self.decline(reference, asked, DeclineCode::AuthenticationRequired, None);
            }
            (Behaviour::Declines(code, network_code), _) => {
                return self.decline(reference, asked, code, network_code);
            }
        };
        let hold = Hold::new(reference, request.amount, request.capture, disputed, now);
        let Some(fault) = faults::fault(request.amount) else { return self.approve(reference, asked, hold) };
        self.go_wrong(fault, reference, asked, hold, request.initiator, now)
    }

    fn go_wrong(
        &mut self,
        fault: Fault,
        reference: &Reference,
        asked: Asked,
        hold: Hold,
        initiator: Initiator,
        now: Timestamp,
    ) -> Ending {
        match fault {
            Fault::NoAnswer => Ending::NoAnswer,
            Fault::Busy => Ending::Busy,
            Fault::NoAnswerHardToReverse => {
                self.write(reference, asked, Fate::Nothing { reversal_failures: REVERSAL_FAILURES }, Ending::NoAnswer)
            }
            Fault::Late => self.write(reference, asked, Fate::late(true, now), Ending::NoAnswer),
            Fault::LateDespiteReversal => self.write(reference, asked, Fate::late(false, now), Ending::NoAnswer),
            Fault::OtherAmount => self.approve(reference, asked, hold.one_more()),
            Fault::ThirdTime if self.attempts() < 2 => {
                self.decline(reference, asked, DeclineCode::DoNotHonor, Some("05"))
            }
            Fault::NotAuthenticated if asks_payer(initiator) => {
                self.decline(reference, asked, DeclineCode::AuthenticationRequired, None)
            }
            Fault::ThirdTime | Fault::NotAuthenticated | Fault::Attempted => self.approve(reference, asked, hold),
            Fault::ReplyLost => self.write(reference, asked, Fate::Approved(hold), Ending::ReplyLost),
            Fault::ServerError => self.write(reference, asked, Fate::Approved(hold), Ending::Error),
            Fault::Truncated => {
                let cut = Ending::Truncated(hold.verdict(reference), hold.authorized);
                self.write(reference, asked, Fate::Approved(hold), cut)
            }
        }
    }

    fn approve(&mut self, reference: &Reference, asked: Asked, hold: Hold) -> Ending {
        let ending = Ending::Verdict(hold.verdict(reference), hold.authorized);
        self.write(reference, asked, Fate::Approved(hold), ending)
    }

    fn decline(
        &mut self,
        reference: &Reference,
        asked: Asked,
        code: DeclineCode,
        network_code: Option<&str>,
    ) -> Ending {
        let fate = Fate::Declined { code, network_code: network_code.map(str::to_owned) };
        let ending = fate.repeated(reference, asked.amount);
        self.write(reference, asked, fate, ending)
    }

    fn write(&mut self, reference: &Reference, asked: Asked, fate: Fate, ending: Ending) -> Ending {
        let subject = Subject::Authorization { asked, fate };
        self.records.push(Record { reference: reference.clone(), subject });
        ending
    }

    /// How many authorizations of this order were seen.
    fn attempts(&self) -> usize {
        self.records.iter().filter(|record| matches!(record.subject, Subject::Authorization { .. })).count()
    }

    /// Decides a capture, void, refund or adjustment of `original`.
    pub(crate) fn operate(
        &mut self,
        kind: Kind,
        reference: &Reference,
        original: &Reference,
        asked: Option<u32>,
        now: Timestamp,
    ) -> Ending {
        self.settle(now);
        match self.subject(reference) {
            Some(Subject::Operation { kind: before, original: of, amount, verdict })
                if *before == kind && of == original && *amount == asked =>
            {
                return Ending::Verdict(verdict.clone(), u64::from(asked.unwrap_or_default()));
            }
            Some(_) => {
                let amount = u64::from(asked.unwrap_or_default());
                self.note(reference, kind, amount, Outcome::Error, now);
                return Ending::Conflict;
            }
            None => {}
        }
        let done = self.fate_mut(original).and_then(|fate| fate.operate(kind, asked, now));
        let (verdict, moved, outcome) = match done {
            Some(moved) => (Verdict::Done, moved, Outcome::Approved),
            None => (refused(), u64::from(asked.unwrap_or_default()), Outcome::Declined),
        };
        self.note(reference, kind, moved, outcome, now);
        let subject = Subject::Operation { kind, original: original.clone(), amount: asked, verdict: verdict.clone() };
        self.records.push(Record { reference: reference.clone(), subject });
        Ending::Verdict(verdict, u64::from(asked.unwrap_or_default()))
    }

    /// Says what became of an authorization.
    pub(crate) fn inquire(&mut self, reference: &Reference, now: Timestamp) -> Ending {
        self.settle(now);
        let (verdict, amount) = match self.fate_mut(reference) {
            None => match self.subject(reference) {
                Some(Subject::Tombstone) => (Verdict::Reversed, 0),
                Some(Subject::Authorization { .. } | Subject::Operation { .. }) | None => (Verdict::NotFound, 0),
            },
            Some(fate) => fate.inquired(reference, now),
        };
        if self.entries.len() < MOST_ENTRIES {
            let outcome = match verdict {
                Verdict::Approved { .. } => Outcome::Approved,
                Verdict::Declined { .. } => Outcome::Declined,
                Verdict::ChallengeRequired { .. }
                | Verdict::Done
                | Verdict::Reversed
                | Verdict::NotFound
                | Verdict::Tombstoned
                | Verdict::NothingHeld => Outcome::NotFound,
            };
            self.note(reference, Kind::Inquire, amount, outcome, now);
        }
        Ending::Verdict(verdict, amount)
    }

    /// Undoes an authorization, and forbids it for ever where it was never seen.
    pub(crate) fn reverse(&mut self, reference: &Reference, now: Timestamp) -> Ending {
        self.settle(now);
        let (ending, outcome) = match self.subject(reference) {
            Some(Subject::Operation { .. }) => (Ending::Conflict, Outcome::Error),
            Some(Subject::Tombstone) => (Ending::Verdict(Verdict::Tombstoned, 0), Outcome::Approved),
            Some(Subject::Authorization { .. }) => match self.fate_mut(reference) {
                Some(fate) => fate.reversed(now),
                None => (Ending::Error, Outcome::Error),
            },
            None => {
                self.records.push(Record { reference: reference.clone(), subject: Subject::Tombstone });
                (Ending::Verdict(Verdict::Tombstoned, 0), Outcome::Approved)
            }
        };
        self.note(reference, Kind::Reverse, ending.amount().unwrap_or(0), outcome, now);
        ending
    }

    /// Late approvals whose time has come take effect, at their own time.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        for record in &mut self.records {
            let Subject::Authorization { asked, fate } = &mut record.subject else { continue };
            let Fate::Late { due, reported: true, .. } = *fate else { continue };
            if due > now {
                continue;
            }
            *fate = Fate::Approved(Hold::new(&record.reference, asked.amount, asked.capture, false, due));
            self.entries.push(Entry {
                reference: record.reference.clone(),
                kind: Kind::Authorize,
                amount: u64::from(asked.amount),
                outcome: Outcome::Approved,
                at: due,
            });
        }
    }

    /// Where the money stands.
    pub(crate) fn totals(&self, now: Timestamp) -> Totals {
        let holds = self.records.iter().filter_map(|record| match &record.subject {
            Subject::Authorization { fate: Fate::Approved(hold), .. } if hold.stands(now) => Some(hold),
            Subject::Authorization { .. } | Subject::Operation { .. } | Subject::Tombstone => None,
        });
        holds.fold(Totals::default(), |sum, hold| Totals {
            standing: sum.standing.saturating_add(1),
            authorized: sum.authorized.saturating_add(hold.authorized),
            captured: sum.captured.saturating_add(hold.captured),
            refunded: sum.refunded.saturating_add(hold.refunded),
            disputed: sum.disputed.saturating_add(u32::from(hold.disputed)),
        })
    }

    /// What happened, in the order of writing; a late approval may be written after what came later.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// When approvals that are still on their way may take effect.
    pub(crate) fn due(&self) -> impl Iterator<Item = Timestamp> {
        self.records.iter().filter_map(|record| match &record.subject {
            Subject::Authorization { fate: Fate::Late { due, .. }, .. } => Some(*due),
            Subject::Authorization { .. } | Subject::Operation { .. } | Subject::Tombstone => None,
        })
    }

    fn subject(&self, reference: &Reference) -> Option<&Subject> {
        self.records.iter().find(|record| record.reference == *reference).map(|record| &record.subject)
    }

    fn fate_mut(&mut self, reference: &Reference) -> Option<&mut Fate> {
        let record = self.records.iter_mut().find(|record| record.reference == *reference)?;
        match &mut record.subject {
            Subject::Authorization { fate, .. } => Some(fate),
            Subject::Operation { .. } | Subject::Tombstone => None,
        }
    }

    fn note(&mut self, reference: &Reference, kind: Kind, amount: u64, outcome: Outcome, at: Timestamp) {
        self.entries.push(Entry { reference: reference.clone(), kind, amount, outcome, at });
    }
}

impl Ending {
    fn amount(&self) -> Option<u64> {
        match self {
            Self::Verdict(_, amount) | Self::Truncated(_, amount) => Some(*amount),
            Self::Conflict | Self::Error | Self::Busy | Self::NoAnswer | Self::ReplyLost => None,
        }
    }
}

impl Asked {
    fn of(request: &AuthorizeRequest) -> Self {
        let card = domain::Pan::parse(&request.card.number).ok();
        Self {
            amount: request.amount,
            capture: request.capture,
            brand: card.as_ref().map(domain::Pan::brand),
            last4: card.as_ref().map(|card| card.last4().to_owned()).unwrap_or_default(),
        }
    }
}

/// 3-D Secure is for the payer who is there; the merchant's own charges go without.
fn asks_payer(initiator: Initiator) -> bool {
    match initiator {
        Initiator::Cardholder => true,
        Initiator::MailOrTelephone | Initiator::MerchantRecurring | Initiator::MerchantUnscheduled => false,
    }
}
