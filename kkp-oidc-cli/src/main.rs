//! The `kkp-oidc` command.

mod args;
mod commands;
mod error;
mod exit_status;
mod explain_error;
#[cfg(feature = "serve")]
mod go_flags;
mod io;
mod kubeconfig_error;
#[cfg(feature = "serve")]
mod log;
mod pkcs12;
mod progress;
#[cfg(feature = "serve")]
mod serve_error;
#[cfg(feature = "serve")]
mod traces;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let arguments = std::env::args_os();
    #[cfg(feature = "serve")]
    let arguments = args::links::mark_ids(arguments);
    #[cfg(feature = "serve")]
    let (arguments, ignored) = go_flags::normalize(arguments);
    let cli = Cli::parse_from(arguments);
    let result = match cli.command {
        #[cfg(feature = "serve")]
        Command::Serve(args) => commands::serve::run(*args, &ignored, cli.output).map(|()| ExitCode::SUCCESS),
        Command::Key(args) => commands::key::run(&args, cli.output).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => commands::check::run(&args, cli.output),
        Command::Migrate(args) => commands::migrate::run(&args, cli.output),
        Command::Doctor(args) => commands::doctor::run(&args, cli.output),
        Command::Explain(args) => commands::explain::run(&args, cli.output).map(|()| ExitCode::SUCCESS),
        Command::Render(args) => commands::render::run(&args, cli.output),
        Command::Ca(command) => commands::ca::run(&command, cli.output),
        Command::ExplainToken(args) => commands::explain_token::run(&args, cli.output),
        Command::Kubeconfig(command) => commands::kubeconfig::run(&command, cli.output),
        Command::Rbac(args) => commands::rbac::run(args, cli.output).map(|()| ExitCode::SUCCESS),
        Command::Audit(command) => commands::audit::run(&command, cli.output).map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "serve")]
        Command::Links(command) => commands::links::run(&command, cli.output),
        Command::Completions(args) => commands::completions::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Man(args) => commands::man::run(&args).map(|()| ExitCode::SUCCESS),
    };
    match result {
        Ok(code) => code,
        Err(error) => error.report(),
    }
}
