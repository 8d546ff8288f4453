use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde::Deserialize;

use super::{Rows, delimited::Delimited, json::Json, source::Source, xml::Xml};
use crate::{error::FeedError, mapping::FileSpec};

/// What is looked at to tell what a file is.
const HEAD_BYTES: usize = 64 * 1024;
/// How far is read to find the first letters that are not ASCII.
const DETECT_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    /// A JSON value a line.
    Jsonl,
    /// An array of objects, at the top or inside.
    Json,
    Xml,
}

impl Format {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }
}

/// A file with what was found out about it.
pub struct Opened {
    pub rows: Box<dyn Rows>,
    pub format: Format,
    /// Its name by the WHATWG: `windows-1252`.
    pub encoding: &'static str,
    pub delimiter: Option<char>,
    pub bytes: u64,
}

/// Opens and recognises a file. Rubbish is refused here, before any row.
pub fn open(path: &Path, spec: &FileSpec) -> Result<Opened, FeedError> {
    let file = path.to_path_buf();
    let io = |source| FeedError::Io { file: file.clone(), source };
    // Read several times, so it has to be a file; a pipe would be waited for without end.
    let meta = std::fs::metadata(path).map_err(io)?;
    if meta.is_dir() {
        return Err(io(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if !meta.is_file() {
        return Err(io(io::Error::other("this is no regular file")));
    }
    let mut handle = File::open(path).map_err(io)?;
    let bytes = meta.len();
    let mut head = Vec::with_capacity(HEAD_BYTES);
    handle.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(io)?;
    if head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD_BYTES {
        return Err(FeedError::Empty { file });
    }
    let (encoding, bom) = encoding_of(&mut handle, &head, spec, &file)?;
    refuse_binary(&head, encoding, &file)?;
    handle.seek(SeekFrom::Start(bom as u64)).map_err(io)?;
    let (text, _, _) = encoding.decode(&head[bom..]);
    let format = spec.format.unwrap_or_else(|| format_of(path, &text, spec.rows.is_some()));
    let reader: Box<dyn BufRead + Send> =
        Box::new(BufReader::with_capacity(64 * 1024, Transcoder::new(handle, encoding)));
    let source = Source::new(reader);
    let mut delimiter = None;
    let rows: Box<dyn Rows> = match format {
        Format::Csv => {
            let found = spec.delimiter.map_or_else(|| delimiter_of(&text, head.len() < HEAD_BYTES), |d| d.0);
            delimiter = Some(char::from(found));
            Box::new(Delimited::try_new(source, file, found)?)
        }
        Format::Jsonl => Box::new(Json::lines(source, file)),
        Format::Json => Box::new(Json::array(source, file, spec.rows.as_deref())?),
        Format::Xml => Box::new(Xml::new(source, file, spec.rows.as_deref())),
    };
    Ok(Opened { rows, format, encoding: encoding.name(), delimiter, bytes })
}

fn encoding_of(
    handle: &mut File,
    head: &[u8],
    spec: &FileSpec,
    file: &Path,
) -> Result<(&'static Encoding, usize), FeedError> {
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return Ok((encoding, length));
    }
    if let Some(encoding) = &spec.encoding {
        return Ok((encoding.0, 0));
    }
    if let Some(declared) = xml_declared(head) {
        return Ok((declared, 0));
    }
    let detected = detect(handle).map_err(|source| FeedError::Io { file: file.to_path_buf(), source })?;
    Ok((detected, 0))
}

/// `<?xml version="1.0" encoding="windows-1251"?>`
fn xml_declared(head: &[u8]) -> Option<&'static Encoding> {
    let start = head.trim_ascii_start().get(..200.min(head.trim_ascii_start().len()))?;
    if !start.starts_with(b"<?xml") {
        return None;
    }
    let end = memchr::memmem::find(start, b"?>")?;
    let declaration = &start[..end];
    let at = memchr::memmem::find(declaration, b"encoding")? + 8;
    let quote = declaration[at..].iter().position(|byte| matches!(byte, b'"' | b'\''))? + at + 1;
    let close = declaration[quote..].iter().position(|byte| matches!(byte, b'"' | b'\''))? + quote;
    Encoding::for_label(&declaration[quote..close])
}

/// UTF-8 if all of it is; else the likeliest one-byte encoding by its letters.
fn detect(handle: &mut File) -> io::Result<&'static Encoding> {
    let mut utf8 = Utf8Checker::default();
    each_chunk(handle, |chunk| utf8.takes(chunk))?;
    if !utf8.invalid {
        return Ok(UTF_8);
    }
    // Looks at every byte twenty times: only where it has to be guessed.
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    let mut foreign = false;
    each_chunk(handle, |chunk| {
        foreign |= !chunk.is_ascii();
        if foreign {
            detector.feed(chunk, false);
        }
        true
    })?;
    detector.feed(b"", true);
    Ok(detector.guess(None, chardetng::Utf8Detection::Deny))
}

/// The beginning of the file, until `look` has seen enough.
fn each_chunk(handle: &mut File, mut look: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    handle.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(256 * 1024, handle.take(DETECT_BYTES_MAX));
    loop {
        let chunk = reader.fill_buf()?;
        let length = chunk.len();
        if length == 0 || !look(chunk) {
            return Ok(());
        }
        reader.consume(length);
    }
}

#[derive(Default)]
struct Utf8Checker {
    decoder: Option<Decoder>,
    invalid: bool,
}

