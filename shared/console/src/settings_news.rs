//! The mail to all owners of a merchant when something changes by which money could be led elsewhere: secrets, destinations, keys.

use domain::Lang;
use inbound::page::mail::{PlainLetter, header_safe, plain};
use outbound::{Mail, Mailer};
use words::{console::settings::settings, date_time};

use crate::{Console, Visit};

impl Console {
    /// Tells every owner who changed what. `what` names it in a language; values are not named: a mailbox is no place for them. `event` names the change.
    ///
    /// The change is made already, and the page may show a secret this once: a mail that can't be sent is said in the log and stands in no way.
    pub async fn tell_owners(&self, mailer: &Mailer, visit: &Visit, event: &str, what: impl Fn(Lang) -> String) {
        let merchant = &visit.merchant.merchant;
        let users = match self.users().list(&merchant.id).await {
            Ok(users) => users,
            Err(error) => {
                tracing::error!(error = %domain::Causes::of(&error), "the owners could not be told of a change");
                return;
            }
        };
        for owner in users.iter().filter(|user| user.is_owner()) {
            let words = settings(owner.lang);
            let letter = plain(&PlainLetter {
                lang: owner.lang,
                subject: (words.told_subject)(&merchant.name),
                greeting: None,
                result: (words.told)(&visit.user.name, &merchant.name),
                meaning: Some(words.told_not_you),
                rows: vec![
                    (words.told_when.to_owned(), date_time(owner.lang, visit.now)),
                    (words.told_what.to_owned(), what(owner.lang)),
                ],
                advice: None,
                links: Vec::new(),
                closing: Vec::new(),
            });
            let mail = Mail {
                to: header_safe(&owner.mail),
                reply_to: None,
                subject: letter.subject,
                text: letter.text,
                html: letter.html,
                event_id: format!("settings.{}.{event}.{}", merchant.id, owner.id),
            };
            if let Err(error) = mailer.send(&mail).await {
                tracing::error!(error = %domain::Causes::of(&error), "an owner could not be told of a change");
            }
        }
    }
}
