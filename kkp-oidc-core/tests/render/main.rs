//! What the files of an installation come to, and back.

mod golden;
mod refusals;
mod round_trip;
