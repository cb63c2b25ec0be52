//! Words of a document that are codes, as people say them.

use super::same;
use crate::catalogue::Label;

/// Each code word in Dutch and English.
const WORDS: &[(&str, &str, &str)] = &[
    ("pupils", "leerlingen", "pupils"),
    ("staff", "medewerkers", "staff"),
    ("relations", "relaties van de school", "relations of the school"),
    ("all", "iedereen", "everybody"),
    ("leaving", "vertrek", "leaving"),
    ("end", "einde", "end"),
    ("noAnswer", "geen antwoord na het einde", "no answer after the end"),
    ("notice", "opzegging", "notice"),
    ("upload", "aanlevering", "upload"),
    ("schoolYear", "einde van het schooljaar", "end of the school year"),
    ("backUp", "reservekopie", "back-up"),
    ("destroyed", "vernietigd", "destroyed"),
    ("returned", "teruggegeven en vernietigd", "returned and destroyed"),
    ("anonymised", "anoniem gemaakt", "made anonymous"),
    ("archived", "gearchiveerd", "archived"),
    ("noThirdParties", "geen derden", "no third parties"),
    ("noSubProcessors", "geen subverwerkers", "no sub-processors"),
    ("noDeviations", "geen afwijkingen", "no deviations"),
    ("nothingOutsideEea", "niets buiten de EER", "nothing outside the EEA"),
    ("met", "voldaan", "met"),
    ("not_met", "niet voldaan", "not met"),
    ("partly_met", "deels voldaan", "partly met"),
    ("alternative", "alternatieve maatregel", "alternative measure"),
    ("low", "laag", "low"),
    ("middle", "midden", "middle"),
    ("high", "hoog", "high"),
    ("name", "namen", "names"),
    ("number", "nummers van de persoon", "numbers of the person"),
    ("contact", "contactgegevens", "contact data"),
    ("birthDate", "geboortedatum", "date of birth"),
    ("device", "apparaat", "device"),
    ("school", "school", "school"),
    ("gdpr", "AVG", "GDPR"),
    ("uavg", "UAVG", "UAVG"),
    (
        "wbp",
        "Wet bescherming persoonsgegevens",
        "Dutch act on the protection of personal data (Wbp)",
    ),
];

/// The word in both languages; what is no code word stays what it is.
pub(super) fn spoken(word: &str) -> Label {
    let known = WORDS.iter().find(|(code, ..)| *code == word);
    known.map_or_else(
        || same(word),
        |(_, nl, en)| Label {
            nl: (*nl).to_owned(),
            en: (*en).to_owned(),
        },
    )
}

/// Several of them, one after the other.
pub(super) fn joined(words: impl IntoIterator<Item = Label>) -> Label {
    let (nl, en): (Vec<_>, Vec<_>) = words.into_iter().map(|word| (word.nl, word.en)).unzip();
    Label {
        nl: nl.join(", "),
        en: en.join(", "),
    }
}

/// A number of days or months.
pub(super) fn counted(number: u64, [nl, nl_more]: [&str; 2], [en, en_more]: [&str; 2]) -> Label {
    let one = number == 1;
    Label {
        nl: format!("{number} {}", if one { nl } else { nl_more }),
        en: format!("{number} {}", if one { en } else { en_more }),
    }
}
