//! Alive, ready, and which outages matter.

use std::time::Duration;

use crate::browser::Browser;
use crate::raw_provider::ReservedPort;
use crate::world::{Setup, World, assert_error, link};

const READY: (u16, &str) = (200, "{\"ready\":true}");

#[tokio::test]
async fn the_process_lives_whatever_the_provider_does() {
    let port = ReservedPort::new();
    let service = Setup::new().service(&format!("http://{}/dex", port.addr()));
    for path in ["/healthz", "/api/v1/healthz"] {
        let reply = service.get(path).await;
        assert_eq!(reply.answer(), (200, "ok\n"));
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    }
}

#[tokio::test]
async fn ready_once_the_provider_was_there_and_from_then_on() {
    let port = ReservedPort::new();
    let setup = Setup::new();
    let provider_config = setup.provider.clone();
    let service = setup.service(&format!("http://{}/dex", port.addr()));
    let reply = service.get("/readyz").await;
    assert_eq!(
        reply.answer(),
        (
            503,
            "{\"ready\":false,\"reason\":\"the identity provider cannot be reached: error sending request: client error \
             (Connect): tcp connect error: Connection refused (os error 111)\"}"
        )
    );
    assert_eq!(reply.header("content-type"), "application/json");

    let discovery = tokio::spawn({
        let state = service.state.clone();
        async move { state.discover().await }
    });
    let provider = kkp_oidc_http::dev_provider::DevProvider::bind(provider_config, port.addr()).await.unwrap();
    service.clock.advance(2);
    tokio::time::timeout(Duration::from_secs(10), discovery).await.unwrap().unwrap();
    assert_eq!(provider.requests().discovery, 1);
    assert_eq!(service.get("/readyz").await.answer(), READY);
    assert_eq!(provider.requests().discovery, 1);
    assert_eq!(Browser::new().share(&service, &link(), "lukasz@example.com").await.status, 200);

    provider.shutdown().await;
    assert_eq!(service.get("/readyz").await.answer(), READY);
    // Past the age at which the metadata is fetched again.
    service.clock.advance(3601);
    assert_eq!(service.get("/readyz").await.answer(), READY);
    assert_eq!(Browser::new().get(&service, &link()).await.status, 303);
}

#[tokio::test]
async fn one_that_is_ending_begins_no_flow_and_finishes_those_under_way() {
    let world = World::new().await;
    let service = &world.service;
    let mut browser = Browser::new();
    let location = browser.open(service, &link()).await;
    service.state.begin_shutdown();
    let reply = service.get("/readyz").await;
    assert_eq!(reply.answer(), (503, "{\"ready\":false,\"reason\":\"the service is shutting down\"}"));
    let message = "The service is shutting down. Open the link again in a minute.";
    assert_error(&service.get(&link()).await, (503, "shutting_down", message));
    assert_eq!(service.get("/healthz").await.answer(), (200, "ok\n"));
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    assert_eq!(browser.get(service, &callback).await.status, 200);
}

#[tokio::test]
async fn metadata_is_fetched_once_an_hour_however_many_links_are_opened() {
    let world = World::new().await;
    for (secs, fetches) in [(0, 1), (0, 1), (3600, 1), (1, 2), (0, 2)] {
        world.service.clock.advance(secs);
        assert_eq!(Browser::new().get(&world.service, &link()).await.status, 303);
        assert_eq!(world.provider.requests().discovery, fetches);
    }
}
