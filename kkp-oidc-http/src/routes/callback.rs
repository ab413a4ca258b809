//! The second half: from the provider's answer to the kubeconfig.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kkp_oidc_core::authorization::{
    AuthenticState, Callback, CallbackOutcome, CodeHash, Flow, FlowId, FlowPurpose, Query, RequestCookies, ReturnTo,
    SetCookie,
};
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_core::session::Handover;
use kkp_oidc_core::share::Share;
use tokio::time::timeout;

use super::answer::Answer;
use super::record::{self, About, Ending};
use super::to_the_end::to_the_end;
use crate::client_address::ClientAddress;
use crate::cookies::{cookie_headers, set_cookies};
use crate::error::LoginError;
use crate::oidc::{CALLBACK_BUDGET, Login, OidcError, ProviderError, TokenRequest};
use crate::state::AppState;
use crate::used_flows::{UnderWay, UseFlowError};

/// End the flow that `state` names. Its cookie goes, unless the store could not say what became of the flow: then the browser may
/// ask again.
pub(super) async fn answer(state: &AppState, query: &Query, headers: &HeaderMap, client: ClientAddress) -> Response {
    let authenticated = authenticate(state, query).inspect_err(|error| record::stray(state, error));
    let (callback, authentic) = match authenticated {
        Ok(found) => found,
        // Without a flow of ours nothing says that this endpoint exists where its gate is off.
        Err(_) if !state.gate_is_on() => return LoginError::GateOff.into_response(headers),
        Err(error) => return error.into_response(headers),
    };
    let ending = Ending { flow: authentic, client };
    let (response, Over(is_over)) = finish(state, callback, ending, headers).await;
    match is_over {
        true => (set_cookies(&[state.cookies().clear(authentic.id())]), response).into_response(),
        false => response,
    }
}

/// Whether a flow is over, or the store could not say what it was given.
struct Over(bool);

fn authenticate(state: &AppState, query: &Query) -> Result<(Callback, AuthenticState), LoginError> {
    let callback = Callback::parse(query)?;
    let authentic = state.state_key().authenticate(callback.state())?;
    Ok((callback, authentic))
}

/// What began at one of our addresses ends at another one, or in a kubeconfig.
async fn finish(state: &AppState, callback: Callback, ending: Ending, headers: &HeaderMap) -> (Response, Over) {
    let flow = match open(state, &callback, &ending.flow, headers).await {
        Ok(Opened::New(flow)) => flow,
        Ok(Opened::Answered(response)) => return (response, Over(true)),
        Err(error) => {
            ending.record(state, About::default(), None, Some(&error)).await;
            // Only the look at what the flow was given asks the store here.
            let over = Over(!matches!(error, LoginError::Store(_)));
            return (error.into_response(headers), over);
        }
    };
    let purpose = flow.purpose.clone();
    let sent = headers.clone();
    match exchange(state.clone(), callback, ending, flow, sent).await {
        Ok((Ok(response), over)) => (response, over),
        Ok((Err(error), over)) => (refuse(state, &purpose, error, headers).await, over),
        Err(error) => (refuse(state, &purpose, error, headers).await, Over(true)),
    }
}

