//! Writes certificates for the comparison with other programs: `cargo run --release --example ca_bundle_input -- 10000`.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a program of its own; it may end with a panic")]

mod generate;

use std::io::Write as _;

fn main() {
    let len = std::env::args().nth(1).map_or(10_000, |text| text.parse().unwrap());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    generate::generate(len, 1, |pem| out.write_all(pem.as_bytes()).unwrap());
    out.flush().unwrap();
}
