//! The file of `--authentication-config`: what stands in it, and how it is read.

use serde::Deserialize;

use super::nullable::{flag, list, nullable, optional_text, text, texts};
use crate::yaml::{self, ParseYamlError};

/// `kind` of the document.
const KIND: &str = "AuthenticationConfiguration";

/// Which version of the API a document has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ApiVersion {
    /// `apiserver.config.k8s.io/v1beta1`: Kubernetes 1.30 and later.
    V1Beta1,
    /// `apiserver.config.k8s.io/v1`: Kubernetes 1.34 and later.
    #[default]
    V1,
}

impl ApiVersion {
    /// The version for a cluster of Kubernetes 1.`minor`. KKP: v1 from 1.34 on, v1beta1 below (spec section 2.3).
    #[must_use]
    pub const fn for_kubernetes(minor: u16) -> Self {
        if minor >= 34 { Self::V1 } else { Self::V1Beta1 }
    }

    /// As it stands in `apiVersion`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1Beta1 => "apiserver.config.k8s.io/v1beta1",
            Self::V1 => "apiserver.config.k8s.io/v1",
        }
    }
}

/// An `AuthenticationConfiguration`: who may issue tokens, and what kube-apiserver makes of them.
///
/// Fields are named as in the document. Absent, `null` and empty are the same, except for prefixes and `discoveryURL`.
/// A value need not be one that kube-apiserver accepts: [`review`](Self::review) says.
///
/// # Example
///
/// ```
/// use kkp_oidc_core::apiserver::AuthenticationConfiguration;
///
/// let yaml = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- issuer: {url: http://a}\n";
/// let configuration = AuthenticationConfiguration::parse(yaml.as_bytes())?;
/// assert_eq!(
///     configuration.review().findings[0].to_string(),
///     r#"jwt[0].issuer.url: Invalid value: "http://a": URL scheme must be https"#
/// );
/// # Ok::<(), kkp_oidc_core::apiserver::ParseAuthenticationConfigurationError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
pub struct AuthenticationConfiguration {
    /// Which version the document has.
    pub api_version: ApiVersion,
    /// One entry for each issuer.
    pub jwt: Vec<JwtAuthenticator>,
    /// Who may come without a token; `None` leaves that to kube-apiserver's flags.
    pub anonymous: Option<Anonymous>,
}

/// Who may come without a token.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Anonymous {
    /// Whether anybody may.
    #[serde(deserialize_with = "flag")]
    pub enabled: bool,
    /// Only for these paths; empty means for all.
    #[serde(deserialize_with = "list")]
    pub conditions: Vec<AnonymousCondition>,
}

/// A path that needs no token.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields)]
pub struct AnonymousCondition {
    /// The path, such as `/livez`.
    #[serde(deserialize_with = "text")]
    pub path: String,
}

/// An issuer, and what is made of its tokens.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct JwtAuthenticator {
    /// Who issues the tokens.
    #[serde(deserialize_with = "nullable")]
    pub issuer: JwtIssuer,
    /// What claims must be.
    #[serde(deserialize_with = "list")]
    pub claim_validation_rules: Vec<ClaimValidationRule>,
    /// How a user is made of claims.
    #[serde(deserialize_with = "nullable")]
    pub claim_mappings: ClaimMappings,
    /// What the user that results must be.
    #[serde(deserialize_with = "list")]
    pub user_validation_rules: Vec<UserValidationRule>,
}

/// Who issues tokens.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct JwtIssuer {
    /// Must be the token's `iss`, byte for byte.
    #[serde(deserialize_with = "text")]
    pub url: String,
    /// Where the metadata is, if not below `url`.
    #[serde(rename = "discoveryURL", deserialize_with = "optional_text")]
    pub discovery_url: Option<String>,
    /// What the issuer's server is verified with, as PEM; empty means the CAs of kube-apiserver's host.
    #[serde(deserialize_with = "text")]
    pub certificate_authority: String,
    /// One of these must be in the token's `aud`.
    #[serde(deserialize_with = "texts")]
    pub audiences: Vec<String>,
    /// `MatchAny`, or empty where there is one audience.
    #[serde(deserialize_with = "text")]
    pub audience_match_policy: String,
    /// `controlplane`, `cluster` or empty.
    #[serde(deserialize_with = "text")]
    pub egress_selector_type: String,
}

/// What a claim must be: either `claim` with `required_value`, or `expression` with `message`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ClaimValidationRule {
    /// A claim that must be there, with a text.
    #[serde(deserialize_with = "text")]
    pub claim: String,
    /// The text.
    #[serde(deserialize_with = "text")]
    pub required_value: String,
    /// A CEL expression over `claims` that must be true.
    #[serde(deserialize_with = "text")]
    pub expression: String,
    /// What kube-apiserver logs if it is not.
    #[serde(deserialize_with = "text")]
    pub message: String,
}

