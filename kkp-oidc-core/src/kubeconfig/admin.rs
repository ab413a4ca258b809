//! What an admin kubeconfig says about its clusters in public: server and certificates, never a credential.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use crate::server_address::is_server_address;
use crate::yaml::{self, ParseYamlError};

/// Base64 as Go reads it: padding is required, the unused bits before it may have any value.
pub(super) const GO_BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// The clusters of a kubeconfig. Users, contexts and everything else are read over and not kept.
///
/// ```
/// use kkp_oidc_core::kubeconfig::{AdminKubeconfig, CertificateAuthority};
///
/// let text = "clusters: [{name: abc, cluster: {server: 'https://abc.example.com:6443'}}]";
/// let cluster = AdminKubeconfig::parse(text)?.cluster_for("abc")?;
/// assert_eq!(cluster.server, "https://abc.example.com:6443");
/// assert_eq!(cluster.certificate_authority, CertificateAuthority::None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AdminKubeconfig {
    clusters: BTreeMap<String, ClusterEntry>,
}

impl AdminKubeconfig {
    /// Reads a kubeconfig, as YAML or JSON. What is null or absent is empty, as for kubectl.
    ///
    /// # Errors
    ///
    /// - [`ParseAdminKubeconfigError::Yaml`] if the text is no YAML, is too long, or a field has another type.
    /// - [`ParseAdminKubeconfigError::DuplicateCluster`] if two clusters have the same name.
    pub fn parse(text: &str) -> Result<Self, ParseAdminKubeconfigError> {
        let file: Option<File> = yaml::from_str(text)?;
        let mut clusters = BTreeMap::new();
        for entry in file.and_then(|file| file.clusters).unwrap_or_default() {
            let name = entry.name.unwrap_or_default();
            if clusters.contains_key(&name) {
                return Err(ParseAdminKubeconfigError::DuplicateCluster { name });
            }
            clusters.insert(name, entry.cluster.unwrap_or_default());
        }
        Ok(Self { clusters })
    }

    /// The facts about the cluster with this id: those of the entry with that name, else those of the only entry.
    ///
    /// # Errors
    ///
    /// - [`FindAdminClusterError::NoClusters`] if the file has no cluster.
    /// - [`FindAdminClusterError::NotFound`] if it has several and none has the name.
    /// - [`FindAdminClusterError::NoServer`] if the entry has no server or an empty one.
    /// - [`FindAdminClusterError::ServerNotHttp`] if the server is neither an `http` or `https` URL nor a host.
    /// - [`FindAdminClusterError::CertificateAuthorityNotBase64`] if the certificates are not in base64.
    pub fn cluster_for(&self, id: &str) -> Result<AdminCluster, FindAdminClusterError> {
        let only = || self.clusters.first_key_value().filter(|_| self.clusters.len() == 1);
        let Some((name, entry)) = self.clusters.get_key_value(id).or_else(only) else {
            if self.clusters.is_empty() {
                return Err(FindAdminClusterError::NoClusters);
            }
            return Err(FindAdminClusterError::NotFound {
                id: id.to_owned(),
                names: self.clusters.keys().cloned().collect(),
            });
        };
        Ok(AdminCluster {
            server: entry.server(name)?.to_owned(),
            certificate_authority: entry.certificate_authority(name)?,
        })
    }
}

impl fmt::Debug for AdminKubeconfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AdminKubeconfig({} clusters)", self.clusters.len())
    }
}

/// The public facts about one cluster.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct AdminCluster {
    /// The URL of the API server, as it is in the file: `http` or `https`, with a host.
    pub server: String,
    /// The certificates that the server's is checked against.
    pub certificate_authority: CertificateAuthority,
}

impl fmt::Debug for AdminCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A URL may hold a password; nobody should write one here, but Debug does not rely on it.
        f.debug_struct("AdminCluster")
            .field("certificate_authority", &self.certificate_authority)
            .finish_non_exhaustive()
    }
}

