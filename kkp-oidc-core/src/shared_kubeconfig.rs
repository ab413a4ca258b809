//! The kubeconfig that a login ends in. KKP: spec section 6.

use crate::authorization::UserEntry;
use crate::directory::SharedCluster;
use crate::id_token::Identity;
use crate::issuer::{ClientId, IssuerConfig};
use crate::kubeconfig::{Cluster, ExecConfig, Kubeconfig, Kubelogin, OidcAuthProvider, PublicKubelogin, User};
use crate::secret::SecretString;

/// Everything that goes into it: the cluster's public facts from the directory, the identity from the token.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct SharedKubeconfig<'a> {
    /// Where the cluster is, and whom to trust there.
    pub cluster: &'a SharedCluster,
    /// Provider and client.
    pub issuer: &'a IssuerConfig,
    /// The client without a secret, for [`UserEntry::PublicKubelogin`].
    pub public_client: Option<&'a ClientId>,
    /// PEM of the certificates that the provider's lead to; `None` where the system's suffice.
    pub issuer_ca: Option<&'a str>,
    /// Who logged in.
    pub identity: &'a Identity,
    /// What the provider gave to last longer than the ID token.
    pub refresh_token: Option<&'a SecretString>,
    /// The user entry to write.
    pub user_entry: UserEntry,
}

impl SharedKubeconfig<'_> {
    /// The kubeconfig.
    ///
    /// Cluster and context have the cluster's id for a name. The user entry has the e-mail address in lower case; the
    /// identity that the API server sees is the token's, as it is. KKP: spec section 6.1.
    ///
    /// # Errors
    ///
    /// - [`SharedKubeconfigError::NoRefreshToken`] if the user entry needs one.
    /// - [`SharedKubeconfigError::NoPublicClient`] if the user entry needs one.
    pub fn build(&self) -> Result<Kubeconfig, SharedKubeconfigError> {
        let issuer_ca = self.issuer_ca.map(|pem| pem.as_bytes().to_vec());
        let client_id = self.issuer.client_id().to_string();
        let client_secret = self.issuer.client_secret().as_secret().clone();
        let user = match self.user_entry {
            UserEntry::AuthProvider => User::from(OidcAuthProvider {
                client_id,
                client_secret,
                id_token: self.identity.id_token().clone(),
                idp_issuer_url: self.issuer.issuer().to_string(),
                refresh_token: self.refresh_token.ok_or(SharedKubeconfigError::NoRefreshToken)?.clone(),
                idp_certificate_authority_data: issuer_ca,
            }),
            UserEntry::Kubelogin => User::Exec(ExecConfig::kubelogin(&Kubelogin {
                issuer_url: self.issuer.issuer().to_string(),
                client_id,
                client_secret,
                certificate_authority_data: issuer_ca,
            })),
            UserEntry::PublicKubelogin => User::Exec(ExecConfig::public_kubelogin(&PublicKubelogin {
                issuer_url: self.issuer.issuer().to_string(),
                client_id: self.public_client.ok_or(SharedKubeconfigError::NoPublicClient)?.to_string(),
                certificate_authority_data: issuer_ca,
            })),
        };
        let cluster = Cluster::new(self.cluster.server.as_str())
            .with_certificate_authority_data(self.cluster.certificate_authority_data.clone());
        let user_name = self.identity.email().to_lowercase();
        Ok(Kubeconfig::for_cluster(self.cluster.id.as_str(), cluster, &user_name, user))
    }
}

/// Why there is no kubeconfig with that user entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SharedKubeconfigError {
    /// It would stop to work when the ID token expires.
    #[error("the provider gave no refresh token, expected one: the kubeconfig would end with the ID token")]
    NoRefreshToken,
    /// The installation has no client without a secret, or no longer.
    #[error("no public client is configured, expected one for a kubeconfig without a secret")]
    NoPublicClient,
}
