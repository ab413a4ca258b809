//! `kkp-oidc kubeconfig inspect`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{folder, names_stdin_twice, read};
use crate::args::kubeconfig::InspectArgs;
use crate::args::{Output, usage_error};
use crate::error::CliError;
use crate::exit_status::REFUSED;
use crate::io;

/// Print what kubeconfigs would do.
pub(crate) fn run(args: &InspectArgs, output: Output) -> Result<ExitCode, CliError> {
    if names_stdin_twice(args.files.iter().map(PathBuf::as_path)) {
        return Ok(usage_error("stdin can be read once, but `-` is given twice"));
    }
    let now = args.at.unwrap_or_else(io::now);
    let mut findings = 0_usize;
    for path in &args.files {
        let file = read(path)?.with_paths_in(&folder(path)?);
        let inspection = file.inspect(now, &|path| io::read_as_go(Path::new(path)));
        findings = findings.saturating_add(inspection.findings.len());
        let name = path.display().to_string();
        match output {
            Output::Human if args.files.len() > 1 => io::print_line(&format!("{name}:\n{inspection}"))?,
            Output::Human => io::print_line(inspection.to_string().trim_end())?,
            Output::Json => io::print_line(&inspection.to_json_line(&name))?,
        }
    }
    Ok(if findings == 0 { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}
