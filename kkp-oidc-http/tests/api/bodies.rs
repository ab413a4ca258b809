//! Bodies that are no forms, and forms that are wrong.

use axum::http::{HeaderValue, header};
use serde_json::{Value, json};

use crate::client::{ANYONE, LAB_LINKS, OWNER, get, json, log_in, post, request, world};
use crate::interrupted::Interrupted;
use crate::world::assert_error;

/// 64 KiB, as docs/api.md says.
const MAX_BODY_LEN: usize = 65_536;

fn malformed(column: usize) -> String {
    format!(
        "The body cannot be used from line 1, column {column} on: it is no JSON, or has a field that is unknown or of \
         another type there."
    )
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_with_the_place() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    for (body, column) in [
        ("", 0),
        ("{", 1),
        ("{} {}", 4),
        ("null", 4),
        ("\"anyone\"", 8),
        ("[]", 0),
        // What serde would take for a form: the fields in the order of the source.
        (r#"["anyone", "", "", "", "", "1h", "", "", "", "", ""]"#, 0),
        (r#"{"lifetime": 3600}"#, 17),
        (r#"{"note": null}"#, 13),
        (r#"{"emails": ["a@example.com"]}"#, 11),
        (r#"{"note": "a", "note": "b"}"#, 20),
        (r#"{"Note": "a"}"#, 7),
        (r#"{"user_entry": "kubelogin", "owner": "root@example.com"}"#, 35),
        ("audience=anyone", 1),
    ] {
        let reply = post(&world, &owner, LAB_LINKS, body).await;
        assert_error(&reply, (400, "body_malformed", &malformed(column)));
    }
    assert_eq!(json(&get(&world, &owner, "/api/share/v1/links").await, 200), json!({"links": [], "unreadable": []}));
}

#[tokio::test]
async fn a_body_may_have_64_kib_and_not_a_byte_more() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let padded = |len: usize| format!("{ANYONE}{}", " ".repeat(len - ANYONE.len()));
    json(&post(&world, &owner, LAB_LINKS, padded(MAX_BODY_LEN)).await, 201);
    let reply = post(&world, &owner, LAB_LINKS, padded(MAX_BODY_LEN + 1)).await;
    assert_error(&reply, (413, "body_too_large", "The body has more than 65536 bytes. Send fewer."));
}

#[tokio::test]
async fn a_body_has_to_be_announced_as_json() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let refused =
        (415, "body_not_json", "The body is not announced as JSON. Send it with `Content-Type: application/json`.");
    for announced in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json", ""] {
        let mut request = request(&owner, LAB_LINKS, ANYONE);
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(announced));
        assert_error(&world.service.send(request).await, refused);
    }
    let mut nothing = request(&owner, LAB_LINKS, ANYONE);
    nothing.headers_mut().remove(header::CONTENT_TYPE);
    assert_error(&world.service.send(nothing).await, refused);
    for announced in ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"] {
        let mut request = request(&owner, LAB_LINKS, ANYONE);
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(announced));
        json(&world.service.send(request).await, 201);
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_to_its_end_is_told_from_one_that_is_wrong() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let part = "{\"note\": ";
    let reply = post(&world, &owner, LAB_LINKS, Interrupted::breaks_off_after(part)).await;
    assert_error(&reply, (400, "body_broken_off", "The body ended early. Send it again."));
    // Time passes by itself from here on, whenever nothing else happens.
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let reply = post(&world, &owner, LAB_LINKS, Interrupted::waits_after(part)).await;
    assert_error(&reply, (408, "body_too_slow", "The body did not arrive within 10 s. Send it again."));
    assert_eq!(started.elapsed().as_secs(), 10);
}

/// The answer to a form with these problems.
fn refused(problems: &[(&str, &str)]) -> Value {
    let fields: Vec<_> = problems.iter().map(|(field, message)| json!({"field": field, "message": message})).collect();
    json!({
        "error": {"code": 422, "message": "No link was made, some fields are wrong: see `fields`."},
        "code": "share_form",
        "fields": fields,
    })
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_form_is_told_at_once() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let audience = ("audience", "expected `anyone`, or somebody in `people`, `emails`, `domains` or `groups`");
    let lifetime = ("lifetime", "expected a whole number with h or d, from `1h` to `30d`");
    let choice = ("uses", "expected `once`, `count` or `unlimited`");
    let count = ("use_count", "expected a whole number from 1 to 10000");
    let entry = ("user_entry", "this installation does not offer that kind of kubeconfig");
    for (form, problems) in [
        (json!({}), vec![audience]),
        (json!({"people": " ", "lifetime": "31d"}), vec![audience, lifetime]),
        (json!({"audience": "anyone", "lifetime": "31d"}), vec![lifetime]),
        (json!({"audience": "anyone", "lifetime": "59m"}), vec![lifetime]),
        (json!({"audience": "anyone", "uses": "twice"}), vec![choice]),
        (json!({"audience": "anyone", "uses": "count"}), vec![count]),
        (json!({"audience": "anyone", "use_count": "0"}), vec![count]),
        (json!({"audience": "anyone", "use_count": "10001"}), vec![count]),
        (json!({"audience": "anyone", "user_entry": "public-kubelogin"}), vec![entry]),
        (json!({"audience": "all"}), vec![("audience", "expected `anyone` or `only`")]),
        (
            json!({"audience": "anyone", "emails": "a@example.com"}),
            vec![(
                "audience",
                "the link is for anyone, but addresses, domains or groups are given, expected one of both",
            )],
        ),
        (
            json!({"audience": "all", "lifetime": "never", "uses": "twice", "user_entry": "password"}),
            vec![("audience", "expected `anyone` or `only`"), lifetime, choice, entry],
        ),
    ] {
        let reply = post(&world, &owner, LAB_LINKS, form.to_string()).await;
        assert_eq!(json(&reply, 422), refused(&problems), "{form}");
    }
    assert_eq!(json(&get(&world, &owner, "/api/share/v1/links").await, 200), json!({"links": [], "unreadable": []}));
}
