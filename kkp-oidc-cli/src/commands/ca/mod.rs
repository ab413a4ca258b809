//! `kkp-oidc ca`

mod bundle;

use std::process::ExitCode;

use crate::args::{CaCommand, Output};
use crate::error::CliError;

/// Run one of the commands about CA bundles.
pub(crate) fn run(command: &CaCommand, output: Output) -> Result<ExitCode, CliError> {
    match command {
        CaCommand::Bundle(args) => bundle::run(args, output),
    }
}
