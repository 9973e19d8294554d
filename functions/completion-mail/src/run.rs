//! The mail to the shop about a run of continuation that begins by itself: two days before, with the address that cancels it; and where it did not begin.

use domain::{
    Merchant,
    recurring::continuation::{Drawn, Run, RunState, Standing},
    tell::RunTelling,
};
use inbound::{
    continuation::{RunHandle, cancel_path},
    page::mail::{self, PlainLetter, header_safe},
};
use outbound::Mail;
use words::{
    console::{
        continuation,
        continuation_mail::{ContinuationMailWords, RunMailText, continuation_mail},
    },
    day, grouped_number,
    recurring::month,
    sum,
};

use crate::{Deps, Failed};

/// The mail that a message asks for. None: nobody wants it, or the run has moved on since.
pub(crate) async fn news(deps: &Deps, telling: &RunTelling) -> Result<Option<Mail>, Failed> {
    let run = deps.runs.load(&telling.merchant, &telling.run).await?.ok_or("the run is not there")?;
    let merchant = deps.merchants.load(&telling.merchant).await?.ok_or("the merchant is not there")?;
    let Some(to) = merchant.mail.shop_copy.as_deref().map(header_safe) else { return Ok(None) };
    let words = continuation_mail(merchant.lang);
    let Some((text, rows, links)) = told(deps, &run, &merchant, words)? else { return Ok(None) };
    let composed = mail::plain(&PlainLetter {
        lang: merchant.lang,
        subject: (text.subject)(&month(merchant.lang, run.month)),
        greeting: None,
        result: (text.result)(&day(merchant.lang, run.on)),
        meaning: Some(text.meaning),
        rows,
        advice: text.advice.map(str::to_owned),
        links,
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
/// What happened, with its figures, and where the reader can go.
type Told = (&'static RunMailText, Rows, Vec<(&'static str, String)>);

fn told(
    deps: &Deps,
    run: &Run,
    merchant: &Merchant,
    words: &'static ContinuationMailWords,
) -> Result<Option<Told>, Failed> {
    let page = (words.page, format!("{}/console/continuation/{}", deps.page_origin, run.id));
    match &run.state {
        RunState::Announced { .. } => {
            let path = cancel_path(&deps.keyring, &RunHandle::of(run), deps.clock.now())?;
            let rows = run.drawn.as_ref().map(|drawn| plan(run, drawn, merchant, words)).unwrap_or_default();
            let cancel = (words.cancel, format!("{}{path}", deps.page_origin));
            Ok(Some((&words.announced, rows, vec![cancel, page])))
        }
        RunState::NotRun { why, .. } => {
            let why = (continuation(merchant.lang).not_run)(*why).to_owned();
            Ok(Some((&words.not_run, vec![(words.reason.to_owned(), why)], vec![page])))
        }
        RunState::Drawing { .. }
        | RunState::Open { .. }
        | RunState::Confirmed { .. }
        | RunState::Begun { .. }
        | RunState::Cancelled { .. } => Ok(None),
    }
}

/// What would be charged, and what would be left out.
fn plan(run: &Run, drawn: &Drawn, merchant: &Merchant, words: &ContinuationMailWords) -> Rows {
    let lang = merchant.lang;
    let count = |rows: u32| (words.count)(&grouped_number(u64::from(rows)));
    let months = (continuation(lang).months_of)(&month(lang, run.from), &month(lang, run.month));
    let mut rows = vec![
        (words.months.to_owned(), months),
        (words.day.to_owned(), day(lang, run.on)),
        (words.payments.to_owned(), count(run.chosen.rows)),
        (words.sum.to_owned(), sum(lang, run.chosen.yen)),
    ];
    let left = [Standing::Charged, Standing::BeingChecked, Standing::CardExpires, Standing::NeverRetry];
    for standing in left {
        let figure = drawn.figure(standing);
        if figure.rows > 0 {
            rows.push(((words.left)((continuation(lang).standings)(standing)), count(figure.rows)));
        }
    }
    rows
}
