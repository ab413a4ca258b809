//! The secrets of a configuration, by name.

use crate::secret::SecretString;

/// Which secret it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum SecretName {
    /// `issuerClientSecret`
    IssuerClientSecret,
    /// `issuerCookieKey`
    IssuerCookieKey,
    /// `serviceAccountKey`
    ServiceAccountKey,
    /// `issuerClientSecret` of a Seed.
    SeedIssuerClientSecret,
}

impl SecretName {
    /// The name of its file.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::IssuerClientSecret => "issuer-client-secret",
            Self::IssuerCookieKey => "issuer-cookie-key",
            Self::ServiceAccountKey => "service-account-key",
            Self::SeedIssuerClientSecret => "seed-issuer-client-secret",
        }
    }
}

/// A secret with its name.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a name and a text")]
pub struct Secret {
    /// Which one it is.
    pub name: SecretName,
    /// Its text; empty if the files have none.
    pub text: SecretString,
}
