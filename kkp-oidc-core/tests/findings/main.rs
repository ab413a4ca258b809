//! What is wrong with an installation's files, on the files of tests/data/findings.

mod cases;
mod snapshots;
