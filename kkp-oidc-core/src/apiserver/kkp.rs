//! What KKP gives to the kube-apiserver of a user cluster. KKP: spec section 2.3.

use super::config::{
    ApiVersion, AuthenticationConfiguration, ClaimMappings, ClaimValidationRule, JwtAuthenticator, JwtIssuer,
    PrefixedClaimOrExpression,
};
use super::flags::{OidcFlags, ParseOidcFlagsError, RequiredClaim};
use crate::issuer::{ClientId, IssuerUrl};

/// Where kube-apiserver has the CA bundle, up to KKP 2.16.
const DEX_CA_FILE: &str = "/etc/kubernetes/dex/ca/caBundle.pem";

/// Where kube-apiserver has the CA bundle, from KKP 2.17 on.
const CA_FILE: &str = "/etc/kubernetes/pki/ca-bundle/ca-bundle.pem";

/// Where kube-apiserver has the configuration, from KKP 2.31 on.
const CONFIGURATION_FILE: &str = "/etc/kubernetes/authentication-config/authentication-configuration.yaml";

/// `cluster.spec.oidc`: the issuer of one cluster. Absent and empty are the same.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
pub struct ClusterOidc {
    /// `issuerURL`
    pub issuer_url: String,
    /// `clientID`
    pub client_id: String,
    /// `usernameClaim`
    pub username_claim: String,
    /// `groupsClaim`
    pub groups_claim: String,
    /// `requiredClaim`: one `claim=value` up to KKP 2.30, several with commas between them from 2.31 on.
    pub required_claim: String,
    /// `usernamePrefix`, from KKP 2.24 on.
    pub username_prefix: String,
    /// `groupsPrefix`, from KKP 2.24 on.
    pub groups_prefix: String,
}

/// Who configures the issuer.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "KKP has these two")]
pub enum KkpOidc<'a> {
    /// The gate `OpenIDAuthPlugin`: the platform's issuer, for every cluster.
    Gate {
        /// `oidc-issuer-url` of the controller.
        issuer: &'a IssuerUrl,
        /// `oidc-issuer-client-id` of the controller.
        client_id: &'a ClientId,
        /// Whether the controller has a CA file; counts up to KKP 2.16, from then on there always is one.
        has_ca_file: bool,
    },
    /// The cluster itself.
    Cluster(&'a ClusterOidc),
}

/// The arguments that KKP 2.`minor` gives to kube-apiserver, flag and value apart and in KKP's order; `None` before 2.12.
///
/// From 2.31 on that is the path of the configuration, which [`gate_default`] and [`ClusterOidc::to_configuration`] make; KKP
/// adds the feature gate `StructuredAuthenticationConfiguration=true`. For a cluster without issuer or client id there is
/// nothing. Where prefixes stand among a cluster's flags is not known; they are put last.
#[must_use]
pub fn kkp_args(oidc: KkpOidc<'_>, minor: u16) -> Option<Vec<String>> {
    if minor < 12 {
        return None;
    }
    if let KkpOidc::Cluster(cluster) = oidc
        && (cluster.issuer_url.is_empty() || cluster.client_id.is_empty())
    {
        return Some(Vec::new());
    }
    if minor >= 31 {
        return Some(vec!["--authentication-config".to_owned(), CONFIGURATION_FILE.to_owned()]);
    }
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    if minor >= 17 {
        pairs.push(("--oidc-ca-file", CA_FILE));
    }
    match oidc {
        KkpOidc::Gate { issuer, client_id, has_ca_file } => {
            pairs.extend([
                ("--oidc-issuer-url", issuer.as_str()),
                ("--oidc-client-id", client_id.as_str()),
                ("--oidc-username-claim", "email"),
                ("--oidc-groups-prefix", "oidc:"),
                ("--oidc-groups-claim", "groups"),
            ]);
            if minor < 17 && has_ca_file {
                pairs.push(("--oidc-ca-file", DEX_CA_FILE));
            }
        }
        KkpOidc::Cluster(cluster) => {
            pairs.extend([("--oidc-issuer-url", &*cluster.issuer_url), ("--oidc-client-id", &*cluster.client_id)]);
            let mut optional = vec![
                ("--oidc-username-claim", &*cluster.username_claim),
                ("--oidc-groups-claim", &*cluster.groups_claim),
                ("--oidc-required-claim", &*cluster.required_claim),
            ];
            if minor >= 24 {
                optional.push(("--oidc-groups-prefix", &*cluster.groups_prefix));
                optional.push(("--oidc-username-prefix", &*cluster.username_prefix));
            }
            pairs.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
        }
    }
    Some(pairs.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value.to_owned()]).collect())
}

