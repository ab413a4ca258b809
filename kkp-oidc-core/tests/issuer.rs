//! What an operator configures about the provider: everything wrong is said at once, and no secret with it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::issuer::{
    CookieSecurity, EmailPolicy, EndpointUrl, IssuerConfig, IssuerProblem, IssuerSettings, IssuerUrl, OfflineAccess,
    OfflinePrompt, ParseClientError, ParseUrlError, RedirectUri,
};

fn settings() -> IssuerSettings {
    IssuerSettings {
        issuer_url: "https://kkp.example.com/dex".to_owned(),
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: Some("canary-secret".into()),
        redirect_uri: "https://kkp.example.com/api/v1/kubeconfig".to_owned(),
        ..IssuerSettings::default()
    }
}

/// The problems, and the text that an operator sees.
#[track_caller]
fn check(settings: IssuerSettings, problems: &[IssuerProblem], text: &str) {
    let error = IssuerConfig::try_from(settings).unwrap_err();
    assert_eq!(error.problems(), problems);
    assert_eq!(error.to_string(), text);
    assert!(!format!("{error:?} {error}").contains("canary"), "a secret is shown");
}

#[test]
fn what_is_right_is_kept_as_given() {
    let config = IssuerConfig::try_from(settings()).unwrap();
    assert_eq!(config.issuer().as_str(), "https://kkp.example.com/dex");
    assert_eq!(config.client_id().as_str(), "kubermaticIssuer");
    assert_eq!(config.client_secret().as_secret().expose_secret(), "canary-secret");
    assert_eq!(config.redirect_uri().as_str(), "https://kkp.example.com/api/v1/kubeconfig");
    assert_eq!(config.cookie_security(), CookieSecurity::Secure);
    assert_eq!(config.offline_access(), OfflineAccess::Scope);
    assert_eq!(config.offline_prompt(), OfflinePrompt::Consent);
    assert_eq!(config.email_policy(), EmailPolicy::RefuseUnverified);

    let config = IssuerConfig::try_from(IssuerSettings {
        redirect_uri: "http://localhost:8080/api/v1/kubeconfig".to_owned(),
        cookie_security: CookieSecurity::Plain,
        offline_access: OfflineAccess::AccessType,
        offline_prompt: OfflinePrompt::None,
        email_policy: EmailPolicy::RequireVerified,
        ..settings()
    })
    .unwrap();
    assert_eq!(config.cookie_security(), CookieSecurity::Plain);
    assert_eq!(config.offline_access(), OfflineAccess::AccessType);
    assert_eq!(config.offline_prompt(), OfflinePrompt::None);
    assert_eq!(config.email_policy(), EmailPolicy::RequireVerified);
}

#[test]
fn everything_that_is_wrong_is_said_in_the_order_of_the_settings() {
    check(
        IssuerSettings::default(),
        &[
            IssuerProblem::IssuerUrl(ParseUrlError::Empty),
            IssuerProblem::ClientId(ParseClientError::Empty),
            IssuerProblem::ClientSecret(ParseClientError::Empty),
            IssuerProblem::RedirectUri(ParseUrlError::Empty),
        ],
        "oidc-url: URL is empty, expected an absolute https URL\n\
         oidc-issuer-client-id: value is empty, expected what the provider has registered\n\
         oidc-issuer-client-secret: value is empty, expected what the provider has registered\n\
         oidc-issuer-redirect-uri: URL is empty, expected an absolute https URL",
    );
    check(
        IssuerSettings {
            issuer_url: "http://kkp.example.com/dex".to_owned(),
            client_id: "x".repeat(256),
            client_secret: Some("canary\n".into()),
            redirect_uri: "http://127.0.0.1:8080/api/v1/kubeconfig".to_owned(),
            ..IssuerSettings::default()
        },
        &[
            IssuerProblem::IssuerUrl(ParseUrlError::NotHttps { url: "http://kkp.example.com/dex".to_owned() }),
            IssuerProblem::ClientId(ParseClientError::TooLong { len: 256, max_len: 255 }),
            IssuerProblem::ClientSecret(ParseClientError::Character { index: 6 }),
            IssuerProblem::SecureCookieOverHttp,
        ],
        "oidc-url: `http://kkp.example.com/dex` is not https, expected https (http is accepted for localhost, \
         127.0.0.0/8 and ::1 only)\n\
         oidc-issuer-client-id: value has 256 bytes, expected at most 255\n\
         oidc-issuer-client-secret: value has a character outside of visible ASCII at byte 6, expected RFC 6749 \
         VSCHAR\n\
         oidc-issuer-cookie-secure-mode: cookies need https, but the redirect URI is http, expected an https redirect \
         URI, or `false` for a service on loopback",
    );
}

