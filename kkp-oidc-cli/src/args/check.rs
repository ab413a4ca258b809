//! `kkp-oidc check` and `kkp-oidc explain`

use std::path::PathBuf;

use clap::Args;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::diagnostics::Code;
use kkp_oidc_core::kkp::Version;

pub(crate) const HELP: &str = "\
Give all files of one installation in one call: values.yaml (2.12, 2.13), KubermaticConfiguration, Seeds, clusters,
KubermaticSetting, values of the Dex chart, config.json, and the ConfigMap with the CA bundle, each in files of its own or
several in one. What each is, is found out. Secrets are never shown.

  kkp-oidc check values.yaml
  kkp-oidc check kubermatic.yaml seed.yaml dex-values.yaml --kkp-version 2.28
  helm get values kubermatic -n kubermatic | kkp-oidc check -

Exit status: 0 nothing to mend, 1 there are errors or warnings, 2 wrong usage, 3 file trouble.";

/// All findings about the files of an installation.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Files, folders (their .yaml, .yml and .json files, without hidden ones and subfolders), or `-` for stdin.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The version of KKP, such as 2.13; otherwise every version is thought of that can have these files.
    #[arg(long, value_name = "VERSION")]
    pub(crate) kkp_version: Option<Version>,
    /// Judge certificates at another time than now: RFC 3339, or a day such as 2026-06-01.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<UnixTime>,
    /// The certificates that the provider shows, its own first: does the CA bundle lead to them?
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer_chain: Option<PathBuf>,
    /// Mend in the files what can be mended without a doubt, and say what is left.
    #[arg(long)]
    pub(crate) fix: bool,
    /// Print findings as SARIF 2.1.0, for code review tools.
    #[arg(long, conflicts_with = "output")]
    pub(crate) sarif: bool,
}

/// What a code means.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The code in brackets, such as cookie-key-length; all codes if there is none.
    #[arg(value_name = "CODE", value_parser = code)]
    pub(crate) code: Option<Code>,
}

fn code(text: &str) -> Result<Code, String> {
    text.parse().map_err(|error| format!("{error}; `kkp-oidc explain` lists all codes"))
}
