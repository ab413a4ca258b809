//! Why a call gets no answer.

use kkp_oidc_core::share::ShareId;

use super::SqliteStore;

/// What went wrong with a call; the log's reason of [`StoreUnavailable`](crate::StoreUnavailable).
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("share {id} is there already")]
    Duplicate { id: ShareId },
    #[error("share {id} cannot be read, expected a document of version 1 of this share; restore it from a backup")]
    Unreadable { id: ShareId },
    #[error("the file was removed or replaced while the service ran; restart the service")]
    Moved,
    #[error("the store was closed")]
    Closed,
    #[error("the only connection was lost; restart the service")]
    Lost,
    #[error("no answer within {} s; look for a slow disk, or a program that holds the lock", SqliteStore::CALL_LIMIT.as_secs())]
    TooLate,
    #[error("a call panicked")]
    Panicked,
}

impl Failure {
    /// One line for the log.
    pub(super) fn reason(&self, place: impl std::fmt::Display) -> String {
        match self {
            Self::Sqlite(cause) => format!("share store {place}: {}", text(cause)),
            other => format!("share store {place}: {other}"),
        }
    }
}

/// What SQLite says, with the extended code that tells what "disk I/O error" does not.
pub(super) fn text(cause: &rusqlite::Error) -> String {
    match cause.sqlite_error() {
        Some(error) => format!("{cause} (SQLite's code {})", error.extended_code),
        None => cause.to_string(),
    }
}
