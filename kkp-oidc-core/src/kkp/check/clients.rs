//! KKP and its provider: the same issuer, client, secret and redirect URI on both sides.

use subtle::ConstantTimeEq as _;

use crate::diagnostics::{Code, Finding, Place};
use crate::kkp::{Configuration, Dex, DexClient, Effective, Value};

use super::Check;

impl Check<'_> {
    pub(super) fn clients(&mut self, configuration: &Configuration) {
        let effective = self.effective(configuration);
        let installation = self.installation;
        for dex in &installation.dex {
            self.dex_issuer(dex, &effective);
            let client = self.dex_client(configuration, dex, &effective.issuer_client_id, "issuerClientID");
            if let Some(client) = client {
                self.dex_client_fits(configuration, client, &effective);
                self.dex_grants(dex);
            }
            if effective.client_id.text != effective.issuer_client_id.text {
                self.dex_client(configuration, dex, &effective.client_id, "clientID");
            }
        }
    }

    fn dex_issuer(&mut self, dex: &Dex, effective: &Effective) {
        let Some(issuer) = dex.issuer.as_ref().filter(|issuer| !issuer.is_empty()) else { return };
        let ours = &effective.token_issuer;
        if ours.is_empty() || ours.text == issuer.text {
            return;
        }
        let slash = ours.text.trim_end_matches('/') == issuer.text.trim_end_matches('/');
        let message = if slash {
            "Dex's issuer differs from KKP's in the slash at its end".to_owned()
        } else {
            "Dex's issuer is another one than KKP's".to_owned()
        };
        let help = format!("write `{}` in both places, byte for byte", self.shown(&ours.text));
        let finding = Finding::new(Code::IssuerDiffers, issuer.place, message, help);
        self.found(related(finding, ours.place, "KKP's issuer"));
    }

    /// The client with this id; that there is none is a finding.
    fn dex_client<'d>(
        &mut self,
        configuration: &Configuration,
        dex: &'d Dex,
        id: &Value,
        name: &str,
    ) -> Option<&'d DexClient> {
        if id.is_empty() {
            return None;
        }
        let has_id = |client: &&DexClient| client.id.as_ref().is_some_and(|one| one.text == id.text);
        let clients = dex.clients.as_ref()?;
        let client = clients.iter().find(has_id);
        if client.is_none() {
            let path = format!("{}.{name}", configuration.dialect.auth_path());
            let message = format!("Dex has no client `{}`, which is `{path}`", self.shown(&id.text));
            let ids: Vec<&str> =
                clients.iter().filter_map(|client| client.id.as_ref()).map(|id| id.text.as_str()).collect();
            let help = match crate::nearest::nearest(&id.text, ids) {
                Some(near) => format!("write the same id in both places; Dex has `{}`", self.shown(near)),
                None => "add the client to Dex: `kkp-oidc render dex-client` writes it".to_owned(),
            };
            let place = id.place.unwrap_or(configuration.auth.place);
            let finding = Finding::new(Code::ClientUnknown, place, message, help);
            self.found(finding.with_related(dex.place, "Dex's configuration"));
        }
        client
    }

    fn dex_client_fits(&mut self, configuration: &Configuration, client: &DexClient, effective: &Effective) {
        let secret = configuration.auth.issuer_client_secret.as_ref().filter(|secret| !secret.is_empty());
        if let (Some(ours), Some(theirs)) = (secret, &client.secret)
            && !bool::from(ours.text.as_bytes().ct_eq(theirs.text.as_bytes()))
        {
            let message = "Dex has another secret for this client than KKP".to_owned();
            let help = "give both the same secret, without blanks or line ends around it";
            let finding = Finding::new(Code::ClientSecretDiffers, theirs.place, message, help);
            self.found(finding.with_related(ours.place, "KKP's secret"));
        }
        let uri = &effective.redirect_url;
        if !uri.is_empty() && !client.redirect_uris.iter().any(|one| one.text == uri.text) {
            let message = format!("Dex's client does not have the redirect URI {}", self.shown(&uri.text));
            let help = format!("add `{}` to its RedirectURIs", self.shown(&uri.text));
            let finding = Finding::new(Code::RedirectNotRegistered, client.place, message, help);
            self.found(related(finding, uri.place, "KKP's redirect URI"));
        }
        if let Some(public) = client.public.as_ref().filter(|public| public.bool == Some(true)) {
            let message = "the client that makes kubeconfigs is a public one".to_owned();
            let help = "remove `public`, and give it a secret";
            self.at(Code::ClientIsPublic, public.place, message, help);
        }
    }

    fn dex_grants(&mut self, dex: &Dex) {
        if let Some((place, grants)) = &dex.grant_types
            && !grants.iter().any(|grant| grant.text == "refresh_token")
        {
            let message = "Dex gives no refresh tokens: `refresh_token` is not among its grant types".to_owned();
            let help = "add `refresh_token`, or remove `grantTypes`";
            self.at(Code::OfflineAccessImpossible, *place, message, help);
        }
    }
}

fn related(finding: Finding, place: Option<Place>, text: &str) -> Finding {
    match place {
        Some(place) => finding.with_related(place, text),
        None => finding,
    }
}
