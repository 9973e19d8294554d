//! Mails that came back: the list below the mails' settings, and the way to let mails go again.

use console::{Refusal, Visit};
use domain::{
    audit::Action,
    mail_return::{AddressMark, MailAbout, ReturnedAddress},
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;
use words::{
    console::mail_returns::{MailReturnWords, mail_returns, returned},
    date_time,
};

use crate::{Deps, tab::Tab};

/// How many are looked through.
const LOOKED: i32 = 500;
/// How many are shown.
const SHOWN: usize = 100;

/// The list.
pub(crate) struct Returns {
    pub(crate) words: &'static MailReturnWords,
    pub(crate) entries: Vec<Entry>,
}

/// An address that a mail came back from.
pub(crate) struct Entry {
    pub(crate) address: String,
    pub(crate) what: &'static str,
    pub(crate) advice: &'static str,
    /// Where the mail's order or link is, and its name.
    pub(crate) about: (String, String),
    pub(crate) at: String,
    /// What lets mails go again. None: they go.
    pub(crate) mark: Option<String>,
}

impl Returns {
    /// What is known, the newest first.
    pub(crate) async fn of(deps: &Deps, visit: &Visit) -> Result<Self, Refusal> {
        let words = mail_returns(visit.lang);
        let mut known = deps.returns.list(visit.merchant_id(), LOOKED).await?;
        known.sort_by_key(|known| std::cmp::Reverse(known.at));
        Ok(Self { words, entries: known.iter().take(SHOWN).map(|known| Entry::new(visit, words, known)).collect() })
    }
}

impl Entry {
    fn new(visit: &Visit, words: &MailReturnWords, known: &ReturnedAddress) -> Self {
        let (what, advice) = returned(visit.lang, known.kind);
        let about = match &known.about {
            MailAbout::Order(order) => (format!("/console/transactions/{order}"), (words.order)(order.as_str())),
            MailAbout::Link(link) => (format!("/console/links/{link}"), (words.link)(link.as_str())),
            MailAbout::Plan(plan) => (format!("/console/recurring/{plan}"), (words.plan)(plan.as_str())),
        };
        Self {
            address: known.address.clone(),
            what,
            advice,
            about,
            at: date_time(visit.lang, known.at),
            mark: known.kind.stops().then(|| AddressMark::of(&known.address).as_str().to_owned()),
        }
    }
}

/// Forgets an address, so that mails go to it again. Who did that is noted first.
pub(crate) async fn release(deps: &Deps, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let mark = AddressMark::parse(visit.field("mark")).ok_or(Refusal::Unreadable)?;
    // Released by somebody else meanwhile: it is done.
    if let Some(known) = deps.returns.load(visit.merchant_id(), &mark).await? {
        let action = Action::MailReleased { about: known.about.clone() };
        deps.console.noted(&visit.user, action, deps.returns.forget(visit.merchant_id(), &known)).await?;
    }
    Ok(answer::see_other(&format!("{}?done=released", Tab::Mails.path())))
}
