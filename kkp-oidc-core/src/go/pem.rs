//! PEM as Go's `encoding/pem` finds it: what is no section is passed over, whatever stands around it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use memchr::memmem;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// Go's `base64.StdEncoding`, which does not look at the bits behind the last byte.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// A section.
pub(crate) struct PemSection<'a> {
    label: &'a [u8],
    has_headers: bool,
    der: Vec<u8>,
}

impl PemSection<'_> {
    /// Whether it is labelled `CERTIFICATE`.
    pub(crate) fn is_certificate(&self) -> bool {
        self.label == b"CERTIFICATE"
    }

    /// Whether something stands between its BEGIN marker and its base64.
    pub(crate) const fn has_headers(&self) -> bool {
        self.has_headers
    }

    /// The certificate in it, with nothing behind it.
    pub(crate) fn certificate(&self) -> Option<X509Certificate<'_>> {
        let (rest, certificate) = X509Certificate::from_der(&self.der).ok()?;
        rest.is_empty().then_some(certificate)
    }
}

/// The sections, in order.
pub(crate) fn pem_sections(data: &[u8]) -> impl Iterator<Item = PemSection<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (section, next) = decode(data, at)?;
        at = next;
        Some(section)
    })
}

/// `pem.Decode`, step by step: the next section from `at` on, and where its last line ends.
fn decode(data: &[u8], mut at: usize) -> Option<(PemSection<'_>, usize)> {
    let part = |from: usize, to: usize| data.get(from..to).unwrap_or_default();
    let rest = |from: usize| data.get(from..).unwrap_or_default();
    let mut trailer = at;
    loop {
        // Headers went on behind the END marker.
        if trailer < at {
            return None;
        }
        at = trailer;
        // The first END line, and the last BEGIN line before it.
        let end = at.saturating_add(memmem::find(rest(at), END)?);
        trailer = end.saturating_add(END.len());
        let Some(begin) = memmem::rfind(part(at, end), BEGIN).map(|begin| at.saturating_add(begin)) else { continue };
        if begin > at && !part(at, begin).ends_with(b"\n") {
            continue;
        }
        let (line, mut body) = get_line(data, begin.saturating_add(BEGIN.len()));
        at = body;
        let Some(label) = line.strip_suffix(DASHES) else { continue };
        let mut has_headers = false;
        loop {
            if rest(body).is_empty() {
                return None;
            }
            let (line, next) = get_line(data, body);
            if !line.contains(&b':') {
                break;
            }
            has_headers = true;
            body = next;
        }
        at = body;
        if has_headers && end < body {
            continue;
        }
        // The same label and five dashes, then nothing but white space.
        let Some(after) = rest(trailer).strip_prefix(label).and_then(|after| after.strip_prefix(DASHES)) else {
            continue;
        };
        if !get_line(after, 0).0.is_empty() {
            continue;
        }
        // Nothing if the END marker follows the BEGIN marker.
        let text: Vec<u8> = part(body, end).iter().copied().filter(|byte| !b" \t\r\n".contains(byte)).collect();
        let Ok(der) = BASE64.decode(text) else { continue };
        return Some((PemSection { label, has_headers, der }, get_line(data, end.saturating_add(1)).1));
    }
}

/// The line from `at` on without blanks and tabs at its end, and where the next one begins.
fn get_line(data: &[u8], at: usize) -> (&[u8], usize) {
    let rest = data.get(at..).unwrap_or_default();
    let (mut line, next) = match memchr::memchr(b'\n', rest) {
        Some(len) => {
            let line = rest.get(..len).unwrap_or_default();
            (line.strip_suffix(b"\r").unwrap_or(line), at.saturating_add(len).saturating_add(1))
        }
        None => (rest, data.len()),
    };
    while let [shorter @ .., b' ' | b'\t'] = line {
        line = shorter;
    }
    (line, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_those_of_go() {
        // Label, headers, length: what a loop around `pem.Decode` of Go 1.26 prints.
        for (text, expected) in [
            ("", ""),
            ("-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            (
                "-----BEGIN A-----\nQUJD\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n",
                "A false 3;A false 3;",
            ),
            (
                "x\n-----BEGIN A-----\nQUJD\n-----END A-----\ny\n-----BEGIN A-----\nQUJD\n-----END A-----\n",
                "A false 3;A false 3;",
            ),
            ("-----BEGIN A-----\nQUJD\n-----END A----------BEGIN A-----\nQUJD\n-----END A-----\n", ""),
            ("x-----BEGIN A-----\nQUJD\n-----END A-----\n", ""),
            (" -----BEGIN A-----\nQUJD\n-----END A-----\n", ""),
            ("-----BEGIN A-----\r\nQU\r\n JD\t\r\n-----END A-----\r\n", "A false 3;"),
            ("-----BEGIN A-----\nQU*D\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            ("-----BEGIN A-----\nQUJD\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            ("-----BEGIN A-----\nQUJD\n-----END B-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            (
                "-----BEGIN A-----\nk: v\n\nQUJD\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n",
                "A true 3;A false 3;",
            ),
            ("-----BEGIN A-----\nk: v\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            ("-----BEGIN A-----\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 0;A false 3;"),
            ("-----BEGIN A-----\nQUJD-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            ("-----BEGIN A-----\nQUJD\n-----END A----- x\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            (
                "-----BEGIN A-----\nQUJD\n-----END A----- \t\n-----BEGIN A-----\nQUJD\n-----END A-----\n",
                "A false 3;A false 3;",
            ),
            ("-----BEGIN A-----\nQUJDRA==\n-----END A-----", "A false 4;"),
            ("-----BEGIN A-----\nQUJDRB==\n-----END A-----", "A false 4;"),
            ("-----BEGIN A-----\nQUJDRA\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            ("-----BEGIN A----\nQUJD\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            ("-----BEGIN A-----", ""),
            ("-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            ("\n-----END A-----\n-----BEGIN A-----\nQUJD\n-----END A-----\n", "A false 3;"),
            (
                "-----BEGIN A-----\nk: v\n-----END A-----: x\n-----BEGIN B: -----\n-----BEGIN A-----\nQUJD\n-----END A-----\n",
                "",
            ),
        ] {
            let found: String = pem_sections(text.as_bytes())
                .map(|section| {
                    let label = String::from_utf8_lossy(section.label);
                    format!("{label} {} {};", section.has_headers, section.der.len())
                })
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
