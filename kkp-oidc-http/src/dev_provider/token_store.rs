//! Bounded memory for things that are found by an unguessable token.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::Entropy;

/// 256 bits as 43 characters of base64url.
pub(super) fn random_token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Values by token. When it is full, the oldest goes.
///
/// Only SHA-256 digests of tokens are kept: comparing them tells nothing about a token by its timing.
pub(super) struct TokenStore<V> {
    entries: VecDeque<([u8; 32], V)>,
    limit: usize,
}

impl<V> TokenStore<V> {
    pub(super) fn new(limit: usize) -> Self {
        Self { entries: VecDeque::new(), limit }
    }

    pub(super) fn insert(&mut self, token: &str, value: V) {
        while self.entries.len() >= self.limit {
            self.entries.pop_front();
        }
        self.entries.push_back((digest(token), value));
    }

    pub(super) fn get_mut(&mut self, token: &str) -> Option<&mut V> {
        let digest = digest(token);
        self.entries.iter_mut().find(|(key, _)| *key == digest).map(|(_, value)| value)
    }

    pub(super) fn remove(&mut self, token: &str) -> Option<V> {
        let digest = digest(token);
        let index = self.entries.iter().position(|(key, _)| *key == digest)?;
        self.entries.remove(index).map(|(_, value)| value)
    }

    pub(super) fn count(&self, counts: impl Fn(&V) -> bool) -> usize {
        self.entries.iter().filter(|(_, value)| counts(value)).count()
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.entries.retain(|(_, value)| keep(value));
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_the_store_is_full() {
        let mut store = TokenStore::new(2);
        for (token, value) in [("a", 1), ("b", 2), ("c", 3)] {
            store.insert(token, value);
        }
        assert_eq!(
            [store.remove("a"), store.remove("b"), store.remove("c"), store.remove("c")],
            [None, Some(2), Some(3), None]
        );
    }
}
