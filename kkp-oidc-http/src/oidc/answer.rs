//! What a request to the provider brings.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// What came back, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}
