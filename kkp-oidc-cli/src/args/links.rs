//! `kkp-oidc links`

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use kkp_oidc_core::share::ShareId;

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
    #[arg(value_name = "LINK", required_unless_present = "owner", conflicts_with = "owner")]
    pub(crate) links: Vec<LinkName>,
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

/// A link, by whatever it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkName(pub(crate) ShareId);

/// Why text names no link. It is not repeated: it may be a link.
#[derive(Debug, thiserror::Error)]
#[error("no link of this service, expected its address, or the 22 characters of its id")]
pub(crate) struct ParseLinkNameError;

impl FromStr for LinkName {
    type Err = ParseLinkNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().ok().or_else(|| ShareId::claimed_by(text)).map(Self).ok_or(ParseLinkNameError)
    }
}
