//! The audit log in a file, or on stdout.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Appends to a file, which is made with mode 0600 if it is not there.
///
/// Whoever rotates logs may move the file away or remove it: it is opened anew before the next line. Several processes may
/// append to the same file.
#[derive(Debug)]
pub struct FileAuditSink {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Whether the last line may have been written in part.
    is_torn: bool,
}

impl FileAuditSink {
    /// Open the file, or make it.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let file = open(&path)?;
        Ok(Self { path, open: Mutex::new(Open { file, is_torn: false }) })
    }

    fn opened(&self) -> io::Result<MutexGuard<'_, Open>> {
        let mut opened = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = match std::fs::metadata(&self.path) {
            Ok(there) => is_same(&there, &opened.file.metadata()?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if !is_there {
            *opened = Open { file: open(&self.path)?, is_torn: false };
        }
        Ok(opened)
    }
}

impl super::AuditSink for FileAuditSink {
    fn append(&self, line: &str) -> io::Result<()> {
        let mut opened = self.opened()?;
        // In one piece, so that lines of several processes do not mix.
        let line = if opened.is_torn { format!("\n{line}\n") } else { format!("{line}\n") };
        let written = opened.file.write_all(line.as_bytes());
        opened.is_torn = written.is_err();
        written
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// There a file that is open is not moved away.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Writes to stdout.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a value of its own name: nothing will ever be inside")]
pub struct StdoutAuditSink;

impl super::AuditSink for StdoutAuditSink {
    fn append(&self, line: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{line}")?;
        stdout.flush()
    }
}
