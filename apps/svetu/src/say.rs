//! Words on standard output. A reader who has gone (`svetu openapi | head`) is no reason to fail.

/// A line, as `println!`.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        // Nobody reads on.
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

/// A text that brings its own end of line.
macro_rules! say_as_it_is {
    ($text:expr) => {{
        use std::io::Write as _;
        // Nobody reads on.
        let _ = write!(std::io::stdout(), "{}", $text);
    }};
}
