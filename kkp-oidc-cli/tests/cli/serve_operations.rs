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

#[test]
fn clients_are_told_apart_behind_trusted_proxies_only() {
    let lab = Lab::new();
    let start = |arguments: &[&str]| {
        let mut process = Running::start(lab.complete().args(["--rate-limit-pages=1/2"]).args(arguments));
        let address = |line: &str| line.strip_prefix("kkp-oidc listens on ")?.parse::<SocketAddr>().ok();
        let address = process.wait_for_stdout(address);
        (process, address)
    };
    let statuses = |address, header: &str| {
        let ask = |client| http::get_with(address, "/", &format!("{header}: {client}\r\n")).status;
        ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(ask)
    };
    // The listener is real, and so is the peer's address.
    let (process, address) = start(&[]);
    assert_eq!(statuses(address, "x-forwarded-for"), [200, 200, 429]);
    drop(process);
    let (process, address) = start(&["--trusted-proxies=127.0.0.0/8"]);
    assert_eq!(statuses(address, "x-forwarded-for"), [200, 200, 200]);
    drop(process);
    let (_process, address) = start(&["--trusted-proxies=127.0.0.1", "--forwarded-header=forwarded"]);
    assert_eq!(statuses(address, "x-forwarded-for"), [200, 200, 429]);
}

#[test]
fn limits_and_proxies_that_are_none_are_named() {
    let lab = Lab::new();
    for (argument, reason) in [
        (
            "--rate-limit-flows=60",
            "error: invalid value '60' for '--rate-limit-flows <LIMIT>': not a rate limit, expected how many a minute and \
             how many at once, from 1 to 1000000 each, such as `60/30`, or `off`\n\n\
             For more information, try '--help'.\n",
        ),
        (
            "--trusted-proxies=10.0.0.1/8",
            "error: invalid value '10.0.0.1/8' for '--trusted-proxies <CIDRS>': `10.0.0.1/8` has bits behind its prefix, \
             expected `10.0.0.0/8` or the address alone\n\nFor more information, try '--help'.\n",
        ),
    ] {
        assert_eq!(run(lab.complete().arg(argument)), Ended::new(2, "", reason));
    }
}
