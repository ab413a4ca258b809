//! Misbehaviour on demand, so that tests can show what a client does about it.

mod answer;
mod id_token;

use std::time::Duration;

pub use self::answer::{HOSTILE_DESCRIPTION, HUGE_LEN};

/// One way to misbehave. All else goes on as it should.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    // The discovery document.
    /// Discovery: status 200 and a page that is not JSON.
    DiscoveryGarbage,
    /// Discovery: status 500.
    DiscoveryServerError,
    /// Discovery: valid JSON of more than [`HUGE_LEN`] bytes, streamed without a length.
    DiscoveryHuge,
    /// Discovery: another issuer.
    DiscoveryWrongIssuer,
    /// Discovery: no issuer.
    DiscoveryNoIssuer,

    // The JWK Set.
    /// JWK Set: status 200 and a page that is not JSON.
    JwksGarbage,
    /// JWK Set: status 500.
    JwksServerError,
    /// JWK Set: valid JSON of more than [`HUGE_LEN`] bytes, streamed without a length.
    JwksHuge,
    /// JWK Set: no key at all.
    JwksEmpty,
    /// JWK Set: a malformed key stands before the good ones, which a client should still use.
    JwksOneMalformedKey,
    /// JWK Set: all keys are for encryption (`"use": "enc"`).
    JwksForEncryption,

    // The authorization response.
    /// Callback: `iss` of another provider (a mix-up attack, RFC 9207 section 1).
    CallbackWrongIss,
    /// Callback: no `iss`, although discovery promises it.
    CallbackNoIss,

    // The token response; the code or refresh token is not used up by the first group.
    /// Token endpoint: status 200 and a page that is not JSON.
    TokenGarbage,
    /// Token endpoint: status 500.
    TokenServerError,
    /// Token endpoint: `invalid_grant` with [`HOSTILE_DESCRIPTION`].
    TokenInvalidGrant,
    /// Token endpoint: valid JSON of more than [`HUGE_LEN`] bytes, streamed without a length.
    TokenHuge,
    /// Token endpoint: the right answer after this long.
    TokenSlow(Duration),
    /// Token endpoint: a redirect (307, which would carry the secret along) to `http://127.0.0.1:9/`.
    TokenRedirect,
    /// Token response: no `id_token`.
    NoIdToken,
    /// Token response: no `refresh_token`.
    NoRefreshToken,
    /// Token response: `token_type` is `mac`.
    WrongTokenType,

    // The signature of the ID token.
    /// ID token: a `kid` that is not in the JWK Set; the key is.
    UnknownKid,
    /// ID token: signed by a key that is not in the JWK Set, under the `kid` of one that is.
    UnknownKey,
    /// ID token: no `kid`. A client should accept that while there is one key.
    NoKid,
    /// ID token: `alg` is `none`, no signature.
    AlgNone,
    /// ID token: `alg` is HS256, the MAC key is the public key as it stands in the JWK Set.
    Hs256WithPublicKey,
    /// ID token: one bit of the signature is wrong.
    BadSignature,
    /// ID token: a critical header that nobody knows (RFC 7515 section 4.1.11), signed well.
    UnknownCriticalHeader,

    // The claims of the ID token, signed well.
    /// ID token: another `iss`.
    WrongIssuer,
    /// ID token: another `aud`.
    WrongAudience,
    /// ID token: no `aud`.
    NoAudience,
    /// ID token: `aud` is a list of this client alone, which is fine.
    AudienceList,
    /// ID token: `aud` has this client and another one, and there is no `azp`.
    ExtraAudienceWithoutAzp,
    /// ID token: `azp` is another client.
    WrongAzp,
    /// ID token: no `sub`.
    NoSubject,
    /// ID token: expired an hour ago.
    Expired,
    /// ID token: `nbf` is in an hour.
    NotYetValid,
    /// ID token: no `iat`.
    NoIssuedAt,
    /// ID token: `iat` is in an hour.
    IssuedInFuture,
    /// ID token: another `nonce`.
    WrongNonce,
    /// ID token: no `nonce`.
    NoNonce,
    /// ID token: `at_hash` of another access token.
    BadAtHash,
    /// ID token: no `email`.
    NoEmail,
    /// ID token: `email` is a number.
    EmailNotString,
    /// ID token: `email_verified` is `false`.
    EmailVerifiedFalse,
    /// ID token: `email_verified` is the text `"true"`.
    EmailVerifiedString,
    /// ID token: no `email_verified`.
    NoEmailVerified,
    /// ID token after a refresh: another `sub`; after a login the right one.
    OtherSubjectOnRefresh,
    /// ID token after a refresh: another `iss`; after a login the right one.
    OtherIssuerOnRefresh,
}

/// The fault that is on, if any. Each endpoint asks it at the places where something can be spoiled.
pub(super) struct Faults(pub(super) Option<Fault>);
