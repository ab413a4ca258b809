//! kube-apiserver's `--oidc-*` flags.

use std::fmt;

use super::config::{
    ApiVersion, AuthenticationConfiguration, ClaimMappings, ClaimValidationRule, JwtAuthenticator, JwtIssuer,
    PrefixedClaimOrExpression,
};
use super::decide::{SigningAlgorithms, UnknownSigningAlgorithm};

/// The flags, each with the value that kube-apiserver uses where it is not given.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
pub struct OidcFlags {
    /// `--oidc-issuer-url`
    pub issuer_url: String,
    /// `--oidc-client-id`
    pub client_id: String,
    /// `--oidc-username-claim`, by default `sub`.
    pub username_claim: String,
    /// `--oidc-username-prefix`: empty is `ISSUER#` unless the claim is `email`; `-` is no prefix.
    pub username_prefix: String,
    /// `--oidc-groups-claim`; empty is no groups.
    pub groups_claim: String,
    /// `--oidc-groups-prefix`
    pub groups_prefix: String,
    /// `--oidc-required-claim`, once for each; the last of one name counts.
    pub required_claims: Vec<RequiredClaim>,
    /// `--oidc-ca-file`; empty is the CAs of kube-apiserver's host.
    pub ca_file: String,
    /// `--oidc-signing-algs`, by default `RS256`.
    pub signing_algs: SigningAlgorithms,
}

impl Default for OidcFlags {
    fn default() -> Self {
        Self {
            issuer_url: String::new(),
            client_id: String::new(),
            username_claim: "sub".to_owned(),
            username_prefix: String::new(),
            groups_claim: String::new(),
            groups_prefix: String::new(),
            required_claims: Vec::new(),
            ca_file: String::new(),
            signing_algs: SigningAlgorithms::default(),
        }
    }
}

/// A claim that must be there, with a text.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
pub struct RequiredClaim {
    /// Its name.
    pub claim: String,
    /// The text.
    pub value: String,
}

/// `claim=value`; white space around either does not count, and the value may have further equals signs.
impl std::str::FromStr for RequiredClaim {
    type Err = ParseOidcFlagsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (claim, value) = text.split_once('=').ok_or(ParseOidcFlagsError::RequiredClaim)?;
        Ok(Self { claim: claim.trim().to_owned(), value: value.trim().to_owned() })
    }
}

impl fmt::Display for RequiredClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.claim, self.value)
    }
}

impl OidcFlags {
    /// Longest text that [`parse_text`](Self::parse_text) reads, in bytes (64 KiB).
    pub const MAX_LEN: usize = 64 * 1024;

