//! What is noted of a flow that ends, however it ends.

use kkp_oidc_core::authorization::AuthenticState;

use crate::error::LoginError;
use crate::metrics::Journey;
use crate::state::AppState;

/// Note how a callback was answered. `flow` is the flow that it ended, if its state is ours.
pub(super) fn note<T>(
    state: &AppState,
    journey: Journey,
    flow: Option<&AuthenticState>,
    result: &Result<T, LoginError>,
) {
    state.metrics().flow_finished(journey, LoginError::outcome(result));
    if let (Ok(_), Some(flow)) = (result, flow) {
        state.metrics().flow_took(journey, state.now().secs_since(flow.issued_at()));
    }
}
