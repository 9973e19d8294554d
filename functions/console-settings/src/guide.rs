//! `/console/guide`: the merchant's guide in the visitor's language, made from docs/merchant-guide.md when this function is built. Whoever works here may read it.

use askama::Template;
use console::{Frame, Section, Visit};
use domain::Lang;
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use words::console::frame;

/// Its address.
pub(crate) const ADDRESS: &str = "/console/guide";

const JA: &str = include_str!(concat!(env!("OUT_DIR"), "/guide.ja.html"));
const EN: &str = include_str!(concat!(env!("OUT_DIR"), "/guide.en.html"));

pub(crate) fn show(request: &Request, visit: &Visit) -> Response<Body> {
    let frame = visit.frame(frame(visit.lang).guide, Section::Guide);
    let guide = match visit.lang {
        Lang::Ja => JA,
        Lang::En => EN,
    };
    let page = GuidePage { frame: frame.clone(), guide };
    answer::page(request, StatusCode::OK, console::page(&page, &frame))
}

#[derive(Template)]
#[template(path = "guide.html", whitespace = "minimize")]
struct GuidePage {
    frame: Frame,
    /// HTML of ours: the build refuses a guide that holds anything but text, tables, code and links within itself.
    guide: &'static str,
}
