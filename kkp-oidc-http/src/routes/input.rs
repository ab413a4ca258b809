//! Requests of people, taken apart without losing any: what cannot be read is answered like what does not exist.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};
use url::form_urlencoded;

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

/// A form of texts, each of which may be absent. Of a field that comes twice the first one counts; what has no field is left
/// out. The type of the body is not asked for: a body of another type has no field that is known.
pub(super) struct Fields<T>(pub(super) Result<T, LoginError>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let Ok(body) = axum::body::to_bytes(request.into_body(), MAX_FORM_LEN).await else {
            return Ok(Self(Err(LoginError::FormTooLong)));
        };
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(&body).into_owned() {
            fields.entry(name).or_insert(value);
        }
        let form = T::deserialize(MapDeserializer::<_, ValueError>::new(fields.into_iter()));
        Ok(Self(form.map_err(|_| LoginError::FormTooLong)))
    }
}
