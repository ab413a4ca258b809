//! YAML as a tree with places.

use kkp_oidc_core::yaml::{
    Entry, MAX_DEPTH, MAX_TREE_LEN, MAX_TREE_NODES, Node, ParseYamlError, Span, Value, YamlFault, comments, documents,
};

/// The one document of a text.
fn only(text: &str) -> Node {
    let documents = documents(text).unwrap_or_default();
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.into_iter().next().unwrap_or_else(|| unreachable!())
}

/// Why a text is refused; `None` if it is not.
fn refusal(text: &str) -> Option<(String, u64, u64, YamlFault)> {
    match documents(text) {
        Err(ParseYamlError::Refused { path, line, column, fault }) => Some((path, line, column, fault)),
        _ => None,
    }
}

#[test]
fn everything_knows_its_place() {
    let text = "# ä\nä: \"x\\ty\"\nb:\n  - plain text # why\n  - {c: 'd'}\n";
    let entry = |key: &str, start, line, column, value| Entry {
        key: key.to_owned(),
        key_span: Span { start, end: start + key.len(), line, column },
        value,
    };
    let scalar = |text: &str, plain, start, end, line, column| Node {
        value: Value::Scalar { text: text.to_owned(), plain },
        span: Span { start, end, line, column },
    };
    let tree = only(text);
    assert_eq!(tree.entries()[0], entry("ä", 5, 2, 1, scalar("x\ty", false, 9, 15, 2, 4)));
    let list = tree.at("b").unwrap();
    assert_eq!(list.items()[0], scalar("plain text", true, 23, 33, 4, 5));
    assert_eq!(list.items()[1].entries(), [entry("c", 45, 5, 6, scalar("d", false, 48, 51, 5, 9))]);
    for node in [tree.at("b.c"), tree.at("c"), tree.at("ä.b")] {
        assert_eq!(node, None);
    }
    assert_eq!(&text[23..33], "plain text");
    assert_eq!(&text[48..51], "'d'");
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    let tree = only("\u{feff}a: b\n");
    let value = tree.at("a").unwrap();
    assert_eq!((value.text(), value.span.start, value.span.line), (Some("b"), 6, 1));
}

#[test]
fn scalars_mean_what_they_mean_to_go() {
    for (text, is_null, bool, string) in [
        ("", true, None, None),
        ("~", true, None, None),
        ("null", true, None, None),
        ("'null'", false, None, Some("null")),
        ("''", false, None, Some("")),
        ("yes", false, Some(true), Some("yes")),
        ("Off", false, Some(false), Some("Off")),
        ("'true'", false, None, Some("true")),
        ("!!str true", false, None, Some("true")),
        ("tRuE", false, None, Some("tRuE")),
        ("0123", false, None, Some("0123")),
        ("|\n  a\n  b", false, None, Some("a\nb\n")),
    ] {
        let tree = only(&format!("a: {text}\n"));
        let node = tree.at("a").unwrap();
        assert_eq!((node.is_null(), node.bool(), node.text()), (is_null, bool, string), "{text:?}");
    }
}

