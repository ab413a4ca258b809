//! Owners and the links that they made.

use std::sync::Arc;

use kkp_oidc_core::UnixTime;
use kkp_oidc_http::{Revoked, ShareStore as _, SqliteStore};

use crate::house::{BASE, House, LUKASZ, OWNER, VIEWER};
use crate::person::{Person, assert_hides, assert_page, assert_refused, assert_shows, redirect};
use crate::world::{DIRECTORY, NOW, Reply};

#[tokio::test]
async fn the_page_of_a_link_has_it_and_says_what_it_allows() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let fields = [
        ("who", "only"),
        ("people", "lukasz@example.com, @example.org, group:ops"),
        ("uses", "some"),
        ("uses_count", "3"),
    ];
    let more = [("role", "view"), ("note", "have fun")];
    let link = owner.make_link(&house.site, &[&fields[..], &more].concat()).await;
    let made = owner.get(&house.site, &format!("{}?made", link.page())).await;
    assert_page(&made, 200);
    let url = format!("value=\"{BASE}{}\" readonly", link.path);
    assert_shows(&made, &["The link is made.", &url, "<svg class=\"qr\"", "0 of 3 uses", "<code>view</code>"]);
    assert_shows(
        &made,
        &["<li>lukasz@example.com</li><li>@example.org</li><li>group:ops</li>", "have fun", "Nobody yet."],
    );
    assert_shows(&made, &["14 November 2023, 23:13 UTC", "kubelogin, nothing secret in the file"]);

    Person::new().get_in(&house.site, &link, LUKASZ).await;
    let page = owner.get(&house.site, &link.page()).await;
    assert_page(&page, 200);
    assert_shows(&page, &["1 of 3 uses", "<td role=\"cell\">lukasz@example.com</td>", "This link can be used."]);
    assert_hides(&page, &["The link is made.", "Nobody yet."]);

    let list = owner.get(&house.site, "/links").await;
    assert_page(&list, 200);
    assert_shows(&list, &[&format!("<a href=\"{}\">the lab</a>", link.page()), "1 of 3 uses"]);
    // The list may be seen over somebody's shoulder.
    assert_hides(&list, &[link.token(), "@example.org", LUKASZ]);
}

#[tokio::test]
async fn others_links_are_answered_like_none() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let mut other = house.owner(VIEWER).await;
    let nothing = "AAAAAAAAAAAAAAAAAAAAAA";
    let mut bodies = Vec::new();
    for id in [&link.id.to_string(), nothing, "x", "%FF", "..%2F.."] {
        let page = other.get(&house.site, &format!("/links/{id}")).await;
        assert_refused(&page, 404, "not_found");
        bodies.push(page.body);
        let revoked = other.post(&house.site, &format!("/links/{id}/revoke"), &[]).await;
        assert_refused(&revoked, 404, "not_found");
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(house.stored(&link).await.revoked_at, None);
    let list = other.get(&house.site, "/links").await;
    assert_shows(&list, &["You have made no link yet."]);
}

#[tokio::test]
async fn a_link_that_is_taken_back_stays_so_and_the_first_time_counts() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let page = format!("{}?revoked", link.page());
    for secs in [1, 10] {
        house.service.clock.advance(secs);
        let reply = owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await;
        assert_eq!(redirect(&reply), page);
        assert_eq!(house.stored(&link).await.revoked_at, Some(UnixTime::from_secs(NOW + 1)));
    }
    let reply = owner.get(&house.site, &page).await;
    assert_page(&reply, 200);
    assert_shows(&reply, &["The link is taken back.", "You took this link back; nobody can use it."]);
    assert_hides(&reply, &[link.token(), "Yes, take it back", "<svg class=\"qr\""]);
    assert_refused(&Person::new().get(&house.site, &link.path).await, 410, "share_link_revoked");
}

#[tokio::test]
async fn links_can_be_taken_back_without_the_directory_and_without_the_right() {
    for change in ["out", "without"] {
        let house = House::new().await;
        let mut owner = house.owner(OWNER).await;
        let link = owner.make_link(&house.site, &[]).await;
        match change {
            "out" => house.directory.go_out(),
            _ => house.directory.become_text(&DIRECTORY.replace("role: owners", "role: projectmanagers")),
        }
        for path in ["/links", &link.page()] {
            let page = owner.get(&house.site, path).await;
            assert_page(&page, 200);
            // By its id: whoever may not see the cluster does not learn its name.
            assert_shows(&page, &["lab7x9k2mp"]);
            assert_hides(&page, &["the lab"]);
        }
        redirect(&owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await);
        assert_eq!(house.stored(&link).await.revoked_at, Some(UnixTime::from_secs(NOW)), "{change}");
    }
}

