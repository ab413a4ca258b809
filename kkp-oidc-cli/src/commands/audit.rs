//! `kkp-oidc audit`

use kkp_oidc_core::audit::PseudonymKey;
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::secret::SecretBytes;
use serde_json::json;

use crate::args::Output;
use crate::args::audit::{AuditCommand, PseudonymArgs};
use crate::error::CliError;
use crate::io;

pub(crate) fn run(command: &AuditCommand, output: Output) -> Result<(), CliError> {
    match command {
        AuditCommand::Pseudonym(args) => pseudonym(args, output),
    }
}

fn pseudonym(args: &PseudonymArgs, output: Output) -> Result<(), CliError> {
    let contents = SecretBytes::from(io::read_input(&args.key_file)?);
    let key = CookieKey::from_file_contents(contents.expose_secret())
        .map_err(|cause| CliError::CookieKey { path: args.key_file.clone(), cause })?;
    let pseudonym = PseudonymKey::new(&key).pseudonym(&args.email);
    match output {
        Output::Human => io::print_line(&pseudonym),
        Output::Json => io::print_line(&json!({ "pseudonym": pseudonym }).to_string()),
    }
}
