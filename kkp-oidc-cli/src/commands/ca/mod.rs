//! `kkp-oidc ca`

mod bundle;
mod check;
mod explain;
mod probe;
mod read;
mod store;

use std::path::Path;
use std::process::ExitCode;

use kkp_oidc_core::ca_check::ServerAddress;

use crate::args::{CaCommand, Output};
use crate::error::CliError;

/// The certificates of a file, DER, in its order.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, CliError> {
    read::read(path).map(|assembled| read::certificates(&assembled))
}

/// The certificates that a server sends.
pub(crate) fn probe_chain(address: &ServerAddress) -> Result<Vec<Vec<u8>>, CliError> {
    probe::chain(address, &address.host)
}

pub(crate) use bundle::system_file;

/// Run one of the commands about CA bundles.
pub(crate) fn run(command: &CaCommand, output: Output) -> Result<ExitCode, CliError> {
    match command {
        CaCommand::Bundle(args) => bundle::run(args, output),
        CaCommand::Check(args) => check::run(args, output),
        CaCommand::Explain(args) => explain::run(args, output),
    }
}
