//! Flows whose callback was answered. A code that is presented twice makes providers revoke what they gave for it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FLOW_MAX_AGE_SECS, FlowId};
use tokio::sync::watch;

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
    under_way: Arc<Mutex<HashMap<FlowId, watch::Receiver<()>>>>,
}

/// A flow that is being answered, until this is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay {
    id: FlowId,
    all: Arc<Mutex<HashMap<FlowId, watch::Receiver<()>>>>,
    /// Dropped with it, which those who wait notice.
    _ends: watch::Sender<()>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

#[derive(Debug, Default)]
struct Used {
    flows: HashSet<FlowId>,
    /// The same, in the order of their use.
    order: VecDeque<(UnixTime, FlowId)>,
}

impl Default for UsedFlows {
    fn default() -> Self {
        Self { max: MAX_FLOWS, used: Mutex::default(), under_way: Arc::default() }
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

    /// Wait until nobody answers the flow any more.
    pub(crate) async fn answered(&self, id: FlowId) {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(mut under_way) = under_way {
            // Nothing is ever sent: it ends.
            while under_way.changed().await.is_ok() {}
        }
    }

    /// Use the flow: succeeds once.
    pub(crate) fn use_once(&self, id: FlowId, now: UnixTime) -> Result<UnderWay, UseFlowError> {
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
        // While `used` is locked: whoever finds it used finds it under way.
        let (ends, ended) = watch::channel(());
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(id, ended);
        Ok(UnderWay { id, all: Arc::clone(&self.under_way), _ends: ends })
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
        assert!(flows.use_once(flow(1), START).is_ok());
        assert!(flows.was_used(flow(1)) && !flows.was_used(flow(2)));
        assert_eq!(flows.use_once(flow(1), START).err(), Some(UseFlowError::UsedBefore));
        assert!(flows.use_once(flow(2), START).is_ok());
    }

    #[test]
    fn a_full_memory_refuses_until_flows_have_ended() {
        let flows = UsedFlows { max: 2, ..UsedFlows::default() };
        assert!(flows.use_once(flow(1), START).is_ok());
        assert!(flows.use_once(flow(2), START.plus_secs(1)).is_ok());
        let last = START.plus_secs(FLOW_MAX_AGE_SECS);
        assert_eq!(flows.use_once(flow(3), last).err(), Some(UseFlowError::TooMany));
        assert_eq!(flows.use_once(flow(1), last).err(), Some(UseFlowError::UsedBefore));
        // Flow 1 can no longer come back: its state has expired.
        let after = last.plus_secs(1);
        assert!(flows.use_once(flow(3), after).is_ok());
        assert_eq!(flows.use_once(flow(2), after).err(), Some(UseFlowError::UsedBefore));
        assert_eq!(flows.use_once(flow(4), after).err(), Some(UseFlowError::TooMany));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_meanwhile_waits_for_the_answer() {
        let flows = UsedFlows::default();
        flows.answered(flow(1)).await;
        let under_way = flows.use_once(flow(1), START).unwrap();
        let patience = std::time::Duration::from_secs(60);
        assert!(tokio::time::timeout(patience, flows.answered(flow(1))).await.is_err());
        flows.answered(flow(2)).await;
        let (waited, ()) = tokio::join!(tokio::time::timeout(patience, flows.answered(flow(1))), async {
            tokio::task::yield_now().await;
            drop(under_way);
        });
        assert_eq!(waited, Ok(()));
        assert!(flows.was_used(flow(1)) && flows.under_way.lock().unwrap().is_empty());
    }
}
