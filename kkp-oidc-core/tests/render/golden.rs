//! Against files that were written by hand from the description of KKP: tests/data/kkp/README.md.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read files, and end at a bad one")]

use std::fs;
use std::path::Path;

use kkp_oidc_core::kkp::{Installation, RenderOptions, Secrets, What, render};

const WHATS: [(&str, What); 10] = [
    ("api-flags", What::ApiFlags),
    ("controller-flags", What::ControllerFlags),
    ("apiserver-flags", What::ApiserverFlags),
    ("authentication-config", What::AuthenticationConfig),
    ("kubermatic-configuration", What::KubermaticConfiguration),
    ("values", What::Values),
    ("dex-client", What::DexClient),
    ("ui-config", What::UiConfig),
    ("redirect-uris", What::RedirectUris),
    ("helm-commands", What::HelmCommands),
];

#[test]
fn each_version_gets_what_was_written_by_hand() {
    for version in ["2.12", "2.13", "2.16", "2.19", "2.22", "2.28", "2.31"] {
        let expected = fs::read_to_string(data(&format!("{version}.txt"))).unwrap();
        let rendered = expected.split("=== ").skip(1).map(|expectation| again(version, expectation));
        assert_eq!(rendered.collect::<String>(), expected, "{version}");
    }
}

/// An expectation with what is rendered now.
fn again(version: &str, expectation: &str) -> String {
    let (title, rest) = expectation.split_once('\n').unwrap();
    let source = rest.lines().next().unwrap();
    let mut words = title.split(' ');
    let what = words.next().unwrap();
    let (_, what) = WHATS.into_iter().find(|(name, _)| *name == what).unwrap();
    let (files, names): (Vec<&str>, Vec<&str>) = words.partition(|word| word.contains('.'));
    let files = files.into_iter().map(|file| (file.to_owned(), fs::read(data(file)).unwrap()));
    let (installation, _) = Installation::read(files);
    let options = RenderOptions {
        version: Some(version.parse().unwrap()),
        secrets: Secrets::Shown,
        seed: names.first().map(|name| (*name).to_owned()),
        ..RenderOptions::default()
    };
    let rendered = render(what, &installation, &options).unwrap();
    let text = rendered.items.map(|items| items.iter().map(|item| format!("{item}\n")).collect());
    format!("=== {title}\n{source}\n{}", text.unwrap_or(rendered.text))
}

fn data(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/kkp").join(file)
}
