//! Files that change while the service runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_http::{FileDirectory, FileWatch, ReloadOutcome, StaleFile, Trust, WatchedFiles};

use crate::browser::Browser;
use crate::metrics::samples;
use crate::tls_provider::{TlsProvider, unrelated_root};
use crate::world::{CLIENT_SECRET, COOKIE_KEY, Service, Setup, World, assert_error, link};

const FRESH_KEY: &str = "9c0a7f1db84e2c635e7a0b9d1f3c5e72";
const THIRD_KEY: &str = "q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po";

fn key(text: &str) -> CookieKey {
    text.parse().unwrap()
}

#[tokio::test]
async fn keys_rotate_without_ending_logins_under_way() {
    let world = World::new().await;
    let service = &world.service;
    let mut begun = Vec::new();
    for ring in [
        None,
        Some(KeyRing::new(key(FRESH_KEY), vec![key(COOKIE_KEY)]).unwrap()),
        Some(KeyRing::new(key(THIRD_KEY), vec![key(FRESH_KEY), key(COOKIE_KEY)]).unwrap()),
    ] {
        if let Some(ring) = ring {
            service.state.replace_cookie_keys(&ring);
        }
        for _ in 0..2 {
            let mut browser = Browser::new();
            let location = browser.open(service, &link()).await;
            begun.push((browser.log_in(&location, "lukasz@example.com").await, browser));
        }
    }
    let mut late = Vec::new();
    for (index, (callback, mut browser)) in begun.into_iter().enumerate() {
        match index % 2 {
            0 => assert_eq!(browser.get(service, &callback).await.status, 200, "{index}"),
            _ => late.push((callback, browser)),
        }
    }
    service.state.replace_cookie_keys(&KeyRing::from(key(THIRD_KEY)));
    for ((callback, mut browser), known) in late.into_iter().zip([false, false, true]) {
        let reply = browser.get(service, &callback).await;
        match known {
            true => assert_eq!(reply.status, 200),
            false => assert_error(
                &reply,
                (400, "state_invalid", "The login cannot be completed. Open the share link again."),
            ),
        }
    }
}

#[tokio::test]
async fn a_secret_that_was_changed_at_the_provider_is_changed_here() {
    let world = World::new().await;
    let service = &world.service;
    service.state.replace_client_secret(&"another".parse().unwrap());
    let refused = Browser::new().share(service, &link(), "lukasz@example.com").await;
    assert_error(
        &refused,
        (400, "client_refused", "The identity provider refuses this service. Tell the people who run it."),
    );
    service.state.replace_client_secret(&CLIENT_SECRET.parse().unwrap());
    assert_eq!(Browser::new().share(service, &link(), "lukasz@example.com").await.status, 200);
    assert_eq!(world.provider.requests().discovery, 1, "what was learnt is kept");
}

fn bundle(pem: &str) -> Trust {
    Trust::Bundle(kkp_oidc_core::ca_bundle::CaBundle::from_pem(pem.as_bytes(), "ca.pem").unwrap())
}

#[tokio::test]
async fn another_bundle_counts_for_the_next_request_and_nothing_learnt_before_does() {
    let provider = TlsProvider::start(None).await;
    let mut setup = Setup::new();
    let wrong = unrelated_root("wrong");
    setup.configure = {
        let wrong = wrong.clone();
        Box::new(move |config| config.trust = bundle(&wrong))
    };
    let service = setup.service(&provider.issuer);
    assert_eq!(service.get(&link()).await.status, 503);
    service.state.replace_trust(&bundle(&provider.root)).await.unwrap();
    assert_eq!(service.get("/readyz").await.answer(), (200, "{\"ready\":true}"));
    assert_eq!(Browser::new().get(&service, &link()).await.status, 303);
    service.state.replace_trust(&bundle(&wrong)).await.unwrap();
    service.clock.advance(2);
    assert_eq!(service.get(&link()).await.status, 503);
    assert_eq!(service.get("/readyz").await.status, 503);
}

