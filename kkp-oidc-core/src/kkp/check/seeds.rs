//! Seeds with a provider of their own.

use crate::diagnostics::Code;
use crate::kkp::{Seed, SeedProvider, Version};

use super::{Check, is_missing};

impl Check<'_> {
    pub(super) fn seeds(&mut self) {
        let installation = self.installation;
        for seed in &installation.seeds {
            if let Some(place) = seed.authentication_configuration {
                self.not_before(Version::V2_31, place, "spec.authenticationConfiguration");
            }
            if let Some(provider) = &seed.provider {
                self.not_before(Version::V2_22, provider.place, "spec.oidcProviderConfiguration");
            }
            if let (Some(provider), Some(place)) = (&seed.provider, seed.authentication_configuration) {
                let message = "a Seed has `authenticationConfiguration` and `oidcProviderConfiguration`".to_owned();
                let help = "remove one of them: the first for every kube-apiserver setting, the second for sharing";
                let finding = crate::diagnostics::Finding::new(Code::SeedTwoWays, place, message, help);
                self.found(finding.with_related(provider.place, "and here"));
            }
            if let Some(provider) = &seed.provider {
                self.seed_provider(seed, provider);
            }
        }
    }

    fn seed_provider(&mut self, seed: &Seed, provider: &SeedProvider) {
        let required = [
            (&provider.issuer_url, "issuerURL"),
            (&provider.issuer_client_id, "issuerClientID"),
            (&provider.issuer_client_secret, "issuerClientSecret"),
        ];
        for (setting, name) in required {
            if is_missing(setting.as_ref()) {
                let place = setting.as_ref().map_or(provider.place, |setting| setting.place);
                let message = format!("`{name}` of Seed `{}` is empty", seed.name);
                let help = format!("give `{name}`, or remove `oidcProviderConfiguration`");
                self.at(Code::SeedIncomplete, place, message, help);
            }
        }
        if let Some(issuer) = provider.issuer_url.as_ref().filter(|issuer| !issuer.is_empty()) {
            self.issuer(issuer, "spec.oidcProviderConfiguration.issuerURL");
            let is_dex = issuer.text.trim_end_matches('/').ends_with("/dex");
            if let Some(scope) =
                provider.offline_access_as_scope.as_ref().filter(|one| is_dex && one.bool == Some(false))
            {
                let message =
                    "`offlineAccessAsScope` is off, though Dex gives refresh tokens for the scope only".to_owned();
                self.at(Code::OfflineAccessImpossible, scope.place, message, "set it to true, or remove it");
            }
        }
        if let Some(key) = provider.cookie_hash_key.as_ref().filter(|key| !key.is_empty()) {
            self.cookie_key(key, "spec.oidcProviderConfiguration.cookieHashKey");
        }
        if let Some(skip) = provider.skip_tls_verify.as_ref().filter(|skip| skip.bool == Some(true)) {
            self.skips_tls_verify(skip, "spec.oidcProviderConfiguration.skipTLSVerify");
        }
    }
}
