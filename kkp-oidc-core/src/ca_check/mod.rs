//! Would a client that has only this CA bundle accept that server?
//!
//! [`check`] answers for three kinds of client, since they differ: [`Client`] says in what. [`explain()`] says what a
//! bundle holds. `docs/ca-check.md` lists where the three disagree, and with what the answers were compared.

mod certificate;
mod constraints;
mod explain;
mod go;
mod openssl;
mod reason;
mod remedy;
mod rustls;
mod server_name;
mod signature;

use serde::Serialize;

use self::certificate::Certificate;
pub use self::explain::{Entry, Explanation, Idle, MissingIssuer, Role, explain};
pub use self::reason::{CertificateId, Reason};
pub use self::remedy::Remedy;
pub use self::server_name::{ParseServerNameError, ServerAddress, ServerName};
use crate::UnixTime;

/// A kind of TLS client.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Client {
    /// Go's crypto/tls, as of Go 1.26: kubectl, kubelogin, Dex, KKP. Any certificate of the bundle is an anchor, all that
    /// it builds on must be valid now.
    Go,
    /// OpenSSL 3 with security level 2, as of OpenSSL 3.0: curl, Python, nginx. Chains end in a certificate of the bundle
    /// that is signed by itself; the first issuer found is taken for good.
    OpenSsl,
    /// rustls 0.23 with aws-lc-rs: kkp-oidc itself. Any certificate of the bundle is an anchor, and its validity is not
    /// looked at.
    Rustls,
}

impl Client {
    /// All, in the order of a report.
    pub const ALL: [Self; 3] = [Self::Go, Self::OpenSsl, Self::Rustls];

    /// As its makers write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Go => "Go",
            Self::OpenSsl => "OpenSSL",
            Self::Rustls => "rustls",
        }
    }
}

/// What one kind of client would say.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// Who says it.
    pub client: Client,
    /// The accepted chain, the server's certificate first, or why there is none.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Accepted or refused.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The server is accepted.
    #[non_exhaustive]
    Accepted {
        /// From the server's certificate to the anchor, both included.
        path: Vec<CertificateId>,
    },
    /// The server is refused.
    #[non_exhaustive]
    Refused {
        /// What is wrong.
        reason: Reason,
        /// What would change the verdict, where that is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        remedy: Option<Remedy>,
    },
}

impl Verdict {
    /// The server is accepted.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self.outcome, Outcome::Accepted { .. })
    }
}

/// Ask each kind of client, in the order of [`Client::ALL`], whether it accepts a server.
///
/// `bundle` is all that the client trusts, DER; what cannot be read in it is passed over, as the clients do. `chain` is
/// what the server sends, DER, its own certificate first. Without `server_name` the name is not checked. Certificates
/// are judged at `now`, whole seconds. Revocation and certificate policies are not looked at.
///
/// # Example
///
/// ```
/// use kkp_oidc_core::UnixTime;
/// use kkp_oidc_core::ca_bundle::CaBundle;
/// use kkp_oidc_core::ca_check::check;
///
/// # let ca_pem = include_bytes!("../../../tests/fixtures/chains/certs/root.pem");
/// # let chain_pem = include_bytes!("../../../tests/fixtures/chains/certs/direct.pem");
/// let bundle = CaBundle::from_pem(ca_pem, "ca.pem")?;
/// let chain = CaBundle::from_pem(chain_pem, "chain.pem")?;
/// let name = "www.example.com".parse()?;
/// let now = UnixTime::from_secs(1_781_481_600);
/// let verdicts = check(bundle.certificates(), chain.certificates(), Some(&name), now);
/// assert!(verdicts.iter().all(|verdict| verdict.is_accepted()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn check(bundle: &[Vec<u8>], chain: &[Vec<u8>], server_name: Option<&ServerName>, now: UnixTime) -> Vec<Verdict> {
    let bundle: Vec<_> = bundle.iter().filter_map(|der| Certificate::parse(der)).collect();
    let sent: Vec<_> = chain.iter().map(|der| Certificate::parse(der)).collect();
    let question = Question { chain, sent, server_name, now };
    let trust: Vec<_> = bundle.iter().collect();
    let ask = |client| match question.ask(client, &trust) {
        Ok(path) => Outcome::Accepted { path: path.into_iter().map(CertificateId::of).collect() },
        Err(reason) => {
            let remedy = remedy::find(&question, client, &trust, &reason);
            Outcome::Refused { reason, remedy }
        }
    };
    Client::ALL.into_iter().map(|client| Verdict { client, outcome: ask(client) }).collect()
}

/// A path that a client accepted, the server's certificate first.
type Path<'q> = Vec<&'q Certificate<'q>>;

/// What is asked of each client.
struct Question<'q> {
    chain: &'q [Vec<u8>],
    /// The same, read; `None` for what cannot be read.
    sent: Vec<Option<Certificate<'q>>>,
    server_name: Option<&'q ServerName>,
    now: UnixTime,
}

impl<'q> Question<'q> {
    fn ask(&'q self, client: Client, trust: &[&'q Certificate<'q>]) -> Result<Path<'q>, Reason> {
        match client {
            Client::Go => go::verify(self, trust),
            Client::OpenSsl => openssl::verify(self, trust),
            Client::Rustls => rustls::verify(self, trust),
        }
    }

    /// The certificates that were sent, if all of them can be read and there is one.
    fn readable(&'q self) -> Result<(&'q Certificate<'q>, Vec<&'q Certificate<'q>>), Reason> {
        let mut certificates = Vec::new();
        for (index, certificate) in self.sent.iter().enumerate() {
            certificates.push(certificate.as_ref().ok_or(Reason::Unreadable { index })?);
        }
        let (&leaf, others) = certificates.split_first().ok_or(Reason::NothingSent)?;
        Ok((leaf, others.to_vec()))
    }
}
