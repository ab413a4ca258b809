//! `kkp-oidc serve`

mod listeners;
mod reload;
mod settings;
mod transport;

use std::sync::Arc;

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::feature_gates::{FeatureGates, KnownGate};
use kkp_oidc_core::issuer::EmailPolicy;
use kkp_oidc_http::server::{self, ServerTls};
use kkp_oidc_http::{AppState, FileWatch, ServiceConfig, SystemClock, SystemEntropy, TraceJoiner};

use self::listeners::Listeners;
use self::settings::{Inputs, Settings};
use crate::args::{Output, ServeArgs};
use crate::error::CliError;
use crate::serve_error::{Refusal, ServeError};
use crate::traces::{self, Traces};
use crate::{io, log};

/// Serve until told to end.
pub(crate) fn run(args: ServeArgs, ignored: &[&str], output: Output) -> Result<(), CliError> {
    // Once: it may be a pipe.
    let ca_bundle = args.ca_bundle.as_deref().map(io::read).transpose()?;
    let traces = traces(&args, ca_bundle.as_deref())?;
    log::init(args.log_format, args.log_debug, traces.as_ref().map(Traces::layer));
    let joiner = traces.as_ref().map(|_| traces::joiner());
    let served = start(args, ca_bundle, ignored, joiner, output);
    if let Some(traces) = traces {
        traces.end();
    }
    served
}

/// Before the log. A CA bundle that is refused is left for those who judge all settings.
fn traces(args: &ServeArgs, ca_bundle: Option<&[u8]>) -> Result<Option<Traces>, CliError> {
    // A variable that is empty is one that is not set, as OpenTelemetry has it.
    let endpoint = args.traces.otlp_endpoint.as_ref().map_or("", |endpoint| endpoint.expose_secret());
    if endpoint.is_empty() {
        return Ok(None);
    }
    let endpoint = endpoint.parse().map_err(|error| ServeError::Refused(vec![Refusal::OtlpEndpoint(error)]))?;
    let bundle = ca_bundle.and_then(|pem| CaBundle::from_pem(pem, "ca-bundle").ok());
    let traces = Traces::begin(&endpoint, bundle.as_ref());
    Ok(Some(traces.map_err(|error| ServeError::Start(error.into()))?))
}

fn start(
    args: ServeArgs,
    ca_bundle: Option<Vec<u8>>,
    ignored: &[&str],
    trace_joiner: Option<TraceJoiner>,
    output: Output,
) -> Result<(), CliError> {
    let (address, metrics_address) = (args.address.clone(), args.metrics_address.clone());
    let inputs = Inputs::read(&args, ca_bundle)?;
    let files = reload::Files::of(&args, &inputs);
    let Settings { mut config, directory, tls } = settings::judge(args, inputs)?;
    config.operations.trace_joiner = trace_joiner;
    report_addresses(&config);
    let gates = config.feature_gates.clone();
    let directory = Arc::new(directory);
    let state = AppState::new(config, Arc::clone(&directory) as _, Arc::new(SystemClock), Arc::new(SystemEntropy))
        .map_err(ServeError::from)?;
    if !ignored.is_empty() {
        tracing::info!(flags = ignored.join(", "), "flags of kubermatic-api that mean nothing here");
    }
    report_gates(&gates);
    let listeners = Listeners::bind(&address, metrics_address.as_deref())?;
    let places = listeners.places;
    let watch = FileWatch::new(state.clone()).with(files.watched(&state, tls.as_ref())).with_directory(directory);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| ServeError::Start(cause.into()))?;
    let served = runtime.block_on(serve(listeners, tls, state, watch, || places.say(output)));
    // Dropped, it would wait for a name server that does not answer.
    runtime.shutdown_background();
    served
}

async fn serve(
    listeners: Listeners,
    tls: Option<ServerTls>,
    state: AppState,
    watch: FileWatch,
    say_ready: impl FnOnce() -> Result<(), CliError>,
) -> Result<(), CliError> {
    // Before anybody is told where we listen, and may send a signal.
    let terminated = server::terminated();
    let discovery = tokio::spawn({
        let state = state.clone();
        async move { state.discover().await }
    });
    let sweep = tokio::spawn({
        let state = state.clone();
        async move { state.sweep().await }
    });
    let hangups = tokio::spawn(server::hangups(watch.waker()));
    let watch = tokio::spawn(watch.run());
    let metrics = listeners.metrics.map(|listener| {
        let router = kkp_oidc_http::metrics_router(state.clone());
        tokio::spawn(async move {
            if let Err(error) = server::serve_beside(listener, router).await {
                tracing::error!(error = &error as &dyn std::error::Error, "metrics are not served any more");
            }
        })
    });
    say_ready()?;
    let router = kkp_oidc_http::site(state.clone());
    let served = match tls {
        Some(tls) => server::serve_tls(listeners.public, tls, router, state, terminated).await,
        None => server::serve(listeners.public, router, state, terminated).await,
    };
    for task in [Some(discovery), Some(sweep), Some(hangups), Some(watch), metrics].into_iter().flatten() {
        task.abort();
        // Aborted, or ended before: nothing of it comes after the last line of the log.
        let _ = task.await;
    }
    tracing::info!("ended");
    served.map_err(|cause| ServeError::Start(cause.into()).into())
}

/// Owners are who their addresses say, and so are recipients.
fn report_addresses(config: &ServiceConfig) {
    if config.sharing.is_some() && config.issuer.email_policy() != EmailPolicy::RequireVerified {
        tracing::warn!(
            "e-mail addresses of which the provider does not say whether it verified them are accepted: if people can choose \
             theirs there, give --require-email-verified"
        );
    }
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
