//! `kkp-oidc check` and `kkp-oidc explain`: what they print, what they write, how they end.

mod explain;
mod fix;
mod hostile;
mod output;
mod program;
mod snapshots;
