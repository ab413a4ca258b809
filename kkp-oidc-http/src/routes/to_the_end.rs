//! What is done to its end once it has begun, even if the browser goes, and even if the service is to end: what changes anything
//! is noted as well.

use std::future::Future;

use tracing::Instrument as _;

use crate::error::LoginError;
use crate::state::AppState;

/// Do it in a task of its own, for which the end of the service waits.
pub(super) async fn to_the_end<T, E>(
    state: &AppState,
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<LoginError> + Send + 'static,
{
    let deed = state.unfinished().begin();
    let work = async move {
        let _deed = deed;
        work.await
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(result) => result,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(LoginError::ShuttingDown.into()),
        },
    }
}
