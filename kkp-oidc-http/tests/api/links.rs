//! Links made, listed, shown and taken back.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kkp_oidc_core::authorization::FlowTarget;
use kkp_oidc_core::directory::Directory;
use kkp_oidc_core::share::Owner;
use kkp_oidc_http::{Authorization, ClusterDirectory, DirectoryUnavailable, Shareable};
use serde_json::{Value, json};

use crate::client::{
    ANYONE, LAB_LINKS, NO_CLUSTER, NO_LINK, OWNER, get, json, log_in, make, path_of, post, redeem, with_sharing, world,
};
use crate::world::{DIRECTORY, World, assert_error, directory};

/// What the API says of a link about which nothing was said when it was made.
fn plain(link: &Value) -> Value {
    json!({
        "id": link["id"],
        "url": link["url"],
        "cluster": {"project_id": "lab", "id": "lab7x9k2mp", "name": "the lab"},
        "state": "good",
        "created_at": "2023-11-14T22:13:20Z",
        "expires_at": "2023-11-21T22:13:20Z",
        "revoked_at": null,
        "audience": "anyone",
        "emails": [],
        "domains": [],
        "groups": [],
        "uses": 0,
        "use_limit": null,
        "user_entry": "kubelogin",
        "role": null,
        "note": null,
        "redemptions": [],
    })
}

fn summary(mut link: Value) -> Value {
    link.as_object_mut().unwrap().remove("redemptions").unwrap();
    link
}

#[tokio::test]
async fn a_link_is_made_of_nothing_but_its_cluster_and_for_whom_it_is() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let reply = post(&world, &owner, LAB_LINKS, ANYONE).await;
    let link = json(&reply, 201);
    assert_eq!(link, plain(&link));
    let id = link["id"].as_str().unwrap();
    assert_eq!(reply.header("location"), format!("/api/share/v1/links/{id}"));
    assert!(path_of(&link["url"]).starts_with("/share/"));
    assert_eq!(json(&get(&world, &owner, reply.header("location")).await, 200), link);
    let listed = json(&get(&world, &owner, "/api/share/v1/links").await, 200);
    assert_eq!(listed, json!({"links": [summary(link)], "unreadable": []}));
}

#[tokio::test]
async fn everything_that_a_form_says_is_in_the_link() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let form = json!({
        "audience": "only",
        "people": "@third.example, group:ops",
        "emails": "B@example.com, a@example.com",
        "domains": "example.net",
        "groups": "dev",
        "lifetime": "1h",
        "uses": "count",
        "use_count": "10000",
        "user_entry": "auth-provider",
        "role": "view",
        "note": "For Monday.",
    });
    let link = make(&world, &owner, form).await;
    let mut expected = plain(&link);
    for (field, value) in [
        ("expires_at", json!("2023-11-14T23:13:20Z")),
        ("audience", json!("only")),
        ("emails", json!(["a@example.com", "b@example.com"])),
        ("domains", json!(["example.net", "third.example"])),
        ("groups", json!(["dev", "ops"])),
        ("use_limit", json!(10000)),
        ("user_entry", json!("auth-provider")),
        ("role", json!("view")),
        ("note", json!("For Monday.")),
    ] {
        expected[field] = value;
    }
    assert_eq!(link, expected);
}

#[tokio::test]
async fn uses_are_counted_and_named() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let link = make(&world, &owner, json!({"uses": "once"})).await;
    world.service.clock.advance(5);
    assert_eq!(redeem(&world, &link, "lukasz@example.com").await.status, 303);
    let path = format!("/api/share/v1/links/{}", link["id"].as_str().unwrap());
    let mut expected = plain(&link);
    expected["state"] = json!("used-up");
    expected["uses"] = json!(1);
    expected["use_limit"] = json!(1);
    expected["redemptions"] = json!([{"email": "lukasz@example.com", "at": "2023-11-14T22:13:25Z"}]);
    assert_eq!(json(&get(&world, &owner, &path).await, 200), expected);
}

#[tokio::test]
async fn links_are_listed_newest_first_with_their_states() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let first = make(&world, &owner, json!({"lifetime": "1h"})).await;
    world.service.clock.advance(1799);
    let second = make(&world, &owner, json!({})).await;
    world.service.clock.advance(1800);
    let states = async || {
        let listed = json(&get(&world, &owner, "/api/share/v1/links").await, 200);
        let links = listed["links"].as_array().unwrap().clone();
        links.into_iter().map(|link| (link["id"].clone(), link["state"].clone())).collect::<Vec<_>>()
    };
    let of = |link: &Value, state: &str| (link["id"].clone(), json!(state));
    assert_eq!(states().await, [of(&second, "good"), of(&first, "good")]);
    world.service.clock.advance(1);
    assert_eq!(states().await, [of(&second, "good"), of(&first, "expired")]);
}

