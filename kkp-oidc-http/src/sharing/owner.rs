//! Owners: who is logged in, how they get in, and how they get out.

use std::sync::Arc;

use axum::http::HeaderMap;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::audit::{AuditEvent, Decision};
use kkp_oidc_core::authorization::{RequestCookies, SetCookie};
use kkp_oidc_core::session::{SESSION_MAX_AGE_SECS, Session, SessionId};
use kkp_oidc_core::share::Owner;
use url::form_urlencoded;

use crate::cookies::cookie_headers;
use crate::error::LoginError;
use crate::oidc::Login;
use crate::share_links::{PostLogout, Sharing};
use crate::state::AppState;
use crate::store::{Record, RecordKey, RecordKind};

/// Somebody who is logged in.
pub(crate) struct Current {
    id: SessionId,
    session: Session,
}

impl Current {
    /// Their verified e-mail address.
    pub(crate) fn email(&self) -> &str {
        self.session.email()
    }

    /// The last second of the session if nothing comes in between.
    pub(crate) fn ends_at(&self) -> UnixTime {
        self.session.ends_at()
    }

    /// Who they are towards directories and shares.
    pub(crate) fn owner(&self) -> Owner<'_> {
        Owner { email: self.session.email(), groups: self.session.groups() }
    }

    /// Revoke the token that the session began with, as far as the provider can.
    pub(crate) async fn revoke_token(&self, state: &AppState) {
        let Some(token) = self.session.revocable() else { return };
        match state.oidc().revoke(token).await {
            Ok(revoked) => tracing::debug!(revoked, "session ended by its owner"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the provider did not revoke the token of a session that ended");
            }
        }
    }
}

/// Who asks.
pub(crate) enum Visitor {
    /// Nobody whom we know.
    Unknown,
    /// Somebody whose session has ended.
    Ended,
    /// Somebody who is logged in.
    Owner(Arc<Current>),
}

impl Visitor {
    /// Whoever is logged in.
    pub(crate) fn require(self) -> Result<Arc<Current>, LoginError> {
        match self {
            Self::Owner(current) => Ok(current),
            Self::Ended | Self::Unknown => Err(LoginError::SessionEnded),
        }
    }
}

impl Sharing {
    /// Who sent these headers. A session that is used lives on.
    pub(crate) async fn visitor(&self, state: &AppState, headers: &HeaderMap) -> Result<Visitor, LoginError> {
        let now = state.now();
        let Some(id) = self.session_id(headers, now) else { return Ok(Visitor::Unknown) };
        let key = RecordKey::from_bytes(id.store_key());
        let Some(record) = self.config.store.get(RecordKind::Session, key, now).await? else {
            return Ok(Visitor::Ended);
        };
        let Some(session) = self.sessions.open(&id, &record, now) else { return Ok(Visitor::Ended) };
        if let Err(end) = session.require_alive(now) {
            tracing::info!(error = &end as &dyn std::error::Error, "session ended");
            self.config.store.remove(RecordKind::Session, key).await?;
            let event = AuditEvent::new(Decision::SessionExpired, now).actor(session.email());
            state.audit(event).await;
            return Ok(Visitor::Ended);
        }
        let Some(touched) = session.touched(now) else { return Ok(Visitor::Owner(Arc::new(Current { id, session }))) };
        // A session that somebody ended meanwhile does not come back.
        match self.config.store.replace(self.record(state, &id, &touched)?).await? {
            true => Ok(Visitor::Owner(Arc::new(Current { id, session: touched }))),
            false => Ok(Visitor::Ended),
        }
    }

    /// Make a session of a login; the cookie for the browser. A session that the browser had before ends, so that nobody
    /// goes on with its cookie.
    pub(crate) async fn begin_session(
        &self,
        state: &AppState,
        login: Login,
        headers: &HeaderMap,
    ) -> Result<SetCookie, LoginError> {
        let now = state.now();
        if let Some(before) = self.session_id(headers, now) {
            self.config.store.remove(RecordKind::Session, RecordKey::from_bytes(before.store_key())).await?;
        }
        let id = SessionId::from_bytes(state.random());
        let session = Session::begin(&login.identity, login.refresh_token.or(login.access_token), now);
        self.config.store.put(self.record(state, &id, &session)?).await?;
        self.sessions.cookie(&id, state.random(), now).ok_or(LoginError::TooLarge)
    }

    /// End the session.
    pub(crate) async fn end_session(&self, current: &Current) -> Result<(), LoginError> {
        Ok(self.config.store.remove(RecordKind::Session, RecordKey::from_bytes(current.id.store_key())).await?)
    }

    /// Take the cookie of a session out of the browser.
    pub(crate) fn forget(&self) -> SetCookie {
        self.sessions.clear()
    }

    /// The provider's logout page ([RP-Initiated Logout section 2]), if it has one. The client is named instead of sending the
    /// ID token, so that no token stands in an address.
    ///
    /// [RP-Initiated Logout section 2]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout
    pub(crate) async fn logout_location(&self, state: &AppState) -> Option<String> {
        let metadata = state.oidc().metadata().await.ok()?;
        let endpoint = metadata.end_session_endpoint()?;
        let config = state.oidc().config();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("client_id", config.client_id().as_str());
        if self.config.post_logout == PostLogout::Return {
            let uri = format!("{}/logged-out", config.redirect_uri().public_base_url());
            query.append_pair("post_logout_redirect_uri", &uri);
        }
        let endpoint = endpoint.as_str();
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        Some(format!("{endpoint}{separator}{}", query.finish()))
    }

    /// The session that the browser has a cookie of.
    fn session_id(&self, headers: &HeaderMap, now: UnixTime) -> Option<SessionId> {
        let sent = cookie_headers(headers);
        self.sessions.id(&RequestCookies::parse(sent.iter().map(AsRef::as_ref)), now)
    }

    fn record(&self, state: &AppState, id: &SessionId, session: &Session) -> Result<Record, LoginError> {
        let now = state.now();
        Ok(Record {
            kind: RecordKind::Session,
            key: RecordKey::from_bytes(id.store_key()),
            sealed: self.sessions.seal(id, session, state.random(), now).ok_or(LoginError::TooLarge)?,
            ends_at: now.plus_secs(SESSION_MAX_AGE_SECS),
        })
    }
}
