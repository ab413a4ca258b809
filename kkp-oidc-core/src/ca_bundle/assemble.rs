//! From inputs to one bundle, with everything there is to say about them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::UnixTime;
use crate::ca_bundle::bundle::Assembled;
use crate::ca_bundle::certificate::{Facts, Fingerprint, MAX_CERTIFICATE_LEN, name_text};
use crate::ca_bundle::finding::{CertificateName, Fault, Finding, Place, Severity};
use crate::ca_bundle::order::Order;
use crate::ca_bundle::output;
use crate::ca_bundle::scan::MAX_SECTION_LEN;
use crate::ca_bundle::store::{Spot, Store};

/// Most distinct certificates that are taken. The web's roots are about 150.
pub const MAX_CERTIFICATES: usize = 1_000_000;

/// Most text without a whole PEM section, in bytes (64 MiB). After that the rest of an input is not read.
pub const MAX_GAP_LEN: usize = 64 * 1024 * 1024;

/// Longest input that is not text, in bytes (16 MiB).
pub const MAX_BINARY_LEN: usize = 16 * 1024 * 1024;

/// Most findings of one kind that are kept; more are only counted.
pub const MAX_FINDINGS: usize = 1_000;

/// What a certificate must fulfil.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(super) now: UnixTime,
    pub(super) allow_leaf: bool,
    pub(super) unjudged: bool,
    pub(super) warn_before_end: Option<i64>,
    pub(super) limits: Limits,
}

/// The numbers above, so that tests can stand at their edges.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Limits {
    pub(super) section_len: usize,
    pub(super) gap_len: usize,
    pub(super) binary_len: usize,
    pub(super) certificates: usize,
    pub(super) findings: usize,
}

impl Policy {
    /// CA certificates that are valid at `now`, both ends inclusive.
    #[must_use]
    pub const fn new(now: UnixTime) -> Self {
        let limits = Limits {
            section_len: MAX_SECTION_LEN,
            gap_len: MAX_GAP_LEN,
            binary_len: MAX_BINARY_LEN,
            certificates: MAX_CERTIFICATES,
            findings: MAX_FINDINGS,
        };
        Self { now, allow_leaf: false, unjudged: false, warn_before_end: None, limits }
    }

    /// Whatever can be read, to look into a bundle that exists.
    #[must_use]
    pub const fn unjudged() -> Self {
        let mut policy = Self::new(UnixTime::from_secs(0));
        policy.unjudged = true;
        policy
    }

    /// Take certificates that may not issue others, too.
    #[must_use]
    pub const fn allow_leaf(mut self) -> Self {
        self.allow_leaf = true;
        self
    }

