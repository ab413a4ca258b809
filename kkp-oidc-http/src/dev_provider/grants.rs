//! What the provider remembers between requests: pending logins, codes, tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::config::DevUser;
use super::oauth_error::OAuthError;
use super::request::AuthorizationRequest;
use super::token_store::TokenStore;

/// How long a login page works, in seconds, inclusive.
const PENDING_LIFETIME_SECS: i64 = 600;
/// How long a code can be redeemed, in seconds, inclusive. RFC 6749 section 4.1.2 allows at most ten minutes.
const CODE_LIFETIME_SECS: i64 = 60;
/// Most entries of each kind; the oldest goes.
const LIMIT: usize = 1_000;

/// A finished login: who logged in to which client, and what was granted.
pub(super) struct Login {
    pub(super) client_id: String,
    pub(super) user: DevUser,
    pub(super) scopes: BTreeSet<String>,
    pub(super) nonce: Option<String>,
    pub(super) auth_time: UnixTime,
}

/// A login together with the number that all tokens made from it share, so that they can be revoked together.
pub(super) struct Grant {
    pub(super) id: u64,
    pub(super) login: Arc<Login>,
}

struct Pending {
    request: AuthorizationRequest,
    asked_at: UnixTime,
}

struct Code {
    grant_id: u64,
    login: Arc<Login>,
    redirect_uri: String,
    code_challenge: String,
    issued_at: UnixTime,
    spent: bool,
}

/// Nothing takes one; it is kept so that it can be revoked.
struct AccessToken {
    grant_id: u64,
    client_id: String,
}

struct RefreshToken {
    grant_id: u64,
    login: Arc<Login>,
    spent: bool,
}

/// What a client presents to redeem a code.
pub(super) struct Redemption<'a> {
    pub(super) code: &'a str,
    pub(super) client_id: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) code_verifier: &'a str,
}

pub(super) struct Grants {
    pending: TokenStore<Pending>,
    codes: TokenStore<Code>,
    refresh_tokens: TokenStore<RefreshToken>,
    access_tokens: TokenStore<AccessToken>,
    next_grant_id: u64,
}

impl Grants {
    pub(super) fn new() -> Self {
        Self {
            pending: TokenStore::new(LIMIT),
            codes: TokenStore::new(LIMIT),
            refresh_tokens: TokenStore::new(LIMIT),
            access_tokens: TokenStore::new(LIMIT),
            next_grant_id: 0,
        }
    }

    pub(super) fn add_pending(&mut self, request_id: &str, request: AuthorizationRequest, now: UnixTime) {
        self.pending.insert(request_id, Pending { request, asked_at: now });
    }

    /// The request behind a login form, once, unless its time is over.
    pub(super) fn take_pending(&mut self, request_id: &str, now: UnixTime) -> Option<AuthorizationRequest> {
        let pending = self.pending.remove(request_id)?;
        (now.secs_since(pending.asked_at) <= PENDING_LIFETIME_SECS).then_some(pending.request)
    }

    pub(super) fn add_code(&mut self, code: &str, user: DevUser, request: AuthorizationRequest, now: UnixTime) {
        let login =
            Login { client_id: request.client_id, user, scopes: request.scopes, nonce: request.nonce, auth_time: now };
        let code_entry = Code {
            grant_id: self.next_grant_id,
            login: Arc::new(login),
            redirect_uri: request.return_address.redirect_uri,
            code_challenge: request.code_challenge,
            issued_at: now,
            spent: false,
        };
        self.next_grant_id += 1;
        self.codes.insert(code, code_entry);
    }

