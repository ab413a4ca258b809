//! What an inspection finds, as data. Nothing here holds a secret.

use serde::Serialize;

/// What a kubeconfig would do.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// The context that kubectl uses when it is told none; empty for none.
    pub current_context: String,
    /// Whether some user has a program run.
    pub runs_programs: bool,
    /// Whether the file itself holds a credential: token, key, password, client secret.
    pub holds_secrets: bool,
    /// The files that kubectl reads for it, sorted.
    pub reads_files: Vec<String>,
    /// What client-go's `clientcmd.Validate` says.
    pub validate_error: Option<String>,
    /// The contexts by name.
    pub contexts: Vec<ContextFacts>,
    /// The clusters by name.
    pub clusters: Vec<ClusterFacts>,
    /// The users by name.
    pub users: Vec<UserFacts>,
    /// What speaks against the file.
    pub findings: Vec<Finding>,
}

/// A context.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ContextFacts {
    /// Its name.
    pub name: String,
    /// Its cluster, which need not exist.
    pub cluster: String,
    /// Its user, who need not exist.
    pub user: String,
    /// Its namespace; empty for `default`.
    pub namespace: String,
}

/// A cluster.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClusterFacts {
    /// Its name.
    pub name: String,
    /// The URL of the API server, without name, password and values of a query in it.
    pub server: String,
    /// What the server's certificate is checked against.
    pub trust: TrustFacts,
    /// The name that the certificate must have; empty for the host of `server`.
    pub tls_server_name: String,
    /// The proxy, without name, password and values of a query in it; empty for those of the environment.
    pub proxy_url: String,
}

/// What a server's certificate is checked against.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TrustFacts {
    /// Certificates in the kubeconfig.
    Embedded {
        /// How many.
        certificates: usize,
    },
    /// Certificates in a file.
    File {
        /// Its path.
        path: String,
    },
    /// Those of the operating system.
    System,
    /// Nothing: any server is trusted.
    Nothing,
    /// There is no TLS.
    NoTls,
}

/// A user.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserFacts {
    /// The name.
    pub name: String,
    /// Every way to prove who it is, in the order of the file's fields.
    pub credentials: Vec<CredentialFacts>,
    /// Whom kubectl impersonates; empty for nobody.
    pub impersonates: String,
}

/// A way to prove who a user is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialFacts {
    /// A bearer token in the kubeconfig.
    Token,
    /// A bearer token in a file.
    TokenFile {
        /// Its path.
        path: String,
    },
    /// A client certificate.
    ClientCertificate {
        /// Its file; empty if it is in the kubeconfig.
        path: String,
        /// Its end, as RFC 3339; none if it cannot be read.
        not_after: Option<String>,
    },
    /// Name and password.
    Basic {
        /// The name.
        username: String,
    },
    /// An auth provider of client-go.
    AuthProvider(AuthProviderFacts),
    /// A program that is run.
    Exec(ProgramFacts),
}

/// An auth provider.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthProviderFacts {
    /// Its name.
    pub name: String,
    /// The issuer, without name, password and values of a query in it.
    pub issuer: String,
    /// The OAuth client.
    pub client_id: String,
    /// Whether a client secret is inside.
    pub client_secret: bool,
    /// Whether an ID token is inside.
    pub id_token: bool,
    /// Whether a refresh token is inside.
    pub refresh_token: bool,
}

/// A program that kubectl runs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProgramFacts {
    /// The program, without what looks like a secret.
    pub command: String,
    /// Its arguments, without what looks like a secret.
    pub args: Vec<String>,
    /// The names of the variables that are set for it, without what looks like a secret.
    pub env: Vec<String>,
    /// Whether it learns about the cluster.
    pub provide_cluster_info: bool,
}

/// Something that speaks against a file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing.
    pub code: FindingCode,
    /// One sentence.
    pub text: String,
}

/// What kind of thing speaks against a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingCode {
    /// client-go's `clientcmd.Validate` complains.
    Invalid,
    /// client-go does not know a field.
    UnknownField,
    /// A server is spoken to without TLS.
    Http,
    /// Any server is trusted.
    SkipTlsVerify,
    /// Certificates of a cluster cannot be read.
    CertificateAuthorityUnreadable,
    /// A client certificate has ended or cannot be read.
    ClientCertificate,
    /// kubectl does not have the auth provider.
    AuthProviderUnknown,
}
