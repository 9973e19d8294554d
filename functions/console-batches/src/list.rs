//! The form for a file, and the merchant's batches, newest first.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    Lang,
    batch::{Batch, BatchId, Column, MAX_BYTES, MAX_ROWS},
};
use http::{Response, StatusCode};
use lambda_http::Body;
use words::{
    console::batches::{BatchesWords, column},
    format::{grouped_number, sum},
};

use crate::{Call, address_of, facts, upload};

/// Batches of a page.
const PAGE: usize = 50;
/// One more than a page, so that it is known whether there are older ones.
const READ: i32 = 51;

pub(crate) async fn show(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let before = call.asked("before").map(BatchId::new).transpose().map_err(|_| Refusal::NotThere)?;
    let mut found = call.deps.batches.newest(call.visit.merchant_id(), before.as_ref(), READ).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let words = call.words();
    let upload = if call.operates() { Some(UploadView::new(call).await?) } else { None };
    let frame = call.frame(words.title);
    let frame = match &upload {
        Some(upload) => frame.sending_to(&upload.to),
        None => frame,
    };
    let page = ListPage {
        frame: frame.clone(),
        words,
        done: (call.asked("done") == Some("dropped")).then_some(words.was_dropped),
        may_trade: call.may_trade(),
        upload,
        older: found.last().filter(|_| more).map(|batch| format!("/console/batches?before={}", batch.id)),
        newest: before.is_some(),
        entries: found.iter().map(|batch| Entry::new(call, batch)).collect(),
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static BatchesWords,
    done: Option<&'static str>,
    may_trade: bool,
    /// None: they may only look.
    upload: Option<UploadView>,
    entries: Vec<Entry>,
    older: Option<String>,
    newest: bool,
}

/// What the form says.
struct UploadView {
    to: String,
    fields: Vec<(&'static str, String)>,
    good_until: String,
    hint: String,
    columns: Vec<[&'static str; 3]>,
    place: String,
    at_once: String,
}

impl UploadView {
    async fn new(call: &Call<'_>) -> Result<Self, Refusal> {
        let (words, lang) = (call.words(), call.visit.lang);
        let form = upload::form(call).await?;
        let limits = &call.merchant().batch;
        let columns = Column::ALL.map(|of| [of.name(Lang::Ja), of.name(Lang::En), column(lang, of)]);
        Ok(Self {
            to: form.post.url,
            fields: form.post.fields,
            good_until: (words.good_until)(&words::format::time_of_day(form.good_until)),
            hint: (words.file_hint)(&grouped_number(u64::from(MAX_ROWS)), MAX_BYTES / (1024 * 1024)),
            columns: columns.into(),
            place: format!("s3://{}/{}/inbox/", call.deps.bucket, call.visit.merchant_id()),
            at_once: (words.at_once)(
                &grouped_number(u64::from(limits.at_once_rows)),
                &sum(lang, limits.at_once_yen.into()),
            ),
        })
    }
}

/// A batch in the list.
struct Entry {
    address: String,
    received: String,
    source: String,
    rows: String,
    yen: String,
    mark: &'static str,
    state: &'static str,
}

impl Entry {
    fn new(call: &Call<'_>, batch: &Batch) -> Self {
        let check = batch.check.as_ref();
        let (mark, state) = facts::state(call.words(), batch);
        Self {
            address: address_of(&batch.id),
            received: words::date_time(call.visit.lang, batch.made_at),
            source: facts::source(call, batch),
            rows: check.map(|check| grouped_number(u64::from(check.rows))).unwrap_or_default(),
            yen: check.map(|check| sum(call.visit.lang, check.yen)).unwrap_or_default(),
            mark,
            state,
        }
    }
}
