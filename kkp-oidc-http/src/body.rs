//! Bodies of requests: that they arrive whole and in time, and JSON.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::{HeaderMap, header};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use tokio::time::timeout;

/// Longest body, in bytes: 64 KiB.
const MAX_BODY_LEN: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// Why a body is not used. What is in it is not repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("content type is not application/json")]
    NotJson,
    #[error("body has more bytes than it may have")]
    TooLarge,
    #[error("body did not arrive in time")]
    TooSlow,
    #[error("body ended before it was whole")]
    BrokenOff,
    #[error("body cannot be used at line {line}, column {column}")]
    Malformed { line: usize, column: usize },
}

/// The whole body, of at most so many bytes, within [`BODY_PATIENCE`].
pub(crate) async fn arrive(mut request: Request, max_len: usize) -> Result<Bytes, BodyError> {
    DefaultBodyLimit::max(max_len).apply(&mut request);
    let arriving = timeout(BODY_PATIENCE, Bytes::from_request(request, &()));
    arriving.await.map_err(|_| BodyError::TooSlow)?.map_err(refused)
}

/// The body as JSON. The content type is asked for, so that no form of another site can be taken for it.
pub(crate) async fn read<T: DeserializeOwned>(request: Request) -> Result<T, BodyError> {
    if !is_json(request.headers()) {
        return Err(BodyError::NotJson);
    }
    let bytes = arrive(request, MAX_BODY_LEN).await?;
    let parsed = serde_json::from_slice(&bytes).map(|Object(body)| body);
    parsed.map_err(|error| BodyError::Malformed { line: error.line(), column: error.column() })
}

/// What is an object in JSON. serde takes a list as well for a struct, with its fields in the order of the source.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

fn refused(rejection: BytesRejection) -> BodyError {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => BodyError::TooLarge,
        _ => BodyError::BrokenOff,
    }
}

/// `application/json`, with whatever parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let announced = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = announced.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
