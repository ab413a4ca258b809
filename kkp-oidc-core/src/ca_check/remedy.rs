//! What would change a verdict: tried, not guessed.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::certificate::{Certificate, hex};
use super::reason::{CertificateId, Reason};
use super::{Client, Question};
use crate::ca_bundle::CaBundle;

/// Most certificates of the bundle that are left out by way of trial, and most of the server's that are added.
const MAX_TRIALS: usize = 16;

/// What would change a verdict.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Remedy {
    /// Add this certificate, which the server sends; the client would then accept the server.
    ///
    /// # Security
    ///
    /// Whoever answers at the server's address chooses what it sends: compare the fingerprint with what its owner says.
    #[non_exhaustive]
    Add {
        /// Which one.
        certificate: CertificateId,
        /// Its PEM.
        pem: String,
    },
    /// Take this certificate out of the bundle; the client would then accept the server.
    #[non_exhaustive]
    Remove {
        /// Which one.
        certificate: CertificateId,
    },
    /// Find and add the certificate of this CA: neither the bundle has it nor does the server send it.
    #[non_exhaustive]
    Find {
        /// Its subject.
        subject: String,
        /// Its subject key identifier, lower-case hexadecimal.
        key_id: Option<String>,
    },
    /// Find and add the certificate by which a CA is a root of its own: what the server sends of it, or what the bundle has,
    /// was signed by a root that has ended.
    ///
    /// Whether there is one cannot be told from here: a CA that was never a root has none.
    #[non_exhaustive]
    FindRoot {
        /// Its subject, and its issuer.
        subject: String,
        /// Its subject key identifier, lower-case hexadecimal.
        key_id: Option<String>,
        /// What has ended, and is to be renewed if there is no such root.
        expired: CertificateId,
    },
    /// Put a certificate of the same subject and key that is valid now in the place of this one.
    #[non_exhaustive]
    Renew {
        /// Which one.
        certificate: CertificateId,
    },
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = |key_id: &Option<String>| {
            key_id.as_ref().map_or(String::new(), |id| format!(" with the key identifier {id}"))
        };
        match self {
            Self::Add { certificate, .. } => {
                write!(f, "add {certificate}, which the server sends, SHA-256 {}", certificate.sha256)
            }
            Self::Remove { certificate } => {
                write!(f, "take {certificate} out of the bundle, SHA-256 {}", certificate.sha256)
            }
            Self::Renew { certificate } => {
                write!(f, "put a certificate of {certificate} that is valid now in its place")
            }
            Self::Find { subject, key_id } => write!(f, "add the certificate of `{subject}`{}", key(key_id)),
            Self::FindRoot { subject, key_id, expired } => write!(
                f,
                "add the self-signed certificate of `{subject}`{}; if it has none, put a certificate of {expired} that is \
                 valid now in its place",
                key(key_id)
            ),
        }
    }
}

/// Taking out is tried before adding: it never makes a client trust more.
pub(super) fn find<'q>(
    question: &'q Question<'q>,
    client: Client,
    trust: &[&'q Certificate<'q>],
    reason: &Reason,
) -> Option<Remedy> {
    let accepts = |trust: &[&'q Certificate<'q>]| question.ask(client, trust).is_ok();
    let issues = |anchor: &Certificate<'_>| {
        question.sent.iter().flatten().any(|sent| sent.issuer.canonical == anchor.subject.canonical)
    };
    for candidate in trust.iter().copied().filter(|anchor| issues(anchor)).take(MAX_TRIALS) {
        let without: Vec<_> = trust.iter().copied().filter(|anchor| anchor.der != candidate.der).collect();
        if accepts(&without) {
            return Some(Remedy::Remove { certificate: CertificateId::of(candidate) });
        }
    }
    // An anchor is judged less strictly than others are: where something else than trust is missing, none is proposed.
    if reason.is_about_trust() {
        // Only a root serves every client. Where an issuer of the right name is in the way, the right one is an answer too.
        let fits = |candidate: &&Certificate<'_>| candidate.is_self_issued() || reason.rank() > 0;
        for candidate in candidates(question).into_iter().filter(fits) {
            if would_accept(question, client, trust, candidate) {
                let pem = CaBundle::to_pem([candidate.der]);
                return Some(Remedy::Add { certificate: CertificateId::of(candidate), pem });
            }
        }
    }
    match reason {
        Reason::UnknownIssuer { issuer: subject, key_id, .. } | Reason::NoRoot { issuer: subject, key_id, .. } => {
            Some(Remedy::Find { subject: subject.clone(), key_id: key_id.clone() })
        }
        Reason::BadSignature { certificate, .. } => {
            let child = question.sent.iter().flatten().find(|sent| hex(&sent.fingerprint) == certificate.sha256)?;
            let key_id = child.authority_key_id.as_deref().map(hex);
            Some(Remedy::Find { subject: child.issuer.text.clone(), key_id })
        }
        Reason::Expired { certificate, .. } => Some(
            own_root(question, client, trust, certificate)
                .unwrap_or_else(|| Remedy::Renew { certificate: certificate.clone() }),
        ),
        _ => None,
    }
}

