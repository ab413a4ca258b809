//! What becomes of the sections of an input.

use crate::ca_bundle::assemble::Assembler;
use crate::ca_bundle::binary;
use crate::ca_bundle::certificate::shown;
use crate::ca_bundle::decode::{Decoder, decode_truncated};
use crate::ca_bundle::finding::Fault;
use crate::ca_bundle::manifest::Manifests;
use crate::ca_bundle::scan::{Scanner, Section, State};
use crate::ca_bundle::store::Spot;

/// What becomes of the sections of an input.
pub(super) struct Sections<'a> {
    pub(super) assembler: &'a mut Assembler,
    decoder: Decoder,
    origin: u32,
    /// A limit was reached: nothing more is taken.
    pub(super) stop: bool,
}

impl<'a> Sections<'a> {
    pub(super) fn new(assembler: &'a mut Assembler, origin: u32) -> Self {
        Self { assembler, decoder: Decoder::default(), origin, stop: false }
    }
}

impl Sections<'_> {
    pub(super) fn take(&mut self, section: Section<'_>) {
        if self.stop {
            return;
        }
        let Section { number, line, label, state } = section;
        if label != b"CERTIFICATE" && memchr::memmem::find(label, b"PRIVATE KEY").is_some() {
            return self.found(number, line, Fault::PrivateKey);
        }
        let text = match state {
            State::Whole(text) => text,
            State::BadMarker => return self.unparsable(number, line, "the BEGIN marker does not end with five dashes"),
            State::OtherLabel => return self.unparsable(number, line, "the END marker has another label than BEGIN"),
            State::Truncated(text) => return self.truncated(text, number, line),
            State::TooLong => {
                let limit = self.assembler.policy.limits.section_len;
                return self.found(number, line, Fault::TooLong { limit });
            }
        };
        if !matches!(label, b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" | b"PKCS7" | b"CMS") {
            let label = shown(&String::from_utf8_lossy(label));
            return self.found(number, line, Fault::NotACertificate { label });
        }
        let mut decoder = std::mem::take(&mut self.decoder);
        match decoder.decode(text) {
            Ok(der) if label == b"TRUSTED CERTIFICATE" => {
                let certificate = binary::first_element(der);
                if certificate.len() < der.len() {
                    self.found(number, line, Fault::TrustSettingsDropped);
                }
                self.certificate(certificate, number, line);
            }
            Ok(der) if matches!(label, b"PKCS7" | b"CMS") => self.binary(der, number, line),
            Ok(der) => {
                let certificate = binary::first_element(der);
                if certificate.len() < der.len() {
                    let len = der.len().saturating_sub(certificate.len());
                    self.found(number, line, Fault::TrailingBytes { len });
                }
                self.certificate(certificate, number, line);
            }
            Err(why) => self.unparsable(number, line, why),
        }
        self.decoder = decoder;
    }

    /// A section without its END marker, in which the certificate may be whole.
    fn truncated(&mut self, text: &[u8], number: u32, line: u32) {
        match decode_truncated(text).filter(|der| binary::read(der) == Ok(binary::Content::Certificate)) {
            Some(der) => {
                self.found(number, line, Fault::EndMissing);
                self.certificate(&der, number, line);
            }
            None => self.found(number, line, Fault::Truncated),
        }
    }

    /// What a manifest has.
    pub(super) fn manifests(&mut self, manifests: &Manifests) {
        let mut sections = 0_u32;
        for (fault, line) in &manifests.unreadable {
            self.found(0, *line, Fault::UnreadableManifest { fault: fault.clone() });
        }
        for item in &manifests.items {
            if binary::is_der(&item.bytes) {
                sections = sections.saturating_add(1);
                self.binary(&item.bytes, sections, item.line);
                continue;
            }
            let mut scanner = Scanner::new(self.assembler.policy.limits.section_len);
            let mut take = |section: Section<'_>| {
                let number = sections.saturating_add(section.number);
                let line = item.line.saturating_add(if item.is_block { section.line } else { 0 });
                self.take(Section { number, line, ..section });
            };
            scanner.feed(&item.bytes, &mut take);
            scanner.finish(&mut take);
            sections = sections.saturating_add(scanner.sections());
        }
        if sections == 0 && manifests.unreadable.is_empty() {
            self.found(0, 0, Fault::NoCertificates);
        }
    }

    /// DER of a kind that is still to be found out.
    pub(super) fn binary(&mut self, der: &[u8], number: u32, line: u32) {
        match binary::read(der) {
            Ok(binary::Content::Certificate) => self.certificate(der, number, line),
            Ok(binary::Content::Certificates(certificates)) => {
                if certificates.is_empty() {
                    self.found(number, line, Fault::NoCertificates);
                }
                for der in certificates {
                    self.certificate(der, number, line);
                }
            }
            Ok(binary::Content::PrivateKey) => self.found(number, line, Fault::PrivateKey),
            Ok(binary::Content::Pkcs12) => {
                let why = "it is PKCS#12, which `ca bundle` opens if it is an input of its own";
                self.found(number, line, Fault::Pkcs12 { why });
            }
            Err(why) => self.unparsable(number, line, why),
        }
    }

    pub(super) fn certificate(&mut self, der: &[u8], number: u32, line: u32) {
        if self.assembler.certificate(der, self.spot(number, line)).is_break() {
            self.stop = true;
        }
    }

    fn unparsable(&mut self, number: u32, line: u32, why: &'static str) {
        self.found(number, line, Fault::Unparsable { why });
    }

    pub(super) fn found(&mut self, number: u32, line: u32, fault: Fault) {
        self.assembler.found(self.spot(number, line), fault);
    }

    const fn spot(&self, section: u32, line: u32) -> Spot {
        Spot { origin: self.origin, section, line }
    }
}
