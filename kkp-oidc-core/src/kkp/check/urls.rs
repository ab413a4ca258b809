//! Issuer and redirect URI.

use url::Url;

use crate::diagnostics::{Code, Finding};
use crate::issuer::RedirectUri;
use crate::kkp::{Configuration, Setting};

use super::Check;

impl Check<'_> {
    pub(super) fn urls(&mut self, configuration: &Configuration) {
        let auth = &configuration.auth;
        let path = |name: &str| format!("{}.{name}", configuration.dialect.auth_path());
        let filled = |setting: &Option<Setting>| setting.clone().filter(|one| !one.is_empty());
        if let Some(issuer) = filled(&auth.token_issuer) {
            self.issuer(&issuer, &path("tokenIssuer"));
        }
        if let Some(redirect) = filled(&auth.issuer_redirect_url) {
            self.redirect(configuration, &redirect, &path("issuerRedirectURL"));
        }
        if let Some(skip) = &auth.skip_token_issuer_tls_verify
            && skip.bool == Some(true)
        {
            self.skips_tls_verify(skip, &path("skipTokenIssuerTLSVerify"));
        }
    }

    pub(super) fn skips_tls_verify(&mut self, skip: &Setting, path: &str) {
        let message = format!("`{path}` is on: anybody in between can pose as the provider");
        let help = "set it to false, and put the provider's CA into the CA bundle: `kkp-oidc ca bundle`";
        self.at(Code::SkipTlsVerify, skip.place, message, help);
    }

    /// An issuer, called `path`.
    pub(super) fn issuer(&mut self, issuer: &Setting, path: &str) {
        let place = issuer.place;
        let url = match Url::parse(&issuer.text) {
            Ok(url) if is_whole(&url, &issuer.text) => url,
            _ => {
                let message = format!("`{path}` is no absolute URL");
                self.at(Code::IssuerUnreadable, place, message, "write it as in https://kkp.example.com/dex");
                return;
            }
        };
        if url.scheme() != "https" {
            let message = format!("`{path}` begins with `{}`, expected `https`", url.scheme());
            self.at(
                Code::IssuerNotHttps,
                place,
                message,
                "serve the provider over https, and name it so in its own configuration",
            );
        }
        let has = [
            (!url.username().is_empty() || url.password().is_some(), "user info"),
            (url.query().is_some(), "a query"),
            (url.fragment().is_some(), "a fragment"),
        ];
        let parts: Vec<&str> = has.into_iter().filter_map(|(has, what)| has.then_some(what)).collect();
        if !parts.is_empty() {
            let message = format!("`{path}` has {}", parts.join(" and "));
            self.at(Code::IssuerHasParts, place, message, "leave scheme, host, port and path, nothing more");
        } else if issuer.text.ends_with('/') && url.path() != "/" && !self.is_of_dex(&issuer.text) {
            let message = format!("`{path}` ends in a slash, which few issuers do");
            let help = "compare it with `issuer` in the provider's discovery document, byte for byte";
            self.at(Code::IssuerTrailingSlash, place, message, help);
        }
    }

    /// Whether Dex calls itself exactly so.
    fn is_of_dex(&self, issuer: &str) -> bool {
        self.installation.dex.iter().filter_map(|dex| dex.issuer.as_ref()).any(|one| one.text == issuer)
    }

    fn redirect(&mut self, configuration: &Configuration, redirect: &Setting, path: &str) {
        let place = redirect.place;
        let domain = configuration.domain.as_ref().filter(|domain| !domain.is_empty());
        let example = format!(
            "write https://{}{}",
            domain.map_or_else(|| "DOMAIN".to_owned(), |domain| self.shown(&domain.text)),
            RedirectUri::PATH
        );
        let url = match Url::parse(&redirect.text) {
            Ok(url) if is_whole(&url, &redirect.text) => url,
            _ => {
                self.at(Code::RedirectUnreadable, place, format!("`{path}` is no absolute URL"), example);
                return;
            }
        };
        let is_loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !is_loopback {
            let message = format!("`{path}` begins with `{}`, expected `https`", url.scheme());
            self.at(Code::RedirectNotHttps, place, message, example.clone());
        }
        if url.path() != RedirectUri::PATH || url.query().is_some() || url.fragment().is_some() {
            let message = format!("`{path}` does not end in {}", RedirectUri::PATH);
            self.at(Code::RedirectPath, place, message, example.clone());
        }
        if let Some(domain) = domain {
            let host = url.host_str().unwrap_or_default();
            let expected = domain.text.split(':').next().unwrap_or_default();
            if !host.eq_ignore_ascii_case(expected) {
                let message = format!("`{path}` is on another host than the dashboard");
                let finding = Finding::new(Code::RedirectHost, place, message, example);
                self.found(finding.with_related(domain.place, "the dashboard's host"));
            }
        }
    }
}

/// Whether a text is written as `scheme://host…`: the parser takes other spellings as well, and leaves out blanks.
fn is_whole(url: &Url, text: &str) -> bool {
    let rest = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
    let is_text = |character: char| !character.is_whitespace() && !character.is_control() && character != '\\';
    url.has_host() && rest.is_some_and(|rest| !rest.starts_with('/')) && text.chars().all(is_text)
}
