//! Ports where nobody listens, or where somebody answers with chosen bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};

/// A port that is taken, so that nobody else gets it, but where nobody listens; the provider can bind it later.
pub(crate) struct ReservedPort {
    socket: TcpSocket,
}

impl ReservedPort {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { socket }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }
}

/// Answers every connection with `head`, then with `more` again and again until the other side has enough. Gives the
/// issuer, and how many bytes were taken from it.
pub(crate) async fn answering(head: &'static str, more: &'static [u8]) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}/dex", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(head.as_bytes()).await;
            while !more.is_empty() && connection.write_all(more).await.is_ok() {
                counter.fetch_add(more.len() as u64, Ordering::SeqCst);
            }
        }
    });
    (issuer, sent)
}

/// Takes connections and never answers. Gives the issuer, and how many connections there were.
pub(crate) async fn hanging() -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}/dex", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            kept.push(connection);
        }
    });
    (issuer, connections)
}
