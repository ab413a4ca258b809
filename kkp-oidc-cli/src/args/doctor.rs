//! `kkp-oidc doctor`

use std::path::PathBuf;

use clap::Args;
use kkp_oidc_core::kkp::Version;

pub(crate) const HELP: &str = "\
Everything that `kkp-oidc check` finds, and with --online what the living provider answers: its address, its certificate
against exactly this CA bundle, its discovery document, keys, scopes and clock, whether it accepts the redirect URI (a login
is begun and never completed), and whether it accepts the client's secret (a code that does not exist is presented).
Seeds with a provider of their own are asked, too.

Exit status: 0 all is well, 1 there are errors or warnings, 2 wrong usage, 3 file trouble.";

/// Findings about an installation's files and its living provider.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Files, folders (what ends in .yaml, .yml or .json, without hidden ones and subfolders), or `-` for stdin.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Ask the provider, too.
    #[arg(long)]
    pub(crate) online: bool,
    /// Trust these certificates instead of those in the files.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_bundle: Option<PathBuf>,
    /// The version of KKP, such as 2.13; otherwise every version is thought of that can have these files.
    #[arg(long, value_name = "VERSION")]
    pub(crate) kkp_version: Option<Version>,
}
