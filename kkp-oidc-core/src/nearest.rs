//! Guesses what somebody meant who misspelt a name.

/// Longest name for which there is a guess, in bytes: for longer ones it would be arbitrary, and slow.
const MAX_LEN: usize = 64;

/// Most letters that may be inserted, dropped or replaced.
const MAX_DISTANCE: usize = 3;

/// The name that somebody who wrote `name` probably meant, upper or lower case aside. Of two equally near, the earlier.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_LEN {
        return None;
    }
    names
        .into_iter()
        .map(|known| (edit_distance(name.as_bytes(), known.as_bytes()), known))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, known)| distance <= MAX_DISTANCE && distance < known.len())
        .map(|(_, known)| known)
}

/// Levenshtein's distance in bytes, ASCII case aside.
fn edit_distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, a) in left.iter().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(right) {
            let replaced = diagonal + usize::from(!a.eq_ignore_ascii_case(b));
            diagonal = *cell;
            before = replaced.min(before + 1).min(*cell + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_counts_insertions_removals_and_replacements() {
        for (left, right, distance) in
            [("", "", 0), ("abc", "", 3), ("", "abc", 3), ("kitten", "SITTING", 3), ("flaw", "lawn", 2)]
        {
            assert_eq!(edit_distance(left.as_bytes(), right.as_bytes()), distance, "{left} {right}");
        }
    }

    #[test]
    fn the_nearest_name_is_found_up_to_three_letters_away() {
        let names = ["clientID", "issuerClientID", "domain"];
        for (name, found) in [
            ("clientId", Some("clientID")),
            ("cleintID", Some("clientID")),
            ("issuerClient", Some("issuerClientID")),
            ("abcdef", None),
            ("dmn", Some("domain")),
            ("", None),
        ] {
            assert_eq!(nearest(name, names), found, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(65), ["x".repeat(65).as_str()]), None);
    }
}
