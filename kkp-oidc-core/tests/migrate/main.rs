//! From values.yaml to KubermaticConfiguration and back: whole files, and that no setting is lost on the way.

mod comments;
mod notes;
mod round_trip;
mod whole_files;

use kkp_oidc_core::diagnostics::Source;
use kkp_oidc_core::kkp::migrate::{Migration, Target, migrate};
use kkp_oidc_core::kkp::{Installation, Version};

fn read(text: &str) -> (Installation, Vec<Source>) {
    Installation::read([("values.yaml".to_owned(), text.into())])
}

/// The text, and the notes as they are shown.
#[track_caller]
fn migrated(text: &str, target: Target) -> (String, Vec<String>) {
    let (installation, sources) = read(text);
    let Migration { text, notes, .. } = migrate(&installation, &sources, target).unwrap_or_else(|_| unreachable!());
    (text, notes.iter().map(|note| note.to_text(&sources)).collect())
}

fn version(text: &str) -> Version {
    text.parse().unwrap_or_else(|_| unreachable!("{text}"))
}

fn to(text: &str) -> Target {
    Target::Configuration(version(text))
}
