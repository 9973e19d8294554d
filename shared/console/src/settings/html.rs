//! A merchant's own HTML, sanitized when it is saved: text, lists, tables, links and images of ours. Nothing that takes input, runs,
//! loads from elsewhere, or looks like a part of our page. The page's policy headers are the second layer.

use std::{borrow::Cow, collections::HashSet};

use ammonia::{Builder, UrlRelative};
use domain::{
    merchant::{IMAGES, ShopHtml},
    settings::SettingProblem,
    text,
};

/// What may stand in it. No `div` or `span`: without classes and styles they say nothing.
const TAGS: [&str; 38] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "col",
    "colgroup",
    "dd",
    "del",
    "dl",
    "dt",
    "em",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "rp",
    "rt",
    "ruby",
    "s",
    "small",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
/// What goes together with everything inside of it.
const WITH_CONTENT: [&str; 13] = [
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "textarea", "select",
    "title", "xmp",
];

/// The HTML without what may not stand in it.
///
/// # Errors
/// [`SettingProblem`] where it is too long, or has characters that can't be seen or that turn the writing round.
pub fn sanitize(html: &str) -> Result<ShopHtml, SettingProblem> {
    let html = html.replace("\r\n", "\n").replace(['\r', '\t'], " ");
    if html.lines().any(text::has_control) {
        return Err(SettingProblem::HtmlControl);
    }
    let clean = sanitizer().clean(html.trim()).to_string();
    if clean.len() > ShopHtml::MAX_BYTES {
        return Err(SettingProblem::HtmlTooLong);
    }
    Ok(ShopHtml::from_sanitized(clean))
}

fn sanitizer() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(WITH_CONTENT))
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("img", ["src", "alt", "width", "height"])
        .add_tag_attributes("td", ["colspan", "rowspan"])
        .add_tag_attributes("th", ["colspan", "rowspan", "scope"])
        .add_generic_attributes(["lang"])
        .url_schemes(HashSet::from(["https", "mailto", "tel"]))
        .url_relative(UrlRelative::PassThrough) // the filter below lets pass what is ours
        .attribute_filter(|tag, name, value| allowed(tag, name, value).then_some(Cow::Borrowed(value)))
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true);
    builder
}

/// An address leads away by a scheme that is named, an image comes from where merchants' images are served.
fn allowed(tag: &str, name: &str, value: &str) -> bool {
    match (tag, name) {
        ("a", "href") => ["https://", "mailto:", "tel:"].iter().any(|scheme| value.starts_with(scheme)),
        ("img", "src") => {
            let path = value.strip_prefix(IMAGES).unwrap_or_default();
            !path.is_empty() && path.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'/')
        }
        ("img", "width" | "height") | ("td" | "th", "colspan" | "rowspan") => {
            (1..=4).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
