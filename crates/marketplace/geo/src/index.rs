//! The gazetteer in memory: names as they are typed, in either script, with small errors.

use std::collections::HashMap;

use svetu_kernel::{Language, PlaceId};
use svetu_text::fold;

use crate::model::{PlaceKind, PlaceRecord};

/// A point farther than this from every place is nowhere that we know.
pub const NEAREST_KM_MAX: f64 = 100.0;
/// What is typed beyond this is passed over.
const QUERY_CHARS_MAX: usize = 100;

struct Entry {
    place: PlaceRecord,
    /// Folded, words apart by one space: the four names and the aliases, without doubles.
    names: Vec<String>,
}

/// All places, in the order of their ids.
pub struct Index {
    entries: Vec<Entry>,
    by_id: HashMap<PlaceId, usize>,
}

/// How well a name fits, best first; inside one of them the weightier place comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Beginning,
    /// Every typed word begins a word of the name.
    Words,
    /// That many letters are wrong, left out or swapped.
    Errors(usize),
}

impl Index {
    pub fn new(places: Vec<PlaceRecord>) -> Self {
        let entries: Vec<Entry> = places
            .into_iter()
            .map(|place| {
                let mut names = Vec::new();
                let own = [&place.name, &place.name_cyrl, &place.name_ru, &place.name_en];
                for name in own.into_iter().chain(&place.aliases) {
                    let folded = spaced(&fold(name));
                    if !names.contains(&folded) {
                        names.push(folded);
                    }
                }
                Entry { place, names }
            })
            .collect();
        let by_id = entries.iter().enumerate().map(|(at, entry)| (entry.place.id, at)).collect();
        Self { entries, by_id }
    }

    pub fn get(&self, id: PlaceId) -> Option<&PlaceRecord> {
        self.by_id.get(&id).map(|at| &self.entries[*at].place)
    }

    pub fn offered(&self) -> impl Iterator<Item = &PlaceRecord> {
        self.entries.iter().map(|entry| &entry.place).filter(|place| place.offered)
    }

    /// In the order of ids, after `after`; withdrawn places too: listings may point at them.
    pub fn after(&self, after: Option<PlaceId>, limit: usize) -> impl Iterator<Item = &PlaceRecord> {
        let start = self.entries.partition_point(|entry| after.is_some_and(|after| entry.place.id <= after));
        self.entries[start..].iter().map(|entry| &entry.place).take(limit)
    }

    /// The places above it, nearest first.
    pub fn above(&self, place: &PlaceRecord) -> Vec<&PlaceRecord> {
        let mut above = Vec::new();
        let mut next = place.parent;
        while let Some(parent) = next.and_then(|id| self.get(id)) {
            above.push(parent);
            // Deeper than a quarter of a municipality of a city there is nothing.
            next = if above.len() < 3 { parent.parent } else { None };
        }
        above
    }

