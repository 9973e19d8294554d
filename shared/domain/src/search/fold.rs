//! Text as a search compares it: how wide a letter was typed, and in which case, makes no difference.

use unicode_normalization::UnicodeNormalization;

/// Full width and half width become one (NFKC), case and white space go.
pub fn folded(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_it_was_typed_makes_no_difference() {
        for (one, other) in [
            ("ＴＡＲＯ　ＹＡＭＡＤＡ", "taro yamada"),
            ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"),
            ("１２３", "123"),
            (" Taro@Example.COM ", "taro@example.com"),
            ("㈱カブ", "(株)カブ"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        assert_ne!(folded("はは"), folded("ばば"), "voiced sounds are other sounds");
    }
}
