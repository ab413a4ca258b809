//! How kubectl proves who it is: the user entries of a kubeconfig.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::secret::{SecretBytes, SecretString};

/// The credential of one user entry (client-go: `AuthInfo`).
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum User {
    /// No credential: `user: {}`.
    #[default]
    Empty,
    /// client-go's auth provider `oidc`, which keeps and refreshes tokens in the kubeconfig itself.
    AuthProvider(AuthProviderConfig),
    /// A program that kubectl asks for a credential.
    Exec(ExecConfig),
    /// A bearer token. The empty token is left out of the file.
    Token(SecretString),
    /// A client certificate and its key, both in PEM. An empty one is left out of the file.
    ClientCertificate {
        /// The certificate, as PEM.
        certificate_data: Vec<u8>,
        /// The private key, as PEM.
        key_data: SecretBytes,
    },
    /// HTTP basic authentication. What is empty is left out of the file.
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: SecretString,
    },
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::AuthProvider(config) => f.debug_tuple("AuthProvider").field(config).finish(),
            Self::Exec(config) => f.debug_tuple("Exec").field(config).finish(),
            Self::Token(_) => f.write_str("Token(..)"),
            Self::ClientCertificate { .. } => f.write_str("ClientCertificate(..)"),
            Self::Basic { .. } => f.write_str("Basic(..)"),
        }
    }
}

/// The configuration of client-go's auth provider `oidc`: keys and values, all of them text.
///
/// Any key is kept. The file lists them in the order of Go's YAML library, whatever the order here.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct AuthProviderConfig {
    /// The entries. Values may be tokens and client secrets.
    pub config: BTreeMap<String, SecretString>,
}

impl fmt::Debug for AuthProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthProviderConfig({} entries)", self.config.len())
    }
}

impl FromIterator<(String, SecretString)> for AuthProviderConfig {
    fn from_iter<I: IntoIterator<Item = (String, SecretString)>>(entries: I) -> Self {
        Self { config: entries.into_iter().collect() }
    }
}

/// What the auth provider `oidc` needs to know. KKP: all five keys are written, also when empty (spec 6.2).
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a request: whoever makes one names every field")]
pub struct OidcAuthProvider {
    /// The OAuth client, `client-id`.
    pub client_id: String,
    /// Its secret, `client-secret`; empty for a public client.
    pub client_secret: SecretString,
    /// The ID token, `id-token`.
    pub id_token: SecretString,
    /// The issuer, `idp-issuer-url`, exactly as it stands in the ID token.
    pub idp_issuer_url: String,
    /// The refresh token, `refresh-token`; empty if the provider gave none.
    pub refresh_token: SecretString,
    /// The certificates that the issuer's server certificate is checked against, as PEM. Written in base64 as
    /// `idp-certificate-authority-data`; the key is absent without them.
    pub idp_certificate_authority_data: Option<Vec<u8>>,
}

impl fmt::Debug for OidcAuthProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcAuthProvider")
            .field("client_id", &self.client_id)
            .field("idp_issuer_url", &self.idp_issuer_url)
            .finish_non_exhaustive()
    }
}

impl From<OidcAuthProvider> for User {
    fn from(oidc: OidcAuthProvider) -> Self {
        let authority = oidc
            .idp_certificate_authority_data
            .map(|pem| ("idp-certificate-authority-data", STANDARD.encode(pem).into()));
        let entries = [
            ("client-id", oidc.client_id.into()),
            ("client-secret", oidc.client_secret),
            ("id-token", oidc.id_token),
            ("idp-issuer-url", oidc.idp_issuer_url.into()),
            ("refresh-token", oidc.refresh_token),
        ];
        let entries = entries.into_iter().chain(authority).map(|(key, value)| (key.to_owned(), value));
        Self::AuthProvider(entries.collect())
    }
}

/// A program that kubectl runs for an `ExecCredential`.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ExecConfig {
    /// The version of `ExecCredential` that the program speaks; left out when empty.
    pub api_version: String,
    /// The program, looked up as a shell would.
    pub command: String,
    /// Its arguments, in order. One of them may be a client secret.
    pub args: Vec<SecretString>,
    /// Variables that are set for the program, in order.
    pub env: Vec<ExecEnvVar>,
    /// What kubectl tells its user when the program is missing; left out when empty.
    pub install_hint: String,
    /// Whether the program may use standard input; left out when none, which client-go accepts in `v1beta1` only.
    pub interactive_mode: Option<InteractiveMode>,
    /// Whether kubectl tells the program about the cluster.
    pub provide_cluster_info: bool,
}

/// What `kubectl oidc-login` (kubelogin) needs to know.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a request: whoever makes one names every field")]
pub struct Kubelogin {
    /// The issuer, exactly as it stands in ID tokens.
    pub issuer_url: String,
    /// The OAuth client.
    pub client_id: String,
    /// Its secret; KKP writes the argument also for the empty one.
    pub client_secret: SecretString,
    /// The certificates that the issuer's server certificate is checked against, as PEM.
    pub certificate_authority_data: Option<Vec<u8>>,
}

impl fmt::Debug for Kubelogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kubelogin")
            .field("issuer_url", &self.issuer_url)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// What `kubectl oidc-login` (kubelogin) needs to know of a public client.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a request: whoever makes one names every field")]
pub struct PublicKubelogin {
    /// The issuer, exactly as it stands in ID tokens.
    pub issuer_url: String,
    /// The OAuth client, which has no secret.
    pub client_id: String,
    /// The certificates that the issuer's server certificate is checked against, as PEM.
    pub certificate_authority_data: Option<Vec<u8>>,
}

