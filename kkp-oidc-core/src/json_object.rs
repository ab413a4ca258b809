//! JSON objects that are objects.

use serde::de::DeserializeOwned;

/// A JSON object as `T`. The types that serde derives take an array, too, value by value; JOSE and discovery do not.
pub(crate) fn from_object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    json.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(json).ok()).flatten()
}
