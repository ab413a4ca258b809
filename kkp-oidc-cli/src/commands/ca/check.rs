//! `kkp-oidc ca check`

use std::fmt::Write as _;
use std::process::ExitCode;

use kkp_oidc_core::ca_check::{Outcome, Verdict, check};
use serde::Serialize;

use super::{probe, read};
use crate::args::Output;
use crate::args::ca_check::CheckArgs;
use crate::error::CliError;
use crate::io;

/// Ask each client, and print one line for each.
pub(crate) fn run(args: &CheckArgs, output: Output) -> Result<ExitCode, CliError> {
    let bundle = read::read(&args.bundle)?;
    read::warn(&bundle);
    let name = args.name.as_ref().or_else(|| args.server.as_ref().map(|server| &server.host));
    let chain = match (&args.server, &args.chain) {
        (Some(server), _) => probe::chain(server, args.name.as_ref().unwrap_or(&server.host))?,
        (None, Some(path)) => read::certificates(&read::read(path)?),
        // INVARIANT: clap asks for one of the two.
        (None, None) => Vec::new(),
    };
    let now = args.at.unwrap_or_else(io::now);
    let verdicts = check(&read::certificates(&bundle), &chain, name, now);
    match output {
        Output::Human => io::print_line(&human(&verdicts, name.is_none()))?,
        Output::Json => {
            let report = Report {
                server: args.server.as_ref().map(ToString::to_string),
                name: name.map(ToString::to_string),
                at: now.to_string(),
                verdicts: &verdicts,
            };
            io::print_line(&serde_json::to_string(&report).unwrap_or_default())?;
        }
    }
    Ok(ExitCode::from(u8::from(!verdicts.iter().all(Verdict::is_accepted))))
}

/// What `--output json` prints.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    /// What the client asks for; without it the name was not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    at: String,
    verdicts: &'a [Verdict],
}

fn human(verdicts: &[Verdict], is_nameless: bool) -> String {
    let (yes, no) = if io::shows_unicode() { ("✓", "✗") } else { ("ok", "NO") };
    let mut lines = Vec::new();
    for verdict in verdicts {
        let client = verdict.client.name();
        lines.push(match &verdict.outcome {
            Outcome::Accepted { path, .. } => {
                let anchor = path.last().map(ToString::to_string).unwrap_or_default();
                format!("{yes} {client} accepts it: it leads to {anchor}")
            }
            Outcome::Refused { reason, remedy, .. } => {
                let mut line = format!("{no} {client} refuses it: {reason}");
                if let Some(remedy) = remedy {
                    // Writing to a `String` does not fail.
                    let _ = write!(line, "; {remedy}");
                }
                line
            }
            _ => format!("{no} {client}"),
        });
    }
    if is_nameless {
        lines.push("The name was not checked: give it with --name.".to_owned());
    }
    lines.join("\n")
}
