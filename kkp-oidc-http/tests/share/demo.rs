//! The demo: everything on embedded defaults.

use axum::body::Body;
use axum::http::Request;
use kkp_oidc_http::demo::Demo;
use kkp_oidc_http::router;

use crate::browser::Browser;
use crate::world::{OWNER_ID, Setup, send};

#[tokio::test]
async fn the_demo_page_leads_to_a_kubeconfig() {
    let (service_addr, provider_addr) = ("127.0.0.1:8080".parse().unwrap(), "127.0.0.1:0".parse().unwrap());
    let Setup { clock, entropy, .. } = Setup::new();
    let demo = Demo::start(service_addr, provider_addr, clock, entropy).await.unwrap();
    let router = router(demo.state());
    let page = send(&router, Request::get("/").body(Body::empty()).unwrap()).await;
    let links: Vec<_> = page
        .body
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0.replace("&#38;", "&").replace("&amp;", "&"))
        // The others lead to the page's own parts.
        .filter(|link| link.starts_with("http"))
        .collect();
    let share =
        format!("http://127.0.0.1:8080/api/v1/kubeconfig?project_id=demo&cluster_id=democ1u5tr&user_id={OWNER_ID}");
    assert_eq!((page.status, &links), (200, &vec![share.clone(), format!("{share}&oidc_kubelogin_enabled=true")]));
    for (link, user_entry) in links.iter().zip(["    auth-provider:", "    exec:"]) {
        let mut browser = Browser::new();
        let reply = send(&router, browser.request(&link["http://127.0.0.1:8080".len()..])).await;
        browser.keep_cookies(&reply);
        let callback = browser.log_in(reply.header("location"), "lukasz@example.com").await;
        let reply = send(&router, browser.request(&callback)).await;
        let lines: Vec<_> = reply.body.lines().collect();
        assert_eq!((reply.status, lines[13], lines[15]), (200, "- name: lukasz@example.com", user_entry));
    }
}
