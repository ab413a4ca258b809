//! The certificates that a server sends.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use kkp_oidc_core::ca_check::{ServerAddress, ServerName};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider, aws_lc_rs};
use rustls::pki_types::{self, CertificateDer, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};

use crate::error::{CliError, ProbeError};

/// For everything together: finding the address, connecting, the handshake.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Make a TLS handshake, and return the certificates that the server sends, whoever signed them, its own first.
///
/// Nothing but the handshake and its orderly end is sent. Whether the server has the key of its certificate does not matter for the answer.
pub(super) fn chain(address: &ServerAddress, name: &ServerName) -> Result<Vec<Vec<u8>>, CliError> {
    let fail = |cause| CliError::Server { address: address.to_string(), cause };
    let name = pki_types::ServerName::try_from(name.as_str().to_owned()).map_err(|_| fail(ProbeError::Name))?;
    let (sender, receiver) = mpsc::channel();
    let (host, port) = (address.host.as_str().to_owned(), address.port);
    // Finding the address cannot be interrupted: it is left behind if it takes too long.
    thread::spawn(move || {
        let _ = sender.send(handshake(&host, port, name, Instant::now() + MAX_TIME));
    });
    receiver.recv_timeout(MAX_TIME).map_err(|_| fail(ProbeError::TooSlow(MAX_TIME)))?.map_err(fail)
}

fn handshake(
    host: &str,
    port: u16,
    name: pki_types::ServerName<'static>,
    deadline: Instant,
) -> Result<Vec<Vec<u8>>, ProbeError> {
    let seen = Arc::new(Seen { provider: Arc::new(aws_lc_rs::default_provider()), chain: Mutex::default() });
    let config = ClientConfig::builder_with_provider(Arc::clone(&seen.provider))
        .with_safe_default_protocol_versions()
        .map_err(ProbeError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&seen) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(ProbeError::Tls)?;
    let mut socket = connect(host, port, deadline).map_err(|error| within(error, ProbeError::Connect))?;
    let result = exchange(&mut connection, &mut socket, deadline);
    let chain = std::mem::take(&mut *seen.chain.lock().unwrap_or_else(PoisonError::into_inner));
    match result {
        // What ends a handshake later on, such as a client certificate that is asked for, does not matter.
        _ if !chain.is_empty() => Ok(chain),
        Ok(()) => Err(ProbeError::Handshake(ErrorKind::InvalidData.into())),
        Err(error) => Err(within(error, ProbeError::Handshake)),
    }
}

/// Send and receive until the handshake is over.
fn exchange(connection: &mut ClientConnection, socket: &mut TcpStream, deadline: Instant) -> io::Result<()> {
    while connection.is_handshaking() {
        socket.set_read_timeout(Some(left(deadline)?))?;
        socket.set_write_timeout(Some(left(deadline)?))?;
        if connection.wants_write() {
            connection.write_tls(socket)?;
        } else if connection.read_tls(socket)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        } else {
            connection.process_new_packets().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        }
    }
    // So that the server does not log an error; if it does not arrive, nothing is lost.
    connection.send_close_notify();
    let _ = connection.write_tls(socket);
    Ok(())
}

fn within(error: io::Error, or: fn(io::Error) -> ProbeError) -> ProbeError {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => ProbeError::TooSlow(MAX_TIME),
        _ => or(error),
    }
}

fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// The first of the host's addresses that answers.
fn connect(host: &str, port: u16, deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::from(ErrorKind::AddrNotAvailable);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, left(deadline)?) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Accepts every certificate, and keeps them.
struct Seen {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<Vec<u8>>>,
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seen")
    }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &pki_types::ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut chain = self.chain.lock().unwrap_or_else(PoisonError::into_inner);
        *chain = std::iter::once(end_entity).chain(intermediates).map(|der| der.to_vec()).collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
