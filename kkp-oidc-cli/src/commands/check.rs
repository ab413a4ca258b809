//! `kkp-oidc check`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kkp_oidc_core::diagnostics::{self, Finding, Severity, Source};
use kkp_oidc_core::kkp::{self, CheckOptions, Installation};

use crate::args::Output;
use crate::args::check::CheckArgs;
use crate::commands::ca;
use crate::error::CliError;
use crate::io;

/// Longest file that is read, in bytes: one more than is looked at, so that core says that it is too long.
const MAX_LEN: usize = kkp_oidc_core::yaml::MAX_TREE_LEN + 1;

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
        let mended = mend(&files, &sources, &findings)?;
        if !mended.is_empty() {
            (sources, findings) = check(&mended, &options);
        }
    }
    let text = match output {
        _ if args.sarif => diagnostics::to_sarif(&findings, &sources, env!("CARGO_PKG_VERSION")),
        Output::Json => diagnostics::to_json(&findings, &sources),
        Output::Human => findings.iter().map(|one| diagnostics::to_text(one, &sources) + "\n").collect(),
    };
    io::print(&|sink| sink(text.as_bytes()))?;
    if output == Output::Human && !args.sarif {
        say(&counted(&findings, sources.len()));
    }
    Ok(ExitCode::from(u8::from(diagnostics::worst(&findings) >= Some(Severity::Warning))))
}

/// A file with its path and its content.
pub(super) type FileContent = (PathBuf, Vec<u8>);

pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<FileContent>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        for file in io::files(path)? {
            let content = io::read_start(&file, MAX_LEN)?;
            files.push((file, content));
        }
    }
    Ok(files)
}

/// The files with the names that findings call them.
pub(super) fn named(files: &[FileContent]) -> impl Iterator<Item = (String, Vec<u8>)> {
    files.iter().map(|(path, content)| (io::origin(path), content.clone()))
}

fn check(files: &[FileContent], options: &CheckOptions) -> (Vec<Source>, Vec<Finding>) {
    let (installation, sources) = Installation::read(named(files));
    let findings = kkp::check(&installation, options);
    (sources, findings)
}

/// Write the files that have a fix; all files as they are then, or nothing if there is no fix. What came from stdin cannot
/// be written back.
fn mend(files: &[FileContent], sources: &[Source], findings: &[Finding]) -> Result<Vec<FileContent>, CliError> {
    let mut mended = files.to_vec();
    let mut count = 0_usize;
    for (index, (path, content)) in mended.iter_mut().enumerate() {
        if path == Path::new("-") {
            continue;
        }
        if let Some(text) = diagnostics::apply(findings, index, sources) {
            io::replace(path, &|sink| sink(text.as_bytes()))?;
            say(&format!("mended {}", path.display()));
            *content = text.into_bytes();
            count += 1;
        }
    }
    Ok(if count > 0 { mended } else { Vec::new() })
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
    let fixable = findings.iter().filter(|finding| finding.fix.is_some()).count();
    let fixable = if fixable == 0 { String::new() } else { format!("; --fix mends {fixable}") };
    format!("{parts} in {}{fixable}", plural(files, "file"))
}

#[expect(clippy::print_stderr, reason = "says what was found and done")]
pub(super) fn say(text: &str) {
    eprintln!("{text}");
}