impl ExecConfig {
    /// An exec section for kubelogin without any secret: a public client, and PKCE ([RFC 7636]) in place of its secret.
    ///
    /// It needs a kubelogin that knows `--oidc-pkce-method`. Unlike KKP's, the program may use the terminal if there is
    /// one, to ask for what no browser can be opened for.
    ///
    /// [RFC 7636]: https://www.rfc-editor.org/rfc/rfc7636
    #[must_use]
    pub fn public_kubelogin(kubelogin: &PublicKubelogin) -> Self {
        let authority = kubelogin
            .certificate_authority_data
            .as_ref()
            .map(|pem| format!("--certificate-authority-data={}", STANDARD.encode(pem)));
        let args = [
            "oidc-login".to_owned(),
            "get-token".to_owned(),
            format!("--oidc-issuer-url={}", kubelogin.issuer_url),
            format!("--oidc-client-id={}", kubelogin.client_id),
            "--oidc-pkce-method=S256".to_owned(),
            "--oidc-extra-scope=email".to_owned(),
            "--oidc-extra-scope=groups".to_owned(),
        ];
        Self {
            api_version: "client.authentication.k8s.io/v1".to_owned(),
            command: "kubectl".to_owned(),
            args: args.into_iter().chain(authority).map(SecretString::from).collect(),
            interactive_mode: Some(InteractiveMode::IfAvailable),
            ..Self::default()
        }
    }

    /// The exec section that KKP writes for kubelogin (spec 6.2).
    ///
    /// With certificates for the issuer, and only then, a last argument `--certificate-authority-data=` has them in
    /// base64.
    #[must_use]
    pub fn kubelogin(kubelogin: &Kubelogin) -> Self {
        let authority = kubelogin
            .certificate_authority_data
            .as_ref()
            .map(|pem| format!("--certificate-authority-data={}", STANDARD.encode(pem)));
        let args = [
            "oidc-login".to_owned(),
            "get-token".to_owned(),
            format!("--oidc-issuer-url={}", kubelogin.issuer_url),
            format!("--oidc-client-id={}", kubelogin.client_id),
            format!("--oidc-client-secret={}", kubelogin.client_secret.expose_secret()),
            "--oidc-extra-scope=email".to_owned(),
            "--oidc-extra-scope=groups".to_owned(),
        ];
        Self {
            api_version: "client.authentication.k8s.io/v1".to_owned(),
            command: "kubectl".to_owned(),
            args: args.into_iter().chain(authority).map(SecretString::from).collect(),
            interactive_mode: Some(InteractiveMode::Never),
            ..Self::default()
        }
    }
}

impl fmt::Debug for ExecConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecConfig")
            .field("command", &self.command)
            .field("args", &self.args.len())
            .field("env", &self.env.len())
            .finish_non_exhaustive()
    }
}

/// One variable of the environment of an exec program.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a variable is a name and a value, nothing will be added")]
pub struct ExecEnvVar {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: SecretString,
}

impl fmt::Debug for ExecEnvVar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExecEnvVar({:?})", self.name)
    }
}

/// Whether an exec program may use standard input, in the words of client-go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InteractiveMode {
    /// The program never reads it.
    Never,
    /// The program reads it if there is a terminal.
    IfAvailable,
    /// The program cannot work without it.
    Always,
}

impl InteractiveMode {
    /// The word in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "Never",
            Self::IfAvailable => "IfAvailable",
            Self::Always => "Always",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "canary";

    #[test]
    fn debug_shows_no_token_secret_argument_or_value() {
        let secret = || SecretString::from(CANARY);
        let exec = ExecConfig {
            command: "kubectl".to_owned(),
            args: vec![secret()],
            env: vec![ExecEnvVar { name: "TOKEN".to_owned(), value: secret() }],
            ..ExecConfig::default()
        };
        let table = [
            (User::Empty, "Empty"),
            (
                User::AuthProvider([(CANARY.to_owned(), secret())].into_iter().collect()),
                "AuthProvider(AuthProviderConfig(1 entries))",
            ),
            (User::Exec(exec), "Exec(ExecConfig { command: \"kubectl\", args: 1, env: 1, .. })"),
            (User::Token(secret()), "Token(..)"),
            (
                User::ClientCertificate { certificate_data: vec![1], key_data: b"canary".as_slice().into() },
                "ClientCertificate(..)",
            ),
            (User::Basic { username: CANARY.to_owned(), password: secret() }, "Basic(..)"),
        ];
        for (user, expected) in table {
            assert_eq!(format!("{user:?}"), expected);
        }
        let variable = ExecEnvVar { name: "TOKEN".to_owned(), value: secret() };
        assert_eq!(format!("{variable:?}"), "ExecEnvVar(\"TOKEN\")");
        let oidc = OidcAuthProvider {
            client_id: "portal".to_owned(),
            client_secret: secret(),
            id_token: secret(),
            idp_issuer_url: "https://issuer".to_owned(),
            refresh_token: secret(),
            idp_certificate_authority_data: None,
        };
        assert_eq!(
            format!("{oidc:?}"),
            "OidcAuthProvider { client_id: \"portal\", idp_issuer_url: \"https://issuer\", .. }"
        );
        let kubelogin = Kubelogin {
            issuer_url: "https://issuer".to_owned(),
            client_id: "portal".to_owned(),
            client_secret: secret(),
            certificate_authority_data: None,
        };
        assert_eq!(format!("{kubelogin:?}"), "Kubelogin { issuer_url: \"https://issuer\", client_id: \"portal\", .. }");
    }
}
