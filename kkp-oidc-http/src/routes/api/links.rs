//! Owners' links: made, listed, shown, taken back.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kkp_oidc_core::share::{ShareForm, ShareId};

use super::answers::{Link, Links};
use super::current;
use crate::body;
use crate::client_address::ClientAddress;
use crate::error::LoginError;
use crate::routes::deeds::Deed;
use crate::routes::input::Segments;
use crate::routes::owner::{ids, names, share_id};
use crate::sharing::{Current, OwnLink};
use crate::state::AppState;

/// Share a cluster
///
/// Every field may be left out or empty, but it has to say for whom the link is. Everything that is wrong is told at once.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/api/share/v1/clusters/{project}/{cluster}/links",
    tag = "share",
    operation_id = "createLink",
    security(("session" = [])),
    params(
        ("project" = String, Path, description = "Id of the project."),
        ("cluster" = String, Path, description = "Id of the cluster."),
    ),
    request_body = crate::routes::schemas::ShareForm,
    responses((
        status = 201,
        description = "The link.",
        body = Link,
        headers(("Location" = String, description = "Where the link is to be had.")),
    )),
))]
pub(super) async fn create(
    State(state): State<AppState>,
    client: ClientAddress,
    Segments((project, cluster)): Segments<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Response> {
    let answer = async {
        let current = current(&state, &headers).await?;
        let target = ids(&project, &cluster)?;
        let form: ShareForm = body::read(request).await?;
        let deed = Deed { state: state.clone(), current: Arc::clone(&current), client };
        let share = deed.share(target, form).await?;
        let location = state.path(format_args!("/api/share/v1/links/{}", share.id));
        let link = own(&state, &current, share.id).await?;
        Ok((StatusCode::CREATED, [(header::LOCATION, location)], link).into_response())
    };
    answer.await.map_err(LoginError::into_json_response)
}

/// Your links
///
/// The newest first, at most 500: all that have not ended, and of the others the newest.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/api/share/v1/links",
    tag = "share",
    operation_id = "listLinks",
    security(("session" = [])),
    responses((status = 200, description = "The links.", body = Links)),
))]
pub(super) async fn all(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Links>, Response> {
    let answer = async {
        let current = current(&state, &headers).await?;
        let owned = state.sharing()?.owned_by(current.owner(), state.now()).await?;
        let clusters = names(&state, &current).await;
        Ok(Json(Links::new(&state, &owned, &clusters)?))
    };
    answer.await.map_err(LoginError::into_json_response)
}

/// One of your links, and who used it
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/api/share/v1/links/{id}",
    tag = "share",
    operation_id = "getLink",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the link.")),
    responses((status = 200, description = "The link.", body = Link)),
))]
pub(super) async fn one(
    State(state): State<AppState>,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Result<Json<Link>, Response> {
    let answer = async {
        let current = current(&state, &headers).await?;
        own(&state, &current, share_id(&id)?).await
    };
    answer.await.map_err(LoginError::into_json_response)
}

/// Take a link back
///
/// From now on it is refused. A link that was taken back stays so; asking again changes nothing.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/api/share/v1/links/{id}/revoke",
    tag = "share",
    operation_id = "revokeLink",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the link.")),
    responses(
        (status = 200, description = "The link, taken back.", body = Link),
        (status = 204, description = "It is taken back. It is one of those that cannot be read, so that there is nothing to show."),
    ),
))]
pub(super) async fn revoke(
    State(state): State<AppState>,
    client: ClientAddress,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let current = current(&state, &headers).await?;
        let id = share_id(&id)?;
        match (Deed { state: state.clone(), current: Arc::clone(&current), client }).revoke(id).await? {
            true => Ok(own(&state, &current, id).await?.into_response()),
            false => Ok(StatusCode::NO_CONTENT.into_response()),
        }
    };
    answer.await.map_err(LoginError::into_json_response)
}

async fn own(state: &AppState, current: &Current, id: ShareId) -> Result<Json<Link>, LoginError> {
    let OwnLink { stored, redemptions } = state.sharing()?.own(current.owner(), id).await?;
    let clusters = names(state, current).await;
    Ok(Json(Link::new(state, &stored, redemptions, &clusters)?))
}
