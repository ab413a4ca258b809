//! The only access to files.

mod replacement;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(crate) use self::replacement::{NewFile, Replacement};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::secret::{SecretBytes, SecretString};

use crate::error::CliError;

/// The largest file that is read, in bytes.
const MAX_FILE_LEN: u64 = 16 * 1024 * 1024;

/// Read a whole file, which may be a pipe.
#[cfg(feature = "serve")]
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let read = || {
        let mut contents = Vec::new();
        if File::open(path)?.take(MAX_FILE_LEN + 1).read_to_end(&mut contents)? as u64 > MAX_FILE_LEN {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file has more than 16 MiB"));
        }
        Ok(contents)
    };
    read().map_err(|cause| CliError::File { path: path.to_owned(), doing: "read", cause })
}

/// Whether a path leads to a file that can be read again; a pipe gives what it holds once.
#[cfg(feature = "serve")]
pub(crate) fn is_regular(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether users other than a file's owner and group can read it. Where files have no such modes, no.
#[cfg(feature = "serve")]
pub(crate) fn others_can_read(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Read a regular file of at most 16 MiB; the error is in the words of Go.
pub(crate) fn read_as_go(path: &Path) -> Result<Vec<u8>, String> {
    let read = || {
        let file = File::open(path)?;
        let mut contents = Vec::new();
        // What is no regular file can be opened, but might never end.
        if file.metadata()?.is_file() {
            file.take(MAX_FILE_LEN).read_to_end(&mut contents)?;
        }
        Ok(contents)
    };
    read().map_err(|error: io::Error| {
        let what = match error.kind() {
            io::ErrorKind::NotFound => "no such file or directory".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        format!("open {}: {what}", path.display())
    })
}

/// Whether there is something at a path, a dangling symbolic link included.
pub(crate) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Check that there is something at a path, where otherwise a file would be made.
#[cfg(feature = "serve")]
pub(crate) fn require(path: &Path) -> Result<(), CliError> {
    let found = fs::metadata(path).map(|_| ());
    found.map_err(|cause| CliError::File { path: path.to_owned(), doing: "read", cause })
}

/// The lock that kubectl, too, takes before it writes a kubeconfig: a file with `.lock` at its end.
pub(crate) struct Lock(PathBuf);

impl Lock {
    pub(crate) fn take(path: &Path) -> Result<Self, CliError> {
        let mut lock = path.as_os_str().to_owned();
        lock.push(".lock");
        let lock = PathBuf::from(lock);
        match OpenOptions::new().write(true).create_new(true).open(&lock) {
            Ok(_) => Ok(Self(lock)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(CliError::Locked { path: path.to_owned() })
            }
            Err(cause) => Err(CliError::File { path: path.to_owned(), doing: "locked", cause }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What cannot be removed stays, and the next command says so.
        let _ = fs::remove_file(&self.0);
    }
}

/// Most copies of a file that are made within one second.
const MAX_COPIES: u32 = 100;

/// Copy a regular file to a new one beside it, mode 0600, with the time in its name. None if there is no such file.
pub(crate) fn back_up(path: &Path) -> Result<Option<PathBuf>, CliError> {
    let copy = || {
        let contents = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => fs::read(path)?,
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
        let time = now().to_string().replace(['-', ':'], "");
        for number in 0..MAX_COPIES {
            let number = if number == 0 { String::new() } else { format!("-{number}") };
            let copy = path.with_file_name(format!("{name}.bak-{time}{number}"));
            match create_new_private(&copy, &[&contents]) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(Some(copy)),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    };
    copy().map_err(|cause| CliError::File { path: path.to_owned(), doing: "copied", cause })
}

/// Write text to a file that does not exist yet, readable for its owner only.
pub(crate) fn create_private(path: &Path, text: &str) -> Result<(), CliError> {
    create_new_private(path, &[text.as_bytes()]).map_err(|cause| CliError::File {
        path: path.to_owned(),
        doing: "created",
        cause,
    })
}

fn create_new_private(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = private().open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// Options for a new file that only its owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Write a secret to a file that does not exist yet, readable for its owner only, with a newline at the end.
pub(crate) fn create_secret(path: &Path, secret: &SecretString) -> Result<(), CliError> {
    create_new_private(path, &[secret.expose_secret().as_bytes(), b"\n"]).map_err(|cause| CliError::File {
        path: path.to_owned(),
        doing: "created",
        cause,
    })
}

/// Write one line to stdout.
pub(crate) fn print_line(line: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(CliError::Stdout)
}

/// What the clock of the system says.
pub(crate) fn now() -> UnixTime {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_secs(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// Most bytes that are read at once.
const PIECE_LEN: usize = 64 * 1024;

/// The longest password that is read, in bytes.
const MAX_PASSWORD_LEN: usize = 4096;

/// The first line of a file, which may be a pipe, without its end. Errors do not show it.
pub(crate) fn first_line(path: &Path) -> Result<SecretString, CliError> {
    let read = || {
        let mut text = Vec::with_capacity(MAX_PASSWORD_LEN + 1);
        File::open(path)?.take(MAX_PASSWORD_LEN as u64 + 1).read_to_end(&mut text)?;
        let text = SecretBytes::from(text);
        let line = text.expose_secret().split(|byte| *byte == b'\n').next().unwrap_or_default();
        if line.len() > MAX_PASSWORD_LEN {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "its first line has more than 4096 bytes"));
        }
        match std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)) {
            Ok(line) => Ok(SecretString::from(line)),
            Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "its first line is not UTF-8")),
        }
    };
    read().map_err(|cause| CliError::File { path: path.to_owned(), doing: "read", cause })
}

/// How many bytes there are in these files; `None` if one of them is not a regular file.
pub(crate) fn len_of_all(files: &[PathBuf]) -> Option<u64> {
    files.iter().try_fold(0_u64, |all, file| {
        let file = fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
        all.checked_add(file.len())
    })
}

/// Most files in one folder.
const MAX_FOLDER_FILES: usize = 200_000;

/// Pass a file on in pieces, or stdin for `-`, until it ends or `take` says that it is enough.
pub(crate) fn read_pieces(path: &Path, mut take: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), CliError> {
    let mut read = || {
        let mut source: Box<dyn Read> =
            if path == Path::new("-") { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
        let mut piece = vec![0; PIECE_LEN];
        loop {
            let len = match source.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(len) => len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if take(piece.get(..len).unwrap_or_default()).is_break() {
                return Ok(());
            }
        }
    };
    read().map_err(|cause| CliError::File { path: path.to_owned(), doing: "read", cause })
}

/// What findings call a file.
pub(crate) fn origin(path: &Path) -> String {
    if path == Path::new("-") { "(stdin)".to_owned() } else { path.to_string_lossy().into_owned() }
}

/// The first `max_len` bytes of a file, or of stdin for `-`; all if there are fewer.
pub(crate) fn read_start(path: &Path, max_len: usize) -> Result<Vec<u8>, CliError> {
    let mut content = Vec::new();
    read_pieces(path, |piece| {
        content.extend_from_slice(piece);
        if content.len() < max_len { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    content.truncate(max_len);
    Ok(content)
}

/// Read a whole file of at most 16 MiB, or stdin for `-`.
pub(crate) fn read_input(path: &Path) -> Result<Vec<u8>, CliError> {
    let (mut contents, mut is_too_large) = (Vec::new(), false);
    read_pieces(path, |piece| {
        contents.extend_from_slice(piece);
        is_too_large = contents.len() as u64 > MAX_FILE_LEN;
        if is_too_large { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if is_too_large {
        let cause = io::Error::new(io::ErrorKind::FileTooLarge, "the file has more than 16 MiB");
        return Err(CliError::File { path: path.to_owned(), doing: "read", cause });
    }
    Ok(contents)
}

/// The files of a folder by their names, without hidden ones and folders; `path` itself if it is no folder.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if path == Path::new("-") || !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let list = || {
        let mut files = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") || entry.path().is_dir() {
                continue;
            }
            files.push(entry.path());
            if files.len() > MAX_FOLDER_FILES {
                return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "the folder has more than 200000 files"));
            }
        }
        files.sort_unstable();
        Ok(files)
    };
    list().map_err(|cause| CliError::File { path: path.to_owned(), doing: "read", cause })
}

/// What is the same for all paths to one file.
pub(crate) fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The first of `paths` that is a file.
pub(crate) fn first_file(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// Text that is written in pieces.
pub(crate) type Pieces<'a> = dyn Fn(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> + 'a;

/// Whether a file has exactly this text.
pub(crate) fn has_text(path: &Path, text: &Pieces<'_>) -> Result<bool, CliError> {
    let compare = || {
        let file = match File::open(path) {
            Ok(file) if file.metadata()?.is_file() => file,
            Ok(_) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let mut file = BufReader::new(file);
        let (mut same, mut there) = (true, Vec::new());
        text(&mut |piece| {
            if same {
                there.resize(piece.len(), 0);
                same = match file.read_exact(&mut there) {
                    Ok(()) => there == piece,
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
                    Err(error) => return Err(error),
                };
            }
            Ok(())
        })?;
        Ok(same && file.read(&mut [0])? == 0)
    };
    compare().map_err(|cause| CliError::File { path: path.to_owned(), doing: "read", cause })
}

/// Put text in the place of a file, at once: it is written beside it and renamed. The mode of the file stays. What is no
/// regular file, such as a pipe, is written to directly; a symbolic link stays, its target is replaced.
pub(crate) fn replace(path: &Path, text: &Pieces<'_>) -> Result<(), CliError> {
    replace_by(path, text, NewFile::AsUsual)
}

/// The same, but a file that was not there is readable for its owner only.
pub(crate) fn replace_private(path: &Path, text: &Pieces<'_>) -> Result<(), CliError> {
    replace_by(path, text, NewFile::Private)
}

fn replace_by(path: &Path, text: &Pieces<'_>, new: NewFile) -> Result<(), CliError> {
    let replace = || match Replacement::begin(path, new)? {
        Some(mut replacement) => {
            text(&mut |piece| replacement.write(piece))?;
            replacement.finish()
        }
        None => {
            let mut file = OpenOptions::new().write(true).open(path)?;
            text(&mut |piece| file.write_all(piece))?;
            file.flush()
        }
    };
    replace().map_err(|cause| unwritten(path, cause))
}

/// A file that cannot be written.
pub(crate) fn unwritten(path: &Path, cause: io::Error) -> CliError {
    CliError::File { path: path.to_owned(), doing: "written", cause }
}

/// Say on stderr what was found or done.
#[expect(clippy::print_stderr, reason = "what is not the result goes to stderr")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// Write text to stdout.
pub(crate) fn print(text: &Pieces<'_>) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    text(&mut |piece| stdout.write_all(piece)).and_then(|()| stdout.flush()).map_err(CliError::Stdout)
}

/// Make a folder, and those above it, unless it is there.
pub(crate) fn create_folder(path: &Path) -> Result<(), CliError> {
    fs::create_dir_all(path).map_err(|cause| CliError::File { path: path.to_owned(), doing: "created", cause })
}

/// Whether the terminal shows more than ASCII, as far as the environment tells.
pub(crate) fn shows_unicode() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    set.is_some_and(|value| {
        let value = value.to_string_lossy().to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}
