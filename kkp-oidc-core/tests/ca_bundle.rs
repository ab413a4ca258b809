//! CA bundles out of real files. `tests/fixtures/ca-bundle/make` made them with OpenSSL, whose fingerprints are the oracle.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "tests read files, and end at a bad one"
)]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_bundle::{Assembled, Assembler, Format, ObjectName, Order, Pkcs12, Policy, Severity};

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ca-bundle");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// OpenSSL's fingerprints of these files.
fn fingerprints(names: &[&str]) -> Vec<String> {
    let text = String::from_utf8(file("fingerprints.txt")).unwrap();
    let of = |name: &&str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap().to_owned();
    names.iter().map(of).collect()
}

fn policy() -> Policy {
    Policy::new("2026-01-01".parse().unwrap())
}

fn assemble(names: &[&str], policy: Policy, order: Order) -> Assembled {
    let mut assembler = Assembler::new(policy);
    for name in names {
        assembler.add(name, &file(name));
    }
    assembler.finish(order)
}

fn kept(assembled: &Assembled) -> Vec<String> {
    assembled.certificates().map(|certificate| certificate.fingerprint().to_string()).collect()
}

/// Code and place of each finding.
fn found(assembled: &Assembled) -> Vec<String> {
    assembled.findings().iter().map(|finding| format!("{} {}", finding.fault.code(), finding.place)).collect()
}

const ROOT_SHAPES: [&str; 12] = [
    "root.pem",
    "no-final-newline.pem",
    "crlf.pem",
    "bom.pem",
    "cr-only.pem",
    "text.pem",
    "trusted.pem",
    "root.der",
    "configmap.yaml",
    "configmap.json",
    "cluster-trust-bundle.yaml",
    "values.yaml",
];

#[test]
fn every_shape_of_a_file_gives_the_certificate_that_openssl_sees() {
    for name in ROOT_SHAPES {
        assert_eq!(kept(&assemble(&[name], policy(), Order::Chain)), fingerprints(&["root.pem"]), "{name}");
    }
    let both = fingerprints(&["root.pem", "intermediate.pem"]);
    for name in ["glued.pem", "both.p7b", "both.p7b.der", "two-documents.yaml"] {
        let mut kept = kept(&assemble(&[name], policy(), Order::Input));
        if kept != both {
            kept.reverse();
        }
        assert_eq!(kept, both, "{name}");
    }
    assert_eq!(found(&assemble(&["glued.pem"], policy(), Order::Input)), Vec::<String>::new());
}

#[test]
fn each_defect_is_refused_with_its_place() {
    for (name, expected) in [
        ("expired.pem", "expired expired.pem:1 (section 1)"),
        ("future.pem", "not-yet-valid future.pem:1 (section 1)"),
        ("leaf.pem", "not-a-ca leaf.pem:1 (section 1)"),
        ("no-sign.pem", "not-a-ca no-sign.pem:1 (section 1)"),
        ("md5.pem", "weak-signature md5.pem:1 (section 1)"),
        ("sha1.pem", "weak-signature sha1.pem:1 (section 1)"),
        ("rsa1024.pem", "weak-key rsa1024.pem:1 (section 1)"),
        ("rsa2047.pem", "weak-key rsa2047.pem:1 (section 1)"),
        ("unparsable.pem", "unparsable unparsable.pem:1 (section 1)"),
        ("truncated.pem", "truncated truncated.pem:1 (section 1)"),
        ("crl.pem", "not-a-certificate crl.pem:1 (section 1)"),
        ("request.pem", "not-a-certificate request.pem:1 (section 1)"),
        ("empty.p7b.der", "no-certificates empty.p7b.der"),
        ("trust.p12", "pkcs12 trust.p12"),
        ("leaf-key.der", "private-key leaf-key.der"),
        ("rsa-key.der", "private-key rsa-key.der"),
        ("ec-key.der", "private-key ec-key.der"),
    ] {
        let assembled = assemble(&[name], policy(), Order::Chain);
        assert_eq!((found(&assembled), kept(&assembled)), (vec![expected.to_owned()], vec![]), "{name}");
        assert!(!assembled.is_writable(), "{name}");
    }
    for name in ["sha1-root.pem", "rsa2048.pem", "intermediate.pem"] {
        let assembled = assemble(&[name], policy(), Order::Chain);
        assert_eq!((found(&assembled), assembled.len()), (vec![], 1), "{name}");
    }
}

