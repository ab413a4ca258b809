//! Probes over the network.

use std::net::ToSocketAddrs as _;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_bundle::{Assembler, Order, Policy};
use kkp_oidc_core::ca_check::{self, Client, Outcome, ServerAddress};
use kkp_oidc_core::doctor::Probe;
use kkp_oidc_core::kkp::Installation;

use super::provider::Provider;
use crate::args::doctor::DoctorArgs;
use crate::commands::ca;
use crate::error::CliError;

/// The most time that finding an address may take.
const DNS_TIMEOUT: Duration = Duration::from_secs(5);

/// The certificates that count, and where they are from.
pub(super) struct Trusted {
    pub(super) certificates: Vec<Vec<u8>>,
    from: &'static str,
}

/// The certificates of `--ca-bundle`, else those in the files, else the system's.
pub(super) fn trust(args: &DoctorArgs, installation: &Installation) -> Result<Trusted, CliError> {
    if let Some(path) = &args.ca_bundle {
        return Ok(Trusted { certificates: ca::certificates(path)?, from: "--ca-bundle" });
    }
    if let Some(pem) = installation.ca_bundle_pem() {
        let mut assembler = Assembler::new(Policy::unjudged());
        let mut input = assembler.open("the CA bundle");
        let _ = input.feed(&pem);
        input.close();
        let assembled = assembler.finish(Order::Input);
        let certificates = assembled.certificates().map(|one| one.der().to_vec()).collect();
        return Ok(Trusted { certificates, from: "the CA bundle in the files" });
    }
    let certificates = ca::system_file().and_then(|path| ca::certificates(&path)).unwrap_or_default();
    Ok(Trusted { certificates, from: "this system's CA certificates, since the files have no CA bundle" })
}

/// Ask one provider everything.
pub(super) fn ask(provider: &Provider, trusted: &Trusted, now: UnixTime) -> Vec<Probe> {
    let Some((address, is_https)) = address(&provider.issuer) else {
        let help = "see what is said about the issuer above";
        return vec![Probe::failed("dns", "the issuer is no URL with a host", help)];
    };
    let dns = dns(&address);
    let has_address = dns.state == kkp_oidc_core::doctor::State::Ok;
    let mut probes = vec![dns];
    if !has_address {
        probes.push(Probe::not_tried("tls", "there is no address to connect to"));
        probes.push(Probe::not_tried("discovery", "there is no address to connect to"));
        return probes;
    }
    probes.push(if is_https {
        tls(&address, trusted, now)
    } else {
        Probe::not_tried("tls", "the issuer has no https")
    });
    probes.extend(http(provider, trusted));
    probes
}

/// Host and port of an issuer, and whether it is https.
fn address(issuer: &str) -> Option<(ServerAddress, bool)> {
    let (is_https, rest) = match issuer.split_once("://")? {
        ("https", rest) => (true, rest),
        ("http", rest) => (false, rest),
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let has_port = authority.rsplit_once(':').is_some_and(|(host, _)| !host.starts_with('[') || host.ends_with(']'));
    let text = if has_port { authority.to_owned() } else { format!("{authority}:{}", if is_https { 443 } else { 80 }) };
    text.parse().ok().map(|address| (address, is_https))
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
    let pem = CaBundle::to_pem(trusted.certificates.iter().map(Vec::as_slice));
    let trust = CaBundle::from_pem(pem.as_bytes(), trusted.from).map_or(Trust::System, Trust::Bundle);
    let help = "see `kkp-oidc ca explain`";
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
