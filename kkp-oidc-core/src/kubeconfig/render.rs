//! The file itself: which keys stand where, with which indentation.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::detour::{self, Refused};
use super::key_order;
use super::scalar::{start_line, write_key, write_value};
use super::{AuthProviderConfig, Cluster, Context, ExecConfig, Kubeconfig, Preferences, RenderKubeconfigError, User};
use crate::secret::SecretString;

/// Room for keys, indentation and line ends of one entry, in bytes. A file that needs more is moved once.
const ENTRY_OVERHEAD: usize = 640;

/// Renders the whole file.
pub(super) fn render(kubeconfig: &Kubeconfig, preferences: Preferences) -> Result<SecretString, RenderKubeconfigError> {
    let mut writer = Writer { out: String::with_capacity(estimate(kubeconfig)) };
    writer.out.push_str("apiVersion: v1\n");
    writer.list("clusters", kubeconfig.clusters.iter(), Writer::cluster)?;
    writer.list("contexts", kubeconfig.contexts.iter(), Writer::context)?;
    writer.value(0, "current-context", &kubeconfig.current_context)?;
    writer.line(0, "kind: Config");
    if preferences == Preferences::EmptyMap {
        writer.line(0, "preferences: {}");
    }
    writer.list("users", kubeconfig.users.iter(), Writer::user)?;
    start_line(&mut writer.out, 0);
    Ok(writer.out.into())
}

/// An upper bound of the file's size, in bytes, as long as nothing is escaped.
fn estimate(kubeconfig: &Kubeconfig) -> usize {
    let base64 = |bytes: &[u8]| bytes.len().saturating_mul(4).div_ceil(3).saturating_add(4);
    let clusters = kubeconfig.clusters.iter().map(|(name, cluster)| {
        let texts =
            [name, &cluster.server, &cluster.certificate_authority, &cluster.tls_server_name, &cluster.proxy_url];
        texts.map(String::len).iter().sum::<usize>() + base64(&cluster.certificate_authority_data)
    });
    let contexts = kubeconfig.contexts.iter().map(|(name, context)| {
        [name, &context.cluster, &context.user, &context.namespace].map(String::len).iter().sum::<usize>()
    });
    let users = kubeconfig.users.iter().map(|(name, user)| {
        let len = |secret: &SecretString| secret.expose_secret().len() + 12;
        name.len()
            + match user {
                User::Empty => 0,
                User::AuthProvider(provider) => provider.config.iter().map(|(key, value)| key.len() + len(value)).sum(),
                User::Exec(exec) => {
                    exec.args.iter().map(len).sum::<usize>()
                        + exec.env.iter().map(|variable| 40 + variable.name.len() + len(&variable.value)).sum::<usize>()
                        + [&exec.api_version, &exec.command, &exec.install_hint].map(String::len).iter().sum::<usize>()
                }
                User::Token(token) => len(token),
                User::ClientCertificate { certificate_data, key_data } => {
                    base64(certificate_data) + base64(key_data.expose_secret())
                }
                User::Basic { username, password } => username.len() + len(password),
            }
    });
    let sizes = clusters.chain(contexts).chain(users);
    sizes.fold(ENTRY_OVERHEAD + kubeconfig.current_context.len(), |sum, size| {
        sum.saturating_add(size).saturating_add(ENTRY_OVERHEAD / 2)
    })
}

struct Writer {
    out: String,
}

type Written<T = ()> = Result<T, RenderKubeconfigError>;

impl Writer {
    fn line(&mut self, indent: usize, text: &str) {
        start_line(&mut self.out, indent);
        self.out.push_str(text);
    }

    /// `key: text`, where `text` is the caller's.
    fn scalar(&mut self, indent: usize, key: &str, text: &str) -> Result<(), Refused> {
        let text = detour::value(text)?;
        self.line(indent, key);
        self.out.push(':');
        write_value(&mut self.out, &text, indent.saturating_add(2));
        Ok(())
    }

    /// `- key: text`, the first line of a list item.
    fn first_scalar(&mut self, indent: usize, key: &str, text: &str) -> Result<(), Refused> {
        let text = detour::value(text)?;
        self.line(indent, "- ");
        self.out.push_str(key);
        self.out.push(':');
        write_value(&mut self.out, &text, indent.saturating_add(4));
        Ok(())
    }

