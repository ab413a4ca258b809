//! `kkp-oidc serve` at work, with a development provider in the test's own process.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::dev_provider::{DevProvider, DevProviderConfig, SigningAlgorithm};
use kkp_oidc_http::{SystemClock, SystemEntropy};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::http::{self, Answer};
use crate::process::{Ended, PATIENCE, Running, kkp_oidc, run};

const CLIENT_SECRET: &str = "canary-of-the-client-secret";
/// `canary-of-the-client-secret` behind `kubermaticIssuer:`, as HTTP Basic carries it.
const BASIC: &str = "a3ViZXJtYXRpY0lzc3VlcjpjYW5hcnktb2YtdGhlLWNsaWVudC1zZWNyZXQ=";
pub(crate) const KEY: &str = "76ee0ad1c52b4ef7905c1ff6b6a8e0d9";
/// Nobody listens there: the provider sends the browser to it, and the test reads where to.
const REDIRECT_URI: &str = "http://127.0.0.1:9/api/v1/kubeconfig";
const SHARE: &str = "/api/v1/kubeconfig?project_id=demo&cluster_id=c1&user_id=owner";
const CLUSTERS: &str = "\
users:
- {id: owner, email: owner@example.com}
projects:
- {id: demo, members: [{email: owner@example.com, role: owners}]}
clusters:
- {id: c1, project: demo, name: demo, server: 'https://127.0.0.1:6443'}
";

/// A provider, and a folder with the files that the service is given.
pub(crate) struct Lab {
    runtime: Runtime,
    provider: DevProvider,
    pub(crate) folder: TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut config = DevProviderConfig::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        config.algorithm = SigningAlgorithm::Es256;
        config.clients[0].client_secret = SecretString::from(CLIENT_SECRET);
        config.clients[0].redirect_uris = vec![REDIRECT_URI.to_owned()];
        let provider = runtime.block_on(DevProvider::bind(config, "127.0.0.1:0".parse().unwrap())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("clusters.yaml"), CLUSTERS).unwrap();
        Self { runtime, provider, folder }
    }

    /// `kkp-oidc serve` in KKP's words; secrets and gates are left to the test.
    fn command(&self) -> Command {
        let mut command = kkp_oidc(["serve", "-address=127.0.0.1:0", "-oidc-issuer-cookie-secure-mode=false"]);
        command.arg("-clusters").arg(self.folder.path().join("clusters.yaml"));
        command.arg(format!("-oidc-url={}", self.provider.issuer()));
        command.args(["-oidc-issuer-client-id", "kubermaticIssuer", "-oidc-issuer-redirect-uri", REDIRECT_URI]);
        command
    }

    /// The same, with everything that it needs.
    pub(crate) fn complete(&self) -> Command {
        let mut command = self.command();
        command.args(["-oidc-issuer-client-secret", CLIENT_SECRET, "-oidc-issuer-cookie-hash-key", KEY]);
        command.args(["-feature-gates", "OIDCKubeCfgEndpoint=true"]);
        command
    }
}

/// A service that runs.
pub(crate) struct Service {
    pub(crate) process: Running,
    pub(crate) address: SocketAddr,
}

