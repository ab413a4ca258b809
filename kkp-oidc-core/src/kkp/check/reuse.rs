//! Secrets: each in one place.

use std::collections::HashMap;

use crate::diagnostics::{Code, Finding};
use crate::kkp::{Configuration, Setting};

use super::{Check, secrets::FRESH_KEY};

/// What a secret is for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Purpose<'a> {
    /// It signs cookies.
    Cookies,
    /// It is the secret of the client with this id.
    Client(&'a str),
    /// It signs the tokens of service accounts.
    ServiceAccounts,
}

/// A secret with what it is for and what findings call it.
struct Used<'a> {
    purpose: Purpose<'a>,
    setting: &'a Setting,
    name: String,
}

impl Check<'_> {
    /// Whether a secret of the configuration, of a Seed or of a client of Dex is used for something else as well.
    pub(super) fn reuse(&mut self, configuration: &Configuration) {
        let effective = self.effective(configuration);
        let installation = self.installation;
        let auth = &configuration.auth;
        let path = |name: &str| format!("`{}.{name}`", configuration.dialect.auth_path());
        let client = Purpose::Client(&effective.issuer_client_id.text);
        let mut all = vec![
            (client, &auth.issuer_client_secret, path("issuerClientSecret")),
            (Purpose::Cookies, &auth.issuer_cookie_key, path("issuerCookieKey")),
            (Purpose::ServiceAccounts, &auth.service_account_key, path("serviceAccountKey")),
        ];
        for seed in &installation.seeds {
            let Some(provider) = &seed.provider else { continue };
            let id = provider.issuer_client_id.as_ref().map_or("", |id| id.text.as_str());
            let name = |field: &str| format!("`{field}` of Seed `{}`", self.shown(&seed.name));
            all.push((Purpose::Client(id), &provider.issuer_client_secret, name("issuerClientSecret")));
            all.push((Purpose::Cookies, &provider.cookie_hash_key, name("cookieHashKey")));
        }
        let dex_clients = || installation.dex.iter().filter_map(|dex| dex.clients.as_ref()).flatten();
        let has_our_client =
            dex_clients().any(|one| one.id.as_ref().is_some_and(|id| id.text == effective.issuer_client_id.text));
        // That our client is missing is a finding of its own; one with its secret is probably meant to be it.
        for one in dex_clients().filter(|_| has_our_client) {
            let id = one.id.as_ref().map_or("", |id| id.text.as_str());
            all.push((Purpose::Client(id), &one.secret, format!("the secret of Dex's client `{}`", self.shown(id))));
        }
        let mut first: HashMap<&str, Used<'_>> = HashMap::new();
        for (purpose, setting, name) in all {
            let Some(setting) = setting.as_ref().filter(|one| !one.is_empty()) else { continue };
            let used = Used { purpose, setting, name };
            match first.get(setting.text.as_str()) {
                Some(other) if other.purpose == used.purpose && matches!(purpose, Purpose::Client(_)) => {}
                Some(other) => self.used_twice(other, &used),
                None => drop(first.insert(&setting.text, used)),
            }
        }
    }

    fn used_twice(&mut self, first: &Used<'_>, second: &Used<'_>) {
        let (key, other) = if first.purpose == Purpose::Cookies { (first, second) } else { (second, first) };
        let place = key.setting.place;
        let finding = if key.purpose == Purpose::Cookies && matches!(other.purpose, Purpose::Client(_)) {
            let message = format!("{} is a client secret", key.name);
            Finding::new(Code::CookieKeyIsClientSecret, place, message, FRESH_KEY)
                .with_related(other.setting.place, "the client secret, which every shared kubeconfig has")
        } else {
            let message = format!("{} is the same as {}", key.name, other.name);
            Finding::new(Code::SecretReused, place, message, FRESH_KEY)
                .with_related(other.setting.place, "used here, too")
        };
        self.found(finding);
    }
}
