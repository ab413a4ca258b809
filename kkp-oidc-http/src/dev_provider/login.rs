//! The login form: one button for each user, one to deny.

use std::sync::Arc;

use axum::extract::{RawForm, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::oauth_error::OAuthError;
use super::pages;
use super::params::Params;
use super::provider::Provider;
use super::token_store::random_token;

/// Take the End-User's answer and send the browser back to the client.
///
/// The request id in the form is unguessable and good for one answer: a form on another site cannot know it.
pub(super) async fn login(State(provider): State<Arc<Provider>>, RawForm(form): RawForm) -> Response {
    let refuse = |problem| pages::refusal(&provider, StatusCode::BAD_REQUEST, problem);
    let params = Params::parse(&form);
    let denied = params.get("deny").is_some();
    let email = params.get("user").unwrap_or_default();
    let user = provider.users.iter().find(|user| user.email == email);
    if user.is_none() && !denied {
        return refuse("The form names no user of this provider.");
    }
    let (now, request_id) = (provider.clock.now(), params.get("request_id").unwrap_or_default());
    let pending = provider.grants().take_pending(request_id, now);
    match (pending, user) {
        (Some(request), Some(user)) if !denied => {
            let code = random_token(&*provider.entropy);
            let answer = request.return_address.accept(&provider, &code);
            provider.grants().add_code(&code, user.clone(), request, now);
            answer
        }
        (Some(request), _) => {
            request.return_address.refuse(&provider, OAuthError::new("access_denied", "the user denied the request"))
        }
        (None, _) => refuse("This login page was used already or is too old."),
    }
}
