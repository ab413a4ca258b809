//! rustls's verdict: rustls-webpki itself, called as rustls's `WebPkiServerVerifier` calls it.

use std::time::Duration;

use pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage};

use super::certificate::Certificate;
use super::reason::{CertificateId, Reason};
use super::signature::{Hash, KeyKind};
use super::{Client, Path, Question, server_name};

/// webpki stops a path here, too.
const MAX_PATH_LEN: usize = 8;

pub(super) fn verify<'q>(question: &'q Question<'q>, trust: &[&'q Certificate<'q>]) -> Result<Path<'q>, Reason> {
    let (leaf, others) = question.chain.split_first().ok_or(Reason::NothingSent)?;
    let leaf = CertificateDer::from(leaf.as_slice());
    let others: Vec<_> = others.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let trusted: Vec<_> = trust.iter().map(|certificate| CertificateDer::from(certificate.der)).collect();
    let anchors: Vec<_> = trusted.iter().map(|der| webpki::anchor_from_trusted_cert(der).ok()).collect();
    let usable: Vec<TrustAnchor<'_>> = anchors.iter().flatten().cloned().collect();
    let now = u64::try_from(question.now.as_secs()).unwrap_or_default();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
    let explain = |error: &Error| explain(error, question, trust);

    let end_entity = EndEntityCert::try_from(&leaf).map_err(|error| explain(&error))?;
    let (algorithms, usage) = (ALL_VERIFICATION_ALGS, KeyUsage::server_auth());
    let verified = end_entity
        .verify_for_usage(algorithms, &usable, &others, now, usage, None, None)
        .map_err(|error| explain(&error))?;
    if let Some(name) = question.server_name {
        let asked = || Reason::UnusableName { asked: name.as_str().to_owned() };
        let asked_name = ServerName::try_from(name.as_str()).map_err(|_| asked())?;
        if let Err(error) = end_entity.verify_is_valid_for_subject_name(&asked_name) {
            let sent = question.sent.first().and_then(Option::as_ref);
            return Err(sent.map_or_else(|| explain(&error), |leaf| server_name::mismatch(leaf, name)));
        }
    }
    // webpki leaves the server's own key to the handshake: its signature is verified with the same algorithms.
    if let Some(leaf) = question.sent.first().and_then(Option::as_ref)
        && matches!(leaf.public_key.kind, KeyKind::Rsa(0..2048) | KeyKind::Secp256k1 | KeyKind::Other)
    {
        return Err(Reason::WeakKey { certificate: CertificateId::of(leaf), key: leaf.public_key.to_text() });
    }
    let mut path: Path<'q> = question.sent.first().and_then(Option::as_ref).into_iter().collect();
    for intermediate in verified.intermediate_certificates() {
        let der = intermediate.der();
        path.extend(question.sent.iter().flatten().find(|certificate| certificate.der == der.as_ref()));
    }
    let position = anchors.iter().position(|anchor| anchor.as_ref() == Some(verified.anchor()));
    path.extend(position.and_then(|position| trust.get(position)));
    Ok(path)
}

/// webpki says what is wrong, and not with which certificate: look for the first one along the way that it fits.
fn explain(error: &Error, question: &Question<'_>, trust: &[&Certificate<'_>]) -> Reason {
    let Some(leaf) = question.sent.first().and_then(Option::as_ref) else {
        return Reason::Unreadable { index: 0 };
    };
    let way = way(leaf, question, trust);
    let sent = || way.iter().copied().filter(|certificate| !trust.iter().any(|anchor| anchor.der == certificate.der));
    let first = |is: &dyn Fn(&Certificate<'_>) -> bool| {
        let fits = sent().chain(question.sent.iter().flatten()).find(|certificate| is(certificate));
        fits.unwrap_or(leaf)
    };
    let now = question.now;
    match error {
        Error::CertExpired { .. } => {
            let certificate = first(&|certificate| certificate.not_after < now);
            Reason::Expired { certificate: CertificateId::of(certificate), not_after: certificate.not_after }
        }
        Error::CertNotValidYet { .. } => {
            let certificate = first(&|certificate| certificate.not_before > now);
            Reason::NotYetValid { certificate: CertificateId::of(certificate), not_before: certificate.not_before }
        }
        Error::CaUsedAsEndEntity => Reason::CaAsServer { certificate: CertificateId::of(leaf) },
        Error::EndEntityUsedAsCa => {
            let fits = sent().skip(1).find(|certificate| !certificate.is_ca() || !certificate.may_sign_certificates());
            Reason::NotACa { certificate: CertificateId::of(fits.unwrap_or(leaf)) }
        }
        Error::PathLenConstraintViolated => path_too_long(&way, leaf),
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            let certificate =
                first(&|certificate| certificate.extended_key_usage.is_some_and(|usage| !usage.server_auth));
            Reason::WrongUsage { certificate: CertificateId::of(certificate) }
        }
        Error::NameConstraintViolation => forbidden_name(&way, leaf),
        Error::UnsupportedCriticalExtension => {
            let unknown = |certificate: &Certificate<'_>| {
                certificate.critical.iter().find(|extension| !is_known(extension)).cloned()
            };
            let certificate = first(&|certificate| unknown(certificate).is_some());
            let extension = unknown(certificate).unwrap_or_default();
            Reason::UnknownCriticalExtension { certificate: CertificateId::of(certificate), extension }
        }
        Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => Reason::TooManyPaths,
        Error::UnknownIssuer => way.last().map_or(Reason::NothingSent, |last| Reason::unknown_issuer(last)),
        Error::InvalidSignatureForPublicKey
        | Error::SignatureAlgorithmMismatch
        | Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => signature(&way),
        _ => Reason::Malformed { certificate: CertificateId::of(leaf) },
    }
}

