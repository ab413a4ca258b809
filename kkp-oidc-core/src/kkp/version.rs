//! Versions of KKP, as far as they matter: the minor number after `2.`.

use std::fmt;
use std::str::FromStr;

/// A minor release of KKP, from 2.12 to 2.31.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version(u16);

impl Version {
    /// 2.12, the first version with the share endpoint's feature gate.
    pub const V2_12: Self = Self(12);
    /// The last with the chart `kubermatic`.
    pub const V2_13: Self = Self(13);
    /// The first with an operator.
    pub const V2_14: Self = Self(14);
    /// The first with one CA bundle for everything.
    pub const V2_17: Self = Self(17);
    /// The last with the API group operator.kubermatic.io.
    pub const V2_19: Self = Self(19);
    /// The first with the API group kubermatic.k8c.io.
    pub const V2_20: Self = Self(20);
    /// The first after a switch of KubermaticSetting hid the share button.
    pub const V2_21: Self = Self(21);
    /// The first with a provider of its own for a Seed.
    pub const V2_22: Self = Self(22);
    /// The first whose share button is switched by KubermaticSetting.
    pub const V2_23: Self = Self(23);
    /// The first with prefixes in a cluster's `spec.oidc`.
    pub const V2_24: Self = Self(24);
    /// The first with kubeconfigs that log in by kubelogin.
    pub const V2_29: Self = Self(29);
    /// The last with a client for the dashboard and another one for kubeconfigs by default.
    pub const V2_30: Self = Self(30);
    /// The first with an AuthenticationConfiguration.
    pub const V2_31: Self = Self(31);

    /// The number after `2.`.
    #[must_use]
    pub const fn minor(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "2.{}", self.0)
    }
}

/// `2.13`, also with a patch number or `v` in front.
impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix('v').unwrap_or(text);
        let mut parts = number.split('.');
        let (Some("2"), Some(minor)) = (parts.next(), parts.next()) else { return Err(ParseVersionError) };
        let patch_is_number = parts.next().is_none_or(|patch| !patch.is_empty() && patch.bytes().all(is_digit));
        match minor.parse::<u16>() {
            Ok(number @ 12..=31) if patch_is_number && parts.next().is_none() && minor.len() == 2 => Ok(Self(number)),
            _ => Err(ParseVersionError),
        }
    }
}

const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// A text is no version of KKP that is known here.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a version of KKP from 2.12 to 2.31, such as 2.13 or v2.28.1")]
#[non_exhaustive]
pub struct ParseVersionError;

/// The versions that an installation may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Versions {
    first: Version,
    last: Version,
}

impl Versions {
    /// Exactly one.
    #[must_use]
    pub const fn only(version: Version) -> Self {
        Self { first: version, last: version }
    }

    /// All of a range, both ends inclusive.
    #[must_use]
    pub const fn range(first: Version, last: Version) -> Self {
        Self { first, last }
    }

    /// Whether all are this one or later.
    #[must_use]
    pub fn since(self, version: Version) -> bool {
        self.first >= version
    }

    /// Whether all are before this one.
    #[must_use]
    pub fn before(self, version: Version) -> bool {
        self.last < version
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(self, version: Version) -> bool {
        self.first <= version && version <= self.last
    }

    /// The latest.
    #[must_use]
    pub const fn last(self) -> Version {
        self.last
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{} to {}", self.first, self.last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for (text, version) in [
            ("2.12", Ok(Version(12))),
            ("v2.31", Ok(Version(31))),
            ("2.28.1", Ok(Version(28))),
            ("2.11", Err(ParseVersionError)),
            ("2.32", Err(ParseVersionError)),
            ("2.012", Err(ParseVersionError)),
            ("2", Err(ParseVersionError)),
            ("3.12", Err(ParseVersionError)),
            ("2.12.", Err(ParseVersionError)),
            ("2.12.1.2", Err(ParseVersionError)),
            ("", Err(ParseVersionError)),
        ] {
            assert_eq!(text.parse(), version, "{text}");
        }
    }
}
