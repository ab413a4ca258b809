//! KKP's feature gates: the value of the flag `-feature-gates`, parsed, merged, asked and written back.
//!
//! Nothing is on unless it is set, unknown names are accepted, and the last word on a name wins. That is how KKP reads
//! the flag since its operator exists; what differs in 2.12 (a repeated flag replaces, other error texts) is not
//! imitated.

mod dashboard;
mod known;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub use dashboard::DashboardGates;
pub use known::KnownGate;

/// The feature gates that somebody set, each on or off.
///
/// A name is any text, also empty, without white space around it; a name that came from text holds neither `,` nor
/// `=`. Names are kept as given, compared byte for byte and ordered by bytes. A gate that is not set is off.
///
/// ```
/// use kkp_oidc_core::feature_gates::{FeatureGates, KnownGate};
///
/// let mut gates: FeatureGates = "OpenIDAuthPlugin=true, OIDCKubeCfgEndpoint=f,".parse()?;
/// gates.merge("OIDCKubeCfgEndpoint=1".parse()?);
/// assert!(gates.is_enabled(KnownGate::OidcKubeCfgEndpoint.name()));
/// assert_eq!(gates.to_string(), "OIDCKubeCfgEndpoint=true,OpenIDAuthPlugin=true");
/// # Ok::<(), kkp_oidc_core::feature_gates::ParseFeatureGatesError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FeatureGates(BTreeMap<String, bool>);

impl FeatureGates {
    /// No gate set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the gate is set and on. A gate that is not set is off.
    #[must_use]
    pub fn is_enabled(&self, name: &str) -> bool {
        self.get(name).unwrap_or(false)
    }

    /// What the gate was set to, `None` if it was not set. KKP's UI tells the two apart: it is told only about gates
    /// that are set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<bool> {
        self.0.get(name).copied()
    }

    /// Set one gate, replacing what was said about it before. `name` is taken as it is.
    pub fn set(&mut self, name: impl Into<String>, setting: GateSetting) {
        self.0.insert(name.into(), setting == GateSetting::On);
    }

    /// Add what a later occurrence of the flag says; it wins where both name a gate.
    pub fn merge(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// Whether no gate is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All gates that are set, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|(name, &enabled)| (name.as_str(), enabled))
    }

    /// The names that no KKP of today reads, ordered. KKP accepts them without a word, which hides misspellings; see
    /// [`KnownGate::nearest`].
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|name| KnownGate::from_name(name).is_none())
    }
}

/// One occurrence of the flag: `name=bool` pairs with `,` between them.
///
/// White space (Unicode `White_Space`) around name and value does not count, empty segments are skipped, the value is
/// read by [`parse_go_bool`], and of two segments for one name the later wins.
impl FromStr for FeatureGates {
    type Err = ParseFeatureGatesError;

    /// # Errors
    ///
    /// For the first segment that is wrong:
    ///
    /// - [`MissingValue`](ParseFeatureGatesError::MissingValue) if it has no `=`; a segment of blanks has none either.
    /// - [`UnknownValue`](ParseFeatureGatesError::UnknownValue) if what follows its first `=` is no boolean.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut gates = BTreeMap::new();
        for segment in text.split(',').filter(|segment| !segment.is_empty()) {
            let Some((name, value)) = segment.split_once('=') else {
                return Err(ParseFeatureGatesError::MissingValue { segment: segment.to_owned() });
            };
            // Rust's and Go's white space are the same 25 characters; a test holds on to it.
            let (name, value) = (name.trim(), value.trim());
            let Some(enabled) = parse_go_bool(value) else {
                return Err(ParseFeatureGatesError::UnknownValue { name: name.to_owned(), value: value.to_owned() });
            };
            gates.insert(name.to_owned(), enabled);
        }
        Ok(Self(gates))
    }
}

/// As KKP's operator writes the flag's value: `name=true` or `name=false`, ordered by name, `,` between. Parsing it
/// gives the same gates, unless a name was [`set`](FeatureGates::set) that no flag can carry.
impl fmt::Display for FeatureGates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, enabled)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{name}={enabled}")?;
        }
        Ok(())
    }
}

/// On or off, for [`FeatureGates::set`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a gate is on or off")]
pub enum GateSetting {
    /// `name=true`
    On,
    /// `name=false`
    Off,
}

impl From<bool> for GateSetting {
    fn from(enabled: bool) -> Self {
        if enabled { Self::On } else { Self::Off }
    }
}

/// Read a boolean as Go's [`strconv.ParseBool`] does, and with it every flag and gate of KKP: `1 t T TRUE true True`
/// and `0 f F FALSE false False`. Every other text, also with blanks around, is `None`.
///
/// [`strconv.ParseBool`]: https://pkg.go.dev/strconv#ParseBool
#[must_use]
pub fn parse_go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Why a text is no value for `-feature-gates`.
///
/// KKP: the texts are its own, verbatim (spec 1.1); scripts look for them.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFeatureGatesError {
    /// A segment without `=`.
    #[error("missing bool value for feature gate {segment}")]
    MissingValue {
        /// The segment as it was given, blanks included.
        segment: String,
    },
    /// A segment whose value is not one of the words of [`parse_go_bool`].
    #[error("invalid value {value} for feature gate {name}, use true|false instead")]
    UnknownValue {
        /// The gate's name without the blanks around it.
        name: String,
        /// The value without the blanks around it.
        value: String,
    },
}
