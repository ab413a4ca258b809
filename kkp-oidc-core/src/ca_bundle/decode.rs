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
        let mut lines = body.chunks_exact(LINE_LEN.saturating_add(1));
        self.base64.resize(lines.len().saturating_mul(LINE_LEN), 0);
        for (line, characters) in (&mut lines).zip(self.base64.chunks_exact_mut(LINE_LEN)) {
            let (b'\n', line) = line.split_last()? else { return None };
            characters.copy_from_slice(line);
        }
        if let Some((b'\n', characters)) = lines.remainder().split_last() {
            self.base64.extend_from_slice(characters);
        } else if !lines.remainder().is_empty() {
            return None;
        }
        if self.base64.is_empty() {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn section(base64: &str) -> String {
        format!("-----BEGIN CERTIFICATE-----\n{base64}-----END CERTIFICATE-----")
    }

    proptest! {
        /// Whatever the quick way takes, `pem` reads the same; and what `pem` writes, it takes.
        #[test]
        fn both_ways_agree(
            der in proptest::collection::vec(any::<u8>(), 1..400),
            at in 0_usize..600,
            instead in prop_oneof![Just(String::new()), "[A-Za-z0-9+/=\n\r \t:-]{1,3}"],
        ) {
            let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
            let written = pem::encode_config(&pem::Pem::new("CERTIFICATE", der.clone()), config);
            let written = written.trim_end();
            let mut decoder = Decoder::default();
            prop_assert_eq!(decoder.decode_canonical(written.as_bytes()), Some(()));
            prop_assert_eq!(&decoder.der, &der);

            let mut changed = written.to_owned();
            let at = at % changed.len();
            changed.replace_range(at..=at, &instead);
            if decoder.decode_canonical(changed.as_bytes()).is_some() {
                prop_assert_eq!(Ok(decoder.der.clone()), pem::parse(&changed).map(pem::Pem::into_contents));
            }
        }
    }

    #[test]
    fn lines_of_every_length_around_the_limit_are_read() {
        for len in [1, 2, 3, 47, 48, 49, 95, 96, 97] {
            let der = vec![0x2a; len];
            let base64 = STANDARD.encode_to_string(&der);
            let lines: String = base64.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\n").collect();
            let mut decoder = Decoder::default();
            assert_eq!(decoder.decode_canonical(section(&lines).as_bytes()), Some(()), "{len}");
            assert_eq!(decoder.der, der);
            let one_line = section(&format!("{base64}\n"));
            assert_eq!(decoder.decode(one_line.as_bytes()), Ok(&*der), "{len}");
        }
    }

    #[test]
    fn what_is_no_base64_is_refused_with_the_reason() {
        for (body, reason) in [
            ("", "the section is empty"),
            ("\n", "the section is empty"),
            ("A*ID\n", "the section has characters that are not base64"),
            ("AQ-D\n", "the section has characters that are not base64"),
            ("AQID=AQID\n", "the section has characters that are not base64"),
            ("é\n", "the section has characters that are not base64"),
            ("A\0ID\n", "the section has characters that are not base64"),
            ("Proc-Type: 4,ENCRYPTED\nAQID\n", "the section is encrypted"),
        ] {
            assert_eq!(Decoder::default().decode(section(body).as_bytes()), Err(reason), "{body:?}");
        }
    }
}
