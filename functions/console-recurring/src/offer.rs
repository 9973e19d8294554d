//! One offer: what a buyer is shown of it, what a shop's form sends; making it, making another version, withdrawing it.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    audit::Action,
    recurring::{
        calendar::Cycle,
        offer::{FirstAmount, Offer, Times, TrialDays},
    },
};
use http::{Response, StatusCode};
use inbound::{http as answer, page::Joining};
use lambda_http::Body;
use store::StoreError;
use words::console::offers::{OfferProblem, OffersWords};

use crate::{Call, address_of_offer, entry::Entry, facts::Fact, offers};

/// The form for a new one. No purchase has such a number.
pub(crate) const NEW: &str = "/console/recurring/new-offer";

/// Shows an offer, the form for another version of it, or the question whether it is withdrawn.
pub(crate) fn show(call: &Call<'_>, offer: &Offer) -> Result<Response<Body>, Refusal> {
    let asked = call.asked("act");
    match asked {
        "" => Ok(detail(call, offer)),
        "change" | "withdraw" if !call.operates() => Err(Refusal::RoleTooLow),
        "change" => Ok(entry_form(call, Some(offer), &Entry::like(offer), &[])),
        "withdraw" if offer.withdrawn_at.is_none() => Ok(question(call, offer)),
        "withdraw" => Ok(to_other(offer)),
        _ => Err(Refusal::NotThere),
    }
}

/// The empty form.
pub(crate) fn form(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    Ok(entry_form(call, None, &Entry::default(), &[]))
}

/// Makes a new one.
pub(crate) async fn make(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    save(call, None).await
}

/// Makes another version, or withdraws it.
pub(crate) async fn act(call: &Call<'_>, offer: Offer) -> Result<Response<Body>, Refusal> {
    let shown = call.visit.field("version").parse() == Ok(offer.version);
    match call.visit.field("act") {
        "withdraw" if shown && offer.withdrawn_at.is_none() => withdraw(call, &offer).await,
        "withdraw" => Ok(to_other(&offer)),
        _ if shown => save(call, Some(&offer)).await,
        _ => Ok(to_other(&offer)),
    }
}

/// Shows what was typed, or stores it.
async fn save(call: &Call<'_>, before: Option<&Offer>) -> Result<Response<Body>, Refusal> {
    let entry = Entry::of(|name| call.visit.field(name));
    let offer = match entry.offer(call.merchant(), before, call.visit.now) {
        Ok(offer) => offer,
        Err(problems) => return Ok(entry_form(call, before, &entry, &problems)),
    };
    match call.visit.field("act") {
        "mend" => Ok(entry_form(call, before, &entry, &[])),
        "preview" => preview(call, before, &entry, &offer).await,
        "save" => store(call, before, &entry, &offer).await,
        _ => Err(Refusal::Unreadable),
    }
}

