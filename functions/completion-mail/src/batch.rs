//! The mail to the shop about a batch. It goes where copies of the payers' mails go.

use domain::{
    Merchant,
    batch::{Batch, BatchState, Check, Counts, Kind},
    tell::{BatchTelling, BatchTidings},
};
use inbound::page::mail::{self, PlainLetter, header_safe};
use outbound::Mail;
use words::{
    console::{
        batch_mail::{BatchMailText, BatchMailWords, batch_mail, refused},
        batches,
    },
    date_time, grouped_number, sum,
};

use crate::{Deps, Failed};

/// The mail that a message asks for. None: nobody wants it, or the batch has moved on since.
pub(crate) async fn news(deps: &Deps, telling: &BatchTelling) -> Result<Option<Mail>, Failed> {
    let batch = deps.batches.load(&telling.merchant, &telling.batch).await?.ok_or("the batch is not there")?;
    let merchant = deps.merchants.load(&telling.merchant).await?.ok_or("the merchant is not there")?;
    let Some(to) = merchant.mail.shop_copy.as_deref().map(header_safe) else { return Ok(None) };
    let words = batch_mail(merchant.lang);
    let Some((text, rows, advice)) = told(telling.tidings, &batch, words, &merchant) else { return Ok(None) };
    let composed = mail::plain(&PlainLetter {
        lang: merchant.lang,
        subject: (text.subject)(&file(&batch, &merchant)),
        greeting: None,
        result: text.result.to_owned(),
        meaning: Some(text.meaning),
        rows: about(&batch, words, &merchant).into_iter().chain(rows).collect(),
        advice,
        links: vec![(words.page, format!("{}/console/batches/{}", deps.page_origin, batch.id))],
        closing: vec![(words.why)(&merchant.name)],
    });
    Ok(Some(Mail {
        to,
        reply_to: None,
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        event_id: telling.event_id.clone(),
    }))
}

/// Labels and values.
type Rows = Vec<(String, String)>;

/// What happened, with its figures, if the batch still stands as the message says.
fn told(
    tidings: BatchTidings,
    batch: &Batch,
    words: &'static BatchMailWords,
    merchant: &Merchant,
) -> Option<(&'static BatchMailText, Rows, Option<String>)> {
    match (tidings, &batch.state) {
        (BatchTidings::BatchRefused, BatchState::Refused { why, .. }) => {
            Some((&words.refused, vec![(words.reason.to_owned(), refused(merchant.lang, why))], None))
        }
        (BatchTidings::BatchWaits, BatchState::Waiting { .. }) => {
            Some((&words.waits, checked(batch.check.as_ref()?, words, merchant), None))
        }
        (BatchTidings::BatchEnded, BatchState::Done { counts, .. }) => {
            Some((&words.done, came_of(counts, words, merchant), advice(counts, words)))
        }
        (BatchTidings::BatchEnded, BatchState::Cancelled { counts, .. }) => {
            Some((&words.stopped, came_of(counts, words, merchant), advice(counts, words)))
        }
        (
            BatchTidings::BatchRefused | BatchTidings::BatchWaits | BatchTidings::BatchEnded,
            BatchState::Checking { .. }
            | BatchState::Refused { .. }
            | BatchState::Waiting { .. }
            | BatchState::Running { .. }
            | BatchState::Cancelling { .. }
            | BatchState::Done { .. }
            | BatchState::Cancelled { .. },
        ) => None,
    }
}

fn about(batch: &Batch, words: &BatchMailWords, merchant: &Merchant) -> [(String, String); 3] {
    [
        (words.file.to_owned(), file(batch, merchant)),
        (words.batch.to_owned(), batch.id.to_string()),
        (words.received.to_owned(), date_time(merchant.lang, batch.made_at)),
    ]
}

/// What a batch is called: the file of a run of continuation is ours.
fn file(batch: &Batch, merchant: &Merchant) -> String {
    match batch.kind {
        Kind::File => batch.source.file_name().to_owned(),
        Kind::Continuation { month, .. } => {
            (batches(merchant.lang).from_continuation)(&words::recurring::month(merchant.lang, month))
        }
    }
}

fn checked(check: &Check, words: &BatchMailWords, merchant: &Merchant) -> Rows {
    let count = |number: u32| (words.count)(&grouped_number(u64::from(number)));
    vec![
        (words.rows.to_owned(), count(check.rows)),
        (words.good.to_owned(), count(check.good)),
        (words.sum.to_owned(), sum(merchant.lang, check.yen)),
    ]
}

fn came_of(counts: &Counts, words: &BatchMailWords, merchant: &Merchant) -> Rows {
    let figure = |number: u32| grouped_number(u64::from(number));
    let approved = (words.count_and_sum)(&figure(counts.approved), &sum(merchant.lang, counts.yen));
    let others = [
        (words.declined, counts.declined),
        (words.unknown, counts.unknown),
        (words.errors, counts.errors),
        (words.not_run, counts.not_run),
    ];
    let others = others.into_iter().map(|(label, number)| (label.to_owned(), (words.count)(&figure(number))));
    std::iter::once((words.approved.to_owned(), approved)).chain(others).collect()
}

fn advice(counts: &Counts, words: &BatchMailWords) -> Option<String> {
    (counts.unknown > 0).then(|| words.unknown_advice.to_owned())
}
