//! The two files beside the pages: a script that copies, and the icon. Everything works without them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

pub(super) const SCRIPT: Asset = Asset {
    stem: "copy",
    extension: "js",
    media_type: "text/javascript; charset=utf-8",
    content: include_str!("copy.js"),
};
pub(super) const ICON: Asset =
    Asset { stem: "icon", extension: "svg", media_type: "image/svg+xml", content: include_str!("icon.svg") };

const ASSETS: [Asset; 2] = [SCRIPT, ICON];

/// A file of ours.
pub(super) struct Asset {
    stem: &'static str,
    extension: &'static str,
    media_type: &'static str,
    content: &'static str,
}

impl Asset {
    /// Its name, which changes with its content: `copy.0123456789abcdef.js`.
    pub(super) fn name(&self) -> String {
        let digest = Sha256::digest(self.content);
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("{}.{hash}.{}", self.stem, self.extension)
    }
}

/// The answer to `GET {base}/assets/{name}`.
///
/// A name that another version of this service has given is answered with what this version has, and not for keeping:
/// while a new version is rolled out, either may be asked for what the other one's pages name.
pub(crate) fn asset(name: &str) -> Response {
    let is_of = |asset: &&Asset| {
        let rest = name.strip_prefix(asset.stem).and_then(|rest| rest.strip_suffix(asset.extension));
        let hash = rest.and_then(|rest| rest.strip_prefix('.')?.strip_suffix('.'));
        hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let Some(asset) = ASSETS.iter().find(is_of) else { return StatusCode::NOT_FOUND.into_response() };
    let keeping = if name == asset.name() { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keeping)),
    ];
    (headers, asset.content).into_response()
}
