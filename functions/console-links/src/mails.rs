//! Many payment mails from a file (決済メールのCSVインポート): all rows are checked, then confirmed, then made. Nothing is stored before.
//!
//! Between check and confirmation the rows travel sealed through the browser. Names come from a seed sealed with them, and a number that was
//! taken before keeps its link: whatever is sent twice, or cut off and sent again, makes and sends each mail once.

use std::collections::HashMap;

use askama::Template;
use console::{Frame, Refusal, Section};
use domain::{
    Lang, LinkId, Merchant, MerchantId, OrderId, PaymentKey, Yen,
    audit::Action,
    clock::japan_date,
    link::{
        Buyer, Link, LinkAmount, LinkUses, Sending, Terms,
        mail_file::{self, MailRow, What},
    },
    payment::Origin,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{Response, StatusCode};
use inbound::{
    Sealed, http as answer,
    links::{Entry, Made, end_of},
};
use jiff::{Timestamp, ToSpan as _};
use lambda_http::Body;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::StoreError;
use words::{
    console::links::{LinkProblem, LinksWords, row_problem},
    money,
};

use crate::{
    Deps, Visited,
    make::Mend,
    making::{self, FORM_LIFETIME},
    upload::Upload,
};

/// How many links are written at a time.
const AT_A_TIME: usize = 8;
/// For how long a link of a file can be paid unless the clerk says otherwise.
const DAYS: &str = "30";

pub(crate) async fn form(visited: &Visited<'_>) -> Result<Response<Body>, Refusal> {
    let newest = visited.deps.links.page(visited.visit.merchant_id(), 1, None).await?.links;
    let entry = Entry::of(None).with_terms_of(newest.first());
    Ok(Filling { visited, entry: &entry, days: DAYS, pasted: "", problems: &[], rows: &[] }.page(StatusCode::OK))
}

pub(crate) async fn act(visited: &Visited<'_>) -> Result<Response<Body>, Refusal> {
    let upload = Upload::of(visited.request, visited.visit).await?;
    match upload.text("act") {
        "check" => check(visited, &upload).await,
        "import" => import(visited, &upload, Sends::Later).await,
        "send" => import(visited, &upload, Sends::Now).await,
        _ => Err(Refusal::Unreadable),
    }
}

/// Whether the mails are sent when they are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sends {
    Now,
    Later,
}

/// A checked file on its way through the browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Batch {
    merchant: MerchantId,
    seed: [u8; 16],
    made_at: Timestamp,
    item: String,
    terms: Terms,
    lang: Lang,
    expires_at: Timestamp,
    rows: Vec<MailRow>,
}

impl Sealed for Batch {
    const PURPOSE: &'static str = "payment mails";
}

impl Batch {
    /// The link of a row. Its name can't be guessed without the seed, and is the same whenever the batch is sent.
    fn link(&self, row: &MailRow) -> Link {
        let digest = Sha256::new().chain_update(self.seed).chain_update(row.order.as_str()).finalize();
        let bits = digest.first_chunk::<16>().copied().unwrap_or(self.seed);
        let id = LinkId::from_random(bits);
        let amount = LinkAmount::Fixed(row.amount);
        let mut link = Link::new(id, self.merchant.clone(), &self.item, amount, LinkUses::One, self.made_at);
        (link.terms, link.free) = (Some(self.terms.clone()), row.free.clone());
        (link.destination, link.expires_at) = (row.destination, Some(self.expires_at));
        link.buyer = Some(Buyer {
            name: row.name.clone(),
            mail: row.mail.clone(),
            order: Some(row.order.clone()),
            message: row.message.clone(),
            lang: self.lang,
            mobile: row.mobile,
            sending: Sending::Unsent,
        });
        link
    }
}

async fn check(visited: &Visited<'_>, upload: &Upload) -> Result<Response<Body>, Refusal> {
    let (deps, visit) = (visited.deps, visited.visit);
    let merchant = &visit.merchant.merchant;
    let entry = Entry::of_texts(|name| upload.text(name));
    let mut problems = Vec::new();
    let item = entry.item(&mut problems);
    let terms = entry.terms(&mut problems);
    let expires_at = expires_at(upload.text("days"), visit.now);
    if expires_at.is_none() {
        problems.push(LinkProblem::Days);
    }
    let file = file(upload, merchant).map_err(|problem| problems.push(problem)).unwrap_or_default();
    let mut wrong: Vec<(usize, String)> =
        file.problems.iter().map(|problem| (problem.line, row_problem(visit.lang, &problem.what))).collect();
    let batch = Batch {
        merchant: merchant.id.clone(),
        seed: making::draw()?,
        made_at: visit.now,
        item,
        terms,
        lang: entry.lang(merchant),
        expires_at: expires_at.unwrap_or(visit.now),
        rows: file.rows,
    };
    let fates = fates(deps, &batch).await?;
    let used = batch.rows.iter().filter(|row| fates.get(&row.order) == Some(&Fate::Used));
    wrong.extend(used.map(|row| (row.line, row_problem(visit.lang, &What::Used))));
    wrong.sort();
    if problems.is_empty() && wrong.is_empty() {
        let sealed = deps.console.keyring().seal(&batch, after(visit.now))?;
        return Ok(confirmation(visited, &batch, &fates, &sealed));
    }
    let pasted = upload.text("rows");
    let filling =
        Filling { visited, entry: &entry, days: upload.text("days"), pasted, problems: &problems, rows: &wrong };
    Ok(filling.page(StatusCode::UNPROCESSABLE_ENTITY))
}

