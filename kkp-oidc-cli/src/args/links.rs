//! `kkp-oidc links`

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_core::share::ShareId;

use super::secret::secret;

const LIST_HELP: &str = "\
Example: kkp-oidc links list --share-store shares.db --owner anna@example.com

Exit status: 0 listed, 2 wrong usage, 3 the store cannot be used.";

const REVOKE_HELP: &str = "\
Examples:
  kkp-oidc links revoke --share-store shares.db https://example.com/share/AVpa...
  kkp-oidc links revoke --share-store shares.db --owner anna@example.com --audit-log audit.log

The service may run meanwhile: from now on it refuses what was taken back. A kubeconfig that somebody already has keeps
working: take the role away in the cluster to end that.

Exit status: 0 taken back, 1 there is no such link, 2 wrong usage, 3 the store cannot be used.";

#[derive(Debug, Subcommand)]
pub(crate) enum LinksCommand {
    /// Print the links that can be used, in the order in which they were made.
    #[command(after_help = LIST_HELP)]
    List(ListArgs),
    /// Take links back: those that are named, or all that somebody made.
    #[command(after_help = REVOKE_HELP)]
    Revoke(RevokeArgs),
}

/// Which links.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Only those that the person with this e-mail address made; upper and lower case are the same.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) owner: Option<String>,
    /// Also those that have ended.
    #[arg(long)]
    pub(crate) all: bool,
}

/// What is taken back.
#[derive(Args, Debug)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// A link, by its address or by its id.
    // As a secret: whoever has a link's address may use it, so that a wrong one is not repeated.
    #[arg(value_name = "LINK", required_unless_present = "owner", conflicts_with = "owner", value_parser = secret)]
    pub(crate) links: Vec<SecretString>,
    /// All links that the person with this e-mail address made and that can be used.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) owner: Option<String>,
    /// Append a line for each link to this audit log, as the service does; nobody is named as its actor.
    #[arg(long, value_name = "FILE")]
    pub(crate) audit_log: Option<PathBuf>,
}

/// Where links are kept.
#[derive(Args, Debug)]
pub(crate) struct StoreArgs {
    /// The file that `serve --share-store` is given.
    #[arg(long, env = "KKP_OIDC_SHARE_STORE", hide_env_values = true, value_name = "FILE")]
    pub(crate) share_store: PathBuf,
}

/// Stands before an id that would be taken for a flag.
const ID: &str = "id:";

/// The arguments, with a mark before each id of `links revoke` that begins with a hyphen: one in 64 does.
pub(crate) fn mark_ids(arguments: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    let mut words = ["links", "revoke"].iter().peekable();
    arguments.map(move |argument| {
        match argument.to_str() {
            Some(text) if words.peek().is_none() && text.starts_with('-') && text.parse::<ShareId>().is_ok() => {
                return format!("{ID}{text}").into();
            }
            Some(text) => _ = words.next_if(|word| **word == text),
            None => {}
        }
        argument
    })
}

/// The share that a link names, by its id or by its address.
pub(crate) fn named(link: &SecretString) -> Option<ShareId> {
    let link = link.expose_secret();
    link.strip_prefix(ID).unwrap_or(link).parse().ok().or_else(|| ShareId::claimed_by(link))
}
