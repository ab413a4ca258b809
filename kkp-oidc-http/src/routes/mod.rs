//! The routes: each takes a request apart, lets core decide, and answers.

mod answer;
mod api;
mod begin;
mod callback;
mod cross_site;
mod dashboard;
mod deeds;
mod follow;
mod guard;
pub(crate) mod headers;
mod health;
mod input;
mod kubeconfig;
mod landing;
mod link_view;
mod owner;
mod record;
#[cfg(feature = "openapi")]
mod schemas;
mod share;
mod share_dialog;
mod share_link;
mod to_the_end;

use axum::Router;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use self::answer::Answer;
use self::cross_site::OwnOrigin;
use crate::error::LoginError;
use crate::metrics;
use crate::pages;
use crate::state::{AppState, Live};

/// The share endpoint and what belongs to it, to serve or to nest in another router.
///
/// | path | answer |
/// |---|---|
/// | `GET /api/v1/kubeconfig` | a KKP share link, and the provider's callback |
/// | `GET /api/v2/featuregates`, `GET /config.json` | what KKP's dashboard asks before it shows a share button |
/// | `GET /` | a page that says what this is |
/// | `GET /assets/…` | script and icon of the pages |
/// | `GET /healthz`, `GET /api/v1/healthz` | 200 while the process lives |
/// | `GET /readyz` | 200 once the provider is known, otherwise 503 with the reason |
/// | `/api/share/v1/…` | share links, for programs: `docs/api.md` |
///
/// Whatever is nested must be reachable from outside under the base of the configured redirect URI. Nest it as a service:
/// `Router::nest_service("/kkp", router(state))`; axum's `nest` leaves out `/kkp/`, where the first page is.
pub fn router(state: AppState) -> Router {
    around(routes(), state)
}

/// The same for a service that has nothing else: every other path is answered by a page, or by JSON, that says so.
///
/// It has a fallback, so that it cannot be merged with another router that has one.
pub fn site(state: AppState) -> Router {
    around(routes().fallback(nowhere), state)
}

async fn nowhere(State(state): State<AppState>, headers: HeaderMap) -> Response {
    Answer::of(LoginError::NoSuchPage).respond(&state, &headers)
}

fn routes() -> Router<Live> {
    let programs = api::routes();
    let programs = programs.into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods));
    programs
        .route("/", only_get(get(landing::get)))
        .route("/assets/{name}", only_get(get(asset)))
        .route("/login", only_get(get(owner::login)))
        .route("/logout", only_post(post(owner::logout)))
        .route("/logged-out", only_get(get(owner::logged_out)))
        .route("/clusters", only_get(get(owner::clusters)))
        .route("/clusters/{project}/{cluster}/share", get_or_post(get(owner::share_dialog).post(owner::share)))
        .route("/links", only_get(get(owner::links)))
        .route("/links/{id}", only_get(get(owner::link)))
        .route("/links/{id}/revoke", only_post(post(owner::revoke)))
        .route("/share/{token}", only_get(get(share::offer)))
        .route("/share/{token}/login", only_get(get(share::login)))
        .route("/share/done/{flow}", only_get(get(share::done)))
        .route("/share/download/{flow}", only_get(get(share::download)))
}

/// What every request goes through before it comes to a route.
fn around(routes: Router<Live>, state: AppState) -> Router {
    let own_origin = OwnOrigin::new(&state.oidc().config().redirect_uri().public_origin(), state.base_path());
    let live = Live::new(state);
    routes
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(own_origin, cross_site::refuse))
        .layer(middleware::from_fn_with_state(live.clone(), guard::guard))
        .layer(middleware::from_fn_with_state(live.clone(), finish))
        .layer(middleware::from_fn_with_state(live.clone(), metrics::measure))
        .layer(middleware::from_fn_with_state(live.clone(), follow::follow))
        .with_state(live)
}

/// No HEAD either. KKP: spec section 4.1.
fn only_get(get: MethodRouter<Live>) -> MethodRouter<Live> {
    get.head(method_not_allowed).fallback(method_not_allowed)
}

async fn asset(Path(name): Path<String>) -> Response {
    pages::asset(&name)
}

/// What stands for the route of requests that meet none.
const NO_ROUTE: &str = "none";

/// Nothing but POST.
fn only_post(post: MethodRouter<Live>) -> MethodRouter<Live> {
    post.fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]) })
}

/// Nothing but the two.
fn get_or_post(methods: MethodRouter<Live>) -> MethodRouter<Live> {
    let neither = || async { (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, POST")]) };
    methods.head(neither).fallback(neither)
}

/// axum would list HEAD wherever there is GET.
async fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}

/// Headers that every answer has, and one line in the log, with the route instead of what was asked for: paths hold share
/// links, queries hold codes.
async fn finish(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    headers::add(&state, response.headers_mut());
    let status = response.status().as_u16();
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    // Probes come every few seconds.
    if route.ends_with('z') {
        tracing::debug!(%method, route, status, "request");
    } else {
        tracing::info!(%method, route, status, "request");
    }
    response
}
