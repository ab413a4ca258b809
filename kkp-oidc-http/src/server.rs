//! Serving a router on a listener, with time limits and a graceful end.

mod tls;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use tokio::time::{Instant, timeout};

pub use self::tls::{ServerTls, ServerTlsError};
use crate::state::AppState;

/// How long callbacks in flight may take once the service is told to end: [`CALLBACK_BUDGET`](crate::CALLBACK_BUDGET), four calls of
/// the store, and what is noted. Less than the 30 s after which Kubernetes kills a pod.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(26);

/// The most time that a client may take to send a request's header, and that a connection may be idle in between.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// How much of a request's header, request line included, is kept while its end has not come, in bytes.
///
/// A header of this length is accepted. What arrives in one read is kept whole, so that a longer one is refused with 431
/// at twice this length at the latest.
pub const MAX_HEADER_LEN: usize = 64 * 1024;

/// How long clients may take, and how long the end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ServeLimits {
    /// For a request's header, whether the connection is new or was used before. Default [`HEADER_TIMEOUT`].
    pub header_timeout: Duration,
    /// For what is in flight when the service is told to end. Default [`SHUTDOWN_GRACE`].
    pub shutdown_grace: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self { header_timeout: HEADER_TIMEOUT, shutdown_grace: SHUTDOWN_GRACE }
    }
}

/// Serve `router` on `listener` until `shutdown` is done. Then no flow begins and no connection is accepted any more;
/// what is in flight has [`SHUTDOWN_GRACE`].
///
/// # Errors
///
/// What the operating system says of the listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_within(ServeLimits::default(), listener, router, state, shutdown).await
}

/// The same as [`serve`], with other limits.
///
/// # Errors
///
/// What the operating system says of the listener.
pub async fn serve_within(
    limits: ServeLimits,
    listener: TcpListener,
    router: Router,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let ending = Ending::new(limits, state);
    let server = limited(&ending, axum_server::from_tcp(listener)?, shutdown);
    let served = server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await;
    ending.wait().await;
    served
}

/// The same as [`serve`], by TLS.
///
/// # Errors
///
/// What the operating system says of the listener.
pub async fn serve_tls(
    listener: TcpListener,
    tls: ServerTls,
    router: Router,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_tls_within(ServeLimits::default(), listener, tls, router, state, shutdown).await
}

/// The same as [`serve_within`], by TLS. A handshake may take as long as a request's header.
///
/// # Errors
///
/// What the operating system says of the listener.
pub async fn serve_tls_within(
    limits: ServeLimits,
    listener: TcpListener,
    tls: ServerTls,
    router: Router,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let acceptor = RustlsAcceptor::new(tls.into_config()).handshake_timeout(limits.header_timeout);
    let server = axum_server::from_tcp(listener)?.acceptor(acceptor);
    let ending = Ending::new(limits, state);
    let server = limited(&ending, server, shutdown);
    let served = server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await;
    ending.wait().await;
    served
}

/// The end of a service, and when it has to be over.
struct Ending {
    limits: ServeLimits,
    state: AppState,
    begun: Arc<OnceLock<Instant>>,
}

impl Ending {
    fn new(limits: ServeLimits, state: AppState) -> Self {
        Self { limits, state, begun: Arc::default() }
    }

    /// Wait for what is done to its end though its browser has gone, as long as there is time.
    async fn wait(&self) {
        if let Some(&begun) = self.begun.get() {
            let left = self.limits.shutdown_grace.saturating_sub(begun.elapsed());
            let _ = timeout(left, self.state.settled()).await;
        }
    }
}

/// Serve `router` on a listener of its own, such as that of [`metrics_router`](crate::metrics_router), for as long as the
/// future is polled.
///
/// # Errors
///
/// What the operating system says of the listener.
pub async fn serve_beside(listener: TcpListener, router: Router) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let server = bounded(ServeLimits::default(), axum_server::from_tcp(listener)?);
    server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
}

/// The server with its limits, which ends when `shutdown` is done.
fn limited<A>(
    Ending { limits, state, begun }: &Ending,
    server: Server<SocketAddr, A>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Server<SocketAddr, A> {
    let handle = Handle::new();
    let (limits, state, begun, ending) = (*limits, state.clone(), Arc::clone(begun), handle.clone());
    tokio::spawn(async move {
        shutdown.await;
        state.begin_shutdown();
        begun.get_or_init(Instant::now);
        ending.graceful_shutdown(Some(limits.shutdown_grace));
    });
    bounded(limits, server.handle(handle))
}

/// The server with its limits.
fn bounded<A>(limits: ServeLimits, server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let mut server = server.first_request_timeout(limits.header_timeout).http1_only();
    server
        .http_builder()
        .http1()
        .max_buf_size(MAX_HEADER_LEN)
        .timer(hyper_util::rt::TokioTimer::new())
        .header_read_timeout(limits.header_timeout);
    server
}

/// Whether nobody but this host can connect to `address`.
#[must_use]
pub fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Wake, for ever, whenever the process is told to read its files again: by SIGHUP, which from the call on does not end
/// the process any more. Elsewhere than on Unix nobody is woken.
pub fn hangups(wake: Arc<tokio::sync::Notify>) -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let signal = signal(SignalKind::hangup()).ok();
        async move {
            let Some(mut signal) = signal else { return };
            while signal.recv().await.is_some() {
                wake.notify_one();
            }
        }
    }
    #[cfg(not(unix))]
    async move {
        drop(wake);
    }
}

/// Done when the process is told to end: SIGTERM, or Ctrl-C. Counts from the call on, also before it is awaited; call it
/// within a runtime, before telling anybody that the service is there.
pub fn terminated() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{Signal, SignalKind, signal};

        async fn received(signal: Option<Signal>) {
            match signal {
                Some(mut signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        let [interrupt, terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
        async move {
            tokio::select! {
                () = received(interrupt) => {}
                () = received(terminate) => {}
            }
        }
    }
    #[cfg(not(unix))]
    async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
