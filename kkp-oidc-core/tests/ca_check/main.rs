//! What `ca_check` says of constructed chains, against OpenSSL, Go and rustls.

mod cases;
mod documented;
mod explanation;
mod names;
mod odd_input;
mod remedies;
mod verdicts;
