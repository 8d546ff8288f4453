/// How many edits apart two tokens are: insert, delete, replace, swap of neighbours (optimal string alignment).
///
/// Keeps its rows to spare allocations.
#[derive(Default)]
pub struct Edits {
    before: Vec<u8>,
    last: Vec<u8>,
    this: Vec<u8>,
}

impl Edits {
    /// `None` beyond the bound.
    pub fn between(&mut self, a: &[char], b: &[char], max: u8) -> Option<u8> {
        if a.len().abs_diff(b.len()) > usize::from(max) || a.len() > 100 {
            return None;
        }
        let width = b.len() + 1;
        self.last.clear();
        self.last.extend((0..width).map(|at| u8::try_from(at).unwrap_or(u8::MAX)));
        self.before.clear();
        self.before.resize(width, u8::MAX);
        for (row, from) in a.iter().enumerate() {
            self.this.clear();
            self.this.push(u8::try_from(row + 1).unwrap_or(u8::MAX));
            let mut least = self.this[0];
            for (column, to) in b.iter().enumerate() {
                let replace = self.last[column].saturating_add(u8::from(from != to));
                let insert = self.this[column].saturating_add(1);
                let delete = self.last[column + 1].saturating_add(1);
                let mut best = replace.min(insert).min(delete);
                if row > 0 && column > 0 && *from == b[column - 1] && a[row - 1] == *to {
                    best = best.min(self.before[column - 1].saturating_add(1));
                }
                least = least.min(best);
                self.this.push(best);
            }
            if least > max {
                return None;
            }
            std::mem::swap(&mut self.before, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.this);
        }
        self.last.last().copied().filter(|edits| *edits <= max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_up_to_a_bound() {
        let mut edits = Edits::default();
        let mut check = |a: &str, b: &str, max, expected| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert_eq!(edits.between(&a, &b, max), expected);
        };
        check("beogrd", "beograd", 1, Some(1));
        check("beograd", "beogard", 1, Some(1));
        check("mercedes", "mercdess", 1, None);
        check("mercedes", "mercdess", 2, Some(2));
        check("skoda", "skoda", 1, Some(0));
    }
}
