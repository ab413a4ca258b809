//! `kkp-oidc migrate`

use std::path::Path;
use std::process::ExitCode;

use kkp_oidc_core::diagnostics::Source;
use kkp_oidc_core::kkp::migrate::{MigrateError, Migration, Target, migrate};
use serde::Serialize;
use serde_json::Value;

use crate::args::migrate::MigrateArgs;
use crate::args::{Output, usage_error};
use crate::commands::installation;
use crate::error::CliError;
use crate::exit_status::REFUSED;
use crate::io;

#[derive(Serialize)]
struct JsonMigration<'a> {
    notes: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    yaml: Option<&'a str>,
}

/// Write the configuration of an installation for another version.
pub(crate) fn run(args: &MigrateArgs, output: Output) -> Result<ExitCode, CliError> {
    let Some((installation, sources)) = installation::whole(&args.files)? else { return Ok(ExitCode::from(REFUSED)) };
    let target = if args.to_values { Target::Values } else { Target::Configuration(args.to) };
    let migration = match migrate(&installation, &sources, target) {
        Ok(migration) => migration,
        Err(error @ MigrateError::NothingToMigrate { .. }) => {
            let help = if args.to_values { "leave out --to-values" } else { "--to-values is the way back" };
            return Ok(usage_error(&format!("{error}; {help}")));
        }
        Err(error) => return Err(CliError::Migrate(error)),
    };
    if let Some(path) = &args.out {
        io::replace_private(path, &|sink| sink(migration.text.as_bytes()))?;
    }
    match output {
        Output::Human => tell(&migration, &sources, args.out.as_deref())?,
        Output::Json => {
            let json = JsonMigration {
                notes: migration.notes.iter().map(|note| note.to_json(&sources)).collect(),
                file: args.out.as_deref().map(io::origin),
                yaml: args.out.is_none().then_some(migration.text.as_str()),
            };
            // INVARIANT: strings and numbers are always JSON.
            let json = serde_json::to_string(&json).unwrap_or_default() + "\n";
            io::print(&|sink| sink(json.as_bytes()))?;
        }
    }
    Ok(if migration.is_complete() { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

/// The notes on stderr, the text on stdout unless it has its file.
fn tell(migration: &Migration, sources: &[Source], out: Option<&Path>) -> Result<(), CliError> {
    for note in &migration.notes {
        io::say(&note.to_text(sources));
    }
    match out {
        Some(path) => io::say(&format!("wrote {}", io::origin(path))),
        None => io::print(&|sink| sink(migration.text.as_bytes()))?,
    }
    Ok(())
}
