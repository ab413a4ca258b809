//! What is done to its end even if nobody waits for it: the end of the service does.

use tokio::sync::watch;

/// How many deeds are under way.
#[derive(Debug)]
pub(crate) struct Unfinished(watch::Sender<usize>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Deed(watch::Sender<usize>);

impl Default for Unfinished {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Unfinished {
    /// One more begins.
    pub(crate) fn begin(&self) -> Deed {
        self.0.send_modify(|count| *count = count.saturating_add(1));
        Deed(self.0.clone())
    }

    /// Wait until there is none.
    pub(crate) async fn none(&self) {
        // An error says that nobody can begin one any more.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Deed {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