    /// Warn of certificates that end within `time`, inclusive.
    #[must_use]
    pub fn warn_before_end(mut self, time: Duration) -> Self {
        self.warn_before_end = Some(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
        self
    }

    /// What is wrong with a certificate.
    fn faults(&self, facts: &Facts) -> [Option<Fault>; 4] {
        if self.unjudged {
            return [const { None }; 4];
        }
        let now = self.now;
        let (not_before, not_after) = (facts.not_before, facts.not_after);
        let ends_soon = |within| not_after.secs_since(now) <= within;
        let time = if not_after < now {
            Some(Fault::Expired { not_after, now })
        } else if not_before > now {
            Some(Fault::NotYetValid { not_before, now })
        } else if self.warn_before_end.is_some_and(ends_soon) {
            Some(Fault::ExpiresSoon { not_after, now })
        } else {
            None
        };
        [
            time,
            (!facts.is_ca && !self.allow_leaf).then_some(Fault::NotACa),
            facts.weak_signature.map(|algorithm| Fault::WeakSignature { algorithm }),
            facts.weak_key.map(|bits| Fault::WeakKey { bits }),
        ]
    }
}

/// Collects certificates from inputs.
///
/// Inputs come in pieces of any size. What is kept in memory are the distinct certificates, one section at most, and a
/// bounded number of findings: not the inputs.
///
/// ```
/// use kkp_oidc_core::UnixTime;
/// use kkp_oidc_core::ca_bundle::{Assembler, Order, Policy};
///
/// let mut assembler = Assembler::new(Policy::new(UnixTime::from_secs(1_590_969_600)));
/// let mut input = assembler.open("ca.pem");
/// let _ = input.feed(b"-----BEGIN CERTIFICATE-----\nAQID\n");
/// let _ = input.feed(b"-----END CERTIFICATE-----\n");
/// input.close();
/// let assembled = assembler.finish(Order::Chain);
/// assert_eq!(assembled.findings()[0].to_string(), "\
/// refused[unparsable]: it is not an X.509 certificate
///   --> ca.pem:1 (section 1)
///   = help: get the file again; `openssl x509 -in FILE -noout -text` must be able to read it");
/// ```
pub struct Assembler {
    pub(super) policy: Policy,
    origins: Vec<Arc<str>>,
    pub(super) store: Store,
    findings: Vec<Finding>,
    counts: BTreeMap<&'static str, usize>,
    worst: Option<Severity>,
}

impl Assembler {
    /// Nothing yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            origins: Vec::new(),
            store: Store::default(),
            findings: Vec::new(),
            counts: BTreeMap::new(),
            worst: None,
        }
    }

    /// Pass on the certificates that were kept since the last call, as PEM and in the order of the inputs, and forget all
    /// of them but their fingerprints and places, so that duplicates are still found. [`Assembled`] counts them, but no
    /// longer has them.
    ///
    /// # Errors
    ///
    /// The first error of `sink`.
    pub fn take_pem<E>(&mut self, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        output::write_pem(self.store.kept().iter().map(|kept| self.store.der(kept)), sink)?;
        self.store.pass_on();
        Ok(())
    }

    /// The certificates that were good enough, in `order`, and all findings in the order in which they were found.
    #[must_use]
    pub fn finish(mut self, order: Order) -> Assembled {
        self.store.forget_seen();
        let order = order.of(&self.store);
        Assembled {
            origins: self.origins,
            store: self.store,
            order,
            findings: self.findings,
            counts: self.counts,
            worst: self.worst,
        }
    }

    pub(super) fn origin(&mut self, origin: &str) -> u32 {
        let number = u32::try_from(self.origins.len()).unwrap_or(u32::MAX);
        self.origins.push(origin.into());
        number
    }

    /// Judge a certificate, and keep it if it is good enough.
    pub(super) fn certificate(&mut self, der: &[u8], spot: Spot) -> ControlFlow<()> {
        if der.len() > MAX_CERTIFICATE_LEN {
            self.found(spot, Fault::TooLong { limit: MAX_CERTIFICATE_LEN });
            return ControlFlow::Continue(());
        }
        let fingerprint = Fingerprint(Sha256::digest(der).into());
        if let Some(first) = self.store.see(fingerprint, spot) {
            let first = self.place(first);
            self.found_in(der, fingerprint, None, spot, Fault::Duplicate { first });
            return ControlFlow::Continue(());
        }
        if self.store.seen() > self.policy.limits.certificates {
            self.found(spot, Fault::TooManyCertificates { limit: self.policy.limits.certificates });
            return ControlFlow::Break(());
        }
        match Facts::read(der) {
            Ok(facts) => {
                if self.judge(der, fingerprint, &facts, spot) {
                    self.store.keep(der, fingerprint, spot, facts);
                }
            }
            Err(why) => self.found(spot, Fault::Unparsable { why }),
        }
        ControlFlow::Continue(())
    }

    /// Report everything about a certificate; whether it is good enough.
    fn judge(&mut self, der: &[u8], fingerprint: Fingerprint, facts: &Facts, spot: Spot) -> bool {
        let mut good = true;
        for fault in self.policy.faults(facts).into_iter().flatten() {
            good &= fault.severity() < Severity::Refused;
            self.found_in(der, fingerprint, Some(facts), spot, fault);
        }
        good
    }

    /// Report something that is not about a certificate.
    pub(super) fn found(&mut self, spot: Spot, fault: Fault) {
        if self.count(&fault) {
            let place = self.place(spot);
            self.findings.push(Finding { place, certificate: None, fault });
        }
    }

    /// Report something about a certificate.
    fn found_in(&mut self, der: &[u8], fingerprint: Fingerprint, facts: Option<&Facts>, spot: Spot, fault: Fault) {
        if self.count(&fault) {
            let place = self.place(spot);
            let read = if facts.is_none() { Facts::read(der).ok() } else { None };
            let certificate = facts.or(read.as_ref()).map(|facts| {
                let subject = name_text(facts.subject.get(der));
                CertificateName { fingerprint, subject }
            });
            self.findings.push(Finding { place, certificate, fault });
        }
    }

    /// Count a finding; whether there is room for it.
    fn count(&mut self, fault: &Fault) -> bool {
        self.worst = self.worst.max(Some(fault.severity()));
        let count = self.counts.entry(fault.code()).or_default();
        *count = count.saturating_add(1);
        *count <= self.policy.limits.findings
    }

    fn place(&self, spot: Spot) -> Place {
        let origin = usize::try_from(spot.origin).ok().and_then(|number| self.origins.get(number));
        Place { origin: origin.cloned().unwrap_or_default(), section: spot.section, line: spot.line }
    }
}

impl Assembled {
    /// All certificates of one input that can be read, in its order, whatever there is to say about them.
    #[must_use]
    pub fn unjudged(origin: &str, bytes: &[u8]) -> Self {
        let mut assembler = Assembler::new(Policy::unjudged());
        assembler.add(origin, bytes);
        assembler.finish(Order::Input)
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