    /// Read the flags out of kube-apiserver's arguments, as pflag does: `--flag=value` or `--flag value`, where the
    /// value may begin with dashes; `_` is `-`; the last of several counts, but required claims and algorithms add up.
    /// Other flags and what stands between are passed over.
    ///
    /// # Errors
    ///
    /// - [`OneDash`](ParseOidcFlagsError::OneDash) for `-oidc-…`, which kube-apiserver does not understand.
    /// - [`UnknownFlag`](ParseOidcFlagsError::UnknownFlag) for other flags that begin with `--oidc-`.
    /// - [`NoValue`](ParseOidcFlagsError::NoValue) if the last flag has no value.
    /// - [`RequiredClaim`](ParseOidcFlagsError::RequiredClaim) if one is not `claim=value`.
    /// - [`Algorithm`](ParseOidcFlagsError::Algorithm) if an algorithm is not known.
    pub fn parse<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Self, ParseOidcFlagsError> {
        let mut flags = Self::default();
        let mut algorithms: Option<String> = None;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                break;
            }
            let Some(flag) = argument.strip_prefix("--") else {
                match argument.strip_prefix('-') {
                    Some(flag) if flag.starts_with("oidc") => return Err(ParseOidcFlagsError::OneDash),
                    _ => continue,
                }
            };
            let (name, value) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
            let name = name.replace('_', "-");
            if !name.starts_with("oidc-") {
                continue;
            }
            let field = match name.as_str() {
                "oidc-issuer-url" => Some(&mut flags.issuer_url),
                "oidc-client-id" => Some(&mut flags.client_id),
                "oidc-username-claim" => Some(&mut flags.username_claim),
                "oidc-username-prefix" => Some(&mut flags.username_prefix),
                "oidc-groups-claim" => Some(&mut flags.groups_claim),
                "oidc-groups-prefix" => Some(&mut flags.groups_prefix),
                "oidc-ca-file" => Some(&mut flags.ca_file),
                "oidc-required-claim" | "oidc-signing-algs" => None,
                _ => return Err(ParseOidcFlagsError::UnknownFlag { name }),
            };
            let Some(value) = value.or_else(|| arguments.next()) else {
                return Err(ParseOidcFlagsError::NoValue { name });
            };
            match field {
                Some(field) => value.clone_into(field),
                None if name == "oidc-required-claim" => flags.require(value.parse()?),
                None => {
                    let before = algorithms.take().filter(|before| !before.is_empty());
                    algorithms = Some(before.map_or_else(|| value.to_owned(), |before| format!("{before},{value}")));
                }
            }
        }
        if let Some(algorithms) = algorithms {
            flags.signing_algs = algorithms.parse()?;
        }
        Ok(flags)
    }

    /// Read the flags out of a text: a shell command or the `args` of a manifest. Words are separated by white space and
    /// may be quoted; the `-` of a YAML list and a backslash at the end of a line do not count.
    ///
    /// # Errors
    ///
    /// As of [`parse`](Self::parse), and [`TooLong`](ParseOidcFlagsError::TooLong) if the text has more than
    /// [`Self::MAX_LEN`] bytes.
    pub fn parse_text(text: &str) -> Result<Self, ParseOidcFlagsError> {
        if text.len() > Self::MAX_LEN {
            return Err(ParseOidcFlagsError::TooLong { len: text.len() });
        }
        let words = words(text);
        Self::parse(words.iter().map(String::as_str))
    }

    fn require(&mut self, required: RequiredClaim) {
        self.required_claims.retain(|other| other.claim != required.claim);
        self.required_claims.push(required);
    }

    /// The flags as arguments, flag and value apart, in the order in which KKP writes them; what has its default is left
    /// out. KKP: spec section 2.3.
    #[must_use]
    pub fn to_args(&self) -> Vec<String> {
        let required = self.required_claims.iter().map(|claim| ("--oidc-required-claim", claim.to_string()));
        let algorithms = (self.signing_algs != SigningAlgorithms::default()).then(|| self.signing_algs.to_string());
        let username_claim = if self.username_claim == "sub" { "" } else { &self.username_claim };
        let before = [
            ("--oidc-ca-file", self.ca_file.as_str()),
            ("--oidc-issuer-url", &self.issuer_url),
            ("--oidc-client-id", &self.client_id),
            ("--oidc-username-claim", username_claim),
            ("--oidc-groups-claim", &self.groups_claim),
        ];
        let behind = [
            ("--oidc-groups-prefix", self.groups_prefix.clone()),
            ("--oidc-username-prefix", self.username_prefix.clone()),
            ("--oidc-signing-algs", algorithms.unwrap_or_default()),
        ];
        let pairs = before.into_iter().map(|(flag, value)| (flag, value.to_owned())).chain(required).chain(behind);
        pairs.filter(|(_, value)| !value.is_empty()).flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
    }

    /// The configuration that kube-apiserver makes of the flags. `ca_pem` is what stands in the file of
    /// `--oidc-ca-file`. Signature algorithms are not part of it: these flags accept [`Self::signing_algs`], a file all.
    #[must_use]
    pub fn to_configuration(&self, ca_pem: &str) -> AuthenticationConfiguration {
        let username_prefix = match self.username_prefix.as_str() {
            "-" => String::new(),
            "" if self.username_claim != "email" => format!("{}#", self.issuer_url),
            prefix => prefix.to_owned(),
        };
        let mapping = |claim: &str, prefix: &str| PrefixedClaimOrExpression {
            claim: claim.to_owned(),
            prefix: Some(prefix.to_owned()),
            ..PrefixedClaimOrExpression::default()
        };
        let rules = self.required_claims.iter().map(ClaimValidationRule::from);
        let entry = JwtAuthenticator {
            issuer: JwtIssuer {
                url: self.issuer_url.clone(),
                certificate_authority: ca_pem.to_owned(),
                audiences: vec![self.client_id.clone()],
                ..JwtIssuer::default()
            },
            claim_validation_rules: rules.collect(),
            claim_mappings: ClaimMappings {
                username: mapping(&self.username_claim, &username_prefix),
                groups: if self.groups_claim.is_empty() {
                    PrefixedClaimOrExpression::default()
                } else {
                    mapping(&self.groups_claim, &self.groups_prefix)
                },
                ..ClaimMappings::default()
            },
            ..JwtAuthenticator::default()
        };
        AuthenticationConfiguration { api_version: ApiVersion::default(), jwt: vec![entry], anonymous: None }
    }
}

impl From<&RequiredClaim> for ClaimValidationRule {
    fn from(required: &RequiredClaim) -> Self {
        Self { claim: required.claim.clone(), required_value: required.value.clone(), ..Self::default() }
    }
}

/// Words of a shell line or of a YAML list.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words.retain(|word| word != "-" && word != "\\");
    words
}

/// Why arguments are not those of kube-apiserver.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseOidcFlagsError {
    /// Too long.
    #[error("the arguments have {len} bytes, expected at most {}", OidcFlags::MAX_LEN)]
    TooLong {
        /// Their length in bytes.
        len: usize,
    },
    /// A flag with one dash.
    #[error("kube-apiserver's flags begin with two dashes, found `-oidc…`")]
    OneDash,
    /// A flag that does not exist.
    #[error("kube-apiserver has no flag `--{name}`")]
    UnknownFlag {
        /// Its name.
        name: String,
    },
    /// A flag without value.
    #[error("`--{name}` has no value")]
    NoValue {
        /// Its name.
        name: String,
    },
    /// A required claim of another form.
    #[error("a required claim is not `claim=value`")]
    RequiredClaim,
    /// An algorithm that kube-apiserver does not know.
    #[error(transparent)]
    Algorithm(#[from] UnknownSigningAlgorithm),
}
