//! Share links of our own: where they are kept, and what they give.

use std::path::PathBuf;

use clap::Args;
use kkp_oidc_core::issuer::ClientId;

use super::go_bool::go_bool;

const SHARING: &str = "Share links";

/// Whether owners can make share links that end.
#[derive(Args, Debug)]
pub(crate) struct SharingArgs {
    /// SQLite file with share links, their uses and sessions; made if it is not there. Without it there are no share links
    /// but KKP's. Several processes of this host may use it.
    #[arg(long, env = "KKP_OIDC_SHARE_STORE", hide_env_values = true, value_name = "FILE", help_heading = SHARING)]
    pub(crate) share_store: Option<PathBuf>,
    /// Client without a secret, registered at the provider for kubelogin (redirect URIs http://localhost:8000 and
    /// http://localhost:18000). With it, new links give kubeconfigs without any secret unless their owner chooses otherwise.
    #[arg(long, requires = "share_store", value_name = "ID", help_heading = SHARING)]
    pub(crate) public_client_id: Option<ClientId>,
    /// After a logout, the provider sends browsers back to /logged-out, which has to be registered there as a post-logout
    /// redirect URI.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = SHARING)]
    pub(crate) post_logout_redirect: bool,
}
