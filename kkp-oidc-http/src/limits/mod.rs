//! Limits, so that nobody takes the service away from the others.

mod bounded;
mod quota;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use self::bounded::BoundedLimiter;
pub use self::quota::{ParseRateLimitError, RateLimit};
use crate::client_address::{ClientAddress, ClientKey};
use crate::environment::Clock;
use crate::metrics::Metrics;

/// Requests of one client, probes apart: ten a second in the long run.
const PAGES: RateLimit = RateLimit::new(number(600), number(120));

/// Links that one client opens to log in: many people may share an address.
const FLOWS: RateLimit = RateLimit::new(number(60), number(30));

/// How often one share link is opened, by whomever.
const LINKS: RateLimit = RateLimit::new(number(60), number(30));

/// How many clients, and how many links, a limit tells apart.
const MAX_KEYS: usize = 65_536;

const fn number(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// What is let through. The default is documented in `docs/service.md`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Requests of one client, probes apart.
    pub pages: RateLimit,
    /// Logins that one client begins.
    pub flows: RateLimit,
    /// Requests for one share link, by whomever.
    pub links: RateLimit,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { pages: PAGES, flows: FLOWS, links: LINKS }
    }
}

/// The limits at work.
///
/// Clients whose address is not known are not limited: they would share a quota, and one of them could use it up for all.
pub(crate) struct Limits {
    pages: Option<BoundedLimiter<ClientKey>>,
    flows: Option<BoundedLimiter<ClientKey>>,
    links: Option<BoundedLimiter<[u8; 16]>>,
    metrics: Metrics,
}

impl Limits {
    pub(crate) fn new(limits: RateLimits, clock: &Arc<dyn Clock>, metrics: Metrics) -> Self {
        let clients =
            |limit: RateLimit| limit.quota().map(|quota| BoundedLimiter::new(quota, MAX_KEYS, Arc::clone(clock)));
        let links = limits.links.quota().map(|quota| BoundedLimiter::new(quota, MAX_KEYS, Arc::clone(clock)));
        Self { pages: clients(limits.pages), flows: clients(limits.flows), links, metrics }
    }

    /// A request of this client.
    pub(crate) fn page(&self, client: ClientAddress) -> Result<(), RateLimited> {
        self.take("pages", self.pages.as_ref(), client.key().as_ref())
    }

    /// This client begins a login.
    pub(crate) fn flow(&self, client: ClientAddress) -> Result<(), RateLimited> {
        self.take("flows", self.flows.as_ref(), client.key().as_ref())
    }

    /// Somebody asks for the share link of this id.
    pub(crate) fn link(&self, id: &[u8; 16]) -> Result<(), RateLimited> {
        self.take("links", self.links.as_ref(), Some(id))
    }

    fn take<K: Eq + std::hash::Hash + Clone>(
        &self,
        limit: &'static str,
        limiter: Option<&BoundedLimiter<K>>,
        key: Option<&K>,
    ) -> Result<(), RateLimited> {
        let (Some(limiter), Some(key)) = (limiter, key) else { return Ok(()) };
        limiter.take(key).map_err(|wait| {
            self.metrics.rate_limited(limit);
            RateLimited { limit, wait }
        })
    }
}

/// Too much was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("more than the limit for {limit} lets through")]
pub(crate) struct RateLimited {
    limit: &'static str,
    wait: Duration,
}

impl RateLimited {
    #[cfg(feature = "openapi")]
    pub(crate) const fn of(limit: &'static str, wait: Duration) -> Self {
        Self { limit, wait }
    }

    /// For `Retry-After`, in whole seconds, at least 1.
    pub(crate) fn retry_after_secs(self) -> u64 {
        self.wait.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX)
    }
}
