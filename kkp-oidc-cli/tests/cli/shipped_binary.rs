//! What is shipped, `cargo build -p kkp-oidc-cli`, has no development provider.
//!
//! The binary beside the tests does not show that: cargo builds it with the features of the tests' dependencies.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::example_serve;
use crate::process::{Ended, Running};

/// What a first build may take on a slow machine. Later ones take a second.
const BUILD: Duration = Duration::from_secs(15 * 60);

/// Texts that are in the development provider and nowhere else.
const ONLY_IN_DEVELOPMENT: [&str; 4] = [
    "Nobody needs a password here",
    "development provider refuses to listen",
    "This page exists only with the development provider",
    "lukasz@example.com",
];

#[track_caller]
fn cargo(arguments: &[&str], target: &Path) -> String {
    // Intermediate files are shared with the build of these tests; only the result goes elsewhere, so that nobody
    // misses the binary that the other tests run. Cargo before 1.91 shares nothing and builds for longer.
    let build = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).args(["--offline", "--locked", "--quiet", "-p", "kkp-oidc-cli"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("CARGO_BUILD_BUILD_DIR", build).env("CARGO_TARGET_DIR", target);
    let Ended { code, stdout, stderr } = Running::start(&mut command).end_within(BUILD);
    assert_eq!(code, Some(0), "{stderr}");
    stdout
}

fn holds(binary: &Path, text: &str) -> bool {
    let bytes = std::fs::read(binary).unwrap();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn its_features_leave_the_development_provider_out() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let tree = cargo(&["tree", "-e", "normal", "--prefix", "none", "-f", "{lib}: {f}"], target);
    let features: Vec<_> = tree.lines().filter(|line| line.starts_with("kkp_oidc_http:")).collect();
    assert_eq!(features, ["kkp_oidc_http: openapi,server"]);
}

#[test]
fn it_holds_nothing_of_the_development_provider() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shipped");
    cargo(&["build"], &target);
    let shipped = target.join("debug").join(format!("kkp-oidc{}", std::env::consts::EXE_SUFFIX));
    for text in ONLY_IN_DEVELOPMENT {
        assert!(!holds(&shipped, text), "{text:?} is in {}", shipped.display());
        assert!(holds(&example_serve::path(), text), "{text:?} is not even in the example");
    }
    assert!(holds(&shipped, "Share a Kubernetes cluster by a link"), "it serves no page at all");
}
