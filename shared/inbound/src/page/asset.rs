//! The sheet and the scripts as they are sent, with their hashes, made once.

use std::sync::LazyLock;

use super::policy::hash_source;

/// An inline element's text and its CSP source.
#[derive(Clone, Debug)]
pub struct Asset {
    /// What stands between the tags.
    pub text: String,
    /// `sha256-…`
    pub hash: String,
}

impl Asset {
    /// Indentation and whole-line comments are for the reader of the source, not for the wire.
    pub fn new(source: &str) -> Self {
        let lines = source.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//") && !is_comment(l));
        let text = lines.collect::<Vec<_>>().join("\n");
        Self { hash: hash_source(&text), text }
    }
}

/// A comment of the sheet that has the line to itself.
fn is_comment(line: &str) -> bool {
    line.starts_with("/*") && line.ends_with("*/")
}

/// The one sheet of all pages.
pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::new(include_str!("../../templates/style.css")));
/// The payment form's script.
pub(super) static FORM_SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::new(include_str!("../../templates/form.js")));
/// The hand-over page's script.
pub(super) static HANDOVER_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(include_str!("../../templates/handover.js")));
/// The script of a page that waits.
pub(super) static WAIT_SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::new(include_str!("../../templates/wait.js")));
