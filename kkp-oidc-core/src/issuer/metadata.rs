//! What a provider says of itself ([OpenID Connect Discovery 1.0 section 3], [RFC 8414]).
//!
//! [OpenID Connect Discovery 1.0 section 3]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
//! [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414

use serde::Deserialize;
use serde_json::Value;

use super::url::{EndpointUrl, IssuerUrl};
use crate::json_object::from_object;

/// A provider's metadata, as far as it is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProviderMetadata {
    authorization_endpoint: EndpointUrl,
    token_endpoint: EndpointUrl,
    jwks_uri: EndpointUrl,
    end_session_endpoint: Option<EndpointUrl>,
    client_authentication: ClientAuthentication,
    issuer_parameter: IssuerParameter,
    id_token_algorithms: Vec<String>,
    revocation_endpoint: Option<EndpointUrl>,
}

/// How a client authenticates itself at the token endpoint ([RFC 6749 section 2.3.1]).
///
/// [RFC 6749 section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `client_secret_basic`
    #[default]
    Basic,
    /// `client_secret_post`
    Post,
}

/// Whether authorization responses carry `iss` ([RFC 9207 section 3]).
///
/// [RFC 9207 section 3]: https://www.rfc-editor.org/rfc/rfc9207#section-3
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum IssuerParameter {
    /// Perhaps.
    #[default]
    NotPromised,
    /// Always, the provider says.
    Promised,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<Value>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
    revocation_endpoint: Option<Value>,
}

impl ProviderMetadata {
    /// Read the discovery document of `issuer`.
    ///
    /// # Errors
    ///
    /// - [`ParseMetadataError::Document`] if it is no JSON object with what is needed.
    /// - [`ParseMetadataError::Issuer`] if it names another issuer, by a byte ([OpenID Connect Discovery 1.0 section
    ///   4.3]).
    /// - [`ParseMetadataError::Endpoint`] if an endpoint is no URL, or not https although the issuer is.
    ///
    /// [OpenID Connect Discovery 1.0 section 4.3]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation
    pub fn parse(document: &[u8], issuer: &IssuerUrl) -> Result<Self, ParseMetadataError> {
        let document: Document = from_object(document).ok_or(ParseMetadataError::Document)?;
        if document.issuer != issuer.as_str() {
            return Err(ParseMetadataError::Issuer);
        }
        let endpoint = |name: &'static str, text: &str| {
            let endpoint = text.parse::<EndpointUrl>().map_err(|_| ParseMetadataError::Endpoint { name })?;
            // The secret of a client that trusts an https issuer does not go out in clear text, not even to loopback.
            match issuer.is_https() && !endpoint.is_https() {
                true => Err(ParseMetadataError::Endpoint { name }),
                false => Ok(endpoint),
            }
        };
        // Neither is needed to log in: what cannot be used is as good as absent.
        let optional = |name: &'static str, value: &Option<Value>| {
            value.as_ref().and_then(Value::as_str).and_then(|text| endpoint(name, text).ok())
        };
        Ok(Self {
            end_session_endpoint: optional("end_session_endpoint", &document.end_session_endpoint),
            revocation_endpoint: optional("revocation_endpoint", &document.revocation_endpoint),
            authorization_endpoint: endpoint("authorization_endpoint", &document.authorization_endpoint)?,
            token_endpoint: endpoint("token_endpoint", &document.token_endpoint)?,
            jwks_uri: endpoint("jwks_uri", &document.jwks_uri)?,
            client_authentication: client_authentication(document.token_endpoint_auth_methods_supported.as_deref()),
            issuer_parameter: match document.authorization_response_iss_parameter_supported {
                Some(true) => IssuerParameter::Promised,
                Some(false) | None => IssuerParameter::NotPromised,
            },
            // KKP takes RS256 where nothing is said, spec section 4.11.
            id_token_algorithms: document
                .id_token_signing_alg_values_supported
                .unwrap_or_else(|| vec!["RS256".to_owned()]),
        })
    }

    /// Where browsers are sent.
    #[must_use]
    pub const fn authorization_endpoint(&self) -> &EndpointUrl {
        &self.authorization_endpoint
    }

    /// Where codes are exchanged.
    #[must_use]
    pub const fn token_endpoint(&self) -> &EndpointUrl {
        &self.token_endpoint
    }

    /// Where the provider's keys are.
    #[must_use]
    pub const fn jwks_uri(&self) -> &EndpointUrl {
        &self.jwks_uri
    }

    /// Where browsers end their session at the provider ([OpenID Connect RP-Initiated Logout 1.0 section 2.1]), if they can.
    ///
    /// [OpenID Connect RP-Initiated Logout 1.0 section 2.1]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html#OPMetadata
    #[must_use]
    pub const fn end_session_endpoint(&self) -> Option<&EndpointUrl> {
        self.end_session_endpoint.as_ref()
    }

    /// Where tokens are revoked ([RFC 7009 section 2], [RFC 8414 section 2]), if they can be.
    ///
    /// [RFC 7009 section 2]: https://www.rfc-editor.org/rfc/rfc7009#section-2
    /// [RFC 8414 section 2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    #[must_use]
    pub const fn revocation_endpoint(&self) -> Option<&EndpointUrl> {
        self.revocation_endpoint.as_ref()
    }

    /// How a client authenticates itself at the token endpoint.
    #[must_use]
    pub const fn client_authentication(&self) -> ClientAuthentication {
        self.client_authentication
    }

    /// Whether authorization responses carry `iss`.
    #[must_use]
    pub const fn issuer_parameter(&self) -> IssuerParameter {
        self.issuer_parameter
    }

    /// Whether the provider announces the algorithm with this name (RFC 7518 section 3.1) for ID tokens.
    #[must_use]
    pub fn announces_algorithm(&self, name: &str) -> bool {
        self.id_token_algorithms.iter().any(|announced| announced == name)
    }
}