#[test]
fn an_absent_secret_is_an_empty_one() {
    for client_secret in [None, Some("".into())] {
        check(
            IssuerSettings { client_secret, ..settings() },
            &[IssuerProblem::ClientSecret(ParseClientError::Empty)],
            "oidc-issuer-client-secret: value is empty, expected what the provider has registered",
        );
    }
}

#[test]
fn the_mode_of_cookies_must_fit_the_redirect_uri() {
    let (https, http) = ("https://kkp.example.com/api/v1/kubeconfig", "http://127.0.0.1:8080/api/v1/kubeconfig");
    let with =
        |uri: &str, cookie_security| IssuerSettings { redirect_uri: uri.to_owned(), cookie_security, ..settings() };
    assert!(IssuerConfig::try_from(with(https, CookieSecurity::Secure)).is_ok());
    assert!(IssuerConfig::try_from(with(http, CookieSecurity::Plain)).is_ok());
    check(
        with(http, CookieSecurity::Secure),
        &[IssuerProblem::SecureCookieOverHttp],
        "oidc-issuer-cookie-secure-mode: cookies need https, but the redirect URI is http, expected an https redirect \
         URI, or `false` for a service on loopback",
    );
    check(
        with(https, CookieSecurity::Plain),
        &[IssuerProblem::PlainCookieOverHttps],
        "oidc-issuer-cookie-secure-mode: `false` is for http on loopback, but the redirect URI is https",
    );
}

#[test]
fn each_fault_of_a_url_has_its_text() {
    let owned = str::to_owned;
    for (url, error, text) in [
        ("", ParseUrlError::Empty, "URL is empty, expected an absolute https URL"),
        (
            "https://a.example/a b",
            ParseUrlError::Character { character: ' ' },
            "URL contains ' ', expected visible ASCII without quotes, `<`, `>` and backslash",
        ),
        (
            "https://a.example/\0",
            ParseUrlError::Character { character: '\0' },
            "URL contains '\\0', expected visible ASCII without quotes, `<`, `>` and backslash",
        ),
        (
            "kkp.example.com",
            ParseUrlError::NotAbsolute { url: owned("kkp.example.com") },
            "`kkp.example.com` is not an absolute URL with a host, expected `https://HOST/…`",
        ),
        (
            "https:///a.example/dex",
            ParseUrlError::NotAbsolute { url: owned("https:///a.example/dex") },
            "`https:///a.example/dex` is not an absolute URL with a host, expected `https://HOST/…`",
        ),
        (
            "https:/a.example/?x=://",
            ParseUrlError::NotAbsolute { url: owned("https:/a.example/?x=://") },
            "`https:/a.example/?x=://` is not an absolute URL with a host, expected `https://HOST/…`",
        ),
        (
            "https://user:canary@",
            ParseUrlError::NotAbsolute { url: owned("…@") },
            "`…@` is not an absolute URL with a host, expected `https://HOST/…`",
        ),
        (
            "https://user:canary@a.example:x",
            ParseUrlError::NotAbsolute { url: owned("…@a.example:x") },
            "`…@a.example:x` is not an absolute URL with a host, expected `https://HOST/…`",
        ),
        (
            "https://user:canary@a.example",
            ParseUrlError::HasUserInfo,
            "URL holds user info (`user:password@`), expected none",
        ),
        (
            "http://user:canary@a.example/#f?q",
            ParseUrlError::HasUserInfo,
            "URL holds user info (`user:password@`), expected none",
        ),
        (
            "https://a.example/#",
            ParseUrlError::HasFragment { url: owned("https://a.example/#") },
            "`https://a.example/#` has a fragment (`#…`), expected none",
        ),
        (
            "https://a.example/?",
            ParseUrlError::HasQuery { url: owned("https://a.example/?") },
            "`https://a.example/?` has a query (`?…`), expected none",
        ),
        (
            "http://10.0.0.1/dex",
            ParseUrlError::NotHttps { url: owned("http://10.0.0.1/dex") },
            "`http://10.0.0.1/dex` is not https, expected https (http is accepted for localhost, 127.0.0.0/8 and ::1 \
             only)",
        ),
    ] {
        let settings = IssuerSettings { issuer_url: url.to_owned(), ..settings() };
        check(settings, &[IssuerProblem::IssuerUrl(error)], &format!("oidc-url: {text}"));
    }
}

