//! The discovery document ([OpenID Connect Discovery 1.0 section 3]).
//!
//! [OpenID Connect Discovery 1.0 section 3]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata

use serde::Deserialize;

use super::{Probe, shown};
use crate::issuer::{IssuerUrl, ParseMetadataError, ProviderMetadata};
use crate::json_object::from_object;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    issuer: Option<String>,
    scopes_supported: Option<Vec<String>>,
    response_types_supported: Option<Vec<String>>,
    grant_types_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
}

/// The probes `discovery`, `scopes`, `response-types`, `pkce` and `algorithms`, and the metadata if it can be used.
#[must_use]
pub fn judge_discovery(document: &[u8], issuer: &IssuerUrl) -> (Vec<Probe>, Option<ProviderMetadata>) {
    let read: Document = from_object(document).unwrap_or_default();
    let metadata = match ProviderMetadata::parse(document, issuer) {
        Ok(metadata) => metadata,
        Err(error) => return (vec![refused(&error, read.issuer.as_deref(), issuer)], None),
    };
    let probes = vec![
        Probe::ok("discovery", format!("the provider names itself `{issuer}`, byte for byte")),
        scopes(read.scopes_supported.as_deref()),
        flow(read.response_types_supported.as_deref(), read.grant_types_supported.as_deref()),
        pkce(read.code_challenge_methods_supported.as_deref()),
        algorithms(read.id_token_signing_alg_values_supported.as_deref()),
    ];
    (probes, Some(metadata))
}

fn refused(error: &ParseMetadataError, named: Option<&str>, issuer: &IssuerUrl) -> Probe {
    match (error, named) {
        (ParseMetadataError::Issuer, Some(named)) => Probe::failed(
            "discovery",
            format!("the provider names itself `{}`, configured is `{issuer}`", shown(named)),
            "write the issuer as the provider names itself, byte for byte, slash at the end included",
        ),
        (ParseMetadataError::Endpoint { .. }, _) => Probe::failed(
            "discovery",
            error.to_string(),
            "let the provider know its public https address; behind a proxy it may take itself for http",
        ),
        _ => Probe::failed(
            "discovery",
            "the answer is no discovery document",
            "open the issuer with /.well-known/openid-configuration behind it in a browser: is it the right address?",
        ),
    }
}

fn has(list: &[String], name: &str) -> bool {
    list.iter().any(|one| one == name)
}

fn scopes(supported: Option<&[String]>) -> Probe {
    let Some(supported) = supported else {
        return Probe::ok("scopes", "the provider does not say which scopes it has");
    };
    let missing: Vec<&str> =
        ["openid", "email", "groups", "offline_access"].into_iter().filter(|scope| !has(supported, scope)).collect();
    if missing.is_empty() {
        return Probe::ok("scopes", "openid, email, groups and offline_access are supported");
    }
    let list = missing.join(", ");
    if missing.contains(&"offline_access") {
        return Probe::warning(
            "scopes",
            format!("the provider does not announce the scopes {list}"),
            "KKP needs a refresh token: allow offline_access, or set oidc-issuer-offline-access-as-scope=false for \
             providers that want `access_type=offline`",
        );
    }
    Probe::warning(
        "scopes",
        format!("the provider does not announce the scopes {list}"),
        "add them to the client's scopes; without `groups`, bindings to groups do nothing",
    )
}

fn flow(response_types: Option<&[String]>, grant_types: Option<&[String]>) -> Probe {
    if let Some(types) = response_types
        && !has(types, "code")
    {
        return Probe::failed(
            "response-types",
            "the provider does not announce the response type `code`",
            "allow the authorization code flow",
        );
    }
    if let Some(grants) = grant_types {
        for grant in ["authorization_code", "refresh_token"] {
            if !has(grants, grant) {
                return Probe::failed(
                    "response-types",
                    format!("the provider does not announce the grant type `{grant}`"),
                    format!("allow `{grant}`; in Dex, add it to `oauth2.grantTypes`"),
                );
            }
        }
    }
    Probe::ok("response-types", "the authorization code flow and refresh tokens are supported")
}

fn pkce(methods: Option<&[String]>) -> Probe {
    match methods {
        Some(methods) if has(methods, "S256") => Probe::ok("pkce", "PKCE with S256 is supported"),
        _ => Probe::warning(
            "pkce",
            "the provider does not announce PKCE with S256",
            "it is sent all the same; providers that do not know it ignore it (RFC 7636 section 5)",
        ),
    }
}

fn algorithms(announced: Option<&[String]>) -> Probe {
    match announced {
        None => Probe::ok("algorithms", "the provider does not say how it signs; RS256 is expected then"),
        Some(announced) if has(announced, "RS256") => Probe::ok("algorithms", "ID tokens may be signed with RS256"),
        Some(announced) => Probe::warning(
            "algorithms",
            format!("ID tokens are signed with {}, not with RS256", shown(&announced.join(", "))),
            "kube-apiserver takes RS256 alone unless --oidc-signing-algs says more; an AuthenticationConfiguration takes \
             all asymmetric ones",
        ),
    }
}
