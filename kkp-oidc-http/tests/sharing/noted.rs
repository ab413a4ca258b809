//! What is written down of share links: a line of the audit log for each decision, and a count.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::share::ShareId;
use kkp_oidc_http::dev_provider::Fault;
use kkp_oidc_http::{AuditSink, ShareStore as _, SqliteStore, metrics_router};
use tempfile::TempDir;

use crate::house::{DIALOG, House, JANE, LUKASZ, MALLORY, OWNER};
use crate::person::{Person, assert_page, assert_refused, redirect};
use crate::world::{NOW, Setup, send};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps lines in memory.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

impl AuditSink for Kept {
    fn append(&self, line: &str) -> io::Result<()> {
        self.0.lock().unwrap().push(line.to_owned());
        Ok(())
    }
}

impl Kept {
    /// Event, reason, actor, cluster and share of each line; none is kept.
    fn take(&self) -> Vec<[Option<String>; 5]> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
        let fields = |line: String| {
            let event: serde_json::Value = serde_json::from_str(&line).unwrap();
            ["event", "reason", "actor", "cluster", "share"].map(|key| event[key].as_str().map(str::to_owned))
        };
        lines.into_iter().map(fields).collect()
    }
}

/// Let the service note what it decides.
fn note(setup: &mut Setup, sink: Kept) {
    let before = std::mem::replace(&mut setup.configure, Box::new(|_| ()));
    setup.configure = Box::new(move |config| {
        before(config);
        config.operations.audit.sink = Some(Arc::new(sink));
    });
}

/// The store's file, which somebody may spoil.
const SHARES: &str = "shares.db";

async fn house_on_a_file() -> (TempDir, House, Kept) {
    let (folder, kept) = (tempfile::tempdir().unwrap(), Kept::default());
    let store = Arc::new(SqliteStore::open(folder.path().join(SHARES)).unwrap());
    let house = House::with(|setup, sharing| {
        note(setup, kept.clone());
        sharing.store = store;
    })
    .await;
    (folder, house, kept)
}

async fn metrics(house: &House) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    send(&metrics_router(house.service.state.clone()), request).await.body
}

