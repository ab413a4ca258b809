//! Certificates of a file, as they are.

use std::path::Path;

use kkp_oidc_core::ca_bundle::{Assembled, Assembler, Fault, Order, Policy, Severity};

use crate::error::CliError;
use crate::io;

/// All that can be read, in the order of the file. A file without any certificate is an error.
pub(super) fn read(path: &Path) -> Result<Assembled, CliError> {
    let mut assembler = Assembler::new(Policy::unjudged());
    let mut input = assembler.open(&io::origin(path));
    io::read_pieces(path, |piece| input.feed(piece))?;
    input.close();
    let assembled = assembler.finish(Order::Input);
    if assembled.is_empty() {
        return Err(CliError::NoCertificate { path: path.to_owned() });
    }
    Ok(assembled)
}

/// The DER of each.
pub(super) fn certificates(assembled: &Assembled) -> Vec<Vec<u8>> {
    assembled.certificates().map(|certificate| certificate.der().to_vec()).collect()
}

/// Say on stderr what of a file does not count; a client does not say it.
pub(super) fn warn(assembled: &Assembled) {
    for finding in assembled.findings().iter().filter(|finding| finding.fault.severity() >= Severity::Warning) {
        match finding.fault {
            Fault::PrivateKey => {
                io::say(&format!("warning: {}: a private key; take it out, and replace it", finding.place))
            }
            _ => io::say(&format!("warning: {}: {}", finding.place, finding.fault)),
        }
    }
}
