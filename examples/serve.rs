//! The whole product on embedded defaults: `cargo run --example serve`, then open the one URL that it prints.
//!
//! Development provider and service run in this process, on loopback; nothing else is needed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever started it")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::{io, iter};

use kkp_oidc_http::demo::Demo;
use kkp_oidc_http::dev_provider::DevProviderError;
use kkp_oidc_http::{SystemClock, SystemEntropy, server, site};

const SERVICE_PORT: u16 = 8080;
const PROVIDER_PORT: u16 = 5556;

type AnyError = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in iter::successors(error.source(), |&cause| cause.source()) {
                eprintln!("  caused by: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), AnyError> {
    let listener = bind_next_free(SERVICE_PORT)?;
    let service = listener.local_addr()?;
    let demo = start_demo(service).await?;
    let terminated = server::terminated();
    println!("Open http://{service}/ in a browser. Ctrl-C ends it.");
    server::serve(listener, site(demo.state()), demo.state(), terminated).await?;
    println!("Ended.");
    Ok(())
}

fn bind_next_free(first: u16) -> io::Result<TcpListener> {
    for port in first..first + 100 {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => say_taken(port),
            result => return result,
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

async fn start_demo(service: SocketAddr) -> Result<Demo, AnyError> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    for port in PROVIDER_PORT..PROVIDER_PORT + 100 {
        match Demo::start(service, (Ipv4Addr::LOCALHOST, port).into(), clock.clone(), entropy.clone()).await {
            Err(error) if is_taken(&*error) => say_taken(port),
            result => return result,
        }
    }
    Err("no port is free for the development provider".into())
}

fn is_taken(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    let listen = error.downcast_ref::<DevProviderError>();
    matches!(listen, Some(DevProviderError::Listen { source, .. }) if source.kind() == io::ErrorKind::AddrInUse)
}

fn say_taken(port: u16) {
    println!("Port {port} is taken, trying the next one.");
}
