//! What a plain scalar stands for, as go-yaml v2 decides it and as it comes out of the JSON that client-go makes of it.

use super::resolve::{is_not_text, is_number, magnitude, split_prefix};
use super::timestamp::is_timestamp;

/// A plain scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Integer(i128),
    /// Never a number that client-go would take for an integer later.
    Float(f64),
    /// An infinity or not a number: JSON has none.
    NotFinite,
    /// Itself. Dates and base-60 numbers are text too.
    Text,
}

/// Resolves a plain scalar.
pub(crate) fn resolve(text: &str) -> Plain {
    if !is_not_text(text) {
        return Plain::Text;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Plain::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Plain::Bool(false),
        _ if text.ends_with(['n', 'N', 'f', 'F']) && text.contains('.') => Plain::NotFinite,
        _ if text.starts_with('.') => float(text),
        _ if is_timestamp(text) || !is_number(text) => Plain::Text,
        _ => integer(&text.replace('_', "")).map_or_else(|| float(text), Plain::Integer),
    }
}

fn float(text: &str) -> Plain {
    let Ok(value) = text.replace('_', "").parse::<f64>() else {
        return Plain::NotFinite;
    };
    // JSON writes floats of up to 21 digits without an exponent, and a float without a fraction as an integer.
    let whole = value.fract() == 0.0 && value.abs() < 1e21;
    let integer = whole.then(|| format!("{value:.0}").parse().ok()).flatten();
    integer.filter(|&integer| fits(integer)).map_or(Plain::Float(value), Plain::Integer)
}

fn fits(integer: i128) -> bool {
    integer >= i128::from(i64::MIN) && integer <= i128::from(u64::MAX)
}

fn integer(text: &str) -> Option<i128> {
    let signed_magnitude = |text: &str, radix: Option<u32>| {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (digits, radix) = match radix {
            Some(radix) => (unsigned, radix),
            None => split_prefix(unsigned)?,
        };
        let value = i128::from(magnitude(digits, radix)?);
        let value = if text.starts_with('-') { value.checked_neg()? } else { value };
        let limit = if text.starts_with('+') { i128::from(i64::MAX) } else { i128::from(u64::MAX) };
        (fits(value) && value <= limit).then_some(value)
    };
    signed_magnitude(text, None).or_else(|| signed_magnitude(text.strip_prefix("0b")?, Some(2)))
}

/// A float as Go's `strconv.FormatFloat(value, 'g', -1, 64)` writes it.
pub(super) fn format_float(value: f64) -> String {
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_come_out_as_kubectl_writes_them_after_reading() {
        let table = [
            ("a", Plain::Text),
            ("", Plain::Null),
            ("yes", Plain::Bool(true)),
            ("off", Plain::Bool(false)),
            ("2001-01-01", Plain::Text),
            ("1:30", Plain::Text),
            ("-.inf", Plain::NotFinite),
            (".NaN", Plain::NotFinite),
            ("0x1F", Plain::Integer(31)),
            ("0777", Plain::Integer(511)),
            ("099", Plain::Integer(99)),
            ("0b-11", Plain::Integer(-3)),
            ("1_000", Plain::Integer(1000)),
            ("18446744073709551615", Plain::Integer(18_446_744_073_709_551_615)),
            ("1e6", Plain::Integer(1_000_000)),
            ("-0.0", Plain::Integer(0)),
            ("1e20", Plain::Float(1e20)),
            (".5", Plain::Float(0.5)),
        ];
        for (text, expected) in table {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
        let floats = [
            (1.5, "1.5"),
            (1e20, "1e+20"),
            (1e-7, "1e-07"),
            (0.0001, "0.0001"),
            (123_456_789.125, "1.23456789125e+08"),
            (-0.5, "-0.5"),
        ];
        for (value, expected) in floats {
            assert_eq!(format_float(value), expected);
        }
    }
}
