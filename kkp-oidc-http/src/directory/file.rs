//! A directory kept in a YAML file, read again when it changes.

use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::FlowTarget;
use kkp_oidc_core::ca_bundle::{CaBundle, CaBundleError};
use kkp_oidc_core::directory::{ClusterReference, Directory, DirectoryError, DirectoryFile, SharedCluster};
use kkp_oidc_core::ids::{ClusterId, ProjectId};
use kkp_oidc_core::kubeconfig::{
    AdminKubeconfig, CertificateAuthority, FindAdminClusterError, ParseAdminKubeconfigError,
};
use kkp_oidc_core::share::Owner;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Authorization, ClusterDirectory, DirectoryHealth, Shareable, all_shareable, one_shareable};
use crate::environment::Clock;
use crate::system::SystemClock;

/// How often the files are looked at for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// The largest file that is read, in bytes.
const MAX_FILE_LEN: u64 = 16 * 1024 * 1024;

/// Users, projects and clusters from a file, and the kubeconfigs that it names.
pub struct FileDirectory {
    path: PathBuf,
    current: ArcSwap<Loaded>,
    /// What was wrong at the last look, so that it is told once.
    told: Mutex<Option<String>>,
    /// Whether something was wrong at the last look. Beside `told`, which is locked for as long as files are read.
    is_outdated: AtomicBool,
    clock: Arc<dyn Clock>,
}

struct Loaded {
    directory: Directory,
    files: Files,
    lists_clusters: bool,
    taken_at: UnixTime,
}

/// Which files were read, and the hash of each: the same bytes give the same directory. The bytes themselves, which
/// hold administrators' tokens, are not kept.
type Files = Vec<(PathBuf, [u8; 32])>;

impl fmt::Debug for FileDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDirectory").field("path", &self.path).finish_non_exhaustive()
    }
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
        Self::open_with_clock(path, Arc::new(SystemClock))
    }

    /// The same as [`open`](Self::open), with a clock that says since when it is as it is.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with_clock(path: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self, LoadDirectoryError> {
        let path = path.into();
        let current = ArcSwap::from_pointee(load(&path, clock.now())?);
        Ok(Self { path, current, told: Mutex::default(), is_outdated: AtomicBool::new(false), clock })
    }

    /// Look at the files every 10 seconds, for ever. A change that is wrong is logged, once, and not taken.
    pub async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            // Files can be slow.
            let directory = Arc::clone(&self);
            if tokio::task::spawn_blocking(move || directory.reload()).await.is_err() {
                tracing::error!("looking at the directory of clusters failed");
            }
        }
    }

    /// The file that leads to all others.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was wrong at the last look, if the files' present content is not in use. It waits for a look that is under way.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Take the files' present content, if it changed and is right. Says whether it was taken. Reads files: call it where
    /// blocking is allowed.
    pub fn reload(&self) -> bool {
        if unchanged(&self.current.load().files) {
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) = None;
            self.is_outdated.store(false, Ordering::Relaxed);
            return false;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match load(&self.path, self.clock.now()).and_then(|loaded| self.unless_emptied(loaded)) {
            Ok(loaded) => {
                tracing::info!(path = %self.path.display(), "directory of clusters changed");
                self.current.store(Arc::new(loaded));
                *told = None;
                self.is_outdated.store(false, Ordering::Relaxed);
                true
            }
            Err(error) => {
                self.is_outdated.store(true, Ordering::Relaxed);
                let text = error.to_string();
                if told.as_ref() != Some(&text) {
                    let error = &error as &(dyn std::error::Error + 'static);
                    tracing::error!(error, "changed directory of clusters is wrong, the one before stays in use");
                    *told = Some(text);
                }
                false
            }
        }
    }
}

impl FileDirectory {
    /// A file without a list of clusters may be half-written. Nobody's clusters go because of it.
    fn unless_emptied(&self, loaded: Loaded) -> Result<Loaded, LoadDirectoryError> {
        let had_some = self.current.load().directory.clusters().next().is_some();
        match had_some && !loaded.lists_clusters {
            true => Err(LoadDirectoryError::Emptied { path: self.path.clone() }),
            false => Ok(loaded),
        }
    }
}

impl ClusterDirectory for FileDirectory {
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a> {
        let found = self.current.load().directory.authorize(target).cloned().map(Arc::new);
        Box::pin(std::future::ready(Ok(found)))
    }

    fn shareable_by<'a>(&'a self, owner: Owner<'a>) -> Shareable<'a> {
        Box::pin(std::future::ready(Ok(all_shareable(&self.current.load().directory, owner))))
    }

    fn shareable<'a>(&'a self, owner: Owner<'a>, project: &'a ProjectId, cluster: &'a ClusterId) -> Authorization<'a> {
        Box::pin(std::future::ready(Ok(one_shareable(&self.current.load().directory, owner, project, cluster))))
    }

