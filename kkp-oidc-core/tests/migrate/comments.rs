//! Comments come along with their field.

use kkp_oidc_core::kkp::migrate::Target;

use crate::{migrated, to};

#[test]
fn comments_stand_where_their_field_went() {
    let values = "\u{feff}# head\r\n\r\n# more\r\nkubermatic:\r\n  # above the domain\r\n  #  indented\r\n\
                  \x20 domain: kkp.example.com # behind the domain\r\n\
                  \x20 auth: # behind auth\r\n    {clientID: a, issuerClientID: b} # behind both\r\n\
                  \x20 # above config\r\n  ui:\r\n    config: | # behind config\r\n      {\"a\": 1}\r\n# nobody's\r\n";
    let (text, _) = migrated(values, to("2.22"));
    let expected = "# head\n# more\napiVersion: kubermatic.k8c.io/v1\nkind: KubermaticConfiguration\n\
                    metadata:\n  name: kubermatic\n  namespace: kubermatic\nspec:\n\
                    \x20 auth: # behind auth\n    clientID: a # behind both\n    issuerClientID: b\n\
                    \x20 ingress:\n    # above the domain\n    #  indented\n    domain: kkp.example.com # behind the domain\n\
                    \x20 # above config\n  ui:\n    # behind config\n    config: |\n      {\"a\": 1}\n";
    assert_eq!(text, expected);
    let (back, _) = migrated(&text, Target::Values);
    for comment in ["# head\n# more\nkubermatic:", "kkp.example.com # behind the domain\n", "    # above the domain\n"]
    {
        let comment = comment.trim_start();
        assert!(back.contains(comment), "{comment:?} in\n{back}");
    }
}

#[test]
fn comments_of_both_kinds_of_gates_stand_above_all() {
    let values = "kubermatic:\n  domain: a.example\n  api:\n    featureGates: PrometheusEndpoint=true # metrics\n\
                  \x20 # master\n  controller:\n    # login\n    featureGates: OpenIDAuthPlugin=true # since May\n";
    let (text, _) = migrated(values, to("2.28"));
    let gates = "  # master\n  # login\n  # metrics\n  # since May\n  featureGates:\n";
    assert!(text.contains(gates), "{text}");
}
