//! Ready-made integration code in five languages, with the merchant's own numbers and names. Secrets are not in it: the code reads them from the environment.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::integration::{Language, key_password_name, sample, sig_secret_name};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use words::console::{
    api_keys::ApiKeysWords,
    settings::{SectionWords, SettingsWords, settings},
};

use crate::{
    Deps,
    tab::{self, INTEGRATION, TabEntry},
    view::asked,
};

/// The code in the language that the address asks for, PHP where it asks for none.
pub(crate) async fn show(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let merchant = deps.merchant(visit).await?;
    let language = match asked(request, "language") {
        Some(tag) => Language::parse(tag).ok_or(Refusal::NotThere)?,
        None => Language::Php,
    };
    let words = settings(visit.lang);
    let frame = visit.frame(format!("{} - {}", words.integration.name, words.title), Section::Settings);
    let template = IntegrationTemplate {
        tabs: tab::entries(words, INTEGRATION),
        languages: Language::ALL.map(|each| TabEntry {
            path: format!("{}?language={}", tab::path(INTEGRATION), each.tag()),
            name: each.name(),
            current: each == language,
        }),
        file: language.file(),
        code: sample(language, visit.lang, &merchant, &deps.page_origin),
        secrets: [sig_secret_name(&merchant), key_password_name(&merchant)],
        section: words.integration,
        api_keys: words::console::api_keys(visit.lang),
        words,
        frame: frame.clone(),
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&template, &frame)))
}

#[derive(Template)]
#[template(path = "integration.html", whitespace = "minimize")]
struct IntegrationTemplate {
    frame: Frame,
    words: &'static SettingsWords,
    section: SectionWords,
    api_keys: &'static ApiKeysWords,
    tabs: Vec<TabEntry>,
    languages: [TabEntry; 5],
    file: &'static str,
    code: String,
    /// Environment variables that the code reads.
    secrets: [String; 2],
}
