//! The OpenAPI document says what the API does.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use kkp_oidc_core::share::ShareForm;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::{LAB_LINKS, ORIGIN, OWNER, get, json, log_in, make, path_of, post, redeem, world};
use crate::world::World;

async fn document(world: &World) -> Value {
    json(&get(world, &Browser::new(), "/api/share/v1/openapi.json").await, 200)
}

#[tokio::test]
async fn the_document_says_where_the_api_is_and_how_one_logs_in() {
    let document = document(&world().await).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"], json!([{"url": ORIGIN}]));
    let cookie = json!({
        "type": "apiKey",
        "in": "cookie",
        "name": "kkp-session",
        "description": "Set by a login at `/login` in a browser; ended by `/logout`.",
    });
    assert_eq!(document["components"]["securitySchemes"], json!({"session": cookie}));
}

#[tokio::test]
async fn the_methods_of_each_path_are_those_that_it_allows() {
    let world = world().await;
    let document = document(&world).await;
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 14);
    for (path, item) in paths {
        let described: Vec<_> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        let path = path.replace(['{', '}'], "x");
        let reply = world.service.send(Request::delete(&path).body(Body::empty()).unwrap()).await;
        assert_eq!((reply.status, reply.header("allow")), (405, described.join(", ").as_str()), "{path}");
    }
}

#[tokio::test]
async fn what_is_described_as_the_form_is_what_core_reads() {
    let document = document(&world().await).await;
    let schema = &document["components"]["schemas"]["ShareForm"];
    let described: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    // serde names the fields that it knows.
    let error = serde_json::from_value::<ShareForm>(json!({"?": ""})).err().unwrap().to_string();
    let (_, known) = error.split_once("expected one of ").unwrap();
    let known: BTreeSet<_> = known.split(", ").map(|name| name.trim_matches('`').to_owned()).collect();
    assert_eq!(described, known);
    assert_eq!(schema["required"], Value::Null);
}

/// The schema of an answer of this operation.
fn schema<'a>(document: &'a Value, operation: &str, status: u16) -> &'a Value {
    let items = document["paths"].as_object().unwrap().values();
    let mut operations = items.flat_map(|item| item.as_object().unwrap().values());
    let found = operations.find(|found| found["operationId"] == operation).unwrap();
    &found["responses"][status.to_string()]["content"]["application/json"]["schema"]
}

/// Every schema that a value has to fit: what is referred to, and all parts of what is put together.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    if let Some(name) = schema["$ref"].as_str() {
        return parts(document, document.pointer(name.strip_prefix('#').unwrap()).unwrap());
    }
    match schema["allOf"].as_array() {
        Some(all) => all.iter().flat_map(|part| parts(document, part)).collect(),
        None => vec![schema],
    }
}

/// That the value has exactly the fields of its schema, at every depth, each of a type that it may have.
#[track_caller]
fn assert_described(document: &Value, schema: &Value, value: &Value, at: &str) {
    let parts = parts(document, schema);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    for part in &parts {
        let kinds = &part["type"];
        assert!(kinds == kind || kinds.as_array().is_some_and(|kinds| kinds.contains(&kind.into())), "{at}: {part}");
        if let Some(words) = part["enum"].as_array() {
            assert!(words.contains(value), "{at}: {value} of {words:?}");
        }
        for item in value.as_array().into_iter().flatten() {
            assert_described(document, &part["items"], item, &format!("{at}[]"));
        }
    }
    let Some(object) = value.as_object() else { return };
    let properties = parts.iter().flat_map(|part| part["properties"].as_object().into_iter().flatten());
    let properties: Vec<_> = properties.collect();
    let described: BTreeSet<_> = properties.iter().map(|(name, _)| name.as_str()).collect();
    let required = parts.iter().flat_map(|part| part["required"].as_array().into_iter().flatten());
    let required: BTreeSet<_> = required.map(|name| name.as_str().unwrap()).collect();
    let present: BTreeSet<_> = object.keys().map(String::as_str).collect();
    assert!(present.is_subset(&described), "{at}: {present:?} of {described:?}");
    assert!(required.is_subset(&present), "{at}: {required:?} in {present:?}");
    for (name, schema) in properties.into_iter().filter(|(name, _)| object.contains_key(*name)) {
        assert_described(document, schema, &object[name], &format!("{at}.{name}"));
    }
}

