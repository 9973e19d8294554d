//! Captures, voids, refunds and adjustments: carried out by the rules of the books, with what goes wrong, and what happens to them by itself.

use domain::{Reference, acquirer::DeclineCode};
use jiff::Timestamp;
use outbound::acquirer::{Kind, Outcome, wire::Verdict};

use super::{Ending, Family};
use crate::{
    fate::{Fate, refused},
    faults::{self, OperationFault},
    record::{AskedOperation, LateOperation, Record, Subject},
};

impl Family {
    /// A new operation, with the fault that its amount asks for.
    pub(super) fn carry_out(&mut self, reference: &Reference, asked: AskedOperation, now: Timestamp) -> Ending {
        let Some(fault) = self.fault_of(&asked) else { return self.decide_operation(reference, asked, now) };
        match fault {
            OperationFault::NoAnswer => Ending::NoAnswer,
            OperationFault::Late => self.postpone(reference, LateOperation::new(asked, true, now)),
            OperationFault::LateDespiteWithdrawal => self.postpone(reference, LateOperation::new(asked, false, now)),
            OperationFault::Refused => {
                let code = DeclineCode::DoNotHonor;
                let network_code = Some("05".to_owned());
                let verdict = Verdict::Declined { code, network_code, advice_code: None, authentication: None };
                let amount = u64::from(asked.amount.unwrap_or_default());
                self.note(reference, asked.kind, amount, Outcome::Declined, now);
                self.write_operation(reference, asked, verdict)
            }
            OperationFault::NotSupported => {
                Ending::Verdict(Verdict::NotSupported, u64::from(asked.amount.unwrap_or_default()))
            }
            OperationFault::ReplyLost => {
                self.decide_operation(reference, asked, now);
                Ending::ReplyLost
            }
            OperationFault::ServerError => {
                self.decide_operation(reference, asked, now);
                Ending::Error
            }
        }
    }

    /// An operation, by the rules of the books alone.
    fn decide_operation(&mut self, reference: &Reference, asked: AskedOperation, now: Timestamp) -> Ending {
        let AskedOperation { kind, original, amount } = &asked;
        let done = self.authorization_mut(original).and_then(|original| original.fate.operate(*kind, *amount, now));
        let (verdict, moved, outcome) = match done {
            Some(moved) => (Verdict::Done, moved, Outcome::Approved),
            None => (refused(), u64::from(amount.unwrap_or_default()), Outcome::Declined),
        };
        self.note(reference, *kind, moved, outcome, now);
        self.write_operation(reference, asked, verdict)
    }

    fn write_operation(&mut self, reference: &Reference, asked: AskedOperation, verdict: Verdict) -> Ending {
        let AskedOperation { kind, original, amount } = asked;
        let subject = Subject::Operation { kind, original, amount, verdict: Box::new(verdict.clone()) };
        match self.subject_mut(reference) {
            Some(before) => *before = subject,
            None => self.records.push(Record { reference: reference.clone(), subject }),
        }
        Ending::Verdict(verdict, u64::from(amount.unwrap_or_default()))
    }

    fn postpone(&mut self, reference: &Reference, late: LateOperation) -> Ending {
        self.records.push(Record { reference: reference.clone(), subject: Subject::Late(Box::new(late)) });
        Ending::NoAnswer
    }

    /// What goes wrong, where it would be done.
    fn fault_of(&self, asked: &AskedOperation) -> Option<OperationFault> {
        let amount = match (asked.amount, self.subject(&asked.original)) {
            (Some(amount), _) => u64::from(amount),
            (None, Some(Subject::Authorization(original))) => match &original.fate {
                Fate::Approved(hold) => hold.authorized,
                Fate::Challenged | Fate::Declined { .. } | Fate::Late { .. } | Fate::Nothing { .. } | Fate::Gone => {
                    return None;
                }
            },
            (None, Some(Subject::Operation { .. } | Subject::Late(_) | Subject::Tombstone) | None) => return None,
        };
        faults::operation_fault(amount)
    }

    /// Operations that are not there yet.
    pub(super) fn late(&self) -> impl Iterator<Item = (&Reference, &LateOperation)> {
        self.records.iter().filter_map(|record| match &record.subject {
            Subject::Late(late) => Some((&record.reference, &**late)),
            Subject::Authorization(_) | Subject::Operation { .. } | Subject::Tombstone => None,
        })
    }

    /// Late operations take effect.
    pub(super) fn carry_out_late(&mut self, now: Timestamp) {
        let due = self.late().filter(|(_, late)| late.reported && late.due <= now);
        let due: Vec<_> = due.map(|(reference, late)| (reference.clone(), late.asked.clone(), late.due)).collect();
        for (reference, asked, at) in due {
            self.decide_operation(&reference, asked, at);
        }
    }

    /// Cardholders dispute what was taken.
    pub(super) fn dispute(&mut self, now: Timestamp) {
        let mut disputed = Vec::new();
        for Record { reference, subject } in &mut self.records {
            let Subject::Authorization(authorization) = subject else { continue };
            let Fate::Approved(hold) = &mut authorization.fate else { continue };
            if let Some(at) = hold.dispute_due().filter(|at| *at <= now) {
                hold.disputed = true;
                disputed.push((reference.clone(), hold.captured.saturating_sub(hold.refunded), at));
            }
        }
        for (reference, amount, at) in disputed {
            self.note(&reference, Kind::Dispute, amount, Outcome::Approved, at);
        }
    }
}
