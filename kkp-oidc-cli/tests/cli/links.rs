//! `kkp-oidc links`, on the store of a service that runs.

use std::fs;
use std::path::{Path, PathBuf};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FlowId, UserEntry};
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::share::{Audience, Redemption, Share, ShareId, ShareTokens, UseLimit};
use kkp_oidc_http::{Record, RecordKey, RecordKind, Redeemed, Revoked, ShareStore as _, SqliteStore};
use tempfile::TempDir;

use crate::process::{Ended, kkp_oidc, run};
use crate::serve_runs::{KEY, Lab, Service};

const EXPIRES: UnixTime = UnixTime::from_secs(4_000_000_000);

fn id(number: u8) -> ShareId {
    ShareId::from_bytes([number; 16])
}

fn share(number: u8, owner: &str, uses: UseLimit) -> Share {
    Share {
        id: id(number),
        project_id: "demo".parse().unwrap(),
        cluster_id: "c1".parse().unwrap(),
        owner: owner.to_owned(),
        owner_groups: Vec::new(),
        created_at: UnixTime::from_secs(1_700_000_000),
        expires_at: EXPIRES,
        audience: Audience::Anyone,
        uses,
        user_entry: UserEntry::AuthProvider,
        role: None,
        note: None,
    }
}

/// Its address, as the service with [`KEY`] makes it.
fn path(number: u8) -> String {
    let key = CookieKey::try_from(KEY.as_bytes()).unwrap();
    format!("/share/{}", ShareTokens::new([&key]).issue(id(number), EXPIRES))
}

/// Five links: of two owners, one used up, one taken back, one that cannot be read.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("shares.db");
    let store = SqliteStore::open(&path).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        for (number, owner, uses) in [
            (1, "owner@example.com", UseLimit::Unlimited),
            (2, "Owner@Example.com", UseLimit::Times(1)),
            (3, "owner@example.com", UseLimit::Unlimited),
            (4, "\u{1b}[2Janna@example.com", UseLimit::Times(3)),
            (5, "owner@example.com", UseLimit::Unlimited),
        ] {
            store.create(share(number, owner, uses)).await.unwrap();
        }
        for number in [2, 4] {
            let flow = FlowId::from_bytes([number; 16]);
            let (kind, key) = (RecordKind::Handover, RecordKey::from(flow));
            let record = Record { kind, key, sealed: "x".to_owned(), ends_at: EXPIRES };
            let redemption = Redemption { email: "a@example.com".to_owned(), at: UnixTime::from_secs(1_700_000_001) };
            let redeemed = store.redeem(id(number), flow, redemption, record).await;
            assert!(matches!(redeemed, Ok(Redeemed::Counted(_))), "{redeemed:?}");
        }
        // Long ago, it would be swept when the service starts.
        assert_eq!(store.revoke(id(3), EXPIRES.plus_secs(-1)).await, Ok(Revoked::Now));
    });
    drop(store);
    let spoilt = "UPDATE shares SET document = '{}' WHERE id = x'05050505050505050505050505050505'";
    rusqlite::Connection::open(&path).unwrap().execute(spoilt, []).unwrap();
    path
}

fn links(store: &Path, arguments: &[&str]) -> Ended {
    run(kkp_oidc(["links"]).args(&arguments[..1]).arg("--share-store").arg(store).args(&arguments[1..]))
}

#[test]
fn those_that_can_be_used_are_listed() {
    let folder = TempDir::new().unwrap();
    let store = fill(folder.path());
    let head = "ID                      STATE       UNTIL                 USES   CLUSTER  OWNER\n";
    let first = "AQEBAQEBAQEBAQEBAQEBAQ  good        2096-10-02T07:06:40Z  0      demo/c1  owner@example.com\n";
    let fourth =
        "BAQEBAQEBAQEBAQEBAQEBA  good        2096-10-02T07:06:40Z  1/3    demo/c1  \\u{1b}[2janna@example.com\n";
    let fifth = "BQUFBQUFBQUFBQUFBQUFBQ  unreadable  -                     -      -  owner@example.com\n";
    assert_eq!(links(&store, &["list"]), Ended::new(0, &[head, first, fourth, fifth].concat(), ""));
    let second = "AgICAgICAgICAgICAgICAg  used-up     2096-10-02T07:06:40Z  1/1    demo/c1  owner@example.com\n";
    let third = "AwMDAwMDAwMDAwMDAwMDAw  revoked     2096-10-02T07:06:40Z  0      demo/c1  owner@example.com\n";
    let ended = links(&store, &["list", "--all", "--owner", "OWNER@example.com"]);
    assert_eq!(ended, Ended::new(0, &[head, first, second, third, fifth].concat(), ""));
    assert_eq!(links(&store, &["list", "--owner", "nobody@example.com"]), Ended::new(0, "no links\n", ""));

    let ended = links(&store, &["list", "--output", "json", "--owner", "owner@example.com"]);
    let expected = "{\"cluster_id\":\"c1\",\"created_at\":\"2023-11-14T22:13:20Z\",\"expires_at\":\"2096-10-02T07:06:40Z\",\
                    \"id\":\"AQEBAQEBAQEBAQEBAQEBAQ\",\"owner\":\"owner@example.com\",\"project_id\":\"demo\",\
                    \"state\":\"good\",\"use_limit\":null,\"uses\":0}\n\
                    {\"cluster_id\":null,\"created_at\":null,\"expires_at\":null,\"id\":\"BQUFBQUFBQUFBQUFBQUFBQ\",\
                    \"owner\":\"owner@example.com\",\"project_id\":null,\"state\":\"unreadable\",\"use_limit\":null,\
                    \"uses\":null}\n";
    assert_eq!(ended, Ended::new(0, expected, ""));
    assert_eq!(links(&store, &["list", "--output", "json", "--owner", "nobody@example.com"]), Ended::new(0, "", ""));
}

