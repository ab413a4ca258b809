//! The pages of owners: log in, see what can be shared, share it, see who used it, take it back.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use kkp_oidc_core::authorization::{FlowPurpose, Query, Reauthentication, ReturnTo};
use kkp_oidc_core::ids::{ClusterId, ProjectId};
use kkp_oidc_core::share::ShareId;

use super::answer::{Answer, chrome, go_to};
use super::begin::begin;
use super::deeds::Deed;
use super::input::{self, Segments};
use super::link_view::{link_page, own_cluster, summary};
use super::record::{self, About};
use super::share_dialog::{core_form, dialog, problems};
use crate::client_address::ClientAddress;
use crate::cookies::set_cookies;
use crate::directory::OwnedCluster;
use crate::error::LoginError;
use crate::metrics::Journey;
use crate::pages::{Clusters, Links, LoggedOut, Occasion, ShareForm};
use crate::sharing::{CreateError, Current, Visitor};
use crate::state::AppState;
use crate::store::OwnedShares;

/// Whoever is logged in; everybody else goes to the provider, and comes back to where they wanted to be.
async fn current(state: &AppState, headers: &HeaderMap, back: ReturnTo) -> Result<Arc<Current>, Answer> {
    match state.sharing()?.visitor(state, headers).await? {
        Visitor::Owner(current) => Ok(current),
        Visitor::Unknown | Visitor::Ended => {
            Err(Answer::Elsewhere(state.path(format_args!("/login?{}", back.to_query()))))
        }
    }
}

/// The same for what changes something: that is not done again without being asked.
async fn poster(state: &AppState, headers: &HeaderMap, back: ReturnTo) -> Result<Arc<Current>, Answer> {
    let visitor = state.sharing()?.visitor(state, headers).await?;
    visitor.require().map_err(|error| Answer::of(error).again(format!("/login?{}", back.to_query())))
}

/// `GET /login`
pub(super) async fn login(
    State(state): State<AppState>,
    client: ClientAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let sharing = state.sharing()?;
        let query = Query::parse(query.as_deref().unwrap_or_default()).ok_or(LoginError::QueryTooLong)?;
        let return_to = ReturnTo::from_query(&query);
        if let Visitor::Owner(_) = sharing.visitor(&state, &headers).await? {
            return Ok(go_to(&state.path(return_to.path())));
        }
        state.limits().flow(client)?;
        let purpose = FlowPurpose::Session(return_to);
        let begun = begin(&state, purpose, Reauthentication::AsProviderLikes, &headers).await;
        state.metrics().flow_started(Journey::Session, LoginError::outcome(&begun));
        record::begun(&state, About::default(), client, begun.as_ref().map(|(id, _)| *id)).await;
        begun.map(|(_, response)| response)
    };
    answer.await.map_err(|error: LoginError| Answer::of(error).again("/").respond(&state, &headers))
}

/// `POST /logout`
pub(super) async fn logout(
    State(state): State<AppState>,
    client: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let sharing = state.sharing()?;
        if let Visitor::Owner(current) = sharing.visitor(&state, &headers).await? {
            Deed { state: state.clone(), current, client }.log_out().await?;
        }
        Ok((set_cookies(&[sharing.forget()]), go_to(&state.path("/logged-out?here"))).into_response())
    };
    answer.await.map_err(|error: LoginError| Answer::of(error).respond(&state, &headers))
}

