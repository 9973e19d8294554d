//! The form for a month, and the merchant's runs, newest first.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    batch::BatchId,
    clock::japan_date,
    recurring::continuation::{Month, Run},
};
use futures_util::future::try_join_all;
use http::{Response, StatusCode};
use lambda_http::Body;
use words::{
    console::continuation::ContinuationWords,
    format::{grouped_number, sum},
    recurring::month,
};

use crate::{
    Call, address_of, facts,
    result::{self, Stands},
};

/// Runs of a page.
const PAGE: usize = 50;
/// One more than a page, so that it is known whether there are older ones.
const READ: i32 = 51;
/// How many months back can be continued.
const MONTHS_BACK: usize = 12;

/// The list. `wrong` is what is to be mended in the form.
pub(crate) async fn show(call: &Call<'_>, wrong: Option<&'static str>) -> Result<Response<Body>, Refusal> {
    let before = call.asked("before").map(BatchId::new).transpose().map_err(|_| Refusal::NotThere)?;
    let mut found = call.deps.runs.newest(call.visit.merchant_id(), before.as_ref(), READ).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let people = call.deps.console.users().list(call.visit.merchant_id()).await?;
    let words = call.words();
    let asked_by = |run: &Run| match &run.asked_by {
        None => words.by_itself.to_owned(),
        Some(id) => {
            let person = people.iter().find(|person| person.id == *id);
            person.map_or_else(|| words.former.to_owned(), |person| person.name.clone())
        }
    };
    let frame = call.frame(words.title);
    let entry = async |run: &Run| Ok::<_, Refusal>(Entry::new(call, run, asked_by(run), result::of(call, run).await?));
    let entries = try_join_all(found.iter().map(entry)).await?;
    let page = ListPage {
        frame: frame.clone(),
        words,
        wrong,
        may_trade: call.may_trade(),
        is_on: call.merchant().continuation,
        form: call.operates().then(|| Months::new(call)),
        schedule: schedule(call),
        older: found.last().filter(|_| more).map(|run| format!("/console/continuation?before={}", run.id)),
        newest: before.is_some(),
        entries,
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(call.page(status, &page, &frame))
}

/// The months that can be continued: this one back to a year ago.
pub(crate) fn continued(today: Month) -> impl Iterator<Item = Month> {
    std::iter::successors(Some(today), |month| Some(month.before())).take(MONTHS_BACK.saturating_add(1))
}

/// The months that can be charged for: this one, the one before, the next.
pub(crate) fn charged(today: Month) -> [Month; 3] {
    [today, today.before(), today.after()]
}

/// Whether it begins by itself, and where that is set.
fn schedule(call: &Call<'_>) -> (String, &'static str) {
    let (words, merchant) = (call.words(), call.merchant());
    match (merchant.continuation_day, &merchant.mail.shop_copy) {
        (None, _) => (words.not_by_itself.to_owned(), "/console/settings/payment"),
        (Some(_), None) => (words.nobody_to_tell.to_owned(), "/console/settings/mails"),
        (Some(anchor), Some(_)) => ((words.by_itself_on)(anchor.day()), "/console/settings/payment"),
    }
}

/// A choice of the form: value, text, chosen.
type Choice = (String, String, bool);

/// The months of the form.
struct Months {
    from: Vec<Choice>,
    month: Vec<Choice>,
}

impl Months {
    fn new(call: &Call<'_>) -> Self {
        let this = Month::of(japan_date(call.visit.now));
        let typed = |name: &str, default: Month| Month::parse(call.visit.field(name)).unwrap_or(default);
        let (from, of) = (typed("from", this.before()), typed("month", this));
        let choice = |each: Month, chosen: Month| (each.to_string(), month(call.visit.lang, each), each == chosen);
        Self {
            from: continued(this).map(|each| choice(each, from)).collect(),
            month: charged(this).map(|each| choice(each, of)).into(),
        }
    }
}

/// A run in the list.
struct Entry {
    address: String,
    months: String,
    made: String,
    asked_by: String,
    rows: String,
    yen: String,
    mark: &'static str,
    state: &'static str,
    result: Option<String>,
}

impl Entry {
    fn new(call: &Call<'_>, run: &Run, asked_by: String, stands: Stands) -> Self {
        Self {
            address: address_of(&run.id),
            months: facts::months(call, run),
            made: words::date_time(call.visit.lang, run.made_at),
            asked_by,
            rows: grouped_number(u64::from(run.chosen.rows)),
            yen: sum(call.visit.lang, run.chosen.yen),
            mark: stands.mark,
            state: stands.state,
            result: stands.result,
        }
    }
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static ContinuationWords,
    wrong: Option<&'static str>,
    may_trade: bool,
    is_on: bool,
    /// None: they may only look.
    form: Option<Months>,
    schedule: (String, &'static str),
    entries: Vec<Entry>,
    older: Option<String>,
    newest: bool,
}
