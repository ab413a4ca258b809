//! Booleans as Go's flags take them.

use kkp_oidc_core::feature_gates::parse_go_bool;

/// The value parser.
pub(super) fn go_bool(text: &str) -> Result<bool, &'static str> {
    parse_go_bool(text).ok_or("expected true or false (or 1, t, T, TRUE, True, 0, f, F, FALSE, False)")
}
