//! `kkp-oidc ca bundle`

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kkp_oidc_core::ca_bundle::{self, Assembled, Assembler, Order, Policy, Rendered, Severity};
use kkp_oidc_core::secret::SecretString;

use crate::args::Output;
use crate::args::ca_bundle::{BundleArgs, Format, OrderArg};
use crate::commands::ca::store::{self, Passwords};
use crate::error::CliError;
use crate::io::{NewFile, Replacement};
use crate::progress::Progress;
use crate::{io, pkcs12};

/// Where distributions have the certificates that they trust, in the order in which Go looks.
const SYSTEM_FILES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Most findings of one kind that are shown to people; `--output json` has more.
const MAX_SHOWN: usize = 20;

/// Make a bundle.
pub(crate) fn run(args: &BundleArgs, output: Output) -> Result<ExitCode, CliError> {
    let passwords = Passwords::read(args.password_file.as_deref())?;
    if let Some(path) = streamed(args, output)
        && let Some(file) = Replacement::begin(path, NewFile::AsUsual).map_err(|cause| io::unwritten(path, cause))?
    {
        return stream(args, path, file, &passwords);
    }
    let assembled = assemble(args, &passwords, &mut None)?;
    let mut refused = assembled.worst() >= Some(Severity::Refused) || assembled.is_empty();
    let mut said = findings(&assembled);
    let mut rendered = None;
    if assembled.is_writable()
        && let Some(format) = text_format(args)
    {
        match assembled.render(&format) {
            Ok(text) => rendered = Some(text),
            Err(error) => {
                refused = true;
                // Writing to a `String` does not fail.
                let _ = writeln!(said, "refused: {error}");
            }
        }
    }
    let bundle = match (&rendered, &args.out) {
        (Some(text), _) => Some(Bundle::Text(text)),
        (None, Some(path)) if args.format == Format::Pkcs12 && assembled.is_writable() => {
            let password = passwords.for_output(path)?;
            let store = pkcs12::write(&assembled, &password).map_err(CliError::Pkcs12)?;
            Some(Bundle::Pkcs12 { store, password })
        }
        (None, _) => None,
    };
    let done = match (&bundle, &args.out) {
        (Some(bundle), Some(path)) => {
            let done = write(bundle, path, args, &assembled, output)?;
            refused |= done.changes && args.check;
            done.text
        }
        (Some(bundle), None) => {
            if output == Output::Human {
                io::print(&|sink| bundle.write(sink))?;
            }
            counted(&assembled)
        }
        (None, _) => "nothing was written".to_owned(),
    };
    match output {
        Output::Human => {
            said.push_str(&done);
            io::say(&said);
        }
        Output::Json => report(&assembled, rendered.as_ref().filter(|_| args.out.is_none()))?,
    }
    Ok(ExitCode::from(u8::from(refused)))
}

/// The file to which certificates can go as they are found, so that none is kept in memory.
fn streamed(args: &BundleArgs, output: Output) -> Option<&Path> {
    let is_pem = args.format == Format::Pem && !args.comments;
    let is_streamed = is_pem && args.order == OrderArg::Input && !args.check && output == Output::Human;
    args.out.as_deref().filter(|_| is_streamed)
}

/// Make a bundle in the order of the inputs.
fn stream(args: &BundleArgs, path: &Path, file: Replacement, passwords: &Passwords) -> Result<ExitCode, CliError> {
    let mut file = Some(file);
    let assembled = assemble(args, passwords, &mut file)?;
    let mut said = findings(&assembled);
    let counted = counted(&assembled);
    let finish = |file: Option<Replacement>| match file {
        Some(file) if assembled.is_writable() => {
            if file.is_there()? {
                return Ok(format!("{} is unchanged: {counted}", path.display()));
            }
            file.finish().map(|()| format!("wrote {}: {counted}", path.display()))
        }
        _ => Ok("nothing was written".to_owned()),
    };
    said.push_str(&finish(file).map_err(|cause| io::unwritten(path, cause))?);
    io::say(&said);
    Ok(ExitCode::from(u8::from(assembled.worst() >= Some(Severity::Refused) || assembled.is_empty())))
}

