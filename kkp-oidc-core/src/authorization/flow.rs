//! What one flow consists of, and the bytes that its cookie holds.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::ZeroizeOnDrop;

use crate::ids::{ClusterId, ProjectId, UserId};
use crate::secret::{SecretBytes, SecretString};

/// Random bytes for one flow, from the operating system. Never used twice.
#[derive(ZeroizeOnDrop)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct FlowRandom {
    /// Becomes the [`FlowId`].
    pub id: [u8; 16],
    /// Becomes the [`Nonce`].
    pub nonce: [u8; 32],
    /// Becomes the [`PkceVerifier`].
    pub pkce_verifier: [u8; 32],
    /// Initialization vector of the flow's cookie.
    pub iv: [u8; 16],
}

/// Names one flow: 128 random bits, as text 22 characters of base64url.
///
/// Not a secret: it stands in the cookie's name and, authenticated, in `state`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FlowId([u8; 16]);

impl FlowId {
    /// The flow with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The OIDC `nonce` ([OpenID Connect Core 1.0 section 15.5.2]): ties an ID token to the flow that asked for it.
///
/// 256 random bits, as text 43 characters of base64url.
///
/// [OpenID Connect Core 1.0 section 15.5.2]: https://openid.net/specs/openid-connect-core-1_0.html#NonceNotes
#[derive(Clone, ZeroizeOnDrop)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// The nonce with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The parameter's value.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Whether `claim` is this nonce, in constant time for a claim of the right length.
    #[must_use]
    pub fn matches(&self, claim: &str) -> bool {
        self.to_text().as_bytes().ct_eq(claim.as_bytes()).into()
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// The PKCE `code_verifier` ([RFC 7636 section 4.1]): 256 random bits, as text 43 characters of base64url.
///
/// [RFC 7636 section 4.1]: https://www.rfc-editor.org/rfc/rfc7636#section-4.1
#[derive(Clone, ZeroizeOnDrop)]
pub struct PkceVerifier([u8; 32]);

impl PkceVerifier {
    /// The verifier with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The verifier, for the token request.
    #[must_use]
    pub fn to_secret(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0).into()
    }

    /// The `code_challenge` for the method `S256` ([RFC 7636 section 4.2]).
    ///
    /// [RFC 7636 section 4.2]: https://www.rfc-editor.org/rfc/rfc7636#section-4.2
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.to_secret().expose_secret()))
    }
}

impl fmt::Debug for PkceVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PkceVerifier(..)")
    }
}

/// What the kubeconfig's user entry shall be. KKP: parameter `oidc_kubelogin_enabled`, spec section 6.1.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum UserEntry {
    /// `auth-provider: oidc` with the tokens in it.
    #[default]
    AuthProvider,
    /// `exec` of the oidc-login plugin, which fetches tokens itself.
    Kubelogin,
}

/// What the person who opened the link wants, and in whose name the link was made.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct FlowTarget {
    /// The user who shared the cluster.
    pub user_id: UserId,
    /// The project that the cluster belongs to.
    pub project_id: ProjectId,
    /// The cluster.
    pub cluster_id: ClusterId,
    /// The user entry to write.
    pub user_entry: UserEntry,
}

/// What the flow's cookie keeps from the authorization request to the callback.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record; the codec is the only maker besides tests")]
pub struct Flow {
    /// Demanded in the ID token.
    pub nonce: Nonce,
    /// Sent with the code.
    pub pkce_verifier: PkceVerifier,
    /// What the flow is for.
    pub target: FlowTarget,
}

/// First byte of the cookie's plaintext: layout and kind of flow in one.
const KUBECONFIG_LAYOUT: u8 = 1;

