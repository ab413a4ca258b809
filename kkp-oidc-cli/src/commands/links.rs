//! `kkp-oidc links`

use std::path::Path;
use std::process::ExitCode;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::audit::{ActorNames, AuditEvent, Decision};
use kkp_oidc_core::share::{ShareId, ShareState, StoredShare};
use kkp_oidc_http::{AuditSink as _, FileAuditSink, ListedShare, Revoked, ShareStore as _, SqliteStore};
use serde_json::json;

use crate::args::links::{LinksCommand, ListArgs, RevokeArgs, StoreArgs, named};
use crate::args::{Output, usage_error};
use crate::error::CliError;
use crate::exit_status::REFUSED;
use crate::io;
use crate::serve_error::ServeError;

pub(crate) fn run(command: &LinksCommand, output: Output) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|cause| ServeError::Start(cause.into()))?;
    runtime.block_on(async {
        match command {
            LinksCommand::List(args) => list(args, output).await.map(|()| ExitCode::SUCCESS),
            LinksCommand::Revoke(args) => revoke(args, output).await,
        }
    })
}

/// A store that is there: none is made.
fn open(args: &StoreArgs) -> Result<SqliteStore, CliError> {
    let path = &args.share_store;
    io::require(path)?;
    Ok(SqliteStore::open(path).map_err(ServeError::Store)?)
}

/// Every share of the store, or of one owner, one list after the other.
async fn for_each(
    store: &SqliteStore,
    owner: Option<&str>,
    mut take: impl AsyncFnMut(ListedShare) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut after = 0;
    loop {
        let page = store.list(owner, after).await.map_err(ServeError::StoreUnavailable)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        for share in page {
            take(share).await?;
        }
    }
}

async fn list(args: &ListArgs, output: Output) -> Result<(), CliError> {
    let (store, now) = (open(&args.store)?, io::now());
    let mut is_first = true;
    for_each(&store, args.owner.as_deref(), async |share| {
        let state = state(&share, now);
        if !args.all && !is_left(state) {
            return Ok(());
        }
        let state = state.map_or("unreadable", ShareState::name);
        if std::mem::take(&mut is_first) && output == Output::Human {
            io::print_line("ID                      STATE       UNTIL                 USES   CLUSTER  OWNER")?;
        }
        match output {
            Output::Human => io::print_line(&human(&share, state)),
            Output::Json => io::print_line(&json(&share, state)),
        }
    })
    .await?;
    match (output, is_first) {
        (Output::Human, true) => io::print_line("no links"),
        _ => Ok(()),
    }
}

/// Its state; `None` of one that cannot be read, and was not taken back.
fn state(share: &ListedShare, now: UnixTime) -> Option<ShareState> {
    match &share.stored {
        Some(stored) => Some(stored.state(now)),
        None if share.is_revoked => Some(ShareState::Revoked),
        None => None,
    }
}

/// Whether there is something left to be taken back.
const fn is_left(state: Option<ShareState>) -> bool {
    matches!(state, None | Some(ShareState::Good))
}

fn human(share: &ListedShare, state: &str) -> String {
    let (until, uses, cluster) = match &share.stored {
        Some(StoredShare { share, uses, .. }) => {
            let limit = share.uses.times().map_or_else(String::new, |times| format!("/{times}"));
            (
                share.expires_at.to_string(),
                format!("{uses}{limit}"),
                format!("{}/{}", share.project_id, share.cluster_id),
            )
        }
        None => ("-".to_owned(), "-".to_owned(), "-".to_owned()),
    };
    // Whatever a provider calls somebody, a terminal is not told what to do.
    format!("{}  {state:<10}  {until:<20}  {uses:<5}  {cluster}  {}", share.id, share.owner.escape_debug())
}

fn json(share: &ListedShare, state: &str) -> String {
    let stored = share.stored.as_ref();
    json!({
        "id": share.id.to_string(),
        "state": state,
        "owner": share.owner,
        "project_id": stored.map(|stored| stored.share.project_id.as_str()),
        "cluster_id": stored.map(|stored| stored.share.cluster_id.as_str()),
        "created_at": stored.map(|stored| stored.share.created_at.to_string()),
        "expires_at": stored.map(|stored| stored.share.expires_at.to_string()),
        "uses": stored.map(|stored| stored.uses),
        "use_limit": stored.and_then(|stored| stored.share.uses.times()),
    })
    .to_string()
}

async fn revoke(args: &RevokeArgs, output: Output) -> Result<ExitCode, CliError> {
    let mut ids = Vec::new();
    for (number, link) in (1_usize..).zip(&args.links) {
        let Some(id) = named(link) else {
            let message =
                format!("LINK {number} is none of this service, expected its address, or the 22 characters of its id");
            return Ok(usage_error(&message));
        };
        ids.push(id);
    }
    let (store, now) = (open(&args.store)?, io::now());
    let log = AuditLog::open(args.audit_log.as_deref())?;
    if let Some(owner) = &args.owner {
        for_each(&store, Some(owner), async |share| {
            if is_left(state(&share, now)) {
                ids.push(share.id);
            }
            Ok(())
        })
        .await?;
    }
    let (mut all_known, mut trouble) = (true, None);
    for &id in &ids {
        let revoked = match store.revoke(id, now).await {
            Ok(revoked) => revoked,
            Err(error) => {
                trouble = trouble.or_else(|| Some(ServeError::StoreUnavailable(error).into()));
                continue;
            }
        };
        all_known &= revoked != Revoked::Unknown;
        // What is left is taken back all the same; noted before it is said.
        let noted = if revoked == Revoked::Now { log.note(id, now) } else { Ok(()) };
        let said = say(id, revoked, output);
        trouble = trouble.or_else(|| noted.err()).or_else(|| said.err());
    }
    if ids.is_empty() && output == Output::Human {
        io::print_line("no links")?;
    }
    match trouble {
        Some(trouble) => Err(trouble),
        None if all_known => Ok(ExitCode::SUCCESS),
        None => Ok(ExitCode::from(REFUSED)),
    }
}

fn say(id: ShareId, revoked: Revoked, output: Output) -> Result<(), CliError> {
    let (word, sentence) = match revoked {
        Revoked::Now => ("now", format!("{id} is taken back")),
        Revoked::Before(at) => ("before", format!("{id} was taken back before, at {at}")),
        Revoked::Unknown => ("unknown", format!("{id} is not in this store")),
    };
    match output {
        Output::Human => io::print_line(&sentence),
        Output::Json => io::print_line(&json!({ "id": id.to_string(), "revoked": word }).to_string()),
    }
}

/// Where the service, too, writes down what was decided.
struct AuditLog<'a>(Option<(&'a Path, FileAuditSink)>);

impl<'a> AuditLog<'a> {
    fn open(path: Option<&'a Path>) -> Result<Self, CliError> {
        let Some(path) = path else { return Ok(Self(None)) };
        let sink = FileAuditSink::open(path);
        let sink = sink.map_err(|cause| CliError::File { path: path.to_owned(), doing: "opened", cause })?;
        Ok(Self(Some((path, sink))))
    }

    fn note(&self, id: ShareId, now: UnixTime) -> Result<(), CliError> {
        let Some((path, sink)) = &self.0 else { return Ok(()) };
        let event = AuditEvent::new(Decision::ShareLinkRevoked, now).share(*id.as_bytes());
        let written = sink.append(&event.to_line(&ActorNames::Plain));
        written.map_err(|cause| CliError::File { path: (*path).to_owned(), doing: "written", cause })
    }
}
