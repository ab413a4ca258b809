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

/// Who may read a file that was not there.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum NewFile {
    /// Whoever may read other new files.
    AsUsual,
    /// Its owner only.
    Private,
}

/// Most names that are tried for the file beside; a run that was killed leaves one behind.
const MAX_NAMES: u32 = 100;

/// Most links that lead from one to the next, as on Linux.
const MAX_LINKS: usize = 40;

impl Replacement {
    /// Begin. `None` for what is no regular file, such as a pipe; a symbolic link stays, its target is replaced or made.
    pub(crate) fn begin(path: &Path, new: NewFile) -> io::Result<Option<Self>> {
        let old = match fs::metadata(path) {
            Ok(old) if old.is_file() => Some(old.permissions()),
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let path = if old.is_some() { fs::canonicalize(path)? } else { end_of_links(path)? };
        let (beside, file) = open_beside(&path, old.as_ref(), new)?;
        Ok(Some(Self { path, beside, file, old, is_done: false }))
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

/// Where a link leads whose target is not there; `path` itself if it is no link.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // A target that is not absolute is seen from the folder of the link.
            Ok(target) => path = path.parent().map_or_else(|| target.clone(), |folder| folder.join(&target)),
            Err(_) => return Ok(path),
        }
    }
    Err(io::ErrorKind::InvalidFilename.into())
}

/// A new file beside `path`, which nobody can read who could not read the old one.
fn open_beside(path: &Path, old: Option<&Permissions>, new: NewFile) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        match old {
            Some(old) => options.mode(old.mode() & 0o777),
            None if new == NewFile::Private => options.mode(0o600),
            None => &mut options,
        };
    }
    #[cfg(not(unix))]
    let _ = (old, new);
    for number in 0..MAX_NAMES {
        let beside = path.with_file_name(format!(".{name}.{}.{number}.tmp", std::process::id()));
        match options.open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((beside, file)),
        }
    }
    let text = format!("{MAX_NAMES} files `.{name}.….tmp` are left behind in its folder; remove them");
    Err(io::Error::new(io::ErrorKind::QuotaExceeded, text))
}