/// Two files that belong together: taken if both say the same, and what was taken.
struct Pair {
    one: PathBuf,
    other: PathBuf,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Pair {
    fn new(folder: &Path) -> (Self, WatchedFiles) {
        let pair = Self { one: folder.join("one"), other: folder.join("other"), taken: Arc::new(Mutex::default()) };
        pair.write("a", "a");
        let taken = Arc::clone(&pair.taken);
        let files = [(pair.one.as_path(), &b"a"[..]), (pair.other.as_path(), &b"a"[..])];
        let watched = WatchedFiles::new("pair", files, move |contents| {
            let taken = Arc::clone(&taken);
            Box::pin(async move {
                if contents[0] != contents[1] {
                    return Err("they differ".into());
                }
                taken.lock().unwrap().push(String::from_utf8(contents[0].to_vec())?);
                Ok(())
            })
        });
        (pair, watched)
    }

    fn write(&self, one: &str, other: &str) {
        fs::write(&self.one, one).unwrap();
        fs::write(&self.other, other).unwrap();
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

fn stale(service: &Service) -> Vec<(String, String)> {
    let pair = |StaleFile { file, reason, .. }| (file, reason);
    service.state.reloads().stale().into_iter().map(pair).collect()
}

#[tokio::test]
async fn a_broken_file_leaves_what_was_before_and_says_so_until_it_is_whole() {
    let world = World::new().await;
    let service = &world.service;
    service.state.discover().await;
    let folder = tempfile::tempdir().unwrap();
    let (pair, watched) = Pair::new(folder.path());
    let mut watch = FileWatch::new(service.state.clone()).with([watched]);
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    service.state.reloads().on_reload({
        let outcomes = Arc::clone(&outcomes);
        move |reload| outcomes.lock().unwrap().push((reload.what, reload.outcome))
    });
    let counted = || outcomes.lock().unwrap().clone();

    watch.look().await;
    assert_eq!((pair.taken(), stale(service), counted()), (vec![], vec![], vec![]), "nothing has changed");

    pair.write("b", "a");
    for _ in 0..2 {
        watch.look().await;
    }
    let name = pair.one.display().to_string();
    let refused = ("pair", ReloadOutcome::Refused);
    assert_eq!((pair.taken(), counted()), (vec![], vec![refused]), "told once");
    assert_eq!(stale(service), [(name.clone(), "they differ".to_owned())]);
    let ready = format!(r#"{{"ready":true,"stale":[{{"file":"{name}","reason":"they differ"}}]}}"#);
    assert_eq!(service.get("/readyz").await.answer(), (200, ready.as_str()));
    assert_eq!(samples(service, &["stale_files"]).await, ["stale_files 1"]);

    fs::remove_file(&pair.other).unwrap();
    watch.look().await;
    let gone = format!("{} cannot be read: No such file or directory (os error 2)", pair.other.display());
    assert_eq!(stale(service), [(name, gone)]);

    pair.write("b", "b");
    watch.look().await;
    assert_eq!((pair.taken(), stale(service)), (vec!["b".to_owned()], vec![]));
    assert_eq!(counted(), [refused, refused, ("pair", ReloadOutcome::Taken)]);
    assert_eq!(service.get("/readyz").await.answer(), (200, "{\"ready\":true}"));
    assert_eq!(samples(service, &["stale_files"]).await, ["stale_files 0"]);

    pair.write("b", "c");
    watch.look().await;
    pair.write("b", "b");
    watch.look().await;
    assert_eq!((pair.taken(), stale(service)), (vec!["b".to_owned()], vec![]), "back to what is in use");
    let log = service.log.text();
    for line in ["changed files are wrong, those before stay in use", "files changed, and are in use"] {
        assert!(log.contains(line), "{log}");
    }
}

#[tokio::test]
async fn a_wrong_cluster_file_shows_in_the_same_place() {
    let world = World::new().await;
    let service = &world.service;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clusters.yaml");
    fs::write(&path, "clusters: []\n").unwrap();
    let directory = Arc::new(FileDirectory::open(&path).unwrap());
    let mut watch = FileWatch::new(service.state.clone()).with_directory(directory);
    fs::write(&path, "users:\n- email: nobody\n").unwrap();
    watch.look().await;
    let reason = format!("{}:2:10: `nobody` is not an e-mail address", path.display());
    assert_eq!(stale(service), [(path.display().to_string(), reason)]);
    assert_eq!(samples(service, &["stale_files"]).await, ["stale_files 1"]);
    fs::write(&path, "users: []\nclusters: []\n").unwrap();
    watch.look().await;
    assert_eq!(stale(service), []);
}
