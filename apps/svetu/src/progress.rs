//! How far a long command is: a bar on a terminal, nothing elsewhere (the summary tells the end).

use indicatif::{ProgressBar, ProgressStyle};

pub fn bar(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    // The template is a constant that the tests below parse.
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar.set_message(what);
    bar
}

const TEMPLATE: &str = "{msg} {bar:32} {human_pos}/{human_len} · {per_sec} · {eta} left";

#[cfg(test)]
mod tests {
    #[test]
    fn the_template_is_one() {
        indicatif::ProgressStyle::with_template(super::TEMPLATE).unwrap();
    }
}
