//! Looking at files again and again.

use std::error::Error;
use std::future::Future;
use std::iter;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::ReloadOutcome;
use crate::directory::{FileDirectory, read_bytes};
use crate::state::AppState;

/// How often files are looked at for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// What was in a file; erased when dropped.
pub type FileContents = Zeroizing<Vec<u8>>;

/// What comes of contents that are offered: taken, or refused for a reason that is shown, and so holds nothing secret.
pub type Taken = Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send>>;

/// The content of every file of a group, by its hash.
type Hashes = Vec<[u8; 32]>;

/// Files that belong together: whenever one of them changes, all are read, and are taken or refused as a whole.
pub struct WatchedFiles {
    what: &'static str,
    paths: Vec<PathBuf>,
    /// What is in use.
    current: Hashes,
    /// What was wrong at the last look, if something was.
    refused: Option<String>,
    take: Box<dyn FnMut(Vec<FileContents>) -> Taken + Send>,
}

impl WatchedFiles {
    /// Files with what is in use of them. `what` names it in the log and for metrics, such as `cookie keys`; `take` gets the
    /// contents in the order of `files`.
    pub fn new<'a>(
        what: &'static str,
        files: impl IntoIterator<Item = (&'a Path, &'a [u8])>,
        take: impl FnMut(Vec<FileContents>) -> Taken + Send + 'static,
    ) -> Self {
        let (paths, current) = files.into_iter().map(|(path, bytes)| (path.to_owned(), hash_of(bytes))).unzip();
        Self { what, paths, current, refused: None, take: Box::new(take) }
    }

    /// Read the files, and offer them if they are not what is in use.
    async fn look(&mut self, state: &AppState) {
        // Files can be slow.
        let paths = self.paths.clone();
        let Ok(read) = tokio::task::spawn_blocking(move || read_all(&paths)).await else {
            tracing::error!(what = self.what, "looking at the files failed");
            return;
        };
        let outcome = match read {
            Ok(contents) => {
                let hashes: Hashes = contents.iter().map(|bytes| hash_of(bytes)).collect();
                if hashes == self.current {
                    self.refused = None;
                    self.mark(state, None);
                    return;
                }
                match (self.take)(contents).await {
                    Ok(()) => Ok(hashes),
                    Err(error) => Err(reason(&*error)),
                }
            }
            Err((path, error)) => Err(format!("{} cannot be read: {error}", path.display())),
        };
        match outcome {
            Ok(hashes) => {
                tracing::info!(what = self.what, files = self.names(), "files changed, and are in use");
                self.current = hashes;
                self.refused = None;
                self.mark(state, None);
                self.tell(state, ReloadOutcome::Taken);
            }
            Err(reason) if self.refused.as_ref() == Some(&reason) => {}
            Err(reason) => {
                let (what, files) = (self.what, self.names());
                tracing::error!(what, files, reason, "changed files are wrong, those before stay in use");
                self.mark(state, Some(&reason));
                self.refused = Some(reason);
                self.tell(state, ReloadOutcome::Refused);
            }
        }
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.paths.iter().map(|path| path.display().to_string()).collect();
        names.join(", ")
    }

    /// The first file stands for all of the group; the reason says which one is meant.
    fn mark(&self, state: &AppState, reason: Option<&str>) {
        if let Some(file) = self.paths.first() {
            state.reloads().mark(file, reason.map(str::to_owned));
        }
    }

    fn tell(&self, state: &AppState, outcome: ReloadOutcome) {
        if let Some(file) = self.paths.first() {
            state.reloads().tell(self.what, file, outcome);
        }
    }
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<FileContents>, (PathBuf, std::io::Error)> {
    paths.iter().map(|path| read_bytes(path).map_err(|error| (path.clone(), error))).collect()
}

fn hash_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// An error and its causes on one line.
fn reason(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<_> = iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    texts.join(": ")
}

/// Everything of a service that is looked at every 10 seconds, and whenever it is [told to](FileWatch::waker).
pub struct FileWatch {
    state: AppState,
    files: Vec<WatchedFiles>,
    directory: Option<Arc<FileDirectory>>,
    wake: Arc<Notify>,
}

impl FileWatch {
    /// Nothing is watched yet. Refusals show in `/readyz` of this service.
    #[must_use]
    pub fn new(state: AppState) -> Self {
        Self { state, files: Vec::new(), directory: None, wake: Arc::default() }
    }

    /// Look at these files, too.
    #[must_use]
    pub fn with(mut self, files: impl IntoIterator<Item = WatchedFiles>) -> Self {
        self.files.extend(files);
        self
    }

    /// Look at the files of this directory, too, in place of [`FileDirectory::watch`].
    #[must_use]
    pub fn with_directory(mut self, directory: Arc<FileDirectory>) -> Self {
        self.directory = Some(directory);
        self
    }

    /// Whoever notifies it has everything looked at at once.
    #[must_use]
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Look at everything now.
    pub async fn look(&mut self) {
        for files in &mut self.files {
            files.look(&self.state).await;
        }
        let Some(directory) = self.directory.clone() else { return };
        let looked = tokio::task::spawn_blocking(move || {
            let taken = directory.reload();
            (taken, directory.refusal(), directory)
        });
        let Ok((taken, refusal, directory)) = looked.await else {
            tracing::error!("looking at the directory of clusters failed");
            return;
        };
        let (reloads, path) = (self.state.reloads(), directory.path());
        let told = reloads.mark(path, refusal.clone());
        match refusal {
            _ if taken => reloads.tell("clusters", path, ReloadOutcome::Taken),
            Some(_) if told => reloads.tell("clusters", path, ReloadOutcome::Refused),
            _ => {}
        }
    }

    /// Look again and again, for ever.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                () = self.wake.notified() => {}
            }
            self.look().await;
        }
    }
}
