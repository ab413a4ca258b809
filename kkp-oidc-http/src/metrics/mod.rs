//! What is counted and measured. No globals: each service has its own, and tests run side by side.
//!
//! `docs/service.md` says what each metric means.

mod exposition;
mod labels;
mod requests;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use self::exposition::metrics_router;
use self::labels::Label;
pub(crate) use self::labels::{Endpoint, Exchange, Journey, OK};
pub(crate) use self::requests::measure;
use crate::environment::Clock;

/// What every name begins with.
const PREFIX: &str = "kkp_oidc";

/// Upper bounds of the buckets for requests, in seconds; 7 s is where a request to the provider is given up.
const REQUEST_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 7.0];

/// Upper bounds of the buckets for flows, in seconds: people read, type and look for their phone. 600 s is a flow's end.
const FLOW_BUCKETS: [f64; 8] = [2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0];

/// Everything that is counted and measured. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Inner>);

type Count<const LABELS: usize> = Family<[Label; LABELS], Counter>;
type Times<S> = Family<S, Histogram, fn() -> Histogram>;

struct Inner {
    clock: Arc<dyn Clock>,
    registry: Registry,
    flows_started: Count<2>,
    flows_finished: Count<2>,
    flow_duration: Times<[Label; 1]>,
    share_links_made: Counter,
    share_links_redeemed: Counter,
    share_links_revoked: Counter,
    share_links_refused: Count<1>,
    rate_limited: Count<1>,
    audit_write_errors: Counter,
    requests: Times<[(&'static str, Cow<'static, str>); 2]>,
    provider_requests: Times<[Label; 2]>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(..)")
    }
}

impl Metrics {
    /// Nothing counted yet; `clock` measures.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let of_requests: fn() -> Histogram = || Histogram::new(REQUEST_BUCKETS);
        let of_flows: fn() -> Histogram = || Histogram::new(FLOW_BUCKETS);
        let inner = Inner {
            clock,
            flows_started: register(
                &mut registry,
                "flows_started",
                "Links opened, by what came of it",
                Family::default(),
            ),
            flows_finished: register(
                &mut registry,
                "flows_finished",
                "Callbacks, by what came of them",
                Family::default(),
            ),
            flow_duration: register(
                &mut registry,
                "flow_duration_seconds",
                "From the link to the answer, for flows that ended well",
                Family::new_with_constructor(of_flows),
            ),
            share_links_made: register(&mut registry, "share_links_made", "Share links made", Counter::default()),
            share_links_redeemed: register(
                &mut registry,
                "share_links_redeemed",
                "Share links redeemed",
                Counter::default(),
            ),
            share_links_revoked: register(
                &mut registry,
                "share_links_revoked",
                "Share links revoked",
                Counter::default(),
            ),
            share_links_refused: register(
                &mut registry,
                "share_links_refused",
                "Share links refused, by reason",
                Family::default(),
            ),
            rate_limited: register(
                &mut registry,
                "rate_limited",
                "What a limit refused, by the limit",
                Family::default(),
            ),
            audit_write_errors: register(
                &mut registry,
                "audit_write_errors",
                "Events of the audit log that were not written",
                Counter::default(),
            ),
            requests: register(
                &mut registry,
                "http_request_duration_seconds",
                "Answering a request, by route and class of status",
                Family::new_with_constructor(of_requests),
            ),
            provider_requests: register(
                &mut registry,
                "provider_request_duration_seconds",
                "Requests to the identity provider, by endpoint and outcome",
                Family::new_with_constructor(of_requests),
            ),
            registry,
        };
        // What never happened is 0, not absent: a rate needs a beginning.
        for journey in [Journey::Kubeconfig, Journey::Share, Journey::Session] {
            for family in [&inner.flows_started, &inner.flows_finished] {
                drop(family.get_or_create(&[journey.label(), ("outcome", OK)]));
            }
        }
        for limit in ["pages", "flows", "links", "provider"] {
            drop(inner.rate_limited.get_or_create(&[("limit", limit)]));
        }
        Self(Arc::new(inner))
    }

    /// A link was opened. `outcome` is [`OK`] or a code of `error.rs`.
    pub(crate) fn flow_started(&self, journey: Journey, outcome: &'static str) {
        self.0.flows_started.get_or_create(&[journey.label(), ("outcome", outcome)]).inc();
    }

    /// A callback was answered. `outcome` is [`OK`] or a code of `error.rs`.
    pub(crate) fn flow_finished(&self, journey: Journey, outcome: &'static str) {
        self.0.flows_finished.get_or_create(&[journey.label(), ("outcome", outcome)]).inc();
    }

    /// How long a flow took that ended well, in whole seconds.
    pub(crate) fn flow_took(&self, journey: Journey, secs: i64) {
        let secs = u32::try_from(secs).unwrap_or(0);
        self.0.flow_duration.get_or_create(&[journey.label()]).observe(secs.into());
    }

    /// Something was refused by the limit of this name.
    pub(crate) fn rate_limited(&self, limit: &'static str) {
        self.0.rate_limited.get_or_create(&[("limit", limit)]).inc();
    }

    /// An event of the audit log was not written.
    pub(crate) fn audit_write_failed(&self) {
        self.0.audit_write_errors.inc();
    }

    /// A request to the provider begins. It ends when the timer is told so, or dropped.
    pub(crate) fn provider_request(&self, endpoint: Endpoint) -> ProviderTimer {
        ProviderTimer { metrics: self.clone(), endpoint, begun: self.0.clock.elapsed(), outcome: Exchange::Abandoned }
    }
}

/// What share links count.
impl Metrics {
    /// A share link was made.
    pub(crate) fn share_link_made(&self) {
        self.0.share_links_made.inc();
    }

    /// A share link gave a kubeconfig.
    pub(crate) fn share_link_redeemed(&self) {
        self.0.share_links_redeemed.inc();
    }

    /// A share link was taken back.
    pub(crate) fn share_link_revoked(&self) {
        self.0.share_links_revoked.inc();
    }

    /// A share link was refused. `reason` is a code of `error.rs`.
    pub(crate) fn share_link_refused(&self, reason: &'static str) {
        self.0.share_links_refused.get_or_create(&[("reason", reason)]).inc();
    }
}

fn register<M>(registry: &mut Registry, name: &'static str, help: &'static str, metric: M) -> M
where
    M: prometheus_client::registry::Metric + Clone,
{
    registry.register(name, help, metric.clone());
    metric
}

/// Measures one request to the provider. Dropped before its end, the request was abandoned.
pub(crate) struct ProviderTimer {
    metrics: Metrics,
    endpoint: Endpoint,
    begun: Duration,
    outcome: Exchange,
}

impl ProviderTimer {
    /// The request is over.
    pub(crate) fn end(mut self, outcome: Exchange) {
        self.outcome = outcome;
    }
}

impl Drop for ProviderTimer {
    fn drop(&mut self) {
        let Inner { clock, provider_requests, .. } = &*self.metrics.0;
        let took = clock.elapsed().saturating_sub(self.begun);
        provider_requests.get_or_create(&[self.endpoint.label(), self.outcome.label()]).observe(took.as_secs_f64());
    }
}
