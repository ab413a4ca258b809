//! The audit log: an event for each decision, in a file that others may rotate.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use kkp_oidc_core::cookie_key::KeyRing;
use kkp_oidc_http::{AuditActors, AuditSink, ClientAddress, FileAuditSink, metrics_router};

use crate::browser::{Browser, parameter, with_parameter};
use crate::world::{COOKIE_KEY, Reply, Service, Setup, World, link, link_to, send};

const CLIENT: &str = "192.0.2.1";
/// The pseudonym of `lukasz@example.com` under the tests' cookie key, by Python's hmac.
const PSEUDONYM: &str = "p:20eEdBUEzvjKl8OL1zmNawTF54olbAudqkaSIfhlsaE";

const OTHER_KEY: &str = "9c0a7f1db84e2c635e7a0b9d1f3c5e72";
/// The same person's under the other key.
const OTHER_PSEUDONYM: &str = "p:oITJMphH5Exx22ajiaZlRtdF97ShWcAeEJ9oySRCEVA";

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
    /// The lines from `"event"` on, without the client's address, which is the same in all; and none is kept.
    #[track_caller]
    fn take(&self) -> Vec<String> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
        let inner = |line: String| {
            let line = line.strip_prefix(r#"{"schema":"kkp-oidc.audit/v1","time":"2023-11-14T22:13:20Z","event":"#);
            line.and_then(|line| line.strip_suffix(r#","client":"192.0.2.1"}"#)).unwrap().to_owned()
        };
        lines.into_iter().map(inner).collect()
    }
}

async fn audited(actors: AuditActors) -> (World, Kept) {
    let kept = Kept::default();
    let sink = kept.clone();
    let world = World::with(|setup| {
        setup.configure = Box::new(move |config| {
            config.operations.audit.sink = Some(Arc::new(sink));
            config.operations.audit.actors = actors;
        });
    })
    .await;
    (world, kept)
}

/// As the browser does it, from a known address.
async fn get(browser: &mut Browser, service: &Service, path: &str) -> Reply {
    let mut request = browser.request(path);
    request.extensions_mut().insert(ClientAddress::from(CLIENT.parse::<std::net::IpAddr>().unwrap()));
    let reply = service.send(request).await;
    browser.keep_cookies(&reply);
    reply
}

/// The id of the flow that a callback ends, as it stands in the name of its cookie.
fn flow_of(browser: &Browser) -> String {
    browser.cookies[0].0.strip_prefix("kkp-flow-").unwrap().to_owned()
}

fn event(name: &str, reason: Option<&str>, flow: Option<&str>, actor: Option<&str>, cluster: Option<&str>) -> String {
    let or_null = |text: Option<&str>| text.map_or_else(|| "null".to_owned(), |text| format!("\"{text}\""));
    let outcome = if reason.is_some() { "refused" } else { "ok" };
    let [reason, flow, actor] = [reason, flow, actor].map(or_null);
    let project = or_null(cluster.map(|_| "lab"));
    let cluster = or_null(cluster);
    format!(
        "\"{name}\",\"outcome\":\"{outcome}\",\"reason\":{reason},\"flow\":{flow},\"share\":null,\"actor\":{actor},\
         \"cluster\":{cluster},\"project\":{project}"
    )
}

const LAB: Option<&str> = Some("lab7x9k2mp");

#[tokio::test]
async fn a_login_has_an_event_at_its_beginning_and_one_at_its_end() {
    for (actors, name) in [(AuditActors::Emails, "lukasz@example.com"), (AuditActors::Pseudonyms, PSEUDONYM)] {
        let (world, kept) = audited(actors).await;
        let mut browser = Browser::new();
        let location = get(&mut browser, &world.service, &link()).await.header("location").to_owned();
        let flow = flow_of(&browser);
        assert_eq!(kept.take(), [event("flow_begun", None, Some(&flow), None, LAB)]);
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        let reply = get(&mut browser, &world.service, &callback).await;
        assert_eq!(reply.status, 200);
        let lines = kept.take();
        assert_eq!(lines, [event("kubeconfig_given", None, Some(&flow), Some(name), LAB)]);
        // Again: it names a flow, whose cookie is gone.
        assert_eq!(get(&mut browser, &world.service, &callback).await.status, 400);
        assert_eq!(kept.take(), [event("login_refused", Some("flow_used"), Some(&flow), None, None)]);
        for secret in [parameter(&callback, "code"), parameter(&callback, "state"), "eyJ".to_owned()] {
            assert!(!lines.concat().contains(&secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn pseudonyms_follow_the_cookie_key() {
    let (world, kept) = audited(AuditActors::Pseudonyms).await;
    let mut browser = Browser::new();
    let location = get(&mut browser, &world.service, &link()).await.header("location").to_owned();
    let flow = flow_of(&browser);
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    let keys = KeyRing::new(OTHER_KEY.parse().unwrap(), vec![COOKIE_KEY.parse().unwrap()]).unwrap();
    world.service.state.replace_cookie_keys(&keys);
    kept.take();
    assert_eq!(get(&mut browser, &world.service, &callback).await.status, 200);
    assert_eq!(kept.take(), [event("kubeconfig_given", None, Some(&flow), Some(OTHER_PSEUDONYM), LAB)]);
}

#[tokio::test]
async fn refusals_name_their_code_and_what_names_nothing_is_left_out() {
    let (world, kept) = audited(AuditActors::Emails).await;
    let service = &world.service;
    let mut browser = Browser::new();
    let not_found = event("login_refused", Some("share_not_found"), None, None, Some("nobody"));
    assert_eq!(get(&mut browser, service, &link_to("nobody")).await.status, 404);
    assert_eq!(kept.take(), [not_found]);

    let location = get(&mut browser, service, &link()).await.header("location").to_owned();
    let (flow, callback) = (flow_of(&browser), browser.log_in(&location, "lukasz@example.com").await);
    kept.take();
    // Another browser, which has no cookie: the state is ours, what it is for is not known.
    assert_eq!(get(&mut Browser::new(), service, &callback).await.status, 400);
    assert_eq!(kept.take(), [event("login_refused", Some("cookie_missing"), Some(&flow), None, None)]);
    let denied = with_parameter(&with_parameter(&callback, "code", None), "error", Some("access_denied"));
    assert_eq!(get(&mut browser, service, &denied).await.status, 400);
    assert_eq!(kept.take(), [event("login_refused", Some("access_denied"), Some(&flow), None, LAB)]);

    let forged = with_parameter(&callback, "state", Some("forged"));
    for path in ["/", "/healthz", "/nothing", "/api/v1/kubeconfig?cluster_id=x", &forged] {
        get(&mut browser, service, path).await;
    }
    for _ in 0..40 {
        get(&mut browser, service, &link()).await;
    }
    // The limit is 30 at once, of which three were opened before; what a limit refuses is counted elsewhere.
    let begun = kept.take();
    assert_eq!(begun.len(), 27, "{begun:?}");
    assert!(begun.iter().all(|line| line.starts_with("\"flow_begun\"")), "{begun:?}");
}

#[tokio::test]
async fn who_hangs_up_is_in_the_log_nevertheless() {
    let (world, kept) = audited(AuditActors::Emails).await;
    let mut browser = Browser::new();
    let location = get(&mut browser, &world.service, &link()).await.header("location").to_owned();
    let (flow, callback) = (flow_of(&browser), browser.log_in(&location, "lukasz@example.com").await);
    kept.take();
    let mut request = browser.request(&callback);
    request.extensions_mut().insert(ClientAddress::from(CLIENT.parse::<std::net::IpAddr>().unwrap()));
    let router = world.service.router.clone();
    let asking = tokio::spawn(async move { send(&router, request).await });
    while world.provider.requests().token == 0 {
        tokio::task::yield_now().await;
    }
    asking.abort();
    let mut lines = Vec::new();
    while lines.is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
        lines = kept.take();
    }
    assert_eq!(lines, [event("kubeconfig_given", None, Some(&flow), Some("lukasz@example.com"), LAB)]);
}

async fn audit_errors(service: &Service) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let text = send(&metrics_router(service.state.clone()), request).await.body;
    text.lines().find_map(|line| line.strip_prefix("kkp_oidc_audit_write_errors_total ")).unwrap().to_owned()
}

fn with_sink(sink: impl AuditSink) -> Service {
    let mut setup = Setup::new();
    setup.configure = Box::new(move |config| config.operations.audit.sink = Some(Arc::new(sink)));
    setup.service("http://127.0.0.1:9/dex")
}

#[tokio::test]
async fn an_event_that_cannot_be_written_is_told_and_counted_and_refuses_nobody() {
    let service = with_sink(FileAuditSink::open("/dev/full").unwrap());
    assert_eq!(service.get(&link_to("nobody")).await.status, 404);
    assert_eq!(audit_errors(&service).await, "1");
    let told = "an event of the audit log was not written error=No space left on device (os error 28)";
    assert!(service.log.text().contains(told), "{}", service.log.text());
}

#[tokio::test]
async fn a_sink_that_hangs_holds_an_answer_up_for_a_second_and_no_more_than_64_events() {
    #[derive(Debug)]
    struct Hanging(Mutex<Receiver<()>>);
    impl AuditSink for Hanging {
        fn append(&self, _: &str) -> io::Result<()> {
            // Until the sender is dropped.
            let _ = self.0.lock().unwrap().recv();
            Ok(())
        }
    }
    let (held, released) = mpsc::channel();
    let service = with_sink(Hanging(Mutex::new(released)));
    let begun = std::time::Instant::now();
    let path = link_to("nobody");
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..70 {
        let (router, path) = (service.router.clone(), path.clone());
        asked.spawn(async move { send(&router, Request::get(path).body(Body::empty()).unwrap()).await.status });
    }
    assert!(asked.join_all().await.iter().all(|status| *status == 404));
    assert!((1..10).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert_eq!(audit_errors(&service).await, "70");
    let log = service.log.text();
    assert_eq!(log.matches("error=deadline has elapsed").count(), 64, "{log}");
    assert_eq!(log.matches("error=64 events wait to be written").count(), 6, "{log}");
    drop(held);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_file_is_private_appended_to_and_made_anew_when_it_is_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let (path, old) = (folder.path().join("audit.log"), folder.path().join("audit.log.1"));
    let sink = FileAuditSink::open(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    sink.append("one").unwrap();
    fs::rename(&path, &old).unwrap();
    sink.append("two").unwrap();
    assert_eq!(
        (fs::read_to_string(&old).unwrap(), fs::read_to_string(&path).unwrap()),
        ("one\n".into(), "two\n".into())
    );
    assert_eq!(mode(&path), 0o600);
    fs::remove_file(&path).unwrap();
    sink.append("three").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
    // Another file in its place, as `create` of logrotate makes it; its mode is left alone.
    fs::remove_file(&path).unwrap();
    fs::write(&path, "theirs\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    sink.append("four").unwrap();
    assert_eq!((fs::read_to_string(&path).unwrap(), mode(&path)), ("theirs\nfour\n".into(), 0o640));
    // What is there stays, and two may write.
    FileAuditSink::open(&path).unwrap().append("five").unwrap();
    sink.append("six").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs\nfour\nfive\nsix\n");
    // A folder that is gone is an error until it is back.
    let gone = folder.path().with_extension("gone");
    fs::rename(folder.path(), &gone).unwrap();
    assert_eq!(sink.append("lost").unwrap_err().kind(), io::ErrorKind::NotFound);
    fs::rename(&gone, folder.path()).unwrap();
    sink.append("seven").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs\nfour\nfive\nsix\nseven\n");
}
