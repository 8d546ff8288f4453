//! A message as submit_sm carries it: in the network's own alphabet where that has all its letters, in UCS-2 otherwise; a long one in parts.

use rusmpp::{
    extra::concatenation::SubmitSmMultipartExt as _,
    pdus::SubmitSm,
    types::COctetString,
    values::{EsmClass, Npi, RegisteredDelivery, Ton},
};
use svetu_ports::{Sms, SmsError};

/// GSM 03.38: 160 letters of seven bits, 153 beside the six octets that say which part it is (3GPP TS 23.040 §9.2.3.24.1).
const LETTERS: usize = 160;
const LETTERS_OF_PART: usize = 153;
const PART_HEADER: usize = 6;
/// UCS-2: 70 letters, 67 beside the same.
const OCTETS: usize = 140;
/// Each part costs; ours are codes.
const PARTS_MAX: usize = 6;

/// Whom a message is from.
pub struct Source {
    ton: Ton,
    npi: Npi,
    address: COctetString<1, 21>,
}

impl Source {
    /// A number, or a name of the network's letters that telephones show.
    pub fn parse(from: &str) -> Option<Self> {
        let (ton, npi, text) = match from.strip_prefix('+') {
            Some(digits) if svetu_ports::sms::is_e164(from) => (Ton::International, Npi::Isdn, digits),
            Some(_) => return None,
            None => (Ton::Alphanumeric, Npi::Unknown, from),
        };
        let named = ton != Ton::Alphanumeric
            || ((1..=11).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' '));
        let address = COctetString::from_vec([text.as_bytes(), &[0]].concat()).ok()?;
        named.then_some(Self { ton, npi, address })
    }
}

pub fn parts(source: &Source, sms: &Sms) -> Result<Vec<SubmitSm>, SmsError> {
    let digits = sms.to.trim_start_matches('+');
    let to = COctetString::from_vec([digits.as_bytes(), &[0]].concat()).map_err(|_| SmsError::Refused)?;
    let whole = SubmitSm::builder()
        .source_addr_ton(source.ton)
        .source_addr_npi(source.npi)
        .source_addr(source.address.clone())
        .dest_addr_ton(Ton::International)
        .dest_addr_npi(Npi::Isdn)
        .destination_addr(to)
        // The library's default is an acknowledgement of ANSI-41; this is a message.
        .esm_class(EsmClass::from(0))
        // A code that was typed tells more than a receipt.
        .registered_delivery(RegisteredDelivery::default())
        .build();
    // Telephones put together the parts of one reference: those of two messages at once differ, most likely.
    let reference = sms.id.as_bytes()[15];
    let in_letters =
        |max| whole.clone().multipart(&sms.text).reference_u8(reference).max_short_message_size(max).build();
    let parts = match in_letters(LETTERS) {
        Ok(parts) if parts.len() == 1 => parts,
        Ok(_) => in_letters(LETTERS_OF_PART + PART_HEADER).map_err(|_| unwritable())?,
        Err(_) => {
            // UCS-2 ends with the first plane.
            let text: String = sms.text.chars().map(|c| if u32::from(c) > 0xFFFF { '\u{FFFD}' } else { c }).collect();
            let sm = whole.clone().multipart(&text).reference_u8(reference).max_short_message_size(OCTETS);
            sm.ucs2().build().map_err(|_| unwritable())?
        }
    };
    if parts.len() > PARTS_MAX { Err(unwritable()) } else { Ok(parts) }
}

fn unwritable() -> SmsError {
    SmsError::Unavailable(format!("the message is longer than {PARTS_MAX} parts"))
}

#[cfg(test)]
mod tests {
    use rusmpp::values::DataCoding;
    use uuid::Uuid;

    use super::*;

    fn of(text: &str) -> Vec<SubmitSm> {
        let sms = Sms { id: Uuid::from_u128(0xAB), to: "+381641234567".to_owned(), text: text.to_owned() };
        parts(&Source::parse("Sve Tu").unwrap(), &sms).unwrap()
    }

    fn lengths(text: &str) -> Vec<usize> {
        of(text).iter().map(|part| part.short_message().len()).collect()
    }

    #[test]
    fn the_networks_alphabet_where_it_can_be_and_ucs2_otherwise() {
        let plain = of("Sve Tu: kod je 012345 @ {5 €}");
        assert_eq!(plain[0].data_coding, DataCoding::McSpecific);
        let bytes = plain[0].short_message().as_ref();
        // `@` is 0 there, braces and the euro are two each.
        assert!(bytes.ends_with(b"012345 \x00 \x1b\x285 \x1b\x65\x1b\x29"), "{bytes:x?}");
        let cyrillic = of("код 5");
        assert_eq!(cyrillic[0].data_coding, DataCoding::Ucs2);
        assert_eq!(cyrillic[0].short_message().as_ref(), b"\x04\x3a\x04\x3e\x04\x34\x00\x20\x00\x35");
        assert_eq!(of("važi")[0].data_coding, DataCoding::Ucs2);
        assert_eq!(of("a😀")[0].short_message().as_ref(), b"\x00a\xff\xfd");
    }

    #[test]
    fn a_long_message_goes_in_parts_that_fit() {
        assert_eq!(lengths(&"a".repeat(160)), [160]);
        assert_eq!(lengths(&"a".repeat(161)), [159, 14]);
        assert_eq!(lengths(&"ж".repeat(70)), [140]);
        assert_eq!(lengths(&"ж".repeat(71)), [140, 14]);
        let parts = of(&"a".repeat(400));
        // UDH: five octets follow; concatenated, of three; reference, parts, number.
        for (n, part) in (1..).zip(&parts) {
            assert_eq!(part.short_message().as_ref()[..6], [5, 0, 3, 0xAB, 3, n]);
            assert_eq!(u8::from(part.esm_class), 0x40);
        }
        // An escape and its letter are not parted.
        for part in of(&"€".repeat(200)) {
            let letters = &part.short_message().as_ref()[6..];
            assert!(letters.len() % 2 == 0 && letters[0] == 0x1b, "{letters:x?}");
        }
        let sms = Sms { id: Uuid::nil(), to: "+381641234567".to_owned(), text: "ж".repeat(500) };
        assert!(matches!(self::parts(&Source::parse("Sve Tu").unwrap(), &sms), Err(SmsError::Unavailable(_))));
    }

    #[test]
    fn a_source_is_a_number_or_a_name() {
        for from in ["Sve Tu", "+381641234567"] {
            assert!(Source::parse(from).is_some(), "{from}");
        }
        for from in ["", "Sve Tu Platforma", "+1", "Све Ту", "MG00000000000000000000000000000001"] {
            assert!(Source::parse(from).is_none(), "{from}");
        }
    }
}
