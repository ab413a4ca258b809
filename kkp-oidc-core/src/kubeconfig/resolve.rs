//! Which plain scalars YAML 1.1 does not read as text, as go-yaml v2 decides it.
//!
//! go-yaml quotes a string when the same characters, written plain, would come back as a null, a boolean, a number, a
//! timestamp or a base-60 number. The number grammar is Go's (`strconv`), not YAML's: `0o17`, `0b-1`, `.5_0` and
//! `1__0` are numbers, `0o9`, `1e999` and `0x1p3` are text.

use super::timestamp::is_timestamp;

/// Whether `text`, written plain, would be read as something else than a string.
pub(super) fn is_not_text(text: &str) -> bool {
    let Some(&first) = text.as_bytes().first() else {
        return true;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => is_word(text),
        b'.' => is_word(text) || is_go_float(text),
        b'0'..=b'9' | b'+' | b'-' => {
            is_word(text) || is_timestamp(text) || is_number(text) || is_sexagesimal(text.as_bytes())
        }
        _ => false,
    }
}

/// The words of YAML 1.1 for null, booleans, infinities and not-a-number. The longest has five letters.
fn is_word(text: &str) -> bool {
    matches!(
        text,
        "~" | "null"
            | "Null"
            | "NULL"
            | "y"
            | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "true"
            | "True"
            | "TRUE"
            | "false"
            | "False"
            | "FALSE"
            | "on"
            | "On"
            | "ON"
            | "off"
            | "Off"
            | "OFF"
            | ".nan"
            | ".NaN"
            | ".NAN"
            | ".inf"
            | ".Inf"
            | ".INF"
            | "+.inf"
            | "+.Inf"
            | "+.INF"
            | "-.inf"
            | "-.Inf"
            | "-.INF"
    )
}

/// An integer or a decimal float once all underscores are gone, wherever they stood.
pub(super) fn is_number(text: &str) -> bool {
    // Long tokens that start with a digit are common; a byte that no number has ends the matter without a copy.
    let may_be_number =
        |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'_' | b'+' | b'-' | b'.' | b'x' | b'X' | b'o' | b'O');
    if !text.bytes().all(may_be_number) {
        return false;
    }
    if text.contains('_') { is_bare_number(&text.replace('_', "")) } else { is_bare_number(text) }
}

fn is_bare_number(text: &str) -> bool {
    if is_go_integer(text) || is_decimal_float(text) {
        return true;
    }
    // go-yaml reads what follows `0b` as a signed number of its own.
    text.strip_prefix("0b").is_some_and(|digits| signed_fits(digits, 2))
}

/// What `strconv.ParseInt(text, 0, 64)` or `strconv.ParseUint(text, 0, 64)` reads, `text` being free of underscores.
fn is_go_integer(text: &str) -> bool {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..).unwrap_or_default()),
        Some(b'+') => (false, text.get(1..).unwrap_or_default()),
        _ => (false, text),
    };
    let signed = unsigned.len() != text.len();
    let Some((digits, radix)) = split_prefix(unsigned) else {
        return false;
    };
    match magnitude(digits, radix) {
        Some(value) if negative => value <= i64::MIN.unsigned_abs(),
        Some(value) if signed => value <= i64::MAX.unsigned_abs(),
        Some(_) => true,
        None => false,
    }
}

/// Digits and radix of a Go integer literal. The lone `0` has no digits after its octal prefix and is zero.
pub(super) fn split_prefix(text: &str) -> Option<(&str, u32)> {
    let bytes = text.as_bytes();
    match bytes {
        [] => None,
        [b'0', b'b' | b'B', _, ..] => Some((&text[2..], 2)),
        [b'0', b'o' | b'O', _, ..] => Some((&text[2..], 8)),
        [b'0', b'x' | b'X', _, ..] => Some((&text[2..], 16)),
        [b'0', ..] => Some((text, 8)),
        _ => Some((text, 10)),
    }
}

/// The value of `digits`, or none if one is not a digit of `radix` or the value is above `u64::MAX`.
pub(super) fn magnitude(digits: &str, radix: u32) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0_u64, |value, digit| {
        value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit.to_digit(radix)?))
    })
}

