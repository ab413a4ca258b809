//! `kkp-oidc doctor`

mod network;
mod provider;

use std::fmt::Write as _;
use std::process::ExitCode;

use kkp_oidc_core::diagnostics::{self, Finding, Severity, Source};
use kkp_oidc_core::doctor::{Probe, State};
use kkp_oidc_core::kkp::{self, CheckOptions, Installation};
use serde_json::json;

use self::provider::{Provider, providers};
use crate::args::Output;
use crate::args::doctor::DoctorArgs;
use crate::commands::{check, installation};
use crate::error::CliError;
use crate::io;

/// Check the files, and ask the providers that they name.
pub(crate) fn run(args: &DoctorArgs, output: Output) -> Result<ExitCode, CliError> {
    let files = installation::read(&args.files)?;
    let (installation, sources) = Installation::read(installation::named(&files));
    let now = io::now();
    let options = CheckOptions { now, version: args.kkp_version, issuer_chain: Vec::new() };
    let findings = kkp::check(&installation, &options);
    let asked: Vec<(Provider, Vec<Probe>)> = if args.online {
        let trust = network::trust(args, &installation)?;
        providers(&installation, args.kkp_version)
            .into_iter()
            .map(|provider| {
                let probes = network::ask(&provider, &trust, now);
                (provider, probes)
            })
            .collect()
    } else {
        Vec::new()
    };
    match output {
        Output::Human => human(&findings, &sources, &asked, args.online)?,
        Output::Json => {
            let providers: Vec<_> = asked
                .iter()
                .map(|(provider, probes)| json!({ "of": provider.of, "issuer": provider.shown_issuer, "probes": probes }))
                .collect();
            let findings = diagnostics::to_values(&findings, &sources);
            io::print_line(&json!({ "findings": findings, "providers": providers }).to_string())?;
        }
    }
    let bad_files = diagnostics::worst(&findings) >= Some(Severity::Warning);
    let bad_probes = asked.iter().flat_map(|(_, probes)| probes).any(|probe| probe.state >= State::Warning);
    Ok(ExitCode::from(u8::from(bad_files || bad_probes)))
}

fn human(
    findings: &[Finding],
    sources: &[Source],
    asked: &[(Provider, Vec<Probe>)],
    online: bool,
) -> Result<(), CliError> {
    let mut text: String = findings.iter().map(|finding| diagnostics::to_text(finding, sources) + "\n").collect();
    for (provider, probes) in asked {
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "{} of {}", provider.shown_issuer, provider.of);
        for probe in probes {
            let _ = writeln!(text, "  {} {:14}  {}", sign(probe.state), probe.name, probe.message);
            if let Some(help) = &probe.help {
                let _ = writeln!(text, "  {:2} {:14}  help: {help}", "", "");
            }
        }
        text.push('\n');
    }
    io::print(&|sink| sink(text.as_bytes()))?;
    let mut said = check::counted(findings, sources.len());
    if online {
        let of = |state| asked.iter().flat_map(|(_, probes)| probes).filter(|probe| probe.state == state).count();
        let _ = write!(
            said,
            "; probes: {} failed, {} with a warning, {} not tried, {} well",
            of(State::Failed),
            of(State::Warning),
            of(State::NotTried),
            of(State::Ok)
        );
    } else {
        said.push_str("; --online asks the provider, too");
    }
    io::say(&said);
    Ok(())
}

/// A sign for each state, all of the same width.
fn sign(state: State) -> &'static str {
    match (state, io::shows_unicode()) {
        (State::Ok, true) => "✓ ",
        (State::Warning, true) => "! ",
        (State::Failed, true) => "✗ ",
        (State::Ok, false) => "ok",
        (State::Warning, false) => "! ",
        (State::Failed, false) => "NO",
        _ => "- ",
    }
}
