//! An axum service of your own with share links below `/kkp`:
//! `cargo run -p kkp-oidc-http --features dev-provider,server --example embed`, then open the URL that it prints.

#![expect(clippy::print_stdout, reason = "an example talks to whoever started it")]

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::directory::DirectoryFile;
use kkp_oidc_core::issuer::{CookieSecurity, IssuerConfig, IssuerSettings, RedirectUri};
use kkp_oidc_http::dev_provider::{DevProvider, DevProviderConfig};
use kkp_oidc_http::{AppState, Entropy as _, ServiceConfig, SharingConfig, SqliteStore};
use kkp_oidc_http::{SystemClock, SystemEntropy, router, server};

/// Who may share what. Yours may come from anywhere: implement `ClusterDirectory`.
const DIRECTORY: &str = "\
projects:
- id: demo
  members:
  - email: owner@example.com
    role: owners
clusters:
- id: democ1u5tr
  project: demo
  name: demo cluster
  server: https://127.0.0.1:6443
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let origin = format!("http://{}", listener.local_addr()?);
    // What stands in front of `/api/v1/kubeconfig` is where all pages, links and cookies of the router believe to be.
    let redirect_uri = format!("{origin}/kkp{}", RedirectUri::PATH);
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));

    // In place of your identity provider. **Nobody needs a password here.**
    let provider_config = DevProviderConfig::new(clock.clone(), entropy.clone());
    let client = provider_config.clients.first().cloned().ok_or("the development provider has no client")?;
    let provider = DevProvider::bind(provider_config, (Ipv4Addr::LOCALHOST, 0).into()).await?;
    provider.register_redirect_uri(&client.client_id, &redirect_uri)?;

    let issuer = IssuerConfig::try_from(IssuerSettings {
        issuer_url: provider.issuer().to_owned(),
        client_id: client.client_id,
        client_secret: Some(client.client_secret),
        redirect_uri,
        // Because this is http. Leave it out where browsers come by https.
        cookie_security: CookieSecurity::Plain,
        ..IssuerSettings::default()
    })?;
    // Yours is a secret that outlives the process: links and sessions are worth nothing under another key.
    let mut random = [0; 32];
    entropy.fill(&mut random);
    let cookie_key: CookieKey = CookieKey::generate(random).expose_secret().parse()?;
    let mut config = ServiceConfig::new(issuer, cookie_key, "OIDCKubeCfgEndpoint=true".parse()?);
    // Yours is a file: `SqliteStore::open`.
    config.sharing = Some(SharingConfig::new(Arc::new(SqliteStore::in_memory()?)));
    let Ok(directory) = DirectoryFile::parse(DIRECTORY, "the embedded directory")?
        .resolve(|reference| Ok::<_, std::convert::Infallible>(reference.resolve(None, Vec::new())));
    let state = AppState::new(config, Arc::new(directory), clock, entropy)?;

    // Your own routes, and ours as a service: `nest` would leave out `/kkp/`, where the start page is.
    let app = Router::new()
        .route("/", get(|| async { "What was here before.\n" }))
        .nest_service("/kkp", router(state.clone()));
    // What has to be done beside the server: ask the provider early, forget what has ended.
    let (asking, sweeping) = (state.clone(), state.clone());
    tokio::spawn(async move { tokio::join!(asking.discover(), sweeping.sweep()) });
    println!("Open {origin}/kkp/clusters and log in as owner@example.com; {origin}/ is the rest. Ctrl-C ends it.");
    server::serve(listener, app, state, server::terminated()).await?;
    println!("Ended.");
    Ok(())
}