/// What is written.
enum Bundle<'a> {
    Text(&'a Rendered<'a>),
    Pkcs12 { store: Vec<u8>, password: SecretString },
}

impl Bundle<'_> {
    fn write<E>(&self, mut sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Text(text) => text.write(sink),
            Self::Pkcs12 { store, .. } => sink(store),
        }
    }

    /// Whether writing it would change a file.
    fn is_in(&self, path: &Path, assembled: &Assembled) -> Result<bool, CliError> {
        match self {
            Self::Text(text) => io::has_text(path, &|sink| text.write(sink)),
            Self::Pkcs12 { password, .. } => store::holds(path, assembled, password),
        }
    }
}

/// Read all inputs. Certificates go to `file` as they are found, if there is one.
fn assemble(args: &BundleArgs, passwords: &Passwords, file: &mut Option<Replacement>) -> Result<Assembled, CliError> {
    let mut policy = Policy::new(args.at.unwrap_or_else(io::now));
    if args.allow_leaf {
        policy = policy.allow_leaf();
    }
    if let Some(time) = args.expires_within {
        policy = policy.warn_before_end(time.as_duration());
    }
    let mut assembler = Assembler::new(policy);
    let system = if args.system { Some(system_file()?) } else { None };
    let mut files = Vec::new();
    for input in system.iter().chain(&args.inputs) {
        files.append(&mut io::files(input)?);
    }
    let mut progress = Progress::begin(io::len_of_all(&files));
    for input in &files {
        add(&mut assembler, input, passwords, &mut progress, file)?;
    }
    Ok(assembler.finish(Order::from(args.order)))
}

fn add(
    assembler: &mut Assembler,
    file: &Path,
    passwords: &Passwords,
    progress: &mut Progress,
    out: &mut Option<Replacement>,
) -> Result<(), CliError> {
    let origin = io::origin(file);
    let mut input = assembler.open(&origin);
    let mut written = Ok(());
    io::read_pieces(file, |piece| {
        progress.add(piece.len());
        let more = input.feed(piece);
        if let Some(out) = out {
            written = input.take_pem(|pem| out.write(pem));
        }
        if written.is_ok() { more } else { ControlFlow::Break(()) }
    })?;
    match input.into_pkcs12() {
        Ok(input) => {
            progress.clear();
            store::open(input, &origin, passwords)?;
        }
        Err(input) => input.close(),
    }
    if let Some(out) = out {
        written = written.and_then(|()| assembler.take_pem(|pem| out.write(pem)));
        written.map_err(|cause| out.unwritten(cause))?;
    }
    Ok(())
}

/// The file with the certificates that this system trusts.
pub(crate) fn system_file() -> Result<PathBuf, CliError> {
    let named = env::var_os("SSL_CERT_FILE").filter(|name| !name.is_empty()).map(PathBuf::from);
    named.or_else(|| io::first_file(&SYSTEM_FILES)).ok_or(CliError::NoSystemStore)
}

/// The format, if it is text.
fn text_format(args: &BundleArgs) -> Option<ca_bundle::Format> {
    // INVARIANT: the two texts are names, as a test of this command shows.
    let name =
        |default: &str| args.name.clone().or_else(|| default.parse().ok()).unwrap_or_else(|| args.namespace.clone());
    let namespace = args.namespace.clone();
    Some(match args.format {
        Format::Pem if args.comments => ca_bundle::Format::CommentedPem,
        Format::Pem => ca_bundle::Format::Pem,
        Format::Configmap => ca_bundle::Format::ConfigMap { name: name("ca-bundle"), namespace },
        Format::Secret => ca_bundle::Format::Secret { name: name("dex-ca"), namespace },
        Format::ClusterTrustBundle => ca_bundle::Format::ClusterTrustBundle { name: name("ca-bundle") },
        Format::Values => ca_bundle::Format::Values,
        Format::Json => ca_bundle::Format::Json,
        Format::Pkcs12 => return None,
    })
}

