//! What a handler of a page answers when it cannot show the page.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::error::LoginError;
use crate::pages::Chrome;
use crate::state::AppState;

/// Not the page that was asked for.
pub(super) enum Answer {
    /// Another address of ours.
    Elsewhere(String),
    /// A refusal.
    Refused {
        error: LoginError,
        /// Path below the base where it may go better.
        again: Option<String>,
        /// Path below the base where somebody else can log in.
        other_person: Option<String>,
    },
}

impl Answer {
    pub(super) const fn of(error: LoginError) -> Self {
        Self::Refused { error, again: None, other_person: None }
    }

    /// With a path below the base where it may go better.
    pub(super) fn again(mut self, path: impl Into<String>) -> Self {
        if let Self::Refused { again, .. } = &mut self {
            *again = Some(path.into());
        }
        self
    }

    /// With a path below the base where somebody else can log in.
    pub(super) fn other_person(mut self, path: impl Into<String>) -> Self {
        if let Self::Refused { other_person, .. } = &mut self {
            *other_person = Some(path.into());
        }
        self
    }

    pub(super) fn respond(self, state: &AppState, headers: &HeaderMap) -> Response {
        match self {
            Self::Elsewhere(location) => go_to(&location),
            Self::Refused { error, again, other_person } => {
                error.into_response_with(headers, &chrome(state, headers), again, other_person)
            }
        }
    }
}

impl From<LoginError> for Answer {
    fn from(error: LoginError) -> Self {
        Self::of(error)
    }
}

/// What is around every page of ours.
pub(super) fn chrome(state: &AppState, headers: &HeaderMap) -> Chrome {
    Chrome::new(headers, state.base_path())
}

/// To another address, by GET.
pub(super) fn go_to(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
