//! Serving a router on a listener, with time limits and a graceful end.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;

use crate::state::AppState;

/// How long callbacks in flight may take once the service is told to end.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// The most time that a client may take to send a request's header.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

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
    listener.set_nonblocking(true)?;
    let handle = Handle::new();
    let ending = handle.clone();
    tokio::spawn(async move {
        shutdown.await;
        state.begin_shutdown();
        ending.graceful_shutdown(Some(SHUTDOWN_GRACE));
    });
    let mut server = axum_server::from_tcp(listener)?.handle(handle).first_request_timeout(HEADER_TIMEOUT);
    server.http_builder().http1().timer(hyper_util::rt::TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    server.serve(router.into_make_service()).await
}

/// Done when the process is told to end: SIGTERM, or Ctrl-C.
pub async fn terminated() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
