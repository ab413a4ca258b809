//! Parameters in `application/x-www-form-urlencoded`, as RFC 6749 counts them.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// The parameters of one request.
///
/// A parameter without a value counts as left out, and none may come twice ([RFC 6749 section 3.1]); of a repeated one
/// the first value is kept, so that an error can still be sent to where it belongs.
///
/// [RFC 6749 section 3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1
pub(super) struct Params {
    values: BTreeMap<String, String>,
    repeated: Vec<String>,
}

impl Params {
    pub(super) fn parse(encoded: &[u8]) -> Self {
        let mut params = Self { values: BTreeMap::new(), repeated: Vec::new() };
        for (name, value) in form_urlencoded::parse(encoded).filter(|(_, value)| !value.is_empty()) {
            if params.values.contains_key(&*name) {
                params.repeated.push(name.into_owned());
            } else {
                params.values.insert(name.into_owned(), value.into_owned());
            }
        }
        params
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The words of a list separated by spaces, empty if there is no such parameter.
    pub(super) fn words(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).unwrap_or_default().split(' ').filter(|word| !word.is_empty())
    }

    pub(super) fn is_repeated(&self, name: &str) -> bool {
        self.repeated.iter().any(|repeated| repeated == name)
    }

    pub(super) fn has_repeated(&self) -> bool {
        !self.repeated.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_count_as_left_out_and_repeats_are_known() {
        let params = Params::parse(b"a=1&b=&c=x+y%26&a=2");
        assert_eq!([params.get("a"), params.get("b"), params.get("c")], [Some("1"), None, Some("x y&")]);
        assert_eq!([params.is_repeated("a"), params.is_repeated("c"), params.has_repeated()], [true, false, true]);
        assert_eq!(params.words("c").collect::<Vec<_>>(), ["x", "y&"]);
    }
}
