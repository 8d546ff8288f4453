use expect_test::expect;

use super::{SIMPLE, check};

#[test]
fn spreadsheets_of_this_region() {
    let (text, _, _) = encoding_rs::WINDOWS_1250
        .encode("id;name;price\n1;Šporet Čačak;12.500 €\n2;\"Đak; torba\";580,50 €\n3;Žuta kuća;po dogovoru\n");
    check(
        "shop.csv",
        text,
        SIMPLE,
        expect![[r#"
        2 1 | Šporet Čačak | Fixed { amount_minor: 1250000, currency: Eur }
        3 2 | Đak; torba | Fixed { amount_minor: 58050, currency: Eur }
        4 3 | Žuta kuća | Agreement"#]],
    );
}

#[test]
fn cyrillic_of_one_byte() {
    let text = "id\tname\tprice\n1\tВелосипед горный почти новый\t985 000 руб.\n2\tСтиральная машина хорошая\t580 €\n";
    let (text, _, _) = encoding_rs::WINDOWS_1251.encode(text);
    let map = SIMPLE.replace(
        "currency = \"EUR\"",
        "currency = \"EUR\"\ncurrencies = { \"руб\" = { to = \"RSD\", rate = \"1.25\" }, \"₽\" = \"RSD\" }",
    );
    check(
        "shop.csv",
        text,
        &map,
        expect![[r#"
        2 1 | Велосипед горный почти новый | Fixed { amount_minor: 123125000, currency: Rsd }
        3 2 | Стиральная машина хорошая | Fixed { amount_minor: 58000, currency: Eur }"#]],
    );
    check(
        "shop.csv",
        "id,name,price\n1,Велосипед,985 000 ₽\n",
        &map,
        expect!["2 1 | Велосипед | Fixed { amount_minor: 98500000, currency: Rsd }"],
    );
}

#[test]
fn byte_order_marks() {
    check(
        "a.csv",
        "\u{FEFF}id,name,price\n1,Čaša,5\n",
        SIMPLE,
        expect!["2 1 | Čaša | Fixed { amount_minor: 500, currency: Eur }"],
    );
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("id;name;price\n1;Čaša;5\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    check("b.csv", wide, SIMPLE, expect!["2 1 | Čaša | Fixed { amount_minor: 500, currency: Eur }"]);
}

#[test]
fn rows_that_do_not_fit_their_header() {
    check(
        "a.csv",
        "id,name,price\n1,A bike,5,6\n2,Table\n\n,,\n3,Chair,7\n3,Chair,7\n",
        SIMPLE,
        expect![[r#"
        2 row «1 | A bike | 5 | 6»: row.cells
        3 row «2 | Table»: row.cells
        6 3 | Chair | Fixed { amount_minor: 700, currency: Eur }
        7 3 again, as in 6"#]],
    );
}

#[test]
fn columns_by_the_hundred() {
    let header: Vec<String> = (0..200).map(|at| format!("c{at}")).collect();
    let cells: Vec<String> = (0..200).map(|at| format!("v{at}")).collect();
    let text = format!("{},id,name,price\n{},1,Wide table,5\n", header.join(","), cells.join(","));
    check("a.csv", text, SIMPLE, expect!["2 1 | Wide table | Fixed { amount_minor: 500, currency: Eur }"]);
}

#[test]
fn json_lines_and_arrays() {
    let lines = "{\"id\":1,\"name\":\"A\\u0107e\",\"price\":12.5}\n\n{\"id\":2,\"name\":\"B\",\"price\":null}\nnot json\n[1]\n{\"id\":3,\"name\":\"C\",\"price\":\"7\",\"x\":{\"y\":[1,2]}}";
    check(
        "a.jsonl",
        lines,
        SIMPLE,
        expect![[r#"
        1 1 | Aće | Fixed { amount_minor: 1250, currency: Eur }
        3 price «»: price.missing
        4 row «not json»: row.json
        5 row «[1]»: row.json
        6 3 | C | Fixed { amount_minor: 700, currency: Eur }"#]],
    );
    let array = "[\n{\"id\":1,\"name\":\"A, ] }\\\" {\",\"price\":5},\n\n{\"id\":2,\"name\":\"B\",\"price\":6} ]";
    check(
        "a.json",
        array,
        SIMPLE,
        expect![[r#"
        2 1 | A, ] }" { | Fixed { amount_minor: 500, currency: Eur }
        4 2 | B | Fixed { amount_minor: 600, currency: Eur }"#]],
    );
    let inside =
        "{\"total\": 2, \"meta\": {\"x\": [1]}, \"data\": {\"items\": [{\"id\":1,\"name\":\"A\",\"price\":5}]}}";
    check(
        "b.json",
        inside,
        &format!("[file]\nrows = \"data.items\"\n{SIMPLE}"),
        expect!["1 1 | A | Fixed { amount_minor: 500, currency: Eur }"],
    );
    check(
        "c.json",
        inside,
        &format!("[file]\nrows = \"data.ads\"\n{SIMPLE}"),
        expect![
            "no rows were found at «data.ads». The file has: total, meta, items. Correct rows in [file] of the mapping"
        ],
    );
    check(
        "d.json",
        "[{\"id\":1,\"name\":\"A\",\"price\":5},",
        SIMPLE,
        expect!["line 1: an element is missing. Check the file with a JSON tool"],
    );
}

#[test]
fn product_feeds() {
    let map = r#"
[key]
column = "@id"
[fields.title]
column = "name"
[fields.description]
column = "description"
transform = ["strip_html"]
[fields.category]
column = "categoryId"
map = { "12" = "laptops" }
[fields.price]
column = "price"
currency = "RSD"
[fields.photos]
column = "picture"
[attributes.colour]
column = "param[Boja]"
"#;
    let feed = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE yml_catalog [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<yml_catalog><shop><offers>
<offer id="7" available="true"><name>Laptop &amp; torba &b;</name><price>120000</price><categoryId>12</categoryId>
<picture>https://a.rs/1.jpg</picture><picture>https://a.rs/2.jpg</picture>
<description><![CDATA[<p>Nov</p>]]></description><param name="Boja">crna</param></offer>
<offer id="8"><name>Miš</name><price>1.500,00</price><categoryId>99</categoryId></offer>
</offers></shop></yml_catalog>"#;
    check(
        "feed.xml",
        feed,
        map,
        expect![[r#"
        4 7 | Laptop & torba &b; | Fixed { amount_minor: 12000000, currency: Rsd }
        7 categoryId «99»: value.unmapped"#]],
    );
    check(
        "other.xml",
        "<a><b>1</b></a>",
        map,
        expect![
            "no rows were found at «offer or item or entry or product or proizvod or listing or oglas or ad». The file has: a, b. Correct rows in [file] of the mapping"
        ],
    );
    check(
        "broken.xml",
        "<shop><offer id='1'><name>A</name></ofer></shop>",
        map,
        expect![
            "line 1: ill-formed document: expected `</offer>`, but `</ofer>` was found. Check the file with an XML tool"
        ],
    );
}
