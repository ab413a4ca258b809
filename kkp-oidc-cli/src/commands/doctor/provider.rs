//! The providers that an installation's files name.

use kkp_oidc_core::issuer::{CookieSecurity, IssuerConfig, IssuerSettings};
use kkp_oidc_core::kkp::{Effective, Installation, Setting, Version};

/// A provider, as somebody configured it.
pub(super) struct Provider {
    /// Whose it is: `the platform`, or a Seed; as anybody may see it.
    pub(super) of: String,
    /// The issuer as anybody may see it.
    pub(super) shown_issuer: String,
    /// The issuer as it is written. It may have a password.
    pub(super) issuer: String,
    /// All that is needed to ask it; `None` if something of that is missing or wrong, which is a finding of the files.
    #[cfg_attr(not(feature = "serve"), expect(dead_code, reason = "only HTTP requests need it"))]
    pub(super) config: Option<IssuerConfig>,
}

/// The platform's provider first, then those of Seeds.
pub(super) fn providers(installation: &Installation, version: Option<Version>) -> Vec<Provider> {
    let Some(configuration) = installation.configuration() else { return Vec::new() };
    let version = version.unwrap_or_else(|| installation.versions().last());
    let effective = Effective::new(configuration, version);
    let text = |setting: &Option<Setting>| setting.as_ref().map(|one| one.text.clone()).unwrap_or_default();
    let provider = |of: String, issuer: String, client_id: String, secret: String| {
        let shown = (installation.masked(&of), installation.masked(&issuer));
        let settings = IssuerSettings {
            issuer_url: issuer.clone(),
            client_id,
            client_secret: Some(secret.into()),
            redirect_uri: effective.redirect_url.text.clone(),
            // Nobody is sent a cookie here; on loopback, http is as good.
            cookie_security: match effective.redirect_url.text.starts_with("https://") {
                true => CookieSecurity::Secure,
                false => CookieSecurity::Plain,
            },
            ..IssuerSettings::default()
        };
        Provider { of: shown.0, shown_issuer: shown.1, issuer, config: IssuerConfig::try_from(settings).ok() }
    };
    let platform = provider(
        "the platform".to_owned(),
        effective.token_issuer.text.clone(),
        effective.issuer_client_id.text.clone(),
        text(&configuration.auth.issuer_client_secret),
    );
    let seeds = installation.seeds.iter().filter_map(|seed| seed.provider.as_ref().map(|own| (seed, own)));
    let seeds = seeds.map(|(seed, own)| {
        provider(
            format!("Seed {}", seed.name),
            text(&own.issuer_url),
            text(&own.issuer_client_id),
            text(&own.issuer_client_secret),
        )
    });
    std::iter::once(platform).chain(seeds).filter(|provider| !provider.issuer.is_empty()).collect()
}
