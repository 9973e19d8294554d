//! The books of one order: everything that was asked under references with the same first 20 characters, and the rules that decide.
//!
//! A [`Family`] is a plain value. A call is one change of it, stored whole, so that a rule never sees half of another call.

mod decide;
mod operations;

use domain::{Brand, Reference};
use jiff::Timestamp;
use outbound::acquirer::{
    Entry, Kind, Outcome, Totals,
    wire::{AuthorizeRequest, Verdict},
};
use serde::{Deserialize, Serialize};

use crate::{
    cards::{Kept, Presented},
    challenge::{Answer, Challenge, Choice},
    fate::{Fate, Hold, refused},
    record::{Asked, AskedOperation, Authorization, Record, Subject},
};

/// Inquiries beyond this many entries are answered but no longer written down, so that a record stays small however long someone asks.
const MOST_ENTRIES: usize = 1_000;

/// The books of one order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Family {
    records: Vec<Record>,
    entries: Vec<Entry>,
}

/// An authorization as it came, with its card looked up and the page that a challenge would have.
#[derive(Debug)]
pub(crate) struct Charge<'a> {
    pub(crate) request: &'a AuthorizeRequest,
    pub(crate) card: Presented,
    pub(crate) page: String,
}

/// A challenge as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) challenge: Challenge,
    pub(crate) stage: Stage,
    pub(crate) amount: u32,
    pub(crate) card: Option<(Brand, String)>,
    /// What the payer's first choice makes of the authentication.
    pub(crate) status: domain::acquirer::TransStatus,
}

/// How far a challenge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The payer may choose.
    Open,
    /// The payer has chosen.
    Answered,
    /// Too late, or called off.
    Over,
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

impl Family {
    /// Decides an authorization.
    pub(crate) fn authorize(&mut self, reference: &Reference, charge: &Charge<'_>, now: Timestamp) -> Ending {
        self.settle(now);
        let request = charge.request;
        let asked = Asked::new(request, &charge.card);
        let ending = match self.subject(reference) {
            Some(Subject::Authorization(before)) if before.asked == asked => return before.ending(reference),
            Some(Subject::Authorization(_) | Subject::Operation { .. } | Subject::Late(_)) => Ending::Conflict,
            Some(Subject::Tombstone) => Ending::Verdict(refused(), u64::from(asked.amount)),
            None => self.decide(reference, charge, asked, now),
        };
        self.note_authorization(reference, &ending, request.amount, now);
        ending
    }

    /// Decides an authorization whose payer was sent to the issuer; the same question again is asked in vain while the payer has not chosen.
    pub(crate) fn finish_challenge(&mut self, reference: &Reference, now: Timestamp) -> Ending {
        self.settle(now);
        let authorization = match self.subject(reference) {
            Some(Subject::Authorization(authorization)) => authorization.clone(),
            Some(Subject::Operation { .. } | Subject::Late(_)) => return Ending::Conflict,
            Some(Subject::Tombstone) => return Ending::Verdict(refused(), 0),
            None => return Ending::Verdict(Verdict::NotFound, 0),
        };
        let answered = authorization.challenge.as_ref().filter(|_| authorization.fate == Fate::Challenged);
        let Some((challenge, answer)) = answered.and_then(|c| Some((c.clone(), c.answer?))) else {
            return authorization.ending(reference);
        };
        let amount = authorization.asked.amount;
        let ending = self.conclude(reference, *authorization, &challenge, answer, now);
        self.note_authorization(reference, &ending, amount, now);
        ending
    }

    /// The challenge of an authorization, for its page.
    pub(crate) fn challenge(&self, reference: &Reference) -> Option<Shown> {
        let Some(Subject::Authorization(authorization)) = self.subject(reference) else { return None };
        let Authorization { asked, fate, challenge, .. } = &**authorization;
        let challenge = challenge.as_ref()?;
        let stage = match (fate, challenge.answer) {
            (Fate::Gone, _) => Stage::Over,
            (_, Some(_)) => Stage::Answered,
            (Fate::Challenged, None) => Stage::Open,
            (Fate::Approved(_) | Fate::Declined { .. } | Fate::Late { .. } | Fate::Nothing { .. }, None) => Stage::Over,
        };
        let chosen = challenge.answer.map_or(Choice::Cancel, |answer| answer.choice);
        Some(Shown {
            challenge: challenge.clone(),
            stage,
            amount: asked.amount,
            card: asked.brand.map(|brand| (brand, asked.last4.clone())),
            status: chosen.status(asked.manner),
        })
    }

    /// The payer chooses, once.
    pub(crate) fn answer(&mut self, reference: &Reference, choice: Choice, now: Timestamp) {
        self.settle(now);
        let Some(authorization) = self.authorization_mut(reference) else { return };
        let amount = u64::from(authorization.asked.amount);
        let open = authorization.fate == Fate::Challenged;
        let Some(challenge) = authorization.challenge.as_mut().filter(|c| open && c.answer.is_none()) else { return };
        challenge.answer = Some(Answer { choice, at: now });
        let outcome = match choice {
            Choice::Pass => Outcome::Approved,
            Choice::Fail | Choice::Cancel => Outcome::Declined,
        };
        self.note(reference, Kind::Challenge, amount, outcome, now);
    }

