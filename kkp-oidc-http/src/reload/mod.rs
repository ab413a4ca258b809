//! Files that are read again when they change, and what came of it.

mod watch;

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

pub use self::watch::{FileContents, FileWatch, Taken, WatchedFiles};

/// How files fared that are read again while the service runs; one for each service, see
/// [`AppState::reloads`](crate::AppState::reloads).
#[derive(Default)]
pub struct Reloads {
    stale: Mutex<Vec<StaleFile>>,
    hooks: Mutex<Vec<Hook>>,
}

type Hook = Box<dyn Fn(&Reload<'_>) + Send + Sync>;

/// A file whose present content is not in use, because it is wrong.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct StaleFile {
    /// Its path, as it is configured.
    pub file: String,
    /// What is wrong with it. Nothing secret.
    pub reason: String,
}

/// One look at files that had changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Reload<'a> {
    /// What is in the files, such as `cookie keys`: one of a few words that stay the same, fit for a metric's label.
    pub what: &'static str,
    /// The first of the files.
    pub file: &'a Path,
    /// What came of it.
    pub outcome: ReloadOutcome,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ReloadOutcome {
    /// It is in use.
    Taken,
    /// It is wrong; what was in use before stays. Said once for each wrong content.
    Refused,
}

impl Reloads {
    /// Call `hook` for every change from now on, as to count them. It must not block.
    pub fn on_reload(&self, hook: impl Fn(&Reload<'_>) + Send + Sync + 'static) {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(hook));
    }

    /// The files whose present content is not in use.
    #[must_use]
    pub fn stale(&self) -> Vec<StaleFile> {
        self.stale.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tell(&self, what: &'static str, file: &Path, outcome: ReloadOutcome) {
        for hook in &*self.hooks.lock().unwrap_or_else(PoisonError::into_inner) {
            hook(&Reload { what, file, outcome });
        }
    }

    /// From now on `file` is stale for this reason, or is not. Says whether it was not so before.
    fn mark(&self, file: &Path, reason: Option<String>) -> bool {
        let file = file.display().to_string();
        let mut stale = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
        let known = stale.iter().find(|other| other.file == file).map(|other| other.reason.as_str());
        if known == reason.as_deref() {
            return false;
        }
        stale.retain(|other| other.file != file);
        stale.extend(reason.map(|reason| StaleFile { file, reason }));
        stale.sort_by(|one, other| one.file.cmp(&other.file));
        true
    }
}

impl fmt::Debug for Reloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloads").field("stale", &self.stale()).finish_non_exhaustive()
    }
}
