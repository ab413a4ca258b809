//! The content of a PEM section: a quick way for what every program writes, `pem` for all else.

use base64_simd::{Out, STANDARD};

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
    let (label, rest) = text.get(11..).and_then(|rest| rest.split_once("-----")).ok_or("the section has no marker")?;
    let (body, _) = rest.rsplit_once("-----END ").ok_or("the section has no END marker")?;
    if body.contains("ENCRYPTED") {
        return Err("the section is encrypted");
    }
    // Line ends as JSON and YAML write them within quotes, blank lines, and base64 with line breaks anywhere.
    let body: String = body.replace("\\n", "\n").replace("\\r", "\r").split_ascii_whitespace().collect();
    if body.contains(':') {
        return Err("the section has headers that are not whole");
    }
    let again = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let section = pem::parse(again).map_err(|_| "the section has characters that are not base64")?;
    not_empty(section.into_contents())
}

fn not_empty(der: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    if der.is_empty() { Err("the section is empty") } else { Ok(der) }
}