/// Once the code is on its way it is exchanged, and noted, even if the browser goes.
async fn exchange(
    state: AppState,
    callback: Callback,
    ending: Ending,
    flow: Flow,
    headers: HeaderMap,
) -> Result<(Result<Response, LoginError>, Over), LoginError> {
    let kept = state.clone();
    to_the_end(&kept, async move {
        let (purpose, code) = (flow.purpose.clone(), callback.code_hash());
        let mut who = None;
        let met = timeout(CALLBACK_BUDGET, meet(&state, callback, &ending.flow, flow, &mut who)).await;
        let met = met.unwrap_or_else(|_| Err(OidcError::from(ProviderError::TimedOut).into()));
        let result = match met {
            // Not within that time: the store has limits of its own, and what it has counted is not given up.
            Ok((met, _under_way)) => give(&state, met, ending.flow.id(), &headers).await,
            Err(error) => Err(error),
        };
        let (result, over) = match (result, &purpose) {
            // Whoever it is not for was given nothing; and a store that did not answer just now is asked at the next try.
            (Err(error @ (LoginError::Store(_) | LoginError::NotForYou { .. })), _) => (Err(error), Over(true)),
            // Two came at once, and the other one was first: here, or at another replica.
            (Err(error), FlowPurpose::Share(..)) => match answer_again(&state, ending.flow.id(), code).await {
                Ok(Some(response)) => return Ok((Ok(response), Over(true))),
                Ok(None) => (Err(error), Over(true)),
                Err(unknown) => (Err(if matches!(error, LoginError::FlowUsed) { unknown } else { error }), Over(false)),
            },
            (result, _) => (result, Over(true)),
        };
        let given = result.as_ref();
        let share = match purpose {
            FlowPurpose::Share(id, _) => Some(id),
            FlowPurpose::Kubeconfig(_) | FlowPurpose::Session(_) => None,
        };
        let cluster = match (&purpose, given) {
            (FlowPurpose::Kubeconfig(target), _) => Some((&target.cluster_id, &target.project_id)),
            (_, Ok(given)) => given.share.as_ref().map(|share| (&share.cluster_id, &share.project_id)),
            (_, Err(_)) => None,
        };
        ending.record(&state, About { cluster, share }, who.as_deref(), given.err()).await;
        Ok((result.map(|given| given.response), over))
    })
    .await
}

/// What somebody got, and for which share link of ours.
struct Given {
    response: Response,
    share: Option<Box<Share>>,
}

/// A refusal that leads back to where the flow began.
async fn refuse(state: &AppState, purpose: &FlowPurpose, error: LoginError, headers: &HeaderMap) -> Response {
    let again = match purpose {
        FlowPurpose::Kubeconfig(_) => return error.into_response(headers),
        FlowPurpose::Session(return_to) => Some(format!("/login?{}", return_to.to_query())),
        FlowPurpose::Share(id, _) => match state.sharing() {
            Ok(sharing) => sharing.path_of(*id).await,
            Err(_) => None,
        },
    };
    let answer = match (&error, again) {
        (LoginError::NotForYou { .. }, Some(path)) => {
            Answer::of(error).other_person(format!("{path}/login?as=someone-else"))
        }
        (_, Some(path)) => Answer::of(error).again(path),
        (_, None) => Answer::of(error),
    };
    answer.respond(state, headers)
}

/// A flow whose callback came.
enum Opened {
    /// For the first time, as far as is known here.
    New(Flow),
    /// Once more: with what the browser was given, and may not have got.
    Answered(Response),
}

/// What the flow was given for this code, once nobody is at it any more. Nothing is judged or counted again.
async fn answer_again(state: &AppState, flow: FlowId, code: Option<CodeHash>) -> Result<Option<Response>, LoginError> {
    let Some(code) = code else { return Ok(None) };
    state.used_flows().answered(flow).await;
    let cookie = state.sharing()?.hand_over_again(state, flow, &code).await?;
    Ok(cookie.map(|cookie| go_on(&cookie, handed_over(state, flow))))
}

fn handed_over(state: &AppState, flow: FlowId) -> String {
    state.path(format_args!("/share/done/{flow}"))
}

/// What can be judged without the provider: age, first use, this browser.
async fn open(
    state: &AppState,
    callback: &Callback,
    authentic: &AuthenticState,
    headers: &HeaderMap,
) -> Result<Opened, LoginError> {
    let now = state.now();
    authentic.require_fresh(now)?;
    let sent = cookie_headers(headers);
    let opened = state.cookies().open(authentic, &RequestCookies::parse(sent.iter().map(AsRef::as_ref)), now);
    let id = authentic.id();
    let was_used = state.used_flows().was_used(id);
    // An answer that arrived took the cookie away, so that it shows that none did.
    if let Ok(Flow { purpose: FlowPurpose::Share(..), .. }) = &opened
        && let Some(response) = answer_again(state, id, callback.code_hash()).await?
    {
        return Ok(Opened::Answered(response));
    }
    // Before the cookie: whoever reloads the page is told why it is empty.
    match was_used {
        true => Err(LoginError::FlowUsed),
        false => Ok(Opened::New(opened?)),
    }
}

