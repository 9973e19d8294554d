//! The mails after a payment, to the shopper and to the shop, about a kept card, a batch, a run of continuation, a regular purchase and an endpoint for
//! notifications. A mail that fails never touches the payment.

mod batch;
mod card;
mod endpoint;
mod link;
mod plan;
mod run;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    Clock, KeptCard, Lang, Merchant, Payment, PaymentKey,
    mail_return::{AddressMark, MailAbout, MailTags, ReturnTrace},
    payment::{Reader, State, Telling, Tidings},
    search::MailTrace,
    tell::Message,
};
use inbound::{
    Config, Keyring, KeyringError,
    checkout::{ReceiptHandle, free_label, receipt_path},
    events,
    page::mail::{self, CardKept, Completion, MailOutcome, header_safe},
};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use outbound::{Mail, Mailer};
use store::{
    Batches, Cards, Continuations, Endpoints, Links, MailReturns, Merchants, Offers, Payments, Plans, SearchIndex,
    Users,
};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    payments: Payments,
    cards: Cards,
    merchants: Merchants,
    links: Links,
    offers: Offers,
    batches: Batches,
    runs: Continuations,
    plans: Plans,
    endpoints: Endpoints,
    users: Users,
    returns: MailReturns,
    mailer: Mailer,
    index: SearchIndex,
    keyring: Keyring,
    /// Where the pages are that a mail leads to.
    page_origin: String,
    clock: Clock,
}

/// A mail could not be sent now; the queue gives it again and at last parks it where a person sees it.
type Failed = Box<dyn std::error::Error + Send + Sync>;

impl Deps {
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        Ok(Self {
            payments: Payments::new(table.clone()),
            cards: Cards::new(table.clone()),
            merchants: Merchants::new(table.clone()),
            links: Links::new(table.clone()),
            offers: Offers::new(table.clone()),
            batches: Batches::new(table.clone()),
            runs: Continuations::new(table.clone()),
            plans: Plans::new(table.clone()),
            endpoints: Endpoints::new(table.clone()),
            users: Users::new(table.clone()),
            returns: MailReturns::new(table),
            mailer: Mailer::new(config.sdk(), config.required("MAIL_SENDER")?).told_by(config.required("MAIL_SET")?),
            keyring: Keyring::open(config).await?,
            page_origin: config.required("PAGE_ORIGIN")?.to_owned(),
            index: SearchIndex::new(config.search_table()?),
            clock,
        })
    }
}

/// Sends the mails of a batch of messages; answers the ids of those that failed.
///
/// # Errors
/// None: a message fails alone.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    Ok(events::each_message(event.payload, |message: Message| send(deps, message)).await)
}

async fn send(deps: &Deps, message: Message) -> Result<(), Failed> {
    let mail = match &message {
        Message::Payment(telling) => after_payment(deps, telling).await?,
        Message::Card(telling) => card::news(deps, telling).await?,
        Message::Link(telling) => link::request(deps, telling).await?,
        Message::Batch(telling) => batch::news(deps, telling).await?,
        Message::Run(telling) => run::news(deps, telling).await?,
        Message::Plan(telling) => plan::news(deps, telling).await?,
        Message::Endpoint(telling) => {
            // to several people where the shop has no address for copies: one who can't be reached has it sent to all again, and keeps it from nobody
            let mut sent = Ok(());
            for mail in endpoint::news(deps, telling).await? {
                match deps.mailer.send(&mail).await {
                    Ok(()) => tracing::info!(event.id = mail.event_id, "mail sent"),
                    Err(error) => sent = Err(error.into()),
                }
            }
            return sent;
        }
    };
    let Some(mail) = mail else { return Ok(()) };
    match tags(&message, &mail) {
        Some(tags) if deps.returns.stop(&tags.merchant, &mail.to).await? => {
            tracing::warn!(
                event.id = message.event_id(),
                "a mail is not sent: an earlier one to its address came back"
            );
            return held(deps, &message).await;
        }
        Some(tags) => deps.mailer.send_tagged(&mail, &tags).await?,
        None => deps.mailer.send(&mail).await?,
    }
    tracing::info!(event.id = message.event_id(), "mail sent");
    match &message {
        Message::Payment(telling) => trace(deps, telling).await,
        Message::Plan(telling) => plan::trace(deps, telling).await,
        Message::Card(_) | Message::Batch(_) | Message::Run(_) | Message::Endpoint(_) => {}
        Message::Link(telling) => link::note(deps, telling).await?,
    }
    Ok(())
}

