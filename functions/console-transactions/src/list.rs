//! The list: a search by its address, newest first, page by page.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{
    Lang, MerchantId, Yen,
    search::{Row, Search},
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::{SealError, Sealed, checkout::free_label, http as answer};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use store::{SearchCursor, SearchPage};
use words::console::transactions::{self as texts, TransactionsWords};

use crate::{
    Deps,
    form::{Control, Form},
    mark,
};

const ADDRESS: &str = "/console/transactions";
/// How many payments a page shows.
const ON_A_PAGE: usize = 50;
/// How long a page's link to the next one is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Where the next page begins, sealed for its merchant.
#[derive(Serialize, Deserialize)]
struct Next {
    merchant: MerchantId,
    below: SearchCursor,
}

impl Sealed for Next {
    const PURPOSE: &'static str = "console search page";
}

/// Shows what a search finds, or what is wrong with its terms.
pub(crate) async fn show(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let query = Parameters::parse(query.as_bytes()).map_err(|_| Refusal::Unreadable)?;
    let typed = |name: &str| {
        let value = query.value(name).map(std::str::from_utf8);
        value.unwrap_or(Ok("")).map_err(|_| Refusal::Unreadable)
    };
    for (_, value) in query.iter() {
        std::str::from_utf8(value).map_err(|_| Refusal::Unreadable)?;
    }
    let of = |name: &'static str| typed(name).unwrap_or_default();
    let (status, form, found) = match Search::parse(of) {
        Ok(search) => {
            let form = Form::new(visit.lang, |field| search.value(field), &[]);
            (StatusCode::OK, form, Some(found(deps, visit, &search, of("after")).await?))
        }
        Err(problems) => {
            let form = Form::new(visit.lang, |field| of(field.name()).to_owned(), &problems);
            (StatusCode::UNPROCESSABLE_ENTITY, form, None)
        }
    };
    let words = texts::transactions(visit.lang);
    let frame = visit.frame(words.title, Section::Transactions);
    let page = ListPage { frame: frame.clone(), words, form, found };
    Ok(answer::page(request, status, console::page(&page, &frame)))
}

async fn found(deps: &Deps, visit: &Visit, search: &Search, after: &str) -> Result<Found, Refusal> {
    let merchant = visit.merchant_id();
    let below = match after {
        "" => None,
        sealed => Some(below(deps, visit, sealed)?),
    };
    let page = deps.searches.page(merchant, search, below.as_ref(), ON_A_PAGE).await?;
    let next = match &page.next {
        Some(below) => {
            let next = Next { merchant: merchant.clone(), below: below.clone() };
            let until = visit.now.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX);
            Some(address(search, Some(&deps.console.keyring().seal(&next, until)?)))
        }
        None => None,
    };
    Ok(Found::new(visit, search, page, below.is_some(), next))
}

fn below(deps: &Deps, visit: &Visit, sealed: &str) -> Result<SearchCursor, Refusal> {
    let next: Next = deps.console.keyring().unseal(sealed, visit.now)?;
    if next.merchant == *visit.merchant_id() { Ok(next.below) } else { Err(SealError::Foreign.into()) }
}

fn address(search: &Search, after: Option<&str>) -> String {
    let after = after.map(|after| format!("after={after}"));
    let query: Vec<String> =
        [Some(search.query()), after].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if query.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?{}", query.join("&")) }
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static TransactionsWords,
    form: Form,
    found: Option<Found>,
}

/// What a search found.
struct Found {
    rows: Vec<RowView>,
    as_of: String,
    /// Why there is nothing: heading and what to do.
    empty: Option<(&'static str, &'static str)>,
    /// How far it has looked, where that is not all.
    looked: Option<String>,
    newest: Option<String>,
    next: Option<String>,
    download: String,
}

/// A line of the table.
struct RowView {
    order: String,
    at: String,
    amount: String,
    refunded: Option<String>,
    mark: &'static str,
    result: &'static str,
    status: &'static str,
    class: &'static str,
    free: Vec<(String, String)>,
    mail: String,
    holder: String,
}

impl Found {
    fn new(visit: &Visit, search: &Search, page: SearchPage, later: bool, next: Option<String>) -> Self {
        let (lang, words) = (visit.lang, texts::transactions(visit.lang));
        let looked = page.looked_back_to.map(|back_to| (words.looked)(page.looked, &words::date_time(lang, back_to)));
        let as_of = match search.wanted {
            Some(_) => words.as_of_now.to_owned(),
            None => (words.as_of)(&words::format::time_of_day(visit.now)),
        };
        let empty = page.rows.is_empty().then(|| match (&looked, &search.wanted) {
            (_, Some(_)) => words.no_such_order,
            (Some(_), None) => (words.none_so_far, ""),
            (None, None) if search.is_all() && !later => words.empty,
            (None, None) => words.none_fits,
        });
        let query = search.query();
        Self {
            rows: page.rows.iter().map(|row| RowView::new(visit, row)).collect(),
            as_of,
            empty,
            looked,
            newest: later.then(|| address(search, None)),
            next,
            download: if query.is_empty() {
                "/console/exports".to_owned()
            } else {
                format!("/console/exports?{query}")
            },
        }
    }
}

impl RowView {
    fn new(visit: &Visit, row: &Row) -> Self {
        let lang = visit.lang;
        Self {
            order: row.key.order.to_string(),
            at: words::date_time(lang, row.at),
            amount: figure(row.amount),
            refunded: Some(row.refunded)
                .filter(|yen| *yen > 0)
                .map(|yen| texts::sum_figure(i64::from(yen).saturating_neg())),
            mark: mark(row.status),
            result: texts::result(lang, row.status),
            status: texts::status(lang, row.status),
            class: texts::class(lang, row.interface),
            free: named_free_items(visit, &row.free, lang),
            mail: row.mail.clone(),
            holder: row.holder.clone(),
        }
    }
}

/// The free items that hold something, under the merchant's names for them.
pub(crate) fn named_free_items(visit: &Visit, free: &[String; 3], lang: Lang) -> Vec<(String, String)> {
    let items = (1_u8..).zip(&visit.merchant.merchant.free_items).zip(free);
    items
        .filter(|(_, value)| !value.is_empty())
        .map(|((number, item), value)| (free_label(&item.label, number, lang), value.clone()))
        .collect()
}

/// An amount that stands in a column.
pub(crate) fn figure(amount: Yen) -> String {
    texts::figure(amount)
}
