//! Whether logins are safe on the way here: TLS of our own, somebody else's, or no way at all.

use std::net::ToSocketAddrs as _;
use std::path::Path;

use kkp_oidc_core::secret::SecretBytes;
use kkp_oidc_http::server::{self, ServerTls};

use crate::args::{ServeArgs, TransportArgs};
use crate::error::CliError;
use crate::io;
use crate::serve_error::Refusal;

/// The certificate and its key, as they were read.
#[derive(Clone)]
pub(super) struct TlsFiles {
    pub(super) certificates: Vec<u8>,
    pub(super) key: SecretBytes,
}

impl TlsFiles {
    pub(super) fn read(args: &TransportArgs) -> Result<Option<Self>, CliError> {
        let Some((certificates, key)) = paths(args) else { return Ok(None) };
        Ok(Some(Self { certificates: io::read(certificates)?, key: io::read(key)?.into() }))
    }
}

/// The two files, which are given together or not at all.
pub(super) fn paths(args: &TransportArgs) -> Option<(&Path, &Path)> {
    Some((args.tls_cert.as_deref()?, args.tls_key.as_deref()?))
}

/// TLS of our own, if it is configured; plain http only where nobody can listen in.
pub(super) fn judge(args: &ServeArgs, files: Option<&TlsFiles>) -> Result<Option<ServerTls>, Refusal> {
    if let (Some(files), Some((certificates, key))) = (files, paths(&args.transport)) {
        if io::others_can_read(key) {
            tracing::warn!(file = %key.display(), "everybody on this machine can read the TLS key: chmod o-rwx");
        }
        let origin = certificates.display().to_string();
        let tls = ServerTls::from_pem(&files.certificates, files.key.expose_secret(), &origin);
        return tls.map(Some).map_err(Refusal::ServerTls);
    }
    match args.transport.behind_proxy || is_loopback_only(&args.address) {
        true => Ok(None),
        false => Err(Refusal::PlainHttp { address: args.address.clone() }),
    }
}

/// Whether only this host reaches the address. Of one that nobody can listen on is told when it is tried.
fn is_loopback_only(address: &str) -> bool {
    match address.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_err(),
        None => address.to_socket_addrs().map_or(true, |mut all| all.all(server::is_loopback)),
    }
}
