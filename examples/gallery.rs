//! Every page with realistic data: `cargo run -p kkp-oidc-http --features dev-provider --example gallery`, then open
//! the URL that it prints. The port can be given: `… --example gallery 8090`; 0 is any that is free.

#![expect(clippy::print_stdout, reason = "an example talks to whoever started it")]

use std::error::Error;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;

const PORT: u16 = 8090;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(PORT), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("Open http://{}/ in a browser. Ctrl-C ends it.", listener.local_addr()?);
    axum::serve(listener, kkp_oidc_http::gallery::router()).await?;
    Ok(())
}
