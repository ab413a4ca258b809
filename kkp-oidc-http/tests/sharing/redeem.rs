//! From the button to the kubeconfig, and back to it for ten minutes.

use crate::house::{House, JANE, LUKASZ, OWNER};
use crate::person::{
    Person, assert_every_answers_headers, assert_hides, assert_page, assert_refused, assert_shows, redirect,
};
use crate::world::{CLIENT_SECRET, Reply};

#[track_caller]
pub(crate) fn assert_file(reply: &Reply, cluster: &str) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_every_answers_headers(reply, &["content-disposition", "content-length", "content-type"]);
    assert_eq!(reply.header("content-disposition"), format!("attachment; filename=kubeconfig-{cluster}"));
    assert_eq!(reply.header("content-type"), "application/octet-stream");
}

pub(crate) fn download_of(done: &str) -> String {
    done.replace("/done/", "/download/")
}

#[tokio::test]
async fn the_callback_leads_to_a_page_with_the_file() {
    let house = House::new().await;
    let people = [("who", "only"), ("people", "jane.roe@example.com, @hidden.example"), ("role", "view")];
    let link = house.link(&people).await;
    let mut jane = Person::new();
    let callback = jane.callback(&house.site, &link, JANE).await;
    let reply = jane.get(&house.site, &callback).await;
    let done = redirect(&reply).to_owned();
    let [handover, cleared] = reply.all("set-cookie")[..] else { panic!("{reply:?}") };
    let flow = done.strip_prefix("/share/done/").unwrap();
    let (handover, attributes) = handover.split_once("; ").unwrap();
    assert!(handover.starts_with(&format!("kkp-handover-{flow}=")), "{handover}");
    assert_eq!(attributes, "Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
    assert_eq!(cleared, format!("kkp-flow-{flow}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));

    let page = jane.get(&house.site, &done).await;
    assert_page(&page, 200);
    assert_shows(&page, &["<h1>Your kubeconfig for the lab</h1>", JANE, "kubeconfig-lab7x9k2mp"]);
    assert_shows(&page, &["14 November 2023, 22:23 UTC", "14 November 2023, 23:13 UTC"]);
    assert_shows(&page, &["<strong>Nothing in this file is secret.</strong>", "One step is left for the owner"]);
    assert_shows(&page, &["--clusterrole=view", "--user=Jane.Roe@Example.com"]);
    for shell in ["bash", "zsh", "fish", "powershell", "cmd"] {
        assert_shows(&page, &[&format!("id=\"shell-{shell}\""), &format!("id=\"{shell}-try\"")]);
    }
    assert_hides(&page, &["hidden.example", CLIENT_SECRET, link.token(), "eyJ"]);
    let file = jane.get(&house.site, &download_of(&done)).await;
    assert_file(&file, "lab7x9k2mp");
    // What is shown is the file.
    let escaped = file.body.replace('&', "&#38;").replace('\'', "&#39;").replace('"', "&#34;");
    assert_shows(&page, &[escaped.trim_end()]);
}

#[tokio::test]
async fn the_file_is_there_again_for_ten_minutes_in_this_browser() {
    let house = House::new().await;
    let link = house.link(&[("uses", "once")]).await;
    let mut lukasz = Person::new();
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    let download = download_of(&done);
    let mut files = Vec::new();
    for secs in [0, 300, 300] {
        house.service.clock.advance(secs);
        assert_page(&lukasz.get(&house.site, &done).await, 200);
        files.push(lukasz.get(&house.site, &download).await);
    }
    files.dedup();
    assert_eq!(files.len(), 1);
    assert_file(&files[0], "lab7x9k2mp");
    house.service.clock.advance(1);
    for path in [&done, &download] {
        let gone = lukasz.get(&house.site, path).await;
        assert_refused(&gone, 404, "kubeconfig_gone");
        assert_shows(&gone, &["for ten minutes"]);
    }
    assert_eq!(house.uses(&link).await, (1, 1));
}

#[tokio::test]
async fn another_browser_with_the_address_gets_nothing() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let (mut lukasz, mut jane) = (Person::new(), Person::new());
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    let others = jane.get_in(&house.site, &link, JANE).await;
    let mut owner = house.owner(OWNER).await;
    for path in [done.clone(), download_of(&done)] {
        for person in [&mut Person::new(), &mut jane, &mut owner] {
            assert_refused(&person.get(&house.site, &path).await, 404, "kubeconfig_gone");
        }
    }
    // Nor does the cookie of one's own flow under the other's name.
    let stolen = (format!("kkp-handover-{}", &done[12..]), jane.cookie("kkp-handover-").unwrap().to_owned());
    jane.browser.cookies.push(stolen);
    assert_refused(&jane.get(&house.site, &done).await, 404, "kubeconfig_gone");
    assert_page(&jane.get(&house.site, &others).await, 200);
    for odd in ["x", "%FF", "..%2F..", "AAAAAAAAAAAAAAAAAAAAAA"] {
        for page in ["done", "download"] {
            let reply = lukasz.get(&house.site, &format!("/share/{page}/{odd}")).await;
            assert_refused(&reply, 404, "kubeconfig_gone");
        }
    }
}

#[tokio::test]
async fn what_was_given_is_not_taken_back_from_the_page() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let mut lukasz = Person::new();
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    redirect(&owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await);
    assert_page(&lukasz.get(&house.site, &done).await, 200);
    assert_refused(&lukasz.get(&house.site, &link.path).await, 410, "share_link_revoked");
}

#[tokio::test]
async fn two_tabs_of_one_browser_do_not_disturb_each_other() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let one = owner.make_link(&house.site, &[("kind", "kubelogin")]).await;
    let two = owner.make_link(&house.site, &[("kind", "public-client")]).await;
    let mut lukasz = Person::new();
    let first = lukasz.callback(&house.site, &one, LUKASZ).await;
    let second = lukasz.callback(&house.site, &two, LUKASZ).await;
    let second = redirect(&lukasz.get(&house.site, &second).await).to_owned();
    let first = redirect(&lukasz.get(&house.site, &first).await).to_owned();
    for (done, has_secret) in [(first, true), (second, false)] {
        let file = lukasz.get(&house.site, &download_of(&done)).await;
        assert_file(&file, "lab7x9k2mp");
        assert_eq!(file.body.contains("--oidc-client-secret="), has_secret);
    }
    assert_eq!((house.uses(&one).await, house.uses(&two).await), ((1, 1), (1, 1)));
}

#[tokio::test]
async fn links_work_where_kkps_endpoint_is_off() {
    let house = House::with(|setup, _| setup.gates = "").await;
    let link = house.link(&[]).await;
    let mut lukasz = Person::new();
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    assert_page(&lukasz.get(&house.site, &done).await, 200);
    assert_refused(&lukasz.get(&house.site, &crate::world::link()).await, 404, "not_found");
}
