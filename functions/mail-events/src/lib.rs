//! Mails that came back, and complaints about mails: notes the address at its merchant, and in the history of the payment or the regular purchase.
//!
//! What arrives names the mail by its tags and holds no address: the rule in the template leaves the rest of the mail service's event behind. The
//! address is read where it was read when the mail was sent, and counts only if it is still the same.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    PaymentKey,
    mail_return::{AddressMark, MailAbout, MailTags, ReturnKind, ReturnTrace, ReturnedAddress},
    payment::Reader,
};
use inbound::{Config, ConfigError, events};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde::Deserialize;
use store::{Links, MailReturns, Merchants, Payments, Plans, SearchIndex, StoreError};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    payments: Payments,
    links: Links,
    plans: Plans,
    merchants: Merchants,
    returns: MailReturns,
    index: SearchIndex,
}

/// What the template's rules make of the mail service's event. Tags come as lists.
#[derive(Debug, Deserialize)]
struct Said {
    kind: SaidKind,
    /// The mail service's id of the mail.
    message: String,
    at: Timestamp,
    merchant: Vec<String>,
    about: Vec<String>,
    of: Vec<String>,
    reader: Vec<String>,
    to: Vec<String>,
}

/// `bounceType` (Amazon SES developer guide, "Contents of event data that Amazon SES publishes"), or the constant of the rule for complaints.
#[derive(Clone, Copy, Debug, Deserialize)]
enum SaidKind {
    Permanent,
    Transient,
    Undetermined,
    Complaint,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let table = config.table()?;
        Ok(Self {
            payments: Payments::new(table.clone()),
            links: Links::new(table.clone()),
            plans: Plans::new(table.clone()),
            merchants: Merchants::new(table.clone()),
            returns: MailReturns::new(table),
            index: SearchIndex::new(config.search_table()?),
        })
    }
}

/// Notes what a batch of messages says; answers the ids of those that failed.
///
/// # Errors
/// None: a message fails alone.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    Ok(events::each_message(event.payload, |said: Said| async move { Ok(Box::pin(note(deps, &said)).await?) }).await)
}

async fn note(deps: &Deps, said: &Said) -> Result<(), StoreError> {
    let Some(tags) = said.tags() else {
        tracing::warn!(mail.id = said.message, "a mail came back that is none of ours");
        return Ok(());
    };
    let kind = said.kind();
    let address = address(deps, &tags).await?.filter(|address| AddressMark::of(address) == tags.to);
    match address {
        Some(address) => {
            let (about, reader) = (tags.about.clone(), tags.reader);
            let message = said.message.clone();
            let returned = ReturnedAddress { address, kind, about, reader, at: said.at, message, version: 0 };
            deps.returns.note(&tags.merchant, &returned).await?;
        }
        // Whoever the address belonged to gave another one since: there is nothing to stop.
        None => tracing::info!(mail.id = said.message, "a mail came back from an address that is not used any more"),
    }
    let trace = ReturnTrace { id: said.message.clone(), at: said.at, reader: tags.reader, kind: Some(kind) };
    match &tags.about {
        MailAbout::Order(order) => {
            deps.index.returned(&PaymentKey::new(tags.merchant.clone(), order.clone()), &trace).await?;
        }
        MailAbout::Plan(plan) => deps.index.plan_returned((&tags.merchant, plan), &trace).await?,
        MailAbout::Link(_) => {} // it has no history
    }
    tracing::info!(mail.id = said.message, merchant.id = %tags.merchant, ?kind, "a mail came back");
    Ok(())
}

/// Where the mail went, as the record says it now.
async fn address(deps: &Deps, tags: &MailTags) -> Result<Option<String>, StoreError> {
    Ok(match (&tags.about, tags.reader) {
        (MailAbout::Order(order), Reader::Payer) => {
            let payment = deps.payments.load(&PaymentKey::new(tags.merchant.clone(), order.clone())).await?;
            payment.map(|payment| payment.details.mail)
        }
        (MailAbout::Link(link), Reader::Payer) => {
            let link = deps.links.load_of(&tags.merchant, link).await?;
            link.and_then(|link| link.buyer).map(|buyer| buyer.mail)
        }
        (MailAbout::Plan(plan), Reader::Payer) => deps.plans.load(&tags.merchant, plan).await?.map(|plan| plan.mail),
        (_, Reader::Shop) => {
            let merchant = deps.merchants.load(&tags.merchant).await?;
            merchant.and_then(|merchant| merchant.mail.shop_copy)
        }
    })
}

impl Said {
    fn tags(&self) -> Option<MailTags> {
        let first = |values: &'_ [String]| values.first().map(String::as_str).map(str::to_owned);
        let all = [
            ("merchant", first(&self.merchant)?),
            ("about", first(&self.about)?),
            ("of", first(&self.of)?),
            ("reader", first(&self.reader)?),
            ("to", first(&self.to)?),
        ];
        MailTags::read(|name| all.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str()))
    }

    const fn kind(&self) -> ReturnKind {
        match self.kind {
            SaidKind::Permanent => ReturnKind::Gone,
            SaidKind::Transient | SaidKind::Undetermined => ReturnKind::NotTaken,
            SaidKind::Complaint => ReturnKind::Complained,
        }
    }
}
