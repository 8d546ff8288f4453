use std::io::{self, BufRead, Read};

use super::ROW_BYTES_MAX;

/// A reader that knows its line, and that refuses to hand out more than [`ROW_BYTES_MAX`] between two calls of [`Source::begin_row`].
pub struct Source {
    inner: Box<dyn BufRead + Send>,
    /// Newlines that were consumed.
    newlines: u64,
    consumed: u64,
    row_began: u64,
    slack: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("a row has too many bytes")]
pub struct RowTooLong;

impl Source {
    pub fn new(inner: Box<dyn BufRead + Send>) -> Self {
        Self { inner, newlines: 0, consumed: 0, row_began: 0, slack: 0 }
    }

    /// For readers that buffer ahead by this much.
    #[must_use]
    pub const fn with_slack(mut self, bytes: u64) -> Self {
        self.slack = bytes;
        self
    }

    /// The line of the next byte, from 1.
    pub const fn line(&self) -> u64 {
        self.newlines + 1
    }

    /// A row begins here; its bytes are counted from now.
    pub const fn begin_row(&mut self) {
        self.row_began = self.consumed;
    }

    /// A row begins at this byte of the stream, which may lie before what was consumed.
    pub const fn begin_row_at(&mut self, byte: u64) {
        self.row_began = byte;
    }

    pub fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill_buf()?.first().copied())
    }

    pub fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.consume(1);
        }
        Ok(byte)
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.consumed.saturating_sub(self.row_began) > ROW_BYTES_MAX + self.slack {
            return Err(io::Error::new(io::ErrorKind::InvalidData, RowTooLong));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.inner.fill_buf() {
            let taken = &buffer[..amount.min(buffer.len())];
            self.newlines += memchr::memchr_iter(b'\n', taken).count() as u64;
        }
        self.consumed += amount as u64;
        self.inner.consume(amount);
    }
}
