use std::path::Path;

use expect_test::{Expect, expect};
use svetu_feed::Mapping;

use super::{SIMPLE, read, told};

fn fault(text: &str, expected: Expect) {
    expected.assert_eq(&Mapping::parse(Path::new("map.toml"), text).unwrap_err().to_string());
}

#[test]
fn mistakes_name_their_place() {
    fault(
        &SIMPLE.replace("currency = \"EUR\"", "currency = \"USD\""),
        expect![[
            r#"map.toml: line 10: fields.price.currency: unknown variant `USD`, expected `RSD` or `EUR` (written: "USD")"#
        ]],
    );
    fault(
        &SIMPLE.replace("column = \"price\"", "colum = \"price\""),
        expect![[
            r#"map.toml: line 9: fields.price.colum: unknown field `colum`, expected one of `column`, `template`, `value`, `default`, `ignore`, `extract`, `transform`, `patterns`, `map`, `otherwise`, `split`, `max_chars`, `required`, `decimal`, `min`, `max`, `dates`, `form`, `multiply`, `base`, `currency`, `currencies`, `words`, `zero`, `outside`, `missing` (written: "price")"#
        ]],
    );
    fault(
        &format!("{SIMPLE}\n[attributes.year]\ncolumn = \"y\"\nform = \"whole\"\n"),
        expect![[
            r#"map.toml: line 14: attributes.year.form: unknown variant `whole`, expected one of `text`, `integer`, `number`, `boolean`, `choices`, `date` (written: "whole")"#
        ]],
    );
    fault(
        &format!("{SIMPLE}\n[attributes.year]\ncolumn = \"y\"\nforms = \"integer\"\n"),
        expect![[
            r#"map.toml: line 14: attributes.year.forms: unknown field `forms`, expected one of `column`, `template`, `value`, `default`, `ignore`, `extract`, `transform`, `patterns`, `map`, `otherwise`, `split`, `max_chars`, `required`, `decimal`, `min`, `max`, `dates`, `form`, `multiply`, `base`, `currency`, `currencies`, `words`, `zero`, `outside`, `missing` (written: "integer")"#
        ]],
    );
    fault(
        &format!("{SIMPLE}\n[fields.description]\ncolumn = \"d\"\nextract = \"(\"\n"),
        expect![[
            r#"map.toml: line 14: fields.description.extract: «(» is no regular expression: regex parse error:;     (;     ^; error: unclosed group (written: "(")"#
        ]],
    );
    fault(
        &format!("{SIMPLE}\n[fields.description]\ncolumn = \"d\"\ntransform = [\"shout\"]\n"),
        expect![[
            r#"map.toml: line 14: fields.description.transform: unknown variant `shout`, expected one of `underscores`, `collapse_spaces`, `strip_html`, `lowercase`, `uppercase`, `capitalize`, `digits`, `phone_rs`, `unguard` (written: ["shout"])"#
        ]],
    );
    fault(
        &format!("{SIMPLE}\n[fields.description]\ncolumn = \"d\"\nvalue = \"x\"\n"),
        expect!["map.toml: line 12: fields.description: only one of column, template and value"],
    );
    fault(
        &format!("[file]\nencoding = \"klingon\"\n{SIMPLE}"),
        expect![[
            r#"map.toml: line 2: file.encoding: «klingon» is no encoding; such as utf-8, windows-1250, windows-1251, windows-1252, utf-16le (written: "klingon")"#
        ]],
    );
    fault(
        &format!("{SIMPLE}currencies = {{ \"$\" = {{ to = \"EUR\", rate = \"cheap\" }} }}\n"),
        expect![[r#"map.toml: line 11: fields.price.currencies.$: «cheap» is no rate; such as "0.92""#]],
    );
    fault("[key\n", expect!["map.toml: line 1: key: unclosed table, expected `]`"]);
    fault("", expect!["map.toml: line 1: the mapping: missing field `key`"]);
}

#[test]
fn values_that_do_not_fit_are_decided_by_the_mapping() {
    let file = "id,name,price,fuel,doors,tags\n1,A,5,Benzin,5,\"red, blue\"\n2,B,5,water,five,\n3,C,0,,3,x\n";
    let map = format!(
        "{SIMPLE}zero = \"free\"\n[attributes.fuel]\ncolumn = \"fuel\"\nmap = {{ benzin = \"petrol\" }}\n[attributes.doors]\ncolumn = \"doors\"\nform = \"integer\"\n[attributes.tags]\ncolumn = \"tags\"\nsplit = \",\"\nform = \"choices\"\n"
    );
    let entries = read("a.csv", file, &map).unwrap();
    expect![[r#"
        2 1 | A | Fixed { amount_minor: 500, currency: Eur }
        3 doors «five»: number.invalid; 3 fuel «water»: value.unmapped
        4 3 | C | Free"#]]
    .assert_eq(&entries.iter().map(told).collect::<Vec<_>>().join("\n"));
    let lenient = map
        .replace("column = \"fuel\"", "column = \"fuel\"\notherwise = \"skip\"")
        .replace("column = \"doors\"", "column = \"doors\"\notherwise = \"default\"\ndefault = 4");
    let drafts: Vec<String> = read("a.csv", file, &lenient)
        .unwrap()
        .into_iter()
        .map(|entry| match entry {
            svetu_feed::Entry::Row(row) => {
                format!("{} skipped {:?}", serde_json::to_string(&row.draft.attributes).unwrap(), row.skipped)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    expect![[r#"
        {"doors":5,"fuel":"petrol","tags":["red","blue"]} skipped []
        {"doors":4} skipped [("attributes.doors", "five"), ("attributes.fuel", "water")]
        {"doors":3,"tags":["x"]} skipped []"#]]
    .assert_eq(&drafts.join("\n"));
}
