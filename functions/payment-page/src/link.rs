//! `/l/{link}`: a payment link. A fixed amount opens the form at once, an open one is asked for first.

use domain::{
    Lang, LinkId, Merchant, Yen,
    link::{Buyer, Link, LinkAmount},
    money::TypedAmountError,
    payment::{Details, Interface, Origin},
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::{
    checkout::{self, Offering, SealedOrder},
    http as answer,
    page::{self, AmountForm, LanguageSwitch},
};
use lambda_http::{Body, Request};
use words::{AmountProblem, Notice};

use crate::{Deps, Failure, is_form, open};

pub(crate) async fn show(deps: &Deps, request: &Request, name: &str) -> Result<Response<Body>, Failure> {
    let parameters = Parameters::parse(answer::parameter_bytes(request)).ok();
    let text = |name: &str| {
        let value = parameters.as_ref().and_then(|parameters| parameters.value(name));
        value.and_then(|value| std::str::from_utf8(value).ok())
    };
    let asked = text("lang").and_then(Lang::parse).or_else(|| answer::accepted_language(request));
    let closed =
        || deps.checkout.notice(request, None, asked.unwrap_or_default(), StatusCode::NOT_FOUND, Notice::LinkClosed);
    let Ok(id) = LinkId::new(name) else { return Ok(closed()) };
    let Some(link) = deps.checkout.link(&id).await? else { return Ok(closed()) };
    let Some(opened) = deps.checkout.merchant(&link.merchant).await? else { return Ok(closed()) };
    let merchant = &opened.merchant;
    let lang = asked.or(link.buyer.as_ref().map(|buyer| buyer.lang)).unwrap_or(merchant.lang);
    if !checkout::trades_at(merchant, deps.stage) {
        return Ok(deps.checkout.notice(
            request,
            Some(merchant),
            lang,
            StatusCode::FORBIDDEN,
            Notice::MerchantSuspended,
        ));
    }
    if link.sole_order().is_none()
        && let Some(notice) = checkout::link_closed(&link, deps.checkout.now())
    {
        return Ok(deps.checkout.notice(request, Some(merchant), lang, StatusCode::GONE, notice));
    }
    if let Some(offer) = &link.offer {
        let joins = deps.checkout.offer(&link.merchant, offer).await?;
        let gone = || deps.checkout.notice(request, Some(merchant), lang, StatusCode::GONE, Notice::OfferClosed);
        let Some(offer) = &joins else { return Ok(gone()) };
        let order = sealed(&link, offer.first.authorized(), lang)?;
        let order = SealedOrder {
            interface: offer.first.interface(Interface::Link),
            details: Details { offer: Some(offer.chosen()), ..order.details },
            ..order
        };
        return open(deps, request, merchant, order, &Offering { joins, link: Some(link) }).await;
    }
    let opening = Opening { deps, request, merchant, link: &link, lang };
    let amount = match link.amount {
        LinkAmount::Fixed(amount) => amount,
        LinkAmount::Open => match typed_amount(text("amount"), is_form(request), merchant) {
            Typed::Amount(amount) => amount,
            Typed::NotYet => return Ok(opening.ask_amount("", None)),
            Typed::Wrong(problem) => {
                return Ok(opening.ask_amount(text("amount").unwrap_or_default(), Some(problem)));
            }
        },
    };
    let order = sealed(&link, amount, lang)?;
    open(deps, request, merchant, order, &Offering { link: Some(link), joins: None }).await
}

/// The order of one opening of a link.
fn sealed(link: &Link, amount: Yen, lang: Lang) -> Result<SealedOrder, Failure> {
    let nonce = checkout::draw_nonce()?;
    Ok(SealedOrder {
        merchant: link.merchant.clone(),
        order: link.order(&nonce),
        amount,
        interface: Interface::Link,
        origin: Origin::Link(link.id.clone()),
        generation: 0,
        n: 1,
        nonce,
        kept: None,
        another: false,
        consent: None,
        details: details(link, lang),
    })
}

fn details(link: &Link, lang: Lang) -> Details {
    let buyer = link.buyer.as_ref();
    let of = |text: fn(&Buyer) -> &String| buyer.map(|buyer| text(buyer).clone()).unwrap_or_default();
    Details {
        name: of(|buyer| &buyer.name),
        mail: of(|buyer| &buyer.mail),
        free: link.free.clone(),
        mobile: buyer.is_some_and(|buyer| buyer.mobile),
        item: link.item.clone(),
        lang,
        destination: link.destination,
        ..Details::default()
    }
}

enum Typed {
    Amount(Yen),
    NotYet,
    Wrong(AmountProblem),
}

/// Reads what a person typed, up to the merchant's limit.
fn typed_amount(text: Option<&str>, sent: bool, merchant: &Merchant) -> Typed {
    let Some(text) = text.filter(|_| sent) else { return Typed::NotYet };
    match Yen::parse_typed(text, merchant.max_amount) {
        Ok(amount) => Typed::Amount(amount),
        Err(TypedAmountError::Missing) => Typed::Wrong(AmountProblem::Missing),
        Err(TypedAmountError::Malformed) => Typed::Wrong(AmountProblem::Malformed),
        Err(TypedAmountError::OutOfRange) => Typed::Wrong(AmountProblem::OutOfRange),
    }
}

/// An open-amount link on its way to the form.
struct Opening<'a> {
    deps: &'a Deps,
    request: &'a Request,
    merchant: &'a Merchant,
    link: &'a Link,
    lang: Lang,
}

impl Opening<'_> {
    fn ask_amount(&self, entered: &str, problem: Option<AmountProblem>) -> Response<Body> {
        let action = format!("/l/{}", self.link.id);
        let other = format!("{action}?lang={}", self.lang.other().tag());
        let view = AmountForm {
            lang: self.lang,
            shop: &self.deps.checkout.shop(self.merchant),
            item: &self.link.item,
            action: &action,
            most: self.merchant.max_amount,
            entered,
            problem,
            language: Some(LanguageSwitch::Link(&other)),
        };
        let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        answer::page(self.request, status, page::amount_form(&view))
    }
}
