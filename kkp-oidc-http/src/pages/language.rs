//! Which language a reader gets: [RFC 9110 section 12.5.4], ranges matched as by [RFC 4647 section 3.4].
//!
//! [RFC 9110 section 12.5.4]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4
//! [RFC 4647 section 3.4]: https://www.rfc-editor.org/rfc/rfc4647#section-3.4

use axum::http::{HeaderMap, header};

/// A language that there are messages in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Language {
    /// For whoever asks for nothing that we have.
    #[default]
    English,
    German,
}

impl Language {
    /// All of them; of equal quality the first one wins.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::German];

    /// The language tag, for `lang` and `Content-Language`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The one that `Accept-Language` prefers.
    pub(crate) fn negotiate(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_LANGUAGE);
        let ranges: Vec<_> = values
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(range)
            .collect();
        // Of a language the best range counts, `*` only where there is none; then quality, then the order of the ranges.
        let wish = |language: Self| {
            let of = |tag: &str| {
                let matching = ranges.iter().enumerate().filter(|(_, (primary, _))| primary.eq_ignore_ascii_case(tag));
                // The first of the best ones, `max_by_key` would take the last.
                matching.map(|(place, &(_, quality))| (quality, usize::MAX - place)).max()
            };
            of(language.tag()).or_else(|| of("*").map(|(quality, _)| (quality, 0)))
        };
        // `ALL` is walked backwards because `max_by_key` takes the last of equals.
        let wishes = Self::ALL.into_iter().rev().filter_map(|language| Some((wish(language)?, language)));
        let best = wishes.filter(|((quality, _), _)| *quality > 0).max_by_key(|&(wish, _)| wish);
        best.map_or_else(Self::default, |(_, language)| language)
    }
}

/// The primary subtag of a language range and its quality in thousandths; none if the quality is malformed.
fn range(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let primary = parts.next()?.split('-').next()?;
    let quality = match parts.next() {
        None => 1000,
        Some(weight) => thousandths(weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="))?)?,
    };
    Some((primary, quality))
}

/// A `qvalue`: [RFC 9110 section 12.4.2], from `0` to `1` with at most three digits after the point.
///
/// [RFC 9110 section 12.4.2]: https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || fraction.len() > 3 {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_language(accept: &[&str], expected: Language) {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT_LANGUAGE, value.parse().unwrap());
        }
        assert_eq!(Language::negotiate(&headers), expected, "{accept:?}");
    }

    #[test]
    fn the_language_of_the_highest_quality_is_taken() {
        for german in [
            "de",
            "DE-at",
            "de-AT,de;q=0.9,en;q=0.8",
            "en;q=0.5, de;q=0.501",
            "fr, de;q=0.1",
            "de, en",
            "en;q=0, *",
            "de;q=1.000, en;q=0.999",
            "de;Q=0.7, en;q=0.6",
            "en;q=0.5, de-CH;q=0.4, de;q=0.8",
        ] {
            assert_language(&[german], Language::German);
        }
        assert_language(&["en;q=0.4", "de;q=0.5"], Language::German);
    }

    #[test]
    fn english_is_for_everybody_else() {
        for english in [
            "",
            "*",
            "en",
            "fr",
            "en, de",
            "en-GB;q=0.9, de;q=0.8",
            "de;q=0",
            "de;q=0, *;q=0",
            "*, de;q=0.5",
            "de;q=1.5",
            "de;q=0.1234",
            "de;q=-1",
            "de;q=x",
            "de;quality=1",
            "dex",
            "deutsch",
            "\u{e4}",
            ";;,,;q=1",
        ] {
            assert_language(&[english], Language::English);
        }
        assert_language(&[], Language::English);
    }
}