/// As `kubectl get -o yaml` prints several objects; the third has the key of the first, each on its own line.
#[test]
fn a_list_of_objects_is_read_object_by_object() {
    let assembled = assemble(&["list.yaml"], policy(), Order::Input);
    assert_eq!(kept(&assembled), fingerprints(&["root.pem", "intermediate.pem"]));
    let places: Vec<_> = assembled.certificates().map(|certificate| certificate.place().to_string()).collect();
    assert_eq!(places, ["list.yaml:10 (section 1)", "list.yaml:26 (section 2)"]);
    assert_eq!(found(&assembled), ["duplicate list.yaml:34 (section 3)"]);
}

/// As kube-apiserver answers: the list says of what kind its items are, and they do not.
#[test]
fn the_items_of_a_list_of_one_kind_are_of_that_kind() {
    for (name, certificate, line) in
        [("configmap-list.json", "root.pem", 11), ("secret-list.json", "intermediate.pem", 11)]
    {
        let assembled = assemble(&[name], policy(), Order::Input);
        assert_eq!((kept(&assembled), found(&assembled)), (fingerprints(&[certificate]), vec![]), "{name}");
        let places: Vec<_> = assembled.certificates().map(|certificate| certificate.place().to_string()).collect();
        assert_eq!(places, [format!("{name}:{line} (section 1)")]);
    }
}

#[test]
fn pkcs12_is_the_callers_to_open_and_to_judge_by_what_it_says() {
    let store = file("trust.p12");
    let (der, root) = (file("root.der"), "Example Root");
    let opened = |say: &dyn Fn(Pkcs12<'_>)| {
        let mut assembler = Assembler::new(policy());
        let mut input = assembler.open("a.p12");
        let _ = input.feed(&store);
        let Ok(input) = input.into_pkcs12() else { panic!("it is PKCS#12") };
        assert_eq!(input.bytes(), store);
        say(input);
        let assembled = assembler.finish(Order::Input);
        (found(&assembled), assembled.certificates().filter(|one| one.subject().ends_with(root)).count())
    };
    let none: [&[u8]; 0] = [];
    assert_eq!(opened(&|input| input.certificates([&der])), (vec![], 1));
    assert_eq!(opened(&|input| input.certificates(none)), (vec!["no-certificates a.p12".to_owned()], 0));
    assert_eq!(opened(&|input| input.private_key()), (vec!["private-key a.p12".to_owned()], 0));
    assert_eq!(opened(&|input| input.refuse("no password")), (vec!["pkcs12 a.p12".to_owned()], 0));

    for name in ["root.pem", "root.der", "both.p7b.der", "leaf-key.der"] {
        let mut assembler = Assembler::new(policy());
        let mut input = assembler.open(name);
        let _ = input.feed(&file(name));
        let Err(input) = input.into_pkcs12() else { panic!("{name} is not PKCS#12") };
        input.close();
        let assembled = assembler.finish(Order::Input);
        assert_eq!(assembled.is_empty(), name == "leaf-key.der", "{name}");
    }
}

#[test]
fn a_private_key_stops_everything_wherever_it_is() {
    let assembled = assemble(&["root.pem", "leaf-with-key.pem"], policy().allow_leaf(), Order::Input);
    assert_eq!(found(&assembled), ["private-key leaf-with-key.pem:14 (section 2)"].map(str::to_owned));
    assert_eq!((assembled.len(), assembled.worst(), assembled.is_writable()), (2, Some(Severity::Fatal), false));

    let assembled = assemble(&["tls-secret.yaml"], policy().allow_leaf(), Order::Input);
    assert_eq!(found(&assembled), ["private-key tls-secret.yaml:8 (section 2)"].map(str::to_owned));
}

