//! Kubeconfigs, written byte for byte as client-go's `clientcmd.Write` writes them.
//!
//! The words are client-go's, only `AuthInfo` is called [`User`], as in the file. Nothing here reads or writes files.
//!
//! ```
//! use kkp_oidc_core::kubeconfig::{Cluster, Kubeconfig, Preferences, User};
//!
//! let cluster = Cluster::new("https://abc.example.com:30001");
//! let user = User::Token("t0ken".into());
//! let kubeconfig = Kubeconfig::for_cluster("abc", cluster, "bob@example.com", user);
//! let yaml = kubeconfig.to_yaml(Preferences::Omit)?;
//! assert!(yaml.expose_secret().ends_with("- name: bob@example.com\n  user:\n    token: t0ken\n"));
//! # Ok::<(), kkp_oidc_core::kubeconfig::RenderKubeconfigError>(())
//! ```

mod admin;
mod detour;
pub mod file;
mod key_order;
mod letters;
pub(crate) mod plain;
mod render;
mod resolve;
pub(crate) mod scalar;
mod timestamp;
mod user;

use std::collections::BTreeMap;
use std::fmt;

pub use admin::{
    AdminCluster, AdminKubeconfig, CertificateAuthority, FindAdminClusterError, ParseAdminKubeconfigError,
};
pub use file::KubeconfigFile;
pub use user::{
    AuthProviderConfig, ExecConfig, ExecEnvVar, InteractiveMode, Kubelogin, OidcAuthProvider, PublicKubelogin, User,
};

use crate::secret::SecretString;
pub use crate::server_address::{ParseServerAddressError, ServerAddress};

/// A kubeconfig: clusters, users, and contexts that bring one of each together.
///
/// Names are unique within each list, as in client-go, and the file lists them by their bytes. Names that a context
/// refers to need not exist.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Kubeconfig {
    /// The clusters by name.
    pub clusters: BTreeMap<String, Cluster>,
    /// The contexts by name.
    pub contexts: BTreeMap<String, Context>,
    /// The name of the context that kubectl uses when it is told none.
    pub current_context: String,
    /// The users by name.
    pub users: BTreeMap<String, User>,
}

impl Kubeconfig {
    /// The file for one user of one cluster. KKP: cluster, context and current context are named after the cluster
    /// id, the user after its lower-cased e-mail address, which the caller passes (spec 6.1).
    #[must_use]
    pub fn for_cluster(cluster_id: &str, cluster: Cluster, user_name: &str, user: User) -> Self {
        let context = Context { cluster: cluster_id.to_owned(), user: user_name.to_owned(), namespace: String::new() };
        Self {
            clusters: BTreeMap::from([(cluster_id.to_owned(), cluster)]),
            contexts: BTreeMap::from([(cluster_id.to_owned(), context)]),
            current_context: cluster_id.to_owned(),
            users: BTreeMap::from([(user_name.to_owned(), user)]),
        }
    }

    /// Renders the file, byte for byte as client-go's `clientcmd.Write` does.
    ///
    /// The text ends with a line feed. A next-line character (U+0085) inside a value becomes a space or a line feed,
    /// as in client-go, which reads it as a line break on the way.
    ///
    /// # Errors
    ///
    /// What client-go refuses to write is refused here too; the first such field in the order of the file is named.
    ///
    /// - [`RenderKubeconfigError::Character`] if a text has a character that YAML cannot carry there.
    /// - [`RenderKubeconfigError::DocumentMarker`] if a text would end the YAML document.
    /// - [`RenderKubeconfigError::KeyTooLong`] if a key of an auth provider's configuration is too long.
    pub fn to_yaml(&self, preferences: Preferences) -> Result<SecretString, RenderKubeconfigError> {
        render::render(self, preferences)
    }
}

impl fmt::Debug for Kubeconfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Kubeconfig({} clusters, {} contexts, {} users)",
            self.clusters.len(),
            self.contexts.len(),
            self.users.len()
        )
    }
}

/// How to reach a cluster. What is empty or false is left out of the file, except `server`.
#[derive(Clone, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Cluster {
    /// The URL of the API server.
    pub server: String,
    /// The certificates that the server's is checked against, as PEM.
    pub certificate_authority_data: Vec<u8>,
    /// The path of a file with such certificates.
    pub certificate_authority: String,
    /// Whether kubectl trusts any server. Unsafe to switch on.
    pub insecure_skip_tls_verify: bool,
    /// The name that the server's certificate must have, if it is not the host of `server`.
    pub tls_server_name: String,
    /// The URL of a proxy. It may hold a password.
    pub proxy_url: String,
    /// Whether kubectl does without compressed answers.
    pub disable_compression: bool,
}

impl Cluster {
    /// A cluster of which nothing is known but the URL of its API server.
    #[must_use]
    pub fn new(server: impl Into<String>) -> Self {
        Self { server: server.into(), ..Self::default() }
    }

    /// The same cluster with these certificates to check the server's against, as PEM.
    #[must_use]
    pub fn with_certificate_authority_data(self, certificate_authority_data: Vec<u8>) -> Self {
        Self { certificate_authority_data, ..self }
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").finish_non_exhaustive()
    }
}

/// A cluster and a user of it, by their names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever makes a context names every field")]
pub struct Context {
    /// The name of the cluster.
    pub cluster: String,
    /// The name of the user.
    pub user: String,
    /// The namespace that kubectl uses when it is told none; left out when empty.
    pub namespace: String,
}

/// Whether the file has the line `preferences: {}`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Preferences {
    /// No such line, as client-go 0.34 and later write (KKP 2.30 and later).
    #[default]
    Omit,
    /// The line, as client-go up to 0.33 writes (KKP up to 2.29).
    EmptyMap,
}

/// Why a kubeconfig cannot be written. Names the field, never its value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderKubeconfigError {
    /// A character that YAML cannot carry there.
    #[error("`{path}` has the character U+{code_point:04X}, which a kubeconfig cannot hold there")]
    Character {
        /// Where, such as `users[0].user.exec.args[2]`.
        path: String,
        /// Which, as a Unicode code point.
        code_point: u32,
    },
    /// A line `---` or `...` after a next-line character (U+0085).
    #[error("`{path}` has a line that starts with `---` or `...`, which would end the YAML document")]
    DocumentMarker {
        /// Where, such as `users[0].user.token`.
        path: String,
    },
    /// A key that client-go could not read back.
    #[error("`{path}` is too long for a key: {chars} characters in JSON, at most 1024 are read")]
    KeyTooLong {
        /// Where, with the key's length in bytes.
        path: String,
        /// The length of its JSON text, in characters.
        chars: usize,
    },
}
