//! Numbers written otherwise than in digits.

/// The value of a lower-case Roman numeral from 1 to 39; `None` for anything else.
pub(crate) fn roman(word: &str) -> Option<u8> {
    if word.is_empty() || word.len() > 7 {
        return None;
    }
    let tens = word.bytes().take_while(|&b| b == b'x').count();
    let ones = match &word[tens..] {
        "" => 0,
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        "v" => 5,
        "vi" => 6,
        "vii" => 7,
        "viii" => 8,
        "ix" => 9,
        _ => return None,
    };
    if tens > 3 {
        return None;
    }
    u8::try_from(tens * 10 + ones).ok()
}

/// A folded number word (Serbian, Russian, English) as the digits it stands for, and whether it is a round ten that a
/// following unit completes ("šezdeset četiri" is 64).
pub(crate) fn spoken_digits(folded: &str) -> Option<(u16, bool)> {
    let plain = |value| Some((value, false));
    let ten = |value| Some((value, true));
    match folded {
        "nula" | "nulu" | "nule" | "nol" | "nul" | "zero" => plain(0),
        "jedan" | "jedna" | "jedno" | "jen" | "odin" | "odna" | "one" => plain(1),
        "dva" | "dve" | "dvije" | "two" => plain(2),
        "tri" | "three" => plain(3),
        "cetiri" | "cetri" | "cetire" | "cetirje" | "four" => plain(4),
        "pet" | "pjat" | "five" => plain(5),
        "sest" | "sist" | "six" => plain(6),
        "sedam" | "sem" | "seven" => plain(7),
        "osam" | "vosem" | "eight" => plain(8),
        "devet" | "devjat" | "nine" => plain(9),
        "deset" | "desjat" | "ten" => plain(10),
        "jedanaest" | "odinnadcat" | "eleven" => plain(11),
        "dvanaest" | "dvenadcat" | "twelve" => plain(12),
        "trinaest" | "trinadcat" | "thirteen" => plain(13),
        "cetrnaest" | "cetirnadcat" | "fourteen" => plain(14),
        "petnaest" | "pjatnadcat" | "fifteen" => plain(15),
        "sesnaest" | "sestnadcat" | "sixteen" => plain(16),
        "sedamnaest" | "semnadcat" | "seventeen" => plain(17),
        "osamnaest" | "vosemnadcat" | "eighteen" => plain(18),
        "devetnaest" | "devjatnadcat" | "nineteen" => plain(19),
        "dvadeset" | "dvadcat" | "twenty" => ten(20),
        "trideset" | "tridcat" | "thirty" => ten(30),
        "cetrdeset" | "sorok" | "forty" => ten(40),
        "pedeset" | "pjatdesjat" | "fifty" => ten(50),
        "sezdeset" | "sestdesjat" | "sixty" => ten(60),
        "sedamdeset" | "semdesjat" | "seventy" => ten(70),
        "osamdeset" | "vosemdesjat" | "eighty" => ten(80),
        "devedeset" | "devjanosto" | "ninety" => ten(90),
        _ => None,
    }
}
