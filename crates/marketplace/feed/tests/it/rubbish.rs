use std::io::{Seek, SeekFrom, Write};

use expect_test::expect;
use svetu_feed::{Feed, FeedError};

use super::{SIMPLE, check, mapping, written};

#[test]
fn what_is_no_file_of_ads() {
    check("a.csv", "", SIMPLE, expect!["the file is empty"]);
    check("b.csv", " \n\n ", SIMPLE, expect!["the file is empty"]);
    check(
        "c.csv",
        b"\x7FELF\x02\x01",
        SIMPLE,
        expect!["these are binary data (a program), not text. Give the file that holds the ads"],
    );
    check(
        "d.csv",
        b"PK\x03\x04\x14\0",
        SIMPLE,
        expect![
            "these are binary data (a ZIP archive or an Excel workbook), not text. Unpack it, or save the sheet as CSV"
        ],
    );
    check(
        "e.csv",
        b"id,name\0,price\n",
        SIMPLE,
        expect![
            "these are binary data (zero bytes), not text. Give the file that holds the ads; a UTF-16 file without a byte order mark needs encoding in [file] of the mapping"
        ],
    );
    check(
        "f.csv",
        "title;cost\n1;2\n",
        SIMPLE,
        expect![
            "line 1: there is no column «id». The file has: title, cost. Correct the name in the mapping (key key.column)"
        ],
    );
    check(
        "g.jsonl",
        "{\"naslov\":\"A\",\"cena\":5}\n",
        SIMPLE,
        expect![
            "line 1: there is no column «id». The file has: cena, naslov. Correct the name in the mapping (key key.column)"
        ],
    );
}

#[test]
fn letters_of_another_encoding() {
    let map = format!("[file]\nencoding = \"utf-8\"\n{SIMPLE}");
    let (text, _, _) = encoding_rs::WINDOWS_1250.encode("id,name,price\n1,Šporet,5\n2,Sto,6\n");
    check(
        "a.csv",
        text,
        &map,
        expect![[r#"
        2 title «�poret»: encoding.wrong
        3 2 | Sto | Fixed { amount_minor: 600, currency: Eur }"#]],
    );
}

#[test]
fn a_sparse_giant_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giant.csv");
    let mut file = std::fs::File::create(&path).unwrap();
    file.set_len(10 << 30).unwrap();
    assert!(matches!(Feed::open(&path, mapping(SIMPLE)), Err(FeedError::Binary { .. })));

    // Behind a proper beginning the zeros are one endless row.
    file.seek(SeekFrom::Start(0)).unwrap();
    let head: String = (0..5_000).map(|at| format!("{at},Ad number {at},5\n")).collect();
    file.write_all(format!("id,name,price\n{head}").as_bytes()).unwrap();
    let map = mapping(&format!("[file]\nencoding = \"utf-8\"\n{SIMPLE}"));
    let last = Feed::open(&path, map).unwrap().last().unwrap();
    assert!(matches!(last, Err(FeedError::RowTooLong { line: 5_002, .. })), "{last:?}");
}

#[test]
fn a_quotation_mark_without_end_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "id,name,price\n1,Good,5\n2,\"never closed,5\n".to_owned();
    text.push_str(&"3,More,5\n".repeat(800_000));
    let entries: Vec<_> = Feed::open(&written(&folder, "a.csv", text), mapping(SIMPLE)).unwrap().collect();
    assert_eq!(entries.len(), 2);
    assert!(matches!(entries[1], Err(FeedError::RowTooLong { line: 3, .. })), "{:?}", entries[1]);

    let lines = format!("{{\"id\":1,\"name\":\"A\",\"price\":5}}\n{{\"id\":2,\"name\":\"{}\"}}\n", "x".repeat(6 << 20));
    let last = Feed::open(&written(&folder, "a.jsonl", &lines), mapping(SIMPLE)).map(Iterator::last);
    assert!(matches!(last, Err(FeedError::RowTooLong { line: 2, .. })));
    let feed = format!("<a><item id='1'><name>{}</name></item></a>", "x".repeat(6 << 20));
    let xml = Feed::open(&written(&folder, "a.xml", &feed), mapping(SIMPLE)).map(Iterator::last);
    assert!(matches!(xml, Err(FeedError::RowTooLong { .. })));
}

#[test]
fn depth_has_an_end() {
    check(
        "a.jsonl",
        format!("{{\"id\":1,\"name\":\"A\",\"price\":5}}\n{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000)),
        SIMPLE,
        expect![[r#"
            1 1 | A | Fixed { amount_minor: 500, currency: Eur }
            2 row «{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":…»: row.json"#]],
    );
    let folder = tempfile::tempdir().unwrap();
    let deep = "<item>".repeat(100_000);
    assert!(Feed::open(&written(&folder, "a.xml", deep), mapping(SIMPLE)).is_err());
}