impl Service {
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = Running::start(command);
        let address =
            process.wait_for_stdout(|line| line.strip_prefix("kkp-oidc listens on ")?.parse::<SocketAddr>().ok());
        Self { process, address }
    }

    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Answer {
        http::get(self.address, target, "")
    }

    #[track_caller]
    fn wait_until_ready(&self) {
        let begin = Instant::now();
        loop {
            let answer = self.get("/readyz");
            if answer.status == 200 {
                assert_eq!(answer.body, r#"{"ready":true}"#);
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{}", answer.body);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Tell it to end, which takes no second: its log without times.
    #[track_caller]
    pub(crate) fn end(self, signal: &str) -> Vec<String> {
        let address = self.address;
        self.process.signal(signal);
        let Ended { code, stdout, stderr } = self.process.end_within(Duration::from_secs(1));
        assert_eq!((code, stdout), (Some(0), format!("kkp-oidc listens on {address}\n")), "{stderr}");
        stderr.lines().map(without_time).collect()
    }
}

fn without_time(line: &str) -> String {
    line.split_once('Z').map_or(line, |(_, rest)| rest.trim_start()).to_owned()
}

#[test]
fn kkps_own_flags_start_it() {
    let lab = Lab::new();
    let mut command = lab.complete();
    command.args(["-v=2", "-logtostderr", "-internal-address=127.0.0.1:8085", "-domain=x", "-v", "4"]);
    command.arg("-service-account-signing-key=canary-of-the-signing-key-32-bytes");
    let service = Service::start(&mut command);
    service.wait_until_ready();
    assert_eq!(service.get("/healthz").body, "ok\n");
    let answer = service.get(SHARE);
    assert_eq!(answer.status, 303);
    let [location] = answer.header("location")[..] else { panic!("one location") };
    assert!(location.starts_with(&format!("{}/auth?", lab.provider.issuer())), "{location}");

    let log = service.end("TERM");
    let named = "flags=\"v, logtostderr, internal-address, domain, service-account-signing-key\"";
    let (first, rest) = log.split_first().unwrap();
    assert_eq!(*first, format!("INFO flags of kubermatic-api that mean nothing here {named}"));
    assert!(rest.contains(&format!("INFO provider discovered issuer=\"{}\"", lab.provider.issuer())), "{rest:?}");
    assert_eq!(rest.last().map(String::as_str), Some("INFO ended"));
    assert!(log.iter().filter(|line| line.contains("logtostderr")).count() == 1, "{log:?}");
    assert!(!log.concat().contains("canary"), "{log:?}");
}

#[test]
fn an_interrupt_ends_it_too_and_so_does_one_in_the_first_moment() {
    let lab = Lab::new();
    for signal in ["INT", "TERM"] {
        let log = Service::start(&mut lab.complete()).end(signal);
        assert_eq!(log.last().map(String::as_str), Some("INFO ended"));
    }
}

#[test]
fn gates_add_up_and_without_the_gate_there_is_nothing() {
    let lab = Lab::new();
    let mut command = lab.complete();
    command.args(["-feature-gates=Other=true,OIDCKubeCfgEndpont=true"]);
    let service = Service::start(&mut command);
    service.wait_until_ready();
    assert_eq!(service.get(SHARE).status, 303);
    let log = service.end("TERM");
    let unknown = "WARN feature gate is not known, it does nothing";
    for line in [
        format!("{unknown} gate=\"OIDCKubeCfgEndpont\" nearest=\"OIDCKubeCfgEndpoint\""),
        format!("{unknown} gate=\"Other\""),
    ] {
        assert!(log.contains(&line), "{log:?}");
    }

    command.args(["-feature-gates", "OIDCKubeCfgEndpoint=false"]);
    let service = Service::start(&mut command);
    service.wait_until_ready();
    assert_eq!(service.get(SHARE).status, 404);
    let log = service.end("TERM");
    let off = "WARN sharing is off: --feature-gates=OIDCKubeCfgEndpoint=true switches it on";
    assert!(log.iter().any(|line| line == off), "{log:?}");
}

#[test]
fn secrets_come_from_the_environment_or_from_files() {
    let lab = Lab::new();
    let mut command = lab.command();
    command.env("KKP_OIDC_ISSUER_CLIENT_SECRET", CLIENT_SECRET).env("KKP_OIDC_ISSUER_COOKIE_HASH_KEY", KEY);
    command.args(["-feature-gates", "OIDCKubeCfgEndpoint=true"]);
    log_in(&lab, &Service::start(&mut command));

    let (secret, key) = (lab.folder.path().join("client.secret"), lab.folder.path().join("cookie.key"));
    fs::write(&secret, format!("{CLIENT_SECRET}\n")).unwrap();
    fs::write(&key, format!("{KEY}\n")).unwrap();
    let mut command = lab.command();
    command.arg("-oidc-issuer-client-secret-file").arg(secret);
    command.arg("-oidc-issuer-cookie-hash-key-file").arg(key);
    // A file goes before the environment.
    command.env("KKP_OIDC_ISSUER_CLIENT_SECRET", "wrong").env("KKP_OIDC_ISSUER_COOKIE_HASH_KEY", "wrong");
    command.args(["-feature-gates", "OIDCKubeCfgEndpoint=true"]);
    log_in(&lab, &Service::start(&mut command));
}

#[test]
fn the_most_talkative_log_holds_no_secret() {
    let lab = Lab::new();
    let service = Service::start(lab.complete().arg("-log-debug").env("RUST_LOG", "trace"));
    let secrets = log_in(&lab, &service);
    let log = service.end("TERM").join("\n");
    assert!(log.contains("INFO kubeconfig given out cluster=c1 shared_by=owner"), "{log}");
    for secret in secrets.iter().map(String::as_str).chain([CLIENT_SECRET, BASIC, KEY]) {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

/// From the share link to the kubeconfig, as a browser does it. Gives everything that no log may hold.
#[track_caller]
pub(crate) fn log_in(lab: &Lab, service: &Service) -> Vec<String> {
    service.wait_until_ready();
    let share = service.get(SHARE);
    let cookies: Vec<_> = share.header("set-cookie").iter().map(|cookie| part(cookie, "", ";")).collect();
    let [cookie] = &cookies[..] else { panic!("one cookie") };
    let provider = lab.provider.local_addr();
    let login = http::get(provider, path(share.header("location")[0]), "");
    let request_id = part(&login.body, "name=\"request_id\" value=\"", "\"");
    let form = format!("request_id={request_id}&user=lukasz%40example.com");
    let back = http::post_form(provider, "/dex/login", &form);
    let callback = back.header("location")[0];
    let kubeconfig = http::get(service.address, path(callback), cookie);
    assert_eq!(kubeconfig.status, 200, "{}", kubeconfig.body);
    let secrets = [
        part(cookie, "=", ""),
        part(callback, "code=", "&"),
        part(&kubeconfig.body, "id-token: ", "\n"),
        part(&kubeconfig.body, "refresh-token: ", "\n"),
    ];
    assert!(secrets.iter().all(|secret| secret.len() > 20), "{secrets:?}");
    secrets.to_vec()
}

/// What a URL asks of its server.
fn path(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap();
    &rest[rest.find('/').unwrap()..]
}

/// What stands between `before` and `after`, or the end.
#[track_caller]
fn part(text: &str, before: &str, after: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap();
    let end = if after.is_empty() { rest.len() } else { rest.find(after).unwrap_or(rest.len()) };
    rest[..end].to_owned()
}

#[test]
fn json_is_one_object_a_line() {
    let lab = Lab::new();
    let mut process = Running::start(lab.complete().args(["-log-format=JSON", "-v=2", "--output=json"]));
    process.wait_for_stdout(|line| {
        let address = line.strip_prefix(r#"{"listens_on":""#)?.strip_suffix(r#""}"#)?;
        address.parse::<SocketAddr>().ok()
    });
    process.wait_for_stderr("provider discovered");
    process.signal("TERM");
    let log = process.end_within(Duration::from_secs(1)).stderr;
    let (first, _) = log.split_once('\n').unwrap();
    let (_, first) = first.split_once(r#"Z","level""#).unwrap();
    let expected = r#":"INFO","message":"flags of kubermatic-api that mean nothing here","flags":"v","target":"#;
    assert_eq!(first, format!(r#"{expected}"kkp_oidc::commands::serve"}}"#));
    assert!(log.lines().all(|line| line.starts_with(r#"{"timestamp":""#) && line.ends_with('}')), "{log}");
}

#[test]
fn a_port_that_is_taken_is_named_with_the_way_out() {
    let lab = Lab::new();
    // The second -address counts.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let Ended { code, stdout, stderr } = run(lab.complete().arg(format!("-address={address}")).env("RUST_LOG", "off"));
    let cause = TcpListener::bind(address).unwrap_err();
    let expected = format!(
        "error: `{address}` cannot be listened on\n  caused by: {cause}\n\n\
         hint: give another address with --address\n"
    );
    assert_eq!((code, stdout, stderr), (Some(3), String::new(), expected));
}

#[test]
fn an_address_that_is_none_is_refused() {
    let lab = Lab::new();
    for (address, cause) in
        [("", "invalid socket address"), ("here", "invalid socket address"), (":x", "invalid port value")]
    {
        let ended = run(lab.complete().arg(format!("-address={address}")));
        let expected = format!(
            "error: `{address}` cannot be listened on\n  caused by: {cause}\n\n\
             hint: --address is HOST:PORT, or :PORT for every address\n"
        );
        assert_eq!(ended, Ended::new(1, "", &expected));
    }
}

#[test]
fn a_provider_that_is_down_does_not_keep_it_from_starting() {
    let lab = Lab::new();
    let mut command = lab.complete();
    let Lab { runtime, provider, folder } = lab;
    runtime.block_on(provider.shutdown());
    let mut service = Service::start(&mut command);
    service.process.wait_for_stderr("provider discovery failed");
    let ready = service.get("/readyz");
    let why = "the identity provider cannot be reached: error sending request: client error (Connect): \
               tcp connect error: Connection refused (os error 111)";
    assert_eq!((ready.status, ready.body), (503, format!(r#"{{"ready":false,"reason":"{why}"}}"#)));
    assert_eq!(service.get("/healthz").status, 200);
    assert_eq!(service.get(SHARE).status, 503);
    let log = service.end("TERM");
    let why = "WARN provider discovery failed error=the identity provider cannot be reached error.sources=[error \
               sending request, client error (Connect), tcp connect error, Connection refused (os error";
    assert!(log[0].starts_with(why), "{log:?}");
    drop(folder);
}
