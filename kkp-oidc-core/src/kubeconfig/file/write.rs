//! The file as client-go's `clientcmd.Write` writes it: which keys are there at all.

use super::super::RenderKubeconfigError;
use super::value::Value;
use super::{Extensions, FileAuthProvider, FileCluster, FileContext, FileExec, FilePreferences, FileUser};
use super::{KubeconfigFile, emit};
use crate::secret::SecretString;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

impl KubeconfigFile {
    /// Renders the file, byte for byte as client-go's `clientcmd.Write` does, but for `preferences`, which is written
    /// if it is there: client-go up to 0.33 always writes it, later ones do not write the empty one.
    ///
    /// # Errors
    ///
    /// What client-go refuses to write is refused here too, see [`Kubeconfig::to_yaml`](super::super::Kubeconfig).
    pub fn to_yaml(&self) -> Result<SecretString, RenderKubeconfigError> {
        let mut map = Fields::default();
        map.always("apiVersion", "v1".into());
        map.always(
            "clusters",
            list(self.clusters.iter().map(|(name, cluster)| named(name, "cluster", cluster.fields()))),
        );
        map.always(
            "contexts",
            list(self.contexts.iter().map(|(name, context)| named(name, "context", context.fields()))),
        );
        map.always("current-context", self.current_context.as_str().into());
        map.extensions(&self.extensions);
        map.always("kind", "Config".into());
        if let Some(preferences) = &self.preferences {
            map.always("preferences", preferences.fields().value());
        }
        map.always("users", list(self.users.iter().map(|(name, user)| named(name, "user", user.fields()))));
        emit::document(&map.0).map(Into::into)
    }
}

impl FileCluster {
    /// What is in the file about it, to compare two of them.
    pub(super) fn content(&self) -> Result<SecretString, RenderKubeconfigError> {
        emit::document(&self.fields().0).map(Into::into)
    }

    fn fields(&self) -> Fields {
        let mut map = Fields::default();
        map.always("server", self.cluster.server.as_str().into());
        map.text("tls-server-name", &self.cluster.tls_server_name);
        map.flag("insecure-skip-tls-verify", self.cluster.insecure_skip_tls_verify);
        map.text("certificate-authority", &self.cluster.certificate_authority);
        map.text("certificate-authority-data", &STANDARD.encode(&self.cluster.certificate_authority_data));
        map.text("proxy-url", &self.cluster.proxy_url);
        map.flag("disable-compression", self.cluster.disable_compression);
        map.extensions(&self.extensions);
        map
    }
}

impl FileContext {
    /// What is in the file about it, to compare two of them.
    pub(super) fn content(&self) -> Result<SecretString, RenderKubeconfigError> {
        emit::document(&self.fields().0).map(Into::into)
    }

    fn fields(&self) -> Fields {
        let mut map = Fields::default();
        map.always("cluster", self.context.cluster.as_str().into());
        map.always("user", self.context.user.as_str().into());
        map.text("namespace", &self.context.namespace);
        map.extensions(&self.extensions);
        map
    }
}

impl FilePreferences {
    fn fields(&self) -> Fields {
        let mut map = Fields::default();
        map.flag("colors", self.colors);
        map.extensions(&self.extensions);
        map
    }
}

impl FileUser {
    /// What is in the file about it, to compare two of them.
    pub(super) fn content(&self) -> Result<SecretString, RenderKubeconfigError> {
        emit::document(&self.fields().0).map(Into::into)
    }

    fn fields(&self) -> Fields {
        let mut map = Fields::default();
        map.text("client-certificate", &self.client_certificate);
        map.text("client-certificate-data", &STANDARD.encode(&self.client_certificate_data));
        map.text("client-key", &self.client_key);
        map.text("client-key-data", &STANDARD.encode(self.client_key_data.expose_secret()));
        map.text("token", self.token.expose_secret());
        map.text("tokenFile", &self.token_file);
        map.text("as", &self.impersonate);
        map.text("as-uid", &self.impersonate_uid);
        if !self.impersonate_groups.is_empty() {
            map.always("as-groups", texts(&self.impersonate_groups));
        }
        if !self.impersonate_user_extra.is_empty() {
            let extra = self.impersonate_user_extra.iter();
            let extra = extra.map(|(key, values)| (key.clone(), values.as_deref().map_or(Value::Null, texts)));
            map.always("as-user-extra", Value::Map(extra.collect()));
        }
        map.text("username", &self.username);
        map.text("password", self.password.expose_secret());
        if let Some(provider) = &self.auth_provider {
            map.always("auth-provider", provider.fields().value());
        }
        if let Some(exec) = &self.exec {
            map.always("exec", exec.fields().value());
        }
        map.extensions(&self.extensions);
        map
    }
}

impl FileAuthProvider {
    fn fields(&self) -> Fields {
        let mut map = Fields::default();
        map.always("name", self.name.as_str().into());
        let config = self.config.as_ref().map(|config| {
            Value::Map(config.iter().map(|(key, value)| (key.clone(), value.expose_secret().into())).collect())
        });
        map.always("config", config.unwrap_or(Value::Null));
        map
    }
}

impl FileExec {
    fn fields(&self) -> Fields {
        let mut map = Fields::default();
        map.text("apiVersion", &self.api_version);
        map.always("command", self.command.as_str().into());
        let args = self.args.as_ref().map(|args| args.iter().map(|arg| arg.expose_secret().into()).collect());
        map.always("args", args.map_or(Value::Null, Value::List));
        let env = self.env.as_ref().map(|env| {
            let variable = |name: &str, value: &SecretString| {
                Value::Map(vec![("name".to_owned(), name.into()), ("value".to_owned(), value.expose_secret().into())])
            };
            env.iter().map(|each| variable(&each.name, &each.value)).collect()
        });
        map.always("env", env.map_or(Value::Null, Value::List));
        map.text("installHint", &self.install_hint);
        map.text("interactiveMode", &self.interactive_mode);
        map.always("provideClusterInfo", Value::Bool(self.provide_cluster_info));
        map
    }
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.collect();
    if items.is_empty() { Value::Null } else { Value::List(items) }
}

fn texts(texts: &[String]) -> Value {
    Value::List(texts.iter().map(|text| text.as_str().into()).collect())
}

fn named(name: &str, key: &str, fields: Fields) -> Value {
    Value::Map(vec![("name".to_owned(), name.into()), (key.to_owned(), fields.value())])
}

/// The fields of one section.
#[derive(Default)]
struct Fields(Vec<(String, Value)>);

impl Fields {
    fn always(&mut self, key: &str, value: Value) {
        self.0.push((key.to_owned(), value));
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.always(key, text.into());
        }
    }

    fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.always(key, Value::Bool(true));
        }
    }

    fn extensions(&mut self, extensions: &Extensions) {
        if !extensions.is_empty() {
            let entry = |name: &str, value: &Value| {
                Value::Map(vec![("name".to_owned(), name.into()), ("extension".to_owned(), value.clone())])
            };
            let entries = extensions.iter().map(|(name, extension)| entry(name, &extension.0));
            self.always("extensions", Value::List(entries.collect()));
        }
    }

    fn value(self) -> Value {
        Value::Map(self.0)
    }
}
