//! From a share link to the redirect, without a socket: `cargo bench -p kkp-oidc-http --bench phase_one`.
//!
//! The metadata is discovered once before, from a document that is served on loopback; nothing is fetched while it runs.

#![expect(clippy::expect_used, reason = "a benchmark ends where its set-up fails")]

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use criterion::{Criterion, criterion_group, criterion_main};
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::directory::{Directory, DirectoryFile};
use kkp_oidc_core::ids::UserId;
use kkp_oidc_core::issuer::IssuerSettings;
use kkp_oidc_http::{AppState, ServiceConfig, SystemClock, SystemEntropy, router};
use serde_json::json;
use tower::ServiceExt as _;

const OWNER: &str = "owner@example.com";

const DIRECTORY: &str = "\
users:
- email: owner@example.com
projects:
- id: lab
  members:
  - email: owner@example.com
    role: owners
clusters:
- id: lab7x9k2mp
  project: lab
  server: https://lab.example.com:6443
";

fn directory() -> Directory {
    let file = DirectoryFile::parse(DIRECTORY, "the benchmark's directory").expect("a directory");
    let Ok(directory) = file.resolve(|reference| Ok::<_, Infallible>(reference.resolve(None, Vec::new())));
    directory
}

/// A provider of which only the metadata is there.
async fn issuer() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let issuer = format!("http://{}", listener.local_addr().expect("its address"));
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    });
    let metadata = Router::new().route("/.well-known/openid-configuration", get(|| async { Json(document) }));
    tokio::spawn(async { axum::serve(listener, metadata).await });
    issuer
}

async fn service() -> Router {
    let settings = IssuerSettings {
        issuer_url: issuer().await,
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: Some("aGVsbG8td29ybGQtdGhpcy1pcy1hLXNlY3JldA".into()),
        redirect_uri: "https://share.example.com/api/v1/kubeconfig".to_owned(),
        ..IssuerSettings::default()
    };
    let config = ServiceConfig::new(
        settings.try_into().expect("settings"),
        "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27".parse::<CookieKey>().expect("a key"),
        "OIDCKubeCfgEndpoint=true".parse().expect("gates"),
    );
    let (directory, clock, entropy) = (Arc::new(directory()), Arc::new(SystemClock), Arc::new(SystemEntropy));
    let state = AppState::new(config, directory, clock, entropy).expect("TLS");
    state.discover().await;
    router(state)
}

fn phase_one(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let service = runtime.block_on(service());
    let mut group = criterion.benchmark_group("phase_one");
    for (name, user_id, status) in [
        ("redirect", UserId::from_email(OWNER).to_string(), StatusCode::SEE_OTHER),
        ("refuse", "x".to_owned(), StatusCode::NOT_FOUND),
    ] {
        let link = format!("/api/v1/kubeconfig?project_id=lab&cluster_id=lab7x9k2mp&user_id={user_id}");
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let request = Request::get(link.as_str()).body(Body::empty()).expect("a request");
                let Ok(response) = runtime.block_on(service.clone().oneshot(request));
                assert_eq!(response.status(), status);
                response
            });
        });
    }
    group.finish();
}

criterion_group!(benches, phase_one);
criterion_main!(benches);