#[tokio::test]
async fn each_decision_about_a_link_is_a_line_and_a_count() {
    let kept = Kept::default();
    let house = House::with(|setup, _| note(setup, kept.clone())).await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[("who", "only"), ("people", LUKASZ), ("uses", "once")]).await;
    let share = link.id.to_string();
    let line = |event: &str, reason: Option<&str>, actor: Option<&str>, about: bool| {
        let (cluster, share) = (about.then(|| "lab7x9k2mp".to_owned()), about.then(|| share.clone()));
        [Some(event.to_owned()), reason.map(str::to_owned), actor.map(str::to_owned), cluster, share]
    };
    assert_eq!(
        kept.take(),
        [
            line("flow_begun", None, None, false),
            line("session_begun", None, Some(OWNER), false),
            line("share_link_made", None, Some(OWNER), true),
        ]
    );

    assert_refused(&Person::new().get(&house.site, "/share/forged").await, 404, "share_link_invalid");
    assert_refused(&Person::new().redeem(&house.site, &link, MALLORY).await, 403, "share_not_for_you");
    Person::new().get_in(&house.site, &link, LUKASZ).await;
    assert_refused(&Person::new().get(&house.site, &link.path).await, 410, "share_link_used_up");
    // Whose cluster it was is found out for those who are let in.
    let refused = |reason: &str, actor: Option<&str>| {
        let [event, reason, actor, _, share] = line("share_link_refused", Some(reason), actor, true);
        [event, reason, actor, None, share]
    };
    assert_eq!(
        kept.take(),
        [
            line("share_link_refused", Some("share_link_invalid"), None, false),
            line("flow_begun", None, None, true),
            refused("share_not_for_you", Some(MALLORY)),
            line("flow_begun", None, None, true),
            line("share_link_redeemed", None, Some(LUKASZ), true),
            refused("share_link_used_up", None),
        ]
    );

    for _ in 0..2 {
        owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await;
    }
    owner.post(&house.site, "/logout", &[]).await;
    let mut owner = house.owner(OWNER).await;
    kept.0.lock().unwrap().pop();
    house.service.clock.advance(1801);
    owner.get(&house.site, "/links").await;
    assert_eq!(
        kept.take(),
        [
            line("share_link_revoked", None, Some(OWNER), true),
            line("session_ended", None, Some(OWNER), false),
            line("flow_begun", None, None, false),
            line("session_expired", None, Some(OWNER), false),
        ]
    );

    let metrics = metrics(&house).await;
    let counted: Vec<_> = metrics.lines().filter(|line| line.starts_with("kkp_oidc_share_links_")).collect();
    let mut expected = [
        "kkp_oidc_share_links_made_total 1",
        "kkp_oidc_share_links_redeemed_total 1",
        "kkp_oidc_share_links_refused_total{reason=\"share_link_invalid\"} 1",
        "kkp_oidc_share_links_refused_total{reason=\"share_link_used_up\"} 1",
        "kkp_oidc_share_links_refused_total{reason=\"share_not_for_you\"} 1",
        "kkp_oidc_share_links_revoked_total 1",
    ];
    expected.sort_unstable();
    let mut counted = counted;
    counted.sort_unstable();
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn a_logout_is_noted_when_the_session_is_gone() {
    let (folder, house, kept) = house_on_a_file().await;
    let mut owner = house.owner(OWNER).await;
    let raw = rusqlite::Connection::open(folder.path().join(SHARES)).unwrap();
    raw.execute_batch("CREATE TRIGGER keep BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'kept'); END").unwrap();
    kept.take();
    assert_refused(&owner.post(&house.site, "/logout", &[]).await, 503, "share_store_unavailable");
    assert!(kept.take().is_empty());
    assert_page(&owner.get(&house.site, "/links").await, 200);

    raw.execute_batch("DROP TRIGGER keep").unwrap();
    assert_eq!(redirect(&owner.post(&house.site, "/logout", &[]).await), "/logged-out?here");
    let ended = [Some("session_ended".to_owned()), None, Some(OWNER.to_owned()), None, None];
    assert_eq!(kept.take(), [ended]);
}

#[tokio::test]
async fn a_link_that_is_asked_for_too_often_is_counted_and_fills_no_log() {
    let kept = Kept::default();
    let house = House::with(|setup, _| note(setup, kept.clone())).await;
    let link = house.link(&[]).await;
    kept.take();
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(Person::new().get(&house.site, &link.path).await.status);
    }
    assert_eq!(statuses, [[200; 10], [200; 10], [200; 10], [429; 10]].concat());
    assert!(kept.take().is_empty());
    let counted = "kkp_oidc_share_links_refused_total{reason=\"rate_limited\"} 10";
    assert!(metrics(&house).await.lines().any(|line| line == counted));
}

#[tokio::test]
async fn a_link_that_cannot_be_read_is_noted_when_it_is_taken_back() {
    let (folder, house, kept) = house_on_a_file().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let raw = rusqlite::Connection::open(folder.path().join(SHARES)).unwrap();
    raw.execute("UPDATE shares SET document = ''", []).unwrap();
    kept.take();
    redirect(&owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await);
    let revoked = Some("share_link_revoked".to_owned());
    assert_eq!(kept.take(), [[revoked, None, Some(OWNER.to_owned()), None, Some(link.id.to_string())]]);
}

