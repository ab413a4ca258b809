//! Which form of an answer a client prefers.

use axum::http::{HeaderMap, header};

/// Whether `Accept` gives text/html a higher quality than application/json ([RFC 9110 section 12.5.1]). Browsers name
/// text/html; programs say nothing, `*/*` or application/json.
///
/// [RFC 9110 section 12.5.1]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT);
    let ranges: Vec<_> = values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.filter_map(|part| part.strip_prefix("q=")).find_map(|q| q.parse::<f32>().ok());
            (media, quality.unwrap_or(1.0))
        })
        .collect();
    // The most specific range counts.
    let quality_of = |media: &str, group: &str| {
        let quality = |name: &str| ranges.iter().find(|(range, _)| range == name).map(|&(_, quality)| quality);
        quality(media).or_else(|| quality(group)).or_else(|| quality("*/*")).unwrap_or(0.0)
    };
    quality_of("text/html", "text/*") > quality_of("application/json", "application/*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_for_whoever_prefers_them() {
        let prefers = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            prefers_html(&headers)
        };
        assert!(!prefers_html(&HeaderMap::new()));
        assert!(prefers("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
        assert!(prefers("text/*;q=0.5, application/json;q=0.4"));
        for accept in
            ["*/*", "application/json", "application/json, text/html", "text/html;q=0.1, */*", "text/html;q=0"]
        {
            assert!(!prefers(accept), "{accept}");
        }
    }
}
