//! What a bundle holds, as trees from the roots down.

use std::collections::BTreeMap;

use serde::Serialize;

use super::certificate::{Certificate, hex};
use super::reason::{CertificateId, rfc3339};
use crate::UnixTime;

/// Most issuers that are tried for a certificate, so that many of one name do not cost much.
const MAX_CANDIDATES: usize = 16;

/// What a bundle holds.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// How many certificates there are, duplicates included.
    pub certificates: usize,
    /// The places, from 1, of what is no certificate that can be read.
    pub unreadable: Vec<usize>,
    /// Each distinct certificate once: a root, what it signed, what those signed, and then the next root.
    pub entries: Vec<Entry>,
}

/// What is known of a certificate.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// Which one.
    #[serde(flatten)]
    pub certificate: CertificateId,
    /// How many certificates of the bundle stand above it; 0 for a root, and for one whose issuer is not there.
    pub depth: usize,
    /// Its places in the bundle, from 1; several if it is there several times.
    pub places: Vec<usize>,
    /// What it is for.
    pub role: Role,
    /// The issuer's name, if the certificate is not signed by itself and the issuer's is not in the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_issuer: Option<MissingIssuer>,
    /// The first second of its validity.
    #[serde(serialize_with = "rfc3339")]
    pub not_before: UnixTime,
    /// The last second of its validity.
    #[serde(serialize_with = "rfc3339")]
    pub not_after: UnixTime,
    /// Why it, or a copy of it, does nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub idle: Vec<Idle>,
}

/// An issuer whose certificate is not there.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MissingIssuer {
    /// Its name.
    pub subject: String,
    /// Its key identifier, lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// A CA's, signed by itself.
    Root,
    /// A CA's, signed by another; the bundle has another certificate of the same CA and key, too.
    CrossSigned,
    /// A CA's, signed by another.
    Intermediate,
    /// No CA's: a server's, a client's.
    Leaf,
}

/// Why a certificate does nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Idle {
    /// It is there more than once.
    Duplicate,
    /// It has ended.
    Expired,
    /// It has not begun.
    NotYetValid,
    /// It is no CA's: no other certificate can lead to it.
    NotACa,
}

impl Role {
    /// As people say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::CrossSigned => "cross-signed",
            Self::Intermediate => "intermediate",
            Self::Leaf => "leaf",
        }
    }
}

impl Idle {
    /// As people say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "there more than once",
            Self::Expired => "expired",
            Self::NotYetValid => "not yet valid",
            Self::NotACa => "not a CA",
        }
    }
}

/// Say what a bundle holds, DER, with duplicates: roots first, otherwise in the order of the bundle.
///
/// A certificate stands below another if that one's key signed it, or, where no algorithm for the signature is at hand,
/// if names and key identifiers say so. Where several fit, one that is valid at `now` counts, and of those a root.
#[must_use]
pub fn explain(bundle: &[Vec<u8>], now: UnixTime) -> Explanation {
    let mut distinct: Vec<(Certificate<'_>, Vec<usize>)> = Vec::new();
    let mut unreadable = Vec::new();
    let mut known = BTreeMap::new();
    for (index, der) in bundle.iter().enumerate() {
        let place = index.saturating_add(1);
        match Certificate::parse(der) {
            None => unreadable.push(place),
            Some(certificate) => {
                let position = *known.entry(certificate.fingerprint).or_insert(distinct.len());
                match distinct.get_mut(position) {
                    Some((_, places)) => places.push(place),
                    None => distinct.push((certificate, vec![place])),
                }
            }
        }
    }
    Explanation { certificates: bundle.len(), unreadable, entries: Forest::of(&distinct, now).entries() }
}

/// Certificates and who signed them. Numbers are places in `certificates`.
struct Forest<'f, 'a> {
    certificates: &'f [(Certificate<'a>, Vec<usize>)],
    by_subject: BTreeMap<&'f str, Vec<usize>>,
    issuers: Vec<Option<usize>>,
    signed: Vec<Vec<usize>>,
    now: UnixTime,
}

