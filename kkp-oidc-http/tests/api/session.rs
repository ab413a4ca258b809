//! Who is logged in, and what they may share.

use serde_json::json;

use crate::browser::Browser;
use crate::client::{LAB_LINKS, NOT_LOGGED_IN, OWNER, get, json, log_in, post, redeem_kkp_link, world};
use crate::world::{World, assert_error};

#[tokio::test]
async fn a_session_names_whoever_logged_in_and_lives_on_while_it_is_used() {
    let world = world().await;
    let browser = log_in(&world, OWNER).await;
    let ask = async || json(&get(&world, &browser, "/api/share/v1/session").await, 200);
    assert_eq!(ask().await, json!({"email": OWNER, "ends_at": "2023-11-14T22:43:20Z"}));
    // It is not written again within a minute, so it ends when it said.
    world.service.clock.advance(60);
    assert_eq!(ask().await["ends_at"], "2023-11-14T22:43:20Z");
    world.service.clock.advance(1);
    assert_eq!(ask().await["ends_at"], "2023-11-14T22:44:21Z");
    world.service.clock.advance(1800);
    assert_eq!(ask().await["email"], OWNER);
    world.service.clock.advance(1801);
    assert_error(&get(&world, &browser, "/api/share/v1/session").await, NOT_LOGGED_IN);
}

#[tokio::test]
async fn a_login_for_a_link_of_kkp_begins_no_session() {
    let world = world().await;
    let browser = Browser::new();
    assert_eq!(redeem_kkp_link(&world, &browser).await.status, 200);
    assert_error(&get(&world, &browser, "/api/share/v1/session").await, NOT_LOGGED_IN);
}

#[tokio::test]
async fn the_clusters_are_those_that_one_may_share() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let clusters = json(&get(&world, &owner, "/api/share/v1/clusters").await, 200);
    let expected = json!({
        "clusters": [
            {"project_id": "lab", "id": "lab7x9k2mp", "name": "the lab"},
            {"project_id": "lab", "id": "second4k2m", "name": "second4k2m"},
        ],
        "user_entries": ["kubelogin", "auth-provider"],
    });
    assert_eq!(clusters, expected);
    let nobody = log_in(&world, "lukasz@example.com").await;
    let clusters = json(&get(&world, &nobody, "/api/share/v1/clusters").await, 200);
    assert_eq!(clusters, json!({"clusters": [], "user_entries": ["kubelogin", "auth-provider"]}));
}

const SOME_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn whoever_is_not_logged_in_is_told_so_whatever_they_ask() {
    let world = world().await;
    let nobody = Browser::new();
    let mut forger = Browser::new();
    forger.cookies.push(("kkp-session".to_owned(), "MTcwMDAwMDAwMHxBQUFB".to_owned()));
    for browser in [&nobody, &forger] {
        for path in ["session", "clusters", "links", &format!("links/{SOME_ID}")] {
            assert_error(&get(&world, browser, &format!("/api/share/v1/{path}")).await, NOT_LOGGED_IN);
        }
        for path in [LAB_LINKS, &format!("/api/share/v1/links/{SOME_ID}/revoke")] {
            assert_error(&post(&world, browser, path, "{}").await, NOT_LOGGED_IN);
            // Nothing is learned from what is wrong with the rest.
            assert_error(&post(&world, browser, path, "[").await, NOT_LOGGED_IN);
        }
    }
}

#[tokio::test]
async fn after_a_logout_the_cookie_is_worth_nothing() {
    let world = world().await;
    let browser = log_in(&world, OWNER).await;
    assert_eq!(post(&world, &browser, "/logout", "").await.status, 303);
    assert_error(&get(&world, &browser, "/api/share/v1/session").await, NOT_LOGGED_IN);
}

#[tokio::test]
async fn an_installation_without_share_links_has_no_api() {
    let world = World::new().await;
    for path in ["session", "clusters", "links", "links/x", "offers/x"] {
        let reply = world.service.get(&format!("/api/share/v1/{path}")).await;
        assert_error(&reply, (404, "not_found", "There is no such page."));
    }
    for path in [LAB_LINKS, "/api/share/v1/links/x/revoke"] {
        let reply = post(&world, &Browser::new(), path, "{}").await;
        assert_error(&reply, (404, "not_found", "There is no such page."));
    }
}
