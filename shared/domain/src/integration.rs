//! Ready-made code for a shop, with the merchant's own numbers: what the console offers and the merchant's guide prints.
//!
//! The text of each language is one file in `docs/samples`, which the tests run. `{{name}}` stands for a value of the merchant's; a comment that
//! begins with `{{ja}}`, `{{shift_jis}}` and so on is there for such merchants only, and alone on a line it opens a part that `{{/…}}` closes.

use crate::{Lang, Merchant, handover, merchant::Encoding, request::Field, text};

/// A programming language that there is code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// PHP.
    Php,
    /// Python.
    Python,
    /// Ruby.
    Ruby,
    /// JavaScript on Node.js.
    JavaScript,
    /// Java.
    Java,
}

impl Language {
    /// Every language, in the order of the guide.
    pub const ALL: [Self; 5] = [Self::Php, Self::Python, Self::Ruby, Self::JavaScript, Self::Java];

    /// As its users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Php => "PHP",
            Self::Python => "Python",
            Self::Ruby => "Ruby",
            Self::JavaScript => "JavaScript",
            Self::Java => "Java",
        }
    }

    /// A short tag for addresses and for the fence of a code block.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Php => "php",
            Self::Python => "python",
            Self::Ruby => "ruby",
            Self::JavaScript => "javascript",
            Self::Java => "java",
        }
    }

    /// Reads a tag.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The name of its file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Php => "kessai.php",
            Self::Python => "kessai.py",
            Self::Ruby => "kessai.rb",
            Self::JavaScript => "kessai.js",
            Self::Java => "Kessai.java",
        }
    }

    const fn template(self) -> &'static str {
        match self {
            Self::Php => include_str!("../../../docs/samples/kessai.php"),
            Self::Python => include_str!("../../../docs/samples/kessai.py"),
            Self::Ruby => include_str!("../../../docs/samples/kessai.rb"),
            Self::JavaScript => include_str!("../../../docs/samples/kessai.js"),
            Self::Java => include_str!("../../../docs/samples/Kessai.java"),
        }
    }

    /// What this language's library calls an encoding.
    const fn charset(self, encoding: Encoding) -> &'static str {
        match (self, encoding) {
            (_, Encoding::Utf8) => "UTF-8",
            (Self::Python | Self::Php, Encoding::ShiftJis) => "CP932",
            (Self::Ruby | Self::Java, Encoding::ShiftJis) => "Windows-31J",
            (Self::JavaScript, Encoding::ShiftJis) => "shift_jis",
        }
    }
}

/// The environment variable that holds the secret of `sig`, as 64 hex digits.
pub fn sig_secret_name(merchant: &Merchant) -> String {
    format!("KESSAI_SIG_SECRET_{}", merchant.id)
}

/// The environment variable that holds the key password.
pub fn key_password_name(merchant: &Merchant) -> String {
    format!("KESSAI_KEY_PASSWORD_{}", merchant.id)
}

/// The code of one language for one merchant, with comments in `lang`: signs requests, makes the link and the form that open the payment page at
/// `page_origin` (`https://pay.example`), and checks what comes back. No secret is in it, only the name of the variable that holds it.
pub fn sample(language: Language, lang: Lang, merchant: &Merchant, page_origin: &str) -> String {
    let mut text = String::with_capacity(language.template().len());
    let mut left_out: Option<&str> = None;
    for line in language.template().lines() {
        match (left_out, Line::of(line)) {
            (Some(part), Line::End(end)) if part == end => left_out = None,
            (Some(_), _) | (None, Line::End(_)) => {}
            (None, Line::Part(condition)) => left_out = Some(condition).filter(|part| !holds(part, lang, merchant)),
            (None, Line::Text { conditions, start, rest }) => {
                if conditions.iter().all(|condition| holds(condition, lang, merchant)) {
                    text.push_str(start);
                    fill(&mut text, rest, |name| value(name, language, merchant, page_origin));
                    text.push('\n');
                }
            }
        }
    }
    text
}

/// A line of a sample's file.
enum Line<'a> {
    /// Opens a part that is there under a condition.
    Part(&'a str),
    /// Ends it.
    End(&'a str),
    /// A line of the sample, under conditions of its own: the margin with the comment's mark, and the rest.
    Text { conditions: Vec<&'a str>, start: &'a str, rest: &'a str },
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        let code = line.trim_start();
        let marked = ["# {{", "// {{"].into_iter().find(|mark| code.starts_with(mark));
        let Some((start, tags)) = marked.and(line.find("{{")).and_then(|at| line.split_at_checked(at)) else {
            return Self::Text { conditions: Vec::new(), start: "", rest: line };
        };
        let (mut conditions, mut rest) = (Vec::new(), tags);
        while let Some((tag, after)) = rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
            conditions.push(tag);
            rest = after.trim_start();
        }
        match conditions.as_slice() {
            [tag] if rest.is_empty() => tag.strip_prefix('/').map_or(Self::Part(tag), Self::End),
            _ => Self::Text { conditions, start, rest },
        }
    }
}

