//! The end of a login at the provider: token revocation ([RFC 7009]) and RP-initiated logout.
//!
//! [RFC 7009]: https://www.rfc-editor.org/rfc/rfc7009

use kkp_oidc_core::issuer::{ClientAuthentication, IssuerConfig, ProviderMetadata};
use kkp_oidc_core::secret::SecretString;

use super::error::ProviderError;
use super::exchange::basic_credentials;
use super::fetch::HttpClient;
use crate::metrics::Endpoint;

/// Present the token at the revocation endpoint ([RFC 7009 section 2.1]); `false` if there is none.
///
/// [RFC 7009 section 2.1]: https://www.rfc-editor.org/rfc/rfc7009#section-2.1
pub(super) async fn revoke(
    http: &HttpClient,
    metadata: &ProviderMetadata,
    config: &IssuerConfig,
    token: &SecretString,
) -> Result<bool, ProviderError> {
    let Some(endpoint) = metadata.revocation_endpoint() else { return Ok(false) };
    let mut form = vec![("token", token.expose_secret())];
    let basic = match metadata.client_authentication() {
        ClientAuthentication::Post => {
            let secret = config.client_secret().as_secret().expose_secret();
            form.extend([("client_id", config.client_id().as_str()), ("client_secret", secret)]);
            None
        }
        _ => Some(basic_credentials(config)),
    };
    let request = http.post_form(endpoint.as_str(), &form, basic);
    let answer = http.outbound().ask(Endpoint::Revocation, request).await?;
    match answer.status.is_success() {
        true => Ok(true),
        false => Err(ProviderError::from_status(answer.status)),
    }
}
