//! What those who run the service need, got from the state.

use super::AppState;
use crate::audit::AuditLog;
use crate::client_address::Proxies;
use crate::limits::Limits;
use crate::metrics::Metrics;

impl AppState {
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.operations().metrics
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        &self.operations().proxies
    }

    pub(crate) fn audit(&self) -> &AuditLog {
        &self.operations().audit
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.operations().limits
    }
}