    fn health(&self) -> DirectoryHealth {
        let since = self.current.load().taken_at;
        match self.is_outdated.load(Ordering::Relaxed) {
            true => DirectoryHealth::Outdated { since },
            false => DirectoryHealth::Current { since },
        }
    }
}

fn unchanged(files: &Files) -> bool {
    files.iter().all(|(path, hash)| read_bytes(path).is_ok_and(|bytes| hash_of(&bytes) == *hash))
}

fn hash_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn load(path: &Path, taken_at: UnixTime) -> Result<Loaded, LoadDirectoryError> {
    let mut files = Files::new();
    let text = read_text(path, None, &mut files)?;
    let file = DirectoryFile::parse(&text, &path.display().to_string()).map_err(LoadDirectoryError::Directory)?;
    let lists_clusters = file.lists_clusters();
    let directory = file.resolve(|reference| resolve(path, reference, &mut files))?;
    Ok(Loaded { directory, files, lists_clusters, taken_at })
}

fn resolve(
    directory: &Path,
    reference: &ClusterReference,
    files: &mut Files,
) -> Result<SharedCluster, LoadDirectoryError> {
    let Some(kubeconfig) = reference.kubeconfig() else {
        return Ok(reference.resolve(None, Vec::new()));
    };
    let named_at = (directory, reference.line());
    let path = beside(directory, kubeconfig);
    let text = read_text(&path, Some(named_at), files)?;
    let wrong = |cause: KubeconfigProblem| LoadDirectoryError::Kubeconfig {
        directory: directory.to_owned(),
        line: reference.line(),
        path: path.clone(),
        cause: Box::new(cause),
    };
    let kubeconfig = AdminKubeconfig::parse(&text).map_err(|cause| wrong(cause.into()))?;
    let cluster = kubeconfig.cluster_for(reference.id().as_str()).map_err(|cause| wrong(cause.into()))?;
    let (pem, origin) = match cluster.certificate_authority {
        CertificateAuthority::Inline(pem) => (Zeroizing::new(pem), "its certificate-authority-data".to_owned()),
        CertificateAuthority::File(file) => {
            let file = beside(&path, &file);
            (read(&file, Some(named_at), files)?, file.display().to_string())
        }
        _ => return Ok(reference.resolve(Some(&cluster.server), Vec::new())),
    };
    match CaBundle::from_pem(&pem, &origin) {
        // It goes to everybody with a link: a private key that was pasted along must not.
        Err(cause @ CaBundleError::PrivateKey { .. }) => return Err(wrong(cause.into())),
        Err(error) => {
            let error = &error as &(dyn std::error::Error + 'static);
            tracing::warn!(cluster = %reference.id(), error, "the cluster's CA will not do for kubectl");
        }
        Ok(_) => {}
    }
    Ok(reference.resolve(Some(&cluster.server), pem.to_vec()))
}

/// `name` as seen from the folder of `file`.
fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}

/// Where a file is named: which directory file, and its line.
type NamedAt<'a> = Option<(&'a Path, u64)>;

fn read_text(path: &Path, named_at: NamedAt<'_>, files: &mut Files) -> Result<Zeroizing<String>, LoadDirectoryError> {
    let bytes = read(path, named_at, files)?;
    let text = std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned()));
    text.map_err(|_| cannot_read(path, named_at, io::Error::new(io::ErrorKind::InvalidData, "the file is not UTF-8")))
}

fn read(path: &Path, named_at: NamedAt<'_>, files: &mut Files) -> Result<Zeroizing<Vec<u8>>, LoadDirectoryError> {
    let bytes = read_bytes(path).map_err(|cause| cannot_read(path, named_at, cause))?;
    files.push((path.to_owned(), hash_of(&bytes)));
    Ok(bytes)
}

fn cannot_read(path: &Path, named_at: NamedAt<'_>, cause: io::Error) -> LoadDirectoryError {
    let named_at = named_at.map_or_else(String::new, |(file, line)| format!("{}:{line}: ", file.display()));
    LoadDirectoryError::Read { named_at, path: path.to_owned(), cause }
}

pub(crate) fn read_bytes(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(path)?.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_LEN {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file has more than 16 MiB"));
    }
    Ok(bytes)
}

/// Why a directory cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadDirectoryError {
    /// A file cannot be read.
    #[error("{named_at}{} cannot be read", path.display())]
    Read {
        /// The place that names the file, as `FILE:LINE: `; empty for the directory file itself.
        named_at: String,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The directory file lost its list of clusters.
    #[error("{} has no `clusters` any more, expected a list, if only `[]`", path.display())]
    Emptied {
        /// The file.
        path: PathBuf,
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
    /// Its CA has a private key in it.
    #[error(transparent)]
    CertificateAuthority(#[from] CaBundleError),
}
