//! The only access to files.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
#[cfg(feature = "serve")]
use std::{fs::File, io::Read as _};

use kkp_oidc_core::secret::SecretString;

use crate::error::CliError;

/// The largest file that is read, in bytes.
#[cfg(feature = "serve")]
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

/// Write a secret to a file that does not exist yet, readable for its owner only, with a newline at the end.
pub(crate) fn create_secret(path: &Path, secret: &SecretString) -> Result<(), CliError> {
    let create = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(secret.expose_secret().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    };
    create().map_err(|cause| CliError::File { path: path.to_owned(), doing: "created", cause })
}

/// Write one line to stdout.
pub(crate) fn print_line(line: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(CliError::Stdout)
}
