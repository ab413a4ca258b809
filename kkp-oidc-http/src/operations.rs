//! What those who run the service need, apart from what it does.

use std::sync::Arc;

use crate::audit::{AuditConfig, AuditLog};
use crate::client_address::Proxies;
use crate::environment::Clock;
use crate::limits::{Limits, RateLimits};
use crate::metrics::Metrics;
use crate::trace::TraceJoiner;
use crate::unfinished::Unfinished;

/// How the service is run.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct OperationsConfig {
    /// Whose word counts on who asks.
    pub proxies: Proxies,
    /// What is let through.
    pub rate_limits: RateLimits,
    /// Where decisions are written down.
    pub audit: AuditConfig,
    /// How requests of trusted proxies become part of their traces. Without it, every request begins one.
    pub trace_joiner: Option<TraceJoiner>,
}

pub(crate) struct Operations {
    pub(crate) metrics: Metrics,
    pub(crate) proxies: Proxies,
    pub(crate) limits: Limits,
    pub(crate) audit: AuditLog,
    pub(crate) trace_joiner: Option<TraceJoiner>,
    pub(crate) unfinished: Unfinished,
}

impl Operations {
    pub(crate) fn new(config: OperationsConfig, clock: &Arc<dyn Clock>) -> Self {
        let metrics = Metrics::new(Arc::clone(clock));
        let limits = Limits::new(config.rate_limits, clock, metrics.clone());
        let audit = AuditLog::new(config.audit, metrics.clone());
        Self {
            metrics,
            proxies: config.proxies,
            limits,
            audit,
            trace_joiner: config.trace_joiner,
            unfinished: Unfinished::default(),
        }
    }

    pub(crate) const fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}
