//! `kkp-oidc ca explain`

use std::path::PathBuf;

use clap::Args;
use kkp_oidc_core::UnixTime;

pub(crate) const HELP: &str = "\
Exit status: 0 explained, 2 wrong usage, 3 file trouble.";

/// What is in a bundle.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The bundle: PEM, DER, PKCS#7 or a Kubernetes manifest; `-` for stdin.
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,
    /// Judge at another time than now: RFC 3339, or a day such as 2020-06-01.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<UnixTime>,
}
