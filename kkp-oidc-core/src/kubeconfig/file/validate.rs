//! What client-go's `clientcmd.Validate` says about a file, in its words.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use super::redact::{REDACTED, url};
use super::{FileCluster, FileContext, FileUser, KubeconfigFile};
use crate::go::{GoUrl, quoted};
use crate::rbac::Namespace;

/// Tries to open a file; the error is the one of Go, such as `open ca.pem: no such file or directory`.
pub(super) type Open<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

impl KubeconfigFile {
    /// Every complaint of client-go, in the order contexts, users, clusters, each once.
    pub(super) fn complaints(&self, open: &Open<'_>) -> Vec<String> {
        if self.is_empty() {
            return vec![EMPTY.to_owned()];
        }
        let mut found = Vec::new();
        if !self.current_context.is_empty() && !self.contexts.contains_key(&self.current_context) {
            found.push(format!("context was not found for specified context: {}", self.current_context));
        }
        self.contexts.iter().for_each(|(name, context)| self.context_complaints(name, context, &mut found));
        self.users.iter().for_each(|(name, user)| user_complaints(name, user, open, &mut found));
        self.clusters.iter().for_each(|(name, cluster)| cluster_complaints(name, cluster, open, &mut found));
        let mut seen = BTreeSet::new();
        found.retain(|complaint| seen.insert(complaint.clone()));
        found
    }

    fn is_empty(&self) -> bool {
        let preferences = self.preferences.as_ref();
        self.users.is_empty()
            && self.clusters.is_empty()
            && self.contexts.is_empty()
            && self.current_context.is_empty()
            && self.extensions.is_empty()
            && preferences.is_none_or(|preferences| !preferences.colors && preferences.extensions.is_empty())
    }

    fn context_complaints(&self, name: &str, FileContext { context, .. }: &FileContext, found: &mut Vec<String>) {
        let (context_name, user, cluster) = (quoted(name), quoted(&context.user), quoted(&context.cluster));
        if name.is_empty() {
            let namespace = quoted(&context.namespace);
            found.push(format!(
                "empty context name for api.Context{{LocationOfOrigin:\"\", Cluster:{cluster}, AuthInfo:{user}, \
                 Namespace:{namespace}, Extensions:map[string]runtime.Object(nil)}} is not allowed"
            ));
        }
        if context.user.is_empty() {
            found.push(format!("user was not specified for context {context_name}"));
        } else if !self.users.contains_key(&context.user) {
            found.push(format!("user {user} was not found for context {context_name}"));
        }
        if context.cluster.is_empty() {
            found.push(format!("cluster was not specified for context {context_name}"));
        } else if !self.clusters.contains_key(&context.cluster) {
            found.push(format!("cluster {cluster} was not found for context {context_name}"));
        }
        if !context.namespace.is_empty() && Namespace::from_str(&context.namespace).is_err() {
            let namespace = quoted(&context.namespace);
            found.push(format!(
                "namespace {namespace} for context {context_name} does not conform to the kubernetes DNS_LABEL rules"
            ));
        }
    }
}

/// client-go's word for a file without anything in it.
const EMPTY: &str = "no configuration has been provided, try setting KUBERNETES_MASTER environment variable";

/// The complaints as `clientcmd.Validate` joins them; none if there is none.
pub(super) fn joined(complaints: &[String]) -> Option<String> {
    match complaints {
        [] => None,
        [only] => Some(format!("invalid configuration: {only}")),
        many => Some(format!("invalid configuration: [{}]", many.join(", "))),
    }
}