    /// Redeem a code ([RFC 6749 section 4.1.3]). Its client has one attempt, whether it succeeds or not.
    ///
    /// [RFC 6749 section 4.1.3]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
    pub(super) fn redeem_code(&mut self, redemption: &Redemption<'_>, now: UnixTime) -> Result<Grant, OAuthError> {
        let unknown = OAuthError::invalid_grant("the code is unknown, expired or used already");
        let code = self.codes.get_mut(redemption.code).ok_or(unknown)?;
        if code.login.client_id != redemption.client_id {
            return Err(OAuthError::invalid_grant("the code was issued to another client"));
        }
        // RFC 6749 section 4.1.2: a second use is denied and revokes the tokens issued for the first.
        if std::mem::replace(&mut code.spent, true) {
            let grant_id = code.grant_id;
            self.revoke(grant_id);
            return Err(unknown);
        }
        if now.secs_since(code.issued_at) > CODE_LIFETIME_SECS {
            return Err(unknown);
        }
        if code.redirect_uri != redemption.redirect_uri {
            return Err(OAuthError::invalid_grant("redirect_uri differs from that of the authorization request"));
        }
        if !is_s256_of(&code.code_challenge, redemption.code_verifier) {
            return Err(OAuthError::invalid_grant("code_verifier does not fit code_challenge"));
        }
        Ok(Grant { id: code.grant_id, login: Arc::clone(&code.login) })
    }

    pub(super) fn add_refresh_token(&mut self, token: &str, grant: &Grant) {
        let entry = RefreshToken { grant_id: grant.id, login: Arc::clone(&grant.login), spent: false };
        self.refresh_tokens.insert(token, entry);
    }

    pub(super) fn add_access_token(&mut self, token: &str, grant: &Grant) {
        let entry = AccessToken { grant_id: grant.id, client_id: grant.login.client_id.clone() };
        self.access_tokens.insert(token, entry);
    }

    /// How many tokens of both kinds are good.
    pub(super) fn live_tokens(&self) -> usize {
        self.refresh_tokens.count(|token| !token.spent) + self.access_tokens.count(|_| true)
    }

    /// Revoke a token of this client, and all others of the same login ([RFC 7009 section 2.1]). One that is unknown is no
    /// error (section 2.2).
    ///
    /// [RFC 7009 section 2.1]: https://www.rfc-editor.org/rfc/rfc7009#section-2.1
    pub(super) fn revoke_token(&mut self, token: &str, client_id: &str) -> Result<(), OAuthError> {
        let refresh = self.refresh_tokens.get_mut(token).map(|entry| (entry.grant_id, entry.login.client_id.clone()));
        let access = || self.access_tokens.get_mut(token).map(|entry| (entry.grant_id, entry.client_id.clone()));
        match refresh.or_else(access) {
            None => Ok(()),
            Some((_, owner)) if owner != client_id => {
                Err(OAuthError::invalid_grant("the token was issued to another client"))
            }
            Some((grant_id, _)) => {
                self.revoke(grant_id);
                Ok(())
            }
        }
    }

    /// Use a refresh token, once. `scopes` are those asked for, which may not exceed what was granted.
    pub(super) fn use_refresh_token<'a>(
        &mut self,
        token: &str,
        client_id: &str,
        mut scopes: impl Iterator<Item = &'a str>,
    ) -> Result<Grant, OAuthError> {
        let unknown = OAuthError::invalid_grant("the refresh token is unknown, revoked or used already");
        let entry = self.refresh_tokens.get_mut(token).ok_or(unknown)?;
        if entry.login.client_id != client_id {
            return Err(OAuthError::invalid_grant("the refresh token was issued to another client"));
        }
        // RFC 9700 section 4.14.2: a token that was rotated away and comes again reveals a theft.
        if entry.spent {
            let grant_id = entry.grant_id;
            self.revoke(grant_id);
            return Err(unknown);
        }
        if !scopes.all(|scope| entry.login.scopes.contains(scope)) {
            return Err(OAuthError::new("invalid_scope", "scope exceeds what was granted"));
        }
        entry.spent = true;
        Ok(Grant { id: entry.grant_id, login: Arc::clone(&entry.login) })
    }

    fn revoke(&mut self, grant_id: u64) {
        self.refresh_tokens.retain(|token| token.grant_id != grant_id);
        self.access_tokens.retain(|token| token.grant_id != grant_id);
    }
}

/// [RFC 7636 section 4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)
fn is_s256_of(code_challenge: &str, code_verifier: &str) -> bool {
    let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier.as_bytes()));
    computed.as_bytes().ct_eq(code_challenge.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_of_rfc_7636_appendix_b_fits_its_challenge() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_s256_of(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!is_s256_of(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
        assert!(!is_s256_of(challenge, challenge));
    }
}