#[test]
fn a_running_service_refuses_what_an_operator_takes_back() {
    let lab = Lab::new();
    let store = fill(lab.folder.path());
    let log = lab.folder.path().join("audit.log");
    let service = Service::start(lab.complete().arg("--share-store").arg(&store));
    assert_eq!(service.get(&path(1)).status, 200);
    let (url, audit) = (format!("https://share.example.com{}?a=b", path(1)), format!("--audit-log={}", log.display()));
    let ended = links(&store, &["revoke", &url, &id(3).to_string(), &id(9).to_string(), &audit]);
    let expected = "AQEBAQEBAQEBAQEBAQEBAQ is taken back\n\
                    AwMDAwMDAwMDAwMDAwMDAw was taken back before, at 2096-10-02T07:06:39Z\n\
                    CQkJCQkJCQkJCQkJCQkJCQ is not in this store\n";
    assert_eq!(ended, Ended::new(1, expected, ""));
    assert_eq!(service.get(&path(1)).status, 410);
    let line: serde_json::Value = serde_json::from_str(&fs::read_to_string(&log).unwrap()).unwrap();
    let fields = ["event", "share", "actor", "schema"].map(|field| line[field].as_str());
    assert_eq!(fields, [Some("share_link_revoked"), Some("AQEBAQEBAQEBAQEBAQEBAQ"), None, Some("kkp-oidc.audit/v1")]);

    // One id in 64 begins with a hyphen.
    let ended = links(&store, &["revoke", &id(0xf9).to_string(), "--output=json"]);
    assert_eq!(ended, Ended::new(1, "{\"id\":\"-fn5-fn5-fn5-fn5-fn5-Q\",\"revoked\":\"unknown\"}\n", ""));

    // All that somebody made; what is of no use any more is left as it is.
    let ended = links(&store, &["revoke", "--owner", "OWNER@example.com", "--output=json"]);
    let expected = "{\"id\":\"BQUFBQUFBQUFBQUFBQUFBQ\",\"revoked\":\"now\"}\n";
    assert_eq!(ended, Ended::new(0, expected, ""));
    let ended = links(&store, &["revoke", "--owner", "owner@example.com"]);
    assert_eq!(ended, Ended::new(0, "no links\n", ""));
    assert_eq!(service.get(&path(4)).status, 404, "of an owner who may not share it");
    service.end("TERM");
}

#[test]
fn what_is_no_link_or_no_store_is_refused_and_nothing_is_made() {
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("shares.db");
    let expected =
        format!("error: {} cannot be read\n  caused by: No such file or directory (os error 2)\n", store.display());
    assert_eq!(links(&store, &["list"]), Ended::new(3, "", &expected));
    assert!(!store.exists());
    fs::write(&store, "not a database, but a text of some length").unwrap();
    let ended = links(&store, &["revoke", &id(1).to_string()]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{}", ended.stderr);
    let ended = links(&store, &["revoke", "https://share.example.com/share/canary"]);
    let expected = "error: LINK 1 is none of this service, expected its address, or the 22 characters of its id\n";
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.stderr);
    assert!(ended.stderr.starts_with(expected) && !ended.stderr.contains("canary"), "{}", ended.stderr);
    for arguments in [&["revoke"][..], &["revoke", "--owner", "a@example.com", &id(1).to_string()]] {
        assert_eq!(links(&store, arguments).code, Some(2), "{arguments:?}");
    }
}