    /// The card that an approval of this reference brought into the acquirer's keeping. It stays when the money is given back.
    pub(crate) fn kept(&self, reference: &Reference) -> Option<Kept> {
        let approved =
            |e: &Entry| e.reference == *reference && e.kind == Kind::Authorize && e.outcome == Outcome::Approved;
        match self.subject(reference) {
            Some(Subject::Authorization(authorization)) if self.entries.iter().any(approved) => {
                authorization.asked.card()
            }
            Some(Subject::Authorization(_) | Subject::Operation { .. } | Subject::Late(_) | Subject::Tombstone)
            | None => None,
        }
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
                return Ending::Verdict((**verdict).clone(), u64::from(asked.unwrap_or_default()));
            }
            Some(Subject::Late(_)) => return Ending::NoAnswer,
            Some(Subject::Tombstone) => {
                let amount = u64::from(asked.unwrap_or_default());
                self.note(reference, kind, amount, Outcome::Declined, now);
                return Ending::Verdict(refused(), amount);
            }
            Some(Subject::Authorization(_) | Subject::Operation { .. }) => {
                let amount = u64::from(asked.unwrap_or_default());
                self.note(reference, kind, amount, Outcome::Error, now);
                return Ending::Conflict;
            }
            None => {}
        }
        let asked = AskedOperation { kind, original: original.clone(), amount: asked };
        self.carry_out(reference, asked, now)
    }

    /// Says what became of a capture, void, refund or adjustment.
    pub(crate) fn inquire_operation(&mut self, reference: &Reference, now: Timestamp) -> Ending {
        self.settle(now);
        let ending = match self.subject_mut(reference) {
            Some(Subject::Authorization(_)) => Ending::Conflict,
            Some(Subject::Operation { amount, verdict, .. }) => {
                Ending::Verdict((**verdict).clone(), u64::from(amount.unwrap_or_default()))
            }
            Some(Subject::Late(late)) => {
                late.report(now);
                Ending::Verdict(Verdict::NotFound, 0)
            }
            Some(Subject::Tombstone) | None => Ending::Verdict(Verdict::NotFound, 0),
        };
        if self.entries.len() < MOST_ENTRIES {
            let outcome = match &ending {
                Ending::Verdict(Verdict::Done, _) => Outcome::Approved,
                Ending::Verdict(Verdict::Declined { .. }, _) => Outcome::Declined,
                Ending::Verdict(..)
                | Ending::Truncated(..)
                | Ending::Conflict
                | Ending::Error
                | Ending::Busy
                | Ending::NoAnswer
                | Ending::ReplyLost => Outcome::NotFound,
            };
            self.note(reference, Kind::Inquire, 0, outcome, now);
        }
        ending
    }

    /// Forbids an operation that was never seen; says what became of one that was.
    pub(crate) fn withdraw(&mut self, reference: &Reference, now: Timestamp) -> Ending {
        self.settle(now);
        let ending = match self.subject_mut(reference) {
            Some(Subject::Authorization(_)) => Ending::Conflict,
            Some(Subject::Operation { amount, verdict, .. }) => {
                return Ending::Verdict((**verdict).clone(), u64::from(amount.unwrap_or_default()));
            }
            Some(Subject::Late(late)) if !late.heeds_withdrawal => {
                late.report(now);
                Ending::Verdict(Verdict::NothingHeld, 0)
            }
            Some(subject) => {
                *subject = Subject::Tombstone;
                Ending::Verdict(Verdict::Tombstoned, 0)
            }
            None => {
                self.records.push(Record { reference: reference.clone(), subject: Subject::Tombstone });
                Ending::Verdict(Verdict::Tombstoned, 0)
            }
        };
        self.note(reference, Kind::Withdraw, 0, Outcome::Approved, now);
        ending
    }

    /// Says what became of an authorization.
    pub(crate) fn inquire(&mut self, reference: &Reference, now: Timestamp) -> Ending {
        self.settle(now);
        let (verdict, amount) = match self.authorization_mut(reference) {
            None => match self.subject(reference) {
                Some(Subject::Tombstone) => (Verdict::Reversed, 0),
                Some(Subject::Authorization(_) | Subject::Operation { .. } | Subject::Late(_)) | None => {
                    (Verdict::NotFound, 0)
                }
            },
            Some(authorization) => authorization.inquired(reference, now),
        };
        if self.entries.len() < MOST_ENTRIES {
            let outcome = match verdict {
                Verdict::Approved { .. } => Outcome::Approved,
                Verdict::Declined { .. } => Outcome::Declined,
                Verdict::ChallengeRequired { .. } => Outcome::Pending,
                Verdict::Done
                | Verdict::Reversed
                | Verdict::NotFound
                | Verdict::Tombstoned
                | Verdict::NothingHeld
                | Verdict::NotSupported => Outcome::NotFound,
            };
            self.note(reference, Kind::Inquire, amount, outcome, now);
        }
        Ending::Verdict(verdict, amount)
    }

    /// Undoes an authorization, and forbids it for ever where it was never seen.
    pub(crate) fn reverse(&mut self, reference: &Reference, now: Timestamp) -> Ending {
        self.settle(now);
        let (ending, outcome) = match self.subject(reference) {
            Some(Subject::Operation { .. } | Subject::Late(_)) => (Ending::Conflict, Outcome::Error),
            Some(Subject::Tombstone) => (Ending::Verdict(Verdict::Tombstoned, 0), Outcome::Approved),
            Some(Subject::Authorization(_)) => match self.authorization_mut(reference) {
                Some(authorization) => authorization.fate.reversed(now),
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

    /// What happens by itself, at its own time: late approvals and operations take effect, issuers stop waiting for their payers, and cardholders dispute.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        self.settle_authorizations(now);
        self.carry_out_late(now);
        self.dispute(now);
    }

    fn settle_authorizations(&mut self, now: Timestamp) {
        for Record { reference, subject } in &mut self.records {
            let Subject::Authorization(authorization) = subject else { continue };
            let amount = authorization.asked.amount;
            let (outcome, at) = match (&authorization.fate, &authorization.challenge) {
                (Fate::Late { due, reported: true, .. }, _) if *due <= now => {
                    let due = *due;
                    authorization.fate =
                        Fate::Approved(Hold::new(reference, amount, authorization.asked.capture, false, due));
                    (Outcome::Approved, due)
                }
                (Fate::Challenged, Some(challenge)) if challenge.expired(now) => {
                    let expires = challenge.expires;
                    authorization.expire(reference, expires);
                    (Outcome::Declined, expires)
                }
                _ => continue,
            };
            let (reference, amount) = (reference.clone(), u64::from(amount));
            let order = authorization.asked.order.clone();
            self.entries.push(Entry { reference, kind: Kind::Authorize, amount, outcome, at, order });
        }
    }

    /// Where the money stands.
    pub(crate) fn totals(&self, now: Timestamp) -> Totals {
        let holds = self.authorizations().filter_map(|authorization| match &authorization.fate {
            Fate::Approved(hold) if hold.stands(now) => Some(hold),
            Fate::Challenged
            | Fate::Approved(_)
            | Fate::Declined { .. }
            | Fate::Late { .. }
            | Fate::Nothing { .. }
            | Fate::Gone => None,
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

    /// When something may happen by itself.
    pub(crate) fn due(&self) -> impl Iterator<Item = Timestamp> {
        let authorizations =
            self.authorizations().filter_map(|authorization| match (&authorization.fate, &authorization.challenge) {
                (Fate::Late { due, .. }, _) => Some(*due),
                (Fate::Challenged, Some(challenge)) => Some(challenge.expires),
                (Fate::Approved(hold), _) => hold.dispute_due(),
                _ => None,
            });
        authorizations.chain(self.late().map(|(_, late)| late.due))
    }

    fn authorizations(&self) -> impl Iterator<Item = &Authorization> {
        self.records.iter().filter_map(|record| match &record.subject {
            Subject::Authorization(authorization) => Some(&**authorization),
            Subject::Operation { .. } | Subject::Late(_) | Subject::Tombstone => None,
        })
    }

    fn subject_mut(&mut self, reference: &Reference) -> Option<&mut Subject> {
        self.records.iter_mut().find(|record| record.reference == *reference).map(|record| &mut record.subject)
    }

    fn subject(&self, reference: &Reference) -> Option<&Subject> {
        self.records.iter().find(|record| record.reference == *reference).map(|record| &record.subject)
    }

    fn authorization_mut(&mut self, reference: &Reference) -> Option<&mut Authorization> {
        let record = self.records.iter_mut().find(|record| record.reference == *reference)?;
        match &mut record.subject {
            Subject::Authorization(authorization) => Some(authorization),
            Subject::Operation { .. } | Subject::Late(_) | Subject::Tombstone => None,
        }
    }

    /// One entry for each decision; nothing that is unanswered because nothing was done.
    fn note_authorization(&mut self, reference: &Reference, ending: &Ending, asked: u32, now: Timestamp) {
        let (kind, outcome) = match ending {
            Ending::Verdict(Verdict::ChallengeRequired { .. }, _) => (Kind::Challenge, Outcome::Pending),
            Ending::Verdict(Verdict::Approved { .. }, _)
            | Ending::Truncated(..)
            | Ending::ReplyLost
            | Ending::Error => (Kind::Authorize, Outcome::Approved),
            Ending::Verdict(..) => (Kind::Authorize, Outcome::Declined),
            Ending::Conflict | Ending::Busy => (Kind::Authorize, Outcome::Error),
            Ending::NoAnswer => return,
        };
        self.note(reference, kind, ending.amount().unwrap_or(u64::from(asked)), outcome, now);
    }

    fn note(&mut self, reference: &Reference, kind: Kind, amount: u64, outcome: Outcome, at: Timestamp) {
        // Every operation on an order is listed with the name that its authorization gave.
        let order = self.authorizations().find_map(|authorization| authorization.asked.order.clone());
        self.entries.push(Entry { reference: reference.clone(), kind, amount, outcome, at, order });
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
