//! The service on a real socket: how it ends, and who cannot hold it up.
//!
//! These tests wait for real time, each for less than a second: connections have no other.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use kkp_oidc_http::dev_provider::Fault;
use kkp_oidc_http::server::{MAX_HEADER_LEN, ServeLimits, serve_within};
use kkp_oidc_http::{CALLBACK_BUDGET, SqliteStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::browser::Browser;
use crate::world::{World, link};

/// What is to happen at once happens within this, also on a busy machine; less than the limits it is held against.
const AT_ONCE: Duration = Duration::from_secs(3);
const FOR_EVER: Duration = Duration::from_secs(3600);

struct Served {
    world: World,
    addr: SocketAddr,
    end: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl Served {
    async fn new(change: impl FnOnce(&mut ServeLimits)) -> Self {
        let mut limits = ServeLimits::default();
        change(&mut limits);
        let world = World::new().await;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel::<()>();
        let shutdown = async {
            let _ = ended.await;
        };
        let (router, state) = (world.service.router.clone(), world.service.state.clone());
        let server = tokio::spawn(serve_within(limits, listener, router, state, shutdown));
        Self { world, addr, end, server }
    }

    /// Send a callback over the socket and wait until its code is at the provider.
    async fn callback_in_flight(&self, slow: Duration) -> JoinHandle<io::Result<String>> {
        let service = &self.world.service;
        let mut browser = Browser::new();
        let location = browser.open(service, &link()).await;
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        self.world.provider.set_fault(Fault::TokenSlow(slow));
        let (name, value) = &browser.cookies[0];
        let request = format!("GET {callback} HTTP/1.1\r\nhost: a\r\ncookie: {name}={value}\r\n\r\n");
        let addr = self.addr;
        let answer = tokio::spawn(async move {
            let mut connection = TcpStream::connect(addr).await?;
            connection.write_all(request.as_bytes()).await?;
            read_to_end(&mut connection).await
        });
        within(AT_ONCE, async {
            while self.world.provider.requests().token == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        answer
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, work).await.unwrap()
}

async fn read_to_end(connection: &mut TcpStream) -> io::Result<String> {
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn a_callback_in_flight_is_finished_and_no_flow_begins() {
    let served = Served::new(|_| ()).await;
    let answer = served.callback_in_flight(Duration::from_millis(300)).await;
    // A connection that was there before must not begin a flow either.
    let mut old = TcpStream::connect(served.addr).await.unwrap();
    old.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    old.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    served.end.send(()).unwrap();
    within(AT_ONCE, async {
        while TcpStream::connect(served.addr).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // Whether it is closed already or not: there is no second answer.
    let _ = old.write_all(format!("GET {} HTTP/1.1\r\nhost: a\r\n\r\n", link()).as_bytes()).await;
    let rest = read_to_end(&mut old).await.unwrap_or_default();
    assert_eq!(rest.matches("HTTP/1.1").count(), 0, "{rest}");

    let answer = within(AT_ONCE, answer).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(head.lines().next(), Some("HTTP/1.1 200 OK"));
    assert_eq!(body.lines().next(), Some("apiVersion: v1"));
    within(AT_ONCE, served.server).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_callback_that_takes_too_long_does_not_keep_the_service_up() {
    let grace = Duration::from_millis(200);
    let served = Served::new(|limits| limits.shutdown_grace = grace).await;
    let answer = served.callback_in_flight(FOR_EVER).await;
    served.end.send(()).unwrap();
    within(grace + AT_ONCE, served.server).await.unwrap().unwrap();
    assert_eq!(within(AT_ONCE, answer).await.unwrap().unwrap_or_default(), "");
}

#[tokio::test]
async fn connections_that_do_nothing_do_not_delay_the_end() {
    let served = Served::new(|_| ()).await;
    let mut idle = TcpStream::connect(served.addr).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    let never_used = TcpStream::connect(served.addr).await.unwrap();
    // One more, so that the one before is accepted for sure.
    let mut last = TcpStream::connect(served.addr).await.unwrap();
    last.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    last.read_exact(&mut first).await.unwrap();
    served.end.send(()).unwrap();
    within(AT_ONCE, served.server).await.unwrap().unwrap();
    drop((idle, never_used, last));
}

#[tokio::test]
async fn slow_headers_are_cut_off() {
    let served = Served::new(|limits| limits.header_timeout = Duration::from_millis(200)).await;
    for (begin, drip) in [(&b""[..], false), (b"G", false), (b"GET / HTTP/1.1\r\nhost: a\r\n", false), (b"GET /", true)]
    {
        let mut connection = TcpStream::connect(served.addr).await.unwrap();
        connection.write_all(begin).await.unwrap();
        let (mut from, mut to) = connection.into_split();
        // A byte now and then does not help.
        let dripping = async {
            let mut every = tokio::time::interval(Duration::from_millis(20));
            while drip && to.write_all(b"a").await.is_ok() {
                every.tick().await;
            }
            std::future::pending::<()>().await;
        };
        let mut answer = Vec::new();
        let closed = async {
            // A reset is an end as well.
            let _ = from.read_to_end(&mut answer).await;
        };
        within(AT_ONCE, async {
            tokio::select! {
                () = dripping => {}
                () = closed => {}
            }
        })
        .await;
        assert!(!String::from_utf8(answer).unwrap().contains("200 OK"));
    }
    // The same on a connection that was used before.
    let mut connection = TcpStream::connect(served.addr).await.unwrap();
    connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET / HT").await.unwrap();
    let answer = within(AT_ONCE, read_to_end(&mut connection)).await.unwrap();
    assert_eq!(answer.matches("200 OK").count(), 1, "{answer}");
}

#[tokio::test]
async fn headers_are_bounded() {
    let served = Served::new(|_| ()).await;
    for (len, accepted) in [(MAX_HEADER_LEN, true), (2 * MAX_HEADER_LEN + 1, false)] {
        let mut request = b"GET /healthz HTTP/1.1\r\nconnection: close\r\nhost: a\r\nx: ".to_vec();
        request.resize(len - 4, b'a');
        request.extend_from_slice(b"\r\n\r\n");
        let (mut from, mut to) = TcpStream::connect(served.addr).await.unwrap().into_split();
        let mut answer = Vec::new();
        // A reset is an end as well: whoever refuses need not read to the end.
        let _ = within(AT_ONCE, async { tokio::join!(to.write_all(&request), from.read_to_end(&mut answer)) }).await;
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(answer.starts_with("HTTP/1.1 200 OK"), accepted, "{len}: {answer}");
        assert!(accepted || answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{len}: {answer}");
    }
}

#[test]
fn the_limits_of_the_service() {
    let limits = ServeLimits::default();
    assert_eq!((limits.header_timeout, limits.shutdown_grace), (Duration::from_secs(5), Duration::from_secs(26)));
    // What a callback may take fits into what the end leaves it: a record that is looked for, provider and directory, a use that
    // is refused, the record once more, a line of the audit log, and the way back to the link.
    assert!(CALLBACK_BUDGET + 4 * SqliteStore::CALL_LIMIT + Duration::from_secs(1) < limits.shutdown_grace);
}