#[test]
fn urls_have_at_most_2048_bytes() {
    for (len, accepted) in [(2047, true), (2048, true), (2049, false), (20_480, false)] {
        let expected = if accepted { Ok(()) } else { Err(ParseUrlError::TooLong { len }) };
        let issuer = format!("https://a.example/{}", "x".repeat(len - 18));
        assert_eq!(issuer.parse::<IssuerUrl>().map(|_| ()), expected);
        assert_eq!(issuer.parse::<EndpointUrl>().map(|_| ()), expected);
        let redirect_uri = format!("https://a.example/{}/api/v1/kubeconfig", "x".repeat(len - 36));
        assert_eq!(redirect_uri.parse::<RedirectUri>().map(|_| ()), expected);
    }
    assert_eq!(ParseUrlError::TooLong { len: 2049 }.to_string(), "URL has 2049 bytes, expected at most 2048");
}

#[test]
fn a_redirect_uri_leads_to_the_share_endpoint_of_a_host() {
    for (uri, base) in [
        ("https://kkp.example.com/api/v1/kubeconfig", "https://kkp.example.com"),
        ("https://kkp.example.com:8443/a/b/api/v1/kubeconfig", "https://kkp.example.com:8443/a/b"),
        ("http://[::1]:8080/api/v1/kubeconfig", "http://[::1]:8080"),
    ] {
        assert_eq!(uri.parse::<RedirectUri>().map(|uri| uri.public_base_url().to_owned()), Ok(base.to_owned()));
    }
    for uri in [
        "https://kkp.example.com",
        "https://kkp.example.com/api/v1/kubeconfig/",
        "https://kkp.example.com/api/v2/kubeconfig",
        "https://kkp.example.com/API/v1/kubeconfig",
        // The host is `api`.
        "https://api/v1/kubeconfig",
        "https://kkp.example.com//api/v1/kubeconfig",
    ] {
        check(
            IssuerSettings { redirect_uri: uri.to_owned(), ..settings() },
            &[IssuerProblem::RedirectUri(ParseUrlError::OtherPath { url: uri.to_owned(), path: "/api/v1/kubeconfig" })],
            &format!(
                "oidc-issuer-redirect-uri: `{uri}` does not lead to the share endpoint, expected it to end in \
                 `/api/v1/kubeconfig`"
            ),
        );
    }
}

#[test]
fn http_is_for_loopback_only() {
    for (url, loopback) in [
        ("http://localhost/dex", true),
        ("http://LOCALHOST:5556", true),
        ("http://127.0.0.1", true),
        ("http://127.255.255.254/", true),
        ("http://[::1]:5556/dex", true),
        ("http://localhost.example.com", false),
        ("http://localhost.", false),
        ("http://126.255.255.255", false),
        ("http://128.0.0.1", false),
        ("http://0.0.0.0", false),
        ("http://[::2]", false),
        ("http://[::ffff:127.0.0.1]", false),
    ] {
        let expected = if loopback { Ok(true) } else { Err(ParseUrlError::NotHttps { url: url.to_owned() }) };
        assert_eq!(url.parse::<IssuerUrl>().map(|issuer| issuer.is_loopback()), expected, "{url}");
    }
    assert_eq!("https://a.example".parse::<IssuerUrl>().map(|issuer| issuer.is_loopback()), Ok(false));
}

#[test]
fn an_endpoint_may_have_a_query() {
    let endpoint = "https://a.example/auth?tenant=a%20b";
    assert_eq!(endpoint.parse::<EndpointUrl>().map(|url| url.as_str().to_owned()), Ok(endpoint.to_owned()));
    assert_eq!("https://u@a.example/auth".parse::<EndpointUrl>(), Err(ParseUrlError::HasUserInfo));
}

#[test]
fn debug_shows_no_secret() {
    let settings = settings();
    assert!(!format!("{settings:?}").contains("canary"));
    assert_eq!(
        format!("{:?}", IssuerConfig::try_from(settings).unwrap()),
        "IssuerConfig { issuer: IssuerUrl(\"https://kkp.example.com/dex\"), client_id: ClientId(\"kubermaticIssuer\"), \
         client_secret: ClientSecret(..), redirect_uri: RedirectUri(\"https://kkp.example.com/api/v1/kubeconfig\"), \
         cookie_security: Secure, offline_access: Scope, offline_prompt: Consent, email_policy: RefuseUnverified }"
    );
}
