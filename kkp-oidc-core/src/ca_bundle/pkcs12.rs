//! PKCS#12, which is encrypted: the caller opens it.

use crate::ca_bundle::finding::Fault;
use crate::ca_bundle::sections::Sections;

/// An input that is PKCS#12 ([RFC 7292]), by its outline. What it holds is for the caller to find out, and to say.
///
/// [RFC 7292]: https://www.rfc-editor.org/rfc/rfc7292
#[must_use = "an input of which nothing is said is taken for a good one"]
pub struct Pkcs12<'a> {
    sections: Sections<'a>,
    bytes: Vec<u8>,
}

impl<'a> Pkcs12<'a> {
    pub(super) const fn new(sections: Sections<'a>, bytes: Vec<u8>) -> Self {
        Self { sections, bytes }
    }

    /// The whole input.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// These are its certificates, DER, and there is no private key in it. They are judged like all others.
    pub fn certificates(mut self, certificates: impl IntoIterator<Item = impl AsRef<[u8]>>) {
        let mut none = true;
        for der in certificates {
            none = false;
            self.sections.certificate(der.as_ref(), 0, 0);
        }
        if none {
            self.sections.found(0, 0, Fault::NoCertificates);
        }
    }

    /// There is a private key in it.
    pub fn private_key(mut self) {
        self.sections.found(0, 0, Fault::PrivateKey);
    }

    /// It cannot be opened, for this reason.
    pub fn refuse(mut self, why: &'static str) {
        self.sections.found(0, 0, Fault::Pkcs12 { why });
    }
}
