//! `kkp-oidc audit`

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(crate) const HELP: &str = "\
Example: grep -F \"$(kkp-oidc audit pseudonym --email anna@example.com --key-file cookie.key)\" audit.log

Exit status: 0 printed, 1 key refused, 2 wrong usage, 3 file trouble.";

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Print what the audit log of `serve --audit-pseudonyms` calls somebody.
    #[command(after_help = HELP)]
    Pseudonym(PseudonymArgs),
}

/// Who, and under which key.
#[derive(Args, Debug)]
pub(crate) struct PseudonymArgs {
    /// The person's e-mail address, as the provider has it; upper and lower case are the same.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) email: String,
    /// File with the service's cookie key, or `-` for stdin; one newline at its end is not part of the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: PathBuf,
}
