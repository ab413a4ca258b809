//! The certificates that are kept, side by side in one piece of memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;

use crate::ca_bundle::certificate::{Facts, Fingerprint};

/// Room for certificates at first, in bytes (256 KiB): a distribution's roots fit in without being copied as they grow.
const FIRST_LEN: usize = 256 * 1024;

/// Where something stands, with the origin by its number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Spot {
    pub(super) origin: u32,
    pub(super) section: u32,
    pub(super) line: u32,
}

/// A certificate that is kept.
#[derive(Debug)]
pub(super) struct Kept {
    start: usize,
    len: u32,
    pub(super) fingerprint: Fingerprint,
    pub(super) spot: Spot,
    pub(super) facts: Facts,
}

/// All certificates that are kept, and what was seen at all.
#[derive(Default)]
pub(super) struct Store {
    der: Vec<u8>,
    kept: Vec<Kept>,
    seen: HashMap<Fingerprint, Spot>,
    passed_on: usize,
}

impl Store {
    /// Remember that a certificate was seen; the first place if it was seen before.
    pub(super) fn see(&mut self, fingerprint: Fingerprint, spot: Spot) -> Option<Spot> {
        match self.seen.entry(fingerprint) {
            MapEntry::Occupied(first) => Some(*first.get()),
            MapEntry::Vacant(place) => {
                place.insert(spot);
                None
            }
        }
    }

    /// How many distinct certificates were seen, whether they are kept or not.
    pub(super) fn seen(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn keep(&mut self, der: &[u8], fingerprint: Fingerprint, spot: Spot, facts: Facts) {
        let start = self.der.len();
        let Ok(len) = u32::try_from(der.len()) else { return };
        if self.der.capacity() == 0 {
            self.der.reserve(FIRST_LEN);
        }
        self.der.extend_from_slice(der);
        self.kept.push(Kept { start, len, fingerprint, spot, facts });
    }

    pub(super) fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// The DER of one that is kept.
    pub(super) fn der(&self, kept: &Kept) -> &[u8] {
        let len = usize::try_from(kept.len).unwrap_or(0);
        self.der.get(kept.start..).and_then(|rest| rest.get(..len)).unwrap_or_default()
    }

    /// Forget the certificates that are kept, but not that they were seen.
    pub(super) fn pass_on(&mut self) {
        self.passed_on = self.passed_on.saturating_add(self.kept.len());
        self.kept.clear();
        self.der.clear();
    }

    /// How many certificates were passed on.
    pub(super) const fn passed_on(&self) -> usize {
        self.passed_on
    }

    /// The certificates without what was only needed to find them.
    pub(super) fn forget_seen(&mut self) {
        self.seen = HashMap::new();
    }
}
