//! Flows whose callback was answered. A code that is presented twice makes providers revoke what they gave for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FLOW_MAX_AGE_SECS, FlowId};

/// How many used flows are remembered. More than that within ten minutes are refused, not forgotten.
const MAX_FLOWS: usize = 100_000;

/// The flows that were used while their `state` could still be fresh.
///
/// Kept by each process for itself: across replicas a callback can be answered twice. The second code exchange is then
/// refused by the provider, which may revoke the first one's refresh token.
#[derive(Debug)]
pub(crate) struct UsedFlows {
    max: usize,
    used: Mutex<HashMap<FlowId, UnixTime>>,
}

impl Default for UsedFlows {
    fn default() -> Self {
        Self { max: MAX_FLOWS, used: Mutex::default() }
    }
}

/// Why a flow cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UseFlowError {
    UsedBefore,
    TooMany,
}

impl UsedFlows {
    /// Whether the flow was used.
    pub(crate) fn was_used(&self, id: FlowId) -> bool {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
    }

    /// Use the flow that began at `issued_at`: succeeds once.
    pub(crate) fn use_once(&self, id: FlowId, issued_at: UnixTime, now: UnixTime) -> Result<(), UseFlowError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.contains_key(&id) {
            return Err(UseFlowError::UsedBefore);
        }
        if used.len() >= self.max {
            used.retain(|_, issued_at| now.secs_since(*issued_at) <= FLOW_MAX_AGE_SECS);
        }
        if used.len() >= self.max {
            return Err(UseFlowError::TooMany);
        }
        used.insert(id, issued_at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: UnixTime = UnixTime::from_secs(1000);

    fn flow(number: u8) -> FlowId {
        FlowId::from_bytes([number; 16])
    }

    #[test]
    fn a_flow_is_used_once() {
        let flows = UsedFlows::default();
        assert_eq!(flows.use_once(flow(1), BEGAN, BEGAN), Ok(()));
        assert_eq!(flows.use_once(flow(1), BEGAN, BEGAN), Err(UseFlowError::UsedBefore));
        assert_eq!(flows.use_once(flow(2), BEGAN, BEGAN), Ok(()));
    }

    #[test]
    fn a_full_memory_refuses_until_flows_have_ended() {
        let flows = UsedFlows { max: 2, used: Mutex::default() };
        assert_eq!(flows.use_once(flow(1), BEGAN, BEGAN), Ok(()));
        assert_eq!(flows.use_once(flow(2), BEGAN.plus_secs(1), BEGAN), Ok(()));
        let last = BEGAN.plus_secs(FLOW_MAX_AGE_SECS);
        assert_eq!(flows.use_once(flow(3), last, last), Err(UseFlowError::TooMany));
        assert_eq!(flows.use_once(flow(1), last, last), Err(UseFlowError::UsedBefore));
        // Flow 1 can no longer come back: its state has expired.
        let after = last.plus_secs(1);
        assert_eq!(flows.use_once(flow(3), after, after), Ok(()));
        assert_eq!(flows.use_once(flow(2), after, after), Err(UseFlowError::UsedBefore));
    }
}
