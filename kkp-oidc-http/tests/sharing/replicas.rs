//! Three replicas on one store file, and every request on the next one.

use crate::house::{DIALOG, House, JANE, LUKASZ, OWNER, Site, sharing};
use crate::person::{Person, assert_page, assert_refused, assert_shows, redirect};
use crate::redeem::{assert_file, download_of};
use crate::watched_store::WatchedStore;
use crate::world::{Service, link as kkp_link};
use kkp_oidc_http::SqliteStore;

/// A house whose site is three services, none of which knows more than its keys and the file.
struct Replicas {
    house: House,
    _more: Vec<Service>,
    _folder: tempfile::TempDir,
}

async fn replicas() -> Replicas {
    let folder = tempfile::tempdir().unwrap();
    let open = || WatchedStore::new(SqliteStore::open(folder.path().join("shares.db")).unwrap());
    let mut house = House::with(|setup, config| {
        setup.provider.revocation_endpoint = true;
        *config = sharing(open());
    })
    .await;
    let more: Vec<_> = (0..2).map(|_| house.replica(sharing(open()))).collect();
    house.store = open();
    let routers = more.iter().map(|service| service.router.clone()).chain([house.service.router.clone()]);
    house.site = Site::of(routers.collect());
    Replicas { house, _more: more, _folder: folder }
}

#[tokio::test]
async fn the_whole_walk_works_with_each_request_on_another_replica() {
    let Replicas { house, .. } = &replicas().await;
    // The number of requests is not divided by three, so that every step comes to every replica.
    for round in 0..3 {
        let mut owner = Person::new();
        let login = redirect(&owner.get(&house.site, DIALOG).await).to_owned();
        assert_eq!(redirect(&owner.log_in(&house.site, &login, OWNER).await), DIALOG);
        assert_page(&owner.get(&house.site, "/clusters").await, 200);
        assert_page(&owner.get(&house.site, DIALOG).await, 200);
        let link =
            owner.make_link(&house.site, &[("uses", "some"), ("uses_count", "2"), ("kind", "auth-provider")]).await;
        let mut lukasz = Person::new();
        let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
        for _ in 0..2 {
            assert_page(&lukasz.get(&house.site, &done).await, 200);
            assert_file(&lukasz.get(&house.site, &download_of(&done)).await, "lab7x9k2mp");
        }
        Person::new().get_in(&house.site, &link, JANE).await;
        assert_refused(&lukasz.get(&house.site, &link.path).await, 410, "share_link_used_up");
        assert_shows(&owner.get(&house.site, &link.page()).await, &["2 of 2 uses", LUKASZ, JANE]);
        redirect(&owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await);
        for _ in 0..3 {
            assert_refused(&lukasz.get(&house.site, &link.path).await, 410, "share_link_revoked");
        }
        let mut old = owner.clone();
        redirect(&owner.post(&house.site, "/logout", &[]).await);
        for _ in 0..3 {
            assert_eq!(redirect(&old.get(&house.site, "/links").await), "/login?to=links", "{round}");
        }
        let reply = lukasz.get(&house.site, &kkp_link()).await;
        let callback = lukasz.browser.log_in(redirect(&reply), LUKASZ).await;
        let file = lukasz.get(&house.site, &callback).await;
        assert_eq!(
            (file.status, file.header("content-disposition")),
            (200, "attachment; filename=kubeconfig-lab7x9k2mp")
        );
    }
    assert_eq!(house.provider.requests().revocation, 3);
    // Each of them asked for the metadata and the keys by itself.
    assert_eq!((house.provider.requests().discovery, house.provider.requests().jwks), (3, 3));
}

#[tokio::test]
async fn a_link_for_one_use_is_used_once_on_all_replicas_together() {
    let Replicas { house, .. } = &replicas().await;
    let link = house.link(&[("uses", "once")]).await;
    let mut people = Vec::new();
    for _ in 0..6 {
        let mut person = Person::new();
        let callback = person.callback(&house.site, &link, LUKASZ).await;
        people.push((person, callback));
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (mut person, callback) in people {
        let router = house.site.next().clone();
        tasks.spawn(async move { person.get_at(&router, &callback).await });
    }
    let mut statuses: Vec<_> = tasks.join_all().await.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses, house.uses(&link).await), (vec![303, 410, 410, 410, 410, 410], (1, 1)));
}

#[tokio::test]
async fn a_session_is_the_same_on_all_replicas_and_so_is_its_end() {
    let Replicas { house, .. } = &replicas().await;
    let mut owner = house.owner(OWNER).await;
    for _ in 0..20 {
        house.service.clock.advance(1380);
        assert_page(&owner.get(&house.site, "/links").await, 200);
    }
    house.service.clock.advance(1201);
    for _ in 0..3 {
        assert_eq!(redirect(&owner.get(&house.site, "/links").await), "/login?to=links");
    }
}

#[tokio::test]
async fn a_callback_whose_answer_was_lost_is_answered_again_by_another_replica() {
    let Replicas { house, .. } = &replicas().await;
    let link = house.link(&[("uses", "once")]).await;
    let mut lukasz = Person::new();
    let callback = lukasz.callback(&house.site, &link, LUKASZ).await;
    let tokens = house.provider.requests().token;
    let mut done = Vec::new();
    for _ in 0..3 {
        // With the cookies of before: the answer never came.
        let mut again = lukasz.clone();
        done.push(redirect(&again.get(&house.site, &callback).await).to_owned());
        assert_page(&again.get(&house.site, &done[0]).await, 200);
    }
    assert!(done.iter().all(|path| *path == done[0]), "{done:?}");
    // The code was presented once: a provider may revoke what it gave for one that comes twice.
    assert_eq!((house.provider.requests().token, house.uses(&link).await), (tokens + 1, (1, 1)));
}

#[tokio::test]
async fn of_two_replicas_that_get_a_callback_at_once_both_give_what_one_of_them_counted() {
    let house = House::new().await;
    let link = house.link(&[("uses", "once")]).await;
    let mut lukasz = Person::new();
    let callback = lukasz.callback(&house.site, &link, LUKASZ).await;
    let late = house.replica(sharing(house.store.clone()));
    let (mut first, mut second) = (lukasz.clone(), lukasz);
    // The second one looks at the link when the first one has used it up.
    let (told, go_on) = house.store.pause("find");
    let meanwhile = async {
        told.await.unwrap();
        let reply = first.get(&house.site, &callback).await;
        go_on.send(()).unwrap();
        reply
    };
    let (answered_again, answered) = tokio::join!(second.get_at(&late.router, &callback), meanwhile);
    assert_eq!(redirect(&answered_again), redirect(&answered));
    assert_page(&second.get_at(&late.router, redirect(&answered)).await, 200);
    assert_eq!(house.uses(&link).await, (1, 1));
}