/// What makes a cross-signed CA a root of its own, where the root that signed it has ended.
///
/// A CA counts as cross-signed if it has signed another CA: one that signs servers alone is hardly a root. Its certificate
/// is tried as a root with everything that restricts it, so nothing else than the end of the other root is in the way.
fn own_root<'q>(
    question: &'q Question<'q>,
    client: Client,
    trust: &[&'q Certificate<'q>],
    expired: &CertificateId,
) -> Option<Remedy> {
    let known = || question.sent.iter().flatten().chain(trust.iter().copied());
    let ended = || trust.iter().copied().filter(|anchor| anchor.is_self_issued() && anchor.not_after <= question.now);
    let names: BTreeSet<&str> = ended().map(|anchor| anchor.subject.canonical.as_str()).collect();
    let may_be = |certificate: &&Certificate<'_>| {
        certificate.is_ca() && !certificate.is_self_issued() && names.contains(certificate.issuer.canonical.as_str())
    };
    let has_signed =
        |issuer: &Certificate<'_>, certificate: &Certificate<'_>| certificate.is_signed_by(issuer) == Some(true);
    for certificate in known().filter(may_be).take(MAX_TRIALS) {
        let mut above =
            ended().filter(|anchor| anchor.subject.canonical == certificate.issuer.canonical).take(MAX_TRIALS);
        let cas = known().filter(|other| other.is_ca() && !other.is_self_issued());
        let mut below = cas.filter(|other| other.issuer.canonical == certificate.subject.canonical).take(MAX_TRIALS);
        if !above.any(|anchor| has_signed(anchor, certificate))
            || !below.any(|other| has_signed(certificate, other))
            || !would_accept(question, client, trust, &certificate.to_root(question.now)?)
        {
            continue;
        }
        let is_its_root = |root: &&Certificate<'_>| root.is_self_issued() && root.public_key == certificate.public_key;
        let sent = candidates(question).into_iter().filter(is_its_root);
        for root in sent.filter(|root| root.subject.canonical == certificate.subject.canonical) {
            if would_accept(question, client, trust, root) {
                return Some(Remedy::Add { certificate: CertificateId::of(root), pem: CaBundle::to_pem([root.der]) });
            }
        }
        let key_id = certificate.subject_key_id.as_deref().map(hex);
        return Some(Remedy::FindRoot { subject: certificate.subject.text.clone(), key_id, expired: expired.clone() });
    }
    None
}

fn would_accept<'t>(
    question: &'t Question<'t>,
    client: Client,
    trust: &[&'t Certificate<'t>],
    added: &'t Certificate<'t>,
) -> bool {
    let with: Vec<_> = trust.iter().copied().chain([added]).collect();
    question.ask(client, &with).is_ok()
}

/// Of what the server sends, the CAs that are valid now, and its own certificate if that is its own issuer. The roots
/// first, since they serve every client, and then from the root's side on.
fn candidates<'q>(question: &'q Question<'q>) -> Vec<&'q Certificate<'q>> {
    let is_sound = |certificate: &Certificate<'_>, is_leaf: bool| {
        let is_own_issuer = certificate.is_self_issued();
        let signs = certificate.is_ca() && certificate.may_sign_certificates();
        let is_current = certificate.not_before <= question.now && question.now < certificate.not_after;
        is_current && if is_leaf { is_own_issuer } else { signs }
    };
    let sent = question.sent.iter().enumerate().rev();
    let sound = sent.filter_map(|(index, sent)| sent.as_ref().filter(|sent| is_sound(sent, index == 0)));
    let mut candidates: Vec<_> = sound.collect();
    candidates.sort_by_key(|candidate| !candidate.is_self_issued());
    candidates.truncate(MAX_TRIALS);
    candidates
}
