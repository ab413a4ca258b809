//! Errors as programs see them.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use kkp_oidc_core::share::ShareFormError;
use serde::Serialize;

use super::{LoginError, PublicError};
use crate::body::BodyError;

/// Why a request was refused: KKP's shape (spec section 4.8), and what is stable beside it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Error))]
pub(crate) struct ErrorBody {
    error: KkpError,
    /// What is wrong, in a word that does not change.
    code: &'static str,
    /// With the code `share_form`: everything that is wrong with the form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldProblem>,
}

/// The part that KKP has too.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct KkpError {
    /// The status.
    code: u16,
    /// One or two sentences for people. They may change.
    message: String,
}

/// What is wrong with one field of the form.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct FieldProblem {
    /// Name of the field.
    field: &'static str,
    /// What was expected. It may change.
    message: String,
}

impl LoginError {
    /// What programs are told.
    pub(crate) fn body(&self) -> ErrorBody {
        ErrorBody { fields: self.fields(), ..self.public().into_body() }
    }

    fn fields(&self) -> Vec<FieldProblem> {
        let Self::ShareForm(ShareFormError { problems, .. }) = self else { return Vec::new() };
        let field = |(field, problem): &(kkp_oidc_core::share::FormField, _)| FieldProblem {
            field: field.name(),
            message: ToString::to_string(problem),
        };
        problems.iter().map(field).collect()
    }

    /// The answer for programs that ask for nothing else than JSON, whatever they accept; causes go to the log.
    pub(crate) fn into_json_response(self) -> Response {
        let public = self.public();
        self.log(&public);
        let mut response = respond(public.status, &self.body());
        if let Some(secs) = self.retry_after_secs() {
            response.headers_mut().insert(header::RETRY_AFTER, secs.into());
        }
        response
    }
}

impl PublicError {
    fn into_body(self) -> ErrorBody {
        ErrorBody {
            error: KkpError { code: self.status.as_u16(), message: self.message },
            code: self.code,
            fields: Vec::new(),
        }
    }

    pub(super) fn into_json(self) -> Response {
        respond(self.status, &self.into_body())
    }
}

fn respond(status: axum::http::StatusCode, body: &ErrorBody) -> Response {
    // INVARIANT: texts and numbers can be written as JSON.
    let mut body = serde_json::to_string(body).unwrap_or_default();
    body.push('\n');
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// The part of the table that is about bodies.
pub(super) fn of_body(error: BodyError) -> PublicError {
    match error {
        BodyError::NotJson => PublicError::new(
            415,
            "body_not_json",
            "The body is not announced as JSON. Send it with `Content-Type: application/json`.",
        ),
        BodyError::TooLarge => {
            PublicError::new(413, "body_too_large", "The body has more than 65536 bytes. Send fewer.")
        }
        BodyError::TooSlow => {
            PublicError::new(408, "body_too_slow", "The body did not arrive within 10 s. Send it again.")
        }
        BodyError::BrokenOff => PublicError::new(400, "body_broken_off", "The body ended early. Send it again."),
        BodyError::Malformed { line, column } => {
            let message = format!(
                "The body cannot be used from line {line}, column {column} on: it is no JSON, or has a field that is \
                 unknown or of another type there."
            );
            PublicError::new(400, "body_malformed", &message)
        }
    }
}
