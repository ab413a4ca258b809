//! What KKP's dashboard asks, and links in its form that are closed.

use kkp_oidc_http::KkpLinks;

use crate::browser::Browser;
use crate::world::{Setup, World, assert_error, link};

const CLOSED: (u16, &str, &str) =
    (410, "kkp_links_closed", "Links of this kind are not answered any more. Ask whoever sent it for a new link.");

#[tokio::test]
async fn the_dashboard_is_told_the_gates_that_are_set_and_whether_to_show_a_button() {
    for (gates, links, told, button) in [
        ("", KkpLinks::Allow, "{}", false),
        ("OIDCKubeCfgEndpoint=true", KkpLinks::Allow, r#"{"oidcKubeCfgEndpoint":true}"#, true),
        ("OIDCKubeCfgEndpoint=true", KkpLinks::Warn, r#"{"oidcKubeCfgEndpoint":true}"#, true),
        ("OIDCKubeCfgEndpoint=true", KkpLinks::Deny, r#"{"oidcKubeCfgEndpoint":true}"#, false),
        (
            "OIDCKubeCfgEndpoint=false,OpenIDAuthPlugin=true,Other=true",
            KkpLinks::Allow,
            r#"{"oidcKubeCfgEndpoint":false,"openIDAuthPlugin":true}"#,
            false,
        ),
    ] {
        let mut setup = Setup::new();
        setup.gates = gates;
        setup.configure = Box::new(move |config| config.kkp_links = links);
        let service = setup.service("http://127.0.0.1:9/dex");
        let reply = service.get("/api/v2/featuregates").await;
        assert_eq!((reply.answer(), reply.header("content-type")), ((200, told), "application/json"));
        let reply = service.get("/config.json").await;
        let config = format!(r#"{{"share_kubeconfig":{button}}}"#);
        assert_eq!((reply.answer(), reply.header("content-type")), ((200, config.as_str()), "application/json"));
    }
}

#[tokio::test]
async fn links_that_are_closed_say_so_and_logins_that_began_before_are_answered() {
    let world = World::new().await;
    let mut browser = Browser::new();
    let location = browser.open(&world.service, &link()).await;
    let callback = browser.log_in(&location, "lukasz@example.com").await;

    let mut closed = Setup::new();
    closed.configure = Box::new(|config| config.kkp_links = KkpLinks::Deny);
    let closed = closed.service(world.provider.issuer());
    for link in [link().as_str(), "/api/v1/kubeconfig", "/api/v1/kubeconfig?project_id=x&cluster_id=y&user_id=z"] {
        assert_error(&closed.get(link).await, CLOSED);
    }
    assert_eq!(browser.get(&closed, &callback).await.status, 200);

    let mut off = Setup::new();
    off.gates = "";
    off.configure = Box::new(|config| config.kkp_links = KkpLinks::Deny);
    let off = off.service(world.provider.issuer());
    assert_error(&off.get(&link()).await, (404, "not_found", "There is no such page."));
}

#[tokio::test]
async fn links_that_are_frowned_on_work_and_are_named_in_the_log() {
    for (links, warned) in [(KkpLinks::Allow, false), (KkpLinks::Warn, true)] {
        let world = World::with(|setup| setup.configure = Box::new(move |config| config.kkp_links = links)).await;
        let reply = Browser::new().share(&world.service, &link(), "lukasz@example.com").await;
        assert_eq!(reply.status, 200);
        assert_eq!(world.service.log.text().contains("a link in KKP's form was opened"), warned);
    }
}