#[tokio::test]
async fn whoever_is_refused_after_the_login_is_named_with_the_link() {
    let kept = Kept::default();
    let house = House::with(|setup, _| note(setup, kept.clone())).await;
    let refused = |reason: &str, actor: Option<&str>, id: ShareId| {
        let texts = [Some("share_link_refused"), Some(reason), actor].map(|text| text.map(str::to_owned));
        let [event, reason, actor] = texts;
        [event, reason, actor, None, Some(id.to_string())]
    };
    let mut owner = house.owner(OWNER).await;
    // Both are at the provider when one of them takes the last use; the code of the other is spent by then.
    let link = owner.make_link(&house.site, &[("uses", "once")]).await;
    let mut late = Person::new();
    let callback = late.callback(&house.site, &link, JANE).await;
    let (told, go_on) = house.store.pause("redeem");
    let quick = async {
        told.await.unwrap();
        Person::new().get_in(&house.site, &link, LUKASZ).await;
        kept.take();
        go_on.send(()).unwrap();
    };
    let (reply, ()) = tokio::join!(late.get(&house.site, &callback), quick);
    assert_refused(&reply, 410, "share_link_used_up");
    assert_eq!(kept.take(), [refused("share_link_used_up", Some(JANE), link.id)]);

    // Taken back while the provider was asked.
    let link = owner.make_link(&house.site, &[]).await;
    let callback = late.callback(&house.site, &link, JANE).await;
    house.provider.set_fault(Fault::TokenSlow(Duration::from_millis(100)));
    let tokens = house.provider.requests().token;
    kept.take();
    let meanwhile = async {
        while house.provider.requests().token == tokens {
            tokio::task::yield_now().await;
        }
        house.store.inside().revoke(link.id, UnixTime::from_secs(NOW)).await.unwrap();
    };
    let (reply, ()) = tokio::join!(late.get(&house.site, &callback), meanwhile);
    assert_refused(&reply, 410, "share_link_revoked");
    assert_eq!(kept.take(), [refused("share_link_revoked", Some(JANE), link.id)]);

    let revoked = owner.make_link(&house.site, &[]).await;
    owner.post(&house.site, &format!("{}/revoke", revoked.page()), &[]).await;
    let expired = owner.make_link(&house.site, &[("until", "1h")]).await;
    kept.take();
    assert_refused(&Person::new().get(&house.site, &revoked.path).await, 410, "share_link_revoked");
    house.service.clock.advance(3600);
    assert_refused(&Person::new().get(&house.site, &expired.path).await, 410, "share_link_expired");
    assert_eq!(
        kept.take(),
        [refused("share_link_revoked", None, revoked.id), refused("share_link_expired", None, expired.id)]
    );
}

#[tokio::test]
async fn what_an_owner_does_is_done_and_noted_even_if_their_browser_goes() {
    let kept = Kept::default();
    let house = House::with(|setup, _| note(setup, kept.clone())).await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let revoke = format!("{}/revoke", link.page());
    let form = [("who", "anyone"), ("until", "1h"), ("uses", "unlimited")];
    for (call, path, form, event) in [
        ("create", DIALOG, &form[..], "share_link_made"),
        ("revoke", &revoke, &[], "share_link_revoked"),
        ("remove", "/logout", &[], "session_ended"),
    ] {
        kept.take();
        let (told, go_on) = house.store.pause(call);
        {
            let request = owner.post(&house.site, path, form);
            tokio::pin!(request);
            tokio::select! {
                reply = &mut request => panic!("{path}: {}", reply.status),
                told = told => told.unwrap(),
            }
        }
        go_on.send(()).unwrap();
        let noted = async {
            while kept.0.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, noted).await.unwrap();
        let [[name, _, actor, ..]] = &kept.take()[..] else { panic!("one line") };
        assert_eq!((name.as_deref(), actor.as_deref()), (Some(event), Some(OWNER)));
    }
    assert_eq!(redirect(&owner.get(&house.site, "/links").await), "/login?to=links");
    let owned = house.store.inside().owned_by(OWNER, UnixTime::from_secs(NOW)).await.unwrap();
    let revoked = owned.readable.iter().map(|stored| stored.revoked_at.is_some());
    assert_eq!(revoked.collect::<Vec<_>>(), [false, true]);
}
