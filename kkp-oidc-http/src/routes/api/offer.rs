//! What a link offers, before anybody logs in.

use axum::Json;
use axum::extract::State;
use axum::response::Response;

use super::answers::Offer;
use crate::client_address::ClientAddress;
use crate::error::LoginError;
use crate::routes::input::Segments;
use crate::routes::share::offered;
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
pub(super) async fn get(
    State(state): State<AppState>,
    client: ClientAddress,
    Segments(token): Segments<String>,
) -> Result<Json<Offer>, Response> {
    let answer = async {
        let offer = offered(&state, &token, client).await?;
        Ok(Json(Offer::new(offer)))
    };
    answer.await.map_err(LoginError::into_json_response)
}
