//! `kkp-oidc serve` with a store of share links.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::process::{Ended, run};
use crate::serve_runs::{Lab, Service};

const UNVERIFIED: &str = "WARN e-mail addresses of which the provider does not say whether it verified them are accepted: if \
                          people can choose theirs there, give --require-email-verified";

#[test]
fn owners_have_pages_with_a_store_and_none_without() {
    let lab = Lab::new();
    let service = Service::start(&mut lab.complete());
    assert_eq!(service.get("/clusters").status, 404);
    assert!(!service.end("TERM").contains(&UNVERIFIED.to_owned()));

    let store = lab.folder.path().join("shares.db");
    // The second time, the file is there.
    for _ in 0..2 {
        let service = Service::start(lab.complete().arg("--share-store").arg(&store));
        let answer = service.get("/clusters");
        assert_eq!((answer.status, answer.header("location")), (303, vec!["/login?to=clusters"]));
        assert_eq!(fs::metadata(&store).unwrap().permissions().mode() & 0o777, 0o600);
        let log = service.end("TERM");
        assert_eq!(log.iter().filter(|line| *line == UNVERIFIED).count(), 1, "{log:?}");
    }
    let service = Service::start(lab.complete().arg("--require-email-verified").env("KKP_OIDC_SHARE_STORE", &store));
    assert_eq!(service.get("/clusters").status, 303);
    let log = service.end("TERM");
    assert!(!log.contains(&UNVERIFIED.to_owned()), "{log:?}");
}

#[test]
fn a_store_that_cannot_be_opened_keeps_the_service_from_starting() {
    let lab = Lab::new();
    let nowhere = lab.folder.path().join("nowhere/shares.db");
    let ended = run(lab.complete().arg("--share-store").arg(&nowhere).env("RUST_LOG", "off"));
    let expected = format!(
        "error: share store {} cannot be made; its folder has to exist and be writable for this service\n  \
         caused by: No such file or directory (os error 2)\n",
        nowhere.display()
    );
    assert_eq!(ended, Ended::new(3, "", &expected));
    let text = lab.folder.path().join("clusters.yaml");
    let ended = run(lab.complete().arg("--share-store").arg(&text).env("RUST_LOG", "off"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{}", ended.stderr);
    assert!(
        ended.stderr.starts_with(&format!("error: share store {} cannot be opened; ", text.display())),
        "{}",
        ended.stderr
    );
    assert_eq!(fs::read_to_string(&text).unwrap().lines().next(), Some("users:"));
}
