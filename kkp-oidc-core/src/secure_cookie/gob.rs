//! The two gob messages that cookies carry: a top-level string and a top-level byte slice.
//!
//! [gob] is Go's own encoding. A message is a count of bytes, a type id (6 is string, 5 is `[]byte`, written
//! zig-zagged), a zero byte and the value: its length and its bytes. Numbers below 128 are one byte; others are the
//! negated count of their bytes and the bytes, big endian.
//!
//! KKP: its `csrf_token` is a string in this form (spec 4.9).
//!
//! [gob]: https://pkg.go.dev/encoding/gob

/// gob's id of type `string`.
const STRING: u8 = 6;
/// gob's id of type `[]byte`.
const BYTES: u8 = 5;
/// Go refuses messages from this count of bytes on.
const TOO_BIG: u64 = 1 << 33;

/// The gob message of a string. Go's strings are bytes, hence any `value` will do.
#[must_use]
pub fn encode_string(value: &[u8]) -> Vec<u8> {
    encode(value, STRING)
}

/// The gob message of a byte slice.
#[must_use]
pub fn encode_bytes(value: &[u8]) -> Vec<u8> {
    encode(value, BYTES)
}

/// The string in a gob message. What follows the string, in the message or after it, is ignored, as Go does.
///
/// # Errors
///
/// See [`DecodeGobError`].
pub fn decode_string(gob: &[u8]) -> Result<&[u8], DecodeGobError> {
    decode(gob, STRING)
}

/// The byte slice in a gob message. What follows it, in the message or after it, is ignored, as Go does.
///
/// # Errors
///
/// See [`DecodeGobError`].
pub fn decode_bytes(gob: &[u8]) -> Result<&[u8], DecodeGobError> {
    decode(gob, BYTES)
}

/// Why a text is not the gob message of a string or byte slice.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeGobError {
    /// The message, or the value in it, ends before its announced length.
    #[error("the gob message of {len} bytes is cut off")]
    Truncated {
        /// Length in bytes of all that was given.
        len: usize,
    },
    /// A number of more than 8 bytes, or a message of 8 GiB or more.
    #[error("the gob message of {len} bytes has a number that is too great")]
    NumberTooGreat {
        /// Length in bytes of all that was given.
        len: usize,
    },
    /// A value of another type, or a type definition.
    #[error("the gob message holds type {found}, expected {expected}")]
    OtherType {
        /// gob's id of the type; negative for the definition of a type.
        found: i32,
        /// gob's id of the expected type: 6 for string, 5 for `[]byte`.
        expected: i32,
    },
    /// A field number before the value, as in a struct.
    #[error("the gob message has a field number of {found}, expected 0 before a value that is no struct")]
    FieldNumber {
        /// The number.
        found: u64,
    },
}

fn encode(value: &[u8], type_id: u8) -> Vec<u8> {
    let head = [type_id << 1, 0];
    let body_len = head.len() + Number::new(value.len()).len() + value.len();
    let mut gob = Vec::with_capacity(9 + body_len);
    Number::new(body_len).push(&mut gob);
    gob.extend_from_slice(&head);
    Number::new(value.len()).push(&mut gob);
    gob.extend_from_slice(value);
    gob
}

/// A number about to be written.
struct Number {
    bytes: [u8; size_of::<usize>()],
    /// How many of the bytes are leading zeros.
    zeros: usize,
}

impl Number {
    fn new(number: usize) -> Self {
        let bytes = number.to_be_bytes();
        Self { bytes, zeros: bytes.iter().take_while(|&&byte| byte == 0).count() }
    }

    /// The number's own bytes, without leading zeros.
    fn digits(&self) -> &[u8] {
        self.bytes.get(self.zeros..).unwrap_or_default()
    }

    /// How many bytes [`push`](Self::push) appends.
    fn len(&self) -> usize {
        match self.digits() {
            [] | [0..=127] => 1,
            digits => 1 + digits.len(),
        }
    }

    fn push(&self, gob: &mut Vec<u8>) {
        match self.digits() {
            [] => gob.push(0),
            &[small @ 0..=127] => gob.push(small),
            digits => {
                // 256 minus the count of digits, which is at most 8.
                gob.push(digits.iter().fold(0, |negated: u8, _| negated.wrapping_sub(1)));
                gob.extend_from_slice(digits);
            }
        }
    }
}

fn decode(gob: &[u8], type_id: u8) -> Result<&[u8], DecodeGobError> {
    let truncated = || DecodeGobError::Truncated { len: gob.len() };
    let mut reader = Reader { rest: gob, len: gob.len() };
    let count = reader.number()?;
    if count >= TOO_BIG {
        return Err(DecodeGobError::NumberTooGreat { len: gob.len() });
    }
    let mut message = Reader { rest: reader.take(count).ok_or_else(truncated)?, len: gob.len() };
    let (found, expected) = (type_id_of(message.number()?), i32::from(type_id));
    if found != expected {
        return Err(DecodeGobError::OtherType { found, expected });
    }
    match message.number()? {
        0 => {}
        found => return Err(DecodeGobError::FieldNumber { found }),
    }
    let len = message.number()?;
    message.take(len).ok_or_else(truncated)
}

/// Undo the zig-zag of a signed number. Go cuts type ids down to 32 bits, so that an id with higher bits is the same.
fn type_id_of(number: u64) -> i32 {
    let [.., a, b, c, d] = (number >> 1).to_be_bytes();
    let id = i32::from_be_bytes([a, b, c, d]);
    if number & 1 == 1 { !id } else { id }
}

struct Reader<'a> {
    rest: &'a [u8],
    /// Length of the whole input, for errors.
    len: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(count).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self) -> Result<u64, DecodeGobError> {
        let truncated = DecodeGobError::Truncated { len: self.len };
        match self.take(1) {
            None | Some([]) => Err(truncated),
            Some(&[small @ 0..=127, ..]) => Ok(u64::from(small)),
            Some(&[negated, ..]) => {
                let count = u64::from(negated.wrapping_neg());
                if count > 8 {
                    return Err(DecodeGobError::NumberTooGreat { len: self.len });
                }
                let digits = self.take(count).ok_or(truncated)?;
                Ok(digits.iter().fold(0, |number, &digit| number << 8 | u64::from(digit)))
            }
        }
    }
}
