//! `certificateAuthority` as kube-apiserver reads it: which PEM sections count, and what is refused.

use crate::go::pem_sections;

/// At least one section `CERTIFICATE` without headers, each of them a certificate; all else is passed over. The reason
/// is kube-apiserver's; which of Go's many it is for a malformed certificate is not told apart.
pub(super) fn check_certificates(pem: &str) -> Result<(), &'static str> {
    let mut is_there = false;
    for section in pem_sections(pem.as_bytes()).filter(|section| section.is_certificate() && !section.has_headers()) {
        section.certificate().ok_or("x509: malformed certificate")?;
        is_there = true;
    }
    if is_there { Ok(()) } else { Err("data does not contain any valid RSA or ECDSA certificates") }
}
