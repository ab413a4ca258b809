//! What one flow consists of, and the bytes that its cookie holds.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::ZeroizeOnDrop;

use super::purpose::FlowPurpose;
use crate::secret::{SecretBytes, SecretString};

/// Random bytes for one flow, from the operating system. Never used twice.
#[derive(ZeroizeOnDrop)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct FlowRandom {
    /// Becomes the [`FlowId`](super::FlowId).
    pub id: [u8; 16],
    /// Becomes the [`Nonce`].
    pub nonce: [u8; 32],
    /// Becomes the [`PkceVerifier`].
    pub pkce_verifier: [u8; 32],
    /// Initialization vector of the flow's cookie.
    pub iv: [u8; 16],
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

/// What the flow's cookie keeps from the authorization request to the callback.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record; the codec is the only maker besides tests")]
pub struct Flow {
    /// Demanded in the ID token.
    pub nonce: Nonce,
    /// Sent with the code.
    pub pkce_verifier: PkceVerifier,
    /// What the flow is for.
    pub purpose: FlowPurpose,
}

impl Flow {
    /// Two bytes of the purpose, nonce, verifier, then the purpose's ids.
    pub(super) fn to_bytes(&self) -> SecretBytes {
        // The longest: three ids of at most 64, 63 and 63 bytes, each after its length.
        let mut bytes = Vec::with_capacity(66 + 193);
        bytes.extend_from_slice(&self.purpose.header());
        bytes.extend_from_slice(&self.nonce.0);
        bytes.extend_from_slice(&self.pkce_verifier.0);
        self.purpose.write_ids(&mut bytes);
        SecretBytes::from(bytes)
    }

    /// The inverse of [`Flow::to_bytes`]; `None` for anything else, also for bytes left over.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<2>()?;
        let (nonce, rest) = rest.split_first_chunk::<32>()?;
        let (verifier, rest) = rest.split_first_chunk::<32>()?;
        let purpose = FlowPurpose::read(*header, rest)?;
        Some(Self { nonce: Nonce(*nonce), pkce_verifier: PkceVerifier(*verifier), purpose })
    }
}

#[cfg(test)]
mod tests {
    use super::super::purpose::ReturnTo;
    use super::super::target::{FlowTarget, UserEntry};
    use super::*;
    use crate::ids::UserId;
    use crate::share::ShareId;

    fn flow(purpose: FlowPurpose) -> Flow {
        Flow { nonce: Nonce([1; 32]), pkce_verifier: PkceVerifier([2; 32]), purpose }
    }

    fn purposes() -> Vec<FlowPurpose> {
        let target = FlowTarget {
            user_id: UserId::from_email("bob@acme.com"),
            project_id: "my-first-project-ID".parse().unwrap(),
            cluster_id: "AbcClusterID".parse().unwrap(),
            user_entry: UserEntry::Kubelogin,
        };
        let dialog = ReturnTo::ShareDialog(target.project_id.clone(), target.cluster_id.clone());
        vec![
            FlowPurpose::Kubeconfig(target),
            FlowPurpose::Share(ShareId::from_bytes([3; 16]), UserEntry::PublicKubelogin),
            FlowPurpose::Session(ReturnTo::Clusters),
            FlowPurpose::Session(ReturnTo::Links),
            FlowPurpose::Session(dialog),
            FlowPurpose::Session(ReturnTo::Link(ShareId::from_bytes([4; 16]))),
        ]
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = URL_SAFE_NO_PAD.decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let verifier = PkceVerifier::from_bytes(verifier.try_into().unwrap());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn bytes_read_back_and_anything_else_is_no_flow() {
        for purpose in purposes() {
            let bytes = flow(purpose.clone()).to_bytes();
            let bytes = bytes.expose_secret();
            let read = Flow::from_bytes(bytes).unwrap();
            assert_eq!((&read.nonce.0, &read.pkce_verifier.0, &read.purpose), (&[1; 32], &[2; 32], &purpose));
            for len in 0..bytes.len() {
                assert!(Flow::from_bytes(&bytes[..len]).is_none(), "{purpose:?} truncated to {len}");
            }
            assert!(Flow::from_bytes(&[bytes, &[0]].concat()).is_none(), "{purpose:?} and one byte more");
            for (index, value) in [(0, 0), (0, 4), (1, 4)] {
                let mut other = bytes.to_vec();
                other[index] = value;
                assert!(Flow::from_bytes(&other).is_none(), "{purpose:?} byte {index} = {value}");
            }
        }
    }

    #[test]
    fn a_kkp_link_has_no_public_client() {
        let kubeconfig = flow(purposes().swap_remove(0)).to_bytes();
        for (index, value) in [(1, 2), (66, 65)] {
            let mut other = kubeconfig.expose_secret().to_vec();
            other[index] = value;
            assert!(Flow::from_bytes(&other).is_none(), "byte {index} = {value}");
        }
    }

    #[test]
    fn debug_shows_the_purpose_only() {
        let text = format!("{:?}", flow(purposes().swap_remove(0)));
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
