//! `/pay`: a shop sends its shopper, by GET or POST, with signed or unsigned parameters.

use domain::{
    Lang,
    request::{self, RequestError},
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::{
    SealError,
    checkout::{self, ANOTHER, CARD, KEPT, Offering, REOPEN, SealedOrder},
    http as answer, page,
};
use lambda_http::{Body, Request};
use words::Notice;

use crate::{Deps, Failure, is_form, open};

pub(crate) async fn show(deps: &Deps, request: &Request) -> Result<Response<Body>, Failure> {
    let parameters = match Parameters::parse(answer::parameter_bytes(request)) {
        Ok(parameters) => parameters,
        Err(error) => return Ok(refuse(request, None, &error.into())),
    };
    if is_form(request)
        && let Some(token) = text(&parameters, REOPEN)
    {
        return reopen(deps, request, token, &parameters).await;
    }
    let path_admin = answer::path_parameter(request, "admin");
    let id = match request::merchant_of(&parameters, path_admin.as_deref()) {
        Ok(id) => id,
        Err(error) => return Ok(refuse(request, Some(&parameters), &error)),
    };
    let Some(opened) = deps.checkout.merchant(&id).await? else {
        let error = request::refuse_unknown_merchant(&parameters);
        return Ok(refuse(request, Some(&parameters), &error));
    };
    let (merchant, now) = (&opened.merchant, deps.checkout.now());
    let verified = request::verify_and_parse(&parameters, merchant, &opened.secrets(now), now);
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => return Ok(refuse(request, Some(&parameters), &error)),
    };
    let joins = match &verified.regular {
        Some(offer) => deps.checkout.offer(&id, offer).await?,
        None => None,
    };
    let order = match verified.joining(merchant, joins.as_ref()) {
        Ok(verified) => verified.into_order(merchant, answer::accepted_language(request)),
        Err(error) => return Ok(refuse(request, Some(&parameters), &error)),
    };
    if !checkout::trades_at(merchant, deps.stage) {
        let (lang, notice) = (order.details.lang, Notice::MerchantSuspended);
        return Ok(deps.checkout.notice(request, Some(merchant), lang, StatusCode::FORBIDDEN, notice));
    }
    let sealed = SealedOrder {
        merchant: order.key.merchant,
        order: order.key.order,
        amount: order.amount,
        interface: order.interface,
        origin: order.origin,
        generation: 0,
        n: 1,
        nonce: checkout::draw_nonce()?,
        kept: None,
        another: false,
        consent: None,
        details: order.details,
    };
    open(deps, request, merchant, sealed, &Offering { link: None, joins }).await
}

/// The same order in another language: our own form sent it back, sealed.
async fn reopen(
    deps: &Deps,
    request: &Request,
    token: &str,
    parameters: &Parameters,
) -> Result<Response<Body>, Failure> {
    let asked = text(parameters, "lang").and_then(Lang::parse);
    let lang = asked.or_else(|| answer::accepted_language(request)).unwrap_or_default();
    let mut order: SealedOrder = match deps.checkout.unseal(token) {
        Ok(order) => order,
        Err(error) => {
            let notice = match error {
                SealError::Expired => Notice::PageExpired,
                SealError::Foreign => Notice::FormUnreadable,
                SealError::Failed => return Err(error.into()),
            };
            return Ok(deps.checkout.notice(request, None, lang, StatusCode::BAD_REQUEST, notice));
        }
    };
    order.details.lang = lang;
    match text(parameters, CARD) {
        Some(ANOTHER) => order.another = true,
        Some(KEPT) => order.another = false,
        Some(_) | None => {}
    }
    order.nonce = checkout::draw_nonce()?;
    match deps.checkout.merchant(&order.merchant).await? {
        Some(opened) if checkout::trades_at(&opened.merchant, deps.stage) => {
            let offering = deps.checkout.offering(&order.merchant, &order.origin, &order.details).await?;
            open(deps, request, &opened.merchant, order, &offering).await
        }
        Some(_) | None => {
            Ok(deps.checkout.notice(request, None, lang, StatusCode::FORBIDDEN, Notice::MerchantSuspended))
        }
    }
}

/// The page of a refused request, in the language that the shop or the browser asks for. Nothing is stored, nothing is sent.
fn refuse(request: &Request, parameters: Option<&Parameters>, error: &RequestError) -> Response<Body> {
    let asked = parameters.and_then(|parameters| text(parameters, "lang")).and_then(Lang::parse);
    let lang = asked.or_else(|| answer::accepted_language(request)).unwrap_or_default();
    tracing::info!(code = error.code(), parameter = error.parameter().map(|name| name.as_str()), "request refused");
    let view = page::Refusal::of(lang, None, error);
    answer::page(request, StatusCode::BAD_REQUEST, page::refusal(&view))
}

fn text<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.value(name).and_then(|value| std::str::from_utf8(value).ok())
}