impl Flow {
    /// One byte layout, one byte user entry, nonce, verifier, then the three ids, each after a byte with its length.
    pub(super) fn to_bytes(&self) -> SecretBytes {
        let target = &self.target;
        let ids = [target.user_id.as_str(), target.project_id.as_str(), target.cluster_id.as_str()];
        let mut bytes = Vec::with_capacity(66 + ids.iter().map(|id| id.len().saturating_add(1)).sum::<usize>());
        bytes.push(KUBECONFIG_LAYOUT);
        bytes.push(match target.user_entry {
            UserEntry::AuthProvider => 0,
            UserEntry::Kubelogin => 1,
        });
        bytes.extend_from_slice(&self.nonce.0);
        bytes.extend_from_slice(&self.pkce_verifier.0);
        for id in ids {
            // INVARIANT: ids have at most 64 bytes.
            bytes.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(id.as_bytes());
        }
        SecretBytes::from(bytes)
    }

    /// The inverse of [`Flow::to_bytes`]; `None` for anything else, also for bytes left over.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[layout, user_entry], rest) = bytes.split_first_chunk()?;
        if layout != KUBECONFIG_LAYOUT {
            return None;
        }
        let user_entry = match user_entry {
            0 => UserEntry::AuthProvider,
            1 => UserEntry::Kubelogin,
            _ => return None,
        };
        let (nonce, rest) = rest.split_first_chunk::<32>()?;
        let (verifier, rest) = rest.split_first_chunk::<32>()?;
        let (user_id, rest) = split_id(rest)?;
        let (project_id, rest) = split_id(rest)?;
        let (cluster_id, rest) = split_id(rest)?;
        if !rest.is_empty() {
            return None;
        }
        let target = FlowTarget {
            user_id: user_id.parse().ok()?,
            project_id: project_id.parse().ok()?,
            cluster_id: cluster_id.parse().ok()?,
            user_entry,
        };
        Some(Self { nonce: Nonce(*nonce), pkce_verifier: PkceVerifier(*verifier), target })
    }
}

fn split_id(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (&len, rest) = bytes.split_first()?;
    let (id, rest) = rest.split_at_checked(usize::from(len))?;
    Some((std::str::from_utf8(id).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow() -> Flow {
        Flow {
            nonce: Nonce([1; 32]),
            pkce_verifier: PkceVerifier([2; 32]),
            target: FlowTarget {
                user_id: UserId::from_email("bob@acme.com"),
                project_id: "my-first-project-ID".parse().unwrap(),
                cluster_id: "AbcClusterID".parse().unwrap(),
                user_entry: UserEntry::Kubelogin,
            },
        }
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = URL_SAFE_NO_PAD.decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let verifier = PkceVerifier::from_bytes(verifier.try_into().unwrap());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn bytes_read_back_and_anything_else_is_no_flow() {
        let bytes = flow().to_bytes();
        let bytes = bytes.expose_secret();
        let read = Flow::from_bytes(bytes).unwrap();
        assert_eq!((&read.nonce.0, &read.pkce_verifier.0), (&[1; 32], &[2; 32]));
        assert_eq!(read.target, flow().target);
        for len in 0..bytes.len() {
            assert!(Flow::from_bytes(&bytes[..len]).is_none(), "truncated to {len}");
        }
        assert!(Flow::from_bytes(&[bytes, &[0]].concat()).is_none(), "one byte more");
        for (index, value) in [(0, 0), (0, 2), (1, 2), (66, 65)] {
            let mut other = bytes.to_vec();
            other[index] = value;
            assert!(Flow::from_bytes(&other).is_none(), "byte {index} = {value}");
        }
    }

    #[test]
    fn debug_shows_the_target_only() {
        let text = format!("{:?}", flow());
        assert!(text.contains("AbcClusterID") && text.contains("Nonce(..)") && text.contains("PkceVerifier(..)"));
        assert!(!text.contains("[1, 1") && !text.contains("[2, 2"));
    }

    #[test]
    fn a_nonce_matches_itself_only() {
        let nonce = Nonce::from_bytes([7; 32]);
        assert!(nonce.matches(&nonce.to_text()));
        assert!(!nonce.matches("") && !nonce.matches(&Nonce::from_bytes([8; 32]).to_text()));
    }
}
