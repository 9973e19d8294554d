//! "Check my request": what the payment page makes of what a shop sends, rule by rule. It changes nothing, so its answer to a POST is a page.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{
    Lang,
    card::contains_card_number,
    request::explain::{Explanation, Finding, explain},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use store::Offers;
use words::{
    console::settings::{SectionWords, SettingsWords, settings},
    explain as texts,
};

use crate::tab::{self, CHECK, TabEntry};

/// The form, and what became of what was pasted into it.
///
/// # Errors
/// [`Refusal`] where the offers can't be read.
pub(crate) async fn show(offers: &Offers, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let words = settings(visit.lang);
    let pasted = visit.field("request");
    let opened = &visit.merchant;
    let found = if pasted.trim().is_empty() {
        None
    } else {
        let offers = offers.all(visit.merchant_id()).await?;
        let secrets = opened.secrets(visit.now);
        let explanation = explain(pasted.as_bytes(), (&opened.merchant, &secrets), &offers, visit.now);
        Some(Found::new(visit.lang, &explanation))
    };
    let frame = visit.frame(format!("{} - {}", words.check.name, words.title), Section::Settings);
    let template = CheckTemplate {
        tabs: tab::entries(words, CHECK),
        path: tab::path(CHECK),
        // a card number that somebody pasted is not shown again
        pasted: Some(pasted).filter(|pasted| !contains_card_number(pasted)).unwrap_or_default(),
        found,
        section: words.check,
        words,
        frame: frame.clone(),
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&template, &frame)))
}

#[derive(Template)]
#[template(path = "check.html", whitespace = "minimize")]
struct CheckTemplate<'a> {
    frame: Frame,
    words: &'static SettingsWords,
    section: SectionWords,
    tabs: Vec<TabEntry>,
    path: String,
    pasted: &'a str,
    found: Option<Found>,
}

/// What was found, in words.
struct Found {
    opens: bool,
    shape: &'static str,
    findings: Vec<FindingView>,
    read: Vec<ReadView>,
}

struct FindingView {
    code: &'static str,
    stops: bool,
    parameter: Option<String>,
    text: String,
    steps: Vec<String>,
    message: Option<String>,
}

struct ReadView {
    name: String,
    ours: bool,
    length: String,
    seen: &'static str,
}

impl Found {
    fn new(lang: Lang, explanation: &Explanation) -> Self {
        let read = explanation.read.iter().map(|parameter| ReadView {
            name: parameter.name.to_string(),
            ours: parameter.field.is_some(),
            length: words::format::grouped_number(u64::try_from(parameter.length_bytes).unwrap_or(u64::MAX)),
            seen: texts::seen(lang, parameter.seen),
        });
        Self {
            opens: explanation.opens,
            shape: texts::shape(lang, explanation.shape),
            findings: explanation.findings.iter().map(|finding| FindingView::new(lang, finding)).collect(),
            read: read.collect(),
        }
    }
}

impl FindingView {
    fn new(lang: Lang, finding: &Finding) -> Self {
        let (steps, message) = match finding {
            Finding::Differs { steps, message, .. } => {
                (steps.iter().map(|step| texts::step(lang, *step)).collect(), message.clone())
            }
            Finding::Refused(_) | Finding::OtherMerchant(_) | Finding::NothingToCheckWith(_) | Finding::Advice(..) => {
                (Vec::new(), None)
            }
        };
        Self {
            code: finding.code(),
            stops: finding.stops(),
            parameter: finding.parameter().map(ToString::to_string),
            text: texts::finding(lang, finding),
            steps,
            message,
        }
    }
}