#[test]
fn a_finding_says_what_where_which_and_what_to_do() {
    let assembled = assemble(&["lets-encrypt-x3-cross-signed.pem.txt"], policy(), Order::Chain);
    let [fingerprint] = fingerprints(&["lets-encrypt-x3-cross-signed.pem.txt"]).try_into().unwrap();
    assert_eq!(
        assembled.findings()[0].to_string(),
        format!(
            "refused[expired]: expired at 2021-03-17T16:40:46Z, judged at 2026-01-01T00:00:00Z\n  \
             --> lets-encrypt-x3-cross-signed.pem.txt:1 (section 1)\n  \
             = subject: C=US, O=Let's Encrypt (stand-in), CN=Let's Encrypt Authority X3\n  \
             = sha256: {fingerprint}\n  \
             = help: get its successor from whoever runs the CA; --at judges at another time"
        )
    );
}

#[test]
fn validity_is_inclusive_at_both_ends() {
    // Of lets-encrypt-x3-cross-signed.pem.txt, as `openssl x509 -dates` says.
    let (first, last) = ("2016-03-17T16:40:46Z".parse::<UnixTime>().unwrap(), "2021-03-17T16:40:46Z".parse().unwrap());
    for (now, expected) in [
        (first.plus_secs(-1), Some("not-yet-valid")),
        (first, None),
        (last, None),
        (last.plus_secs(1), Some("expired")),
    ] {
        let assembled = assemble(&["lets-encrypt-x3-cross-signed.pem.txt"], Policy::new(now), Order::Chain);
        let codes: Vec<_> = assembled.findings().iter().map(|finding| finding.fault.code()).collect();
        assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{now}");
    }
    for (before_end, expected) in [(99, 1), (100, 1), (101, 0)] {
        let policy = Policy::new(last.plus_secs(-before_end)).warn_before_end(Duration::from_secs(100));
        let assembled = assemble(&["lets-encrypt-x3-cross-signed.pem.txt"], policy, Order::Chain);
        let warnings = assembled.counts().get("expires-soon").copied().unwrap_or(0);
        assert_eq!(
            (warnings, assembled.worst(), assembled.len()),
            (expected, (expected > 0).then_some(Severity::Warning), 1)
        );
    }
}

#[test]
fn duplicates_are_written_once_and_name_the_first() {
    let assembled = assemble(&["duplicates.pem", "root.der"], policy(), Order::Input);
    assert_eq!(kept(&assembled), fingerprints(&["root.pem", "intermediate.pem"]));
    let reasons: Vec<_> = assembled.findings().iter().map(|finding| finding.fault.to_string()).collect();
    assert_eq!(reasons, ["the same certificate as at duplicates.pem:1 (section 1)"; 2].map(str::to_owned));
    assert_eq!(assembled.worst(), Some(Severity::Info));
}

#[test]
fn orders_are_chain_input_and_digest() {
    let names = ["root.pem", "isrgrootx1.pem.txt", "leaf.pem", "intermediate.pem"];
    let order = |order| kept(&assemble(&names, policy().allow_leaf(), order));
    assert_eq!(order(Order::Input), fingerprints(&names));
    let chain = ["isrgrootx1.pem.txt", "leaf.pem", "intermediate.pem", "root.pem"];
    assert_eq!(order(Order::Chain), fingerprints(&chain));
    let mut sorted = fingerprints(&names);
    sorted.sort_unstable();
    assert_eq!(order(Order::Sha256), sorted);
}

#[test]
fn a_file_is_the_same_in_pieces_of_any_size() {
    for name in ROOT_SHAPES.into_iter().chain(["duplicates.pem", "leaf-with-key.pem", "truncated.pem", "glued.pem"]) {
        let whole = assemble(&[name], policy(), Order::Input);
        for size in [1, 2, 7, 64, 65] {
            let mut assembler = Assembler::new(policy());
            let mut input = assembler.open(name);
            for piece in file(name).chunks(size) {
                assert!(input.feed(piece).is_continue());
            }
            input.close();
            let pieces = assembler.finish(Order::Input);
            assert_eq!(pieces.report(), whole.report(), "{name} in pieces of {size}");
        }
    }
}

