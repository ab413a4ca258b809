//! Values that must not be seen: redacted `Debug`, no `Display`, zeroized on drop, compared in constant time.

use std::fmt;

use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Text that must not be printed: a client secret, a token, a rendered kubeconfig.
///
/// Any UTF-8, any length, also empty. There is no `Display`, no `Serialize`, no `PartialEq` and no `Hash`; `Debug`
/// prints `SecretString(..)`.
///
/// ```
/// use kkp_oidc_core::secret::SecretString;
///
/// let secret = SecretString::from("hunter2".to_owned());
/// assert_eq!(format!("{secret:?}"), "SecretString(..)");
/// assert_eq!(secret.expose_secret(), "hunter2");
/// ```
#[derive(Clone)]
pub struct SecretString(secrecy::SecretString);

impl SecretString {
    /// The text itself. Every call is a place where the secret may leave; keep them few.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose_secret().is_empty()
    }

    /// Whether both hold the same text. The time taken depends on the lengths only.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.expose_secret().as_bytes().ct_eq(other.expose_secret().as_bytes()).into()
    }
}

impl From<String> for SecretString {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Default for SecretString {
    fn default() -> Self {
        Self::from("")
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretString(..)")
    }
}

/// Bytes that must not be printed: a MAC key, a PKCE verifier before encoding.
///
/// Any length, also empty. `Debug` shows neither the bytes nor how many there are.
#[derive(Clone, Default)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// The bytes themselves. Every call is a place where the secret may leave; keep them few.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<&[u8]> for SecretBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_content_nor_length() {
        let text = SecretString::from("canary");
        let bytes = SecretBytes::from(b"canary".as_slice());
        assert_eq!(format!("{:?} {:?}", Some(&text), [&bytes]), "Some(SecretString(..)) [SecretBytes(..)]");
    }

    #[test]
    fn comparison_knows_equal_different_and_prefix() {
        let text = SecretString::from("abc");
        assert!(text.ct_eq(&SecretString::from("abc")));
        assert!(!text.ct_eq(&SecretString::from("abd")));
        assert!(!text.ct_eq(&SecretString::from("ab")));
    }

    #[test]
    fn an_empty_secret_is_allowed_and_known_as_such() {
        assert!(SecretString::from("").is_empty());
        assert!(!SecretString::from(" ").is_empty());
    }
}
