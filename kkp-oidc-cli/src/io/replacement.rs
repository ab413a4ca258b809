//! Files that take another's place at once.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// Text that is written beside a file and takes its place when it is whole; removed if it never is.
pub(crate) struct Replacement {
    path: PathBuf,
    beside: PathBuf,
    file: File,
    old: Option<Permissions>,
    is_done: bool,
}

impl Replacement {
    /// Begin. `None` for what is no regular file, such as a pipe; a symbolic link stays, its target is replaced.
    pub(crate) fn begin(path: &Path) -> io::Result<Option<Self>> {
        Self::begin_by(path, OpenOptions::new().write(true).create_new(true))
    }

    /// The same; a new file is opened by `new`.
    pub(crate) fn begin_by(path: &Path, new: &OpenOptions) -> io::Result<Option<Self>> {
        let (path, old) = match fs::canonicalize(path) {
            Ok(path) => (path.clone(), Some(fs::metadata(path)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (path.to_owned(), None),
            Err(error) => return Err(error),
        };
        if old.as_ref().is_some_and(|old| !old.is_file()) {
            return Ok(None);
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let file = new.open(&beside)?;
        Ok(Some(Self { path, beside, file, old: old.map(|old| old.permissions()), is_done: false }))
    }

    pub(crate) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)
    }

    /// That it cannot be written.
    pub(crate) fn unwritten(&self, cause: io::Error) -> CliError {
        CliError::File { path: self.path.clone(), doing: "written", cause }
    }

    /// Whether the file has the same text already.
    pub(crate) fn is_there(&self) -> io::Result<bool> {
        if self.old.is_none() || fs::metadata(&self.path)?.len() != fs::metadata(&self.beside)?.len() {
            return Ok(false);
        }
        let (mut new, mut old) = (BufReader::new(File::open(&self.beside)?), File::open(&self.path)?);
        let (mut piece, mut there) = ([0; 64 * 1024], vec![0; 64 * 1024]);
        loop {
            let len = new.read(&mut piece)?;
            let (Some(piece), Some(there)) = (piece.get(..len), there.get_mut(..len)) else { return Ok(false) };
            match old.read_exact(there) {
                Ok(()) if piece != there => return Ok(false),
                Ok(()) if len == 0 => return Ok(true),
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// Take the file's place, with its mode.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if let Some(old) = self.old.take() {
            self.file.set_permissions(old)?;
        }
        self.file.sync_all()?;
        fs::rename(&self.beside, &self.path)?;
        self.is_done = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_done {
            // What cannot be removed stays; what kept it from being whole is said already.
            let _ = fs::remove_file(&self.beside);
        }
    }
}
