//! From a path to a connection.

use std::error::Error;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::SqliteStore;
use super::failure::{self, Failure};
use super::schema::{self, Content};

/// How long to wait before the journal mode is tried once more: SQLite does not wait for others there.
const RETRY_AFTER: Duration = Duration::from_millis(20);

/// The file of a store that was opened.
#[derive(Debug)]
pub(super) struct StoreFile {
    path: PathBuf,
    identity: Identity,
}

impl StoreFile {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Check that the path still leads to the file that was opened. Who writes to one that was removed loses it all.
    pub(super) fn require_same(&self) -> Result<(), Failure> {
        let same = std::fs::metadata(&self.path).is_ok_and(|now| Identity::of(&now) == self.identity);
        if same { Ok(()) } else { Err(Failure::Moved) }
    }

    /// One more connection.
    pub(super) fn connect(&self, writes: bool) -> Result<Connection, Failure> {
        let connection = attach(&self.path)?;
        schema::configure(&connection)?;
        if !writes {
            connection.pragma_update(None, "query_only", true)?;
        }
        Ok(connection)
    }
}

/// What tells one file from another.
#[derive(Debug, Eq, PartialEq)]
struct Identity([u64; 2]);

impl Identity {
    #[cfg(unix)]
    fn of(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self([file.dev(), file.ino()])
    }

    /// Elsewhere an open file cannot be removed.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self([0, 0])
    }
}

pub(super) fn in_memory() -> Result<Connection, OpenStoreError> {
    let open = || {
        let mut connection = Connection::open_in_memory()?;
        schema::configure(&connection)?;
        schema::migrate(&mut connection)?;
        Ok(connection)
    };
    open().map_err(|cause| OpenStoreError::open(Path::new(":memory:"), &cause))
}

/// Open the file at `path`, make it if there is none, and bring its schema up to date.
pub(super) fn open(path: PathBuf) -> Result<(StoreFile, Connection), OpenStoreError> {
    // SQLite takes some relative paths for something else: `:memory:`, `file:…`.
    let path = match std::path::absolute(&path) {
        Ok(absolute) => absolute,
        Err(cause) => return Err(OpenStoreError::Create { path, cause }),
    };
    create(&path).map_err(|cause| OpenStoreError::Create { path: path.clone(), cause })?;
    let fault = |cause| OpenStoreError::open(&path, &cause);

    let mut connection = attach(&path).map_err(fault)?;
    // First of all: whatever is asked of a file that writes ahead wants to write beside it.
    if connection.is_readonly("main").map_err(fault)? {
        return Err(OpenStoreError::ReadOnly { path });
    }
    schema::configure(&connection).map_err(fault)?;
    match schema::content(&connection).map_err(fault)? {
        Content::Ours => {}
        Content::Newer(version) => return Err(OpenStoreError::Newer { path, version }),
        Content::Foreign => return Err(OpenStoreError::Foreign { path }),
    }
    let mode = write_ahead(&connection).map_err(fault)?;
    if mode != "wal" {
        return Err(OpenStoreError::NotWriteAhead { path, mode });
    }
    schema::migrate(&mut connection).map_err(fault)?;
    let identity = match std::fs::metadata(&path) {
        Ok(metadata) => Identity::of(&metadata),
        Err(cause) => return Err(OpenStoreError::Create { path, cause }),
    };
    Ok((StoreFile { path, identity }, connection))
}

/// Make the file, empty and for nobody else, unless it is there. SQLite gives the files beside it the same mode.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            file.sync_all()?;
            // Its name has to survive a power cut as well.
            #[cfg(unix)]
            File::open(path.parent().unwrap_or(path))?.sync_all()?;
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// A connection as SQLite gives it, to a file that is there.
fn attach(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Write ahead from now on; the journal mode afterwards.
fn write_ahead(connection: &Connection) -> rusqlite::Result<String> {
    let mut waited = Duration::ZERO;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && waited < SqliteStore::BUSY_LIMIT =>
            {
                std::thread::sleep(RETRY_AFTER);
                waited += RETRY_AFTER;
            }
            answer => return answer,
        }
    }
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenStoreError {
    /// There is no file and none can be made.
    #[error("share store {} cannot be made; its folder has to exist and be writable for this service", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// The file cannot be opened, is no database, is damaged, or stays locked.
    #[error(
        "share store {} cannot be opened; check that the service may write it, stop what holds its lock, or restore a backup",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// The file, or its file system, cannot be written.
    #[error("share store {} can only be read; give the service the right to write it", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database, but not a share store.
    #[error("share store {} is the database of another program; name another file", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A newer program wrote the file.
    #[error(
        "share store {} has schema version {version}, this program knows up to {}; run the newer program again, or restore \
         a backup from before it",
        path.display(),
        schema::VERSION
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
    },
    /// The file system does not have what write-ahead logging needs.
    #[error("share store {} cannot write ahead (journal mode {mode}); put it on a local file system", path.display())]
    NotWriteAhead {
        /// The file.
        path: PathBuf,
        /// The journal mode that SQLite stays in.
        mode: String,
    },
}

impl OpenStoreError {
    fn open(path: &Path, cause: &rusqlite::Error) -> Self {
        Self::Open { path: path.to_owned(), cause: failure::text(cause).into() }
    }
}