    /// "Voždovac, Beograd": what tells it from its namesakes.
    pub fn parent_name(&self, place: &PlaceRecord, language: Language) -> Option<String> {
        let names: Vec<&str> = self.above(place).into_iter().map(|above| above.name_in(language)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Places by what was typed so far, best first. A part after a comma says what lies above: "Palilula, Niš".
    pub fn suggest(&self, text: &str, limit: usize) -> Vec<&PlaceRecord> {
        let text: String = text.chars().take(QUERY_CHARS_MAX).collect();
        let folded = fold(&text);
        let mut parts = folded.split([',', '(', ')']).map(spaced).filter(|part| !part.is_empty());
        let Some(query) = parts.next() else { return Vec::new() };
        let above: Vec<String> = parts.collect();
        if query.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.by_postal_code(&query, limit);
        }
        let mut found: Vec<(Fit, i32, &PlaceRecord)> = self
            .entries
            .iter()
            .filter(|entry| entry.place.offered)
            .filter_map(|entry| {
                let fit = entry.names.iter().filter_map(|name| fit(&query, name)).min()?;
                Some((fit, -entry.place.weight(), &entry.place))
            })
            .filter(|(_, _, place)| above.iter().all(|typed| self.lies_in(place, typed)))
            .collect();
        // Namesakes of no known size stay in the order of their ids.
        found.sort_by_key(|(fit, weight, place)| (*fit, *weight, place.id));
        found.into_iter().take(limit).map(|(_, _, place)| place).collect()
    }

    fn lies_in(&self, place: &PlaceRecord, typed: &str) -> bool {
        self.above(place)
            .into_iter()
            .filter_map(|above| self.by_id.get(&above.id))
            .any(|at| self.entries[*at].names.iter().any(|name| name.starts_with(typed)))
    }

    fn by_postal_code(&self, digits: &str, limit: usize) -> Vec<&PlaceRecord> {
        let mut found: Vec<_> = self
            .offered()
            .filter(|place| place.postal_codes.iter().any(|code| code.starts_with(digits)))
            .map(|place| (!place.postal_codes.iter().any(|code| code == digits), -place.weight(), place))
            .collect();
        found.sort_by_key(|(part, weight, place)| (*part, *weight, place.id));
        found.into_iter().take(limit).map(|(_, _, place)| place).collect()
    }

    /// The municipalities and towns right inside a city; without one the cities and towns of Serbia that stand above villages.
    pub fn municipalities(&self, city: Option<PlaceId>) -> Vec<&PlaceRecord> {
        let mut found: Vec<&PlaceRecord> = self
            .offered()
            .filter(|place| place.parent == city && place.country == "RS")
            .filter(|place| match place.kind {
                PlaceKind::City | PlaceKind::Town | PlaceKind::Municipality => true,
                PlaceKind::Village | PlaceKind::Quarter => false,
            })
            .collect();
        found.sort_by_key(|place| fold(&place.name));
        found
    }
}

fn spaced(folded: &str) -> String {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn fit(query: &str, name: &str) -> Option<Fit> {
    if query == name {
        return Some(Fit::Whole);
    }
    if name.starts_with(query) {
        return Some(Fit::Beginning);
    }
    if query.split(' ').all(|typed| name.split(' ').any(|word| word.starts_with(typed))) {
        return Some(Fit::Words);
    }
    let letters = query.chars().count();
    // As in search: one error from 5 letters, two from 9.
    let errors_max = match letters {
        0..5 => return None,
        5..9 => 1,
        _ => 2,
    };
    // The first letter is seldom wrong, and a look at it spares most of the work.
    if query.chars().next() != name.chars().next() && letters < 7 {
        return None;
    }
    errors_to_prefix(query, name, errors_max).map(Fit::Errors)
}

/// The fewest errors (a letter wrong, missing, surplus, or two swapped) between `query` and some beginning of `name`.
fn errors_to_prefix(query: &str, name: &str, errors_max: usize) -> Option<usize> {
    let query: Vec<char> = query.chars().collect();
    let name: Vec<char> = name.chars().take(query.len() + errors_max).collect();
    let mut before_last = vec![0; name.len() + 1];
    let mut last: Vec<usize> = (0..=name.len()).collect();
    for (i, typed) in query.iter().enumerate() {
        let mut row = vec![i + 1; name.len() + 1];
        for (j, letter) in name.iter().enumerate() {
            let wrong = usize::from(typed != letter);
            row[j + 1] = (last[j] + wrong).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *typed == name[j - 1] && query[i - 1] == *letter {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        if row.iter().min().is_none_or(|fewest| *fewest > errors_max) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.into_iter().min().filter(|errors| *errors <= errors_max)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn index() -> Index {
        let mut places = crate::gazetteer::parse(include_str!("../gazetteer/places.tsv")).unwrap();
        places.sort_by_key(|place| place.id);
        Index::new(places)
    }

    fn check(index: &Index, typed: &str, expected: &Expect) {
        let found: Vec<String> = index
            .suggest(typed, 4)
            .into_iter()
            .map(|place| match index.parent_name(place, Language::SrLatn) {
                Some(above) => format!("{} ({above})", place.name),
                None => place.name.clone(),
            })
            .collect();
        expected.assert_eq(&found.join(" · "));
    }

    #[test]
    fn what_is_typed_is_found() {
        let index = index();
        for typed in ["beo", "Бео", "BEO", "beogrd", "beogard", "Белград", "Belgrade"] {
            assert_eq!(index.suggest(typed, 1)[0].name, "Beograd", "{typed}");
        }
        check(&index, "nis", &expect!["Niš · Niška Banja (Niš) · Niševac (Svrljig) · Palilula (Niš)"]);
        check(&index, "čačak", &expect!["Čačak"]);
        check(&index, "cacak", &expect!["Čačak"]);
        check(&index, "đurđevo", &expect!["Đurđevo (Žabalj) · Đurđevo (Rača) · Đurđevac"]);
        check(&index, "djurdjevo", &expect!["Đurđevo (Žabalj) · Đurđevo (Rača) · Đurđevac"]);
        check(&index, "novi sad", &expect!["Novi Sad"]);
        check(&index, "sad novi", &expect!["Novi Sad"]);
        check(&index, "palilula, nis", &expect!["Palilula (Niš)"]);
        check(&index, "Палилула", &expect!["Palilula (Beograd) · Palilula (Niš)"]);
        check(&index, "bez kosa", &expect!["Bežanijska kosa (Novi Beograd, Beograd)"]);
        check(&index, "kragujvac", &expect!["Kragujevac"]);
        check(&index, "smederevska plaanka", &expect!["Smederevska Palanka"]);
        check(&index, "temišvar", &expect!["Temišvar"]);
        check(&index, "szeged", &expect!["Segedin"]);
        check(&index, "21000", &expect!["Novi Sad"]);
        check(
            &index,
            "1130",
            &expect!["Smederevo · Leštane (Grocka, Beograd) · Grocka (Beograd) · Boleč (Grocka, Beograd)"],
        );
        check(&index, "  ,, ", &expect![""]);
        check(&index, "qqqqqq", &expect![""]);
    }

    #[test]
    fn pages_by_id_have_no_holes() {
        let index = index();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page: Vec<PlaceId> = index.after(after, 700).map(|place| place.id).collect();
            let Some(last) = page.last() else { break };
            after = Some(*last);
            seen.extend(page);
        }
        assert_eq!(seen, index.entries.iter().map(|entry| entry.place.id).collect::<Vec<_>>());
    }

    #[test]
    fn errors_are_counted_against_the_beginning() {
        for (typed, name, expected) in [
            ("kragujvac", "kragujevac", Some(1)),
            ("kragujeavc", "kragujevac", Some(1)),
            ("krauj", "kragujevac", Some(1)),
            ("xxxxx", "kragujevac", None),
            ("beogradd", "beograd", Some(1)),
        ] {
            assert_eq!(errors_to_prefix(typed, name, 2), expected, "{typed}");
        }
    }
}
