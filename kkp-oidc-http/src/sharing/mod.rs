//! What owners and recipients do with share links of our own, whatever face they come through.

mod links;
mod owner;
mod redeem;

pub(crate) use self::links::{CreateError, OwnLink};
pub(crate) use self::owner::{Current, Visitor};
pub(crate) use self::redeem::{Fetched, Offer};
