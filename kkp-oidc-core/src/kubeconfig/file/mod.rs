//! Kubeconfigs that others wrote: read as client-go's `clientcmd.Load` reads them, written as `clientcmd.Write` does.
//!
//! The fields are those of client-go's v1 `Config`, under the names in the file. Secrets have no way into `Debug`.

mod emit;
mod facts;
mod inspect;
mod merge;
mod node_path;
mod paths;
mod read;
mod redact;
mod report;
mod sections;
mod validate;
mod value;
mod write;

use std::collections::BTreeMap;
use std::fmt;

pub use self::facts::{
    AuthProviderFacts, ClusterFacts, ContextFacts, CredentialFacts, Finding, FindingCode, Inspection, ProgramFacts,
    TrustFacts, UserFacts,
};
pub use self::merge::{Completion, MergeKubeconfigsError, Merged, Renaming};
pub use self::node_path::ReadKubeconfigError;
pub use self::read::UnknownField;
pub use self::value::Extension;
use super::{Cluster, Context, ExecEnvVar};
use crate::secret::{SecretBytes, SecretString};

/// Any kubeconfig, with all that client-go knows of it.
///
/// ```
/// use kkp_oidc_core::kubeconfig::KubeconfigFile;
///
/// let file = KubeconfigFile::read(b"users: [{name: bob, user: {token: t0ken}}]")?;
/// let yaml = file.to_yaml()?;
/// assert!(yaml.expose_secret().ends_with("users:\n- name: bob\n  user:\n    token: t0ken\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct KubeconfigFile {
    /// The clusters by name.
    pub clusters: BTreeMap<String, FileCluster>,
    /// The contexts by name.
    pub contexts: BTreeMap<String, FileContext>,
    /// The name of the context that kubectl uses when it is told none; empty for none.
    pub current_context: String,
    /// What other programs keep in the file, by their names.
    pub extensions: Extensions,
    /// The section `preferences`; written if it is there.
    pub preferences: Option<FilePreferences>,
    /// The users by name.
    pub users: BTreeMap<String, FileUser>,
    /// Fields that the file has and client-go does not know. They are not written.
    pub unknown_fields: Vec<UnknownField>,
}

/// What other programs keep in a section, by their names.
pub type Extensions = BTreeMap<String, Extension>;

impl fmt::Debug for KubeconfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "KubeconfigFile({} clusters, {} contexts, {} users)",
            self.clusters.len(),
            self.contexts.len(),
            self.users.len()
        )
    }
}

/// A cluster.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FileCluster {
    /// How to reach it.
    pub cluster: Cluster,
    /// What other programs keep here.
    pub extensions: Extensions,
}

/// A context.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FileContext {
    /// What it brings together.
    pub context: Context,
    /// What other programs keep here.
    pub extensions: Extensions,
}

/// The section `preferences`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FilePreferences {
    /// Whether output has colours; kubectl does not look at it.
    pub colors: bool,
    /// What other programs keep here.
    pub extensions: Extensions,
}

/// A user (client-go: `AuthInfo`). Several ways to prove who it is may stand side by side.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct FileUser {
    /// The path of a file with the client certificate.
    pub client_certificate: String,
    /// The client certificate, as PEM. It outranks the file.
    pub client_certificate_data: Vec<u8>,
    /// The path of a file with the private key.
    pub client_key: String,
    /// The private key, as PEM. It outranks the file.
    pub client_key_data: SecretBytes,
    /// The bearer token.
    pub token: SecretString,
    /// The path of a file with the bearer token. It outranks the token.
    pub token_file: String,
    /// Whom to impersonate, `as`.
    pub impersonate: String,
    /// The UID to impersonate, `as-uid`.
    pub impersonate_uid: String,
    /// The groups to impersonate, `as-groups`.
    pub impersonate_groups: Vec<String>,
    /// What else to say about whom is impersonated, `as-user-extra`.
    pub impersonate_user_extra: BTreeMap<String, Option<Vec<String>>>,
    /// The name for HTTP basic authentication.
    pub username: String,
    /// The password for HTTP basic authentication.
    pub password: SecretString,
    /// An auth provider of client-go.
    pub auth_provider: Option<FileAuthProvider>,
    /// A program that kubectl runs for a credential.
    pub exec: Option<FileExec>,
    /// What other programs keep here.
    pub extensions: Extensions,
}

impl fmt::Debug for FileUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileUser")
            .field("auth_provider", &self.auth_provider)
            .field("exec", &self.exec)
            .finish_non_exhaustive()
    }
}

/// An auth provider of client-go; only `oidc` is left there.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct FileAuthProvider {
    /// Its name.
    pub name: String,
    /// Its configuration; values may be secrets.
    pub config: Option<BTreeMap<String, SecretString>>,
}

impl fmt::Debug for FileAuthProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileAuthProvider({} entries)", self.config.as_ref().map_or(0, BTreeMap::len))
    }
}

/// A program that kubectl runs for a credential.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct FileExec {
    /// The version of `ExecCredential` that the program speaks.
    pub api_version: String,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Option<Vec<SecretString>>,
    /// Variables that are set for it.
    pub env: Option<Vec<ExecEnvVar>>,
    /// What kubectl says when the program is missing.
    pub install_hint: String,
    /// Whether the program may use standard input, a word of client-go or any other.
    pub interactive_mode: String,
    /// Whether kubectl tells the program about the cluster.
    pub provide_cluster_info: bool,
}

impl fmt::Debug for FileExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileExec")
            .field("args", &self.args.as_ref().map_or(0, Vec::len))
            .field("env", &self.env.as_ref().map_or(0, Vec::len))
            .finish_non_exhaustive()
    }
}
