//! OpenSSL's verdict: `X509_verify_cert`, as of OpenSSL 3.0, with security level 2 and no partial chains.

use super::certificate::{Certificate, hex};
use super::go::is_mismatch;
use super::reason::{CertificateId, Reason};
use super::signature::Hash;
use super::{Client, Path, Question, server_name};
use crate::UnixTime;

/// What security level 2 asks for: OpenSSL's default from 3.2 on, Debian's and Ubuntu's before.
const MIN_SECURITY_BITS: usize = 112;
/// OpenSSL's `X509_V_PARAM` default for the number of certificates below the anchor.
const MAX_DEPTH: usize = 100;

pub(super) fn verify<'q>(question: &'q Question<'q>, trust: &[&'q Certificate<'q>]) -> Result<Path<'q>, Reason> {
    let (leaf, others) = question.readable()?;
    is_strong_key(leaf)?;
    let path = build(leaf, others, trust, question.now)?;
    extensions(&path)?;
    strength(&path)?;
    if let Some(name) = question.server_name {
        server_name::match_openssl(leaf, name)?;
    }
    signatures_and_times(&path, question.now)?;
    name_constraints(&path)?;
    Ok(path)
}

/// `build_chain` with the flag `TRUSTED_FIRST`: at each step the bundle, then what the server sent. There is no way back.
fn build<'q>(
    leaf: &'q Certificate<'q>,
    mut others: Vec<&'q Certificate<'q>>,
    trust: &[&'q Certificate<'q>],
    now: UnixTime,
) -> Result<Path<'q>, Reason> {
    let mut path = vec![leaf];
    let mut last = leaf;
    let mut within_bundle = false;
    while path.len() <= MAX_DEPTH {
        if let Some(issuer) = trusted_issuer(last, trust, now) {
            if !last.is_self_issued() {
                path.push(issuer);
            } else if last.der != issuer.der {
                return Err(Reason::NotInBundle { certificate: CertificateId::of(last) });
            }
            within_bundle = true;
            last = issuer;
            if issuer.is_self_issued() {
                return Ok(path);
            }
            continue;
        }
        if within_bundle {
            return Err(Reason::NoRoot {
                certificate: CertificateId::of(last),
                issuer: last.issuer.text.clone(),
                key_id: last.authority_key_id.as_deref().map(hex),
            });
        }
        if last.is_self_issued() {
            break;
        }
        let Some(index) = sent_issuer(last, &others, now) else { break };
        last = others.remove(index);
        path.push(last);
    }
    Err(Reason::unknown_issuer(last))
}

/// `get1_issuer`: the first one that is valid now; otherwise the one that ended last.
fn trusted_issuer<'q>(
    child: &Certificate<'_>,
    trust: &[&'q Certificate<'q>],
    now: UnixTime,
) -> Option<&'q Certificate<'q>> {
    let issuers = || trust.iter().copied().filter(|issuer| is_likely_issued(child, issuer));
    // `max_by_key` takes the last of equals, OpenSSL the first.
    issuers()
        .find(|issuer| is_current(issuer, now))
        .or_else(|| issuers().reduce(|best, other| if other.not_after > best.not_after { other } else { best }))
}

/// `find_issuer`: the first one that is valid now; otherwise the last one.
fn sent_issuer(child: &Certificate<'_>, others: &[&Certificate<'_>], now: UnixTime) -> Option<usize> {
    let issuers = || others.iter().enumerate().filter(|(_, issuer)| is_likely_issued(child, issuer));
    let current = issuers().find(|(_, issuer)| is_current(issuer, now));
    current.or_else(|| issuers().next_back()).map(|(index, _)| index)
}

/// `X509_check_issued`: by name, identifiers and kind of key; the signature is not looked at.
fn is_likely_issued(child: &Certificate<'_>, issuer: &Certificate<'_>) -> bool {
    let differ = |one: &Option<Vec<u8>>, other: Option<&Vec<u8>>| one.as_ref().zip(other).is_some_and(|(a, b)| a != b);
    issuer.subject.canonical == child.issuer.canonical
        && !differ(&child.authority_key_id, issuer.subject_key_id.as_ref())
        && !differ(&child.authority_serial, Some(&issuer.serial))
        && !is_mismatch(&child.signature_algorithm, issuer.public_key.kind)
}

/// The last second of a certificate does not count.
fn is_current(certificate: &Certificate<'_>, now: UnixTime) -> bool {
    certificate.not_before <= now && now < certificate.not_after
}

