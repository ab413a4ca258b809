//! The `kkp-oidc` command.
fn main() {}
