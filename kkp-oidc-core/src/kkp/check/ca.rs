//! The CA bundle.

use std::collections::BTreeSet;

use crate::ca_bundle::{Assembled, Assembler, Fault, Order, Policy, Severity, from_base64};
use crate::ca_check::{self, Client, Outcome, ServerName};
use crate::diagnostics::{Code, Place};
use crate::kkp::{Configuration, Dialect, Setting};

use super::Check;

impl Check<'_> {
    pub(super) fn ca(&mut self, configuration: &Configuration) {
        let of_chart = configuration.dialect == Dialect::Values;
        if let Some(setting) = configuration.auth.ca_bundle.as_ref().filter(|one| of_chart && !one.is_empty()) {
            self.chart_ca(configuration, setting);
        }
    }

    /// The bundles of ConfigMaps and Secrets.
    pub(super) fn ca_bundles(&mut self) {
        let installation = self.installation;
        for bundle in &installation.ca_bundles {
            if self.is_full() {
                return;
            }
            self.pem(installation.configuration(), bundle.text.as_bytes(), bundle.place);
        }
    }

    /// `caBundle` of values.yaml: base64 of PEM.
    fn chart_ca(&mut self, configuration: &Configuration, setting: &Setting) {
        let help = "`kkp-oidc ca bundle FILE… --format values` writes it as the chart needs it";
        match from_base64(&setting.text) {
            Some(pem) => self.pem(Some(configuration), &pem, setting.place),
            None if setting.text.contains("-----BEGIN ") => {
                let message = "`caBundle` is PEM, the chart needs base64 of the PEM".to_owned();
                self.at(Code::CaNotBase64, setting.place, message, help);
                self.pem(Some(configuration), setting.text.as_bytes(), setting.place);
            }
            None => {
                let what = if setting.text.contains('/') { "; it is no name of a file either" } else { "" };
                let message = format!("`caBundle` is not base64{what}");
                self.at(Code::CaNotBase64, setting.place, message, help);
            }
        }
    }

    fn pem(&mut self, configuration: Option<&Configuration>, pem: &[u8], place: Place) {
        let mut assembler = Assembler::new(Policy::new(self.options.now));
        assembler.add("the bundle", pem);
        let assembled = assembler.finish(Order::Input);
        self.certificates(&assembled, place);
        // Go reads nothing but PEM, the assembler more.
        let is_pem = memchr::memmem::find(pem, b"-----BEGIN ").is_some();
        if !is_pem || assembled.is_empty() && assembled.findings().iter().all(|one| one.fault == Fault::NoCertificates)
        {
            let message = "the CA bundle has no certificate".to_owned();
            let help = "`kkp-oidc ca bundle` makes one of the provider's root certificate";
            self.at(Code::CaNotPem, place, message, help);
        }
        if let Some(configuration) = configuration {
            self.leads_to_provider(configuration, pem, place);
        }
    }

    fn certificates(&mut self, assembled: &Assembled, place: Place) {
        let mut said = BTreeSet::new();
        for finding in assembled.findings() {
            if self.is_full() {
                return;
            }
            if finding.fault == Fault::PrivateKey {
                if said.insert("key".to_owned()) {
                    let message = format!("line {} of the CA bundle begins a private key", finding.place.line);
                    let help = "take it out, and replace the key; `kkp-oidc ca bundle` refuses bundles with keys";
                    self.at(Code::CaPrivateKey, place, message, help);
                }
            } else if finding.fault.severity() >= Severity::Refused && finding.fault != Fault::NoCertificates {
                let name = finding.certificate.as_ref().map_or_else(
                    || format!("section {}", finding.place.section),
                    |certificate| format!("`{}`", certificate.subject),
                );
                let message = format!("in the CA bundle, {name}: {}", finding.fault);
                if said.insert(message.clone()) {
                    let help = "leave it out: `kkp-oidc ca bundle` makes a bundle of what is good, and says why";
                    self.at(Code::CaCertificate, place, message, help);
                }
            }
        }
    }

    /// Go's verdict on the provider, if it is known what the provider shows.
    fn leads_to_provider(&mut self, configuration: &Configuration, pem: &[u8], place: Place) {
        let chain = &self.options.issuer_chain;
        if chain.is_empty() {
            return;
        }
        let all = Assembled::unjudged("the bundle", pem);
        let bundle: Vec<Vec<u8>> = all.certificates().map(|one| one.der().to_vec()).collect();
        let issuer = self.effective(configuration).token_issuer.text;
        let host = url::Url::parse(&issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
        let name: Option<ServerName> = host.and_then(|host| host.trim_matches(['[', ']']).parse().ok());
        let verdicts = ca_check::check(&bundle, chain, name.as_ref(), self.options.now);
        let go = verdicts.into_iter().find(|verdict| verdict.client == Client::Go);
        if let Some(Outcome::Refused { reason, remedy, .. }) = go.map(|verdict| verdict.outcome) {
            let message = format!("with this CA bundle, the provider is refused: {reason}");
            let help = remedy.map_or_else(
                || "`kkp-oidc ca check` says what each client makes of it".to_owned(),
                |remedy| remedy.to_string(),
            );
            self.at(Code::CaIssuerNotTrusted, place, message, help);
        }
    }
}
