//! Dex, as the values of its chart configure it.

use crate::diagnostics::Place;
use crate::kkp::read::{Kind, Reader};
use crate::kkp::{Dex, DexClient, Setting};
use crate::yaml::Node;

impl Reader<'_> {
    /// Dex, from `dex:` of its chart's values.
    pub(super) fn dex(&mut self, node: &Node, place: Place) -> Dex {
        let config = node.at("config");
        let clients = node.at("clients").or_else(|| config?.at("staticClients"));
        let grant_types = config.and_then(|config| config.at("oauth2.grantTypes")).map(|list| {
            let items = list.items().iter().filter_map(|item| self.scalar(item, "grantTypes", Kind::Text)).collect();
            (self.place(list.span), items)
        });
        let issuer = config.and_then(|config| self.setting(config, "issuer", Kind::Text));
        Dex {
            place,
            issuer: issuer.or_else(|| self.ingress_issuer(node)),
            clients: clients.map(|clients| clients.items().iter().map(|client| self.dex_client(client)).collect()),
            grant_types,
        }
    }

    fn dex_client(&mut self, client: &Node) -> DexClient {
        let uris = client.at("RedirectURIs").or_else(|| client.at("redirectURIs"));
        let uris = uris.map(Node::items).unwrap_or_default();
        DexClient {
            place: self.place(client.entry("id").map_or(client.span, |entry| entry.key_span)),
            id: self.setting(client, "id", Kind::Text),
            secret: self.setting(client, "secret", Kind::Secret),
            redirect_uris: uris.iter().filter_map(|uri| self.scalar(uri, "RedirectURIs", Kind::Text)).collect(),
            public: self.setting(client, "public", Kind::Bool),
        }
    }

    /// The issuer that the chart of 2.12 makes of `ingress`.
    fn ingress_issuer(&mut self, node: &Node) -> Option<Setting> {
        let ingress = node.at("ingress")?;
        let host = self.setting(ingress, "host", Kind::Text).filter(|host| !host.is_empty())?;
        let part =
            |key: &str, default: &'static str| ingress.at(key).and_then(Node::text).unwrap_or(default).to_owned();
        let text = format!("{}://{}{}", part("scheme", "https"), host.text, part("path", "/dex"));
        Some(Setting { text, ..host })
    }
}
