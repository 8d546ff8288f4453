//! Sentences of ads.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use svetu_contracts::listings::Condition;
use svetu_kernel::Language;

type Pool = &'static [&'static str];

fn state(language: Language, condition: Condition) -> Pool {
    match (language, condition) {
        (Language::Ru, Condition::New) => &["Новое, в упаковке.", "Новое, ни разу не использовалось."],
        (Language::Ru, Condition::LikeNew) => &["Состояние как у нового.", "Использовалось пару раз."],
        (Language::Ru, Condition::Used) => &["Б/у, в хорошем состоянии.", "Есть следы использования, всё исправно."],
        (Language::Ru, Condition::ForParts) => &["На запчасти или под ремонт.", "Неисправно, продаю как есть."],
        (Language::En, Condition::New) => &["Brand new, in its box.", "New, never used."],
        (Language::En, Condition::LikeNew) => &["As good as new.", "Used only a few times."],
        (Language::En, Condition::Used) => &["Used, in good condition.", "Signs of wear, everything works."],
        (Language::En, Condition::ForParts) => &["For parts or repair.", "Not working, sold as it is."],
        (_, Condition::New) => {
            &["Novo, nekorišćeno, u originalnom pakovanju.", "Potpuno novo, sa etiketom.", "Novo, dobijeno na poklon."]
        }
        (_, Condition::LikeNew) => &[
            "Stanje kao novo, vrlo malo korišćeno.",
            "Korišćeno svega par puta, bez ijedne mane.",
            "Očuvano, izgleda kao novo.",
        ],
        (_, Condition::Used) => &[
            "Polovno, u odličnom stanju.",
            "Tragovi korišćenja se vide na slikama, sve radi kako treba.",
            "Korišćeno, ispravno i očuvano.",
            "Stanje kao na slikama.",
        ],
        (_, Condition::ForParts) => &["Neispravno, za delove ili popravku.", "Prodajem kao neispravno, bez garancije."],
    }
}

fn opening(language: Language, root: &str) -> Pool {
    match (language, root) {
        (Language::Ru, "jobs") => {
            &["Приглашаем сотрудника в дружный коллектив.", "Требуется сотрудник, обучение за наш счёт."]
        }
        (Language::Ru, "real-estate") => &[
            "Светлый, тихий объект, рядом остановка и магазины.",
            "Документы в порядке, можно посмотреть в любой день.",
        ],
        (Language::Ru, "services") => &["Работаем быстро и аккуратно, много лет опыта."],
        (Language::Ru, _) => {
            &["Продаю, потому что больше не пользуюсь.", "Продаю в связи с переездом.", "Всё как на фотографиях."]
        }
        (Language::En, "jobs") => &["We are looking for a reliable colleague.", "Join our team, training provided."],
        (Language::En, "real-estate") => {
            &["Bright and quiet, close to shops and public transport.", "Papers in order, viewing by appointment."]
        }
        (Language::En, "services") => &["Fast and tidy work with years of experience."],
        (Language::En, _) => &[
            "Selling because I no longer use it.",
            "Moving abroad, everything must go.",
            "Exactly as in the pictures.",
        ],
        (_, "jobs") => &[
            "Potreban radnik, posao je stalan i prijava odmah.",
            "Zbog proširenja posla tražimo nove kolege.",
            "Nudimo redovnu platu, dobre uslove i prijatan kolektiv.",
        ],
        (_, "real-estate") => &[
            "Svetla i tiha nekretnina, u blizini su škola, vrtić, prodavnice i stajalište.",
            "Papiri uredni, bez tereta, odmah useljivo.",
            "Odlična lokacija, miran kraj, razgledanje uz dogovor.",
        ],
        (_, "services") => &[
            "Dugogodišnje iskustvo, kvalitetno, čisto i povoljno.",
            "Dolazimo na adresu u dogovoreno vreme, procena je besplatna.",
        ],
        (_, "vehicles") => &[
            "Redovno održavan, sve ulaže na vreme, bez ulaganja.",
            "Auto je u odličnom stanju, može svaka provera.",
            "Drugi vlasnik, garažiran, nepušačko vozilo.",
            "Prodajem jer sam kupio drugo vozilo.",
        ],
        (_, "animals") => &["Zdravi, razigrani i naviknuti na decu.", "Uz njih ide i knjižica sa vakcinama."],
        (_, "agriculture") => {
            &["Sa sopstvenog imanja, može dogovor za veće količine.", "Domaće, provereno, vidi se na licu mesta."]
        }
        (_, "free-stuff") => {
            &["Poklanjam onome kome treba, nije za preprodaju.", "Lično preuzimanje, nosi ko prvi dođe."]
        }
        (_, "wanted") => &["Plaćam odmah i dolazim na adresu.", "Ponude sa slikom i cenom šaljite porukom."],
        _ => &[
            "Prodajem jer mi više nije potrebno.",
            "Prodajem zbog selidbe.",
            "Kupljeno u Srbiji, čuvano i pažljivo korišćeno.",
            "Sve što se vidi na slikama ide uz cenu.",
            "Dete preraslo, pa prodajem.",
            "Malo korišćeno, samo zauzima mesto.",
        ],
    }
}

