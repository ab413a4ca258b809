//! What stands at the root.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chrome::Chrome;
#[cfg(feature = "dev-provider")]
use super::lines::Lines;

/// What stands at the root.
#[derive(Clone, Debug)]
pub(crate) enum Landing {
    /// What this service is.
    Static,
    /// The demo: its cluster and its share link.
    #[cfg(feature = "dev-provider")]
    Demo(Demo),
}

/// What the demo page shows.
#[cfg(feature = "dev-provider")]
#[derive(Clone, Debug)]
pub(crate) struct Demo {
    pub(crate) cluster: String,
    pub(crate) cluster_id: String,
    pub(crate) server: String,
    pub(crate) owner: String,
    pub(crate) recipient: String,
    pub(crate) share_link: String,
    pub(crate) kubelogin_link: String,
}

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingHtml<'a> {
    c: &'a Chrome,
}

#[cfg(feature = "dev-provider")]
#[derive(Template)]
#[template(path = "demo.html")]
struct DemoHtml<'a> {
    c: &'a Chrome,
    demo: &'a Demo,
}

#[cfg(feature = "dev-provider")]
impl DemoHtml<'_> {
    fn bind_command(&self) -> String {
        format!("kubectl create clusterrolebinding lukaszviewer --clusterrole=view --user={}", self.demo.recipient)
    }
}

impl Landing {
    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        match self {
            Self::Static => chrome.respond(StatusCode::OK, &LandingHtml { c: chrome }),
            #[cfg(feature = "dev-provider")]
            Self::Demo(demo) => chrome.respond(StatusCode::OK, &DemoHtml { c: chrome, demo }),
        }
    }
}
