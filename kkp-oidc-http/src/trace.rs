//! Spans, for whoever traces: one for each request, and within it one for each request to the provider and each call of the
//! store. Names and attributes are those of OpenTelemetry's semantic conventions; `docs/service.md` lists them.
//!
//! A span knows the route instead of what was asked for, and nobody's address: nothing in a trace is secret or personal.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, Method, StatusCode};
use tracing::Span;
use tracing::field::{Empty, display};

use crate::metrics::{Endpoint, Exchange};

/// The target of all spans of this crate, and of nothing else: whoever exports spans can tell them from others'.
pub const TRACE_TARGET: &str = "kkp_oidc_http::trace";

/// Makes the span of a request a child of one of its sender's, by headers such as `traceparent`
/// ([W3C Trace Context](https://www.w3.org/TR/trace-context/)).
///
/// It is asked for requests of [trusted proxies](crate::Proxies::trusted) only: anybody else could fill the traces.
#[derive(Clone)]
pub struct TraceJoiner(Arc<Join>);

type Join = dyn Fn(&Span, &HeaderMap) + Send + Sync;

impl TraceJoiner {
    /// `join` gets the span, which is not entered yet, and the request's headers.
    #[must_use]
    pub fn new(join: impl Fn(&Span, &HeaderMap) + Send + Sync + 'static) -> Self {
        Self(Arc::new(join))
    }

    /// Let the span be a child of what the headers name.
    pub(crate) fn join(&self, span: &Span, headers: &HeaderMap) {
        (self.0)(span, headers);
    }
}

impl fmt::Debug for TraceJoiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TraceJoiner(..)")
    }
}

/// A request.
pub(crate) fn of_request(method: &Method, route: Option<&str>) -> Span {
    let method = known(method);
    let name = route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
    tracing::info_span!(
        target: TRACE_TARGET,
        "request",
        otel.name = name,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        "error.type" = Empty,
    )
}

/// How a request was answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    // What a client did wrong is no error of the server.
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// A method as the conventions have it: strangers may invent some.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::POST | Method::PUT | Method::DELETE | Method::HEAD | Method::OPTIONS | Method::PATCH => {
            method.as_str()
        }
        _ => "_OTHER",
    }
}

/// Why what is done now was refused: a code of `error.rs`.
pub(crate) fn refused(code: &'static str) {
    Span::current().record("error.type", code);
}

/// A request to the provider. Dropped before its end, it was abandoned.
pub(crate) struct ProviderSpan {
    span: Span,
    status: Option<u16>,
    exchange: Exchange,
}

impl ProviderSpan {
    pub(crate) fn begin(endpoint: Endpoint) -> Self {
        let span = tracing::info_span!(
            target: TRACE_TARGET,
            "provider",
            otel.name = format!("provider {}", endpoint.name()),
            otel.kind = "client",
            otel.status_code = Empty,
            kkp_oidc.endpoint = endpoint.name(),
            http.response.status_code = Empty,
            "error.type" = Empty,
        );
        Self { span, status: None, exchange: Exchange::Abandoned }
    }

    /// To make the request in.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The request is over; with the status if there was an answer.
    pub(crate) fn end(mut self, status: Option<u16>, exchange: Exchange) {
        (self.status, self.exchange) = (status, exchange);
    }
}

impl Drop for ProviderSpan {
    fn drop(&mut self) {
        if let Some(status) = self.status {
            self.span.record("http.response.status_code", status);
        }
        if !matches!(self.exchange, Exchange::Answered) {
            self.span.record("error.type", display(self.exchange.outcome()));
            self.span.record("otel.status_code", "ERROR");
        }
    }
}

/// A call of the store that comes with this crate.
pub(crate) fn of_store(operation: &'static str) -> Span {
    tracing::info_span!(
        target: TRACE_TARGET,
        "store",
        otel.name = format!("store {operation}"),
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = "sqlite",
        db.operation.name = operation,
    )
}

/// The store could not answer.
pub(crate) fn store_failed(span: &Span) {
    span.record("otel.status_code", "ERROR");
}
