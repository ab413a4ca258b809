//! `kkp-oidc render`

use std::process::ExitCode;

use kkp_oidc_core::apiserver::{EmailVerifiedRule, GateOptions};
use kkp_oidc_core::kkp::{RenderOptions, Rendered, Secrets, render};
use serde_json::json;

use crate::args::Output;
use crate::args::render::RenderArgs;
use crate::commands::installation;
use crate::error::CliError;
use crate::exit_status::REFUSED;
use crate::io;

/// Render something, and write its secrets into files if that is asked for.
pub(crate) fn run(args: &RenderArgs, output: Output) -> Result<ExitCode, CliError> {
    let Some((installation, _)) = installation::whole(&args.files)? else { return Ok(ExitCode::from(REFUSED)) };
    let rendered = render(args.what.into(), &installation, &options(args))?;
    if let Some(folder) = args.secrets_dir.as_ref().filter(|_| !rendered.secrets.is_empty()) {
        io::create_folder(folder)?;
        for secret in &rendered.secrets {
            let path = folder.join(secret.name.file_name());
            let text = secret.text.expose_secret();
            if !io::has_text(&path, &|sink| sink(text.as_bytes()))? {
                io::create_private(&path, text)?;
                io::say(&format!("wrote {}", path.display()));
            }
        }
    }
    match output {
        Output::Human => io::print(&|sink| sink(rendered.text.as_bytes()))?,
        Output::Json => io::print_line(&as_json(&rendered))?,
    }
    for note in &rendered.notes {
        io::say(&format!("note: {note}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn options(args: &RenderArgs) -> RenderOptions {
    let secrets = match &args.secrets_dir {
        Some(folder) => Secrets::Files(folder.to_string_lossy().into_owned()),
        None if args.show_secrets => Secrets::Shown,
        None => Secrets::Redacted,
    };
    let email_verified =
        if args.require_email_verified { EmailVerifiedRule::Required } else { EmailVerifiedRule::None };
    RenderOptions {
        version: args.kkp_version,
        secrets,
        cluster: args.cluster.clone(),
        seed: args.seed.clone(),
        kubernetes: args.kubernetes_version,
        gate: GateOptions {
            username_prefix: args.username_prefix.clone(),
            groups_prefix: args.groups_prefix.clone(),
            email_verified,
            required_claims: args.required_claims.clone(),
        },
        issuers: args.issuers.clone(),
    }
}

/// A list of strings, or a document as one string.
fn as_json(rendered: &Rendered) -> String {
    match &rendered.items {
        Some(items) => json!(items).to_string(),
        None => json!(rendered.text).to_string(),
    }
}
