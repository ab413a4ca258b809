//! What is counted and measured, and that it is nowhere but on its own router.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use kkp_oidc_core::UnixTime;
use kkp_oidc_http::dev_provider::Fault;
use kkp_oidc_http::{FileDirectory, metrics_router};

use crate::browser::{Browser, with_parameter};
use crate::world::{DIRECTORY, NOW, Reply, Service, Setup, World, link, link_to, send};

const SERVICE_PAGE: &str = include_str!("../../../docs/service.md");

async fn scrape(service: &Service) -> Reply {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    send(&metrics_router(service.state.clone()), request).await
}

/// The samples of these metrics in alphabetical order; of histograms only how many there were and their sum.
pub(crate) async fn samples(service: &Service, names: &[&str]) -> Vec<String> {
    let text = scrape(service).await.body;
    let wanted = |line: &&str| {
        let name = line.split(['{', ' ']).next().unwrap_or_default();
        let name = name.strip_prefix("kkp_oidc_").unwrap_or(name);
        let name = ["_total", "_count", "_sum"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
        !line.starts_with('#') && names.contains(&name)
    };
    let mut lines: Vec<_> =
        text.lines().filter(wanted).map(|line| line.strip_prefix("kkp_oidc_").unwrap_or(line).to_owned()).collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn flows_are_counted_by_what_came_of_them() {
    let world = World::new().await;
    let service = &world.service;
    let mut browser = Browser::new();
    let location = browser.open(service, &link()).await;
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    service.clock.advance(42);
    assert_eq!(browser.get(service, &callback).await.status, 200);
    assert_eq!(browser.get(service, &callback).await.status, 400);
    assert_eq!(service.get(&link_to("nobody")).await.status, 404);
    assert_eq!(service.get("/api/v1/kubeconfig?cluster_id=x").await.status, 400);
    assert_eq!(browser.get(service, &with_parameter(&callback, "state", Some("forged"))).await.status, 400);
    world.provider.set_fault(Fault::TokenInvalidGrant);
    assert_eq!(Browser::new().share(service, &link(), "lukasz@example.com").await.status, 400);
    world.provider.set_fault(Fault::TokenServerError);
    assert_eq!(Browser::new().share(service, &link(), "lukasz@example.com").await.status, 502);

    let flows = samples(service, &["flows_started", "flows_finished", "flow_duration_seconds"]).await;
    let expected = [
        "flow_duration_seconds_count{kind=\"kubeconfig\"} 1",
        "flow_duration_seconds_sum{kind=\"kubeconfig\"} 42.0",
        "flows_finished_total{kind=\"kubeconfig\",outcome=\"code_refused\"} 1",
        "flows_finished_total{kind=\"kubeconfig\",outcome=\"flow_used\"} 1",
        "flows_finished_total{kind=\"kubeconfig\",outcome=\"ok\"} 1",
        "flows_finished_total{kind=\"kubeconfig\",outcome=\"provider_invalid\"} 1",
        "flows_finished_total{kind=\"session\",outcome=\"ok\"} 0",
        "flows_finished_total{kind=\"share\",outcome=\"ok\"} 0",
        "flows_finished_total{kind=\"unknown\",outcome=\"state_invalid\"} 1",
        "flows_started_total{kind=\"kubeconfig\",outcome=\"ok\"} 3",
        "flows_started_total{kind=\"kubeconfig\",outcome=\"parameter_missing\"} 1",
        "flows_started_total{kind=\"kubeconfig\",outcome=\"share_not_found\"} 1",
        "flows_started_total{kind=\"session\",outcome=\"ok\"} 0",
        "flows_started_total{kind=\"share\",outcome=\"ok\"} 0",
    ];
    assert_eq!(flows, expected);
    let asked = samples(service, &["provider_request_duration_seconds"]).await;
    let expected = [
        "provider_request_duration_seconds_count{endpoint=\"discovery\",outcome=\"ok\"} 1",
        "provider_request_duration_seconds_count{endpoint=\"jwks\",outcome=\"ok\"} 1",
        "provider_request_duration_seconds_count{endpoint=\"token\",outcome=\"ok\"} 1",
        "provider_request_duration_seconds_count{endpoint=\"token\",outcome=\"refused\"} 1",
        "provider_request_duration_seconds_count{endpoint=\"token\",outcome=\"status\"} 1",
        "provider_request_duration_seconds_sum{endpoint=\"discovery\",outcome=\"ok\"} 0.0",
        "provider_request_duration_seconds_sum{endpoint=\"jwks\",outcome=\"ok\"} 0.0",
        "provider_request_duration_seconds_sum{endpoint=\"token\",outcome=\"ok\"} 0.0",
        "provider_request_duration_seconds_sum{endpoint=\"token\",outcome=\"refused\"} 0.0",
        "provider_request_duration_seconds_sum{endpoint=\"token\",outcome=\"status\"} 0.0",
    ];
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn requests_are_measured_by_route_never_by_what_was_asked_for() {
    let service = Setup::new().service("http://127.0.0.1:9/dex");
    for path in ["/", "/healthz", "/wp-login.php", "/%22%7D%0a1", "/api/v1/kubeconfig?a=b", "/metrics"] {
        service.get(path).await;
    }
    let measured = samples(&service, &["http_request_duration_seconds"]).await;
    let count = |line: &&String| line.contains("_count");
    let expected = [
        "http_request_duration_seconds_count{route=\"/\",status=\"2xx\"} 1",
        "http_request_duration_seconds_count{route=\"/api/v1/kubeconfig\",status=\"4xx\"} 1",
        "http_request_duration_seconds_count{route=\"/healthz\",status=\"2xx\"} 1",
        "http_request_duration_seconds_count{route=\"none\",status=\"4xx\"} 3",
    ];
    assert_eq!(measured.iter().filter(count).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn gauges_say_how_things_are_and_nothing_of_what_is_not_known() {
    let names = ["build_info", "ready", "jwks_age_seconds", "directory_age_seconds", "directory_ok"];
    let build = format!("build_info{{version=\"{}\",crate=\"kkp-oidc-http\"}} 1", env!("CARGO_PKG_VERSION"));
    let world = World::new().await;
    assert_eq!(samples(&world.service, &names).await, [build.as_str(), "ready 0"]);
    assert_eq!(world.provider.requests().discovery, 0, "a scrape asks nobody");
    assert_eq!(Browser::new().share(&world.service, &link(), "lukasz@example.com").await.status, 200);
    world.service.clock.advance(61);
    assert_eq!(samples(&world.service, &names).await, [build.as_str(), "jwks_age_seconds 61", "ready 1"]);
    world.service.state.begin_shutdown();
    assert_eq!(samples(&world.service, &names).await, [build.as_str(), "jwks_age_seconds 61", "ready 0"]);
}

#[tokio::test]
async fn a_cluster_file_that_is_refused_shows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clusters.yaml");
    std::fs::write(&file, "clusters: []\n").unwrap();
    let setup = Setup::new();
    let directory = Arc::new(FileDirectory::open_with_clock(&file, setup.clock.clone()).unwrap());
    let service = Setup { directory: directory.clone(), ..setup }.service("http://127.0.0.1:9/dex");
    let names = ["directory_age_seconds", "directory_ok"];
    service.clock.advance(30);
    assert_eq!(samples(&service, &names).await, ["directory_age_seconds 30", "directory_ok 1"]);
    std::fs::write(&file, "clusters: [\n").unwrap();
    assert!(!directory.reload());
    assert_eq!(samples(&service, &names).await, ["directory_age_seconds 30", "directory_ok 0"]);
    std::fs::write(&file, "clusters: []\nusers: []\n").unwrap();
    assert!(directory.reload());
    assert_eq!(samples(&service, &names).await, ["directory_age_seconds 0", "directory_ok 1"]);
    assert_eq!(UnixTime::from_secs(NOW + 30), kkp_oidc_http::Clock::now(&*service.clock));
}

#[tokio::test]
async fn metrics_are_openmetrics_on_their_own_router_and_hold_no_secret() {
    let world = World::new().await;
    assert_eq!(Browser::new().share(&world.service, &link(), "lukasz@example.com").await.status, 200);
    let reply = scrape(&world.service).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(reply.body.ends_with("\n# EOF\n"), "{}", reply.body);
    assert!(!reply.body.contains('@') && !reply.body.contains("lab7x9k2mp"), "{}", reply.body);
    world.service.assert_nothing_secret(&reply);
    let elsewhere = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(send(&metrics_router(world.service.state.clone()), elsewhere).await.status, 404);
    assert_eq!(world.service.get("/metrics").await.status, 404);
}

#[tokio::test]
async fn the_service_page_names_every_metric() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clusters.yaml");
    std::fs::write(&file, DIRECTORY).unwrap();
    let world = World::with(|setup| setup.directory = Arc::new(FileDirectory::open(&file).unwrap())).await;
    assert_eq!(Browser::new().share(&world.service, &link(), "lukasz@example.com").await.status, 200);
    let text = scrape(&world.service).await.body;
    let type_lines = text.lines().filter_map(|line| line.strip_prefix("# TYPE kkp_oidc_"));
    let mut served: BTreeSet<_> = type_lines
        .filter_map(|line| {
            let (name, kind) = line.split_once(' ')?;
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            Some(format!("{name}{suffix}"))
        })
        .collect();
    // Nothing was refused yet.
    served.extend(["share_links_refused_total", "rate_limited_total"].map(str::to_owned));
    let rows = SERVICE_PAGE.lines().filter_map(|line| line.strip_prefix("| `kkp_oidc_")?.split(['`', '{']).next());
    assert_eq!(rows.map(str::to_owned).collect::<BTreeSet<_>>(), served);
}
