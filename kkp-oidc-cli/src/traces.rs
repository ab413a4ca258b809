//! Traces, sent to an OpenTelemetry collector by OTLP over HTTP.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_http::{TRACE_TARGET, TraceJoiner};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Key, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::blocking::Client;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// `service.name`, unless the environment has another one.
const SERVICE_NAME: &str = "kkp-oidc";

/// How long the collector may take for one batch.
const EXPORT_LIMIT: Duration = Duration::from_secs(10);

/// How long the end of the service waits for the last batch.
const LAST_BATCH_LIMIT: Duration = Duration::from_secs(2);

/// Where a collector takes OTLP over HTTP: the base of its address.
#[derive(Clone, Debug)]
pub(crate) struct OtlpEndpoint(reqwest::Url);

impl OtlpEndpoint {
    /// Where it takes traces.
    fn traces(&self) -> String {
        format!("{}/v1/traces", self.0.as_str().trim_end_matches('/'))
    }

    /// Whether it is on this host, where no proxy has to help.
    fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

/// Why text is no base of a collector's address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ParseOtlpEndpointError {
    #[error("no URL, expected one such as `http://collector.example.com:4318`")]
    NotAUrl,
    #[error("expected an http or https URL, such as `http://collector.example.com:4318`")]
    Scheme,
    #[error("a user or password stands in it, expected OTEL_EXPORTER_OTLP_HEADERS to hold what the collector asks for")]
    Credentials,
    #[error("a query or fragment stands in it, expected the base to which `/v1/traces` is added")]
    NotABase,
}

impl FromStr for OtlpEndpoint {
    type Err = ParseOtlpEndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = text.parse::<reqwest::Url>().map_err(|_| ParseOtlpEndpointError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ParseOtlpEndpointError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ParseOtlpEndpointError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ParseOtlpEndpointError::NotABase);
        }
        Ok(Self(url))
    }
}

/// Why nothing can be traced.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TracesError {
    #[error("traces cannot be sent over TLS")]
    Tls(#[source] rustls::Error),
    #[error("traces cannot be sent over HTTP")]
    Client(#[source] reqwest::Error),
    #[error("traces cannot be sent")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// Spans on their way to the collector. Variables of the environment decide as OpenTelemetry has it: how much is sampled
/// (`OTEL_TRACES_SAMPLER`), what is said of the service (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`), what the collector
/// is shown (`OTEL_EXPORTER_OTLP_HEADERS`).
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Begin, trusting the same CA certificates as for the provider. Not within a runtime: the client is one that blocks, on
    /// a thread of its own.
    pub(crate) fn begin(endpoint: &OtlpEndpoint, bundle: Option<&CaBundle>) -> Result<Self, TracesError> {
        let mut client = Client::builder().timeout(EXPORT_LIMIT).redirect(reqwest::redirect::Policy::none());
        if endpoint.is_loopback() {
            client = client.no_proxy();
        }
        if let Some(bundle) = bundle {
            client = client.tls_backend_preconfigured(trusting(bundle)?);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client.build().map_err(TracesError::Client)?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint.traces())
            .build()
            .map_err(TracesError::Exporter)?;
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource()).build()))
    }

    /// What takes the service's spans, and nobody else's.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE_NAME))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target() == TRACE_TARGET))
    }

    /// Send what is left. Not within a runtime.
    pub(crate) fn end(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_BATCH_LIMIT) {
            tracing::warn!(error = %error, "the last spans were not sent");
        }
    }
}

/// The same as for the provider: what rustls cannot read in the bundle is left out.
fn trusting(bundle: &CaBundle) -> Result<ClientConfig, TracesError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(bundle.certificates().iter().map(|der| CertificateDer::from(der.as_slice())));
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(TracesError::Tls)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn resource() -> Resource {
    let resource = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let known = resource.build();
    let named = known.get(&Key::new("service.name")).is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    if named {
        return known;
    }
    let attributes = known.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect::<Vec<_>>();
    Resource::builder_empty().with_attributes(attributes).with_service_name(SERVICE_NAME).build()
}

/// Requests of trusted proxies belong to the traces that their `traceparent` names.
pub(crate) fn joiner() -> TraceJoiner {
    let propagator = TraceContextPropagator::new();
    TraceJoiner::new(move |span, headers| {
        let context = propagator.extract(&HeaderExtractor(headers));
        if context.span().span_context().is_valid() {
            // It fails where no layer of OpenTelemetry sees the span: then nothing is to be joined.
            let _ = span.set_parent(context);
        }
    })
}
