//! The functions' binaries, built as this test is.

use local::world::PACKAGES;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Builds them if they are older than their sources, and the bare function beside them; answers the folder that holds them.
///
/// Cargo counts development dependencies in only where it builds for them, as it does for the example. So the features, and with them
/// everything already built, are those of `cargo test --workspace`.
pub(crate) fn build() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).unwrap(); // target/debug/deps/binaries-… lies in target/debug
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo.args(["build", "--quiet", "--offline", "--workspace", "--example", "bare"]);
    cargo.args(PACKAGES.iter().flat_map(|package| ["--bin", package]));
    cargo.arg("--target-dir").arg(folder.parent().unwrap());
    // What cargo tells this test of itself would be news to build scripts that watch it (ring's does), and build half the world again.
    for name in ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"] {
        for (told, _) in std::env::vars_os().filter(|(told, _)| told.to_string_lossy().starts_with(name)) {
            cargo.env_remove(told);
        }
    }
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "the functions' binaries do not build");
    folder.to_owned()
}