#[test]
fn every_format_is_read_back_and_pem_is_what_openssl_writes() {
    let assembled = assemble(&["root.pem"], policy(), Order::Chain);
    let text = |format: &Format| assembled.render(format).unwrap().to_text();
    assert_eq!(text(&Format::Pem).into_bytes(), file("root.pem"));
    assert_eq!(text(&Format::Values), {
        let values = String::from_utf8(file("values.yaml")).unwrap();
        values.replace("    tokenIssuer: https://kkp.example.com/dex\n", "")
    });
    let (name, namespace) = (|| "ca-bundle".parse().unwrap(), || "kubermatic".parse().unwrap());
    for format in [
        Format::CommentedPem,
        Format::ConfigMap { name: name(), namespace: namespace() },
        Format::Secret { name: name(), namespace: namespace() },
        Format::ClusterTrustBundle { name: "1.no".parse().unwrap() },
        Format::Values,
    ] {
        let mut again = Assembler::new(policy());
        again.add("again", text(&format).as_bytes());
        let again = again.finish(Order::Chain);
        assert_eq!((kept(&again), found(&again)), (fingerprints(&["root.pem"]), vec![]), "{format:?}");
    }
    let commented = text(&Format::CommentedPem);
    let comments: Vec<_> = commented.lines().take(4).collect();
    let fingerprint = format!("# sha256: {}", fingerprints(&["root.pem"])[0]);
    assert_eq!(
        comments,
        [
            "# subject: O=Example, CN=Example Root",
            "# issuer: O=Example, CN=Example Root",
            "# valid: 2020-01-01T00:00:00Z to 2049-12-31T23:59:59Z",
            &fingerprint,
        ]
    );
}

#[test]
fn names_of_objects_are_dns_subdomains() {
    let longest = "a".repeat(253);
    for name in ["a", "0", "ca-bundle", "a.b-c.d", &longest] {
        assert_eq!(name.parse::<ObjectName>().map(|name| name.to_string()), Ok(name.to_owned()));
    }
    let too_long = "a".repeat(254);
    for name in ["", "-a", "a-", ".a", "a.", "a..b", "A", "a_b", "a b", "a:b", "é", "a\n", "a\0", &too_long] {
        let error = name.parse::<ObjectName>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a name, expected at most 253 of a-z, 0-9, `-` and `.`, with a letter or digit at each end of a part",
            "{name:?}"
        );
    }
}

/// `name` as base64 in a Secret, as a document of its own.
fn secret_with(name: &str) -> String {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(file(name));
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  ca.pem: {base64}\n")
}

#[test]
fn documents_begin_where_yaml_says_so() {
    for marker in ["---", "--- # the second", "--- \t", "---\r"] {
        let text = format!("{}{marker}\n{}", secret_with("root.pem"), secret_with("intermediate.pem"));
        let mut assembler = Assembler::new(policy());
        assembler.add("two.yaml", text.as_bytes());
        let assembled = assembler.finish(Order::Input);
        assert_eq!((assembled.len(), found(&assembled)), (2, vec![]), "{marker:?}");
    }
    let text = format!("{}--- # a key\n{}", secret_with("root.pem"), secret_with("leaf-with-key.pem"));
    let mut assembler = Assembler::new(policy());
    assembler.add("key.yaml", text.as_bytes());
    assert!(!assembler.finish(Order::Input).is_writable(), "a private key in the second");
}

#[test]
fn a_manifest_that_cannot_be_read_is_named_with_its_line() {
    let broken = secret_with("intermediate.pem").replace("metadata: {name: a}", "metadata: {name: a");
    for (text, expected) in [
        (broken.clone(), "unreadable-manifest m.yaml:4"),
        (secret_with("root.pem") + "kind: Secret\n", "unreadable-manifest m.yaml:6"),
        (format!("{}---\n{broken}", secret_with("root.pem")), "unreadable-manifest m.yaml:10"),
    ] {
        let mut assembler = Assembler::new(policy());
        assembler.add("m.yaml", text.as_bytes());
        assert_eq!(found(&assembler.finish(Order::Input)), [expected], "{text}");
    }
}
