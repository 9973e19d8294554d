//! Lists payments: a search of the console's read model, page by page.

use api::{Answer, Cursor, Paged, Problem, Query, Visit, wire::payment::PaymentSummary};
use domain::{
    api::{Code, Fault, ListAsked},
    request::is_user,
    search::{Search, Standing, Status, is_whole_address},
};
use jiff::civil::Date;
use store::SearchCursor;

use crate::Deps;

/// The longest mail address that is asked for, in characters.
const LONGEST_MAIL: usize = 128;

pub(crate) async fn list(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let known = ["limit", "cursor", "from", "to", "status", "interface", "user", "mail"];
    let query = Query::of(visit.request, &known)?;
    let (search, limit) = (search(&query)?, query.limit()?);
    let asked = ListAsked::of("payments", &search.query());
    let below: Option<SearchCursor> = Cursor::of(&deps.api, visit, &query, &asked)?;
    let page = deps.searches.page(visit.merchant_id(), &search, below.as_ref(), limit).await?;
    let next_cursor = page.next.map(|below| Cursor::seal(&deps.api, visit, &asked, below)).transpose()?;
    let data = page.rows.iter().map(PaymentSummary::of).collect();
    Ok(Answer::new(200, &Paged { data, next_cursor }))
}

fn search(query: &Query) -> Result<Search, Problem> {
    let (from, to) = (query.read("from", day)?, query.read("to", day)?);
    if matches!((from, to), (Some(from), Some(to)) if to < from) {
        return Err(Problem::field(Code::FieldRefused, "to", Fault::Contradicts));
    }
    let status = |name: &str| Status::all_told().find(|status| status.name() == name);
    let class = |name: &str| Search::classes().find(|(_, known)| *known == name).map(|(interface, _)| interface);
    let is_mail = |text: &str| text.chars().count() <= LONGEST_MAIL && is_whole_address(text);
    let mail = |text: &str| is_mail(text).then(|| text.to_owned());
    let user = |text: &str| is_user(text).then(|| text.to_owned());
    Ok(Search {
        from,
        to,
        standing: query.read("status", status)?.map(Standing::Told),
        class: query.read("interface", class)?,
        user: query.read("user", user)?.unwrap_or_default(),
        mail: query.read("mail", mail)?.unwrap_or_default(),
        ..Search::default()
    })
}

/// `2026-11-21`, and no other way of writing a day (RFC 3339, full-date).
fn day(text: &str) -> Option<Date> {
    let digits = |at: usize, byte: u8| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    let plain = text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| digits(at, byte));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way() {
        for (text, good) in [
            ("2026-11-21", true),
            ("2024-02-29", true),
            ("2026-02-29", false),
            ("2026-11-31", false),
            ("2026-1-1", false),
            ("20261121", false),
            ("2026-11-21T00:00:00Z", false),
            ("2026/11/21", false),
            ("-026-11-21", false),
        ] {
            assert_eq!(day(text).is_some(), good, "{text}");
        }
    }
}
