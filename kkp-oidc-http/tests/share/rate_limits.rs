//! Nobody takes the service away from the others, nor the provider.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use kkp_oidc_http::dev_provider::Fault;
use kkp_oidc_http::{ClientAddress, ForwardedHeader, RateLimit};

use crate::browser::Browser;
use crate::world::{Reply, Service, Setup, World, assert_error, link};

const PEER: &str = "192.0.2.1";

async fn get_from(service: &Service, peer: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
    service.send(request).await
}

/// How many of so many requests are not refused by a limit.
async fn let_through(service: &Service, peer: &str, path: &str, requests: usize) -> usize {
    let mut count = 0;
    for _ in 0..requests {
        count += usize::from(get_from(service, peer, path, &[]).await.status != 429);
    }
    count
}

fn service() -> Service {
    Setup::new().service("http://127.0.0.1:9/dex")
}

#[tokio::test]
async fn thirty_flows_at_once_and_one_a_second_are_let_through_for_each_client() {
    let world = World::new().await;
    let service = &world.service;
    assert_eq!(let_through(service, PEER, &link(), 35).await, 30);
    let refused = get_from(service, PEER, &link(), &[]).await;
    let message = "Too many requests come from your address, or for this link. Try again in 1 s.";
    assert_error(&refused, (429, "rate_limited", message));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.all("set-cookie"), [""; 0]);
    // As a page, too, with the headers of every answer.
    let page = get_from(service, PEER, &link(), &[("accept", "text/html")]).await;
    assert_eq!((page.status, page.header("content-type")), (429, "text/html; charset=utf-8"));
    assert_eq!((page.header("retry-after"), page.header("cache-control")), ("1", "no-store"));
    // Another client is another matter, and so is the rest of the service.
    assert_eq!(get_from(service, "192.0.2.2", &link(), &[]).await.status, 303);
    assert_eq!(get_from(service, PEER, "/", &[]).await.status, 200);
    service.clock.advance(1);
    assert_eq!(let_through(service, PEER, &link(), 3).await, 1);
    service.clock.advance(30);
    assert_eq!(let_through(service, PEER, &link(), 35).await, 30);
    assert_eq!(world.provider.requests().discovery, 1);
}

