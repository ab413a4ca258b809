//! What `kkp-oidc serve` offers to those who run it.

use std::fs;
use std::net::{SocketAddr, TcpListener};

use crate::http;
use crate::process::{Ended, PATIENCE, Running, kkp_oidc, run};
use crate::serve_runs::{KEY, Lab, Service, log_in};

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
    assert_eq!(process.end_within(PATIENCE).code, Some(0));
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
    assert_eq!(process.end_within(PATIENCE).code, Some(0));
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

/// Each line of an audit log without its time and its flow, which differ each time.
fn events(log: &str) -> Vec<String> {
    let inner = |line: &str| {
        let (_, rest) = line.split_once(r#"","event":"#).unwrap();
        let (before, rest) = rest.split_once(r#""flow":""#).unwrap();
        let (_, rest) = rest.split_once('"').unwrap();
        format!("{before}{rest}")
    };
    log.lines().map(inner).collect()
}

fn expected_events(actor: &str) -> [String; 2] {
    let about = r#""cluster":"c1","project":"demo","client":"127.0.0.1"}"#;
    [
        format!(r#""flow_begun","outcome":"ok","reason":null,,"share":null,"actor":null,{about}"#),
        format!(r#""kubeconfig_given","outcome":"ok","reason":null,,"share":null,"actor":"{actor}",{about}"#),
    ]
}

#[test]
fn decisions_are_appended_to_a_file_without_any_secret() {
    let lab = Lab::new();
    let file = lab.folder.path().join("audit.log");
    let service = Service::start(lab.complete().arg("--audit-log").arg(&file));
    let secrets = log_in(&lab, &service);
    let log = fs::read_to_string(&file).unwrap();
    assert_eq!(events(&log), expected_events("lukasz@example.com"));
    assert!(log.lines().all(|line| line.starts_with(r#"{"schema":"kkp-oidc.audit/v1","time":""#)), "{log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in {log}");
    }
}

#[test]
fn a_pseudonym_in_the_log_is_the_one_that_the_command_prints() {
    let lab = Lab::new();
    let (file, key) = (lab.folder.path().join("audit.log"), lab.folder.path().join("cookie.key"));
    let service = Service::start(lab.complete().arg("--audit-pseudonyms").arg("--audit-log").arg(&file));
    log_in(&lab, &service);
    fs::write(&key, KEY).unwrap();
    let printed = run(kkp_oidc(["audit", "pseudonym", "--email", "Lukasz@example.com", "--key-file"]).arg(&key)).stdout;
    assert_eq!(events(&fs::read_to_string(&file).unwrap()), expected_events(printed.trim_end()));
}

#[test]
fn the_log_goes_to_stdout_beside_where_the_service_listens() {
    let lab = Lab::new();
    let service = Service::start(lab.complete().args(["--audit-log", "-"]));
    log_in(&lab, &service);
    service.process.signal("TERM");
    let stdout = service.process.end_within(PATIENCE).stdout;
    let (first, log) = stdout.split_once('\n').unwrap();
    assert_eq!(first, format!("kkp-oidc listens on {}", service.address));
    assert_eq!(events(log), expected_events("lukasz@example.com"));
}

#[test]
fn a_log_that_cannot_be_opened_keeps_the_service_from_starting() {
    let lab = Lab::new();
    let file = lab.folder.path().join("missing").join("audit.log");
    let expected =
        format!("error: {} cannot be opened\n  caused by: No such file or directory (os error 2)\n", file.display());
    assert_eq!(run(lab.complete().arg("--audit-log").arg(&file)), Ended::new(3, "", &expected));
}
