//! What goes out to the provider on behalf of strangers: measured, and never too much at the same time.

use std::future::Future;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use tracing::Instrument as _;

use super::answer::Answer;
use super::error::ProviderError;
use crate::metrics::{Endpoint, Exchange, Metrics};
use crate::trace::ProviderSpan;

/// Most requests to the token and revocation endpoints at the same time. (Metadata and keys are fetched once for all.)
const MAX_IN_FLIGHT: usize = 32;

/// How long one waits for a place among them.
const PATIENCE: Duration = Duration::from_secs(2);

/// The one door for requests that the service makes.
pub(super) struct Outbound {
    metrics: Metrics,
    places: Semaphore,
}

impl Outbound {
    pub(super) fn new(metrics: Metrics) -> Self {
        Self { metrics, places: Semaphore::new(MAX_IN_FLIGHT) }
    }

    /// Make `request`, which asks `endpoint`, once there is a place for it.
    pub(super) async fn ask(
        &self,
        endpoint: Endpoint,
        request: impl Future<Output = Result<Answer, ProviderError>>,
    ) -> Result<Answer, ProviderError> {
        let place = match endpoint {
            Endpoint::Discovery | Endpoint::Jwks => None,
            Endpoint::Token | Endpoint::Revocation => Some(self.place().await?),
        };
        let (timer, span) = (self.metrics.provider_request(endpoint), ProviderSpan::begin(endpoint));
        let answer = request.instrument(span.span()).await;
        let exchange = match &answer {
            Ok(answer) if answer.status.is_success() => Exchange::Answered,
            Ok(answer) if answer.status.is_client_error() => Exchange::Refused,
            Ok(answer) => (&ProviderError::from_status(answer.status)).into(),
            Err(error) => error.into(),
        };
        timer.end(exchange);
        span.end(answer.as_ref().ok().map(|answer| answer.status.as_u16()), exchange);
        drop(place);
        answer
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>, ProviderError> {
        match timeout(PATIENCE, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            // Nobody closes it, so that the time is over.
            Ok(Err(_)) | Err(_) => {
                self.metrics.rate_limited("provider");
                Err(ProviderError::Busy)
            }
        }
    }
}