/// What the mail carries, so that its return can be told. None: it is about nothing that was sold, and goes to the shop itself.
fn tags(message: &Message, mail: &Mail) -> Option<MailTags> {
    let (merchant, about, reader) = match message {
        Message::Payment(Telling { key, reader, .. }) => {
            (key.merchant.clone(), MailAbout::Order(key.order.clone()), *reader)
        }
        Message::Card(telling) => (telling.merchant.clone(), MailAbout::Order(telling.order.clone()), Reader::Payer),
        Message::Link(telling) => (telling.merchant.clone(), MailAbout::Link(telling.link.clone()), Reader::Payer),
        Message::Plan(telling) => (telling.merchant.clone(), MailAbout::Plan(telling.plan.clone()), telling.reader),
        Message::Batch(_) | Message::Run(_) | Message::Endpoint(_) => return None,
    };
    Some(MailTags { merchant, about, reader, to: AddressMark::of(&mail.to) })
}

/// Says where the clerk looks that a mail was not sent.
async fn held(deps: &Deps, message: &Message) -> Result<(), Failed> {
    let held = |reader| ReturnTrace { id: message.event_id().to_owned(), at: deps.clock.now(), reader, kind: None };
    let (key, reader) = match message {
        Message::Payment(telling) => (telling.key.clone(), telling.reader),
        Message::Card(telling) => (PaymentKey::new(telling.merchant.clone(), telling.order.clone()), Reader::Payer),
        Message::Plan(telling) => {
            let of = (&telling.merchant, &telling.plan);
            return Ok(deps.index.plan_returned(of, &held(telling.reader)).await?);
        }
        Message::Link(telling) => return link::give_up(deps, telling).await,
        Message::Batch(_) | Message::Run(_) | Message::Endpoint(_) => return Ok(()),
    };
    Ok(deps.index.returned(&key, &held(reader)).await?)
}

/// Leaves the mail's trace in the payment's history. Without it the mail is sent all the same: sending it again would be worse.
async fn trace(deps: &Deps, telling: &Telling) {
    let Telling { event_id, key, tidings, reader } = telling;
    let (at, event_id) = (deps.clock.now(), event_id.clone());
    let trace = MailTrace { event_id, at, tidings: *tidings, reader: *reader };
    if let Err(error) = deps.index.mailed(key, &trace).await {
        let (error, event_id) = (domain::Causes::of(&error).to_string(), &trace.event_id);
        tracing::warn!(error, event.id = event_id, "the mail's trace is not in the history");
    }
}

async fn after_payment(deps: &Deps, telling: &Telling) -> Result<Option<Mail>, Failed> {
    let payment = deps.payments.load(&telling.key).await?.ok_or("the payment is not there")?;
    let merchant = deps.merchants.load(&telling.key.merchant).await?.ok_or("the merchant is not there")?;
    let kept = card::kept_with(deps, &payment).await?;
    let path = receipt_path(&deps.keyring, &ReceiptHandle { key: payment.key.clone() }, deps.clock.now())?;
    let receipt = format!("{}{path}", deps.page_origin);
    let lang = match telling.reader {
        Reader::Payer => payment.details.lang,
        Reader::Shop => merchant.lang,
    };
    let regular = plan::regular_of(deps, &payment, &merchant, lang).await?;
    let regular = regular.as_ref().map(plan::Regular::shown);
    let extra = Extra { kept: kept.as_ref(), receipt: &receipt, lang, regular };
    Ok(compose(telling, &payment, &merchant, extra))
}

