//! `kkp-oidc key`

use kkp_oidc_core::cookie_key::CookieKey;

use crate::args::{KeyArgs, Output};
use crate::error::CliError;
use crate::io;

/// Print a fresh cookie key, or write it to a new file.
pub(crate) fn run(args: &KeyArgs, output: Output) -> Result<(), CliError> {
    let mut random = [0; 32];
    // INVARIANT: every platform we build for has a random source; a guessable key must not come out.
    #[expect(clippy::expect_used, reason = "a guessable key must not come out")]
    getrandom::fill(&mut random).expect("the operating system gives randomness");
    let key = CookieKey::generate(random);
    match (&args.file, output) {
        (Some(path), _) => {
            io::create_secret(path, &key)?;
            io::say(&format!("wrote a cookie key to {}", path.display()));
            Ok(())
        }
        (None, Output::Human) => io::print_line(key.expose_secret()),
        // The key is hexadecimal: it needs no escaping.
        (None, Output::Json) => io::print_line(&format!(r#"{{"cookie_key":"{}"}}"#, key.expose_secret())),
    }
}
