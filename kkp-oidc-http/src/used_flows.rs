//! Flows whose callback was answered. A code that is presented twice makes providers revoke what they gave for it.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FLOW_MAX_AGE_SECS, FlowId};

/// How many used flows are remembered. More than that within ten minutes are refused, not forgotten.
const MAX_FLOWS: usize = 1_000_000;

/// The flows whose code was presented while their `state` could still be fresh.
///
/// Kept by each process for itself: across replicas a callback can be answered twice. The second code exchange is then
/// refused by the provider, which may revoke the first one's refresh token.
#[derive(Debug)]
pub(crate) struct UsedFlows {
    max: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    flows: HashSet<FlowId>,
    /// The same, in the order of their use.
    order: VecDeque<(UnixTime, FlowId)>,
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
        self.used.lock().unwrap_or_else(PoisonError::into_inner).flows.contains(&id)
    }

    /// Use the flow: succeeds once.
    pub(crate) fn use_once(&self, id: FlowId, now: UnixTime) -> Result<(), UseFlowError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.forget_expired(now);
        if used.flows.contains(&id) {
            return Err(UseFlowError::UsedBefore);
        }
        if used.flows.len() >= self.max {
            return Err(UseFlowError::TooMany);
        }
        used.flows.insert(id);
        used.order.push_back((now, id));
        Ok(())
    }
}

impl Used {
    /// Forget flows whose `state` can no longer be fresh: they began before they were used.
    fn forget_expired(&mut self, now: UnixTime) {
        while let Some(&(used_at, id)) = self.order.front()
            && now.secs_since(used_at) > FLOW_MAX_AGE_SECS
        {
            self.order.pop_front();
            self.flows.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: UnixTime = UnixTime::from_secs(1000);

    fn flow(number: u8) -> FlowId {
        FlowId::from_bytes([number; 16])
    }

    #[test]
    fn a_flow_is_used_once() {
        let flows = UsedFlows::default();
        assert_eq!(flows.use_once(flow(1), START), Ok(()));
        assert!(flows.was_used(flow(1)) && !flows.was_used(flow(2)));
        assert_eq!(flows.use_once(flow(1), START), Err(UseFlowError::UsedBefore));
        assert_eq!(flows.use_once(flow(2), START), Ok(()));
    }

    #[test]
    fn a_full_memory_refuses_until_flows_have_ended() {
        let flows = UsedFlows { max: 2, used: Mutex::default() };
        assert_eq!(flows.use_once(flow(1), START), Ok(()));
        assert_eq!(flows.use_once(flow(2), START.plus_secs(1)), Ok(()));
        let last = START.plus_secs(FLOW_MAX_AGE_SECS);
        assert_eq!(flows.use_once(flow(3), last), Err(UseFlowError::TooMany));
        assert_eq!(flows.use_once(flow(1), last), Err(UseFlowError::UsedBefore));
        // Flow 1 can no longer come back: its state has expired.
        let after = last.plus_secs(1);
        assert_eq!(flows.use_once(flow(3), after), Ok(()));
        assert_eq!(flows.use_once(flow(2), after), Err(UseFlowError::UsedBefore));
        assert_eq!(flows.use_once(flow(4), after), Err(UseFlowError::TooMany));
    }
}
