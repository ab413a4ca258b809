//! A directory kept in a YAML file, read again when it changes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use kkp_oidc_core::authorization::FlowTarget;
use kkp_oidc_core::directory::{ClusterReference, Directory, DirectoryError, DirectoryFile, SharedCluster};
use kkp_oidc_core::kubeconfig::{
    AdminKubeconfig, CertificateAuthority, FindAdminClusterError, ParseAdminKubeconfigError,
};

use super::{Authorization, ClusterDirectory};

/// How often the files are looked at for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// The largest file that is read, in bytes.
const MAX_FILE_LEN: u64 = 16 * 1024 * 1024;

/// Users, projects and clusters from a file, and the kubeconfigs that it names.
#[derive(Debug)]
pub struct FileDirectory {
    path: PathBuf,
    current: ArcSwap<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    directory: Directory,
    /// Everything that was read, in order: the same bytes give the same directory.
    contents: Vec<Vec<u8>>,
}

impl FileDirectory {
    /// Read the file and every kubeconfig and CA file that it leads to. Relative paths begin at the folder of the file
    /// that names them. Each file may have at most 16 MiB.
    ///
    /// # Errors
    ///
    /// - [`LoadDirectoryError::Read`] if a file cannot be read.
    /// - [`LoadDirectoryError::Directory`] if the file itself is wrong; names line and reason.
    /// - [`LoadDirectoryError::Kubeconfig`] if a kubeconfig does not give its cluster's facts.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, LoadDirectoryError> {
        let path = path.into();
        let current = ArcSwap::from_pointee(load(&path)?);
        Ok(Self { path, current })
    }

    /// Look at the files every 10 seconds, for ever. A change that is wrong is logged and not taken.
    pub async fn watch(&self) {
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            self.reload();
        }
    }

    /// Take the files' present content, if it changed and is right. Says whether it was taken.
    pub fn reload(&self) -> bool {
        match load(&self.path) {
            Ok(loaded) if loaded.contents == self.current.load().contents => false,
            Ok(loaded) => {
                tracing::info!(path = %self.path.display(), "directory of clusters changed");
                self.current.store(Arc::new(loaded));
                true
            }
            Err(error) => {
                let error = &error as &(dyn std::error::Error + 'static);
                tracing::error!(error, "changed directory of clusters is wrong, the one before stays in use");
                false
            }
        }
    }
}

impl ClusterDirectory for FileDirectory {
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a> {
        let found = self.current.load().directory.authorize(target).cloned().map(Arc::new);
        Box::pin(std::future::ready(Ok(found)))
    }
}

fn load(path: &Path) -> Result<Loaded, LoadDirectoryError> {
    let mut contents = Vec::new();
    let text = read_text(path, &mut contents)?;
    let file = DirectoryFile::parse(&text, &path.display().to_string()).map_err(LoadDirectoryError::Directory)?;
    let directory = file.resolve(|reference| resolve(path, reference, &mut contents))?;
    Ok(Loaded { directory, contents })
}

fn resolve(
    directory: &Path,
    reference: &ClusterReference,
    contents: &mut Vec<Vec<u8>>,
) -> Result<SharedCluster, LoadDirectoryError> {
    let Some(kubeconfig) = reference.kubeconfig() else {
        return Ok(reference.resolve(None, Vec::new()));
    };
    let path = beside(directory, kubeconfig);
    let text = read_text(&path, contents)?;
    let wrong = |cause: KubeconfigProblem| LoadDirectoryError::Kubeconfig {
        directory: directory.to_owned(),
        line: reference.line(),
        path: path.clone(),
        cause: Box::new(cause),
    };
    let kubeconfig = AdminKubeconfig::parse(&text).map_err(|cause| wrong(cause.into()))?;
    let cluster = kubeconfig.cluster_for(reference.id().as_str()).map_err(|cause| wrong(cause.into()))?;
    let certificate_authority_data = match cluster.certificate_authority {
        CertificateAuthority::Inline(pem) => pem,
        CertificateAuthority::File(file) => read(&beside(&path, &file), contents)?,
        _ => Vec::new(),
    };
    Ok(reference.resolve(Some(&cluster.server), certificate_authority_data))
}

/// `name` as seen from the folder of `file`.
fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}

fn read_text(path: &Path, contents: &mut Vec<Vec<u8>>) -> Result<String, LoadDirectoryError> {
    let bytes = read(path, contents)?;
    String::from_utf8(bytes).map_err(|_| LoadDirectoryError::Read {
        path: path.to_owned(),
        cause: io::Error::new(io::ErrorKind::InvalidData, "the file is not UTF-8"),
    })
}

fn read(path: &Path, contents: &mut Vec<Vec<u8>>) -> Result<Vec<u8>, LoadDirectoryError> {
    let read = || {
        let len = std::fs::metadata(path)?.len();
        if len > MAX_FILE_LEN {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file has more than 16 MiB"));
        }
        std::fs::read(path)
    };
    let bytes = read().map_err(|cause| LoadDirectoryError::Read { path: path.to_owned(), cause })?;
    contents.push(bytes.clone());
    Ok(bytes)
}

/// Why a directory cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadDirectoryError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The directory file is wrong.
    #[error(transparent)]
    Directory(DirectoryError),
    /// A kubeconfig does not give what is needed.
    #[error("{}:{line}: kubeconfig {} cannot be used", directory.display(), path.display())]
    Kubeconfig {
        /// The directory file.
        directory: PathBuf,
        /// Line of the cluster in it, from 1.
        line: u64,
        /// The kubeconfig.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: Box<KubeconfigProblem>,
    },
}

/// Why a kubeconfig does not give its cluster's facts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KubeconfigProblem {
    /// It cannot be read.
    #[error(transparent)]
    Parse(#[from] ParseAdminKubeconfigError),
    /// It lacks the cluster, or something of it.
    #[error(transparent)]
    Find(#[from] FindAdminClusterError),
}
