//! What the directory says while a link lives.

use crate::house::{DIALOG, House, LUKASZ, OWNER};
use crate::person::{Person, assert_page, assert_refused, redirect};
use crate::world::DIRECTORY;

fn without_the_right() -> String {
    DIRECTORY.replace("role: owners", "role: projectmanagers")
}

#[tokio::test]
async fn a_link_is_good_only_while_its_owner_may_share_the_cluster() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let mut lukasz = Person::new();
    let before = lukasz.callback(&house.site, &link, LUKASZ).await;
    house.directory.become_text(&without_the_right());
    assert_refused(&lukasz.get(&house.site, &link.path).await, 404, "share_not_found");
    assert_refused(&lukasz.get(&house.site, &link.login()).await, 404, "share_not_found");
    // Also for whoever was on the way; their code is not spent.
    let tokens = house.provider.requests().token;
    assert_refused(&lukasz.get(&house.site, &before).await, 404, "share_not_found");
    assert_eq!((house.uses(&link).await, house.provider.requests().token), ((0, 0), tokens));
    // A right that comes back makes it good again.
    house.directory.become_text(DIRECTORY);
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    assert_page(&lukasz.get(&house.site, &done).await, 200);
    // What was given out is still a matter of the right.
    house.directory.become_text(&without_the_right());
    assert_refused(&lukasz.get(&house.site, &done).await, 404, "share_not_found");
}

#[tokio::test]
async fn without_a_directory_nothing_is_shared() {
    let house = House::new().await;
    let (mut owner, mut lukasz) = (house.owner(OWNER).await, Person::new());
    let link = owner.make_link(&house.site, &[]).await;
    let callback = lukasz.callback(&house.site, &link, LUKASZ).await;
    house.directory.go_out();
    for path in ["/clusters", DIALOG] {
        assert_refused(&owner.get(&house.site, path).await, 503, "directory_unavailable");
    }
    assert_refused(&owner.post(&house.site, DIALOG, &[("who", "anyone")]).await, 503, "directory_unavailable");
    for path in [&link.path, &callback] {
        assert_refused(&lukasz.get(&house.site, path).await, 503, "directory_unavailable");
    }
    assert_eq!(house.uses(&link).await, (0, 0));
}

#[tokio::test]
async fn groups_of_the_owners_token_count_for_their_links() {
    let house = House::new().await;
    let by_group =
        DIRECTORY.replace("  - email: owner@example.com\n    role: owners", "  - group: owners\n    role: owners");
    assert_ne!(by_group, DIRECTORY);
    house.directory.become_text(&by_group);
    let link = house.link(&[]).await;
    let mut lukasz = Person::new();
    let done = redirect(&lukasz.redeem(&house.site, &link, LUKASZ).await).to_owned();
    assert_page(&lukasz.get(&house.site, &done).await, 200);
}
