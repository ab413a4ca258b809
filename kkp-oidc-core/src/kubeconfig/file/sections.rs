//! Reading the sections of a kubeconfig, field by field.

use std::collections::BTreeMap;

use super::super::ExecEnvVar;
use super::node_path::{Path, Refused};
use super::read::Reader;
use super::{FileAuthProvider, FileCluster, FileContext, FileExec, FilePreferences, FileUser};
use crate::yaml::styled::Node;

impl Reader {
    pub(super) fn cluster(&mut self, node: &Node, path: &Path<'_>) -> Result<FileCluster, Refused> {
        let mut read = FileCluster::default();
        let cluster = &mut read.cluster;
        for entry in path.map(node)?.unwrap_or_default() {
            let (path, value) = (path.key(&entry.key), &entry.value);
            match entry.key.as_str() {
                "server" => cluster.server = path.text(value)?,
                "tls-server-name" => cluster.tls_server_name = path.text(value)?,
                "insecure-skip-tls-verify" => cluster.insecure_skip_tls_verify = path.flag(value)?,
                "certificate-authority" => cluster.certificate_authority = path.text(value)?,
                "certificate-authority-data" => cluster.certificate_authority_data = path.bytes(value)?,
                "proxy-url" => cluster.proxy_url = path.text(value)?,
                "disable-compression" => cluster.disable_compression = path.flag(value)?,
                "extensions" => read.extensions = self.extensions(value, &path)?,
                _ => self.unknown(entry, &path)?,
            }
        }
        Ok(read)
    }

    pub(super) fn context(&mut self, node: &Node, path: &Path<'_>) -> Result<FileContext, Refused> {
        let mut read = FileContext::default();
        for entry in path.map(node)?.unwrap_or_default() {
            let (path, value) = (path.key(&entry.key), &entry.value);
            match entry.key.as_str() {
                "cluster" => read.context.cluster = path.text(value)?,
                "user" => read.context.user = path.text(value)?,
                "namespace" => read.context.namespace = path.text(value)?,
                "extensions" => read.extensions = self.extensions(value, &path)?,
                _ => self.unknown(entry, &path)?,
            }
        }
        Ok(read)
    }

    pub(super) fn preferences(&mut self, node: &Node, path: &Path<'_>) -> Result<Option<FilePreferences>, Refused> {
        let Some(entries) = path.map(node)? else {
            return Ok(None);
        };
        let mut read = FilePreferences::default();
        for entry in entries {
            let (path, value) = (path.key(&entry.key), &entry.value);
            match entry.key.as_str() {
                "colors" => read.colors = path.flag(value)?,
                "extensions" => read.extensions = self.extensions(value, &path)?,
                _ => self.unknown(entry, &path)?,
            }
        }
        Ok(Some(read))
    }

    pub(super) fn user(&mut self, node: &Node, path: &Path<'_>) -> Result<FileUser, Refused> {
        let mut read = FileUser::default();
        for entry in path.map(node)?.unwrap_or_default() {
            let (path, value) = (path.key(&entry.key), &entry.value);
            match entry.key.as_str() {
                "client-certificate" => read.client_certificate = path.text(value)?,
                "client-certificate-data" => read.client_certificate_data = path.bytes(value)?,
                "client-key" => read.client_key = path.text(value)?,
                "client-key-data" => read.client_key_data = path.bytes(value)?.into(),
                "token" => read.token = path.secret(value)?,
                "tokenFile" => read.token_file = path.text(value)?,
                "as" => read.impersonate = path.text(value)?,
                "as-uid" => read.impersonate_uid = path.text(value)?,
                "as-groups" => read.impersonate_groups = texts(value, &path)?.unwrap_or_default(),
                "as-user-extra" => read.impersonate_user_extra = user_extra(value, &path)?,
                "username" => read.username = path.text(value)?,
                "password" => read.password = path.secret(value)?,
                "auth-provider" => read.auth_provider = self.auth_provider(value, &path)?,
                "exec" => read.exec = self.exec(value, &path)?,
                "extensions" => read.extensions = self.extensions(value, &path)?,
                _ => self.unknown(entry, &path)?,
            }
        }
        Ok(read)
    }

    fn auth_provider(&mut self, node: &Node, path: &Path<'_>) -> Result<Option<FileAuthProvider>, Refused> {
        let Some(entries) = path.map(node)? else {
            return Ok(None);
        };
        let mut read = FileAuthProvider::default();
        for entry in entries {
            let (path, value) = (path.key(&entry.key), &entry.value);
            match entry.key.as_str() {
                "name" => read.name = path.text(value)?,
                "config" => {
                    let config = path.map(value)?.map(|entries| {
                        entries
                            .iter()
                            .map(|entry| Ok((entry.key.clone(), path.key(&entry.key).secret(&entry.value)?)))
                            .collect::<Result<BTreeMap<_, _>, Refused>>()
                    });
                    read.config = config.transpose()?;
                }
                _ => self.unknown(entry, &path)?,
            }
        }
        Ok(Some(read))
    }

    fn exec(&mut self, node: &Node, path: &Path<'_>) -> Result<Option<FileExec>, Refused> {
        let Some(entries) = path.map(node)? else {
            return Ok(None);
        };
        let mut read = FileExec::default();
        for entry in entries {
            let (path, value) = (path.key(&entry.key), &entry.value);
            match entry.key.as_str() {
                "apiVersion" => read.api_version = path.text(value)?,
                "command" => read.command = path.text(value)?,
                "args" => {
                    let args = texts(value, &path)?;
                    read.args = args.map(|args| args.into_iter().map(Into::into).collect());
                }
                "env" => read.env = self.env(value, &path)?,
                "installHint" => read.install_hint = path.text(value)?,
                "interactiveMode" => read.interactive_mode = path.text(value)?,
                "provideClusterInfo" => read.provide_cluster_info = path.flag(value)?,
                _ => self.unknown(entry, &path)?,
            }
        }
        // client-go's default for the versions that are older than the field.
        let old = ["v1alpha1", "v1beta1"].map(|version| format!("client.authentication.k8s.io/{version}"));
        if read.interactive_mode.is_empty() && old.contains(&read.api_version) {
            "IfAvailable".clone_into(&mut read.interactive_mode);
        }
        Ok(Some(read))
    }

    fn env(&mut self, node: &Node, path: &Path<'_>) -> Result<Option<Vec<ExecEnvVar>>, Refused> {
        let Some(items) = path.list(node)? else {
            return Ok(None);
        };
        let mut env = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let path = path.index(index);
            let mut variable = ExecEnvVar { name: String::new(), value: "".into() };
            for entry in path.map(item)?.unwrap_or_default() {
                let (path, value) = (path.key(&entry.key), &entry.value);
                match entry.key.as_str() {
                    "name" => variable.name = path.text(value)?,
                    "value" => variable.value = path.secret(value)?,
                    _ => self.unknown(entry, &path)?,
                }
            }
            env.push(variable);
        }
        Ok(Some(env))
    }
}

fn texts(node: &Node, path: &Path<'_>) -> Result<Option<Vec<String>>, Refused> {
    let Some(items) = path.list(node)? else {
        return Ok(None);
    };
    items.iter().enumerate().map(|(index, item)| path.index(index).text(item)).collect::<Result<_, _>>().map(Some)
}

fn user_extra(node: &Node, path: &Path<'_>) -> Result<BTreeMap<String, Option<Vec<String>>>, Refused> {
    let entries = path.map(node)?.unwrap_or_default();
    entries.iter().map(|entry| Ok((entry.key.clone(), texts(&entry.value, &path.key(&entry.key))?))).collect()
}
