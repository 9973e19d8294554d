//! The decision about one authorization: the card, then the payer's authentication, then the issuer, then the fault that the amount asks for.

use domain::{
    Reference,
    acquirer::{DeclineCode, Flow},
};
use jiff::Timestamp;

use super::{Charge, Ending, Family};
use crate::{
    cards::{Behaviour, Manner},
    challenge::{Answer, Challenge},
    fate::{Fate, Hold},
    faults::{self, Fault},
    record::{Asked, Authorization, Record, Subject},
    three_ds::{self, FirstAnswer},
};

/// How often the reversal of …909 fails.
const REVERSAL_FAILURES: u8 = 2;

impl Family {
    /// A new authorization.
    pub(super) fn decide(
        &mut self,
        reference: &Reference,
        charge: &Charge<'_>,
        asked: Asked,
        now: Timestamp,
    ) -> Ending {
        let Charge { request, card, page } = charge;
        let mut authorization = Authorization::new(asked);
        let manner = match card.behaviour {
            Behaviour::Approves(Manner::StoredOnly) if card.on_file || !card.code => {
                return self.decline(reference, authorization, DeclineCode::GenericDecline, Some("05"));
            }
            Behaviour::Approves(Manner::Stopped) if !card.code => {
                return self.decline(reference, authorization, DeclineCode::RevocationOfAuthorization, Some("R1"));
            }
            Behaviour::Approves(manner) => manner,
            Behaviour::Declines(code, network_code) => {
                return self.decline(reference, authorization, code, network_code);
            }
        };
        let Some(three_ds) = &request.three_ds else {
            // Nobody can be asked; an earlier charge that it refers to speaks for it.
            let spoken_for = card.on_file || request.network_id.is_some();
            if manner.wants_challenge() && !spoken_for {
                return self.decline(reference, authorization, DeclineCode::AuthenticationRequired, None);
            }
            return self.issue(reference, authorization, now);
        };
        match three_ds::first_answer(manner, request.amount, three_ds) {
            FirstAnswer::Challenge => {
                authorization.challenge = Some(Challenge::new(page.clone(), three_ds, request, now));
                self.write(reference, authorization, Fate::Challenged)
            }
            FirstAnswer::Frictionless(status) => {
                let brand = authorization.asked.brand;
                authorization.authentication =
                    Some(three_ds::result(reference, brand, status, Flow::Frictionless, now));
                if status.goes_on(three_ds.unavailable) {
                    self.issue(reference, authorization, now)
                } else {
                    self.decline(reference, authorization, DeclineCode::AuthenticationRequired, None)
                }
            }
        }
    }

    /// An authorization whose payer has answered the issuer.
    pub(super) fn conclude(
        &mut self,
        reference: &Reference,
        mut authorization: Authorization,
        challenge: &Challenge,
        answer: Answer,
        now: Timestamp,
    ) -> Ending {
        let Asked { brand, manner, .. } = authorization.asked;
        let status = answer.choice.status(manner);
        authorization.authentication = Some(three_ds::result(reference, brand, status, Flow::Challenge, answer.at));
        if status.goes_on(challenge.unavailable) {
            self.issue(reference, authorization, now)
        } else {
            self.decline(reference, authorization, DeclineCode::AuthenticationRequired, None)
        }
    }

    /// The issuer's decision about the money, and what goes wrong with it.
    fn issue(&mut self, reference: &Reference, authorization: Authorization, now: Timestamp) -> Ending {
        let Asked { amount, capture, manner, .. } = authorization.asked;
        if manner == Some(Manner::ChallengedThenDeclined) {
            return self.decline(reference, authorization, DeclineCode::GenericDecline, Some("05"));
        }
        let hold = Hold::new(reference, amount, capture, manner == Some(Manner::Disputed), now);
        let Some(fault) = faults::fault(amount) else {
            return self.write(reference, authorization, Fate::Approved(hold));
        };
        match fault {
            Fault::NoAnswer => self.leave(reference, authorization, Ending::NoAnswer),
            Fault::Busy => self.leave(reference, authorization, Ending::Busy),
            Fault::NoAnswerHardToReverse => {
                self.write(reference, authorization, Fate::Nothing { reversal_failures: REVERSAL_FAILURES })
            }
            Fault::Late => self.write(reference, authorization, Fate::late(true, now)),
            Fault::LateDespiteReversal => self.write(reference, authorization, Fate::late(false, now)),
            Fault::OtherAmount => self.write(reference, authorization, Fate::Approved(hold.one_more())),
            Fault::ThirdTime if self.attempts_beside(reference) < 2 => {
                self.decline(reference, authorization, DeclineCode::DoNotHonor, Some("05"))
            }
            Fault::ThirdTime => self.write(reference, authorization, Fate::Approved(hold)),
            Fault::ReplyLost => {
                self.write(reference, authorization, Fate::Approved(hold));
                Ending::ReplyLost
            }
            Fault::ServerError => {
                self.write(reference, authorization, Fate::Approved(hold));
                Ending::Error
            }
            Fault::Truncated => match self.write(reference, authorization, Fate::Approved(hold)) {
                Ending::Verdict(verdict, amount) => Ending::Truncated(verdict, amount),
                other @ (Ending::Truncated(..)
                | Ending::Conflict
                | Ending::Error
                | Ending::Busy
                | Ending::NoAnswer
                | Ending::ReplyLost) => other,
            },
        }
    }

    /// Nothing is done. A challenge that was answered is over all the same.
    fn leave(&mut self, reference: &Reference, authorization: Authorization, ending: Ending) -> Ending {
        if authorization.challenge.is_some() {
            self.write(reference, authorization, Fate::Nothing { reversal_failures: 0 });
        }
        ending
    }

    fn decline(
        &mut self,
        reference: &Reference,
        authorization: Authorization,
        code: DeclineCode,
        network_code: Option<&str>,
    ) -> Ending {
        self.write(reference, authorization, Fate::Declined { code, network_code: network_code.map(str::to_owned) })
    }

    /// Writes an authorization with its fate, in place of what stood under the reference.
    fn write(&mut self, reference: &Reference, authorization: Authorization, fate: Fate) -> Ending {
        let authorization = Authorization { fate, ..authorization };
        let ending = authorization.ending(reference);
        let subject = Subject::Authorization(Box::new(authorization));
        match self.records.iter_mut().find(|record| record.reference == *reference) {
            Some(record) => record.subject = subject,
            None => self.records.push(Record { reference: reference.clone(), subject }),
        }
        ending
    }

    /// How many other authorizations of this order were seen.
    fn attempts_beside(&self, reference: &Reference) -> usize {
        let others = self.records.iter().filter(|record| record.reference != *reference);
        others.filter(|record| matches!(record.subject, Subject::Authorization(_))).count()
    }
}
