//! The provider's keys: cached, rotated, and not asked for again and again.

use kkp_oidc_http::dev_provider::{Fault, OldKeys};

use crate::browser::Browser;
use crate::world::{World, link};

async fn status(world: &World) -> u16 {
    Browser::new().share(&world.service, &link(), "lukasz@example.com").await.status
}

#[tokio::test]
async fn logins_go_on_over_a_rotation() {
    for old_keys in [OldKeys::Keep, OldKeys::Drop] {
        let world = World::new().await;
        for _ in 0..3 {
            assert_eq!(status(&world).await, 200);
        }
        assert_eq!(world.provider.requests().jwks, 1);
        world.provider.rotate_keys(old_keys);
        world.service.clock.advance(10);
        for _ in 0..3 {
            assert_eq!(status(&world).await, 200, "{old_keys:?}");
        }
        assert_eq!(world.provider.requests().jwks, 2);
    }
}

#[tokio::test]
async fn unknown_keys_make_one_fetch_in_ten_seconds() {
    let world = World::new().await;
    assert_eq!(status(&world).await, 200);
    world.provider.set_fault(Fault::UnknownKid);
    let mut fetches = Vec::new();
    for secs in [9, 1, 0, 9, 1, 0] {
        world.service.clock.advance(secs);
        for _ in 0..5 {
            assert_eq!(status(&world).await, 401);
        }
        fetches.push(world.provider.requests().jwks);
    }
    assert_eq!(fetches, [1, 2, 2, 2, 3, 3]);
    // The good keys are still there.
    world.provider.clear_fault();
    assert_eq!(status(&world).await, 200);
    assert_eq!(world.provider.requests().jwks, 3);
}

#[tokio::test]
async fn known_keys_carry_logins_through_an_outage_of_the_key_set() {
    let world = World::new().await;
    assert_eq!(status(&world).await, 200);
    world.provider.set_fault(Fault::JwksServerError);
    for (secs, expected) in [(601, 200), (85_799, 200), (1, 401)] {
        world.service.clock.advance(secs);
        assert_eq!(status(&world).await, expected);
    }
    world.provider.clear_fault();
    world.service.clock.advance(10);
    assert_eq!(status(&world).await, 200);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_hide_new_keys() {
    let world = World::new().await;
    assert_eq!(status(&world).await, 200);
    world.service.clock.advance(-3600);
    world.provider.rotate_keys(OldKeys::Drop);
    assert_eq!(status(&world).await, 200);
}
