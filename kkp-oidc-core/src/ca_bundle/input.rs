//! One input: what kind it is, and the certificates in it.

use std::ops::ControlFlow;

use crate::ca_bundle::assemble::Assembler;
use crate::ca_bundle::binary;
use crate::ca_bundle::finding::Fault;
use crate::ca_bundle::manifest;
use crate::ca_bundle::pkcs12::Pkcs12;
use crate::ca_bundle::scan::Scanner;
use crate::ca_bundle::sections::Sections;
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
        Self { sections: Sections::new(assembler, origin), kind: Kind::Unknown(Vec::new()) }
    }

    /// Take the next piece. `Break` says that no more need be read, since a limit has been reached.
    pub fn feed(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        match &mut self.kind {
            Kind::Unknown(head) if head.is_empty() && bytes.len() >= SNIFF_LEN => {
                self.decide(bytes);
                self.feed(bytes)
            }
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
            match std::str::from_utf8(&whole).ok().and_then(manifest::read) {
                Some(manifests) => return self.sections.manifests(&manifests),
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
