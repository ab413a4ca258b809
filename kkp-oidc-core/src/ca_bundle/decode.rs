//! The content of a PEM section: a quick way for what every program writes, `pem` for all else.

use base64_simd::{Out, STANDARD};

use crate::ca_bundle::binary;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----\n";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// Characters on a line of canonical PEM ([RFC 7468 section 3]).
///
/// [RFC 7468 section 3]: https://www.rfc-editor.org/rfc/rfc7468#section-3
pub(super) const LINE_LEN: usize = 64;

/// Memory that is used from section to section.
#[derive(Default)]
pub(super) struct Decoder {
    base64: Vec<u8>,
    der: Vec<u8>,
}

impl Decoder {
    /// The bytes in `section`, which reaches from marker to marker and whose two labels are the same.
    pub(super) fn decode(&mut self, section: &[u8]) -> Result<&[u8], &'static str> {
        if self.decode_canonical(section).is_none() {
            self.der = decode_any(section)?;
        }
        Ok(&self.der)
    }

    /// Decode 64 characters a line with nothing else around them, the last line with up to 64; `None` for other shapes.
    fn decode_canonical(&mut self, section: &[u8]) -> Option<()> {
        let body = section.strip_prefix(BEGIN)?.strip_suffix(END)?;
        self.base64.clear();
        let mut lines = body.chunks_exact(LINE_LEN.saturating_add(1));
        for line in &mut lines {
            let (b'\n', characters) = line.split_last()? else { return None };
            self.base64.extend_from_slice(characters);
        }
        if let Some((b'\n', characters)) = lines.remainder().split_last() {
            self.base64.extend_from_slice(characters);
        } else if !lines.remainder().is_empty() || self.base64.is_empty() {
            return None;
        }
        // Within a line, line ends are no base64, so a shorter line in between does not get through.
        self.der.resize(self.base64.len(), 0);
        let len = STANDARD.decode(&self.base64, Out::from_slice(&mut self.der)).ok()?.len();
        self.der.truncate(len);
        Some(())
    }
}

/// Decode a section in any shape that can only mean one thing.
fn decode_any(section: &[u8]) -> Result<Vec<u8>, &'static str> {
    if let Ok(section) = pem::parse(section) {
        return not_empty(section.into_contents());
    }
    let text = std::str::from_utf8(section).map_err(|_| "the section has bytes that are not base64")?;
    let (_, rest) = text.get(11..).and_then(|rest| rest.split_once("-----")).ok_or("the section has no marker")?;
    decode_body(rest.rsplit_once("-----END ").map_or(rest, |(body, _)| body))
}

/// Decode what stands between the markers: without headers, with line ends as JSON and YAML write them within quotes, blank
/// lines, line breaks anywhere, padding too short or too long. Whether that makes sense is seen by who reads the DER.
fn decode_body(body: &str) -> Result<Vec<u8>, &'static str> {
    if body.contains("ENCRYPTED") {
        return Err("the section is encrypted");
    }
    let body = body.replace("\\n", "\n").replace("\\r", "\r");
    let lines = body.lines().map(str::trim).skip_while(|line| line.is_empty() || line.contains(':'));
    let base64: String = lines.flat_map(str::split_ascii_whitespace).collect();
    let base64 = base64.trim_end_matches('=');
    let padding = "=".repeat(base64.len().wrapping_neg() % 4);
    let again = format!("-----BEGIN CERTIFICATE-----\n{base64}{padding}\n-----END CERTIFICATE-----\n");
    let section = pem::parse(again).map_err(|_| "the section has characters that are not base64")?;
    not_empty(section.into_contents())
}

/// The bytes in a section without END marker, if they are whole elements of DER all the same.
pub(super) fn decode_truncated(section: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(section).ok()?;
    let (_, rest) = text.get(11..)?.split_once("-----")?;
    let body = rest.split_once("-----END ").map_or(rest, |(body, _)| body);
    decode_body(body).ok().filter(|der| binary::first_element(der).len() == der.len())
}

fn not_empty(der: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    if der.is_empty() { Err("the section is empty") } else { Ok(der) }
}
