//! What a link offers to whoever has it.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::{OWNER, get, json, log_in, make, path_of, post, redeem, world};
use crate::world::{Reply, World, assert_error};

async fn offer(world: &World, link: &Value) -> Reply {
    let token = path_of(&link["url"]).strip_prefix("/share/").unwrap();
    get(world, &Browser::new(), &format!("/api/share/v1/offers/{token}")).await
}

#[tokio::test]
async fn a_link_offers_what_its_owner_chose_and_nothing_of_whom_it_is_for() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let link = make(&world, &owner, json!({"emails": "lukasz@example.com", "note": "For Monday."})).await;
    let expected = json!({
        "owner": OWNER,
        "cluster": {"id": "lab7x9k2mp", "name": "the lab"},
        "expires_at": "2023-11-21T22:13:20Z",
        "user_entry": "kubelogin",
        "note": "For Monday.",
    });
    assert_eq!(json(&offer(&world, &link).await, 200), expected);
    let link = make(&world, &owner, json!({})).await;
    assert_eq!(json(&offer(&world, &link).await, 200)["note"], Value::Null);
}

#[tokio::test]
async fn a_link_that_has_ended_offers_nothing() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let expired = make(&world, &owner, json!({"lifetime": "1h"})).await;
    let used_up = make(&world, &owner, json!({"uses": "once"})).await;
    let revoked = make(&world, &owner, json!({})).await;
    redeem(&world, &used_up, "lukasz@example.com").await;
    let reply = offer(&world, &used_up).await;
    let text = "This link has been used as often as it may be. Ask whoever sent it for a new one.";
    assert_error(&reply, (410, "share_link_used_up", text));
    let revoke = format!("/api/share/v1/links/{}/revoke", revoked["id"].as_str().unwrap());
    json(&post(&world, &owner, &revoke, "").await, 200);
    let text = "This link was taken back by whoever made it. Ask them for a new one.";
    assert_error(&offer(&world, &revoked).await, (410, "share_link_revoked", text));
    world.service.clock.advance(3599);
    json(&offer(&world, &expired).await, 200);
    world.service.clock.advance(1);
    let text = "This link has ended. Ask whoever sent it for a new one.";
    assert_error(&offer(&world, &expired).await, (410, "share_link_expired", text));
}

#[tokio::test]
async fn a_link_that_was_never_made_here_offers_nothing() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let link = make(&world, &owner, json!({})).await;
    let token = path_of(&link["url"]).strip_prefix("/share/").unwrap();
    let shortened = &token[..token.len() - 1];
    let other = if token.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("{other}{}", &token[1..]);
    for token in [shortened, &changed, "x", "%ff"] {
        let reply = get(&world, &owner, &format!("/api/share/v1/offers/{token}")).await;
        let text = "This link is not whole, or was never made here. Copy it again, or ask for a new one.";
        assert_error(&reply, (404, "share_link_invalid", text));
    }
}
