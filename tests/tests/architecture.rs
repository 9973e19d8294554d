//! The shape that ARCHITECTURE.md promises: who may know whom, who may read the environment and the clock, what no source may contain.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::repository::{cargo_metadata, deployed_source, deployed_sources, files, folders, read, root};

#[test]
fn domain_stands_on_values_alone() {
    let crates = Crates::load();
    let outside = [
        "tokio",
        "hyper",
        "reqwest",
        "ureq",
        "aws-",
        "aws_",
        "lambda_",
        "http-body",
        "tower",
        "axum",
        "rusqlite",
        "async-trait",
        "futures",
    ];
    for name in crates.below("domain") {
        assert!(!outside.iter().any(|start| name.starts_with(start)), "domain stands on {name}");
    }
}

#[test]
fn what_is_not_built_for_tests_holds_none() {
    let metadata = cargo_metadata();
    let members = metadata["workspace_members"].as_array().unwrap();
    for package in metadata["packages"].as_array().unwrap().iter().filter(|package| members.contains(&package["id"])) {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let sources = manifest.with_file_name("src");
        let sources = files(sources.strip_prefix(root()).unwrap().to_str().unwrap(), ".rs");
        for target in package["targets"].as_array().unwrap() {
            let (is_lib, name) = (target["kind"] == serde_json::json!(["lib"]), &target["name"]);
            let holds = |what: &str| {
                let of_target = |path: &&String| path.ends_with("/main.rs") != is_lib;
                sources.iter().filter(of_target).find(|path| read(path).contains(what)).cloned()
            };
            if target["test"] == false && (is_lib || target["kind"] == serde_json::json!(["bin"])) {
                assert_eq!(holds("#[cfg(test)]"), None, "{name} is not built for tests");
            }
            if is_lib && target["doctest"] == false {
                assert_eq!(holds("/// ```\n"), None, "{name}'s examples are not run");
            }
        }
    }
}

#[test]
fn words_stand_on_domain_and_dates() {
    let below: Vec<_> =
        Crates::load().direct("words").into_iter().filter(|name| name != "domain" && name != "jiff").collect();
    assert!(below.is_empty(), "words is a catalogue; it stands on {below:?} too");
}

/// Which crates of ours a crate may know. Functions are all alike and stand in none of these lists.
const MAY_KNOW: [(&str, &[&str]); 8] = [
    ("domain", &[]),
    ("words", &["domain"]),
    ("store", &["domain", "words"]),
    ("outbound", &["domain", "words"]),
    ("charging", &["domain", "words", "store", "outbound"]),
    ("inbound", &["domain", "words", "store", "outbound"]),
    ("console", &["domain", "words", "store", "outbound", "inbound"]),
    ("api", &["domain", "words", "store", "outbound", "inbound"]),
];

#[test]
fn the_crate_graph_points_downwards() {
    let crates = Crates::load();
    let functions = folders("functions");
    let shared: Vec<&str> = MAY_KNOW.iter().map(|(name, _)| *name).collect();
    for name in &crates.ours {
        let ours: Vec<String> = crates.direct(name).into_iter().filter(|other| crates.ours.contains(other)).collect();
        let allowed: &[&str] = match name.as_str() {
            "local" | "system-tests" => continue, // they know all
            name if functions.iter().any(|function| function == name) => &shared,
            name => {
                MAY_KNOW
                    .iter()
                    .find(|(shared, _)| *shared == name)
                    .unwrap_or_else(|| panic!("{name} has no place in the graph"))
                    .1
            }
        };
        for other in ours {
            assert!(allowed.contains(&other.as_str()), "{name} knows {other}");
        }
    }
}

#[test]
fn nothing_deployed_knows_the_local_system() {
    let crates = Crates::load();
    for function in folders("functions") {
        let below = crates.below(&function);
        for name in ["local", "system-tests", "dynoxide-rs", "axum", "rusqlite", "clap"] {
            assert!(!below.contains(name), "{function} carries {name}");
        }
    }
}

#[test]
fn one_tls_provider_is_linked() {
    let crates = Crates::load();
    for function in folders("functions") {
        for name in crates.below(&function) {
            assert!(
                !["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys"].contains(&name.as_str()),
                "{function} carries {name}"
            );
        }
    }
}

#[test]
fn the_environment_is_read_in_one_module() {
    for (path, source) in deployed_sources() {
        if path.starts_with("shared/inbound/src/config") {
            continue;
        }
        for way in ["env::var", "env::vars", "env::args", "std::env"] {
            assert!(!source.contains(way), "{path} has {way}: settings come from inbound::config");
        }
    }
}

#[test]
fn the_clock_is_read_in_main_only() {
    for (path, source) in deployed_sources() {
        if path.starts_with("functions/") && path.ends_with("/src/main.rs") {
            continue;
        }
        for way in ["Timestamp::now", "Zoned::now", "SystemTime::now"] {
            assert!(!source.contains(way), "{path} has {way}: time is an argument");
        }
    }
}

#[test]
fn a_sdk_is_named_in_one_place() {
    for (path, source) in deployed_sources() {
        if path.starts_with("shared/store/") {
            assert!(!has_other_sdk(&source), "{path}: store names DynamoDB's SDK only");
        } else if path.starts_with("shared/outbound/") {
            assert!(!source.contains("aws_sdk_dynamodb"), "{path}: only store names DynamoDB's SDK");
        } else {
            assert!(!source.contains("aws_sdk_"), "{path} names an SDK: calls go through store and outbound");
        }
        let builds = source.contains("SdkConfig::builder");
        assert!(!builds || path.starts_with("shared/inbound/src/config"), "{path} builds a SdkConfig");
    }
}

