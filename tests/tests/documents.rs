//! The documents say what is: links lead somewhere, tables are whole, examples compute what the vectors say.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::collections::BTreeSet;

use crate::repository::{self, files, folders, read, root};
use domain::{
    Lang, Merchant, MerchantId,
    acquirer::DeclineCode,
    batch::Column,
    integration::{Language, sample},
    request::{Field, Problem},
};

const GUIDES: [&str; 2] = ["docs/merchant-guide.md", "docs/merchant-guide.ja.md"];

#[test]
fn the_merchant_guides_explain_every_error_code() {
    for guide in GUIDES {
        let text = read(guide);
        for problem in Problem::ALL {
            assert!(text.contains(&format!("| `{}` |", problem.code())), "{guide} lacks {}", problem.code());
        }
        let codes = text
            .lines()
            .filter(|line| line.starts_with("| `") && line.contains('_'))
            .filter_map(|line| line.split('`').nth(1));
        for code in codes.filter(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')) {
            let known = Problem::ALL.iter().any(|problem| problem.code() == code)
                || Field::ALL.iter().any(|field| field.name() == code);
            assert!(known, "{guide} explains {code}, which is neither a code nor a parameter");
        }
    }
}

#[test]
fn the_merchant_guides_list_every_parameter_in_both_dialects() {
    for guide in GUIDES {
        let text = read(guide);
        for field in Field::ALL {
            for name in [field.name(), field.name_24()] {
                assert!(text.contains(&format!("`{name}`")), "{guide} lacks {name}");
            }
        }
    }
}

#[test]
fn the_merchant_guides_print_the_code_that_the_tests_run() {
    let merchant = Merchant::new(MerchantId::new("7000").unwrap(), "Signed Shop");
    for (guide, lang) in [("docs/merchant-guide.md", Lang::En), ("docs/merchant-guide.ja.md", Lang::Ja)] {
        let text = read(guide);
        for language in Language::ALL {
            let block =
                format!("```{}\n{}```\n", language.tag(), sample(language, lang, &merchant, "https://pay.example"));
            let name = language.name();
            assert!(
                text.contains(&block),
                "{guide} has other {name} than docs/samples: `cargo run -p domain --example guide`"
            );
        }
    }
}

#[test]
fn the_pages_about_batches_explain_every_code_and_column() {
    let coded = |path: &str| -> Vec<String> {
        let source = repository::deployed_source(path);
        let bodies = source.split("const fn code(").skip(1).filter_map(|rest| rest.split("\n    }\n").next());
        bodies
            .flat_map(|body| body.split("=> \"").skip(1))
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect()
    };
    let mut codes = coded("shared/domain/src/batch/fault.rs");
    codes.extend(coded("shared/domain/src/batch/result.rs"));
    assert!(codes.len() > 40, "{codes:?}");
    codes.extend(DeclineCode::ALL.map(|code| code.name().to_owned()));
    for page in ["docs/batch.md", "docs/batch.ja.md"] {
        let text = read(page);
        for code in &codes {
            assert!(text.contains(&format!("`{code}`")), "{page} lacks {code}");
        }
        for column in Column::ALL {
            for lang in [Lang::Ja, Lang::En] {
                let name = column.name(lang);
                let family = name.trim_end_matches(['2', '3']); // free1 to free3 stand in one line
                assert!(text.contains(name) || text.contains(family), "{page} lacks {name}");
            }
        }
    }
}

#[test]
fn the_table_of_keys_names_every_attribute_and_key() {
    let document = read("docs/table-keys.md");
    let source = repository::deployed_source("shared/store/src/keys.rs");
    let constants = source.lines().filter(|line| line.trim_start().starts_with("pub") && line.contains("const "));
    for name in constants.flat_map(|line| line.split('"').skip(1).step_by(2)) {
        assert!(document.contains(&format!("`{name}`")), "docs/table-keys.md lacks the name {name}");
    }
    for prefix in source.split("format!(\"").skip(1).filter_map(|rest| rest.split_once('#')).map(|(prefix, _)| prefix) {
        let plain = prefix.bytes().all(|b| b.is_ascii_uppercase());
        assert!(!plain || document.contains(&format!("`{prefix}#<")), "docs/table-keys.md lacks the key {prefix}#");
    }
}

#[test]
fn the_page_about_deploying_names_every_parameter() {
    let page = read("docs/deploy.md");
    for parameter in repository::template()["Parameters"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("`{parameter}`")), "docs/deploy.md lacks {parameter}");
    }
}

#[test]
fn the_list_of_runbooks_is_whole() {
    let list = read("docs/runbooks/README.md");
    for page in files("docs/runbooks", ".md").iter().filter(|page| !page.ends_with("README.md")) {
        let name = page.rsplit('/').next().unwrap();
        assert!(list.contains(&format!("({name})")), "docs/runbooks/README.md lacks {name}");
    }
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let mut documents = files("docs", ".md");
    documents.extend(["README.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md"].map(str::to_owned));
    for document in documents {
        let text = read(&document);
        let folder = root().join(&document).parent().unwrap().to_owned();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let place = if path.is_empty() { root().join(&document) } else { folder.join(path) };
            assert!(place.exists(), "{document}: {link} leads nowhere");
            if !anchor.is_empty() && path.ends_with(".md") | path.is_empty() {
                let headings = headings(&std::fs::read_to_string(&place).unwrap());
                assert!(headings.contains(anchor), "{document}: {link} names no heading of {headings:?}");
            }
        }
    }
}

#[test]
fn the_architecture_lists_every_function() {
    let architecture = read("ARCHITECTURE.md");
    for function in folders("functions") {
        assert!(architecture.contains(&format!("[`{function}`]")), "ARCHITECTURE.md lacks {function}");
    }
}

#[test]
fn every_invariant_names_tests_that_exist() {
    let sources: String = ["functions", "shared", "local", "tests"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"))
        .map(|path| read(&path))
        .collect();
    let architecture = read("ARCHITECTURE.md");
    let held: Vec<&str> =
        architecture.lines().filter_map(|line| line.split_once("Held by ")).map(|(_, names)| names).collect();
    assert!(held.len() >= 8, "ARCHITECTURE.md has the eight invariants");
    for name in held
        .iter()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|name| name.contains('_') && !name.contains('.'))
    {
        assert!(sources.contains(&format!("fn {name}(")), "ARCHITECTURE.md names {name}, which is no test");
    }
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| !link.contains(' '))
}

/// The anchors of a document's headings, as code hosts make them.
fn headings(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if let Some(heading) = line.strip_prefix('#').filter(|_| !fenced) {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
            found.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
    }
    found
}
