//! Names of users, projects and clusters: what a link, a file name and a header can carry.

use kkp_oidc_core::ids::{ClusterId, ParseIdError, ProjectId, UserId};

/// What the three types say to `text`, when all of them say the same.
#[track_caller]
fn parse(text: &str) -> Result<String, ParseIdError> {
    let cluster = text.parse::<ClusterId>().map(|id| id.to_string());
    let project = text.parse::<ProjectId>().map(|id| id.to_string());
    let user = text.parse::<UserId>().map(|id| id.to_string());
    assert_eq!((&cluster, &project), (&user, &user), "{text:?}");
    cluster
}

#[test]
fn ids_are_kept_as_given() {
    for text in ["a", "9", "Z", "lab7x9k2mp", "AbcClusterID", "2456789245", "a.b_c-9", "a..", "a--", &"a".repeat(63)] {
        assert_eq!(parse(text), Ok(text.to_owned()));
    }
}

#[test]
fn each_length_has_its_limit() {
    let too_long = |len, max_len| Err(ParseIdError::TooLong { len, max_len });
    for len in [62, 63, 64, 65, 640] {
        let text = "a".repeat(len);
        let up_to = |max_len| if len <= max_len { Ok(text.clone()) } else { too_long(len, max_len) };
        assert_eq!(text.parse::<ClusterId>().map(|id| id.to_string()), up_to(63), "{len}");
        assert_eq!(text.parse::<ProjectId>().map(|id| id.to_string()), up_to(63), "{len}");
        assert_eq!(text.parse::<UserId>().map(|id| id.to_string()), up_to(64), "{len}");
    }
    assert_eq!((ClusterId::MAX_LEN, ProjectId::MAX_LEN, UserId::MAX_LEN), (63, 63, 64));
}

#[test]
fn refusals_name_the_character_and_its_place() {
    for (text, error, message) in [
        ("", ParseIdError::Empty, "id is empty"),
        (
            "-a",
            ParseIdError::Character { character: '-', index: 0 },
            "id has '-' at byte 0, expected `A-Z a-z 0-9 . _ -` and a letter or digit first",
        ),
        (
            "ab\ncd",
            ParseIdError::Character { character: '\n', index: 2 },
            "id has '\\n' at byte 2, expected `A-Z a-z 0-9 . _ -` and a letter or digit first",
        ),
        (
            "a\0",
            ParseIdError::Character { character: '\0', index: 1 },
            "id has '\\0' at byte 1, expected `A-Z a-z 0-9 . _ -` and a letter or digit first",
        ),
        (
            "aéü",
            ParseIdError::Character { character: 'é', index: 1 },
            "id has 'é' at byte 1, expected `A-Z a-z 0-9 . _ -` and a letter or digit first",
        ),
        (
            "९",
            ParseIdError::Character { character: '९', index: 0 },
            "id has '९' at byte 0, expected `A-Z a-z 0-9 . _ -` and a letter or digit first",
        ),
    ] {
        assert_eq!((parse(text), error.to_string()), (Err(error.clone()), message.to_owned()));
    }
    let too_long = ParseIdError::TooLong { len: 64, max_len: 63 };
    assert_eq!(too_long.to_string(), "id has 64 bytes, expected at most 63");
}

#[test]
fn a_user_s_id_is_the_hash_of_the_lower_cased_address() {
    // `printf lukasz@example.com | sha256sum`, and so on.
    for (email, id) in [
        ("lukasz@example.com", "182135c3c3ed241d0f371c9c196903c5f883563b9e6ebed721d2506a6b8f08ca"),
        ("LUKASZ@Example.Com", "182135c3c3ed241d0f371c9c196903c5f883563b9e6ebed721d2506a6b8f08ca"),
        ("müller@exämple.de", "822fc394f922d57eb14ed4c2f7df05426495c9bfff49c19d95221fe85b0016df"),
        ("MÜLLER@EXÄMPLE.DE", "822fc394f922d57eb14ed4c2f7df05426495c9bfff49c19d95221fe85b0016df"),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ] {
        assert_eq!(UserId::from_email(email).as_str(), id, "{email}");
        assert_eq!(id.parse::<UserId>(), Ok(UserId::from_email(email)));
    }
}
