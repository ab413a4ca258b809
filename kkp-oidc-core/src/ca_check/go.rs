//! Go's verdict: crypto/x509 `Certificate.Verify`, as of Go 1.26.

use super::certificate::Certificate;
use super::reason::{CertificateId, Reason};
use super::signature::{Hash, KeyKind, SignatureAlgorithm};
use super::{Client, Path, Question, server_name};

/// Go's `maxChainSignatureChecks`.
const MAX_SIGNATURE_CHECKS: usize = 100;

pub(super) fn verify<'q>(question: &'q Question<'q>, trust: &[&'q Certificate<'q>]) -> Result<Path<'q>, Reason> {
    let (leaf, others) = question.readable()?;
    for (index, certificate) in question.sent.iter().flatten().enumerate() {
        if !is_readable(certificate) {
            return Err(Reason::Unreadable { index });
        }
    }
    let mut search = Search { question, trust, others, checks: 0, refusals: Vec::new() };
    search.validity(leaf, &[], false)?;
    if let Some(name) = question.server_name {
        server_name::match_go(leaf, name)?;
    }
    let mut paths = Vec::new();
    if search.trust.iter().any(|anchor| anchor.der == leaf.der) {
        paths.push(vec![leaf]);
    } else {
        search.extend(vec![leaf], &mut paths)?;
    }
    let mut refusals = std::mem::take(&mut search.refusals);
    for path in paths {
        match judge(&path) {
            Ok(()) => return Ok(path),
            Err(reason) => refusals.push(reason),
        }
    }
    Err(most_telling(refusals).unwrap_or_else(|| Reason::unknown_issuer(leaf)))
}

/// The last of the reasons that tell most.
fn most_telling(refusals: Vec<Reason>) -> Option<Reason> {
    refusals.into_iter().max_by_key(Reason::rank)
}

/// Go refuses to parse keys on other curves, and passes over such certificates in a bundle.
fn is_readable(certificate: &Certificate<'_>) -> bool {
    certificate.public_key.kind != KeyKind::Secp256k1
}

struct Search<'q, 't> {
    question: &'q Question<'q>,
    trust: &'t [&'q Certificate<'q>],
    others: Vec<&'q Certificate<'q>>,
    checks: usize,
    refusals: Vec<Reason>,
}

impl<'q> Search<'q, '_> {
    /// All ways from the end of `path` to an anchor.
    fn extend(&mut self, path: Path<'q>, paths: &mut Vec<Path<'q>>) -> Result<(), Reason> {
        let Some(&child) = path.last() else { return Ok(()) };
        let refusals = self.refusals.len();
        let found = paths.len();
        for (candidates, is_root) in [(self.trust.to_vec(), true), (self.others.clone(), false)] {
            for candidate in parents(child, &candidates) {
                self.checks = self.checks.saturating_add(1);
                if self.checks > MAX_SIGNATURE_CHECKS {
                    return if paths.is_empty() { Err(Reason::TooManyPaths) } else { Ok(()) };
                }
                if path.iter().any(|present| is_same_entity(present, candidate)) {
                    continue;
                }
                let judged = signed_by(child, candidate).and_then(|()| self.validity(candidate, &path, !is_root));
                if let Err(reason) = judged {
                    self.refusals.push(reason);
                    continue;
                }
                let longer: Path<'q> = path.iter().copied().chain([candidate]).collect();
                if is_root { paths.push(longer) } else { self.extend(longer, paths)? }
            }
        }
        if paths.len() == found && self.refusals.len() == refusals {
            self.refusals.push(Reason::unknown_issuer(child));
        }
        Ok(())
    }

    /// `isValid`: of a certificate that would come after `path`.
    fn validity(
        &self,
        certificate: &Certificate<'_>,
        path: &[&Certificate<'_>],
        must_be_ca: bool,
    ) -> Result<(), Reason> {
        let id = || CertificateId::of(certificate);
        if let Some(extension) = unhandled_critical_extension(certificate) {
            return Err(Reason::UnknownCriticalExtension { certificate: id(), extension });
        }
        if self.question.now < certificate.not_before {
            return Err(Reason::NotYetValid { certificate: id(), not_before: certificate.not_before });
        }
        if self.question.now > certificate.not_after {
            return Err(Reason::Expired { certificate: id(), not_after: certificate.not_after });
        }
        if must_be_ca && !certificate.basic_constraints.is_some_and(|constraints| constraints.is_ca) {
            return Err(Reason::NotACa { certificate: id() });
        }
        match certificate.basic_constraints.and_then(|constraints| constraints.max_path_len) {
            // The server's certificate, first in the path, does not count.
            Some(max) if path.len().saturating_sub(1) > usize::try_from(max).unwrap_or(usize::MAX) => {
                Err(Reason::PathTooLong { certificate: id(), max })
            }
            _ => Ok(()),
        }
    }
}

