//! Faults of whole answers.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use http_body::Frame;
use serde_json::{Map, Value, json};

use super::{Fault, Faults};

/// The `error_description` of [`Fault::TokenInvalidGrant`]: mark-up, line breaks, an escape sequence, a bidi override.
pub const HOSTILE_DESCRIPTION: &str =
    "<script>alert(1)</script>\r\nSet-Cookie: stolen=1\r\n\u{1b}[2Jlevel=info \u{202e}secret";

/// At least so many bytes have the huge answers: 100 MB.
pub const HUGE_LEN: u64 = 100_000_000;

const WRONG_ISSUER: &str = "https://attacker.example";

impl Faults {
    /// What the discovery endpoint answers instead.
    pub(crate) fn discovery_answer(&self) -> Option<Response> {
        match self.0? {
            Fault::DiscoveryGarbage => Some(garbage()),
            Fault::DiscoveryServerError => Some(server_error()),
            Fault::DiscoveryHuge => Some(huge()),
            _ => None,
        }
    }

    pub(crate) fn spoil_discovery(&self, document: &mut Value) {
        match self.0 {
            Some(Fault::DiscoveryWrongIssuer) => document["issuer"] = json!(WRONG_ISSUER),
            Some(Fault::DiscoveryNoIssuer) => {
                document.as_object_mut().map(|document| document.remove("issuer"));
            }
            _ => {}
        }
    }

    /// What the JWK Set endpoint answers instead.
    pub(crate) fn jwks_answer(&self) -> Option<Response> {
        match self.0? {
            Fault::JwksGarbage => Some(garbage()),
            Fault::JwksServerError => Some(server_error()),
            Fault::JwksHuge => Some(huge()),
            _ => None,
        }
    }

    pub(crate) fn spoil_jwks(&self, jwks: &mut Value) {
        let Some(keys) = jwks["keys"].as_array_mut() else { return };
        match self.0 {
            Some(Fault::JwksEmpty) => keys.clear(),
            Some(Fault::JwksOneMalformedKey) => keys.insert(0, json!({ "kty": "RSA", "kid": 1, "n": null })),
            Some(Fault::JwksForEncryption) => keys.iter_mut().for_each(|key| key["use"] = json!("enc")),
            _ => {}
        }
    }

    /// What the token endpoint answers instead; a slow one only takes its time.
    pub(crate) async fn token_answer(&self) -> Option<Response> {
        match self.0? {
            Fault::TokenGarbage => Some(garbage()),
            Fault::TokenServerError => Some(server_error()),
            Fault::TokenHuge => Some(huge()),
            Fault::TokenInvalidGrant => {
                let body = json!({ "error": "invalid_grant", "error_description": HOSTILE_DESCRIPTION });
                Some((StatusCode::BAD_REQUEST, Json(body)).into_response())
            }
            Fault::TokenRedirect => {
                Some((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "http://127.0.0.1:9/")]).into_response())
            }
            Fault::TokenSlow(delay) => {
                tokio::time::sleep(delay).await;
                None
            }
            _ => None,
        }
    }

    pub(crate) fn spoil_tokens(&self, tokens: &mut Map<String, Value>) {
        match self.0 {
            Some(Fault::NoIdToken) => {
                tokens.remove("id_token");
            }
            Some(Fault::NoRefreshToken) => {
                tokens.remove("refresh_token");
            }
            Some(Fault::WrongTokenType) => {
                tokens.insert("token_type".into(), json!("mac"));
            }
            _ => {}
        }
    }

    /// The `iss` parameter of an authorization response of `issuer`.
    pub(crate) fn callback_issuer(&self, issuer: &str) -> Option<String> {
        match self.0 {
            Some(Fault::CallbackNoIss) => None,
            Some(Fault::CallbackWrongIss) => Some(WRONG_ISSUER.to_owned()),
            _ => Some(issuer.to_owned()),
        }
    }
}

fn garbage() -> Response {
    Html("<html><body>It works!</body></html>").into_response()
}

fn server_error() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "out of order").into_response()
}

fn huge() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], Body::new(HugeJson { sent: 0 })).into_response()
}

/// `{"padding":"aaa…"}`, made while it is sent.
struct HugeJson {
    sent: u64,
}

impl HttpBody for HugeJson {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        static PADDING: [u8; 64 * 1024] = [b'a'; 64 * 1024];
        let data: &'static [u8] = match self.sent {
            0 => b"{\"padding\":\"",
            sent if sent < HUGE_LEN => &PADDING,
            sent if sent < u64::MAX => {
                self.sent = u64::MAX;
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"\"}")))));
            }
            _ => return Poll::Ready(None),
        };
        self.sent += data.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(data)))))
    }
}
