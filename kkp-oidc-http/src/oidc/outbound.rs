//! What goes out to the provider on behalf of strangers: measured.

use std::future::Future;

use super::error::ProviderError;
use super::fetch::Answer;
use crate::metrics::{Endpoint, Exchange, Metrics};

/// The one door for requests that the service makes.
pub(super) struct Outbound {
    metrics: Metrics,
}

impl Outbound {
    pub(super) const fn new(metrics: Metrics) -> Self {
        Self { metrics }
    }

    /// Make `request`, which asks `endpoint`.
    pub(super) async fn ask(
        &self,
        endpoint: Endpoint,
        request: impl Future<Output = Result<Answer, ProviderError>>,
    ) -> Result<Answer, ProviderError> {
        let timer = self.metrics.provider_request(endpoint);
        let answer = request.await;
        timer.end(match &answer {
            Ok(answer) if answer.status.is_success() => Exchange::Answered,
            Ok(answer) if answer.status.is_client_error() => Exchange::Refused,
            Ok(answer) => (&ProviderError::from_status(answer.status)).into(),
            Err(error) => error.into(),
        });
        answer
    }
}
