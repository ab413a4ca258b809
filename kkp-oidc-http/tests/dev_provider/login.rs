//! The login form: what it says, and that an answer counts once.

use kkp_oidc_http::dev_provider::DevUser;
use reqwest::{Response, StatusCode};

use crate::lab::{Fields, Lab, NOW, callback, pairs, request};

fn choice(request_id: &str) -> Fields {
    Fields::default().with("request_id", request_id).with("user", "owner@example.com")
}

async fn problem(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let page = response.text().await.unwrap();
    let (_, rest) = page.split_once("<h1>Login not possible</h1>\n<p>").unwrap();
    (status, rest.split_once("</p>").unwrap().0.to_owned())
}

fn used_or_too_old() -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, "This login page was used already or is too old.".to_owned())
}

#[tokio::test]
async fn the_page_escapes_all_that_was_configured_and_runs_no_script() {
    let lab = Lab::with(|config| {
        let mut user = DevUser::new("\"><script>@example.com", "<b>&'").with_groups(["a", "<i>"]);
        user.email_verified = false;
        config.users = vec![user];
        config.clients[0].client_id = "<script>".to_owned();
    })
    .await;
    let response = lab.authorize(&request().but("client_id", "<script>")).await;
    let headers = ["content-security-policy", "cache-control", "referrer-policy", "x-content-type-options"]
        .map(|name| response.headers()[name].to_str().unwrap().to_owned());
    assert_eq!(
        headers,
        [
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
            "no-store",
            "no-referrer",
            "nosniff"
        ]
    );
    let page = response.text().await.unwrap();
    let (_, request_id) = page.split_once("name=\"request_id\" value=\"").unwrap();
    let request_id = request_id.split_once('"').unwrap().0.to_owned();
    assert_eq!(
        page,
        format!(
            r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Log in – development provider</title>
<link rel="stylesheet" href="/dex/style.css">
</head>
<body>
<header><strong>Development provider.</strong> Nobody needs a password here: never use it in production.</header>
<main>

<h1>Who are you?</h1>
<p><strong>&#60;script&#62;</strong> wants to know who you are. Choose a user to log in as.</p>
<form method="post" action="/dex/login">
<input type="hidden" name="request_id" value="{request_id}">
<ul>
<li><button class="user" name="user" value="&#34;&#62;&#60;script&#62;@example.com">
<span class="name">&#60;b&#62;&#38;&#39;</span>
<span class="email">&#34;&#62;&#60;script&#62;@example.com (not verified)</span>
<span class="groups">groups a, &#60;i&#62;</span>
</button></li>
</ul>
<button class="deny" name="deny" value="1">Deny: do not log in</button>
</form>

</main>
</body>
</html>"#
        )
    );
}

#[tokio::test]
async fn the_style_sheet_is_served_beside_the_pages() {
    let lab = Lab::new().await;
    let response = lab.http.get(lab.url("/style.css")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn denying_is_told_to_the_client_and_ends_the_request() {
    let lab = Lab::new().await;
    let request_id = lab.request_id(&request()).await;
    let denied = callback(&lab.submit(&choice(&request_id).with("deny", "1")).await);
    let expected = pairs([
        ("error", "access_denied"),
        ("error_description", "the user denied the request"),
        ("state", "st&te=ä"),
        ("iss", lab.provider.issuer()),
    ]);
    assert_eq!(denied, expected);
    assert_eq!(problem(lab.submit(&choice(&request_id)).await).await, used_or_too_old());
}

#[tokio::test]
async fn an_answer_needs_the_id_of_a_request_and_counts_once() {
    let lab = Lab::new().await;
    let request_id = lab.request_id(&request()).await;
    for unknown in ["", "x", &request_id[1..]] {
        assert_eq!(problem(lab.submit(&choice(unknown)).await).await, used_or_too_old());
    }
    let nobody = choice(&request_id).but("user", "nobody@example.com");
    let no_user = (StatusCode::BAD_REQUEST, "The form names no user of this provider.".to_owned());
    assert_eq!(problem(lab.submit(&nobody).await).await, no_user);
    callback(&lab.submit(&choice(&request_id)).await);
    assert_eq!(problem(lab.submit(&choice(&request_id)).await).await, used_or_too_old());
}

#[tokio::test]
async fn a_login_page_works_for_ten_minutes() {
    let lab = Lab::new().await;
    let [in_time, too_late] = [lab.request_id(&request()).await, lab.request_id(&request()).await];
    lab.clock.set(NOW + 600);
    callback(&lab.submit(&choice(&in_time)).await);
    lab.clock.set(NOW + 601);
    assert_eq!(problem(lab.submit(&choice(&too_late)).await).await, used_or_too_old());
}

#[tokio::test]
async fn of_more_than_a_thousand_login_pages_the_oldest_is_forgotten() {
    let lab = Lab::new().await;
    let [first, second] = [lab.request_id(&request()).await, lab.request_id(&request()).await];
    for _ in 0..999 {
        lab.request_id(&request()).await;
    }
    assert_eq!(problem(lab.submit(&choice(&first)).await).await, used_or_too_old());
    callback(&lab.submit(&choice(&second)).await);
}

#[tokio::test]
async fn forms_are_bounded_in_size() {
    let lab = Lab::new().await;
    let padded = |len: usize| Fields::default().with("p", &"a".repeat(len - 2));
    assert_eq!(lab.submit(&padded(65_536)).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(lab.submit(&padded(65_537)).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
