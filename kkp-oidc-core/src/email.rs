//! When two e-mail addresses are those of one person.

/// The address, or its domain, in the form in which it is compared: lower case, as KKP has it.
///
/// A character that is an ASCII letter only in lower case stays as it is. There is one, the Kelvin sign: whoever may choose an
/// address with it at a provider is not whoever has the address with a `k`.
#[must_use]
pub fn folded(address: &str) -> String {
    let mut folded = String::with_capacity(address.len());
    for character in address.chars() {
        let mut lower = character.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(only), None) if only.is_ascii() && !character.is_ascii() => folded.push(character),
            _ => folded.extend(character.to_lowercase()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_character_becomes_ascii_and_folding_twice_changes_nothing() {
        for character in '\0'..=char::MAX {
            let once = folded(&character.to_string());
            assert_eq!(folded(&once), once, "{character:?}");
            assert_eq!(once.is_ascii(), character.is_ascii(), "{character:?}");
        }
        assert_eq!(folded("\u{141}UKASZ.\u{212a}@EXAMPLE.com"), "\u{142}ukasz.\u{212a}@example.com");
    }
}