#[tokio::test]
async fn a_hundred_and_twenty_requests_at_once_and_ten_a_second_are_let_through_and_probes_always() {
    let service = service();
    assert_eq!(let_through(&service, PEER, "/", 125).await, 120);
    assert_eq!(let_through(&service, PEER, "/no-such-page", 5).await, 0);
    for probe in ["/healthz", "/api/v1/healthz", "/readyz"] {
        assert_eq!(let_through(&service, PEER, probe, 5).await, 5);
    }
    let refused = get_from(&service, PEER, "/", &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
    service.clock.advance(1);
    assert_eq!(let_through(&service, PEER, "/", 15).await, 10);
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_client_and_ipv4_within_ipv6_is_ipv4() {
    let service = service();
    assert_eq!(let_through(&service, "2001:db8::1", "/", 120).await, 120);
    assert_eq!(let_through(&service, "2001:db8::2", "/", 1).await, 0);
    assert_eq!(let_through(&service, "2001:db8:0:1::1", "/", 1).await, 1);
    assert_eq!(let_through(&service, "::ffff:192.0.2.7", "/", 120).await, 120);
    assert_eq!(let_through(&service, "192.0.2.7", "/", 1).await, 0);
    assert_eq!(let_through(&service, "::ffff:192.0.2.8", "/", 1).await, 1);
}

#[tokio::test]
async fn headers_count_if_a_trusted_proxy_sends_them_and_are_ignored_otherwise() {
    let mut setup = Setup::new();
    setup.configure = Box::new(|config| config.operations.proxies.trusted = "10.0.0.0/8".parse().unwrap());
    let service = setup.service("http://127.0.0.1:9/dex");
    let proxy = "10.0.0.1";
    for number in 0..200 {
        let client = format!("203.0.113.{number}");
        let status = get_from(&service, proxy, "/", &[("x-forwarded-for", &client)]).await.status;
        assert_eq!(status, 200, "each client behind the proxy has its own quota");
        let made_up = format!("{client}, 198.51.100.7");
        let status = get_from(&service, proxy, "/", &[("x-forwarded-for", &made_up)]).await.status;
        assert_eq!(status, if number < 120 { 200 } else { 429 }, "what the client made up does not help it: {number}");
        let status = get_from(&service, PEER, "/", &[("x-forwarded-for", &client)]).await.status;
        assert_eq!(status, if number < 120 { 200 } else { 429 }, "it is no proxy: {number}");
    }
}

#[tokio::test]
async fn forwarded_counts_in_place_of_x_forwarded_for_where_it_is_configured() {
    let mut setup = Setup::new();
    setup.configure = Box::new(|config| {
        config.operations.proxies.trusted = "10.0.0.1".parse().unwrap();
        config.operations.proxies.header = ForwardedHeader::Forwarded;
        config.operations.rate_limits.pages = "1/1".parse().unwrap();
    });
    let service = setup.service("http://127.0.0.1:9/dex");
    let mut statuses = Vec::new();
    for (forwarded, other) in
        [("for=192.0.2.1", "1.1.1.1"), ("for=\"192.0.2.1:80\"", "2.2.2.2"), ("for=192.0.2.2", "1.1.1.1")]
    {
        let headers = [("forwarded", forwarded), ("x-forwarded-for", other)];
        statuses.push(get_from(&service, "10.0.0.1", "/", &headers).await.status);
    }
    assert_eq!(statuses, [200, 429, 200]);
}

#[tokio::test]
async fn who_embeds_the_router_can_say_who_asks_and_who_says_nothing_is_not_limited() {
    let service = service();
    for _ in 0..200 {
        assert_eq!(service.get("/").await.status, 200);
    }
    let mut statuses = Vec::new();
    for _ in 0..121 {
        let mut request = Request::get("/").body(Body::empty()).unwrap();
        request.extensions_mut().insert(ClientAddress::from(PEER.parse::<IpAddr>().unwrap()));
        statuses.push(service.send(request).await.status);
    }
    assert_eq!((statuses[119], statuses[120]), (200, 429));
}

#[tokio::test]
async fn limits_can_be_changed_and_switched_off() {
    let mut setup = Setup::new();
    setup.configure = Box::new(|config| {
        config.operations.rate_limits.flows = "1/2".parse().unwrap();
        config.operations.rate_limits.pages = RateLimit::OFF;
    });
    let service = setup.service("http://127.0.0.1:9/dex");
    assert_eq!(let_through(&service, PEER, "/", 300).await, 300);
    assert_eq!(let_through(&service, PEER, &link(), 5).await, 2);
    assert_eq!(get_from(&service, PEER, &link(), &[]).await.header("retry-after"), "60");
    service.clock.advance(59);
    assert_eq!(let_through(&service, PEER, &link(), 1).await, 0);
    service.clock.advance(1);
    assert_eq!(let_through(&service, PEER, &link(), 2).await, 1);
}

#[tokio::test]
async fn a_slow_provider_is_asked_for_thirty_two_tokens_at_the_same_time() {
    let world = World::new().await;
    let mut logins = Vec::new();
    for _ in 0..35 {
        let mut browser = Browser::new();
        let location = browser.open(&world.service, &link()).await;
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        logins.push((browser, callback));
    }
    world.provider.set_fault(Fault::TokenSlow(Duration::from_secs(3600)));
    let mut tasks = tokio::task::JoinSet::new();
    for (browser, callback) in logins {
        let router = world.service.router.clone();
        tasks.spawn(async move { crate::world::send(&router, browser.request(&callback)).await });
    }
    while world.provider.requests().token < 32 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::pause();
    let mut statuses: Vec<_> = tasks.join_all().await.into_iter().map(|reply| (reply.status, reply.body)).collect();
    statuses.sort_unstable();
    let busy = "Too many people log in right now for the identity provider. Open the share link again in a minute.";
    let busy = (503, crate::world::error_body(503, "provider_busy", busy));
    assert_eq!(statuses.iter().filter(|reply| **reply == busy).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|(status, _)| *status == 504).count(), 32, "{statuses:?}");
    assert_eq!(world.provider.requests().token, 32);
}

#[tokio::test]
async fn logins_that_fail_for_want_of_keys_make_one_request_a_second() {
    let world = World::new().await;
    world.provider.set_fault(Fault::JwksServerError);
    let mut fetches = Vec::new();
    for secs in [0, 0, 1, 0] {
        world.service.clock.advance(secs);
        for _ in 0..3 {
            let reply = Browser::new().share(&world.service, &link(), "lukasz@example.com").await;
            assert_eq!(reply.status, 502);
        }
        fetches.push(world.provider.requests().jwks);
    }
    assert_eq!(fetches, [1, 1, 2, 2]);
    world.provider.clear_fault();
    world.service.clock.advance(1);
    assert_eq!(Browser::new().share(&world.service, &link(), "lukasz@example.com").await.status, 200);
}

#[tokio::test]
async fn strangers_who_hang_up_do_not_make_a_hanging_provider_be_asked_again() {
    let (issuer, asked) = crate::raw_provider::hanging().await;
    let service = Setup::new().service(&issuer);
    for _ in 0..20 {
        let hung_up = tokio::time::timeout(Duration::from_millis(20), service.get(&link())).await;
        let _ = hung_up;
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    service.clock.advance(1);
    let _ = tokio::time::timeout(Duration::from_millis(200), service.get(&link())).await;
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 2);
}
