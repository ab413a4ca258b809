//! What a link offers, before anybody logs in.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::answers::Offer;
use crate::error::LoginError;
use crate::state::AppState;

/// What a link offers
///
/// For whoever has the link; who may use it is judged only once they have logged in.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/api/share/v1/offers/{token}",
    tag = "share",
    operation_id = "getOffer",
    security(()),
    params(("token" = String, Path, description = "The last part of the link's address.")),
    responses((status = 200, description = "The link can be used.", body = Offer)),
))]
pub(super) async fn get(State(state): State<AppState>, Path(token): Path<String>) -> Result<Json<Offer>, Response> {
    let answer = async {
        let offer = state.sharing()?.offer(&state, &token).await?;
        Ok(Json(Offer::new(offer)))
    };
    answer.await.map_err(LoginError::into_json_response)
}
