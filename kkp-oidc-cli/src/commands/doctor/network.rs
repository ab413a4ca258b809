//! Probes over the network.

use std::net::ToSocketAddrs as _;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_bundle::Assembled;
use kkp_oidc_core::ca_check::{self, Client, Outcome, ServerAddress};
use kkp_oidc_core::doctor::{Probe, State, report};
use kkp_oidc_core::kkp::Installation;

use super::provider::Provider;
use crate::args::doctor::DoctorArgs;
use crate::commands::ca;
use crate::error::CliError;

/// The most time that finding an address may take.
const DNS_TIMEOUT: Duration = Duration::from_secs(5);

/// The certificates that count, and where they are from.
pub(super) struct Trusted {
    certificates: Vec<Vec<u8>>,
    from: &'static str,
    /// They are the system's, since nobody named others.
    #[cfg_attr(not(feature = "serve"), expect(dead_code, reason = "only HTTP requests need it"))]
    is_system: bool,
}

/// The certificates of `--ca-bundle`, else those in the files, else the system's.
pub(super) fn trust(args: &DoctorArgs, installation: &Installation) -> Result<Trusted, CliError> {
    if let Some(path) = &args.ca_bundle {
        return Ok(Trusted { certificates: ca::certificates(path)?, from: "--ca-bundle", is_system: false });
    }
    if let Some(bundle) = installation.ca_bundle() {
        let bundle = Assembled::unjudged("the CA bundle", bundle.pem.as_bytes());
        let certificates = bundle.certificates().map(|one| one.der().to_vec()).collect();
        return Ok(Trusted { certificates, from: "the CA bundle in the files", is_system: false });
    }
    let certificates = ca::certificates(&ca::system_file()?)?;
    let from = "this system's CA certificates, since the files have no CA bundle";
    Ok(Trusted { certificates, from, is_system: true })
}

/// Ask one provider everything.
pub(super) fn ask(provider: &Provider, trusted: &Trusted, now: UnixTime) -> Vec<Probe> {
    report(asked(provider, trusted, now))
}

fn asked(provider: &Provider, trusted: &Trusted, now: UnixTime) -> Vec<Probe> {
    let Some(address) = ServerAddress::of_url(&provider.issuer) else {
        let help = "write the issuer as in https://kkp.example.com/dex";
        return vec![Probe::failed("dns", "the issuer is no https URL with a host", help)];
    };
    let dns = dns(&address);
    if dns.state != State::Ok {
        return vec![dns];
    }
    let tls = match provider.issuer.split_once(':') {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => tls(&address, trusted, now),
        _ => Probe::not_tried("tls", "the issuer has no https"),
    };
    let mut probes = vec![dns, tls];
    probes.extend(http(provider, trusted));
    probes
}

fn dns(address: &ServerAddress) -> Probe {
    let (host, port) = (address.host.as_str().to_owned(), address.port);
    let (sender, receiver) = mpsc::channel();
    // Finding the address cannot be interrupted: it is left behind if it takes too long.
    thread::spawn({
        let host = host.clone();
        move || {
            let found = (host.as_str(), port).to_socket_addrs();
            let _ = sender.send(found.map(|all| all.map(|one| one.ip().to_string()).collect::<Vec<_>>()));
        }
    });
    let help = "look from here with `getent hosts`; user clusters must find it, too";
    match receiver.recv_timeout(DNS_TIMEOUT) {
        Err(_) => Probe::failed("dns", format!("no answer for {host} within 5 seconds"), help),
        Ok(Err(error)) => Probe::failed("dns", format!("{host} is not found: {error}"), help),
        Ok(Ok(addresses)) if addresses.is_empty() => Probe::failed("dns", format!("{host} has no address"), help),
        Ok(Ok(mut addresses)) => {
            addresses.dedup();
            Probe::ok("dns", format!("{host} is {}", addresses.join(", ")))
        }
    }
}

/// What clients that trust exactly these certificates make of the server.
fn tls(address: &ServerAddress, trusted: &Trusted, now: UnixTime) -> Probe {
    let chain = match ca::probe_chain(address) {
        Ok(chain) => chain,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            return Probe::failed("tls", format!("{error}{cause}"), "is it a TLS port, and open from here?");
        }
    };
    let verdicts = ca_check::check(&trusted.certificates, &chain, Some(&address.host), now);
    let refused = verdicts.iter().find_map(|verdict| match &verdict.outcome {
        Outcome::Refused { reason, remedy, .. } => Some((verdict.client, reason, remedy)),
        _ => None,
    });
    match refused {
        None => Probe::ok("tls", format!("accepted with {}", trusted.from)),
        Some((client, reason, remedy)) => {
            let message = format!("{} refuses the server with {}: {reason}", client.name(), trusted.from);
            let help = remedy.as_ref().map_or_else(
                || "`kkp-oidc ca check` says what each client makes of it".to_owned(),
                ToString::to_string,
            );
            if client == Client::OpenSsl {
                Probe::warning("tls", message, help)
            } else {
                Probe::failed("tls", message, help)
            }
        }
    }
}

#[cfg(feature = "serve")]
fn http(provider: &Provider, trusted: &Trusted) -> Vec<Probe> {
    use kkp_oidc_core::ca_bundle::CaBundle;
    use kkp_oidc_http::{SystemClock, SystemEntropy, Trust, probe_provider};

    let Some(config) = &provider.config else {
        let because = "a setting that is needed is missing or wrong, as said above";
        return vec![Probe::not_tried("discovery", because)];
    };
    let help = "see `kkp-oidc ca explain`";
    let trust = if trusted.is_system {
        Trust::System
    } else {
        let pem = CaBundle::to_pem(trusted.certificates.iter().map(Vec::as_slice));
        match CaBundle::from_pem(pem.as_bytes(), trusted.from) {
            Ok(bundle) => Trust::Bundle(bundle),
            // Nothing is sent under a trust that nobody chose.
            Err(error) => return vec![Probe::failed("discovery", error.to_string(), help)],
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Probe::failed("discovery", format!("no request can be made: {error}"), help)],
    };
    runtime
        .block_on(probe_provider(config, &trust, &SystemClock, &SystemEntropy))
        .unwrap_or_else(|error| vec![Probe::failed("discovery", error.to_string(), help)])
}

#[cfg(not(feature = "serve"))]
fn http(_: &Provider, _: &Trusted) -> Vec<Probe> {
    vec![Probe::not_tried("discovery", "this kkp-oidc is built without the feature `serve`, which has an HTTP client")]
}
