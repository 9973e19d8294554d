//! A new link: the form, what the shopper will see in words, and the making. Nothing is written before the last step.

use askama::Template;
use console::{Frame, Refusal, Section};
use domain::{
    Lang, LinkId, Merchant,
    audit::Action,
    link::{Link, LinkAmount, LinkUses},
    merchant::DestinationNumber,
    recurring::offer::{FirstAmount, Offer},
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::{
    checkout, http as answer,
    links::{Entry, Foreseen, Made},
    page::{
        Joining, Terms,
        mail::{self, PaymentRequest},
    },
};
use jiff::Timestamp;
use lambda_http::Body;
use store::StoreError;
use words::{
    console::links::{LinkProblem, LinksWords},
    money,
};

use crate::{
    Visited,
    making::{self, Draft, FORM_LIFETIME},
    rows::amount,
};

/// The form. It begins with the terms of the newest link, or with all of the one that it is to be like.
pub(crate) async fn form(visited: &Visited<'_>) -> Result<Response<Body>, Refusal> {
    let (deps, merchant) = (visited.deps, visited.visit.merchant_id());
    let query = Parameters::parse(answer::parameter_bytes(visited.request)).ok();
    let like = query.as_ref().and_then(|query| query.value("like")).and_then(|id| std::str::from_utf8(id).ok());
    let entry = Entry::of(query.as_ref());
    let entry = match like.and_then(|id| LinkId::new(id).ok()) {
        Some(id) => {
            let link = deps.links.load_of(merchant, &id).await?.ok_or(Refusal::NotThere)?;
            entry.alike(&link)
        }
        None => {
            let newest = deps.links.page(merchant, 1, None).await?.links;
            entry.with_terms_of(newest.first())
        }
    };
    let draft =
        Draft { merchant: merchant.clone(), link: LinkId::from_random(making::draw()?), made_at: visited.visit.now };
    let draft = deps.console.keyring().seal(&draft, after(visited.visit.now))?;
    let offers = open_offers(visited).await?;
    Ok(Filling { visited, entry: &entry, draft: &draft, offers: &offers, problems: &[] }.page(StatusCode::OK))
}

/// The form's next step: what the shopper will see, the form again, or the link.
pub(crate) async fn act(visited: &Visited<'_>) -> Result<Response<Body>, Refusal> {
    let (deps, visit) = (visited.deps, visited.visit);
    let merchant = &visit.merchant.merchant;
    let sealed = visit.field("draft");
    let draft: Draft = deps.console.keyring().unseal(sealed, deps.console.now())?;
    if draft.merchant != merchant.id {
        return Err(Refusal::NotThere);
    }
    let entry = Entry::of(visit.form());
    let offers = open_offers(visited).await?;
    let filling = |problems: &[LinkProblem], status| {
        Filling { visited, entry: &entry, draft: sealed, offers: &offers, problems }.page(status)
    };
    let chosen = entry.offer().map(|name| offers.iter().find(|offer| offer.id.as_str() == name));
    let link = match chosen {
        Some(offer) => entry.joining((draft.link, draft.made_at), merchant, offer, visit.now),
        None => entry.link(draft.link, draft.made_at, merchant, visit.now),
    };
    let link = match link {
        Ok(link) => link,
        Err(problems) => return Ok(filling(&problems, StatusCode::UNPROCESSABLE_ENTITY)),
    };
    let sends = match visit.field("act") {
        "preview" => return Ok(preview(visited, (&entry, sealed), &link, chosen.flatten())),
        "edit" => return Ok(filling(&[], StatusCode::OK)),
        "make" => false,
        "send" => true,
        _ => return Err(Refusal::Unreadable),
    };
    // Made and asked for in one write: no mail is forgotten between two.
    let asked = if sends { link.ask_sending(visit.now).map(|asked| Link { version: 1, ..asked }) } else { None };
    match make(visited, asked.unwrap_or(link), sends).await? {
        Some(link) => Ok(answer::see_other(&format!("/console/links/{link}?done=made"))),
        // The form made another link before: nothing is made in its place.
        None if entry.value("order").is_empty() => Ok(filling(&[], StatusCode::CONFLICT)),
        None => Ok(filling(&[LinkProblem::OrderUsed], StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

/// The regular purchases that can be joined.
async fn open_offers(visited: &Visited<'_>) -> Result<Vec<Offer>, Refusal> {
    let offers = visited.deps.offers.all(visited.visit.merchant_id()).await?;
    Ok(offers.into_iter().filter(Offer::is_open).collect())
}

/// Notes the link and makes it, unless it stands. None: its number or its name belongs to another.
async fn make(visited: &Visited<'_>, link: Link, sent: bool) -> Result<Option<LinkId>, Refusal> {
    let (deps, visit) = (visited.deps, visited.visit);
    let link = match deps.desk.foresee(link).await? {
        Foreseen::New(link) => link,
        Foreseen::Stands(link) => return Ok(Some(link)),
        Foreseen::Taken => return Ok(None),
    };
    let action = Action::LinkMade { link: link.id.clone(), sent };
    let making = async {
        match deps.desk.make(*link).await? {
            Made::Stands(link) => Ok(link),
            Made::Taken => Err(StoreError::Conflict),
        }
    };
    match deps.console.noted(&visit.user, action, making).await {
        Ok(link) => {
            tracing::info!(link.id = %link.id, merchant.id = %link.merchant, "a payment link was made");
            Ok(Some(link.id))
        }
        Err(StoreError::Conflict) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn after(now: Timestamp) -> Timestamp {
    now.saturating_add(FORM_LIFETIME).unwrap_or(Timestamp::MAX)
}

/// The form with what was typed.
struct Filling<'a> {
    visited: &'a Visited<'a>,
    entry: &'a Entry,
    draft: &'a str,
    offers: &'a [Offer],
    problems: &'a [LinkProblem],
}

impl Filling<'_> {
    fn page(&self, status: StatusCode) -> Response<Body> {
        let visit = self.visited.visit;
        let (lang, merchant) = (visit.lang, &visit.merchant.merchant);
        let words = words::console::links(lang);
        let mend = Mend::of(lang, self.problems);
        let view = FormTemplate {
            frame: visit.frame(words.new_title, Section::Links),
            words,
            entry: self.entry,
            draft: self.draft,
            offers: self.offers,
            used: status == StatusCode::CONFLICT,
            most: money(lang, merchant.max_amount),
            destinations: destinations(merchant),
            no_legal: merchant.page.legal_address.is_none(),
            mend,
        };
        answer::page(self.visited.request, status, console::page(&view, &view.frame))
    }
}

/// What is to be mended, by field.
pub(crate) struct Mend {
    pub(crate) texts: Vec<(&'static str, String)>,
}

impl Mend {
    pub(crate) fn of(lang: Lang, problems: &[LinkProblem]) -> Self {
        Self { texts: problems.iter().map(|problem| (problem.field(), problem.text(lang))).collect() }
    }

    pub(crate) fn at(&self, field: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| *known == field).map(|(_, text)| text.as_str())
    }
}

/// The numbers of the registered destinations.
fn destinations(merchant: &Merchant) -> Vec<u8> {
    let all = [DestinationNumber::One, DestinationNumber::Two, DestinationNumber::Three];
    all.into_iter().filter(|number| merchant.destination(*number).is_some()).map(u8::from).collect()
}

#[derive(Template)]
#[template(path = "new.html", whitespace = "minimize")]
struct FormTemplate<'a> {
    frame: Frame,
    words: &'static LinksWords,
    entry: &'a Entry,
    draft: &'a str,
    offers: &'a [Offer],
    used: bool,
    most: String,
    destinations: Vec<u8>,
    no_legal: bool,
    mend: Mend,
}

impl FormTemplate<'_> {
    fn destination_name(&self, number: &u8) -> String {
        (self.words.destination_number)(*number)
    }
}

fn preview(
    visited: &Visited<'_>,
    (entry, draft): (&Entry, &str),
    link: &Link,
    joins: Option<&Offer>,
) -> Response<Body> {
    let visit = visited.visit;
    let (lang, merchant) = (visit.lang, &visit.merchant.merchant);
    let words = words::console::links(lang);
    let shown_in = link.buyer.as_ref().map_or(merchant.lang, |buyer| buyer.lang);
    let view = PreviewTemplate {
        frame: visit.frame(words.preview_title, Section::Links),
        words,
        entry,
        draft,
        shown_in,
        rows: match joins {
            Some(offer) => joining_rows(shown_in, merchant, (link, offer), visit.now),
            None => page_rows(shown_in, merchant, link),
        },
        button: match link.amount {
            LinkAmount::Fixed(_) if link.offer.is_some() => joins.map(|offer| joining_button(shown_in, offer)),
            LinkAmount::Fixed(yen) => Some((words::words(shown_in).form.pay)(&money(shown_in, yen))),
            LinkAmount::Open => None,
        },
        uses: uses(words, link),
        mail: link.buyer.is_some().then(|| payment_mail(merchant, link, words.address_later)),
        no_legal: merchant.page.legal_address.is_none(),
    };
    answer::page(visited.request, StatusCode::OK, console::page(&view, &view.frame))
}

/// What the payment page will say of the order, label by label, in the shopper's language.
pub(crate) fn page_rows(lang: Lang, merchant: &Merchant, link: &Link) -> Vec<(String, String)> {
    let order = &words::words(lang).order;
    let links = words::console::links(lang);
    let number = link.buyer.as_ref().and_then(|buyer| buyer.order.as_ref()).map(ToString::to_string);
    let deadline = checkout::deadline(lang, Some(link));
    let terms = link.terms.as_ref().map(|terms| Terms::of(lang, terms, &deadline)).unwrap_or_default();
    let known = [
        (words::words(lang).result.shop, Some(merchant.name.clone())),
        (order.item, Some(link.item.clone())),
        (order.amount, Some(amount(lang, links, link))),
        (order.number, number),
        (order.method, Some(order.method_card_once.to_owned())),
    ];
    let known = known.into_iter().filter_map(|(label, value)| Some((label, value?)));
    let terms = terms.rows(lang).into_iter().map(|(label, text)| (label, text.to_owned()));
    known.chain(terms).map(|(label, value)| (label.to_owned(), value)).collect()
}

/// The same of a regular purchase that would be joined now.
fn joining_rows(
    lang: Lang,
    merchant: &Merchant,
    (link, offer): (&Link, &Offer),
    now: Timestamp,
) -> Vec<(String, String)> {
    let known =
        [(words::words(lang).result.shop, merchant.name.clone()), (words::words(lang).order.item, offer.item.clone())];
    let joining = Joining::of(lang, offer, merchant.regular.anchor, now, &checkout::deadline(lang, Some(link)));
    known.into_iter().chain(joining.rows).map(|(label, value)| (label.to_owned(), value)).collect()
}

fn joining_button(lang: Lang, offer: &Offer) -> String {
    let words = words::joining(lang);
    match offer.first {
        FirstAmount::Charged(first) => (words.pay)(&money(lang, first)),
        FirstAmount::Free => words.register.to_owned(),
    }
}

/// How often a link may be paid, in words.
pub(crate) const fn uses(words: &LinksWords, link: &Link) -> &'static str {
    match link.uses {
        LinkUses::One => words.once,
        LinkUses::Many => words.often,
    }
}

/// The payment mail as it will be sent, with this address in it.
pub(crate) fn payment_mail(merchant: &Merchant, link: &Link, address: &str) -> mail::Mail {
    let buyer = link.buyer.as_ref();
    mail::payment_request(&PaymentRequest {
        lang: buyer.map_or(merchant.lang, |buyer| buyer.lang),
        name: buyer.map_or("", |buyer| buyer.name.as_str()),
        merchant: &merchant.name,
        contact: merchant.page.contact.as_deref(),
        legal: merchant.page.legal_address.as_deref(),
        mode: merchant.mode,
        item: &link.item,
        amount: match link.amount {
            LinkAmount::Fixed(yen) => Some(yen),
            LinkAmount::Open => None,
        },
        order: buyer.and_then(|buyer| buyer.order.as_ref()).map(|order| order.as_str()),
        until: link.expires_at,
        message: buyer.map_or("", |buyer| buyer.message.as_str()),
        address,
    })
}

#[derive(Template)]
#[template(path = "preview.html", whitespace = "minimize")]
struct PreviewTemplate<'a> {
    frame: Frame,
    words: &'static LinksWords,
    entry: &'a Entry,
    draft: &'a str,
    shown_in: Lang,
    rows: Vec<(String, String)>,
    button: Option<String>,
    uses: &'static str,
    mail: Option<mail::Mail>,
    no_legal: bool,
}
