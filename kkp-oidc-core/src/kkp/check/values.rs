//! Values that have to be there.

use crate::diagnostics::{Code, Place};
use crate::kkp::{Configuration, Dialect, Version};

use super::{Check, ENDPOINT_GATE, PLUGIN_GATE, is_missing};

impl Check<'_> {
    pub(super) fn values(&mut self, configuration: &Configuration) {
        let auth = &configuration.auth;
        let effective = self.effective(configuration);
        let of_chart = configuration.dialect == Dialect::Values;
        let api = configuration.api_gates.is_enabled(ENDPOINT_GATE);
        let controller = configuration.controller_gates.is_enabled(PLUGIN_GATE);
        // Without API and Dex, nobody needs what is for them (spec section 3.2).
        let headless = configuration.api_gates.is_enabled("HeadlessInstallation");
        let always = !of_chart && !headless && self.versions.since(Version::V2_31);
        let because_api = if api { "OIDCKubeCfgEndpoint is on" } else { "since 2.31 every installation needs it" };
        let because_controller = "OpenIDAuthPlugin is on";

        let path = |name: &str| format!("{}.{name}", configuration.dialect.auth_path());
        let mut need = |needed: bool, is_there: bool, name: &str, because: &str, help: &str, place: Option<Place>| {
            if needed && !is_there {
                let message = format!("`{}` is empty, though {because}", path(name));
                self.at(Code::ValueMissing, place.unwrap_or(auth.place), message, help);
            }
        };
        let place = |setting: &Option<crate::kkp::Setting>| setting.as_ref().map(|one| one.place);
        let either = if api { because_api } else { because_controller };
        need(
            api || controller || always,
            !effective.token_issuer.is_empty(),
            "tokenIssuer",
            if always { because_api } else { either },
            "give the issuer exactly as the provider's discovery document has it, such as https://kkp.example.com/dex",
            place(&auth.token_issuer),
        );
        need(
            api || controller || always,
            !effective.issuer_client_id.is_empty(),
            "issuerClientID",
            if always { because_api } else { either },
            "give the id of the confidential client at the provider, such as kubermaticIssuer",
            place(&auth.issuer_client_id),
        );
        need(
            api || always,
            !effective.redirect_url.is_empty(),
            "issuerRedirectURL",
            because_api,
            "give https://DOMAIN/api/v1/kubeconfig, as it is registered at the provider",
            place(&auth.issuer_redirect_url),
        );
        need(
            api || always,
            !is_missing(auth.issuer_cookie_key.as_ref()),
            "issuerCookieKey",
            because_api,
            "give it a fresh key: `kkp-oidc key` prints one",
            place(&auth.issuer_cookie_key),
        );
        need(
            (api || always) && !controller,
            !is_missing(auth.issuer_client_secret.as_ref()),
            "issuerClientSecret",
            because_api,
            "give the secret of the client, as the provider has it",
            place(&auth.issuer_client_secret),
        );
        let is_written_empty = auth.service_account_key.as_ref().is_some_and(crate::kkp::Setting::is_empty);
        need(
            !headless && (is_written_empty || api || always),
            !is_missing(auth.service_account_key.as_ref()),
            "serviceAccountKey",
            "the API does not start without it",
            "give it a fresh key of at least 32 bytes: `kkp-oidc key` prints one",
            place(&auth.service_account_key),
        );
        need(
            of_chart && controller,
            !is_missing(auth.ca_bundle.as_ref()),
            "caBundle",
            because_controller,
            "`kkp-oidc ca bundle FILE… --format values` writes it from the provider's root certificate",
            place(&auth.ca_bundle),
        );
        if controller && is_missing(auth.issuer_client_secret.as_ref()) {
            let message = format!(
                "`{}` is empty: with OpenIDAuthPlugin, the controller does not start without it",
                path("issuerClientSecret")
            );
            let place = place(&auth.issuer_client_secret).unwrap_or(auth.place);
            let help = "give the secret of the client, as the provider has it";
            self.at(Code::ControllerSecretMissing, place, message, help);
        }
        if self.versions.since(Version::V2_17)
            && let Some(ca_bundle) = &auth.ca_bundle
        {
            let message = format!("`{}` is not read by KKP {}", path("caBundle"), self.versions);
            let help = "put the PEM into a ConfigMap with the key `ca-bundle.pem`, and name it in `spec.caBundle.name`; \
                        `kkp-oidc ca bundle --format configmap` writes one";
            self.at(Code::FieldIgnored, ca_bundle.place, message, help);
        }
    }
}
