//! Links and requests that never get as far as the provider.

use axum::body::Body;
use axum::http::Request;
use kkp_oidc_http::dev_provider::RequestCounts;

use crate::browser::Browser;
use crate::world::{OWNER_ID, Reply, World, assert_error, link};

const NOT_FOUND: (u16, &str, &str) = (404, "not_found", "There is no such page.");
const SHARE_NOT_FOUND: (u16, &str, &str) = (
    404,
    "share_not_found",
    "This link does not lead to a shared cluster, or whoever made it may no longer share it. Ask for a new one.",
);

#[tokio::test]
async fn behind_a_closed_gate_there_is_nothing() {
    let world = World::with(|setup| setup.gates = "").await;
    let other = World::new().await;
    let mut browser = Browser::new();
    let location = browser.open(&other.service, &link()).await;
    let tampered = crate::browser::parameter(&location, "state").replace("Ac0", "Ac1");
    let mut answers = Vec::new();
    for path_and_query in [
        "/api/v1/kubeconfig".to_owned(),
        link(),
        "/api/v1/kubeconfig?code=c&state=s".to_owned(),
        format!("/api/v1/kubeconfig?code=c&state={tampered}"),
        "/api/v1/kubeconfig?code=c".to_owned(),
        "/api/v1/kubeconfig?error=access_denied".to_owned(),
        "/api/v1/kubeconfig?error_description=x".to_owned(),
        format!("/api/v1/kubeconfig?{}", "a".repeat(8193)),
    ] {
        answers.push(browser.get(&world.service, &path_and_query).await);
    }
    assert_error(&answers[0], NOT_FOUND);
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let request = Request::builder().method(method).uri(link()).body(Body::empty()).unwrap();
        assert_eq!(world.service.send(request).await, answers[0], "{method}");
    }
    let head = Request::head(link()).body(Body::empty()).unwrap();
    assert_eq!(world.service.send(head).await, Reply { body: String::new(), ..answers[0].clone() });
    assert_eq!(world.provider.requests(), RequestCounts::default());
}

#[tokio::test]
async fn callbacks_go_by_their_state_even_behind_a_closed_gate() {
    let world = World::with(|setup| setup.gates = "OIDCKubeCfgEndpoint=false").await;
    let mut open = crate::world::Setup::new();
    open.gates = "OIDCKubeCfgEndpoint=true";
    let open = open.service(world.provider.issuer());
    let mut browser = Browser::new();
    let location = browser.open(&open, &link()).await;
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    assert_eq!(browser.get(&world.service, &callback).await.status, 200);
}

#[tokio::test]
async fn only_get_is_answered_and_another_method_uses_nothing_up() {
    let world = World::new().await;
    let mut browser = Browser::new();
    let location = browser.open(&world.service, &link()).await;
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).next().unwrap();
    for path_and_query in [link(), callback.clone(), "/".to_owned(), "/healthz".to_owned()] {
        for method in ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let request = Request::builder().method(method).uri(&path_and_query).header("cookie", &cookie);
            // From elsewhere it would be refused for that.
            let request = request.header("sec-fetch-site", "same-origin");
            let reply = world.service.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(reply.answer(), (405, ""), "{method} {path_and_query}");
            assert_eq!(reply.header("allow"), "GET", "{method} {path_and_query}");
        }
    }
    assert_eq!(world.provider.requests().token, 0);
    assert_eq!(browser.get(&world.service, &callback).await.status, 200);
}

#[tokio::test]
async fn every_missing_parameter_is_named() {
    let world = World::new().await;
    let all = [("cluster_id", "lab7x9k2mp"), ("project_id", "lab"), ("user_id", OWNER_ID)];
    // Each bit says whether the parameter is there; all three is no error.
    for present in 0..7_u8 {
        for absent in [None, Some("")] {
            let is_there = |index: usize| present & (1 << index) != 0;
            let value = |index: usize, value| if is_there(index) { Some(value) } else { absent };
            let pairs = all
                .iter()
                .enumerate()
                .filter_map(|(index, (name, full))| value(index, *full).map(|value| format!("{name}={value}")));
            let query = pairs.collect::<Vec<_>>().join("&");
            let missing: Vec<_> = (0..3).filter(|&index| !is_there(index)).map(|index| all[index].0).collect();
            let message =
                format!("The link is not whole, it lacks {}. Copy it again from whoever sent it.", missing.join(", "));
            let reply = world.service.get(&format!("/api/v1/kubeconfig?{query}")).await;
            assert_error(&reply, (400, "parameter_missing", &message));
            assert_eq!(reply.all("set-cookie"), [""; 0]);
        }
    }
    let reply = world.service.get("/api/v1/kubeconfig").await;
    assert_eq!(reply.status, 400);
    assert_eq!(world.provider.requests(), RequestCounts::default());
}

