//! Claims as kube-apiserver's JSON library reads them: `null` is the empty value, a number may stand in quotes.

use serde_json::{Map, Number, Value};

/// From year 1 to 1970, in seconds: Go counts from year 1, and far times wrap around.
const UNIX_TO_GO: i64 = 62_135_596_800;

/// What the authenticator reads before it judges anything.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct StandardClaims {
    pub(super) audience: Vec<String>,
    /// Absent is year 1.
    pub(super) expiry: Option<i64>,
    pub(super) not_before: Option<i64>,
}

/// A claim whose type makes the authenticator refuse the whole token.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct WrongType {
    pub(super) claim: &'static str,
    pub(super) expected: &'static str,
}

/// Whether `time` is before `other` for Go.
pub(super) const fn is_before(time: i64, other: i64) -> bool {
    time.wrapping_add(UNIX_TO_GO) < other.wrapping_add(UNIX_TO_GO)
}

impl StandardClaims {
    pub(super) fn read(claims: &Map<String, Value>) -> Result<Self, WrongType> {
        for claim in ["iss", "sub", "nonce", "at_hash"] {
            if claims.get(claim).is_some_and(|value| text(value).is_none()) {
                return Err(WrongType { claim, expected: "a text" });
            }
        }
        let audience = match claims.get("aud") {
            None => Vec::new(),
            Some(value) => texts(value).ok_or(WrongType { claim: "aud", expected: "a text or a list of texts" })?,
        };
        let time = |claim| match claims.get(claim) {
            None => Ok(None),
            Some(value) => seconds(value).map(Some).ok_or(WrongType { claim, expected: "a number of seconds" }),
        };
        let not_before = if claims.get("nbf") == Some(&Value::Null) { None } else { time("nbf")? };
        time("iat")?;
        let expiry = time("exp")?;
        distributed(claims)?;
        Ok(Self { audience, expiry, not_before })
    }
}

/// The types of `_claim_names` and `_claim_sources`, and a source for each name.
fn distributed(claims: &Map<String, Value>) -> Result<(), WrongType> {
    let names = match claims.get("_claim_names") {
        None | Some(Value::Null) => None,
        Some(Value::Object(names)) if names.values().all(|name| text(name).is_some()) => Some(names),
        Some(_) => return Err(WrongType { claim: "_claim_names", expected: "an object of texts" }),
    };
    let is_source = |source: &Value| match source {
        Value::Null => true,
        Value::Object(source) => ["endpoint", "access_token"]
            .iter()
            .all(|field| source.get(*field).is_none_or(|value| text(value).is_some())),
        _ => false,
    };
    let sources = match claims.get("_claim_sources") {
        None | Some(Value::Null) => None,
        Some(Value::Object(sources)) if sources.values().all(is_source) => Some(sources),
        Some(_) => return Err(WrongType { claim: "_claim_sources", expected: "an object of objects" }),
    };
    let is_there = |name: &Value| {
        let name = text(name).unwrap_or_default();
        !name.is_empty() && sources.is_some_and(|sources| sources.contains_key(name))
    };
    match names {
        Some(names) if !names.values().all(is_there) => {
            Err(WrongType { claim: "_claim_sources", expected: "a source for each of _claim_names" })
        }
        _ => Ok(()),
    }
}

/// Where a claim is to be fetched from, if it is distributed.
pub(super) fn endpoint<'a>(claims: &'a Map<String, Value>, claim: &str) -> Option<&'a str> {
    if claims.contains_key(claim) {
        return None;
    }
    let source = claims.get("_claim_names")?.get(claim)?.as_str()?;
    let endpoint = claims.get("_claim_sources")?.get(source)?.get("endpoint")?.as_str()?;
    (!endpoint.is_empty()).then_some(endpoint)
}

/// A text; `null` is empty.
pub(super) fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Null => Some(""),
        _ => None,
    }
}

/// A text, or a list of texts; `null` is one empty text as `aud`.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(|value| text(value).map(str::to_owned)).collect(),
        value => text(value).map(|text| vec![text.to_owned()]),
    }
}

/// Groups: a text, or a list of texts; `null` is none.
pub(super) fn groups(value: &Value) -> Option<Vec<String>> {
    if *value == Value::Null { Some(Vec::new()) } else { texts(value) }
}

fn seconds(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => serde_json::from_str::<Number>(text).ok()?,
        _ => return None,
    };
    number.as_i64().or_else(|| {
        let secs = number.as_f64()?;
        // As Go does on amd64: what is no i64 is the smallest one.
        if !(-9.2e18..9.2e18).contains(&secs) {
            return Some(i64::MIN);
        }
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "bounded just above")]
        Some(secs as i64)
    })
}