/// What somebody who logged in came for, before anything is written down.
enum Met {
    Kubeconfig(Response),
    Handover(Handover),
    Session(ReturnTo, Login),
}

/// Everything up to what is written down: with the provider, with the directory, and whether the link is good. `who` is told apart,
/// since they are known also of what is refused after their login.
async fn meet(
    state: &AppState,
    callback: Callback,
    authentic: &AuthenticState,
    flow: Flow,
    who: &mut Option<String>,
) -> Result<(Met, UnderWay), LoginError> {
    let oidc = state.oidc();
    let metadata = oidc.metadata().await.map_err(OidcError::from)?;
    callback.require_issuer(oidc.config().issuer(), metadata.issuer_parameter())?;
    let code = match callback.into_outcome()? {
        CallbackOutcome::Code(code) => code,
        CallbackOutcome::Refused(error) => return Err(LoginError::Refused { error }),
        _ => return Err(LoginError::Refused { error: None }),
    };
    // Before the code is spent: what would be refused anyway.
    match &flow.purpose {
        FlowPurpose::Kubeconfig(target) => _ = state.authorize(target).await?.ok_or(LoginError::NotFound)?,
        FlowPurpose::Share(id, _) => _ = state.sharing()?.good(state, *id).await?,
        FlowPurpose::Session(_) => _ = state.sharing()?,
    }
    let used = state.used_flows().use_once(authentic.id(), state.now());
    let under_way = used.map_err(|error| match error {
        UseFlowError::UsedBefore => LoginError::FlowUsed,
        UseFlowError::TooMany => LoginError::TooManyFlows,
    })?;
    let request = TokenRequest { code: &code, pkce_verifier: &flow.pkce_verifier };
    let login = oidc.login(&metadata, request, &flow.nonce).await?;
    *who = Some(login.identity.email().to_owned());
    let met = match flow.purpose {
        FlowPurpose::Kubeconfig(target) => {
            let cluster = state.authorize(&target).await?.ok_or(LoginError::NotFound)?;
            let kubeconfig = state.kubeconfig(&metadata, &cluster, None, target.user_entry, &login)?;
            tracing::info!(cluster = %cluster.id, shared_by = %target.user_id, "kubeconfig given out");
            Met::Kubeconfig(download(&cluster, &kubeconfig))
        }
        FlowPurpose::Share(id, user_entry) => {
            let code = CodeHash::of(&code);
            let handover = state.sharing()?.handover(state, &metadata, (id, user_entry), &login, code).await?;
            Met::Handover(handover)
        }
        FlowPurpose::Session(return_to) => Met::Session(return_to, login),
    };
    Ok((met, under_way))
}

/// Everything with the store.
async fn give(state: &AppState, met: Met, flow: FlowId, headers: &HeaderMap) -> Result<Given, LoginError> {
    match met {
        Met::Kubeconfig(response) => Ok(Given { response, share: None }),
        Met::Handover(handover) => {
            let (cookie, share) = state.sharing()?.redeem(state, flow, &handover).await?;
            let response = go_on(&cookie, handed_over(state, flow));
            Ok(Given { response, share: Some(share) })
        }
        Met::Session(return_to, login) => {
            let cookie = state.sharing()?.begin_session(state, login, headers).await?;
            Ok(Given { response: go_on(&cookie, state.path(return_to.path())), share: None })
        }
    }
}

fn go_on(cookie: &SetCookie, location: String) -> Response {
    (StatusCode::SEE_OTHER, set_cookies(std::slice::from_ref(cookie)), [(header::LOCATION, location)]).into_response()
}

/// KKP: spec section 4.6. A cluster's id is safe in a header.
pub(super) fn download(cluster: &SharedCluster, kubeconfig: &SecretString) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=kubeconfig-{}", cluster.id)),
    ];
    (StatusCode::OK, headers, kubeconfig.expose_secret().to_owned()).into_response()
}
