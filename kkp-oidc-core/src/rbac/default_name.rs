//! The name of a binding that was given none.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::name::BindingName;
use super::{Grant, Subject, Subjects};

/// Longest name that is made, in bytes: it can be the value of a label, too.
const MAX_LEN: usize = 63;

/// Bytes of the hash that are shown, each as two digits.
const HASH_BYTES: usize = 5;

/// Role, subject and hash, with `-` between. The first two are there to be read, the hash to tell apart.
pub(super) fn of(grant: &Grant, first: &Subject, subjects: &Subjects) -> BindingName {
    let (role_kind, role_name) = grant.role();
    let mut name = readable(&format!("{role_name}-{}", first.name()));
    name.truncate(MAX_LEN.saturating_sub(1 + 2 * HASH_BYTES));
    name.truncate(name.trim_end_matches(['-', '.']).len());
    if !name.is_empty() {
        name.push('-');
    }
    let mut hash = Sha256::new();
    // No name has a NUL in it, so no two lists give the same text.
    hash.update(format!("{role_kind}\0{role_name}\0"));
    for subject in subjects.iter().collect::<BTreeSet<_>>() {
        hash.update(format!("{}\0{}\0", subject.kind(), subject.name()));
    }
    for byte in hash.finalize().iter().take(HASH_BYTES) {
        name.push_str(&format!("{byte:02x}"));
    }
    BindingName::known(name)
}

/// The text of `a-z 0-9 - .` only, without two of the last in a row or in front.
fn readable(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars().map(|character| character.to_ascii_lowercase()) {
        let separator = matches!(character, '-' | '.') || !character.is_ascii_alphanumeric();
        match separator {
            false => result.push(character),
            true if result.is_empty() || result.ends_with(['-', '.']) => {}
            true => result.push(if character == '.' { '.' } else { '-' }),
        }
    }
    result
}