fn user_complaints(name: &str, user: &FileUser, open: &Open<'_>, found: &mut Vec<String>) {
    let unreadable = |what: &str, path: &str, found: &mut Vec<String>| {
        if let Some(error) = (!path.is_empty()).then(|| open(path).err()).flatten() {
            found.push(format!("unable to read {what} {path} for {name} due to {error}"));
        }
    };
    if !user.client_certificate.is_empty() || !user.client_certificate_data.is_empty() {
        let key_data = user.client_key_data.expose_secret();
        if !user.client_certificate.is_empty() && !user.client_certificate_data.is_empty() {
            found.push(format!(
                "client-cert-data and client-cert are both specified for {name}. client-cert-data will override."
            ));
        }
        if !user.client_key.is_empty() && !key_data.is_empty() {
            found.push(format!(
                "client-key-data and client-key are both specified for {name}; client-key-data will override"
            ));
        }
        if user.client_key.is_empty() && key_data.is_empty() {
            found.push(format!(
                "client-key-data or client-key must be specified for {name} to use the clientCert authentication method."
            ));
        }
        unreadable("client-cert", &user.client_certificate, found);
        unreadable("client-key", &user.client_key, found);
    }
    exec_complaints(name, user, found);
    let basic = !user.username.is_empty() || !user.password.is_empty();
    if basic && !user.token.is_empty() {
        found.push(format!(
            "more than one authentication method found for {name}; found [token basicAuth], only one is allowed"
        ));
    }
    let more = !user.impersonate_uid.is_empty()
        || !user.impersonate_groups.is_empty()
        || !user.impersonate_user_extra.is_empty();
    if more && user.impersonate.is_empty() {
        found.push(format!("requesting uid, groups or user-extra for {name} without impersonating a user"));
    }
}

fn exec_complaints(name: &str, user: &FileUser, found: &mut Vec<String>) {
    let Some(exec) = &user.exec else {
        return;
    };
    let missing = |what: &str| format!("{what} must be specified for {name} to use exec authentication plugin");
    if user.auth_provider.is_some() {
        found.push(format!("authProvider cannot be provided in combination with an exec plugin for {name}"));
    }
    if exec.command.is_empty() {
        found.push(missing("command"));
    }
    if exec.api_version.is_empty() {
        found.push(missing("apiVersion"));
    }
    let nameless = exec.env.iter().flatten().filter(|variable| variable.name.is_empty());
    found.extend(nameless.map(|_| missing("env variable name")));
    match exec.interactive_mode.as_str() {
        "" => found.push(missing("interactiveMode")),
        "Never" | "IfAvailable" | "Always" => {}
        other => found.push(format!("invalid interactiveMode for {name}: {}", quoted(other))),
    }
}

fn cluster_complaints(name: &str, FileCluster { cluster, .. }: &FileCluster, open: &Open<'_>, found: &mut Vec<String>) {
    if cluster.server.is_empty() {
        found.push(match name {
            "" => "default cluster has no server defined".to_owned(),
            _ => format!("no server found for cluster {}", quoted(name)),
        });
    }
    if let Some(fault) = proxy_fault(&cluster.proxy_url) {
        // client-go repeats the URL here; it may hold a password.
        found.push(format!("invalid 'proxy-url' for cluster {}: {fault}", quoted(name)));
    }
    if !cluster.certificate_authority.is_empty() {
        if !cluster.certificate_authority_data.is_empty() {
            found.push(format!(
                "certificate-authority-data and certificate-authority are both specified for {name}. \
                 certificate-authority-data will override."
            ));
        }
        if let Err(error) = open(&cluster.certificate_authority) {
            let path = &cluster.certificate_authority;
            found.push(format!("unable to read certificate-authority {path} for {name} due to {error}"));
        }
    }
}

/// Why client-go refuses the URL of a proxy.
fn proxy_fault(proxy_url: &str) -> Option<String> {
    if proxy_url.is_empty() {
        return None;
    }
    match GoUrl::parse(proxy_url) {
        // client-go repeats the URL behind a colon.
        Err(_) => Some("could not parse".to_owned()),
        Ok(GoUrl { scheme, .. }) => {
            let known = ["http", "https", "socks5"].contains(&scheme.as_str());
            // Of `name:password@host` the name is the scheme.
            let is_user = url(proxy_url).starts_with(REDACTED);
            let scheme = if is_user { REDACTED } else { &scheme };
            (!known).then(|| format!("unsupported scheme {}, must be http, https, or socks5", quoted(scheme)))
        }
    }
}
