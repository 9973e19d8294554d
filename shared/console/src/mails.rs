//! Mails to people who work in the console: addresses to join and to set a new password, and what owners are told.

use domain::{Merchant, account::User};
use inbound::{
    Config, ConfigError, Keyring, SealError,
    page::mail::{PlainLetter, header_safe, plain},
};
use jiff::Timestamp;
use outbound::{Mail, Mailer, OutboundError};
use store::{StoreError, Users};
use words::console::account_mail::{AccountMailText, AccountMailWords, PeopleChange, account_mail};

use crate::handle::{join_path, reset_path};

/// Sends the console's own mails. None of them is put into a queue: their addresses are keys.
#[derive(Clone, Debug)]
pub struct AccountMails {
    mailer: Mailer,
    origin: String,
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It was not handed over.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Its address could not be made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Its readers could not be found.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Something that was done with people, to be told to the owners.
#[derive(Clone, Copy, Debug)]
pub struct PeopleNews<'a> {
    /// What.
    pub change: PeopleChange,
    /// With whom.
    pub person: &'a User,
    /// By whom. None: by the operator of the installation.
    pub by: Option<&'a User>,
    /// When.
    pub at: Timestamp,
}

impl AccountMails {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let mailer = Mailer::new(config.sdk(), config.required("MAIL_SENDER")?);
        Ok(Self { mailer, origin: config.required("PAGE_ORIGIN")?.to_owned() })
    }

    /// The address to join, for somebody who was invited or whose app was reset.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn join(
        &self,
        keyring: &Keyring,
        merchant: &Merchant,
        user: &User,
        now: Timestamp,
    ) -> Result<(), MailError> {
        let words = account_mail(user.lang);
        let text = if user.password.is_some() { &words.app_reset } else { &words.invitation };
        let address = format!("{}{}", self.origin, join_path(keyring, user, now)?);
        self.send(Account { merchant, user, text, rows: Vec::new(), address: Some(address), event: "join", now }).await
    }

    /// The address for a new password.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn new_password(
        &self,
        keyring: &Keyring,
        merchant: &Merchant,
        user: &User,
        now: Timestamp,
    ) -> Result<(), MailError> {
        let text = &account_mail(user.lang).new_password;
        let address = format!("{}{}", self.origin, reset_path(keyring, user, now)?);
        self.send(Account {
            merchant,
            user,
            text,
            rows: Vec::new(),
            address: Some(address),
            event: "new-password",
            now,
        })
        .await
    }

    /// To the person: the password was changed.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn password_changed(&self, merchant: &Merchant, user: &User, now: Timestamp) -> Result<(), MailError> {
        let words = account_mail(user.lang);
        let rows = vec![(words.at, words::date_time(user.lang, now))];
        let text = &words.password_changed;
        self.send(Account { merchant, user, text, rows, address: None, event: "password-changed", now }).await
    }

    /// To the person: a recovery code was used.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn recovery_used(&self, merchant: &Merchant, user: &User, now: Timestamp) -> Result<(), MailError> {
        let words = account_mail(user.lang);
        let left = user.recovery.left().to_string();
        let rows = vec![(words.at, words::date_time(user.lang, now)), (words.left, left)];
        let text = &words.recovery_used;
        self.send(Account { merchant, user, text, rows, address: None, event: "recovery-used", now }).await
    }

    /// To somebody who was invited with an address that works for another merchant already: the inviter must not learn that.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn known_elsewhere(&self, merchant: &Merchant, invited: &User, now: Timestamp) -> Result<(), MailError> {
        let text = &account_mail(invited.lang).known_elsewhere;
        let event = "known-elsewhere";
        self.send(Account { merchant, user: invited, text, rows: Vec::new(), address: None, event, now }).await
    }

    /// To every owner: people were changed. Everybody is written to, even if somebody can't be.
    ///
    /// # Errors
    /// [`MailError`]: the last that did not go out.
    pub async fn tell_owners(
        &self,
        users: &Users,
        merchant: &Merchant,
        news: &PeopleNews<'_>,
    ) -> Result<(), MailError> {
        let mut told = Ok(());
        let everybody = users.list(&merchant.id).await?;
        for owner in everybody.iter().filter(|user| user.is_owner()) {
            let words = account_mail(owner.lang);
            let rows = news.rows(words, owner);
            let text = &words.people_changed;
            let (user, event, now) = (owner, "people-changed", news.at);
            let sent = self.send(Account { merchant, user, text, rows, address: None, event, now }).await;
            if sent.is_err() {
                told = sent;
            }
        }
        told
    }

    async fn send(&self, account: Account<'_>) -> Result<(), MailError> {
        Ok(self.mailer.send(&account.mail()).await?)
    }
}

impl PeopleNews<'_> {
    fn rows(&self, words: &AccountMailWords, reader: &User) -> Vec<(&'static str, String)> {
        let named = |user: &User| format!("{} <{}>", user.name, user.mail);
        let by = match self.by {
            Some(by) if by.id == self.person.id => words.themselves.to_owned(),
            Some(by) => named(by),
            None => words.operator.to_owned(),
        };
        vec![
            (words.what, (words.change)(self.change).to_owned()),
            (words.person, named(self.person)),
            (words.role, words::console::audit::role(reader.lang, self.person.role).to_owned()),
            (words.by, by),
            (words.at, words::date_time(reader.lang, self.at)),
        ]
    }
}

/// A mail to one person.
struct Account<'a> {
    merchant: &'a Merchant,
    user: &'a User,
    text: &'a AccountMailText,
    rows: Vec<(&'static str, String)>,
    address: Option<String>,
    event: &'static str,
    now: Timestamp,
}

impl Account<'_> {
    fn mail(self) -> Mail {
        let words = account_mail(self.user.lang);
        let shop = self.merchant.name.as_str();
        let rows = [(words.merchant, format!("{shop} ({})", self.merchant.id))].into_iter().chain(self.rows);
        let letter = PlainLetter {
            lang: self.user.lang,
            subject: (self.text.subject)(shop),
            greeting: Some((words.greeting)(&self.user.name)),
            result: (self.text.result)(shop),
            meaning: Some(self.text.meaning),
            rows: rows.map(|(label, value)| (label.to_owned(), value)).collect(),
            advice: Some(self.text.advice.to_owned()),
            links: self.address.map(|address| (self.text.link, address)).into_iter().collect(),
            closing: vec![(words.why)(shop)],
        };
        let composed = plain(&letter);
        Mail {
            to: header_safe(&self.user.mail),
            reply_to: None,
            subject: composed.subject,
            text: composed.text,
            html: composed.html,
            event_id: format!("{}.{}.{}", self.user.id, self.event, self.now.as_millisecond()),
        }
    }
}
