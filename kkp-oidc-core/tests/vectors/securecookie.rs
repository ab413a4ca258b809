//! Cookies made and judged by gorilla/securecookie.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::secure_cookie::{
    CookieLimits, DecodeCookieError, EncodeCookieError, NewCookieCodecError, OpenedCookie, SealedCookie, Serializer,
    SignedCookie,
};
use serde::Deserialize;

use crate::support::{self, Count, unhex};

const FILE: &str = "securecookie.jsonl";

/// One line. Texts of bytes are hexadecimal.
#[derive(Deserialize)]
struct Vector {
    id: u64,
    case: String,
    hash: String,
    hash_key: String,
    block_key: Option<String>,
    name: String,
    serializer: String,
    r#type: String,
    value: Option<String>,
    serialized: Option<String>,
    iv: Option<String>,
    ts: Option<i64>,
    max_length: usize,
    max_age: i64,
    min_age: i64,
    cookie: Option<String>,
    cookie_hex: Option<String>,
    encode_error: Option<String>,
    now: i64,
    ok: bool,
    #[serde(default)]
    same: bool,
    got: Option<String>,
}

/// Either codec, chosen by the block key.
enum Codec {
    Signed(SignedCookie),
    Sealed(SealedCookie),
}

impl Codec {
    fn new(vector: &Vector) -> Result<Self, NewCookieCodecError> {
        let limits = CookieLimits::default()
            .with_max_len(vector.max_length)
            .with_max_age_secs(vector.max_age)
            .with_min_age_secs(vector.min_age);
        let hash_key = unhex(&vector.hash_key);
        match &vector.block_key {
            None => SignedCookie::new(&hash_key).map(|codec| Self::Signed(codec.with_limits(limits))),
            Some(key) => SealedCookie::new(&hash_key, &unhex(key)).map(|codec| Self::Sealed(codec.with_limits(limits))),
        }
    }

    fn encode(&self, serialized: &[u8], vector: &Vector, ts: UnixTime) -> Result<String, EncodeCookieError> {
        match self {
            Self::Signed(codec) => codec.encode(serialized, &vector.name, ts),
            Self::Sealed(codec) => {
                // A line on which gorilla refused has no IV; any will do, as it changes no length.
                let iv = vector.iv.as_deref().map_or([0; 16], |iv| unhex(iv).try_into().unwrap());
                codec.encode(serialized, &vector.name, iv, ts)
            }
        }
    }

    fn decode(&self, cookie: &[u8], vector: &Vector) -> Result<OpenedCookie, DecodeCookieError> {
        let now = UnixTime::from_secs(vector.now);
        match self {
            Self::Signed(codec) => codec.decode(cookie, &vector.name, now),
            Self::Sealed(codec) => codec.decode(cookie, &vector.name, now),
        }
    }
}

impl Vector {
    /// How the value was serialized, `None` if this is none of our business.
    fn serializer(&self) -> Option<Serializer> {
        match (self.hash.as_str(), self.serializer.as_str(), self.r#type.as_str()) {
            ("sha256", "nop", "bytes") => Some(Serializer::Nop),
            ("sha256", "gob", "string") => Some(Serializer::GobString),
            ("sha256", "gob", "bytes") => Some(Serializer::GobBytes),
            ("sha256", "json", "string") => Some(Serializer::JsonString),
            _ => None,
        }
    }

    /// The cookie to open; none means the empty text.
    fn cookie(&self) -> Vec<u8> {
        match (&self.cookie, &self.cookie_hex) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(hex)) => unhex(hex),
            (None, None) => Vec::new(),
        }
    }

    /// What gorilla's opening gave.
    fn opened(&self) -> Option<Vec<u8>> {
        let value = if self.same { &self.value } else { &self.got };
        self.ok.then(|| unhex(value.as_deref().unwrap_or_default()))
    }

    /// Whether the line's cookie is what these keys make of its value, rather than one that was spoilt afterwards,
    /// made with other keys or under other limits.
    fn is_encoding(&self) -> bool {
        const UNSPOILT: [&str; 6] = ["encode", "age", "max-age-", "min-age-", "negative-max-age", "hash-key-"];
        self.encode_error.is_some() || UNSPOILT.iter().any(|case| self.case.starts_with(case))
    }
}

fn check_serializing(vector: &Vector, serializer: Serializer) {
    let Some(value) = &vector.value else { return };
    let serialized = serializer.serialize(&unhex(value));
    // Gorilla's error leaves no serialized value on some lines.
    if let Some(expected) = &vector.serialized {
        assert_eq!(serialized.expose_secret(), unhex(expected), "serialize, vector {}", vector.id);
    }
}

fn check_encoding(vector: &Vector, serializer: Serializer, codec: &Codec) {
    let (Some(value), Some(ts)) = (&vector.value, vector.ts) else { return };
    let serialized = serializer.serialize(&unhex(value));
    let encoded = codec.encode(serialized.expose_secret(), vector, UnixTime::from_secs(ts));
    match (encoded, &vector.encode_error) {
        (Ok(cookie), None) if vector.is_encoding() => {
            assert_eq!(Some(&cookie), vector.cookie.as_ref(), "encode, vector {}", vector.id);
        }
        // The cookie on this line is another one. What ours is worth, the lines above know.
        (Ok(_), None) => {}
        (Err(EncodeCookieError::TooLong { .. }), Some(error)) => {
            assert!(error.starts_with("securecookie: the value is too long"), "vector {}: {error}", vector.id);
        }
        // Limits on such lines are for opening.
        (Err(EncodeCookieError::TooLong { .. }), None) if !vector.is_encoding() => {}
        (encoded, error) => panic!("encode, vector {}: {encoded:?}, gorilla: {error:?}", vector.id),
    }
}

fn check_decoding(vector: &Vector, serializer: Serializer, codec: &Codec) {
    let opened = codec.decode(&vector.cookie(), vector);
    let value = opened.as_ref().ok().and_then(|opened| {
        let value = serializer.deserialize(opened.value().expose_secret()).ok()?;
        Some(value.expose_secret().to_vec())
    });
    assert_eq!(value, vector.opened(), "decode, vector {} ({}): {opened:?}", vector.id, vector.case);
    if let (Ok(opened), Some(ts)) = (&opened, vector.ts) {
        assert_eq!(opened.issued_at(), UnixTime::from_secs(ts), "time, vector {}", vector.id);
    }
}

#[test]
fn cookies_are_made_and_judged_as_by_gorilla() {
    let mut count = Count::default();
    for vector in support::read::<Vector>(FILE) {
        let Some(serializer) = vector.serializer() else {
            count.left_out += 1;
            continue;
        };
        count.checked += 1;
        check_serializing(&vector, serializer);
        match Codec::new(&vector) {
            Ok(codec) => {
                check_encoding(&vector, serializer, &codec);
                check_decoding(&vector, serializer, &codec);
            }
            Err(NewCookieCodecError::BlockKeyLength { len }) => {
                assert_eq!(vector.block_key.as_ref().map(|hex| hex.len() / 2), Some(len), "vector {}", vector.id);
                let error = format!("securecookie: error - caused by: crypto/aes: invalid key size {len}");
                assert_eq!((vector.ok, vector.encode_error.as_ref()), (false, Some(&error)), "vector {}", vector.id);
            }
            Err(error) => panic!("vector {}: {error}", vector.id),
        }
    }
    count.report(FILE);
}