#[test]
fn documents_and_aliases_are_read() {
    assert_eq!(documents("").unwrap(), []);
    assert_eq!(documents("# nothing\n---\n...\n---\n~\n").unwrap(), []);
    let two = documents("a: &x [1, 2]\nb: *x\n---\n{\"c\": null}\n").unwrap();
    let texts = |node: &Node| node.items().iter().map(|item| item.text().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(texts(two[0].at("b").unwrap()), ["1", "2"]);
    assert_eq!(two[0].at("b").unwrap().span, Span { start: 16, end: 18, line: 2, column: 4 });
    assert!(two[1].at("c").unwrap().is_null());
}

#[test]
fn what_is_refused_is_named_with_its_place() {
    assert_eq!(refusal("a: 1\nb:\n  c: 1\n  c: 2\n"), Some(("b.c".to_owned(), 4, 3, YamlFault::DuplicateKey)));
    assert_eq!(refusal("a: 1\n<<: {}\n"), Some((String::new(), 2, 1, YamlFault::MergeKey)));
    assert_eq!(refusal("a:\n- b\n- ? [x]\n  : y\n"), Some(("a[1]".to_owned(), 3, 5, YamlFault::NotAccepted)));
    assert_eq!(refusal("a: *b\n"), Some(("a".to_owned(), 1, 4, YamlFault::Syntax)));
    for (text, line) in [("a:\n\tb: 1\n", 2), ("a: 'x\n", 1), ("a: [\n", 1), ("a: \0\n", 1), ("- a\nb: 1\n", 2)] {
        let (_, at, _, fault) = refusal(text).unwrap();
        assert_eq!((at, fault), (line, YamlFault::Syntax), "{text:?}");
    }
}

#[test]
fn limits_hold_at_their_edges() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(documents(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)).unwrap().3, YamlFault::TooComplex);

    let list = |len: usize| "- \n".repeat(len);
    assert!(documents(&list(MAX_TREE_NODES - 1)).is_ok(), "and the list itself");
    assert_eq!(refusal(&list(MAX_TREE_NODES)).unwrap().3, YamlFault::TooComplex);

    let text = |len: usize| format!("a: {}", "x".repeat(len - 3));
    assert!(documents(&text(MAX_TREE_LEN)).is_ok());
    assert_eq!(
        documents(&text(MAX_TREE_LEN + 1)),
        Err(ParseYamlError::TooLong { len: MAX_TREE_LEN + 1, limit: MAX_TREE_LEN })
    );
}

#[test]
fn aliases_nest_no_deeper_than_brackets() {
    // Each level is an anchor that holds the one before it: no bracket is deep, the tree is.
    let chain = |levels: usize| {
        let links = (1..levels).map(|level| format!("- &a{level} [*a{}]\n", level - 1));
        format!("- &a0 []\n{}", links.collect::<String>())
    };
    // The list of all is one level.
    assert!(documents(&chain(MAX_DEPTH - 1)).is_ok());
    let line = u64::try_from(MAX_DEPTH).unwrap_or_default();
    let (_, at, _, fault) = refusal(&chain(MAX_DEPTH)).unwrap();
    assert_eq!((at, fault), (line, YamlFault::TooComplex));
    let (_, at, _, fault) = refusal(&chain(3_500)).unwrap();
    assert_eq!((at, fault), (line, YamlFault::TooComplex));
}

#[test]
fn an_alias_bomb_ends_at_the_limit() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let (path, line, _, fault) = refusal(&text).unwrap();
    assert_eq!((path.as_str(), line, fault), ("a5[1]", 6, YamlFault::TooComplex));
}

#[test]
fn debug_shows_no_value() {
    assert_eq!(format!("{:?}", only("a: s3cr3t\nb: [s3cr3t]\n")), r#"{"a": Scalar(1:4), "b": [Scalar(2:5)]}"#);
}

#[test]
fn comments_stand_beside_the_tree() {
    let text =
        "# head\n\nä: 1 # one\nb: | # block\n  # text\n# c\n\"c # no\": 'd # no' # d\r\ne: [ # list\n  f#g ]\n# last\n";
    let found: Vec<(String, usize, bool)> =
        comments(text).into_iter().map(|one| (one.text, one.span.line, one.own_line)).collect();
    let expected = [
        (" head", 1, true),
        (" one", 3, false),
        (" block", 4, false),
        (" c", 6, true),
        (" d", 7, false),
        (" list", 8, false),
        (" last", 10, true),
    ];
    assert_eq!(found, expected.map(|(text, line, own_line)| (text.to_owned(), line, own_line)));
    // More than the parser looks ahead for, elsewhere too, where they are left out.
    let many = "a:\n".to_owned() + &"# more\n".repeat(5_000) + "  b: 1\n";
    assert_eq!(comments(&many).len(), 5_000);
    assert_eq!(documents(&many).map(|documents| documents.len()), Ok(1));
    // What is no YAML has the comments before its fault.
    assert_eq!(comments("# a\nb: }\n# c\n").len(), 1);
    assert_eq!(comments(&" ".repeat(MAX_TREE_LEN + 1)), []);
    assert_eq!(format!("{:?}", comments("#s3cr3t")), "[Comment(1:1)]");
}
