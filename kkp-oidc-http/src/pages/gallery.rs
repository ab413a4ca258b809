//! Every page with realistic data, to look at and to test: `cargo run -p kkp-oidc-http --example gallery`.

mod data;

use axum::Router;
use axum::extract::{Path, Query, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::chrome::Chrome;
use super::language::Language;
use super::refused::{CODES, Detail, Refused};
use crate::routes::headers::add_common;

#[derive(Deserialize)]
struct Options {
    /// `en` or `de`; without it `Accept-Language` decides.
    lang: Option<String>,
}

/// Routes of the gallery: `/` lists the pages, `/gallery/{page}` shows one, with `?lang=de` in German.
///
/// What pages link to does not answer here.
pub fn router() -> Router {
    Router::new()
        .route("/", get(index))
        .route("/gallery/{page}", get(page))
        .route("/assets/{name}", get(asset))
        .layer(middleware::from_fn(finish))
}

/// The headers that the service's answers have.
async fn finish(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    add_common(response.headers_mut());
    response
}

async fn asset(Path(name): Path<String>) -> Response {
    super::asset(&name)
}

async fn index() -> Html<String> {
    let refused = CODES.iter().map(|(_, code)| format!("refused-{code}"));
    let names = data::NAMES.iter().map(|&name| name.to_owned()).chain(refused);
    let items: String = names.map(|name| format!("<li><a href=\"/gallery/{name}\">{name}</a></li>\n")).collect();
    Html(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<title>Gallery</title>\n<main><h1>Gallery</h1>\n<ul>\n{items}</ul></main>\n</html>\n"
    ))
}

async fn page(Path(name): Path<String>, Query(options): Query<Options>, headers: HeaderMap) -> Response {
    let mut chrome = Chrome::new(&headers, "");
    if let Some(language) = Language::ALL.into_iter().find(|language| options.lang.as_deref() == Some(language.tag())) {
        chrome.language = language;
    }
    show(&name, &chrome).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// The page of that name, if there is one.
fn show(name: &str, chrome: &Chrome) -> Option<Response> {
    match name.strip_prefix("refused-") {
        Some(code) => refused(code, chrome),
        None => data::show(name, chrome),
    }
}

fn refused(code: &str, chrome: &Chrome) -> Option<Response> {
    let &(status, code) = CODES.iter().find(|(_, known)| *known == code)?;
    let mut page = Refused::new(StatusCode::from_u16(status).ok()?, code);
    let mut chrome = chrome.clone();
    match code {
        "share_not_for_you" => {
            chrome = chrome.for_person(data::RECIPIENT);
            page.other_person = Some(data::share_path());
        }
        "share_store_unavailable" | "rate_limited" => page.again = Some(data::share_path()),
        "parameter_missing" => page.detail = Some(Detail::MissingParameters("cluster_id, user_id".to_owned())),
        "code_refused" => page.detail = Some(Detail::ProviderCode("invalid_grant".to_owned())),
        "access_denied" => page.detail = Some(Detail::ProviderCode("access_denied".to_owned())),
        _ => {}
    }
    Some(page.render(&chrome))
}

#[cfg(test)]
mod tests;