fn has_other_sdk(source: &str) -> bool {
    source.match_indices("aws_sdk_").any(|(at, _)| !source[at..].starts_with("aws_sdk_dynamodb"))
}

#[test]
fn no_sdk_type_is_public() {
    for (path, source) in deployed_sources() {
        let signatures = source
            .lines()
            .filter(|line| line.trim_start().starts_with("pub ") && !line.trim_start().starts_with("pub mod"));
        for line in signatures {
            assert!(!line.contains("aws_sdk_"), "{path}: {}", line.trim());
        }
    }
}

#[test]
fn nothing_scans() {
    for (path, source) in deployed_sources() {
        assert!(!source.contains(".scan()"), "{path} scans a table");
    }
    assert!(!read("template.yaml").contains("dynamodb:Scan"));
}

#[test]
fn no_payment_path_uses_a_transaction() {
    // the read model's sums, which only the stream's reader writes: no payment waits for it
    let (writer, reader) = ("shared/store/src/search/write.rs", "functions/search-index/src/lib.rs");
    for (path, source) in deployed_sources() {
        let uses = source.contains("transact_write_items");
        assert_eq!(uses, path == writer, "{path}: the write budget has 0 transactions");
        let calls = source.contains("index.record(");
        assert_eq!(calls, path == reader, "{path}: only the stream's reader writes in transactions");
    }
}

#[test]
fn every_write_is_conditional() {
    for (path, source) in deployed_sources() {
        for write in [".put_item()", ".update_item()", ".delete_item()"] {
            for (at, _) in source.match_indices(write) {
                let call = source[at..].split(".send()").next().unwrap();
                assert!(call.contains(".condition_expression("), "{path}: a {write} without a condition");
            }
        }
    }
}

#[test]
fn main_is_wiring_only() {
    for function in folders("functions") {
        let source = deployed_source(&format!("functions/{function}/src/main.rs"));
        let lines = source.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines <= 24, "functions/{function}/src/main.rs has {lines} lines: what decides belongs to lib.rs");
        assert!(source.contains("current_thread"), "{function}: one event at a time needs one thread");
    }
}

#[test]
fn every_function_has_a_system_test() {
    let tests: String = files("tests/tests", ".rs")
        .into_iter()
        .filter(|path| !["architecture.rs", "template.rs", "main.rs"].iter().any(|name| path.ends_with(name)))
        .map(|path| read(&path))
        .collect();
    for function in folders("functions") {
        let names = [function.clone(), function.replace('-', "_"), function.replace('-', " ")];
        assert!(names.iter().any(|name| tests.contains(name)), "no file in tests/tests speaks of {function}");
    }
}

#[test]
fn every_file_of_system_tests_is_part_of_their_program() {
    let program = read("tests/tests/main.rs");
    for path in files("tests/tests", ".rs") {
        let Some(name) = path.strip_prefix("tests/tests/").and_then(|file| file.strip_suffix(".rs")) else { continue };
        let is_a_flow = !name.contains('/') && name != "main";
        assert!(!is_a_flow || program.contains(&format!("\nmod {name};\n")), "{path} is never run");
    }
    let manifest = read("tests/Cargo.toml");
    for folder in folders("tests/tests") {
        let main = format!("{folder}/main.rs");
        let is_run = program.contains(&format!("\"{main}\"")) || manifest.contains(&format!("\"tests/{main}\""));
        assert!(is_run || !root().join("tests/tests").join(&main).exists(), "tests/tests/{main} is never run");
    }
}

#[test]
fn a_source_file_says_first_what_it_is_for() {
    for path in ["functions", "shared", "local", "tests"].into_iter().flat_map(|folder| files(folder, ".rs")) {
        if path.ends_with("/tests.rs")
            || path.contains("/fixtures/")
            || path.contains("/ui/")
            || path.contains("/compile_fail/")
        {
            continue;
        }
        assert!(read(&path).starts_with("//!"), "{path} begins without //!");
    }
}

#[test]
fn a_lint_is_let_off_with_a_reason_only() {
    for (path, source) in deployed_sources() {
        for (at, _) in source.match_indices("#[allow(").chain(source.match_indices("#![allow(")) {
            let attribute = source[at..].split(")]").next().unwrap();
            assert!(attribute.contains("reason"), "{path}: {attribute}");
        }
    }
}

/// The workspace and what it stands on, by what is linked into programs: development dependencies are left out.
struct Crates {
    ours: BTreeSet<String>,
    below: BTreeMap<String, BTreeSet<String>>,
}

impl Crates {
    fn load() -> Self {
        let metadata = cargo_metadata();
        let names: BTreeMap<&str, &str> = metadata["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
            .collect();
        let ours =
            metadata["workspace_members"].as_array().unwrap().iter().map(|id| names[id.as_str().unwrap()].to_owned());
        let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in metadata["resolve"]["nodes"].as_array().unwrap() {
            let linked = node["deps"].as_array().unwrap().iter().filter(|dependency| {
                dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"] != "dev")
            });
            let linked = linked.map(|dependency| names[dependency["pkg"].as_str().unwrap()].to_owned());
            below.entry(names[node["id"].as_str().unwrap()].to_owned()).or_default().extend(linked);
        }
        Self { ours: ours.collect(), below }
    }

    fn direct(&self, name: &str) -> BTreeSet<String> {
        self.below[name].clone()
    }

    fn below(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            for below in self.below.get(&name).into_iter().flatten() {
                if found.insert(below.clone()) {
                    open.push(below.clone());
                }
            }
        }
        found
    }
}
