//! The orders in which certificates are written.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::ca_bundle::store::{Kept, Store};

/// How the certificates of a bundle are ordered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Order {
    /// Each certificate before those that may have issued it, otherwise as in the inputs.
    #[default]
    Chain,
    /// As in the inputs.
    Input,
    /// By SHA-256 of the DER, so that the same certificates give the same bytes.
    Sha256,
}

impl Order {
    /// Indices of the kept certificates.
    pub(super) fn of(self, store: &Store) -> Vec<usize> {
        let kept = store.kept();
        match self {
            Self::Input => (0..kept.len()).collect(),
            Self::Sha256 => {
                // The first bytes are nearly always enough, and lie side by side.
                let first = |kept: &Kept| kept.fingerprint.as_bytes().first_chunk().copied().map(u64::from_be_bytes);
                let mut order: Vec<_> = kept.iter().map(first).zip(0_usize..).collect();
                let whole = |index: usize| kept.get(index).map(|kept| kept.fingerprint);
                order.sort_unstable_by(|(a, at), (b, bt)| a.cmp(b).then_with(|| whole(*at).cmp(&whole(*bt))));
                order.into_iter().map(|(_, index)| index).collect()
            }
            Self::Chain => chain(store),
        }
    }
}

/// Certificates that a certificate may name as its issuer: all with this subject, or those of them with this key.
type Group<'a> = (&'a [u8], Option<&'a [u8]>);

/// Certificates of one [`Group`], and how many of those that name it are still to come.
#[derive(Default)]
struct Issuers {
    members: Vec<usize>,
    awaited: usize,
}

/// Kahn's algorithm with the first of the input first. Groups stand between certificates and their issuers, so that a
/// thousand certificates with the same name are a thousand edges and not a million. Cross-signed certificates may form
/// a circle: it is opened at the first of the input.
fn chain(store: &Store) -> Vec<usize> {
    let names: Vec<Names<'_>> = store.kept().iter().map(|kept| Names::of(kept, store)).collect();
    let mut groups: HashMap<Group<'_>, Issuers> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        for group in name.own_groups() {
            groups.entry(group).or_default().members.push(index);
        }
    }
    let issuer_groups: Vec<Option<Group<'_>>> = names.iter().map(|name| name.issuer_group(&groups)).collect();
    for group in issuer_groups.iter().flatten() {
        if let Some(issuers) = groups.get_mut(group) {
            issuers.awaited = issuers.awaited.saturating_add(1);
        }
    }
    // How many groups a certificate waits for.
    let waits_for = |name: &Names<'_>| {
        name.own_groups().filter(|group| groups.get(group).is_some_and(|issuers| issuers.awaited > 0)).count()
    };
    let mut waits: Vec<usize> = names.iter().map(waits_for).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        waits.iter().enumerate().filter(|(_, wait)| **wait == 0).map(|(index, _)| Reverse(index)).collect();
    let mut written = vec![false; names.len()];
    let mut order = Vec::with_capacity(names.len());
    let mut first_left = 0_usize;
    while order.len() < names.len() {
        let index = match ready.pop() {
            Some(Reverse(index)) => index,
            None => {
                while written.get(first_left) == Some(&true) {
                    first_left = first_left.saturating_add(1);
                }
                first_left
            }
        };
        match written.get_mut(index) {
            Some(written) if !*written => *written = true,
            Some(_) => continue,
            None => break,
        }
        order.push(index);
        let Some(issuers) = issuer_groups.get(index).copied().flatten().and_then(|group| groups.get_mut(&group)) else {
            continue;
        };
        issuers.awaited = issuers.awaited.saturating_sub(1);
        if issuers.awaited == 0 {
            for member in &issuers.members {
                let Some(wait) = waits.get_mut(*member) else { continue };
                *wait = wait.saturating_sub(1);
                if *wait == 0 && written.get(*member) == Some(&false) {
                    ready.push(Reverse(*member));
                }
            }
        }
    }
    order
}

struct Names<'a> {
    subject: &'a [u8],
    issuer: &'a [u8],
    subject_key_id: Option<&'a [u8]>,
    authority_key_id: Option<&'a [u8]>,
}

impl<'a> Names<'a> {
    fn of(kept: &Kept, store: &'a Store) -> Self {
        let der = store.der(kept);
        let facts = &kept.facts;
        Self {
            subject: facts.subject.get(der),
            issuer: facts.issuer.get(der),
            subject_key_id: facts.subject_key_id.map(|id| id.get(der)),
            authority_key_id: facts.authority_key_id.map(|id| id.get(der)),
        }
    }

    /// The group that may have issued it: those with the right name and key if there are any, else those with the name;
    /// `None` for a root, which issued itself, and for one whose issuer is not there.
    fn issuer_group(&self, groups: &HashMap<Group<'a>, Issuers>) -> Option<Group<'a>> {
        let there = |group: &Group<'a>| groups.contains_key(group);
        let own_key = self.subject == self.issuer && self.authority_key_id == self.subject_key_id;
        let with_key = self.authority_key_id.filter(|_| !own_key).map(|id| (self.issuer, Some(id))).filter(there);
        with_key.or_else(|| Some((self.issuer, None)).filter(there).filter(|_| self.subject != self.issuer))
    }

    /// The groups of which it is a member: its name with its key, and its name alone.
    fn own_groups(&self) -> impl Iterator<Item = Group<'a>> {
        let with_key = self.subject_key_id.map(|id| (self.subject, Some(id)));
        [Some((self.subject, None)), with_key].into_iter().flatten()
    }
}
