//! Makes the merchant's guide into a part of a page, in each language, when the function is built: docs/merchant-guide.md and the README's test cards.
#![expect(clippy::disallowed_methods, reason = "cargo says where to build by a variable, and no payment waits for it")]

use std::{env, error::Error, fs, path::Path};

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

type Failure = Box<dyn Error>;

/// Where the repository is, from here.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn main() -> Result<(), Failure> {
    let into = env::var_os("OUT_DIR").ok_or("cargo says where to build")?;
    let cards = test_cards(&read("README.md")?)?;
    for (document, page) in [("merchant-guide.ja.md", "guide.ja.html"), ("merchant-guide.md", "guide.en.html")] {
        let guide = read(&format!("docs/{document}"))?;
        let page_of = format!("{}<section lang=\"en\">\n{}</section>\n", render(&guide)?, render(&cards)?);
        fs::write(Path::new(&into).join(page), page_of)?;
    }
    Ok(())
}

fn read(path: &str) -> Result<String, Failure> {
    let place = Path::new(ROOT).join(path);
    println!("cargo::rerun-if-changed={}", place.display());
    fs::read_to_string(&place).map_err(|error| format!("{}: {error}", place.display()).into())
}

/// The README's list of test cards: what the guide leads to there, and a merchant has no README.
fn test_cards(readme: &str) -> Result<String, Failure> {
    let (_, rest) = readme.split_once("\n### Test cards\n").ok_or("the README has no test cards")?;
    let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with('|') || line.starts_with("Any "));
    Ok(format!("## Test cards\n{}\n", lines.collect::<Vec<_>>().join("\n")))
}

/// Markdown as HTML that needs nothing from elsewhere: whatever is not plain text, tables, code and links within the page stops the build.
fn render(markdown: &str) -> Result<String, Failure> {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut links: Vec<Option<Tag<'_>>> = Vec::new();
    let mut heading = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                heading.clear();
                events.push(event);
            }
            Event::End(TagEnd::Heading(_)) => {
                name(&mut events, &anchor(&heading))?;
                events.push(event);
            }
            Event::Text(ref text) | Event::Code(ref text) => {
                heading.push_str(text);
                events.push(event);
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let tag = target(&dest_url).map(|dest_url| Tag::Link { link_type, dest_url, title, id });
                events.extend(tag.clone().map(Event::Start));
                links.push(tag);
            }
            Event::End(TagEnd::Link) => {
                events.extend(links.pop().flatten().map(|_| Event::End(TagEnd::Link)));
            }
            Event::Html(ref tags) if unfolds(tags) => events.push(event),
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => {
                return Err(format!("the guide holds what a page of ours must not: {event:?}").into());
            }
            Event::Start(_) | Event::End(_) | Event::SoftBreak | Event::HardBreak | Event::Rule => events.push(event),
            // None of these is asked for, so none is read as such.
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
                return Err(format!("the guide holds what a page of ours must not: {event:?}").into());
            }
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    Ok(reachable(&page))
}

/// Tags of a part that is folded up; its title is plain text.
fn unfolds(tags: &str) -> bool {
    let title = tags.trim().strip_prefix("<details><summary>").and_then(|rest| rest.strip_suffix("</summary>"));
    let plain = title.is_some_and(|title| !title.contains(['<', '>', '&', '"']));
    plain || tags.trim() == "</details>" || tags.trim().is_empty()
}

/// Gives the heading that is being read its name, by which links find it.
fn name(events: &mut [Event<'_>], anchor: &str) -> Result<(), Failure> {
    let open = events
        .iter_mut()
        .rev()
        .find_map(|event| if let Event::Start(Tag::Heading { id, .. }) = event { Some(id) } else { None });
    *open.ok_or("a heading ends that never began")? = Some(CowStr::from(anchor.to_owned()));
    Ok(())
}

/// As code hosts name headings: the same links lead to them there.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.trim().chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Where a link leads on the page. None: to a file of the repository, whose name alone is told.
fn target(address: &str) -> Option<CowStr<'static>> {
    let known = match address {
        "merchant-guide.md" => "?lang=en",
        "merchant-guide.ja.md" => "?lang=ja",
        "../README.md#test-cards" => "#test-cards",
        _ if address.starts_with('#') => address,
        _ => return None,
    };
    Some(CowStr::from(known.to_owned()))
}

/// What is wide scrolls by itself, and a keyboard can reach it.
fn reachable(page: &str) -> String {
    page.replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table class=\"table\">")
        .replace("</table>", "</table></div>")
        .replace("<th>", "<th scope=\"col\">")
        .replace("<pre>", "<pre tabindex=\"0\">")
}
