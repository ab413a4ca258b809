//! As much of an HTTP client as a test needs: one request a connection, no redirect followed.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::process::PATIENCE;

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The values of a header, in their order.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

#[track_caller]
pub(crate) fn get(server: SocketAddr, target: &str, cookie: &str) -> Answer {
    let cookie = if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") };
    ask(server, &format!("GET {target} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n{cookie}\r\n"))
}

/// With header lines, each with its end.
#[track_caller]
pub(crate) fn get_with(server: SocketAddr, target: &str, headers: &str) -> Answer {
    ask(server, &format!("GET {target} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n{headers}\r\n"))
}

#[track_caller]
pub(crate) fn post_form(server: SocketAddr, target: &str, form: &str) -> Answer {
    ask(
        server,
        &format!(
            "POST {target} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        ),
    )
}

#[track_caller]
fn ask(server: SocketAddr, request: &str) -> Answer {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A connection that gives up when nothing comes.
#[track_caller]
pub(crate) fn connect(server: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&server, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}
