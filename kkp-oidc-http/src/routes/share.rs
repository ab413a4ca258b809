//! The pages of recipients: what the link offers, and what came of it.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use kkp_oidc_core::authorization::{FlowId, FlowPurpose, Reauthentication};
use kkp_oidc_core::rbac::{Binding, Grant, Subjects};
use kkp_oidc_core::share::{Instructions, Share};
use kkp_oidc_core::shell::Shell;

use super::answer::{Answer, chrome, go_to};
use super::begin::begin;
use super::callback::download as file;
use super::cross_site;
use super::input::Segments;
use super::link_view::{kind, own_cluster};
use super::record::{self, About};
use crate::client_address::ClientAddress;
use crate::error::LoginError;
use crate::metrics::Journey;
use crate::pages::{Redeem, Redeemed, ShellKind, ShellLines};
use crate::sharing::{Fetched, Offer};
use crate::state::AppState;

/// What the link with this token offers; a refusal is noted.
pub(super) async fn offered(state: &AppState, token: &str, client: ClientAddress) -> Result<Offer, LoginError> {
    let sharing = state.sharing()?;
    let (share, offered) = match sharing.authenticate(token) {
        Ok(token) => (Some(token.id()), sharing.offer(state, &token).await),
        Err(error) => (None, Err(error)),
    };
    if let Err(error) = &offered {
        record::link_refused(state, share, client, error).await;
    }
    offered
}

/// `GET /share/{token}`
pub(super) async fn offer(
    State(state): State<AppState>,
    client: ClientAddress,
    Segments(token): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let offer = offered(&state, &token, client).await?;
        let share = offer.stored.share;
        let page = Redeem {
            token,
            cluster_name: own_cluster(&share.project_id, &offer.cluster).name,
            cluster_id: share.cluster_id.to_string(),
            until: share.expires_at,
            kind: kind(share.user_entry).ok_or(LoginError::UnknownShare)?,
            note: share.note.as_ref().map(ToString::to_string),
            sharer: share.owner,
        };
        Ok(page.render(&chrome(&state, &headers)))
    };
    answer.await.map_err(|error: LoginError| Answer::of(error).respond(&state, &headers))
}

/// `GET /share/{token}/login`, with `?as=someone-else` to log in as somebody else than before.
///
/// A link, not a form: providers send people on to others, and Chromium holds all redirects after a form against the
/// policy for forms. It changes nothing but this browser's cookies, and yet whoever is logged in at the provider may have used
/// the link at the end of it without a click: a site that leads here leads to the link's page.
pub(super) async fn login(
    State(state): State<AppState>,
    client: ClientAddress,
    Segments(token): Segments<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let page = format!("/share/{token}");
    let is_ours = state.sharing().is_ok_and(|sharing| sharing.authenticate(&token).is_ok());
    if is_ours && cross_site::is_led_from_elsewhere(&headers) {
        return Ok(go_to(&state.path(page)));
    }
    let answer = async {
        let offer = offered(&state, &token, client).await?;
        state.limits().flow(client)?;
        let reauthentication = match query.as_deref() {
            Some("as=someone-else") => Reauthentication::Demanded,
            _ => Reauthentication::AsProviderLikes,
        };
        let share = &offer.stored.share;
        let purpose = FlowPurpose::Share(share.id, share.user_entry);
        let begun = begin(&state, purpose, reauthentication, &headers).await;
        let about = About { cluster: Some((&share.cluster_id, &share.project_id)), share: Some(share.id) };
        record::begun(&state, about, client, begun.as_ref().map(|(id, _)| *id)).await;
        begun.map(|(_, response)| response)
    };
    let answer = answer.await;
    state.metrics().flow_started(Journey::Share, LoginError::outcome(&answer));
    answer.map_err(|error: LoginError| Answer::of(error).again(page).respond(&state, &headers))
}

async fn fetch(state: &AppState, flow: &str, headers: &HeaderMap) -> Result<(FlowId, Fetched), LoginError> {
    let sharing = state.sharing()?;
    let flow: FlowId = flow.parse().map_err(|_| LoginError::HandoverGone)?;
    Ok((flow, sharing.fetch(state, flow, headers).await?))
}

/// `GET /share/done/{flow}`
pub(super) async fn done(
    State(state): State<AppState>,
    Segments(flow): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let answer = async {
        let (flow, Fetched { handover, stored, cluster, until }) = fetch(&state, &flow, &headers).await?;
        let share = &stored.share;
        let page = Redeemed {
            cluster_name: own_cluster(&share.project_id, &cluster).name,
            download_id: flow.to_string(),
            download_until: until,
            file_name: Instructions::file_name(&cluster.id),
            kind: kind(share.user_entry).ok_or(LoginError::UnknownShare)?,
            until: share.expires_at,
            shells: shells(share, &headers),
            grant_command: grant_command(share, &handover.email),
            sharer: share.owner.clone(),
            kubeconfig: handover.kubeconfig,
        };
        Ok(page.render(&chrome(&state, &headers)))
    };
    answer.await.map_err(|error: LoginError| Answer::of(error).respond(&state, &headers))
}

/// `GET /share/download/{flow}`
pub(super) async fn download(
    State(state): State<AppState>,
    Segments(flow): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let fetched = fetch(&state, &flow, &headers).await;
    let file = fetched.map(|(_, fetched)| file(&fetched.cluster, &fetched.handover.kubeconfig));
    file.map_err(|error| Answer::of(error).respond(&state, &headers))
}

/// What its owner has to run, so that the role that the share names is whoever's who logged in.
fn grant_command(share: &Share, email: &str) -> Option<String> {
    let subjects = Subjects::new().with_user(email.parse().ok()?);
    Binding::new(Grant::Cluster(share.role.clone()?), subjects).ok()?.command(Shell::Bash).ok()
}

/// Each shell's lines; those of Windows first for whoever comes from there.
fn shells(share: &Share, headers: &HeaderMap) -> Vec<ShellLines> {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let posix = [(Shell::Bash, ShellKind::Bash), (Shell::Zsh, ShellKind::Zsh), (Shell::Fish, ShellKind::Fish)];
    let windows = [(Shell::PowerShell, ShellKind::PowerShell), (Shell::Cmd, ShellKind::Cmd)];
    let shells: Vec<_> = match agent.contains("Windows") {
        true => windows.into_iter().chain(posix).collect(),
        false => posix.into_iter().chain(windows).collect(),
    };
    let lines = |(shell, name)| {
        let lines = Instructions::new(shell, &share.cluster_id);
        ShellLines {
            shell: name,
            try_it: lines.use_it,
            merge: lines.merge,
            merge_with_kubectl: lines.merge_with_kubectl,
            install_kubelogin: lines.install_kubelogin,
        }
    };
    shells.into_iter().map(lines).collect()
}
