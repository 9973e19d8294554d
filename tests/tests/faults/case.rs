//! A fault at one call of a passage through the system, or at every try of that call.

use local::cloud::{Call, Fault, When};
use local::world::World;

use super::enumerate::is_read;
use super::heard::tells_the_server;
use super::say;

/// How often a call is tried before its caller gives up.
const TRIES: u64 = 3;

/// One of the cases that a call has.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) call: Call,
    /// Which call of its kind.
    pub(crate) nth: u64,
    pub(crate) fault: Fault,
    /// How many calls of its kind in turn meet the fault.
    pub(crate) tries: u64,
}

/// The cases of all calls of a passage but of those that tell the shop's server. What reads changes nothing, so that only its failing matters.
pub(crate) fn cases(calls: &[Call]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, call) in calls.iter().enumerate().filter(|(_, call)| !tells_the_server(call)) {
        let like = |other: &&Call| (&other.caller, &other.operation) == (&call.caller, &call.operation);
        let nth = u64::try_from(calls[..place].iter().filter(like).count()).unwrap();
        let faults: &[(Fault, u64)] = if is_read(call) || call.operation == "GetObject" {
            &[(Fault::DropBefore, 1), (Fault::FailBefore, TRIES)]
        } else {
            &[
                (Fault::DropBefore, 1),
                (Fault::DropAfter, 1),
                (Fault::Twice, 1),
                (Fault::ReplyLost, 1),
                (Fault::ReplyLost, TRIES),
                (Fault::FailBefore, TRIES),
            ]
        };
        let case = |(fault, tries): &(Fault, u64)| Case { call: call.clone(), nth, fault: *fault, tries: *tries };
        cases.extend(faults.iter().map(case));
    }
    cases
}

impl Case {
    /// Has the world meet it from now on.
    pub(crate) fn plan(&self, world: &World) {
        world.faults().restart();
        for nth in self.nth..self.nth + self.tries {
            let (caller, operation) = (Some(self.call.caller.clone()), self.call.operation.clone());
            world.faults().plan(When::Nth { caller, operation, nth }, self.fault);
        }
    }

    /// Whether no call met it.
    pub(crate) fn is_unmet(&self, world: &World) -> bool {
        world.faults().pending() == usize::try_from(self.tries).unwrap()
    }

    /// Says at once what it broke, in a line; `of` names what was lived through. None: nothing.
    pub(crate) fn said(&self, of: &str, found: &[String]) -> Option<String> {
        let failed = (!found.is_empty()).then(|| format!("{of}{}", self.broke(found)));
        failed.inspect(|failed| say(failed))
    }

    /// What it broke, in a line.
    pub(crate) fn broke(&self, found: &[String]) -> String {
        let Self { call: Call { caller, operation, resource, .. }, nth, fault, tries } = self;
        format!("{caller}: {operation} {resource} #{nth}, {fault:?} ×{tries}: {}", found.join("; "))
    }
}