/// `check_extensions`
fn extensions(path: &[&Certificate<'_>]) -> Result<(), Reason> {
    let mut below = 0_usize;
    for (index, &certificate) in path.iter().enumerate() {
        let id = || CertificateId::of(certificate);
        if let Some(extension) = certificate.critical.iter().find(|extension| !is_supported(extension)) {
            return Err(Reason::UnknownCriticalExtension { certificate: id(), extension: extension.clone() });
        }
        let is_anchor = index.saturating_add(1) == path.len();
        if index > 0 && !is_openssl_ca(certificate, is_anchor) {
            return Err(Reason::NotACa { certificate: id() });
        }
        // `anyExtendedKeyUsage` does not count.
        let serves = certificate.extended_key_usage.is_none_or(|usage| usage.server_auth);
        if !serves || (index == 0 && !certificate.may_serve_tls()) {
            return Err(Reason::WrongUsage { certificate: id() });
        }
        match certificate.basic_constraints.and_then(|constraints| constraints.max_path_len) {
            Some(max) if index > 1 && below > usize::try_from(max).unwrap_or(usize::MAX).saturating_add(1) => {
                return Err(Reason::PathTooLong { certificate: id(), max });
            }
            _ => {}
        }
        if index == 0 || certificate.subject.canonical != certificate.issuer.canonical {
            below = below.saturating_add(1);
        }
    }
    Ok(())
}

/// `X509_check_ca`; only for an anchor do the signs of old count.
fn is_openssl_ca(certificate: &Certificate<'_>, is_anchor: bool) -> bool {
    certificate.may_sign_certificates()
        && match certificate.basic_constraints {
            Some(constraints) => constraints.is_ca,
            None => is_anchor && (!certificate.has_version_3 || certificate.key_usage.is_some()),
        }
}

/// `X509_supported_extension`
fn is_supported(extension: &str) -> bool {
    const SUPPORTED: [&str; 15] = [
        "2.16.840.1.113730.1.1",
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.36",
        "2.5.29.37",
        "2.5.29.54",
        "1.3.6.1.5.5.7.1.7",
        "1.3.6.1.5.5.7.1.8",
        "1.3.6.1.5.5.7.1.14",
        "1.3.6.1.5.5.7.48.1.5",
    ];
    SUPPORTED.contains(&extension)
}

fn is_strong_key(certificate: &Certificate<'_>) -> Result<(), Reason> {
    if certificate.public_key.security_bits() >= MIN_SECURITY_BITS {
        return Ok(());
    }
    Err(Reason::WeakKey { certificate: CertificateId::of(certificate), key: certificate.public_key.to_text() })
}

/// `check_auth_level`: every key, and every signature but the anchor's.
fn strength(path: &[&Certificate<'_>]) -> Result<(), Reason> {
    for (index, certificate) in path.iter().enumerate() {
        is_strong_key(certificate)?;
        let is_anchor = index.saturating_add(1) == path.len();
        if !is_anchor && matches!(certificate.signature_algorithm.hash(), Some(Hash::Md5 | Hash::Sha1)) {
            let algorithm = certificate.signature_algorithm.to_text();
            return Err(Reason::WeakSignature { certificate: CertificateId::of(certificate), algorithm });
        }
    }
    Ok(())
}

/// `internal_verify`: from the anchor down.
fn signatures_and_times(path: &[&Certificate<'_>], now: UnixTime) -> Result<(), Reason> {
    for (index, &certificate) in path.iter().enumerate().rev() {
        let id = || CertificateId::of(certificate);
        if let Some(&issuer) = path.get(index.saturating_add(1)) {
            match certificate.is_signed_by(issuer) {
                Some(true) => {}
                Some(false) => {
                    return Err(Reason::BadSignature { certificate: id(), issuer: CertificateId::of(issuer) });
                }
                // Not OpenSSL's limit but ours: docs/ca-check.md.
                None => return Err(Reason::unsupported_signature(certificate, issuer)),
            }
        }
        if now < certificate.not_before {
            return Err(Reason::NotYetValid { certificate: id(), not_before: certificate.not_before });
        }
        if !is_current(certificate, now) {
            return Err(Reason::Expired { certificate: id(), not_after: certificate.not_after });
        }
    }
    Ok(())
}

/// `check_name_constraints`
fn name_constraints(path: &[&Certificate<'_>]) -> Result<(), Reason> {
    for (index, certificate) in path.iter().enumerate().rev() {
        if index > 0 && certificate.subject.canonical == certificate.issuer.canonical {
            continue;
        }
        for above in path.iter().skip(index.saturating_add(1)).rev() {
            let constraints = above.name_constraints.as_ref();
            if let Some(name) = constraints.and_then(|these| certificate.first_forbidden_by(these, Client::OpenSsl)) {
                return Err(Reason::ForbiddenName { certificate: CertificateId::of(above), name });
            }
        }
    }
    Ok(())
}