/// How a user is made of claims.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields)]
pub struct ClaimMappings {
    /// The name.
    #[serde(deserialize_with = "nullable")]
    pub username: PrefixedClaimOrExpression,
    /// The groups.
    #[serde(deserialize_with = "nullable")]
    pub groups: PrefixedClaimOrExpression,
    /// The uid.
    #[serde(deserialize_with = "nullable")]
    pub uid: ClaimOrExpression,
    /// Further attributes.
    #[serde(deserialize_with = "list")]
    pub extra: Vec<ExtraMapping>,
}

/// Either a claim with a prefix, or a CEL expression.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields)]
pub struct PrefixedClaimOrExpression {
    /// The claim's name; dots have no meaning.
    #[serde(deserialize_with = "text")]
    pub claim: String,
    /// What is put in front; must be there with a claim, may be empty.
    #[serde(deserialize_with = "optional_text")]
    pub prefix: Option<String>,
    /// The CEL expression.
    #[serde(deserialize_with = "text")]
    pub expression: String,
}

/// Either a claim or a CEL expression.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields)]
pub struct ClaimOrExpression {
    /// The claim's name; dots have no meaning.
    #[serde(deserialize_with = "text")]
    pub claim: String,
    /// The CEL expression.
    #[serde(deserialize_with = "text")]
    pub expression: String,
}

/// A further attribute of the user.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ExtraMapping {
    /// Its key, such as `example.com/tenant`.
    #[serde(deserialize_with = "text")]
    pub key: String,
    /// The CEL expression that gives its values.
    #[serde(deserialize_with = "text")]
    pub value_expression: String,
}

/// What the user must be.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
#[serde(default, deny_unknown_fields)]
pub struct UserValidationRule {
    /// A CEL expression over `user` that must be true.
    #[serde(deserialize_with = "text")]
    pub expression: String,
    /// What kube-apiserver logs if it is not.
    #[serde(deserialize_with = "text")]
    pub message: String,
}

impl AuthenticationConfiguration {
    /// Longest document that is read, in bytes (1 MiB): what fits into a Secret.
    pub const MAX_LEN: usize = 1024 * 1024;

    /// Read a document, YAML or JSON, as strictly as kube-apiserver: no unknown and no repeated field, names in their
    /// exact case, no number where a text belongs.
    ///
    /// Stricter than kube-apiserver: a second document is an error, and so is `yes` for `true`.
    ///
    /// # Errors
    ///
    /// - [`TooLong`](ParseAuthenticationConfigurationError::TooLong) if it has more than [`Self::MAX_LEN`] bytes.
    /// - [`NotUtf8`](ParseAuthenticationConfigurationError::NotUtf8) if it is no text.
    /// - [`Kind`](ParseAuthenticationConfigurationError::Kind) and
    ///   [`Version`](ParseAuthenticationConfigurationError::Version) if it is another kind of document.
    /// - [`Yaml`](ParseAuthenticationConfigurationError::Yaml) for everything else, with line and column.
    pub fn parse(document: &[u8]) -> Result<Self, ParseAuthenticationConfigurationError> {
        if document.len() > Self::MAX_LEN {
            return Err(ParseAuthenticationConfigurationError::TooLong { len: document.len() });
        }
        let document = str::from_utf8(document)
            .map_err(|error| ParseAuthenticationConfigurationError::NotUtf8 { offset: error.valid_up_to() })?;
        // Kind and version first: of a document of another kind every field would be unknown.
        let head: Head = yaml::from_str(document)?;
        if head.kind != KIND {
            return Err(ParseAuthenticationConfigurationError::Kind);
        }
        let versions = [ApiVersion::V1, ApiVersion::V1Beta1];
        let version = versions.into_iter().find(|version| version.as_str() == head.api_version);
        let api_version = version.ok_or(ParseAuthenticationConfigurationError::Version)?;
        let Document { jwt, anonymous, .. } = yaml::from_str(document)?;
        Ok(Self { api_version, jwt, anonymous })
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Head {
    #[serde(deserialize_with = "text")]
    api_version: String,
    #[serde(deserialize_with = "text")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Document {
    #[serde(rename = "apiVersion", deserialize_with = "text")]
    _api_version: String,
    #[serde(rename = "kind", deserialize_with = "text")]
    _kind: String,
    #[serde(deserialize_with = "list")]
    jwt: Vec<JwtAuthenticator>,
    anonymous: Option<Anonymous>,
}

/// Why a document is not an [`AuthenticationConfiguration`]. Never carries a value of it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseAuthenticationConfigurationError {
    /// Too long.
    #[error("the document has {len} bytes, expected at most {}", AuthenticationConfiguration::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// It is no text.
    #[error("the document is not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// Where, in bytes from 0.
        offset: usize,
    },
    /// It is of another kind.
    #[error("the document's `kind` is not `{KIND}`")]
    Kind,
    /// It is of another version.
    #[error("the document's `apiVersion` is neither `{}` nor `{}`", ApiVersion::V1.as_str(), ApiVersion::V1Beta1.as_str())]
    Version,
    /// It cannot be read.
    #[error("the document cannot be read")]
    Yaml(#[from] ParseYamlError),
}
