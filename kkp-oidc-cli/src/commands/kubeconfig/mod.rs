//! `kkp-oidc kubeconfig`

mod inspect;
mod merge;
mod render;

use std::path::{self, Path};
use std::process::ExitCode;

use kkp_oidc_core::kubeconfig::KubeconfigFile;

use crate::args::Output;
use crate::args::kubeconfig::KubeconfigCommand;
use crate::error::CliError;
use crate::io;
use crate::kubeconfig_error::KubeconfigError;

/// Run one of the commands about kubeconfigs.
pub(crate) fn run(command: &KubeconfigCommand, output: Output) -> Result<ExitCode, CliError> {
    match command {
        KubeconfigCommand::Render(args) => render::run(args),
        KubeconfigCommand::Merge(args) => merge::run(args),
        KubeconfigCommand::Inspect(args) => inspect::run(args, output),
    }
}

fn read(path: &Path) -> Result<KubeconfigFile, CliError> {
    let bytes = io::read_input(path)?;
    KubeconfigFile::read(&bytes).map_err(|cause| KubeconfigError::Read { path: path.to_owned(), cause }.into())
}

/// The absolute folder that a file is in; of stdin, where the command runs.
fn folder(path: &Path) -> Result<String, CliError> {
    let in_folder = || {
        let file = if path == Path::new("-") { path::absolute("-")? } else { path::absolute(path)? };
        let folder = file.parent().ok_or(std::io::ErrorKind::InvalidFilename)?;
        // Paths in a kubeconfig are text.
        folder.to_str().map(str::to_owned).ok_or_else(|| std::io::ErrorKind::InvalidFilename.into())
    };
    in_folder().map_err(|cause| CliError::File { path: path.to_owned(), doing: "placed", cause })
}

/// Whether stdin is named more than once.
fn names_stdin_twice<'a>(paths: impl Iterator<Item = &'a Path>) -> bool {
    paths.filter(|&path| path == Path::new("-")).count() > 1
}
