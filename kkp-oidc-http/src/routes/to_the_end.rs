//! What is done to its end once it has begun, even if the browser goes: what changes anything is noted as well.

use std::future::Future;

use tracing::Instrument as _;

use crate::error::LoginError;

/// Do it in a task of its own.
pub(super) async fn to_the_end<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<LoginError> + Send + 'static,
{
    match tokio::spawn(work.in_current_span()).await {
        Ok(result) => result,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(LoginError::ShuttingDown.into()),
        },
    }
}
