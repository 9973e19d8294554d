//! "Check my endpoint": notifications as an attacker and a bad network send them, and what a good endpoint answers.

use super::{Answer, answer::Meaning, health::SLOW_MS};

/// How an endpoint is tried out, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// A genuine one.
    Genuine,
    /// The same again, with the same id.
    Duplicate,
    /// An older state of the same object, after the newer.
    OutOfOrder,
    /// One whose body was changed after it was signed.
    ChangedBody,
    /// One that is signed under a key of nobody's.
    ForeignKey,
    /// A genuine one of an hour ago, sent again by somebody who had seen it.
    Replayed,
}

/// How an endpoint did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As it should.
    Good,
    /// Well, and so slowly that a busy hour would be too much.
    Slow,
    /// It took what it should refuse.
    Believed,
    /// It refused what it should take.
    Refused,
    /// It answered nothing.
    Silent,
}

impl Probe {
    /// All, in order.
    pub const ALL: [Self; 6] =
        [Self::Genuine, Self::Duplicate, Self::OutOfOrder, Self::ChangedBody, Self::ForeignKey, Self::Replayed];

    /// Whether a good endpoint takes it.
    const fn is_to_be_taken(self) -> bool {
        match self {
            Self::Genuine | Self::Duplicate | Self::OutOfOrder => true,
            Self::ChangedBody | Self::ForeignKey | Self::Replayed => false,
        }
    }

    /// What an answer to it says of the endpoint.
    pub fn mark(self, answer: Answer, took_ms: u32) -> Mark {
        let taken = answer.meaning() == Meaning::Heard;
        match (answer, self.is_to_be_taken(), taken) {
            (Answer::Unheard(_), _, _) => Mark::Silent,
            (Answer::Status(_), true, false) => Mark::Refused,
            (Answer::Status(_), false, true) => Mark::Believed,
            (Answer::Status(_), true, true) | (Answer::Status(_), false, false) if took_ms > SLOW_MS => Mark::Slow,
            (Answer::Status(_), true, true) | (Answer::Status(_), false, false) => Mark::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Unheard;

    #[test]
    fn a_good_endpoint_takes_what_is_genuine_and_refuses_the_rest() {
        for probe in Probe::ALL {
            let (taken, refused) = (Answer::Status(204), Answer::Status(401));
            let (of_taken, of_refused) = match probe {
                Probe::Genuine | Probe::Duplicate | Probe::OutOfOrder => (Mark::Good, Mark::Refused),
                Probe::ChangedBody | Probe::ForeignKey | Probe::Replayed => (Mark::Believed, Mark::Good),
            };
            assert_eq!((probe.mark(taken, 20), probe.mark(refused, 20)), (of_taken, of_refused), "{probe:?}");
            assert_eq!(probe.mark(Answer::Unheard(Unheard::Timeout), 15_000), Mark::Silent);
        }
        assert_eq!(Probe::Genuine.mark(Answer::Status(200), 3_001), Mark::Slow);
        assert_eq!(Probe::Replayed.mark(Answer::Status(200), 3_001), Mark::Believed, "slow is the lesser fault");
    }
}
