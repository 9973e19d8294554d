//! The repository as data: its files, its crates, its template. For the tests that hold the shape.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers may stop at the first surprise")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file's text, by its path from the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file under a folder whose name ends so, as paths from the root, sorted.
pub(crate) fn files(folder: &str, end: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && (!name.starts_with('.') || name == ".ci") {
                    folders.push(path);
                }
            } else if name.ends_with(end) {
                found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// The names of a folder's folders, sorted.
pub(crate) fn folders(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A source file without its comments and without what is compiled for tests only. Tests stand last in a file, so the first `#[cfg(test)]`
/// at the margin ends it.
pub(crate) fn deployed_source(path: &str) -> String {
    let text = read(path);
    let code = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect::<Vec<_>>().join("\n")
}

/// The Rust sources of what is deployed (functions and shared crates), test modules left out.
pub(crate) fn deployed_sources() -> Vec<(String, String)> {
    let mut paths = files("functions", ".rs");
    paths.extend(files("shared", ".rs"));
    paths
        .into_iter()
        .filter(|path| path.contains("/src/") && !path.contains("/tests"))
        .map(|path| (path.clone(), deployed_source(&path)))
        .collect()
}

/// The template with short-form tags as one-key objects: `!Ref Table` reads `{"!Ref": "Table"}`.
pub(crate) fn template() -> Value {
    untagged(serde_yaml_ng::from_str(&read("template.yaml")).unwrap())
}

fn untagged(value: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match value {
        Yaml::Tagged(tagged) => {
            let tagged = *tagged;
            Value::Object([(tagged.tag.to_string(), untagged(tagged.value))].into_iter().collect())
        }
        Yaml::Mapping(pairs) => Value::Object(
            pairs.into_iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), untagged(value))).collect(),
        ),
        Yaml::Sequence(items) => items.into_iter().map(untagged).collect(),
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::String(value) => value.into(),
        Yaml::Number(value) => serde_json::to_value(value).unwrap(),
    }
}

/// What cargo knows of the workspace and everything it stands on, on this platform: other platforms' crates may not be downloaded.
pub(crate) fn cargo_metadata() -> Value {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    serde_json::from_str(&cargo(&["metadata", "--format-version=1", "--offline", "--filter-platform", host])).unwrap()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