struct Done {
    changes: bool,
    text: String,
}

fn write(
    bundle: &Bundle<'_>,
    path: &Path,
    args: &BundleArgs,
    assembled: &Assembled,
    output: Output,
) -> Result<Done, CliError> {
    let counted = counted(assembled);
    let name = path.display();
    if bundle.is_in(path, assembled)? {
        return Ok(Done { changes: false, text: format!("{name} is unchanged: {counted}") });
    }
    if args.check {
        // With JSON, stdout has the report and nothing else; the exit status says that something would change.
        if output == Output::Human {
            let diff = diff(path, assembled, bundle)?;
            io::print(&|sink| sink(diff.as_bytes()))?;
        }
        return Ok(Done { changes: true, text: format!("{name} would change: {counted}") });
    }
    io::replace(path, &|sink| bundle.write(sink))?;
    Ok(Done { changes: true, text: format!("wrote {name}: {counted}") })
}

/// The certificates that would leave the file and those that would come into it, as lines of a diff.
fn diff(path: &Path, assembled: &Assembled, bundle: &Bundle<'_>) -> Result<String, CliError> {
    let mut old = Assembler::new(Policy::unjudged());
    if path.exists() {
        let passwords = match bundle {
            Bundle::Text(_) => Passwords::read(None)?,
            Bundle::Pkcs12 { password, .. } => Passwords::only(password.clone()),
        };
        add(&mut old, path, &passwords, &mut Progress::begin(None), &mut None)?;
    }
    let old = old.finish(Order::Input);
    let fingerprints = |bundle: &Assembled| bundle.certificates().map(|one| one.fingerprint()).collect::<BTreeSet<_>>();
    let (before, after) = (fingerprints(&old), fingerprints(assembled));
    let mut text = format!("--- {0}\n+++ {0}\n", path.display());
    for (sign, bundle, other) in [('-', &old, &after), ('+', assembled, &before)] {
        for one in bundle.certificates().filter(|one| !other.contains(&one.fingerprint())) {
            // Writing to a `String` does not fail.
            let _ = writeln!(text, "{sign}{} {}", one.fingerprint(), one.subject());
        }
    }
    if before == after {
        text.push_str("# the same certificates, written differently or in another order\n");
    }
    Ok(text)
}

/// All findings for people, with an empty line after each.
fn findings(assembled: &Assembled) -> String {
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    let mut text = String::new();
    for finding in assembled.findings() {
        let count = shown.entry(finding.fault.code()).or_default();
        if *count < MAX_SHOWN {
            *count += 1;
            // Writing to a `String` does not fail.
            let _ = writeln!(text, "{finding}\n");
        }
    }
    for (code, count) in assembled.counts() {
        let left = count.saturating_sub(shown.get(code).copied().unwrap_or(0));
        if left > 0 {
            let _ = writeln!(text, "… and {left} more [{code}]; --output json has the first 1000\n");
        }
    }
    text
}

/// `3 certificates`, and how many findings there are of each kind.
fn counted(assembled: &Assembled) -> String {
    let len = assembled.len();
    let mut text = format!("{len} certificate{}", if len == 1 { "" } else { "s" });
    for (code, count) in assembled.counts() {
        let _ = write!(text, ", {count} {code}");
    }
    text
}

/// The result for programs, with the bundle if it has no file of its own.
fn report(assembled: &Assembled, bundle: Option<&Rendered<'_>>) -> Result<(), CliError> {
    let report = assembled.report();
    let Some(bundle) = bundle else {
        return io::print(&|sink| sink(report.as_bytes()));
    };
    let bundle = serde_json::Value::String(bundle.to_text());
    let report = report.trim_end().strip_suffix('}').unwrap_or_default();
    io::print(&|sink| sink(format!("{report},\"bundle\":{bundle}}}\n").as_bytes()))
}
