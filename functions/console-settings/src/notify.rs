//! The mail to all owners of a merchant when secrets or destinations change.

use console::{Refusal, Visit};
use domain::{Merchant, account::Role, settings::Change};
use inbound::page::mail::{PlainLetter, header_safe, plain};
use outbound::Mail;
use words::{
    console::settings::{setting_name, settings},
    date_time,
};

use crate::Deps;

/// Tells every owner who changed what. Settings are named, values are not: a mailbox is no place for them.
///
/// The change is made already; a mail that can't be sent is said in the log and doesn't undo it.
pub(crate) async fn owners(deps: &Deps, visit: &Visit, merchant: &Merchant, changes: &[Change]) -> Result<(), Refusal> {
    let users = deps.console.users().list(&merchant.id).await?;
    for owner in users.iter().filter(|user| user.role == Role::Owner && user.has_joined()) {
        let words = settings(owner.lang);
        let names: Vec<_> = changes.iter().map(|change| setting_name(owner.lang, &change.key)).collect();
        let letter = plain(&PlainLetter {
            lang: owner.lang,
            subject: (words.told_subject)(&merchant.name),
            greeting: None,
            result: (words.told)(&visit.user.name, &merchant.name),
            meaning: Some(words.told_not_you),
            rows: vec![
                (words.told_when.to_owned(), date_time(owner.lang, visit.now)),
                (words.told_what.to_owned(), names.join(", ")),
            ],
            advice: None,
            link: None,
            closing: Vec::new(),
        });
        let mail = Mail {
            to: header_safe(&owner.mail),
            reply_to: None,
            subject: letter.subject,
            text: letter.text,
            html: letter.html,
            event_id: format!("settings.{}.{}.{}", merchant.id, merchant.version, owner.id),
        };
        if let Err(error) = deps.mailer.send(&mail).await {
            tracing::error!(error = %domain::Causes::of(&error), "an owner could not be told of a change");
        }
    }
    Ok(())
}
