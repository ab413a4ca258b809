//! The order of map keys in go-yaml v2: letters by code point and after everything else, runs of digits by value.

use std::cmp::Ordering;

use super::letters::{ALPHABETIC_BUT_NO_LETTERS, DECIMAL_DIGITS, in_ranges};

/// Compares two map keys as go-yaml v2 sorts them.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let common = left.chars().zip(right.chars()).take_while(|(left, right)| left == right);
    let common_len = common.map(|(character, _)| character.len_utf8()).sum();
    let (Some(left_rest), Some(right_rest)) = (left.get(common_len..), right.get(common_len..)) else {
        return left.cmp(right);
    };
    let (Some(left_first), Some(right_first)) = (left_rest.chars().next(), right_rest.chars().next()) else {
        return left_rest.len().cmp(&right_rest.len());
    };
    match (is_letter(left_first), is_letter(right_first)) {
        (true, true) => return left_first.cmp(&right_first),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero that follows other digits of the same number counts, one that leads a number does not.
    let inside_number = (left_first == '0' || right_first == '0')
        && left
            .get(..common_len)
            .unwrap_or_default()
            .chars()
            .rev()
            .take_while(|&character| digit(character).is_some())
            .any(|character| character != '0');
    let (left_value, left_digits) = number(left_rest, inside_number);
    let (right_value, right_digits) = number(right_rest, inside_number);
    left_value.cmp(&right_value).then(left_digits.cmp(&right_digits)).then(left_first.cmp(&right_first))
}

/// Value and length of the digits that `text` starts with; the value wraps as Go's `int64` does.
fn number(text: &str, inside_number: bool) -> (i64, usize) {
    let digits = text.chars().map_while(digit);
    digits.fold((i64::from(inside_number), 0), |(value, len), digit| {
        (value.wrapping_mul(10).wrapping_add(digit), len.saturating_add(1))
    })
}

/// What go-yaml adds for a decimal digit: its distance from `0`, also for digits of other scripts.
fn digit(character: char) -> Option<i64> {
    is_decimal_digit(character).then(|| i64::from(u32::from(character)) - i64::from(u32::from('0')))
}

/// Unicode category Nd.
fn is_decimal_digit(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_digit();
    }
    in_ranges(character, DECIMAL_DIGITS)
}

/// Unicode category L.
fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic();
    }
    character.is_alphabetic() && !in_ranges(character, ALPHABETIC_BUT_NO_LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_last_and_numbers_by_value() {
        let sorted = [
            "",
            "!",
            "0",
            "00",
            "1",
            "2",
            "10",
            "Z",
            "a",
            "a-",
            "a1",
            "a01",
            "a2",
            "a10",
            "aB",
            "ab",
            "client-id",
            "\u{df}",
            "\u{e9}",
        ];
        for pair in sorted.windows(2) {
            if let [left, right] = pair {
                assert_eq!(compare(left, right), Ordering::Less, "{left:?} {right:?}");
            }
        }
        assert_eq!(compare("same", "same"), Ordering::Equal);
        // Circled letters and Roman numerals are alphabetic, but no letters; Arabic digits count from `0`.
        assert_eq!(compare("\u{24b6}", "a"), Ordering::Less);
        assert_eq!(compare("\u{2167}", "a"), Ordering::Less);
        assert_eq!(compare("9", "\u{661}"), Ordering::Less);
    }
}
