//! `kkp-oidc check`

use std::path::Path;
use std::process::ExitCode;

use kkp_oidc_core::diagnostics::{self, Finding, Severity, Source};
use kkp_oidc_core::kkp::{self, CheckOptions, Installation};

use crate::args::Output;
use crate::args::check::CheckArgs;
use crate::commands::ca;
use crate::commands::installation::{FileContent, named, read};
use crate::error::CliError;
use crate::io;

/// Most rounds of mending: a field that is misspelt, of the wrong type and so on is mended in two.
const MAX_ROUNDS: usize = 8;

/// Check the files of an installation, and mend them if that is asked for.
pub(crate) fn run(args: &CheckArgs, output: Output) -> Result<ExitCode, CliError> {
    let issuer_chain = match &args.issuer_chain {
        Some(path) => ca::certificates(path)?,
        None => Vec::new(),
    };
    let options = CheckOptions { now: args.at.unwrap_or_else(io::now), version: args.kkp_version, issuer_chain };
    let files = read(&args.files)?;
    let (mut sources, mut findings) = check(&files, &options);
    if args.fix {
        (sources, findings) = mend(&files, sources, findings, &options)?;
    }
    let text = match output {
        _ if args.sarif => diagnostics::to_sarif(&findings, &sources, env!("CARGO_PKG_VERSION")),
        Output::Json => diagnostics::to_json(&findings, &sources),
        Output::Human => findings.iter().map(|one| diagnostics::to_text(one, &sources) + "\n").collect(),
    };
    io::print(&|sink| sink(text.as_bytes()))?;
    if output == Output::Human && !args.sarif {
        let fixable = findings.iter().filter(|finding| finding.fix.is_some()).count();
        let fixable = if fixable == 0 { String::new() } else { format!("; --fix mends {fixable}") };
        io::say(&(counted(&findings, sources.len()) + &fixable));
    }
    Ok(ExitCode::from(u8::from(diagnostics::worst(&findings) >= Some(Severity::Warning))))
}

fn check(files: &[FileContent], options: &CheckOptions) -> (Vec<Source>, Vec<Finding>) {
    let (installation, sources) = Installation::read(named(files));
    let findings = kkp::check(&installation, options);
    (sources, findings)
}

/// Write the files that have a fix, and say what is left then. A fix may uncover another one, so it goes on until there
/// is none. What came from stdin cannot be written back.
fn mend(
    files: &[FileContent],
    mut sources: Vec<Source>,
    mut findings: Vec<Finding>,
    options: &CheckOptions,
) -> Result<(Vec<Source>, Vec<Finding>), CliError> {
    let mut mended = files.to_vec();
    for _ in 0..MAX_ROUNDS {
        let mut is_changed = false;
        for (index, (path, content)) in mended.iter_mut().enumerate() {
            if path != Path::new("-")
                && let Some(text) = diagnostics::apply(&findings, index, &sources)
            {
                *content = text.into_bytes();
                is_changed = true;
            }
        }
        if !is_changed {
            break;
        }
        (sources, findings) = check(&mended, options);
    }
    for ((path, before), (_, after)) in files.iter().zip(&mended) {
        if before != after {
            io::replace(path, &|sink| sink(after))?;
            io::say(&format!("mended {}", path.display()));
        }
    }
    Ok((sources, findings))
}

/// `1 error, 2 warnings in 3 files`
pub(super) fn counted(findings: &[Finding], files: usize) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let of = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| plural(of(severity), severity.name()))
        .collect();
    let parts = if parts.is_empty() { "nothing to mend".to_owned() } else { parts.join(", ") };
    format!("{parts} in {}", plural(files, "file"))
}
