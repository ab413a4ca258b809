//! `kkp-oidc explain-token`

mod human;

use std::path::Path;
use std::process::ExitCode;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::apiserver::{
    AuthenticationConfiguration, Authenticators, Decision, JwkSet, OidcFlags, ReadToken, Rule, SigningAlgorithms,
    Verdict, decide,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::args::Output;
use crate::args::explain_token::{ExplainTokenArgs, FlagArgs};
use crate::error::CliError;
use crate::exit_status::REFUSED;
use crate::explain_error::ExplainError;
use crate::io;

/// Show a token, and what kube-apiserver makes of it.
pub(crate) fn run(args: &ExplainTokenArgs, output: Output) -> Result<ExitCode, CliError> {
    let inputs =
        [Some(&args.token), args.authentication_config.as_ref(), args.flags.ca_file.as_ref(), args.jwks.as_ref()];
    if inputs.into_iter().flatten().filter(|path| path.as_path() == Path::new("-")).count() > 1 {
        return Err(ExplainError::StdinTwice.into());
    }
    let settings = settings(args)?;
    let keys = args.jwks.as_deref().map(read_keys).transpose()?;
    let token = read_token(&args.token)?;
    let now = args.at.unwrap_or_else(io::now);
    let decision = settings.map(|(configuration, algorithms)| {
        let authenticators =
            Authenticators { configuration: &configuration, algorithms: &algorithms, keys: keys.as_ref() };
        decide(&token, &authenticators, now)
    });
    match output {
        Output::Human => io::print_line(human::report(&token, decision.as_ref(), now).trim_end())?,
        Output::Json => io::print_line(&json(&token, decision.as_ref(), now))?,
    }
    let is_fine = decision.is_none_or(|decision| decision.verdict == Verdict::Accepted);
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

/// The configuration and the algorithms that go with it, if any is given.
fn settings(args: &ExplainTokenArgs) -> Result<Option<(AuthenticationConfiguration, SigningAlgorithms)>, CliError> {
    let (configuration, algorithms) = match (&args.authentication_config, &args.flags.issuer_url) {
        (Some(path), _) => {
            let configuration = AuthenticationConfiguration::parse(&io::read_input(path)?)
                .map_err(|cause| ExplainError::Configuration { path: path.clone(), cause })?;
            (configuration, SigningAlgorithms::all())
        }
        (None, Some(issuer_url)) => {
            let flags = flags(&args.flags, issuer_url);
            let ca_pem = args.flags.ca_file.as_deref().map(read_text).transpose()?.unwrap_or_default();
            (flags.to_configuration(&ca_pem), flags.signing_algs)
        }
        (None, None) => return Ok(None),
    };
    let findings = configuration.review().findings;
    if findings.is_empty() {
        return Ok(Some((configuration, algorithms)));
    }
    Err(ExplainError::Findings(findings.iter().map(ToString::to_string).collect()).into())
}

fn flags(args: &FlagArgs, issuer_url: &str) -> OidcFlags {
    OidcFlags {
        issuer_url: issuer_url.to_owned(),
        client_id: args.client_id.clone().unwrap_or_default(),
        username_claim: args.username_claim.clone(),
        username_prefix: args.username_prefix.clone(),
        groups_claim: args.groups_claim.clone(),
        groups_prefix: args.groups_prefix.clone(),
        required_claims: args.required_claim.clone(),
        ca_file: String::new(),
        signing_algs: args.signing_algs.clone(),
    }
}

fn read_text(path: &Path) -> Result<String, CliError> {
    String::from_utf8(io::read_input(path)?).map_err(|_| ExplainError::CaFile { path: path.to_owned() }.into())
}

fn read_token(path: &Path) -> Result<ReadToken, CliError> {
    // What is not UTF-8 is not base64url either, and is refused for that.
    let text = String::from_utf8_lossy(&io::read_input(path)?).into_owned();
    ReadToken::parse(&text.into()).map_err(|cause| ExplainError::Token { path: path.to_owned(), cause }.into())
}

fn read_keys(path: &Path) -> Result<JwkSet, CliError> {
    let json = io::read_input(path)?;
    JwkSet::parse(&json).map_err(|cause| ExplainError::Keys { path: path.to_owned(), cause }.into())
}

/// What `--output json` prints.
#[derive(Serialize)]
struct Report<'a> {
    at: String,
    header: &'a Map<String, Value>,
    claims: &'a Map<String, Value>,
    /// The rule that kube-apiserver refuses the token for.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_by: Option<Rule>,
    /// Only with a configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'a Decision>,
}

fn json(token: &ReadToken, decision: Option<&Decision>, now: UnixTime) -> String {
    let report = Report {
        at: now.to_string(),
        header: token.header(),
        claims: token.claims(),
        refused_by: decision.and_then(Decision::refused_by).map(|check| check.rule),
        decision,
    };
    serde_json::to_string(&report).unwrap_or_default()
}
