//! What `kkp-oidc serve` offers to those who run it.

use std::net::{SocketAddr, TcpListener};

use crate::http;
use crate::process::{Ended, Running, run};
use crate::serve_runs::Lab;

#[test]
fn metrics_have_a_listener_of_their_own() {
    let lab = Lab::new();
    let mut process = Running::start(lab.complete().arg("--metrics-address=127.0.0.1:0"));
    let address = |prefix: &'static str| move |line: &str| line.strip_prefix(prefix)?.parse::<SocketAddr>().ok();
    let public = process.wait_for_stdout(address("kkp-oidc listens on "));
    let metrics = process.wait_for_stdout(address("kkp-oidc serves metrics on "));
    let answer = http::get(metrics, "/metrics", "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), ["application/openmetrics-text; version=1.0.0; charset=utf-8"]);
    assert!(answer.body.contains("\nkkp_oidc_directory_ok 1\n"), "{}", answer.body);
    assert_eq!(http::get(public, "/metrics", "").status, 404);
    assert_eq!(http::get(metrics, "/healthz", "").status, 404);
    process.signal("TERM");
    assert_eq!(process.end_within(crate::process::PATIENCE).code, Some(0));
}

#[test]
fn programs_are_told_of_both_listeners_in_one_object() {
    let lab = Lab::new();
    let mut process = Running::start(lab.complete().args(["--metrics-address=127.0.0.1:0", "--output=json"]));
    process.wait_for_stdout(|line| {
        let (public, metrics) = line.strip_prefix(r#"{"listens_on":""#)?.split_once(r#"","metrics_on":""#)?;
        Some((public.parse::<SocketAddr>().ok()?, metrics.strip_suffix(r#""}"#)?.parse::<SocketAddr>().ok()?))
    });
    process.signal("TERM");
    assert_eq!(process.end_within(crate::process::PATIENCE).code, Some(0));
}

#[test]
fn a_metrics_port_that_is_taken_is_named_with_the_way_out() {
    let lab = Lab::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let ended = run(lab.complete().arg(format!("--metrics-address={address}")).env("RUST_LOG", "off"));
    let cause = TcpListener::bind(address).unwrap_err();
    let expected = format!(
        "error: `{address}` cannot be listened on\n  caused by: {cause}\n\n\
         hint: give another address with --metrics-address\n"
    );
    assert_eq!(ended, Ended::new(3, "", &expected));
    let ended = run(lab.complete().args(["--metrics-address=here"]).env("RUST_LOG", "off"));
    let expected = "error: `here` cannot be listened on\n  caused by: invalid socket address\n\n\
                    hint: --metrics-address is HOST:PORT, or :PORT for every address\n";
    assert_eq!(ended, Ended::new(1, "", expected));
}
