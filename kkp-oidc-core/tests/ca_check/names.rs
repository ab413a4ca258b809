//! Names and addresses of servers.

use kkp_oidc_core::ca_check::{ParseServerNameError, ServerAddress, ServerName};

#[test]
fn names_are_kept_as_given() {
    for (text, kept, is_address) in [
        ("www.example.com", "www.example.com", false),
        ("WWW.Example.COM.", "WWW.Example.COM.", false),
        ("my_host", "my_host", false),
        ("192.0.2.7", "192.0.2.7", true),
        ("2001:db8::7", "2001:db8::7", true),
        ("[2001:db8::7]", "2001:db8::7", true),
    ] {
        let name: ServerName = text.parse().unwrap();
        assert_eq!((name.to_string().as_str(), name.ip_address().is_some()), (kept, is_address));
    }
    let longest = "a".repeat(ServerName::MAX_LEN);
    assert_eq!(longest.parse::<ServerName>().map(|name| name.to_string()), Ok(longest.clone()));
}

#[test]
fn what_is_no_name_is_refused() {
    let table = [
        (String::new(), ParseServerNameError::Empty, "the server name is empty, expected a DNS name or an IP address"),
        (
            "[]".to_owned(),
            ParseServerNameError::Empty,
            "the server name is empty, expected a DNS name or an IP address",
        ),
        (
            "a".repeat(ServerName::MAX_LEN + 1),
            ParseServerNameError::TooLong { len: 256 },
            "the server name has 256 bytes, expected at most 255",
        ),
        (
            "https://a.example".to_owned(),
            ParseServerNameError::UnexpectedCharacter { letter: ':' },
            "the server name has the character ':', expected a DNS name or an IP address alone",
        ),
        (
            "bücher.example".to_owned(),
            ParseServerNameError::UnexpectedCharacter { letter: 'ü' },
            "the server name has the character 'ü', expected a DNS name or an IP address alone",
        ),
        (
            "a\0b".to_owned(),
            ParseServerNameError::UnexpectedCharacter { letter: '\0' },
            "the server name has the character '\\0', expected a DNS name or an IP address alone",
        ),
    ];
    for (text, error, message) in table {
        assert_eq!(text.parse::<ServerName>(), Err(error.clone()));
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn addresses_have_a_host_and_a_port() {
    for (text, host, port) in [
        ("kkp.example.com:443", "kkp.example.com", 443),
        ("192.0.2.7:65535", "192.0.2.7", 65535),
        ("[2001:db8::7]:1", "2001:db8::7", 1),
    ] {
        let address: ServerAddress = text.parse().unwrap();
        assert_eq!((address.host.as_str(), address.port), (host, port));
        assert_eq!(address.to_string(), text);
    }
    for text in ["", "kkp.example.com", "kkp.example.com:", "a:0", "a:65536", "a:+1", "2001:db8::7:443", "a:https"] {
        assert_eq!(text.parse::<ServerAddress>(), Err(ParseServerNameError::NoPort), "{text}");
    }
    assert_eq!(":443".parse::<ServerAddress>(), Err(ParseServerNameError::Empty));
    let text = "the server address has no port from 1 to 65535 after its last colon, expected HOST:PORT";
    assert_eq!(ParseServerNameError::NoPort.to_string(), text);
}
