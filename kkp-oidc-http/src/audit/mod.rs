//! Where the audit log goes.

mod file;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use kkp_oidc_core::audit::{ActorNames, AuditEvent, PseudonymKey};
use kkp_oidc_core::cookie_key::KeyRing;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use self::file::{FileAuditSink, StdoutAuditSink};
use crate::metrics::Metrics;

/// How long an answer waits for its event to be written.
const PATIENCE: Duration = Duration::from_secs(1);

/// Most events that wait to be written; more are lost, which is logged and counted.
const MAX_WAITING: usize = 64;

/// Takes the lines of the audit log.
///
/// Each event is one line of JSON; `docs/audit.md` has the schema.
pub trait AuditSink: fmt::Debug + Send + Sync + 'static {
    /// Append a line, which has no line end. It may block; events are written one after the other as far as the sink sees
    /// to it.
    ///
    /// # Errors
    ///
    /// Whatever keeps the line from being written. It is logged and counted, and nobody is refused because of it.
    fn append(&self, line: &str) -> io::Result<()>;
}

/// Whether and how the audit log is kept.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AuditConfig {
    /// Where it goes; `None` keeps no audit log.
    pub sink: Option<Arc<dyn AuditSink>>,
    /// How people are called in it.
    pub actors: AuditActors,
}

/// How people are called in the audit log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum AuditActors {
    /// By their e-mail addresses.
    #[default]
    Emails,
    /// By pseudonyms under a key derived from the cookie key: [`PseudonymKey`].
    Pseudonyms,
}

/// The audit log at work.
pub(crate) struct AuditLog {
    sink: Option<Arc<dyn AuditSink>>,
    actors: AuditActors,
    places: Arc<Semaphore>,
    metrics: Metrics,
}

impl AuditLog {
    pub(crate) fn new(config: AuditConfig, metrics: Metrics) -> Self {
        let AuditConfig { sink, actors } = config;
        Self { sink, actors, places: Arc::new(Semaphore::new(MAX_WAITING)), metrics }
    }

    /// How people are called while these are the cookie keys.
    pub(crate) fn names(&self, cookie_keys: &KeyRing) -> ActorNames {
        match self.actors {
            AuditActors::Emails => ActorNames::Plain,
            AuditActors::Pseudonyms => ActorNames::Pseudonyms(PseudonymKey::new(cookie_keys.current())),
        }
    }

    /// Write the event, before the answer that it is about goes out. What cannot be written is logged and counted.
    pub(crate) async fn record(&self, event: AuditEvent<'_>, names: &ActorNames) {
        let Some(sink) = self.sink.clone() else { return };
        let line = event.to_line(names);
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return self.failed(&io::Error::new(io::ErrorKind::QuotaExceeded, "64 events wait to be written"));
        };
        // Files can be slow. What is written is written, even if nobody waits any more.
        let written = tokio::task::spawn_blocking(move || {
            let written = sink.append(&line);
            drop(place);
            written
        });
        match timeout(PATIENCE, written).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => self.failed(&error),
            Ok(Err(ended)) => self.failed(&io::Error::other(ended)),
            Err(late) => self.failed(&io::Error::new(io::ErrorKind::TimedOut, late)),
        }
    }

    fn failed(&self, error: &io::Error) {
        self.metrics.audit_write_failed();
        tracing::error!(
            error = error as &(dyn std::error::Error + 'static),
            "an event of the audit log was not written"
        );
    }
}
