use std::io::{self, Write};

use crate::draft::RowProblem;

/// A cell that a spreadsheet cannot take for a formula (OWASP, CSV injection): such a beginning gets an apostrophe.
pub fn guarded(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        std::borrow::Cow::Owned(format!("'{cell}"))
    } else {
        std::borrow::Cow::Borrowed(cell)
    }
}

/// The error file: CSV with `line,column,value,reason,hint`.
pub struct ProblemWriter<W: Write>(csv::Writer<W>);

impl<W: Write> ProblemWriter<W> {
    pub fn try_new(into: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(into);
        writer.write_record(["line", "column", "value", "reason", "hint"])?;
        Ok(Self(writer))
    }

    pub fn write(&mut self, problem: &RowProblem) -> io::Result<()> {
        let line = problem.line.to_string();
        let cells = [problem.column.as_str(), &problem.value, problem.reason, &problem.hint].map(guarded);
        self.0.write_record(std::iter::once(line.as_str()).chain(cells.iter().map(AsRef::as_ref)))?;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}