/// `client_secret_basic` is the default, and where both are there it is what RFC 6749 demands of servers.
fn client_authentication(supported: Option<&[String]>) -> ClientAuthentication {
    let has = |name: &str| supported.is_some_and(|methods| methods.iter().any(|method| method == name));
    if has("client_secret_post") && !has("client_secret_basic") {
        ClientAuthentication::Post
    } else {
        ClientAuthentication::Basic
    }
}

/// Why a discovery document cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseMetadataError {
    /// Not a JSON object with what is needed.
    #[error("discovery document is not what OpenID Connect Discovery says")]
    Document,
    /// It names another issuer.
    #[error("discovery document names another issuer than the configured one")]
    Issuer,
    /// An endpoint is not usable.
    #[error("discovery document's {name} is not an https URL")]
    Endpoint {
        /// Its name.
        name: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(more: &str) -> String {
        format!(
            r#"{{"issuer":"https://a.example","authorization_endpoint":"https://a.example/auth","token_endpoint":"https://b.example/token","jwks_uri":"https://a.example/keys"{more}}}"#
        )
    }

    fn parse(document: &str) -> Result<ProviderMetadata, ParseMetadataError> {
        ProviderMetadata::parse(document.as_bytes(), &"https://a.example".parse().unwrap())
    }

    #[test]
    fn what_a_document_leaves_out_is_the_standards_default() {
        let metadata = parse(&document("")).unwrap();
        assert_eq!(metadata.client_authentication(), ClientAuthentication::Basic);
        assert_eq!(metadata.issuer_parameter(), IssuerParameter::NotPromised);
        assert!(metadata.announces_algorithm("RS256") && !metadata.announces_algorithm("ES256"));
    }

    #[test]
    fn the_secret_goes_into_the_body_only_where_nothing_else_is_supported() {
        for (methods, expected) in [
            (r#"["client_secret_post"]"#, ClientAuthentication::Post),
            (r#"["client_secret_post","client_secret_basic"]"#, ClientAuthentication::Basic),
            (r#"["private_key_jwt"]"#, ClientAuthentication::Basic),
            ("null", ClientAuthentication::Basic),
        ] {
            let text = document(&format!(r#","token_endpoint_auth_methods_supported":{methods}"#));
            assert_eq!(parse(&text).unwrap().client_authentication(), expected, "{methods}");
        }
    }

    #[test]
    fn documents_that_mislead_are_refused() {
        assert_eq!(parse("[]"), Err(ParseMetadataError::Document));
        assert_eq!(parse(&document(r#","x":"#)), Err(ParseMetadataError::Document));
        let other = document("").replace(r#""https://a.example","auth"#, r#""https://a.example/","auth"#);
        assert_eq!(parse(&other), Err(ParseMetadataError::Issuer));
        for (name, url) in [
            ("authorization_endpoint", "https://a.example/auth"),
            ("token_endpoint", "https://b.example/token"),
            ("jwks_uri", "https://a.example/keys"),
        ] {
            for bad in ["http://127.0.0.1/x", "http://a.example/x", "/x", ""] {
                let error = parse(&document("").replace(&format!("\"{url}\""), &format!("\"{bad}\"")));
                assert_eq!(error, Err(ParseMetadataError::Endpoint { name }), "{bad}");
            }
        }
    }
}