/// What `strconv.ParseInt(text, radix, 64)` or, without a sign, `strconv.ParseUint(text, radix, 64)` reads.
fn signed_fits(text: &str, radix: u32) -> bool {
    if let Some(digits) = text.strip_prefix('-') {
        magnitude(digits, radix).is_some_and(|value| value <= i64::MIN.unsigned_abs())
    } else if let Some(digits) = text.strip_prefix('+') {
        magnitude(digits, radix).is_some_and(|value| value <= i64::MAX.unsigned_abs())
    } else {
        magnitude(text, radix).is_some()
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` that does not overflow to infinity.
fn is_decimal_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mantissa = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            if !is_digits(digits) {
                return false;
            }
            mantissa
        }
        None => unsigned,
    };
    let well_formed = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    well_formed && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What `strconv.ParseFloat` reads of a text that starts with a dot: underscores may stand between two digits.
fn is_go_float(text: &str) -> bool {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(at.checked_add(1))
    };
    if !text.contains('_') {
        return is_decimal_float(text);
    }
    let underscores_fit = bytes.iter().enumerate().all(|(at, &byte)| byte != b'_' || between_digits(at));
    underscores_fit && is_decimal_float(&text.replace('_', ""))
}

/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`: base-60 numbers of YAML 1.1, such as `1:30`.
fn is_sexagesimal(text: &[u8]) -> bool {
    if !text.contains(&b':') {
        return false;
    }
    let unsigned = match text {
        [b'-' | b'+', rest @ ..] => rest,
        _ => text,
    };
    let (whole, fraction) = match unsigned.iter().position(|&byte| byte == b'.') {
        Some(dot) => unsigned.split_at(dot),
        None => (unsigned, [].as_slice()),
    };
    if !fraction.iter().skip(1).all(|byte| matches!(byte, b'0'..=b'9' | b'_')) {
        return false;
    }
    let mut parts = whole.split(|&byte| byte == b':');
    let first = parts.next().unwrap_or_default();
    let first_fits =
        first.first().is_some_and(u8::is_ascii_digit) && first.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'_'));
    first_fits && parts.all(|part| matches!(part, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_yaml_reads_as_null_boolean_number_or_date_is_no_text() {
        let no_text = [
            "",
            "~",
            "null",
            "y",
            "No",
            "ON",
            "off",
            "TRUE",
            ".inf",
            "-.Inf",
            "+.INF",
            ".NaN",
            "0",
            "-0",
            "007",
            "099",
            "0x1F",
            "0X1f",
            "0o17",
            "0b11",
            "0b-1",
            "0b+1",
            "-0b1",
            "1_000",
            "1__0",
            "-_1",
            "9223372036854775808",
            "-9223372036854775808",
            "18446744073709551615",
            "0xffffffffffffffff",
            "18446744073709551616",
            "1.",
            ".5",
            ".5_0",
            "1e3",
            "+1E-5",
            "1e-999",
            "1:30",
            "-190:20:30.15_",
            "1:5:9.",
            "2001-1-2",
            "2000-2-29",
            "2001-12-14t21:59:43.10-05:00",
            "2001-1-1T1:2:3,5+24:60",
            "2001-12-14   1:2:3",
            "0000-1-1",
        ];
        let text = [
            "yEs",
            "nan",
            "inf",
            "<<",
            "=",
            "-",
            "+",
            "+-1",
            "0x",
            "0b2",
            "0o9",
            "0b",
            "0B-1",
            "-0b-1",
            "+_",
            "_1",
            "-9223372036854775809x",
            "-0x8000000000000001",
            "0x10000000000000000",
            "1e999",
            "0x1p3",
            ".",
            "._5",
            ".5_",
            ".5__0",
            "1e",
            "1:60",
            "1::3",
            ":30",
            "1:2x",
            "2001-2-29",
            "2001-13-1",
            "2001-1-1T24:0:0Z",
            "2001-1-1T1:2Z",
            "2001-1-1T1:2:3",
            "2001-1-1T1:2:3+25:00",
            "2001-1-1 1:2:3Z",
            "2001-12-14 ",
            "20011-1-1",
            "é",
            "1é",
        ];
        assert_eq!(no_text.into_iter().filter(|text| !is_not_text(text)).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(text.into_iter().filter(|text| is_not_text(text)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn the_largest_integers_are_numbers_and_the_next_is_not() {
        assert!(signed_fits(&format!("-1{}", "0".repeat(63)), 2));
        assert!(!signed_fits(&format!("-1{}1", "0".repeat(62)), 2));
        assert!(!signed_fits(&format!("+1{}", "0".repeat(63)), 2));
        assert!(signed_fits(&"1".repeat(64), 2));
        assert!(!signed_fits(&"1".repeat(65), 2));
    }
}
