//! One input: what kind it is, and the certificates in it.

use std::ops::ControlFlow;

use crate::ca_bundle::assemble::Assembler;
use crate::ca_bundle::binary;
use crate::ca_bundle::certificate::shown;
use crate::ca_bundle::decode::{Decoder, decode_truncated};
use crate::ca_bundle::finding::Fault;
use crate::ca_bundle::manifest::{self, Item};
use crate::ca_bundle::pkcs12::Pkcs12;
use crate::ca_bundle::scan::{Scanner, Section, State};
use crate::ca_bundle::store::Spot;
use crate::yaml;

/// How many bytes tell what kind an input is (64 KiB): keys that name a manifest may come late in it.
const SNIFF_LEN: usize = 64 * 1024;

/// An input that is being read. Feed it, then close it.
pub struct Input<'a> {
    sections: Sections<'a>,
    kind: Kind,
}

enum Kind {
    /// Too few bytes yet to say.
    Unknown(Vec<u8>),
    /// Text.
    Text(Box<Scanner>),
    /// DER, to be read whole.
    Binary(Vec<u8>),
    /// Perhaps a manifest, to be read whole.
    Manifest(Vec<u8>),
    /// Nothing more is read.
    Stopped,
}

impl Assembler {
    /// Begin an input, which findings call `origin`.
    pub fn open(&mut self, origin: &str) -> Input<'_> {
        let origin = self.origin(origin);
        Input::new(self, origin)
    }

    /// Take a whole input.
    pub fn add(&mut self, origin: &str, bytes: &[u8]) {
        let mut input = self.open(origin);
        let _ = input.feed(bytes);
        input.close();
    }
}

impl<'a> Input<'a> {
    pub(super) fn new(assembler: &'a mut Assembler, origin: u32) -> Self {
        Self {
            sections: Sections { assembler, decoder: Decoder::default(), origin, stop: false },
            kind: Kind::Unknown(Vec::new()),
        }
    }

    /// Take the next piece. `Break` says that no more need be read, since a limit has been reached.
    pub fn feed(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        match &mut self.kind {
            Kind::Unknown(head) => {
                head.extend_from_slice(bytes);
                if head.len() < SNIFF_LEN {
                    return ControlFlow::Continue(());
                }
                let head = std::mem::take(head);
                self.decide(&head);
                self.feed(&head)
            }
            Kind::Text(scanner) => {
                scanner.feed(bytes, &mut |section| self.sections.take(section));
                let limit = self.sections.assembler.policy.limits.gap_len;
                if scanner.gap() > limit {
                    self.sections.found(0, 0, Fault::TooMuchText { limit });
                    self.sections.stop = true;
                }
                self.stopped()
            }
            Kind::Binary(whole) => {
                whole.extend_from_slice(bytes);
                let limit = self.sections.assembler.policy.limits.binary_len;
                if whole.len() > limit {
                    self.sections.found(0, 0, Fault::TooLong { limit });
                    self.sections.stop = true;
                }
                self.stopped()
            }
            Kind::Manifest(whole) => {
                whole.extend_from_slice(bytes);
                if whole.len() <= yaml::MAX_INPUT_LEN {
                    return ControlFlow::Continue(());
                }
                // Too long for one: its PEM is found all the same.
                let whole = std::mem::take(whole);
                self.kind = self.text();
                self.feed(&whole)
            }
            Kind::Stopped => ControlFlow::Break(()),
        }
    }

    /// There is no more, and the caller can open PKCS#12: if the input is that, it is the caller's to open.
    ///
    /// # Errors
    ///
    /// The input itself if it is something else; [`close`](Self::close) it.
    pub fn into_pkcs12(mut self) -> Result<Pkcs12<'a>, Self> {
        self.settle();
        match self.kind {
            Kind::Binary(whole) if binary::read(&whole) == Ok(binary::Content::Pkcs12) => {
                Ok(Pkcs12::new(self.sections, whole))
            }
            kind => Err(Self { kind, ..self }),
        }
    }

    /// As [`Assembler::take_pem`], while the input is read.
    ///
    /// # Errors
    ///
    /// The first error of `sink`.
    pub fn take_pem<E>(&mut self, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        self.sections.assembler.take_pem(sink)
    }

    /// There is no more.
    pub fn close(mut self) {
        self.settle();
        if let Kind::Manifest(whole) = &mut self.kind {
            let whole = std::mem::take(whole);
            match std::str::from_utf8(&whole).ok().and_then(manifest::items) {
                Some(items) => return self.sections.items(&items),
                None => {
                    self.kind = self.text();
                    let _ = self.feed(&whole);
                }
            }
        }
        match self.kind {
            Kind::Text(mut scanner) => {
                scanner.finish(&mut |section| self.sections.take(section));
                if scanner.sections() == 0 && !self.sections.stop {
                    self.sections.found(0, 0, Fault::NoCertificates);
                }
            }
            Kind::Binary(whole) => self.sections.binary(&whole, 0, 0),
            Kind::Unknown(_) | Kind::Manifest(_) | Kind::Stopped => {}
        }
    }

    /// Decide what it is if it was too short for that.
    fn settle(&mut self) {
        if let Kind::Unknown(head) = &mut self.kind {
            let head = std::mem::take(head);
            self.decide(&head);
            let _ = self.feed(&head);
        }
    }

    fn decide(&mut self, head: &[u8]) {
        self.kind = if binary::is_der(head) {
            Kind::Binary(Vec::new())
        } else if manifest::may_be(head) {
            Kind::Manifest(Vec::new())
        } else {
            self.text()
        };
    }

    fn text(&self) -> Kind {
        Kind::Text(Box::new(Scanner::new(self.sections.assembler.policy.limits.section_len)))
    }

    fn stopped(&mut self) -> ControlFlow<()> {
        if self.sections.stop {
            self.kind = Kind::Stopped;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// What becomes of the sections of an input.
pub(super) struct Sections<'a> {
    assembler: &'a mut Assembler,
    decoder: Decoder,
    origin: u32,
    stop: bool,
}

impl Sections<'_> {
    fn take(&mut self, section: Section<'_>) {
        if self.stop {
            return;
        }
        let Section { number, line, label, state } = section;
        if memchr::memmem::find(label, b"PRIVATE KEY").is_some() {
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
    fn items(&mut self, items: &[Item]) {
        let mut sections = 0_u32;
        for item in items {
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
        if sections == 0 {
            self.found(0, 0, Fault::NoCertificates);
        }
    }

    /// DER of a kind that is still to be found out.
    fn binary(&mut self, der: &[u8], number: u32, line: u32) {
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