    fn value(&mut self, indent: usize, key: &'static str, text: &str) -> Written {
        self.scalar(indent, key, text).map_err(|refused| refused_at(key.to_owned(), refused))
    }

    fn base64(&mut self, indent: usize, key: &str, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.line(indent, key);
            self.out.push_str(": ");
            STANDARD.encode_string(bytes, &mut self.out);
        }
    }

    /// One of the three lists of named entries. `item` writes an entry's own section, which all three name alike.
    fn list<'a, T: 'a>(
        &mut self,
        key: &'static str,
        entries: impl ExactSizeIterator<Item = (&'a String, &'a T)>,
        item: impl Fn(&mut Self, &str, &'a T) -> Result<(), (String, Refused)>,
    ) -> Written {
        if entries.len() == 0 {
            self.line(0, key);
            self.out.push_str(": null");
            return Ok(());
        }
        self.line(0, key);
        self.out.push(':');
        for (index, (name, entry)) in entries.enumerate() {
            item(self, name, entry).map_err(|(path, refused)| refused_at(format!("{key}[{index}].{path}"), refused))?;
        }
        Ok(())
    }

    fn cluster(&mut self, name: &str, cluster: &Cluster) -> Result<(), (String, Refused)> {
        let in_cluster = |key: &'static str| move |refused| (format!("cluster.{key}"), refused);
        self.line(0, "- cluster:");
        self.non_empty(4, "certificate-authority", &cluster.certificate_authority)
            .map_err(in_cluster("certificate-authority"))?;
        self.base64(4, "certificate-authority-data", &cluster.certificate_authority_data);
        if cluster.disable_compression {
            self.line(4, "disable-compression: true");
        }
        if cluster.insecure_skip_tls_verify {
            self.line(4, "insecure-skip-tls-verify: true");
        }
        self.non_empty(4, "proxy-url", &cluster.proxy_url).map_err(in_cluster("proxy-url"))?;
        self.scalar(4, "server", &cluster.server).map_err(in_cluster("server"))?;
        self.non_empty(4, "tls-server-name", &cluster.tls_server_name).map_err(in_cluster("tls-server-name"))?;
        self.name(name)
    }

    fn context(&mut self, name: &str, context: &Context) -> Result<(), (String, Refused)> {
        let in_context = |key: &'static str| move |refused| (format!("context.{key}"), refused);
        self.line(0, "- context:");
        self.scalar(4, "cluster", &context.cluster).map_err(in_context("cluster"))?;
        self.non_empty(4, "namespace", &context.namespace).map_err(in_context("namespace"))?;
        self.scalar(4, "user", &context.user).map_err(in_context("user"))?;
        self.name(name)
    }

    fn user(&mut self, name: &str, user: &User) -> Result<(), (String, Refused)> {
        let in_user = |key: &'static str| move |refused| (format!("user.{key}"), refused);
        self.first_scalar(0, "name", name).map_err(|refused| ("name".to_owned(), refused))?;
        let before = self.out.len();
        self.line(2, "user:");
        let header = self.out.len();
        match user {
            User::Empty => {}
            User::AuthProvider(provider) => self.auth_provider(provider)?,
            User::Exec(exec) => self.exec(exec)?,
            User::Token(token) => self.non_empty(4, "token", token.expose_secret()).map_err(in_user("token"))?,
            User::ClientCertificate { certificate_data, key_data } => {
                self.base64(4, "client-certificate-data", certificate_data);
                self.base64(4, "client-key-data", key_data.expose_secret());
            }
            User::Basic { username, password } => {
                self.non_empty(4, "password", password.expose_secret()).map_err(in_user("password"))?;
                self.non_empty(4, "username", username).map_err(in_user("username"))?;
            }
        }
        if self.out.len() == header {
            self.out.truncate(before);
            self.line(2, "user: {}");
        }
        Ok(())
    }

    fn auth_provider(&mut self, provider: &AuthProviderConfig) -> Result<(), (String, Refused)> {
        self.line(4, "auth-provider:");
        if provider.config.is_empty() {
            self.line(6, "config: {}");
        } else {
            self.line(6, "config:");
        }
        if provider.config.keys().is_sorted_by(|left, right| key_order::compare(left, right).is_lt()) {
            provider.config.iter().try_for_each(|(key, value)| self.config_entry(key, value))?;
        } else {
            in_key_order(&provider.config).into_iter().try_for_each(|(key, value)| self.config_entry(key, value))?;
        }
        self.line(6, "name: oidc");
        Ok(())
    }

    fn config_entry(&mut self, key: &str, value: &SecretString) -> Result<(), (String, Refused)> {
        let in_config = |refused| (format!("user.auth-provider.config[{}]", Name(key)), refused);
        let key = detour::key(key).map_err(in_config)?;
        let value = detour::value(value.expose_secret()).map_err(in_config)?;
        start_line(&mut self.out, 8);
        write_key(&mut self.out, key, 8);
        write_value(&mut self.out, &value, 10);
        Ok(())
    }

    fn exec(&mut self, exec: &ExecConfig) -> Result<(), (String, Refused)> {
        let in_exec = |key: &'static str| move |refused| (format!("user.exec.{key}"), refused);
        self.line(4, "exec:");
        self.non_empty(6, "apiVersion", &exec.api_version).map_err(in_exec("apiVersion"))?;
        self.line(6, if exec.args.is_empty() { "args: null" } else { "args:" });
        for (index, arg) in exec.args.iter().enumerate() {
            let text =
                detour::value(arg.expose_secret()).map_err(|refused| (format!("user.exec.args[{index}]"), refused))?;
            self.line(6, "-");
            write_value(&mut self.out, &text, 8);
        }
        self.scalar(6, "command", &exec.command).map_err(in_exec("command"))?;
        self.line(6, if exec.env.is_empty() { "env: null" } else { "env:" });
        for (index, variable) in exec.env.iter().enumerate() {
            self.first_scalar(6, "name", &variable.name)
                .map_err(|refused| (format!("user.exec.env[{index}].name"), refused))?;
            self.scalar(8, "value", variable.value.expose_secret())
                .map_err(|refused| (format!("user.exec.env[{index}].value"), refused))?;
        }
        self.non_empty(6, "installHint", &exec.install_hint).map_err(in_exec("installHint"))?;
        if let Some(mode) = exec.interactive_mode {
            self.line(6, "interactiveMode: ");
            self.out.push_str(mode.as_str());
        }
        self.line(6, "provideClusterInfo: ");
        self.out.push_str(if exec.provide_cluster_info { "true" } else { "false" });
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<(), (String, Refused)> {
        self.scalar(2, "name", name).map_err(|refused| ("name".to_owned(), refused))
    }

    fn non_empty(&mut self, indent: usize, key: &str, text: &str) -> Result<(), Refused> {
        if text.is_empty() { Ok(()) } else { self.scalar(indent, key, text) }
    }
}

/// The entries in the order of go-yaml.
///
/// That order has cycles once a number in a key overflows. `sort_by` may panic then; inserting one by one cannot.
fn in_key_order(config: &BTreeMap<String, SecretString>) -> Vec<(&String, &SecretString)> {
    let mut entries: Vec<(&String, &SecretString)> = Vec::with_capacity(config.len());
    for entry in config {
        let at = entries.partition_point(|(key, _)| key_order::compare(key, entry.0).is_lt());
        entries.insert(at, entry);
    }
    entries
}

/// A map key in an error: as it is if it is a short plain word, else only its length.
pub(super) struct Name<'a>(pub(super) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if self.0.len() <= 64 && self.0.bytes().all(plain) {
            f.write_str(self.0)
        } else {
            write!(f, "a key of {} bytes", self.0.len())
        }
    }
}

pub(super) fn refused_at(path: String, refused: Refused) -> RenderKubeconfigError {
    match refused {
        Refused::Character(character) => RenderKubeconfigError::Character { path, code_point: character.into() },
        Refused::DocumentMarker => RenderKubeconfigError::DocumentMarker { path },
        Refused::KeyTooLong { chars } => RenderKubeconfigError::KeyTooLong { path, chars },
    }
}
