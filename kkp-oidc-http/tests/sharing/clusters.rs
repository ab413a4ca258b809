//! Owners: from nobody to the list of what they may share.

use crate::browser::parameter;
use crate::house::{BASE, DIALOG, House, LUKASZ, OWNER, VIEWER};
use crate::person::{Person, assert_hides, assert_page, assert_refused, assert_shows, main_of, redirect};

#[tokio::test]
async fn an_owner_logs_in_on_the_way_to_their_clusters() {
    let house = House::new().await;
    let mut owner = Person::new();
    let reply = owner.get(&house.site, "/clusters").await;
    assert_eq!((redirect(&reply), reply.all("set-cookie")), ("/login?to=clusters", vec![]));
    let reply = owner.get(&house.site, "/login?to=clusters").await;
    let location = redirect(&reply).to_owned();
    assert!(location.starts_with(&format!("{}/auth?", house.provider.issuer())), "{location}");
    assert_eq!(parameter(&location, "redirect_uri"), format!("{BASE}/api/v1/kubeconfig"));
    // Nothing lasting is asked for, and nobody is asked whether that is fine.
    assert_eq!(parameter(&location, "scope"), "openid email groups");
    assert!(!location.contains("prompt="), "{location}");
    let (flow, attributes) = reply.header("set-cookie").split_once("; ").unwrap();
    assert!(flow.starts_with("kkp-flow-"), "{flow}");
    assert_eq!(attributes, "Path=/; Max-Age=600; HttpOnly; SameSite=Lax");

    let callback = owner.browser.log_in(&location, OWNER).await;
    let reply = owner.get(&house.site, &callback).await;
    assert_eq!(redirect(&reply), "/clusters");
    let [session, cleared] = reply.all("set-cookie")[..] else { panic!("{reply:?}") };
    let (name, _) = flow.split_once('=').unwrap();
    assert_eq!(cleared, format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    let (session, attributes) = session.split_once("; ").unwrap();
    assert!(session.starts_with("kkp-session="), "{session}");
    assert_eq!(attributes, "Path=/; Max-Age=28800; HttpOnly; SameSite=Lax");

    let page = owner.get(&house.site, "/clusters").await;
    assert_page(&page, 200);
    assert_shows(&page, &["<h1>Your clusters</h1>", "the lab", "second4k2m", OWNER, "action=\"/logout\""]);
    assert_shows(&page, &["href=\"/clusters/lab/lab7x9k2mp/share\"", "href=\"/clusters/lab/second4k2m/share\""]);
    assert_hides(&page, &["foreign8zz", "https://lab.example.com"]);
}

#[tokio::test]
async fn whoever_is_logged_in_goes_on_without_the_provider() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let before = house.provider.requests();
    for (login, page) in
        [("/login", "/clusters"), ("/login?to=links", "/links"), ("/login?project=lab&cluster=lab7x9k2mp", DIALOG)]
    {
        let reply = owner.get(&house.site, login).await;
        assert_eq!((redirect(&reply), reply.all("set-cookie")), (page, vec![]), "{login}");
    }
    assert_eq!(house.provider.requests(), before);
}

#[tokio::test]
async fn after_the_login_they_are_where_they_wanted_to_be() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    for page in ["/clusters", "/links", DIALOG, &link.page()] {
        let mut owner = Person::new();
        let login = redirect(&owner.get(&house.site, page).await).to_owned();
        assert_eq!(redirect(&owner.log_in(&house.site, &login, OWNER).await), page);
        assert_page(&owner.get(&house.site, page).await, 200);
    }
}

#[tokio::test]
async fn nobody_sees_what_they_may_not_share() {
    let house = House::new().await;
    let mut stranger = house.owner(LUKASZ).await;
    let page = stranger.get(&house.site, "/clusters").await;
    assert_page(&page, 200);
    assert_shows(&page, &["There is no cluster that you may share."]);
    assert_hides(&page, &["lab7x9k2mp", "the lab"]);
    // Not allowed, not there, not possible: one answer.
    let mut pages = Vec::new();
    for path in [
        DIALOG,
        "/clusters/lab/nothing/share",
        "/clusters/other/lab7x9k2mp/share",
        "/clusters/lab/..%2F..%2Fetc/share",
        "/clusters/lab/%FF/share",
    ] {
        let reply = stranger.get(&house.site, path).await;
        assert_refused(&reply, 404, "share_not_allowed");
        pages.push(main_of(&reply).to_owned());
        assert_refused(&stranger.post(&house.site, path, &[("who", "anyone")]).await, 404, "share_not_allowed");
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:?}");
    // A viewer of the project may; of another project's cluster nobody can.
    let mut viewer = house.owner(VIEWER).await;
    assert_page(&viewer.get(&house.site, DIALOG).await, 200);
    let foreign = viewer.get(&house.site, "/clusters/other/foreign8zz/share").await;
    assert_refused(&foreign, 404, "share_not_allowed");
}
