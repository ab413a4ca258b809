//! Probes of a living provider: everything that can be asked without a person who logs in.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::PkceVerifier;
use kkp_oidc_core::doctor::{
    AuthorizationAnswer, Probe, TokenAnswer, judge_authorization, judge_clock, judge_discovery, judge_keys, judge_token,
};
use kkp_oidc_core::issuer::{IssuerConfig, ProviderMetadata};
use kkp_oidc_core::secret::SecretString;
use reqwest::header::{DATE, HeaderMap, LOCATION};
use url::Url;

use crate::environment::{Clock, Entropy};
use crate::oidc::{BuildTlsError, PlainClient, ProviderError, TokenRequest, Trust};

/// A redirect URI that nobody can have registered ([RFC 6761 section 6.4]).
///
/// [RFC 6761 section 6.4]: https://www.rfc-editor.org/rfc/rfc6761#section-6.4
const NOT_REGISTERED: &str = "https://not-registered.invalid/callback";

/// Ask a provider everything: its metadata, keys and clock, whether it accepts the redirect URI, and the client.
///
/// What could not be tried is not among them; [`report`](kkp_oidc_core::doctor::report) adds it. Five requests, each within 7 s; no login is completed, and the code that is presented does not exist.
///
/// # Errors
///
/// [`BuildTlsError`] if the trusted certificates cannot be used.
pub async fn probe_provider(
    config: &IssuerConfig,
    trust: &Trust,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Vec<Probe>, BuildTlsError> {
    let client = PlainClient::new(config, trust)?;
    let answer = match client.get(&config.issuer().discovery_url()).await {
        Ok(answer) => answer,
        Err(error) => {
            let help = "look from here with curl and the same CA bundle; firewalls and proxies count, too";
            return Ok(vec![Probe::failed("discovery", told(&error), help)]);
        }
    };
    let now = clock.now();
    let (mut probes, metadata) = judge_discovery(&answer.body, config.issuer());
    probes.push(judge_clock(date(&answer.headers), now));
    let Some(metadata) = metadata else { return Ok(probes) };
    probes.push(match client.get(metadata.jwks_uri().as_str()).await {
        Ok(answer) => judge_keys(&answer.body),
        Err(error) => Probe::failed("keys", told(&error), "look at `jwks_uri` of the discovery document"),
    });
    probes.push(redirect_uri(&client, config, &metadata, entropy).await);
    probes.push(token(&client, config, &metadata, entropy).await);
    Ok(probes)
}

/// The error with its causes.
fn told(error: &ProviderError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn date(headers: &HeaderMap) -> Option<UnixTime> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let since_epoch = httpdate::parse_http_date(date).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_secs()).ok().map(UnixTime::from_secs)
}

async fn redirect_uri(
    client: &PlainClient,
    config: &IssuerConfig,
    metadata: &ProviderMetadata,
    entropy: &dyn Entropy,
) -> Probe {
    let ours = config.redirect_uri().as_str();
    let mut answers = Vec::new();
    for uri in [ours, NOT_REGISTERED] {
        let url = authorization_url(config, metadata, uri, entropy);
        match client.get_any(&url).await {
            Ok(answer) => answers.push(AuthorizationAnswer {
                status: answer.status.as_u16(),
                location: answer.headers.get(LOCATION).and_then(|one| one.to_str().ok()).map(str::to_owned),
            }),
            Err(error) => {
                let help = "look at `authorization_endpoint` of the discovery document";
                return Probe::failed("redirect-uri", told(&error), help);
            }
        }
    }
    match answers.as_slice() {
        [ours_answer, other] => judge_authorization(ours_answer, other, ours),
        _ => Probe::not_tried("redirect-uri", "the provider gave no answer"),
    }
}

/// A request as a login begins, for nobody.
fn authorization_url(
    config: &IssuerConfig,
    metadata: &ProviderMetadata,
    redirect_uri: &str,
    entropy: &dyn Entropy,
) -> String {
    let endpoint = metadata.authorization_endpoint().as_str();
    let Ok(mut url) = Url::parse(endpoint) else { return endpoint.to_owned() };
    let verifier = PkceVerifier::from_bytes(random(entropy));
    url.query_pairs_mut()
        .append_pair("client_id", config.client_id().as_str())
        .append_pair("code_challenge", &verifier.challenge())
        .append_pair("code_challenge_method", "S256")
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", "openid email")
        .append_pair("state", "kkp-oidc-doctor");
    url.into()
}

async fn token(
    client: &PlainClient,
    config: &IssuerConfig,
    metadata: &ProviderMetadata,
    entropy: &dyn Entropy,
) -> Probe {
    // A code that nobody was given: as many random bits as a guess would need.
    let text: String = random(entropy).iter().map(|byte| format!("{byte:02x}")).collect();
    let code = SecretString::from(text);
    let verifier = PkceVerifier::from_bytes(random(entropy));
    let request = TokenRequest { code: &code, pkce_verifier: &verifier };
    match client.token(metadata, config, request).await {
        Ok(answer) => judge_token(&TokenAnswer { status: answer.status.as_u16(), body: answer.body }),
        Err(error) => Probe::failed("client", told(&error), "look at `token_endpoint` of the discovery document"),
    }
}

fn random(entropy: &dyn Entropy) -> [u8; 32] {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    bytes
}
