//! The faults of the standard.

use std::io;

use quick_xml::{Writer, events::BytesText};

/// A fault that the standard documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The system is broken.
    Internal,
    /// The system asks to come back later.
    TemporarilyUnavailable,
    /// The message is not of the required form.
    InvalidMessage,
    /// Name and code of the receiving application are not known.
    InvalidClient,
    /// The key is not valid, or does not cover the school.
    InvalidAuthorisation,
    /// A term is not in its vocabulary.
    InvalidVocabularyTerm,
    /// The version is not supported.
    InvalidVersion,
    /// A pupil is not known; for results only.
    InvalidPupil,
    /// A norm is wrong; for results only.
    InvalidNorm,
    /// A score is wrong; for results only.
    InvalidScore,
    /// A result of an electronic learning environment is wrong; for results only.
    InvalidResult,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 11] = [
        Self::Internal,
        Self::TemporarilyUnavailable,
        Self::InvalidMessage,
        Self::InvalidClient,
        Self::InvalidAuthorisation,
        Self::InvalidVocabularyTerm,
        Self::InvalidVersion,
        Self::InvalidPupil,
        Self::InvalidNorm,
        Self::InvalidScore,
        Self::InvalidResult,
    ];

    /// The code in the standard, which comes after the prefix of SOAP.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Internal => "Server.InterneFout",
            Self::TemporarilyUnavailable => "Server.TijdelijkNietBeschikbaar",
            Self::InvalidMessage => "Client.OngeldigBericht",
            Self::InvalidClient => "Client.OngeldigeKlantIdentificatie",
            Self::InvalidAuthorisation => "Client.AutorisatieOngeldig",
            Self::InvalidVocabularyTerm => "Client.VocabulaireTermOngeldig",
            Self::InvalidVersion => "Client.XsdVersieOngeldig",
            Self::InvalidPupil => "Client.LeerlingOngeldig",
            Self::InvalidNorm => "Client.ToetsNormeringOngeldig",
            Self::InvalidScore => "Client.ScoreOngeldig",
            Self::InvalidResult => "Client.EldResultaatOngeldig",
        }
    }

    /// Writes the fault. SOAP 1.1, 4.4: its elements have no namespace.
    pub(super) fn write<W: io::Write>(self, out: &mut Writer<W>) -> io::Result<()> {
        out.create_element("soap:Fault").write_inner_content(|out| {
            let code = format!("soap:{}", self.code());
            out.create_element("faultcode")
                .write_text_content(BytesText::new(&code))?;
            out.create_element("faultstring")
                .write_text_content(BytesText::new(self.code()))?;
            Ok(())
        })?;
        Ok(())
    }
}
