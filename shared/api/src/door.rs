//! The door: whose key a request shows, what it may do, how often it came.

use std::sync::Arc;

use domain::{
    ActorId, Clock, Lang, Merchant, MerchantId,
    api::{ApiKey, Code, KeyText, Rate, Scope, Window},
};
use http::{Response, header};
use inbound::{Config, Keyring, KeyringError, Merchants, OpenedMerchant, Stage, checkout, http as answer};
use jiff::Timestamp;
use lambda_http::{Body, Request};
use store::{ApiCalls, ApiKeys};
use tracing::{Instrument as _, field::Empty};

use crate::{Answer, Endpoint, Problem};

/// What every function of the API needs: keys, merchants, calls, the time.
#[derive(Debug)]
pub struct Api {
    keyring: Keyring,
    merchants: Merchants,
    keys: ApiKeys,
    pub(crate) calls: ApiCalls,
    stage: Stage,
    clock: Clock,
}

/// Somebody who was let in, and their request.
#[derive(Debug)]
pub struct Visit<'a> {
    /// The request.
    pub request: &'a Request,
    /// Whose server it is.
    pub opened: Arc<OpenedMerchant>,
    /// The key that it showed.
    pub key: ApiKey,
    /// The language of what is said to people.
    pub lang: Lang,
    /// When it was let in.
    pub now: Timestamp,
    stage: Stage,
}

impl Api {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn open(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let keyring = Keyring::open(config).await?;
        let table = config.table()?;
        Ok(Self {
            keyring,
            merchants: Merchants::new(store::Merchants::new(table.clone()), clock.clone()),
            keys: ApiKeys::new(table.clone()),
            calls: ApiCalls::new(table),
            stage: config.stage()?,
            clock,
        })
    }

    /// The application's keys.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Lets a request in that has the scope of its endpoint, and answers it; every refusal is a problem document. All that is logged meanwhile says which request,
    /// and whose.
    pub async fn answer<'a, Answering>(
        &'a self,
        request: &'a Request,
        with: impl FnOnce(Visit<'a>, &'static Endpoint) -> Answering,
    ) -> Response<Body>
    where
        Answering: Future<Output = Result<Answer, Problem>>,
    {
        let id = answer::request_id(request).unwrap_or_default();
        let span = tracing::info_span!("api", request.id = id, merchant.id = Empty, key.id = Empty);
        self.answered(request, with).instrument(span).await
    }

    async fn answered<'a, Answering>(
        &'a self,
        request: &'a Request,
        with: impl FnOnce(Visit<'a>, &'static Endpoint) -> Answering,
    ) -> Response<Body>
    where
        Answering: Future<Output = Result<Answer, Problem>>,
    {
        let lang = language(request);
        let mut rate = None;
        let answered = match Endpoint::of(request) {
            Some(endpoint) => match self.enter(request, endpoint.scope, lang, &mut rate).await {
                Ok(visit) => with(visit, endpoint).await,
                Err(problem) => Err(problem),
            },
            None => Err(Problem::new(Code::NotFound)),
        };
        let code = answered.as_ref().err().map(|problem| problem.code.name());
        let answer = answered.unwrap_or_else(|problem| problem.into_answer(lang));
        let route = answer::route(request).unwrap_or_default();
        tracing::info!(
            route,
            status = answer.status,
            code,
            replayed = answer.is_replay,
            "a request of the API was answered"
        );
        answer.into_response(rate)
    }

    async fn enter<'a>(
        &self,
        request: &'a Request,
        scope: Scope,
        lang: Lang,
        rate: &mut Option<Rate>,
    ) -> Result<Visit<'a>, Problem> {
        let text = shown(request).ok_or(Problem::new(Code::Unauthorized))?;
        let now = self.clock.now();
        // One answer for no such key, a wrong secret, another mode and no such merchant.
        let key = self.keys.load(&text.merchant, &text.id).await?.ok_or(Problem::new(Code::Unauthorized))?;
        let opened = self.merchants.load(&text.merchant, &self.keyring).await?;
        let opened = opened.filter(|opened| key.admits(&text, opened.merchant.mode));
        let opened = opened.ok_or(Problem::new(Code::Unauthorized))?;
        // Only now is it known that somebody is who they say.
        let span = tracing::Span::current();
        span.record("merchant.id", key.merchant.as_str()).record("key.id", key.id.as_str());
        let counted = self.counted(&key, now).await?;
        *rate = Some(counted);
        if counted.exceeded {
            return Err(Problem { retry_after_s: Some(counted.reset_s), ..Problem::new(Code::RateLimited) });
        }
        if !key.scopes.contains(&scope) {
            return Err(Problem::new(Code::ScopeMissing));
        }
        Ok(Visit { request, opened, key, lang, now, stage: self.stage })
    }

    async fn counted(&self, key: &ApiKey, now: Timestamp) -> Result<Rate, Problem> {
        let window = Window::at(now);
        let count = self.keys.count(&key.merchant, &key.id, window).await?;
        Ok(Rate::after(count, window, now))
    }
}

impl Visit<'_> {
    /// Whose server it is: every key that is read or written carries it.
    pub fn merchant_id(&self) -> &MerchantId {
        &self.opened.merchant.id
    }

    /// The merchant's settings.
    pub fn merchant(&self) -> &Merchant {
        &self.opened.merchant
    }

    /// Who acts, to payments.
    pub fn actor(&self) -> ActorId {
        ActorId::api_key(&self.key.id)
    }

    /// Refuses where the merchant may not take payments now.
    ///
    /// # Errors
    /// [`Code::MerchantSuspended`].
    pub fn trades(&self) -> Result<(), Problem> {
        let trades = checkout::trades_at(self.merchant(), self.stage);
        if trades { Ok(()) } else { Err(Problem::new(Code::MerchantSuspended)) }
    }

    /// When this invocation is cut off.
    pub fn deadline(&self, clock: &Clock) -> Timestamp {
        answer::deadline(self.request, clock)
    }

    /// A part of the address.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn part(&self, name: &str) -> Result<String, Problem> {
        answer::path_parameter(self.request, name).ok_or(Problem::new(Code::NotFound))
    }
}

/// The language of what is said to people. Programs that ask for none are answered in English.
pub fn language(request: &Request) -> Lang {
    answer::accepted_language(request).unwrap_or(Lang::En)
}

/// The key of `Authorization: Bearer …`.
fn shown(request: &Request) -> Option<KeyText> {
    let text = answer::header_text(request.headers(), &header::AUTHORIZATION)?;
    let (scheme, key) = text.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { KeyText::parse(key.trim()) } else { None }
}