/// `GET /logged-out`; with `?here`, the browser goes on to the provider, to log out there as well, where it can.
///
/// By a header of the page, not by a redirect after the form: see [`super::share::login`].
pub(super) async fn logged_out(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let sharing = match state.sharing() {
        Ok(sharing) => sharing,
        Err(error) => return Answer::of(error).respond(&state, &headers),
    };
    let mut response = LoggedOut.render(&chrome(&state, &headers));
    if query.as_deref() == Some("here")
        && let Some(location) = sharing.logout_location(&state).await
        && let Ok(refresh) = HeaderValue::try_from(format!("0; url={location}"))
    {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

/// `GET /clusters`
pub(super) async fn clusters(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Response> {
    let answer = async {
        let current = current(&state, &headers, ReturnTo::Clusters).await?;
        let clusters = state.shareable_by(current.owner()).await.map_err(LoginError::from)?;
        let clusters = clusters.iter().map(|owned| own_cluster(&owned.project_id, &owned.cluster)).collect();
        Ok(Clusters { clusters }.render(&chrome(&state, &headers).for_person(current.email())))
    };
    answer.await.map_err(|answer: Answer| answer.respond(&state, &headers))
}

pub(super) fn ids(project: &str, cluster: &str) -> Result<(ProjectId, ClusterId), LoginError> {
    match (project.parse(), cluster.parse()) {
        (Ok(project), Ok(cluster)) => Ok((project, cluster)),
        // An id that cannot exist is answered like one that does not.
        _ => Err(LoginError::ShareNotAllowed),
    }
}

/// `GET /clusters/{project}/{cluster}/share`
pub(super) async fn share_dialog(
    State(state): State<AppState>,
    Segments((project, cluster)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let sharing = state.sharing()?;
        let (project, cluster) = ids(&project, &cluster)?;
        let current = current(&state, &headers, ReturnTo::ShareDialog(project.clone(), cluster.clone())).await?;
        let cluster = sharing.shareable(&state, current.owner(), &project, &cluster).await?;
        let page = dialog(sharing, own_cluster(&project, &cluster), ShareForm::default(), Vec::new());
        Ok(page.render(&chrome(&state, &headers).for_person(current.email())))
    };
    answer.await.map_err(|answer: Answer| answer.respond(&state, &headers))
}

/// `POST /clusters/{project}/{cluster}/share`
pub(super) async fn share(
    State(state): State<AppState>,
    client: ClientAddress,
    Segments((project, cluster)): Segments<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Response> {
    let answer = async {
        let sharing = state.sharing()?;
        let (project, cluster) = ids(&project, &cluster)?;
        let back = ReturnTo::ShareDialog(project.clone(), cluster.clone());
        let current = poster(&state, &headers, back).await?;
        // Nobody's is not read at all.
        let form: ShareForm = input::form(request).await?;
        let target = (project.clone(), cluster.clone());
        let deed = Deed { state: state.clone(), current: Arc::clone(&current), client };
        match deed.share(target, core_form(&form)).await {
            Ok(share) => Ok(go_to(&state.path(format_args!("/links/{}?made", share.id)))),
            Err(CreateError::Login(error)) => Err(error.into()),
            Err(CreateError::Form(error)) => {
                let cluster = sharing.shareable(&state, current.owner(), &project, &cluster).await?;
                let page = dialog(sharing, own_cluster(&project, &cluster), form, problems(&error));
                Ok(page.render(&chrome(&state, &headers).for_person(current.email())))
            }
        }
    };
    answer.await.map_err(|answer: Answer| answer.respond(&state, &headers))
}

/// The clusters by whose names links are shown. Without the directory they are shown by id: that is no reason to keep
/// anybody from taking a link back.
pub(super) async fn names(state: &AppState, current: &Current) -> Vec<OwnedCluster> {
    state.shareable_by(current.owner()).await.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "links are shown without the names of their clusters");
        Vec::new()
    })
}

/// `GET /links`
pub(super) async fn links(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Response> {
    let answer = async {
        let current = current(&state, &headers, ReturnTo::Links).await?;
        let OwnedShares { readable, unreadable } = state.sharing()?.owned_by(current.owner(), state.now()).await?;
        let clusters = names(&state, &current).await;
        let links = readable.iter().map(|stored| summary(stored, &clusters, state.now())).collect();
        let unreadable = unreadable.iter().map(ToString::to_string).collect();
        Ok(Links { links, unreadable }.render(&chrome(&state, &headers).for_person(current.email())))
    };
    answer.await.map_err(|answer: Answer| answer.respond(&state, &headers))
}

pub(super) fn share_id(text: &str) -> Result<ShareId, LoginError> {
    text.parse().map_err(|_| LoginError::NoSuchLink)
}

/// `GET /links/{id}`; the query only says what the page begins with.
pub(super) async fn link(
    State(state): State<AppState>,
    Segments(id): Segments<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let id = share_id(&id)?;
        let current = current(&state, &headers, ReturnTo::Link(id)).await?;
        let own = state.sharing()?.own(current.owner(), id).await?;
        let clusters = names(&state, &current).await;
        let occasion = match query.as_deref() {
            Some("made") => Occasion::JustMade,
            Some("revoked") => Occasion::JustRevoked,
            _ => Occasion::Visit,
        };
        let page = link_page(&state, own, &clusters, occasion)?;
        Ok(page.render(&chrome(&state, &headers).for_person(current.email())))
    };
    answer.await.map_err(|answer: Answer| answer.respond(&state, &headers))
}

/// `POST /links/{id}/revoke`
pub(super) async fn revoke(
    State(state): State<AppState>,
    client: ClientAddress,
    Segments(id): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let id = share_id(&id)?;
        let current = poster(&state, &headers, ReturnTo::Link(id)).await?;
        match (Deed { state: state.clone(), current, client }).revoke(id).await? {
            true => Ok(go_to(&state.path(format_args!("/links/{id}?revoked")))),
            false => Ok(go_to(&state.path("/links"))),
        }
    };
    answer.await.map_err(|answer: Answer| answer.respond(&state, &headers))
}
