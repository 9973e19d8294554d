//! Writes the samples into the merchant's guides, whose code blocks are theirs: `cargo run -p domain --example guide`.

#![allow(clippy::unwrap_used, reason = "a guide that can't be read or written stops it, which is all it can do")]

use std::{fs, path::Path};

use domain::{
    Lang, Merchant, MerchantId,
    integration::{Language, sample},
};

fn main() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    // The merchant that tests/tests/documents.rs compares with.
    let merchant = Merchant::new(MerchantId::new("7000").unwrap(), "Signed Shop");
    for (file, lang) in [("merchant-guide.ja.md", Lang::Ja), ("merchant-guide.md", Lang::En)] {
        let mut guide = fs::read_to_string(docs.join(file)).unwrap();
        for language in Language::ALL {
            let start = format!("```{}\n", language.tag());
            let (before, rest) = guide.split_once(&start).unwrap();
            let after =
                rest.strip_prefix("```\n").or_else(|| rest.split_once("\n```\n").map(|(_, after)| after)).unwrap();
            let sample = sample(language, lang, &merchant, "https://pay.example");
            guide = format!("{before}{start}{sample}```\n{after}");
        }
        fs::write(docs.join(file), guide).unwrap();
    }
}
