//! The pages: plain HTML that works without script, in light and dark, on any width, in the reader's language.
//!
//! A page is a struct with what is to be shown, and `render`, which takes the [`Chrome`] around it. Texts come from
//! `messages/*.json`, see [`messages`].

mod assets;
mod chrome;
mod clusters;
#[cfg(feature = "dev-provider")]
pub mod gallery;
mod kind;
mod landing;
pub(crate) mod language;
mod lines;
mod link;
mod links;
mod logged_out;
mod messages;
mod policy;
mod qr;
mod redeem;
mod redeemed;
mod refused;
mod share_dialog;
pub(crate) mod share_form;
mod time;

pub(crate) use assets::asset;
pub(crate) use chrome::Chrome;
pub(crate) use clusters::{Clusters, OwnCluster};
pub(crate) use kind::Kind;
#[cfg(feature = "dev-provider")]
pub(crate) use landing::Demo;
pub(crate) use landing::Landing;
pub(crate) use link::{Audience, Link, LinkState, Occasion, Redemption, Uses};
pub(crate) use links::{LinkSummary, Links};
pub(crate) use logged_out::LoggedOut;
pub(crate) use policy::content_security_policy;
pub(crate) use redeem::Redeem;
pub(crate) use redeemed::{Redeemed, ShellKind, ShellLines};
pub(crate) use refused::{Detail, Refused};
pub(crate) use share_dialog::ShareDialog;
pub(crate) use share_form::{Problem, ShareForm};
