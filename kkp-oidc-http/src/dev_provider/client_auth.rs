//! Client authentication at the token endpoint: [RFC 6749 section 2.3.1].
//!
//! [RFC 6749 section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kkp_oidc_core::secret::SecretString;
use url::form_urlencoded;

use super::config::{ClientAuthMethod, DevClient};
use super::oauth_error::OAuthError;
use super::params::Params;
use super::provider::Provider;

struct Credentials {
    method: ClientAuthMethod,
    client_id: String,
    client_secret: SecretString,
}

/// The client that sent a token request, proven in the way that is registered for it.
pub(super) fn authenticate(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<DevClient, OAuthError> {
    let presented = credentials(headers, params)?;
    // One answer for an unknown client, a wrong secret and a wrong method: who guesses learns nothing.
    let refused = OAuthError::invalid_client("unknown client, wrong secret or wrong authentication method");
    let client = provider.client(&presented.client_id).ok_or(refused)?;
    let proven = client.client_secret.ct_eq(&presented.client_secret);
    if proven && client.auth_method == presented.method { Ok(client) } else { Err(refused) }
}

fn credentials(headers: &HeaderMap, params: &Params) -> Result<Credentials, OAuthError> {
    let (client_id, client_secret) = (params.get("client_id"), params.get("client_secret"));
    match (headers.get(header::AUTHORIZATION), client_secret) {
        // RFC 6749 section 2.3: not more than one method in a request.
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("two client authentication methods in one request")),
        (Some(authorization), None) => {
            let credentials = authorization.to_str().ok().and_then(basic).ok_or(OAuthError::invalid_client(
                "Authorization must be Basic with the base64 of form-urlencoded id and secret",
            ))?;
            if client_id.is_some_and(|client_id| client_id != credentials.client_id) {
                return Err(OAuthError::invalid_request("client_id differs from that in Authorization"));
            }
            Ok(credentials)
        }
        (None, Some(client_secret)) => Ok(Credentials {
            method: ClientAuthMethod::ClientSecretPost,
            client_id: client_id.ok_or(OAuthError::invalid_request("client_id is missing"))?.to_owned(),
            client_secret: client_secret.into(),
        }),
        // Only a public client may say so: the caller compares the method.
        (None, None) => Ok(Credentials {
            method: ClientAuthMethod::None,
            client_id: client_id.ok_or(OAuthError::invalid_client("client authentication is missing"))?.to_owned(),
            client_secret: "".into(),
        }),
    }
}

/// The credentials in the value of an `Authorization` header.
fn basic(authorization: &str) -> Option<Credentials> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim_start()).ok()?).ok()?;
    let (client_id, client_secret) = decoded.split_once(':')?;
    Some(Credentials {
        method: ClientAuthMethod::ClientSecretBasic,
        client_id: form_urldecode(client_id)?,
        client_secret: form_urldecode(client_secret)?.into(),
    })
}

/// Undo the encoding of [RFC 6749 appendix B]. Anything an encoder would not have written is refused, so that a client
/// that forgot to encode is found out.
///
/// [RFC 6749 appendix B]: https://www.rfc-editor.org/rfc/rfc6749#appendix-B
fn form_urldecode(encoded: &str) -> Option<String> {
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        let well_formed = match byte {
            b'%' => [rest.next(), rest.next()].iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            b'*' | b'-' | b'.' | b'_' | b'+' => true,
            _ => byte.is_ascii_alphanumeric(),
        };
        if !well_formed {
            return None;
        }
    }
    // The alphabet has no `&` and no `=`: the text is one name without a value.
    Some(form_urlencoded::parse(encoded.as_bytes()).map(|(name, _)| name.into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_form_encoder_writes_is_decoded() {
        let decoded = ["", "abc", "p%3A%25st+%26se%2Bc%22ret", "%C3%A4"].map(form_urldecode);
        assert_eq!(decoded.map(Option::unwrap), ["", "abc", "p:%st &se+c\"ret", "ä"]);
        for raw in ["p:st", "a b", "%", "%4", "%st", "a&b", "a=b", "ä", "a\0", "a/b", "~"] {
            assert_eq!(form_urldecode(raw), None, "{raw}");
        }
    }
}
