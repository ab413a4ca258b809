//! Dex's client for share links, and its redirect URIs. KKP: spec sections 3.1 and 3.2.

use super::{Render, Rendered};
use crate::issuer::RedirectUri;
use crate::kkp::secret::{Secret, SecretName};
use crate::kkp::writer::Writer;
use crate::kkp::{Effective, Version};

/// The first version with the web terminal's endpoint.
const WEB_TERMINAL: Version = Version::V2_21;

/// Where kubelogin waits for the browser.
const KUBELOGIN: [&str; 2] = ["http://localhost:8000", "http://localhost:18000"];

impl Render<'_> {
    /// What the provider has to know as redirect URIs of the confidential client.
    pub(super) fn redirect_uris(&self) -> Vec<String> {
        let uri = Effective::new(self.configuration, self.version).redirect_url.text;
        let base = uri.strip_suffix(RedirectUri::PATH).map(str::to_owned);
        let mut uris: Vec<String> = if uri.is_empty() { Vec::new() } else { vec![uri] };
        if let Some(base) = base {
            if self.version >= WEB_TERMINAL {
                uris.push(format!("{base}/api/v2/kubeconfig/secret"));
            }
            if self.version >= Version::V2_31 {
                uris.push(format!("{base}/api/v2/dashboard/login"));
                uris.push(format!("{base}/api/v2/auth/callback"));
            }
        }
        if self.version >= Version::V2_29 {
            uris.extend(KUBELOGIN.map(str::to_owned));
        }
        uris
    }

    /// The confidential client, as values of the Dex chart.
    pub(super) fn dex_client(&self) -> Rendered {
        let effective = Effective::new(self.configuration, self.version);
        let text = self.configuration.auth.issuer_client_secret.as_ref().map_or("", |secret| secret.text.as_str());
        let secret = Secret { name: SecretName::IssuerClientSecret, text: text.into() };
        let mut yaml = Writer::default();
        yaml.line(0, "dex:");
        let indent = if self.version <= Version::V2_13 {
            yaml.line(2, "clients:");
            2
        } else {
            yaml.line(2, "config:");
            yaml.line(4, "staticClients:");
            4
        };
        let deeper = indent + 2;
        yaml.text(indent, "- id", &effective.issuer_client_id.text);
        yaml.line(deeper, "name: KKP, shared clusters");
        yaml.text(deeper, "secret", &self.options.secrets.in_document(&secret));
        yaml.line(deeper, "RedirectURIs:");
        for uri in self.redirect_uris() {
            yaml.item(deeper, &uri);
        }
        let note = "a list in values replaces the chart's: keep the clients that are there";
        Rendered { notes: vec![note.to_owned()], secrets: self.in_files([secret]), ..Rendered::document(yaml.finish()) }
    }
}
