//! Files of operators and users: the cluster file, admin kubeconfigs, any kubeconfig.
#![no_main]

use kkp_oidc_core::directory::DirectoryFile;
use kkp_oidc_core::kubeconfig::{AdminKubeconfig, KubeconfigFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = DirectoryFile::parse(text, "clusters.yaml") {
        assert!(error.to_string().starts_with("clusters.yaml:"));
    }
    if let Ok(kubeconfig) = AdminKubeconfig::parse(text) {
        let _ = kubeconfig.cluster_for("lab7x9k2mp");
    }
    // What is written is read again as the same, but for a key `<<`, which no reader takes for text.
    if let Ok(Ok(yaml)) = KubeconfigFile::read(text.as_bytes()).map(|file| file.to_yaml()) {
        let yaml = yaml.expose_secret();
        match KubeconfigFile::read(yaml.as_bytes()).map(|file| file.to_yaml()) {
            Ok(again) => assert_eq!(again.unwrap().expose_secret(), yaml),
            Err(error) => assert!(yaml.contains("<<"), "{error:?}"),
        }
    }
});