fn closing(language: Language, root: &str) -> Pool {
    match (language, root) {
        (Language::Ru, "jobs") => &["Резюме присылайте сообщением."],
        (Language::Ru, _) => &["Самовывоз или отправка почтой.", "Пишите, отвечу быстро.", "Торг уместен при осмотре."],
        (Language::En, "jobs") => &["Send your CV in a message."],
        (Language::En, _) => &[
            "Pick-up or courier, buyer pays postage.",
            "Send a message, I answer quickly.",
            "Slightly negotiable in person.",
        ],
        (_, "jobs") => {
            &["Biografiju pošaljite porukom ili pozovite radnim danom.", "Javite se pozivom od 9 do 17 časova."]
        }
        (_, "real-estate") => {
            &["Agencije bez provizije prema kupcu.", "Molim samo ozbiljne kupce.", "Za sve informacije pozovite."]
        }
        (_, "vehicles") => &[
            "Zamene me ne zanimaju.",
            "Cena nije fiksna, dogovor uz vozilo.",
            "Moguća zamena za jeftinije uz doplatu.",
            "Prenos odmah.",
        ],
        (_, "services") => &["Pozovite i dogovorite termin.", "Izdajemo račun."],
        _ => &[
            "Šaljem brzom poštom, poštarinu plaća kupac.",
            "Lično preuzimanje ili slanje kurirskom službom.",
            "Cena nije fiksna.",
            "Za dodatne slike pišite porukom.",
            "Molim samo ozbiljne ponude.",
            "Pogledajte i moje ostale oglase.",
        ],
    }
}

/// Four to six sentences.
pub(crate) fn description(
    rng: &mut ChaCha8Rng,
    language: Language,
    root: &str,
    subject: &str,
    facts: &[String],
    condition: Option<Condition>,
) -> String {
    let mut pick = |pool: Pool| say(language, pool[rng.random_range(0..pool.len())]);
    let mut text = format!("{subject}.");
    if let Some(condition) = condition {
        text = format!("{text} {}", pick(state(language, condition)));
    }
    text = format!("{text} {}", pick(opening(language, root)));
    if !facts.is_empty() {
        text = format!("{text}\n\n{}", facts.join("\n"));
    }
    format!("{text}\n\n{}", pick(closing(language, root)))
}

/// Serbian in the ad's script. Names of brands and models never go through here.
pub(crate) fn say(language: Language, text: &str) -> String {
    if language == Language::SrCyrl { svetu_text::latin_to_cyrillic(text) } else { text.to_owned() }
}

/// The way many people type: no diacritics.
pub(crate) fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.push_str(match c {
            'č' | 'ć' => "c",
            'Č' | 'Ć' => "C",
            'š' => "s",
            'Š' => "S",
            'ž' => "z",
            'Ž' => "Z",
            'đ' => "dj",
            'Đ' => "Dj",
            other => {
                out.push(other);
                continue;
            }
        });
    }
    out
}
