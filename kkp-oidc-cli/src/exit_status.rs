//! Exit statuses, by who can mend what went wrong. 0 is fine, 2 is clap's for wrong usage.

/// Exit status when an operator's settings or files are refused, or something speaks against them.
pub(crate) const REFUSED: u8 = 1;

/// Exit status for wrong usage that clap cannot see.
pub(crate) const USAGE: u8 = 2;

/// Exit status when a file or the network gives trouble.
pub(crate) const ENVIRONMENT: u8 = 3;
