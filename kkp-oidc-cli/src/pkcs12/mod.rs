//! PKCS#12 trust stores ([RFC 7292]), read and written.
//!
//! Parsing and cryptography are those of RustCrypto's formats and `p12-keystore`. The latter's own reader is not used: it
//! drops what Java does not call trusted, and keys without a certificate, without a word.
//!
//! [RFC 7292]: https://www.rfc-editor.org/rfc/rfc7292

mod decrypt;
mod read;
mod write;

use kkp_oidc_core::secret::SecretBytes;

pub(crate) use read::{Refusal, Store};
pub(crate) use write::write;

/// A password as the two kinds of key derivation take it.
pub(crate) struct Password {
    /// For PBES2.
    text: SecretBytes,
    /// UTF-16, big endian, with a terminating zero, for what PKCS#12 brings itself.
    wide: SecretBytes,
}

impl Password {
    /// This one.
    pub(crate) fn new(text: &str) -> Self {
        let wide = text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        Self { text: text.as_bytes().into(), wide: wide.into() }
    }

    /// The empty one and none at all, which programs do not tell apart, but their keys do.
    pub(crate) fn empty() -> [Self; 2] {
        [Self::new(""), Self { text: Vec::new().into(), wide: Vec::new().into() }]
    }
}