/// From the leaf by name and key identifier up, through what was sent, to a certificate of the bundle.
fn way<'c>(
    leaf: &'c Certificate<'c>,
    question: &'c Question<'c>,
    trust: &[&'c Certificate<'c>],
) -> Vec<&'c Certificate<'c>> {
    let mut way = vec![leaf];
    let mut last = leaf;
    while way.len() < MAX_PATH_LEN {
        let candidates = || trust.iter().copied().chain(question.sent.iter().flatten());
        let named = |candidate: &&&'c Certificate<'c>| {
            candidate.subject.raw == last.issuer.raw && !way.iter().any(|present| present.der == candidate.der)
        };
        let candidates: Vec<_> = candidates().collect();
        let keyed = candidates.iter().filter(named).find(|candidate| candidate.subject_key_id == last.authority_key_id);
        let Some(&next) = keyed.or_else(|| candidates.iter().find(named)) else { break };
        way.push(next);
        last = next;
        if trust.iter().any(|anchor| anchor.der == next.der) {
            break;
        }
    }
    way
}

fn path_too_long(way: &[&Certificate<'_>], leaf: &Certificate<'_>) -> Reason {
    for (index, certificate) in way.iter().enumerate() {
        match certificate.basic_constraints.and_then(|constraints| constraints.max_path_len) {
            Some(max) if index.saturating_sub(1) > usize::try_from(max).unwrap_or(usize::MAX) => {
                return Reason::PathTooLong { certificate: CertificateId::of(certificate), max };
            }
            _ => {}
        }
    }
    Reason::PathTooLong { certificate: CertificateId::of(leaf), max: 0 }
}

fn forbidden_name(way: &[&Certificate<'_>], leaf: &Certificate<'_>) -> Reason {
    let forbidden = way.iter().skip(1).find_map(|above| {
        let constraints = above.name_constraints.as_ref()?;
        // rustls applies constraints on directory names, as OpenSSL does, and on wildcards, as Go does.
        let name = [Client::Rustls, Client::OpenSsl, Client::Go]
            .iter()
            .find_map(|by| leaf.first_forbidden_by(constraints, *by))?;
        Some(Reason::ForbiddenName { certificate: CertificateId::of(above), name })
    });
    let name = || leaf.names.to_texts().join(", ");
    forbidden.unwrap_or_else(|| Reason::ForbiddenName { certificate: CertificateId::of(leaf), name: name() })
}

/// The first signature along the way that rustls does not accept.
fn signature(way: &[&Certificate<'_>]) -> Reason {
    let last = way.last().map_or(Reason::NothingSent, |last| Reason::unknown_issuer(last));
    let refused = way.windows(2).find_map(|pair| {
        let [child, issuer] = pair else { return None };
        let (certificate, algorithm) = (CertificateId::of(child), child.signature_algorithm.to_text());
        if matches!(issuer.public_key.kind, KeyKind::Rsa(0..2048)) {
            let key = issuer.public_key.to_text();
            return Some(Reason::WeakKey { certificate: CertificateId::of(issuer), key });
        }
        if matches!(child.signature_algorithm.hash(), Some(Hash::Md5 | Hash::Sha1)) {
            return Some(Reason::WeakSignature { certificate, algorithm });
        }
        match child.is_signed_by(issuer) {
            Some(true) if issuer.public_key.kind != KeyKind::Secp256k1 => None,
            Some(false) => Some(Reason::BadSignature { certificate, issuer: CertificateId::of(issuer) }),
            _ => Some(Reason::unsupported_signature(child, issuer)),
        }
    });
    refused.unwrap_or(last)
}

/// What webpki reads: key usage, names, constraints, extended key usage.
fn is_known(extension: &str) -> bool {
    ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.37"].contains(&extension)
}