async fn preview(
    call: &Call<'_>,
    before: Option<&Offer>,
    entry: &Entry,
    offer: &Offer,
) -> Result<Response<Body>, Refusal> {
    if before.is_none() && call.deps.offers.load(&offer.merchant, &offer.id).await?.is_some() {
        return Ok(entry_form(call, None, entry, &[OfferProblem::IdTaken]));
    }
    let words = call.offer_words();
    let frame = call.frame(words.preview_title);
    let page = PreviewPage {
        frame: frame.clone(),
        words,
        action: action(before),
        version: before.map(|before| before.version),
        fields: entry.fields(),
        shown: shown(call, offer),
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

async fn store(
    call: &Call<'_>,
    before: Option<&Offer>,
    entry: &Entry,
    offer: &Offer,
) -> Result<Response<Body>, Refusal> {
    let address = address_of_offer(&offer.id);
    let stands = call.deps.offers.load(&offer.merchant, &offer.id).await?;
    if let Some(stands) = stands.as_ref().filter(|_| before.is_none()) {
        // A form that was sent twice finds what it made.
        let same = Offer { made_at: stands.made_at, ..offer.clone() } == *stands;
        return Ok(if same {
            answer::see_other(&format!("{address}?done=made"))
        } else {
            entry_form(call, None, entry, &[OfferProblem::IdTaken])
        });
    }
    let action = Action::OfferMade { offer: offer.id.clone(), version: offer.version };
    match call.deps.console.noted(&call.visit.user, action, call.deps.offers.put(before, offer)).await {
        Ok(()) => {
            tracing::info!(offer.id = %offer.id, offer.version = offer.version, merchant.id = %offer.merchant, "an offer was made");
            let done = if before.is_none() { "made" } else { "changed" };
            Ok(answer::see_other(&format!("{address}?done={done}")))
        }
        Err(StoreError::Conflict) => Ok(to_other(offer)),
        Err(error) => Err(error.into()),
    }
}

async fn withdraw(call: &Call<'_>, offer: &Offer) -> Result<Response<Body>, Refusal> {
    let withdrawn =
        Offer { version: offer.version.saturating_add(1), withdrawn_at: Some(call.visit.now), ..offer.clone() };
    let action = Action::OfferWithdrawn { offer: offer.id.clone() };
    match call.deps.console.noted(&call.visit.user, action, call.deps.offers.put(Some(offer), &withdrawn)).await {
        Ok(()) => Ok(answer::see_other(&format!("{}?done=withdrawn", address_of_offer(&offer.id)))),
        Err(StoreError::Conflict) => Ok(to_other(offer)),
        Err(error) => Err(error.into()),
    }
}

/// To the offer, which stands otherwise than the form showed.
fn to_other(offer: &Offer) -> Response<Body> {
    answer::see_other(&format!("{}?done=other", address_of_offer(&offer.id)))
}

/// Where a form is sent.
fn action(before: Option<&Offer>) -> String {
    before.map_or_else(|| offers::ADDRESS.to_owned(), |before| address_of_offer(&before.id))
}

fn detail(call: &Call<'_>, offer: &Offer) -> Response<Body> {
    let (words, lang) = (call.offer_words(), call.lang());
    let [made, changed, withdrawn] = words.done;
    let done = match call.asked("done") {
        "made" => Some(made),
        "changed" => Some(changed),
        "withdrawn" => Some(withdrawn),
        "other" => Some(words.moved_on),
        _ => None,
    };
    let (mark, state) = offers::state(words, offer);
    let address = address_of_offer(&offer.id);
    let withdraw = offer.withdrawn_at.is_none().then(|| format!("{address}?act=withdraw"));
    let kinds = offers::kinds(call, &offer.id);
    let frame = call.frame((words.detail)(&offer.item));
    let page = DetailPage {
        frame: frame.clone(),
        words,
        done,
        mark,
        state,
        id: offer.id.to_string(),
        version: (words.version_of)(offer.version, &words::date_time(lang, offer.made_at)),
        withdrawn_at: offer.withdrawn_at.map(|at| words::date_time(lang, at)),
        shown: shown(call, offer),
        send: kinds.iter().map(|kind| sent(offer, kind)).collect(),
        settings: (call.visit.user.role >= domain::account::Role::Owner).then_some(offers::SETTINGS),
        change: call.operates().then(|| format!("{address}?act=change")),
        withdraw: withdraw.filter(|_| call.operates()),
    };
    call.page(StatusCode::OK, &page, &frame)
}

/// The fields of a shop's form, as it writes them: the amount is what joining costs, or where that is nothing, each following amount.
fn sent(offer: &Offer, kind: &str) -> String {
    let field = |name: &str, value: &str| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    let amount = match offer.first {
        FirstAmount::Charged(amount) => amount,
        FirstAmount::Free => offer.amount,
    };
    [field("amount", &amount.to_string()), field("regular", "on"), field("regular_kind", kind)].join("\n")
}

/// What the final screen says of it to a buyer who joins now.
fn shown(call: &Call<'_>, offer: &Offer) -> Vec<Fact> {
    let (lang, joining) = (call.lang(), words::joining(call.lang()));
    let screen = Joining::of(lang, offer, call.merchant().regular.anchor, call.visit.now, "");
    let dates = screen.dates.iter().map(|one| {
        let note = if one.note.is_empty() { String::new() } else { format!(" ({})", one.note) };
        format!("{}: {} {}{note}", one.nth, one.on, one.amount)
    });
    let dates: Vec<String> = dates.chain(screen.more.clone()).collect();
    let item = (call.offer_words().item, offer.item.clone());
    std::iter::once(item).chain(screen.rows).chain([(joining.dates, dates.join("\n"))]).collect()
}

fn entry_form(call: &Call<'_>, before: Option<&Offer>, entry: &Entry, problems: &[OfferProblem]) -> Response<Body> {
    let (words, lang) = (call.offer_words(), call.lang());
    let title = if before.is_some() { words.change_title } else { words.new_title };
    let frame = call.frame(title);
    let months = (1..=Cycle::MAX).filter_map(|months| Cycle::new(months).ok());
    let chosen = Some(entry.value("cycle")).filter(|months| !months.is_empty()).unwrap_or("1").to_owned();
    let page = FormPage {
        frame: frame.clone(),
        words,
        title,
        action: action(before),
        version: before.map(|before| before.version),
        entry,
        most: (words.amount_hint)(&words::money(lang, call.merchant().max_amount)),
        trial: (words.trial_hint)(TrialDays::MAX),
        times: (words.times_hint)(Times::MAX),
        cycles: months
            .map(|cycle| (cycle.months(), words::recurring::cycle(lang, cycle)))
            .map(|(months, text)| (months.to_string() == chosen, months, text))
            .collect(),
        terms: term_fields(words),
        mend: Mend { texts: problems.iter().map(|problem| (problem.field(), (words.problem)(problem))).collect() },
        cancel: before.map_or_else(|| offers::ADDRESS.to_owned(), |before| address_of_offer(&before.id)),
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    call.page(status, &page, &frame)
}

/// The legal items of the form: name, label, whether it may stay empty, hint.
fn term_fields(words: &OffersWords) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let names = [
        ("quantity", ""),
        ("shipping", words.optional),
        ("payment_time", words.optional),
        ("delivery", ""),
        ("withdrawal", ""),
    ];
    names.into_iter().zip(words.term).map(|((name, optional), (label, hint))| (name, label, optional, hint)).collect()
}

fn question(call: &Call<'_>, offer: &Offer) -> Response<Body> {
    let words = call.offer_words();
    let frame = call.frame(words.withdraw_title);
    let page = WithdrawPage {
        frame: frame.clone(),
        words,
        address: address_of_offer(&offer.id),
        version: offer.version,
        item: offer.item.clone(),
    };
    call.page(StatusCode::OK, &page, &frame)
}

/// What is to be mended, by field.
struct Mend {
    texts: Vec<(&'static str, String)>,
}

impl Mend {
    fn at(&self, field: &str) -> Option<&str> {
        self.texts.iter().find(|(of, _)| *of == field).map(|(_, text)| text.as_str())
    }
}

#[derive(Template)]
#[template(path = "offer.html", whitespace = "minimize")]
struct DetailPage {
    frame: Frame,
    words: &'static OffersWords,
    done: Option<&'static str>,
    mark: &'static str,
    state: &'static str,
    id: String,
    version: String,
    withdrawn_at: Option<String>,
    shown: Vec<Fact>,
    send: Vec<String>,
    settings: Option<&'static str>,
    change: Option<String>,
    withdraw: Option<String>,
}

#[derive(Template)]
#[template(path = "offer-form.html", whitespace = "minimize")]
struct FormPage<'a> {
    frame: Frame,
    words: &'static OffersWords,
    title: &'static str,
    action: String,
    version: Option<u32>,
    entry: &'a Entry,
    most: String,
    trial: String,
    times: String,
    cycles: Vec<(bool, u8, String)>,
    terms: Vec<(&'static str, &'static str, &'static str, &'static str)>,
    mend: Mend,
    cancel: String,
}

#[derive(Template)]
#[template(path = "offer-preview.html", whitespace = "minimize")]
struct PreviewPage<'a> {
    frame: Frame,
    words: &'static OffersWords,
    action: String,
    version: Option<u32>,
    fields: &'a [(&'static str, String)],
    shown: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "offer-withdraw.html", whitespace = "minimize")]
struct WithdrawPage {
    frame: Frame,
    words: &'static OffersWords,
    address: String,
    version: u32,
    item: String,
}
