//! Requests of people, taken apart without losing any: what cannot be read is answered like what does not exist.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};
use url::form_urlencoded;

use crate::body::{self, BodyError};
use crate::error::LoginError;

/// Longest form, in bytes: three hundred people with the longest addresses, each letter percent-encoded.
pub(super) const MAX_FORM_LEN: usize = 256 * 1024;

/// The segments of the path that the route names. Those that are no text are empty, which no id and no token is.
pub(super) struct Segments<T>(pub(super) T);

impl<S: Send + Sync, T: Default + DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Path::from_request_parts(parts, state).await.map_or_else(|_| T::default(), |Path(segments)| segments)))
    }
}

/// The form in the body: texts, each of which may be absent. Of a field that comes twice the first one counts; what has no field
/// is left out. The type of the body is not asked for: a body of another type has no field that is known.
pub(super) async fn form<T: DeserializeOwned>(request: Request) -> Result<T, LoginError> {
    let body = body::arrive(request, MAX_FORM_LEN).await.map_err(|error| match error {
        BodyError::TooLarge => LoginError::FormTooLong,
        other => other.into(),
    })?;
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(&body).into_owned() {
        fields.entry(name).or_insert(value);
    }
    T::deserialize(MapDeserializer::<_, ValueError>::new(fields.into_iter())).map_err(|_| LoginError::FormTooLong)
}