fn after(now: Timestamp) -> Timestamp {
    now.saturating_add(FORM_LIFETIME).unwrap_or(Timestamp::MAX)
}

/// The end of the last day.
fn expires_at(days: &str, now: Timestamp) -> Option<Timestamp> {
    let days: i64 = days.trim().parse().ok().filter(|days| (1..=365).contains(days))?;
    end_of(japan_date(now).checked_add(days.days()).ok()?)
}

fn file(upload: &Upload, merchant: &Merchant) -> Result<mail_file::MailFile, LinkProblem> {
    let bytes = match (upload.bytes("file"), upload.bytes("rows")) {
        ([], rows) if rows.iter().all(u8::is_ascii_whitespace) => return Err(LinkProblem::FileMissing),
        ([], rows) => rows,
        (file, _) => file,
    };
    mail_file::read(bytes, merchant).map_err(LinkProblem::File)
}

/// What will become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It will be made.
    New,
    /// It was made before and not sent.
    Unsent,
    /// It was made and sent before.
    Sent,
    /// Its number belongs to something else.
    Used,
}

impl Fate {
    /// Whether making and sending changes anything.
    const fn has_to_do(self, sends: Sends) -> bool {
        match (self, sends) {
            (Self::New, _) | (Self::Unsent, Sends::Now) => true,
            (Self::Unsent, Sends::Later) | (Self::Sent | Self::Used, _) => false,
        }
    }
}

/// What will become of each row, by its order number.
async fn fates(deps: &Deps, batch: &Batch) -> Result<HashMap<OrderId, Fate>, Refusal> {
    let merchant = &batch.merchant;
    let orders: Vec<OrderId> = batch.rows.iter().map(|row| row.order.clone()).collect();
    let claims = deps.links.claims(merchant, &orders).await?;
    let claimed: Vec<LinkId> = claims.iter().map(|claim| claim.link.clone()).collect();
    let links = deps.links.load_all(merchant, &claimed).await?;
    let links: HashMap<OrderId, Link> =
        links.into_iter().filter_map(|link| Some((link.sole_order()?.order, link))).collect();
    let keys: Vec<PaymentKey> = orders.into_iter().map(|order| PaymentKey::new(merchant.clone(), order)).collect();
    let payments = deps.payments.load_all(&keys).await?;
    let payments: HashMap<OrderId, Origin> =
        payments.into_iter().map(|payment| (payment.key.order, payment.origin)).collect();
    let fate = |row: &MailRow| {
        let link = links.get(&row.order);
        let paid_by = payments.get(&row.order);
        match link {
            Some(link) if link.asks_as(&batch.link(row)) => match link.buyer.as_ref().map(|buyer| buyer.sending) {
                Some(Sending::Asked { .. } | Sending::Sent { .. }) => Fate::Sent,
                Some(Sending::Unsent) | None => Fate::Unsent,
            },
            Some(_) => Fate::Used,
            None if paid_by.is_some() => Fate::Used,
            None => Fate::New,
        }
    };
    Ok(batch.rows.iter().map(|row| (row.order.clone(), fate(row))).collect())
}

/// Makes what was checked, and asks for what was not sent yet. It is noted before, unless the same file has done it all already.
async fn import(visited: &Visited<'_>, upload: &Upload, sends: Sends) -> Result<Response<Body>, Refusal> {
    let (deps, visit) = (visited.deps, visited.visit);
    let batch: Batch = deps.console.keyring().unseal(upload.text("batch"), deps.console.now())?;
    if batch.merchant != *visit.merchant_id() {
        return Err(Refusal::NotThere);
    }
    let sent = sends == Sends::Now;
    let fates = fates(deps, &batch).await?;
    if fates.values().any(|fate| fate.has_to_do(sends)) {
        let count = fates.values().filter(|fate| **fate != Fate::Used).count();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        deps.console.note(visit, Action::LinksMade { count, sent }).await?;
    }
    let links: Vec<(usize, Link)> = batch.rows.iter().map(|row| (row.line, batch.link(row))).collect();
    let made: Vec<(usize, bool)> = stream::iter(links)
        .map(|(line, link)| async move { Ok::<_, Refusal>((line, make(deps, link, sends).await?)) })
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    let stands = made.iter().filter(|(_, stands)| *stands).count();
    tracing::info!(merchant.id = %batch.merchant, count = stands, sent, "payment mails were made from a file");
    if stands == made.len() {
        return Ok(answer::see_other(&format!("/console/links?done=mails&count={stands}")));
    }
    let taken = made.iter().filter(|(_, stands)| !stands);
    let rows: Vec<(usize, String)> = taken.map(|(line, _)| (*line, row_problem(visit.lang, &What::Used))).collect();
    Ok(left_over(visited, rows))
}

