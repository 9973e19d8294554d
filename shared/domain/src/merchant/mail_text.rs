//! A merchant's own paragraphs in the completion mail: plain text with placeholders in braces, checked when they are saved.

use serde::{Deserialize, Serialize};

use crate::{Lang, text};

/// What may stand in braces in a merchant's own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `{order}`: the order's number.
    Order,
    /// `{amount}`: how much, as the mail writes it.
    Amount,
    /// `{name}`: the shopper's name.
    Name,
    /// `{date}`: when it was paid, Japan time.
    Date,
    /// `{item}`: what was bought.
    Item,
    /// `{shop}`: the merchant's name.
    Shop,
}

impl Placeholder {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [Self::Order, Self::Amount, Self::Name, Self::Date, Self::Item, Self::Shop];

    /// Its name between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Amount => "amount",
            Self::Name => "name",
            Self::Date => "date",
            Self::Item => "item",
            Self::Shop => "shop",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placeholder| placeholder.name() == name)
    }
}

/// Why a text can't stand in a mail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnTextError {
    /// Longer than [`OwnText::MAX`].
    #[error("longer than {} characters", OwnText::MAX)]
    TooLong,
    /// A character that a reader doesn't see or that turns the writing round.
    #[error("has a control character")]
    Control,
    /// Nothing of this name can be filled in.
    #[error("there is no placeholder {{{0}}}")]
    UnknownPlaceholder(String),
    /// A brace that opens and doesn't close.
    #[error("a brace is not closed")]
    OpenBrace,
}

/// A paragraph or a few of a merchant's own: plain text, every `{…}` in it a [`Placeholder`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OwnText(String);

impl OwnText {
    /// The longest text, in characters (ours): a mail is read on a phone.
    pub const MAX: usize = 1000;

    /// Line ends become `\n`, blanks around the text go.
    ///
    /// # Errors
    /// [`OwnTextError`] says what is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, OwnTextError> {
        let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
        let whole = lines.trim();
        if whole.chars().count() > Self::MAX {
            return Err(OwnTextError::TooLong);
        }
        if whole.lines().any(text::has_control) {
            return Err(OwnTextError::Control);
        }
        pieces(whole).try_for_each(|piece| piece.map(drop))?;
        Ok(Self(whole.to_owned()))
    }

    /// The text as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with its placeholders filled; `value` answers one line each.
    pub fn fill(&self, value: impl Fn(Placeholder) -> String) -> String {
        let filled = pieces(&self.0).map(|piece| match piece {
            Ok(Piece::Text(text)) => text.to_owned(),
            Ok(Piece::Placeholder(placeholder)) => value(placeholder),
            Err(_) => String::new(), // what is saved was parsed
        });
        filled.collect()
    }
}

impl TryFrom<String> for OwnText {
    type Error = OwnTextError;
    fn try_from(text: String) -> Result<Self, OwnTextError> {
        Self::parse(&text)
    }
}

impl From<OwnText> for String {
    fn from(text: OwnText) -> Self {
        text.0
    }
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder(Placeholder),
}

/// The text cut at its braces.
fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, OwnTextError>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = match (rest.strip_prefix('{'), rest.find('{')) {
            (None, _) if rest.is_empty() => return None,
            (None, None) => (Ok(Piece::Text(rest)), ""),
            (None, Some(brace)) => {
                let (before, after) = rest.split_at(brace);
                (Ok(Piece::Text(before)), after)
            }
            (Some(inner), _) => match inner.split_once('}') {
                None => (Err(OwnTextError::OpenBrace), ""),
                Some((name, after)) => {
                    let found = Placeholder::named(name).map(Piece::Placeholder);
                    (found.ok_or_else(|| OwnTextError::UnknownPlaceholder(name.chars().take(40).collect())), after)
                }
            },
        };
        rest = after;
        Some(piece)
    })
}

/// A merchant's own paragraphs around what the completion mail says, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// After the result, before the rows.
    #[serde(default)]
    pub intro: OwnText,
    /// After the rows.
    #[serde(default)]
    pub outro: OwnText,
}

/// The same in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailTexts {
    /// Japanese.
    #[serde(default)]
    pub ja: MailText,
    /// English.
    #[serde(default)]
    pub en: MailText,
}

impl MailTexts {
    /// What stands in a mail of this language.
    pub const fn of(&self, lang: Lang) -> &MailText {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(placeholder: Placeholder) -> String {
        match placeholder {
            Placeholder::Order => "100",
            Placeholder::Amount => "2,000円",
            Placeholder::Name => "山田 {shop}",
            Placeholder::Date => "今日",
            Placeholder::Item => "本",
            Placeholder::Shop => "書店",
        }
        .to_owned()
    }

    #[test]
    fn placeholders_are_filled_once() {
        for (text, filled) in [
            ("", ""),
            ("{name}様\r\n{amount}", "山田 {shop}様\n2,000円"),
            ("  {order}{item}{shop} } \n", "100本書店 }"),
        ] {
            assert_eq!(OwnText::parse(text).unwrap().fill(value), filled, "{text}");
        }
    }

    #[test]
    fn a_text_that_cannot_stand_in_a_mail_is_refused() {
        for (text, error) in [
            ("{nmae}様", OwnTextError::UnknownPlaceholder("nmae".to_owned())),
            ("{Name}", OwnTextError::UnknownPlaceholder("Name".to_owned())),
            ("{}", OwnTextError::UnknownPlaceholder(String::new())),
            ("{{order}}", OwnTextError::UnknownPlaceholder("{order".to_owned())),
            ("a {order", OwnTextError::OpenBrace),
            ("a\u{0}b", OwnTextError::Control),
            ("abc\u{202e}fdp", OwnTextError::Control),
            ("a\tb", OwnTextError::Control),
        ] {
            assert_eq!(OwnText::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(OwnText::parse(&"あ".repeat(1001)), Err(OwnTextError::TooLong));
        assert!(OwnText::parse(&"あ".repeat(1000)).is_ok());
    }
}