/// Whether a condition of a sample's file holds for this merchant and reader.
fn holds(condition: &str, lang: Lang, merchant: &Merchant) -> bool {
    match condition {
        "utf8" => merchant.encoding == Encoding::Utf8,
        "shift_jis" => merchant.encoding == Encoding::ShiftJis,
        "unsigned" => !merchant.sig.hand_over,
        tag => tag == lang.tag(),
    }
}

/// Copies a line, with each `{{name}}` replaced by its value. What has none stays as it is, and a test finds it.
fn fill(text: &mut String, line: &str, value: impl Fn(&str) -> Option<String>) {
    let mut rest = line;
    while let Some((before, name, after)) = rest
        .split_once("{{")
        .and_then(|(before, after)| after.split_once("}}").map(|(name, after)| (before, name, after)))
    {
        text.push_str(before);
        match value(name) {
            Some(value) => text.push_str(&value),
            None => text.extend(["{{", name, "}}"]),
        }
        rest = after;
    }
    text.push_str(rest);
}

/// The value of a name in a sample's file: a setting, a parameter's name in requests, or (`return.…`) in hand-overs.
fn value(name: &str, language: Language, merchant: &Merchant, page_origin: &str) -> Option<String> {
    let value = match name {
        "page" => format!("{page_origin}/pay/{}", merchant.id),
        "merchant" => merchant.id.to_string(),
        "encoding" => language.charset(merchant.encoding).to_owned(),
        "charset" => text::charset(merchant.encoding).to_owned(),
        "sig_secret_name" => sig_secret_name(merchant),
        "key_password_name" => key_password_name(merchant),
        "paid" => handover::PAID.to_owned(),
        parameter => return wire_name(parameter, merchant).map(str::to_owned),
    };
    Some(value)
}

/// What the merchant's shop calls a parameter.
fn wire_name<'a>(parameter: &str, merchant: &'a Merchant) -> Option<&'a str> {
    match parameter.strip_prefix("return.") {
        Some(ours) => handover::wire_names(merchant).into_iter().find(|(name, _)| *name == ours).map(|(_, wire)| wire),
        None => Field::ALL.into_iter().find(|field| field.name() == parameter).map(|field| field.wire_name(merchant)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MerchantId, merchant::Dialect};

    fn merchant(dialect: Dialect, encoding: Encoding) -> Merchant {
        Merchant { dialect, encoding, ..Merchant::new(MerchantId::new("2400").unwrap(), "デモ") }
    }

    #[test]
    fn a_sample_has_the_merchants_numbers_and_nothing_left_to_fill() {
        for language in Language::ALL {
            for lang in [Lang::Ja, Lang::En] {
                for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
                    let merchant = merchant(Dialect::TwentyFour, encoding);
                    let sample = sample(language, lang, &merchant, "https://pay.example");
                    assert!(!sample.contains("{{") && !sample.contains("}}"), "{language:?} {lang:?}\n{sample}");
                    for part in ["https://pay.example/pay/2400", "KESSAI_SIG_SECRET_2400", "AMT", "OID", "RC"] {
                        assert!(sample.contains(part), "{language:?} lacks {part}");
                    }
                    assert!(!sample.contains(" \n") && !sample.contains("\n\n\n\n"), "{language:?}");
                }
            }
        }
    }

    #[test]
    fn comments_are_in_the_readers_language() {
        let japanese = |text: &str| text.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c));
        for language in Language::ALL {
            let merchant = merchant(Dialect::Asj, Encoding::ShiftJis);
            assert!(!japanese(&sample(language, Lang::En, &merchant, "https://pay.example")), "{language:?}");
            let sample = sample(language, Lang::Ja, &merchant, "https://pay.example");
            let comments = sample.lines().filter(|line| line.trim_start().starts_with(['#', '/']));
            comments.for_each(|comment| assert!(japanese(comment), "{language:?}: {comment}"));
        }
    }

    #[test]
    fn a_merchant_that_gets_no_signatures_is_told() {
        for language in Language::ALL {
            let mut merchant = merchant(Dialect::Asj, Encoding::Utf8);
            let told = |merchant: &Merchant| {
                sample(language, Lang::En, merchant, "https://pay.example")
                    .contains("First switch on signed hand-overs")
            };
            assert!(!told(&merchant), "{language:?}");
            merchant.sig.hand_over = false;
            assert!(told(&merchant), "{language:?}");
        }
    }

    #[test]
    fn a_tag_reads_back() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
        }
        assert_eq!(Language::parse("cobol"), None);
    }
}
