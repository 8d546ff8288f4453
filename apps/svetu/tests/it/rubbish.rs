//! Files that nobody should import: each is refused with its reason, at once, and nothing is changed.

use std::{
    fs,
    io::{Seek as _, SeekFrom, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    import::{books, example, exported, import},
    platform::Place,
};

const REFUSED_WITHIN: Duration = Duration::from_secs(30);
const GOOD: &str = "sku,title,price,town\n1,Knjiga o cveću,5,Niš\n2,Knjiga o povrću,6,Niš\n";

/// Behind a good beginning, so that it shows late.
fn after_good_rows(place: &Place, name: &str, rest: impl FnOnce(&mut fs::File)) -> PathBuf {
    let path = place.work().join(name);
    let mut file = fs::File::create(&path).unwrap();
    writeln!(file, "sku,title,price,town").unwrap();
    for index in 0..5_000 {
        writeln!(file, "{index},Knjiga {index} o bašti,5,Niš").unwrap();
    }
    rest(&mut file);
    path
}

/// By id; the state of an ad may change meanwhile by itself.
async fn titles(place: &Place) -> Vec<(String, String)> {
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
    exported(place, None).await.iter().map(|row| (text(row, "id"), text(row, "title"))).collect()
}

fn sparse(file: &mut fs::File) {
    let end = file.seek(SeekFrom::End(0)).unwrap();
    file.set_len(end + (10 << 30)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_refused_with_its_reason_and_changes_nothing() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let before = titles(&place).await;
    let mapping = books(&place, "shop:");

    let empty = place.write("empty.csv", "");
    let blank = place.write("blank.csv", " \n\n ");
    let elf = place.write("program.csv", fs::read(env!("CARGO_BIN_EXE_svetu")).unwrap().split_at(100_000).0);
    let zip = place.write("sheet.csv", b"PK\x03\x04\x14\0\x06\0");
    let gzip = place.write("shop.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0");
    let picture = place.write("picture.csv", b"\xff\xd8\xff\xe0\0\x10JFIF\0");
    let utf16 = place.write("utf16.csv", GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let giant = place.work().join("giant.csv");
    fs::File::create(&giant).unwrap().set_len(10 << 30).unwrap();
    let late_giant = after_good_rows(&place, "late.csv", sparse);
    let bomb = after_good_rows(&place, "bomb.csv", |file| {
        file.write_all(b"9,\"").unwrap();
        for _ in 0..64 {
            file.write_all(&vec![b'x'; 1 << 20]).unwrap();
        }
        file.write_all(b"\",5,Nis\n").unwrap();
    });
    let endless = after_good_rows(&place, "endless.csv", |file| {
        file.write_all(b"9,\"never closed,5,Nis\n").unwrap();
        for index in 0..1_000_000 {
            writeln!(file, "{index},x,5,y").unwrap();
        }
    });
    let wide_header: Vec<String> = (0..100_000).map(|index| format!("column{index}")).collect();
    let wide = place.write("wide.csv", format!("{}\n{}\n", wide_header.join(","), "1,".repeat(100_000)));
    let columns = place.write("columns.csv", "id;naziv;cena\n1;Knjiga;5\n");
    let json = place.write("deep.json", "[".repeat(200_000));
    let xml = place.write(
        "laughs.xml",
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;&b;&b;\">]><a><item><sku>&c;</sku>",
    );
    let good = place.write("good.csv", GOOD);
    let no_toml = place.write("broken.toml", "[key\ncolumn = 1");
    let unknown_key =
        place.write("unknown.toml", fs::read_to_string(&mapping).unwrap() + "[fields.colour]\ncolumn = \"c\"\n");
    let no_prefix = place.write("noprefix.toml", fs::read_to_string(&mapping).unwrap().replace("prefix", "# prefix"));
    let nowhere = place.work().join("nowhere");
    let pipe = place.work().join("pipe.csv");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();

    let cases: [(&Path, &Path, &[&str], &str); 25] = [
        (&empty, &mapping, &[], "the file is empty"),
        (&blank, &mapping, &[], "the file is empty"),
        (&elf, &mapping, &[], "binary data (a program)"),
        (&zip, &mapping, &[], "a ZIP archive or an Excel workbook"),
        (&gzip, &mapping, &[], "binary data"),
        (&picture, &mapping, &[], "binary data"),
        (&utf16, &mapping, &[], "zero bytes"),
        (&giant, &mapping, &[], "zero bytes"),
        (&late_giant, &mapping, &[], "line 5002"),
        (&bomb, &mapping, &[], "line 5002: a row has more than"),
        (&endless, &mapping, &[], "line 5002: a row has more than"),
        (&wide, &mapping, &[], "100000 columns, at most"),
        (&columns, &mapping, &[], "there is no column «sku»"),
        (&json, &mapping, &[], "deep.json"),
        (&xml, &mapping, &[], "laughs.xml"),
        (Path::new("/dev/zero"), &mapping, &[], "no regular file"),
        (&pipe, &mapping, &[], "no regular file"),
        (&place.work(), &mapping, &[], "irectory"),
        (&nowhere, &mapping, &[], "nowhere"),
        (&good, &nowhere, &[], "nowhere"),
        (&good, &no_toml, &[], "line 1"),
        (&good, &unknown_key, &[], "colour"),
        (&good, &example("kleinanzeigen-cars.toml"), &[], "there is no column"),
        (&good, &no_prefix, &["--full"], "key.prefix"),
        (&good, &mapping, &["--owner", "nobody@example.com"], "nobody@example.com"),
    ];
    for (file, mapping, more, expected) in cases {
        let began = Instant::now();
        let told = match more {
            ["--owner", owner] => {
                let (file, mapping) = (file.display().to_string(), mapping.display().to_string());
                place.run(&["import", "listings", &file, "--mapping", &mapping, "--owner", owner]).await
            }
            more => import(&place, file, mapping, more).await,
        };
        let told = told.refused(&[expected]).told();
        assert!(told.len() < 4_000, "{} bytes are told of {}", told.len(), file.display());
        assert!(began.elapsed() < REFUSED_WITHIN, "{}: {:?}", file.display(), began.elapsed());
    }
    if !nix::unistd::geteuid().is_root() {
        fs::set_permissions(&good, fs::Permissions::from_mode(0o000)).unwrap();
        import(&place, &good, &mapping, &[]).await.refused(&["good.csv"]);
    }
    assert_eq!(titles(&place).await, before, "something was imported");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_no_ads_are_told_one_by_one() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let mapping = books(&place, "dirty:");
    let forced =
        place.write("utf8.toml", format!("[file]\nencoding = \"utf-8\"\n{}", fs::read_to_string(&mapping).unwrap()));
    let mut wrong = b"sku,title,price,town\n1,".to_vec();
    // Šporet in Windows-1250.
    wrong.extend(b"\x8aporet za drva,5,Subotica\n2,Sto za drva,6,Subotica\n");
    let wrong = place.write("wrong.csv", wrong);
    let cells =
        place.write("cells.csv", format!("sku,title,price,town\n{}\n2,Knjiga o radu,6,Bor\n", "x,".repeat(100_000)));
    let places =
        place.write("places.csv", "sku,title,price,town\n1,Knjiga o nebu,5,Nedođija\n2,Knjiga o zemlji,,Bor\n");
    for (file, mapping, expected) in [
        (&wrong, &forced, &["2,title,", "encoding.wrong"][..]),
        (&cells, &mapping, &["2,", "row.cells"]),
        (&places, &mapping, &["2,place,Nedođija,place.unknown", "3,price,,price.missing"]),
    ] {
        let ended = import(&place, file, mapping, &["--dry-run"]).await.expect(1);
        let name = format!("{}.errors.csv", file.file_name().unwrap().to_string_lossy());
        assert!(ended.out.contains(&name), "{}", ended.out);
        let told = fs::read_to_string(place.work().join(name)).unwrap();
        for text in expected {
            assert!(told.contains(text), "«{text}» is not in: {told}");
        }
        assert!(told.len() < 4_000, "{} bytes are told", told.len());
    }
    // Unforced, the encoding is recognised.
    let ended = import(&place, &wrong, &mapping, &["--dry-run"]).await.expect(0);
    assert!(ended.out.contains("created     2"), "{}", ended.out);
    platform.stop().await;
}