#[tokio::test]
async fn whoever_writes_their_address_otherwise_is_no_other_owner() {
    let house = House::with(|setup, _| {
        for email in ["OWNER@example.com", "ow\u{212a}er@example.com", "owKer@example.com"] {
            setup.provider.users.push(kkp_oidc_http::dev_provider::DevUser::new(email, "Somebody"));
        }
    })
    .await;
    let link = house.link(&[]).await;
    assert_page(&house.owner("OWNER@example.com").await.get(&house.site, &link.page()).await, 200);
    // KELVIN SIGN becomes a `k` in lower case, and belongs to somebody else.
    house.directory.become_text(&DIRECTORY.replace("owner@example.com", "owker@example.com"));
    let mut real = house.owner("owKer@example.com").await;
    let link = real.make_link(&house.site, &[]).await;
    let mut other = house.owner("ow\u{212a}er@example.com").await;
    assert_refused(&other.get(&house.site, &link.page()).await, 404, "not_found");
    assert_shows(&other.get(&house.site, "/links").await, &["You have made no link yet."]);
}

#[tokio::test]
async fn a_link_that_cannot_be_read_hides_no_other_and_is_taken_back_by_its_owner_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shares.db");
    let store = Arc::new(SqliteStore::open(&path).unwrap());
    let house = House::with(|_, sharing| sharing.store = store.clone()).await;
    let (mut owner, mut other) = (house.owner(OWNER).await, house.owner(VIEWER).await);
    let link = owner.make_link(&house.site, &[]).await;
    let [other_link, good] = [owner.make_link(&house.site, &[]).await, owner.make_link(&house.site, &[]).await];
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("UPDATE shares SET document = '{}' WHERE id = ?1", [link.id.as_bytes()]).unwrap();
    assert_refused(&owner.get(&house.site, &link.page()).await, 503, "share_store_unavailable");
    assert_refused(&Person::new().get(&house.site, &link.path).await, 503, "share_store_unavailable");
    // Not even that it cannot be read is told to anybody else.
    assert_refused(&other.get(&house.site, &link.page()).await, 404, "not_found");

    // The same by the API.
    let listed = |reply: Reply| serde_json::from_str::<serde_json::Value>(&reply.body).unwrap();
    let by_api = format!("/api/share/v1/links/{}", other_link.id);
    raw.execute("UPDATE shares SET document = '{}' WHERE id = ?1", [other_link.id.as_bytes()]).unwrap();
    let list = listed(owner.get(&house.site, "/api/share/v1/links").await);
    assert_eq!(list["unreadable"], serde_json::json!([other_link.id.to_string(), link.id.to_string()]));
    assert_eq!(list["links"].as_array().unwrap().len(), 1);
    assert_eq!(other.post(&house.site, &format!("{by_api}/revoke"), &[]).await.status, 404);
    let reply = owner.post(&house.site, &format!("{by_api}/revoke"), &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    let list = listed(owner.get(&house.site, "/api/share/v1/links").await);
    assert_eq!(list["unreadable"], serde_json::json!([link.id.to_string()]));

    let revoke = format!("{}/revoke", link.page());
    let list = owner.get(&house.site, "/links").await;
    assert_page(&list, 200);
    assert_shows(&list, &["A link cannot be read", &format!("action=\"{revoke}\""), &good.page()]);
    assert_refused(&other.post(&house.site, &revoke, &[]).await, 404, "not_found");
    house.service.clock.advance(1);
    assert_eq!(redirect(&owner.post(&house.site, &revoke, &[]).await), "/links");
    let list = owner.get(&house.site, "/links").await;
    assert_hides(&list, &["cannot be read", &link.id.to_string()]);
    assert_shows(&list, &[&good.page()]);
    let before = Revoked::Before(UnixTime::from_secs(NOW + 1));
    assert_eq!(store.revoke(link.id, UnixTime::from_secs(NOW + 2)).await, Ok(before));
    assert_eq!(store.revoke(good.id, UnixTime::from_secs(NOW + 2)).await, Ok(Revoked::Now));
}
