//! `cargo run --example serve`, the first thing that a newcomer does.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::http;
use crate::process::{Ended, Running};

/// Where the example begins to look for a free port, for the service and for the provider.
const FIRST_PORTS: [u16; 2] = [8080, 5556];

/// `cargo test` builds the examples too, unless it is told to build one test only.
pub(crate) fn path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    profile.join("examples").join(format!("serve{}", std::env::consts::EXE_SUFFIX))
}

struct Example {
    process: Running,
    /// Where the one URL leads.
    address: SocketAddr,
}

impl Example {
    #[track_caller]
    fn start() -> Self {
        let mut process = Running::start(Command::new(path()).env_clear());
        let address = process.wait_for_stdout(|line| {
            line.strip_prefix("Open http://")?.strip_suffix("/ in a browser. Ctrl-C ends it.")?.parse().ok()
        });
        Self { process, address }
    }

    /// Ctrl-C, which takes no second. What was printed in all.
    #[track_caller]
    fn interrupt(self) -> String {
        self.process.signal("INT");
        let Ended { code, stdout, stderr } = self.process.end_within(Duration::from_secs(1));
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
        stdout
    }
}

/// Take a port, unless somebody else has it already, who may let go of it at any time.
fn take(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
}

#[test]
fn taken_ports_are_named_and_the_one_url_leads_to_the_demo() {
    let taken = FIRST_PORTS.map(take);
    let example = Example::start();
    let address = example.address;

    let page = http::get(address, "/", "");
    assert_eq!(page.status, 200);
    let (_, link) = page.body.split_once(r#"<a class="button" href=""#).unwrap();
    let (link, rest) = link.split_once(r#"">"#).unwrap();
    assert!(rest.starts_with("Share cluster</a>"), "{rest}");
    let share = link.replace("&#38;", "&").replace("&amp;", "&");
    let target = share.strip_prefix(&format!("http://{address}")).unwrap();
    let login = http::get(address, target, "");
    assert_eq!(login.status, 303, "{}", login.body);
    assert!(login.header("location")[0].contains("/dex/auth?"));

    let stdout = example.interrupt();
    for port in taken.iter().flatten().map(|listener| listener.local_addr().unwrap().port()) {
        let line = format!("Port {port} is taken, trying the next one.\n");
        assert_eq!(stdout.matches(&line).count(), 1, "{stdout}");
        assert_ne!(address.port(), port);
    }
    assert_eq!(stdout.matches("http://").count(), 1, "{stdout}");
    assert!(stdout.ends_with(&format!("Open http://{address}/ in a browser. Ctrl-C ends it.\nEnded.\n")), "{stdout}");
}

#[test]
fn ctrl_c_ends_it_while_connections_are_open() {
    let example = Example::start();
    let _never_used = http::connect(example.address);
    let mut kept_alive = http::connect(example.address);
    kept_alive.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nok\n") {
        let mut bytes = [0; 1024];
        let len = kept_alive.read(&mut bytes).unwrap();
        assert_ne!(len, 0, "closed after {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&bytes[..len]);
    }
    example.interrupt();
}