impl Utf8Checker {
    /// False as soon as it is no UTF-8.
    fn takes(&mut self, chunk: &[u8]) -> bool {
        if self.decoder.is_none() && chunk.is_ascii() {
            return true;
        }
        let decoder = self.decoder.get_or_insert_with(|| UTF_8.new_decoder_without_bom_handling());
        let Some(capacity) = decoder.max_utf8_buffer_length_without_replacement(chunk.len()) else { return true };
        let mut text = String::with_capacity(capacity);
        let (result, _) = decoder.decode_to_string_without_replacement(chunk, &mut text, false);
        self.invalid = matches!(result, encoding_rs::DecoderResult::Malformed(..));
        !self.invalid
    }
}

fn refuse_binary(head: &[u8], encoding: &'static Encoding, file: &Path) -> Result<(), FeedError> {
    const KNOWN: [(&[u8], &str, &str); 7] = [
        (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "Unpack it, or save the sheet as CSV"),
        (b"\x1F\x8B", "gzip", "Unpack it first"),
        (b"BZh", "bzip2", "Unpack it first"),
        (b"\x28\xB5\x2F\xFD", "zstd", "Unpack it first"),
        (b"\xD0\xCF\x11\xE0", "an old Excel workbook", "Save the sheet as CSV"),
        (b"%PDF", "PDF", "Ask for the data as CSV, JSON or XML"),
        (b"\x7FELF", "a program", "Give the file that holds the ads"),
    ];
    let file = PathBuf::from(file);
    if let Some((_, what, hint)) = KNOWN.into_iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(FeedError::Binary { file, what, hint });
    }
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    if !wide && head.contains(&0) {
        let hint = "Give the file that holds the ads; a UTF-16 file without a byte order mark needs encoding in [file] of the mapping";
        return Err(FeedError::Binary { file, what: "zero bytes", hint });
    }
    let control = head.iter().filter(|byte| matches!(byte, 1..=8 | 14..=31)).count();
    if !wide && control * 20 > head.len() {
        let hint = "Give the file that holds the ads";
        return Err(FeedError::Binary { file, what: "control characters", hint });
    }
    Ok(())
}

/// By content, then by the name's ending; `inside`: the mapping says where in the document the rows are.
fn format_of(path: &Path, head: &str, inside: bool) -> Format {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match (head.trim_start().chars().next(), ending.as_str()) {
        (Some('<'), _) => Format::Xml,
        (Some('['), _) => Format::Json,
        (Some('{'), _) if inside => Format::Json,
        (Some('{'), "json") if !second_line_is_object(head) => Format::Json,
        (Some('{'), _) => Format::Jsonl,
        _ => Format::Csv,
    }
}

fn second_line_is_object(head: &str) -> bool {
    let mut lines = head.lines().filter(|line| !line.trim().is_empty());
    let whole = lines.next().is_some_and(|line| line.trim_end().ends_with('}'));
    whole && lines.next().is_some_and(|line| line.trim_start().starts_with('{'))
}

/// The delimiter that cuts the first lines into the same number of cells, more than one; the comma when none does.
fn delimiter_of(head: &str, complete: bool) -> u8 {
    const LINES_MAX: usize = 30;
    let mut best = (0, b',');
    for delimiter in [b',', b';', b'\t', b'|'] {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(head.as_bytes());
        let mut counts: Vec<usize> =
            reader.records().take(LINES_MAX).map_while(Result::ok).map(|record| record.len()).collect();
        // The last one may be cut off by the end of the head.
        if !complete && counts.len() > 1 && counts.len() < LINES_MAX {
            counts.pop();
        }
        let Some(columns) = counts.first().copied().filter(|columns| *columns > 1) else { continue };
        let same = counts.iter().filter(|count| **count == columns).count();
        let score = (same * 1_000 / counts.len()) * 10_000 + columns.min(COLUMNS_SCORE_MAX);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

const COLUMNS_SCORE_MAX: usize = 9_999;

/// Any encoding to UTF-8 while it is read. What is malformed becomes U+FFFD, by which rows are refused later.
struct Transcoder {
    file: File,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    done: bool,
}

impl Transcoder {
    fn new(file: File, encoding: &'static Encoding) -> Self {
        Self {
            file,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; 64 * 1024],
            text: Vec::new(),
            at: 0,
            done: false,
        }
    }
}

impl io::Read for Transcoder {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if self.done {
                return Ok(0);
            }
            let count = self.file.read(&mut self.raw)?;
            self.done = count == 0;
            let capacity = self
                .decoder
                .max_utf8_buffer_length(count)
                .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            self.text.resize(capacity, 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..count], &mut self.text, self.done);
            self.text.truncate(written);
            self.at = 0;
        }
        let count = (self.text.len() - self.at).min(into.len());
        into[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_told_apart() {
        assert_eq!(delimiter_of("a;b;c\n1,5;2;3\n2,5;\"x;y\";4\n", true), b';');
        assert_eq!(delimiter_of("a,b\n\"1;2;3\",2\n", true), b',');
        assert_eq!(delimiter_of("a\tb\tc\n1,2\t2\t3\n", true), b'\t');
        assert_eq!(delimiter_of("alone\nx\n", true), b',');
    }

    #[test]
    fn formats_are_told_by_content_first() {
        assert_eq!(format_of(Path::new("x.csv"), "<?xml?>", false), Format::Xml);
        assert_eq!(format_of(Path::new("x.json"), " [{}]", false), Format::Json);
        assert_eq!(format_of(Path::new("x.json"), "{\"items\": [\n{}", false), Format::Json);
        assert_eq!(format_of(Path::new("x.json"), "{\"a\":1}\n{\"a\":2}\n", false), Format::Jsonl);
        assert_eq!(format_of(Path::new("x.ndjson"), "{\"a\":1}", false), Format::Jsonl);
        assert_eq!(format_of(Path::new("x.txt"), "a;b", false), Format::Csv);
    }
}