/// Whether the row's link stands.
async fn make(deps: &Deps, link: Link, sends: Sends) -> Result<bool, Refusal> {
    let asked = match sends {
        Sends::Now => link.ask_sending(link.made_at).map(|asked| Link { version: 1, ..asked }),
        Sends::Later => None,
    };
    match deps.desk.make(asked.unwrap_or(link)).await? {
        Made::Taken => Ok(false),
        Made::Stands(link) => {
            let unsent = link.buyer.as_ref().is_some_and(|buyer| buyer.sending == Sending::Unsent);
            if unsent && sends == Sends::Now {
                match deps.desk.ask_sending(*link).await {
                    // Whoever sent the same file at the same time has asked.
                    Ok(_) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(true)
        }
    }
}

fn confirmation(visited: &Visited<'_>, batch: &Batch, fates: &HashMap<OrderId, Fate>, sealed: &str) -> Response<Body> {
    let visit = visited.visit;
    let words = words::console::links(visit.lang);
    let sum = batch.rows.iter().fold(0_u64, |sum, row| sum.saturating_add(u64::from(row.amount.get())));
    let made = fates.values().filter(|fate| **fate != Fate::New).count();
    let sent = fates.values().filter(|fate| **fate == Fate::Sent).count();
    let row = |row: &MailRow| ConfirmRow {
        line: row.line,
        order: row.order.to_string(),
        name: row.name.clone(),
        mail: row.mail.clone(),
        amount: money(visit.lang, row.amount),
        fate: match fates.get(&row.order) {
            Some(Fate::Unsent) => words.row_unsent,
            Some(Fate::Sent) => words.row_sent,
            Some(Fate::New | Fate::Used) | None => words.row_new,
        },
    };
    let view = ConfirmTemplate {
        frame: visit.frame(words.confirm_title, Section::Links),
        words,
        lead: (words.confirm_lead)(batch.rows.len(), &total(visit.lang, sum)),
        before: (made > 0).then(|| (words.confirm_before)(made, sent)),
        rows: batch.rows.iter().map(row).collect(),
        batch: sealed,
    };
    answer::page(visited.request, StatusCode::OK, console::page(&view, &view.frame))
}

/// A sum, which may be more than one payment may be.
fn total(lang: Lang, sum: u64) -> String {
    let small = u32::try_from(sum).ok().and_then(|sum| Yen::new(sum).ok());
    small.map_or_else(
        || match lang {
            Lang::Ja => format!("{}円", words::format::grouped_number(sum)),
            Lang::En => format!("¥{}", words::format::grouped_number(sum)),
        },
        |sum| money(lang, sum),
    )
}

fn left_over(visited: &Visited<'_>, rows: Vec<(usize, String)>) -> Response<Body> {
    let visit = visited.visit;
    let words = words::console::links(visit.lang);
    let view = LeftOverTemplate { frame: visit.frame(words.mails_title, Section::Links), words, rows };
    answer::page(visited.request, StatusCode::CONFLICT, console::page(&view, &view.frame))
}

/// The form with what was typed and what is wrong with it.
struct Filling<'a> {
    visited: &'a Visited<'a>,
    entry: &'a Entry,
    days: &'a str,
    pasted: &'a str,
    problems: &'a [LinkProblem],
    rows: &'a [(usize, String)],
}

impl Filling<'_> {
    fn page(&self, status: StatusCode) -> Response<Body> {
        let visit = self.visited.visit;
        let words = words::console::links(visit.lang);
        let view = MailsTemplate {
            frame: visit.frame(words.mails_title, Section::Links),
            words,
            entry: self.entry,
            days: self.days,
            pasted: self.pasted,
            limits: (words.mails_limits)(mail_file::MAX_ROWS, mail_file::MAX_BYTES / 1024),
            columns: mail_file::HEADER,
            mend: Mend::of(visit.lang, self.problems),
            rows: self.rows,
        };
        answer::page(self.visited.request, status, console::page(&view, &view.frame))
    }
}

#[derive(Template)]
#[template(path = "mails.html", whitespace = "minimize")]
struct MailsTemplate<'a> {
    frame: Frame,
    words: &'static LinksWords,
    entry: &'a Entry,
    days: &'a str,
    pasted: &'a str,
    limits: String,
    columns: [&'static str; 11],
    mend: Mend,
    rows: &'a [(usize, String)],
}

struct ConfirmRow {
    line: usize,
    order: String,
    name: String,
    mail: String,
    amount: String,
    fate: &'static str,
}

#[derive(Template)]
#[template(path = "confirm.html", whitespace = "minimize")]
struct ConfirmTemplate<'a> {
    frame: Frame,
    words: &'static LinksWords,
    lead: String,
    before: Option<String>,
    rows: Vec<ConfirmRow>,
    batch: &'a str,
}

#[derive(Template)]
#[template(path = "left-over.html", whitespace = "minimize")]
struct LeftOverTemplate {
    frame: Frame,
    words: &'static LinksWords,
    rows: Vec<(usize, String)>,
}