/// Those with the issuer's name, the ones with the right key identifier first, then those without one.
fn parents<'q>(child: &Certificate<'_>, candidates: &[&'q Certificate<'q>]) -> Vec<&'q Certificate<'q>> {
    let named = |candidate: &&&'q Certificate<'q>| candidate.subject.raw == child.issuer.raw;
    let mut parents: Vec<_> = candidates.iter().filter(named).copied().collect();
    parents.sort_by_key(|candidate| match (&candidate.subject_key_id, &child.authority_key_id) {
        (subject, authority) if subject == authority => 0,
        (None, Some(_)) | (Some(_), None) => 1,
        _ => 2,
    });
    parents
}

/// `alreadyInChain`
fn is_same_entity(one: &Certificate<'_>, other: &Certificate<'_>) -> bool {
    one.subject.raw == other.subject.raw
        && one.public_key == other.public_key
        && one.names.dns == other.names.dns
        && one.names.ip == other.names.ip
}

/// `CheckSignatureFrom`
fn signed_by(child: &Certificate<'_>, parent: &Certificate<'_>) -> Result<(), Reason> {
    let may_sign = match parent.basic_constraints {
        Some(constraints) => constraints.is_ca,
        None => !parent.has_version_3,
    };
    if !may_sign || !parent.may_sign_certificates() {
        return Err(Reason::NotACa { certificate: CertificateId::of(parent) });
    }
    if !is_readable(parent) {
        return Err(Reason::unsupported_signature(child, parent));
    }
    let (certificate, algorithm) = (CertificateId::of(child), child.signature_algorithm.to_text());
    match child.signature_algorithm.hash() {
        Some(Hash::Md5 | Hash::Sha1) => return Err(Reason::WeakSignature { certificate, algorithm }),
        // crypto/rsa refuses shorter keys since Go 1.24.
        _ if matches!(parent.public_key.kind, KeyKind::Rsa(0..1024)) => {
            let key = parent.public_key.to_text();
            return Err(Reason::WeakKey { certificate: CertificateId::of(parent), key });
        }
        _ => {}
    }
    match child.is_signed_by(parent) {
        Some(true) => Ok(()),
        Some(false) => Err(Reason::BadSignature { certificate, issuer: CertificateId::of(parent) }),
        None if is_mismatch(&child.signature_algorithm, parent.public_key.kind) => {
            Err(Reason::BadSignature { certificate, issuer: CertificateId::of(parent) })
        }
        None => Err(Reason::unsupported_signature(child, parent)),
    }
}

/// The signature is of a kind that this kind of key cannot make.
pub(super) const fn is_mismatch(algorithm: &SignatureAlgorithm, key: KeyKind) -> bool {
    !matches!(
        (algorithm, key),
        (SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(..), KeyKind::Rsa(_))
            | (SignatureAlgorithm::Ecdsa(_), KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Secp256k1)
            | (SignatureAlgorithm::Ed25519, KeyKind::Ed25519)
            | (SignatureAlgorithm::Other(_), _)
            | (_, KeyKind::Other)
    )
}

fn unhandled_critical_extension(certificate: &Certificate<'_>) -> Option<String> {
    let handled = |extension: &str| match extension {
        "2.5.29.17" => certificate.names.is_known_kind,
        "2.5.29.30" => certificate.name_constraints.as_ref().is_none_or(|constraints| constraints.are_known_to_go()),
        // Key usage, basic constraints, policies and what belongs to them, CRL distribution points, extended key usage.
        "2.5.29.15" | "2.5.29.19" | "2.5.29.31" | "2.5.29.32" | "2.5.29.33" | "2.5.29.36" | "2.5.29.37"
        | "2.5.29.54" => true,
        _ => false,
    };
    certificate.critical.iter().find(|extension| !handled(extension)).cloned()
}

/// What is asked of a whole path: usages and name constraints.
fn judge(path: &[&Certificate<'_>]) -> Result<(), Reason> {
    let serves = |certificate: &Certificate<'_>| {
        certificate.extended_key_usage.is_none_or(|usage| usage.any || usage.server_auth)
    };
    if let Some(certificate) = path.iter().rev().find(|certificate| !serves(certificate)) {
        return Err(Reason::WrongUsage { certificate: CertificateId::of(certificate) });
    }
    for (index, certificate) in path.iter().enumerate() {
        for above in path.iter().skip(index.saturating_add(1)) {
            let forbidden = above.name_constraints.as_ref();
            if let Some(name) =
                forbidden.and_then(|constraints| certificate.first_forbidden_by(constraints, Client::Go))
            {
                return Err(Reason::ForbiddenName { certificate: CertificateId::of(above), name });
            }
        }
    }
    Ok(())
}
