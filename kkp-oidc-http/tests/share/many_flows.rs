//! Several flows in one browser.

use std::sync::Arc;

use crate::browser::Browser;
use crate::world::{OWNER_ID, SECURE_REDIRECT_URI, World, directory, link, link_to};

#[tokio::test]
async fn two_tabs_with_two_clusters_both_succeed() {
    let world = World::new().await;
    let mut browser = Browser::new();
    let one = browser.open(&world.service, &link()).await;
    let other = browser.open(&world.service, &link_to("second4k2m")).await;
    let one = browser.log_in(&one, "lukasz@example.com").await;
    let other = browser.log_in(&other, "owner@example.com").await;
    let other = browser.get(&world.service, &other).await;
    let one = browser.get(&world.service, &one).await;
    for (reply, cluster, server, user) in [
        (one, "lab7x9k2mp", "https://lab.example.com:6443", "lukasz@example.com"),
        (other, "second4k2m", "https://second.example.com:6443", "owner@example.com"),
    ] {
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-disposition"), format!("attachment; filename=kubeconfig-{cluster}"));
        let lines: Vec<_> = reply.body.lines().collect();
        assert_eq!(lines[3], format!("    server: {server}"));
        assert_eq!(lines[13], format!("- name: {user}"));
    }
    assert_eq!(browser.cookies, []);
}

#[tokio::test]
async fn a_fifth_flow_ends_the_oldest() {
    let world = World::new().await;
    let mut browser = Browser::new();
    let mut locations = Vec::new();
    for begun in 1..=6 {
        locations.push(browser.open(&world.service, &link()).await);
        assert_eq!(browser.cookies.len(), begun.min(4));
        world.service.clock.advance(1);
    }
    let mut statuses = Vec::new();
    for location in locations {
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        statuses.push(browser.get(&world.service, &callback).await.status);
    }
    assert_eq!(statuses, [400, 400, 200, 200, 200, 200]);
}

#[tokio::test]
async fn cookies_of_others_are_left_alone() {
    let world = World::new().await;
    let mut browser = Browser::new();
    let foreign: Vec<_> =
        ["token", "kkp-flow", "kkp-flow-short", "csrf_token", "__Host-kkp-flow-AAAAAAAAAAAAAAAAAAAAAA"]
            .map(|name| (name.to_owned(), "theirs".to_owned()))
            .to_vec();
    browser.cookies.clone_from(&foreign);
    let reply = browser.share(&world.service, &link(), "lukasz@example.com").await;
    assert_eq!((reply.status, browser.cookies), (200, foreign));
}

#[tokio::test]
async fn a_cookie_has_at_most_600_bytes() {
    let (project, cluster, user) = ("p".repeat(63), "c".repeat(63), "u".repeat(64));
    let text = format!(
        "users: [{{email: owner@example.com, id: {user}}}]\n\
         projects: [{{id: {project}, members: [{{email: owner@example.com, role: owners}}]}}]\n\
         clusters: [{{id: {cluster}, project: {project}, server: 'https://a.example'}}]\n"
    );
    assert_eq!(OWNER_ID.len(), user.len());
    let world = World::with(|setup| {
        setup.issuer.cookie_security = kkp_oidc_core::issuer::CookieSecurity::Secure;
        setup.issuer.redirect_uri = SECURE_REDIRECT_URI.to_owned();
        setup.directory = Arc::new(directory(&text));
    })
    .await;
    let link = format!("/api/v1/kubeconfig?project_id={project}&cluster_id={cluster}&user_id={user}");
    let mut browser = Browser::new();
    let location = browser.open(&world.service, &link).await;
    let (name, value) = &browser.cookies[0];
    let len = name.len() + 1 + value.len();
    assert!(len <= 600, "{len}");
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    let reply = browser.get(&world.service, &callback).await;
    assert_eq!(reply.header("content-disposition"), format!("attachment; filename=kubeconfig-{cluster}"));
}
