//! Values that no message may repeat.

use std::convert::Infallible;

use kkp_oidc_core::secret::SecretString;

/// Take a value as it is: what is wrong with it is found later, without repeating it as clap would.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a value parser")]
pub(super) fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(text.into())
}
