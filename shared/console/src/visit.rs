//! Somebody who was let in, with the form they sent.

use std::{pin::Pin, sync::Arc};

use domain::{
    Lang, MerchantId,
    account::User,
    audit::{Action, Actor},
    merchant::Retention,
    wire::Parameters,
};
use inbound::OpenedMerchant;
use jiff::Timestamp;
use store::StoreError;
use subtle::ConstantTimeEq;

use crate::{
    Console,
    frame::{Frame, Section},
};

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub user: User,
    /// For whom they work.
    pub merchant: Arc<OpenedMerchant>,
    /// The language of the page.
    pub lang: Lang,
    /// When the request was let in.
    pub now: Timestamp,
    pub(crate) form: Option<Parameters>,
    pub(crate) form_token: String,
    pub(crate) session: String,
    pub(crate) address: String,
}

impl Visit {
    /// Remembers the language that was chosen.
    pub const LANGUAGE_COOKIE: &str = "console-language";

    /// For whom they work: every key that is read or written carries it.
    pub fn merchant_id(&self) -> &MerchantId {
        &self.merchant.merchant.id
    }

    /// A field of the form that was sent; empty where it is missing or no text.
    pub fn field(&self, name: &str) -> &str {
        let value = self.form.as_ref().and_then(|form| form.value(name));
        value.and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }

    /// The form that was sent.
    pub fn form(&self) -> Option<&Parameters> {
        self.form.as_ref()
    }

    /// Whether a token that came with a file is this session's.
    pub fn is_own_token(&self, token: &str) -> bool {
        token.as_bytes().ct_eq(self.form_token.as_bytes()).into()
    }

    /// The frame around a page.
    pub fn frame(&self, title: impl Into<String>, section: Section) -> Frame {
        Frame::of(self, title.into(), section)
    }
}

impl Console {
    /// Notes what somebody did.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note(&self, visit: &Visit, action: Action) -> Result<(), StoreError> {
        self.note_of(&visit.user, action).await
    }

    /// Notes what somebody is about to do, and does it: without the note nothing is done.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Conflict`] where something else came first, which is noted, too.
    pub fn noted<'a, T: Send + 'a>(
        &'a self,
        user: &'a User,
        action: Action,
        doing: impl Future<Output = Result<T, StoreError>> + Send + 'a,
    ) -> Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>> {
        Box::pin(async move {
            let (by, retention) = (Actor::User(user.id.clone()), self.retention(user).await?);
            self.audit.ahead(&user.merchant, &by, &action, self.now(), &retention, doing).await
        })
    }

    /// Notes what somebody did who is not signed in yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_of(&self, user: &User, action: Action) -> Result<(), StoreError> {
        let (by, retention) = (Actor::User(user.id.clone()), self.retention(user).await?);
        self.audit.append(&user.merchant, &by, &action, self.now(), &retention).await.map(drop)
    }

    /// How long the log of somebody's merchant is kept.
    async fn retention(&self, user: &User) -> Result<Retention, StoreError> {
        let merchant = self.merchants.load(&user.merchant, &self.keyring).await?;
        Ok(merchant.map(|opened| opened.merchant.retention).unwrap_or_default())
    }
}
