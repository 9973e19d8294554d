//! A call that changes something, made once for each idempotency key: same request, same answer to the byte.

use domain::{
    LeaseId, MerchantId, Nonce,
    api::{ApiCall, CallDecision, CallStage, Code, IdempotencyKey, Started},
    merchant::Mode,
    payment::Lease,
};
use http::HeaderName;
use inbound::checkout::draw_nonce;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::CallWritten;

use crate::{Answer, Api, Problem, Visit, query::sent};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How often a refused write is decided again with what stands.
const DECISIONS: usize = 4;
/// How much longer than its function a lease lives, so that nothing is on its way when it ends.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

/// A call that is being made by this invocation, and by no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The visit and the operation number that it stands for.
    pub started: Started,
    /// What it is to payments and links.
    pub nonce: Nonce,
    /// When it began first.
    pub begun_at: Timestamp,
    /// Another invocation began it and may have got anywhere: what was read before this one had it may be older than what that one did.
    pub is_resumed: bool,
}

impl Api {
    /// Does what a request asks for, once.
    ///
    /// `started` is what the call would stand for as things are now: a call that was cut off goes on with what it began with. `doing` answers; what it
    /// refuses is an answer, too, and is given again, but for refusals that pass.
    ///
    /// # Errors
    /// [`Problem`]: nothing was done, or what was done could not be kept as an answer. Either way the same request may come again.
    pub async fn once<Doing>(
        &self,
        visit: &Visit<'_>,
        asked: &(impl Serialize + Sync),
        started: Started,
        doing: impl FnOnce(Run) -> Doing,
    ) -> Result<Answer, Problem>
    where
        Doing: Future<Output = Result<Answer, Problem>>,
    {
        let key = idempotency_key(visit)?;
        let body = serde_json::to_vec(asked).unwrap_or_default();
        let request = ApiCall::request(visit.request.method().as_str(), visit.request.uri().path(), &body);
        let (call, is_resumed) = match self.begin(visit, &key, &request, started).await? {
            Begun::First(call) => (call, false),
            Begun::Resumed(call) => (call, true),
            Begun::Answered(answer) => return Ok(answer),
        };
        let run = Run { started: call.started, nonce: call.nonce, begun_at: call.begun_at, is_resumed };
        let answer = match doing(run).await {
            Ok(answer) => answer,
            Err(problem) if problem.is_passing() => {
                self.end(visit, &key, &call.let_go()).await;
                return Err(problem);
            }
            Err(problem) => problem.into_answer(visit.lang),
        };
        // An answer that is not kept is not given: later the same request might have another one.
        if self.end(visit, &key, &call.answered(answer.status, answer.body.clone())).await {
            return Ok(answer);
        }
        Err(Problem { retry_after_s: Some(1), ..Problem::new(Code::Unavailable) })
    }

    async fn begin(
        &self,
        visit: &Visit<'_>,
        key: &IdempotencyKey,
        request: &str,
        started: Started,
    ) -> Result<Begun, Problem> {
        let lease = lease(visit, self)?;
        let fresh = (started, draw_nonce().map_err(|_| Problem::new(Code::Unavailable))?);
        let mine = |call: Box<ApiCall>| if call.nonce == fresh.1 { Begun::First(call) } else { Begun::Resumed(call) };
        // Most calls are new: the first write asks whether this one is.
        let mut stored = None;
        for _ in 0..DECISIONS {
            match ApiCall::decide(stored.as_ref(), request, fresh, lease, visit.now) {
                CallDecision::Started(call) => return Ok(mine(call)),
                CallDecision::Replay { status, body } => {
                    stored.as_ref().map_or(Ok(()), |call| known_to(visit, call))?;
                    return Ok(Begun::Answered(Answer::again(status, body)));
                }
                CallDecision::OtherRequest => return Err(Problem::new(Code::IdempotencyKeyReused)),
                CallDecision::Running { until } => {
                    let wait = until.duration_since(visit.now).as_secs().clamp(1, 60);
                    return Err(Problem { retry_after_s: Some(wait), ..Problem::new(Code::RequestRunning) });
                }
                CallDecision::Run(call) => {
                    if call.nonce != fresh.1 {
                        known_to(visit, &call)?;
                    }
                    match self.calls.put(place(visit), key, &call).await? {
                        CallWritten::Done => return Ok(mine(call)),
                        CallWritten::Refused(stands) => stored = stands.map(|call| *call),
                    }
                }
            }
        }
        Err(Problem::new(Code::Unavailable))
    }

    /// Closes the call; whether that is stored. What was done is safe in what it was done to: the same request finds it.
    async fn end(&self, visit: &Visit<'_>, key: &IdempotencyKey, call: &ApiCall) -> bool {
        let (merchant, answered) = (visit.merchant_id(), matches!(call.stage, CallStage::Answered { .. }));
        match self.calls.put(place(visit), key, call).await {
            Ok(CallWritten::Done) => true,
            Ok(CallWritten::Refused(_)) => {
                tracing::warn!(merchant.id = %merchant, answered, "another invocation has the call of the JSON API");
                false
            }
            Err(error) => {
                tracing::error!(merchant.id = %merchant, answered, error = %domain::Causes::of(&error), "a call of the JSON API could not be closed");
                false
            }
        }
    }
}

/// Whose the call is.
enum Begun {
    /// This invocation's alone.
    First(Box<ApiCall>),
    /// This invocation's, after another.
    Resumed(Box<ApiCall>),
    Answered(Answer),
}

/// Whose calls are meant, and in which mode.
fn place<'a>(visit: &'a Visit<'_>) -> (&'a MerchantId, Mode) {
    (visit.merchant_id(), visit.key.mode)
}

/// Refuses where a call was begun by an API key that may do more than this one: neither its answer is given to this one, nor is it gone on with.
fn known_to(visit: &Visit<'_>, call: &ApiCall) -> Result<(), Problem> {
    let open = call.started.is_open_to(&visit.key.scopes);
    if open { Ok(()) } else { Err(Problem::new(Code::RefundOverLimit)) }
}

fn idempotency_key(visit: &Visit<'_>) -> Result<IdempotencyKey, Problem> {
    let missing = || Problem::new(Code::IdempotencyKeyMissing);
    let text = sent(visit.request.headers(), &IDEMPOTENCY_KEY).ok_or_else(missing)?;
    let key = text.and_then(|text| IdempotencyKey::new(text).ok());
    key.ok_or(Problem::new(Code::IdempotencyKeyMalformed))
}

/// A hold on the call until this invocation is surely over.
fn lease(visit: &Visit<'_>, api: &Api) -> Result<Lease, Problem> {
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|_| Problem::new(Code::Unavailable))?;
    let until = visit.deadline(api.clock()).saturating_add(GRACE).unwrap_or(Timestamp::MAX);
    Ok(Lease { id: LeaseId::from_random(id), until })
}