impl ClusterOidc {
    /// The configuration for this cluster of Kubernetes 1.`kubernetes_minor`.
    ///
    /// KKP 2.31 writes an empty username claim, which kube-apiserver refuses, and drops the prefix that the flags imply
    /// (spec section 11.24). This keeps what the flags meant: claim `sub`, and `ISSUER#` in front of any claim but `email`.
    ///
    /// # Errors
    ///
    /// [`ParseOidcFlagsError::RequiredClaim`] if `required_claim` is not `claim=value` with commas between them.
    pub fn to_configuration(
        &self,
        ca_pem: &str,
        kubernetes_minor: u16,
    ) -> Result<AuthenticationConfiguration, ParseOidcFlagsError> {
        let pairs = self.required_claim.split(',').filter(|pair| !pair.is_empty());
        let mut flags = OidcFlags {
            issuer_url: self.issuer_url.clone(),
            client_id: self.client_id.clone(),
            username_prefix: self.username_prefix.clone(),
            groups_claim: self.groups_claim.clone(),
            groups_prefix: self.groups_prefix.clone(),
            required_claims: pairs.map(str::parse).collect::<Result<_, _>>()?,
            ..OidcFlags::default()
        };
        if !self.username_claim.is_empty() {
            flags.username_claim.clone_from(&self.username_claim);
        }
        let api_version = ApiVersion::for_kubernetes(kubernetes_minor);
        Ok(AuthenticationConfiguration { api_version, ..flags.to_configuration(ca_pem) })
    }
}

/// What is demanded of `email_verified` besides what kube-apiserver does: it refuses an address that is said not to be
/// verified, and accepts one of which nothing is said.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum EmailVerifiedRule {
    /// Nothing, as KKP does.
    #[default]
    None,
    /// `claims.?email_verified.orValue(true) == true`: what kube-apiserver does, written down, and kept when the name
    /// becomes an expression.
    IfPresent,
    /// `claims.email_verified == true`: the claim must be there.
    Required,
}

/// What may differ from KKP's document.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
pub struct GateOptions {
    /// In front of the e-mail address; KKP: nothing.
    pub username_prefix: String,
    /// In front of each group; KKP: `oidc:`.
    pub groups_prefix: String,
    /// What is demanded of `email_verified`.
    pub email_verified: EmailVerifiedRule,
    /// Claims that must have a value.
    pub required_claims: Vec<RequiredClaim>,
}

/// As KKP has it.
impl Default for GateOptions {
    fn default() -> Self {
        Self {
            username_prefix: String::new(),
            groups_prefix: "oidc:".to_owned(),
            email_verified: EmailVerifiedRule::default(),
            required_claims: Vec::new(),
        }
    }
}

/// The entry for the platform's issuer: name from `email`, groups from `groups`. KKP: `ca_pem` is the whole CA bundle.
#[must_use]
pub fn gate_entry(issuer: &IssuerUrl, client_id: &ClientId, ca_pem: &str, options: &GateOptions) -> JwtAuthenticator {
    let mapping = |claim: &str, prefix: &str| PrefixedClaimOrExpression {
        claim: claim.to_owned(),
        prefix: Some(prefix.to_owned()),
        ..PrefixedClaimOrExpression::default()
    };
    let expression = match options.email_verified {
        EmailVerifiedRule::None => None,
        EmailVerifiedRule::IfPresent => Some("claims.?email_verified.orValue(true) == true"),
        EmailVerifiedRule::Required => Some("claims.email_verified == true"),
    };
    let verified = expression.map(|expression| ClaimValidationRule {
        expression: expression.to_owned(),
        message: "the e-mail address is not verified".to_owned(),
        ..ClaimValidationRule::default()
    });
    JwtAuthenticator {
        issuer: JwtIssuer {
            url: issuer.as_str().to_owned(),
            certificate_authority: ca_pem.to_owned(),
            audiences: vec![client_id.as_str().to_owned()],
            ..JwtIssuer::default()
        },
        claim_validation_rules: options.required_claims.iter().map(Into::into).chain(verified).collect(),
        claim_mappings: ClaimMappings {
            username: mapping("email", &options.username_prefix),
            groups: mapping("groups", &options.groups_prefix),
            ..ClaimMappings::default()
        },
        ..JwtAuthenticator::default()
    }
}

/// The document that KKP 2.31 makes for the gate `OpenIDAuthPlugin` and Kubernetes 1.`kubernetes_minor`.
///
/// For several issuers, push the [`gate_entry`] of each into [`AuthenticationConfiguration::jwt`].
#[must_use]
pub fn gate_default(
    issuer: &IssuerUrl,
    client_id: &ClientId,
    ca_pem: &str,
    kubernetes_minor: u16,
    options: &GateOptions,
) -> AuthenticationConfiguration {
    AuthenticationConfiguration {
        api_version: ApiVersion::for_kubernetes(kubernetes_minor),
        jwt: vec![gate_entry(issuer, client_id, ca_pem, options)],
        anonymous: None,
    }
}
