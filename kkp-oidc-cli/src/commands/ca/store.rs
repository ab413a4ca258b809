//! PKCS#12 among the inputs and as the output of a bundle, and the passwords for them.

use std::io::IsTerminal as _;
use std::path::Path;

use kkp_oidc_core::ca_bundle::{Assembled, MAX_BINARY_LEN, Pkcs12};
use kkp_oidc_core::secret::SecretString;

use crate::error::CliError;
use crate::io;
use crate::pkcs12::{Password, Refusal, Store};

/// How often somebody at the terminal may try.
const TRIES: usize = 3;

/// Where passwords come from: the file that was named, otherwise whoever sits at the terminal.
pub(super) struct Passwords {
    named: Option<SecretString>,
}

impl Passwords {
    /// Read the file that was named.
    pub(super) fn read(file: Option<&Path>) -> Result<Self, CliError> {
        Ok(Self { named: file.map(io::first_line).transpose()? })
    }

    /// This one only.
    pub(super) const fn only(password: SecretString) -> Self {
        Self { named: Some(password) }
    }

    /// The password for a store that is to be written; it is asked for twice.
    pub(super) fn for_output(&self, path: &Path) -> Result<SecretString, CliError> {
        if let Some(password) = &self.named {
            return Ok(password.clone());
        }
        if !std::io::stdin().is_terminal() {
            return Err(CliError::NoPassword { path: path.to_owned() });
        }
        let name = path.display().to_string();
        let password = ask(&format!("New password of {}: ", name.escape_debug()))?;
        let again = ask("The same again: ")?;
        if password.ct_eq(&again) { Ok(password) } else { Err(CliError::PasswordsDiffer) }
    }
}

/// Open an input, and say what is in it. The empty password is tried without asking.
pub(super) fn open(input: Pkcs12<'_>, origin: &str, passwords: &Passwords) -> Result<(), CliError> {
    match certificates(input.bytes(), origin, passwords)? {
        Ok(certificates) => input.certificates(certificates),
        Err(Refusal::PrivateKey) => input.private_key(),
        Err(Refusal::Password) => input.refuse(match &passwords.named {
            Some(_) => "it is PKCS#12 with another password than the one that was given",
            None => "it is PKCS#12 with a password that is not known",
        }),
        Err(Refusal::Why(why)) => input.refuse(why),
    }
    Ok(())
}

fn certificates(der: &[u8], origin: &str, passwords: &Passwords) -> Result<Result<Vec<Vec<u8>>, Refusal>, CliError> {
    let store = match Store::parse(der) {
        Ok(store) => store,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let named = passwords.named.iter().map(|password| Password::new(password.expose_secret()));
    let mut result = Err(Refusal::Password);
    for password in Password::empty().into_iter().chain(named) {
        result = store.open(&password);
        if result != Err(Refusal::Password) {
            return Ok(result);
        }
    }
    if passwords.named.is_none() && std::io::stdin().is_terminal() {
        for _ in 0..TRIES {
            let password = ask(&format!("Password of {}: ", origin.escape_debug()))?;
            result = store.open(&Password::new(password.expose_secret()));
            if result != Err(Refusal::Password) {
                break;
            }
        }
    }
    Ok(result)
}

/// Whether a file is a store with this password and just these certificates. (As text it differs each time.)
pub(super) fn holds(path: &Path, bundle: &Assembled, password: &SecretString) -> Result<bool, CliError> {
    let mut der = Vec::new();
    if !path.is_file() {
        return Ok(false);
    }
    io::read_pieces(path, |piece| {
        der.extend_from_slice(piece);
        if der.len() > MAX_BINARY_LEN { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    })?;
    let opened = Store::parse(&der).and_then(|store| store.open(&Password::new(password.expose_secret())));
    Ok(opened.is_ok_and(|certificates| certificates.iter().eq(bundle.certificates().map(|one| one.der()))))
}

fn ask(question: &str) -> Result<SecretString, CliError> {
    rpassword::prompt_password(question).map(SecretString::from).map_err(CliError::Prompt)
}
