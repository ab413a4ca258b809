//! `kkp-oidc serve`

mod settings;

use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;

use kkp_oidc_core::feature_gates::{FeatureGates, KnownGate};
use kkp_oidc_http::{AppState, FileDirectory, SystemClock, SystemEntropy, server};

use self::settings::Inputs;
use crate::args::{Output, ServeArgs};
use crate::error::CliError;
use crate::serve_error::ServeError;
use crate::{io, log};

/// Serve until told to end.
pub(crate) fn run(args: ServeArgs, ignored: &[&str], output: Output) -> Result<(), CliError> {
    log::init(args.log_format, args.log_debug);
    let address = args.address.clone();
    let inputs = Inputs::read(&args)?;
    let (config, directory) = settings::judge(args, inputs)?;
    let gates = config.feature_gates.clone();
    let directory = Arc::new(directory);
    let state = AppState::new(config, Arc::clone(&directory) as _, Arc::new(SystemClock), Arc::new(SystemEntropy))
        .map_err(ServeError::from)?;
    if !ignored.is_empty() {
        tracing::info!(flags = ignored.join(", "), "flags of kubermatic-api that mean nothing here");
    }
    report_gates(&gates);
    let listener = listen(&address)?;
    let local = listener.local_addr().map_err(|cause| ServeError::Listen { address, cause })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| ServeError::Start(cause.into()))?;
    let served = runtime.block_on(serve(listener, state, directory, || say_where(local, output)));
    // Dropped, it would wait for a name server that does not answer.
    runtime.shutdown_background();
    served
}

async fn serve(
    listener: TcpListener,
    state: AppState,
    directory: Arc<FileDirectory>,
    say_ready: impl FnOnce() -> Result<(), CliError>,
) -> Result<(), CliError> {
    // Before anybody is told where we listen, and may send a signal.
    let terminated = server::terminated();
    let discovery = tokio::spawn({
        let state = state.clone();
        async move { state.discover().await }
    });
    let watch = tokio::spawn(async move { directory.watch().await });
    say_ready()?;
    let served = server::serve(listener, kkp_oidc_http::router(state.clone()), state, terminated).await;
    for task in [discovery, watch] {
        task.abort();
        // Aborted, or ended before: nothing of it comes after the last line of the log.
        let _ = task.await;
    }
    tracing::info!("ended");
    served.map_err(|cause| ServeError::Start(cause.into()).into())
}

fn report_gates(gates: &FeatureGates) {
    for name in gates.unknown() {
        let nearest = KnownGate::nearest(name).map(KnownGate::name);
        tracing::warn!(gate = name, nearest, "feature gate is not known, it does nothing");
    }
    if !gates.is_enabled(KnownGate::OidcKubeCfgEndpoint.name()) {
        tracing::warn!("sharing is off: --feature-gates=OIDCKubeCfgEndpoint=true switches it on");
    }
}

/// Go's `:8080` is every address.
fn listen(address: &str) -> Result<TcpListener, ServeError> {
    let listen = || {
        if let Some(port) = address.strip_prefix(':') {
            let both = TcpListener::bind(format!("[::]:{port}"));
            return both.or_else(|_| TcpListener::bind(format!("0.0.0.0:{port}")));
        }
        TcpListener::bind(address.to_socket_addrs()?.collect::<Vec<SocketAddr>>().as_slice())
    };
    listen().map_err(|cause| ServeError::Listen { address: address.to_owned(), cause })
}

fn say_where(local: SocketAddr, output: Output) -> Result<(), CliError> {
    match output {
        Output::Human => io::print_line(&format!("kkp-oidc listens on {local}")),
        Output::Json => io::print_line(&format!(r#"{{"listens_on":"{local}"}}"#)),
    }
}
