//! Files of operators: the cluster file and admin kubeconfigs.
#![no_main]

use kkp_oidc_core::directory::DirectoryFile;
use kkp_oidc_core::kubeconfig::AdminKubeconfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = DirectoryFile::parse(text, "clusters.yaml") {
        assert!(error.to_string().starts_with("clusters.yaml:"));
    }
    if let Ok(kubeconfig) = AdminKubeconfig::parse(text) {
        let _ = kubeconfig.cluster_for("lab7x9k2mp");
    }
});