/// What a mail says besides the payment itself.
struct Extra<'a> {
    lang: Lang,
    /// The card that was kept with it.
    kept: Option<&'a KeptCard>,
    /// Where its receipt is.
    receipt: &'a str,
    /// The regular purchase that it began, or was a period of.
    regular: Option<mail::RegularOf<'a>>,
}

/// The mail that a message asks for. None: nobody wants it, or the order was opened again since.
fn compose(
    telling: &Telling,
    payment: &Payment,
    merchant: &Merchant,
    Extra { lang, kept, receipt, regular }: Extra<'_>,
) -> Option<Mail> {
    let to = match telling.reader {
        Reader::Payer if merchant.mails(payment.interface) => {
            Some(&payment.details.mail).filter(|mail| !mail.is_empty())
        }
        Reader::Payer => None,
        Reader::Shop => merchant.mail.shop_copy.as_ref(),
    }?;
    let (outcome, at) = happened(telling.tidings, payment)?;
    let number = payment.number();
    let free = named_free_items(merchant, payment, lang);
    let free: Vec<(&str, &str)> = free.iter().map(|(label, value)| (label.as_str(), *value)).collect();
    let composed = mail::completion(&Completion {
        lang,
        reader: reader(telling.reader, payment, &free),
        outcome,
        merchant: &merchant.name,
        contact: merchant.page.contact.as_deref(),
        mode: merchant.mode,
        amount: payment.amount_now(),
        at,
        order: payment.key.order.as_str(),
        payment: number.as_str(),
        item: some(&payment.details.item),
        own: Some(merchant.mail.texts.of(lang)),
        card_kept: kept.map(|card| CardKept { scope: card.consent.scope, manage: None }),
        receipt: payment.state.is_paid().then_some(receipt),
        regular,
    });
    Some(Mail {
        to: header_safe(to),
        reply_to: None,
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        event_id: telling.event_id.clone(),
    })
}

/// What to write of, if the payment still stands as the message says.
fn happened(tidings: Tidings, payment: &Payment) -> Option<(MailOutcome<'_>, Timestamp)> {
    match (tidings, &payment.state) {
        (Tidings::Paid, State::Authorized { at, .. } | State::Captured { at, .. }) => {
            let card = payment.card.as_ref()?;
            Some((MailOutcome::Paid { brand: card.brand, last4: &card.last4 }, *at))
        }
        (Tidings::FailedAfterDoubt, State::Failed { at, .. } | State::Abandoned { at }) => {
            Some((MailOutcome::NotPaid, *at))
        }
        (Tidings::Cancelled, State::Cancelled { at, .. }) => Some((MailOutcome::Cancelled, *at)),
        (Tidings::Refunded { amount, at }, State::Captured { .. }) => Some((MailOutcome::Refunded(amount), at)),
        (Tidings::LapsesSoon, State::Authorized { .. }) => Some((MailOutcome::LapsesSoon, payment.capturable_until()?)),
        (
            Tidings::Paid
            | Tidings::FailedAfterDoubt
            | Tidings::Cancelled
            | Tidings::Refunded { .. }
            | Tidings::LapsesSoon,
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_),
        ) => None,
    }
}

fn reader<'a>(reader: Reader, payment: &'a Payment, free: &'a [(&'a str, &'a str)]) -> mail::Reader<'a> {
    let name = some(&payment.details.name).or_else(|| some(&payment.holder));
    match reader {
        Reader::Payer => mail::Reader::Shopper { name },
        Reader::Shop => mail::Reader::Shop { payer: name, payer_mail: some(&payment.details.mail), free },
    }
}

fn named_free_items<'a>(merchant: &Merchant, payment: &'a Payment, lang: Lang) -> Vec<(String, &'a str)> {
    let items = (1_u8..).zip(&merchant.free_items).zip(&payment.details.free);
    items
        .filter(|(_, value)| !value.is_empty())
        .map(|((number, item), value)| (free_label(&item.label, number, lang), value.as_str()))
        .collect()
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