/// Where the certificates of a cluster are. What is inline outranks a file, as for kubectl.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub enum CertificateAuthority {
    /// Nowhere: those of the operating system apply.
    None,
    /// In the file itself, decoded; kubectl expects PEM. Never empty.
    Inline(Vec<u8>),
    /// In the file at this path, which the caller reads; relative to the folder of the kubeconfig. Never empty.
    File(String),
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Inline(bytes) => write!(f, "Inline({} bytes)", bytes.len()),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

#[derive(Deserialize)]
struct File {
    clusters: Option<Vec<NamedCluster>>,
}

#[derive(Deserialize)]
struct NamedCluster {
    name: Option<String>,
    cluster: Option<ClusterEntry>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ClusterEntry {
    server: Option<String>,
    certificate_authority_data: Option<String>,
    certificate_authority: Option<String>,
}

impl ClusterEntry {
    fn server(&self, name: &str) -> Result<&str, FindAdminClusterError> {
        let server = self.server.as_deref().unwrap_or_default();
        if server.is_empty() {
            return Err(FindAdminClusterError::NoServer { name: name.to_owned() });
        }
        if !is_server_address(server) {
            return Err(FindAdminClusterError::ServerNotHttp { name: name.to_owned() });
        }
        Ok(server)
    }

    fn certificate_authority(&self, name: &str) -> Result<CertificateAuthority, FindAdminClusterError> {
        let data = self.certificate_authority_data.as_deref().unwrap_or_default().replace(['\r', '\n'], "");
        if !data.is_empty() {
            return match GO_BASE64.decode(data) {
                Ok(bytes) => Ok(CertificateAuthority::Inline(bytes)),
                Err(_) => Err(FindAdminClusterError::CertificateAuthorityNotBase64 { name: name.to_owned() }),
            };
        }
        match self.certificate_authority.as_deref() {
            None | Some("") => Ok(CertificateAuthority::None),
            Some(path) => Ok(CertificateAuthority::File(path.to_owned())),
        }
    }
}

/// Why an admin kubeconfig cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseAdminKubeconfigError {
    /// It is not YAML with the fields of a kubeconfig.
    #[error("the kubeconfig cannot be read")]
    Yaml(#[from] ParseYamlError),
    /// Two clusters have the same name, so it is not clear which is meant.
    #[error("the kubeconfig has two clusters named `{}`", name.escape_debug())]
    DuplicateCluster {
        /// The name.
        name: String,
    },
}

/// Why an admin kubeconfig does not tell about a cluster. Names entries, never their values.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FindAdminClusterError {
    /// The file has no cluster.
    #[error("the kubeconfig has no clusters")]
    NoClusters,
    /// The file has several clusters, none with the id.
    #[error("none of the kubeconfig's {} clusters is named `{}`: it has {}", names.len(), id.escape_debug(), Names(names))]
    NotFound {
        /// The id.
        id: String,
        /// The names of all clusters, by their bytes.
        names: Vec<String>,
    },
    /// The cluster has no server.
    #[error("the cluster `{}` has no `server`", name.escape_debug())]
    NoServer {
        /// The cluster's name in the file.
        name: String,
    },
    /// The cluster's server is not a URL that kubectl and a browser understand alike.
    #[error("the `server` of the cluster `{}` is not an http or https URL, nor a host", name.escape_debug())]
    ServerNotHttp {
        /// The cluster's name in the file.
        name: String,
    },
    /// The cluster's certificates cannot be decoded.
    #[error("the `certificate-authority-data` of the cluster `{}` is not base64", name.escape_debug())]
    CertificateAuthorityNotBase64 {
        /// The cluster's name in the file.
        name: String,
    },
}

/// The first few names, and how many more there are.
struct Names<'a>(&'a [String]);

/// Most names that an error text lists.
const MAX_LISTED_NAMES: usize = 10;

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().take(MAX_LISTED_NAMES).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}`{}`", name.escape_debug())?;
        }
        match self.0.len().saturating_sub(MAX_LISTED_NAMES) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