impl<'f, 'a> Forest<'f, 'a> {
    fn of(certificates: &'f [(Certificate<'a>, Vec<usize>)], now: UnixTime) -> Self {
        let mut by_subject: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, (certificate, _)) in certificates.iter().enumerate() {
            by_subject.entry(&certificate.subject.canonical).or_default().push(index);
        }
        let signed = vec![Vec::new(); certificates.len()];
        let mut this = Self { certificates, by_subject, issuers: Vec::new(), signed, now };
        for (index, (child, _)) in certificates.iter().enumerate() {
            let issuer = if child.is_self_issued() { None } else { this.find_issuer(index, child) };
            if let Some(signed) = issuer.and_then(|issuer| this.signed.get_mut(issuer)) {
                signed.push(index);
            }
            this.issuers.push(issuer);
        }
        this
    }

    fn find_issuer(&self, index: usize, child: &Certificate<'_>) -> Option<usize> {
        let named = self.by_subject.get(child.issuer.canonical.as_str()).map(Vec::as_slice).unwrap_or_default();
        let has_key_id = |issuer: &Certificate<'_>| {
            child.authority_key_id.is_none() || child.authority_key_id == issuer.subject_key_id
        };
        let candidates = named.iter().filter_map(|place| Some((*place, &self.certificates.get(*place)?.0)));
        let mut candidates: Vec<_> = candidates.filter(|(place, _)| *place != index).collect();
        candidates.sort_by_key(|(_, issuer)| {
            (!has_key_id(issuer), idle_by_time(issuer, self.now).is_some(), !issuer.is_self_issued())
        });
        candidates.truncate(MAX_CANDIDATES);
        let fits = |(place, issuer): &(usize, &Certificate<'_>)| {
            child.is_signed_by(issuer).unwrap_or_else(|| has_key_id(issuer)) && !self.is_below(*place, index)
        };
        candidates.into_iter().find(fits).map(|(place, _)| place)
    }

    /// Two CAs that signed each other must not stand below each other.
    fn is_below(&self, place: usize, other: usize) -> bool {
        let mut above = self.issuer(place);
        while let Some(place) = above {
            if place == other {
                return true;
            }
            above = self.issuer(place);
        }
        false
    }

    fn issuer(&self, place: usize) -> Option<usize> {
        self.issuers.get(place).copied().flatten()
    }

    fn entries(&self) -> Vec<Entry> {
        let mut tops: Vec<usize> = (0..self.certificates.len()).filter(|place| self.issuer(*place).is_none()).collect();
        let is_no_root = |place: &usize| self.certificates.get(*place).is_some_and(|(top, _)| !top.is_self_issued());
        tops.sort_by_key(is_no_root);
        let mut entries = Vec::with_capacity(self.certificates.len());
        let mut next: Vec<(usize, usize)> = tops.into_iter().rev().map(|place| (place, 0)).collect();
        while let Some((place, depth)) = next.pop() {
            entries.extend(self.entry(place, depth));
            let signed = self.signed.get(place).map(Vec::as_slice).unwrap_or_default();
            next.extend(signed.iter().rev().map(|below| (*below, depth.saturating_add(1))));
        }
        entries
    }

    fn entry(&self, place: usize, depth: usize) -> Option<Entry> {
        let (certificate, places) = self.certificates.get(place)?;
        let is_self_issued = certificate.is_self_issued();
        let role = match certificate.is_ca() {
            true if is_self_issued => Role::Root,
            true if self.has_another(place, certificate) => Role::CrossSigned,
            true => Role::Intermediate,
            false => Role::Leaf,
        };
        let mut idle: Vec<Idle> = idle_by_time(certificate, self.now).into_iter().collect();
        if role == Role::Leaf {
            idle.push(Idle::NotACa);
        }
        if places.len() > 1 {
            idle.push(Idle::Duplicate);
        }
        let missing_issuer = (!is_self_issued && self.issuer(place).is_none()).then(|| MissingIssuer {
            subject: certificate.issuer.text.clone(),
            key_id: certificate.authority_key_id.as_deref().map(hex),
        });
        Some(Entry {
            certificate: CertificateId::of(certificate),
            depth,
            places: places.clone(),
            role,
            missing_issuer,
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            idle,
        })
    }

    /// The same CA with the same key, by another issuer.
    fn has_another(&self, place: usize, certificate: &Certificate<'_>) -> bool {
        let same_name = self.by_subject.get(certificate.subject.canonical.as_str()).map(Vec::as_slice);
        same_name.unwrap_or_default().iter().filter(|other| **other != place).take(MAX_CANDIDATES).any(|other| {
            self.certificates.get(*other).is_some_and(|(other, _)| {
                other.public_key == certificate.public_key && other.issuer.canonical != certificate.issuer.canonical
            })
        })
    }
}

fn idle_by_time(certificate: &Certificate<'_>, now: UnixTime) -> Option<Idle> {
    if now > certificate.not_after {
        return Some(Idle::Expired);
    }
    (now < certificate.not_before).then_some(Idle::NotYetValid)
}