#[tokio::test]
async fn whatever_does_not_exist_or_is_not_allowed_looks_the_same() {
    let world = World::new().await;
    let link = |cluster: &str, project: &str, user: &str| {
        format!("/api/v1/kubeconfig?cluster_id={cluster}&project_id={project}&user_id={user}")
    };
    let mut answers: Vec<(String, Reply)> = Vec::new();
    for link in [
        link("unknown", "lab", OWNER_ID),
        link("lab7x9k2mp", "unknown", OWNER_ID),
        link("lab7x9k2mp", "lab", "unknown"),
        link("lab7x9k2mp", "lab", "stranger"),
        link("lab7x9k2mp", "lab", "manager"),
        // A cluster that exists, under a project that exists, but not under this one.
        link("foreign8zz", "lab", OWNER_ID),
        link("lab7x9k2mp", "other", OWNER_ID),
        link("foreign8zz", "other", OWNER_ID),
        link("foreign8zz", "lab", "root"),
        link("lab7x9k2mp", "other", "root"),
        // What cannot name anything.
        link("../lab7x9k2mp", "lab", OWNER_ID),
        link("lab7x9k2mp", "la%00b", OWNER_ID),
        link("lab7x9k2mp", "lab", "owner%40example.com"),
        link("lab7x9k2mp%0d%0aset-cookie:a=b", "lab", OWNER_ID),
        link("l%C3%A4b", "lab", OWNER_ID),
        link("%ff", "lab", OWNER_ID),
        link(&"a".repeat(64), "lab", OWNER_ID),
        link("lab7x9k2mp", &"a".repeat(64), OWNER_ID),
        link("lab7x9k2mp", "lab", &"a".repeat(65)),
        link(&"a".repeat(4000), "lab", OWNER_ID),
    ] {
        answers.push((link.clone(), Browser::new().get(&world.service, &link).await));
    }
    assert_error(&answers[0].1, SHARE_NOT_FOUND);
    for (link, answer) in &answers {
        assert_eq!(answer, &answers[0].1, "{link}");
    }
    assert_eq!(world.provider.requests(), RequestCounts::default());
    for user in [OWNER_ID, "viewer", "root"] {
        assert_eq!(Browser::new().get(&world.service, &link("lab7x9k2mp", "lab", user)).await.status, 303, "{user}");
    }
    assert_eq!(Browser::new().get(&world.service, &link("foreign8zz", "other", "root")).await.status, 303);
}

#[tokio::test]
async fn a_query_is_bounded_inclusively() {
    let world = World::new().await;
    let of_len = |len: usize| {
        let link = link();
        let (path, query) = link.split_once('?').unwrap();
        format!("{path}?{query}&x={}", "x".repeat(len - query.len() - 3))
    };
    assert_eq!(Browser::new().get(&world.service, &of_len(8192)).await.status, 303);
    let reply = Browser::new().get(&world.service, &of_len(8193)).await;
    let too_long = (400, "request_too_long", "The link is too long. Ask whoever sent it for a new one.");
    assert_error(&reply, too_long);
}

#[tokio::test]
async fn headers_of_proxies_and_attackers_form_nothing() {
    let world = World::new().await;
    // The same randomness each time, so that whole answers can be compared.
    let mut answers = Vec::new();
    for (name, value) in [
        ("x-nothing", "nothing"),
        ("host", "attacker.example"),
        ("x-forwarded-host", "attacker.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "666"),
        ("x-forwarded-prefix", "/attacker"),
        ("x-forwarded-uri", "/attacker"),
        ("x-original-url", "/"),
        ("x-rewrite-url", "/"),
        ("forwarded", "host=attacker.example;proto=https"),
        ("origin", "https://attacker.example"),
        ("referer", "https://attacker.example"),
    ] {
        let service = crate::world::Setup::new().service(world.provider.issuer());
        let request = Request::get(link()).header(name, value).body(Body::empty()).unwrap();
        answers.push((name, service.send(request).await));
    }
    for (name, answer) in &answers {
        assert_eq!((answer.status, answer), (303, &answers[0].1), "{name}");
    }
}
