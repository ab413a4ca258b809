//! Keys of extra attributes: a domain and a path, such as `example.com/tenant`.

const DOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
                      must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                      '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// Longest domain, in bytes.
const MAX_DOMAIN_LEN: usize = 253;

/// Characters of a path besides letters and digits.
const PATH: &str = "/-._~%!$&'()*+,;=:";

/// What is wrong with a key that is not empty: the part of it, and why.
pub(super) fn extra_key_faults(key: &str) -> Vec<(&str, String)> {
    let mut faults = Vec::new();
    match key.split_once('/') {
        Some((domain, rest)) if !domain.is_empty() && !rest.is_empty() => {
            if domain.len() > MAX_DOMAIN_LEN {
                faults.push((domain, format!("must be no more than {MAX_DOMAIN_LEN} bytes")));
            }
            if !domain.split('.').all(is_label) {
                faults.push((domain, DOMAIN.to_owned()));
            }
            if !rest.chars().all(|c| c.is_ascii_alphanumeric() || PATH.contains(c)) {
                let detail = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
                faults.push((rest, detail.to_owned()));
            }
        }
        _ => faults.push((key, "must be a domain-prefixed path (such as \"acme.io/foo\")".to_owned())),
    }
    if key != key.to_lowercase() {
        faults.push((key, "must be lowercase".to_owned()));
    }
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    if ["kubernetes.io", "k8s.io"]
        .iter()
        .any(|reserved| domain.strip_suffix(reserved).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    {
        faults.push((key, "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use".to_owned()));
    }
    faults
}

fn is_label(label: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(inner)
}
