//! What can be written on the command line. Value parsers are core's.

pub(crate) mod audit;
pub(crate) mod ca_bundle;
pub(crate) mod ca_check;
pub(crate) mod ca_explain;
pub(crate) mod check;
pub(crate) mod describe;
pub(crate) mod doctor;
pub(crate) mod explain_token;
#[cfg(feature = "serve")]
mod go_bool;
pub(crate) mod kubeconfig;
#[cfg(feature = "serve")]
pub(crate) mod links;
pub(crate) mod migrate;
pub(crate) mod rbac;
pub(crate) mod render;
#[cfg(feature = "serve")]
mod secret;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod sharing;
#[cfg(feature = "serve")]
mod traces;
#[cfg(feature = "serve")]
mod transport;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

#[cfg(feature = "serve")]
pub(crate) use self::serve::{ForwardedHeaderArg, IdpCaArg, KkpLinksArg, LogFormat, PromptArg, ServeArgs};
#[cfg(feature = "serve")]
pub(crate) use self::sharing::SharingArgs;
#[cfg(feature = "serve")]
pub(crate) use self::transport::TransportArgs;

/// Share Kubernetes clusters through an OpenID Connect provider.
#[derive(Debug, Parser)]
#[command(name = "kkp-oidc", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How results are written to stdout.
    #[arg(long, global = true, value_enum, default_value_t = Output::Human, value_name = "FORMAT", display_order = 900)]
    pub(crate) output: Output,
}

/// How results are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Human,
    /// For programs: one JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the share endpoint.
    // A flag given again counts, as in Go; gates add up nevertheless.
    #[cfg(feature = "serve")]
    #[command(after_help = serve::AFTER_HELP, override_usage = serve::USAGE, args_override_self = true)]
    Serve(Box<ServeArgs>),
    /// Print a fresh cookie key: 32 random bytes as 64 hexadecimal characters.
    Key(KeyArgs),
    /// Say what is wrong with an installation's files, before it is rolled out.
    #[command(after_help = check::HELP)]
    Check(check::CheckArgs),
    /// Check the files, and ask the living provider.
    #[command(after_help = doctor::HELP)]
    Doctor(doctor::DoctorArgs),
    /// Write values.yaml as a KubermaticConfiguration of a later version, or back.
    #[command(after_help = migrate::HELP)]
    Migrate(migrate::MigrateArgs),
    /// Say what a finding's code means.
    Explain(check::ExplainArgs),
    /// Print what the files come to: arguments, manifests, the Dex client, the commands of the roll-out.
    #[command(after_help = render::HELP)]
    Render(Box<render::RenderArgs>),
    /// Make, check and explain CA bundles.
    #[command(subcommand)]
    Ca(CaCommand),
    /// Say what kube-apiserver makes of an ID token, and why.
    #[command(after_help = explain_token::HELP)]
    ExplainToken(Box<explain_token::ExplainTokenArgs>),
    /// Make, merge and inspect kubeconfigs.
    #[command(subcommand)]
    Kubeconfig(kubeconfig::KubeconfigCommand),
    /// Print the binding that gives a role to those with whom a cluster is shared, and the kubectl command that makes it.
    #[command(after_help = rbac::HELP)]
    Rbac(rbac::RbacArgs),
    /// Find people in an audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// List all share links of a store, and take back anybody's.
    #[cfg(feature = "serve")]
    #[command(subcommand)]
    Links(links::LinksCommand),
    /// Print what lets a shell complete this program's arguments.
    #[command(after_help = describe::COMPLETIONS_HELP)]
    Completions(describe::CompletionsArgs),
    /// Print this program's manual page, or write the pages of all its commands to a folder.
    Man(describe::ManArgs),
}

/// Say what is wrong with the arguments where clap cannot know it, and end as clap does.
pub(crate) fn usage_error(message: &str) -> ExitCode {
    // There is nobody to tell if stderr is closed.
    let _ = Cli::command().error(ErrorKind::ArgumentConflict, message).print();
    ExitCode::from(2)
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaCommand {
    /// Make one CA bundle of many inputs, in place of `cat`.
    #[command(after_help = ca_bundle::HELP)]
    Bundle(Box<ca_bundle::BundleArgs>),
    /// Say whether Go, OpenSSL and rustls clients that have only this bundle accept a server.
    #[command(after_help = ca_check::HELP)]
    Check(Box<ca_check::CheckArgs>),
    /// Say what is in a bundle: from each root down, what it is for, when it ends, what is missing, what does nothing.
    #[command(after_help = ca_explain::HELP)]
    Explain(ca_explain::ExplainArgs),
}

/// A fresh cookie key.
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    /// Write the key to this new file, mode 0600, instead of to stdout.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
