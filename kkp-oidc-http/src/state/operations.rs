//! What those who run the service need, got from the state.

use kkp_oidc_core::audit::AuditEvent;

use super::AppState;
use crate::client_address::Proxies;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::trace::TraceJoiner;
use crate::unfinished::Unfinished;

impl AppState {
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.operations().metrics
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        &self.operations().proxies
    }

    /// Write the event into the audit log, if there is one.
    pub(crate) async fn audit(&self, event: AuditEvent<'_>) {
        self.operations().audit.record(event, &self.1.actor_names).await;
    }

    pub(crate) fn trace_joiner(&self) -> Option<&TraceJoiner> {
        self.operations().trace_joiner.as_ref()
    }

    /// Wait until nothing is under way any more that is done to its end though its browser has gone: a use that is counted, a link
    /// that is made or taken back, a logout. For services that end by themselves; `server::serve` does it.
    pub async fn settled(&self) {
        self.unfinished().none().await;
    }

    pub(crate) fn unfinished(&self) -> &Unfinished {
        &self.operations().unfinished
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.operations().limits
    }
}
