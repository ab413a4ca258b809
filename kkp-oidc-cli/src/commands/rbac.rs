//! `kkp-oidc rbac`

use kkp_oidc_core::rbac::{Binding, Grant, RoleRef, Subjects};
use kkp_oidc_core::shell::Shell;
use serde::Serialize;

use crate::args::Output;
use crate::args::rbac::{Format, RbacArgs};
use crate::error::CliError;
use crate::io;

/// Print a binding.
pub(crate) fn run(args: RbacArgs, output: Output) -> Result<(), CliError> {
    let (format, shell) = (args.format, args.shell.into());
    let binding = binding(args)?;
    match output {
        Output::Json => io::print_line(&json(&binding)),
        Output::Human => {
            let text = human(&binding, format, shell)?;
            for warning in binding.warnings() {
                io::say(&format!("warning: {warning}"));
            }
            io::print(&|write| write(text.as_bytes()))
        }
    }
}

fn binding(args: RbacArgs) -> Result<Binding, CliError> {
    let users = args.users.into_iter().fold(Subjects::new(), Subjects::with_user);
    let prefix = args.groups_prefix;
    let subjects = args.groups.into_iter().fold(users, |subjects, group| subjects.with_group(group, &prefix));
    let grant = match args.namespace {
        None => Grant::Cluster(args.role),
        Some(namespace) if args.namespaced_role => Grant::Namespace(namespace, RoleRef::Role(args.role)),
        Some(namespace) => Grant::Namespace(namespace, RoleRef::ClusterRole(args.role)),
    };
    let binding = Binding::new(grant, subjects)?;
    Ok(match args.name {
        Some(name) => binding.with_name(name),
        None => binding,
    })
}

fn human(binding: &Binding, format: Format, shell: Shell) -> Result<String, CliError> {
    Ok(match format {
        Format::Manifest => binding.manifest(),
        Format::Command => binding.command(shell)? + "\n",
        // No command has a line break in it.
        Format::Both => format!("# {}\n{}", binding.command(shell)?, binding.manifest()),
    })
}

/// What `--output json` prints.
#[derive(Serialize)]
struct Report {
    name: String,
    manifest: String,
    commands: Vec<CommandLine>,
    warnings: Vec<Line>,
}

/// The command for one shell, or why there is none.
#[derive(Serialize)]
struct CommandLine {
    shell: &'static str,
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

#[derive(Serialize)]
struct Line {
    code: &'static str,
    text: String,
}

fn json(binding: &Binding) -> String {
    let command = |shell: Shell| match binding.command(shell) {
        Ok(command) => CommandLine { shell: shell.name(), command: Some(command), refused: None },
        Err(error) => CommandLine { shell: shell.name(), command: None, refused: Some(error.to_string()) },
    };
    let report = Report {
        name: binding.name().to_string(),
        manifest: binding.manifest(),
        commands: Shell::ALL.map(command).into(),
        warnings: binding
            .warnings()
            .iter()
            .map(|warning| Line { code: warning.code(), text: warning.to_string() })
            .collect(),
    };
    serde_json::to_string(&report).unwrap_or_default()
}