#[tokio::test]
async fn real_answers_have_exactly_the_fields_of_their_schemas() {
    let world = world().await;
    let document = document(&world).await;
    let owner = log_in(&world, OWNER).await;
    let full = json!({
        "people": "lukasz@example.com, @example.net, group:dev",
        "uses": "once",
        "role": "view",
        "note": "For Monday.",
    });
    let links = [make(&world, &owner, json!({})).await, make(&world, &owner, full).await];
    let paths = links.each_ref().map(|link| format!("/api/share/v1/links/{}", link["id"].as_str().unwrap()));
    let offers = links.each_ref().map(|link| path_of(&link["url"]).replace("/share/", "/api/share/v1/offers/"));
    let mut answers = vec![("createLink", 201, links[0].clone()), ("createLink", 201, links[1].clone())];
    let mut gets = vec![
        ("getSession", "/api/share/v1/session"),
        ("listClusters", "/api/share/v1/clusters"),
        ("listLinks", "/api/share/v1/links"),
        ("getFeatureGates", "/api/v2/featuregates"),
        ("getUiConfig", "/config.json"),
    ];
    gets.extend(offers.iter().map(|path| ("getOffer", path.as_str())));
    for (operation, path) in gets {
        answers.push((operation, 200, json(&get(&world, &owner, path).await, 200)));
    }
    assert_eq!(redeem(&world, &links[1], "lukasz@example.com").await.status, 303);
    for path in &paths {
        answers.push(("getLink", 200, json(&get(&world, &owner, path).await, 200)));
        answers.push(("revokeLink", 200, json(&post(&world, &owner, &format!("{path}/revoke"), "").await, 200)));
    }
    let wrong = json!({"lifetime": "31d"}).to_string();
    answers.push(("createLink", 422, json(&post(&world, &owner, LAB_LINKS, wrong).await, 422)));
    answers.push(("createLink", 400, json(&post(&world, &owner, LAB_LINKS, "[]").await, 400)));
    answers.push(("getOffer", 410, json(&get(&world, &owner, &offers[0]).await, 410)));
    let nobody = Browser::new();
    answers.push(("getSession", 401, json(&get(&world, &nobody, "/api/share/v1/session").await, 401)));
    for (operation, status, answer) in answers {
        assert_described(&document, schema(&document, operation, status), &answer, operation);
    }
}

#[tokio::test]
async fn refusals_are_described_by_their_codes() {
    let world = world().await;
    let document = document(&world).await;
    let described = |operation: &str| {
        let items = document["paths"].as_object().unwrap().values();
        let mut operations = items.flat_map(|item| item.as_object().unwrap().values());
        let found = operations.find(|found| found["operationId"] == operation).unwrap();
        let refusals = found["responses"].as_object().unwrap().iter();
        let refusals = refusals.filter(|(status, _)| !status.starts_with('2'));
        refusals
            .map(|(status, refusal)| format!("{status} {}", refusal["description"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let session = ["401 `session_ended`", "404 `not_found`", "429 `rate_limited`", "503 `share_store_unavailable`"];
    assert_eq!(described("getSession"), session);
    assert_eq!(described("getLink"), session);
    let create = [
        "400 `body_broken_off`, `body_malformed`",
        "401 `session_ended`",
        "403 `cross_site`",
        "404 `not_found`, `share_not_allowed`",
        "408 `body_too_slow`",
        "409 `too_many_links`",
        "413 `body_too_large`",
        "415 `body_not_json`",
        "422 `share_form`",
        "429 `rate_limited`",
        "503 `directory_unavailable`, `share_store_unavailable`",
    ];
    assert_eq!(described("createLink"), create);
}
