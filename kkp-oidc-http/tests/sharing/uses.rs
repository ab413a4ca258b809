//! How often a link is used, whatever happens at the same time.

use kkp_oidc_http::CALLBACK_BUDGET;
use tokio::task::JoinSet;

use crate::house::{House, JANE, LUKASZ, OWNER};
use crate::person::{Person, assert_page, assert_refused, redirect};

#[tokio::test]
async fn a_link_for_three_uses_gives_three_to_five_at_once() {
    let house = House::new().await;
    let link = house.link(&[("uses", "some"), ("uses_count", "3")]).await;
    let mut people = Vec::new();
    for _ in 0..5 {
        let mut person = Person::new();
        let callback = person.callback(&house.site, &link, LUKASZ).await;
        people.push((person, callback));
    }
    let mut tasks = JoinSet::new();
    for (mut person, callback) in people {
        let router = house.service.router.clone();
        tasks.spawn(async move {
            let reply = person.get_at(&router, &callback).await;
            (person, reply)
        });
    }
    let mut given = 0;
    while let Some(ended) = tasks.join_next().await {
        let (mut person, reply) = ended.unwrap();
        match reply.status {
            303 => {
                given += 1;
                let done = redirect(&reply).to_owned();
                assert_page(&person.get(&house.site, &done).await, 200);
            }
            _ => {
                assert_refused(&reply, 410, "share_link_used_up");
                assert_eq!(person.cookie("kkp-handover-"), None);
            }
        }
    }
    assert_eq!((given, house.uses(&link).await), (3, (3, 3)));
}

#[tokio::test]
async fn a_link_for_one_use_is_used_up_at_every_step() {
    let house = House::new().await;
    let link = house.link(&[("uses", "once")]).await;
    let mut late = Person::new();
    let callback = late.callback(&house.site, &link, JANE).await;
    Person::new().get_in(&house.site, &link, LUKASZ).await;
    let tokens = house.provider.requests().token;
    for reply in [
        late.get(&house.site, &callback).await,
        late.get(&house.site, &link.path).await,
        late.get(&house.site, &link.login()).await,
    ] {
        assert_refused(&reply, 410, "share_link_used_up");
    }
    assert_eq!((house.uses(&link).await, house.provider.requests().token), ((1, 1), tokens));
    let mut owner = house.owner(OWNER).await;
    crate::person::assert_shows(&owner.get(&house.site, &link.page()).await, &["1 of 1 use<", LUKASZ]);
}

#[tokio::test]
async fn a_callback_that_comes_twice_is_one_use() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let mut lukasz = Person::new();
    let callback = lukasz.callback(&house.site, &link, LUKASZ).await;
    let tokens = house.provider.requests().token;
    // Both at once, as a double click sends them: with the same cookies.
    let (mut one, mut two) = (lukasz.clone(), lukasz.clone());
    let router = &house.service.router;
    let (first, second) = tokio::join!(one.get_at(router, &callback), two.get_at(router, &callback));
    assert_eq!(redirect(&first), redirect(&second));
    for person in [&mut one, &mut two] {
        assert_page(&person.get(&house.site, redirect(&first)).await, 200);
        assert_eq!(person.cookie("kkp-flow-"), None);
    }
    // And once more, later: the answer was lost.
    house.service.clock.advance(60);
    let mut lost = lukasz.clone();
    assert_eq!(redirect(&lost.get(&house.site, &callback).await), redirect(&first));
    assert_page(&lost.get(&house.site, redirect(&first)).await, 200);
    assert_eq!((house.uses(&link).await, house.provider.requests().token), ((1, 1), tokens + 1));

    // A cookie of a flow can be one that somebody else has put into the browser, who then asks for the same: without the code that
    // came with the login they get nothing.
    let (planted, _) = callback.split_once("code=").unwrap();
    let rest = callback.split_once("code=").unwrap().1.split_once('&').map_or("", |(_, rest)| rest);
    for stolen in [format!("{planted}code=x&{rest}"), format!("{planted}error=access_denied&{rest}")] {
        let mut thief = lukasz.clone();
        assert_refused(&thief.get(&house.site, &stolen).await, 400, "flow_used");
        assert_eq!(thief.cookie("kkp-handover-"), None);
    }
    // Whoever has the answer has no cookie of the flow any more; whoever finds the address never had one.
    for person in [&mut one, &mut Person::new()] {
        assert_refused(&person.get(&house.site, &callback).await, 400, "flow_used");
    }
    // By then the kubeconfig is gone as well.
    house.service.clock.advance(541);
    assert_refused(&lukasz.get(&house.site, &callback).await, 400, "flow_expired");
}

#[tokio::test]
async fn a_callback_that_was_refused_stays_refused_when_it_comes_again() {
    let house = House::new().await;
    let link = house.link(&[("uses", "once")]).await;
    let (mut late, mut quick) = (Person::new(), Person::new());
    let callback = late.callback(&house.site, &link, JANE).await;
    let (told, go_on) = house.store.pause("redeem");
    let (mut one, mut two) = (late.clone(), late);
    let others = async {
        told.await.unwrap();
        quick.get_in(&house.site, &link, LUKASZ).await;
        go_on.send(()).unwrap();
    };
    let (first, ()) = tokio::join!(one.get(&house.site, &callback), others);
    assert_refused(&first, 410, "share_link_used_up");
    assert_refused(&two.get(&house.site, &callback).await, 400, "flow_used");
    assert_eq!(house.uses(&link).await, (1, 1));
}

#[tokio::test]
async fn whoever_comes_again_uses_the_link_again() {
    let house = House::new().await;
    let link = house.link(&[("uses", "some"), ("uses_count", "2")]).await;
    let mut lukasz = Person::new();
    let one = lukasz.get_in(&house.site, &link, LUKASZ).await;
    let two = lukasz.get_in(&house.site, &link, LUKASZ).await;
    for done in [one, two] {
        assert_page(&lukasz.get(&house.site, &done).await, 200);
    }
    assert_eq!(house.uses(&link).await, (2, 2));
    assert_refused(&lukasz.get(&house.site, &link.path).await, 410, "share_link_used_up");
}

#[tokio::test]
async fn a_use_that_the_store_counts_late_is_given_out() {
    let house = House::new().await;
    let link = house.link(&[("uses", "once")]).await;
    let mut lukasz = Person::new();
    let callback = lukasz.callback(&house.site, &link, LUKASZ).await;
    let (told, go_on) = house.store.pause("redeem");
    let slow = async {
        told.await.unwrap();
        tokio::time::pause();
        // Whoever measures that time would notice now.
        tokio::time::sleep(CALLBACK_BUDGET * 2).await;
        tokio::time::resume();
        go_on.send(()).unwrap();
    };
    let (reply, ()) = tokio::join!(lukasz.get(&house.site, &callback), slow);
    assert_page(&lukasz.get(&house.site, redirect(&reply)).await, 200);
    assert_eq!(house.uses(&link).await, (1, 1));
}
