//! `certificateAuthority` as kube-apiserver reads it: which PEM sections count, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

/// At least one section `CERTIFICATE` without headers, each of them a certificate; all else is passed over. The reason
/// is kube-apiserver's; which of Go's many it is for a malformed certificate is not told apart.
pub(super) fn check_certificates(pem: &str) -> Result<(), &'static str> {
    let mut is_there = false;
    let mut body: Option<String> = None;
    for line in pem.lines().map(str::trim_end) {
        if line == "-----BEGIN CERTIFICATE-----" {
            body = Some(String::new());
        } else if line == "-----END CERTIFICATE-----" {
            // What is no base64, headers among it, is no section.
            let der = body.take().and_then(|body| STANDARD.decode(body).ok());
            if let Some(der) = der {
                X509Certificate::from_der(&der).map_err(|_| "x509: malformed certificate")?;
                is_there = true;
            }
        } else if let Some(body) = &mut body {
            body.push_str(line.trim());
        }
    }
    if is_there { Ok(()) } else { Err("data does not contain any valid RSA or ECDSA certificates") }
}