#[tokio::test]
async fn a_link_is_taken_back_once_and_stays_so() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let link = make(&world, &owner, json!({})).await;
    let path = format!("/api/share/v1/links/{}", link["id"].as_str().unwrap());
    let mut expected = plain(&link);
    expected["state"] = json!("revoked");
    expected["revoked_at"] = json!("2023-11-14T22:14:20Z");
    world.service.clock.advance(60);
    for _ in 0..2 {
        assert_eq!(json(&post(&world, &owner, &format!("{path}/revoke"), "").await, 200), expected);
        world.service.clock.advance(60);
    }
    assert_eq!(json(&get(&world, &owner, &path).await, 200), expected);
}

#[tokio::test]
async fn links_of_others_are_answered_like_none() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let link = make(&world, &owner, json!({})).await;
    let other = log_in(&world, "lukasz@example.com").await;
    let theirs = link["id"].as_str().unwrap();
    // Theirs, none, no id, no text.
    for id in [theirs, "AAAAAAAAAAAAAAAAAAAAAA", "x", "%ff"] {
        let path = format!("/api/share/v1/links/{id}");
        assert_error(&get(&world, &other, &path).await, NO_LINK);
        assert_error(&post(&world, &other, &format!("{path}/revoke"), "").await, NO_LINK);
    }
    assert_eq!(json(&get(&world, &other, "/api/share/v1/links").await, 200), json!({"links": [], "unreadable": []}));
    let path = format!("/api/share/v1/links/{theirs}");
    assert_eq!(json(&get(&world, &owner, &path).await, 200), link);
}

#[tokio::test]
async fn a_cluster_that_one_may_not_share_is_answered_like_none() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let other = log_in(&world, "lukasz@example.com").await;
    for (browser, target) in [
        (&owner, "lab/missing"),
        (&owner, "other/foreign8zz"),
        (&owner, "other/lab7x9k2mp"),
        (&owner, "lab/%2e%2e"),
        (&owner, "lab/%ff"),
        (&other, "lab/lab7x9k2mp"),
    ] {
        let path = format!("/api/share/v1/clusters/{target}/links");
        assert_error(&post(&world, browser, &path, "{}").await, NO_CLUSTER);
    }
    assert_eq!(json(&get(&world, &owner, "/api/share/v1/links").await, 200), json!({"links": [], "unreadable": []}));
}

/// A directory that can be lost.
struct Losable(Directory, Arc<AtomicBool>);

impl Losable {
    fn look(&self) -> Result<&Directory, DirectoryUnavailable> {
        if self.1.load(Ordering::SeqCst) { Err(DirectoryUnavailable::new("lost")) } else { Ok(&self.0) }
    }
}

impl ClusterDirectory for Losable {
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a> {
        match self.look() {
            Ok(directory) => ClusterDirectory::authorize(directory, target),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }

    fn shareable_by<'a>(&'a self, owner: Owner<'a>) -> Shareable<'a> {
        match self.look() {
            Ok(directory) => ClusterDirectory::shareable_by(directory, owner),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}

#[tokio::test]
async fn without_the_directory_links_are_still_shown_and_taken_back() {
    let lost = Arc::new(AtomicBool::new(false));
    let losable = Arc::new(Losable(directory(DIRECTORY), Arc::clone(&lost)));
    let world = World::with(|setup| {
        with_sharing(setup);
        setup.directory = losable;
    })
    .await;
    let owner = log_in(&world, OWNER).await;
    let link = make(&world, &owner, json!({})).await;
    lost.store(true, Ordering::SeqCst);
    let unavailable =
        (503, "directory_unavailable", "The list of clusters cannot be read. Open the share link again in a minute.");
    assert_error(&get(&world, &owner, "/api/share/v1/clusters").await, unavailable);
    assert_error(&post(&world, &owner, LAB_LINKS, "{}").await, unavailable);
    let path = format!("/api/share/v1/links/{}", link["id"].as_str().unwrap());
    let mut expected = plain(&link);
    // The name is in the directory alone.
    expected["cluster"]["name"] = json!("lab7x9k2mp");
    assert_eq!(json(&get(&world, &owner, &path).await, 200), expected);
    let listed = json(&get(&world, &owner, "/api/share/v1/links").await, 200);
    assert_eq!(listed, json!({"links": [summary(expected.clone())], "unreadable": []}));
    expected["state"] = json!("revoked");
    expected["revoked_at"] = json!("2023-11-14T22:13:20Z");
    assert_eq!(json(&post(&world, &owner, &format!("{path}/revoke"), "").await, 200), expected);
}
