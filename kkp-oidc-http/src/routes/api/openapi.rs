//! The OpenAPI document. It is made of the routes' and answers' own types; refusals come from the table of errors.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::issuer::CookieSecurity;
use kkp_oidc_core::share::{ShareForm as CoreForm, ShareState, ShareTokenError};
use serde_json::to_value;
use utoipa::OpenApi;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Content, Ref, ResponseBuilder, Server};

use crate::body::BodyError;
use crate::directory::DirectoryUnavailable;
use crate::error::{ErrorBody, LoginError};
use crate::limits::RateLimited;
use crate::routes::{dashboard, health, kubeconfig};
use crate::state::AppState;
use crate::store::StoreUnavailable;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "kkp-oidc",
        description = "Share links of Kubernetes clusters. docs/api.md tells how to log in and what stays stable.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "share", description = "Share links"),
        (name = "kkp", description = "What KKP's dashboard and its links ask for"),
        (name = "health", description = "Probes"),
    ),
    paths(
        super::session, super::clusters, super::links::create, super::links::all, super::links::one,
        super::links::revoke, super::offer::get, get, kubeconfig::any, dashboard::feature_gates,
        dashboard::ui_config, health::alive, health::ready,
    ),
    components(schemas(ErrorBody)),
)]
struct Document;

/// This document
#[utoipa::path(
    get,
    path = "/api/share/v1/openapi.json",
    tag = "share",
    operation_id = "getOpenApi",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)),
)]
pub(super) async fn get(State(state): State<AppState>) -> Json<utoipa::openapi::OpenApi> {
    let config = state.oidc().config();
    let cookie = match config.cookie_security() {
        CookieSecurity::Plain => "kkp-session",
        _ => "__Host-kkp-session",
    };
    Json(document(config.redirect_uri().public_base_url(), cookie))
}

fn document(base: &str, cookie: &str) -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.servers = Some(vec![Server::new(base)]);
    let session = ApiKeyValue::with_description(cookie, "Set by a login at `/login` in a browser; ended by `/logout`.");
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    let paths = &mut document.paths.paths;
    if let Some(mut health) = paths.get("/healthz").cloned() {
        if let Some(operation) = &mut health.get {
            operation.operation_id = Some("getHealthAsKkp".to_owned());
        }
        paths.insert("/api/v1/healthz".to_owned(), health);
    }
    for item in paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            refusals(operation.operation_id.as_deref().unwrap_or_default())
                .iter()
                .for_each(|error| add(operation, error));
        }
    }
    document
}

/// How an operation can be refused.
fn refusals(operation_id: &str) -> Vec<LoginError> {
    let limited = || RateLimited::of("pages", Duration::from_secs(1)).into();
    let store = || StoreUnavailable::new("").into();
    let directory = || DirectoryUnavailable::new("").into();
    let session = || vec![limited(), store(), LoginError::NoPage, LoginError::SessionEnded];
    let with = |mut errors: Vec<LoginError>, more: Vec<LoginError>| {
        errors.extend(more);
        errors
    };
    match operation_id {
        "getHealth" | "getHealthAsKkp" | "getReadiness" => Vec::new(),
        "getSession" => session(),
        "listClusters" => with(session(), vec![directory()]),
        "listLinks" => session(),
        "getLink" => with(session(), vec![LoginError::NoSuchLink]),
        "revokeLink" => with(session(), vec![LoginError::NoSuchLink, LoginError::CrossSite]),
        "createLink" => {
            let bodies = [
                BodyError::NotJson,
                BodyError::TooLarge,
                BodyError::TooSlow,
                BodyError::BrokenOff,
                BodyError::Malformed { line: 1, column: 2 },
            ];
            let wrong = CoreForm { lifetime: "31d".to_owned(), ..CoreForm::default() }.parse(&[]);
            let mut errors = with(session(), vec![directory(), LoginError::ShareNotAllowed, LoginError::CrossSite]);
            errors.push(LoginError::TooManyLinks);
            errors.extend(bodies.map(LoginError::from));
            errors.extend(wrong.err().map(LoginError::from));
            errors
        }
        "getOffer" => vec![
            limited(),
            store(),
            directory(),
            LoginError::NoPage,
            LoginError::NotFound,
            ShareTokenError::NotAuthentic.into(),
            ShareTokenError::Expired { expired_at: UnixTime::from_secs(0) }.into(),
            LoginError::ShareState(ShareState::UsedUp),
            LoginError::ShareState(ShareState::Revoked),
        ],
        _ => vec![limited()],
    }
}

/// Describe a refusal: by its status, with its code and an example.
fn add(operation: &mut Operation, error: &LoginError) {
    let public = error.public();
    let described = operation.responses.responses.entry(public.status.as_str().to_owned());
    let reference = Ref::from_schema_name("Error");
    let empty = || ResponseBuilder::new().content("application/json", Content::new(Some(reference))).build().into();
    let utoipa::openapi::RefOr::T(response) = described.or_insert_with(empty) else { return };
    let Some(utoipa::openapi::RefOr::T(content)) = response.content.get_mut("application/json") else { return };
    let example = ExampleBuilder::new().summary(public.message).value(to_value(error.body()).ok()).build();
    content.examples.insert(public.code.to_owned(), example.into());
    let codes: Vec<_> = content.examples.keys().map(|code| format!("`{code}`")).collect();
    response.description = codes.join(", ");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_for_programs_is_described_and_no_other() {
        let document = document("https://share.example.com", "kkp-session");
        let described: BTreeSet<_> = document.paths.paths.keys().map(String::as_str).collect();
        let routed: BTreeSet<_> = super::super::routes().iter().map(|(path, _)| *path).collect();
        assert_eq!(described, routed);
        // Those for people are not hidden among them.
        let pages = include_str!("../mod.rs");
        assert_eq!(pages.matches(".route(\"/api/").count(), 0);
    }
}
